//! `/security-report` and exemptions from the idle rule.
//!
//! Owns: the report as JSON and as CSV, giving and ending exemptions.
//! Not here: its facts (`people/report.rs`).

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    csv,
    http::{Caller, Json, ProblemBody, Refusal},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{reach, reviews::csv_answer};
use crate::{
    Actor, Identity,
    people::report::SecurityReport,
    roles::{ACCOUNT_WRITE, DATA_EXPORT, REPORT_READ},
};

/// Gives the security report: level 3 against what is in force.
#[utoipa::path(get, path = "/security-report", tag = "identity",
    operation_id = "get_security_report", summary = "Security report · Báo cáo an toàn",
    responses((status = 200, body = SecurityReport), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.report.read"))))]
pub(super) async fn get_report(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Json<SecurityReport>, Refusal> {
    caller.require(REPORT_READ, None)?;
    Ok(Json(identity.security_report().await?))
}

/// Gives the security report as CSV.
#[utoipa::path(get, path = "/security-report/export", tag = "identity",
    operation_id = "export_security_report",
    summary = "Export the security report · Xuất báo cáo an toàn",
    responses((status = 200, content_type = "text/csv", body = String),
        (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.data.export"))))]
pub(super) async fn export_report(
    State(identity): State<Identity>,
    caller: Caller,
) -> Result<Response, Refusal> {
    caller.require(DATA_EXPORT, None)?;
    caller.require(REPORT_READ, None)?;
    let report = identity.security_report().await?;
    let yes_no = |met: bool| if met { "yes" } else { "no" }.to_owned();
    let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let header = [
        "section", "name", "value", "required", "met", "ends_at", "note",
    ];
    let mut file = csv::Writer::new(&header);
    let mut row = |section: &str, cells: [String; 6]| {
        let mut line = vec![section.to_owned()];
        line.extend(cells);
        file.row(&line);
    };
    let none = String::new;
    for number in report.numbers {
        let note = number.why.map(|why| why.vi).unwrap_or_default();
        let met = yes_no(number.met);
        row(
            "number",
            [number.id, number.actual, number.required, met, none(), note],
        );
    }
    for one in report.accounts {
        let name = format!("{}/{}", one.kind, one.state);
        let note = format!(
            "unused30={} password_due={}",
            one.unused_30_days, one.password_due
        );
        row(
            "accounts",
            [name, one.count.to_string(), none(), none(), none(), note],
        );
    }
    for one in report.overdue_reviews {
        row(
            "review",
            [
                one.agency,
                none(),
                none(),
                yes_no(false),
                at(one.due_at),
                none(),
            ],
        );
    }
    for one in report.exceptions {
        let reason = one.reason.unwrap_or_default();
        row(
            "exception",
            [
                one.subject,
                one.kind,
                none(),
                none(),
                at(one.ends_at),
                reason,
            ],
        );
    }
    let journal = report.journal;
    let (events, met) = (journal.events.to_string(), yes_no(journal.met));
    row(
        "journal",
        [
            "events".to_owned(),
            events,
            none(),
            met,
            none(),
            at(journal.oldest_at),
        ],
    );
    for fact in report.facts {
        let met = fact.met.map(yes_no).unwrap_or_default();
        row(
            &fact.section,
            [fact.name, fact.value, none(), met, at(fact.ends_at), none()],
        );
    }
    Ok(csv_answer("security-report.csv", file.finish()))
}

/// An exemption from the rule that unused accounts are locked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PutExemption {
    /// Why.
    reason: String,
    /// Until when.
    until: Timestamp,
}

/// Exempts a service, technical or system account from the idle rule, until a day.
#[utoipa::path(put, path = "/accounts/{id}/idle-exemption", tag = "identity",
    operation_id = "put_idle_exemption",
    summary = "Exempt from the idle rule · Miễn khóa do không dùng",
    params(("id" = String, Path, description = "Account")), request_body = PutExemption,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn put_exemption(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
    Json(body): Json<PutExemption>,
) -> Result<StatusCode, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    let actor = Actor::from(&caller);
    let until = Some((body.reason, body.until));
    identity.exempt(&actor, &account, until).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends an exemption from the idle rule.
#[utoipa::path(delete, path = "/accounts/{id}/idle-exemption", tag = "identity",
    operation_id = "delete_idle_exemption",
    summary = "End an exemption · Bỏ miễn khóa do không dùng",
    params(("id" = String, Path, description = "Account")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.write"))))]
pub(super) async fn delete_exemption(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ACCOUNT_WRITE)?;
    let account = reach::manageable(&identity, &caller, &id, ACCOUNT_WRITE).await?;
    identity
        .exempt(&Actor::from(&caller), &account, None)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
