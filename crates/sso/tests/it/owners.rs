//! Persons who answer for applications: who may, and what becomes of it when their account changes.

use lgsp_identity::{Account, AccountChange, Actor, Base, Kind, NewAccount, Password};
use lgsp_platform::clock::Clock as _;
use serde_json::{Value, json};

use crate::kit::{Answer, PASSWORD, PERSON, World, each_database};

const NEXT: &str = "minh.le";

/// A call of the administrator.
async fn call(world: &World, method: &str, path: &str, body: Value) -> Answer {
    let admin = world.admin();
    let headers = [
        ("authorization", admin.as_str()),
        ("content-type", "application/json"),
    ];
    let path = format!("/api/v1{path}");
    world.call(method, &path, &headers, &body.to_string()).await
}

fn actor(world: &World) -> Actor {
    Actor::command_line(world.clock.now())
}

/// An application of each kind of this room, all for this person.
async fn furnish(world: &World, owner: &str) {
    let oidc = json!({ "name": "Cổng", "client_type": "web", "owner": owner,
        "redirect_uris": ["https://app.test/back"] });
    let saml = json!({ "title": "Hộp thư", "entity_id": "https://saml.test", "owner": owner,
        "assertion_consumers": [{ "url": "https://saml.test/acs" }] });
    let cas = json!({ "title": "Lịch", "services": ["https://cas.test/"], "owner": owner });
    for (kind, spec) in [
        ("oidc-client", oidc),
        ("saml-sp", saml),
        ("cas-service", cas),
    ] {
        let body = json!({ "agency": "H34.01", "spec": spec });
        let put = call(world, "PUT", &format!("/resources/{kind}/app"), body).await;
        assert_eq!(put.status, 200, "{kind}: {}", put.text);
    }
}

async fn successor(world: &World) -> Account {
    let new = NewAccount {
        username: NEXT.to_owned(),
        display_name: "Lê Minh".to_owned(),
        agency: Some("H34.01".to_owned()),
        kind: Kind::Official,
        password: Some(Password::new(PASSWORD.to_owned())),
        ..NewAccount::default()
    };
    let actor = actor(world);
    let made = world.identity.create_account(&actor, new, Vec::new());
    made.await.unwrap()
}

/// The owner and the revision of each application.
async fn owners(world: &World) -> Vec<(Value, i64)> {
    let mut found = Vec::new();
    for kind in ["oidc-client", "saml-sp", "cas-service"] {
        let path = format!("/resources/{kind}/app");
        let read = call(world, "GET", &path, Value::Null).await.json();
        let revision = read["revision"].as_i64().unwrap();
        found.push((read["spec"]["owner"].clone(), revision));
    }
    found
}

fn all(owner: Value, revision: i64) -> Vec<(Value, i64)> {
    vec![(owner, revision); 3]
}

