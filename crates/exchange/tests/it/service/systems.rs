//! Systems and their secrets.

use std::sync::Arc;

use lgsp_model::AccountId;
use lgsp_platform::{
    http::{
        Caller, Principal,
        context::{Authorizer, RoleGrant},
    },
    registry::Change,
};
use serde_json::json;

use super::kit::*;

pub(super) struct Everything;

impl Authorizer for Everything {
    fn is_allowed(&self, _: &Principal, _: &str, _: Option<&str>) -> bool {
        true
    }

    fn scope(&self, _: &Principal, _: &str) -> Option<Vec<String>> {
        None
    }
}

pub(super) fn caller(world: &World) -> Caller {
    let principal = Principal {
        account_id: AccountId(uuid::Uuid::from_u128(1)),
        username: "admin".to_owned(),
        agency: None,
        roles: Arc::from([RoleGrant {
            role: "administrator".to_owned(),
            agency: None,
        }]),
        csrf_token: None,
        credential: "test".to_owned(),
        standing: lgsp_platform::http::context::Standing::default(),
    };
    Caller::new(principal, Arc::new(Everything), world.exchange.now())
}

fn works(world: &World, secret: &str) -> bool {
    let directory = world.exchange.directory();
    let system = directory.system("sys.office").unwrap().clone();
    let mut working = system.secrets_at(world.exchange.now());
    working.any(|known| known.value.as_slice() == secret.as_bytes())
}

worlds! {
    async fn secrets_are_made_rotated_and_retired(world: &World) {
        let (exchange, caller) = (&world.exchange, caller(world));
        let first = exchange.secret_create(&caller, "office", 0).await.unwrap();
        assert_eq!(first.secret.len(), 43, "32 bytes in base64url");
        assert!(works(world, &first.secret), "at once, without waiting for anybody");
        let second = exchange.secret_create(&caller, "office", 3_600_000).await.unwrap();
        assert!(works(world, &first.secret) && works(world, &second.secret));
        world.clock.advance_ms(3_600_001);
        assert!(!works(world, &first.secret) && works(world, &second.secret));
        let listed = exchange.secret_list("office").await.unwrap();
        assert_eq!(listed.iter().map(|item| item.id).collect::<Vec<_>>(), [second.id, first.id]);
        let system = exchange.directory().system("sys.office").unwrap().clone();
        system.activity.note(second.id, exchange.now());
        let listed = exchange.secret_list("office").await.unwrap();
        assert_eq!(listed[0].last_used_at, Some(exchange.now()));
        exchange.secret_retire(&caller, "office", second.id).await.unwrap();
        assert!(!works(world, &second.secret));
        let twice = exchange.secret_retire(&caller, "office", second.id).await;
        assert_eq!(error_id(twice), "platform.thing.not_found");
        let unknown = exchange.secret_create(&caller, "nobody", 0).await.map(|_| ());
        assert_eq!(error_id(unknown), "exchange.thing.not_found");
        let actions: Vec<String> =
            world.events("office").await.into_iter().map(|event| event.action).collect();
        let expected =
            ["system.secret_created", "system.secret_created", "system.secret_retired"];
        assert_eq!(actions, expected);
    }

    async fn systems_are_shown_with_their_figures(world: &World) {
        world.sent("office", &document("H34.01", &["H34.02", "H34.03"], "1")).await;
        world.clock.advance_ms(2_000);
        let systems = world.exchange.system_list(None).await.unwrap();
        let names: Vec<&str> = systems.iter().map(|system| system.name.as_str()).collect();
        assert_eq!(names, ["home", "justice", "office"]);
        assert_eq!((systems[0].waiting, systems[0].received_today), (1, 1));
        assert_eq!((systems[2].sent_today, systems[2].waiting), (1, 0));
        let scope = ["H34.03".to_owned()];
        assert_eq!(world.exchange.system_list(Some(&scope)).await.unwrap().len(), 1);
        assert_eq!(world.exchange.system_get("office").await.unwrap().systemid, "sys.office");
    }

    async fn a_changed_resource_changes_who_speaks(world: &World) {
        let mut resource =
            world.platform.registry.snapshot().get("system", "office").unwrap().as_ref().clone();
        resource.spec["agencies"] = json!(["000.00.04.H34"]);
        let manifest = lgsp_platform::registry::Manifest {
            kind: resource.kind,
            name: resource.name,
            agency: None,
            spec: resource.spec,
        };
        world.put(vec![manifest]).await;
        let old = world.send("office", &document("H34.01", &["H34.02"], "1")).await;
        assert_eq!(error_id(old), "exchange.sender.foreign");
        world.sent("office", &document("H34.04", &["H34.02"], "1")).await;
        let now = world.exchange.now();
        let gone = Change::Delete { kind: "system".to_owned(), name: "office".to_owned() };
        let event = caller(world).audit("resource.deleted", "system", "office");
        world.platform.registry.change(vec![gone], "test", now, vec![event]).await.unwrap();
        world.exchange.directories().refresh().await.unwrap();
        assert!(world.exchange.directory().system("sys.office").is_none());
    }
}
