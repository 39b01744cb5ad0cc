//! The demo's outside sign-on: a simulated national portal and a place-holder of `VNeID`.
//!
//! Owns: both as identity providers of the demo, their simulator inside this process.
//! Not here: the simulator itself (`lgsp_simulator::sso`), what a sign-in becomes (`sso`).
//! Invariant: the secret is random for each folder; everybody in the simulator is invented.

use anyhow::Context as _;
use lgsp_simulator::sso::{self, ClientSeed, SsoHandle, SsoOptions, SsoSeed};
use serde_json::{Value, json};

use super::seed::{put_with_secret, random_text};
use crate::compose::Composition;

const KIND: &str = "identity-provider";
const PORTAL: &str = "cong-dvc";
const VNEID: &str = "vneid";
const CLIENT_ID: &str = "lgsp-demo";

/// The simulated sign-on, with its listener open but nothing served yet.
pub(super) struct SignOn {
    listener: tokio::net::TcpListener,
    secret: String,
    /// Where it listens.
    pub(super) url: String,
}

/// Opens the listener and points both providers to it.
pub(super) async fn seed(composition: &Composition) -> anyhow::Result<SignOn> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .context("opening the simulated sign-on")?;
    let url = format!("http://{}", listener.local_addr()?);
    let known = known_secret(composition).await?;
    let secret = match &known {
        Some(secret) => secret.clone(),
        None => random_text(32)?,
    };
    for (name, spec) in [(PORTAL, portal(&url)), (VNEID, vneid(&url))] {
        let first = known.is_none().then_some(secret.as_str());
        put_with_secret(composition, (KIND, name), spec, first).await?;
    }
    Ok(SignOn {
        listener,
        secret,
        url,
    })
}

/// The secret that an earlier start has made.
async fn known_secret(composition: &Composition) -> anyhow::Result<Option<String>> {
    let platform = &composition.platform;
    let now = platform.clock.now();
    let secrets = platform.vault.open_all(KIND, now).await?;
    let found = secrets.into_iter().find(|secret| secret.owner == PORTAL);
    let text = found.map(|secret| String::from_utf8(secret.value.to_vec()));
    Ok(text.transpose()?)
}

fn portal(url: &str) -> Value {
    json!({
        "title": "Cổng dịch vụ công (mô phỏng)",
        "button_en": "Public-service portal (simulated)",
        "profile": "national_portal",
        "issuer": format!("{url}/portal"),
        "client_id": CLIENT_ID,
        "client_auth": "client_secret_post",
        "userinfo_method": "post",
        "levels": [{"acr": "LoA2", "level": 2}],
        "unknown": "create_citizen",
        "order": 1,
        "allow_local_addresses": true,
    })
}

fn vneid(url: &str) -> Value {
    json!({
        "title": "VNeID (mô phỏng)",
        "button_en": "VNeID (simulated)",
        "profile": "vneid",
        "issuer": format!("{url}/vneid"),
        "client_id": CLIENT_ID,
        "levels": [{"acr": "muc-do-2", "level": 2}],
        "unknown": "create_citizen",
        "order": 2,
        "allow_local_addresses": true,
    })
}

/// Serves the simulated sign-on until the program stops.
pub(super) fn start(composition: &Composition, sign_on: SignOn) -> anyhow::Result<()> {
    let seed = SsoSeed::demo(&ClientSeed {
        client_id: CLIENT_ID.to_owned(),
        client_secret: sign_on.secret,
        jwks: None,
        redirect_uris: Vec::new(),
    });
    let handle = SsoHandle::new(&sign_on.url, seed, SsoOptions::default())?;
    let tasks = &composition.platform.tasks;
    let stopping = tasks.stopping().cancelled_owned();
    tasks.spawn("demo sign-on", async move {
        if let Err(error) = sso::serve(sign_on.listener, handle, stopping).await {
            tracing::error!(%error, "the simulated sign-on ended");
        }
    });
    Ok(())
}
