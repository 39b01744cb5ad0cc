//! Grants with dates and grounds: giving, withdrawing, asking and approving.
//!
//! Owns: the rules of grants, to accounts and to groups; separation of duties; the second person.
//! Not here: whether the caller may (`routes/reach.rs`), what a role permits (`roles/`).
//! Invariant: a privileged grant ends by itself, and is made by two persons unless the
//! configuration says that the site has only one.
//! Follows: TCVN 14423:2026, 5.6.2; design of identity, section 12.

use lgsp_model::Timestamp;
use lgsp_platform::{FieldError, http::context::RoleGrant, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    accounts::check::refuse,
    actor::Actor,
    authenticate::rights,
    error::{Result, Rule},
    people::PeopleError,
    roles,
    rules::{DAY_MS, NAME_CHARS_MAX},
    tables::{
        account::Account,
        effective,
        grant::{self, Grant, Subject},
        group::Group,
    },
};

/// A wished grant.
#[derive(Debug, Clone, Default)]
pub struct NewGrant {
    /// Role.
    pub role: String,
    /// Agency at the top of the subtree; none for the whole platform.
    pub agency: Option<String>,
    /// Not in force before.
    pub valid_from: Option<Timestamp>,
    /// Not in force from then on; privileged roles get the longest allowed end when absent.
    pub valid_until: Option<Timestamp>,
    /// Why.
    pub reason: Option<String>,
    /// The second person, once there was one.
    pub approved_by: Option<String>,
}

/// Who gets a grant.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holder<'a> {
    Account(&'a Account),
    Group(&'a Group),
}

impl Holder<'_> {
    pub(crate) const fn key(self) -> (Subject, Uuid) {
        match self {
            Self::Account(account) => (Subject::Account, account.id.0),
            Self::Group(group) => (Subject::Group, group.id),
        }
    }

    pub(crate) fn name(self) -> String {
        match self {
            Self::Account(account) => account.username.clone(),
            Self::Group(group) => group.name.clone(),
        }
    }

    pub(crate) fn agency(self) -> Option<String> {
        match self {
            Self::Account(account) => account.agency.clone(),
            Self::Group(group) => group.agency.clone(),
        }
    }

    fn event(self, actor: &Actor, action: &str) -> journal::Event {
        match self {
            Self::Account(account) => actor.audit(action, account),
            Self::Group(group) => actor.audit_group(action, group),
        }
    }
}

/// Refuses roles that exclude each other.
pub(crate) fn check_conflicts<'a>(
    held: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), PeopleError> {
    for one in held.clone() {
        if let Some(other) = held.clone().find(|other| roles::exclude(one, other)) {
            return Err(PeopleError::RoleConflict {
                role: one.to_owned(),
                other: other.to_owned(),
            });
        }
    }
    Ok(())
}

impl Identity {
    /// The grants of an account or a group as they are stored, those of the future included.
    pub(crate) async fn grants_of(&self, holder: Holder<'_>) -> Result<Vec<Grant>> {
        let (subject, id) = holder.key();
        grant::of(&self.platform.db, subject, id).await
    }

