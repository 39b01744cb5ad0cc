//! The ledger: durable acceptance, leases, order, repeats, dead letters.

use std::sync::Arc;

use lgsp_model::{DeliveryId, MessageId, Timestamp};
use lgsp_platform::{
    Platform,
    blobs::{Body, INLINE_BYTES_MAX},
    clock::Ids,
    error::Error,
    ledger::{
        Acceptance, Accepted, Claim, Effects, Leased, NewDelivery, NewMessage, Outcome, Settlement,
        State, maintenance, query::Filter,
    },
};
use lgsp_testkit::{TestPlatform, each_database};

pub(crate) fn delivery(queue: &str, lane: Option<&str>, priority: i16) -> NewDelivery {
    NewDelivery {
        id: DeliveryId(Ids.next()),
        message: None,
        queue: queue.to_owned(),
        address: "H34.01".to_owned(),
        lane: lane.map(str::to_owned),
        priority,
        is_pull: false,
        due_at: Timestamp(0),
        payload: None,
    }
}

pub(crate) fn acceptance(deliveries: Vec<NewDelivery>) -> Acceptance {
    Acceptance {
        claim: None,
        effects: Effects {
            deliveries,
            ..Effects::default()
        },
    }
}

async fn queue(platform: &Platform, lane: Option<&str>, priority: i16) -> DeliveryId {
    let new = delivery("q", lane, priority);
    let id = new.id;
    platform.ledger.accept(acceptance(vec![new])).await.unwrap();
    id
}

async fn lease(platform: &Platform, count: u32) -> Vec<Leased> {
    platform
        .ledger
        .lease("q", "test", count, 60_000)
        .await
        .unwrap()
}

async fn settle(platform: &Platform, leased: &Leased, outcome: Outcome) -> Result<(), Error> {
    let effects = Effects::default();
    let settlement = Settlement {
        id: leased.id,
        fence: Some(leased.fence),
        outcome,
        effects,
    };
    platform.ledger.settle(settlement).await
}

async fn state(platform: &Platform, id: DeliveryId) -> State {
    platform.ledger.delivery(id).await.unwrap().state
}

#[tokio::test]
async fn a_delivery_is_leased_once_and_ends_acknowledged() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let id = queue(&platform, None, 0).await;
        let leased = lease(&platform, 10).await;
        assert_eq!(leased.iter().map(|one| one.id).collect::<Vec<_>>(), [id]);
        assert!(
            lease(&platform, 10).await.is_empty(),
            "a leased delivery was leased again"
        );
        settle(&platform, &leased[0], Outcome::Acknowledged)
            .await
            .unwrap();
        assert_eq!(state(&platform, id).await, State::Acknowledged);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_claim_answers_a_repeat_with_the_first_result() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let send = async |result: &str| {
            let claim = Claim {
                key: "vxp:a:1".to_owned(),
                result: result.to_owned(),
                expires_at: Timestamp(i64::MAX),
            };
            let effects = Effects {
                deliveries: vec![delivery("q", None, 0)],
                ..Effects::default()
            };
            let acceptance = Acceptance {
                claim: Some(claim),
                effects,
            };
            platform.ledger.accept(acceptance).await.unwrap()
        };
        // Together in one batch, and once more afterwards.
        let (first, second) = tokio::join!(send("one"), send("two"));
        let third = send("three").await;
        let repeats: Vec<&Accepted> = [&first, &second, &third]
            .into_iter()
            .filter(|one| **one != Accepted::New)
            .collect();
        assert_eq!(repeats.len(), 2);
        assert_eq!(
            repeats[0], repeats[1],
            "all repeats answer the first result"
        );
        assert_eq!(
            lease(&platform, 10).await.len(),
            1,
            "a repeat made a delivery"
        );
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_lane_leaves_in_order_and_a_failing_head_holds_it() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let first = queue(&platform, Some("A"), 0).await;
        let second = queue(&platform, Some("A"), 0).await;
        let urgent = queue(&platform, Some("A"), 2).await;
        let other = queue(&platform, Some("B"), 0).await;
        let leased = lease(&platform, 10).await;
        assert_eq!(
            leased.iter().map(|one| one.id).collect::<Vec<_>>(),
            [first, other]
        );
        let later = platform.clock.now().plus_ms(30_000);
        let failed = Outcome::Failed {
            reason: "axis down".to_owned(),
            next_at: later,
        };
        settle(&platform, &leased[0], failed).await.unwrap();
        assert!(
            lease(&platform, 10).await.is_empty(),
            "the lane overtook its failed head"
        );
        test.clock.advance_ms(30_000);
        let again = lease(&platform, 10).await;
        assert_eq!((again[0].id, again[0].attempts), (first, 2));
        settle(&platform, &again[0], Outcome::Delivered)
            .await
            .unwrap();
        let next = lease(&platform, 10).await;
        assert_eq!(next.iter().map(|one| one.id).collect::<Vec<_>>(), [urgent]);
        settle(&platform, &next[0], Outcome::Acknowledged)
            .await
            .unwrap();
        assert_eq!(lease(&platform, 10).await[0].id, second);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_waiting_normal_delivery_is_not_starved_by_urgent_ones() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        queue(&platform, Some("A"), 0).await;
        let normal = queue(&platform, Some("A"), 0).await;
        test.clock.advance_ms(maintenance::FAIRNESS_MS + 1);
        queue(&platform, Some("A"), 4).await;
        let head = lease_soon(&platform).await;
        settle(&platform, &head[0], Outcome::Acknowledged)
            .await
            .unwrap();
        assert_eq!(lease_soon(&platform).await[0].id, normal);
        platform.stop().await;
    })
    .await;
}

