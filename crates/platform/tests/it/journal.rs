//! The journal: sealed, provable, and whatever is tampered with is found.

use std::sync::Arc;

use lgsp_platform::{
    Platform,
    journal::{self, Class, Event, query::Filter, verify::Report},
};
use lgsp_testkit::{TestPlatform, each_database};
use sea_orm::ConnectionTrait as _;

async fn write(platform: &Platform, count: usize) {
    let tx = platform.db.begin().await.unwrap();
    let events = (0..count).map(|number| {
        let now = platform.clock.now();
        Event::new(
            Class::Audit,
            now,
            "tester",
            "thing.done",
            ("thing", number.to_string()),
        )
        .with_detail(serde_json::json!({"number": number, "tên": "Đắk Hà"}))
    });
    journal::append(&*tx, events).await.unwrap();
    tx.commit().await.unwrap();
}

async fn verify(platform: &Platform) -> Report {
    let sealer = &platform.sealer;
    let file = Some(sealer.checkpoint_file());
    journal::verify::verify(&platform.db, &sealer.public_key(), file)
        .await
        .unwrap()
}

async fn execute(platform: &Platform, sql: &str) {
    let tx = platform.db.begin().await.unwrap();
    tx.execute_unprepared(sql).await.unwrap();
    tx.commit().await.unwrap();
}

async fn seal_all(platform: &Platform) {
    // The sealer of the background may be at it; then this one has nothing to do.
    while verify(platform).await.open > 0 {
        platform.sealer.seal_once().await.unwrap();
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn events_are_sealed_in_blocks_and_the_chain_proves_itself() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        for count in [3, 1, 5] {
            write(&platform, count).await;
            seal_all(&platform).await;
        }
        write(&platform, 2).await;
        let report = verify(&platform).await;
        assert!(report.ok, "{report:?}");
        assert_eq!(report.events + report.open, 11);
        let page = journal::query::list(&platform.db, &Filter::default(), 4)
            .await
            .unwrap();
        assert_eq!(page.len(), 4);
        assert_eq!(page[0].subject, "1");
        assert_eq!(page[0].detail["tên"], "Đắk Hà");
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn every_kind_of_tampering_is_found() {
    let tamperings = [
        (
            "UPDATE journal_event SET actor = 'another' WHERE id = 2",
            "changed event",
        ),
        ("DELETE FROM journal_event WHERE id = 2", "lost or gained"),
        (
            "UPDATE journal_event SET block = 1 WHERE block = 2",
            "lost or gained",
        ),
        (
            "UPDATE journal_block SET hash = prev_hash WHERE no = 1",
            "changed event",
        ),
        (
            "UPDATE journal_block SET signature = hash WHERE no = 1",
            "wrong signature",
        ),
        ("DELETE FROM journal_block WHERE no = 2", "checkpoints"),
    ];
    for (sql, expected) in tamperings {
        each_database(async |test: Arc<TestPlatform>| {
            let platform = test.start(&[]).await.unwrap();
            for _ in 0..2 {
                write(&platform, 3).await;
                seal_all(&platform).await;
            }
            execute(&platform, sql).await;
            let report = verify(&platform).await;
            assert!(!report.ok, "not found: {sql}");
            let found = report.first_bad.unwrap();
            assert!(found.contains(expected), "{sql}: {found}");
            platform.stop().await;
        })
        .await;
    }
}

#[tokio::test]
async fn the_tail_cut_off_with_its_events_is_found_by_the_checkpoints() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        for _ in 0..2 {
            write(&platform, 2).await;
            seal_all(&platform).await;
        }
        execute(&platform, "DELETE FROM journal_event WHERE block = 2").await;
        execute(&platform, "DELETE FROM journal_block WHERE no = 2").await;
        let report = verify(&platform).await;
        assert!(!report.ok && report.first_bad.unwrap().contains("checkpoints"));
        platform.stop().await;
    })
    .await;
}
