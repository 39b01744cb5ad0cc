//! Sessions of browsers: ending them.
//!
//! Owns: sign-out, ending sessions of an account, the cookie's name and form.
//! Not here: opening them (`sign_in.rs`), recognising them (`authenticate.rs`).

use axum::http::HeaderMap;
use lgsp_model::AccountId;
use lgsp_platform::{http::Principal, journal};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    secret::cookie,
    tables::{
        account::Account,
        session::{self, Session},
    },
};

/// The cookie that carries a session's secret, and the one by which accounts know a browser.
/// With TLS the prefix makes the browser refuse cookies that another host or path planted.
const COOKIES: [(&str, &str); 2] = [
    ("lgsp_session", "__Host-lgsp_session"),
    ("lgsp_device", "__Host-lgsp_device"),
];

const fn chosen((plain, secure): (&'static str, &'static str), has_tls: bool) -> &'static str {
    if has_tls { secure } else { plain }
}

/// Name of the session's cookie.
pub(crate) const fn session_cookie_name(has_tls: bool) -> &'static str {
    let [session, _] = COOKIES;
    chosen(session, has_tls)
}

/// Name of the device's cookie.
pub(crate) const fn device_cookie_name(has_tls: bool) -> &'static str {
    let [_, device] = COOKIES;
    chosen(device, has_tls)
}

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
    /// The secret of the session that a browser's cookie carries.
    pub(crate) fn session_secret<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, session_cookie_name(self.has_tls))
    }

    /// The secret by which accounts know a browser.
    pub(crate) fn device_secret<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, device_cookie_name(self.has_tls))
    }

    /// The sessions behind a principal's cookie: its own, and in front of it, while an administrator
    /// acts as somebody, the administrator's, with which it ends.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn sessions_behind(&self, principal: &Principal) -> Result<Vec<Uuid>> {
        let Some(id) = session_id(principal) else {
            return Ok(Vec::new());
        };
        let found = session::find(&self.platform.db, id).await?;
        let parent = found.and_then(|session| session.parent_id);
        Ok(parent.into_iter().chain([id]).collect())
    }

    /// Ends the session that a principal came with.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn sign_out(&self, principal: &Principal, actor: &Actor) -> Result<()> {
        let Some(id) = self.sessions_behind(principal).await?.into_iter().next() else {
            return Ok(());
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if session::delete(db, &*tx, id).await? {
            let agency = principal.agency.as_deref();
            let event = actor.audit_name("signout", principal.actor_name(), agency);
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
        sessions.retain(|session| session.is_live(now));
        Ok(sessions)
    }

    /// Ends one session of an account.
    ///
    /// # Errors
    /// `identity.session.not_found`.
    pub async fn end_session_of(&self, actor: &Actor, account: &Account, id: Uuid) -> Result<()> {
        let found = session::find(&self.platform.db, id).await?;
        let found = found.filter(|session| session.account_id == account.id);
        let found = found.ok_or(Error::SessionNotFound)?;
        match self.end_session(actor, &found).await? {
            true => Ok(()),
            false => Err(Error::SessionNotFound),
        }
    }

    /// Ends all sessions of an account but one.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn end_other_sessions(
        &self,
        actor: &Actor,
        account: &Account,
        kept: Uuid,
    ) -> Result<u64> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let ended = session::delete_of(db, &*tx, account.id, Some(kept)).await?;
        let event = actor.audit("session.revoked", account);
        journal::append(&*tx, [event.with_detail(json!({ "sessions": ended }))]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(ended)
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
