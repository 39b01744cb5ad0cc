//! `/sessions`: who is signed in, over the subtree of the caller.
//!
//! Owns: listing them, ending one, those of an application, and all.
//! Not here: the sessions of one account (`acts.rs`) and the own ones (`self_service/`).
//! Invariant: nobody sees or ends a session outside of the subtree that it manages, and none of an
//! account whose rights go beyond it; no answer holds a secret.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_model::Timestamp;
use lgsp_platform::http::{
    Caller, Json, Page, ProblemBody, Query, Refusal, context::RoleGrant, page::limit,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    reach,
    views::{AgencyView, SessionView},
};
use crate::{
    Actor, Error, Identity, Kind, SessionQuery,
    error::Rule,
    many_sessions::Spared,
    roles::{ACCOUNT_UNLOCK, SESSION_END, SESSION_READ},
    sessions::session_id,
    tables::{account_query, session_query::ListedSession},
};

/// What `confirm` says when the sessions of everybody shall end.
const CONFIRMED: &str = "all";

/// Whose session it is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionAccount {
    /// Identifier.
    id: Uuid,
    /// Sign-in name.
    username: String,
    /// Name of the person or the job.
    display_name: String,
    /// Kind of account.
    kind: Kind,
    /// Agency it belongs to.
    agency: Option<AgencyView>,
}

/// An application that takes part in a session.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SessionParticipant {
    /// `oidc`, `saml` or `cas`.
    protocol: String,
    /// The application, by the name of its resource.
    client: String,
    /// When it first joined.
    joined_at: Timestamp,
}

/// A session with its account and the applications that take part.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListedSessionView {
    /// The session.
    #[serde(flatten)]
    session: SessionView,
    /// Its account.
    account: SessionAccount,
    /// The applications, in the order in which they joined.
    participants: Vec<SessionParticipant>,
}

