//! Secrets of applications and application passwords of people.
//!
//! Owns: the tables `ldap_app_secret` and `app_password`.
//! Not here: who may issue them (`routes.rs`), what a bind with them opens (`face/bind.rs`).
//! Invariant: 256 random bits, shown once, stored as SHA-256; each act with its audit event, and
//! the notice to its person, in one transaction.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::{Account, Actor, Identity, NoticeKind};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    Platform,
    clock::random_bytes,
    db::{Migration, Rows},
    journal::{self, Class, Event},
};
use ring::digest;
use sea_orm::{ConnectionTrait as _, QueryResult};
use serde_json::json;
use uuid::Uuid;

use crate::{Error, Result};

/// Secrets of one application that work at the same time, so that they can be exchanged.
pub const APP_SECRETS_MAX: usize = 2;
/// Application passwords of one person.
pub const APP_PASSWORDS_MAX: usize = 20;
/// How often "last used" is written.
const TOUCH_MS: i64 = 60_000;
/// How an application password begins, so that it is not taken for a main password.
pub const APP_PASSWORD_PREFIX: &str = "lgspap-";

/// The tables.
pub(crate) const MIGRATIONS: &[Migration] = &[LDAP_SECRETS, APP_PASSWORD_ACR];

const APP_PASSWORD_ACR: Migration = Migration {
    name: "directory_20261126_60_app_password_acr",
    statements: &["ALTER TABLE app_password ADD COLUMN acr BIGINT NOT NULL DEFAULT 1"],
};

const LDAP_SECRETS: Migration = Migration {
    name: "directory_20261126_01_ldap_secrets",
    statements: &[
        "CREATE TABLE IF NOT EXISTS ldap_app_secret (
            id {uuid} NOT NULL PRIMARY KEY, app TEXT NOT NULL, secret_hash {bytes} NOT NULL UNIQUE,
            created_by TEXT NOT NULL, created_at BIGINT NOT NULL, last_used_at BIGINT)",
        "CREATE INDEX IF NOT EXISTS ldap_app_secret_app ON ldap_app_secret (app, created_at)",
        "CREATE TABLE IF NOT EXISTS app_password (
            id {uuid} NOT NULL PRIMARY KEY, account_id {uuid} NOT NULL REFERENCES account (id),
            label TEXT NOT NULL, app TEXT, secret_hash {bytes} NOT NULL UNIQUE,
            created_at BIGINT NOT NULL, last_used_at BIGINT)",
        "CREATE INDEX IF NOT EXISTS app_password_account ON app_password (account_id, created_at)",
    ],
};

