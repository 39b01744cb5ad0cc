//! A running sign-on service over a temporary database, and browsers before it.
//!
//! Owns: `World`, `Browser`, `Answer`, `each_database!`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use lgsp_identity::{
    Account, Actor, AgencyHierarchy, Identity, Kind, NewAccount, Password, Person, Rules, Setup,
    factors::policy::SecondFactor,
};
use lgsp_platform::{
    Platform,
    clock::{Clock as _, ManualClock},
    config::Config,
    journal::{Class, Event},
    registry::{Change, Manifest},
};
use lgsp_testkit::TestPlatform;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const ISSUER: &str = "https://idp.test";
pub(crate) const ADMIN: &str = "quan.tri";
pub(crate) const PERSON: &str = "lan.tran";
/// How long a test waits for what a task does by itself; far more than it needs.
const PATIENCE: Duration = Duration::from_secs(30);
/// How far the clock goes between two looks, and how long the task has for it.
const STEP_MS: i64 = 200;
const PAUSE: Duration = Duration::from_millis(5);
pub(crate) const PASSWORD: &str = "Song-Dak-Bla-7!";

/// A province with one department.
struct Tree;

impl AgencyHierarchy for Tree {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let above = (agency == "H34.01").then(|| "H34".to_owned());
        above.into_iter().collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        matches!(agency, "H34" | "H34.01").then(|| format!("Cơ quan {agency}"))
    }

    fn version(&self) -> u64 {
        1
    }
}

fn modules() -> [lgsp_platform::Module; 2] {
    [
        lgsp_identity::module().unwrap(),
        lgsp_sso::module().unwrap(),
    ]
}

/// Identity and sign-on over a platform.
async fn serve(platform: &Platform) -> (Identity, Router) {
    let setup = Setup {
        hierarchy: Arc::new(Tree),
        permissions: [
            lgsp_platform::registry::routes::PERMISSIONS,
            lgsp_sso::PERMISSIONS.as_slice(),
        ]
        .concat(),
        // People of tests sign in with a first password and nothing else, at once.
        rules: Rules {
            second_factor_administrators: SecondFactor::Enrolled,
            change_first_password: false,
            failure_delay_ms: 0,
            ..Rules::default()
        },
    };
    let (identity, running) = lgsp_identity::start(platform, setup).unwrap();
    let sso = lgsp_sso::start(platform, &identity).await.unwrap();
    let registry = lgsp_platform::registry::routes::router(platform.registry.clone());
    let (api, _) = running.api.merge(sso.api).merge(registry).split_for_parts();
    let address: SocketAddr = "10.34.1.9:40000".parse().unwrap();
    let router = Router::new()
        .nest("/api/v1", api)
        .merge(running.pages)
        .merge(sso.pages)
        .layer(Extension(identity.ports()))
        .layer(Extension(ConnectInfo(address)));
    (identity, router)
}

/// A running sign-on service.
pub(crate) struct World {
    pub(crate) identity: Identity,
    pub(crate) platform: Platform,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) admin_token: String,
    pub(crate) person: Account,
    router: Router,
}

impl World {
    pub(crate) async fn start(made: &TestPlatform) -> Self {
        Self::start_at(made, ISSUER).await
    }

    pub(crate) async fn start_at(made: &TestPlatform, issuer: &str) -> Self {
        Self::start_with(made, |config| config.identity.issuer = issuer.to_owned()).await
    }

