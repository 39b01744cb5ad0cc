//! Sign-on for other systems (đăng nhập một lần): OpenID Connect, SAML, CAS, upstream providers.
//!
//! Owns: the protocols by which applications learn who somebody is, their clients, signing keys.
//! Not here: accounts, factors, sessions and their pages (`identity`); LDAP and SCIM (`directory`).
//! Invariant: a protocol opens no session of its own; each hangs its participants on the one
//! session of identity, and the end of that session reaches all of them.
//! Follows: design document "Identity", sections 2 to 4 and 8.

pub mod access;
mod attributes;
mod back_channel;
pub mod cas;
mod der;
pub mod error;
mod fields;
pub mod keys;
mod kinds;
pub mod oidc;
mod pages;
pub mod saml;
mod transactions;
pub mod upstream;
mod visit;
mod x509;

use std::sync::LazyLock;

use lgsp_identity::Identity;
use lgsp_platform::{
    Module, Platform, Running,
    messages::MessageFiles,
    module::Permission,
    registry::{KindDescriptor, Rule},
};

pub use attributes::PersonAttribute;
pub use error::{Error, Result};

/// Permissions of this crate: those of its folders, one after another.
pub static PERMISSIONS: LazyLock<Vec<Permission>> =
    LazyLock::new(|| [keys::PERMISSIONS, oidc::PERMISSIONS, upstream::PERMISSIONS].concat());

/// What sign-on for other systems brings before anything runs.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "sso",
        migrations: [
            keys::MIGRATIONS,
            transactions::MIGRATIONS,
            cas::MIGRATIONS,
            oidc::MIGRATIONS,
            upstream::MIGRATIONS,
        ]
        .concat(),
        kinds: vec![
            KindDescriptor::of::<oidc::client::OidcClient>()?,
            KindDescriptor::of::<saml::SamlSp>()?,
            KindDescriptor::of::<cas::CasService>()?,
            KindDescriptor::of::<upstream::IdentityProvider>()?,
        ],
        permissions: PERMISSIONS.as_slice(),
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Rules over several resources together.
#[must_use]
pub fn rules() -> Vec<Rule> {
    vec![Box::new(saml::rule)]
}

/// Starts the protocols on a running platform.
///
/// # Errors
/// `platform.database.failed` when the signing keys cannot be read.
pub async fn start(platform: &Platform, identity: &Identity) -> Result<Running> {
    let keys = keys::Keys::start(platform).await?;
    identity.add_security_facts(std::sync::Arc::new(keys.clone()));
    platform.tasks.spawn_until_stopped(
        "sign-on transactions",
        transactions::sweep(platform.clone()),
    );
    let oidc = oidc::start(platform, identity, &keys).await?;
    let saml = saml::start(platform, identity, &keys).await?;
    let cas = cas::start(platform, identity)?;
    let upstream = upstream::start(platform, identity, &keys).await?;
    let web = saml.pages.merge(cas.pages);
    let mut doors = platform.config.identity.doors.iter();
    let service = if doors.any(|door| door == "service") {
        oidc.service.merge(web.clone())
    } else {
        oidc.service
    };
    Ok(Running {
        api: keys::router(keys)
            .merge(oidc.api)
            .merge(saml.api)
            .merge(upstream.api),
        pages: oidc.pages.merge(web).merge(upstream.pages),
        service,
    })
}
