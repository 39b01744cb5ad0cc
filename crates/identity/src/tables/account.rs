//! The table `account`.
//!
//! Owns: `Account`, its kinds and states, reading and writing rows.
//! Not here: passwords and failures (`credential.rs`), who may (`routes/`), the rules
//! (`accounts.rs`).

use lgsp_model::{AccountId, Timestamp, text::fold};
use lgsp_platform::{
    db::{Database, Rows, places},
    http::context::RoleGrant,
};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{execute, instant};
use crate::error::{Error, Result};

/// What an account is for; kinds are kept apart (TCVN 14423:2026, 5.6.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person who manages the platform or an agency.
    Administrator,
    /// A person who watches and mends.
    Operator,
    /// A technical account of a device or tool; tokens only.
    Technical,
    /// A job or script; tokens only.
    Service,
    /// A public official.
    Official,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Technical => "technical",
            Self::Service => "service",
            Self::Official => "official",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "administrator" => Self::Administrator,
            "operator" => Self::Operator,
            "technical" => Self::Technical,
            "service" => Self::Service,
            _ => Self::Official,
        }
    }

    /// Whether a person signs in with it.
    #[must_use]
    pub const fn is_person(self) -> bool {
        !matches!(self, Self::Technical | Self::Service)
    }
}

/// Whether an account may be used at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// May be used.
    Active,
    /// Disabled by an administrator.
    Disabled,
    /// Disabled because nobody used it for too long.
    Idle,
}

impl State {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Idle => "idle",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "active" => Self::Active,
            "idle" => Self::Idle,
            _ => Self::Disabled,
        }
    }
}

/// An account (tài khoản).
#[derive(Debug, Clone)]
pub struct Account {
    /// Identifier.
    pub id: AccountId,
    /// Sign-in name, lower case.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Agency it belongs to.
    pub agency: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// Whether it may be used.
    pub state: State,
    /// Argon2id, or none when it has no password.
    pub(crate) password_hash: Option<String>,
    /// When the password was set.
    pub password_changed_at: Option<Timestamp>,
    /// Who set it, when that was not the account itself.
    pub password_by: Option<String>,
    /// Until when the password does not work after failures.
    pub locked_until: Option<Timestamp>,
    /// Last sign-in.
    pub last_sign_in_at: Option<Timestamp>,
    /// Last use of any kind; creation when never used.
    pub last_used_at: Timestamp,
    /// When it was made.
    pub created_at: Timestamp,
    /// Roles, sorted.
    pub grants: Vec<RoleGrant>,
}

impl Account {
    /// Whether the password is locked at `now`.
    #[must_use]
    pub fn is_locked(&self, now: Timestamp) -> bool {
        self.locked_until.is_some_and(|until| until > now)
    }
}

const READ: &str = "SELECT id, username, display_name, email, agency, kind, state, password_hash, \
     password_changed_at, password_by, locked_until, last_sign_in_at, last_used_at, created_at \
     FROM account";

fn from_row(row: &QueryResult) -> Result<Account> {
    Ok(Account {
        id: AccountId(row.try_get("", "id")?),
        username: row.try_get("", "username")?,
        display_name: row.try_get("", "display_name")?,
        email: row.try_get("", "email")?,
        agency: row.try_get("", "agency")?,
        kind: Kind::parse(&row.try_get::<String>("", "kind")?),
        state: State::parse(&row.try_get::<String>("", "state")?),
        password_hash: row.try_get("", "password_hash")?,
        password_changed_at: instant(row, "password_changed_at")?,
        password_by: row.try_get("", "password_by")?,
        locked_until: instant(row, "locked_until")?,
        last_sign_in_at: instant(row, "last_sign_in_at")?,
        last_used_at: Timestamp(row.try_get("", "last_used_at")?),
        created_at: Timestamp(row.try_get("", "created_at")?),
        grants: Vec::new(),
    })
}

/// The account of this id, with its roles.
pub(crate) async fn find(db: &Database, id: AccountId) -> Result<Option<Account>> {
    find_where(db, "id = $1", id.0.into()).await
}

/// The account of this user name, with its roles.
pub(crate) async fn find_by_username(db: &Database, username: &str) -> Result<Option<Account>> {
    find_where(db, "username = $1", username.into()).await
}

async fn find_where(db: &Database, condition: &str, value: Value) -> Result<Option<Account>> {
    let sql = format!("{READ} WHERE {condition}");
    let Some(row) = db.query_one(sql, vec![value]).await? else {
        return Ok(None);
    };
    let mut account = from_row(&row)?;
    let mut grants = super::role::of_accounts(db, &[account.id]).await?;
    account.grants = grants.remove(&account.id).unwrap_or_default();
    Ok(Some(account))
}

