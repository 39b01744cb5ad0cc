//! Acts of officials at the console: each writes a real message and sends it.
//!
//! Owns: what the acts share.
//! Not here: permissions (the callers have checked them), taking the message in (`../submit/`).
//! Invariant: an official's act leaves exactly the message that a system would have sent.
//! Follows: design document "Document exchange", section 5.3 (recipients without a system).

mod answer;
mod compose;
mod resend;
mod revoke;
mod write;

use lgsp_model::{CopyId, DocumentId};

use super::{Exchange, Official, Source, Submission};
use crate::{
    Error, Result,
    edxml::Mode,
    service::MessageType,
    tables::{CopyRow, DocumentRow, copy, document},
};

impl Exchange {
    /// Agency (name of the resource) that holds a copy, for the permission check.
    ///
    /// # Errors
    /// `exchange.thing.not_found`.
    pub async fn copy_agency(&self, document: DocumentId, copy: CopyId) -> Result<String> {
        Ok(self.copy_of(document, copy).await?.agency)
    }

    /// Agency (name of the resource) that sent a document, for the permission check.
    ///
    /// # Errors
    /// `exchange.thing.not_found`.
    pub async fn sender_agency(&self, document: DocumentId) -> Result<String> {
        Ok(self.document_row(document).await?.from_agency)
    }

    async fn copy_of(&self, document: DocumentId, copy: CopyId) -> Result<CopyRow> {
        copy::find(&self.0.platform.db, copy)
            .await?
            .filter(|row| row.document_id == document)
            .ok_or_else(|| Error::not_found("copy", copy))
    }

    pub(crate) async fn document_row(&self, id: DocumentId) -> Result<DocumentRow> {
        document::find(&self.0.platform.db, id)
            .await?
            .ok_or_else(|| Error::not_found("document", id))
    }
}

impl Official {
    /// What this official sends for an agency: read strictly, because we wrote it.
    fn submission(
        &self,
        agency: &str,
        message_type: MessageType,
        received: lgsp_platform::blobs::Received,
    ) -> Submission {
        Submission {
            received,
            message_type,
            signed_from: None,
            signed_to: Vec::new(),
            source: Source::Account {
                username: self.username.clone(),
                agency: agency.to_owned(),
                on_behalf_of: self.on_behalf_of.clone(),
            },
            mode: Mode::Strict,
            address: self.address.clone(),
            trace_id: self.trace_id.clone(),
        }
    }
}
