//! Groups: making, changing, members.
//!
//! Owns: the rules of these acts; each is one transaction with its audit events.
//! Not here: whether the caller may do it (`routes/`), what a role of a group allows (`access/`),
//! rings and levels of groups in groups (`group_nesting.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{FieldError, db::WriteTx, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Base, Identity,
    accounts::check::{clean, refuse},
    actor::Actor,
    error::{Error, Result, Rule},
    group_nesting,
    people::PeopleError,
    rules::NAME_CHARS_MAX,
    tables::{
        account_query,
        group::{self, Group, GroupQuery},
        group_tree::{self, GroupRule},
    },
};

/// Members that one call may add or take out.
pub const MEMBERS_CHANGED_MAX: usize = 5_000;

/// A wished group.
#[derive(Debug, Clone, Default)]
pub struct NewGroup {
    /// Name, unique without regard to case.
    pub name: String,
    /// What people read; empty for the name.
    pub display_name: String,
    /// Agency that owns it; none for the platform itself.
    pub agency: Option<String>,
    /// Directory, provider or client that keeps it.
    pub source: Option<String>,
    /// Its identifier there.
    pub external_id: Option<String>,
    /// Who its members are, when a rule says so.
    pub rule: Option<GroupRule>,
    /// Its first members.
    pub members: MembersChange,
}

/// What changes in a group; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct GroupChange {
    /// Name.
    pub name: Option<String>,
    /// What people read.
    pub display_name: Option<String>,
    /// Agency that owns it, or none.
    pub agency: Option<Option<String>>,
    /// Its identifier at its source, or none.
    pub external_id: Option<Option<String>>,
    /// Who its members are, when a rule says so, or no rule.
    pub rule: Option<Option<GroupRule>>,
    /// Who comes and goes.
    pub members: MembersChange,
    /// Whether only the group as it was read is changed.
    pub base: Base,
}

/// Members that come and go by hand.
#[derive(Debug, Clone, Default)]
pub struct MembersChange {
    /// Accounts to be added; those that are members already stay, with the end given here.
    pub add: Vec<AccountId>,
    /// When the membership of those added ends by itself.
    pub until: Option<Timestamp>,
    /// Accounts to be taken out.
    pub remove: Vec<AccountId>,
    /// Groups to be put in.
    pub add_groups: Vec<Uuid>,
    /// Groups to be taken out.
    pub remove_groups: Vec<Uuid>,
}

impl MembersChange {
    const fn count(&self) -> usize {
        self.add.len() + self.remove.len() + self.add_groups.len() + self.remove_groups.len()
    }

    const fn has_accounts(&self) -> bool {
        !self.add.is_empty() || !self.remove.is_empty()
    }

    const fn has_groups(&self) -> bool {
        !self.add_groups.is_empty() || !self.remove_groups.is_empty()
    }
}

impl Identity {
    /// The group of this id.
    ///
    /// # Errors
    /// `identity.group.not_found`.
    pub async fn group(&self, id: Uuid) -> Result<Group> {
        let found = group::find(&self.platform.db, id).await?;
        found.ok_or(Error::GroupNotFound)
    }

