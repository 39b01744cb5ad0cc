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
mod all_sessions;
mod audit;
mod breached;
mod core;
mod delegation;
mod factors;
mod grants;
mod groups;
mod hierarchy;
mod impersonation;
mod imports;
mod kit;
mod links;
mod lockout;
mod mail;
mod many;
mod messages;
mod nodes;
mod notices;
mod openapi;
mod own_pages;
mod owners;
mod pages;
mod passkeys;
mod passwords;
mod people;
mod policies;
mod providers;
mod reach;
mod reports;
mod review_files;
mod reviews;
mod second_factor;
mod sessions;
mod sight;
mod steps;
mod tampering;
mod themes;
mod tokens;
