//! Which state of a row a change is made to.
//!
//! Owns: `Base`, the condition that it adds to a statement.
//! Not here: the revision of a row (`account.rs`, `group.rs`), comparing versions that a protocol
//! shows (each protocol).
//! Invariant: the revision is compared by the statement that writes, so that of several nodes
//! that read the same state only one changes it.

use sea_orm::Value;

use crate::error::{Error, Result};

/// Which state of a row a change is made to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Base {
    /// Whatever it is by then: the last change wins.
    #[default]
    Any,
    /// The one that was read: after another change nothing is written.
    AsRead,
}

impl Base {
    /// A statement that ends in a condition, with the revision demanded; the revision becomes the
    /// last of its values.
    pub(super) fn demanded(self, sql: &str, revision: i64, values: &mut Vec<Value>) -> String {
        match self {
            Self::Any => sql.to_owned(),
            Self::AsRead => {
                values.push(revision.into());
                format!("{sql} AND revision = ${}", values.len())
            }
        }
    }

    /// Refuses when the statement found no row of that revision.
    ///
    /// # Errors
    /// `identity.changed_meanwhile`.
    pub(super) const fn check(self, rows: u64) -> Result<()> {
        match (self, rows) {
            (Self::AsRead, 0) => Err(Error::ChangedMeanwhile),
            _ => Ok(()),
        }
    }
}
