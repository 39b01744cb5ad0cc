//! A delegation as it counts at this moment, for protocols that carry it in tokens.
//!
//! Owns: `InForce`.
//! Not here: the life of a delegation (`delegation.rs`), tokens (`sso`).
//! Invariant: read anew at each question; nothing is remembered of it.

use lgsp_model::AccountId;
use lgsp_platform::http::context::RoleGrant;
use uuid::Uuid;

use super::delegation::{Delegation, DelegationState};
use crate::{Error, Identity, PeopleError, accounts::check::normal, error::Result};

/// A delegation that counts now, with what it still gives.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The delegation.
    pub delegation: Delegation,
    /// The delegated roles that the delegator still holds.
    pub roles: Vec<RoleGrant>,
}

impl Identity {
    /// The delegation when it is accepted, between its dates, and both accounts may be used.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn delegation_in_force(&self, id: Uuid) -> Result<Option<InForce>> {
        let delegation = match self.delegation(id).await {
            Ok(found) => found,
            Err(Error::People(PeopleError::DelegationNotFound)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let now = self.platform.clock.now();
        let is_current = delegation.state == DelegationState::Accepted
            && delegation.from <= now
            && now < delegation.until;
        let delegator = AccountId(delegation.delegator_id);
        let is_live = self.profile(delegator).await?.is_some()
            && self
                .profile(AccountId(delegation.delegate_id))
                .await?
                .is_some();
        if !is_current || !is_live {
            return Ok(None);
        }
        let held = self.effective_roles(delegator).await?;
        let still = delegation
            .roles
            .iter()
            .filter(|role| self.is_delegable(role, &held))
            .map(|role| RoleGrant {
                role: role.role.clone(),
                agency: role.agency.clone(),
            });
        let roles = normal(still.collect());
        Ok(Some(InForce { delegation, roles }))
    }
}
