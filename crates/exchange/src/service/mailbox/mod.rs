//! Mailboxes: what waits for an agency, taking it out, saying so.
//!
//! Owns: finding an item for its owner.
//! Not here: how an item comes into a mailbox (`../submit/`).
//! Invariant: only who speaks for the receiver sees an item; for others it does not exist.
//! Follows: design document "Document exchange", section 7.4.

mod acknowledge;
mod fetch;
mod list;
mod sent;

use uuid::Uuid;

use super::{Exchange, Reader};
use crate::{
    Error, Result,
    directory::Place,
    tables::{CopyRow, HistoryRow, copy, history},
};

/// An item of a mailbox.
pub(crate) enum Item {
    Copy(Box<CopyRow>),
    Status(Box<HistoryRow>),
}

impl Exchange {
    /// The item of this id, if the reader owns it.
    async fn item(&self, reader: &Reader, doc_id: &str) -> Result<Item> {
        let missing = || Error::not_found("item", super::submit::short(doc_id));
        let id = Uuid::parse_str(doc_id.trim()).map_err(|_| missing())?;
        let owns = |agency: &String| reader.agencies.contains(agency);
        let db = &self.0.platform.db;
        if let Some(copy) = copy::find_many(db, &[id]).await?.pop() {
            let is_ours = copy.place == Place::Mailbox && owns(&copy.agency);
            return if is_ours {
                Ok(Item::Copy(Box::new(copy)))
            } else {
                Err(missing())
            };
        }
        match history::find_many(db, &[id]).await?.pop() {
            Some(status) if owns(&status.to_agency) => Ok(Item::Status(Box::new(status))),
            _ => Err(missing()),
        }
    }
}
