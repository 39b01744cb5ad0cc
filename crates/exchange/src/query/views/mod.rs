//! Answers of the REST interface about documents, mailboxes, figures, alarms and systems.
//!
//! Owns: their types, as the contract of the administration API names them.
//! Not here: reading them (files beside), paths and permissions (`routes/`).

mod documents;
mod mailbox;
mod overview;
mod systems;
mod unmatched;

pub use documents::*;
pub use mailbox::*;
pub use overview::*;
pub use systems::*;
pub use unmatched::*;
