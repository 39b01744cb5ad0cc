//! Reviews of accounts, every six months and for each unit.
//!
//! Owns: opening, deciding and closing them, what happens to overdue ones.
//! Not here: rows (`review_rows.rs`), whether the caller may (`routes/reviews.rs`).
//! Invariant: a line is decided once; a lock that is decided is in force in the same transaction.
//! Follows: TCVN 14423:2026, 5.6.2.1 and 5.4.2.1 d (regulation R81).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{http::context::RoleGrant, journal};
use serde_json::json;
use uuid::Uuid;

use super::{
    PeopleError, result,
    review_rows::{self, ReviewCampaign, ReviewDecision, ReviewLine},
};
use crate::{
    Base, Identity,
    accounts::check::{clean, refuse, words},
    actor::Actor,
    error::{Error, Result},
    rules::DAY_MS,
    tables::{
        account::{self, Account, State},
        account_query::{self, AccountQuery},
        group_ways, session,
    },
};

/// Time that a review is given when none is named.
pub const REVIEW_LIFE_MS: i64 = 30 * DAY_MS;
/// Time past its due date after which the unit above is told.
pub const REVIEW_ESCALATED_AFTER_MS: i64 = 14 * DAY_MS;
/// Time past its due date after which accounts that nobody decided on are locked.
pub const REVIEW_LOCKED_AFTER_MS: i64 = 30 * DAY_MS;
/// Months between two reviews of a unit.
pub const REVIEW_INTERVAL_MS: i64 = 183 * DAY_MS;
/// Accounts read at once while a review is opened.
const ACCOUNTS_AT_ONCE: u32 = 1_000;

