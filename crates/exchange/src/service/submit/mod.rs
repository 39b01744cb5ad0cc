//! A message is offered: read, checked, made durable, delivered.
//!
//! Owns: the way from bytes to one acceptance of the ledger, and the audit event of a refusal.
//! Not here: carriers (`vxp/`, `routes/`), the rules of states (`../../rules.rs`).
//! Invariant: nothing is written before everything is known to be right; then all at once.
//! Follows: design document "Document exchange", sections 2.2, 5 and 7.4.

mod business;
mod document;
mod identity;
mod locked;
mod prepared;
pub(crate) mod read;
mod sender;
pub(crate) mod status;
mod targets;

use lgsp_platform::http::Problem as _;

use super::{Exchange, MessageType, Source, Submission, Submitted};
use crate::{
    Error, Result,
    edxml::{DefectCode, Edxml, Mode, Reading, Rejection},
};

/// Longest code or document id that is stored; the standard has 35 characters for a code.
pub(crate) const KEY_BYTES_MAX: usize = 512;

impl Exchange {
    /// Takes a message in: parsed, checked, durable, delivered to each receiver.
    ///
    /// Returns after everything would survive a kill. A repeat answers the first identifier and
    /// changes nothing.
    ///
    /// # Errors
    /// * `exchange.message.not_conformant`, `exchange.message.type`, `exchange.trace.loop`
    /// * `exchange.sender.foreign`, `exchange.sender.differs`
    /// * `exchange.recipient.unknown`: names every code; nobody received anything
    /// * `exchange.recipient.locked`: the same for receivers that take in nothing for now
    /// * `exchange.document.id_reused`, `exchange.status.order` (strict mode)
    /// * `exchange.document.not_owner`, `exchange.status.foreign`
    /// * `platform.storage.full`, `platform.database.failed`: nothing was accepted
    pub async fn submit(&self, submission: Submission) -> Result<Submitted> {
        let actor = submission.source.actor().to_owned();
        let (address, trace_id) = (submission.address.clone(), submission.trace_id.clone());
        let event = match submission.message_type {
            MessageType::Edoc => "document.submitted",
            MessageType::Status => "status.submitted",
        };
        let result = Box::pin(self.take(submission)).await;
        let counted = result.as_ref().map_or_else(|error| error.id(), |_| "ok");
        self.0.platform.metrics.count(event, counted);
        if let Err(error) = &result
            && error.is_refusal()
        {
            self.note_refusal(&actor, event, error.id(), address, trace_id)
                .await;
        }
        result
    }

    async fn take(&self, submission: Submission) -> Result<Submitted> {
        let directory = self.directory();
        let mut reading = read::read(&directory, &submission.received, submission.mode).await?;
        if !matches!(submission.source, Source::Upstream { .. }) {
            refuse_broken(&reading)?;
        }
        let message = std::mem::replace(&mut reading.message, Edxml::Status(Default::default()));
        match (message, submission.message_type) {
            (Edxml::Document(document), MessageType::Edoc) => {
                self.take_document(&directory, submission, *document, reading)
                    .await
            }
            (Edxml::Status(status), MessageType::Status) => {
                self.take_status(&directory, submission, status).await
            }
            _ => Err(Error::MessageType),
        }
    }
}

/// A document that is offered to us must be whole.
fn refuse_broken(reading: &Reading) -> Result<()> {
    if !reading.has_broken_attachment() {
        return Ok(());
    }
    let is_it = |code: DefectCode| code == DefectCode::AttachmentNotBase64;
    match reading.defects.iter().find(|defect| is_it(defect.code)) {
        Some(defect) => Err(Error::NotConformant(Box::new(Rejection {
            defect: defect.clone(),
            limit: None,
            noted: Vec::new(),
        }))),
        None => Ok(()),
    }
}

pub(crate) use sender::shortened as short;

/// Whether defects are refused.
fn is_strict(mode: Mode) -> bool {
    mode == Mode::Strict
}
