//! Lists and counts of the table `account`.
//!
//! Owns: `AccountQuery`, what is asked of many accounts at once, disabling the idle ones.
//! Not here: one account (`account.rs`).

use lgsp_model::{AccountId, Timestamp, text::fold};
use lgsp_platform::db::{Database, places};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::account::{Account, READ, State, from_row};
use crate::{error::Result, group_rules::GROUP_LEVELS_MAX};

/// Identifiers that one query names.
const IDS_PER_QUERY: usize = 200;

/// Which accounts a list holds; every condition that is present must hold.
#[derive(Debug, Clone, Default)]
pub struct AccountQuery {
    /// Words to be found in name and mail address, tone marks optional.
    pub words: String,
    /// Agencies; `None` for all, accounts without agency included.
    pub agencies: Option<Vec<String>>,
    /// User name after which the list starts.
    pub after: String,
    /// Only this user name, already folded.
    pub username: Option<String>,
    /// Only this mail address, without regard to case.
    pub email: Option<String>,
    /// Only these accounts.
    pub ids: Option<Vec<AccountId>>,
    /// Only user names that begin so, already folded.
    pub username_prefix: Option<String>,
    /// Only accounts that this source keeps.
    pub source: Option<String>,
    /// Only this identifier of a source.
    pub external_id: Option<String>,
    /// Only members of this group, also of those of a group in it.
    pub group: Option<Uuid>,
    /// Only accounts changed at or after this instant.
    pub changed_since: Option<Timestamp>,
    /// Only accounts of this state.
    pub state: Option<State>,
    /// Whether accounts whose person has left stay out.
    pub is_without_left: bool,
    /// Accounts of the list that are passed over first, for protocols that count from the front.
    pub skip: u64,
}

/// Up to `count` accounts with their roles, by user name.
pub(crate) async fn list(db: &Database, filter: &AccountQuery, count: u32) -> Result<Vec<Account>> {
    let (condition, values) = condition(filter);
    let mut sql = format!("{READ} WHERE {condition}");
    sql.push_str(&format!(
        " ORDER BY username LIMIT {count} OFFSET {}",
        filter.skip
    ));
    let rows = db.query_all(sql, values).await?;
    let mut accounts = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
    let ids: Vec<AccountId> = accounts.iter().map(|account| account.id).collect();
    let mut grants = super::role::of_accounts(db, &ids).await?;
    for account in &mut accounts {
        account.grants = grants.remove(&account.id).unwrap_or_default();
    }
    Ok(accounts)
}

/// The condition of a query and the values of its places.
fn condition(filter: &AccountQuery) -> (String, Vec<Value>) {
    let mut sql = "username > $1".to_owned();
    let mut values: Vec<Value> = vec![filter.after.as_str().into()];
    for word in fold(&filter.words).split_whitespace() {
        values.push(format!("%{}%", escape_like(word)).into());
        sql.push_str(&format!(" AND search LIKE ${} ESCAPE '\\'", values.len()));
    }
    if let Some(agencies) = &filter.agencies {
        let list = places(values.len() + 1, agencies.len());
        sql.push_str(&format!(" AND agency IN ({list})"));
        values.extend(agencies.iter().map(|agency| agency.as_str().into()));
    }
    if let Some(ids) = &filter.ids {
        let list = match ids.len() {
            // Both databases compare with nothing, none accepts an empty list.
            0 => "NULL".to_owned(),
            count => places(values.len() + 1, count),
        };
        sql.push_str(&format!(" AND id IN ({list})"));
        values.extend(ids.iter().map(|id| Value::from(id.0)));
    }
    for (condition, value) in conditions(filter) {
        values.push(value);
        sql.push_str(&filled(condition, values.len()));
    }
    if filter.is_without_left {
        sql.push_str(" AND state <> 'left'");
    }
    (sql, values)
}

/// A condition with the place of its value, and with how deep groups nest.
pub(crate) fn filled(condition: &str, place: usize) -> String {
    condition
        .replace('?', &format!("${place}"))
        .replace("{levels}", &GROUP_LEVELS_MAX.to_string())
}

