//! Users: making, reading, changing, ending.
//!
//! Owns: what the interface does with accounts.
//! Not here: the form of a user (`user.rs`), lists (`scan.rs`).
//! Invariant: an account outside the client's subtree, or one whose person has left, is not
//! found; its row is kept for the audit.
//! Follows: RFC 7644, sections 3.3 to 3.6.

use lgsp_identity::{
    Account, AccountChange, Base, Error as IdentityError, InGroup, NewAccount, State,
};
use lgsp_model::AccountId;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Scim,
    error::{ScimError, ScimResult},
    json::Object,
    normal::normalise,
    patch,
    resource::{Conditions, Resource},
    schema::{OFFICIAL, ResourceKind},
    scope::{Client, source},
    user::{Around, Wanted, align_position, render},
};

/// Characters of a user name that stay when its account makes room for a new one.
const NAME_CHARS_KEPT: usize = 40;

impl Scim {
    /// The account behind an identifier.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn account(&self, client: &Client, id: &str) -> ScimResult<Account> {
        let parsed: Uuid = id.parse().map_err(|_| ScimError::not_found(id))?;
        let account = match self.identity.account(AccountId(parsed)).await {
            Err(IdentityError::AccountNotFound) => return Err(ScimError::not_found(id)),
            other => other?,
        };
        let is_seen = account.state != State::Left
            && self.is_within(account.agency.as_deref(), client.top.as_deref());
        match is_seen {
            true => Ok(account),
            false => Err(ScimError::not_found(id)),
        }
    }

    /// A user.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn user(&self, client: &Client, id: &str) -> ScimResult<Resource> {
        let account = self.account(client, id).await?;
        self.user_of(&account).await
    }

    /// The user that an account is.
    ///
    /// # Errors
    /// 500.
    pub(crate) async fn user_of(&self, account: &Account) -> ScimResult<Resource> {
        let groups = self.identity.group_ways(account.id).await?;
        let body = self.rendered(account, &groups);
        let times = (account.created_at, account.changed_at);
        Ok(self.complete(ResourceKind::User, body, times))
    }

    /// The attributes of an account with these groups.
    pub(crate) fn rendered(&self, account: &Account, groups: &[InGroup]) -> Object {
        let agency = account.agency.as_deref();
        let around = Around {
            agency: agency.and_then(|code| self.identity.hierarchy().agency(code)),
            groups,
            base: &self.base,
        };
        render(account, &around)
    }

    /// What a wish becomes: its agency is the client's unless it names one below.
    ///
    /// # Errors
    /// 403 for an agency outside the client's subtree.
    pub(crate) fn new_account(&self, client: &Client, wanted: Wanted) -> ScimResult<NewAccount> {
        let agency = self.agency_for(client, wanted.agency)?;
        Ok(NewAccount {
            username: wanted.username,
            display_name: wanted.display_name,
            email: wanted.email,
            agency,
            kind: client.kind,
            password: wanted.password,
            person: wanted.person,
            source: Some(source(client)),
            external_id: wanted.external_id,
            document: Some(Value::Object(wanted.document)),
            ..NewAccount::default()
        })
    }

    fn agency_for(&self, client: &Client, wished: Option<String>) -> ScimResult<Option<String>> {
        let agency = wished.or_else(|| client.top.clone());
        match self.is_within(agency.as_deref(), client.top.as_deref()) {
            true => Ok(agency),
            false => Err(ScimError::forbidden(
                "the agency is not below this client's",
            )),
        }
    }

    /// Makes a user.
    ///
    /// # Errors
    /// 400, 403; 409 when the name is taken.
    pub(crate) async fn create_user(&self, client: &Client, sent: &Value) -> ScimResult<Resource> {
        self.require_write(client)?;
        let wanted = Wanted::read(normalise(sent, &self.schemas.user)?)?;
        let is_off = wanted.is_active == Some(false);
        let new = self.new_account(client, wanted)?;
        self.make_room(client, &new.username).await?;
        let mut account = self
            .identity
            .create_account(&client.actor, new, Vec::new())
            .await?;
        if is_off {
            let change = AccountChange {
                enabled: Some(false),
                ..AccountChange::default()
            };
            account = self
                .identity
                .update_account(&client.actor, &account, change)
                .await?;
        }
        self.user_of(&account).await
    }

    /// The name of an account whose person has left may be given again (RFC 7644, section 3.6):
    /// the account that is kept for the audit takes another one.
    ///
    /// # Errors
    /// 500.
    pub(crate) async fn make_room(&self, client: &Client, username: &str) -> ScimResult<()> {
        let Ok(former) = self.identity.account_by_username(username).await else {
            return Ok(());
        };
        let is_gone = former.state == State::Left
            && self.is_within(former.agency.as_deref(), client.top.as_deref());
        if !is_gone {
            return Ok(());
        }
        let kept: String = former.username.chars().take(NAME_CHARS_KEPT).collect();
        let id = former.id.0.simple().to_string();
        let change = AccountChange {
            username: Some(format!("{kept}.left.{}", id.get(20..).unwrap_or_default())),
            ..AccountChange::default()
        };
        self.identity
            .update_account(&client.actor, &former, change)
            .await?;
        Ok(())
    }

    /// Replaces a user. Its agency stays when the request does not name one: most clients do
    /// not know of it.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn replace_user(
        &self,
        client: &Client,
        id: &str,
        sent: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let resource = normalise(sent, &self.schemas.user)?;
        let account = self.account_to_change(client, id, conditions).await?;
        let names_agency = resource
            .get(OFFICIAL)
            .is_some_and(|official| official.get("agencyCode").is_some());
        let mut wanted = Wanted::read(resource)?;
        if !names_agency {
            wanted.agency.clone_from(&account.agency);
        }
        self.update_user(client, &account, wanted).await
    }

    /// Changes a user by operations.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn patch_user(
        &self,
        client: &Client,
        id: &str,
        request: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let account = self.account_to_change(client, id, conditions).await?;
        let shape = &self.schemas.user;
        let before = normalise(&Value::Object(self.rendered(&account, &[])), shape)?;
        let mut after = before.clone();
        patch::apply(&mut after, request, shape)?;
        align_position(&before, &mut after);
        let had_mark = account
            .document
            .as_ref()
            .is_some_and(|document| document.get("active") == Some(&Value::Null));
        let hides_active =
            !after.contains_key("active") && (had_mark || before.contains_key("active"));
        let mut wanted = Wanted::read(after)?;
        if hides_active {
            wanted.document.insert("active".to_owned(), Value::Null);
        }
        self.update_user(client, &account, wanted).await
    }

    async fn account_to_change(
        &self,
        client: &Client,
        id: &str,
        conditions: &Conditions,
    ) -> ScimResult<Account> {
        let account = self.account(client, id).await?;
        self.require_touch(client, &account)?;
        conditions.require(&self.user_of(&account).await?)?;
        Ok(account)
    }

    async fn update_user(
        &self,
        client: &Client,
        before: &Account,
        wanted: Wanted,
    ) -> ScimResult<Resource> {
        let agency = self.agency_for(client, wanted.agency)?;
        let is_active = before.state == State::Active;
        let renamed = !wanted.username.eq_ignore_ascii_case(&before.username);
        if renamed {
            self.make_room(client, &wanted.username).await?;
        }
        let change = AccountChange {
            display_name: Some(wanted.display_name),
            email: Some(wanted.email),
            agency: (agency != before.agency).then(|| agency.unwrap_or_default()),
            enabled: wanted.is_active.filter(|wished| *wished != is_active),
            username: renamed.then_some(wanted.username),
            person: Some(wanted.person),
            external_id: Some(wanted.external_id),
            document: Some(Some(Value::Object(wanted.document))),
            base: Base::AsRead,
            ..AccountChange::default()
        };
        let identity = &self.identity;
        let after = identity
            .update_account(&client.actor, before, change)
            .await?;
        if let Some(password) = wanted.password {
            identity
                .reset_password(&client.actor, &after, password)
                .await?;
        }
        self.user_of(&after).await
    }

    /// Ends a user: its person has left.
    ///
    /// # Errors
    /// 403, 404, 412.
    pub(crate) async fn delete_user(
        &self,
        client: &Client,
        id: &str,
        conditions: &Conditions,
    ) -> ScimResult<()> {
        let account = self.account_to_change(client, id, conditions).await?;
        let identity = &self.identity;
        identity
            .leave(&client.actor, &account, Base::AsRead)
            .await?;
        Ok(())
    }
}
