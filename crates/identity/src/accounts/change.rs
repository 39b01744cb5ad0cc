//! Changing an account, its roles, and ending it.
//!
//! Owns: these acts; each tells the journal what differs, and the person when a name does.
//! Not here: the rules of the fields (`check.rs`).
//! Invariant: an account that stops being active loses its sessions in the same transaction.

use lgsp_model::Timestamp;
use lgsp_platform::{FieldError, db::WriteTx, http::context::RoleGrant, journal};
use serde_json::json;

use super::{
    AccountChange,
    check::{
        check_email, check_name, check_person, check_reason, clean, fold_username, is_username,
        normal, refuse, words,
    },
};
use crate::{
    Base, Identity,
    actor::Actor,
    error::{Result, Rule},
    grants::check_conflicts,
    people::owners::Successor,
    tables::{
        account::{self, Account, Person, State},
        group,
        notice::NoticeKind,
        role, session, token,
    },
};

impl Identity {
    /// Changes name, mail address, agency or state.
    ///
    /// # Errors
    /// `identity.fields.invalid`; `identity.changed_meanwhile` when the change demands the account
    /// as it was read.
    pub async fn update_account(
        &self,
        actor: &Actor,
        before: &Account,
        change: AccountChange,
    ) -> Result<Account> {
        refuse(self.check_change(&change))?;
        let reason = clean(change.reason.clone());
        let base = change.base;
        let mut after = changed(before, change, actor.now);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if before.username != after.username {
            // Before the row itself: who changes owners takes them in this order.
            self.platform.registry.lock_in(&tx).await?;
        }
        account::update(db, &*tx, &after, base).await?;
        self.apply_rules_to(&*tx, &after, actor).await?;
        if !after.is_live(actor.now) {
            session::delete_of(db, &*tx, after.id, None).await?;
        }
        self.tell_of_change(&tx, actor, (before, &after)).await?;
        let mut events = self.follow_name(&tx, actor, (before, &after)).await?;
        let mut event = actor.audit("account.changed", &after);
        event.ground = reason;
        let detail = json!({
            "fields": changed_fields(before, &after),
            "state": after.state,
            "agency": { "before": before.agency, "after": after.agency },
        });
        let is_renamed = !events.is_empty();
        events.push(event.with_detail(detail));
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        after.revision += 1;
        self.show_owners(is_renamed).await;
        self.sessions_changed.notify_waiters();
        Ok(after)
    }

    fn check_change(&self, change: &AccountChange) -> Vec<FieldError> {
        let mut broken = Vec::new();
        let username = change.username.as_deref().map(fold_username);
        if username.is_some_and(|name| !is_username(&name)) {
            broken.push(Rule::UsernameForm.at("/username"));
        }
        let email = change.email.iter().flatten();
        broken.extend(change.person.iter().flat_map(check_person));
        broken.extend(change.display_name.as_deref().and_then(check_name));
        broken.extend(change.reason.as_deref().and_then(check_reason));
        broken.extend(email.filter_map(|email| check_email(email)));
        let agency = change.agency.as_deref();
        broken.extend(agency.and_then(|code| self.check_agency(code)));
        broken
    }

    /// Tells a person when somebody changes by what the account is known.
    async fn tell_of_change(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        (before, after): (&Account, &Account),
    ) -> Result<()> {
        if !after.kind.is_person() {
            return Ok(());
        }
        if before.email != after.email {
            let (kind, email) = (NoticeKind::EmailChanged, after.email.as_deref());
            let subject = email.unwrap_or_default();
            self.notify(tx, after.id, kind, subject, actor).await?;
            if before.email.is_some() {
                // Who took over the account may own the new address: the former one is told too.
                let notice = self.notice_of(kind, subject, actor);
                let told = (&notice, actor.name.as_str());
                self.write_notice(tx, after.id, told, before.email.clone())
                    .await?;
            }
        }
        let subject = match before.username != after.username {
            true => after.username.as_str(),
            false => after.display_name.as_str(),
        };
        if before.username != after.username || before.display_name != after.display_name {
            let kind = NoticeKind::NameChanged;
            self.notify(tx, after.id, kind, subject, actor).await?;
        }
        Ok(())
    }

    /// Ends an account for good, as [`Identity::leave_to`], for a caller that can ask nobody for
    /// a successor.
    ///
    /// # Errors
    /// `identity.changed_meanwhile` when `base` demands the account as it was read.
    pub async fn leave(&self, actor: &Actor, before: &Account, base: Base) -> Result<Account> {
        self.leave_to(actor, (before, base), Successor::Nobody)
            .await
    }