/// How many accounts a query finds.
pub(crate) async fn count(db: &Database, filter: &AccountQuery) -> Result<u64> {
    let (condition, values) = condition(filter);
    let sql = format!("SELECT COUNT(*) AS n FROM account WHERE {condition}");
    let row = db.query_one(sql, values).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The ones of these user names that are taken.
pub(crate) async fn taken<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    usernames: &[&str],
) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for part in usernames.chunks(IDS_PER_QUERY) {
        let sql = format!(
            "SELECT username FROM account WHERE username IN ({})",
            places(1, part.len())
        );
        let values = part.iter().map(|name| Value::from(*name)).collect();
        let rows = connection.query_all_raw(db.statement(sql, values)).await?;
        for row in rows {
            found.push(row.try_get("", "username")?);
        }
    }
    Ok(found)
}

/// The members of a group and of those in it, from the group down; as deep as groups may
/// nest.
const IN_GROUP: &str = " AND id IN (WITH RECURSIVE inside (group_id, depth) AS ( \
    SELECT g.id, 1 FROM user_group g WHERE g.id = ? \
    UNION SELECT n.child_id, inside.depth + 1 FROM inside JOIN user_group_nest n \
    ON n.parent_id = inside.group_id WHERE inside.depth < {levels}) \
    SELECT m.account_id FROM user_group_member m JOIN inside ON inside.group_id = m.group_id)";

/// The conditions of single columns; `?` stands for the place of the value.
fn conditions(filter: &AccountQuery) -> Vec<(&'static str, Value)> {
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    [
        (" AND username = ?", text(&filter.username)),
        (
            " AND LOWER(email) = ?",
            filter
                .email
                .as_deref()
                .map(|email| email.to_lowercase().into()),
        ),
        (
            " AND username LIKE ? ESCAPE '\\'",
            filter
                .username_prefix
                .as_deref()
                .map(|prefix| format!("{}%", escape_like(prefix)).into()),
        ),
        (" AND source = ?", text(&filter.source)),
        (" AND external_id = ?", text(&filter.external_id)),
        (IN_GROUP, filter.group.map(Value::from)),
        (
            " AND changed_at >= ?",
            filter.changed_since.map(|at| at.0.into()),
        ),
        (
            " AND state = ?",
            filter.state.map(|state| state.as_str().into()),
        ),
    ]
    .into_iter()
    .filter_map(|(condition, value)| Some((condition, value?)))
    .collect()
}

pub(crate) fn escape_like(word: &str) -> String {
    word.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}

/// How many accounts of a unit have not left.
pub(crate) async fn count_of_agency(db: &Database, agency: &str) -> Result<u64> {
    let sql = "SELECT COUNT(*) AS n FROM account WHERE agency = $1 AND state <> 'left'";
    let row = db.query_one(sql, vec![agency.into()]).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The agencies that have accounts.
pub(crate) async fn agencies(db: &Database) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT agency FROM account WHERE agency IS NOT NULL";
    let rows = db.query_all(sql, vec![]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "agency")?);
    rows.iter().map(read).collect()
}

/// How many of these accounts exist; each id counts once.
pub(crate) async fn count_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    ids: &[AccountId],
) -> Result<usize> {
    let mut found = 0;
    for part in ids.chunks(IDS_PER_QUERY) {
        let sql = format!(
            "SELECT COUNT(*) AS n FROM account WHERE id IN ({})",
            places(1, part.len())
        );
        let values = part.iter().map(|id| id.0.into()).collect();
        let row = super::one(db, connection, &sql, values).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
        found += usize::try_from(count).unwrap_or(0);
    }
    Ok(found)
}

/// Disables active accounts that were not used since `before`; gives their names and agencies.
pub(crate) async fn disable_idle<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    before: Timestamp,
    now: Timestamp,
) -> Result<Vec<(String, Option<String>)>> {
    let sql = "UPDATE account SET state = 'idle', state_reason = NULL, revision = revision + 1 \
               WHERE state = 'active' AND last_used_at < $1 \
               AND NOT EXISTS (SELECT 1 FROM idle_exemption e \
               WHERE e.account_id = account.id AND e.ends_at > $2) RETURNING id, username, agency";
    let statement = db.statement(sql, vec![before.0.into(), now.0.into()]);
    let mut names = Vec::new();
    for row in connection.query_all_raw(statement).await? {
        let id: Uuid = row.try_get("", "id")?;
        super::session::delete_of(db, connection, AccountId(id), None).await?;
        names.push((row.try_get("", "username")?, row.try_get("", "agency")?));
    }
    Ok(names)
}
