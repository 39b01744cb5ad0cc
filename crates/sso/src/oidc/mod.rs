//! OpenID Connect and OAuth 2 provider.
//!
//! Owns: `/oauth2/…`, `/oidc/…`, `/device`, `/.well-known/…`; clients, codes, families of tokens,
//! consents.
//! Not here: signing keys (`keys/`), sign-on and sessions (`identity`).
//! Invariant: `code` is the only response type; nothing unsigned is believed; every protocol
//! error has the shape of its standard.
//! Follows: design document "Identity", sections 2, 14 and 17.

mod access;
mod alive;
mod api;
mod authorize;
mod claims;
pub mod client;
mod cors;
mod delegation;
mod device;
mod discovery;
mod dpop;
mod fail;
mod given;
mod grant;
mod introspect;
mod issued;
mod life;
mod limits;
mod logout;
mod pages;
mod par;
mod params;
mod register;
mod revocations;
mod revoke;
mod sweep;
mod tables;
mod ties;
mod token;
mod userinfo;

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::from_fn_with_state,
    routing::{get, post},
};
use lgsp_identity::Identity;
use lgsp_platform::{
    Platform, Running,
    config::Config,
    module::Permission,
    registry::{Kind as _, Labels},
};
use ring::hmac;

use self::{
    alive::Alive,
    client::{Clients, jwks::ClientKeys},
    issued::Counts,
    revocations::Revocations,
};
use crate::{access::Door, back_channel, error::Result, keys::Keys};

pub(crate) use client::rules::{is_registered, origin_of, sector};
pub(crate) use tables::MIGRATIONS;

/// Seeing clients, their secrets' dates and their sign-ons.
pub const CLIENT_READ: &str = "sso.client.read";
/// Rotating secrets, ending the tokens of a client.
pub const CLIENT_WRITE: &str = "sso.client.write";
/// Letting a client register itself.
pub const CLIENT_REGISTER: &str = "sso.client.register";

/// Permissions of this folder.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission {
        name: CLIENT_READ,
        labels: Labels {
            vi: "Xem ứng dụng đăng nhập một lần",
            en: "See sign-on clients",
        },
    },
    Permission {
        name: CLIENT_WRITE,
        labels: Labels {
            vi: "Quản lý bí mật và mã truy cập của ứng dụng",
            en: "Manage secrets and tokens of clients",
        },
    },
    Permission {
        name: CLIENT_REGISTER,
        labels: Labels {
            vi: "Cho ứng dụng tự đăng ký",
            en: "Let clients register themselves",
        },
    },
];

/// Keys of our own, one for each use.
struct Secrets {
    refresh: hmac::Key,
    subject: hmac::Key,
    nonce: hmac::Key,
}

/// The running provider; cheap to clone.
#[derive(Clone)]
pub(crate) struct Provider(Arc<Parts>);

/// The parts of the provider.
pub(crate) struct Parts {
    platform: Platform,
    identity: Identity,
    keys: Keys,
    clients: Clients,
    client_keys: ClientKeys,
    revoked: Revocations,
    alive: Alive,
    issued: Counts,
    secrets: Secrets,
    issuer: String,
    /// Where programs prove themselves by certificate, when a door can take them.
    mtls: Option<String>,
    metadata: String,
    guesses: device::Guesses,
}

impl std::ops::Deref for Provider {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts the provider.
///
/// # Errors
/// `platform.database.failed`, `platform.secret.unreadable`.
pub(crate) async fn start(
    platform: &Platform,
    identity: &Identity,
    keys: &Keys,
) -> Result<Running> {
    let issuer = identity.issuer().to_owned();
    let master = platform.vault.key("oidc", platform.clock.now()).await?;
    let master = hmac::Key::new(hmac::HMAC_SHA256, &master);
    let derived = |name: &str| {
        let tag = hmac::sign(&master, name.as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, tag.as_ref())
    };
    // Applications on the same machine are reached only when the provider itself is there.
    let is_local = ["http://127.0.0.1", "http://localhost", "http://[::1]"]
        .iter()
        .any(|local| issuer.starts_with(local));
    let mtls = mtls_base(&platform.config, &issuer);
    let provider = Provider(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
        keys: keys.clone(),
        clients: Clients::open(platform).await?,
        client_keys: ClientKeys::new(platform, is_local)?,
        revoked: Revocations::open(platform).await?,
        alive: Alive::new(platform, identity),
        issued: Counts::default(),
        secrets: Secrets {
            refresh: derived("refresh"),
            subject: derived("subject"),
            nonce: derived("nonce"),
        },
        metadata: discovery::document(&issuer, mtls.as_deref()).to_string(),
        issuer,
        mtls,
        guesses: device::Guesses::default(),
    }));
    provider.start_tasks();
    let told = Arc::new(logout::back::TokenLogout(provider.clone()));
    back_channel::start(platform, identity, told)?;
    identity.add_ties(Arc::new(provider.clone()));
    let pages = protocol(&provider);
    let is_on_service = platform
        .config
        .identity
        .doors
        .iter()
        .any(|door| door == "service");
    Ok(Running {
        api: api::router(provider.clone()),
        service: if is_on_service {
            pages.clone()
        } else {
            Router::new()
        },
        pages,
    })
}

