//! `/accounts`: accounts of the caller's subtree.
//!
//! Owns: listing, making, changing, granting.
//! Not here: who may be reached (`reach.rs`), passwords, locks and sessions (`acts.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{
    Caller, Json, Page, ProblemBody, Query, Refusal, context::RoleGrant, page::limit,
};
use serde::{Deserialize, Deserializer};
use utoipa::ToSchema;

use super::{reach, views::AccountView};
use crate::{
    AccountChange, Actor, Error, Identity, Kind, NewAccount, Password, PeopleError, Person,
    roles::{ACCOUNT_READ, ACCOUNT_WRITE, ROLE_GRANT},
    tables::account_query,
};

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AccountFilter {
    /// Words to be found in name or mail address, tone marks optional.
    q: Option<String>,
    /// Only accounts of this agency and of those below it.
    agency: Option<String>,
    /// User name after which the page starts.
    cursor: Option<String>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists accounts that the caller may see, sorted by user name.
#[utoipa::path(get, path = "/accounts", tag = "identity", operation_id = "list_accounts",
    summary = "List accounts · Liệt kê tài khoản", params(AccountFilter),
    responses((status = 200, body = Page<AccountView>), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn list_accounts(
    State(identity): State<Identity>,
    Query(filter): Query<AccountFilter>,
    caller: Caller,
) -> Result<Json<Page<AccountView>>, Refusal> {
    let db = &identity.platform.db;
    let node = filter.agency.as_deref();
    let known = account_query::agencies(db);
    let agencies = reach::agencies(&identity, &caller, (ACCOUNT_READ, node), known).await?;
    if agencies.as_ref().is_some_and(Vec::is_empty) {
        return Ok(Json(Page::whole(Vec::new())));
    }
    let size = limit(filter.limit);
    let wanted = account_query::AccountQuery {
        words: filter.q.unwrap_or_default(),
        agencies,
        after: filter.cursor.unwrap_or_default(),
        ..account_query::AccountQuery::default()
    };
    let found = account_query::list(db, &wanted, size + 1).await?;
    let views = found
        .into_iter()
        .map(|account| identity.account_view(&caller, account))
        .collect();
    Ok(Json(Page::cut(views, size, |view: &AccountView| {
        view.username.clone()
    })))
}

/// A wished account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CreateAccount {
    /// Sign-in name.
    username: String,
    /// Name of the person or the job.
    display_name: String,
    /// Mail address.
    email: Option<String>,
    /// Agency it belongs to; absent for the platform itself.
    agency: Option<String>,
    /// What it is for.
    kind: Kind,
    /// First password; a person has one or is invited, others have none.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<Password>,
    /// Whether its person shall activate it by a link.
    #[serde(default)]
    invite: bool,
    /// What else is known of the person.
    #[serde(default)]
    person: Person,
    /// Not to be used before.
    valid_from: Option<Timestamp>,
    /// Not to be used from then on.
    valid_until: Option<Timestamp>,
    /// Sign-in name of the person who answers for it, when it is a program's; absent for the
    /// person who makes it.
    owner: Option<String>,
}

/// Makes an account without roles.
#[utoipa::path(post, path = "/accounts", tag = "identity", operation_id = "create_account",
    summary = "Make an account · Tạo tài khoản", request_body = CreateAccount,
    responses((status = 201, body = AccountView), (status = 403, body = ProblemBody),
        (status = 409, body = ProblemBody), (status = 422, body = ProblemBody),
        (status = 503, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn create_account(
    State(identity): State<Identity>,
    caller: Caller,
    Json(body): Json<CreateAccount>,
) -> Result<(StatusCode, Json<AccountView>), Refusal> {
    let agency = trimmed(body.agency);
    caller.require(ACCOUNT_WRITE, agency.as_deref())?;
    identity.check_room(agency.as_deref(), 1).await?;
    let owner = match body.owner {
        Some(name) => Some(
            reach::visible_by_name(&identity, &caller, &name)
                .await?
                .username,
        ),
        None => caller_as_owner(&identity, &caller).await?,
    };
    let new = NewAccount {
        username: body.username,
        display_name: body.display_name,
        email: body.email,
        agency,
        kind: body.kind,
        password: body.password,
        is_invited: body.invite,
        person: body.person,
        valid_from: body.valid_from,
        valid_until: body.valid_until,
        owner,
        ..NewAccount::default()
    };
    let actor = Actor::from(&caller);
    let made = identity.create_account(&actor, new, Vec::new()).await?;
    let view = identity.account_view(&caller, made);
    Ok((StatusCode::CREATED, Json(view)))
}

/// Who makes an account of a program answers for it, until somebody else is named.
async fn caller_as_owner(identity: &Identity, caller: &Caller) -> Result<Option<String>, Refusal> {
    let own = identity.account(caller.principal.account_id).await?;
    Ok(own.kind.is_person().then_some(own.username))
}

/// No agency may come as nothing or as empty text.
pub(super) fn trimmed(agency: Option<String>) -> Option<String> {
    agency
        .map(|code| code.trim().to_owned())
        .filter(|code| !code.is_empty())
}

/// Gives one account.
#[utoipa::path(get, path = "/accounts/{id}", tag = "identity", operation_id = "get_account",
    summary = "Get an account · Xem một tài khoản",
    params(("id" = String, Path, description = "Account")),
    responses((status = 200, body = AccountView), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.read"))))]
pub(super) async fn get_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<Json<AccountView>, Refusal> {
    let account = reach::visible(&identity, &caller, &id).await?;
    Ok(Json(identity.account_view(&caller, account)))
}

/// What changes in an account; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PatchAccount {
    /// Name of the person or the job.
    display_name: Option<String>,
    /// Mail address; null removes it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>)]
    email: Option<Option<String>>,
    /// Agency it belongs to.
    agency: Option<String>,
    /// Whether it may be used.
    enabled: Option<bool>,
    /// Why it is turned off or on, at most 500 characters; seen at the account and in the journal.
    reason: Option<String>,
    /// What else is known of the person, all of it.
    person: Option<Person>,
    /// Not to be used before; null removes the date.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Timestamp>)]
    valid_from: Option<Option<Timestamp>>,
    /// Not to be used from then on; null removes the date.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Timestamp>)]
    valid_until: Option<Option<Timestamp>>,
}

/// Tells "null" from "absent".
pub(super) fn present<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// Changes name, mail address, agency or state.
#[utoipa::path(patch, path = "/accounts/{id}", tag = "identity",
    operation_id = "patch_account", summary = "Change an account · Sửa tài khoản",
    params(("id" = String, Path, description = "Account")), request_body = PatchAccount,
    responses((status = 200, body = AccountView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn patch_account(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PatchAccount>,
) -> Result<Json<AccountView>, Refusal> {
    let before = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    if let Some(agency) = &body.agency {
        let agency = trimmed(Some(agency.clone()));
        caller.require(ACCOUNT_WRITE, agency.as_deref())?;
        if agency != before.agency {
            identity.check_room(agency.as_deref(), 1).await?;
        }
    }
    let change = AccountChange {
        display_name: body.display_name,
        email: body.email,
        agency: body.agency,
        enabled: body.enabled,
        reason: body.reason,
        person: body.person,
        valid_from: body.valid_from,
        valid_until: body.valid_until,
        ..AccountChange::default()
    };
    let actor = Actor::from(&caller);
    let after = identity.update_account(&actor, &before, change).await?;
    Ok(Json(identity.account_view(&caller, after)))
}

/// The roles that an account shall have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutRoles {
    /// All of them.
    roles: Vec<PutGrant>,
}

/// A role at a node.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutGrant {
    /// Role.
    role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    agency: Option<String>,
}

/// Gives the account exactly these roles.
#[utoipa::path(put, path = "/accounts/{id}/roles", tag = "identity",
    operation_id = "put_account_roles", summary = "Set roles · Gán vai trò",
    params(("id" = String, Path, description = "Account")), request_body = PutRoles,
    responses((status = 200, body = AccountView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.role.grant"))))]
pub(super) async fn put_roles(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PutRoles>,
) -> Result<Json<AccountView>, Refusal> {
    let before = reach::manageable(&identity, &caller, &id, ROLE_GRANT).await?;
    let wished: Vec<RoleGrant> = body
        .roles
        .into_iter()
        .map(|grant| RoleGrant {
            role: grant.role,
            agency: trimmed(grant.agency),
        })
        .collect();
    reach::check_grants(&identity, &caller, &before.grants, &wished)?;
    let is_given = |grant: &RoleGrant| !before.grants.contains(grant);
    let mut given = wished.iter().filter(|grant| is_given(grant));
    if let Some(grant) = given.find(|grant| identity.needs_second_person(&grant.role)) {
        let role = grant.role.clone();
        return Err(Error::from(PeopleError::GrantNeedsApproval { role }).into());
    }
    let actor = Actor::from(&caller);
    let after = identity.set_roles(&actor, &before, wished).await?;
    Ok(Json(identity.account_view(&caller, after)))
}
