//! One run: reading a directory and bringing our accounts to what it says.
//!
//! Owns: `Sync`: reading, deciding, applying, the report.
//! Not here: groups (`groups.rs`), when a run happens (`worker.rs`).
//! Invariant: nobody is deleted; who is gone is locked; a whole reading in which too many are
//! missing locks nobody; an account that somebody else keeps is never taken over by a run.
//! Follows: design document "Identity", section 6.

use std::collections::{HashMap, HashSet};

use lgsp_identity::{Account, AccountChange, Actor, Error as IdentityError, State};
use lgsp_platform::http::Problem;

use super::{
    Federation,
    candidate::{self, Candidate},
    client::{Client, Failure},
    kind::DirectoryConnection,
    mark::Mark,
    report::{Reason, Report},
    tables::{self, Link},
};
use crate::{
    Error, Result,
    ldap::wire::{Filter, Scope},
};

/// People of one directory.
pub const PEOPLE_MAX: usize = 200_000;

/// How a directory is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// Everything; who is missing is locked.
    Full,
    /// What has changed since the last reading.
    Delta,
    /// Everything, and nothing is done.
    Dry,
}

impl Reading {
    /// The stored word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Delta => "delta",
            Self::Dry => "dry_run",
        }
    }

    /// Reads the stored word.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Full, Self::Delta, Self::Dry]
            .into_iter()
            .find(|reading| reading.as_str() == text)
    }
}

/// Why a run ended early.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SyncError {
    /// The directory.
    #[error(transparent)]
    Directory(#[from] Failure),
    /// Ourselves.
    #[error(transparent)]
    Own(#[from] Error),
}

impl SyncError {
    /// The error as others see it.
    pub(crate) fn problem(&self) -> &dyn Problem {
        match self {
            Self::Directory(failure) => failure,
            Self::Own(error) => error,
        }
    }
}

impl From<IdentityError> for SyncError {
    fn from(error: IdentityError) -> Self {
        Self::Own(error.into())
    }
}

/// A run in work.
pub(crate) struct Sync<'a> {
    pub(crate) federation: &'a Federation,
    pub(crate) name: &'a str,
    pub(crate) spec: &'a DirectoryConnection,
    pub(crate) reading: Reading,
    pub(crate) actor: Actor,
    pub(crate) report: Report,
    pub(crate) links: HashMap<String, Link>,
}

impl<'a> Sync<'a> {
    /// A run of a connection.
    pub(crate) async fn new(
        federation: &'a Federation,
        (name, spec): (&'a str, &'a DirectoryConnection),
        reading: Reading,
    ) -> Result<Self> {
        let now = federation.platform.clock.now();
        Ok(Self {
            federation,
            name,
            spec,
            reading,
            actor: Actor::named(format!("directory:{name}"), None, now),
            report: Report::default(),
            links: tables::links(&federation.platform.db, name).await?,
        })
    }

    pub(crate) const fn is_dry(&self) -> bool {
        matches!(self.reading, Reading::Dry)
    }

    /// Reads people behind `since` and brings the accounts to what was read; gives where the
    /// next reading of changes begins.
    pub(crate) async fn run(
        &mut self,
        client: &mut Client,
        since: &str,
    ) -> Result<String, SyncError> {
        let mark = Mark::read(client, self.spec.product).await?;
        let (since, is_whole) = match self.reading {
            Reading::Delta if mark.goes_on_from(since) => (since, false),
            Reading::Delta | Reading::Full | Reading::Dry => ("", true),
        };
        let filter = mark.filter(self.spec, since)?;
        let people = self.read(client, &filter).await?;
        if is_whole && self.has_too_many_missing(&people) && !self.is_dry() {
            return Ok(since.to_owned());
        }
        let ignored = tables::ignored(&self.federation.platform.db, self.name).await?;
        let mut until = since.to_owned();
        for person in &people {
            if let Some(changed) = &person.changed
                && changed.as_str() > until.as_str()
            {
                until.clone_from(changed);
            }
            if !ignored.contains(&person.key) {
                self.take(person).await?;
            }
        }
        if is_whole {
            self.lock_missing(&people).await?;
        }
        if !self.spec.groups_base.is_empty() {
            self.groups(client).await?;
        }
        Ok(mark.next(until))
    }

    async fn read(
        &mut self,
        client: &mut Client,
        filter: &Filter,
    ) -> Result<Vec<Candidate>, SyncError> {
        let attributes = candidate::attributes(self.spec);
        let base = (self.spec.people_base.as_str(), Scope::Subtree);
        let mut people = Vec::new();
        let mut cookie = Vec::new();
        loop {
            let (found, next) = client.page(base, filter, &attributes, cookie).await?;
            for entry in &found {
                self.report.read += 1;
                match Candidate::read(self.spec, entry) {
                    Ok(person) => people.push(person),
                    Err(reason) => {
                        self.report.skipped += 1;
                        self.report.line("skip", &format!("{}: {reason}", entry.dn));
                    }
                }
            }
            if people.len() > PEOPLE_MAX {
                return Err(Failure::Broken("more people than can be taken").into());
            }
            if next.is_empty() {
                return Ok(people);
            }
            cookie = next;
        }
    }

