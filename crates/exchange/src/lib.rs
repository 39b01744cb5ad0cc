//! Document exchange (trao đổi văn bản): documents and status messages between agencies, and
//! with the national axis.
//!
//! Owns: the edXML codec, documents and their copies, states, mailboxes, alarms, the interfaces
//! that other systems speak to us.
//! Not here: the client of the national axis (`national`), agencies (`catalogue`), the promise to
//! deliver (the ledger).
//! Invariant: a document is acknowledged to its sender after it is durable, never before.
//! Follows: QCVN 102:2016/BTTTT; design document "Document exchange".

pub mod alarms;
pub mod directory;
pub mod edxml;
pub mod error;
pub mod kinds;
pub mod query;
pub mod routes;
pub mod rules;
pub mod service;
mod tables;
pub mod vxp;
mod worker;

use lgsp_catalogue::Catalogue;
use lgsp_platform::{Module, Platform, Running, messages::MessageFiles, registry::KindDescriptor};

pub use error::{Error, Result};
pub use service::Exchange;

/// Where the service door mounts the VXP interface.
pub const VXP_PREFIX: &str = "/vxp";

/// Our sentences.
pub const MESSAGES: MessageFiles = MessageFiles {
    vi: include_str!("../messages/vi.toml"),
    en: include_str!("../messages/en.toml"),
};

/// What document exchange brings before anything runs.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    let mut kinds = kinds::descriptors()?;
    kinds.push(KindDescriptor::of::<vxp::proposals::AgencyProposal>()?);
    Ok(Module {
        name: "exchange",
        migrations: tables::MIGRATIONS.to_vec(),
        kinds,
        permissions: routes::PERMISSIONS,
        messages: MESSAGES,
    })
}

/// Starts document exchange on a running platform: the handle, its faces, its background work.
///
/// # Errors
/// When a secret cannot be opened with the master key, or the database fails.
pub async fn start(platform: &Platform, catalogue: Catalogue) -> Result<(Exchange, Running)> {
    let exchange = Exchange::open(platform.clone(), catalogue).await?;
    worker::start(&exchange);
    let running = Running {
        api: routes::router(exchange.clone()),
        service: vxp::server::router(exchange.clone(), VXP_PREFIX),
        ..Running::default()
    };
    Ok((exchange, running))
}