    /// The group of this name, without regard to case.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn group_by_name(&self, name: &str) -> Result<Option<Group>> {
        let query = GroupQuery {
            name: Some(name.to_owned()),
            ..GroupQuery::default()
        };
        Ok(self.groups(&query, 1).await?.into_iter().next())
    }

    /// Up to `count` groups, by name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups(&self, query: &GroupQuery, count: u32) -> Result<Vec<Group>> {
        group::list(&self.platform.db, query, count).await
    }

    /// The groups that an account is a direct member of, by name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_of(&self, id: AccountId) -> Result<Vec<Group>> {
        group::of_account(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// The accounts that are direct members of a group.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn members(&self, id: Uuid) -> Result<Vec<AccountId>> {
        group::members(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// Makes a group.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.group.exists`; as [`Identity::update_group`] for its
    /// members.
    pub async fn create_group(&self, actor: &Actor, new: NewGroup) -> Result<Group> {
        let name = new.name.trim().to_owned();
        let display_name = clean(Some(new.display_name)).unwrap_or_else(|| name.clone());
        let made = Group {
            id: self.platform.ids.next(),
            name,
            display_name,
            agency: clean(new.agency),
            source: clean(new.source),
            external_id: clean(new.external_id),
            rule: new.rule,
            created_at: actor.now,
            changed_at: actor.now,
            revision: 0,
        };
        refuse(self.check_group(&made))?;
        check_members(&made, &new.members)?;
        let tx = self.platform.db.begin().await?;
        if new.members.has_groups() {
            group_tree::lock(&self.platform.db, &*tx).await?;
        }
        group::insert(&*tx, &made).await?;
        self.apply_rule(&*tx, &made, actor).await?;
        journal::append(&*tx, [actor.audit_group("group.created", &made)]).await?;
        self.members_in(&tx, actor, &made, &new.members).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Changes name, agency, identifier, rule and members, all in one transaction.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.group.exists`; `identity.account.not_found` or
    /// `identity.group.not_found` when one to be added does not exist; `identity.group.by_rule`,
    /// `identity.group.ring`, `identity.group.too_deep`; `identity.changed_meanwhile` when the
    /// change demands the group as it was read. Nothing was changed then.
    pub async fn update_group(
        &self,
        actor: &Actor,
        before: &Group,
        change: GroupChange,
    ) -> Result<Group> {
        let (members, base) = (change.members.clone(), change.base);
        let mut after = changed(before, change);
        refuse(self.check_group(&after))?;
        check_members(&after, &members)?;
        let has_new_fields = after != *before;
        if !has_new_fields && members.count() == 0 {
            return Ok(after);
        }
        after.changed_at = actor.now;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if members.has_groups() {
            // Before the row: whoever waits for the nesting holds nothing that another one wants.
            group_tree::lock(db, &*tx).await?;
        }
        group::update(db, &*tx, &after, base).await?;
        if after.rule != before.rule {
            self.apply_rule(&*tx, &after, actor).await?;
        }
        if has_new_fields {
            journal::append(&*tx, [actor.audit_group("group.changed", &after)]).await?;
        }
        self.members_in(&tx, actor, &after, &members).await?;
        tx.commit().await?;
        after.revision += 1;
        Ok(after)
    }

    /// Removes a group; its members stay accounts.
    ///
    /// # Errors
    /// `identity.changed_meanwhile` when `base` demands the group as it was read.
    pub async fn delete_group(&self, actor: &Actor, group: &Group, base: Base) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        group_nesting::remove(self, &tx, group, base).await?;
        journal::append(&*tx, [actor.audit_group("group.deleted", group)]).await?;
        Ok(tx.commit().await?)
    }

    /// Adds and takes out accounts.
    ///
    /// # Errors
    /// As [`Identity::update_group`].
    pub async fn change_members(
        &self,
        actor: &Actor,
        group: &Group,
        add: &[AccountId],
        remove: &[AccountId],
    ) -> Result<()> {
        let members = MembersChange {
            add: add.to_vec(),
            remove: remove.to_vec(),
            ..MembersChange::default()
        };
        let change = GroupChange {
            members,
            ..GroupChange::default()
        };
        self.update_group(actor, group, change).await.map(|_| ())
    }

    /// Writes who comes and goes, each kind of member with its event.
    async fn members_in(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        group: &Group,
        members: &MembersChange,
    ) -> Result<()> {
        let db = &self.platform.db;
        let mut events = Vec::new();
        if members.has_accounts() {
            let (add, remove) = (&members.add, &members.remove);
            if account_query::count_of(db, &**tx, add).await? != add.len() {
                return Err(Error::AccountNotFound);
            }
            group::add(&**tx, group.id, add, (actor.name.as_str(), actor.now)).await?;
            group::remove(db, &**tx, group.id, remove).await?;
            let detail = json!({ "added": add, "removed": remove });
            let event = actor.audit_group("group.members_changed", group);
            events.push(event.with_detail(detail));
            if let (Some(until), false) = (members.until, add.is_empty()) {
                group_tree::set_until(db, &**tx, group.id, add, members.until).await?;
                let event = actor.audit_group("group.membership_dated", group);
                events.push(event.with_detail(json!({ "members": add, "until": until })));
            }
        }
        if members.has_groups() {
            let (add, remove) = (&members.add_groups, &members.remove_groups);
            self.nest(tx, actor, group.id, (add, remove)).await?;
            let detail = json!({ "added": add, "removed": remove });
            let event = actor.audit_group("group.groups_changed", group);
            events.push(event.with_detail(detail));
        }
        Ok(journal::append(&**tx, events).await?)
    }

    fn check_group(&self, group: &Group) -> Vec<FieldError> {
        let mut broken = Vec::new();
        for (pointer, text) in [
            ("/name", &group.name),
            ("/display_name", &group.display_name),
        ] {
            if text.is_empty() {
                broken.push(Rule::Required.at(pointer));
            }
            if text.chars().count() > NAME_CHARS_MAX {
                broken.push(
                    Rule::TooLong {
                        max: NAME_CHARS_MAX,
                    }
                    .at(pointer),
                );
            }
        }
        broken.extend(
            group
                .agency
                .as_deref()
                .and_then(|code| self.check_agency(code)),
        );
        broken
    }
}

/// The group with what a change names, its members apart.
fn changed(before: &Group, change: GroupChange) -> Group {
    let mut after = before.clone();
    if let Some(name) = change.name {
        after.name = name.trim().to_owned();
    }
    if let Some(name) = change.display_name {
        after.display_name = clean(Some(name)).unwrap_or_else(|| after.name.clone());
    }
    if let Some(agency) = change.agency {
        after.agency = clean(agency);
    }
    if let Some(external_id) = change.external_id {
        after.external_id = clean(external_id);
    }
    if let Some(rule) = change.rule {
        after.rule = rule;
    }
    after
}

/// Refuses more changes than one call may bring, and accounts where a rule decides.
fn check_members(group: &Group, members: &MembersChange) -> Result<()> {
    if members.count() > MEMBERS_CHANGED_MAX {
        return Err(lgsp_platform::Error::TooLarge {
            limit: "group members of one change",
            max: MEMBERS_CHANGED_MAX as u64,
        }
        .into());
    }
    match group.rule.is_some() && members.has_accounts() {
        true => Err(PeopleError::GroupByRule.into()),
        false => Ok(()),
    }
}
