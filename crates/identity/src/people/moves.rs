//! Moves of accounts between units, at once or on a day.
//!
//! Owns: the act, the table `planned_move`, what ends with the old unit.
//! Not here: merging whole units (`units.rs`), whether the caller may (`routes/`).
//! Invariant: roles held within the old unit end with the move unless they were confirmed.
//! Follows: design of identity, section 11.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{db::Rows, http::context::RoleGrant, journal};
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Base, Identity,
    accounts::check::{clean, refuse, words},
    actor::Actor,
    error::{Error, Result},
    tables::{
        account::{self, Account},
        execute, role,
    },
};

/// A wished move.
#[derive(Debug, Clone)]
pub struct Move {
    /// The new unit.
    pub agency: String,
    /// The new position; absent keeps the present one.
    pub position: Option<String>,
    /// Whether roles held within the old unit stay.
    pub keeps_roles: bool,
    /// The decision that it follows.
    pub basis: Option<String>,
}

/// A move that waits for its day.
#[derive(Debug, Clone)]
pub struct PlannedMove {
    /// Whose.
    pub account_id: AccountId,
    /// When.
    pub due_at: Timestamp,
    /// What.
    pub wish: Move,
    /// Who planned it.
    pub made_by: String,
    /// When it was planned; with the account it names the plan.
    made_at: Timestamp,
}

impl Identity {
    /// Moves an account at once.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn move_account(
        &self,
        actor: &Actor,
        before: &Account,
        wish: Move,
    ) -> Result<Account> {
        refuse(self.check_agency(&wish.agency).into_iter().collect())?;
        let tx = self.platform.db.begin().await?;
        let sql = "DELETE FROM planned_move WHERE account_id = $1";
        execute(&self.platform.db, &*tx, sql, vec![before.id.0.into()]).await?;
        let after = self.move_within(&*tx, actor, before, wish).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// Makes a move that was planned, unless its plan is no longer there: another sweep made it,
    /// or it was given up.
    async fn make_planned_move(
        &self,
        actor: &Actor,
        before: &Account,
        plan: PlannedMove,
    ) -> Result<()> {
        refuse(self.check_agency(&plan.wish.agency).into_iter().collect())?;
        let tx = self.platform.db.begin().await?;
        let sql = "DELETE FROM planned_move WHERE account_id = $1 AND made_at = $2";
        let values = vec![before.id.0.into(), plan.made_at.0.into()];
        if execute(&self.platform.db, &*tx, sql, values).await? == 0 {
            return Ok(());
        }
        self.move_within(&*tx, actor, before, plan.wish).await?;
        Ok(tx.commit().await?)
    }

    async fn move_within(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        before: &Account,
        wish: Move,
    ) -> Result<Account> {
        let mut after = before.clone();
        after.agency = clean(Some(wish.agency));
        after.changed_at = actor.now;
        if wish.position.is_some() {
            after.person.position = clean(wish.position);
        }
        let ends = |grant: &RoleGrant| match (&before.agency, &grant.agency) {
            (Some(old), Some(node)) => !wish.keeps_roles && self.decider.is_within(node, old),
            _ => false,
        };
        after.grants.retain(|grant| !ends(grant));
        let db = &self.platform.db;
        account::update(db, tx, &after, Base::Any).await?;
        let by = (actor.name.as_str(), actor.now);
        role::replace(db, tx, after.id, (&before.grants, &after.grants), by).await?;
        self.apply_rules_to(tx, &after, actor).await?;
        let gone: Vec<RoleGrant> = before
            .grants
            .iter()
            .filter(|grant| ends(grant))
            .cloned()
            .collect();
        let mut event = actor.audit("account.moved", &after).with_detail(json!({
            "from": before.agency, "to": after.agency, "withdrawn": words(&gone),
        }));
        event.ground = clean(wish.basis);
        journal::append(tx, [event]).await?;
        Ok(after)
    }

    /// Plans a move for a day; an earlier plan of the account is replaced.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn plan_move(
        &self,
        actor: &Actor,
        account: &Account,
        due_at: Timestamp,
        wish: Move,
    ) -> Result<()> {
        refuse(self.check_agency(&wish.agency).into_iter().collect())?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "DELETE FROM planned_move WHERE account_id = $1";
        execute(db, &*tx, sql, vec![account.id.0.into()]).await?;
        let columns = &[
            "account_id",
            "due_at",
            "agency",
            "job_title",
            "keeps_roles",
            "basis",
            "made_by",
            "made_at",
        ];
        let values = vec![
            account.id.0.into(),
            due_at.0.into(),
            wish.agency.as_str().into(),
            wish.position.clone().into(),
            i64::from(wish.keeps_roles).into(),
            wish.basis.clone().into(),
            actor.name.as_str().into(),
            actor.now.0.into(),
        ];
        Rows::one("planned_move", columns, values)
            .insert(&*tx)
            .await?;
        let mut event = actor.audit("account.move_planned", account);
        event.ground.clone_from(&wish.basis);
        let detail = json!({ "to": wish.agency, "on": due_at, "keep_roles": wish.keeps_roles });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
    }

    /// The move that is planned for an account.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn planned_move(&self, id: AccountId) -> Result<Option<PlannedMove>> {
        let sql = "SELECT * FROM planned_move WHERE account_id = $1";
        let row = self.platform.db.query_one(sql, vec![id.0.into()]).await?;
        row.as_ref().map(from_row).transpose()
    }

    /// Gives up a planned move.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn cancel_move(&self, actor: &Actor, account: &Account) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "DELETE FROM planned_move WHERE account_id = $1";
        if execute(db, &*tx, sql, vec![account.id.0.into()]).await? > 0 {
            journal::append(&*tx, [actor.audit("account.move_cancelled", account)]).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Makes the moves whose day has come. One that cannot be made any more, because its agency
    /// has ended, is given up with an event, so that it holds up no other.
    ///
    /// # Errors
    /// `platform.database.failed`; the next sweep tries again.
    pub async fn make_due_moves(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let now = self.platform.clock.now();
        let sql = "SELECT * FROM planned_move WHERE due_at <= $1 ORDER BY due_at LIMIT 500";
        let rows = self.platform.db.query_all(sql, vec![now.0.into()]).await?;
        for row in &rows {
            let planned = from_row(row)?;
            let account = match self.account(planned.account_id).await {
                Err(Error::AccountNotFound) => continue,
                other => other?,
            };
            let actor = Actor::named(planned.made_by.clone(), None, now);
            match self.make_planned_move(&actor, &account, planned).await {
                Err(Error::Invalid(_)) => self.cancel_move(&actor, &account).await?,
                other => other?,
            }
        }
        Ok(())
    }
}

fn from_row(row: &QueryResult) -> Result<PlannedMove> {
    let account: Uuid = row.try_get("", "account_id")?;
    Ok(PlannedMove {
        account_id: AccountId(account),
        due_at: Timestamp(row.try_get("", "due_at")?),
        wish: Move {
            agency: row.try_get("", "agency")?,
            position: row.try_get("", "job_title")?,
            keeps_roles: row.try_get::<i64>("", "keeps_roles")? != 0,
            basis: row.try_get("", "basis")?,
        },
        made_by: row.try_get("", "made_by")?,
        made_at: Timestamp(row.try_get("", "made_at")?),
    })
}