/// Where programs prove themselves by certificate; `None` when no door can take one.
fn mtls_base(config: &Config, issuer: &str) -> Option<String> {
    let server = &config.server;
    let doors = &server.client_certificate_doors;
    let has_tls = !server.tls_certificate_file.is_empty() && !doors.is_empty();
    let by_proxy =
        !server.client_certificate_header.is_empty() && !server.trusted_proxies.is_empty();
    let is_issuer = by_proxy || doors.iter().any(|door| door == "administration");
    match config.identity.mtls_url.as_str() {
        _ if !has_tls && !by_proxy => None,
        "" if is_issuer => Some(issuer.to_owned()),
        "" => None,
        url => Some(url.trim_end_matches('/').to_owned()),
    }
}

impl Provider {
    /// The door of a client, at which people are let in or not.
    fn door<'a>(&'a self, client: &'a client::Client) -> Door<'a> {
        Door {
            platform: &self.platform,
            identity: &self.identity,
            resource: (client::OidcClient::KIND, &client.id),
            title: &client.spec.name,
            agency: client.agency.as_deref(),
            access: &client.spec.access,
        }
    }
}

fn protocol(provider: &Provider) -> Router {
    Router::new()
        .route(
            "/.well-known/openid-configuration",
            get(discovery::metadata),
        )
        .route(
            "/.well-known/oauth-authorization-server",
            get(discovery::metadata),
        )
        .route("/oauth2/jwks", get(discovery::jwks))
        .route(
            "/oauth2/authorize",
            get(authorize::get).post(authorize::post),
        )
        .route("/oauth2/authorize/continue", get(authorize::resume))
        .route(
            "/oauth2/authorize/consent",
            get(authorize::consent::show).post(authorize::consent::submit),
        )
        .route(token::PATH, post(token::token))
        .route(
            userinfo::PATH,
            get(userinfo::userinfo).post(userinfo::userinfo),
        )
        .route(introspect::PATH, post(introspect::introspect))
        .route(revoke::PATH, post(revoke::revoke))
        .route(par::PATH, post(par::push))
        .route(device::PATH, post(device::begin))
        .route(
            "/device",
            get(device::page::show).post(device::page::submit),
        )
        .route(register::PATH, post(register::create))
        .route(
            "/oauth2/register/{client_id}",
            get(register::read)
                .put(register::replace)
                .delete(register::remove),
        )
        .route("/oidc/logout", get(logout::rp::get).post(logout::rp::post))
        .route("/oidc/check_session", get(logout::state::frame))
        .layer(DefaultBodyLimit::max(limits::BODY_BYTES_MAX))
        .layer(from_fn_with_state(provider.clone(), cors::layer))
        .layer(axum::middleware::from_fn(pages::opener))
        .with_state(provider.clone())
}

impl Provider {
    fn start_tasks(&self) {
        let tasks = &self.platform.tasks;
        let own = self.clone();
        tasks.spawn_until_stopped("revoked tokens", async move { own.revoked.run().await });
        let own = self.clone();
        tasks.spawn("issued tokens", async move {
            own.issued.run(&own.platform).await
        });
        let own = self.clone();
        tasks.spawn_until_stopped("oidc rsa key", async move { own.keep_rsa_key().await });
        let own = self.clone();
        tasks.spawn("uses of client secrets", async move {
            own.clients.write_uses(&own.platform).await;
        });
        sweep::start(self);
    }

    /// Makes the RSA key as soon as a client needs one, so that no sign-on waits for it.
    async fn keep_rsa_key(&self) {
        let mut changed = self.platform.registry.watch();
        loop {
            let made = async {
                self.clients.all().await?;
                if self.clients.needs_rsa() {
                    let purpose = crate::keys::Purpose::Token;
                    self.keys.ensure(purpose, crate::keys::Alg::Rs256).await?;
                }
                Ok::<(), crate::Error>(())
            };
            if let Err(error) = made.await {
                tracing::warn!(%error, "the RSA key could not be made, will try again");
            }
            if changed.changed().await.is_err() {
                return;
            }
        }
    }
}

/// Sector of a client's pairwise identifiers.
fn client_sector(client: &client::Client) -> String {
    sector(&client.spec).unwrap_or_else(|| client.id.clone())
}

/// Whether people may be sent to this address for this client.
fn client_allows_redirect(client: &client::Client, address: &str) -> bool {
    is_registered(&client.spec, address)
}
