//! A province with people, groups and applications, its LDAP face open on a loopback port.
//!
//! Owns: `World`, running Debian's LDAP programs against it.

use std::{process::Command, sync::Arc};

use axum::{Extension, Router};
use lgsp_directory::{Directory, ldap::apps::secrets};
use lgsp_identity::{
    Account, Actor, CatalogueHierarchy, Identity, Kind, NewAccount, NewGroup, Password, Person,
    Rules, Setup,
};
use lgsp_platform::{
    Platform,
    clock::{Clock as _, ManualClock},
    config::Config,
    journal::{Class, Event},
    registry::{Change, Manifest},
};
use lgsp_testkit::{Browser, TestPlatform, interop, totp};
use serde_json::json;

pub(crate) const BASE: &str = "dc=h34,dc=gov,dc=vn";
pub(crate) const GOOD: &str = "Song-Dak-Bla-7!";
pub(crate) const OTHER: &str = "Nui-Ngoc-Linh-9?";
pub(crate) const WRONG: &str = "Thac-Pa-Sy-5*xx";

/// A running directory.
pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) directory: Directory,
    pub(crate) clock: Arc<ManualClock>,
    /// Secrets of the applications `all`, `office` and `officials`.
    pub(crate) secrets: [String; 3],
    /// `ldap://127.0.0.1:…`.
    pub(crate) url: String,
    /// Token of an administrator.
    token: String,
    router: Router,
}

/// Runs a test in a world on each database.
macro_rules! worlds {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            lgsp_testkit::each_database(|test| async move {
                let started = $crate::ldap::kit::World::start(&test).await;
                let $world = &started;
                $body
                started.platform.stop().await;
            })
            .await;
        }
    )* };
}
pub(crate) use worlds;

pub(crate) fn person(username: &str) -> String {
    format!("uid={username},ou=people,{BASE}")
}

pub(crate) fn app(name: &str) -> String {
    format!("cn={name},ou=apps,{BASE}")
}

impl World {
    pub(crate) async fn start(test: &TestPlatform) -> Self {
        Self::start_with(test, |_| {}).await
    }

    pub(crate) async fn start_with(test: &TestPlatform, change: impl FnOnce(&mut Config)) -> Self {
        Self::start_by(test, change, Rules::default()).await
    }

    /// By other rules than those of level 3.
    pub(crate) async fn start_by(
        test: &TestPlatform,
        change: impl FnOnce(&mut Config),
        rules: Rules,
    ) -> Self {
        let modules = [
            lgsp_catalogue::module().unwrap(),
            lgsp_identity::module().unwrap(),
            lgsp_directory::module().unwrap(),
        ];
        let mut config = test.config.clone();
        config.ldap.listen = "127.0.0.1:0".to_owned();
        change(&mut config);
        let platform = Platform::start(config, test.clock.clone(), &modules)
            .await
            .unwrap();
        let (catalogue, _) = lgsp_catalogue::start(&platform);
        let setup = Setup {
            hierarchy: Arc::new(CatalogueHierarchy::new(
                catalogue.clone(),
                platform.clock.clone(),
            )),
            permissions: modules
                .iter()
                .flat_map(|module| module.permissions.iter().copied())
                .collect(),
            rules: Rules {
                failure_delay_ms: 0,
                ..rules
            },
        };
        let (identity, identity_runs) = lgsp_identity::start(&platform, setup).unwrap();
        let mut manifests = lgsp_catalogue::seed::demo_manifests().unwrap();
        manifests.extend(apps());
        put(&platform, manifests).await;
        catalogue.follow(&platform.registry.snapshot());
        let (directory, running) = lgsp_directory::start(&platform, &catalogue, &identity)
            .await
            .unwrap();
        let (api, _) = running.api.merge(identity_runs.api).split_for_parts();
        let router = Router::new()
            .nest("/api/v1", api)
            .merge(identity_runs.pages)
            .layer(Extension(identity.ports()));
        let admin = identity
            .bootstrap_admin("admin", Password::new(GOOD.to_owned()))
            .await
            .unwrap();
        let address = directory.ldap_addresses().plain.unwrap();
        let mut world = Self {
            platform,
            identity,
            directory,
            clock: test.clock.clone(),
            secrets: Default::default(),
            url: format!("ldap://{address}"),
            token: admin.token,
            router,
        };
        world.people().await;
        for (place, name) in ["all", "office", "officials"].into_iter().enumerate() {
            let actor = world.actor();
            world.secrets[place] = secrets::issue_app_secret(&world.platform, &actor, name)
                .await
                .unwrap();
        }
        world
    }

    /// Calls the API with the administrator's token; status and body.
    pub(crate) async fn call(
        &self,
        method: &str,
        path: &str,
        body: Option<serde_json::Value>,
    ) -> (u16, serde_json::Value) {
        let mut script = self.browser();
        script.bearer = Some(self.token.clone());
        let body = body.map_or_else(String::new, |body| body.to_string());
        let (method, path) = (method.parse().unwrap(), format!("/api/v1{path}"));
        let answer = script.send(method, &path, "application/json", body).await;
        let read = serde_json::from_str(&answer.text).unwrap_or_default();
        (answer.status.as_u16(), read)
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(self.router.clone())
    }

