//! The values that go into the ledger and come out of it.
//!
//! Owns: states, acceptances, settlements, leased deliveries.
//! Not here: how they are stored (`sql.rs`).

use lgsp_model::{DeliveryId, MessageId, Timestamp};
use sea_orm::Statement;
use serde::{Deserialize, Serialize};

use crate::{blobs::Body, db::Rows, journal::Event};

/// Highest priority; queues are emptied from here down.
pub const PRIORITY_MAX: i16 = 9;
/// Longest payload of a delivery without a message, 64 KiB.
pub const PAYLOAD_BYTES_MAX: usize = 65_536;
/// Longest stored reason of a failure, in bytes.
pub const REASON_BYTES_MAX: usize = 2_000;

/// Where a delivery stands.
///
/// `waiting` is a queued delivery behind another one of its lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DeliveryState)]
pub enum State {
    /// Ready, or in a mailbox and not yet fetched.
    Queued,
    /// Behind another delivery of its lane.
    Waiting,
    /// A worker has it.
    Leased,
    /// Handed over; an acknowledgement may follow.
    Delivered,
    /// The receiver has confirmed it. Final.
    Acknowledged,
    /// The last attempt failed; another one is due.
    Failed,
    /// Given up; a person decides. Final until redriven.
    Dead,
    /// Taken out of its queue. Final.
    Cancelled,
}

impl State {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Queued,
        Self::Waiting,
        Self::Leased,
        Self::Delivered,
        Self::Acknowledged,
        Self::Failed,
        Self::Dead,
        Self::Cancelled,
    ];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Waiting => "waiting",
            Self::Leased => "leased",
            Self::Delivered => "delivered",
            Self::Acknowledged => "acknowledged",
            Self::Failed => "failed",
            Self::Dead => "dead",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// A body to be stored with what is known of it.
pub struct NewMessage {
    /// Identifier.
    pub id: MessageId,
    /// What kind of content: `edxml.document`, `edxml.status`.
    pub kind: &'static str,
    /// The content.
    pub body: Body,
    /// Length in bytes.
    pub size_bytes: u64,
    /// SHA-256 of the content.
    pub digest: [u8; 32],
    /// Trace id under which it came.
    pub trace_id: Option<String>,
}

/// A stored message without its body.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Identifier.
    pub id: MessageId,
    /// What kind of content.
    pub kind: String,
    /// The content when it is small; else it is in the blob store under `digest`.
    pub body: Option<Vec<u8>>,
    /// Length in bytes.
    pub size_bytes: i64,
    /// SHA-256 of the content.
    pub digest: Vec<u8>,
    /// Trace id under which it came.
    pub trace_id: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
}

/// A delivery to be made.
#[derive(Debug, Clone)]
pub struct NewDelivery {
    /// Identifier; ascends in the order of acceptance.
    pub id: DeliveryId,
    /// The message, unless the delivery is an internal job.
    pub message: Option<MessageId>,
    /// Which workers, or `mailbox`.
    pub queue: String,
    /// Receiver: an agency code, a system name, a job name.
    pub address: String,
    /// Partition key: deliveries of one lane leave one after another.
    pub lane: Option<String>,
    /// 0 to [`PRIORITY_MAX`]; higher leaves first.
    pub priority: i16,
    /// Fetched by the receiver instead of pushed by a worker.
    pub is_pull: bool,
    /// Not before this instant.
    pub due_at: Timestamp,
    /// Small content of an internal job.
    pub payload: Option<String>,
}

/// Makes a repeat harmless: the first result is kept and answered again.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Claim {
    /// Namespace and key, for example `vxp:<system>:<digest>`.
    pub key: String,
    /// What a repeat is answered.
    pub result: String,
    /// Until when a repeat is recognised.
    pub expires_at: Timestamp,
}

/// Everything else that is written in the same transaction.
#[derive(Default)]
pub struct Effects {
    /// Bodies.
    pub messages: Vec<NewMessage>,
    /// Deliveries.
    pub deliveries: Vec<NewDelivery>,
    /// Rows of the capability.
    pub rows: Vec<Rows>,
    /// Further statements of the capability, in order, after the rows.
    pub statements: Vec<Statement>,
    /// Other deliveries that change with it.
    pub outcomes: Vec<(DeliveryId, Outcome)>,
    /// Events of the journal.
    pub events: Vec<Event>,
}

/// What is to be promised.
#[derive(Default)]
pub struct Acceptance {
    /// Recognises repeats; absent for what cannot repeat.
    pub claim: Option<Claim>,
    /// What is written.
    pub effects: Effects,
}

/// Answer to an acceptance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// It is durable now.
    New,
    /// It was accepted before; the result of then.
    Repeat {
        /// Result kept with the claim.
        result: String,
    },
}

/// A delivery in the hands of a worker.
#[derive(Debug, Clone)]
pub struct Leased {
    /// Identifier.
    pub id: DeliveryId,
    /// Must be given back with the outcome; an old one is refused.
    pub fence: i64,
    /// The message, unless it is an internal job.
    pub message: Option<MessageId>,
    /// Receiver.
    pub address: String,
    /// Partition key.
    pub lane: Option<String>,
    /// Attempts so far, this one included.
    pub attempts: i32,
    /// Small content of an internal job.
    pub payload: Option<String>,
    /// When it was accepted.
    pub created_at: Timestamp,
}

/// How an attempt, or a wish of a person, ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Handed over.
    Delivered,
    /// Handed over and confirmed. Final.
    Acknowledged,
    /// Not this time.
    Failed {
        /// Why, without personal data.
        reason: String,
        /// When to try again.
        next_at: Timestamp,
    },
    /// Not now, and the attempt does not count.
    Postponed {
        /// When to try again.
        next_at: Timestamp,
    },
    /// Never without a person.
    Dead {
        /// Why, without personal data.
        reason: String,
    },
    /// Taken out.
    Cancelled {
        /// Why.
        reason: String,
    },
    /// Taken out if still possible; no error when it is already done.
    CancelledIfOpen {
        /// Why.
        reason: String,
    },
    /// From the start again.
    Redriven,
}

/// The end of an attempt with its effects.
pub struct Settlement {
    /// The delivery.
    pub id: DeliveryId,
    /// Fence of the lease; absent for pull deliveries and wishes of persons.
    pub fence: Option<i64>,
    /// How it ended.
    pub outcome: Outcome,
    /// What is written with it.
    pub effects: Effects,
}
