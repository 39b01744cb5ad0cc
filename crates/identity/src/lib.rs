//! Identity: accounts, sign-in, sessions, access tokens, roles and access decisions.
//!
//! Owns: who somebody is and what somebody may do.
//! Not here: agencies (`catalogue`), the operations that ask for a permission (each crate).
//! Invariant: every permission decision is made by Cedar; every change has an audit event in
//! its own transaction, and a change whose event cannot be written does not happen.
//! Follows: TCVN 14423:2026, level 3 (regulation R70 to R75, R81, R88).

mod access;
mod accounts;
mod actor;
mod app_passwords;
mod authenticate;
mod bootstrap;
mod browser;
mod delays;
mod devices;
pub mod error;
pub mod factors;
mod farewell;
pub mod grants;
mod group_nesting;
mod group_rules;
pub mod groups;
mod hierarchy;
mod impersonation;
mod links;
pub mod mail;
mod many;
mod many_sessions;
mod opening;
mod options;
mod pages;
mod password;
mod passwords;
pub mod people;
mod profile;
pub mod roles;
mod routes;
pub mod rules;
mod secret;
mod sessions;
mod sign_in;
mod source;
mod steps;
mod tables;
pub mod theme;
mod ties;
mod tokens;
mod worker;

use std::sync::Arc;

use tokio::sync::Notify;

use lgsp_platform::{
    Module, Platform, Running,
    config::Config,
    http::context::Ports,
    messages::MessageFiles,
    module::Permission,
    registry::{KindDescriptor, Rule as RegistryRule},
};

pub use access::{BASE_POLICIES, DECISIONS_MAX, Decider, PolicyText, ProofRule};
pub use accounts::{AccountChange, NewAccount};
pub use actor::Actor;
pub use app_passwords::{AppPasswordLine, AppPasswords};
pub use bootstrap::Bootstrapped;
pub use browser::{Browser, Demand};
pub use error::{Error, Result};
pub use factors::policy::PasswordAlone;
pub use farewell::{Farewell, FarewellFuture};
pub use grants::NewGrant;
pub use group_nesting::InGroup;
pub use group_rules::GROUP_LEVELS_MAX;
pub use groups::{GroupChange, MembersChange, NewGroup};
pub use hierarchy::{AgencyHierarchy, AgencyOf, CatalogueHierarchy};
pub use impersonation::NewImpersonation;
pub use links::NewLink;
pub use many::ACCOUNTS_MADE_MAX;
pub use many_sessions::{IsReached, Spared};
pub use options::{SignInOption, SignInOptions};
pub use pages::texts::chosen_language;
pub use password::{Password, breached::BreachedList};
pub use people::PeopleError;
pub use profile::Profile;
pub use rules::Rules;
pub use sign_in::{Attempt, Opened, Proof, RequestInfo};
pub use source::{PasswordSource, SourceAnswer};
pub use steps::{Admission, STEP_PATH};
pub use tables::{
    account::{Account, Kind, Person, State},
    account_query::AccountQuery,
    base::Base,
    device::Device,
    factor::{Factor, FactorKind, FactorState},
    grant::{Grant, Subject},
    group::{Group, GroupQuery},
    group_tree::GroupRule,
    impersonation::Impersonation,
    link::LinkPurpose,
    notice::{Notice, NoticeKind},
    participant::Participant,
    preference::{Density, Language, Preferences, Theme},
    session::Session,
    session_query::{Joined, ListedSession, SessionQuery},
    token::AccessToken,
};
pub use ties::{Application, Tie, Ties};
pub use tokens::{NewToken, TOKEN_PREFIX};

/// What identity brings before anything runs.
///
/// # Errors
/// When a kind has no schema: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "identity",
        migrations: [tables::MIGRATIONS, people::tables::MIGRATIONS].concat(),
        kinds: vec![
            KindDescriptor::of::<access::policy::AccessPolicy>()?.guarded_by(roles::POLICY_WRITE),
            KindDescriptor::of::<factors::policy::SignInPolicy>()?.guarded_by(roles::POLICY_WRITE),
            KindDescriptor::of::<theme::kind::Theme>()?,
        ],
        permissions: roles::PERMISSIONS,
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// What the composition knows and identity does not.
pub struct Setup {
    /// The agency tree.
    pub hierarchy: Arc<dyn AgencyHierarchy>,
    /// The permissions of all modules; those of identity itself need not be among them.
    pub permissions: Vec<Permission>,
    /// Numbers of sign-in, passwords, sessions and tokens.
    pub rules: Rules,
}

/// Handle to identity; cheap to clone.
#[derive(Clone)]
pub struct Identity(Arc<Parts>);

