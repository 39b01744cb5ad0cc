//! The tables `user_group` and `user_group_member`.
//!
//! Owns: `Group`, reading and writing rows.
//! Not here: the rules (`groups.rs`).

use lgsp_model::{AccountId, Timestamp, text::fold};
use lgsp_platform::db::{Database, Rows, places};
use sea_orm::{ConnectionTrait, QueryResult, Value};
use uuid::Uuid;

use super::{
    Base,
    account_query::{escape_like, filled},
    execute,
    group_tree::GroupRule,
};
use crate::error::{Error, Result};

/// A group of accounts (nhóm).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Identifier.
    pub id: Uuid,
    /// Name, unique without regard to case.
    pub name: String,
    /// What people read.
    pub display_name: String,
    /// Agency that owns it; none for the platform itself.
    pub agency: Option<String>,
    /// Directory, provider or client that keeps it; absent when it is kept here.
    pub source: Option<String>,
    /// Its identifier there.
    pub external_id: Option<String>,
    /// Who its members are, when a rule says so.
    pub rule: Option<GroupRule>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it or its members were last changed.
    pub changed_at: Timestamp,
    /// Counts the changes of it and of its members by hand.
    pub revision: i64,
}

/// Which groups a list holds; every condition that is present must hold.
#[derive(Debug, Clone, Default)]
pub struct GroupQuery {
    /// Words to be found in the names, tone marks optional.
    pub words: String,
    /// Agencies; `None` for all, groups without agency included.
    pub agencies: Option<Vec<String>>,
    /// Name after which the list starts.
    pub after: String,
    /// Only this name.
    pub name: Option<String>,
    /// Only groups that this source keeps.
    pub source: Option<String>,
    /// Only this identifier of a source.
    pub external_id: Option<String>,
    /// Only groups that have this account or group as a direct member.
    pub member: Option<Uuid>,
    /// Only groups that this account is in, also through groups in them.
    pub member_in_effect: Option<AccountId>,
    /// Groups of the list that are passed over first, for protocols that count from the front.
    pub skip: u64,
}

/// The form in which names are compared.
pub(crate) fn key(name: &str) -> String {
    name.trim().to_lowercase()
}

const READ: &str = "SELECT g.id, g.name, g.display_name, g.agency, g.source, g.external_id, \
     g.created_at, g.changed_at, g.rule, g.revision FROM user_group g";

fn from_row(row: &QueryResult) -> Result<Group> {
    Ok(Group {
        id: row.try_get("", "id")?,
        name: row.try_get("", "name")?,
        display_name: row.try_get("", "display_name")?,
        agency: row.try_get("", "agency")?,
        source: row.try_get("", "source")?,
        external_id: row.try_get("", "external_id")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        changed_at: Timestamp(row.try_get("", "changed_at")?),
        rule: super::group_tree::read_rule(row)?,
        revision: row.try_get("", "revision")?,
    })
}

