//! Delegated authority (uỷ quyền): somebody acts for somebody who is away.
//!
//! Owns: the life of a delegation, the table `delegation`, acting on behalf of somebody.
//! Not here: tokens that carry it (`sso`), whether the caller may (`routes/`).
//! Invariant: who acts has the delegated roles and no others, and only while the delegator holds
//! them; each event of the act names both.
//! Follows: design of identity, section 2.6; Decree 30/2020 on signing for others.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    db::Rows,
    http::{Principal, context::RoleGrant},
    journal,
};
use sea_orm::QueryResult;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::PeopleError;
use crate::{
    Identity,
    accounts::check::{clean, fold_username, normal, refuse},
    actor::Actor,
    error::{Result, Rule},
    roles::{self, ROLE_GRANT},
    rules::{DAY_MS, DELEGATION_MAX_MS, GRANTS_MAX, NAME_CHARS_MAX},
    tables::{account::Account, execute, narrowed},
};

/// Where a delegation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DelegationState {
    /// Waits for the delegate.
    Proposed,
    /// In force between its dates.
    Accepted,
    /// Ended by one of both or by an administrator.
    Revoked,
}

impl DelegationState {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Accepted => "accepted",
            Self::Revoked => "revoked",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "accepted" => Self::Accepted,
            "revoked" => Self::Revoked,
            _ => Self::Proposed,
        }
    }
}

/// A role that is delegated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegatedRole {
    /// Role.
    pub role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    pub agency: Option<String>,
}

/// A delegation.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Delegation {
    /// Identifier.
    pub id: Uuid,
    /// Account that delegates.
    pub delegator_id: Uuid,
    /// Its sign-in name.
    pub delegator: String,
    /// Name of that person.
    pub delegator_name: String,
    /// Its agency.
    pub agency: Option<String>,
    /// Account that acts.
    pub delegate_id: Uuid,
    /// Its sign-in name.
    pub delegate: String,
    /// Name of that person.
    pub delegate_name: String,
    /// What is delegated.
    pub roles: Vec<DelegatedRole>,
    /// From when.
    pub from: Timestamp,
    /// Until when.
    pub until: Timestamp,
    /// Number of the decision.
    pub decision_no: String,
    /// Date of the decision, as it is written.
    pub decision_date: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// Where it stands.
    pub state: DelegationState,
    /// When it was last changed.
    pub changed_at: Timestamp,
}

/// A wished delegation.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDelegation {
    /// Sign-in name of who shall act.
    pub delegate: String,
    /// What is delegated; each role must be held by who delegates.
    pub roles: Vec<DelegatedRole>,
    /// From when.
    pub from: Timestamp,
    /// Until when, at most 180 days later.
    pub until: Timestamp,
    /// Number of the decision.
    pub decision_no: String,
    /// Date of the decision, as it is written.
    pub decision_date: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

const READ: &str = "SELECT d.*, o.username AS delegator, o.agency AS owner_agency, \
     o.display_name AS delegator_name, a.username AS delegate, \
     a.display_name AS delegate_name FROM delegation d JOIN account o ON o.id = d.delegator_id \
     JOIN account a ON a.id = d.delegate_id";

fn from_row(row: &QueryResult) -> Result<Delegation> {
    let roles: String = row.try_get("", "roles")?;
    Ok(Delegation {
        id: row.try_get("", "id")?,
        delegator_id: row.try_get("", "delegator_id")?,
        delegator: row.try_get("", "delegator")?,
        delegator_name: row.try_get("", "delegator_name")?,
        agency: row.try_get("", "owner_agency")?,
        delegate_id: row.try_get("", "delegate_id")?,
        delegate: row.try_get("", "delegate")?,
        delegate_name: row.try_get("", "delegate_name")?,
        roles: serde_json::from_str(&roles).unwrap_or_default(),
        from: Timestamp(row.try_get("", "starts_at")?),
        until: Timestamp(row.try_get("", "ends_at")?),
        decision_no: row.try_get("", "decision_no")?,
        decision_date: row.try_get("", "decision_date")?,
        reason: row.try_get("", "reason")?,
        state: DelegationState::parse(&row.try_get::<String>("", "state")?),
        changed_at: Timestamp(row.try_get("", "changed_at")?),
    })
}

impl Identity {
    /// The delegation of this id.
    ///
    /// # Errors
    /// `identity.delegation.not_found`.
    pub async fn delegation(&self, id: Uuid) -> Result<Delegation> {
        let sql = format!("{READ} WHERE d.id = $1");
        let row = self.platform.db.query_one(sql, vec![id.into()]).await?;
        let found = row.as_ref().map(from_row).transpose()?;
        found.ok_or_else(|| PeopleError::DelegationNotFound.into())
    }

