//! What the command line needs: the first administrator, emergency unlock, new passwords.
//!
//! Owns: helpers for `server`.
//! Not here: commands and their words (`server`).
//! Invariant: these acts leave the same audit events as those of the console.

use lgsp_model::AccountId;
use lgsp_platform::http::context::RoleGrant;

use crate::{
    Identity,
    accounts::NewAccount,
    actor::Actor,
    error::{Error, Result},
    password::Password,
    roles::PLATFORM_ADMIN,
    tables::account::Kind,
};

/// The first administrator.
#[derive(Debug, Clone)]
pub struct Bootstrapped {
    /// The account.
    pub account_id: AccountId,
    /// A bearer token of the account; shown once.
    pub token: String,
}

impl Identity {
    /// Makes an administrator of the whole platform, with a token of the longest life.
    ///
    /// # Errors
    /// `identity.account.exists`, `identity.fields.invalid` when the password is too weak.
    pub async fn bootstrap_admin(
        &self,
        username: &str,
        password: Password,
    ) -> Result<Bootstrapped> {
        let actor = Actor::command_line(self.platform.clock.now());
        let new = NewAccount {
            username: username.to_owned(),
            display_name: "Quản trị hệ thống".to_owned(),
            email: None,
            agency: None,
            kind: Kind::Administrator,
            password: Some(password),
            ..NewAccount::default()
        };
        let grant = RoleGrant {
            role: PLATFORM_ADMIN.to_owned(),
            agency: None,
        };
        let account = self.create_account(&actor, new, vec![grant]).await?;
        let expires_at = actor.now.plus_ms(self.rules.token_life_max_ms);
        let made = self
            .create_token(&actor, &account, "bootstrap", Some(expires_at))
            .await?;
        Ok(Bootstrapped {
            account_id: account.id,
            token: made.secret,
        })
    }

    /// As [`Identity::bootstrap_admin`]; an account that exists gets this password, no lock and
    /// a further token. For the demo, whose first start may have been cut short.
    ///
    /// # Errors
    /// `identity.fields.invalid` when the password is too weak.
    pub async fn ensure_admin(&self, username: &str, password: Password) -> Result<Bootstrapped> {
        if !self.has_account(username).await? {
            return self.bootstrap_admin(username, password).await;
        }
        self.set_password(username, password).await?;
        self.unlock(username).await?;
        let actor = Actor::command_line(self.platform.clock.now());
        let account = self.account_by_username(username).await?;
        let expires_at = actor.now.plus_ms(self.rules.token_life_max_ms);
        let made = self
            .create_token(&actor, &account, "bootstrap", Some(expires_at))
            .await?;
        Ok(Bootstrapped {
            account_id: account.id,
            token: made.secret,
        })
    }

    /// Whether there is an account of that name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn has_account(&self, username: &str) -> Result<bool> {
        match self.account_by_username(username).await {
            Ok(_) => Ok(true),
            Err(Error::AccountNotFound) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Lifts the lock of an account: the emergency act of `lgsp user unlock`.
    ///
    /// # Errors
    /// `identity.account.not_found`.
    pub async fn unlock(&self, username: &str) -> Result<()> {
        let actor = Actor::command_line(self.platform.clock.now());
        let account = self.account_by_username(username).await?;
        self.unlock_account(&actor, &account, None).await
    }

    /// Sets the password of an account and ends its sessions.
    ///
    /// # Errors
    /// `identity.account.not_found`, `identity.fields.invalid`.
    pub async fn set_password(&self, username: &str, password: Password) -> Result<()> {
        let actor = Actor::command_line(self.platform.clock.now());
        let account = self.account_by_username(username).await?;
        self.reset_password(&actor, &account, password).await
    }
}
