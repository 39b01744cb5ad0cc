//! Deciding conflicts.
//!
//! Owns: merging an entry with the account that exists, leaving an entry out.
//! Not here: finding conflicts (`sync.rs`, `source.rs`).
//! Invariant: an account is handed to a directory only by somebody who may manage it, and only
//! accounts of officials: whoever keeps the directory could then sign in with it.

use lgsp_identity::{AccountChange, Actor, Kind, State, roles};
use lgsp_platform::{
    http::Caller,
    journal::{self, Class, Event},
};
use serde_json::json;

use super::{
    Federation,
    tables::{self, Conflict, Link},
};
use crate::{Error, Result};

/// What is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ConflictDecision)]
pub(crate) enum Decision {
    /// The entry and the account are the same person: the directory keeps it from now on.
    Merge,
    /// The entry is somebody else: it is left out.
    Ignore,
}

impl Federation {
    /// Decides an open conflict.
    ///
    /// # Errors
    /// `directory.conflict.decided`, `directory.conflict.account`, `platform.permission.missing`.
    pub(crate) async fn decide(
        &self,
        caller: &Caller,
        conflict: &Conflict,
        decision: Decision,
    ) -> Result<()> {
        if conflict.state != "open" {
            return Err(Error::ConflictDecided);
        }
        let actor = Actor::from(caller);
        if decision == Decision::Merge {
            self.merge(caller, &actor, conflict).await?;
        }
        let state = match decision {
            Decision::Merge => "merged",
            Decision::Ignore => "ignored",
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (actor.name.as_str(), actor.now);
        if !tables::decide(db, &*tx, (conflict.id, state), by).await? {
            return Err(Error::ConflictDecided);
        }
        let subject = ("directory-connection", conflict.connection.as_str());
        let mut event = Event::new(
            Class::Audit,
            actor.now,
            actor.name.clone(),
            "directory.conflict_decided",
            subject,
        );
        event.address.clone_from(&actor.address);
        let detail = json!({ "decision": state, "account": conflict.account_id });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
    }

    async fn merge(&self, caller: &Caller, actor: &Actor, conflict: &Conflict) -> Result<()> {
        let account = self.identity.account(conflict.account_id).await?;
        caller.require(roles::ACCOUNT_WRITE, account.agency.as_deref())?;
        for grant in &account.grants {
            caller.require(roles::ACCOUNT_WRITE, grant.agency.as_deref())?;
        }
        let is_free =
            account.source.is_none() || account.source.as_deref() == Some(&conflict.connection);
        if account.kind != Kind::Official || account.state == State::Left || !is_free {
            return Err(Error::ConflictAccount);
        }
        let change = AccountChange {
            source: Some(Some(conflict.connection.clone())),
            external_id: Some(Some(conflict.key.clone())),
            ..AccountChange::default()
        };
        self.identity
            .update_account(actor, &account, change)
            .await?;
        // Nothing was taken over yet: the next run brings the rest.
        let link = Link {
            key: conflict.key.clone(),
            dn: conflict.dn.clone(),
            account_id: account.id,
            digest: Vec::new(),
            is_locked: false,
        };
        tables::put_link(&self.platform.db, &conflict.connection, &link).await
    }
}
