//! Merging and moving of whole units: their accounts, grants and groups go along.
//!
//! Owns: the preview, the act, the table `planned_unit_move`.
//! Not here: the unit itself (`catalogue`), one account (`moves.rs`).
//! Invariant: what is moved is one transaction with one event.
//! Follows: design of identity, section 12.

use lgsp_model::Timestamp;
use lgsp_platform::{
    db::{Database, Rows},
    journal,
};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{
    Identity,
    accounts::check::refuse,
    actor::Actor,
    error::{Error, Result, Rule},
    people::PeopleError,
    tables::execute,
};

/// What a unit holds that would go along.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UnitHoldings {
    /// Accounts of the unit itself.
    pub accounts: i64,
    /// Grants of accounts at the unit.
    pub grants: i64,
    /// Grants of groups at the unit.
    pub group_grants: i64,
    /// Groups of the unit.
    pub groups: i64,
    /// Up to 200 of its accounts, by user name.
    pub usernames: Vec<String>,
}

/// A move of a unit that waits for its day.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PlannedUnitMove {
    /// The unit that is merged or moved; it names the plan, a unit has one at a time.
    pub from: String,
    /// The unit that takes over.
    pub to: String,
    /// When.
    pub on: Timestamp,
    /// The decision that it follows.
    pub basis: Option<String>,
    /// Who planned it.
    pub made_by: String,
    /// When it was planned.
    pub made_at: Timestamp,
}

fn planned(row: &QueryResult) -> Result<PlannedUnitMove> {
    Ok(PlannedUnitMove {
        from: row.try_get("", "from_agency")?,
        to: row.try_get("", "to_agency")?,
        on: Timestamp(row.try_get("", "due_at")?),
        basis: row.try_get("", "basis")?,
        made_by: row.try_get("", "made_by")?,
        made_at: Timestamp(row.try_get("", "made_at")?),
    })
}

/// Removes a plan as it was read; false when it is no longer there. Who removed it acts on it.
async fn take_plan(
    db: &Database,
    tx: &impl ConnectionTrait,
    plan: &PlannedUnitMove,
) -> Result<bool> {
    let sql = "DELETE FROM planned_unit_move WHERE from_agency = $1 AND made_at = $2";
    let values = vec![plan.from.as_str().into(), plan.made_at.0.into()];
    Ok(execute(db, tx, sql, values).await? > 0)
}

/// User names of a preview.
const PREVIEW_NAMES: u32 = 200;