    /// The delegations that an account gave or got, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn delegations_of(&self, id: AccountId) -> Result<Vec<Delegation>> {
        let sql =
            format!("{READ} WHERE d.delegator_id = $1 OR d.delegate_id = $1 ORDER BY d.id DESC");
        let rows = self.platform.db.query_all(sql, vec![id.0.into()]).await?;
        rows.iter().map(from_row).collect()
    }

    /// Up to `count` delegations of delegators of these agencies, `None` for all, newest first,
    /// before the one named.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn delegations(
        &self,
        agencies: Option<&[String]>,
        before: Option<Uuid>,
        count: u32,
    ) -> Result<Vec<Delegation>> {
        let mut values = vec![before.unwrap_or(Uuid::max()).into()];
        let within = narrowed("o.agency", agencies, &mut values);
        let sql = format!("{READ} WHERE d.id < $1{within} ORDER BY d.id DESC LIMIT {count}");
        let rows = self.platform.db.query_all(sql, values).await?;
        rows.iter().map(from_row).collect()
    }

    /// Proposes a delegation of own roles.
    ///
    /// # Errors
    /// `identity.account.not_found`, `identity.delegation.role`, `identity.delegation.dates`,
    /// `identity.fields.invalid`.
    pub async fn propose_delegation(
        &self,
        actor: &Actor,
        delegator: &Account,
        new: NewDelegation,
    ) -> Result<Delegation> {
        let delegate = self.account_by_username(&new.delegate).await?;
        let mut broken = Vec::new();
        if new.decision_no.trim().is_empty() {
            broken.push(Rule::Required.at("/decision_no"));
        }
        if new.roles.is_empty() || delegate.id == delegator.id {
            broken.push(Rule::Required.at("/roles"));
        }
        if new.roles.len() > GRANTS_MAX {
            broken.push(Rule::RolesTooMany.at("/roles"));
        }
        if new.decision_no.chars().count() > NAME_CHARS_MAX {
            broken.push(
                Rule::TooLong {
                    max: NAME_CHARS_MAX,
                }
                .at("/decision_no"),
            );
        }
        refuse(broken)?;
        let is_wrong = new.until <= new.from
            || new.until <= actor.now
            || new.until.since(new.from) > DELEGATION_MAX_MS;
        if is_wrong {
            let days = DELEGATION_MAX_MS / DAY_MS;
            return Err(PeopleError::DelegationDates { days }.into());
        }
        let held = self.effective_roles(delegator.id).await?;
        if let Some(role) = new
            .roles
            .iter()
            .find(|role| !self.is_delegable(role, &held))
        {
            let role = role.role.clone();
            return Err(PeopleError::DelegationRole { role }.into());
        }
        let made = Delegation {
            id: self.platform.ids.next(),
            delegator_id: delegator.id.0,
            delegator: delegator.username.clone(),
            delegator_name: delegator.display_name.clone(),
            agency: delegator.agency.clone(),
            delegate_id: delegate.id.0,
            delegate: delegate.username,
            delegate_name: delegate.display_name,
            roles: new.roles,
            from: new.from,
            until: new.until,
            decision_no: new.decision_no.trim().to_owned(),
            decision_date: clean(new.decision_date),
            reason: clean(new.reason),
            state: DelegationState::Proposed,
            changed_at: actor.now,
        };
        let tx = self.platform.db.begin().await?;
        rows(&made, actor).insert(&*tx).await?;
        journal::append(&*tx, [event(actor, "delegation.proposed", &made)]).await?;
        tx.commit().await?;
        Ok(made)
    }

    /// Whether a role may be delegated: it is held there, and gives no power over rights.
    pub(super) fn is_delegable(&self, wanted: &DelegatedRole, held: &[RoleGrant]) -> bool {
        let Some(role) = roles::find(&wanted.role) else {
            return false;
        };
        let mut patterns = role.permissions.iter();
        let is_over_rights = patterns.any(|pattern| roles::covers(pattern, ROLE_GRANT));
        let is_held = held.iter().any(|grant| {
            grant.role == wanted.role
                && match (&grant.agency, &wanted.agency) {
                    (None, _) => true,
                    (Some(_), None) => false,
                    (Some(node), Some(agency)) => self.decider.is_within(agency, node),
                }
        });
        is_held && !is_over_rights && !role.is_privileged
    }

    /// The roles that an account may delegate, each at the node at which it holds it.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn delegable_roles(&self, id: AccountId) -> Result<Vec<DelegatedRole>> {
        let held = self.effective_roles(id).await?;
        let as_delegated = |grant: &RoleGrant| DelegatedRole {
            role: grant.role.clone(),
            agency: grant.agency.clone(),
        };
        let mut roles: Vec<DelegatedRole> = held.iter().map(as_delegated).collect();
        roles.retain(|role| self.is_delegable(role, &held));
        Ok(roles)
    }

    /// Takes a delegation on, or ends it.
    ///
    /// # Errors
    /// `identity.delegation.state`.
    pub async fn set_delegation(
        &self,
        actor: &Actor,
        before: &Delegation,
        state: DelegationState,
    ) -> Result<Delegation> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "UPDATE delegation SET state = $1, changed_at = $2 WHERE id = $3 AND state = $4";
        let values = vec![
            state.as_str().into(),
            actor.now.0.into(),
            before.id.into(),
            before.state.as_str().into(),
        ];
        let is_next = match before.state {
            DelegationState::Proposed => state != DelegationState::Proposed,
            DelegationState::Accepted => state == DelegationState::Revoked,
            DelegationState::Revoked => false,
        };
        if !is_next || execute(db, &*tx, sql, values).await? != 1 {
            return Err(PeopleError::DelegationState.into());
        }
        let after = Delegation {
            state,
            changed_at: actor.now,
            ..before.clone()
        };
        let action = format!("delegation.{}", state.as_str());
        journal::append(&*tx, [event(actor, &action, &after)]).await?;
        tx.commit().await?;
        Ok(after)
    }

    /// The caller as it acts for somebody: the delegated roles that the delegator still holds.
    pub(crate) async fn acting_for(
        &self,
        mut principal: Principal,
        delegator: &str,
    ) -> Result<Option<Principal>> {
        let now = self.platform.clock.now();
        let sql = format!(
            "{READ} WHERE d.delegate_id = $1 AND d.state = 'accepted' AND d.starts_at <= $2 \
             AND d.ends_at > $2 AND o.username = $3 AND o.state <> 'left'"
        );
        let delegator = fold_username(delegator);
        let values = vec![
            principal.account_id.0.into(),
            now.0.into(),
            delegator.as_str().into(),
        ];
        let rows = self.platform.db.query_all(sql, values).await?;
        let found = rows.iter().map(from_row).collect::<Result<Vec<_>>>()?;
        let Some(first) = found.first() else {
            return Ok(None);
        };
        let held = self.effective_roles(AccountId(first.delegator_id)).await?;
        let delegated = found.iter().flat_map(|delegation| &delegation.roles);
        let still: Vec<RoleGrant> = delegated
            .filter(|role| self.is_delegable(role, &held))
            .map(|role| RoleGrant {
                role: role.role.clone(),
                agency: role.agency.clone(),
            })
            .collect();
        principal.roles = normal(still).into();
        principal.agency.clone_from(&first.agency);
        principal.standing.groups = std::sync::Arc::new([]);
        principal.standing.on_behalf_of = Some(delegator);
        Ok(Some(principal))
    }
}

