//! What sign-on protocols need of a browser's session.
//!
//! Owns: `Browser`, `Demand`, the way to the sign-in page and back, participants.
//! Not here: the protocols (`sso`), opening sessions (`sign_in.rs`).
//! Invariant: the sign-in page only helps; a protocol checks after the return that the session
//! satisfies what it asked for.

use std::{net::IpAddr, sync::Arc};

use axum::http::HeaderMap;
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Principal, context::Authorizer as _},
    journal,
    ledger::model::{Acceptance, Accepted, Claim},
};
use ring::digest;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
    pages::{form::encode, session_cookie},
    roles::SELF_SECURE,
    sessions::session_id,
    tables::{
        participant::{self, Participant},
        session::{self, Session},
    },
};

/// A browser that is signed in.
#[derive(Debug, Clone)]
pub struct Browser {
    /// Its session.
    pub session: Session,
    /// Its account.
    pub principal: Principal,
}

impl Browser {
    /// Level of the proof: of the administrator's while that one acts as somebody.
    fn session_acr(&self) -> u8 {
        self.principal.standing.acr
    }
}

/// What somebody asks of a sign-on.
#[derive(Debug, Clone, Default)]
pub struct Demand {
    /// Sign in anew even with a good session.
    pub again: bool,
    /// The proof must not be older than this.
    pub fresh_since: Option<Timestamp>,
    /// Least level of the proof; 0 for any.
    pub acr_min: u8,
    /// User name to begin with.
    pub login_hint: Option<String>,
    /// Name of the application, shown on the page.
    pub client_name: Option<String>,
    /// `vi` or `en`, when the application asked for one.
    pub language: Option<String>,
    /// Kind and name of the application's resource (`oidc-client/kho`), whose theme the page
    /// shows.
    pub application: Option<String>,
}

impl Identity {
    /// The live session of a browser's cookie, where it is good enough for the network that the
    /// request comes from: a session that was opened inside with a password alone is none outside, until
    /// the second factor is shown.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn browser_from(
        &self,
        headers: &HeaderMap,
        address: Option<IpAddr>,
    ) -> Result<Option<Browser>> {
        let found = self.browser(headers).await?;
        Ok(found.filter(|browser| browser.session_acr() >= self.acr_min_from(address)))
    }

    /// The live session of a browser's cookie, wherever it is: for signing out, for showing who one is
    /// on the way to a further proof.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn browser(&self, headers: &HeaderMap) -> Result<Option<Browser>> {
        let Some(secret) = self.session_secret(headers) else {
            return Ok(None);
        };
        let Some(principal) = self.by_session(secret).await? else {
            return Ok(None);
        };
        let Some(id) = session_id(&principal) else {
            return Ok(None);
        };
        let session = session::find(&self.platform.db, id).await?;
        Ok(session.map(|session| Browser { session, principal }))
    }

    /// Whether a caller may do what is kept for the person itself: credentials, consents, links.
    #[must_use]
    pub fn may_secure(&self, principal: &Principal) -> bool {
        self.decider.is_allowed(principal, SELF_SECURE, None)
    }

    /// The address that signs a browser in and sends it back to `next`, a path of this site.
    #[must_use]
    pub fn sign_in_path(&self, next: &str, demand: &Demand) -> String {
        let mut path = format!("/sign-in?next={}", encode(next));
        if demand.again || demand.fresh_since.is_some() {
            path.push_str("&again=1");
        }
        if demand.acr_min > 1 {
            path.push_str(&format!("&acr={}", demand.acr_min));
        }
        for (name, value) in [
            ("hint", &demand.login_hint),
            ("client", &demand.client_name),
            ("lang", &demand.language),
            ("for", &demand.application),
        ] {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", encode(value)));
            }
        }
        path
    }

    /// Whether a session is good enough. `again` is not looked at: give the instant of the
    /// question as `fresh_since`.
    #[must_use]
    pub fn satisfies(&self, session: &Session, demand: &Demand) -> bool {
        let is_fresh = demand
            .fresh_since
            .is_none_or(|since| session.auth_at >= since);
        is_fresh && session.acr >= demand.acr_min
    }

    /// Ends one session; tells whether it was there.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn end_session(&self, actor: &Actor, session: &Session) -> Result<bool> {
        let account = self.account(session.account_id).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let is_ended = session::delete(db, &*tx, session.id).await?;
        if is_ended {
            journal::append(&*tx, [actor.audit("session.ended", &account)]).await?;
        }
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(is_ended)
    }

    /// The session of this id, as long as it is stored.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn session(&self, id: Uuid) -> Result<Option<Session>> {
        let now = self.platform.clock.now();
        let found = session::find(&self.platform.db, id).await?;
        Ok(found.filter(|session| session.is_live(now)))
    }

    /// Notes that an application was given this person's identity.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn join(&self, participant: &Participant) -> Result<()> {
        let tx = self.platform.db.begin().await?;
        participant::put(&*tx, participant).await?;
        Ok(tx.commit().await?)
    }

    /// Who hangs on a session, in the order in which they joined.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn participants(&self, session_id: Uuid) -> Result<Vec<Participant>> {
        participant::of_session(&self.platform.db, session_id).await
    }

    /// Participants of a protocol whose session has ended, oldest first. Whoever promises to
    /// tell them deletes them in the same transaction ([`Participant::delete_statement`]).
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn orphans(&self, protocol: &str, count: u32) -> Result<Vec<Participant>> {
        participant::orphans(&self.platform.db, protocol, count).await
    }

    /// Woken when sessions of this process may have ended; other nodes are found by looking.
    #[must_use]
    pub fn sessions_changed(&self) -> Arc<Notify> {
        self.sessions_changed.clone()
    }

    /// Whether `key` of `kind` comes for the first time; it is remembered durably until
    /// `expires_at`, on all nodes.
    ///
    /// # Errors
    /// `platform.database.failed`: it must then be treated as seen.
    pub async fn first_use(&self, kind: &str, key: &str, expires_at: Timestamp) -> Result<bool> {
        let digest = digest::digest(&digest::SHA256, key.as_bytes());
        let hex: String = digest
            .as_ref()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let acceptance = Acceptance {
            claim: Some(Claim {
                key: format!("once:{kind}:{hex}"),
                result: String::new(),
                expires_at,
            }),
            ..Acceptance::default()
        };
        Ok(self.platform.ledger.accept(acceptance).await? == Accepted::New)
    }

    /// The public address of the sign-on service, without a slash at the end.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Whether browsers reach this site over TLS.
    #[must_use]
    pub fn has_tls(&self) -> bool {
        self.has_tls
    }

    /// The value of `Set-Cookie` that gives a browser its session.
    #[must_use]
    pub fn session_cookie(&self, secret: &str) -> String {
        session_cookie(secret, self.has_tls)
    }
}
