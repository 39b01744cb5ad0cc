//! Persons who answer for accounts of programs and for applications, and handing those over.
//!
//! Owns: setting an owner of an account, what a person who leaves hands over and to whom, and
//! who may answer at all, for the registry too.
//! Not here: the rows (`tables/owner.rs`), the field of applications (`platform`, registry),
//! leaving itself (`accounts/change.rs`).
//! Invariant: who answers for something leaves only with a successor, in one transaction; a leave
//! that comes from a personnel system, which knows none, leaves it ownerless and says so in
//! the journal. Acts that change owners wait for each other.
//! Follows: design document "Identity", section 11; docs/specs/registry.md, Owners.

use std::sync::Arc;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    FieldError,
    db::{Database, WriteTx},
    http::context::PortFuture,
    journal::{self, Event},
    registry::{
        Registry, Resource,
        owner::{Persons, WishedOwner},
    },
};
use serde_json::json;

use super::PeopleError;
use crate::{
    Identity,
    accounts::check::refuse,
    actor::Actor,
    error::{Error, Result, Rule},
    tables::{
        account::{self, Account, Kind, State},
        owner::{self, Named},
    },
};

/// Names that a refusal tells.
const NAMES_TOLD: usize = 20;

/// Who takes over what a person answers for.
#[derive(Debug, Clone, Copy)]
pub enum Successor<'a> {
    /// This person.
    Person(&'a Account),
    /// Nobody was named: the leave is refused when there is something to hand over.
    Missing,
    /// Nobody can be asked: what there is stays without an owner.
    Nobody,
}

/// What a person answers for.
#[derive(Debug, Default)]
pub struct Owned {
    /// Accounts of programs that have not ended, by name.
    pub accounts: Vec<Named>,
    /// Applications, by kind and name.
    pub applications: Vec<Arc<Resource>>,
}

/// Gives the registry its port.
pub(crate) fn know_persons(registry: &Registry, db: &Database) {
    registry.set_persons(Arc::new(KnownPersons(db.clone())));
}

struct KnownPersons(Database);

impl Persons for KnownPersons {
    fn unfit<'a>(
        &'a self,
        tx: &'a WriteTx,
        wished: &'a [WishedOwner],
        now: Timestamp,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<FieldError>>> {
        Box::pin(async move {
            let mut broken = Vec::new();
            for wish in wished {
                let found = account::find_in(&self.0, &**tx, &wish.name).await;
                let person = found.map_err(Error::into_platform)?;
                if !person.is_some_and(|person| may_answer(&person, now)) {
                    broken.push(Rule::OwnerUnfit.at(wish.pointer.as_str()));
                }
            }
            Ok(broken)
        })
    }
}

/// Whether somebody may answer for programs: a person of the administration, in use.
fn may_answer(person: &Account, now: Timestamp) -> bool {
    person.kind.is_person() && person.kind != Kind::Citizen && person.is_live(now)
}

