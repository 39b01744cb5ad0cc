//! Whom a caller may see and manage.
//!
//! Owns: the rules of delegated administration.
//! Not here: the decision on a single permission (`access/`).
//! Invariant: an administrator of an agency reaches accounts of the own subtree whose rights
//! all lie within it, and nobody reaches the own account; nobody gives what would raise
//! somebody above the giver.
//! Follows: TCVN 14423:2026, 5.6.1 and 5.6.2.

use lgsp_model::AccountId;
use lgsp_platform::http::{Caller, context::RoleGrant};

use crate::{
    Identity,
    error::{Error, Result},
    roles::{self, ACCOUNT_READ, ROLE_GRANT},
    tables::account::Account,
};

/// The account, if the caller may see it; what is out of sight does not exist.
pub(super) async fn visible(identity: &Identity, caller: &Caller, id: &str) -> Result<Account> {
    let id: AccountId = id.parse().map_err(|_| Error::AccountNotFound)?;
    let account = identity.account(id).await?;
    let is_own = account.id == caller.principal.account_id;
    if is_own || caller.may(ACCOUNT_READ, account.agency.as_deref()) {
        Ok(account)
    } else {
        Err(Error::AccountNotFound)
    }
}

/// The account, if the caller may manage it with `permission`.
pub(super) async fn manageable(
    identity: &Identity,
    caller: &Caller,
    id: &str,
    permission: &str,
) -> Result<Account> {
    let account = visible(identity, caller, id).await?;
    caller.require(permission, account.agency.as_deref())?;
    if account.id == caller.principal.account_id {
        return Err(Error::AccountOwn);
    }
    let mut grants = account.grants.iter();
    if grants.all(|grant| caller.may(permission, grant.agency.as_deref())) {
        Ok(account)
    } else {
        Err(Error::AccountOutOfReach)
    }
}

/// Refuses unless the caller may give or take each role that differs.
pub(super) fn check_grants(
    identity: &Identity,
    caller: &Caller,
    before: &[RoleGrant],
    after: &[RoleGrant],
) -> Result<()> {
    let given = after.iter().filter(|grant| !before.contains(grant));
    let taken = before.iter().filter(|grant| !after.contains(grant));
    for grant in given.chain(taken) {
        if !may_grant(identity, caller, grant) {
            let role = grant.role.clone();
            return Err(Error::RoleNotGrantable { role });
        }
    }
    Ok(())
}

fn may_grant(identity: &Identity, caller: &Caller, grant: &RoleGrant) -> bool {
    let agency = grant.agency.as_deref();
    if !caller.may(ROLE_GRANT, agency) {
        return false;
    }
    match roles::find(&grant.role) {
        // Unknown roles are refused by name later; old ones may always be taken away.
        None => true,
        Some(role) if role.is_delegable => true,
        Some(role) => {
            let mut permissions = identity.decider.permissions_of(role);
            permissions.all(|permission| caller.may(permission, agency))
        }
    }
}
