//! Making an account.
//!
//! Owns: from the wish to the stored account, with its first password and roles.
//! Not here: the rules of its fields (`check.rs`), making many at once (`many.rs`).

use lgsp_model::AccountId;
use lgsp_platform::{
    FieldError,
    http::context::RoleGrant,
    journal::{self, Event},
};
use serde_json::json;

use super::{
    NewAccount,
    check::{clean, fold_username, normal, refuse, words},
};
use crate::{
    Identity,
    actor::Actor,
    error::Result,
    password::Password,
    tables::{
        account::{self, Account, State},
        owner, role,
    },
};

impl Identity {
    /// Makes an account with no role, or with the roles given.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `identity.account.exists`, `platform.queue.full`.
    pub async fn create_account(
        &self,
        actor: &Actor,
        new: NewAccount,
        grants: Vec<RoleGrant>,
    ) -> Result<Account> {
        let owner = new.owner.clone().filter(|_| !new.kind.is_person());
        let made = self.prepare(actor, new, grants).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let owner = match owner {
            Some(owner) => Some(self.future_owner(&tx, actor, &owner).await?),
            None => None,
        };
        account::insert(&*tx, &made).await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, &*tx, made.id, (&[], &made.grants), by).await?;
        self.apply_rules_to(&*tx, &made, actor).await?;
        if let Some(owner) = owner {
            owner::put(&*tx, (made.id, owner), by).await?;
        }
        let mut events = vec![created(actor, &made)];
        if !made.grants.is_empty() {
            let detail = json!({ "granted": words(&made.grants), "withdrawn": [] });
            events.push(actor.audit("role.changed", &made).with_detail(detail));
        }
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// What making such an account would refuse, by field; the password apart.
    #[must_use]
    pub fn check_new_account(&self, new: &NewAccount) -> Vec<FieldError> {
        self.check_new(new, &fold_username(&new.username))
    }

    /// The account that a wish leads to, checked and with its password hashed, not yet stored.
    pub(crate) async fn prepare(
        &self,
        actor: &Actor,
        new: NewAccount,
        grants: Vec<RoleGrant>,
    ) -> Result<Account> {
        let username = fold_username(&new.username);
        let mut broken = self.check_new(&new, &username);
        broken.extend(self.check_grants(&grants));
        refuse(broken)?;
        let password = new.password.filter(|_| new.kind.is_person());
        let is_temporary = password.as_ref().is_some_and(Password::is_temporary);
        let hash = match password {
            Some(password) => {
                self.check_breached(&password, "/password").await?;
                Some(self.hashes.hash(password).await?)
            }
            None => None,
        };
        Ok(Account {
            id: AccountId(self.platform.ids.next()),
            username,
            display_name: new.display_name.trim().to_owned(),
            email: clean(new.email),
            agency: clean(new.agency),
            kind: new.kind,
            state: if new.is_invited {
                State::Invited
            } else {
                State::Active
            },
            changed_at: actor.now,
            person: new.person.cleaned(),
            source: clean(new.source),
            external_id: clean(new.external_id),
            valid_from: new.valid_from,
            valid_until: new.valid_until,
            state_reason: None,
            must_change_password: is_temporary,
            password_changed_at: hash.as_ref().map(|_| actor.now),
            password_by: hash.as_ref().map(|_| actor.name.clone()),
            password_hash: hash,
            locked_until: None,
            last_sign_in_at: None,
            last_used_at: actor.now,
            created_at: actor.now,
            document: new.document,
            revision: 0,
            grants: normal(grants),
        })
    }
}

/// What the journal is told of a new account.
pub(crate) fn created(actor: &Actor, made: &Account) -> Event {
    let event = actor.audit("account.created", made);
    event.with_detail(json!({ "kind": made.kind }))
}
