//! Groups in groups and groups by rule.
//!
//! Owns: who is a member by rule, the depth of groups in groups, members with an end.
//! Not here: groups themselves (`groups.rs`), whether the caller may (`routes/`).
//! Invariant: groups form no ring and nest at most [`GROUP_LEVELS_MAX`] deep; a rule's members
//! are those that it names, from the change of the account on, and of the tree within a minute.

use std::collections::{HashMap, HashSet};

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::journal;
use sea_orm::ConnectionTrait;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
    people::PeopleError,
    tables::{
        account::{Account, State},
        grant,
        group::{self, Group},
        group_tree::{self, GroupRule},
    },
};

/// Levels of groups in groups, the top included.
pub const GROUP_LEVELS_MAX: usize = 8;

impl Identity {
    /// The groups directly in a group.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_in(&self, id: Uuid) -> Result<Vec<Group>> {
        group_tree::children(&self.platform.db, id).await
    }

    /// Puts exactly these groups into a group.
    ///
    /// # Errors
    /// `identity.group.ring`, `identity.group.too_deep`; nothing was changed then.
    pub async fn set_groups_in(
        &self,
        actor: &Actor,
        parent: &Group,
        children: &[Uuid],
    ) -> Result<()> {
        let db = &self.platform.db;
        let mut edges: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (above, below) in group_tree::edges(db).await? {
            edges.entry(above).or_default().push(below);
        }
        edges.insert(parent.id, children.to_vec());
        check_depth(&edges)?;
        let tx = db.begin().await?;
        let by = (actor.name.as_str(), actor.now);
        group_tree::set_children(db, &*tx, parent.id, children, by).await?;
        let mut after = parent.clone();
        after.changed_at = actor.now;
        group::update(db, &*tx, &after).await?;
        let event = actor.audit_group("group.groups_changed", parent);
        journal::append(&*tx, [event.with_detail(json!({ "groups": children }))]).await?;
        Ok(tx.commit().await?)
    }

    /// The groups above a group, itself included, nearest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_above(&self, group: &Group) -> Result<Vec<Group>> {
        let mut found = vec![group.clone()];
        let mut seen = HashSet::from([group.id]);
        let mut next = 0;
        while let Some(below) = found.get(next).map(|group| group.id) {
            next += 1;
            for above in group_tree::parents(&self.platform.db, below).await? {
                if seen.insert(above.id) {
                    found.push(above);
                }
            }
        }
        Ok(found)
    }

    /// Adds members whose membership ends by itself, or sets the end of present ones.
    ///
    /// # Errors
    /// `identity.account.not_found`, `identity.group.by_rule`.
    pub async fn add_members_until(
        &self,
        actor: &Actor,
        group: &Group,
        members: &[AccountId],
        until: Option<Timestamp>,
    ) -> Result<()> {
        self.change_members(actor, group, members, &[]).await?;
        if until.is_none() {
            return Ok(());
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        group_tree::set_until(db, &*tx, group.id, members, until).await?;
        let event = actor.audit_group("group.membership_dated", group);
        let detail = json!({ "members": members, "until": until });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
    }

    /// Whether a rule names an account.
    pub(crate) fn is_named(&self, rule: &GroupRule, account: &Account) -> bool {
        let is_there = rule.agency.as_deref().is_none_or(|node| {
            account.agency.as_deref().is_some_and(|own| {
                own == node || (rule.with_subtree && self.decider.is_within(own, node))
            })
        });
        let has_position = rule.position.as_deref().is_none_or(|wanted| {
            let own = account.person.position.as_deref().unwrap_or_default();
            own.to_lowercase() == wanted.trim().to_lowercase()
        });
        let is_kind = rule.kinds.is_empty() || rule.kinds.contains(&account.kind);
        account.state != State::Left && is_there && has_position && is_kind
    }

    /// Fills a group by its rule; a group that lost its rule keeps its members.
    pub(crate) async fn apply_rule<C: ConnectionTrait>(
        &self,
        connection: &C,
        group: &Group,
        actor: &Actor,
    ) -> Result<(usize, usize)> {
        let Some(rule) = &group.rule else {
            return Ok((0, 0));
        };
        let mut wanted = Vec::new();
        let mut query = crate::AccountQuery::default();
        loop {
            let page = self.accounts(&query, ACCOUNTS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            query.after.clone_from(&last.username);
            let named = page.iter().filter(|account| self.is_named(rule, account));
            wanted.extend(named.map(|account| account.id));
        }
        let by = (actor.name.as_str(), actor.now);
        group_tree::set_by_rule(&self.platform.db, connection, group.id, &wanted, by).await
    }

    /// Puts one account into the groups whose rules name it, and out of the others.
    pub(crate) async fn apply_rules_to<C: ConnectionTrait>(
        &self,
        connection: &C,
        account: &Account,
        actor: &Actor,
    ) -> Result<()> {
        let db = &self.platform.db;
        for group in group_tree::with_rule(db).await? {
            let is_member = group
                .rule
                .as_ref()
                .is_some_and(|rule| self.is_named(rule, account));
            if is_member {
                group::add(
                    connection,
                    group.id,
                    &[account.id],
                    (&actor.name, actor.now),
                )
                .await?;
            } else {
                group::remove(db, connection, group.id, &[account.id]).await?;
            }
        }
        Ok(())
    }

    /// Fills all groups by their rules anew: the tree has changed.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn apply_all_rules(&self) -> Result<()> {
        let db = &self.platform.db;
        let actor = Actor::platform(self.platform.clock.now());
        for group in group_tree::with_rule(db).await? {
            let tx = db.begin().await?;
            let (added, removed) = self.apply_rule(&*tx, &group, &actor).await?;
            if added + removed > 0 {
                let event = actor.audit_group("group.members_changed", &group);
                let detail = json!({ "by_rule": true, "added": added, "removed": removed });
                journal::append(&*tx, [event.with_detail(detail)]).await?;
            }
            tx.commit().await?;
        }
        Ok(())
    }

    /// Ends memberships and grants whose end has come, each with its event.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn end_dated(&self) -> Result<()> {
        let db = &self.platform.db;
        let actor = Actor::platform(self.platform.clock.now());
        let tx = db.begin().await?;
        let mut events = Vec::new();
        for (group, account) in group_tree::end_memberships(db, &*tx, actor.now).await? {
            let event = actor.audit_name("membership.ended", &account.to_string(), None);
            events.push(event.with_detail(json!({ "group": group })));
        }
        for ended in grant::end(db, &*tx, actor.now).await? {
            let event = actor.audit_name("grant.expired", &ended.subject, ended.agency.as_deref());
            events.push(event.with_detail(json!({ "role": ended.role, "agency": ended.node })));
        }
        journal::append(&*tx, events).await?;
        Ok(tx.commit().await?)
    }
}

