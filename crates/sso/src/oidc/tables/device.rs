//! The table `device_code`: devices that wait for a person.
//!
//! Owns: its rows.
//! Not here: the rules (`device/`, `token/device.rs`).

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Rows};
use sea_orm::{QueryResult, Statement};

use crate::{error::Result, oidc::client::secrets::hash};

/// Where a device stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::oidc) enum DeviceState {
    /// Nobody has decided.
    Pending,
    /// A person has allowed it.
    Allowed,
    /// A person has refused it.
    Denied,
}

impl DeviceState {
    pub(in crate::oidc) const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Allowed => "allowed",
            Self::Denied => "denied",
        }
    }
}

/// A waiting device.
#[derive(Debug, Clone)]
pub(in crate::oidc) struct Device {
    pub(in crate::oidc) hash: Vec<u8>,
    pub(in crate::oidc) user_code: String,
    pub(in crate::oidc) client: String,
    pub(in crate::oidc) scopes: Vec<String>,
    pub(in crate::oidc) state: DeviceState,
    /// The grant, once it is allowed.
    pub(in crate::oidc) payload: String,
    pub(in crate::oidc) interval_s: i64,
    pub(in crate::oidc) polled_at: Timestamp,
    pub(in crate::oidc) expires_at: Timestamp,
}

fn from_row(row: &QueryResult) -> Result<Device> {
    let (scopes, state): (String, String) = (row.try_get("", "scopes")?, row.try_get("", "state")?);
    Ok(Device {
        hash: row.try_get("", "hash")?,
        user_code: row.try_get("", "user_code")?,
        client: row.try_get("", "client")?,
        scopes: scopes.split_whitespace().map(str::to_owned).collect(),
        state: match state.as_str() {
            "allowed" => DeviceState::Allowed,
            "pending" => DeviceState::Pending,
            _ => DeviceState::Denied,
        },
        payload: row.try_get("", "payload")?,
        interval_s: row.try_get("", "interval_s")?,
        polled_at: Timestamp(row.try_get("", "polled_at")?),
        expires_at: Timestamp(row.try_get("", "expires_at")?),
    })
}

const COLUMNS: &[&str] = &[
    "hash",
    "user_code",
    "client",
    "scopes",
    "state",
    "payload",
    "interval_s",
    "polled_at",
    "expires_at",
];

pub(in crate::oidc) fn row(device: &Device) -> Rows {
    let values = vec![
        device.hash.clone().into(),
        device.user_code.as_str().into(),
        device.client.as_str().into(),
        device.scopes.join(" ").into(),
        device.state.as_str().into(),
        device.payload.as_str().into(),
        device.interval_s.into(),
        device.polled_at.0.into(),
        device.expires_at.0.into(),
    ];
    Rows::one("device_code", COLUMNS, values)
}

/// By the code that the device holds.
pub(in crate::oidc) async fn find(db: &Database, device_code: &str) -> Result<Option<Device>> {
    let sql = format!(
        "SELECT {} FROM device_code WHERE hash = $1",
        COLUMNS.join(", ")
    );
    let row = db.query_one(sql, vec![hash(device_code).into()]).await?;
    row.as_ref().map(from_row).transpose()
}

/// By the code that the person types; only while nobody has decided.
pub(in crate::oidc) async fn find_pending(
    db: &Database,
    user_code: &str,
    now: Timestamp,
) -> Result<Option<Device>> {
    let sql = format!(
        "SELECT {} FROM device_code WHERE user_code = $1 AND state = 'pending' \
         AND expires_at > $2",
        COLUMNS.join(", ")
    );
    let row = db
        .query_one(sql, vec![user_code.into(), now.0.into()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Notes a decision.
pub(in crate::oidc) fn decide(
    db: &Database,
    device: &Device,
    state: DeviceState,
    payload: String,
) -> Statement {
    let sql = "UPDATE device_code SET state = $1, payload = $2 WHERE hash = $3 \
               AND state = 'pending'";
    let values = vec![
        state.as_str().into(),
        payload.into(),
        device.hash.clone().into(),
    ];
    db.statement(sql, values)
}

/// Notes a question of the device.
pub(in crate::oidc) fn polled(
    db: &Database,
    device: &Device,
    interval_s: i64,
    now: Timestamp,
) -> Statement {
    let sql = "UPDATE device_code SET polled_at = $1, interval_s = $2 WHERE hash = $3";
    let values = vec![now.0.into(), interval_s.into(), device.hash.clone().into()];
    db.statement(sql, values)
}
