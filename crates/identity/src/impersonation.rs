//! Acting as somebody else (thao tác dưới tên người dùng), to see what a person sees.
//!
//! Owns: who may act as whom, beginning, ending, noting each end.
//! Not here: what is forbidden meanwhile (`policies/base.cedar`), recognising the session
//! (`authenticate.rs`), the HTTP face (`routes/impersonation.rs`).
//! Invariant: it is a session of the account that hangs on the administrator's own, so it ends with
//! either, by the one mechanism of sessions, and applications hear of it. Whoever lost the right,
//! or whose target gained power, is itself again at the next request. Each begin and each end is an
//! event that names both, and the person is told afterwards.
//! Follows: design of identity, section 14.

use lgsp_model::AccountId;
use lgsp_platform::{
    db::WriteTx,
    http::{Principal, context::RoleGrant},
    journal::{self, Event},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    accounts::check::refuse,
    actor::Actor,
    error::{Error, Result, Rule},
    roles::{self, ACCOUNT_IMPERSONATE},
    rules::{IMPERSONATION_MAX_MS, REASON_CHARS_MAX, TICKET_CHARS_MAX},
    secret::{new_secret, stored_hash},
    sessions::session_id,
    tables::{
        account::Account,
        impersonation::{self, Impersonation},
        notice::NoticeKind,
        session::{self, Session},
    },
};

/// Ends that are noted in one look.
const ORPHANS_MAX: u32 = 200;

/// A wish to act as somebody.
#[derive(Debug, Clone)]
pub struct NewImpersonation {
    /// Why.
    pub reason: String,
    /// The ticket in which somebody asked for help.
    pub ticket: String,
}

impl Identity {
    /// Lets an administrator act as an account, in the administrator's own browser.
    ///
    /// # Errors
    /// `identity.session.required`, `identity.fields.invalid`, `identity.account.own`,
    /// `identity.impersonation.not_live`, `identity.impersonation.powerful`,
    /// `identity.account.out_of_reach`, `identity.impersonation.running`.
    pub async fn impersonate(
        &self,
        administrator: &Principal,
        actor: &Actor,
        account: &Account,
        wish: NewImpersonation,
    ) -> Result<Impersonation> {
        let wish = checked(wish)?;
        let parent = session_id(administrator).ok_or(Error::SessionRequired)?;
        let parent = self.session(parent).await?.ok_or(Error::SessionRequired)?;
        if account.id == administrator.account_id {
            return Err(Error::AccountOwn);
        }
        if !account.is_live(actor.now) || !account.kind.is_person() {
            return Err(Error::ImpersonationNotLive);
        }
        let held = self.effective_roles(account.id).await?;
        self.check_reach(administrator, &held)?;
        let latest = actor.now.plus_ms(IMPERSONATION_MAX_MS);
        let ends = [Some(latest), Some(parent.expires_at), account.valid_until];
        let until = ends.into_iter().flatten().min().unwrap_or(latest);
        let session = Session {
            id: self.platform.ids.next(),
            account_id: account.id,
            csrf_token: new_secret()?,
            created_at: actor.now,
            last_seen_at: actor.now,
            expires_at: until,
            parent_id: Some(parent.id),
            ..parent.clone()
        };
        let made = Impersonation {
            session_id: session.id,
            admin_id: administrator.account_id,
            admin: administrator.username.clone(),
            account_id: account.id,
            reason: wish.reason,
            ticket: wish.ticket,
            address: actor.address.clone(),
            started_at: actor.now,
            until,
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        session::delete_children(db, &*tx, parent.id).await?;
        // Nobody learns this secret: the browser keeps the administrator's.
        let secret_hash = stored_hash(&new_secret()?);
        match session::insert(&*tx, &session, secret_hash).await {
            Err(Error::Platform(lgsp_platform::Error::AlreadyExists(_))) => {
                return Err(Error::ImpersonationRunning);
            }
            other => other?,
        }
        impersonation::insert(&*tx, &made).await?;
        let event = event(actor, ("impersonation.started", account), &made);
        journal::append(
            &*tx,
            [event.with_detail(json!({
                "reason": made.reason, "until": made.until, "session": made.session_id,
            }))],
        )
        .await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(made)
    }

    /// Refuses when an account holds power, or rights where the administrator has none.
    fn check_reach(&self, administrator: &Principal, held: &[RoleGrant]) -> Result<()> {
        let is_powerful =
            |grant: &RoleGrant| roles::find(&grant.role).is_none_or(roles::is_powerful);
        if held.iter().any(is_powerful) {
            return Err(Error::ImpersonationPowerful);
        }
        let is_reached = |grant: &RoleGrant| {
            let agency = grant.agency.as_deref();
            self.decider
                .holds(administrator, ACCOUNT_IMPERSONATE, agency)
        };
        match held.iter().all(is_reached) {
            true => Ok(()),
            false => Err(Error::AccountOutOfReach),
        }
    }

    /// The name of the administrator who may still act as this account.
    pub(crate) async fn still_impersonates(
        &self,
        administrator: AccountId,
        target: &Principal,
    ) -> Result<Option<String>> {
        let Some(administrator) = self.principal(administrator).await? else {
            return Ok(None);
        };
        let agency = target.agency.as_deref();
        let may = self
            .decider
            .holds(&administrator, ACCOUNT_IMPERSONATE, agency)
            && self.check_reach(&administrator, &target.roles).is_ok();
        Ok(may.then_some(administrator.username))
    }

    /// As whom a session acts; nothing when it is a person's own.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn impersonation(&self, principal: &Principal) -> Result<Option<Impersonation>> {
        if principal.standing.impersonated_by.is_none() {
            return Ok(None);
        }
        match session_id(principal) {
            Some(session) => impersonation::find(&self.platform.db, session).await,
            None => Ok(None),
        }
    }