/// The group of this id.
pub(crate) async fn find(db: &Database, id: Uuid) -> Result<Option<Group>> {
    let row = db
        .query_one(format!("{READ} WHERE g.id = $1"), vec![id.into()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// The groups that a join with one id gives, by name.
pub(crate) async fn list_joined(db: &Database, join: &str, id: Uuid) -> Result<Vec<Group>> {
    let sql = format!("{READ} {join} ORDER BY g.name_key");
    let rows = db.query_all(sql, vec![id.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// The groups that a condition with its values finds, by name.
pub(crate) async fn list_found(
    db: &Database,
    condition: &str,
    values: Vec<Value>,
) -> Result<Vec<Group>> {
    let sql = format!("{READ} WHERE {condition} ORDER BY g.name_key");
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(from_row).collect()
}

/// The groups for which a constant condition holds, by name.
pub(crate) async fn list_where(db: &Database, condition: &str) -> Result<Vec<Group>> {
    let sql = format!("{READ} WHERE {condition} ORDER BY g.name_key");
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter().map(from_row).collect()
}

/// The agencies that own groups.
pub(crate) async fn agencies(db: &Database) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT agency FROM user_group WHERE agency IS NOT NULL";
    let rows = db.query_all(sql, vec![]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "agency")?);
    rows.iter().map(read).collect()
}

/// Up to `count` groups, by name.
pub(crate) async fn list(db: &Database, filter: &GroupQuery, count: u32) -> Result<Vec<Group>> {
    let (condition, values) = condition(filter);
    let skip = filter.skip;
    let sql = format!("{READ} WHERE {condition} ORDER BY g.name_key LIMIT {count} OFFSET {skip}");
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(from_row).collect()
}

/// How many groups a query finds.
pub(crate) async fn count(db: &Database, filter: &GroupQuery) -> Result<u64> {
    let (condition, values) = condition(filter);
    let sql = format!("SELECT COUNT(*) AS n FROM user_group g WHERE {condition}");
    let row = db.query_one(sql, values).await?;
    let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
    Ok(u64::try_from(count).unwrap_or(0))
}

/// The groups that an account or a group is directly in.
const HAS_MEMBER: &str = " AND (g.id IN (SELECT group_id FROM user_group_member \
    WHERE account_id = ?) OR g.id IN (SELECT parent_id FROM user_group_nest WHERE child_id = ?))";
/// The groups that an account is in, from the account up.
const HAS_INSIDE: &str = " AND g.id IN (WITH RECURSIVE mine (group_id, depth) AS ( \
    SELECT m.group_id, 1 FROM user_group_member m WHERE m.account_id = ? \
    UNION SELECT n.parent_id, mine.depth + 1 FROM mine JOIN user_group_nest n \
    ON n.child_id = mine.group_id WHERE mine.depth < {levels}) SELECT group_id FROM mine)";

/// The condition of a query and the values of its places.
fn condition(filter: &GroupQuery) -> (String, Vec<Value>) {
    let mut sql = "g.name_key > $1".to_owned();
    let mut values: Vec<Value> = vec![key(&filter.after).into()];
    for word in fold(&filter.words).split_whitespace() {
        values.push(format!("%{}%", escape_like(word)).into());
        sql.push_str(&format!(" AND g.search LIKE ${} ESCAPE '\\'", values.len()));
    }
    if let Some(agencies) = &filter.agencies {
        let list = places(values.len() + 1, agencies.len());
        sql.push_str(&format!(" AND g.agency IN ({list})"));
        values.extend(agencies.iter().map(|agency| agency.as_str().into()));
    }
    let conditions = [
        (
            " AND g.name_key = ?",
            filter.name.as_deref().map(|name| key(name).into()),
        ),
        (
            " AND g.source = ?",
            filter.source.as_deref().map(Value::from),
        ),
        (
            " AND g.external_id = ?",
            filter.external_id.as_deref().map(Value::from),
        ),
        (HAS_MEMBER, filter.member.map(Value::from)),
        (HAS_INSIDE, filter.member_in_effect.map(|id| id.0.into())),
    ];
    for (condition, value) in conditions {
        let Some(value) = value else { continue };
        values.push(value);
        sql.push_str(&filled(condition, values.len()));
    }
    (sql, values)
}

fn search_text(group: &Group) -> String {
    fold(&format!("{} {}", group.name, group.display_name))
}

/// Inserts a group without members.
///
/// # Errors
/// `identity.group.exists`.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, group: &Group) -> Result<()> {
    let columns = &[
        "id",
        "name",
        "name_key",
        "display_name",
        "agency",
        "source",
        "external_id",
        "search",
        "created_at",
        "changed_at",
        "rule",
    ];
    let values = vec![
        group.id.into(),
        group.name.as_str().into(),
        key(&group.name).into(),
        group.display_name.as_str().into(),
        group.agency.clone().into(),
        group.source.clone().into(),
        group.external_id.clone().into(),
        search_text(group).into(),
        group.created_at.0.into(),
        group.changed_at.0.into(),
        super::group_tree::rule_text(group).into(),
    ];
    let inserted = Rows::one("user_group", columns, values)
        .insert(connection)
        .await;
    exists(inserted.map_err(Error::from))
}

/// Writes everything but the members. `group.revision` is the one that was read; the row gets
/// the next one, and stays locked until the transaction ends.
///
/// # Errors
/// `identity.group.exists`, `identity.group.not_found`; `identity.changed_meanwhile` when `base`
/// demands that revision and the row has another one.
pub(crate) async fn update<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    group: &Group,
    base: Base,
) -> Result<()> {
    let sql = "UPDATE user_group SET name = $1, name_key = $2, display_name = $3, agency = $4, \
               source = $5, external_id = $6, search = $7, changed_at = $8, rule = $9, \
               revision = revision + 1 WHERE id = $10";
    let mut values = vec![
        group.name.as_str().into(),
        key(&group.name).into(),
        group.display_name.as_str().into(),
        group.agency.clone().into(),
        group.source.clone().into(),
        group.external_id.clone().into(),
        search_text(group).into(),
        group.changed_at.0.into(),
        super::group_tree::rule_text(group).into(),
        group.id.into(),
    ];
    let sql = base.demanded(sql, group.revision, &mut values);
    match execute(db, connection, &sql, values).await {
        Ok(0) if base == Base::Any => Err(Error::GroupNotFound),
        Ok(rows) => base.check(rows),
        Err(error) => exists(Err(error)),
    }
}

fn exists(result: Result<()>) -> Result<()> {
    match result {
        Err(Error::Platform(lgsp_platform::Error::AlreadyExists(_))) => Err(Error::GroupExists),
        other => other,
    }
}

/// Removes a group with its memberships.
///
/// # Errors
/// `identity.changed_meanwhile` when `base` demands the revision that was read.
pub(crate) async fn delete<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    group: &Group,
    base: Base,
) -> Result<()> {
    // Held first: nobody adds a member while the others go.
    update(db, connection, group, base).await?;
    let id = group.id;
    for sql in [
        "DELETE FROM user_group_member WHERE group_id = $1",
        "DELETE FROM user_group_nest WHERE parent_id = $1 OR child_id = $1",
        "DELETE FROM group_role WHERE group_id = $1",
        "DELETE FROM user_group WHERE id = $1",
    ] {
        execute(db, connection, sql, vec![id.into()]).await?;
    }
    Ok(())
}

/// The members of a group whose membership has not ended.
pub(crate) async fn members(db: &Database, id: Uuid, now: Timestamp) -> Result<Vec<AccountId>> {
    let sql = "SELECT account_id FROM user_group_member WHERE group_id = $1 \
               AND (until IS NULL OR until > $2) ORDER BY account_id";
    let rows = db.query_all(sql, vec![id.into(), now.0.into()]).await?;
    let read = |row: &QueryResult| Ok(AccountId(row.try_get("", "account_id")?));
    rows.iter().map(read).collect()
}

/// The groups that an account is a member of.
pub(crate) async fn of_account(db: &Database, id: AccountId, now: Timestamp) -> Result<Vec<Group>> {
    let sql = format!(
        "{READ} JOIN user_group_member m ON m.group_id = g.id WHERE m.account_id = $1 \
         AND (m.until IS NULL OR m.until > $2) ORDER BY g.name_key"
    );
    let rows = db.query_all(sql, vec![id.0.into(), now.0.into()]).await?;
    rows.iter().map(from_row).collect()
}

/// Adds members; those that are members already stay.
pub(crate) async fn add<C: ConnectionTrait>(
    connection: &C,
    group: Uuid,
    members: &[AccountId],
    (by, now): (&str, Timestamp),
) -> Result<()> {
    let columns = &["group_id", "account_id", "added_by", "added_at"];
    let mut rows = Rows::new("user_group_member", columns);
    rows.suffix = "ON CONFLICT (group_id, account_id) DO UPDATE SET until = NULL";
    rows.values = members
        .iter()
        .map(|id| vec![group.into(), id.0.into(), by.into(), now.0.into()])
        .collect();
    Ok(rows.insert(connection).await?)
}

/// Takes members out.
pub(crate) async fn remove<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    group: Uuid,
    members: &[AccountId],
) -> Result<()> {
    let sql = "DELETE FROM user_group_member WHERE group_id = $1 AND account_id = $2";
    for id in members {
        execute(db, connection, sql, vec![group.into(), id.0.into()]).await?;
    }
    Ok(())
}

/// Takes an account out of all groups.
pub(crate) async fn remove_everywhere<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: AccountId,
) -> Result<()> {
    let sql = "DELETE FROM user_group_member WHERE account_id = $1";
    execute(db, connection, sql, vec![id.0.into()])
        .await
        .map(|_| ())
}