/// Which accounts a list holds.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    /// Words to be found, already folded.
    pub(crate) words: String,
    /// Agencies; `None` for all, accounts without agency included.
    pub(crate) agencies: Option<Vec<String>>,
    /// User name after which the list starts.
    pub(crate) after: String,
}

/// Up to `count` accounts with their roles, by user name.
pub(crate) async fn list(db: &Database, filter: &Filter, count: u32) -> Result<Vec<Account>> {
    let mut sql = format!("{READ} WHERE username > $1");
    let mut values: Vec<Value> = vec![filter.after.as_str().into()];
    for word in filter.words.split_whitespace() {
        values.push(format!("%{}%", escape_like(word)).into());
        sql.push_str(&format!(" AND search LIKE ${} ESCAPE '\\'", values.len()));
    }
    if let Some(agencies) = &filter.agencies {
        let list = places(values.len() + 1, agencies.len());
        sql.push_str(&format!(" AND agency IN ({list})"));
        values.extend(agencies.iter().map(|agency| agency.as_str().into()));
    }
    sql.push_str(&format!(" ORDER BY username LIMIT {count}"));
    let rows = db.query_all(sql, values).await?;
    let mut accounts = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut grants = super::role::of_accounts(db, &ids).await?;
    for account in &mut accounts {
        account.grants = grants.remove(&account.id).unwrap_or_default();
    }
    Ok(accounts)
}

fn escape_like(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// The agencies that have accounts.
pub(crate) async fn agencies(db: &Database) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT agency FROM account WHERE agency IS NOT NULL";
    let rows = db.query_all(sql, vec![]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "agency")?);
    rows.iter().map(read).collect()
}

fn search_text(account: &Account) -> String {
    let email = account.email.as_deref().unwrap_or_default();
    fold(&format!(
        "{} {} {email}",
        account.username, account.display_name
    ))
}

/// Inserts an account without its roles.
///
/// # Errors
/// `identity.account.exists`.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, account: &Account) -> Result<()> {
    let columns = &[
        "id",
        "username",
        "display_name",
        "email",
        "agency",
        "kind",
        "state",
        "search",
        "password_hash",
        "password_changed_at",
        "password_by",
        "failures",
        "last_used_at",
        "created_at",
    ];
    let values = vec![
        account.id.0.into(),
        account.username.as_str().into(),
        account.display_name.as_str().into(),
        account.email.clone().into(),
        account.agency.clone().into(),
        account.kind.as_str().into(),
        account.state.as_str().into(),
        search_text(account).into(),
        account.password_hash.clone().into(),
        account.password_changed_at.map(|at| at.0).into(),
        account.password_by.clone().into(),
        0_i32.into(),
        account.last_used_at.0.into(),
        account.created_at.0.into(),
    ];
    match Rows::one("account", columns, values)
        .insert(connection)
        .await
    {
        Err(lgsp_platform::Error::AlreadyExists(_)) => Err(Error::AccountExists),
        other => Ok(other?),
    }
}

/// Writes name, mail address, agency and state.
pub(crate) async fn update<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    account: &Account,
) -> Result<()> {
    let sql = "UPDATE account SET display_name = $1, email = $2, agency = $3, state = $4, \
               search = $5, last_used_at = $6 WHERE id = $7";
    let values = vec![
        account.display_name.as_str().into(),
        account.email.clone().into(),
        account.agency.clone().into(),
        account.state.as_str().into(),
        search_text(account).into(),
        account.last_used_at.0.into(),
        account.id.0.into(),
    ];
    execute(db, connection, sql, values).await.map(|_| ())
}

/// Notes a use that is no sign-in.
pub(crate) async fn touch<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE account SET last_used_at = $1 WHERE id = $2";
    execute(db, connection, sql, vec![now.0.into(), id.0.into()])
        .await
        .map(|_| ())
}

/// Disables active accounts that were not used since `before`; gives their names and agencies.
pub(crate) async fn disable_idle<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    before: Timestamp,
) -> Result<Vec<(String, Option<String>)>> {
    let sql = "UPDATE account SET state = 'idle' WHERE state = 'active' AND last_used_at < $1 \
               RETURNING id, username, agency";
    let statement = db.statement(sql, vec![before.0.into()]);
    let mut names = Vec::new();
    for row in connection.query_all_raw(statement).await? {
        let id: Uuid = row.try_get("", "id")?;
        super::session::delete_of(db, connection, AccountId(id), None).await?;
        names.push((row.try_get("", "username")?, row.try_get("", "agency")?));
    }
    Ok(names)
}
