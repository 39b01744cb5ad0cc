//! Sessions of browsers: ending them.
//!
//! Owns: sign-out, ending sessions of an account, the cookie's name and form.
//! Not here: opening them (`sign_in.rs`), recognising them (`authenticate.rs`).

use lgsp_model::AccountId;
use lgsp_platform::{http::Principal, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
    tables::{
        account::Account,
        session::{self, Session},
    },
};

/// The cookie that carries a session's secret.
pub(crate) const SESSION_COOKIE: &str = "lgsp_session";

/// The session of a principal; absent when a token was used.
pub(crate) fn session_id(principal: &Principal) -> Option<Uuid> {
    credential_id(principal, "session:")
}

/// The token of a principal; absent when a session was used.
pub(crate) fn token_id(principal: &Principal) -> Option<Uuid> {
    credential_id(principal, "token:")
}

fn credential_id(principal: &Principal, kind: &str) -> Option<Uuid> {
    principal.credential.strip_prefix(kind)?.parse().ok()
}

impl Identity {
    /// Ends the session that a principal came with.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn sign_out(&self, principal: &Principal, actor: &Actor) -> Result<()> {
        let Some(id) = session_id(principal) else {
            return Ok(());
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if session::delete(db, &*tx, id).await? {
            let agency = principal.agency.as_deref();
            let event = actor.audit_name("signout", &principal.username, agency);
            journal::append(&*tx, [event]).await?;
        }
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// The live sessions of an account, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn sessions(&self, id: AccountId) -> Result<Vec<Session>> {
        let now = self.platform.clock.now();
        let mut sessions = session::list(&self.platform.db, id).await?;
        sessions.retain(|session| {
            session.expires_at > now && now.since(session.last_seen_at) < self.rules.session_idle_ms
        });
        Ok(sessions)
    }

    /// Ends all sessions of an account.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn end_sessions(&self, actor: &Actor, account: &Account) -> Result<u64> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let ended = session::delete_of(db, &*tx, account.id, None).await?;
        let event = actor.audit("session.revoked", account);
        journal::append(&*tx, [event.with_detail(json!({ "sessions": ended }))]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(ended)
    }
}
