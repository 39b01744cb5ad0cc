//! A running identity over a temporary database, a small tree, and a browser.
//!
//! Owns: `World`, `Browser`, `each_database!`.
//! The tree: H34 above H34.01 and H34.02; H34.01.05 below H34.01.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use lgsp_identity::{
    Actor, AgencyHierarchy, Identity, Kind, NewAccount, Password, Rules, Setup,
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
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const START: Timestamp = Timestamp(1_795_000_000_000);
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

/// An agency tree that tests change by hand.
pub(crate) struct Tree {
    parents: RwLock<BTreeMap<String, Option<String>>>,
    version: AtomicU64,
}

impl Tree {
    pub(crate) fn province() -> Arc<Self> {
        let tree = Self {
            parents: RwLock::default(),
            version: AtomicU64::new(0),
        };
        tree.put("H34", None);
        tree.put("H34.01", Some("H34"));
        tree.put("H34.01.05", Some("H34.01"));
        tree.put("H34.02", Some("H34"));
        Arc::new(tree)
    }

    pub(crate) fn put(&self, code: &str, parent: Option<&str>) {
        let mut parents = self.parents.write().unwrap();
        parents.insert(code.to_owned(), parent.map(str::to_owned));
        self.version.fetch_add(1, Ordering::SeqCst);
    }
}

impl AgencyHierarchy for Tree {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let parents = self.parents.read().unwrap();
        let above = |code: &String| parents.get(code).cloned().flatten();
        std::iter::successors(above(&agency.to_owned()), above).collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        let parents = self.parents.read().unwrap();
        parents
            .contains_key(agency)
            .then(|| format!("Cơ quan {agency}"))
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }
}

/// A running identity.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tree: Arc<Tree>,
    pub(crate) admin_token: String,
    router: Router,
    _dir: tempfile::TempDir,
    drop_database: Option<(String, String)>,
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
    pub(crate) async fn start(database_url: Option<String>) -> Self {
        Self::start_with(database_url, plain_rules(), "").await
    }

    pub(crate) async fn start_with(
        database_url: Option<String>,
        rules: Rules,
        issuer: &str,
    ) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data_dir = dir.path().to_path_buf();
        issuer.clone_into(&mut config.identity.issuer);
        let mut drop_database = None;
        if let Some(url) = database_url {
            let (own, name) = create_database(&url).await;
            config.database.url = own;
            drop_database = Some((url, name));
        }
        let clock = Arc::new(ManualClock::new(START));
        let platform = Platform::start(config, clock.clone(), &[module().unwrap()])
            .await
            .unwrap();
        let tree = Tree::province();
        let setup = Setup {
            hierarchy: tree.clone(),
            permissions: foreign_permissions(),
            rules,
        };
        let (identity, running) = start(&platform, setup).unwrap();
        platform.registry.set_rules(vec![identity.policy_rule()]);
        let registry = lgsp_platform::registry::routes::router(platform.registry.clone());
        let (api, _) = running.api.merge(registry).split_for_parts();
        // As the administration door does: strangers are refused before anything is read.
        let known = axum::middleware::from_fn_with_state(identity.ports(), require_principal);
        let address: SocketAddr = "10.34.1.9:40000".parse().unwrap();
        let router = Router::new()
            .nest("/api/v1", api.layer(known))
            .merge(running.pages)
            .layer(Extension(identity.ports()))
            .layer(Extension(ConnectInfo(address)));
        let made = identity
            .bootstrap_admin(ADMIN, password(GOOD))
            .await
            .unwrap();
        Self {
            identity,
            platform,
            clock,
            tree,
            admin_token: made.token,
            router,
            _dir: dir,
            drop_database,
        }
    }

    pub(crate) async fn stop(self) {
        self.platform.stop().await;
        if let Some((url, name)) = self.drop_database {
            let server = sea_orm::Database::connect(url).await.unwrap();
            let sql = format!("DROP DATABASE {name} WITH (FORCE)");
            sea_orm::ConnectionTrait::execute_unprepared(&server, &sql)
                .await
                .unwrap();
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        Answer::read(response).await
    }

    /// The present of the test.
    pub(crate) fn identity_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookies: BTreeMap::new(),
            csrf_token: String::new(),
            bearer: None,
            acts_for: None,
        }
    }

    /// A script with the administrator's token.
    pub(crate) fn admin(&self) -> Browser<'_> {
        self.with_token(&self.admin_token)
    }

    pub(crate) fn with_token(&self, token: &str) -> Browser<'_> {
        Browser {
            bearer: Some(token.to_owned()),
            ..self.browser()
        }
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
    pub(crate) async fn signed_in(&self, username: &str) -> Browser<'_> {
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

