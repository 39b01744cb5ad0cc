//! Requests for grants: one asks, another approves.
//!
//! Owns: their life and the table `grant_request`.
//! Not here: the grant itself (`grants.rs`), whether the caller may (`routes/`).
//! Invariant: who decides is neither who asked nor who would get the role; a decision is made
//! once.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{db::Rows, http::Principal, journal};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::PeopleError;
use crate::{
    Identity,
    actor::Actor,
    error::Result,
    grants::{Holder, NewGrant},
    tables::{agency_of, execute, grant::Subject, instant},
};

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RequestState {
    /// Waits for the second person.
    Requested,
    /// The role was granted.
    Approved,
    /// It was not.
    Rejected,
}

impl RequestState {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            _ => Self::Requested,
        }
    }
}

/// A request for a grant (yêu cầu cấp quyền).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct GrantRequest {
    /// Identifier.
    pub id: Uuid,
    /// To whom: an account or a group.
    pub subject_kind: Subject,
    /// Its identifier.
    pub subject_id: Uuid,
    /// Its name.
    pub subject_name: String,
    /// Agency it belongs to.
    pub subject_agency: Option<String>,
    /// Role.
    pub role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    pub agency: Option<String>,
    /// Not in force before.
    pub valid_from: Option<Timestamp>,
    /// Not in force from then on.
    pub valid_until: Option<Timestamp>,
    /// Why.
    pub reason: String,
    /// Who asked.
    pub requested_by: String,
    /// Account of who asked.
    pub requested_by_id: Uuid,
    /// When.
    pub requested_at: Timestamp,
    /// Where it stands.
    pub state: RequestState,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
    /// What was said to it.
    pub note: Option<String>,
}

fn from_row(row: &QueryResult) -> Result<GrantRequest> {
    Ok(GrantRequest {
        id: row.try_get("", "id")?,
        subject_kind: Subject::parse(&row.try_get::<String>("", "subject_kind")?),
        subject_id: row.try_get("", "subject_id")?,
        subject_name: row.try_get("", "subject_name")?,
        subject_agency: row.try_get("", "subject_agency")?,
        role: row.try_get("", "role")?,
        agency: agency_of(row.try_get("", "agency")?),
        valid_from: instant(row, "valid_from")?,
        valid_until: instant(row, "valid_until")?,
        reason: row.try_get("", "reason")?,
        requested_by: row.try_get("", "requested_name")?,
        requested_by_id: row.try_get("", "requested_by")?,
        requested_at: Timestamp(row.try_get("", "requested_at")?),
        state: RequestState::parse(&row.try_get::<String>("", "state")?),
        decided_by: row.try_get("", "decided_name")?,
        decided_at: instant(row, "decided_at")?,
        note: row.try_get("", "note")?,
    })
}

