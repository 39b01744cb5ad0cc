//! Bytes of a document for people: the message as received, one file unpacked.
//!
//! Invariant: large content goes through a nameless file, never through memory as a whole.

use std::io::{BufReader, Cursor, Seek as _, SeekFrom, Write as _};

use lgsp_model::{DocumentId, MessageId};
use lgsp_platform::blobs::{Body, INLINE_BYTES_MAX};

use super::{detail::attachment_item, views::AttachmentItem};
use crate::{
    Error, Result,
    edxml::{self, AttachmentFacts, Limits},
    service::{Exchange, MessageType, Rendered},
};

const BUFFER_BYTES: usize = 65_536;

impl Exchange {
    /// The bytes as they were received.
    ///
    /// # Errors
    /// `exchange.thing.not_found`.
    pub async fn raw(&self, id: DocumentId, scope: Option<&[String]>) -> Result<Rendered> {
        let row = self.visible(id, scope).await?;
        self.stored(MessageId(row.id.0), MessageType::Edoc).await
    }

    /// A file of a document, taken out of its ZIP if it was wrapped in one.
    ///
    /// # Errors
    /// `exchange.thing.not_found`; `exchange.message.unreadable` when its content is damaged.
    pub async fn attachment(
        &self,
        id: DocumentId,
        index: usize,
        scope: Option<&[String]>,
    ) -> Result<(AttachmentItem, Rendered)> {
        let row = self.visible(id, scope).await?;
        let facts = row
            .attachment_facts()
            .into_iter()
            .find(|facts| facts.index == index)
            .ok_or_else(|| Error::not_found("attachment", index))?;
        let message = self.stored(MessageId(row.id.0), MessageType::Edoc).await?;
        let limits = Limits {
            total_bytes: self.directory().settings.message_bytes_max,
            ..Limits::default()
        };
        let item = attachment_item(&facts);
        let body = match message.body {
            Body::Inline(bytes) if facts.inner_size_bytes <= INLINE_BYTES_MAX as u64 => {
                let mut out = Vec::new();
                unpack(Cursor::new(&bytes[..]), &facts, &limits, &mut out)?;
                Body::Inline(out.into())
            }
            body => {
                let out = self.0.platform.blobs.scratch()?;
                let work = move || unpack_file(body, &facts, &limits, out);
                tokio::task::spawn_blocking(work)
                    .await
                    .map_err(|error| Error::Stored(error.to_string()))??
            }
        };
        let size_bytes = crate::service::body_length(&body)?;
        Ok((
            item,
            Rendered {
                message_type: MessageType::Edoc,
                body,
                size_bytes,
            },
        ))
    }
}

fn unpack(
    source: impl std::io::BufRead,
    facts: &AttachmentFacts,
    limits: &Limits,
    out: &mut dyn std::io::Write,
) -> Result<()> {
    edxml::extract(source, facts.index, facts.form, limits, out)
        .map(|_| ())
        .map_err(|error| Error::Stored(error.to_string()))
}

fn unpack_file(
    body: Body,
    facts: &AttachmentFacts,
    limits: &Limits,
    out: std::fs::File,
) -> Result<Body> {
    let mut out = std::io::BufWriter::with_capacity(BUFFER_BYTES, out);
    match body {
        Body::Inline(bytes) => unpack(Cursor::new(&bytes[..]), facts, limits, &mut out)?,
        Body::Spooled(file) => {
            let source = BufReader::with_capacity(BUFFER_BYTES, file);
            unpack(source, facts, limits, &mut out)?;
        }
    }
    out.flush()?;
    let mut file = out.into_inner().map_err(|error| error.into_error())?;
    file.seek(SeekFrom::Start(0))?;
    Ok(Body::Spooled(file))
}
