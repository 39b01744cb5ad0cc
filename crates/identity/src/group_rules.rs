//! Groups by rule, and members with an end.
//!
//! Owns: who is a member by rule, the end of memberships that end by themselves.
//! Not here: groups themselves (`groups.rs`), groups in groups (`group_nesting.rs`), whether the
//! caller may (`routes/`).
//! Invariant: a rule's members are those that it names, from the change of the account on, and of
//! the tree within a minute.

use lgsp_platform::journal;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
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
        let _turn = self.sweeping.lock().await;
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
