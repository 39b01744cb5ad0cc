//! Groups in groups.
//!
//! Owns: seeing and changing which group is in which, the refusal of rings and of too many levels.
//! Not here: groups themselves (`groups.rs`), rules and dates (`group_rules.rs`), rows
//! (`tables/group_tree.rs`).
//! Invariant: groups form no ring and nest at most [`GROUP_LEVELS_MAX`] deep, also when several
//! nodes change them at the same time. A change looks at the groups above and below the one that
//! changes; a question goes up from an account: neither grows with the number of all groups.

use std::collections::HashSet;

use lgsp_model::AccountId;
use lgsp_platform::db::WriteTx;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    group_rules::GROUP_LEVELS_MAX,
    groups::{GroupChange, MembersChange},
    people::PeopleError,
    tables::{
        group::{self, Group},
        group_tree::{self, Direction},
        group_ways::Ways,
    },
};

/// A group that an account is in.
#[derive(Debug, Clone)]
pub struct InGroup {
    /// The group.
    pub group: Group,
    /// The groups by which it is in it, its own one first, this one last. One: it is a member
    /// itself.
    pub way: Vec<Uuid>,
}

impl InGroup {
    /// Whether the account is a member itself.
    #[must_use]
    pub const fn is_direct(&self) -> bool {
        self.way.len() == 1
    }
}

impl Identity {
    /// The groups directly in a group, by name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_in(&self, id: Uuid) -> Result<Vec<Group>> {
        group_tree::children(&self.platform.db, id).await
    }

    /// Which of these identifiers are groups.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_among(&self, ids: &[Uuid]) -> Result<HashSet<Uuid>> {
        let found = group_tree::among(&self.platform.db, ids).await?;
        Ok(found.into_iter().collect())
    }

    /// The groups that an account is in, directly or through groups in them, by name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_in_effect(&self, id: AccountId) -> Result<Vec<Group>> {
        group_tree::in_effect(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// As [`Identity::groups_in_effect`], with the way to each: its own groups first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn group_ways(&self, id: AccountId) -> Result<Vec<InGroup>> {
        let ways = Ways::of_account(&self.platform.db, id, self.platform.clock.now()).await?;
        let found = self.groups_in_effect(id).await?;
        let with_way = |group: Group| InGroup {
            way: ways.to(group.id),
            group,
        };
        let mut all: Vec<InGroup> = found.into_iter().map(with_way).collect();
        // Stable: both parts stay sorted by name.
        all.sort_by_key(|one| !one.is_direct());
        Ok(all)
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
        let wanted: HashSet<Uuid> = children.iter().copied().collect();
        let present: HashSet<Uuid> = self
            .groups_in(parent.id)
            .await?
            .iter()
            .map(|group| group.id)
            .collect();
        let members = MembersChange {
            add_groups: wanted.difference(&present).copied().collect(),
            remove_groups: present.difference(&wanted).copied().collect(),
            ..MembersChange::default()
        };
        let change = GroupChange {
            members,
            // Compared with what was read: another change in between is not undone unseen.
            base: crate::Base::AsRead,
            ..GroupChange::default()
        };
        self.update_group(actor, parent, change).await.map(|_| ())
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

    /// Takes groups out of a group and puts others in, in the transaction of the caller.
    ///
    /// # Errors
    /// `identity.group.not_found`, `identity.group.ring`, `identity.group.too_deep`.
    pub(crate) async fn nest(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        parent: Uuid,
        (add, remove): (&[Uuid], &[Uuid]),
    ) -> Result<()> {
        let db = &self.platform.db;
        group_tree::take_out(db, &**tx, parent, remove).await?;
        if add.is_empty() {
            return Ok(());
        }
        if group_tree::count_of(db, &**tx, add).await? != add.len() {
            return Err(Error::GroupNotFound);
        }
        let by = (actor.name.as_str(), actor.now);
        group_tree::put_in(&**tx, parent, add, by).await?;
        // Every new way goes through the parent, so its own reach tells all.
        let (above, is_ring_above) = group_tree::reach(db, &**tx, parent, Direction::Up).await?;
        let (below, is_ring_below) = group_tree::reach(db, &**tx, parent, Direction::Down).await?;
        if is_ring_above || is_ring_below || add.contains(&parent) {
            return Err(PeopleError::GroupRing.into());
        }
        if above + below + 1 > GROUP_LEVELS_MAX {
            let max = GROUP_LEVELS_MAX;
            return Err(PeopleError::GroupTooDeep { max }.into());
        }
        Ok(())
    }
}

/// Removes a group's row and everything that hangs on it, in the transaction of the caller.
pub(crate) async fn remove(
    identity: &Identity,
    tx: &WriteTx,
    group: &Group,
    base: crate::Base,
) -> Result<()> {
    let db = &identity.platform.db;
    group_tree::lock(db, &**tx).await?;
    group::delete(db, &**tx, group, base).await
}
