//! A running identity over a temporary database and a small tree, and browsers before it.
//!
//! Owns: `World`, `each_database!`.
//! Not here: the browser (`testkit`), the tree (`tree.rs`), the steps of a
//! sign-in (`steps.rs`).

pub(crate) mod steps;
pub(crate) mod tree;

use std::{net::SocketAddr, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{Request, StatusCode},
};
use lgsp_identity::{
    Actor, Identity, Kind, NewAccount, Password, Rules, Setup,
    factors::policy::SecondFactor,
    module,
    rules::{SESSION_IDLE_MS, SESSION_LIFE_MS},
    start,
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::{Clock as _, ManualClock},
    config::Config,
    http::context::{RoleGrant, require_principal},
    module::Permission,
    registry::Labels,
};
use lgsp_testkit::{Answer, Browser, TestPlatform};
use tree::Tree;

/// Where the clock of tests stands at first: 2026-11-23 09:00 in Vietnam, a Monday.
pub(crate) const START: Timestamp = Timestamp(1_795_399_200_000);
pub(crate) const ADMIN: &str = "quan.tri";
pub(crate) const GOOD: &str = "Song-Dak-Bla-7!";
pub(crate) const OTHER: &str = "Nui-Ngoc-Linh-9?";
pub(crate) const WRONG: &str = "Thac-Pa-Sy-5*xx";

const LABELS: Labels = Labels { vi: "x", en: "x" };

/// Permissions of other modules, as the composition gives them.
pub(crate) const FOREIGN: &[&str] = &[
    "registry.resource.read",
    "registry.resource.write",
    "ledger.delivery.read",
    "ledger.delivery.redrive",
    "ledger.delivery.cancel",
    "journal.event.read",
    "journal.event.export",
    "journal.chain.verify",
    "catalogue.agency.read",
    "catalogue.code_list.read",
    "exchange.document.read",
    "exchange.document.send",
    "exchange.document.process",
    "exchange.document.resend",
    "exchange.body.read",
    "exchange.alarm.read",
    "exchange.alarm.acknowledge",
    "exchange.system.read",
    "exchange.system.write",
    "exchange.overview.read",
];

/// A running identity.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tree: Arc<Tree>,
    pub(crate) admin_token: String,
    router: Router,
}

/// Level 3 without second factor, forced change and delays: the clock of tests stands still.
pub(crate) fn plain_rules() -> Rules {
    Rules {
        second_factor_administrators: SecondFactor::Enrolled,
        change_first_password: false,
        failure_delay_ms: 0,
        privileged_acr_min: 1,
        admin_session_idle_ms: SESSION_IDLE_MS,
        admin_session_life_ms: SESSION_LIFE_MS,
        ..Rules::default()
    }
}

/// What the composition passes in: the foreign permissions.
pub(crate) fn foreign_permissions() -> Vec<Permission> {
    let permission = |name: &&'static str| Permission {
        name,
        labels: LABELS,
    };
    FOREIGN.iter().map(permission).collect()
}

impl World {
    /// With the rules of an installation whose people sign in with a password only.
    pub(crate) async fn start(made: &TestPlatform) -> Self {
        Self::start_with(made, plain_rules(), "").await
    }

    pub(crate) async fn start_with(made: &TestPlatform, rules: Rules, issuer: &str) -> Self {
        Self::start_by(made, rules, |config| {
            issuer.clone_into(&mut config.identity.issuer);
        })
        .await
    }

    /// One whose configuration is another one.
    pub(crate) async fn start_by(
        made: &TestPlatform,
        rules: Rules,
        change: impl FnOnce(&mut Config),
    ) -> Self {
        let mut config = made.config.clone();
        change(&mut config);
        let clock = made.clock.clone();
        let platform = Platform::start(config, clock.clone(), &[module().unwrap()])
            .await
            .unwrap();
        let mut world = Self::over(platform, clock, rules);
        let admin = world.identity.bootstrap_admin(ADMIN, password(GOOD));
        world.admin_token = admin.await.unwrap().token;
        world
    }

    /// A second node of the same installation.
    pub(crate) async fn node(&self, made: &TestPlatform, name: &str) -> Self {
        let platform = made.start_node(name, &[module().unwrap()]).await.unwrap();
        let mut world = Self::over(platform, made.clock.clone(), plain_rules());
        world.admin_token = self.admin_token.clone();
        world
    }

    /// The same installation, as if the program had been started anew.
    pub(crate) fn restarted(&self) -> Self {
        let mut world = Self::over(self.platform.clone(), self.clock.clone(), plain_rules());
        world.admin_token.clone_from(&self.admin_token);
        world
    }

