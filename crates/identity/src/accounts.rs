//! Accounts: making, changing, granting roles, passwords, locks.
//!
//! Owns: the rules of these acts; each is one transaction with its audit event.
//! Not here: whether the caller may do it at all (`routes/reach.rs`).
//! Invariant: an account that stops being active loses its sessions in the same transaction.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    FieldError,
    http::{Principal, context::RoleGrant},
    journal::{self, Event},
};
use serde_json::{Value, json};

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result, Rule},
    grants::check_conflicts,
    password::{self, Password},
    roles,
    rules::{GRANTS_MAX, NAME_CHARS_MAX, USERNAME_CHARS_MAX},
    tables::{
        account::{self, Account, Kind, Person, State},
        group,
        preference::{self, Preferences},
        role, session, token,
    },
};

/// A wished account.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// Sign-in name.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// Mail address.
    pub email: Option<String>,
    /// Agency it belongs to; none for the platform itself.
    pub agency: Option<String>,
    /// What it is for.
    pub kind: Kind,
    /// First password; persons need one unless a source keeps them, others have none.
    pub password: Option<Password>,
    /// What else is known of the person.
    pub person: Person,
    /// Directory, provider or client that keeps it.
    pub source: Option<String>,
    /// Its identifier there.
    pub external_id: Option<String>,
    /// Not to be used before.
    pub valid_from: Option<Timestamp>,
    /// Not to be used from then on.
    pub valid_until: Option<Timestamp>,
    /// Whether its person has still to activate it.
    pub is_invited: bool,
    /// What its source tells of it beside these fields, in the form of that source.
    pub document: Option<Value>,
}

impl Default for NewAccount {
    fn default() -> Self {
        Self {
            username: String::new(),
            display_name: String::new(),
            email: None,
            agency: None,
            kind: Kind::Official,
            password: None,
            person: Person::default(),
            source: None,
            external_id: None,
            valid_from: None,
            valid_until: None,
            is_invited: false,
            document: None,
        }
    }
}

/// What changes in an account; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct AccountChange {
    /// Name of the person or the job.
    pub display_name: Option<String>,
    /// Mail address, or none.
    pub email: Option<Option<String>>,
    /// Agency it belongs to.
    pub agency: Option<String>,
    /// Whether it may be used.
    pub enabled: Option<bool>,
    /// Sign-in name.
    pub username: Option<String>,
    /// What else is known of the person, all of it.
    pub person: Option<Person>,
    /// Directory, provider or client that keeps it, or none.
    pub source: Option<Option<String>>,
    /// Its identifier there, or none.
    pub external_id: Option<Option<String>>,
    /// Not to be used before, or no such date.
    pub valid_from: Option<Option<Timestamp>>,
    /// Not to be used from then on, or no such date.
    pub valid_until: Option<Option<Timestamp>>,
    /// What its source tells of it beside these fields, or nothing.
    pub document: Option<Option<Value>>,
}

/// The form in which user names are compared and stored.
pub(crate) fn fold_username(typed: &str) -> String {
    typed.trim().to_lowercase()
}

impl Identity {
    /// The account of this id.
    ///
    /// # Errors
    /// `identity.account.not_found`.
    pub async fn account(&self, id: AccountId) -> Result<Account> {
        let found = account::find(&self.platform.db, id).await?;
        found.ok_or(Error::AccountNotFound)
    }

