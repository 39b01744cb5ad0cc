//! The table of all operations of this crate: who may use them where, and who is refused.
//!
//! The expected result is `table.txt`, reviewed in diffs. `LGSP_ACCEPT=1` writes it anew.

use std::fmt::Write as _;

use axum::http::Method;
use lgsp_identity::{
    Kind,
    roles::{self, ROLES},
};
use lgsp_model::AccountId;
use lgsp_platform::http::{
    Principal,
    context::{Authorizer as _, Standing},
};
use lgsp_testkit::TestPlatform;
use serde_json::{Value, json};

use crate::kit::{World, foreign_permissions, grants};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/table.txt");
/// The holder's node, and its neighbours in the tree.
const PLACES: [(&str, &str); 4] = [
    ("own", "H34.01"),
    ("child", "H34.01.05"),
    ("parent", "H34"),
    ("sibling", "H34.02"),
];

fn operations(world: &World) -> Vec<(String, String, String)> {
    let setup = lgsp_identity::Setup {
        hierarchy: world.tree.clone(),
        permissions: foreign_permissions(),
        rules: lgsp_identity::Rules::default(),
    };
    let (_, running) = lgsp_identity::start(&world.platform, setup).unwrap();
    let document = serde_json::to_value(running.api.get_openapi()).unwrap();
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let permission = operation["x-permission"].as_str();
            let permission =
                permission.unwrap_or_else(|| panic!("{method} {path} names no permission"));
            found.push((method.to_uppercase(), path.clone(), permission.to_owned()));
        }
    }
    found.sort_by(|one, other| (&one.1, &one.0).cmp(&(&other.1, &other.0)));
    found
}

fn holder(role: &str) -> Principal {
    Principal {
        account_id: AccountId(uuid::Uuid::nil()),
        username: "x".into(),
        agency: Some("H34.01".into()),
        roles: grants(&[(role, "H34.01")]).into(),
        csrf_token: None,
        credential: String::new(),
        standing: Standing {
            acr: 2,
            ..Standing::default()
        },
    }
}

#[tokio::test]
async fn every_operation_and_role_by_place_is_as_written_down() {
    let made = TestPlatform::sqlite().unwrap();
    let world = World::start(&made).await;
    let decider = world.identity.decider();
    let mut table = String::new();
    for (method, path, permission) in operations(&world) {
        writeln!(table, "{method} {path} [{permission}]").unwrap();
        for role in ROLES {
            let who = holder(role.name);
            let allowed: Vec<&str> = PLACES
                .iter()
                .filter(|(_, agency)| decider.is_allowed(&who, &permission, Some(agency)))
                .map(|(place, _)| *place)
                .collect();
            let shown = if allowed.is_empty() {
                "-".to_owned()
            } else {
                allowed.join(" ")
            };
            writeln!(table, "    {}: {shown}", role.name).unwrap();
        }
    }
    if std::env::var_os("LGSP_ACCEPT").is_some() {
        std::fs::write(FILE, &table).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    let differing: Vec<(&str, &str)> = table
        .lines()
        .zip(expected.lines())
        .filter(|(found, wanted)| found != wanted)
        .take(5)
        .collect();
    assert!(
        table == expected,
        "look at the difference, then set LGSP_ACCEPT=1: {differing:?}"
    );
    world.stop().await;
}

#[tokio::test]
async fn strangers_and_people_without_rights_are_refused_everywhere() {
    let made = TestPlatform::sqlite().unwrap();
    let world = World::start(&made).await;
    let plain = world
        .account_of(Kind::Service, "khong.quyen", "H34.01", &[])
        .await;
    let tokens = format!("/api/v1/accounts/{plain}/tokens");
    let issue = async |name: &str| {
        let made = world
            .admin()
            .json("POST", &tokens, json!({ "name": name }))
            .await
            .json();
        (
            made["id"].as_str().unwrap().to_owned(),
            made["token"].as_str().unwrap().to_owned(),
        )
    };
    let (_, valid) = issue("valid").await;
    let (revoked_id, revoked) = issue("revoked").await;
    world
        .admin()
        .json("DELETE", &format!("{tokens}/{revoked_id}"), json!({}))
        .await;
    for (method, path, permission) in operations(&world) {
        let path = path
            .split('/')
            .map(|part| {
                if part.starts_with('{') {
                    "0190f000-0000-7000-8000-000000000000"
                } else {
                    part
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let path = format!("/api/v1{path}");
        let method: Method = method.parse().unwrap();
        let call = async |token: Option<&str>| {
            let mut browser =
                token.map_or_else(|| world.browser(), |token| world.with_token(token));
            let body = Value::Object(serde_json::Map::new()).to_string();
            browser
                .send(method.clone(), &path, "application/json", body)
                .await
                .status
                .as_u16()
        };
        assert_eq!(call(None).await, 401, "{method} {path} without a token");
        assert_eq!(
            call(Some("lgsp_pat_wrong")).await,
            401,
            "{method} {path} with a wrong token"
        );
        assert_eq!(
            call(Some(&revoked)).await,
            401,
            "{method} {path} with a revoked token"
        );
        let status = call(Some(&valid)).await;
        let is_refused = matches!(status, 400 | 403 | 404 | 422);
        assert!(
            roles::is_own(&permission) || is_refused,
            "{method} {path} without rights: {status}"
        );
        assert!(status < 500, "{method} {path}: {status}");
    }
    world.stop().await;
}