fn rows(made: &Delegation, actor: &Actor) -> Rows {
    let columns = &[
        "id",
        "delegator_id",
        "delegate_id",
        "roles",
        "agency",
        "starts_at",
        "ends_at",
        "decision_no",
        "decision_date",
        "reason",
        "state",
        "made_by",
        "made_at",
        "changed_at",
    ];
    let values = vec![
        made.id.into(),
        made.delegator_id.into(),
        made.delegate_id.into(),
        json!(made.roles).to_string().into(),
        made.agency.clone().into(),
        made.from.0.into(),
        made.until.0.into(),
        made.decision_no.as_str().into(),
        made.decision_date.clone().into(),
        made.reason.clone().into(),
        made.state.as_str().into(),
        actor.name.as_str().into(),
        actor.now.0.into(),
        made.changed_at.0.into(),
    ];
    Rows::one("delegation", columns, values)
}

fn event(actor: &Actor, action: &str, delegation: &Delegation) -> journal::Event {
    let mut event = actor.audit_name(action, &delegation.delegator, delegation.agency.as_deref());
    event.ground = Some(delegation.decision_no.clone());
    event.with_detail(json!({
        "delegation": delegation.id, "delegate": delegation.delegate, "roles": delegation.roles,
        "from": delegation.from, "until": delegation.until,
    }))
}
