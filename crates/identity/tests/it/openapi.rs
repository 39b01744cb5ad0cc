//! What the document of the operations promises.

use std::collections::BTreeSet;

use lgsp_testkit::TestPlatform;
use serde_json::Value;

use crate::kit::{World, foreign_permissions};

#[tokio::test]
async fn every_operation_names_permission_summary_and_refusals() {
    let made = TestPlatform::sqlite().unwrap();
    let world = World::start(&made).await;
    let setup = lgsp_identity::Setup {
        hierarchy: world.tree.clone(),
        permissions: foreign_permissions(),
        rules: lgsp_identity::Rules::default(),
    };
    let (_, running) = lgsp_identity::start(&world.platform, setup).unwrap();
    let document = serde_json::to_value(running.api.get_openapi()).unwrap();
    let known: BTreeSet<_> = world
        .identity
        .decider()
        .permissions()
        .iter()
        .cloned()
        .collect();
    let mut ids = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let name = format!("{method} {path}");
            let text = |key: &str| operation[key].as_str().unwrap_or_default().to_owned();
            assert!(known.contains(&text("x-permission")), "{name}");
            assert!(text("summary").contains(" · "), "{name}");
            assert_eq!(operation["tags"], serde_json::json!(["identity"]), "{name}");
            assert!(ids.insert(text("operationId")), "{name}");
            let refusals = operation["responses"].as_object().unwrap();
            assert!(
                refusals.keys().any(|status| status.starts_with('4')),
                "{name}"
            );
        }
    }
    assert!(ids.len() >= 40, "{}", ids.len());
    let secret = &document["components"]["schemas"]["CreateAccount"]["properties"]["password"];
    assert_eq!(secret["format"], Value::from("password"));
    world.stop().await;
}
