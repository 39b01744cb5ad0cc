//! Metadata: what parties publish about themselves.
//!
//! Owns: the list of its parts.
//! Follows: SAML 2.0 Metadata.

mod ours;
mod theirs;

pub use ours::{Own, own};
pub use theirs::{Imported, import};