impl Identity {
    fn listed_view(&self, listed: ListedSession) -> ListedSessionView {
        let agency = listed.agency.as_deref();
        let participants = listed.participants.into_iter();
        ListedSessionView {
            account: SessionAccount {
                id: listed.session.account_id.0,
                agency: agency.map(|code| self.agency_view(code)),
                username: listed.username,
                display_name: listed.display_name,
                kind: listed.kind,
            },
            session: SessionView {
                impersonated_by: listed.impersonated_by,
                ..listed.session.into()
            },
            participants: participants
                .map(|one| SessionParticipant {
                    protocol: one.protocol,
                    client: one.client,
                    joined_at: one.joined_at,
                })
                .collect(),
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionFilter {
    /// Words to be found in name or mail address of the account, tone marks optional.
    q: Option<String>,
    /// Only accounts of this agency and of those below it.
    agency: Option<String>,
    /// Only sessions in which this application takes part.
    client: Option<String>,
    /// Only sessions in which an application takes part by this protocol: `oidc`, `saml`, `cas`.
    protocol: Option<String>,
    /// Only accounts of this kind.
    kind: Option<Kind>,
    /// Where the page starts; from `next_cursor` of the page before.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200.
    limit: Option<u32>,
}

/// Lists the live sessions of the caller's subtree, newest first.
#[utoipa::path(get, path = "/sessions", tag = "identity", operation_id = "list_all_sessions",
    summary = "List sessions of all accounts · Liệt kê phiên của mọi tài khoản",
    params(SessionFilter),
    responses((status = 200, body = Page<ListedSessionView>),
        (status = 400, body = ProblemBody), (status = 403, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.session.read"))))]
pub(super) async fn list_all(
    State(identity): State<Identity>,
    Query(filter): Query<SessionFilter>,
    caller: Caller,
) -> Result<Json<Page<ListedSessionView>>, Refusal> {
    let known = account_query::agencies(&identity.platform.db);
    let node = filter.agency.as_deref();
    let agencies = reach::agencies(&identity, &caller, (SESSION_READ, node), known).await?;
    let query = SessionQuery {
        words: filter.q.unwrap_or_default(),
        agencies,
        kind: filter.kind,
        client: filter.client,
        protocol: filter.protocol,
        before: filter.cursor,
        ..SessionQuery::default()
    };
    let size = limit(filter.limit);
    let found = identity.list_sessions(&query, size + 1).await?;
    let views = found.into_iter().map(|one| identity.listed_view(one));
    let cursor = |view: &ListedSessionView| view.session.id.to_string();
    Ok(Json(Page::cut(views.collect(), size, cursor)))
}

/// Ends one session.
#[utoipa::path(delete, path = "/sessions/{id}", tag = "identity",
    operation_id = "end_any_session",
    summary = "End one session of anybody · Kết thúc một phiên bất kỳ",
    params(("id" = String, Path, description = "Session")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.account.unlock"))))]
pub(super) async fn end_one(
    State(identity): State<Identity>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.scope(ACCOUNT_UNLOCK)?;
    let id: Uuid = id.parse().map_err(|_| Error::SessionNotFound)?;
    let session = identity.session(id).await?.ok_or(Error::SessionNotFound)?;
    let owner = session.account_id.to_string();
    let account = match reach::manageable(&identity, &caller, &owner, ACCOUNT_UNLOCK).await {
        // Whose session it is, is not told to who may not see the account.
        Err(Error::AccountNotFound) => Err(Error::SessionNotFound),
        other => other,
    }?;
    let actor = Actor::from(&caller);
    identity.end_session_of(&actor, &account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct EndFilter {
    /// Sessions in which this application takes part.
    client: Option<String>,
    /// Sessions of this account.
    account: Option<Uuid>,
    /// Only accounts of this agency and of those below it.
    agency: Option<String>,
    /// `all`, when neither application nor account is named: everybody's sessions shall end.
    confirm: Option<String>,
}

/// How many sessions ended.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct EndedSessions {
    /// Sessions.
    ended: u64,
}

/// Ends the sessions of an application, of an account, or of everybody in the caller's subtree;
/// the session that asks stays.
#[utoipa::path(delete, path = "/sessions", tag = "identity", operation_id = "end_many_sessions",
    summary = "End many sessions · Kết thúc nhiều phiên", params(EndFilter),
    responses((status = 200, body = EndedSessions), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.session.end"))))]
pub(super) async fn end_many(
    State(identity): State<Identity>,
    Query(filter): Query<EndFilter>,
    caller: Caller,
) -> Result<Json<EndedSessions>, Refusal> {
    let scope = caller.scope(SESSION_END)?;
    // What is held by its node but not proved would find nothing, and say that all went well.
    match &scope {
        None => caller.require(SESSION_END, None)?,
        Some(nodes) => {
            for node in nodes {
                caller.require(SESSION_END, Some(node))?;
            }
        }
    }
    let is_narrow = filter.client.is_some() || filter.account.is_some();
    if !is_narrow && filter.confirm.as_deref() != Some(CONFIRMED) {
        return Err(Error::Invalid(vec![Rule::Unconfirmed.at("/confirm")]).into());
    }
    if let Some(account) = filter.account {
        let id = account.to_string();
        reach::manageable(&identity, &caller, &id, SESSION_END).await?;
    }
    let called = match (&filter.client, filter.account) {
        (Some(client), _) => client.clone(),
        (None, Some(account)) => account.to_string(),
        (None, None) => CONFIRMED.to_owned(),
    };
    let known = account_query::agencies(&identity.platform.db);
    let node = filter.agency.as_deref();
    let agencies = reach::agencies(&identity, &caller, (SESSION_END, node), known).await?;
    let query = SessionQuery {
        agencies,
        account: filter.account,
        client: filter.client,
        ..SessionQuery::default()
    };
    let is_reached = |grants: &[RoleGrant]| {
        let mut grants = grants.iter();
        grants.all(|grant| caller.may(SESSION_END, grant.agency.as_deref()))
    };
    let spared = Spared {
        session: session_id(&caller.principal),
        is_reached: scope.is_some().then_some(&is_reached),
    };
    let actor = Actor::from(&caller);
    let ended = identity
        .end_many_sessions(&actor, (query, &called), &spared)
        .await?;
    Ok(Json(EndedSessions { ended }))
}
