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
    grants::Holder,
    roles::{self, ACCOUNT_READ, GROUP_READ, ROLE_GRANT},
    tables::{account::Account, group::Group},
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

/// The same by sign-in name.
pub(super) async fn visible_by_name(
    identity: &Identity,
    caller: &Caller,
    username: &str,
) -> Result<Account> {
    let account = identity.account_by_username(username).await?;
    visible(identity, caller, &account.id.to_string()).await
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
    // What it holds through groups counts as well, and what it will hold later.
    let held = identity.effective_roles(account.id).await?;
    let mut grants = account.grants.iter().chain(&held);
    if grants.all(|grant| caller.may(permission, grant.agency.as_deref())) {
        Ok(account)
    } else {
        Err(Error::AccountOutOfReach)
    }
}

/// The agencies among `known` in which the caller holds `permission`, at `node` and below it when
/// one is named; nothing for all of them. It narrows a query, so that no page is cut afterwards.
pub(super) async fn agencies(
    identity: &Identity,
    caller: &Caller,
    (permission, node): (&str, Option<&str>),
    known: impl Future<Output = Result<Vec<String>>>,
) -> Result<Option<Vec<String>>> {
    let is_everywhere = caller.scope(permission)?.is_none();
    if is_everywhere && node.is_none() {
        return Ok(None);
    }
    let mut agencies = known.await?;
    agencies.retain(|agency| {
        node.is_none_or(|node| identity.decider.is_within(agency, node))
            && caller.may(permission, Some(agency))
    });
    Ok(Some(agencies))
}

/// The group, if the caller may see it.
pub(super) async fn visible_group(identity: &Identity, caller: &Caller, id: &str) -> Result<Group> {
    let id = id.parse().map_err(|_| Error::GroupNotFound)?;
    let group = identity.group(id).await?;
    if caller.may(GROUP_READ, group.agency.as_deref()) {
        Ok(group)
    } else {
        Err(Error::GroupNotFound)
    }
}

/// The group, if the caller may change it: what its roles give must be within reach too.
pub(super) async fn manageable_group(
    identity: &Identity,
    caller: &Caller,
    id: &str,
    permission: &str,
) -> Result<Group> {
    let group = visible_group(identity, caller, id).await?;
    caller.require(permission, group.agency.as_deref())?;
    Ok(group)
}

/// Refuses unless the caller may give each role that membership in this group brings.
pub(super) async fn check_membership(
    identity: &Identity,
    caller: &Caller,
    group: &Group,
) -> Result<()> {
    for above in identity.groups_above(group).await? {
        for held in identity.grants_of(Holder::Group(&above)).await? {
            let grant = RoleGrant {
                role: held.role,
                agency: held.agency,
            };
            if !may_grant(identity, caller, &grant) {
                return Err(Error::RoleNotGrantable { role: grant.role });
            }
        }
    }
    Ok(())
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

pub(super) fn may_grant(identity: &Identity, caller: &Caller, grant: &RoleGrant) -> bool {
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
