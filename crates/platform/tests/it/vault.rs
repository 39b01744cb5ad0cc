//! The vault: secrets open with the master key and with no other.

use std::sync::Arc;

use lgsp_platform::error::Error;
use lgsp_testkit::{TestPlatform, each_database};
use sea_orm::ConnectionTrait as _;

#[tokio::test]
async fn secrets_rotate_and_are_never_stored_in_clear() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let (vault, now) = (&platform.vault, platform.clock.now());
        let tx = platform.db.begin().await.unwrap();
        vault
            .insert(&*tx, "system", "a", b"first-secret", now)
            .await
            .unwrap();
        let second = vault
            .insert(&*tx, "system", "a", b"second-secret", now)
            .await
            .unwrap();
        let until = now.plus_ms(60_000);
        vault
            .retire(&*tx, ("system", "a"), Some(second.id), until)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let values = |secrets: Vec<lgsp_platform::secrets::Secret>| {
            secrets
                .iter()
                .map(|one| one.value.to_vec())
                .collect::<Vec<_>>()
        };
        let both = values(vault.open_all("system", now).await.unwrap());
        assert_eq!(both, [b"first-secret".to_vec(), b"second-secret".to_vec()]);
        let later = values(vault.open_all("system", until).await.unwrap());
        assert_eq!(later, [b"first-secret".to_vec()]);
        let stored = platform
            .db
            .query_all("SELECT ciphertext FROM secret", vec![])
            .await
            .unwrap();
        for row in stored {
            let bytes: Vec<u8> = row.try_get("", "ciphertext").unwrap();
            assert!(!bytes.windows(6).any(|window| window == b"secret"));
        }
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_damaged_or_moved_record_does_not_open() {
    each_database(async |test: Arc<TestPlatform>| {
        let platform = test.start(&[]).await.unwrap();
        let now = platform.clock.now();
        let tx = platform.db.begin().await.unwrap();
        let one = platform
            .vault
            .insert(&*tx, "system", "a", b"one", now)
            .await
            .unwrap();
        let two = platform
            .vault
            .insert(&*tx, "system", "b", b"two", now)
            .await
            .unwrap();
        let swap = "UPDATE secret SET ciphertext = (SELECT s.ciphertext FROM secret AS s \
                    WHERE s.id = $1), data_key = (SELECT s.data_key FROM secret AS s \
                    WHERE s.id = $1) WHERE id = $2";
        let values = vec![one.id.into(), two.id.into()];
        tx.execute_raw(platform.db.statement(swap, values))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let opened = platform.vault.open_all("system", now).await.map(|_| ());
        assert!(
            matches!(opened, Err(Error::Secret)),
            "a record opened under another id"
        );
        platform.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_missing_or_another_master_key_is_told() {
    let test = TestPlatform::sqlite().unwrap();
    test.start(&[]).await.unwrap().stop().await;
    let key = test.config.master_key_path();
    std::fs::remove_file(&key).unwrap();
    let missing = test.start(&[]).await.map(|_| ()).unwrap_err().to_string();
    assert!(missing.contains("put back the master key"), "{missing}");
    std::fs::write(&key, [7; 32]).unwrap();
    let refused = test.start(&[]).await.map(|_| ()).unwrap_err().to_string();
    assert!(refused.contains("secret cannot be opened"), "{refused}");
}
