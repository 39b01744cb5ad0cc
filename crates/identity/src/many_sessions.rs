//! Sessions of many accounts: listing them, ending them together.
//!
//! Owns: these acts.
//! Not here: one session or one account (`sessions.rs`), who may (`routes/sessions.rs`), telling
//! applications (`sso` sees that the sessions are gone).
//! Invariant: what ends in one transaction is in the journal in the same one, an event an account.

use std::collections::{BTreeMap, BTreeSet};

use lgsp_model::AccountId;

use lgsp_platform::{
    http::context::RoleGrant,
    journal::{self, Class, Event},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
    tables::{
        role, session,
        session_query::{self, ListedSession, SessionQuery},
    },
};

/// Sessions that end in one transaction: writers of others wait for it.
const SESSIONS_AT_ONCE: u32 = 200;

/// Whether an account that holds these roles is within somebody's reach.
pub type IsReached<'a> = &'a (dyn Fn(&[RoleGrant]) -> bool + Sync);

/// Which of the sessions that a query finds stay.
pub struct Spared<'a> {
    /// The caller's own.
    pub session: Option<Uuid>,
    /// Whether an account that holds these roles is within the caller's reach; none when all are.
    pub is_reached: Option<IsReached<'a>>,
}

impl Identity {
    /// Up to `count` live sessions of many accounts, the newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn list_sessions(
        &self,
        query: &SessionQuery,
        count: u32,
    ) -> Result<Vec<ListedSession>> {
        let now = self.platform.clock.now();
        session_query::list(&self.platform.db, query, now, count).await
    }

    /// Ends the live sessions that a query finds, as it is called in the journal; gives how many.
    ///
    /// # Errors
    /// `platform.database.failed`; a part may have ended then.
    pub async fn end_many_sessions(
        &self,
        actor: &Actor,
        (mut query, called): (SessionQuery, &str),
        spared: &Spared<'_>,
    ) -> Result<u64> {
        let mut ended = 0;
        loop {
            let page = self.list_sessions(&query, SESSIONS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            query.before = Some(last.session.id);
            ended += self.end_page(actor, &page, (called, spared)).await?;
        }
        let tx = self.platform.db.begin().await?;
        let subject = ("session", called);
        let mut event = Event::new(
            Class::Audit,
            actor.now,
            actor.name.clone(),
            "session.revoked_many",
            subject,
        );
        event.address.clone_from(&actor.address);
        event.on_behalf_of.clone_from(&actor.on_behalf_of);
        event.trace_id = lgsp_platform::http::trace::current();
        let detail = json!({ "sessions": ended, "client": query.client, "words": query.words });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        Ok(ended)
    }

    async fn end_page(
        &self,
        actor: &Actor,
        page: &[ListedSession],
        (called, spared): (&str, &Spared<'_>),
    ) -> Result<u64> {
        let db = &self.platform.db;
        let beyond = self.beyond_reach(page, spared).await?;
        let is_ended = |one: &&ListedSession| {
            spared.session != Some(one.session.id) && !beyond.contains(&one.session.account_id)
        };
        let chosen: Vec<&ListedSession> = page.iter().filter(is_ended).collect();
        let ids: Vec<Uuid> = chosen.iter().map(|one| one.session.id).collect();
        let mut of_accounts: BTreeMap<&str, (Option<&str>, u64)> = BTreeMap::new();
        for one in &chosen {
            let of_account = of_accounts.entry(&one.username).or_default();
            of_account.0 = one.agency.as_deref();
            of_account.1 += 1;
        }
        let events = of_accounts.into_iter().map(|(username, (agency, count))| {
            let event = actor.audit_name("session.revoked", username, agency);
            event.with_detail(json!({ "sessions": count, "with": called }))
        });
        let tx = db.begin().await?;
        session::delete_all(db, &*tx, &ids).await?;
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(ids.len() as u64)
    }

    /// The accounts of a page whose rights go beyond the caller's: own ones and those of groups.
    async fn beyond_reach(
        &self,
        page: &[ListedSession],
        spared: &Spared<'_>,
    ) -> Result<BTreeSet<AccountId>> {
        let mut beyond = BTreeSet::new();
        let Some(is_reached) = spared.is_reached else {
            return Ok(beyond);
        };
        let accounts: Vec<AccountId> = page.iter().map(|one| one.session.account_id).collect();
        let own = role::of_accounts(&self.platform.db, &accounts).await?;
        for id in BTreeSet::from_iter(accounts) {
            let held = self.effective_roles(id).await?;
            if !is_reached(&held) || !own.get(&id).is_none_or(|own| is_reached(own)) {
                beyond.insert(id);
            }
        }
        Ok(beyond)
    }
}
