//! Revoking tokens.
//!
//! Owns: `/oauth2/revoke`.
//! Invariant: a refresh token takes its whole family with it; the token of another client is
//! refused and noted.
//! Follows: RFC 7009.

use axum::{
    body::Bytes,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::Value;

use super::{
    Provider,
    client::{Client, auth, certificate::Peer},
    fail::{Fail, Outcome},
    params::Params,
    tables::{
        family::{self, Which},
        parked,
    },
    token::require_form,
};

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/revoke";

pub(super) async fn revoke(State(provider): State<Provider>, peer: Peer, body: Bytes) -> Response {
    match act(&provider, &peer, &body).await {
        Ok(()) => StatusCode::OK.into_response(),
        Err(fail) => fail.into_response(),
    }
}

async fn act(provider: &Provider, peer: &Peer, body: &[u8]) -> Outcome<()> {
    require_form(&peer.headers)?;
    let params = Params::parse(body)?;
    let client = auth::authenticate(provider, peer, &params, PATH).await?;
    let token = params.need("token")?;
    if let Some(claims) = provider.read_access(token).await? {
        return access(provider, &client, token, &claims).await;
    }
    let Some(found) = family::find_token(&provider.platform.db, token).await? else {
        return Ok(());
    };
    if found.grant.client != client.id {
        return foreign(provider, &client).await;
    }
    let subject = found.grant.id.to_string();
    let event = event(provider, &client, ("token_family", &subject));
    provider
        .revoked
        .revoke(&Which::Id(found.grant.id), vec![event])
        .await?;
    Ok(())
}

async fn access(provider: &Provider, client: &Client, token: &str, claims: &Value) -> Outcome<()> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("client_id") != Some(&client.id) {
        return foreign(provider, client).await;
    }
    let (Some(jti), Some(exp)) = (text("jti"), claims.get("exp").and_then(Value::as_i64)) else {
        return Ok(());
    };
    let event = event(provider, client, ("token", jti));
    provider
        .revoked
        .revoke_token(jti, Timestamp(exp * 1_000), event)
        .await?;
    if !token.contains('.') {
        let effects = Effects {
            statements: vec![parked::delete(&provider.platform.db, token)],
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        provider.platform.ledger.accept(acceptance).await?;
    }
    Ok(())
}

fn event(provider: &Provider, client: &Client, subject: (&str, &str)) -> Event {
    let now = provider.platform.clock.now();
    let actor = format!("oidc:{}", client.id);
    Event::new(Class::Audit, now, actor, "token.revoked", subject).with_trace(trace::current())
}

/// Somebody holds a token that is not its own: told to the journal, not to it.
async fn foreign(provider: &Provider, client: &Client) -> Outcome<()> {
    let event = event(provider, client, ("oidc-client", &client.id)).with_result("refused");
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            events: vec![event],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    Err(Fail::new(
        "unauthorized_client",
        "the token belongs to another client",
    ))
}
