//! Accounts: making, changing, granting roles, taking leave.
//!
//! Owns: what a wished account and a wished change are; finding accounts.
//! Not here: whether the caller may do it at all (`routes/reach.rs`), passwords and locks
//! (`passwords.rs`).
//! Invariant: each act is one transaction with its audit event; an account that stops being
//! active loses its sessions in the same transaction.

pub(crate) mod change;
pub(crate) mod check;
pub(crate) mod create;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{http::Principal, journal};
use serde_json::Value;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    password::Password,
    tables::{
        account::{self, Account, Kind, Person},
        preference::{self, Preferences},
    },
};
use check::fold_username;

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
    /// Sign-in name of the person who answers for it, when it is a program's.
    pub owner: Option<String>,
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
            owner: None,
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
    /// Why, for the journal, and to be seen at the account when it is turned off or on.
    pub reason: Option<String>,
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
    /// Whether only the account as it was read is changed.
    pub base: crate::Base,
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

    /// Notes that accounts were taken out of the platform; without the note they are not.
    pub(crate) async fn note_export(&self, caller: &lgsp_platform::http::Caller) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        let event = caller.audit("account.exported", "account", "list");
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
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