impl Identity {
    /// Who answers for an account.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn owner_of(&self, account: &Account) -> Result<Option<Named>> {
        owner::of_account(&self.platform.db, account.id).await
    }

    /// That for which a person answers.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn owned_by(&self, person: &Account) -> Result<Owned> {
        Ok(Owned {
            accounts: owner::owned(&self.platform.db, person.id).await?,
            applications: self.platform.registry.owned_by(&person.username),
        })
    }

    /// Makes a person answer for an account of a program, or nobody.
    ///
    /// # Errors
    /// `identity.fields.invalid` when the account is a person's or has ended, or the owner is
    /// none or not in use.
    pub async fn set_owner(
        &self,
        actor: &Actor,
        account: &Account,
        wished: Option<&Account>,
    ) -> Result<()> {
        if account.kind.is_person() || account.state == State::Left {
            return refuse(vec![Rule::OwnerUnfit.at("/owner")]);
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        self.platform.registry.lock_in(&tx).await?;
        if let Some(wished) = wished {
            self.check_fit(&tx, actor, (wished, "/owner")).await?;
        }
        let before = owner::of_account_in(db, &*tx, account.id).await?;
        match wished {
            Some(person) => {
                let by = (actor.name.as_str(), actor.now);
                owner::put(&*tx, (account.id, person.id), by).await?;
            }
            None => owner::delete(db, &*tx, account.id).await?,
        }
        let event = actor.audit("account.owner_changed", account);
        let before = before.map(|former| former.username);
        let after = wished.map(|person| person.username.as_str());
        journal::append(&*tx, [event.with_detail(detail(before.as_deref(), after))]).await?;
        Ok(tx.commit().await?)
    }

    /// The person who is to answer for an account that this transaction makes.
    pub(crate) async fn future_owner(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        username: &str,
    ) -> Result<AccountId> {
        self.platform.registry.lock_in(tx).await?;
        let found = account::find_in(&self.platform.db, &**tx, username).await?;
        let fit = found.filter(|found| may_answer(found, actor.now));
        fit.map(|found| found.id)
            .ok_or_else(|| Error::Invalid(vec![Rule::OwnerUnfit.at("/owner")]))
    }

    /// Looks at somebody anew within a transaction that makes that one answer for something.
    async fn check_fit(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        (person, pointer): (&Account, &str),
    ) -> Result<()> {
        let found = account::find_in(&self.platform.db, &**tx, &person.username).await?;
        let is_fit =
            found.is_some_and(|found| found.id == person.id && may_answer(&found, actor.now));
        refuse(match is_fit {
            true => Vec::new(),
            false => vec![Rule::OwnerUnfit.at(pointer)],
        })
    }

    /// Hands over what a person who leaves answers for; gives the events of it. To be called
    /// when the account has its new state, so that nobody is its own successor.
    pub(crate) async fn hand_over(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        (leaving, successor): (&Account, Successor<'_>),
    ) -> Result<Vec<Event>> {
        let db = &self.platform.db;
        let applications = self
            .platform
            .registry
            .owned_in(tx, &leaving.username)
            .await?;
        let accounts = owner::owned_in(db, &**tx, leaving.id).await?;
        if applications.is_empty() && accounts.is_empty() {
            return Ok(Vec::new());
        }
        let next = match successor {
            Successor::Person(next) => {
                self.check_fit(tx, actor, (next, "/successor")).await?;
                Some(next)
            }
            Successor::Nobody => None,
            Successor::Missing => return Err(still_owns(&accounts, &applications).into()),
        };
        let after = next.map(|next| next.username.as_str());
        let mut events = self
            .rename_owner(tx, actor, (&leaving.username, after), applications)
            .await?;
        for owned in accounts {
            match next {
                Some(next) => {
                    let by = (actor.name.as_str(), actor.now);
                    owner::put(&**tx, (owned.id, next.id), by).await?;
                }
                None => owner::delete(db, &**tx, owned.id).await?,
            }
            let subject = (owned.username.as_str(), owned.agency.as_deref());
            let event = actor.audit_name("account.owner_changed", subject.0, subject.1);
            events.push(event.with_detail(detail(Some(&leaving.username), after)));
        }
        Ok(events)
    }

    /// Writes another name, or none, into applications that name somebody; gives the events.
    async fn rename_owner(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        (before, after): (&str, Option<&str>),
        applications: Vec<Resource>,
    ) -> Result<Vec<Event>> {
        let mut events = Vec::with_capacity(applications.len());
        for application in applications {
            let event = actor.audit_resource("resource.owner_changed", &application);
            events.push(event.with_detail(detail(Some(before), after)));
            let by = (actor.name.as_str(), actor.now);
            let registry = &self.platform.registry;
            registry.hand_over_in(tx, application, after, by).await?;
        }
        Ok(events)
    }

    /// Applications name people by their sign-in names: another name is written there too.
    pub(crate) async fn follow_name(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        (before, after): (&Account, &Account),
    ) -> Result<Vec<Event>> {
        if before.username == after.username {
            return Ok(Vec::new());
        }
        let registry = &self.platform.registry;
        let applications = registry.owned_in(tx, &before.username).await?;
        let names = (before.username.as_str(), Some(after.username.as_str()));
        self.rename_owner(tx, actor, names, applications).await
    }

    /// Shows this node what [`Identity::hand_over`] has done to applications; other nodes, and
    /// this one if it fails, learn of it by the registry's own watch.
    pub(crate) async fn show_owners(&self, is_changed: bool) {
        if is_changed && let Err(error) = self.platform.registry.refresh().await {
            tracing::warn!(%error, "owners that changed are shown later");
        }
    }
}

fn still_owns(accounts: &[Named], applications: &[Resource]) -> PeopleError {
    let accounts = accounts.iter().map(|owned| owned.username.clone());
    let applications = applications
        .iter()
        .map(|known| format!("{}/{}", known.kind, known.name));
    let names: Vec<String> = accounts.chain(applications).collect();
    PeopleError::LeaveOwns {
        names: names.get(..NAMES_TOLD).unwrap_or(&names).join(", "),
        count: names.len(),
    }
}

fn detail(before: Option<&str>, after: Option<&str>) -> serde_json::Value {
    json!({ "owner": { "before": before, "after": after } })
}