    /// The account of this user name.
    ///
    /// # Errors
    /// `identity.account.not_found`.
    pub async fn account_by_username(&self, username: &str) -> Result<Account> {
        let username = fold_username(username);
        let found = account::find_by_username(&self.platform.db, &username).await?;
        found.ok_or(Error::AccountNotFound)
    }

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
        let made = self.prepare(actor, new, grants).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        account::insert(&*tx, &made).await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, &*tx, made.id, (&[], &made.grants), by).await?;
        self.apply_rules_to(&*tx, &made, actor).await?;
        let mut events = vec![created(actor, &made)];
        if !made.grants.is_empty() {
            let detail = json!({ "granted": words(&made.grants), "withdrawn": [] });
            events.push(actor.audit("role.changed", &made).with_detail(detail));
        }
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        Ok(made)
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
            Some(password) => Some(self.hashes.hash(password).await?),
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
            must_change_password: is_temporary,
            password_changed_at: hash.as_ref().map(|_| actor.now),
            password_by: hash.as_ref().map(|_| actor.name.clone()),
            password_hash: hash,
            locked_until: None,
            last_sign_in_at: None,
            last_used_at: actor.now,
            created_at: actor.now,
            document: new.document,
            grants: normal(grants),
        })
    }

    pub(crate) fn check_new(&self, new: &NewAccount, username: &str) -> Vec<FieldError> {
        let mut broken = Vec::new();
        if !is_username(username) {
            broken.push(Rule::UsernameForm.at("/username"));
        }
        broken.extend(check_name(&new.display_name));
        broken.extend(check_person(&new.person));
        broken.extend(new.email.as_deref().and_then(check_email));
        broken.extend(
            new.agency
                .as_deref()
                .and_then(|code| self.check_agency(code)),
        );
        match &new.password {
            None if new.kind.is_person() && new.source.is_none() && !new.is_invited => {
                broken.push(Rule::Required.at("/password"))
            }
            Some(password) if new.kind.is_person() => {
                broken.extend(password::check(
                    password,
                    username,
                    &self.rules,
                    "/password",
                ));
            }
            _ => {}
        }
        broken
    }

    pub(crate) fn check_agency(&self, code: &str) -> Option<FieldError> {
        let is_known = code.trim().is_empty() || self.hierarchy.name(code.trim()).is_some();
        let code = code.to_owned();
        (!is_known).then(|| Rule::AgencyUnknown { code }.at("/agency"))
    }

    pub(crate) fn check_grants(&self, grants: &[RoleGrant]) -> Vec<FieldError> {
        let mut broken = Vec::new();
        if grants.len() > GRANTS_MAX {
            broken.push(Rule::RolesTooMany.at("/roles"));
        }
        for (place, grant) in grants.iter().enumerate() {
            if roles::find(&grant.role).is_none() {
                let role = grant.role.clone();
                broken.push(Rule::RoleUnknown { role }.at(format!("/roles/{place}/role")));
            }
            let unknown = grant
                .agency
                .as_deref()
                .filter(|code| self.hierarchy.name(code).is_none());
            if let Some(code) = unknown {
                let code = code.to_owned();
                broken.push(Rule::AgencyUnknown { code }.at(format!("/roles/{place}/agency")));
            }
        }
        broken
    }

    /// Changes name, mail address, agency or state.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn update_account(
        &self,
        actor: &Actor,
        before: &Account,
        change: AccountChange,
    ) -> Result<Account> {
        let mut broken: Vec<FieldError> = Vec::new();
        let username = change.username.as_deref().map(fold_username);
        if username.as_deref().is_some_and(|name| !is_username(name)) {
            broken.push(Rule::UsernameForm.at("/username"));
        }
        broken.extend(change.person.iter().flat_map(check_person));
        broken.extend(change.display_name.as_deref().and_then(check_name));
        broken.extend(
            change
                .email
                .iter()
                .flatten()
                .find_map(|email| check_email(email)),
        );
        broken.extend(
            change
                .agency
                .as_deref()
                .and_then(|code| self.check_agency(code)),
        );
        refuse(broken)?;
        let mut after = before.clone();
        after.username = username.unwrap_or(after.username);
        after.person = change.person.map_or(after.person, Person::cleaned);
        after.source = change.source.map_or(after.source, clean);
        after.external_id = change.external_id.map_or(after.external_id, clean);
        after.valid_from = change.valid_from.unwrap_or(after.valid_from);
        after.valid_until = change.valid_until.unwrap_or(after.valid_until);
        after.document = change.document.unwrap_or(after.document);
        after.changed_at = actor.now;
        if let Some(name) = change.display_name {
            after.display_name = name.trim().to_owned();
        }
        if let Some(email) = change.email {
            after.email = clean(email);
        }
        if change.agency.is_some() {
            after.agency = clean(change.agency);
        }
        match change.enabled {
            Some(true) if before.state != State::Active => {
                after.state = State::Active;
                // A new start, or the next sweep would disable it again.
                after.last_used_at = actor.now;
            }
            Some(false) => after.state = State::Disabled,
            _ => {}
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        account::update(db, &*tx, &after).await?;
        self.apply_rules_to(&*tx, &after, actor).await?;
        if !after.is_live(actor.now) {
            session::delete_of(db, &*tx, after.id, None).await?;
        }
        let event = actor.audit("account.changed", &after);
        let detail = json!({
            "fields": changed_fields(before, &after),
            "state": after.state,
            "agency": { "before": before.agency, "after": after.agency },
        });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(after)
    }

    /// Ends an account for good: its person has left. Sessions, tokens, roles and memberships
    /// end in the same transaction; the row stays for the audit.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn leave(&self, actor: &Actor, before: &Account) -> Result<Account> {
        let mut after = before.clone();
        after.state = State::Left;
        after.changed_at = actor.now;
        after.valid_until = Some(actor.now);
        after.grants = Vec::new();
        let db = &self.platform.db;
        let tx = db.begin().await?;
        account::update(db, &*tx, &after).await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, &*tx, after.id, (&before.grants, &[]), by).await?;
        session::delete_of(db, &*tx, after.id, None).await?;
        token::delete_of(db, &*tx, after.id).await?;
        group::remove_everywhere(db, &*tx, after.id).await?;
        crate::people::end_all(db, &*tx, &after, actor.now).await?;
        let detail = json!({ "withdrawn": words(&before.grants) });
        let event = actor.audit("account.left", &after).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
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

    /// Notes that accounts were taken out of the platform; without the note they are not.
    pub(crate) async fn note_export(&self, caller: &lgsp_platform::http::Caller) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        let event = caller.audit("account.exported", "account", "list");
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
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

    /// Refuses when a unit would have more accounts than allowed.
    ///
    /// # Errors
    /// `identity.account.agency_full`.
    pub(crate) async fn check_room(&self, agency: Option<&str>, more: u64) -> Result<()> {
        let max = self.rules.accounts_of_agency_max;
        let Some(agency) = agency.filter(|_| max > 0) else {
            return Ok(());
        };
        let held = account::count_of_agency(&self.platform.db, agency).await?;
        match held.saturating_add(more) > max {
            true => Err(crate::PeopleError::AccountsOfAgency { max }.into()),
            false => Ok(()),
        }
    }

    /// Stores how the caller likes the console.
    pub(crate) async fn set_preferences(
        &self,
        principal: &Principal,
        actor: &Actor,
        preferences: &Preferences,
    ) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        preference::put(&*tx, principal.account_id, preferences).await?;
        let agency = principal.agency.as_deref();
        let event = actor.audit_name("preferences.changed", &principal.username, agency);
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }
}

