//! The three lists of agencies, and wishes for a change that a steward decides.
//!
//! Follows: design document "Document exchange", sections 7.3 and 7.4.

use std::sync::Arc;

use lgsp_catalogue::AgencySpec;
use lgsp_exchange::vxp::proposals::{AgencyProposal, ProposalState, decide};
use lgsp_model::AccountId;
use lgsp_platform::{
    http::{Caller, Principal, context::Authorizer},
    registry::Kind as _,
};
use lgsp_simulator::client::{Error, NewAgency};

use super::door::{Door, FIRST, SECOND};

struct Everything;

impl Authorizer for Everything {
    fn is_allowed(&self, _: &Principal, _: &str, _: Option<&str>) -> bool {
        true
    }

    fn scope(&self, _: &Principal, _: &str) -> Option<Vec<String>> {
        None
    }
}

fn steward(door: &Door) -> Caller {
    let principal = Principal {
        account_id: AccountId(door.platform.ids.next()),
        username: "steward".into(),
        agency: None,
        roles: Arc::new([]),
        csrf_token: None,
        credential: "test".into(),
        standing: lgsp_platform::http::context::Standing::default(),
    };
    Caller::new(principal, Arc::new(Everything), door.platform.clock.now())
}

fn wish(pcode: &str, code: &str, name: &str) -> NewAgency {
    NewAgency {
        pcode: pcode.into(),
        code: code.into(),
        name: name.into(),
        mail: "mau@kontum.example".into(),
        ..NewAgency::default()
    }
}

fn code(result: Result<(), Error>) -> String {
    result
        .unwrap_err()
        .refused_code()
        .unwrap_or("none")
        .to_owned()
}

#[tokio::test]
async fn lists_show_both_forms_of_the_codes() {
    let door = Door::open().await;
    let first = door.kit(FIRST);
    let lists = [
        first.agencies().await.unwrap(),
        first.agencies_qd20().await.unwrap(),
    ];
    for list in lists {
        let found = list.iter().find(|item| item.code == "H34.02").unwrap();
        assert_eq!(found.old_code, "000.00.02.H34");
        assert_eq!(found.name, "Sở Nội vụ tỉnh Kon Tum");
    }
    let units = first.synchronize_units().await.unwrap();
    let unit = units.iter().find(|item| item.code == "H34.02").unwrap();
    assert_eq!(unit.center_code, "test.second");
    let above = units.iter().find(|item| item.id == unit.pid).unwrap();
    assert_eq!(above.code, "H34");
    assert_eq!(unit.deleted, serde_json::Value::Bool(false));
    door.platform.stop().await;
}

#[tokio::test]
async fn a_registered_agency_waits_for_a_steward() {
    let door = Door::open().await;
    let second = door.kit(SECOND);
    let new = wish("H34.02", "H34.02.90", "Chi cục mẫu");
    second.register_agency(&new).await.unwrap();
    second.register_agency(&new).await.unwrap();
    let registry = &door.platform.registry;
    assert!(
        registry
            .snapshot()
            .get(AgencySpec::KIND, "H34.02.90")
            .is_none()
    );
    let name = "second.H34.02.90";
    let waiting = registry.find(AgencyProposal::KIND, name).unwrap();
    assert_eq!(waiting.revision, 1, "the same wish twice is one");

    let decided = decide(&door.platform, &steward(&door), name, true)
        .await
        .unwrap();
    assert_eq!(decided.state, ProposalState::Accepted);
    let spec: AgencySpec = registry.snapshot().spec("H34.02.90").unwrap();
    assert_eq!(spec.name, "Chi cục mẫu");
    assert_eq!(spec.parent.unwrap().as_str(), "H34.02");
    assert!(
        decide(&door.platform, &steward(&door), name, true)
            .await
            .is_err()
    );

    door.exchange.directories().refresh().await.unwrap();
    // Its code exists now, and the system may wish that the body ends.
    assert_eq!(code(second.register_agency(&new).await), "112");
    second.delete_agency("H34.02.90").await.unwrap();
    decide(&door.platform, &steward(&door), name, true)
        .await
        .unwrap();
    let ended: AgencySpec = registry.snapshot().spec("H34.02.90").unwrap();
    assert!(ended.valid_to.is_some());
    assert_eq!(ended.codes.len(), 1, "codes stay in the history");
    door.platform.stop().await;
}

#[tokio::test]
async fn a_system_wishes_only_below_its_own_agencies() {
    let door = Door::open().await;
    let first = door.kit(FIRST);
    assert_eq!(
        code(
            first
                .register_agency(&wish("H34.02", "H34.02.91", "A"))
                .await
        ),
        "110"
    );
    assert_eq!(
        code(first.register_agency(&wish("", "H34.92", "A")).await),
        "110"
    );
    assert_eq!(
        code(first.register_agency(&wish("H34.01", "", "A")).await),
        "105"
    );
    assert_eq!(code(first.delete_agency("H34.02").await), "110");
    assert_eq!(code(first.delete_agency("X99").await), "110");
    let proposals = door.platform.registry.snapshot();
    assert_eq!(proposals.of_kind(AgencyProposal::KIND).count(), 0);
    door.platform.stop().await;
}

#[tokio::test]
async fn a_rejected_wish_changes_nothing() {
    let door = Door::open().await;
    let first = door.kit(FIRST);
    first.delete_agency("000.00.01.H34").await.unwrap();
    let name = "first.000.00.01.H34";
    let decided = decide(&door.platform, &steward(&door), name, false)
        .await
        .unwrap();
    assert_eq!(decided.state, ProposalState::Rejected);
    let spec: AgencySpec = door.platform.registry.snapshot().spec("H34.01").unwrap();
    assert_eq!(spec.valid_to.map(|day| day.to_string()), spec_before());
    door.platform.stop().await;
}

/// In the demo data the body ends with the merger of 2025 already.
fn spec_before() -> Option<String> {
    Some("2025-06-30".to_owned())
}