    fn missing<'b>(&'b self, people: &[Candidate]) -> Vec<&'b Link> {
        let there: HashSet<&str> = people.iter().map(|person| person.key.as_str()).collect();
        let mut missing: Vec<&Link> = self
            .links
            .values()
            .filter(|link| !link.is_locked && !there.contains(link.key.as_str()))
            .collect();
        missing.sort_by(|one, two| one.key.cmp(&two.key));
        missing
    }

    fn has_too_many_missing(&mut self, people: &[Candidate]) -> bool {
        let missing = self.missing(people).len();
        let known = self.links.values().filter(|link| !link.is_locked).count();
        let allowed = known * self.spec.removal_stop_percent as usize;
        if missing * 100 <= allowed {
            return false;
        }
        let percent = self.spec.removal_stop_percent;
        self.report.stopped_reason = Some(Reason::new(
            "directory.run.too_many_missing",
            &[
                ("missing", missing.to_string()),
                ("known", known.to_string()),
                ("percent", percent.to_string()),
            ],
        ));
        self.report.stopped = Some(format!(
            "{missing} of {known} known people are missing, more than {percent} %"
        ));
        true
    }

    /// Brings one account to what the directory says.
    async fn take(&mut self, person: &Candidate) -> Result<(), SyncError> {
        let digest = person.digest();
        let link = self.links.get(&person.key).cloned();
        if let Some(link) = &link {
            let is_settled = link.is_locked == person.is_disabled && link.dn == person.dn;
            if is_settled && link.digest == digest {
                return Ok(());
            }
        }
        let account = match &link {
            Some(link) => self.federation.identity.account(link.account_id).await?,
            None => match self.new_account(person).await? {
                Some(account) => account,
                None => return Ok(()),
            },
        };
        if account.state == State::Left {
            return self.note_conflict(person, &account, "left").await;
        }
        let was_locked = link.as_ref().is_some_and(|link| link.is_locked);
        let change = self.change(person, &account, was_locked);
        if self.is_dry() {
            return Ok(());
        }
        if let Some(change) = change {
            let changed = self
                .federation
                .identity
                .update_account(&self.actor, &account, change)
                .await;
            if let Err(error) = changed {
                return self.skip(person, error);
            }
        }
        let link = Link {
            key: person.key.clone(),
            dn: person.dn.clone(),
            account_id: account.id,
            digest,
            is_locked: person.is_disabled,
        };
        tables::put_link(&self.federation.platform.db, self.name, &link).await?;
        self.links.insert(person.key.clone(), link);
        Ok(())
    }

    /// What changes in an account, counted.
    fn change(
        &mut self,
        person: &Candidate,
        account: &Account,
        was_locked: bool,
    ) -> Option<AccountChange> {
        let mut change = person.change(account, self.name);
        if change.is_some() {
            self.report.changed += 1;
            self.report.line("change", &person.username);
        }
        if person.is_disabled && account.state == State::Active {
            self.report.locked += 1;
            self.report.line("lock", &person.username);
            change.get_or_insert_default().enabled = Some(false);
        } else if was_locked && !person.is_disabled && account.state == State::Disabled {
            self.report.unlocked += 1;
            self.report.line("unlock", &person.username);
            change.get_or_insert_default().enabled = Some(true);
        }
        change
    }

    /// Makes the account of a person who is new; `None` when that is not possible, or when
    /// nothing is to be done.
    async fn new_account(&mut self, person: &Candidate) -> Result<Option<Account>, SyncError> {
        if let Some((account, kind)) = self.federation.clash(self.name, person).await? {
            if kind.is_empty() {
                return Ok(Some(account));
            }
            self.note_conflict(person, &account, kind).await?;
            return Ok(None);
        }
        if person.is_disabled {
            // Nobody needs an account that is locked before it was ever used.
            return Ok(None);
        }
        self.report.created += 1;
        self.report.line("create", &person.username);
        if self.is_dry() {
            return Ok(None);
        }
        let new = person.new_account(self.name);
        match self
            .federation
            .identity
            .create_account(&self.actor, new, Vec::new())
            .await
        {
            Ok(account) => Ok(Some(account)),
            Err(error) => {
                self.report.created -= 1;
                self.skip(person, error)?;
                Ok(None)
            }
        }
    }

    /// An entry that breaks a rule of accounts is told of; everything else ends the run.
    fn skip(&mut self, person: &Candidate, error: IdentityError) -> Result<(), SyncError> {
        let fields = error.fields();
        let is_about_the_entry =
            matches!(error, IdentityError::AccountExists) || !fields.is_empty();
        if !is_about_the_entry {
            return Err(error.into());
        }
        let reasons: Vec<String> = fields.into_iter().map(|field| field.messages.en).collect();
        self.report.skipped += 1;
        self.report
            .line("skip", &format!("{}: {}", person.dn, reasons.join(" ")));
        Ok(())
    }

    async fn note_conflict(
        &mut self,
        person: &Candidate,
        account: &Account,
        kind: &str,
    ) -> Result<(), SyncError> {
        self.report.conflicts += 1;
        self.report.line("conflict", &person.username);
        if !self.is_dry() {
            let found = (person, account, kind);
            self.federation
                .put_conflict(self.name, found, self.actor.now)
                .await?;
        }
        Ok(())
    }

    async fn lock_missing(&mut self, people: &[Candidate]) -> Result<(), SyncError> {
        let missing: Vec<Link> = self.missing(people).into_iter().cloned().collect();
        for link in missing {
            let account = self.federation.identity.account(link.account_id).await?;
            self.report.locked += 1;
            self.report.line("lock", &account.username);
            if self.is_dry() {
                continue;
            }
            if account.state == State::Active {
                let change = AccountChange {
                    enabled: Some(false),
                    ..AccountChange::default()
                };
                let identity = &self.federation.identity;
                identity
                    .update_account(&self.actor, &account, change)
                    .await?;
            }
            let locked = Link {
                is_locked: true,
                ..link
            };
            tables::put_link(&self.federation.platform.db, self.name, &locked).await?;
            self.links.insert(locked.key.clone(), locked);
        }
        Ok(())
    }
}