/// A secret of an application, without its value.
#[derive(Debug, Clone)]
pub struct AppSecret {
    /// Identifier.
    pub id: Uuid,
    /// Who issued it.
    pub created_by: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// An application password, without its value.
#[derive(Debug, Clone)]
pub struct AppPassword {
    /// Identifier.
    pub id: Uuid,
    /// What its person calls it.
    pub label: String,
    /// The only application through which it works; any when absent.
    pub app: Option<String>,
    /// Level of the proof with which it was made: 1 one factor, 2 two.
    pub acr: u8,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

fn hash(secret: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret).as_ref().to_vec()
}

fn new_secret(prefix: &str) -> Result<String> {
    let bytes = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
    Ok(format!("{prefix}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn instant(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
}

fn event(actor: &Actor, action: &str, subject: (&str, &str)) -> Event {
    let mut event = Event::new(Class::Audit, actor.now, actor.name.clone(), action, subject);
    event.address.clone_from(&actor.address);
    event.on_behalf_of.clone_from(&actor.on_behalf_of);
    event
}

/// Issues a secret of an application; gives its value, which is kept nowhere.
///
/// # Errors
/// `directory.secret.too_many` when it has [`APP_SECRETS_MAX`].
pub async fn issue_app_secret(platform: &Platform, actor: &Actor, app: &str) -> Result<String> {
    let secret = new_secret("")?;
    let tx = platform.db.begin().await?;
    let sql = "SELECT COUNT(*) AS n FROM ldap_app_secret WHERE app = $1";
    let row = tx
        .query_one_raw(platform.db.statement(sql, vec![app.into()]))
        .await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    if usize::try_from(count).unwrap_or(usize::MAX) >= APP_SECRETS_MAX {
        return Err(Error::SecretsTooMany {
            max: APP_SECRETS_MAX,
        });
    }
    let columns = &["id", "app", "secret_hash", "created_by", "created_at"];
    let values = vec![
        platform.ids.next().into(),
        app.into(),
        hash(secret.as_bytes()).into(),
        actor.name.as_str().into(),
        actor.now.0.into(),
    ];
    Rows::one("ldap_app_secret", columns, values)
        .insert(&*tx)
        .await?;
    journal::append(
        &*tx,
        [event(actor, "ldap.secret.issued", ("ldap-app", app))],
    )
    .await?;
    tx.commit().await?;
    Ok(secret)
}

/// The secrets of an application, oldest first.
///
/// # Errors
/// `platform.database.failed`.
pub async fn app_secrets(platform: &Platform, app: &str) -> Result<Vec<AppSecret>> {
    let sql = "SELECT id, created_by, created_at, last_used_at FROM ldap_app_secret \
               WHERE app = $1 ORDER BY created_at, id";
    let rows = platform.db.query_all(sql, vec![app.into()]).await?;
    let read = |row: &QueryResult| {
        Ok(AppSecret {
            id: row.try_get("", "id")?,
            created_by: row.try_get("", "created_by")?,
            created_at: Timestamp(row.try_get("", "created_at")?),
            last_used_at: instant(row, "last_used_at")?,
        })
    };
    rows.iter().map(read).collect()
}

/// Ends a secret of an application.
///
/// # Errors
/// `platform.thing.not_found`.
pub async fn revoke_app_secret(
    platform: &Platform,
    actor: &Actor,
    app: &str,
    id: Uuid,
) -> Result<()> {
    let tx = platform.db.begin().await?;
    let sql = "DELETE FROM ldap_app_secret WHERE app = $1 AND id = $2";
    let statement = platform.db.statement(sql, vec![app.into(), id.into()]);
    if tx.execute_raw(statement).await?.rows_affected() == 0 {
        return Err(not_found("secret", id));
    }
    journal::append(
        &*tx,
        [event(actor, "ldap.secret.revoked", ("ldap-app", app))],
    )
    .await?;
    Ok(tx.commit().await?)
}

fn not_found(what: &'static str, id: Uuid) -> Error {
    Error::Platform(lgsp_platform::Error::NotFound {
        what,
        name: id.to_string(),
    })
}

/// The secret of an application that has this value.
pub(crate) async fn find_app_secret(
    platform: &Platform,
    app: &str,
    secret: &[u8],
) -> Result<Option<Uuid>> {
    let sql = "SELECT id, last_used_at FROM ldap_app_secret WHERE app = $1 AND secret_hash = $2";
    let values = vec![app.into(), hash(secret).into()];
    let Some(row) = platform.db.query_one(sql, values).await? else {
        return Ok(None);
    };
    let id: Uuid = row.try_get("", "id")?;
    touch(
        platform,
        "ldap_app_secret",
        id,
        instant(&row, "last_used_at")?,
    )
    .await?;
    Ok(Some(id))
}

/// Whether a secret still works.
pub(crate) async fn is_live(platform: &Platform, id: Uuid) -> Result<bool> {
    let sql = "SELECT id FROM ldap_app_secret WHERE id = $1";
    let row = platform.db.query_one(sql, vec![id.into()]).await?;
    Ok(row.is_some())
}

async fn touch(platform: &Platform, table: &str, id: Uuid, last: Option<Timestamp>) -> Result<()> {
    let now = platform.clock.now();
    if last.is_some_and(|last| now.since(last) < TOUCH_MS) {
        return Ok(());
    }
    let tx = platform.db.begin().await?;
    let sql = format!("UPDATE {table} SET last_used_at = $1 WHERE id = $2");
    tx.execute_raw(platform.db.statement(sql, vec![now.0.into(), id.into()]))
        .await?;
    Ok(tx.commit().await?)
}

/// Makes an application password; gives its value, which is kept nowhere.
///
/// # Errors
/// `directory.secret.too_many`.
pub async fn make_app_password(
    platform: &Platform,
    identity: &Identity,
    actor: &Actor,
    account: &Account,
    (label, app): (&str, Option<&str>),
) -> Result<(AppPassword, String)> {
    if app_passwords(platform, account.id).await?.len() >= APP_PASSWORDS_MAX {
        return Err(Error::SecretsTooMany {
            max: APP_PASSWORDS_MAX,
        });
    }
    let secret = new_secret(APP_PASSWORD_PREFIX)?;
    // Who has a second factor showed it just before: the session had to be proved anew with it.
    let acr = if identity.factors(account.id).await?.is_empty() {
        1
    } else {
        2
    };
    let made = AppPassword {
        id: platform.ids.next(),
        label: label.to_owned(),
        app: app.map(str::to_owned),
        acr,
        created_at: actor.now,
        last_used_at: None,
    };
    let columns = &[
        "id",
        "account_id",
        "label",
        "app",
        "secret_hash",
        "created_at",
        "acr",
    ];
    let values = vec![
        made.id.into(),
        account.id.0.into(),
        label.into(),
        made.app.clone().into(),
        hash(secret.as_bytes()).into(),
        actor.now.0.into(),
        i64::from(acr).into(),
    ];
    let tx = platform.db.begin().await?;
    Rows::one("app_password", columns, values)
        .insert(&*tx)
        .await?;
    let detail = json!({ "kind": "app_password", "app": made.app });
    let event = event(actor, "factor.added", ("account", &account.username));
    journal::append(&*tx, [event.with_detail(detail)]).await?;
    identity
        .notify(&tx, account.id, NoticeKind::FactorAdded, label, actor)
        .await?;
    tx.commit().await?;
    Ok((made, secret))
}

/// The application passwords of a person, oldest first.
///
/// # Errors
/// `platform.database.failed`.
pub async fn app_passwords(platform: &Platform, id: AccountId) -> Result<Vec<AppPassword>> {
    let sql = "SELECT id, label, app, acr, created_at, last_used_at FROM app_password \
               WHERE account_id = $1 ORDER BY created_at, id";
    let rows = platform.db.query_all(sql, vec![id.0.into()]).await?;
    rows.iter().map(app_password).collect()
}

fn app_password(row: &QueryResult) -> Result<AppPassword> {
    Ok(AppPassword {
        id: row.try_get("", "id")?,
        label: row.try_get("", "label")?,
        app: row.try_get("", "app")?,
        acr: u8::try_from(row.try_get::<i64>("", "acr")?).unwrap_or(1),
        created_at: Timestamp(row.try_get("", "created_at")?),
        last_used_at: instant(row, "last_used_at")?,
    })
}

/// Ends an application password.
///
/// # Errors
/// `platform.thing.not_found`.
pub async fn revoke_app_password(
    platform: &Platform,
    identity: &Identity,
    actor: &Actor,
    account: &Account,
    id: Uuid,
) -> Result<()> {
    let tx = platform.db.begin().await?;
    let sql = "DELETE FROM app_password WHERE account_id = $1 AND id = $2 RETURNING label";
    let statement = platform
        .db
        .statement(sql, vec![account.id.0.into(), id.into()]);
    let Some(row) = tx.query_one_raw(statement).await? else {
        return Err(not_found("app password", id));
    };
    let label: String = row.try_get("", "label")?;
    let detail = json!({ "kind": "app_password" });
    let event = event(actor, "factor.removed", ("account", &account.username));
    journal::append(&*tx, [event.with_detail(detail)]).await?;
    identity
        .notify(&tx, account.id, NoticeKind::FactorRemoved, &label, actor)
        .await?;
    Ok(tx.commit().await?)
}

/// The application password of an account that has this value.
pub(crate) async fn find_app_password(
    platform: &Platform,
    id: AccountId,
    secret: &[u8],
) -> Result<Option<AppPassword>> {
    let sql = "SELECT id, label, app, acr, created_at, last_used_at FROM app_password \
               WHERE account_id = $1 AND secret_hash = $2";
    let values = vec![id.0.into(), hash(secret).into()];
    let Some(row) = platform.db.query_one(sql, values).await? else {
        return Ok(None);
    };
    let found = app_password(&row)?;
    touch(platform, "app_password", found.id, found.last_used_at).await?;
    Ok(Some(found))
}
