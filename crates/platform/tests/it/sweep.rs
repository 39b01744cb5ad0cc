//! Bodies that no message names.

use std::{
    fs::File,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use lgsp_model::{MessageId, Timestamp};
use lgsp_platform::{
    Platform,
    blobs::{Body, INLINE_BYTES_MAX, Received},
    clock::Ids,
    ledger::{Acceptance, Effects, NewMessage},
    sweep,
};
use lgsp_testkit::each_database;

const DAY: Duration = Duration::from_secs(86_400);

async fn received(platform: &Platform, filling: u8) -> Received {
    let content = vec![filling; INLINE_BYTES_MAX + 1];
    let stream = futures_util::stream::iter([Ok::<_, std::io::Error>(content.into())]);
    platform
        .blobs
        .receive(stream, "test", 1 << 20)
        .await
        .unwrap()
}

/// Stores a body as an acceptance does, and where it lies then.
async fn store(platform: &Platform, received: &Received) -> PathBuf {
    let file = match &received.body {
        Body::Spooled(file) => file.try_clone(),
        Body::Inline(_) => Err(std::io::Error::other("a large body is spooled")),
    };
    let file = file.unwrap();
    platform.blobs.store(file, &received.digest).await.unwrap();
    let name: String = received
        .digest
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = platform
        .config
        .blobs_dir()
        .join(&name[..2])
        .join(&name[2..]);
    assert!(path.is_file());
    path
}

async fn accept(platform: &Platform, received: Received) {
    let message = NewMessage {
        id: MessageId(Ids.next()),
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
    let acceptance = Acceptance {
        claim: None,
        effects,
    };
    platform.ledger.accept(acceptance).await.unwrap();
}

fn make_old(path: &PathBuf) {
    let file = File::open(path).unwrap();
    file.set_modified(SystemTime::now() - 2 * DAY).unwrap();
}

fn yesterday() -> Timestamp {
    let since = (SystemTime::now() - DAY).duration_since(SystemTime::UNIX_EPOCH);
    Timestamp(i64::try_from(since.unwrap().as_millis()).unwrap())
}

#[tokio::test]
async fn old_bodies_that_nobody_names_go_and_all_others_stay() {
    each_database(async |test| {
        let platform = test.start(&[]).await.unwrap();
        let kept = received(&platform, 1).await;
        let kept_at = store(&platform, &kept).await;
        accept(&platform, kept).await;
        let orphan_at = store(&platform, &received(&platform, 2).await).await;
        let young_at = store(&platform, &received(&platform, 3).await).await;
        let upload_at = kept_at.with_file_name("0123#1");
        let foreign_at = kept_at.with_file_name("README");
        for path in [&upload_at, &foreign_at] {
            File::create(path).unwrap();
        }
        for path in [&kept_at, &orphan_at, &upload_at, &foreign_at] {
            make_old(path);
        }
        let removed = sweep::pass(&platform.ledger, yesterday()).await.unwrap();
        assert_eq!(removed, 2);
        let is_there =
            [&kept_at, &orphan_at, &young_at, &upload_at, &foreign_at].map(|path| path.is_file());
        assert_eq!(is_there, [true, false, true, false, true]);
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_body_that_is_stored_once_more_is_young_again() {
    each_database(async |test| {
        let platform = test.start(&[]).await.unwrap();
        let path = store(&platform, &received(&platform, 1).await).await;
        make_old(&path);
        store(&platform, &received(&platform, 1).await).await;
        assert_eq!(sweep::pass(&platform.ledger, yesterday()).await.unwrap(), 0);
        make_old(&path);
        assert_eq!(sweep::pass(&platform.ledger, yesterday()).await.unwrap(), 1);
        store(&platform, &received(&platform, 1).await).await;
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_sweep_that_was_killed_is_mended_by_the_next() {
    each_database(async |test| {
        let platform = test.start(&[]).await.unwrap();
        let named = received(&platform, 1).await;
        let named_at = store(&platform, &named).await;
        accept(&platform, named).await;
        let orphan_at = store(&platform, &received(&platform, 2).await).await;
        for path in [&named_at, &orphan_at] {
            make_old(path);
            std::fs::rename(path, path.with_extension("swept")).unwrap();
        }
        assert_eq!(sweep::pass(&platform.ledger, yesterday()).await.unwrap(), 1);
        assert!(named_at.is_file());
        assert!(!orphan_at.with_extension("swept").exists());
        platform.stop().await;
    })
    .await;
}