    /// Ends it: the administrator is itself again.
    ///
    /// # Errors
    /// `identity.impersonation.none`.
    pub async fn end_impersonation(&self, principal: &Principal) -> Result<()> {
        let running = self.impersonation(principal).await?;
        let running = running.ok_or(Error::ImpersonationNone)?;
        self.stop_impersonation(running.session_id).await
    }

    /// Ends the session by which somebody is acted as, and notes the end.
    pub(crate) async fn stop_impersonation(&self, session: Uuid) -> Result<()> {
        let db = &self.platform.db;
        let running = impersonation::find(db, session).await?;
        let tx = db.begin().await?;
        session::delete(db, &*tx, session).await?;
        if let Some(running) = &running {
            self.note_end(&tx, running).await?;
        }
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// Notes the ends that came with the end of a session: time, sign-out, locks.
    ///
    /// # Errors
    /// `platform.database.failed`; the next sweep tries again.
    pub async fn note_ended_impersonations(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let db = &self.platform.db;
        for ended in impersonation::orphans(db, ORPHANS_MAX).await? {
            let tx = db.begin().await?;
            self.note_end(&tx, &ended).await?;
            tx.commit().await?;
        }
        Ok(())
    }

    /// The end with its event and the notice to the person; once, whoever sees it first.
    async fn note_end(&self, tx: &WriteTx, ended: &Impersonation) -> Result<()> {
        let now = self.platform.clock.now();
        if !impersonation::end(&self.platform.db, &**tx, ended.session_id, now).await? {
            return Ok(());
        }
        let account = self.account(ended.account_id).await?;
        let actor = Actor {
            name: ended.admin.clone(),
            address: ended.address.clone(),
            now,
            on_behalf_of: Some(account.username.clone()),
        };
        let event = event(&actor, ("impersonation.ended", &account), ended);
        let detail = json!({ "started_at": ended.started_at, "session": ended.session_id });
        journal::append(&**tx, [event.with_detail(detail)]).await?;
        let subject = format!("{} ({})", ended.admin, ended.ticket);
        let kind = NoticeKind::Impersonated;
        self.notify(tx, ended.account_id, kind, &subject, &actor)
            .await
    }
}

/// The wish without blanks around it.
fn checked(wish: NewImpersonation) -> Result<NewImpersonation> {
    let wish = NewImpersonation {
        reason: wish.reason.trim().to_owned(),
        ticket: wish.ticket.trim().to_owned(),
    };
    let mut broken = Vec::new();
    for (pointer, text, max) in [
        ("/reason", &wish.reason, REASON_CHARS_MAX),
        ("/ticket", &wish.ticket, TICKET_CHARS_MAX),
    ] {
        if text.is_empty() {
            broken.push(Rule::Required.at(pointer));
        }
        if text.chars().count() > max {
            broken.push(Rule::TooLong { max }.at(pointer));
        }
    }
    refuse(broken)?;
    Ok(wish)
}

/// An event that names both, with the ticket as its ground.
fn event(actor: &Actor, (action, account): (&str, &Account), of: &Impersonation) -> Event {
    let mut event = actor.audit(action, account);
    event.on_behalf_of = Some(account.username.clone());
    event.ground = Some(of.ticket.clone());
    event
}