    fn over(platform: Platform, clock: Arc<ManualClock>, rules: Rules) -> Self {
        let tree = Tree::province();
        let setup = Setup {
            hierarchy: tree.clone(),
            permissions: foreign_permissions(),
            rules,
        };
        let (identity, running) = start(&platform, setup).unwrap();
        let rules = vec![identity.policy_rule(), identity.theme_rule()];
        platform.registry.set_rules(rules);
        let registry = lgsp_platform::registry::routes::router(platform.registry.clone());
        let (api, _) = running.api.merge(registry).split_for_parts();
        // As the administration door does: strangers are refused before anything is read.
        let known = axum::middleware::from_fn_with_state(identity.ports(), require_principal);
        let router = Router::new()
            .nest("/api/v1", api.layer(known))
            .merge(running.pages)
            .layer(Extension(identity.ports()));
        Self {
            identity,
            platform,
            clock,
            tree,
            admin_token: String::new(),
            router,
        }
    }

    pub(crate) async fn stop(self) {
        self.platform.stop().await;
    }

    pub(crate) async fn send(&self, mut request: Request<Body>) -> Answer {
        let address: SocketAddr = "10.34.1.9:40000".parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(address));
        Answer::of(&self.router, request).await
    }

    /// The present of the test.
    pub(crate) fn identity_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn browser(&self) -> Browser {
        let mut browser = Browser::new(self.router.clone());
        self.identity.issuer().clone_into(&mut browser.origin);
        browser
    }

    /// A script with the administrator's token.
    pub(crate) fn admin(&self) -> Browser {
        self.with_token(&self.admin_token)
    }

    pub(crate) fn with_token(&self, token: &str) -> Browser {
        let mut browser = self.browser();
        browser.bearer = Some(token.to_owned());
        browser
    }

    /// Makes an account with roles; gives its id.
    pub(crate) async fn account(
        &self,
        username: &str,
        agency: &str,
        roles: &[(&str, &str)],
    ) -> String {
        self.account_of(Kind::Official, username, agency, roles)
            .await
    }

    pub(crate) async fn account_of(
        &self,
        kind: Kind,
        username: &str,
        agency: &str,
        roles: &[(&str, &str)],
    ) -> String {
        let new = NewAccount {
            username: username.to_owned(),
            display_name: format!("Người {username}"),
            email: None,
            agency: Some(agency.to_owned()),
            kind,
            password: Some(password(GOOD)),
            ..NewAccount::default()
        };
        let actor = Actor::command_line(self.clock.now());
        let account = self
            .identity
            .create_account(&actor, new, grants(roles))
            .await
            .unwrap();
        account.id.to_string()
    }

    /// Signs somebody in.
    pub(crate) async fn signed_in(&self, username: &str) -> Browser {
        let mut browser = self.browser();
        let answer = browser.sign_in(username, GOOD).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let me = browser.get("/api/v1/me").await;
        browser.csrf_token = me.json()["csrf_token"].as_str().unwrap().to_owned();
        browser
    }

    /// Actions in the journal about a subject, oldest first, with their results.
    pub(crate) async fn journal(&self, subject: &str) -> Vec<(String, String, String)> {
        let sql = "SELECT action, actor, result FROM journal_event WHERE subject = $1 ORDER BY id";
        let rows = self.platform.db.query_all(sql, vec![subject.into()]).await;
        let read = |row: &sea_orm::QueryResult| {
            (
                row.try_get("", "action").unwrap(),
                row.try_get("", "actor").unwrap(),
                row.try_get("", "result").unwrap(),
            )
        };
        rows.unwrap().iter().map(read).collect()
    }

    /// Runs SQL beside the program.
    pub(crate) async fn sql(&self, sql: &str) {
        let tx = self.platform.db.begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

pub(crate) fn password(text: &str) -> Password {
    Password::new(text.to_owned())
}

pub(crate) fn grants(roles: &[(&str, &str)]) -> Vec<RoleGrant> {
    let grant = |(role, agency): &(&str, &str)| RoleGrant {
        role: (*role).to_owned(),
        agency: (!agency.is_empty()).then(|| (*agency).to_owned()),
    };
    roles.iter().map(grant).collect()
}

/// Runs a test on SQLite, and on PostgreSQL when `LGSP_TEST_POSTGRES` names a server.
macro_rules! each_database {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test]
        async fn $name() {
            async fn test($world: &$crate::kit::World) $body
            lgsp_testkit::each_database(|made| async move {
                let world = $crate::kit::World::start(&made).await;
                test(&world).await;
                world.stop().await;
            })
            .await;
        }
    )* };
}
pub(crate) use each_database;
