//! Accounts by the page and by the hundred: lists, counts, making many at once.
//!
//! Owns: what protocols and imports need that read or write many accounts.
//! Not here: the rules of a single account (`accounts/`).
//! Invariant: many accounts are made in one transaction with an audit event each; one that is
//! refused does not hold up the others.

use std::collections::BTreeSet;

use lgsp_platform::journal;

use crate::{
    Identity,
    accounts::{NewAccount, create::created},
    actor::Actor,
    error::{Error, Result},
    tables::{
        account::{self, Account},
        account_query::{self, AccountQuery},
        group::{self, GroupQuery},
    },
};

/// Accounts that one transaction makes.
pub const ACCOUNTS_MADE_MAX: usize = 500;

impl Identity {
    /// Up to `count` accounts with their roles, by user name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn accounts(&self, query: &AccountQuery, count: u32) -> Result<Vec<Account>> {
        account_query::list(&self.platform.db, query, count).await
    }

    /// How many accounts a query finds.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn count_accounts(&self, query: &AccountQuery) -> Result<u64> {
        account_query::count(&self.platform.db, query).await
    }

    /// How many groups a query finds.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn count_groups(&self, query: &GroupQuery) -> Result<u64> {
        group::count(&self.platform.db, query).await
    }

    /// Makes accounts without roles, up to [`ACCOUNTS_MADE_MAX`] a transaction; each answer
    /// stands at the place of its wish and has the errors of `create_account`. With the
    /// refusal that makes `errors_max` of them the answers end, and the rest is not made.
    ///
    /// # Errors
    /// `platform.database.failed`: those of earlier transactions stay.
    pub async fn create_accounts(
        &self,
        actor: &Actor,
        wishes: Vec<NewAccount>,
        errors_max: usize,
    ) -> Result<Vec<Result<Account>>> {
        let mut answers = Vec::with_capacity(wishes.len());
        for wish in wishes {
            answers.push(self.prepare(actor, wish, Vec::new()).await);
        }
        let (mut errors, mut done) = (0, 0);
        for part in answers.chunks_mut(ACCOUNTS_MADE_MAX) {
            if errors >= errors_max.max(1) {
                break;
            }
            let left = errors_max.max(1) - errors;
            let made = self.insert_many(actor, part, left).await?;
            errors += part
                .iter()
                .take(made)
                .filter(|answer| answer.is_err())
                .count();
            done += made;
        }
        answers.truncate(done);
        Ok(answers)
    }

    /// Stores those that were not refused, up to the refusal of number `errors_max`; a name
    /// that is taken becomes a refusal. Gives how many were looked at.
    async fn insert_many(
        &self,
        actor: &Actor,
        answers: &mut [Result<Account>],
        errors_max: usize,
    ) -> Result<usize> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let names: Vec<&str> = answers
            .iter()
            .flatten()
            .map(|account| account.username.as_str())
            .collect();
        let mut taken: BTreeSet<String> = account_query::taken(db, &*tx, &names)
            .await?
            .into_iter()
            .collect();
        let mut events = Vec::new();
        let (mut errors, mut seen) = (0, 0);
        for answer in answers.iter_mut() {
            seen += 1;
            if let Ok(account) = answer {
                if taken.insert(account.username.clone()) {
                    account::insert(&*tx, account).await?;
                    self.apply_rules_to(&*tx, account, actor).await?;
                    events.push(created(actor, account));
                    continue;
                }
                *answer = Err(Error::AccountExists);
            }
            errors += 1;
            if errors == errors_max {
                break;
            }
        }
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        Ok(seen)
    }
}
