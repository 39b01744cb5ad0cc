//! The catalogue on a running platform: the seed, following changes, the rule over the set.

use lgsp_catalogue::{AgencySpec, Catalogue, Resolution, seed as data};
use lgsp_platform::{
    Error, FieldError,
    journal::{Class, Event},
    registry::{Change, Kind, Manifest},
};
use serde_json::json;

use crate::host::{Host, put};

#[tokio::test]
async fn the_demo_is_loaded_followed_and_unchanged_when_loaded_again() {
    let host = Host::with_demo().await;
    let snapshot = host.catalogue.snapshot();
    assert_eq!(
        snapshot.agencies.len(),
        data::demo_agencies().unwrap().len()
    );
    assert_eq!(snapshot.agencies.issues(), []);
    let now = host.platform.clock.now();
    assert!(matches!(
        snapshot.directory(now).resolve("H34.01"),
        Resolution::Found(_)
    ));
    let label = snapshot
        .lists
        .label("document-status", "06", snapshot.directory(now).day());
    assert_eq!(label.unwrap().vi, "Hoàn thành");

    let again = [data::manifests().unwrap(), data::demo_manifests().unwrap()].concat();
    let (_, needed) = lgsp_platform::registry::apply::plan(&host.platform.registry, again).unwrap();
    assert!(needed.is_empty());
    host.stop().await;
}

#[tokio::test]
async fn a_change_of_the_registry_reaches_the_snapshot_and_shares_the_rest() {
    let host = Host::with_demo().await;
    let before = host.catalogue.snapshot();
    host.change(vec![put(
        "directory",
        "directory",
        json!({"effective_date": "2025-07-01"}),
    )])
    .await
    .unwrap();
    host.follow();
    let after = host.catalogue.snapshot();
    let now = host.platform.clock.now();
    assert!(matches!(
        after.directory(now).resolve("H34.21"),
        Resolution::Ambiguous { .. }
    ));
    assert!(
        std::sync::Arc::ptr_eq(&before.agencies, &after.agencies),
        "agencies did not change"
    );
    host.stop().await;
}

#[tokio::test]
async fn a_background_task_follows_too() {
    let host = Host::with_demo().await;
    let before = host.catalogue.snapshot();
    host.change(vec![put("directory", "directory", json!({}))])
        .await
        .unwrap();
    while std::sync::Arc::ptr_eq(&before, &host.catalogue.snapshot()) {
        tokio::task::yield_now().await;
    }
    assert_eq!(host.catalogue.snapshot().setting.effective_date, None);
    host.stop().await;
}

fn refused(result: Result<(), Error>) -> Vec<FieldError> {
    match result {
        Err(Error::Invalid(fields)) => fields,
        other => panic!("{other:?}"),
    }
}

/// Id of the only rule that a change breaks.
fn only_rule(result: Result<(), Error>) -> String {
    let fields = refused(result);
    assert_eq!(fields.len(), 1, "{fields:?}");
    fields[0].code.clone()
}

#[tokio::test]
async fn a_change_that_breaks_the_set_is_refused_with_the_reason() {
    let host = Host::with_demo().await;
    let spec = |parent: &str, code: &str| {
        json!({"name": "Chi cục thử", "level": "unit", "kind": "other", "parent": parent,
            "valid_to": "2025-06-30", "codes": [{"scheme": "qd20", "value": code}]})
    };
    let ok = put("agency", "H34.05.01", spec("H34.05", "H34.05.01"));
    host.change(vec![ok]).await.unwrap();
    host.follow();

    let clash = put("agency", "H34.05.02", spec("H34.05", "000.00.07.H34"));
    let fields = refused(host.change(vec![clash]).await);
    assert_eq!(fields[0].code, "catalogue.code.form");
    assert_eq!(fields[0].pointer, "/spec/codes/0/value");

    let clash = put("agency", "H34.05.02", spec("H34.05", "H34.07"));
    let fields = refused(host.change(vec![clash]).await);
    assert_eq!(
        (fields.len(), fields[0].code.as_str()),
        (1, "catalogue.code.clash")
    );
    assert!(
        fields[0].messages.vi.contains("H34.07"),
        "{:?}",
        fields[0].messages
    );

    let orphan = put("agency", "H34.05.02", spec("H34.99", "H34.05.02"));
    assert_eq!(
        only_rule(host.change(vec![orphan]).await),
        "catalogue.parent.unknown"
    );

    let gone = Change::Delete {
        kind: "agency".to_owned(),
        name: "H34.05".to_owned(),
    };
    let fields = refused(host.change(vec![gone]).await);
    assert_eq!(fields[0].code, "catalogue.parent.unknown");
    assert!(
        fields[0].messages.en.starts_with("H34.05.01: "),
        "{:?}",
        fields[0].messages
    );

    let other = put("directory", "second", json!({}));
    assert_eq!(
        only_rule(host.change(vec![other]).await),
        "catalogue.directory.name"
    );
    host.stop().await;
}

