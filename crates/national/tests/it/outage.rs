//! The reliability test: ten minutes without the axis, 10,000 documents waiting.

use std::{collections::HashMap, time::Instant};

use futures_util::{StreamExt as _, stream};
use lgsp_national::vxp::Health;
use lgsp_simulator::axis::{FaultKind, FaultRule, OutageMode};

use crate::support::{World, draft, own};

const DOCUMENTS: usize = 10_000;
const SENDERS: usize = 50;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn outage_of_ten_minutes_with_10000_documents_loses_and_repeats_nothing() {
    let world = World::new().await;
    let outage = FaultKind::Outage {
        minutes: 10.0,
        mode: OutageMode::Cut,
    };
    world.axis.add_fault(FaultRule::always(outage));
    let began_ms = world.axis.now_ms();
    let vxp = world.start().await;
    let began = Instant::now();

    // Each sender offers its documents one after the other, all senders at once.
    let senders = stream::iter(1..=SENDERS).for_each_concurrent(SENDERS, |sender| {
        let world = &world;
        async move {
            for number in 1..=DOCUMENTS / SENDERS {
                let draft = draft(&own(sender), &["H49"], number);
                world.submit(&draft).await;
            }
        }
    });
    senders.await;
    let submitted = began.elapsed();

    // The rest of the ten minutes; documents inside the province move all the while.
    let mut inside = 0;
    while world.axis.now_ms() < began_ms + 9 * 60_000 + 55_000 {
        world.pass(5_000).await;
        if inside < 20 {
            inside += 1;
            world
                .submit(&draft(&own(inside), &[&own(inside + 20)], 900_000 + inside))
                .await;
        }
    }
    assert_eq!(vxp.status().unwrap().health, Health::Down);
    assert_eq!(world.deliveries("mailbox").await.len(), inside);
    assert_eq!(world.arrived().len(), 0);
    let waiting: i64 = world.counts("vxp").await.values().sum();
    assert_eq!(waiting, i64::try_from(DOCUMENTS).unwrap());

    // The axis is back: within a minute everything flows.
    let back = Instant::now();
    world.settle(60).await;
    // The minute is the clock's; how long the calls of that minute take is the machine's matter.
    for _ in 0..100 {
        if !world.arrived().is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert!(
        !world.arrived().is_empty(),
        "nothing flows a minute after the outage"
    );
    let mut rounds = 0;
    while !world.counts("vxp").await.is_empty() {
        world.pass(200).await;
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        rounds += 1;
        assert!(rounds < 3_000, "{:?}", world.counts("vxp").await);
    }
    eprintln!(
        "{DOCUMENTS} documents: {submitted:?} to accept, {:?} to send",
        back.elapsed()
    );

    let arrived = world.arrived();
    assert_eq!(arrived.len(), DOCUMENTS);
    let mut last: HashMap<String, usize> = HashMap::new();
    for copy in arrived {
        let number: usize = copy
            .document_id
            .rsplit(',')
            .next()
            .unwrap()
            .split('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let before = last.insert(copy.from.clone(), number).unwrap_or(0);
        assert_eq!(number, before + 1, "{}: {number} after {before}", copy.from);
    }
    assert_eq!(last.len(), SENDERS);
    assert!(last.values().all(|number| *number == DOCUMENTS / SENDERS));
    world.stop().await;
}
