//! Property: the ledger behaves as a thirty-line model of lanes and states.

use std::collections::{BTreeMap, VecDeque};

use lgsp_model::DeliveryId;
use lgsp_platform::{
    Platform,
    ledger::{Effects, Leased, Outcome, Settlement, State},
};
use lgsp_testkit::TestPlatform;
use proptest::prelude::*;

use crate::ledger::{acceptance, delivery};

#[derive(Debug, Clone)]
enum Act {
    Queue { lane: u8, priority: i16 },
    Lease { count: u32 },
    Finish { which: usize, how: How },
    Redrive { which: usize },
}

#[derive(Debug, Clone, Copy)]
enum How {
    Acknowledge,
    FailNow,
    Die,
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (0_u8..3, 0_i16..3).prop_map(|(lane, priority)| Act::Queue { lane, priority }),
        3 => (1_u32..4).prop_map(|count| Act::Lease { count }),
        4 => (any::<usize>(), prop_oneof![
            Just(How::Acknowledge), Just(How::FailNow), Just(How::Die)
        ]).prop_map(|(which, how)| Act::Finish { which, how }),
        1 => any::<usize>().prop_map(|which| Act::Redrive { which }),
    ]
}

/// A lane is its open head and those waiting behind, each with its priority.
#[derive(Default)]
struct Lane {
    head: Option<DeliveryId>,
    waiting: VecDeque<(i16, DeliveryId)>,
}

impl Lane {
    fn push(&mut self, priority: i16, id: DeliveryId) {
        match self.head {
            None => self.head = Some(id),
            Some(_) => self.waiting.push_back((priority, id)),
        }
    }

    fn advance(&mut self) {
        let best = self
            .waiting
            .iter()
            .max_by_key(|(priority, id)| (*priority, std::cmp::Reverse(*id)));
        self.head = best.map(|(_, id)| *id);
        let head = self.head;
        self.waiting.retain(|(_, id)| Some(*id) != head);
    }
}

#[derive(Default)]
struct Model {
    lanes: BTreeMap<u8, Lane>,
    of: BTreeMap<DeliveryId, (u8, i16)>,
    dead: Vec<DeliveryId>,
    done: Vec<DeliveryId>,
}

async fn run(platform: &Platform, acts: Vec<Act>) {
    let mut model = Model::default();
    let mut held: Vec<Leased> = Vec::new();
    for act in acts {
        match act {
            Act::Queue { lane, priority } => {
                let new = delivery("q", Some(&lane.to_string()), priority);
                let id = new.id;
                platform.ledger.accept(acceptance(vec![new])).await.unwrap();
                model.of.insert(id, (lane, priority));
                model.lanes.entry(lane).or_default().push(priority, id);
            }
            Act::Lease { count } => {
                for leased in platform
                    .ledger
                    .lease("q", "t", count, 60_000)
                    .await
                    .unwrap()
                {
                    let (lane, _) = model.of[&leased.id];
                    assert_eq!(
                        model.lanes[&lane].head,
                        Some(leased.id),
                        "not the lane's head"
                    );
                    assert!(held.iter().all(|one| one.id != leased.id), "leased twice");
                    held.push(leased);
                }
            }
            Act::Finish { which, how } if !held.is_empty() => {
                let leased = held.remove(which % held.len());
                finish(platform, &mut model, &leased, how).await;
            }
            Act::Redrive { which } if !model.dead.is_empty() => {
                let id = model.dead.remove(which % model.dead.len());
                platform
                    .ledger
                    .redrive(id, Effects::default())
                    .await
                    .unwrap();
                let (lane, priority) = model.of[&id];
                model.lanes.entry(lane).or_default().push(priority, id);
            }
            Act::Finish { .. } | Act::Redrive { .. } => {}
        }
    }
    check_states(platform, &model).await;
}

async fn finish(platform: &Platform, model: &mut Model, leased: &Leased, how: How) {
    let outcome = match how {
        How::Acknowledge => Outcome::Acknowledged,
        How::FailNow => Outcome::Failed {
            reason: "x".to_owned(),
            next_at: platform.clock.now(),
        },
        How::Die => Outcome::Dead {
            reason: "x".to_owned(),
        },
    };
    let effects = Effects::default();
    let settlement = Settlement {
        id: leased.id,
        fence: Some(leased.fence),
        outcome,
        effects,
    };
    platform.ledger.settle(settlement).await.unwrap();
    let (lane, _) = model.of[&leased.id];
    let lane = model.lanes.get_mut(&lane).unwrap();
    match how {
        How::FailNow => {}
        How::Acknowledge => {
            model.done.push(leased.id);
            lane.advance();
        }
        How::Die => {
            model.dead.push(leased.id);
            lane.advance();
        }
    }
}

async fn check_states(platform: &Platform, model: &Model) {
    for id in model.of.keys() {
        let found = platform.ledger.delivery(*id).await.unwrap().state;
        let is_waiting = model
            .lanes
            .values()
            .any(|lane| lane.waiting.iter().any(|(_, waiting)| waiting == id));
        let expected: &[State] = if model.done.contains(id) {
            &[State::Acknowledged]
        } else if model.dead.contains(id) {
            &[State::Dead]
        } else if is_waiting {
            &[State::Waiting]
        } else {
            &[State::Queued, State::Leased, State::Failed]
        };
        assert!(
            expected.contains(&found),
            "{id} is {found:?}, not one of {expected:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lanes_follow_the_model(acts in prop::collection::vec(act(), 1..60)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let test = TestPlatform::sqlite().unwrap();
            let platform = test.start(&[]).await.unwrap();
            run(&platform, acts).await;
            platform.stop().await;
        });
    }
}