    /// Ends an account for good: its person has left. Sessions, tokens, roles and memberships
    /// end, and what it answers for is handed over, in the same transaction; the row stays for
    /// the audit.
    ///
    /// # Errors
    /// `identity.account.owns` when nobody is named to take over; `identity.fields.invalid` when
    /// that person cannot; as [`Identity::leave`].
    pub async fn leave_to(
        &self,
        actor: &Actor,
        (before, base): (&Account, Base),
        successor: Successor<'_>,
    ) -> Result<Account> {
        let mut after = before.clone();
        after.state = State::Left;
        after.state_reason = None;
        after.changed_at = actor.now;
        after.valid_until = Some(actor.now);
        after.grants = Vec::new();
        let db = &self.platform.db;
        let tx = db.begin().await?;
        self.platform.registry.lock_in(&tx).await?;
        account::update(db, &*tx, &after, base).await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, &*tx, after.id, (&before.grants, &[]), by).await?;
        session::delete_of(db, &*tx, after.id, None).await?;
        token::delete_of(db, &*tx, after.id).await?;
        group::remove_everywhere(db, &*tx, after.id).await?;
        crate::people::end_all(db, &*tx, &after, actor.now).await?;
        let mut events = self.hand_over(&tx, actor, (before, successor)).await?;
        let is_handed_over = !events.is_empty();
        let detail = json!({ "withdrawn": words(&before.grants) });
        events.push(actor.audit("account.left", &after).with_detail(detail));
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        self.show_owners(is_handed_over).await;
        self.sessions_changed.notify_waiters();
        Ok(after)
    }

    /// Gives the account exactly these roles.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn set_roles(
        &self,
        actor: &Actor,
        before: &Account,
        grants: Vec<RoleGrant>,
    ) -> Result<Account> {
        refuse(self.check_grants(&grants))?;
        check_conflicts(grants.iter().map(|grant| grant.role.as_str()))?;
        let mut after = before.clone();
        after.grants = normal(grants);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, &*tx, after.id, (&before.grants, &after.grants), by).await?;
        self.date_privileged(&*tx, actor, before, &after).await?;
        let missing_in = |from: &[RoleGrant], other: &[RoleGrant]| -> Vec<RoleGrant> {
            let absent = from.iter().filter(|grant| !other.contains(grant));
            absent.cloned().collect()
        };
        let detail = json!({
            "granted": words(&missing_in(&after.grants, &before.grants)),
            "withdrawn": words(&missing_in(&before.grants, &after.grants)),
        });
        let event = actor.audit("role.changed", &after).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Gives new grants of privileged roles their end.
    async fn date_privileged<C: sea_orm::ConnectionTrait>(
        &self,
        connection: &C,
        actor: &Actor,
        before: &Account,
        after: &Account,
    ) -> Result<()> {
        let until = actor.now.plus_ms(self.rules.privileged_grant_max_ms);
        let given = after
            .grants
            .iter()
            .filter(|grant| !before.grants.contains(grant));
        for grant in given.filter(|grant| self.is_privileged(&grant.role)) {
            role::set_until(&self.platform.db, connection, after.id, grant, until).await?;
        }
        Ok(())
    }
}

/// The account with what a change names; the change was checked.
fn changed(before: &Account, change: AccountChange, now: Timestamp) -> Account {
    let mut after = before.clone();
    let username = change.username.as_deref().map(fold_username);
    after.username = username.unwrap_or(after.username);
    after.person = change.person.map_or(after.person, Person::cleaned);
    after.source = change.source.map_or(after.source, clean);
    after.external_id = change.external_id.map_or(after.external_id, clean);
    after.valid_from = change.valid_from.unwrap_or(after.valid_from);
    after.valid_until = change.valid_until.unwrap_or(after.valid_until);
    after.document = change.document.unwrap_or(after.document);
    after.changed_at = now;
    if let Some(name) = change.display_name {
        after.display_name = name.trim().to_owned();
    }
    if let Some(email) = change.email {
        after.email = clean(email);
    }
    if change.agency.is_some() {
        after.agency = clean(change.agency);
    }
    let reason = clean(change.reason);
    match change.enabled {
        Some(true) if before.state != State::Active => {
            after.state = State::Active;
            after.state_reason = reason;
            // A new start, or the next sweep would disable it again.
            after.last_used_at = now;
        }
        Some(false) => {
            let is_told_anew = before.state != State::Disabled || reason.is_some();
            after.state = State::Disabled;
            after.state_reason = if is_told_anew {
                reason
            } else {
                after.state_reason
            };
        }
        _ => {}
    }
    after
}

fn changed_fields(before: &Account, after: &Account) -> Vec<&'static str> {
    [
        ("display_name", before.display_name != after.display_name),
        ("email", before.email != after.email),
        ("agency", before.agency != after.agency),
        ("state", before.state != after.state),
        ("username", before.username != after.username),
        ("person", before.person != after.person),
        ("source", before.source != after.source),
        ("external_id", before.external_id != after.external_id),
        ("valid_from", before.valid_from != after.valid_from),
        ("valid_until", before.valid_until != after.valid_until),
        ("document", before.document != after.document),
    ]
    .into_iter()
    .filter_map(|(name, is_changed)| is_changed.then_some(name))
    .collect()
}
