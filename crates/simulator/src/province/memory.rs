//! What the demo traffic remembers: planned answers, documents that can be acted on again.
//!
//! Owns: the memory and its file.
//! Not here: deciding what is planned (`agent.rs`, `sender.rs`).
//! Invariant: the file is replaced whole; an unreadable file means an empty memory.
//! Follows: nothing outside.

use std::collections::VecDeque;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::sender::Outgoing;
use crate::clock;
use crate::edxml::{Party, ResponseFor};

/// Most planned answers; beyond it new documents are only acknowledged.
const PLANNED_MAX: usize = 5_000;
/// Most documents that are remembered for a later action.
const REMEMBERED_MAX: usize = 300;
/// Most copies that are remembered as seen.
const SEEN_MAX: usize = 1_000;
/// Shortest time between two writings of the file, unless a copy is to be acknowledged.
const SAVE_EVERY_MS: i64 = 2_000;

/// A status message to be sent later.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Planned {
    pub(super) due_ms: i64,
    pub(super) systemid: String,
    pub(super) from: Party,
    pub(super) target: ResponseFor,
    pub(super) code: String,
    #[serde(default)]
    pub(super) attempts: u32,
}

/// A document of our own, or one that was received.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) at_ms: i64,
    pub(super) systemid: String,
    /// Our agency.
    pub(super) own: Party,
    /// The other side.
    pub(super) others: Vec<Party>,
    pub(super) target: ResponseFor,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Memory {
    pub(super) planned: Vec<Planned>,
    pub(super) sent: VecDeque<Known>,
    pub(super) received: VecDeque<Known>,
    seen: VecDeque<String>,
    #[serde(skip)]
    path: Option<PathBuf>,
    #[serde(skip)]
    is_changed: bool,
    #[serde(skip)]
    saved_ms: i64,
}

impl Memory {
    pub(super) fn load(path: Option<PathBuf>) -> Self {
        let read = path.as_ref().and_then(|path| std::fs::read(path).ok());
        let memory = read.and_then(|text| serde_json::from_slice::<Self>(&text).ok());
        Self {
            path,
            is_changed: false,
            ..memory.unwrap_or_default()
        }
    }

    /// True the first time only.
    pub(super) fn is_new(&self, doc_id: &str) -> bool {
        !self.seen.iter().any(|seen| seen == doc_id)
    }

    pub(super) fn mark_seen(&mut self, doc_id: &str) {
        push(&mut self.seen, doc_id.to_owned(), SEEN_MAX);
        self.is_changed = true;
    }

    pub(super) fn plan(&mut self, planned: Planned) {
        if self.planned.len() < PLANNED_MAX {
            self.planned.push(planned);
            self.is_changed = true;
        }
    }

    /// Takes one answer of this system that is due.
    pub(super) fn take_due(&mut self, systemid: &str, now_ms: i64) -> Option<Planned> {
        let is_due = |planned: &Planned| planned.due_ms <= now_ms && planned.systemid == systemid;
        let due = self
            .planned
            .iter()
            .enumerate()
            .filter(|(_, planned)| is_due(planned));
        let (place, _) = due.min_by_key(|(_, planned)| planned.due_ms)?;
        self.is_changed = true;
        Some(self.planned.remove(place))
    }

    pub(super) fn remember_sent(&mut self, outgoing: &Outgoing, now_ms: i64) {
        let known = Known {
            at_ms: now_ms,
            systemid: outgoing.systemid.clone(),
            own: outgoing.draft.from.clone(),
            others: outgoing.draft.to.clone(),
            target: outgoing.draft.as_response_for(),
        };
        push(&mut self.sent, known, REMEMBERED_MAX);
        self.is_changed = true;
    }

    pub(super) fn remember_received(&mut self, known: Known) {
        push(&mut self.received, known, REMEMBERED_MAX);
        self.is_changed = true;
    }

    pub(super) fn save_if_old(&mut self, now_ms: i64) {
        if self.is_changed && now_ms >= self.saved_ms + SAVE_EVERY_MS {
            self.save();
        }
    }

    pub(super) fn save(&mut self) {
        self.is_changed = false;
        self.saved_ms = clock::wall_ms();
        let Some(path) = &self.path else { return };
        let aside = path.with_extension("new");
        let written = serde_json::to_vec(self)
            .map_err(std::io::Error::other)
            .and_then(|text| std::fs::write(&aside, text))
            .and_then(|()| std::fs::rename(&aside, path));
        if let Err(error) = written {
            tracing::warn!(%error, "demo memory cannot be written");
        }
    }
}

fn push<T>(queue: &mut VecDeque<T>, item: T, max: usize) {
    while queue.len() >= max {
        queue.pop_front();
    }
    queue.push_back(item);
}
