//! The registry: checked changes, history, roll-back, apply, other nodes.

use std::sync::Arc;

use lgsp_platform::{
    Module, Platform,
    error::{Error, FieldError},
    journal::{Class, Event},
    messages,
    registry::{
        Change, Kind, KindDescriptor, Labels, Manifest, ValidationContext,
        apply::{self, Action},
    },
};
use lgsp_testkit::{TestPlatform, each_database};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A kind for tests.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Lamp {
    colour: String,
    #[serde(default)]
    #[schemars(range(min = 0, max = 100))]
    brightness: u8,
}

impl Kind for Lamp {
    const KIND: &'static str = "lamp";
    const PLURAL: &'static str = "lamps";
    const LABELS: Labels = Labels {
        vi: "Đèn",
        en: "Lamp",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Đèn để thử",
        en: "A lamp for tests",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        if self.colour != "invisible" {
            return Vec::new();
        }
        vec![FieldError::new(
            "/colour",
            "lamp.colour.invisible",
            "không thấy",
            "not visible",
        )]
    }
}

fn module() -> Module {
    Module {
        name: "test",
        migrations: Vec::new(),
        kinds: vec![KindDescriptor::of::<Lamp>().unwrap()],
        permissions: &[],
        messages: messages::PLATFORM,
    }
}

fn manifest(name: &str, spec: Value) -> Manifest {
    Manifest {
        kind: "lamp".to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    }
}

fn put(name: &str, spec: Value, base_revision: Option<i64>) -> Change {
    Change::Put {
        manifest: manifest(name, spec),
        base_revision,
    }
}

async fn change(platform: &Platform, changes: Vec<Change>) -> Result<i64, Error> {
    let now = platform.clock.now();
    let event = Event::new(Class::Audit, now, "tester", "resource.saved", ("lamp", "x"));
    let done = platform
        .registry
        .change(changes, "tester", now, vec![event])
        .await?;
    Ok(done[0].revision)
}

#[tokio::test]
async fn a_resource_lives_changes_and_comes_back() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[module()]).await.unwrap();
        let registry = &platform.registry;
        let red = json!({"colour": "red"});
        assert_eq!(
            change(&platform, vec![put("a", red.clone(), Some(0))])
                .await
                .unwrap(),
            1
        );
        let found = registry.find("lamp", "a").unwrap();
        assert_eq!(
            found.spec,
            json!({"colour": "red", "brightness": 0}),
            "defaults are filled"
        );
        let blue = json!({"colour": "blue", "brightness": 7});
        assert_eq!(
            change(&platform, vec![put("a", blue, Some(1))])
                .await
                .unwrap(),
            2
        );
        let stale = change(&platform, vec![put("a", red.clone(), Some(1))]).await;
        assert!(matches!(
            stale,
            Err(Error::RevisionConflict {
                expected: 1,
                found: 2,
                ..
            })
        ));
        let delete = Change::Delete {
            kind: "lamp".to_owned(),
            name: "a".to_owned(),
        };
        change(&platform, vec![delete]).await.unwrap();
        assert!(registry.find("lamp", "a").is_err());
        let history = registry.revisions("lamp", "a").await.unwrap();
        assert_eq!(
            history.iter().map(|one| one.revision).collect::<Vec<_>>(),
            [3, 2, 1]
        );
        assert_eq!(history[0].spec, None);
        // A name that was used counts on.
        assert_eq!(
            change(&platform, vec![put("a", red, Some(0))])
                .await
                .unwrap(),
            4
        );
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn broken_specifications_name_their_fields_and_change_nothing() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[module()]).await.unwrap();
        let broken = [
            (json!({"colour": 5}), "/spec/colour"),
            (
                json!({"colour": "red", "brightness": 101}),
                "/spec/brightness",
            ),
            (json!({"colour": "red", "size": 1}), "/spec"),
            (json!({"colour": "invisible"}), "/spec/colour"),
            (json!({}), "/spec"),
        ];
        for (spec, pointer) in broken {
            let Err(Error::Invalid(errors)) = change(&platform, vec![put("a", spec, None)]).await
            else {
                panic!("{pointer} was accepted");
            };
            assert_eq!(errors[0].pointer, pointer, "{errors:?}");
            assert!(!errors[0].messages.vi.is_empty() && !errors[0].messages.en.is_empty());
        }
        let good = put("good", json!({"colour": "red"}), None);
        let bad_name = put("bad name", json!({"colour": "red"}), None);
        let Err(Error::Invalid(errors)) = change(&platform, vec![good, bad_name]).await else {
            panic!("a bad name was accepted");
        };
        assert_eq!(errors[0].pointer, "/1/name");
        assert!(
            platform.registry.find("lamp", "good").is_err(),
            "half of a change was made"
        );
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn applying_an_export_changes_nothing() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[module()]).await.unwrap();
        let registry = &platform.registry;
        for name in ["b", "a"] {
            change(&platform, vec![put(name, json!({"colour": name}), None)])
                .await
                .unwrap();
        }
        let mut exported = apply::export(registry, None).unwrap();
        assert_eq!(
            exported
                .iter()
                .map(|one| one.name.as_str())
                .collect::<Vec<_>>(),
            ["a", "b"]
        );
        let (planned, needed) = apply::plan(registry, exported.clone()).unwrap();
        assert!(needed.is_empty() && planned.iter().all(|one| one.action == Action::Unchanged));
        exported[0].spec["brightness"] = json!(9);
        exported.push(manifest("c", json!({"colour": "c"})));
        let (planned, needed) = apply::plan(registry, exported).unwrap();
        let actions: Vec<Action> = planned.iter().map(|one| one.action).collect();
        assert_eq!(actions, [Action::Update, Action::Unchanged, Action::Create]);
        assert_eq!(planned[0].changes[0].pointer, "/brightness");
        assert_eq!(needed.len(), 2);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn watchers_and_other_nodes_see_a_change() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[module()]).await.unwrap();
        let mut watch = platform.registry.watch();
        watch.mark_unchanged();
        change(&platform, vec![put("a", json!({"colour": "red"}), None)])
            .await
            .unwrap();
        assert!(watch.has_changed().unwrap());
        if test.is_postgres() {
            let other = test.start_node("other", &[module()]).await.unwrap();
            let mut watch = other.registry.watch();
            watch.mark_unchanged();
            change(&platform, vec![put("b", json!({"colour": "red"}), None)])
                .await
                .unwrap();
            // No clock is moved: this comes by notification.
            watch.changed().await.unwrap();
            assert!(other.registry.find("lamp", "b").is_ok());
            other.stop().await;
        }
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_data_folder_serves_one_process() {
    let test = TestPlatform::sqlite().unwrap();
    let first = test.start(&[]).await.unwrap();
    let second = test.start(&[]).await.map(|_| ()).unwrap_err().to_string();
    assert!(second.contains("in use by another process"), "{second}");
    first.stop().await;
}
