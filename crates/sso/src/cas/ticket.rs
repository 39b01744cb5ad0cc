//! Service tickets.
//!
//! Owns: the table `cas_ticket`.
//! Invariant: a ticket is stored as its hash; the first look at it removes it.
//! Follows: CAS Protocol 3.0, 3.1; design document "Identity", section 4.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    Platform,
    clock::random_bytes,
    db::{Migration, Rows},
    error::Error as PlatformError,
};
use ring::digest::{SHA256, digest};
use sea_orm::ConnectionTrait as _;
use uuid::Uuid;

use crate::error::Result;

/// How long a ticket may be used, 30 seconds: from redirect to validation.
pub(super) const LIFE_MS: i64 = 30_000;
/// Pause between two sweeps of tickets that nobody used.
const SWEEP_MS: i64 = 60_000;
/// Longest ticket that is looked for.
const BYTES_MAX: usize = 64;

/// Its table.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "sso_20261126_21_cas_ticket",
    statements: &[
        "CREATE TABLE IF NOT EXISTS cas_ticket (
            ticket_hash {bytes} NOT NULL PRIMARY KEY, service TEXT NOT NULL,
            url TEXT NOT NULL, session_id {uuid} NOT NULL, account_id {uuid} NOT NULL,
            is_fresh BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
        "CREATE INDEX IF NOT EXISTS cas_ticket_expires ON cas_ticket (expires_at)",
    ],
}];

/// What a ticket stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ticket {
    /// Name of the application's resource.
    pub(super) service: String,
    /// Address of the service, exactly.
    pub(super) url: String,
    /// The session.
    pub(super) session_id: Uuid,
    /// The person.
    pub(super) account_id: AccountId,
    /// Whether the person signed in for this ticket.
    pub(super) is_fresh: bool,
}

fn hash(ticket: &str) -> Vec<u8> {
    digest(&SHA256, ticket.as_bytes()).as_ref().to_vec()
}

/// Makes a ticket.
pub(super) async fn issue(platform: &Platform, ticket: &Ticket) -> Result<String> {
    let bytes = random_bytes::<24>().map_err(PlatformError::from)?;
    let text = format!("ST-{}", URL_SAFE_NO_PAD.encode(bytes));
    let expires_at = platform.clock.now().plus_ms(LIFE_MS);
    let columns = &[
        "ticket_hash",
        "service",
        "url",
        "session_id",
        "account_id",
        "is_fresh",
        "expires_at",
    ];
    let values = vec![
        hash(&text).into(),
        ticket.service.as_str().into(),
        ticket.url.as_str().into(),
        ticket.session_id.into(),
        ticket.account_id.0.into(),
        i64::from(ticket.is_fresh).into(),
        expires_at.0.into(),
    ];
    let tx = platform.db.begin().await?;
    Rows::one("cas_ticket", columns, values)
        .insert(&*tx)
        .await?;
    tx.commit().await?;
    Ok(text)
}

/// Takes a ticket out; nothing when there is none or it came too late.
pub(super) async fn take(platform: &Platform, text: &str) -> Result<Option<Ticket>> {
    if !text.starts_with("ST-") || text.len() > BYTES_MAX {
        return Ok(None);
    }
    let sql = "DELETE FROM cas_ticket WHERE ticket_hash = $1 \
               RETURNING service, url, session_id, account_id, is_fresh, expires_at";
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    let statement = platform.db.statement(sql, vec![hash(text).into()]);
    let row = tx.query_one_raw(statement).await?;
    tx.commit().await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let expires_at = Timestamp(row.try_get("", "expires_at")?);
    let is_fresh: i64 = row.try_get("", "is_fresh")?;
    let ticket = Ticket {
        service: row.try_get("", "service")?,
        url: row.try_get("", "url")?,
        session_id: row.try_get("", "session_id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        is_fresh: is_fresh == 1,
    };
    Ok((expires_at > now).then_some(ticket))
}

/// Removes tickets that nobody used, for ever.
pub(super) async fn sweep(platform: Platform) {
    loop {
        platform.clock.sleep(SWEEP_MS).await;
        if let Err(error) = sweep_once(&platform).await {
            tracing::warn!(%error, "sweep of tickets failed, will try again");
        }
    }
}

async fn sweep_once(platform: &Platform) -> Result<()> {
    let sql = "DELETE FROM cas_ticket WHERE expires_at <= $1";
    let now = platform.clock.now();
    let tx = platform.db.begin().await?;
    tx.execute_raw(platform.db.statement(sql, vec![now.0.into()]))
        .await?;
    Ok(tx.commit().await?)
}
