//! National systems (hệ thống quốc gia): one folder each, an outbound client behind one start.
//!
//! Owns: what the platform says to systems of the state that are not its own.
//! Not here: what a document is (`lgsp_exchange`), our own doors (`exchange`, `server`), the
//! promise to deliver (the ledger).
//! Invariant: a national system that is down harms no other traffic, and nothing that it says is
//! believed without a check.
//! Follows: design document "Document exchange", section 7.5.

pub mod error;
pub mod vxp;

use lgsp_exchange::Exchange;
use lgsp_platform::{Module, Platform, Running, messages::MessageFiles};

pub use error::{Error, Result};

/// What the national systems bring before anything runs.
///
/// # Errors
/// None at present; the shape is that of all modules.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "national",
        migrations: vxp::MIGRATIONS.to_vec(),
        kinds: Vec::new(),
        permissions: &[],
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Starts the clients of the national systems.
///
/// They follow the registry: an axis that is added, changed, disabled or given a new secret is
/// used so from the next call on.
///
/// # Errors
/// `platform.configuration.invalid` when no HTTP client can be made.
pub async fn start(platform: &Platform, exchange: &Exchange) -> Result<Running, Error> {
    vxp::start(platform, exchange, vxp::Options::default()).await?;
    Ok(Running::default())
}