    /// One whose configuration is another one.
    pub(crate) async fn start_with(made: &TestPlatform, change: impl FnOnce(&mut Config)) -> Self {
        // Another test of this process may have been faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut config = made.config.clone();
        config.identity.issuer = ISSUER.to_owned();
        change(&mut config);
        let platform = Platform::start(config, made.clock.clone(), &modules())
            .await
            .unwrap();
        let (identity, router) = serve(&platform).await;
        let password = || Password::new(PASSWORD.to_owned());
        let admin = identity.bootstrap_admin(ADMIN, password()).await.unwrap();
        let new = NewAccount {
            username: PERSON.to_owned(),
            display_name: "Trần Thị Lan".to_owned(),
            email: Some("lan.tran@h34.example".to_owned()),
            agency: Some("H34.01".to_owned()),
            kind: Kind::Official,
            password: Some(password()),
            person: Person {
                given_name: Some("Lan".to_owned()),
                family_name: Some("Trần Thị".to_owned()),
                phone: Some("+84 260 3862 001".to_owned()),
                position: Some("Chuyên viên".to_owned()),
            },
            source: None,
            external_id: None,
            valid_from: None,
            valid_until: None,
            is_invited: false,
            owner: None,
            document: None,
        };
        let actor = Actor::command_line(made.clock.now());
        let person = identity
            .create_account(&actor, new, Vec::new())
            .await
            .unwrap();
        Self {
            identity,
            platform,
            clock: made.clock.clone(),
            admin_token: admin.token,
            person,
            router,
        }
    }

    /// A second node of the same installation, which has a `PostgreSQL` and this issuer.
    pub(crate) async fn node(&self, made: &TestPlatform) -> Self {
        let platform = made.start_node("second", &modules()).await.unwrap();
        let (identity, router) = serve(&platform).await;
        Self {
            identity,
            platform,
            clock: made.clock.clone(),
            admin_token: self.admin_token.clone(),
            person: self.person.clone(),
            router,
        }
    }

    /// Whether something becomes true while the clock goes on.
    pub(crate) async fn soon(&self, look: impl AsyncFn() -> bool) -> bool {
        let ends = Instant::now() + PATIENCE;
        while !look().await {
            if Instant::now() >= ends {
                return false;
            }
            self.clock.advance_ms(STEP_MS);
            tokio::time::sleep(PAUSE).await;
        }
        true
    }

    pub(crate) async fn stop(self) {
        self.platform.stop().await;
    }

    pub(crate) fn pass_s(&self, seconds: i64) {
        self.clock.advance_ms(seconds * 1_000);
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A call without a browser.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let method: Method = method.parse().unwrap();
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    /// A form without a browser.
    pub(crate) async fn form(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        fields: &[(&str, &str)],
    ) -> Answer {
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        self.call("POST", path, &all, &form(fields)).await
    }

    /// The administrator's token as a header.
    pub(crate) fn admin(&self) -> String {
        format!("Bearer {}", self.admin_token)
    }

    /// Makes or replaces a client.
    pub(crate) async fn put_client(&self, name: &str, spec: Value) {
        let change = Change::Put {
            manifest: Manifest {
                kind: "oidc-client".to_owned(),
                name: name.to_owned(),
                agency: Some("H34.01".to_owned()),
                spec,
            },
            base_revision: None,
        };
        let now = self.clock.now();
        let event = Event::new(
            Class::Audit,
            now,
            "test",
            "resource.updated",
            ("oidc-client", name),
        );
        self.platform
            .registry
            .change(vec![change], "test", now, vec![event])
            .await
            .unwrap();
    }

    /// Gives a client a secret.
    pub(crate) async fn secret(&self, client: &str) -> String {
        let admin = self.admin();
        let headers = [
            ("authorization", admin.as_str()),
            ("content-type", "application/json"),
        ];
        let path = format!("/api/v1/oidc-clients/{client}/secrets");
        let answer = self.call("POST", &path, &headers, "{}").await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
        answer.json()["secret"].as_str().unwrap().to_owned()
    }

    pub(crate) fn browser(&self) -> Browser<'_> {
        Browser {
            world: self,
            cookies: BTreeMap::new(),
        }
    }

