//! A platform in a temporary folder with the catalogue on it, and a caller who may do all.

use std::sync::Arc;

use axum::{
    Extension,
    body::Body,
    http::{Request, StatusCode, request::Parts},
};
use lgsp_catalogue::{Catalogue, seed as data};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    Platform,
    clock::ManualClock,
    config::Config,
    http::{
        Principal,
        context::{Authenticator, Authorizer, PortFuture, Ports},
    },
    registry::{Change, Manifest},
};
use serde_json::Value;
use tower::ServiceExt;

/// A running catalogue.
pub(crate) struct Host {
    pub(crate) platform: Platform,
    pub(crate) catalogue: Catalogue,
    router: axum::Router,
    _folder: tempfile::TempDir,
}

/// Lets `nobody` in as nobody, everybody else as an account with all permissions.
struct Doors;

impl Authenticator for Doors {
    fn authenticate<'a>(
        &'a self,
        parts: &'a Parts,
    ) -> PortFuture<'a, lgsp_platform::Result<Option<Principal>>> {
        let name = parts
            .headers
            .get("authorization")
            .and_then(|value| value.to_str().ok());
        let principal = name.filter(|name| *name != "nobody").map(|name| Principal {
            account_id: AccountId(uuid::Uuid::nil()),
            username: name.to_owned(),
            agency: None,
            roles: Arc::new([]),
            csrf_token: None,
            credential: "test".to_owned(),
            standing: lgsp_platform::http::context::Standing::default(),
        });
        Box::pin(async { Ok(principal) })
    }
}

impl Authorizer for Doors {
    fn is_allowed(&self, principal: &Principal, _: &str, _: Option<&str>) -> bool {
        principal.username == "reader"
    }

    fn scope(&self, principal: &Principal, _: &str) -> Option<Vec<String>> {
        (principal.username != "reader").then(Vec::new)
    }
}

impl Host {
    /// No resource at all, and no rules in force.
    pub(crate) async fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data_dir = folder.path().to_owned();
        let now = Timestamp::parse_rfc3339("2026-11-22T03:00:00Z").unwrap();
        let clock = Arc::new(ManualClock::new(now));
        let modules = [lgsp_catalogue::module().unwrap()];
        let platform = Platform::start(config, clock.clone(), &modules)
            .await
            .unwrap();
        let (catalogue, running) = lgsp_catalogue::start(&platform);
        let (api, _) = running.api.split_for_parts();
        let ports = Ports {
            authenticator: Arc::new(Doors),
            authorizer: Arc::new(Doors),
            clock,
        };
        let router = api.layer(Extension(ports));
        Self {
            platform,
            catalogue,
            router,
            _folder: folder,
        }
    }

    /// With the seed, the demo and the rules.
    pub(crate) async fn with_demo() -> Self {
        let host = Self::empty().await;
        host.platform
            .registry
            .set_rules(vec![lgsp_catalogue::rule(host.catalogue.clone())]);
        host.load(data::manifests().unwrap()).await;
        host.load(data::demo_manifests().unwrap()).await;
        host
    }

    /// Takes over what the registry holds now, without waiting for the task.
    pub(crate) fn follow(&self) {
        self.catalogue.follow(&self.platform.registry.snapshot());
    }

    /// Status and body of a GET as `who`.
    pub(crate) async fn get_as(&self, who: &str, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path)
            .header("authorization", who)
            .body(Body::empty())
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = axum::body::to_bytes(response.into_body(), 1 << 22)
            .await
            .unwrap();
        (
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        )
    }

    /// Body of a GET that succeeds.
    pub(crate) async fn get(&self, path: &str) -> Value {
        let (status, body) = self.get_as("reader", path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {body}");
        body
    }

    pub(crate) async fn stop(self) {
        self.platform.stop().await;
    }
}

/// A wished resource of no owner.
pub(crate) fn put(kind: &str, name: &str, spec: Value) -> Change {
    let manifest = Manifest {
        kind: kind.to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    };
    Change::Put {
        manifest,
        base_revision: None,
    }
}