/// Accounts read at once while a rule is applied.
const ACCOUNTS_AT_ONCE: u32 = 1_000;

/// Refuses rings and chains that are too long.
fn check_depth(edges: &HashMap<Uuid, Vec<Uuid>>) -> Result<(), PeopleError> {
    let mut depths = HashMap::new();
    for group in edges.keys() {
        depth_of(*group, edges, &mut depths, 1)?;
    }
    match depths.values().max() {
        Some(depth) if *depth > GROUP_LEVELS_MAX => Err(PeopleError::GroupTooDeep {
            max: GROUP_LEVELS_MAX,
        }),
        _ => Ok(()),
    }
}

/// Levels from a group down, itself included. A ring shows as a way longer than all groups.
fn depth_of(
    group: Uuid,
    edges: &HashMap<Uuid, Vec<Uuid>>,
    depths: &mut HashMap<Uuid, usize>,
    way: usize,
) -> Result<usize, PeopleError> {
    if let Some(known) = depths.get(&group) {
        return Ok(*known);
    }
    if way > 2 * GROUP_LEVELS_MAX {
        return Err(PeopleError::GroupRing);
    }
    let mut deepest = 0;
    for child in edges.get(&group).into_iter().flatten() {
        if *child == group {
            return Err(PeopleError::GroupRing);
        }
        deepest = deepest.max(depth_of(*child, edges, depths, way + 1)?);
    }
    depths.insert(group, deepest + 1);
    Ok(deepest + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges(pairs: &[(u128, u128)]) -> HashMap<Uuid, Vec<Uuid>> {
        let mut edges: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (above, below) in pairs {
            let (above, below) = (Uuid::from_u128(*above), Uuid::from_u128(*below));
            edges.entry(above).or_default().push(below);
        }
        edges
    }

    #[test]
    fn rings_and_deep_chains_are_refused() {
        let chain: Vec<(u128, u128)> = (1..8).map(|level| (level, level + 1)).collect();
        assert!(check_depth(&edges(&chain)).is_ok());
        let longer: Vec<(u128, u128)> = (1..9).map(|level| (level, level + 1)).collect();
        let refused = check_depth(&edges(&longer));
        assert!(matches!(refused, Err(PeopleError::GroupTooDeep { max: 8 })));
        for ring in [&[(1, 1)][..], &[(1, 2), (2, 1)], &[(1, 2), (2, 3), (3, 1)]] {
            assert!(matches!(
                check_depth(&edges(ring)),
                Err(PeopleError::GroupRing)
            ));
        }
        assert!(check_depth(&edges(&[(1, 2), (1, 3), (2, 4), (3, 4)])).is_ok());
    }
}
