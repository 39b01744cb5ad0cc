//! Groups in groups, groups by rule, and members with their dates.
//!
//! Owns: `GroupRule`, the table `user_group_nest`, the dated rows of `user_group_member`.
//! Not here: groups themselves (`group.rs`), what a ring or a rule means (`group_nesting.rs`,
//! `group_rules.rs`), by which way an account is in a group (`group_ways.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows, places};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    account::Kind,
    execute,
    group::{self, Group},
    instant,
};
use crate::{error::Result, group_rules::GROUP_LEVELS_MAX};

/// Identifiers that one query names.
const IDS_PER_QUERY: usize = 200;

/// Who is a member by rule; every condition that is present must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupRule {
    /// Agency of the account.
    pub agency: Option<String>,
    /// Whether the agencies below it count too.
    pub with_subtree: bool,
    /// Position (chức vụ), compared without regard to case.
    pub position: Option<String>,
    /// Kinds of account; empty for all.
    pub kinds: Vec<Kind>,
}

/// A member with the dates of its membership.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) id: AccountId,
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) agency: Option<String>,
    pub(crate) until: Option<Timestamp>,
    pub(crate) added_by: String,
    pub(crate) added_at: Timestamp,
}

pub(crate) fn read_rule(row: &QueryResult) -> Result<Option<GroupRule>> {
    let text: Option<String> = row.try_get("", "rule")?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
}

pub(crate) fn rule_text(group: &Group) -> Option<String> {
    let rule = group.rule.as_ref()?;
    serde_json::to_string(rule).ok()
}

/// Up to `count` members by user name, after `after`.
pub(crate) async fn members(
    db: &Database,
    id: Uuid,
    (after, now): (&str, Timestamp),
    count: u32,
) -> Result<Vec<Member>> {
    let sql = format!(
        "SELECT a.id, a.username, a.display_name, a.agency, m.until, m.added_by, m.added_at FROM user_group_member m JOIN account a ON a.id = m.account_id \
         WHERE m.group_id = $1 AND a.username > $2 AND (m.until IS NULL OR m.until > $3) \
         ORDER BY a.username LIMIT {count}"
    );
    let values = vec![id.into(), after.into(), now.0.into()];
    let read = |row: &QueryResult| {
        Ok(Member {
            id: AccountId(row.try_get("", "id")?),
            username: row.try_get("", "username")?,
            display_name: row.try_get("", "display_name")?,
            agency: row.try_get("", "agency")?,
            until: instant(row, "until")?,
            added_by: row.try_get("", "added_by")?,
            added_at: Timestamp(row.try_get("", "added_at")?),
        })
    };
    db.query_all(sql, values).await?.iter().map(read).collect()
}

/// Sets when memberships end; `None` for no end.
pub(crate) async fn set_until<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    group: Uuid,
    members: &[AccountId],
    until: Option<Timestamp>,
) -> Result<()> {
    let sql = "UPDATE user_group_member SET until = $1 WHERE group_id = $2 AND account_id = $3";
    for id in members {
        let values = vec![until.map(|at| at.0).into(), group.into(), id.0.into()];
        execute(db, connection, sql, values).await?;
    }
    Ok(())
}

/// Takes out memberships that have ended; gives group, account and agency of the group.
pub(crate) async fn end_memberships<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    now: Timestamp,
) -> Result<Vec<(Uuid, AccountId)>> {
    let sql = "DELETE FROM user_group_member WHERE until IS NOT NULL AND until <= $1 \
               RETURNING group_id, account_id";
    let rows = connection
        .query_all_raw(db.statement(sql, vec![now.0.into()]))
        .await?;
    let read = |row: &QueryResult| {
        let account: Uuid = row.try_get("", "account_id")?;
        Ok((row.try_get("", "group_id")?, AccountId(account)))
    };
    rows.iter().map(read).collect()
}

/// The groups directly in a group, by name.
pub(crate) async fn children(db: &Database, id: Uuid) -> Result<Vec<Group>> {
    let join = "JOIN user_group_nest n ON n.child_id = g.id WHERE n.parent_id = $1";
    group::list_joined(db, join, id).await
}

/// The groups that a group lies directly in, by name.
pub(crate) async fn parents(db: &Database, id: Uuid) -> Result<Vec<Group>> {
    let join = "JOIN user_group_nest n ON n.parent_id = g.id WHERE n.child_id = $1";
    group::list_joined(db, join, id).await
}

/// The groups that an account is in, directly or through groups in them, by name.
pub(crate) async fn in_effect(db: &Database, id: AccountId, now: Timestamp) -> Result<Vec<Group>> {
    let condition = format!(
        "g.id IN (WITH RECURSIVE mine (group_id, depth) AS (SELECT m.group_id, 1 \
         FROM user_group_member m WHERE m.account_id = $1 AND (m.until IS NULL OR m.until > $2) \
         UNION SELECT n.parent_id, mine.depth + 1 FROM mine JOIN user_group_nest n \
         ON n.child_id = mine.group_id WHERE mine.depth < {GROUP_LEVELS_MAX}) \
         SELECT group_id FROM mine)"
    );
    group::list_found(db, &condition, vec![id.0.into(), now.0.into()]).await
}

/// Which way from a group.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Direction {
    /// To the groups that it is in.
    Up,
    /// To the groups in it.
    Down,
}

/// Waits for other changes of groups in groups, until the transaction ends: two that are each
/// right alone could close a ring together.
pub(crate) async fn lock<C: ConnectionTrait>(db: &Database, connection: &C) -> Result<()> {
    if db.is_postgres() {
        let sql = "SELECT pg_advisory_xact_lock(7214005)";
        connection.execute_unprepared(sql).await?;
    }
    // SQLite has one writer at a time.
    Ok(())
}

