//! Behaviour of identity, through HTTP and its public API, on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod access;
mod accounts;
mod audit;
mod core;
mod delegation;
mod grants;
mod groups;
mod hierarchy;
mod imports;
mod kit;
mod lockout;
mod many;
mod messages;
mod openapi;
mod pages;
mod passkeys;
mod passwords;
mod people;
mod policies;
mod reach;
mod reports;
mod reviews;
mod sessions;
mod steps;
mod table;
mod tokens;