    /// What an account holds in effect: own grants and those of its groups.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn effective_roles(&self, id: lgsp_model::AccountId) -> Result<Vec<RoleGrant>> {
        let now = self.platform.clock.now();
        let rows = effective::of_account(&self.platform.db, id, now).await?;
        Ok(rights(&rows)?.0.to_vec())
    }

    /// Refuses a wish that breaks a rule; gives it with its dates completed.
    pub(crate) async fn check_grant(
        &self,
        actor: &Actor,
        holder: Holder<'_>,
        mut new: NewGrant,
    ) -> Result<NewGrant> {
        new.agency = crate::accounts::check::clean(new.agency);
        new.reason = crate::accounts::check::clean(new.reason);
        let wanted = RoleGrant {
            role: new.role.clone(),
            agency: new.agency.clone(),
        };
        let mut broken: Vec<FieldError> = self.check_grants(std::slice::from_ref(&wanted));
        for field in &mut broken {
            field.pointer = field.pointer.replace("/roles/0", "");
        }
        let is_long = new.reason.as_deref().unwrap_or_default().chars().count() > NAME_CHARS_MAX;
        if is_long {
            broken.push(
                Rule::TooLong {
                    max: NAME_CHARS_MAX,
                }
                .at("/reason"),
            );
        }
        refuse(broken)?;
        let is_privileged = self.is_privileged(&new.role);
        let longest_ms = self.rules.privileged_grant_max_ms;
        let begins_at = new.valid_from.unwrap_or(actor.now).max(actor.now);
        if is_privileged {
            let latest = begins_at.plus_ms(longest_ms);
            new.valid_until = Some(new.valid_until.unwrap_or(latest));
        }
        let is_wrong = new.valid_until.is_some_and(|until| {
            until <= begins_at || (is_privileged && until.since(begins_at) > longest_ms)
        });
        if is_wrong {
            let days = longest_ms / DAY_MS;
            return Err(PeopleError::GrantDates { days }.into());
        }
        let mut held: Vec<String> = match holder {
            Holder::Account(account) => {
                let effective = self.effective_roles(account.id).await?;
                effective.into_iter().map(|grant| grant.role).collect()
            }
            Holder::Group(_) => Vec::new(),
        };
        held.extend(
            self.grants_of(holder)
                .await?
                .into_iter()
                .map(|grant| grant.role),
        );
        held.push(new.role.clone());
        check_conflicts(held.iter().map(String::as_str))?;
        Ok(new)
    }

    /// Whether a role may only be granted with a second person.
    pub(crate) fn needs_second_person(&self, role: &str) -> bool {
        self.rules.grant_second_person && self.is_privileged(role)
    }

    /// Whether a role's grants end by themselves and need a second person.
    pub(crate) fn is_privileged(&self, role: &str) -> bool {
        roles::find(role).is_some_and(|role| role.is_privileged)
    }

    /// Gives a role.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.grant.dates`, `identity.role.conflict`,
    /// `identity.grant.needs_approval`.
    pub(crate) async fn grant(
        &self,
        actor: &Actor,
        holder: Holder<'_>,
        new: NewGrant,
    ) -> Result<Grant> {
        let new = self.check_grant(actor, holder, new).await?;
        if new.approved_by.is_none() && self.needs_second_person(&new.role) {
            return Err(PeopleError::GrantNeedsApproval { role: new.role }.into());
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let made = self.grant_in(&*tx, actor, holder, new).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// As [`Identity::grant`], in the transaction of the caller and without its checks.
    pub(crate) async fn grant_in<C: sea_orm::ConnectionTrait>(
        &self,
        connection: &C,
        actor: &Actor,
        holder: Holder<'_>,
        new: NewGrant,
    ) -> Result<Grant> {
        let made = Grant {
            role: new.role,
            agency: new.agency,
            valid_from: new.valid_from,
            valid_until: new.valid_until,
            reason: new.reason,
            granted_by: actor.name.clone(),
            granted_at: actor.now,
            approved_by: new.approved_by,
        };
        grant::put(&self.platform.db, connection, holder.key(), &made).await?;
        let detail = json!({
            "role": made.role, "agency": made.agency, "from": made.valid_from,
            "until": made.valid_until, "approved_by": made.approved_by,
        });
        let mut event = holder.event(actor, "grant.given").with_detail(detail);
        event.ground.clone_from(&made.reason);
        journal::append(connection, [event]).await?;
        Ok(made)
    }

    /// Withdraws a role; tells whether it was held.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn withdraw(
        &self,
        actor: &Actor,
        holder: Holder<'_>,
        (role, agency): (&str, Option<&str>),
    ) -> Result<bool> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let was_held = grant::delete(db, &*tx, holder.key(), role, agency).await?;
        if was_held {
            let detail = json!({ "role": role, "agency": agency });
            let event = holder.event(actor, "grant.ended").with_detail(detail);
            journal::append(&*tx, [event]).await?;
        }
        tx.commit().await?;
        Ok(was_held)
    }
}