impl Identity {
    /// Opens a review of a unit and those below it, with a line for each account.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn open_review(
        &self,
        actor: &Actor,
        agency: &str,
        due_at: Option<Timestamp>,
    ) -> Result<ReviewCampaign> {
        refuse(self.check_agency(agency).into_iter().collect())?;
        let db = &self.platform.db;
        let mut agencies = account_query::agencies(db).await?;
        agencies.retain(|code| self.decider.is_within(code, agency));
        let made = ReviewCampaign {
            id: self.platform.ids.next(),
            agency: agency.to_owned(),
            opened_by: actor.name.clone(),
            opened_at: actor.now,
            due_at: due_at.unwrap_or(actor.now.plus_ms(REVIEW_LIFE_MS)),
            closed_at: None,
            escalated_at: None,
            lines: 0,
            open_lines: 0,
        };
        let mut query = AccountQuery {
            agencies: Some(agencies),
            ..AccountQuery::default()
        };
        let mut lines: Vec<ReviewLine> = Vec::new();
        while query
            .agencies
            .as_ref()
            .is_some_and(|found| !found.is_empty())
        {
            let page = self.accounts(&query, ACCOUNTS_AT_ONCE).await?;
            let Some(last) = page.last() else { break };
            query.after.clone_from(&last.username);
            let ids: Vec<AccountId> = page.iter().map(|account| account.id).collect();
            let mut through = group_ways::grants_of_accounts(db, &ids, actor.now).await?;
            let here = page
                .into_iter()
                .filter(|account| account.state != State::Left);
            lines.extend(here.map(|account| {
                let through = through.remove(&account.id).unwrap_or_default();
                line(account, &through)
            }));
        }
        let tx = db.begin().await?;
        review_rows::insert(&*tx, &made).await?;
        review_rows::insert_lines(&*tx, made.id, &lines).await?;
        let event = event(actor, "review.opened", &made);
        let detail = json!({ "review": made.id, "lines": lines.len(), "due": made.due_at });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        self.review(made.id).await
    }

    /// The review of this id.
    ///
    /// # Errors
    /// `identity.review.not_found`.
    pub async fn review(&self, id: Uuid) -> Result<ReviewCampaign> {
        let found = review_rows::find(&self.platform.db, id).await?;
        found.ok_or_else(|| PeopleError::ReviewNotFound.into())
    }

    /// Reviews, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn reviews(
        &self,
        agencies: Option<&[String]>,
        before: Option<Uuid>,
        count: u32,
    ) -> Result<Vec<ReviewCampaign>> {
        review_rows::list(&self.platform.db, agencies, before, count).await
    }

    /// Lines of a review, by user name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn review_lines(&self, id: Uuid, after: &str, count: u32) -> Result<Vec<ReviewLine>> {
        review_rows::lines(&self.platform.db, id, after, count).await
    }

    /// Decides on a line: keep, to be changed, or lock at once.
    ///
    /// # Errors
    /// `identity.review.state` when the review is closed.
    pub async fn decide_line(
        &self,
        actor: &Actor,
        campaign: &ReviewCampaign,
        account: &Account,
        (decision, note): (ReviewDecision, Option<String>),
    ) -> Result<()> {
        if campaign.closed_at.is_some() {
            return Err(PeopleError::ReviewState.into());
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !review_rows::hold_open(db, &*tx, campaign.id).await? {
            return Err(PeopleError::ReviewState.into());
        }
        let decided = (decision, clean(note), actor.name.as_str(), actor.now);
        if !review_rows::decide(db, &*tx, (campaign.id, account.id), &decided).await? {
            return Err(PeopleError::ReviewNotFound.into());
        }
        if decision == ReviewDecision::Lock {
            let mut after = account.clone();
            after.state = State::Disabled;
            after.state_reason.clone_from(&decided.1);
            after.changed_at = actor.now;
            account::update(db, &*tx, &after, Base::Any).await?;
            session::delete_of(db, &*tx, after.id, None).await?;
        }
        let mut event = actor.audit("review.decided", account);
        event.ground.clone_from(&decided.1);
        let detail = json!({ "review": campaign.id, "decision": decision });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// Closes a review whose lines are all decided, and makes its signed result.
    ///
    /// # Errors
    /// `identity.review.state`, also when a line was decided anew in the meantime.
    pub async fn close_review(
        &self,
        actor: &Actor,
        campaign: &ReviewCampaign,
    ) -> Result<ReviewCampaign> {
        if campaign.closed_at.is_some() || campaign.open_lines > 0 {
            return Err(PeopleError::ReviewState.into());
        }
        let db = &self.platform.db;
        let lines = self.review_lines(campaign.id, "", u32::MAX).await?;
        let closing = (actor.name.as_str(), actor.now);
        let (lines, files) = self.make_result(campaign, lines, closing).await?;
        let tx = db.begin().await?;
        let is_open = review_rows::hold_open(db, &*tx, campaign.id).await?;
        // Drawn before the transaction, so that nobody waits for it; nothing may have changed since.
        let is_same = review_rows::all_lines(db, &*tx, campaign.id).await? == lines;
        let is_undecided = |line: &ReviewLine| line.decision.is_none();
        if !is_open || !is_same || lines.iter().any(is_undecided) {
            return Err(PeopleError::ReviewState.into());
        }
        review_rows::close(db, &*tx, campaign.id, actor.now).await?;
        let event = event(actor, "review.closed", campaign);
        let digests = result::digests(&files);
        let detail = json!({ "review": campaign.id, "lines": lines.len(), "files": digests });
        result::rows::insert(&*tx, campaign.id, files).await?;
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        self.review(campaign.id).await
    }

    /// Escalates overdue reviews, and locks what nobody decided on for too long.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn sweep_reviews(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let actor = Actor::platform(self.platform.clock.now());
        for campaign in review_rows::open(&self.platform.db).await? {
            let late_ms = actor.now.since(campaign.due_at);
            if late_ms >= REVIEW_ESCALATED_AFTER_MS && campaign.escalated_at.is_none() {
                self.escalate(&actor, &campaign).await?;
            }
            if late_ms >= REVIEW_LOCKED_AFTER_MS {
                match self.lock_undecided(&actor, &campaign).await {
                    // Somebody decides on it or closes it just now; the next sweep looks again.
                    Err(Error::People(PeopleError::ReviewState)) => {}
                    other => other?,
                }
            }
        }
        Ok(())
    }

    async fn escalate(&self, actor: &Actor, campaign: &ReviewCampaign) -> Result<()> {
        let above = self
            .hierarchy
            .ancestors(&campaign.agency)
            .into_iter()
            .next();
        let db = &self.platform.db;
        let tx = db.begin().await?;
        review_rows::escalate(db, &*tx, campaign.id, actor.now).await?;
        let mut event = event(actor, "review.escalated", campaign);
        let detail = json!({ "review": campaign.id, "open": campaign.open_lines, "to": above });
        if above.is_some() {
            event.agency = above;
        }
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
    }

    async fn lock_undecided(&self, actor: &Actor, campaign: &ReviewCampaign) -> Result<()> {
        let mut after = String::new();
        loop {
            let lines = self
                .review_lines(campaign.id, &after, ACCOUNTS_AT_ONCE)
                .await?;
            let Some(last) = lines.last() else { break };
            after.clone_from(&last.username);
            for line in lines.iter().filter(|line| line.decision.is_none()) {
                let account = self.account(AccountId(line.account_id)).await?;
                let decision = (ReviewDecision::Lock, Some("overdue".to_owned()));
                self.decide_line(actor, campaign, &account, decision)
                    .await?;
            }
        }
        let campaign = self.review(campaign.id).await?;
        // Another sweep was faster.
        if campaign.closed_at.is_some() {
            return Ok(());
        }
        self.close_review(actor, &campaign).await.map(|_| ())
    }
}

/// A line of an account: its own roles, and those through groups with the group's name.
fn line(account: Account, through: &[(RoleGrant, String)]) -> ReviewLine {
    let mut roles = words(&account.grants);
    for (grant, group) in through {
        // The lists are parted by semicolons.
        let group = group.replace(';', ",");
        let held = words(std::slice::from_ref(grant)).concat();
        roles.push(format!("{held} ({group})"));
    }
    ReviewLine {
        account_id: account.id.0,
        username: account.username,
        display_name: account.display_name,
        kind: account.kind.as_str().to_owned(),
        state: account.state.as_str().to_owned(),
        agency: account.agency,
        position: account.person.position,
        roles: roles.join("; "),
        valid_from: account.valid_from,
        valid_until: account.valid_until,
        last_used_at: account.last_used_at,
        decision: None,
        note: None,
        decided_by: None,
        decided_at: None,
    }
}

fn event(actor: &Actor, action: &str, campaign: &ReviewCampaign) -> journal::Event {
    let mut event = actor.audit_name(action, &campaign.agency, Some(&campaign.agency));
    event.subject_kind = "agency".to_owned();
    event
}
