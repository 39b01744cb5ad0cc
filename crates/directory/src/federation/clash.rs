//! People of a directory who may be accounts that exist already.
//!
//! Owns: finding such an account, noting the conflict.
//! Not here: deciding it (`conflicts.rs`).

use lgsp_identity::{Account, AccountQuery};
use lgsp_model::Timestamp;

use super::{
    Federation,
    candidate::Candidate,
    tables::{self, Conflict},
};
use crate::Result;

impl Federation {
    /// The account that a new person would clash with, and why; with an empty reason when it is
    /// the person's own account of this connection.
    pub(crate) async fn clash(
        &self,
        connection: &str,
        person: &Candidate,
    ) -> Result<Option<(Account, &'static str)>> {
        let own = AccountQuery {
            source: Some(connection.to_owned()),
            external_id: Some(person.key.clone()),
            ..AccountQuery::default()
        };
        if let Some(account) = self.identity.accounts(&own, 1).await?.into_iter().next() {
            return Ok(Some((account, "")));
        }
        let by_name = AccountQuery {
            username: Some(person.username.clone()),
            ..AccountQuery::default()
        };
        if let Some(account) = self
            .identity
            .accounts(&by_name, 1)
            .await?
            .into_iter()
            .next()
        {
            return Ok(Some((account, "username")));
        }
        if person.email.is_none() {
            return Ok(None);
        }
        let by_mail = AccountQuery {
            email: person.email.clone(),
            ..AccountQuery::default()
        };
        let found = self
            .identity
            .accounts(&by_mail, 1)
            .await?
            .into_iter()
            .next();
        Ok(found.map(|account| (account, "email")))
    }

    pub(crate) async fn put_conflict(
        &self,
        connection: &str,
        (person, account, kind): (&Candidate, &Account, &str),
        now: Timestamp,
    ) -> Result<()> {
        let conflict = Conflict {
            id: self.platform.ids.next(),
            connection: connection.to_owned(),
            key: person.key.clone(),
            dn: person.dn.clone(),
            username: person.username.clone(),
            kind: kind.to_owned(),
            account_id: account.id,
            state: "open".to_owned(),
            found_at: now,
            decided_by: None,
        };
        tables::put_conflict(&self.platform.db, &conflict).await
    }
}
