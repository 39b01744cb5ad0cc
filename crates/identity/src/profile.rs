//! Who somebody is, as applications are told.
//!
//! Owns: `Profile`; an account as a caller without a credential.
//! Not here: which part an application may see (each protocol), the account itself.

use lgsp_model::AccountId;
use lgsp_platform::http::{
    Principal,
    context::{RoleGrant, Standing},
};

use crate::{
    Identity,
    accounts::check::fold_username,
    authenticate::rights,
    error::Result,
    hierarchy::AgencyOf,
    tables::{
        account::{self, Account},
        effective,
        group::Group,
        group_tree,
    },
};

/// An account that may be used, with its agency and groups.
#[derive(Debug, Clone)]
pub struct Profile {
    /// The account, with its roles.
    pub account: Account,
    /// Its agency.
    pub agency: Option<AgencyOf>,
    /// Its groups in effect, those above its own ones included, by name.
    pub groups: Vec<Group>,
    /// What it holds in effect, sorted: own grants and those of its groups.
    pub roles: Vec<RoleGrant>,
}

impl Identity {
    /// The profile of an account; nothing when it does not exist or may not be used.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn profile(&self, id: AccountId) -> Result<Option<Profile>> {
        self.complete(account::find(&self.platform.db, id).await?)
            .await
    }

    /// Whether the account exists and may be used: [`Identity::profile`] without reading it.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn is_live(&self, id: AccountId) -> Result<bool> {
        account::is_live(&self.platform.db, id, self.platform.clock.now()).await
    }

    /// The profile of this user name.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn profile_by_username(&self, username: &str) -> Result<Option<Profile>> {
        let username = fold_username(username);
        self.complete(account::find_by_username(&self.platform.db, &username).await?)
            .await
    }

    /// An account as decisions see it, without a credential: agency, kind, roles and groups in
    /// effect; nothing when it does not exist or may not be used.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn principal(&self, id: AccountId) -> Result<Option<Principal>> {
        let now = self.platform.clock.now();
        let db = &self.platform.db;
        let found = account::find(db, id).await?;
        let Some(account) = found.filter(|account| account.is_live(now)) else {
            return Ok(None);
        };
        let (roles, groups) = rights(&effective::of_account(db, id, now).await?)?;
        Ok(Some(Principal {
            account_id: id,
            username: account.username,
            agency: account.agency,
            roles,
            csrf_token: None,
            credential: String::new(),
            standing: Standing {
                kind: account.kind.as_str().to_owned(),
                groups,
                asked_at: now,
                ..Standing::default()
            },
        }))
    }

    async fn complete(&self, found: Option<Account>) -> Result<Option<Profile>> {
        let now = self.platform.clock.now();
        let Some(account) = found.filter(|account| account.is_live(now)) else {
            return Ok(None);
        };
        let groups = group_tree::in_effect(&self.platform.db, account.id, now).await?;
        let agency = account
            .agency
            .as_deref()
            .and_then(|code| self.hierarchy.agency(code));
        let roles = self.effective_roles(account.id).await?;
        Ok(Some(Profile {
            account,
            roles,
            agency,
            groups,
        }))
    }
}
