//! Running identity and sign-on over a temporary database, and a browser.
//!
//! Owns: `World`, `Browser`, `each_database!`.
//! The tree: H34 above H34.01 and H34.02; H34.01.05 below H34.01.

use std::{collections::BTreeMap, net::SocketAddr, sync::Arc};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, Response, StatusCode, header},
};
use http_body_util::BodyExt as _;
use lgsp_identity::{
    Account, Actor, AgencyHierarchy, Identity, Kind, NewAccount, Password, Rules, Setup,
    factors::policy::SecondFactor,
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::{Clock as _, ManualClock},
    config::Config,
    http::context::RoleGrant,
    journal::{Class, Event},
    module::Permission,
    registry::{Change, Labels, Manifest},
};
use serde_json::Value;
use tower::ServiceExt as _;

pub(crate) const START: Timestamp = Timestamp(1_795_000_000_000);
pub(crate) const ADMIN: &str = "quan.tri";
pub(crate) const GOOD: &str = "Song-Dak-Bla-7!";

/// Permissions of other modules that roles name.
const FOREIGN: &[&str] = &[
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

struct Tree;

impl AgencyHierarchy for Tree {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let above = |code: &String| code.rsplit_once('.').map(|(above, _)| above.to_owned());
        std::iter::successors(above(&agency.to_owned()), above).collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        let known = ["H34", "H34.01", "H34.02", "H34.01.05"];
        known.contains(&agency).then(|| format!("Cơ quan {agency}"))
    }

    fn version(&self) -> u64 {
        1
    }
}

/// Running identity and sign-on.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) admin_token: String,
    router: Router,
    _dir: tempfile::TempDir,
    drop_database: Option<(String, String)>,
}

impl World {
    pub(crate) async fn start(database_url: Option<String>) -> Self {
        // A second installation is refused, which is as good as the first.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let dir = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data_dir = dir.path().to_path_buf();
        let mut drop_database = None;
        if let Some(url) = database_url {
            let (own, name) = create_database(&url).await;
            config.database.url = own;
            drop_database = Some((url, name));
        }
        let clock = Arc::new(ManualClock::new(START));
        let modules = [
            lgsp_identity::module().unwrap(),
            lgsp_sso::module().unwrap(),
        ];
        let platform = Platform::start(config, clock.clone(), &modules)
            .await
            .unwrap();
        let foreign = FOREIGN.iter().map(|name| Permission {
            name,
            labels: Labels { vi: "x", en: "x" },
        });
        let setup = Setup {
            hierarchy: Arc::new(Tree),
            permissions: foreign
                .chain(lgsp_sso::PERMISSIONS.iter().copied())
                .collect(),
            // People of tests sign in with a first password and nothing else, at once.
            rules: Rules {
                second_factor_administrators: SecondFactor::Enrolled,
                change_first_password: false,
                failure_delay_ms: 0,
                ..Rules::default()
            },
        };
        let (identity, identity_running) = lgsp_identity::start(&platform, setup).unwrap();
        let sso_running = lgsp_sso::start(&platform, &identity).await.unwrap();
        let (api, _) = identity_running
            .api
            .merge(sso_running.api)
            .split_for_parts();
        let address: SocketAddr = "10.34.1.9:40000".parse().unwrap();
        let router = Router::new()
            .nest("/api/v1", api)
            .merge(identity_running.pages)
            .merge(sso_running.pages)
            .layer(Extension(identity.ports()))
            .layer(Extension(ConnectInfo(address)));
        let password = Password::new(GOOD.to_owned());
        let made = identity.bootstrap_admin(ADMIN, password).await.unwrap();
        Self {
            identity,
            platform,
            clock,
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

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookies: BTreeMap::new(),
            csrf_token: String::new(),
            bearer: None,
            headers: Vec::new(),
        }
    }