    /// Somebody signs in, changes the first password to [`OTHER`] and enrols a second factor;
    /// gives its identifier and the browser.
    pub(crate) async fn with_second_factor(&self, username: &str) -> (String, Browser) {
        let mut browser = self.browser();
        browser.sign_in(username, GOOD).await;
        let page = browser.get("/sign-in/step").await;
        let fields = [("new", OTHER), ("repeat", OTHER)];
        let done = browser.submit("/sign-in/password", &page, &fields).await;
        assert_eq!(done.location(), "/", "{}", done.text);
        let me = browser.get("/api/v1/me").await.json();
        browser.csrf_token = me["csrf_token"].as_str().unwrap().to_owned();
        let path = "/api/v1/me/factors/totp";
        let begun = browser.json("POST", path, json!({})).await.json();
        let id = begun["id"].as_str().unwrap().to_owned();
        let secret = begun["secret"].as_str().unwrap();
        let code = totp::code(secret, self.clock.now().0);
        let path = format!("{path}/{id}/confirm");
        let done = browser.json("POST", &path, json!({ "code": code })).await;
        assert!(done.status.is_success(), "{}", done.text);
        (id, browser)
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::named("test", None, self.clock.now())
    }

    /// Officials of two agencies, an administrator, a service account, two groups.
    async fn people(&self) {
        let office = "H34.01";
        let an = self
            .make("van.an", "Nguyễn Văn An", (Kind::Official, office))
            .await;
        let binh = self
            .make("thu.binh", "Trần Thu Bình", (Kind::Official, "H34.02"))
            .await;
        self.make("quan.tri", "Lê Quản Trị", (Kind::Administrator, office))
            .await;
        self.make("dich.vu", "Dịch vụ (báo cáo)", (Kind::Service, office))
            .await;
        self.group("Văn thư", None, &[&an, &binh]).await;
        self.group("Tổ tin học", Some(office), &[&an]).await;
    }

    pub(crate) async fn make(
        &self,
        username: &str,
        name: &str,
        (kind, agency): (Kind, &str),
    ) -> Account {
        let new = NewAccount {
            username: username.to_owned(),
            display_name: name.to_owned(),
            email: Some(format!("{username}@h34.gov.vn")),
            agency: Some(agency.to_owned()),
            kind,
            password: kind.is_person().then(|| Password::new(GOOD.to_owned())),
            person: Person {
                phone: Some("0260 3862 001".to_owned()),
                position: Some("Chuyên viên".to_owned()),
                ..Person::default()
            },
            ..NewAccount::default()
        };
        self.identity
            .create_account(&self.actor(), new, Vec::new())
            .await
            .unwrap()
    }

    async fn group(&self, name: &str, agency: Option<&str>, members: &[&Account]) {
        let new = NewGroup {
            name: name.to_owned(),
            agency: agency.map(str::to_owned),
            ..NewGroup::default()
        };
        let actor = self.actor();
        let group = self.identity.create_group(&actor, new).await.unwrap();
        let ids: Vec<_> = members.iter().map(|account| account.id).collect();
        self.identity
            .change_members(&actor, &group, &ids, &[])
            .await
            .unwrap();
    }

    /// Runs a program of Debian's `ldap-utils`; status and both outputs. `None` when missing.
    pub(crate) async fn run(&self, program: &str, arguments: &[&str]) -> Option<Answer> {
        let mut command = interop::debian(program)?;
        command.env("LDAPNOINIT", "1").args(["-H", &self.url, "-x"]);
        command.args(arguments);
        Some(answer(&mut command).await)
    }

    /// The name and the secret of an application, as arguments.
    pub(crate) fn as_app(&self, name: &str) -> Vec<String> {
        let place = ["all", "office", "officials"]
            .iter()
            .position(|known| *known == name)
            .unwrap();
        as_name(&app(name), &self.secrets[place])
    }
}

pub(crate) fn as_name(name: &str, password: &str) -> Vec<String> {
    ["-D", name, "-w", password].map(str::to_owned).to_vec()
}

/// What a program printed and how it ended; its status is the result code of LDAP.
pub(crate) struct Answer {
    pub(crate) status: i32,
    pub(crate) text: String,
}

pub(crate) async fn answer(command: &mut Command) -> Answer {
    let done = interop::output(command).await.unwrap();
    let text = [done.stdout, done.stderr].concat();
    Answer {
        status: done.status.code().unwrap(),
        text: String::from_utf8(text).unwrap(),
    }
}

pub(crate) fn app_manifest(name: &str, spec: serde_json::Value) -> Manifest {
    Manifest {
        kind: "ldap-app".to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    }
}

fn apps() -> Vec<Manifest> {
    let app = app_manifest;
    vec![
        app(
            "all",
            json!({"title": "Toàn tỉnh", "attributes": [
                {"attribute": "sAMAccountName", "from": "username"},
                {"attribute": "employeeNumber", "from": "agency_code"},
            ]}),
        ),
        app("office", json!({"title": "Văn phòng", "agency": "H34.01"})),
        app(
            "officials",
            json!({"title": "Cán bộ", "filter": "(employeeType=official)", "groups": false}),
        ),
        app("off", json!({"title": "Đã tắt", "enabled": false})),
    ]
}

pub(crate) async fn put(platform: &Platform, manifests: Vec<Manifest>) {
    let now = platform.clock.now();
    let changes = manifests
        .into_iter()
        .map(|manifest| Change::Put {
            manifest,
            base_revision: None,
        })
        .collect();
    let event = Event::new(
        Class::Audit,
        now,
        "test",
        "resource.saved",
        ("registry", "test"),
    );
    platform
        .registry
        .change(changes, "test", now, vec![event])
        .await
        .unwrap();
}