/// As a worker does: asks again when the upkeep, which the moved clock has woken, was quicker.
async fn lease_soon(platform: &Platform) -> Vec<Leased> {
    for _ in 0..100 {
        let leased = lease(platform, 1).await;
        if !leased.is_empty() {
            return leased;
        }
        tokio::task::yield_now().await;
    }
    Vec::new()
}

#[tokio::test]
async fn an_expired_lease_returns_and_the_old_fence_is_refused() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let id = queue(&platform, None, 0).await;
        let old = lease(&platform, 1).await;
        test.clock.advance_ms(61_000);
        maintenance::pass(&platform.ledger).await.unwrap();
        let new = lease(&platform, 1).await;
        assert_eq!(new[0].id, id);
        let refused = settle(&platform, &old[0], Outcome::Delivered).await;
        assert!(matches!(refused, Err(Error::LeaseLost)), "{refused:?}");
        assert_eq!(state(&platform, id).await, State::Leased);
        settle(&platform, &new[0], Outcome::Delivered)
            .await
            .unwrap();
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn effects_of_a_lost_lease_are_not_applied_and_neighbours_survive() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let id = queue(&platform, None, 0).await;
        let held = lease(&platform, 1).await;
        let lost = Settlement {
            id,
            fence: Some(held[0].fence + 7),
            outcome: Outcome::Delivered,
            effects: acceptance(vec![delivery("effect", None, 0)]).effects,
        };
        let (lost, good) = tokio::join!(
            platform.ledger.settle(lost),
            platform
                .ledger
                .accept(acceptance(vec![delivery("neighbour", None, 0)]))
        );
        assert!(matches!(lost, Err(Error::LeaseLost)));
        assert_eq!(good.unwrap(), Accepted::New);
        let count = async |queue: &str| {
            let filter = Filter {
                queue: Some(queue.to_owned()),
                ..Filter::default()
            };
            platform.ledger.deliveries(&filter, 10).await.unwrap().len()
        };
        assert_eq!((count("effect").await, count("neighbour").await), (0, 1));
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_dead_letter_is_redriven_behind_its_lane() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let first = queue(&platform, Some("A"), 0).await;
        let second = queue(&platform, Some("A"), 0).await;
        let head = lease(&platform, 1).await;
        let dead = Outcome::Dead {
            reason: "unknown receiver".to_owned(),
        };
        settle(&platform, &head[0], dead).await.unwrap();
        let shown = platform.ledger.delivery(first).await.unwrap();
        assert_eq!(shown.last_error.as_deref(), Some("unknown receiver"));
        platform
            .ledger
            .redrive(first, Effects::default())
            .await
            .unwrap();
        assert_eq!(state(&platform, first).await, State::Waiting);
        let head = lease(&platform, 2).await;
        assert_eq!(head.iter().map(|one| one.id).collect::<Vec<_>>(), [second]);
        settle(&platform, &head[0], Outcome::Acknowledged)
            .await
            .unwrap();
        let head = lease(&platform, 1).await;
        assert_eq!((head[0].id, head[0].attempts), (first, 1));
        let again = platform.ledger.redrive(first, Effects::default()).await;
        assert!(
            matches!(
                again,
                Err(Error::DeliveryState {
                    state: "leased",
                    ..
                })
            ),
            "{again:?}"
        );
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_head_lets_its_lane_go() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let first = queue(&platform, Some("A"), 0).await;
        let second = queue(&platform, Some("A"), 0).await;
        platform
            .ledger
            .cancel(first, "withdrawn", Effects::default())
            .await
            .unwrap();
        assert_eq!(lease(&platform, 5).await[0].id, second);
        let unknown = platform
            .ledger
            .cancel(DeliveryId(Ids.next()), "x", Effects::default())
            .await;
        assert!(matches!(unknown, Err(Error::NotFound { .. })));
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_worker_cancels_what_it_holds_and_a_person_does_not() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let first = queue(&platform, Some("A"), 0).await;
        let second = queue(&platform, Some("A"), 0).await;
        let held = lease(&platform, 1).await.remove(0);
        let by_person = platform
            .ledger
            .cancel(first, "withdrawn", Effects::default());
        let by_person = by_person.await;
        assert!(
            matches!(by_person, Err(Error::DeliveryState { .. })),
            "{by_person:?}"
        );
        let settlement = Settlement {
            id: first,
            fence: Some(held.fence),
            outcome: Outcome::Cancelled {
                reason: "nobody to tell".to_owned(),
            },
            effects: Effects::default(),
        };
        platform.ledger.settle(settlement).await.unwrap();
        assert_eq!(state(&platform, first).await, State::Cancelled);
        assert_eq!(lease(&platform, 5).await[0].id, second);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn bodies_come_back_small_and_large() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        for size in [0, 1, INLINE_BYTES_MAX, INLINE_BYTES_MAX + 1, 3 * 1_048_576] {
            let content = bytes::Bytes::from(vec![b'x'; size]);
            let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(content.clone())]);
            let received = platform
                .blobs
                .receive(stream, "TEST_BYTES_MAX", 4_194_304)
                .await
                .unwrap();
            let id = MessageId(Ids.next());
            let message = NewMessage {
                id,
                kind: "test",
                body: received.body,
                size_bytes: received.size_bytes,
                digest: received.digest,
                trace_id: None,
            };
            let effects = Effects {
                messages: vec![message],
                ..Effects::default()
            };
            platform
                .ledger
                .accept(Acceptance {
                    claim: None,
                    effects,
                })
                .await
                .unwrap();
            let stored = platform.ledger.message(id).await.unwrap();
            assert_eq!(stored.body.is_some(), size <= INLINE_BYTES_MAX);
            let found = match platform.ledger.body(&stored).await.unwrap() {
                Body::Inline(bytes) => bytes.to_vec(),
                Body::Spooled(mut file) => {
                    let mut bytes = Vec::new();
                    std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
                    bytes
                }
            };
            assert!(found == content, "a body of {size} bytes came back changed");
        }
        let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(vec![0_u8; 11].into())]);
        let past = platform.blobs.receive(stream, "TEST_BYTES_MAX", 10).await;
        assert!(matches!(
            past,
            Err(Error::TooLarge {
                limit: "TEST_BYTES_MAX",
                max: 10
            })
        ));
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_nodes_share_a_queue_without_a_double_lease() {
    each_database(async |test: Arc<TestPlatform>| {
        if !test.is_postgres() {
            return;
        }
        let one = test.start(&[]).await.unwrap();
        let two = test.start_node("two", &[]).await.unwrap();
        let lanes = ["A", "B", "C", "D", "E"];
        for round in 0..100 {
            let node = if round % 2 == 0 { &one } else { &two };
            queue(node, Some(lanes[round % lanes.len()]), 0).await;
        }
        let drain = async |node: &Platform| {
            let mut taken = Vec::new();
            for _ in 0..400 {
                for leased in lease(node, 3).await {
                    taken.push(leased.id);
                    settle(node, &leased, Outcome::Acknowledged).await.unwrap();
                }
            }
            taken
        };
        let (mut left, right) = tokio::join!(drain(&one), drain(&two));
        left.extend(right);
        assert_eq!(left.len(), 100, "a delivery was lost or taken twice");
        left.sort_unstable();
        left.dedup();
        assert_eq!(left.len(), 100, "a delivery was taken twice");
        one.stop().await;
        two.stop().await;
    })
    .await;
}

