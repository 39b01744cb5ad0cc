//! The log of `SQLite` begins anew while there are commits, long before a writer has to see to it.

use lgsp_platform::Platform;
use lgsp_testkit::TestPlatform;
use sea_orm::ConnectionTrait as _;

/// A page of the database, filled.
const PAGE: &str = "zeroblob(8000)";
/// Pages of one commit.
const PAGES: u32 = 500;

async fn write(platform: &Platform, pages: u32) {
    let tx = platform.db.begin().await.unwrap();
    let sql = format!(
        "WITH RECURSIVE page(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM page WHERE n < {pages}) \
         INSERT INTO filling SELECT {PAGE} FROM page"
    );
    tx.execute_unprepared(&sql).await.unwrap();
    tx.commit().await.unwrap();
}

async fn pages_of_log(platform: &Platform) -> i64 {
    let row = platform.db.query_one("PRAGMA wal_checkpoint(NOOP)", vec![]);
    row.await.unwrap().unwrap().try_get("", "log").unwrap()
}

#[tokio::test]
async fn the_log_begins_anew_while_there_are_commits() {
    let world = TestPlatform::sqlite().unwrap();
    let platform = Platform::start(world.config.clone(), world.clock.clone(), &[]);
    let platform = platform.await.unwrap();
    let tx = platform.db.begin().await.unwrap();
    let table = "CREATE TABLE filling (page BLOB)";
    tx.execute_unprepared(table).await.unwrap();
    tx.commit().await.unwrap();
    while pages_of_log(&platform).await < 5_000 {
        write(&platform, PAGES).await;
    }
    for _ in 0..1_000 {
        world.clock.advance_ms(20);
        write(&platform, 1).await;
        if pages_of_log(&platform).await < 1_000 {
            return;
        }
    }
    panic!(
        "the log still holds {} pages",
        pages_of_log(&platform).await
    );
}