    /// A script with the administrator's token.
    pub(crate) fn admin(&self) -> Browser<'_> {
        Browser {
            bearer: Some(self.admin_token.clone()),
            ..self.browser()
        }
    }

    /// Makes an account of a person with roles.
    pub(crate) async fn account(
        &self,
        kind: Kind,
        username: &str,
        agency: &str,
        roles: &[(&str, &str)],
    ) -> Account {
        let new = NewAccount {
            username: username.to_owned(),
            display_name: format!("Người {username}"),
            agency: Some(agency.to_owned()),
            kind,
            password: Some(Password::new(GOOD.to_owned())),
            ..NewAccount::default()
        };
        let grants = roles.iter().map(|(role, agency)| RoleGrant {
            role: (*role).to_owned(),
            agency: (!agency.is_empty()).then(|| (*agency).to_owned()),
        });
        let actor = Actor::command_line(self.clock.now());
        let made = self.identity.create_account(&actor, new, grants.collect());
        made.await.unwrap()
    }

    /// Signs somebody in with a password.
    pub(crate) async fn signed_in(&self, username: &str) -> Browser<'_> {
        let mut browser = self.browser();
        let answer = browser.sign_in(username, "/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser.read_csrf_token().await;
        browser
    }

    /// Puts a resource.
    pub(crate) async fn put(&self, kind: &str, name: &str, spec: Value) {
        let manifest = Manifest {
            kind: kind.to_owned(),
            name: name.to_owned(),
            agency: None,
            spec,
        };
        let change = Change::Put {
            manifest,
            base_revision: None,
        };
        let now = self.clock.now();
        let event = Event::new(Class::Audit, now, "test", "resource.saved", (kind, name));
        let registry = &self.platform.registry;
        let done = registry
            .change(vec![change], "test", now, vec![event])
            .await;
        done.unwrap();
    }

    /// Actions in the journal about a subject, oldest first.
    pub(crate) async fn journal(&self, subject: &str) -> Vec<String> {
        let sql = "SELECT action FROM journal_event WHERE subject = $1 ORDER BY id";
        let rows = self.platform.db.query_all(sql, vec![subject.into()]).await;
        let rows = rows.unwrap();
        rows.iter()
            .map(|row| row.try_get("", "action").unwrap())
            .collect()
    }

    /// The first value of a query, as a number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let row = self.platform.db.query_one(sql, vec![]).await.unwrap();
        row.unwrap().try_get_by_index(0).unwrap()
    }
}

async fn create_database(url: &str) -> (String, String) {
    let server = sea_orm::Database::connect(url).await.unwrap();
    let name = format!("sso_{}", uuid::Uuid::now_v7().simple());
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

    /// Where a redirect goes; the whole answer otherwise, so that a failed test says why.
    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        self.header("location")
    }

    /// Status and error id, the way tests compare refusals.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["code"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
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
    pub(crate) world: &'a World,
    pub(crate) cookies: BTreeMap<String, String>,
    pub(crate) csrf_token: String,
    pub(crate) bearer: Option<String>,
    /// Further headers of each request.
    pub(crate) headers: Vec<(&'static str, &'static str)>,
}

impl Browser<'_> {
    async fn send(&mut self, method: Method, path: &str, kind: &str, body: String) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookies.is_empty() {
            let pairs = self.cookies.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        if !self.csrf_token.is_empty() {
            request = request.header("x-csrf-token", &self.csrf_token);
        }
        for (name, value) in &self.headers {
            request = request.header(*name, *value);
        }
        if let Some(token) = &self.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request
            .header(header::CONTENT_TYPE, kind)
            .body(Body::from(body))
            .unwrap();
        let response = self.world.router.clone().oneshot(request).await.unwrap();
        let answer = Answer::read(response).await;
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

    /// Opens the sign-in page, fills in its form, sends it.
    pub(crate) async fn sign_in(&mut self, username: &str, next: &str) -> Answer {
        let csrf = self.get("/sign-in?again=1").await.hidden("csrf");
        let fields = [
            ("username", username),
            ("password", GOOD),
            ("next", next),
            ("csrf", &csrf),
        ];
        self.post_form("/sign-in", &fields).await
    }

    /// Who is signed in; nobody when the answer is a refusal.
    pub(crate) async fn username(&mut self) -> Option<String> {
        let me = self.get("/api/v1/me").await;
        (me.status == StatusCode::OK).then(|| me.json()["username"].as_str().unwrap().to_owned())
    }

    /// Sends the session's token with each change from now on.
    pub(crate) async fn read_csrf_token(&mut self) {
        let me = self.get("/api/v1/me").await.json();
        self.csrf_token = me["csrf_token"].as_str().unwrap().to_owned();
    }
}

/// Runs a test on SQLite, and on PostgreSQL when `LGSP_TEST_POSTGRES` names a server.
macro_rules! each_database {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test]
        async fn $name() {
            async fn test($world: &$crate::upstream::kit::World) $body
            let postgres = std::env::var("LGSP_TEST_POSTGRES").ok();
            for url in [None].into_iter().chain(postgres.map(Some)) {
                let world = $crate::upstream::kit::World::start(url).await;
                test(&world).await;
                world.stop().await;
            }
        }
    )* };
}
pub(crate) use each_database;
