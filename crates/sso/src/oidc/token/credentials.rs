//! The grant `client_credentials`: a system for itself.
//!
//! Owns: that grant. Nothing is written for a signed token; how many were issued is counted.
//! Follows: RFC 6749, section 4.4.

use super::{Issued, Request, mint};
use crate::oidc::{
    client::kind::AuthMethod,
    fail::{Fail, Outcome},
};

/// Scopes that speak of a person; a system has none of them.
const PERSONAL: [&str; 2] = ["openid", "offline_access"];

pub(super) async fn issue(request: &Request<'_>) -> Outcome<Issued> {
    if request.client.spec.auth_method == AuthMethod::None {
        return Err(Fail::new(
            "unauthorized_client",
            "a public client has no tokens of its own",
        ));
    }
    let allowed: Vec<String> = request
        .client
        .spec
        .scopes
        .iter()
        .filter(|scope| !PERSONAL.contains(&scope.as_str()))
        .cloned()
        .collect();
    let scopes = request.scopes(&allowed)?;
    let audiences = request.resources(&request.client.spec.audiences)?;
    let access = mint::access(
        request.provider,
        &mint::Access {
            client: &request.client,
            grant: None,
            sub: &request.client.id,
            scopes: &scopes,
            audiences: &audiences,
            jkt: request.jkt.as_deref(),
            x5t: request.x5t.as_deref(),
            act: None,
            ends_before: None,
            profile: None,
            more: &[],
        },
    )
    .await?;
    Ok(Issued {
        access,
        scopes,
        id_token: None,
        refresh_token: None,
        jkt: request.jkt.clone(),
        more: Vec::new(),
    })
}
