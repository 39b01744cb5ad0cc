//! The hierarchy over the catalogue follows the registry, and says so.

use std::sync::Arc;

use lgsp_catalogue::{AgencyCode, AgencyLevel, AgencySpec, model::AgencyKind};
use lgsp_identity::{AgencyHierarchy as _, CatalogueHierarchy};
use lgsp_platform::{
    Platform,
    clock::ManualClock,
    config::Config,
    journal::{Class, Event},
    registry::{Change, Manifest},
};

use crate::kit::START;

fn agency(code: &str, parent: Option<&str>) -> Change {
    let spec = AgencySpec {
        name: format!("Cơ quan {code}"),
        short_name: None,
        level: AgencyLevel::Unit,
        kind: AgencyKind::Other,
        parent: parent.map(AgencyCode::from),
        area: None,
        codes: Vec::new(),
        valid_from: None,
        valid_to: None,
        successors: Vec::new(),
        contact_email: None,
    };
    let manifest = Manifest {
        kind: "agency".into(),
        name: code.into(),
        agency: None,
        spec: serde_json::to_value(spec).unwrap(),
    };
    Change::Put {
        manifest,
        base_revision: None,
    }
}

#[tokio::test]
async fn the_hierarchy_follows_the_catalogue() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::default();
    config.server.data_dir = dir.path().to_path_buf();
    let clock = Arc::new(ManualClock::new(START));
    let modules = [lgsp_catalogue::module().unwrap()];
    let platform = Platform::start(config, clock, &modules).await.unwrap();
    let (catalogue, _) = lgsp_catalogue::start(&platform);
    let hierarchy = CatalogueHierarchy::new(catalogue.clone(), platform.clock.clone());
    let put = async |changes| {
        let registry = &platform.registry;
        let subject = ("agency", "x");
        let event = Event::new(Class::Audit, START, "x", "resource.saved", subject);
        registry
            .change(changes, "x", START, vec![event])
            .await
            .unwrap();
        catalogue.follow(&registry.snapshot());
    };
    let empty = hierarchy.version();
    assert_eq!(hierarchy.name("H34"), None);
    put(vec![
        agency("H34", None),
        agency("H34.01", Some("H34")),
        agency("H34.01.05", Some("H34.01")),
    ])
    .await;
    let filled = hierarchy.version();
    assert_ne!(filled, empty);
    assert_eq!(hierarchy.version(), filled, "no change, no new version");
    assert_eq!(hierarchy.ancestors("H34.01.05"), ["H34.01", "H34"]);
    assert_eq!(hierarchy.ancestors("unknown"), [""; 0]);
    assert_eq!(hierarchy.name("H34.01").as_deref(), Some("Cơ quan H34.01"));
    put(vec![agency("H34.01.05", Some("H34"))]).await;
    assert_ne!(hierarchy.version(), filled);
    assert_eq!(hierarchy.ancestors("H34.01.05"), ["H34"]);
    platform.stop().await;
}