impl Identity {
    /// What a unit holds.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn unit_holdings(&self, agency: &str) -> Result<UnitHoldings> {
        let db = &self.platform.db;
        let count = async |table: &str| -> Result<i64> {
            let sql = format!("SELECT COUNT(*) AS n FROM {table} WHERE agency = $1");
            let row = db.query_one(sql, vec![agency.into()]).await?;
            row.map_or(Ok(0), |row| Ok(row.try_get("", "n")?))
        };
        let sql = format!(
            "SELECT username FROM account WHERE agency = $1 ORDER BY username LIMIT {PREVIEW_NAMES}"
        );
        let rows = db.query_all(sql, vec![agency.into()]).await?;
        let read = |row: &QueryResult| Ok(row.try_get("", "username")?);
        Ok(UnitHoldings {
            accounts: count("account").await?,
            grants: count("account_role").await?,
            group_grants: count("group_role").await?,
            groups: count("user_group").await?,
            usernames: rows.iter().map(read).collect::<Result<_>>()?,
        })
    }

    /// Moves everything of a unit to another one, at once.
    ///
    /// # Errors
    /// `identity.fields.invalid` when a unit is unknown or both are the same.
    pub async fn move_unit(
        &self,
        actor: &Actor,
        (from, to): (&str, &str),
        basis: Option<String>,
    ) -> Result<UnitHoldings> {
        self.check_units(from, to)?;
        let before = self.unit_holdings(from).await?;
        let tx = self.platform.db.begin().await?;
        let sql = "DELETE FROM planned_unit_move WHERE from_agency = $1";
        execute(&self.platform.db, &*tx, sql, vec![from.into()]).await?;
        self.move_holdings(&*tx, actor, (from, to), basis, &before)
            .await?;
        tx.commit().await?;
        self.apply_all_rules().await?;
        Ok(before)
    }

    /// Makes a move that was planned, unless it is no longer there: another sweep made it, or it
    /// was given up.
    async fn make_planned_unit_move(&self, actor: &Actor, plan: &PlannedUnitMove) -> Result<()> {
        let units = (plan.from.as_str(), plan.to.as_str());
        self.check_units(units.0, units.1)?;
        let before = self.unit_holdings(units.0).await?;
        let tx = self.platform.db.begin().await?;
        if !take_plan(&self.platform.db, &*tx, plan).await? {
            return Ok(());
        }
        self.move_holdings(&*tx, actor, units, plan.basis.clone(), &before)
            .await?;
        tx.commit().await?;
        self.apply_all_rules().await
    }

    async fn move_holdings(
        &self,
        tx: &impl ConnectionTrait,
        actor: &Actor,
        (from, to): (&str, &str),
        basis: Option<String>,
        before: &UnitHoldings,
    ) -> Result<()> {
        let db = &self.platform.db;
        for (table, subject) in [("account_role", "account_id"), ("group_role", "group_id")] {
            // Who holds the role at both units keeps the grant at the new one.
            let twice = format!(
                "DELETE FROM {table} WHERE agency = $1 AND EXISTS (SELECT 1 FROM {table} o \
                 WHERE o.{subject} = {table}.{subject} AND o.role = {table}.role AND o.agency = $2)"
            );
            execute(db, tx, &twice, vec![from.into(), to.into()]).await?;
            let moved = format!("UPDATE {table} SET agency = $2 WHERE agency = $1");
            execute(db, tx, &moved, vec![from.into(), to.into()]).await?;
        }
        for table in ["account", "user_group"] {
            let sql = format!(
                "UPDATE {table} SET agency = $2, changed_at = $3, revision = revision + 1 \
                 WHERE agency = $1"
            );
            let values = vec![from.into(), to.into(), actor.now.0.into()];
            execute(db, tx, &sql, values).await?;
        }
        let mut event = actor.audit_name("unit.moved", from, Some(to));
        event.subject_kind = "agency".to_owned();
        event.ground = basis;
        let detail = json!({
            "from": from, "to": to, "accounts": before.accounts, "grants": before.grants,
            "group_grants": before.group_grants, "groups": before.groups,
        });
        journal::append(tx, [event.with_detail(detail)]).await?;
        Ok(())
    }

    fn check_units(&self, from: &str, to: &str) -> Result<()> {
        let mut broken = Vec::new();
        for (pointer, code) in [("/from", from), ("/to", to)] {
            if code.is_empty() {
                broken.push(Rule::Required.at(pointer));
            } else if self.hierarchy.name(code).is_none() {
                let code = code.to_owned();
                broken.push(Rule::AgencyUnknown { code }.at(pointer));
            }
        }
        if from == to {
            let code = to.to_owned();
            broken.push(Rule::AgencyUnknown { code }.at("/to"));
        }
        refuse(broken)
    }

    /// Plans the move of a unit for a day.
    ///
    /// # Errors
    /// As [`Identity::move_unit`].
    pub async fn plan_unit_move(
        &self,
        actor: &Actor,
        (from, to): (&str, &str),
        due_at: Timestamp,
        basis: Option<String>,
    ) -> Result<UnitHoldings> {
        self.check_units(from, to)?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "DELETE FROM planned_unit_move WHERE from_agency = $1";
        execute(db, &*tx, sql, vec![from.into()]).await?;
        let columns = &[
            "from_agency",
            "to_agency",
            "due_at",
            "basis",
            "made_by",
            "made_at",
        ];
        let values = vec![
            from.into(),
            to.into(),
            due_at.0.into(),
            basis.clone().into(),
            actor.name.as_str().into(),
            actor.now.0.into(),
        ];
        Rows::one("planned_unit_move", columns, values)
            .insert(&*tx)
            .await?;
        let mut event = actor.audit_name("unit.move_planned", from, Some(to));
        event.subject_kind = "agency".to_owned();
        event.ground = basis;
        let detail = json!({ "from": from, "to": to, "on": due_at });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        self.unit_holdings(from).await
    }

    /// The unit moves that wait for their day, the next first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn planned_unit_moves(&self) -> Result<Vec<PlannedUnitMove>> {
        let sql = "SELECT * FROM planned_unit_move ORDER BY due_at, from_agency";
        let rows = self.platform.db.query_all(sql, vec![]).await?;
        rows.iter().map(planned).collect()
    }

    /// The move that is planned for a unit.
    ///
    /// # Errors
    /// `identity.unit_move.not_found`.
    pub async fn planned_unit_move(&self, from: &str) -> Result<PlannedUnitMove> {
        let sql = "SELECT * FROM planned_unit_move WHERE from_agency = $1";
        let row = self.platform.db.query_one(sql, vec![from.into()]).await?;
        let found = row.as_ref().map(planned).transpose()?;
        found.ok_or_else(|| PeopleError::UnitMoveNotFound.into())
    }

    /// Gives up the move that is planned for a unit.
    ///
    /// # Errors
    /// `identity.unit_move.not_found`.
    pub async fn cancel_unit_move(&self, actor: &Actor, plan: &PlannedUnitMove) -> Result<()> {
        let (from, to) = (plan.from.as_str(), plan.to.as_str());
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !take_plan(db, &*tx, plan).await? {
            return Err(PeopleError::UnitMoveNotFound.into());
        }
        let mut event = actor.audit_name("unit.move_cancelled", from, Some(to));
        event.subject_kind = "agency".to_owned();
        let detail = json!({ "from": from, "to": to, "on": plan.on });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        Ok(tx.commit().await?)
    }

    /// Moves the units whose day has come.
    ///
    /// # Errors
    /// `platform.database.failed`; the next sweep tries again.
    pub async fn move_due_units(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let now = self.platform.clock.now();
        let mut plans = self.planned_unit_moves().await?;
        plans.retain(|plan| plan.on <= now);
        for plan in plans {
            let actor = Actor::named(plan.made_by.clone(), None, now);
            // A unit that has ended meanwhile holds up no other.
            let made = match self.make_planned_unit_move(&actor, &plan).await {
                Err(Error::Invalid(_)) => self.cancel_unit_move(&actor, &plan).await,
                made => made,
            };
            match made {
                // The sweep of another node was here first.
                Err(Error::People(PeopleError::UnitMoveNotFound)) => {}
                other => other?,
            }
        }
        Ok(())
    }
}