impl Identity {
    /// Asks for a grant that another person shall approve.
    ///
    /// # Errors
    /// As [`NewGrant`] itself: dates, conflicts, unknown roles.
    pub(crate) async fn request_grant(
        &self,
        (actor, asking): (&Actor, &Principal),
        holder: Holder<'_>,
        new: NewGrant,
    ) -> Result<GrantRequest> {
        let new = self.check_grant(actor, holder, new).await?;
        let (subject_kind, subject_id) = holder.key();
        let made = GrantRequest {
            id: self.platform.ids.next(),
            subject_kind,
            subject_id,
            subject_name: holder.name(),
            subject_agency: holder.agency(),
            role: new.role,
            agency: new.agency,
            valid_from: new.valid_from,
            valid_until: new.valid_until,
            reason: new.reason.unwrap_or_default(),
            requested_by: actor.name.clone(),
            requested_by_id: asking.account_id.0,
            requested_at: actor.now,
            state: RequestState::Requested,
            decided_by: None,
            decided_at: None,
            note: None,
        };
        let tx = self.platform.db.begin().await?;
        let columns = &[
            "id",
            "subject_kind",
            "subject_id",
            "subject_name",
            "subject_agency",
            "role",
            "agency",
            "valid_from",
            "valid_until",
            "reason",
            "requested_by",
            "requested_name",
            "requested_at",
            "state",
        ];
        let values = vec![
            made.id.into(),
            made.subject_kind.as_str().into(),
            made.subject_id.into(),
            made.subject_name.as_str().into(),
            made.subject_agency.clone().into(),
            made.role.as_str().into(),
            made.agency.clone().unwrap_or_default().into(),
            made.valid_from.map(|at| at.0).into(),
            made.valid_until.map(|at| at.0).into(),
            made.reason.as_str().into(),
            made.requested_by_id.into(),
            made.requested_by.as_str().into(),
            made.requested_at.0.into(),
            made.state.as_str().into(),
        ];
        Rows::one("grant_request", columns, values)
            .insert(&*tx)
            .await?;
        journal::append(&*tx, [event(actor, "grant.requested", &made)]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// The request of this id.
    ///
    /// # Errors
    /// `identity.grant_request.not_found`.
    pub async fn grant_request(&self, id: Uuid) -> Result<GrantRequest> {
        let sql = "SELECT * FROM grant_request WHERE id = $1";
        let row = self.platform.db.query_one(sql, vec![id.into()]).await?;
        let found = row.as_ref().map(from_row).transpose()?;
        found.ok_or_else(|| PeopleError::RequestNotFound.into())
    }

    /// Up to `count` requests, newest first, before the one named.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn grant_requests(
        &self,
        state: Option<RequestState>,
        before: Option<Uuid>,
        count: u32,
    ) -> Result<Vec<GrantRequest>> {
        let mut sql = "SELECT * FROM grant_request WHERE id < $1".to_owned();
        let mut values: Vec<sea_orm::Value> = vec![before.unwrap_or(Uuid::max()).into()];
        if let Some(state) = state {
            sql.push_str(" AND state = $2");
            values.push(state.as_str().into());
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT {count}"));
        let rows = self.platform.db.query_all(sql, values).await?;
        rows.iter().map(from_row).collect()
    }

    /// The newest requests for an account.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn grant_requests_for(
        &self,
        account: AccountId,
        count: u32,
    ) -> Result<Vec<GrantRequest>> {
        let sql = format!(
            "SELECT * FROM grant_request WHERE subject_id = $1 AND subject_kind = $2 \
             ORDER BY id DESC LIMIT {count}"
        );
        let values = vec![account.0.into(), Subject::Account.as_str().into()];
        let rows = self.platform.db.query_all(sql, values).await?;
        rows.iter().map(from_row).collect()
    }

    /// Approves or rejects a request; an approved one is a grant in the same transaction.
    ///
    /// # Errors
    /// `identity.grant_request.own`, `identity.grant_request.decided`, and those of the grant.
    pub(crate) async fn decide_request(
        &self,
        (actor, deciding): (&Actor, &Principal),
        request: &GrantRequest,
        is_approved: bool,
        note: Option<String>,
    ) -> Result<GrantRequest> {
        let own = deciding.account_id.0;
        let group = crate::tables::group::key(&request.subject_name);
        let is_member =
            request.subject_kind == Subject::Group && deciding.standing.groups.contains(&group);
        if request.requested_by_id == own || request.subject_id == own || is_member {
            return Err(PeopleError::RequestOwn.into());
        }
        let (account, group) = match request.subject_kind {
            Subject::Account => (Some(self.account(request.subject_id.into()).await?), None),
            Subject::Group => (None, Some(self.group(request.subject_id).await?)),
        };
        let holder = match (&account, &group) {
            (Some(account), _) => Holder::Account(account),
            (None, Some(group)) => Holder::Group(group),
            (None, None) => return Err(PeopleError::RequestNotFound.into()),
        };
        let wished = NewGrant {
            role: request.role.clone(),
            agency: request.agency.clone(),
            valid_from: request.valid_from,
            valid_until: request.valid_until,
            reason: Some(request.reason.clone()),
            approved_by: Some(actor.name.clone()),
        };
        let wished = match is_approved {
            true => Some(self.check_grant(actor, holder, wished).await?),
            false => None,
        };
        let mut after = request.clone();
        after.state = match is_approved {
            true => RequestState::Approved,
            false => RequestState::Rejected,
        };
        after.decided_by = Some(actor.name.clone());
        after.decided_at = Some(actor.now);
        after.note = crate::accounts::check::clean(note);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "UPDATE grant_request SET state = $1, decided_name = $2, decided_at = $3, \
                   note = $4 WHERE id = $5 AND state = 'requested'";
        let values = vec![
            after.state.as_str().into(),
            actor.name.as_str().into(),
            actor.now.0.into(),
            after.note.clone().into(),
            after.id.into(),
        ];
        if execute(db, &*tx, sql, values).await? != 1 {
            return Err(PeopleError::RequestDecided.into());
        }
        let action = if is_approved {
            "grant.approved"
        } else {
            "grant.rejected"
        };
        journal::append(&*tx, [event(actor, action, &after)]).await?;
        if let Some(wished) = wished {
            let asked = Actor {
                name: request.requested_by.clone(),
                ..actor.clone()
            };
            self.grant_in(&*tx, &asked, holder, wished).await?;
        }
        tx.commit().await?;
        Ok(after)
    }
}

fn event(actor: &Actor, action: &str, request: &GrantRequest) -> journal::Event {
    let mut event = actor.audit_name(
        action,
        &request.subject_name,
        request.subject_agency.as_deref(),
    );
    event.subject_kind = request.subject_kind.as_str().to_owned();
    event.ground = Some(request.reason.clone());
    event.with_detail(json!({
        "request": request.id, "role": request.role, "agency": request.agency,
        "from": request.valid_from, "until": request.valid_until,
        "requested_by": request.requested_by,
    }))
}
