//! Groups: making, changing, members.
//!
//! Owns: the rules of these acts; each is one transaction with its audit event.
//! Not here: whether the caller may do it (`routes/`), what a role of a group allows (`access/`).

use lgsp_model::AccountId;
use lgsp_platform::{FieldError, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    accounts::check::{clean, refuse},
    actor::Actor,
    error::{Error, Result, Rule},
    people::PeopleError,
    rules::NAME_CHARS_MAX,
    tables::{
        account_query,
        group::{self, Group, GroupQuery},
        group_tree::GroupRule,
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

    /// The groups that an account is a member of, by name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn groups_of(&self, id: AccountId) -> Result<Vec<Group>> {
        group::of_account(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// The members of a group.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn members(&self, id: Uuid) -> Result<Vec<AccountId>> {
        group::members(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// Makes a group without members.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.group.exists`.
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
        };
        refuse(self.check_group(&made))?;
        let tx = self.platform.db.begin().await?;
        group::insert(&*tx, &made).await?;
        self.apply_rule(&*tx, &made, actor).await?;
        journal::append(&*tx, [actor.audit_group("group.created", &made)]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Changes name, agency or identifier.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.group.exists`.
    pub async fn update_group(
        &self,
        actor: &Actor,
        before: &Group,
        change: GroupChange,
    ) -> Result<Group> {
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
        refuse(self.check_group(&after))?;
        if after == *before {
            return Ok(after);
        }
        after.changed_at = actor.now;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        group::update(db, &*tx, &after).await?;
        if after.rule != before.rule {
            self.apply_rule(&*tx, &after, actor).await?;
        }
        journal::append(&*tx, [actor.audit_group("group.changed", &after)]).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Removes a group; its members stay accounts.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn delete_group(&self, actor: &Actor, group: &Group) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        group::delete(db, &*tx, group.id).await?;
        journal::append(&*tx, [actor.audit_group("group.deleted", group)]).await?;
        Ok(tx.commit().await?)
    }

    /// Adds and takes out members.
    ///
    /// # Errors
    /// `identity.account.not_found` when one to be added does not exist; nothing was changed.
    pub async fn change_members(
        &self,
        actor: &Actor,
        group: &Group,
        add: &[AccountId],
        remove: &[AccountId],
    ) -> Result<()> {
        if add.len() + remove.len() > MEMBERS_CHANGED_MAX {
            return Err(lgsp_platform::Error::TooLarge {
                limit: "group members of one change",
                max: MEMBERS_CHANGED_MAX as u64,
            }
            .into());
        }
        if group.rule.is_some() {
            return Err(PeopleError::GroupByRule.into());
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if account_query::count_of(db, &*tx, add).await? != add.len() {
            return Err(Error::AccountNotFound);
        }
        group::add(&*tx, group.id, add, (actor.name.as_str(), actor.now)).await?;
        group::remove(db, &*tx, group.id, remove).await?;
        let mut after = group.clone();
        after.changed_at = actor.now;
        group::update(db, &*tx, &after).await?;
        let detail = json!({ "added": add, "removed": remove });
        let event = actor.audit_group("group.members_changed", group);
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
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
