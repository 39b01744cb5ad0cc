//! `/accounts/import` and `/accounts/export`: accounts from a file and into one.
//!
//! Owns: the rules of reach for each line.
//! Not here: the files and the plan (`people/import.rs`).
//! Invariant: a line is allowed what the same act by hand is allowed, and nothing more.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    response::Response,
};
use lgsp_platform::http::{Caller, Json, ProblemBody, Query, Refusal};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{reach, reviews::csv_answer, sight};
use crate::{
    AccountQuery, Actor, Identity,
    error::Rule,
    people::import::{Export, ImportReport, LineAct, Planned, report},
    roles::{ACCOUNT_READ, ACCOUNT_WRITE, DATA_EXPORT},
    tables::account_query,
};

/// Largest file: 5,000 lines of a spreadsheet.
const FILE_BYTES_MAX: usize = 8 * 1_048_576;
/// Accounts of an export read at once.
const ACCOUNTS_AT_ONCE: u32 = 1_000;

pub(super) fn router() -> OpenApiRouter<Identity> {
    OpenApiRouter::new()
        .routes(routes!(import_accounts))
        .layer(DefaultBodyLimit::max(FILE_BYTES_MAX))
        .routes(routes!(export_accounts))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ImportMode {
    /// Whether only to show what would be done; true when absent.
    dry_run: Option<bool>,
}

/// Shows what a CSV or XLSX file of accounts would do, or does it when `dry_run` is false.
#[utoipa::path(post, path = "/accounts/import", tag = "identity",
    operation_id = "import_accounts", summary = "Import accounts · Nhập tài khoản từ tệp",
    params(ImportMode),
    request_body(content = Vec<u8>, content_type = "application/octet-stream",
        description = "CSV or XLSX; the first line names the columns"),
    responses((status = 200, body = ImportReport), (status = 403, body = ProblemBody),
        (status = 413, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn import_accounts(
    State(identity): State<Identity>,
    Query(mode): Query<ImportMode>,
    caller: Caller,
    bytes: Bytes,
) -> Result<Json<ImportReport>, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let mut planned = identity.plan_import(&bytes).await?;
    for one in &mut planned {
        check(&identity, &caller, one);
    }
    let is_applied = mode.dry_run == Some(false);
    if is_applied {
        identity
            .apply_import(&Actor::from(&caller), &planned)
            .await?;
    }
    Ok(Json(report(planned, is_applied)))
}

/// The rules of single acts, on a line.
fn check(identity: &Identity, caller: &Caller, one: &mut Planned) {
    let denied = || Rule::OutOfReach.at("/agency");
    if !caller.may(ACCOUNT_WRITE, one.wish.agency.as_deref()) {
        one.refuse(denied());
    }
    if let Some(before) = &one.before {
        let is_own = before.id == caller.principal.account_id;
        let mut held = before.grants.iter();
        let is_reached = caller.may(ACCOUNT_WRITE, before.agency.as_deref())
            && held.all(|grant| caller.may(ACCOUNT_WRITE, grant.agency.as_deref()));
        if one.line.act != LineAct::Same && (is_own || !is_reached) {
            one.refuse(denied());
        }
    }
    let before = one.before.as_ref().map(|before| before.grants.clone());
    let before = before.unwrap_or_default();
    let given: Vec<_> = one
        .grants
        .iter()
        .filter(|grant| !before.contains(grant))
        .cloned()
        .collect();
    for grant in given {
        let is_refused =
            !reach::may_grant(identity, caller, &grant) || identity.is_privileged(&grant.role);
        if is_refused {
            let role = grant.role;
            one.refuse(Rule::RoleOutOfReach { role }.at("/roles"));
        }
    }
}

/// Gives the accounts that the caller may see as CSV.
#[utoipa::path(get, path = "/accounts/export", tag = "identity",
    operation_id = "export_accounts", summary = "Export accounts · Xuất danh sách tài khoản",
    responses((status = 200, content_type = "text/csv", body = String),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.data.export"))))]
pub(super) async fn export_accounts(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.scope(DATA_EXPORT)?;
    let is_everywhere = caller.scope(ACCOUNT_READ)?.is_none();
    let mut agencies = account_query::agencies(&identity.platform.db).await?;
    agencies.retain(|agency| caller.may(ACCOUNT_READ, Some(agency)));
    let mut query = AccountQuery {
        agencies: (!is_everywhere).then_some(agencies),
        ..AccountQuery::default()
    };
    identity.note_export(&caller).await?;
    let mut file = Export::new();
    while query
        .agencies
        .as_ref()
        .is_none_or(|found| !found.is_empty())
    {
        let page = identity.accounts(&query, ACCOUNTS_AT_ONCE).await?;
        let Some(last) = page.last() else { break };
        query.after.clone_from(&last.username);
        for account in page {
            file.add(sight::seen(&caller, account));
        }
    }
    Ok(csv_answer("accounts.csv", file.finish()))
}
