//! The vault: secrets of systems and keys of the platform, encrypted at rest.
//!
//! Owns: the table `secret`, the master key, envelope encryption.
//! Not here: passwords of accounts (hashed, `identity`), what a secret is used for.
//! Invariant: plain text exists in memory only, never in a log, an export or the registry.
//! Follows: regulation R76; NIST SP 800-38D (AES-GCM).

use std::{path::Path, sync::Arc};

use lgsp_model::Timestamp;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    clock::{Ids, random_bytes},
    db::{Database, Migration, Rows},
    error::{Error, Result},
    files,
};

/// Table of the vault.
pub const MIGRATIONS: &[Migration] = &[Migration {
    name: "platform_20261122_01_secret",
    statements: &[
        "CREATE TABLE IF NOT EXISTS secret (
            id {uuid} NOT NULL PRIMARY KEY, owner_kind TEXT NOT NULL, owner TEXT NOT NULL,
            data_key {bytes} NOT NULL, ciphertext {bytes} NOT NULL,
            created_at BIGINT NOT NULL, retires_at BIGINT)",
        "CREATE INDEX IF NOT EXISTS secret_owner ON secret (owner_kind, owner)",
    ],
}];

const NONCE_BYTES: usize = 12;

/// A secret without its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct SecretInfo {
    /// Identifier.
    pub id: Uuid,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; absent while it is the current one.
    pub retires_at: Option<Timestamp>,
}

/// A secret in plain text.
#[derive(Clone)]
pub struct Secret {
    /// What may be shown.
    pub info: SecretInfo,
    /// Name of the owner within its kind.
    pub owner: String,
    /// The value.
    pub value: Arc<Zeroizing<Vec<u8>>>,
}

/// Encrypts and opens secrets.
#[derive(Clone)]
pub struct Vault {
    db: Database,
    master: Arc<LessSafeKey>,
}

impl Vault {
    /// A vault whose master key is the file at `path`, made with the first secret.
    ///
    /// # Errors
    /// `platform.file.failed`; `platform.configuration.invalid` when the file is no key, or is
    /// gone although the database holds secrets that only it can open.
    pub async fn open(db: Database, path: &Path) -> Result<Self> {
        if !path.exists() {
            if db
                .query_one("SELECT id FROM secret LIMIT 1", vec![])
                .await?
                .is_some()
            {
                return Err(Error::Configuration(format!(
                    "{} is missing: put back the master key that belongs to this database",
                    path.display()
                )));
            }
            files::write_private(path, &random_bytes::<32>()?)?;
        }
        let bytes = Zeroizing::new(std::fs::read(path)?);
        let key = UnboundKey::new(&AES_256_GCM, &bytes).map_err(|_| {
            Error::Configuration(format!("{} is not a 32-byte master key", path.display()))
        })?;
        Ok(Self {
            db,
            master: Arc::new(LessSafeKey::new(key)),
        })
    }