    /// A browser in which the person is signed on.
    pub(crate) async fn signed_on(&self) -> Browser<'_> {
        let mut browser = self.browser();
        let answer = browser.sign_in("/").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        browser
    }

    /// How often the journal has an action.
    pub(crate) async fn journal_count(&self, action: &str) -> i64 {
        let sql = "SELECT COUNT(*) AS n FROM journal_event WHERE action = $1";
        let row = self.platform.db.query_one(sql, vec![action.into()]).await;
        row.unwrap().unwrap().try_get("", "n").unwrap()
    }
}

pub(crate) fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = fields
        .iter()
        .map(|(name, value)| format!("{name}={}", encode(value)))
        .collect();
    pairs.join("&")
}

/// A received answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        self.header("location")
    }

    /// A parameter of the address to which it sends.
    pub(crate) fn param(&self, name: &str) -> Option<String> {
        let (_, query) = self.location().split_once('?')?;
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let found = pairs.clone().find(|(known, _)| *known == name);
        found.map(|(_, value)| decode(value))
    }

    /// Status and error code of the protocol.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let code = self.json()["error"].as_str().unwrap_or_default().to_owned();
        (self.status.as_u16(), code)
    }

    /// The value of a hidden field.
    pub(crate) fn hidden(&self, name: &str) -> String {
        let mark = format!("name=\"{name}\" value=\"");
        let (_, rest) = self.text.split_once(&mark).unwrap_or_default();
        rest.split('"').next().unwrap_or_default().to_owned()
    }
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(&tail[..2]).unwrap();
            bytes.push(u8::from_str_radix(digits, 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(*first);
            rest = tail;
        }
    }
    String::from_utf8(bytes).unwrap()
}

/// Keeps cookies like a browser.
pub(crate) struct Browser<'a> {
    world: &'a World,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl Browser<'_> {
    async fn send(&mut self, method: Method, path: &str, body: String) -> Answer {
        let path = path.strip_prefix(ISSUER).unwrap_or(path);
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookies.is_empty() {
            let pairs: Vec<_> = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            request = request.header(header::COOKIE, pairs.join("; "));
        }
        let request = request
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
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
        self.send(Method::GET, path, String::new()).await
    }

    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, form(fields)).await
    }

    /// Fills in the sign-in form; the answer goes to `next`.
    pub(crate) async fn sign_in(&mut self, next: &str) -> Answer {
        let page = self.get("/sign-in?again=1").await;
        let csrf = page.hidden("csrf");
        let fields = [
            ("username", PERSON),
            ("password", PASSWORD),
            ("next", next),
            ("csrf", &csrf),
        ];
        self.post("/sign-in", &fields).await
    }

    /// Follows an authorisation through sign-on and consent until it leaves this site.
    pub(crate) async fn follow(&mut self, start: &str) -> Answer {
        let mut answer = self.get(start).await;
        for _ in 0..8 {
            let location = answer.location().to_owned();
            if location.starts_with("/sign-in") {
                let next = answer.param("next").unwrap();
                answer = self.sign_in(&next).await;
            } else if location.starts_with("/oauth2/authorize/consent") {
                let page = self.get(&location).await;
                let fields = [
                    ("tx", page.hidden("tx")),
                    ("csrf_token", page.hidden("csrf_token")),
                    ("decision", "allow".to_owned()),
                ];
                let fields: Vec<(&str, &str)> = fields
                    .iter()
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                answer = self.post("/oauth2/authorize/consent", &fields).await;
            } else if location.starts_with('/') {
                answer = self.get(&location).await;
            } else {
                return answer;
            }
        }
        answer
    }
}

/// A web application of the province.
pub(crate) fn web_app() -> Value {
    json!({
        "name": "Một cửa điện tử", "redirect_uris": ["https://app.test/cb"],
        "post_logout_redirect_uris": ["https://app.test/bye"],
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": ["openid", "profile", "email", "org", "offline_access"],
        "first_party": true,
    })
}

/// Runs a test on SQLite, and on PostgreSQL when a server is named.
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
