//! Handing out: the stored bytes with our trace in them.
//!
//! Owns: splicing the trace in, or writing a message again that was repaired or that a partner
//! wants in another form.
//! Not here: what a partner wants (`partner.rs`), the codec (`../edxml/`).
//! Invariant: the stored bytes never change; the same document is handed out with the same bytes
//! each time, so that a receiver may tell repeats by digest.
//! Follows: design document "Document exchange", sections 2.3 and 3, rule 6.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Seek as _, SeekFrom, Write},
    sync::Arc,
};

use lgsp_model::{MessageId, Timestamp};
use lgsp_platform::{blobs::Body, ledger::Stored};

use super::{
    Exchange, MessageType, Rendered,
    partner::{self, Addressing},
    submit::read,
};
use crate::{
    Error, Result,
    directory::Directory,
    edxml::{
        self, Carry, Document, Edxml, InstantText, Limits, Rewriting, SplicePoint, WriteOptions,
        model::TraceHeader,
    },
    kinds::{AddressWith, PartnerForm},
    tables::DocumentRow,
};

const BUFFER_BYTES: usize = 65_536;

/// How our trace gets in.
enum Way {
    Splice(SplicePoint),
    Rewrite(Box<Edxml>, Box<Rewriting>),
}

impl Exchange {
    /// A document as it leaves us for a partner, with our trace.
    pub(crate) async fn render(&self, row: &DocumentRow, form: PartnerForm) -> Result<Rendered> {
        let directory = self.directory();
        let stored = self.0.platform.ledger.message(MessageId(row.id.0)).await?;
        let body = self.0.platform.ledger.body(&stored).await?;
        let stamp = InstantText::from_text(&row.created_at.format_edxml());
        let way = self.way(&directory, row, form, &stamp).await?;
        let code = directory.trace_code().to_owned();
        let body = match body {
            Body::Inline(bytes) => {
                let mut out = Vec::with_capacity(bytes.len() + 512);
                way.write(&bytes[..], &code, &stamp, &mut out)?;
                Body::Inline(out.into())
            }
            Body::Spooled(file) => {
                let out = self.0.platform.blobs.scratch()?;
                let written = move || -> Result<File> { way.write_file(file, out, &code, &stamp) };
                let joined = tokio::task::spawn_blocking(written).await;
                Body::Spooled(joined.map_err(|error| Error::Stored(error.to_string()))??)
            }
        };
        Ok(Rendered {
            message_type: MessageType::Edoc,
            size_bytes: length(&body)?,
            body,
        })
    }

    /// A status as it leaves us for a partner; `at` is when it came.
    pub(crate) async fn render_status(
        &self,
        id: MessageId,
        at: Timestamp,
        form: PartnerForm,
    ) -> Result<Rendered> {
        let kept = self.stored(id, MessageType::Status).await?;
        if form.address_with == AddressWith::AsReceived {
            return Ok(kept);
        }
        let directory = self.directory();
        let reading = read::read_again(&directory, read::again(&kept.body)?).await?;
        let Edxml::Status(mut status) = reading.message else {
            return Ok(kept);
        };
        let addressing = Addressing {
            directory: &directory,
            with: form.address_with,
            at,
        };
        if !addressing.status(&mut status) {
            return Ok(kept);
        }
        let mut out = Vec::new();
        let nothing = &mut edxml::NoAttachments;
        let options = WriteOptions::default();
        edxml::write(&Edxml::Status(status), nothing, &options, &mut out)?;
        Ok(Rendered {
            message_type: MessageType::Status,
            size_bytes: out.len() as u64,
            body: Body::Inline(out.into()),
        })
    }

    /// A stored message as it is.
    pub(crate) async fn stored(&self, id: MessageId, kind: MessageType) -> Result<Rendered> {
        let stored: Stored = self.0.platform.ledger.message(id).await?;
        let body = self.0.platform.ledger.body(&stored).await?;
        let size_bytes = u64::try_from(stored.size_bytes).unwrap_or(0);
        Ok(Rendered {
            message_type: kind,
            body,
            size_bytes,
        })
    }

    /// The received bytes with our trace, unless they were repaired or the partner wants others.
    async fn way(
        &self,
        directory: &Arc<Directory>,
        row: &DocumentRow,
        form: PartnerForm,
        stamp: &InstantText,
    ) -> Result<Way> {
        let facts = row.attachment_facts();
        let has_wish = form.address_with != AddressWith::AsReceived
            || partner::must_repack(&facts, form.attachment_encoding);
        let splice = row.splice_point();
        if let (Some(point), false) = (splice, has_wish) {
            return Ok(Way::Splice(point));
        }
        let mut document = self.header(directory, row).await?;
        let addressing = Addressing {
            directory,
            with: form.address_with,
            at: row.created_at,
        };
        let is_readdressed = addressing.document(&mut document);
        let wanted = form.attachment_encoding;
        let carries = partner::repack(&mut document, &facts, wanted, &row.digest);
        let is_as_it_came = carries.iter().all(|carry| *carry == Carry::AsReceived);
        if let (Some(point), false, true) = (splice, is_readdressed, is_as_it_came) {
            return Ok(Way::Splice(point));
        }
        document.traces.push(TraceHeader {
            organ_id: Some(directory.trace_code().to_owned()),
            timestamp: Some(stamp.clone()),
            attributes: Vec::new(),
        });
        let how = Rewriting {
            limits: Limits {
                total_bytes: directory.settings.message_bytes_max,
                ..Limits::default()
            },
            options: WriteOptions::default(),
            carries,
        };
        let message = Edxml::Document(Box::new(document));
        Ok(Way::Rewrite(Box::new(message), Box::new(how)))
    }

    /// The fields of a stored document: kept beside large ones, read again from small ones.
    pub(crate) async fn header(
        &self,
        directory: &Arc<Directory>,
        row: &DocumentRow,
    ) -> Result<Document> {
        if let Some(header) = &row.header
            && let Ok(document) = serde_json::from_str(header)
        {
            return Ok(document);
        }
        let stored = self.0.platform.ledger.message(MessageId(row.id.0)).await?;
        let body = self.0.platform.ledger.body(&stored).await?;
        match read::read_again(directory, body).await?.message {
            Edxml::Document(document) => Ok(*document),
            Edxml::Status(_) => Err(Error::Stored("a status stands for a document".to_owned())),
        }
    }
}

impl Way {
    fn write(
        &self,
        mut source: impl BufRead,
        code: &str,
        stamp: &InstantText,
        out: &mut dyn Write,
    ) -> Result<()> {
        match self {
            Self::Splice(point) => {
                edxml::splice_trace(&mut source, *point, code, stamp, out)?;
            }
            Self::Rewrite(message, how) => edxml::rewrite_as(message, source, how, out)?,
        }
        Ok(())
    }

    fn write_file(&self, file: File, out: File, code: &str, stamp: &InstantText) -> Result<File> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
        let source = BufReader::with_capacity(BUFFER_BYTES, file);
        self.write(source, code, stamp, &mut out)?;
        let mut file = out.into_inner().map_err(|error| error.into_error())?;
        file.seek(SeekFrom::Start(0))?;
        Ok(file)
    }
}

/// Bytes of a body.
pub(crate) fn length(body: &Body) -> Result<u64> {
    Ok(match body {
        Body::Inline(bytes) => bytes.len() as u64,
        Body::Spooled(file) => file.metadata()?.len(),
    })
}