each_database! {
    async fn an_application_is_answered_for_by_a_person_in_use_only(world: &World) {
        furnish(world, PERSON).await;
        let path = format!("/accounts/{}/ownership", world.person.id);
        let told = call(world, "GET", &path, Value::Null).await.json();
        let names: Vec<_> = told["applications"].as_array().unwrap().iter()
            .map(|one| (one["kind"].as_str().unwrap(), one["title"].as_str().unwrap()))
            .collect();
        assert_eq!(names, [("cas-service", "Lịch"), ("oidc-client", "Cổng"), ("saml-sp", "Hộp thư")]);
        let robot = NewAccount {
            username: "may".to_owned(),
            display_name: "Máy".to_owned(),
            kind: Kind::Service,
            ..NewAccount::default()
        };
        world.identity.create_account(&actor(world), robot, Vec::new()).await.unwrap();
        let gone = successor(world).await;
        world.identity.leave(&actor(world), &gone, Base::Any).await.unwrap();
        for owner in ["khong.co", "may", NEXT] {
            let spec = json!({ "title": "Lịch", "services": ["https://cas.test/"], "owner": owner });
            let body = json!({ "agency": "H34.01", "spec": spec, "base_revision": 1 });
            let refused = call(world, "PUT", "/resources/cas-service/app", body).await;
            assert_eq!(refused.status, 422, "{owner}: {}", refused.text);
            let broken = &refused.json()["errors"][0];
            assert_eq!(broken["pointer"], "/spec/owner");
            assert_eq!(broken["code"], "identity.owner.unfit");
        }
        assert_eq!(owners(world).await, all(PERSON.into(), 1), "what is refused changes nothing");
    }

    async fn who_leaves_hands_applications_over_in_the_same_act(world: &World) {
        furnish(world, PERSON).await;
        let next = successor(world).await;
        let leave = format!("/accounts/{}/leave", world.person.id);
        let refused = call(world, "POST", &leave, json!({})).await;
        assert_eq!((refused.status.as_u16(), refused.json()["code"].as_str()),
            (409, Some("identity.account.owns")));
        assert!(refused.text.contains("saml-sp/app"), "it says what: {}", refused.text);
        assert_eq!(owners(world).await, all(PERSON.into(), 1));
        let still = world.identity.account(world.person.id).await.unwrap();
        assert!(still.is_live(world.clock.now()), "nothing was done");
        let path = format!("{leave}?successor={NEXT}");
        let left = call(world, "POST", &path, json!({})).await;
        assert_eq!(left.status, 200, "{}", left.text);
        assert_eq!(owners(world).await, all(NEXT.into(), 2), "with a revision each");
        assert_eq!(world.journal_count("resource.owner_changed").await, 3);
        let path = "/resources/saml-sp/app/revisions";
        let history = call(world, "GET", path, Value::Null).await.json();
        assert_eq!(history["items"][1]["spec"]["owner"], PERSON, "the history tells the former");
        let owned = world.identity.owned_by(&next).await.unwrap();
        assert_eq!(owned.applications.len(), 3);
    }

    async fn an_act_without_its_event_hands_nothing_over(world: &World) {
        furnish(world, PERSON).await;
        let next = successor(world).await;
        let tx = world.platform.db.begin().await.unwrap();
        let sql = "ALTER TABLE journal_event RENAME TO journal_event_away";
        sea_orm::ConnectionTrait::execute_unprepared(&*tx, sql).await.unwrap();
        tx.commit().await.unwrap();
        let to = lgsp_identity::people::owners::Successor::Person(&next);
        assert!(world.identity.leave_to(&actor(world), (&world.person, Base::Any), to).await.is_err());
        assert_eq!(owners(world).await, all(PERSON.into(), 1));
        let still = world.identity.account(world.person.id).await.unwrap();
        assert!(still.is_live(world.clock.now()));
    }

    async fn a_leave_from_a_personnel_system_leaves_applications_without_owner(world: &World) {
        furnish(world, PERSON).await;
        world.identity.leave(&actor(world), &world.person, Base::Any).await.unwrap();
        assert_eq!(owners(world).await, all(Value::Null, 2));
    }

    async fn a_new_sign_in_name_goes_into_the_applications(world: &World) {
        furnish(world, PERSON).await;
        let change = AccountChange { username: Some("lan.tran2".to_owned()), ..AccountChange::default() };
        world.identity.update_account(&actor(world), &world.person, change).await.unwrap();
        assert_eq!(owners(world).await, all("lan.tran2".into(), 2));
    }

    async fn a_roll_back_brings_no_former_owner_back(world: &World) {
        furnish(world, PERSON).await;
        let next = successor(world).await;
        let to = lgsp_identity::people::owners::Successor::Person(&next);
        world.identity.leave_to(&actor(world), (&world.person, Base::Any), to).await.unwrap();
        let path = "/resources/cas-service/app/rollback";
        let back = call(world, "POST", path, json!({ "revision": 1 })).await;
        assert_eq!(back.status, 200, "{}", back.text);
        assert_eq!(back.json()["spec"]["owner"], NEXT);
        let gone = call(world, "DELETE", "/resources/cas-service/app", Value::Null).await;
        assert_eq!(gone.status, 204, "{}", gone.text);
        let again = call(world, "POST", path, json!({ "revision": 1 })).await;
        assert_eq!(again.status, 200, "{}", again.text);
        assert_eq!(again.json()["spec"]["owner"], Value::Null);
    }
}