    /// Stores a secret in the caller's transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn insert<C: ConnectionTrait>(
        &self,
        connection: &C,
        owner_kind: &str,
        owner: &str,
        value: &[u8],
        now: Timestamp,
    ) -> Result<SecretInfo> {
        let id = Ids.next();
        let data_key = Zeroizing::new(random_bytes::<32>()?);
        let inner = UnboundKey::new(&AES_256_GCM, &data_key[..])?;
        let row = vec![
            id.into(),
            owner_kind.into(),
            owner.into(),
            seal(&self.master, id, &data_key[..])?.into(),
            seal(&LessSafeKey::new(inner), id, value)?.into(),
            now.0.into(),
            None::<i64>.into(),
        ];
        let columns = &[
            "id",
            "owner_kind",
            "owner",
            "data_key",
            "ciphertext",
            "created_at",
            "retires_at",
        ];
        Rows::one("secret", columns, row).insert(connection).await?;
        Ok(SecretInfo {
            id,
            created_at: now,
            retires_at: None,
        })
    }

    /// Opens all secrets of a kind of owner that still work at `now`.
    ///
    /// # Errors
    /// `platform.secret.unreadable` when one cannot be opened with this master key.
    pub async fn open_all(&self, owner_kind: &str, now: Timestamp) -> Result<Vec<Secret>> {
        let rows = self
            .db
            .query_all(
                "SELECT id, owner, data_key, ciphertext, created_at, retires_at FROM secret \
                 WHERE owner_kind = $1 AND (retires_at IS NULL OR retires_at > $2) ORDER BY id",
                vec![owner_kind.into(), now.0.into()],
            )
            .await?;
        rows.iter().map(|row| self.open_row(row)).collect()
    }

    /// The value stored under a fixed name, made of 32 random bytes on first use.
    ///
    /// # Errors
    /// `platform.secret.unreadable`, `platform.database.failed`.
    pub async fn key(&self, name: &str, now: Timestamp) -> Result<Arc<Zeroizing<Vec<u8>>>> {
        let tx = self.db.begin().await?;
        if self.db.is_postgres() {
            tx.execute_unprepared("SELECT pg_advisory_xact_lock(7214003)")
                .await?;
        }
        let known = self.db.statement(
            "SELECT id, owner, data_key, ciphertext, created_at, retires_at FROM secret \
             WHERE owner_kind = 'platform' AND owner = $1",
            vec![name.into()],
        );
        if let Some(row) = tx.query_one_raw(known).await? {
            return Ok(self.open_row(&row)?.value);
        }
        let value = random_bytes::<32>()?;
        self.insert(&*tx, "platform", name, &value, now).await?;
        tx.commit().await?;
        Ok(Arc::new(Zeroizing::new(value.to_vec())))
    }

    /// The secrets of one owner, newest first, retired ones included.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn list(&self, owner_kind: &str, owner: &str) -> Result<Vec<SecretInfo>> {
        let rows = self
            .db
            .query_all(
                "SELECT id, created_at, retires_at FROM secret \
                 WHERE owner_kind = $1 AND owner = $2 ORDER BY id DESC",
                vec![owner_kind.into(), owner.into()],
            )
            .await?;
        rows.iter().map(info).collect()
    }

    /// Sets when a secret stops working; all others of the owner when `id` is absent.
    ///
    /// # Errors
    /// `platform.thing.not_found` when the owner has no such secret.
    pub async fn retire<C: ConnectionTrait>(
        &self,
        connection: &C,
        owner: (&str, &str),
        id: Option<Uuid>,
        at: Timestamp,
    ) -> Result<()> {
        let mut values = vec![at.0.into(), owner.0.into(), owner.1.into()];
        let mut sql = "UPDATE secret SET retires_at = $1 \
                       WHERE owner_kind = $2 AND owner = $3 \
                       AND (retires_at IS NULL OR retires_at > $1)"
            .to_owned();
        if let Some(id) = id {
            sql.push_str(" AND id = $4");
            values.push(id.into());
        }
        let done = connection
            .execute_raw(self.db.statement(sql, values))
            .await?;
        if let (Some(id), 0) = (id, done.rows_affected()) {
            return Err(Error::NotFound {
                what: "secret",
                name: id.to_string(),
            });
        }
        Ok(())
    }

    /// Deletes all secrets of an owner for good, in the caller's transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn destroy<C: ConnectionTrait>(
        &self,
        connection: &C,
        owner: (&str, &str),
    ) -> Result<()> {
        let sql = "DELETE FROM secret WHERE owner_kind = $1 AND owner = $2";
        let values = vec![owner.0.into(), owner.1.into()];
        connection
            .execute_raw(self.db.statement(sql, values))
            .await?;
        Ok(())
    }

    fn open_row(&self, row: &QueryResult) -> Result<Secret> {
        let info = info(row)?;
        let (sealed_key, ciphertext): (Vec<u8>, Vec<u8>) =
            (row.try_get("", "data_key")?, row.try_get("", "ciphertext")?);
        let data_key = open(&self.master, info.id, sealed_key)?;
        let inner = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &data_key)?);
        let value = Arc::new(open(&inner, info.id, ciphertext)?);
        Ok(Secret {
            owner: row.try_get("", "owner")?,
            info,
            value,
        })
    }
}

fn info(row: &QueryResult) -> Result<SecretInfo> {
    Ok(SecretInfo {
        id: row.try_get("", "id")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
        retires_at: row.try_get::<Option<i64>>("", "retires_at")?.map(Timestamp),
    })
}

/// Nonce, then ciphertext and tag; bound to the record's id.
fn seal(key: &LessSafeKey, id: Uuid, plain: &[u8]) -> Result<Vec<u8>> {
    let nonce = random_bytes::<NONCE_BYTES>()?;
    let mut sealed = plain.to_vec();
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(id.as_bytes()),
        &mut sealed,
    )?;
    let mut record = nonce.to_vec();
    record.append(&mut sealed);
    Ok(record)
}

fn open(key: &LessSafeKey, id: Uuid, record: Vec<u8>) -> Result<Zeroizing<Vec<u8>>> {
    let (nonce, sealed) = record.split_at_checked(NONCE_BYTES).ok_or(Error::Secret)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce)?;
    let mut buffer = Zeroizing::new(sealed.to_vec());
    let length = key
        .open_in_place(nonce, Aad::from(id.as_bytes()), &mut buffer)?
        .len();
    buffer.truncate(length);
    Ok(buffer)
}