/// What the journal is told of a new account.
pub(crate) fn created(actor: &Actor, made: &Account) -> Event {
    let event = actor.audit("account.created", made);
    event.with_detail(json!({ "kind": made.kind }))
}

pub(crate) fn refuse(broken: Vec<FieldError>) -> Result<()> {
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(broken))
    }
}

/// Sorted, each once: the role set is a key of kept decisions.
pub(crate) fn normal(mut grants: Vec<RoleGrant>) -> Vec<RoleGrant> {
    grants.sort_by(|one, two| (&one.role, &one.agency).cmp(&(&two.role, &two.agency)));
    grants.dedup();
    grants
}

pub(crate) fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Grants as the journal shows them: `clerk@H34.01`, `auditor@*`.
pub(crate) fn words(grants: &[RoleGrant]) -> Vec<String> {
    grants
        .iter()
        .map(|grant| format!("{}@{}", grant.role, grant.agency.as_deref().unwrap_or("*")))
        .collect()
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

fn is_username(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_letter)
        && (2..=USERNAME_CHARS_MAX).contains(&name.len())
        && bytes.all(|byte| is_letter(byte) || matches!(byte, b'.' | b'_' | b'-' | b'@'))
}

fn check_name(name: &str) -> Option<FieldError> {
    let pointer = "/display_name";
    if name.trim().is_empty() {
        return Some(Rule::Required.at(pointer));
    }
    let max = NAME_CHARS_MAX;
    (name.chars().count() > max).then(|| Rule::TooLong { max }.at(pointer))
}

fn check_person(person: &Person) -> Vec<FieldError> {
    [
        ("/person/given_name", &person.given_name),
        ("/person/family_name", &person.family_name),
        ("/person/phone", &person.phone),
        ("/person/position", &person.position),
    ]
    .into_iter()
    .filter(|(_, text)| {
        text.as_deref()
            .is_some_and(|text| text.chars().count() > NAME_CHARS_MAX)
    })
    .map(|(pointer, _)| {
        Rule::TooLong {
            max: NAME_CHARS_MAX,
        }
        .at(pointer)
    })
    .collect()
}

impl Person {
    /// Without white space around and without empty texts.
    fn cleaned(self) -> Self {
        Self {
            given_name: clean(self.given_name),
            family_name: clean(self.family_name),
            phone: clean(self.phone),
            position: clean(self.position),
        }
    }
}

fn check_email(email: &str) -> Option<FieldError> {
    let email = email.trim();
    let has_form = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    let is_plain = !email.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let is_mail = has_form && is_plain && email.chars().count() <= NAME_CHARS_MAX;
    (!email.is_empty() && !is_mail).then(|| Rule::EmailForm.at("/email"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for good in ["an", "nguyen.van-a_1", "van.thu@h34", &"a".repeat(64)] {
            assert!(is_username(good), "{good}");
        }
        for bad in ["", "a", ".an", "An", "ấn", "an an", "an/1", &"a".repeat(65)] {
            assert!(!is_username(bad), "{bad}");
        }
        assert_eq!(fold_username("  Van.Thu "), "van.thu");
    }

    #[test]
    fn mail_addresses() {
        for good in ["", "a@b.vn", "van.thu+1@kontum.gov.vn"] {
            assert_eq!(check_email(good), None, "{good}");
        }
        for bad in [
            "a",
            "a@",
            "@b.vn",
            "a@b",
            "a b@c.vn",
            "a@b.vn\r\nBcc: x@y.z",
            "a@.vn",
        ] {
            assert!(check_email(bad).is_some(), "{bad}");
        }
    }
}
