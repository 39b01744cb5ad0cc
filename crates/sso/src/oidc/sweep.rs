//! Removing what has expired.
//!
//! Owns: the scheduled sweep of the provider's tables.
//! Invariant: a row is removed only after its end; a family goes after its last token.

use lgsp_platform::ledger::schedule;
use sea_orm::ConnectionTrait as _;

use super::{Provider, limits::SWEEP_MS};

/// Each table with the condition of its end.
const SWEEPS: [&str; 6] = [
    "DELETE FROM oidc_parked WHERE expires_at <= $1",
    "DELETE FROM refresh_token WHERE expires_at <= $1",
    "DELETE FROM token_family WHERE expires_at <= $1",
    "DELETE FROM revoked_token WHERE expires_at <= $1",
    "DELETE FROM device_code WHERE expires_at <= $1",
    "DELETE FROM client_secret WHERE expires_at <= $1",
];

/// Starts the sweep; of several nodes one does it.
pub(super) fn start(provider: &Provider) {
    let platform = provider.platform.clone();
    let (ledger, tasks) = (platform.ledger.clone(), platform.tasks.clone());
    let job = move || -> schedule::Run {
        let platform = platform.clone();
        Box::pin(async move {
            let now = platform.clock.now();
            for sql in SWEEPS {
                let tx = platform.db.begin().await?;
                tx.execute_raw(platform.db.statement(sql, vec![now.0.into()]))
                    .await?;
                tx.commit().await?;
            }
            Ok(())
        })
    };
    schedule::start(&ledger, &tasks, "oidc sweep", SWEEP_MS, job);
}
