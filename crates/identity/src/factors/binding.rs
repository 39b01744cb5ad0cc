//! Rows of factors, bound to their accounts by a key that lies outside the database.
//!
//! Owns: the code over a row, its check, the first binding of rows that have none.
//! Not here: the rows (`tables/factor.rs`), the key itself, which the vault keeps.
//! Invariant: a factor whose row was changed, moved to another account or written by somebody else
//! than this program proves nothing. Rows without a code are bound once, and the journal says so:
//! later ones are strangers.
//! Follows: ASVS 5.0, 6.7.1; RFC 2104 (HMAC).

use std::sync::Arc;

use lgsp_platform::journal;
use ring::hmac;
use serde_json::json;
use tokio::sync::OnceCell;

use crate::{
    Identity,
    actor::Actor,
    error::Result,
    tables::{
        account::Account,
        factor::{self, Factor},
        notice::NoticeKind,
    },
};

/// Name of the key in the vault.
const KEY: &str = "identity-factor-binding";
/// The event that says that older rows were bound.
const BOUND: &str = "factor.bound";
/// Its subject.
const SUBJECT: &str = "factors";

/// The key of this process, read from the vault at its first use.
pub(crate) type BindingKey = OnceCell<Arc<hmac::Key>>;

impl Identity {
    /// Makes the key at the first start, and binds the factors that an earlier version enrolled.
    ///
    /// # Errors
    /// `platform.database.failed`, `platform.secret.unreadable`.
    pub async fn bind_factors(&self) -> Result<()> {
        self.binding_key().await.map(|_| ())
    }

    /// Opens transactions of its own: never to be called within one.
    async fn binding_key(&self) -> Result<&Arc<hmac::Key>> {
        let read = async || -> Result<Arc<hmac::Key>> {
            let now = self.platform.clock.now();
            let bytes = self.platform.vault.key(KEY, now).await?;
            let key = hmac::Key::new(hmac::HMAC_SHA256, &bytes);
            self.bind_older(&key).await?;
            Ok(Arc::new(key))
        };
        self.binding_key.get_or_try_init(read).await
    }

    async fn bind_older(&self, key: &hmac::Key) -> Result<()> {
        let db = &self.platform.db;
        let sql = "SELECT id FROM journal_event WHERE subject = $1 AND action = $2 LIMIT 1";
        let values = vec![SUBJECT.into(), BOUND.into()];
        if db.query_one(sql, values).await?.is_some() {
            return Ok(());
        }
        let older = factor::unbound(db).await?;
        let tx = db.begin().await?;
        for row in &older {
            factor::bind(db, &*tx, row.id, code(key, row)).await?;
        }
        let actor = Actor::platform(self.platform.clock.now());
        let mut event = actor.audit_name(BOUND, SUBJECT, None);
        "platform".clone_into(&mut event.subject_kind);
        let event = event.with_detail(json!({ "rows": older.len() }));
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// The code over a row as it is to be written.
    pub(super) async fn code_of(&self, row: &Factor) -> Result<Vec<u8>> {
        Ok(code(self.binding_key().await?, row))
    }

    /// The row with the code over it.
    pub(super) async fn bound(&self, mut row: Factor) -> Result<Factor> {
        row.mac = Some(self.code_of(&row).await?);
        Ok(row)
    }

    /// Whether a row is as this program wrote it. One that is not is taken out of use, told to its
    /// person and noted.
    pub(super) async fn is_genuine(
        &self,
        actor: &Actor,
        account: &Account,
        row: &Factor,
    ) -> Result<bool> {
        let key = self.binding_key().await?;
        let mac = row.mac.as_deref().unwrap_or_default();
        if hmac::verify(key, &covered(row), mac).is_ok() {
            return Ok(true);
        }
        tracing::error!(factor.id = %row.id, "a factor was changed in the database");
        self.platform.metrics.count("identity.factor", "tampered");
        let db = &self.platform.db;
        let tx = db.begin().await?;
        factor::block(db, &*tx, row.id, None).await?;
        self.notify(
            &tx,
            account.id,
            NoticeKind::FactorBlocked,
            &row.label,
            actor,
        )
        .await?;
        let event = actor
            .audit("factor.tampered", account)
            .with_detail(json!({ "factor": row.id, "kind": row.kind }))
            .with_result("refused");
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(false)
    }
}

fn code(key: &hmac::Key, row: &Factor) -> Vec<u8> {
    hmac::sign(key, &covered(row)).as_ref().to_vec()
}

/// What the code covers: each field with its length, so that none can borrow from the next. Not the
/// label, which proves nothing, nor the last step and use, which change with every code.
fn covered(row: &Factor) -> Vec<u8> {
    let counter = row.counter.to_be_bytes();
    let fields: [&[u8]; 8] = [
        row.id.as_bytes(),
        row.account_id.0.as_bytes(),
        row.kind.as_str().as_bytes(),
        row.state.as_str().as_bytes(),
        row.seed.as_deref().unwrap_or_default(),
        row.credential.as_deref().unwrap_or_default().as_bytes(),
        row.public_key.as_deref().unwrap_or_default(),
        &counter,
    ];
    let mut bytes = Vec::with_capacity(256);
    for field in fields {
        bytes.extend((field.len() as u64).to_be_bytes());
        bytes.extend(field);
    }
    bytes
}
