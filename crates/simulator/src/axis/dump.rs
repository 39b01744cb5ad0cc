//! What the control interface shows of the state.
//!
//! Owns: the JSON shapes of dump and statistics.
//! Not here: content of messages.
//! Invariant: no secret is in a dump.
//! Follows: nothing outside; read by tests and by people.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::operations::Operation;
use super::state::{Copy, Sent, State};
use crate::edxml::{Kind, Summary};

/// Everything about messages, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dump {
    /// Messages as they were sent.
    pub sent: Vec<SentDump>,
    /// Copies in mailboxes, done ones too.
    pub copies: Vec<CopyDump>,
}

/// A message as it was sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SentDump {
    /// The sender's `DocId`.
    pub doc_id: String,
    /// System that sent it.
    pub systemid: String,
    /// What the axis read of it.
    #[serde(flatten)]
    pub summary: Summary,
    /// SHA-256 of the file as it came, hexadecimal.
    pub digest: String,
    /// Its length.
    pub size_bytes: usize,
    /// Tolerated defects of the file as it came.
    pub defects: Vec<String>,
    /// When, milliseconds Unix UTC.
    pub at_ms: i64,
    /// `DocId`s of its copies.
    pub copies: Vec<String>,
}

/// A copy in a mailbox.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CopyDump {
    /// The recipient's `docId`.
    pub doc_id: String,
    /// System that owns the mailbox.
    pub systemid: String,
    /// Document or status message.
    pub kind: Kind,
    /// Code of the sender.
    pub from: String,
    /// Code of the recipient.
    pub to: String,
    /// `DocumentId` of the message, of a status message that of its document.
    pub document_id: String,
    /// Status code of a status message.
    pub status_code: String,
    /// `initial`, `processing`, `done` or `fail`.
    pub status: String,
    /// When it came, milliseconds Unix UTC.
    pub created_ms: i64,
    /// How often it was fetched.
    pub fetches: u32,
    /// How often it was reported done.
    pub done_calls: u32,
}

/// Counts of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationStats {
    /// Calls that arrived.
    pub called: u64,
    /// Calls that succeeded; the reply may have been cut all the same.
    pub succeeded: u64,
    /// Refusals by `ErrorCode`.
    pub refused: BTreeMap<String, u64>,
}

/// Counts since the start or the last seed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// By operation.
    pub operations: BTreeMap<String, OperationStats>,
    /// Faults that fired, by kind.
    pub faults: BTreeMap<String, u64>,
}

impl Stats {
    fn of(&mut self, operation: Operation) -> &mut OperationStats {
        self.operations
            .entry(operation.name().to_owned())
            .or_default()
    }

    pub(super) fn called(&mut self, operation: Operation) {
        self.of(operation).called += 1;
    }

    pub(super) fn answered(&mut self, operation: Operation, code: Option<&str>) {
        let counts = self.of(operation);
        match code {
            None => counts.succeeded += 1,
            Some(code) => *counts.refused.entry(code.to_owned()).or_default() += 1,
        }
    }

    pub(super) fn fired(&mut self, fault: &str) {
        *self.faults.entry(fault.to_owned()).or_default() += 1;
    }
}

pub(super) fn dump(state: &State) -> Dump {
    Dump {
        sent: state
            .sent
            .values()
            .map(|sent| sent_dump(state, sent))
            .collect(),
        copies: state
            .copies
            .values()
            .map(|copy| copy_dump(state, copy))
            .collect(),
    }
}

fn sent_dump(state: &State, sent: &Sent) -> SentDump {
    let copies = sent
        .copies
        .iter()
        .filter_map(|number| state.copies.get(number));
    SentDump {
        doc_id: sent.doc_id.clone(),
        systemid: sent.systemid.clone(),
        summary: sent.summary.clone(),
        digest: sent.digest.clone(),
        size_bytes: sent.size_bytes,
        defects: sent
            .defects
            .iter()
            .map(|defect| (*defect).to_owned())
            .collect(),
        at_ms: sent.at_ms,
        copies: copies.map(|copy| copy.doc_id.clone()).collect(),
    }
}

fn copy_dump(state: &State, copy: &Copy) -> CopyDump {
    let summary = state.sent.get(&copy.sent).map(|sent| &sent.summary);
    CopyDump {
        doc_id: copy.doc_id.clone(),
        systemid: copy.systemid.clone(),
        kind: copy.kind,
        from: copy.from.clone(),
        to: copy.to.clone(),
        document_id: summary
            .map(|summary| summary.document_id.clone())
            .unwrap_or_default(),
        status_code: summary
            .map(|summary| summary.status_code.clone())
            .unwrap_or_default(),
        status: copy.status.as_str().to_owned(),
        created_ms: copy.created_ms,
        fetches: copy.fetches,
        done_calls: copy.done_calls,
    }
}
