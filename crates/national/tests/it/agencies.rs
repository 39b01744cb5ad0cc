//! The axis's catalogue: differences become proposals, and nothing else.

use lgsp_catalogue::AgencySpec;
use lgsp_exchange::vxp::proposals::{AgencyProposal, ChangeAction, ProposalState};
use serde_json::json;

use crate::support::{AXIS, World};

fn proposal(world: &World) -> Option<AgencyProposal> {
    let name = format!("{AXIS}.agencies");
    world
        .platform
        .registry
        .snapshot()
        .spec::<AgencyProposal>(&name)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_body_is_proposed_once_and_not_after_a_rejection() {
    let world = World::running().await;
    world
        .until("proposal", async || proposal(&world).is_some())
        .await;
    let found = proposal(&world).unwrap();
    assert_eq!(found.state, ProposalState::Open);
    let changes: Vec<(ChangeAction, &str)> = found
        .changes
        .iter()
        .map(|change| (change.action, change.code.as_str()))
        .collect();
    assert_eq!(changes, [(ChangeAction::Add, "H34.77")]);
    // Nothing changed by itself.
    assert!(
        world
            .platform
            .registry
            .snapshot()
            .spec::<AgencySpec>("H34.77")
            .is_none()
    );

    let mut rejected = json!(found);
    rejected["state"] = json!("rejected");
    world
        .put("agency-proposal", &format!("{AXIS}.agencies"), rejected)
        .await;
    let calls = world.called("getSynchronizeUnit");
    for _ in 0..65 {
        world.pass(60_000).await;
    }
    assert!(world.called("getSynchronizeUnit") > calls);
    assert_eq!(proposal(&world).unwrap().state, ProposalState::Rejected);

    // A further difference is proposed without the rejected one.
    world
        .axis
        .replant({
            let mut seed = world.axis.seed();
            for agency in &mut seed.agencies {
                if agency.code == "H49.01" {
                    agency.name = "Tên mới".into();
                }
            }
            seed
        })
        .unwrap();
    for _ in 0..65 {
        world.pass(60_000).await;
    }
    let next = proposal(&world).unwrap();
    assert_eq!(next.state, ProposalState::Open);
    assert_eq!(next.changes.len(), 1);
    assert_eq!(next.changes[0].name.as_deref(), Some("Tên mới"));
    world.stop().await;
}
