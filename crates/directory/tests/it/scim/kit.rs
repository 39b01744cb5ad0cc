//! A province with its SCIM face, and two clients: one for everything, one for an office.
//!
//! Owns: `World`, `Answer`.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use lgsp_catalogue::Catalogue;
use lgsp_directory::scim::clients::tokens;
use lgsp_identity::{Actor, CatalogueHierarchy, Identity, Rules, Setup};
use lgsp_platform::{
    Module, Platform,
    clock::{Clock as _, ManualClock},
    journal::{Class, Event},
    registry::{Change, Manifest},
};
use lgsp_testkit::TestPlatform;
use serde_json::{Value, json};

pub(crate) const OFFICE: &str = "H34.01";
pub(crate) const OFFICIAL: &str = "urn:lgsp:scim:schemas:1.0:Official";
pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// A running SCIM face.
pub(crate) struct World {
    pub(crate) platform: Platform,
    pub(crate) identity: Identity,
    pub(crate) clock: Arc<ManualClock>,
    router: Router,
    /// Token of the client `all`.
    pub(crate) all: String,
    /// Token of the client `office`.
    pub(crate) office: String,
}

/// Runs a test in a world on each database.
macro_rules! worlds {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            lgsp_testkit::each_database(|test| async move {
                let started = $crate::scim::kit::World::start(&test).await;
                let $world = &started;
                $body
                started.platform.stop().await;
            })
            .await;
        }
    )* };
}
pub(crate) use worlds;

pub(crate) fn client(name: &str, spec: Value) -> Manifest {
    Manifest {
        kind: "scim-client".to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    }
}

/// The modules of which an installation with this face consists.
fn modules() -> [Module; 3] {
    [
        lgsp_catalogue::module().unwrap(),
        lgsp_identity::module().unwrap(),
        lgsp_directory::module().unwrap(),
    ]
}

/// Starts everything above the platform, with a face of its own.
async fn serve(platform: &Platform) -> (Catalogue, Identity, Router) {
    let (catalogue, _) = lgsp_catalogue::start(platform);
    let setup = Setup {
        hierarchy: Arc::new(CatalogueHierarchy::new(
            catalogue.clone(),
            platform.clock.clone(),
        )),
        permissions: modules()
            .iter()
            .flat_map(|module| module.permissions.iter().copied())
            .collect(),
        rules: Rules::default(),
    };
    let (identity, _) = lgsp_identity::start(platform, setup).unwrap();
    let (_, running) = lgsp_directory::start(platform, &catalogue, &identity)
        .await
        .unwrap();
    (catalogue, identity, running.pages)
}

impl World {
    pub(crate) async fn start(test: &TestPlatform) -> Self {
        let platform = Platform::start(test.config.clone(), test.clock.clone(), &modules())
            .await
            .unwrap();
        let mut manifests = lgsp_catalogue::seed::demo_manifests().unwrap();
        manifests.push(client(
            "all",
            json!({"title": "Nhân sự tỉnh", "may_write": true}),
        ));
        manifests.push(client(
            "office",
            json!({"title": "Nhân sự sở", "agency": OFFICE, "may_write": true}),
        ));
        put(&platform, manifests).await;
        let (catalogue, identity, router) = serve(&platform).await;
        catalogue.follow(&platform.registry.snapshot());
        let actor = Actor::named("test", None, test.clock.now());
        let all = tokens::issue(&platform, &actor, "all").await.unwrap();
        let office = tokens::issue(&platform, &actor, "office").await.unwrap();
        Self {
            platform,
            identity,
            clock: test.clock.clone(),
            router,
            all,
            office,
        }
    }

    /// A second face of the same installation that knows nothing of what the first one does at
    /// the moment: another node on PostgreSQL; on SQLite, which has one node, a second one in it.
    pub(crate) async fn twin(&self, test: &TestPlatform) -> Self {
        let platform = match self.platform.db.is_postgres() {
            true => test.start_node("second", &modules()).await.unwrap(),
            false => self.platform.clone(),
        };
        let (catalogue, identity, router) = serve(&platform).await;
        catalogue.follow(&platform.registry.snapshot());
        Self {
            platform,
            identity,
            clock: self.clock.clone(),
            router,
            all: self.all.clone(),
            office: self.office.clone(),
        }
    }

    /// Ends a twin; the one on SQLite ends with the first.
    pub(crate) async fn stop_twin(&self) {
        if self.platform.db.is_postgres() {
            self.platform.stop().await;
        }
    }

    pub(crate) fn actor(&self) -> Actor {
        Actor::named("test", None, self.clock.now())
    }

    /// One request with a token and headers.
    pub(crate) async fn send(
        &self,
        token: &str,
        (method, path): (&str, &str),
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/scim+json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map_or_else(Body::empty, |body| Body::from(body.to_string()));
        let request = request.body(body).unwrap();
        let answer = lgsp_testkit::Answer::of(&self.router, request).await;
        Answer {
            status: answer.status,
            location: answer.location().to_owned(),
            version: answer.header("etag").to_owned(),
            body: match answer.text.is_empty() {
                true => Value::Null,
                false => answer.json(),
            },
        }
    }

    /// A request of the client `all` that is answered with `status`.
    pub(crate) async fn call(&self, method: &str, path: &str, body: Value, status: u16) -> Answer {
        let body = (!body.is_null()).then_some(&body);
        let answer = self.send(&self.all, (method, path), body, &[]).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{method} {path}: {}",
            answer.body
        );
        answer
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        self.call("GET", path, Value::Null, 200).await.body
    }

    /// Makes a user in an agency; gives its identifier.
    pub(crate) async fn user(&self, name: &str, agency: &str) -> String {
        let body = json!({"userName": name, OFFICIAL: {"agencyCode": agency}});
        let made = self.call("POST", "/Users", body, 201).await;
        made.body["id"].as_str().unwrap().to_owned()
    }

    /// The actions that the journal tells of a subject, oldest first.
    pub(crate) async fn journal(&self, subject: &str) -> Vec<String> {
        let sql = "SELECT action FROM journal_event WHERE subject = $1 ORDER BY id";
        let rows = self
            .platform
            .db
            .query_all(sql, vec![subject.into()])
            .await
            .unwrap();
        rows.iter()
            .map(|row| row.try_get("", "action").unwrap())
            .collect()
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) version: String,
    pub(crate) body: Value,
}

impl Answer {
    /// The SCIM type of an error.
    pub(crate) fn scim_type(&self) -> &str {
        self.body["scimType"].as_str().unwrap_or_default()
    }
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