/// Levels on the longest way from a group, itself not counted, up to one more than groups may
/// nest; and whether a way comes back to it. It looks at the neighbourhood of the group only.
pub(crate) async fn reach<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    direction: Direction,
) -> Result<(usize, bool)> {
    let (to, from) = match direction {
        Direction::Up => ("parent_id", "child_id"),
        Direction::Down => ("child_id", "parent_id"),
    };
    let sql = format!(
        "WITH RECURSIVE way (group_id, depth) AS ( \
             SELECT g.id, 0 FROM user_group g WHERE g.id = $1 \
             UNION SELECT n.{to}, way.depth + 1 FROM way JOIN user_group_nest n \
             ON n.{from} = way.group_id WHERE way.depth <= {GROUP_LEVELS_MAX}) \
         SELECT CAST(MAX(depth) AS BIGINT) AS levels, \
             CAST(SUM(CASE WHEN group_id = $1 AND depth > 0 THEN 1 ELSE 0 END) AS BIGINT) AS rings \
         FROM way"
    );
    let row = super::one(db, connection, &sql, vec![id.into()]).await?;
    let Some(row) = row else {
        return Ok((0, false));
    };
    let number = |name: &str| -> Result<i64> {
        let found: Option<i64> = row.try_get("", name)?;
        Ok(found.unwrap_or(0))
    };
    let levels = usize::try_from(number("levels")?).unwrap_or(0);
    Ok((levels, number("rings")? > 0))
}

/// How many of these groups exist; each id counts once.
pub(crate) async fn count_of<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    ids: &[Uuid],
) -> Result<usize> {
    let mut found = 0;
    for part in ids.chunks(IDS_PER_QUERY) {
        let list = places(1, part.len());
        let sql = format!("SELECT COUNT(*) AS n FROM user_group WHERE id IN ({list})");
        let values = part.iter().map(|id| (*id).into()).collect();
        let row = super::one(db, connection, &sql, values).await?;
        let count: i64 = row.map_or(Ok(0), |row| row.try_get("", "n"))?;
        found += usize::try_from(count).unwrap_or(0);
    }
    Ok(found)
}

/// Which of these identifiers are groups.
pub(crate) async fn among(db: &Database, ids: &[Uuid]) -> Result<Vec<Uuid>> {
    let mut found = Vec::new();
    for part in ids.chunks(IDS_PER_QUERY) {
        let list = places(1, part.len());
        let sql = format!("SELECT id FROM user_group WHERE id IN ({list})");
        let values = part.iter().map(|id| (*id).into()).collect();
        for row in db.query_all(sql, values).await? {
            found.push(row.try_get("", "id")?);
        }
    }
    Ok(found)
}

/// Takes groups out of a group.
pub(crate) async fn take_out<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    parent: Uuid,
    children: &[Uuid],
) -> Result<()> {
    let sql = "DELETE FROM user_group_nest WHERE parent_id = $1 AND child_id = $2";
    for child in children {
        execute(db, connection, sql, vec![parent.into(), (*child).into()]).await?;
    }
    Ok(())
}

/// Puts groups into a group; those that are in it already stay.
pub(crate) async fn put_in<C: ConnectionTrait>(
    connection: &C,
    parent: Uuid,
    children: &[Uuid],
    (by, now): (&str, Timestamp),
) -> Result<()> {
    let columns = &["parent_id", "child_id", "added_by", "added_at"];
    let mut rows = Rows::new("user_group_nest", columns);
    rows.suffix = "ON CONFLICT DO NOTHING";
    rows.values = children
        .iter()
        .map(|child| vec![parent.into(), (*child).into(), by.into(), now.0.into()])
        .collect();
    Ok(rows.insert(connection).await?)
}

/// The groups that a rule fills.
pub(crate) async fn with_rule(db: &Database) -> Result<Vec<Group>> {
    group::list_where(db, "g.rule IS NOT NULL").await
}

/// Gives a group exactly these members, as its rule found them.
pub(crate) async fn set_by_rule<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    group: Uuid,
    wanted: &[AccountId],
    (by, now): (&str, Timestamp),
) -> Result<(usize, usize)> {
    let sql = "SELECT account_id FROM user_group_member WHERE group_id = $1";
    let rows = connection
        .query_all_raw(db.statement(sql, vec![group.into()]))
        .await?;
    let read = |row: &QueryResult| Ok(AccountId(row.try_get("", "account_id")?));
    let present = rows.iter().map(read).collect::<Result<Vec<_>>>()?;
    let has: std::collections::HashSet<_> = present.iter().copied().collect();
    let wants: std::collections::HashSet<_> = wanted.iter().copied().collect();
    let gone: Vec<AccountId> = present
        .into_iter()
        .filter(|id| !wants.contains(id))
        .collect();
    group::remove(db, connection, group, &gone).await?;
    let new: Vec<&AccountId> = wanted.iter().filter(|id| !has.contains(id)).collect();
    let columns = &["group_id", "account_id", "added_by", "added_at"];
    let mut rows = Rows::new("user_group_member", columns);
    rows.suffix = "ON CONFLICT DO NOTHING";
    rows.values = new
        .iter()
        .map(|id| vec![group.into(), id.0.into(), by.into(), now.0.into()])
        .collect();
    let added = new.len();
    rows.insert(connection).await?;
    Ok((added, gone.len()))
}
