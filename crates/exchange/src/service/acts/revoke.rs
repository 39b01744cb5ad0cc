//! Taking a document back from all its receivers.

use lgsp_model::DocumentId;
use lgsp_platform::clock::Ids;

use super::{
    answer::{date_text, reference},
    compose::business,
};
use crate::{
    Error, Result,
    directory::Place,
    edxml::{
        Document,
        model::{BusinessType, OtherInfo, Party, Promulgation},
    },
    service::{Exchange, Official, Submitted},
    tables::copy,
};

impl Exchange {
    /// Writes and sends a revocation (type 1) to all receivers of a document.
    ///
    /// The caller has checked the permission for [`Exchange::sender_agency`].
    ///
    /// # Errors
    /// `exchange.thing.not_found`; `exchange.document.not_owner` when it was sent from outside;
    /// `exchange.document.state` when nothing is left to take back.
    pub async fn revoke(
        &self,
        official: &Official,
        document: DocumentId,
        reason: String,
    ) -> Result<Submitted> {
        let row = self.document_row(document).await?;
        let (directory, now) = (self.directory(), self.now());
        if directory.place_of(&row.from_agency) != Place::Mailbox {
            return Err(Error::NotOwner);
        }
        let copies = copy::of_documents(&self.0.platform.db, &[document.0]).await?;
        let to: Vec<Party> = copies
            .iter()
            .filter(|copy| !copy.standing.state.is_over())
            .map(|copy| Party::new(&copy.to_code, &directory.name_of(&copy.agency)))
            .collect();
        if to.is_empty() {
            let state = copies
                .first()
                .map_or("withdrawn", |copy| copy.standing.shown());
            return Err(Error::WrongState {
                state: state.to_owned(),
            });
        }
        let number = row.number.as_deref().unwrap_or_default();
        let subject = format!("Thu hồi văn bản {number}: {}", row.subject);
        let message = Document {
            from: Party::new(
                &directory.own_code(&row.from_agency, now),
                &directory.name_of(&row.from_agency),
            ),
            to,
            document_id: Ids.next().to_string(),
            promulgation: Some(Promulgation {
                place: None,
                date: Some(date_text(now.vietnam_date())),
            }),
            subject,
            other_info: Some(OtherInfo {
                priority: Some(row.priority.to_string()),
                ..OtherInfo::default()
            }),
            response_for: vec![reference(&row)],
            business: Some(business(BusinessType::Revoke, Some(reason), Some(&row))),
            ..Document::default()
        };
        self.send_document(official, &row.from_agency, message, Vec::new())
            .await
    }
}
