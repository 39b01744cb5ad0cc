//! The sign-on clients of the demo: a web application and a system.
//!
//! Owns: both clients, their secrets, their part of `demo.json`.
//! Not here: the provider itself (`sso`).

use lgsp_identity::Actor;
use lgsp_platform::registry::Manifest;
use lgsp_sso::oidc::client::{has_client_secret, issue_client_secret};
use serde_json::{Value, json};

use super::file::{DemoFile, DemoOidc, DemoOidcClient};
use crate::compose::Composition;

/// Where a web application on the newcomer's own machine usually listens.
const REDIRECTS: [&str; 2] = [
    "http://localhost:3000/callback",
    "http://127.0.0.1:3000/callback",
];

/// Name and specification of each client.
fn clients() -> [(&'static str, Value); 2] {
    [
        (
            "demo-web",
            json!({
                "name": "Ứng dụng web minh họa",
                "redirect_uris": REDIRECTS,
                "post_logout_redirect_uris": ["http://localhost:3000/", "http://127.0.0.1:3000/"],
                "grant_types": ["authorization_code", "refresh_token"],
                "scopes": ["openid", "profile", "email", "phone", "address", "groups", "org",
                    "offline_access"],
            }),
        ),
        (
            "demo-service",
            json!({
                "name": "Hệ thống minh họa", "client_type": "service",
                "grant_types": ["client_credentials"], "scopes": ["documents.read"],
                "audiences": ["urn:lgsp:api"], "resources": ["urn:lgsp:api"],
            }),
        ),
    ]
}

/// Makes the clients and their secrets once, and writes where the provider is now.
pub(super) async fn point(
    composition: &Composition,
    mut file: DemoFile,
) -> anyhow::Result<DemoFile> {
    let manifests = clients().map(|(name, spec)| Manifest {
        kind: "oidc-client".to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    });
    super::put_missing(composition, manifests.to_vec()).await?;
    let platform = &composition.platform;
    let known = file
        .oidc
        .take()
        .map(|oidc| oidc.clients)
        .unwrap_or_default();
    let mut written = Vec::new();
    for (name, _) in clients() {
        let before = known.iter().find(|client| client.client_id == name);
        let is_valid = has_client_secret(platform, name).await?;
        let client_secret = match before.filter(|_| is_valid) {
            Some(client) => client.client_secret.clone(),
            None => {
                let now = platform.clock.now();
                let actor = Actor::named(super::seed::ACTOR, None, now);
                issue_client_secret(platform, &actor, name).await?
            }
        };
        written.push(DemoOidcClient {
            client_id: name.to_owned(),
            client_secret,
        });
    }
    file.oidc = Some(DemoOidc {
        issuer: composition.identity.issuer().to_owned(),
        clients: written,
    });
    Ok(file)
}