/// The parts of identity.
pub struct Parts {
    platform: Platform,
    hierarchy: Arc<dyn AgencyHierarchy>,
    decider: Arc<Decider>,
    rules: Rules,
    hashes: password::pool::Pool,
    breached: Option<BreachedList>,
    has_tls: bool,
    options: std::sync::OnceLock<Arc<dyn SignInOptions>>,
    password_source: std::sync::OnceLock<Arc<dyn PasswordSource>>,
    mailer: std::sync::OnceLock<Arc<dyn lgsp_platform::mail::Mailer>>,
    app_passwords: std::sync::OnceLock<Arc<dyn AppPasswords>>,
    themes: theme::Shelf,
    issuer: String,
    sessions_changed: Arc<Notify>,
    farewells: arc_swap::ArcSwap<Vec<Arc<dyn Farewell>>>,
    tree_seen: std::sync::atomic::AtomicU64,
    /// One sweep at a time in this process; of several nodes the schedule picks one.
    sweeping: tokio::sync::Mutex<()>,
    facts: std::sync::Mutex<Vec<Arc<dyn people::report::SecurityFacts>>>,
    ties: arc_swap::ArcSwap<Vec<Arc<dyn Ties>>>,
    delays: delays::Delays,
    seed_key: factors::SeedKey,
    binding_key: factors::BindingKey,
    file_signer: tokio::sync::OnceCell<Arc<lgsp_platform::detached::FileSigner>>,
}

impl std::ops::Deref for Identity {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts identity on a running platform: the handle for the composition, and its routes.
///
/// # Errors
/// `identity.policy.invalid` when roles, permissions and policies do not fit: a bug.
pub fn start(platform: &Platform, setup: Setup) -> Result<(Identity, Running)> {
    let known = setup.permissions.iter().chain(roles::PERMISSIONS);
    let names = known
        .map(|permission| permission.name)
        .chain([roles::SELF, roles::SELF_SECURE]);
    let decider = Decider::new(setup.hierarchy.clone(), names)?.with_proof_rule(ProofRule {
        acr_min: setup.rules.privileged_acr_min,
        age_ms_max: setup.rules.privileged_age_max_ms,
    });
    let server = &platform.config.server;
    let issuer = issuer_of(&platform.config);
    let identity = Identity(Arc::new(Parts {
        platform: platform.clone(),
        hierarchy: setup.hierarchy,
        decider: Arc::new(decider),
        rules: setup.rules,
        hashes: password::pool::Pool::new(rules::HASHES_WAITING_MAX),
        breached: BreachedList::at(&platform.config.identity.breached_passwords),
        // Browsers come by the issuer's address or the public one; a proxy may speak TLS there.
        has_tls: !server.tls_certificate_file.is_empty()
            || server.public_url.starts_with("https://")
            || issuer.starts_with("https://"),
        options: std::sync::OnceLock::new(),
        password_source: std::sync::OnceLock::new(),
        mailer: std::sync::OnceLock::new(),
        app_passwords: std::sync::OnceLock::new(),
        themes: theme::Shelf::default(),
        issuer,
        sessions_changed: Arc::new(Notify::new()),
        tree_seen: std::sync::atomic::AtomicU64::new(u64::MAX),
        sweeping: tokio::sync::Mutex::default(),
        facts: std::sync::Mutex::default(),
        farewells: arc_swap::ArcSwap::default(),
        ties: arc_swap::ArcSwap::default(),
        delays: delays::Delays::default(),
        seed_key: factors::SeedKey::default(),
        binding_key: factors::BindingKey::default(),
        file_signer: tokio::sync::OnceCell::new(),
    }));
    people::owners::know_persons(&platform.registry, &platform.db);
    worker::start(&identity);
    platform.tasks.spawn_until_stopped(
        "access policies",
        access::policy::follow(platform.clone(), identity.decider.clone()),
    );
    let running = Running {
        api: routes::router(identity.clone()),
        pages: pages::router(identity.clone())
            .merge(routes::authzen::router(identity.clone()))
            .merge(routes::review_files::keys(identity.clone())),
        ..Running::default()
    };
    Ok((identity, running))
}

/// `identity.issuer`, else the public address, else the administration door.
fn issuer_of(config: &Config) -> String {
    let server = &config.server;
    let configured = [&config.identity.issuer, &server.public_url]
        .into_iter()
        .find(|address| !address.is_empty());
    let address = configured.cloned().unwrap_or_else(|| {
        let scheme = match server.tls_certificate_file.is_empty() {
            true => "http",
            false => "https",
        };
        format!("{scheme}://{}", server.admin_addr)
    });
    address.trim_end_matches('/').to_owned()
}

impl Identity {
    /// What the composition puts into each request of the administration door.
    #[must_use]
    pub fn ports(&self) -> Ports {
        Ports {
            authenticator: Arc::new(self.clone()),
            authorizer: self.decider.clone(),
            clock: self.platform.clock.clone(),
        }
    }

    /// Name of the province body, when the directory knows it.
    #[must_use]
    pub fn organisation(&self) -> Option<String> {
        self.hierarchy.name(&self.platform.config.province.code)
    }

    /// The agency tree.
    #[must_use]
    pub fn hierarchy(&self) -> &Arc<dyn AgencyHierarchy> {
        &self.hierarchy
    }

    /// Decides who may do what.
    #[must_use]
    pub fn decider(&self) -> &Arc<Decider> {
        &self.decider
    }

    /// The registry's rule that access policies fit the schema.
    #[must_use]
    pub fn policy_rule(&self) -> RegistryRule {
        access::policy::rule(self.decider.clone())
    }

    /// The numbers in force.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Password computations done since start, for metrics.
    #[must_use]
    pub fn hashes_done(&self) -> u64 {
        self.hashes.done()
    }
}
