//! Handing out: the stored bytes with our trace in them.
//!
//! Owns: splicing the trace in, or writing a repaired message again.
//! Not here: the codec (`../edxml/`).
//! Invariant: the stored bytes never change; the same document is handed out with the same bytes
//! each time, so that a receiver may tell repeats by digest.
//! Follows: design document "Document exchange", sections 2.3 and 3, rule 6.

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Seek as _, SeekFrom, Write},
    sync::Arc,
};

use lgsp_model::MessageId;
use lgsp_platform::{blobs::Body, ledger::Stored};

use super::{Exchange, MessageType, Rendered, submit::read};
use crate::{
    Error, Result,
    directory::Directory,
    edxml::{
        self, Document, Edxml, InstantText, Limits, SplicePoint, WriteOptions, model::TraceHeader,
    },
    tables::DocumentRow,
};

const BUFFER_BYTES: usize = 65_536;

/// How our trace gets in.
enum Way {
    Splice(SplicePoint),
    Rewrite(Box<Edxml>),
}

impl Exchange {
    /// A document as it leaves us, with our trace.
    pub(crate) async fn render(&self, row: &DocumentRow) -> Result<Rendered> {
        let directory = self.directory();
        let stored = self.0.platform.ledger.message(MessageId(row.id.0)).await?;
        let body = self.0.platform.ledger.body(&stored).await?;
        let stamp = InstantText::from_text(&row.created_at.format_edxml());
        let way = match row.splice_point() {
            Some(point) => Way::Splice(point),
            None => self.rewriting(&directory, row, &stamp).await?,
        };
        let code = directory.trace_code().to_owned();
        let max = directory.settings.message_bytes_max;
        let body = match body {
            Body::Inline(bytes) => {
                let mut out = Vec::with_capacity(bytes.len() + 512);
                way.write(&bytes[..], &code, &stamp, max, &mut out)?;
                Body::Inline(out.into())
            }
            Body::Spooled(file) => {
                let out = self.0.platform.blobs.scratch()?;
                let written =
                    move || -> Result<File> { way.write_file(file, out, &code, &stamp, max) };
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

    async fn rewriting(
        &self,
        directory: &Arc<Directory>,
        row: &DocumentRow,
        stamp: &InstantText,
    ) -> Result<Way> {
        let mut document = self.header(directory, row).await?;
        document.traces.push(TraceHeader {
            organ_id: Some(directory.trace_code().to_owned()),
            timestamp: Some(stamp.clone()),
            attributes: Vec::new(),
        });
        Ok(Way::Rewrite(Box::new(Edxml::Document(Box::new(document)))))
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
        bytes_max: u64,
        out: &mut dyn Write,
    ) -> Result<()> {
        match self {
            Self::Splice(point) => {
                edxml::splice_trace(&mut source, *point, code, stamp, out)?;
            }
            Self::Rewrite(message) => {
                let limits = Limits {
                    total_bytes: bytes_max,
                    ..Limits::default()
                };
                edxml::rewrite(message, source, &limits, &WriteOptions::default(), out)?;
            }
        }
        Ok(())
    }

    fn write_file(
        &self,
        file: File,
        out: File,
        code: &str,
        stamp: &InstantText,
        bytes_max: u64,
    ) -> Result<File> {
        let mut out = BufWriter::with_capacity(BUFFER_BYTES, out);
        let source = BufReader::with_capacity(BUFFER_BYTES, file);
        self.write(source, code, stamp, bytes_max, &mut out)?;
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
