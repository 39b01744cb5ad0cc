//! Signing in while a directory does not answer, with what its last answer proved.
//!
//! Owns: the table `directory_offline`, keeping and proving a hash of ours.
//! Not here: asking the directory (`source.rs`), counters, locks and the state of accounts
//! (`identity`).
//! Invariant: a hash is kept only where the connection allows it, and counts only within its
//! days since the directory last said yes to that password; a password to which the directory
//! says no is forgotten. Each use is an event of its own.
//! Follows: design document "Identity", section 6.

use lgsp_identity::{Account, Password, SourceAnswer, rules::DAY_MS};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    db::{Migration, Rows},
    journal::{self, Class, Event},
};
use sea_orm::ConnectionTrait as _;
use serde_json::json;

use super::{Federation, kind::DirectoryConnection};
use crate::Result;

/// The table.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    name: "directory_20261126_10_offline",
    statements: &["CREATE TABLE IF NOT EXISTS directory_offline (
        account_id {uuid} NOT NULL PRIMARY KEY, connection TEXT NOT NULL,
        hash TEXT NOT NULL, proved_at BIGINT NOT NULL)"],
}];

/// What is kept of a password.
struct Kept {
    hash: String,
    proved_at: Timestamp,
}

impl Federation {
    async fn kept(&self, connection: &str, account: AccountId) -> Result<Option<Kept>> {
        let sql = "SELECT hash, proved_at FROM directory_offline \
                   WHERE account_id = $1 AND connection = $2";
        let values = vec![account.0.into(), connection.into()];
        let row = self.platform.db.query_one(sql, values).await?;
        row.map(|row| {
            Ok(Kept {
                hash: row.try_get("", "hash")?,
                proved_at: Timestamp(row.try_get("", "proved_at")?),
            })
        })
        .transpose()
    }

    /// Keeps what the directory has just said yes to.
    pub(super) async fn remember(
        &self,
        (connection, spec): (&str, &DirectoryConnection),
        account: AccountId,
        password: &Password,
    ) -> Result<()> {
        if spec.offline_days == 0 {
            return Ok(());
        }
        let known = self.kept(connection, account).await?;
        let hash = match known {
            Some(known) if self.opens(&known, password).await? => known.hash,
            _ => self.identity.hash_password(password.clone()).await?,
        };
        let columns = &["account_id", "connection", "hash", "proved_at"];
        let values = vec![
            account.0.into(),
            connection.into(),
            hash.into(),
            self.platform.clock.now().0.into(),
        ];
        let mut rows = Rows::one("directory_offline", columns, values);
        rows.suffix = "ON CONFLICT (account_id) DO UPDATE SET connection = excluded.connection, \
                       hash = excluded.hash, proved_at = excluded.proved_at";
        let tx = self.platform.db.begin().await?;
        rows.insert(&*tx).await?;
        Ok(tx.commit().await?)
    }

    async fn opens(&self, kept: &Kept, password: &Password) -> Result<bool> {
        let hash = kept.hash.clone();
        Ok(self
            .identity
            .verify_password(password.clone(), hash)
            .await?)
    }

    /// Forgets a password to which the directory has just said no.
    pub(super) async fn forget(
        &self,
        connection: &str,
        account: AccountId,
        password: &Password,
    ) -> Result<()> {
        let Some(kept) = self.kept(connection, account).await? else {
            return Ok(());
        };
        if !self.opens(&kept, password).await? {
            return Ok(());
        }
        let tx = self.platform.db.begin().await?;
        let sql = "DELETE FROM directory_offline WHERE account_id = $1";
        tx.execute_raw(self.platform.db.statement(sql, vec![account.0.into()]))
            .await?;
        Ok(tx.commit().await?)
    }

    /// What the kept hash says while the directory says nothing.
    pub(super) async fn prove_offline(
        &self,
        (connection, spec): (&str, &DirectoryConnection),
        account: &Account,
        password: &Password,
    ) -> Result<SourceAnswer> {
        let now = self.platform.clock.now();
        let life_ms = i64::from(spec.offline_days) * DAY_MS;
        let kept = self.kept(connection, account.id).await?;
        let Some(kept) = kept.filter(|kept| now.since(kept.proved_at) < life_ms) else {
            return Ok(SourceAnswer::Unavailable);
        };
        if !self.opens(&kept, password).await? {
            return Ok(SourceAnswer::Wrong);
        }
        let actor = account.username.clone();
        let subject = ("account", account.username.as_str());
        let mut event = Event::new(Class::Audit, now, actor, "signin.offline", subject);
        event.agency.clone_from(&account.agency);
        let detail = json!({ "directory": connection, "proved_at": kept.proved_at });
        let tx = self.platform.db.begin().await?;
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        Ok(SourceAnswer::Right(account.id))
    }

    /// Removes what no connection allows any more.
    pub(super) async fn sweep_offline(&self) -> Result<()> {
        let now = self.platform.clock.now();
        let allowed: Vec<(String, Timestamp)> = self
            .connections()
            .into_iter()
            .filter(|(_, spec)| spec.enabled && spec.mode.passes_through())
            .filter(|(_, spec)| spec.offline_days > 0)
            .map(|(name, spec)| (name, now.plus_ms(-i64::from(spec.offline_days) * DAY_MS)))
            .collect();
        let mut sql = "DELETE FROM directory_offline WHERE NOT (1 = 0".to_owned();
        let mut values: Vec<sea_orm::Value> = Vec::new();
        for (name, since) in &allowed {
            let place = values.len() + 1;
            sql.push_str(&format!(
                " OR (connection = ${place} AND proved_at > ${})",
                place + 1
            ));
            values.extend([name.as_str().into(), since.0.into()]);
        }
        sql.push(')');
        let tx = self.platform.db.begin().await?;
        tx.execute_raw(self.platform.db.statement(sql, values))
            .await?;
        Ok(tx.commit().await?)
    }
}
