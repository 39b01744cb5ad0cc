//! Opening sessions, and raising those that are open.
//!
//! Owns: what happens in the transaction in which a sign-in succeeds.
//! Not here: what must be proved before (`steps.rs`).
//! Invariant: every success gives the browser a new secret; a session that the same person
//! raises keeps its identifier, so that applications stay signed on.

use lgsp_platform::{db::WriteTx, journal};
use serde_json::json;

use crate::{
    Identity,
    actor::Actor,
    devices::user_agent_of,
    error::Result,
    rules::SESSIONS_MAX,
    secret::{new_secret, stored_hash},
    sign_in::{Opened, Proof, RequestInfo, source_of},
    tables::{
        account::{Account, Kind},
        credential,
        session::{self, Session},
    },
};

/// A sign-in at its end.
pub(crate) struct Ending<'a> {
    pub(crate) account: &'a Account,
    pub(crate) proof: &'a Proof,
    pub(crate) request: &'a RequestInfo,
    pub(crate) actor: &'a Actor,
    /// The password's hash when a password was proved.
    pub(crate) password_hash: Option<&'a str>,
    /// Whether an open session is raised and its end stays.
    pub(crate) is_step_up: bool,
}

impl Identity {
    /// Opens a session for an account whose person was proved without its password.
    ///
    /// # Errors
    /// `identity.sign_in.refused` when the account may not be used.
    pub async fn open_session(
        &self,
        account: &Account,
        proof: &Proof,
        request: &RequestInfo,
    ) -> Result<Opened> {
        let actor = request.actor(account, self.platform.clock.now());
        let ending = Ending {
            account,
            proof,
            request,
            actor: &actor,
            password_hash: None,
            is_step_up: false,
        };
        let is_usable = account.is_live(actor.now) && account.kind.is_person();
        let opened = match is_usable {
            true => self.open(&ending).await?,
            false => None,
        };
        match opened {
            Some(opened) => Ok(opened),
            None => {
                let source = source_of(request.address);
                self.refused(Some(account), None, &source, &actor).await
            }
        }
    }

    async fn open(&self, ending: &Ending<'_>) -> Result<Option<Opened>> {
        let tx = self.platform.db.begin().await?;
        let Some(opened) = self.open_in(&tx, ending).await? else {
            return Ok(None);
        };
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(Some(opened))
    }

    /// Opens the session in the caller's transaction; nothing when the account was changed in
    /// the meantime.
    pub(crate) async fn open_in(
        &self,
        tx: &WriteTx,
        ending: &Ending<'_>,
    ) -> Result<Option<Opened>> {
        let Ending { account, actor, .. } = ending;
        let db = &self.platform.db;
        let hash = ending.password_hash;
        if !credential::note_sign_in(db, &**tx, account.id, hash, actor.now).await? {
            return Ok(None);
        }
        let secret = new_secret()?;
        let session = self.write_session(tx, ending, &secret).await?;
        let device_secret = self
            .remember_device(tx, account, ending.request, actor)
            .await?;
        let action = match ending.is_step_up {
            true => "signin.stepup",
            false => "signin.succeeded",
        };
        let detail = json!({ "acr": ending.proof.acr, "amr": ending.proof.amr });
        let event = actor.audit(action, account).with_detail(detail);
        journal::append(&**tx, [event]).await?;
        Ok(Some(Opened {
            session,
            secret,
            device_secret,
        }))
    }

    async fn write_session(
        &self,
        tx: &WriteTx,
        ending: &Ending<'_>,
        secret: &str,
    ) -> Result<Session> {
        let Ending {
            account,
            proof,
            request,
            actor,
            ..
        } = ending;
        let db = &self.platform.db;
        let (idle_ms, life_ms) = match account.kind {
            Kind::Administrator => (
                self.rules.admin_session_idle_ms,
                self.rules.admin_session_life_ms,
            ),
            _ => (self.rules.session_idle_ms, self.rules.session_life_ms),
        };
        let old = match &request.old_secret {
            Some(old) => session::find_by_secret(db, account.id, stored_hash(old)).await?,
            None => None,
        };
        let old = old.filter(|session| session.is_live(actor.now));
        let kept_end = old.as_ref().filter(|_| ending.is_step_up);
        let session = Session {
            id: old
                .as_ref()
                .map_or_else(|| self.platform.ids.next(), |old| old.id),
            account_id: account.id,
            csrf_token: new_secret()?,
            auth_at: proof.auth_at.map_or(actor.now, |at| at.min(actor.now)),
            acr: proof.acr,
            amr: proof.amr.clone(),
            created_at: old.as_ref().map_or(actor.now, |old| old.created_at),
            last_seen_at: actor.now,
            expires_at: kept_end.map_or(actor.now.plus_ms(life_ms), |old| old.expires_at),
            idle_ms,
            address: actor.address.clone(),
            user_agent: user_agent_of(request),
            parent_id: None,
        };
        if let Some(old) = &old {
            // Who signs in is itself from then on.
            session::delete_children(db, &**tx, old.id).await?;
        }
        if old.is_some() && session::renew(db, &**tx, &session, stored_hash(secret)).await? {
            return Ok(session);
        }
        if let Some(old) = &request.old_secret {
            session::delete_by_secret(db, &**tx, stored_hash(old)).await?;
        }
        session::insert(&**tx, &session, stored_hash(secret)).await?;
        session::delete_beyond(db, &**tx, account.id, SESSIONS_MAX).await?;
        Ok(session)
    }
}
