//! What a run did, or would do.
//!
//! Owns: `Report`; `Reason`, why something did not work.
//! Not here: doing it (`sync.rs`).
//! Invariant: a report is bounded; beyond its lines only numbers grow.

use lgsp_platform::{error::Sentence, http::Problem, messages};
use serde::Serialize;
use utoipa::ToSchema;

/// Lines of a report that name single people.
const LINES_MAX: usize = 100;

/// Why something did not work, in words of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DirectoryReason)]
pub(crate) struct Reason {
    /// Stable id.
    pub(crate) code: String,
    /// What to do, in both languages.
    pub(crate) messages: Sentence,
}

impl Reason {
    /// The words of an error.
    pub(crate) fn of(error: &dyn Problem) -> Self {
        Self::new(error.id(), &error.arguments())
    }

    /// The words of an id.
    pub(crate) fn new(id: &'static str, arguments: &[(&'static str, String)]) -> Self {
        Self {
            code: id.to_owned(),
            messages: messages::sentence(id, arguments),
        }
    }
}

/// What a run did, or would do.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// Entries read.
    pub(crate) read: usize,
    /// Accounts made.
    pub(crate) created: usize,
    /// Accounts changed.
    pub(crate) changed: usize,
    /// Accounts locked, because they are locked there or gone.
    pub(crate) locked: usize,
    /// Accounts unlocked, because they are back.
    pub(crate) unlocked: usize,
    /// Entries that may be accounts of somebody else.
    pub(crate) conflicts: usize,
    /// Entries that cannot be accounts.
    pub(crate) skipped: usize,
    /// Groups made or changed.
    pub(crate) groups: usize,
    /// Why the run stopped before it locked anybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<String>,
    /// The same with an id, in both languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stopped_reason: Option<Reason>,
    /// Why the run failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<String>,
    /// The same with an id, in both languages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) failure_reason: Option<Reason>,
    /// Who is concerned: `create`, `change`, `lock`, `unlock`, `conflict`, `skip` and a name.
    pub(crate) lines: Vec<(&'static str, String)>,
}

impl Report {
    pub(crate) fn line(&mut self, act: &'static str, name: &str) {
        if self.lines.len() < LINES_MAX {
            self.lines.push((act, name.to_owned()));
        }
    }
}
