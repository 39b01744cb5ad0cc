//! Composition: one list of modules, started in the order of their dependencies.
//!
//! Owns: which capabilities this program has. Adding one is one line in each function.
//! Not here: doors (`doors/`), demo content (`demo/`).

use std::sync::Arc;

use anyhow::Context as _;
use lgsp_catalogue::Catalogue;
use lgsp_directory::Directory;
use lgsp_identity::{CatalogueHierarchy, Identity, Rules};
use lgsp_platform::{
    Module, Platform, Running, clock::SystemClock, config::Config, journal, messages,
    module::Permission, registry,
};

use crate::{about, mail};

/// Everything that runs.
pub(crate) struct Composition {
    pub(crate) platform: Platform,
    pub(crate) catalogue: Catalogue,
    pub(crate) identity: Identity,
    pub(crate) directory: Directory,
    pub(crate) running: Vec<Running>,
}

/// What all modules bring before anything runs.
pub(crate) fn modules() -> anyhow::Result<Vec<Module>> {
    Ok(vec![
        platform_part("registry", registry::routes::PERMISSIONS),
        platform_part("journal", journal::routes::PERMISSIONS),
        lgsp_catalogue::module()?,
        lgsp_identity::module()?,
        lgsp_sso::module()?,
        lgsp_directory::module()?,
        lgsp_exchange::module()?,
        lgsp_national::module()?,
    ])
}

/// A part of the platform itself: permissions, nothing else.
fn platform_part(name: &'static str, permissions: &'static [Permission]) -> Module {
    Module {
        name,
        migrations: Vec::new(),
        kinds: Vec::new(),
        permissions,
        messages: messages::PLATFORM,
    }
}

/// The numbers of identity. People of the demo have no second factor and nobody to approve
/// their grants; what its configuration names counts all the same.
fn numbers(config: &Config, is_demo: bool) -> anyhow::Result<Rules> {
    let mut differences = config.identity.rules.clone();
    if is_demo {
        let easier: toml::Table = toml::from_str(DEMO_RULES)?;
        for (key, value) in easier {
            differences.entry(key).or_insert(value);
        }
    }
    Ok(Rules::read(&differences)?)
}

/// Numbers of a demo, in which everybody signs in with a password.
const DEMO_RULES: &str =
    "privileged_acr_min = 1\nprivileged_age_max_ms = 43_200_000\ngrant_second_person = false";

/// Starts the platform and all capabilities.
pub(crate) async fn start(config: Config, is_demo: bool) -> anyhow::Result<Composition> {
    let modules = modules()?;
    let permissions: Vec<Permission> = modules
        .iter()
        .flat_map(|module| module.permissions.iter().copied())
        .collect();
    let platform = Platform::start(config, Arc::new(SystemClock), &modules).await?;
    let (catalogue, catalogue_running) = lgsp_catalogue::start(&platform);
    let setup = lgsp_identity::Setup {
        hierarchy: Arc::new(CatalogueHierarchy::new(
            catalogue.clone(),
            platform.clock.clone(),
        )),
        permissions,
        rules: numbers(&platform.config, is_demo)?,
    };
    let (identity, identity_running) =
        lgsp_identity::start(&platform, setup).context("starting identity")?;
    identity.bind_factors().await.context("binding factors")?;
    if let Some(mailer) = mail::open(&platform.config.mail, identity.issuer())? {
        identity.send_mail_through(Arc::new(mailer));
    }
    let mut checks = lgsp_sso::rules();
    checks.push(lgsp_catalogue::rule(catalogue.clone()));
    checks.push(identity.policy_rule());
    checks.push(identity.theme_rule());
    platform.registry.set_rules(checks);
    let sso_running = lgsp_sso::start(&platform, &identity)
        .await
        .context("starting sign-on")?;
    let (directory, directory_running) = lgsp_directory::start(&platform, &catalogue, &identity)
        .await
        .context("starting the directory faces")?;
    let (exchange, exchange_running) = lgsp_exchange::start(&platform, catalogue.clone())
        .await
        .context("starting exchange")?;
    let national_running = lgsp_national::start(&platform, &exchange)
        .await
        .context("starting national")?;
    let own = Running {
        api: registry::routes::router(platform.registry.clone())
            .merge(journal::routes::router(platform.clone()))
            .merge(about::router(&platform, &catalogue, is_demo)),
        ..Running::default()
    };
    let running = vec![
        own,
        catalogue_running,
        identity_running,
        sso_running,
        directory_running,
        exchange_running,
        national_running,
    ];
    Ok(Composition {
        platform,
        catalogue,
        identity,
        directory,
        running,
    })
}
