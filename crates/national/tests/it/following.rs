//! Changes of the registry, and an axis that is down: what the client does without a restart.

use lgsp_national::vxp::{FAILURES_MAX, Health};
use lgsp_platform::ledger::State;
use lgsp_simulator::axis::{FaultKind, FaultRule, Operation, OutageMode};
use serde_json::json;

use crate::support::{AXIS, World, draft, own, upstream_spec};

fn disabled(url: &str) -> serde_json::Value {
    let mut spec = upstream_spec(url);
    spec["enabled"] = json!(false);
    spec
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disabled_axis_waits_and_an_enabled_one_is_used() {
    let world = World::new().await;
    world.put("upstream", AXIS, disabled(&world.url)).await;
    let vxp = world.start().await;
    assert_eq!(vxp.status(), None);
    world.submit(&draft("H34.01", &["H49"], 1)).await;
    world.settle(60).await;
    let delivery = world.delivery().await;
    assert_eq!((delivery.state, delivery.attempts), (State::Queued, 0));
    assert_eq!(world.axis.stats().operations.len(), 0);

    // A wrong address is changed while deliveries fail.
    world
        .put("upstream", AXIS, upstream_spec("http://127.0.0.1:9"))
        .await;
    world
        .until("failure", async || {
            world.delivery().await.last_error.is_some()
        })
        .await;
    assert_eq!(vxp.status().unwrap().health, Health::Degraded);
    world.put("upstream", AXIS, upstream_spec(&world.url)).await;
    world.until_state(State::Acknowledged).await;
    assert_eq!(world.events("document.possible_duplicate").await.len(), 0);
    assert_eq!(vxp.status().unwrap().health, Health::Up);
    assert_eq!(vxp.status().unwrap().name, AXIS);
    let overview = world
        .exchange
        .overview(lgsp_exchange::query::views::Window::Hour, None)
        .await
        .unwrap();
    assert_eq!(overview.upstream.as_ref().unwrap().state, "up");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_circuit_calls_rarely_counts_no_attempt_and_harms_nobody() {
    for mode in [OutageMode::Cut, OutageMode::Unavailable] {
        let world = World::new().await;
        let outage = FaultKind::Outage { minutes: 5.0, mode };
        world.axis.add_fault(FaultRule::always(outage));
        let vxp = world.start().await;
        for number in 1..=20 {
            world
                .submit(&draft(&own(number), &["H49", &own(40)], number))
                .await;
        }
        world
            .until("open circuit", async || {
                vxp.status().unwrap().health == Health::Down
            })
            .await;
        // What stays inside is in its mailbox at once.
        assert_eq!(world.deliveries("mailbox").await.len(), 20);
        world.settle(5).await;
        let before: u64 = calls(&world);
        world.settle(200).await;
        let probes = calls(&world) - before;
        assert!(
            (4..=12).contains(&probes),
            "{mode:?}: {probes} calls in 200 seconds"
        );
        let attempts: i32 = world
            .deliveries("vxp")
            .await
            .iter()
            .map(|delivery| delivery.attempts)
            .sum();
        let limit = i32::try_from(FAILURES_MAX).unwrap() + 16;
        assert!(attempts <= limit, "{mode:?}: {attempts} attempts");
        assert_eq!(world.arrived().len(), 0);

        world
            .until("arrival", async || world.arrived().len() == 20)
            .await;
        world
            .until("settled", async || world.counts("vxp").await.is_empty())
            .await;
        assert_eq!(vxp.status().unwrap().health, Health::Up);
        world.settle(60).await;
        assert_eq!(world.arrived().len(), 20, "{mode:?}");
        world.stop().await;
    }
}

fn calls(world: &World) -> u64 {
    world
        .axis
        .stats()
        .operations
        .values()
        .map(|stats| stats.called)
        .sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_secret_makes_a_few_dead_letters_and_not_all() {
    let world = World::new().await;
    world.axis.add_fault(FaultRule::always(FaultKind::WrongMac));
    let vxp = world.start().await;
    for number in 1..=40 {
        world.submit(&draft(&own(number), &["H49"], number)).await;
    }
    world
        .until("open circuit", async || {
            vxp.status().unwrap().health == Health::Down
        })
        .await;
    world.settle(30).await;
    let dead = world.counts("vxp").await.get("dead").copied().unwrap_or(0);
    assert!((1..=16).contains(&dead), "{dead}");
    world.axis.clear_faults();
    let rest = usize::try_from(40 - dead).unwrap();
    world
        .until("arrival", async || world.arrived().len() == rest)
        .await;
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_clock_of_the_axis_is_watched() {
    let world = World::running().await;
    world
        .until("call", async || {
            world.called(Operation::CountReceiveEdoc.name()) > 0
        })
        .await;
    world.settle(2).await;
    let metrics = world.platform.metrics.render();
    assert!(metrics.contains("axis.clock_"), "{metrics}");
    assert!(metrics.contains("axis.count_receive_edoc"), "{metrics}");
    world.stop().await;
}