async fn create_database(url: &str) -> (String, String) {
    let server = sea_orm::Database::connect(url).await.unwrap();
    let name = format!("identity_{}", uuid::Uuid::now_v7().simple());
    sea_orm::ConnectionTrait::execute_unprepared(&server, &format!("CREATE DATABASE {name}"))
        .await
        .unwrap();
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (server, _) = address.rsplit_once('/').unwrap();
    let query = if query.is_empty() {
        String::new()
    } else {
        format!("?{query}")
    };
    (format!("{server}/{name}{query}"), name)
}

/// A received answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Status and error id, the way tests compare refusals.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    /// Ids of the broken rules, each with its field.
    pub(crate) fn broken(&self) -> Vec<(String, String)> {
        let errors = self.json()["errors"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let text = |error: &Value, key: &str| error[key].as_str().unwrap().to_owned();
        errors
            .iter()
            .map(|error| (text(error, "pointer"), text(error, "code")))
            .collect()
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&mark).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

/// Keeps cookies like a browser, or carries a token like a script.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf_token: String,
    pub(crate) bearer: Option<String>,
    /// For whom it acts.
    pub(crate) acts_for: Option<String>,
}

impl Browser<'_> {
    pub(crate) async fn send(
        &mut self,
        method: Method,
        path: &str,
        kind: &str,
        body: String,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some(name) = &self.acts_for {
            request = request.header("x-on-behalf-of", name);
        }
        if !self.csrf_token.is_empty() {
            request = request.header("x-csrf-token", &self.csrf_token);
        }
        let request = request
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        let answer = self.world.send(request).await;
        for cookie in answer.headers.get_all(header::SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (pair, rest) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        answer
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, "text/plain", String::new())
            .await
    }

    pub(crate) async fn json(&mut self, method: &str, path: &str, body: Value) -> Answer {
        let method = method.parse().unwrap();
        self.send(method, path, "application/json", body.to_string())
            .await
    }

    pub(crate) async fn post_form(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let encode =
            |text: &str| -> String { text.bytes().map(|byte| format!("%{byte:02X}")).collect() };
        let pairs: Vec<_> = fields
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        let kind = "application/x-www-form-urlencoded";
        self.send(Method::POST, path, kind, pairs.join("&")).await
    }

    /// Opens the page, fills in the form, sends it.
    pub(crate) async fn sign_in(&mut self, username: &str, password: &str) -> Answer {
        self.sign_in_to(username, password, "/").await
    }

    pub(crate) async fn sign_in_to(
        &mut self,
        username: &str,
        password: &str,
        next: &str,
    ) -> Answer {
        let page = self.get("/sign-in").await;
        let csrf = page.hidden("csrf");
        let fields = [
            ("username", username),
            ("password", password),
            ("next", next),
            ("csrf", &csrf),
        ];
        self.post_form("/sign-in", &fields).await
    }
}

/// Runs a test on SQLite, and on PostgreSQL when `LGSP_TEST_POSTGRES` names a server.
macro_rules! each_database {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test]
        async fn $name() {
            async fn test($world: &$crate::kit::World) $body
            let postgres = std::env::var("LGSP_TEST_POSTGRES").ok();
            for url in [None].into_iter().chain(postgres.map(Some)) {
                let world = $crate::kit::World::start(url).await;
                test(&world).await;
                world.stop().await;
            }
        }
    )* };
}
pub(crate) use each_database;
