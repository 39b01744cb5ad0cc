//! Activation links: how an invited person takes the own account.
//!
//! Owns: making, reading and using them; the table `activation`.
//! Not here: the page (`pages/`), making the account (`accounts.rs`).
//! Invariant: a link works once and ends by itself; a new one replaces the old; only its hash is
//! stored.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{db::Rows, journal};
use serde_json::json;
use uuid::Uuid;

use super::PeopleError;
use crate::{
    Identity,
    actor::Actor,
    error::Result,
    password::{self, Password},
    rules::HOUR_MS,
    secret::{new_secret, stored_hash},
    tables::{
        account::{self, Account, State},
        credential, execute, one,
    },
};

/// Life of an activation link: long enough for a weekend.
pub const ACTIVATION_LIFE_MS: i64 = 72 * HOUR_MS;

/// A link that was just made.
#[derive(Debug, Clone)]
pub struct Activation {
    /// Where its person opens it, below the public address.
    pub path: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl Identity {
    /// Makes a link for an invited account; an older one stops working.
    ///
    /// # Errors
    /// `identity.activation.not_invited`.
    pub async fn invite(&self, actor: &Actor, account: &Account) -> Result<Activation> {
        if account.state != State::Invited {
            return Err(PeopleError::NotInvited.into());
        }
        let secret = new_secret()?;
        let expires_at = actor.now.plus_ms(ACTIVATION_LIFE_MS);
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "DELETE FROM activation WHERE account_id = $1";
        execute(db, &*tx, sql, vec![account.id.0.into()]).await?;
        let columns = &[
            "account_id",
            "secret_hash",
            "expires_at",
            "made_by",
            "made_at",
        ];
        let values = vec![
            account.id.0.into(),
            stored_hash(&secret).into(),
            expires_at.0.into(),
            actor.name.as_str().into(),
            actor.now.0.into(),
        ];
        Rows::one("activation", columns, values)
            .insert(&*tx)
            .await?;
        let event = actor.audit("account.invited", account);
        let detail = json!({ "expires_at": expires_at });
        journal::append(&*tx, [event.with_detail(detail)]).await?;
        tx.commit().await?;
        Ok(Activation {
            path: format!("/activate?token={secret}"),
            expires_at,
        })
    }

    /// The account behind a link that still works.
    ///
    /// # Errors
    /// `identity.activation.gone`.
    pub async fn activation(&self, token: &str) -> Result<Account> {
        let sql = "SELECT account_id FROM activation WHERE secret_hash = $1 AND expires_at > $2";
        let now = self.platform.clock.now();
        let values = vec![stored_hash(token).into(), now.0.into()];
        let row = self.platform.db.query_one(sql, values).await?;
        let id: Uuid = match row {
            Some(row) => row.try_get("", "account_id")?,
            None => return Err(PeopleError::ActivationGone.into()),
        };
        let found = account::find(&self.platform.db, AccountId(id)).await?;
        let invited = found.filter(|account| account.state == State::Invited);
        invited.ok_or_else(|| PeopleError::ActivationGone.into())
    }

    /// Uses a link: its person chose a password, and the account becomes active.
    ///
    /// # Errors
    /// `identity.activation.gone`, `identity.fields.invalid`.
    pub async fn activate(
        &self,
        token: &str,
        chosen: Password,
        address: Option<String>,
    ) -> Result<Account> {
        let before = self.activation(token).await?;
        let broken = password::check(&chosen, &before.username, &self.rules, "/password");
        crate::accounts::refuse(broken)?;
        let hash = self.hashes.hash(chosen).await?;
        let actor = Actor::named(before.username.clone(), address, self.platform.clock.now());
        let mut after = before.clone();
        after.state = State::Active;
        after.changed_at = actor.now;
        after.last_used_at = actor.now;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let sql = "DELETE FROM activation WHERE secret_hash = $1 RETURNING account_id";
        if one(db, &*tx, sql, vec![stored_hash(token).into()])
            .await?
            .is_none()
        {
            return Err(PeopleError::ActivationGone.into());
        }
        account::update(db, &*tx, &after).await?;
        let history = self.rules.password_history;
        credential::set_password(db, &*tx, &after, &hash, (None, actor.now), history).await?;
        journal::append(&*tx, [actor.audit("account.activated", &after)]).await?;
        tx.commit().await?;
        Ok(after)
    }
}
