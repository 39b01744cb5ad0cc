//! Application passwords, as their person sees them.
//!
//! Owns: the port `AppPasswords`, its registration.
//! Not here: storing and proving them (`directory`), the page (`pages/account/`).
//! Invariant: one is made only in a session with a fresh proof of the person.

use std::sync::Arc;

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::http::{Principal, Refusal, context::PortFuture};
use uuid::Uuid;

use crate::{Account, Actor, Identity, error::Result};

/// An application password, without its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppPasswordLine {
    /// Identifier.
    pub id: Uuid,
    /// What its person calls it.
    pub label: String,
    /// The only application through which it works; any when absent.
    pub application: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// Keeps application passwords.
pub trait AppPasswords: Send + Sync + 'static {
    /// Applications to which one may be bound: name and title, by title.
    fn applications(&self) -> Vec<(String, String)>;

    /// Those of an account, oldest first.
    fn list(&self, account: AccountId) -> PortFuture<'_, Result<Vec<AppPasswordLine>, Refusal>>;

    /// Makes one; gives its value, which is kept nowhere.
    fn make<'a>(
        &'a self,
        actor: &'a Actor,
        account: &'a Account,
        wish: (&'a str, Option<&'a str>),
    ) -> PortFuture<'a, Result<String, Refusal>>;

    /// Ends one.
    fn revoke<'a>(
        &'a self,
        actor: &'a Actor,
        account: &'a Account,
        id: Uuid,
    ) -> PortFuture<'a, Result<(), Refusal>>;
}

impl Identity {
    /// Registers who keeps application passwords; the first registration of a process counts.
    pub fn keep_app_passwords(&self, keeper: Arc<dyn AppPasswords>) {
        if self.app_passwords.set(keeper).is_err() {
            tracing::warn!("a keeper of application passwords was registered twice");
        }
    }

    /// Whether the caller may make a credential of its own: a session with a fresh proof.
    ///
    /// # Errors
    /// `identity.session.required`, `identity.session.insufficient_user_authentication`.
    pub async fn check_fresh(&self, principal: &Principal) -> Result<()> {
        self.fresh_session(principal).await.map(|_| ())
    }
}