#[tokio::test]
async fn leases_of_a_dead_node_return_before_they_end() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let id = queue(&platform, None, 0).await;
        maintenance::pass(&platform.ledger).await.unwrap();
        let own = platform.ledger.node().to_owned();
        let held = platform.ledger.lease("q", &own, 1, 600_000).await.unwrap();
        test.clock.advance_ms(maintenance::NODE_SILENT_MS + 1);
        // Its own upkeep keeps a living node's leases.
        maintenance::pass(&platform.ledger).await.unwrap();
        assert_eq!(state(&platform, id).await, State::Leased);
        platform.stop().await;
        drop(platform);
        test.clock.advance_ms(maintenance::NODE_SILENT_MS + 1);
        let platform = test.start(&[]).await.unwrap();
        maintenance::pass(&platform.ledger).await.unwrap();
        assert_eq!(state(&platform, id).await, State::Failed);
        assert!(held[0].fence > 0);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn accepted_work_survives_a_restart() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let id = queue(&platform, None, 0).await;
        lease(&platform, 1).await;
        platform.stop().await;
        drop(platform);
        let platform = test.start(&[]).await.unwrap();
        if test.is_postgres() {
            test.clock.advance_ms(61_000);
        }
        maintenance::pass(&platform.ledger).await.unwrap();
        // The upkeep of the new process may hold the row for a moment; workers ask again too.
        let mut found = lease(&platform, 1).await;
        for _ in 0..1_000 {
            if !found.is_empty() {
                break;
            }
            tokio::task::yield_now().await;
            found = lease(&platform, 1).await;
        }
        assert_eq!(found[0].id, id);
        platform.stop().await;
    })
    .await;
}
