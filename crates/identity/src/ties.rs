//! What a person has to do with applications: those that may be opened, consents, linked
//! accounts.
//!
//! Owns: the port `Ties`, its registrations.
//! Not here: the protocols behind it (`sso`), the pages (`pages/account/`).
//! Invariant: a protocol that fails hides its own part only; a way in ends only with a fresh
//! proof of the person.

use std::sync::Arc;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    error::Sentence,
    http::{Principal, Refusal, context::PortFuture},
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{Actor, Identity};

/// An application that a person may open (ứng dụng được dùng).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Application {
    /// What people call it.
    pub title: String,
    /// Address that opens it.
    pub url: String,
    /// What it is for; may be empty.
    pub description: String,
}

/// A consent or a linked account of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Tie {
    /// Identifier within its protocol, prefixed by the protocol: `consent:…`, `upstream:…`.
    pub id: String,
    /// The application or provider.
    pub title: String,
    /// What it is, in both languages.
    pub description: Sentence,
    /// Since when.
    pub since: Timestamp,
    /// Whether ending it needs a fresh proof of the person, because it is a way in.
    pub needs_proof: bool,
}

/// A protocol that ties people to applications or to accounts elsewhere.
pub trait Ties: Send + Sync + 'static {
    /// Applications that this person may open.
    fn applications<'a>(
        &'a self,
        principal: &'a Principal,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<Application>>>;

    /// Consents and linked accounts of a person.
    fn ties(&self, account: AccountId) -> PortFuture<'_, lgsp_platform::Result<Vec<Tie>>>;

    /// Ends a tie; false when it is none of this protocol.
    fn untie<'a>(
        &'a self,
        actor: &'a Actor,
        account: AccountId,
        id: &'a str,
    ) -> PortFuture<'a, Result<bool, Refusal>>;
}

impl Identity {
    /// Adds a protocol; its parts come after those of earlier ones.
    pub fn add_ties(&self, ties: Arc<dyn Ties>) {
        self.ties.rcu(|known| {
            let mut all = Vec::clone(known);
            all.push(ties.clone());
            all
        });
    }

    /// Applications that a person may open, by title.
    pub async fn applications(&self, principal: &Principal) -> Vec<Application> {
        let mut all = Vec::new();
        for protocol in self.ties.load_full().iter() {
            match protocol.applications(principal).await {
                Ok(found) => all.extend(found),
                Err(error) => tracing::warn!(%error, "applications of a protocol are missing"),
            }
        }
        all.sort_by(|one: &Application, two| one.title.cmp(&two.title));
        all
    }

    /// Consents and linked accounts of a person.
    pub async fn ties_of(&self, account: AccountId) -> Vec<Tie> {
        let mut all = Vec::new();
        for protocol in self.ties.load_full().iter() {
            match protocol.ties(account).await {
                Ok(found) => all.extend(found),
                Err(error) => tracing::warn!(%error, "ties of a protocol are missing"),
            }
        }
        all
    }

    /// Whether there is such a consent or link that the caller may end now.
    ///
    /// # Errors
    /// `identity.session.insufficient_user_authentication` when it needs a fresh proof.
    pub async fn may_untie(&self, principal: &Principal, id: &str) -> crate::error::Result<bool> {
        let ties = self.ties_of(principal.account_id).await;
        let found = ties.iter().find(|tie| tie.id == id);
        if found.is_some_and(|tie| tie.needs_proof) {
            self.fresh_session(principal).await?;
        }
        Ok(found.is_some())
    }

    /// Ends a consent or a link of the caller; tells whether there was one.
    ///
    /// # Errors
    /// As [`Identity::may_untie`], and those of the protocol.
    pub async fn untie(
        &self,
        actor: &Actor,
        principal: &Principal,
        id: &str,
    ) -> Result<bool, Refusal> {
        if !self.may_untie(principal, id).await? {
            return Ok(false);
        }
        for protocol in self.ties.load_full().iter() {
            if protocol.untie(actor, principal.account_id, id).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