#[tokio::test]
async fn an_older_breach_does_not_stop_other_changes() {
    let host = Host::empty().await;
    let unit = |parent: &str| json!({"name": "Đơn vị", "level": "unit", "kind": "other", "parent": parent});
    // Stored before the rules were in force.
    host.change(vec![put("agency", "A", unit("lost"))])
        .await
        .unwrap();
    host.follow();
    assert_eq!(host.catalogue.snapshot().agencies.issues().len(), 1);
    host.platform
        .registry
        .set_rules(vec![lgsp_catalogue::rule(host.catalogue.clone())]);
    host.change(vec![put("agency", "B", unit("A"))])
        .await
        .unwrap();
    host.follow();
    assert_eq!(
        refused(host.change(vec![put("agency", "C", unit("gone"))]).await).len(),
        1
    );
    assert!(host.catalogue.snapshot().agencies.is_within("B", "A"));
    host.stop().await;
}

#[tokio::test]
async fn every_field_and_choice_has_a_label_in_both_languages() {
    fn walk(at: &serde_json::Value, path: &str, missing: &mut Vec<String>) {
        let is_labelled = |node: &serde_json::Value| {
            ["vi", "en"]
                .iter()
                .all(|language| node["x-label"][language].is_string())
        };
        for (name, field) in at["properties"].as_object().into_iter().flatten() {
            if !is_labelled(field) || !field["x-order"].is_number() {
                missing.push(format!("{path}/{name}"));
            }
        }
        for choice in at["oneOf"].as_array().into_iter().flatten() {
            if choice["const"].is_string() && !is_labelled(choice) {
                missing.push(format!("{path}={}", choice["const"]));
            }
        }
        match at {
            serde_json::Value::Object(map) => {
                map.iter()
                    .for_each(|(key, below)| walk(below, &format!("{path}/{key}"), missing));
            }
            serde_json::Value::Array(list) => {
                list.iter().for_each(|below| walk(below, path, missing));
            }
            _ => {}
        }
    }
    let module = lgsp_catalogue::module().unwrap();
    let mut missing = Vec::new();
    for kind in &module.kinds {
        walk(&kind.schema, kind.kind, &mut missing);
    }
    assert!(missing.is_empty(), "{missing:#?}");
    let agency = &module
        .kinds
        .iter()
        .find(|kind| kind.kind == AgencySpec::KIND)
        .unwrap()
        .schema;
    let levels = agency["properties"]["level"]["oneOf"].as_array().unwrap();
    assert_eq!(levels.len(), 7, "{levels:?}");
    assert_eq!(agency["properties"]["parent"]["x-widget"], "ref:agency");
}

#[test]
fn a_catalogue_without_a_registry_can_be_built_for_tests() {
    let snapshot = lgsp_catalogue::Snapshot::build(
        data::demo_agencies().unwrap(),
        data::code_lists().unwrap(),
        data::demo_setting(),
    );
    let catalogue = Catalogue::new(snapshot);
    assert!(catalogue.snapshot().agencies.find("H34").is_some());
}

/// Kept here, because only these tests make events.
pub(crate) fn event(host: &Host, manifest: &str) -> Event {
    let now = host.platform.clock.now();
    Event::new(
        Class::Audit,
        now,
        "test",
        "resource.saved",
        ("agency", manifest),
    )
}

impl Host {
    /// Loads manifests in one change.
    pub(crate) async fn load(&self, manifests: Vec<Manifest>) {
        let changes = manifests
            .into_iter()
            .map(|manifest| Change::Put {
                manifest,
                base_revision: None,
            })
            .collect();
        self.change(changes).await.unwrap();
        self.follow();
    }

    /// Makes changes as the account `test`.
    pub(crate) async fn change(&self, changes: Vec<Change>) -> Result<(), Error> {
        let now = self.platform.clock.now();
        let events = vec![event(self, "many")];
        self.platform
            .registry
            .change(changes, "test", now, events)
            .await
            .map(|_| ())
    }
}
