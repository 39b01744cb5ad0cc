//! By which groups an account is in a group, and what those groups give it.
//!
//! Owns: `Ways`, the roles of groups with the group that holds them.
//! Not here: what an account holds at each request (`effective.rs`), the nesting itself
//! (`group_tree.rs`).
//! Invariant: a way is the shortest one; of several as short the first by name.

use std::collections::HashMap;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    db::{Database, places},
    http::context::RoleGrant,
};
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

use super::agency_of;
use crate::{error::Result, group_rules::GROUP_LEVELS_MAX};

/// Accounts that one query names.
const ACCOUNTS_PER_QUERY: usize = 200;

/// A group on a way.
#[derive(Debug, Clone)]
struct Stop {
    /// The group in it by which it is reached; itself where the account is a direct member.
    below: Uuid,
    /// What people read.
    name: String,
}

/// The groups that an account is in, each with the way to it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ways(HashMap<Uuid, Stop>);

impl Ways {
    /// Those of an account.
    pub(crate) async fn of_account(db: &Database, id: AccountId, now: Timestamp) -> Result<Self> {
        let sql = format!(
            "WITH RECURSIVE mine (group_id, below_id, depth) AS ( \
                 SELECT m.group_id, m.group_id, 1 FROM user_group_member m \
                 WHERE m.account_id = $1 AND (m.until IS NULL OR m.until > $2) \
                 UNION SELECT n.parent_id, n.child_id, mine.depth + 1 FROM mine \
                 JOIN user_group_nest n ON n.child_id = mine.group_id \
                 WHERE mine.depth < {GROUP_LEVELS_MAX}) \
             SELECT mine.group_id, mine.below_id, g.display_name FROM mine \
                 JOIN user_group g ON g.id = mine.group_id \
                 JOIN user_group b ON b.id = mine.below_id ORDER BY mine.depth, b.name_key"
        );
        let mut stops = HashMap::new();
        for row in db.query_all(sql, vec![id.0.into(), now.0.into()]).await? {
            let stop = Stop {
                below: row.try_get("", "below_id")?,
                name: row.try_get("", "display_name")?,
            };
            stops.entry(row.try_get("", "group_id")?).or_insert(stop);
        }
        Ok(Self(stops))
    }

    /// The groups from the account's own one up to this; none when it is not in it.
    pub(crate) fn to(&self, group: Uuid) -> Vec<Uuid> {
        let mut way = Vec::new();
        let mut place = group;
        while let Some(stop) = self.0.get(&place) {
            way.push(place);
            if stop.below == place || way.len() >= GROUP_LEVELS_MAX {
                break;
            }
            place = stop.below;
        }
        way.reverse();
        way
    }

    /// The names of [`Ways::to`].
    pub(crate) fn names_to(&self, group: Uuid) -> Vec<String> {
        let way = self.to(group);
        let names = way.iter().filter_map(|id| self.0.get(id));
        names.map(|stop| stop.name.clone()).collect()
    }
}

/// A role is in force at the value `$2`, the present.
const IN_FORCE: &str = "(r.valid_from IS NULL OR r.valid_from <= $2) \
                        AND (r.valid_until IS NULL OR r.valid_until > $2)";

/// A role that a group gives, and the group's identifier.
type GroupGrant = (RoleGrant, Uuid);

fn grant(row: &QueryResult) -> Result<RoleGrant> {
    let agency: String = row.try_get("", "agency")?;
    Ok(RoleGrant {
        role: row.try_get("", "role")?,
        agency: agency_of(agency),
    })
}

/// The roles in force that an account has through groups.
pub(crate) async fn grants_of(
    db: &Database,
    id: AccountId,
    now: Timestamp,
) -> Result<Vec<GroupGrant>> {
    let sql = format!(
        "WITH RECURSIVE mine (group_id, depth) AS ( \
             SELECT m.group_id, 1 FROM user_group_member m \
             WHERE m.account_id = $1 AND (m.until IS NULL OR m.until > $2) \
             UNION SELECT n.parent_id, mine.depth + 1 FROM mine JOIN user_group_nest n \
             ON n.child_id = mine.group_id WHERE mine.depth < {GROUP_LEVELS_MAX}) \
         SELECT r.role, r.agency, r.group_id FROM group_role r \
             JOIN user_group g ON g.id = r.group_id \
             WHERE r.group_id IN (SELECT group_id FROM mine) AND {IN_FORCE} \
             ORDER BY r.role, r.agency, g.name_key"
    );
    let rows = db.query_all(sql, vec![id.0.into(), now.0.into()]).await?;
    let read = |row: &QueryResult| Ok((grant(row)?, row.try_get("", "group_id")?));
    rows.iter().map(read).collect()
}

/// The roles in force that accounts have through groups, each with the name of its group.
pub(crate) async fn grants_of_accounts(
    db: &Database,
    ids: &[AccountId],
    now: Timestamp,
) -> Result<HashMap<AccountId, Vec<(RoleGrant, String)>>> {
    let mut found: HashMap<AccountId, Vec<(RoleGrant, String)>> = HashMap::new();
    for part in ids.chunks(ACCOUNTS_PER_QUERY) {
        // The present has the place that `IN_FORCE` names; the accounts follow.
        let sql = format!(
            "WITH RECURSIVE mine (account_id, group_id, depth) AS ( \
                 SELECT m.account_id, m.group_id, 1 FROM user_group_member m \
                 WHERE m.account_id IN ({list}) AND (m.until IS NULL OR m.until > $1) \
                 UNION SELECT mine.account_id, n.parent_id, mine.depth + 1 FROM mine \
                 JOIN user_group_nest n ON n.child_id = mine.group_id \
                 WHERE mine.depth < {GROUP_LEVELS_MAX}) \
             SELECT DISTINCT mine.account_id, r.role, r.agency, g.display_name FROM mine \
                 JOIN group_role r ON r.group_id = mine.group_id \
                 JOIN user_group g ON g.id = mine.group_id WHERE {IN_FORCE} \
                 ORDER BY r.role, r.agency, g.display_name",
            list = places(3, part.len()),
        );
        let mut values: Vec<Value> = vec![now.0.into(), now.0.into()];
        values.extend(part.iter().map(|id| Value::from(id.0)));
        for row in db.query_all(sql, values).await? {
            let account = AccountId(row.try_get("", "account_id")?);
            let held = (grant(&row)?, row.try_get("", "display_name")?);
            found.entry(account).or_default().push(held);
        }
    }
    Ok(found)
}
