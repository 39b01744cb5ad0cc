//! Personal access tokens: bearer secrets for scripts and systems.
//!
//! Owns: making, listing, revoking.
//! Not here: recognising them (`authenticate.rs`).
//! Invariant: a token is shown once; it ends; it can do what its account can and no more, and
//! a token made with a token does not outlive it, and none counts for more than the proof with which
//! it was made.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::journal;
use serde_json::json;
use uuid::Uuid;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result, Rule},
    rules::{DAY_MS, NAME_CHARS_MAX, TOKEN_LIFE_DEFAULT_MS, TOKENS_MAX},
    secret::{new_secret, stored_hash},
    tables::{
        account::Account,
        token::{self, AccessToken},
    },
};

/// How every token begins, so that scanners for secrets find it.
pub const TOKEN_PREFIX: &str = "lgsp_pat_";

/// A token that was just made.
#[derive(Debug, Clone)]
pub struct NewToken {
    /// What is kept of it.
    pub token: AccessToken,
    /// The secret; shown once.
    pub secret: String,
}

impl Identity {
    /// Makes a token for an account, by the program itself or somebody at the machine.
    ///
    /// # Errors
    /// As [`Identity::create_token_with`].
    pub async fn create_token(
        &self,
        actor: &Actor,
        account: &Account,
        name: &str,
        expires_at: Option<Timestamp>,
    ) -> Result<NewToken> {
        let acr = self.rules.token_acr;
        self.create_token_with(acr, actor, account, (name, expires_at))
            .await
    }

    /// Makes a token for an account; it will never count for more than `acr`, the level of the proof
    /// with which it is made.
    ///
    /// # Errors
    /// `identity.fields.invalid`; `platform.limit.exceeded` past [`TOKENS_MAX`].
    pub(crate) async fn create_token_with(
        &self,
        acr: u8,
        actor: &Actor,
        account: &Account,
        (name, expires_at): (&str, Option<Timestamp>),
    ) -> Result<NewToken> {
        let life_max_ms = self.rules.token_life_max_ms;
        let life_ms = TOKEN_LIFE_DEFAULT_MS.min(life_max_ms);
        let expires_at = expires_at.unwrap_or(actor.now.plus_ms(life_ms));
        check(name, expires_at.since(actor.now), life_max_ms)?;
        let secret = format!("{TOKEN_PREFIX}{}", new_secret()?);
        let made = AccessToken {
            id: self.platform.ids.next(),
            account_id: account.id,
            name: name.trim().to_owned(),
            created_at: actor.now,
            expires_at,
            last_used_at: None,
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if token::count(db, &*tx, account.id).await? >= TOKENS_MAX {
            let max = TOKENS_MAX.unsigned_abs();
            let limit = "TOKENS_MAX";
            return Err(lgsp_platform::Error::TooLarge { limit, max }.into());
        }
        token::insert(&*tx, &made, (stored_hash(&secret), acr)).await?;
        let detail =
            json!({ "token": made.id, "name": made.name, "expires_at": expires_at, "acr": acr });
        let event = actor.audit("token.created", account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(NewToken {
            token: made,
            secret,
        })
    }

    /// The tokens of an account, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn tokens(&self, id: AccountId) -> Result<Vec<AccessToken>> {
        token::list(&self.platform.db, id).await
    }

    /// Revokes a token of an account, from the next request on.
    ///
    /// # Errors
    /// `identity.token.not_found`.
    pub async fn revoke_token(&self, actor: &Actor, account: &Account, id: Uuid) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let name = token::delete(db, &*tx, account.id, id)
            .await?
            .ok_or(Error::TokenNotFound)?;
        let detail = json!({ "token": id, "name": name });
        let event = actor.audit("token.revoked", account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }
}

fn check(name: &str, life_ms: i64, life_max_ms: i64) -> Result<()> {
    let mut broken = Vec::new();
    if name.trim().is_empty() {
        broken.push(Rule::Required.at("/name"));
    }
    if name.chars().count() > NAME_CHARS_MAX {
        broken.push(
            Rule::TooLong {
                max: NAME_CHARS_MAX,
            }
            .at("/name"),
        );
    }
    if life_ms <= 0 || life_ms > life_max_ms {
        let days = life_max_ms / DAY_MS;
        broken.push(Rule::ExpiryRange { days }.at("/expires_at"));
    }
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(broken))
    }
}
