//! Groups: making, reading, changing, removing.
//!
//! Owns: what the interface does with groups.
//! Not here: the form of a group (`group.rs`), lists (`scan.rs`).
//! Invariant: a client changes only the groups that it made, and takes in only accounts that it
//! sees: a group may carry rights.
//! Follows: RFC 7644, sections 3.3 to 3.6.

use std::collections::BTreeSet;

use lgsp_identity::{AccountQuery, Error as IdentityError, Group, GroupChange, NewGroup};
use lgsp_model::AccountId;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Scim,
    error::{ScimError, ScimResult, ScimType},
    group::{Wanted, render},
    normal::normalise,
    patch,
    resource::{Conditions, Resource},
    schema::ResourceKind,
    scope::{Client, source},
};

/// Accounts that one query names.
const IDS_PER_QUERY: usize = 200;

impl Scim {
    /// The group behind an identifier.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn group_found(&self, client: &Client, id: &str) -> ScimResult<Group> {
        let parsed: Uuid = id.parse().map_err(|_| ScimError::not_found(id))?;
        let group = match self.identity.group(parsed).await {
            Err(IdentityError::GroupNotFound) => return Err(ScimError::not_found(id)),
            other => other?,
        };
        match self.is_within(group.agency.as_deref(), client.top.as_deref()) {
            true => Ok(group),
            false => Err(ScimError::not_found(id)),
        }
    }

    /// A group.
    ///
    /// # Errors
    /// 404.
    pub(crate) async fn group(&self, client: &Client, id: &str) -> ScimResult<Resource> {
        let group = self.group_found(client, id).await?;
        self.group_of(&group).await
    }

    /// The resource that a group is.
    ///
    /// # Errors
    /// 500.
    pub(crate) async fn group_of(&self, group: &Group) -> ScimResult<Resource> {
        let members = self.identity.members(group.id).await?;
        let body = render(group, &members, &self.base);
        let times = (group.created_at, group.changed_at);
        Ok(self.complete(ResourceKind::Group, body, times))
    }

    /// Refuses accounts that the client does not see.
    async fn require_seen(&self, client: &Client, ids: &[AccountId]) -> ScimResult<()> {
        let agencies = self.agencies(client);
        for part in ids.chunks(IDS_PER_QUERY) {
            let query = AccountQuery {
                ids: Some(part.to_vec()),
                agencies: agencies.clone(),
                is_without_left: true,
                ..AccountQuery::default()
            };
            let found = self.identity.count_accounts(&query).await?;
            if usize::try_from(found).unwrap_or(0) != part.len() {
                let detail = "a member does not exist, or lies outside this client's agencies";
                return Err(ScimError::typed(ScimType::InvalidValue, detail));
            }
        }
        Ok(())
    }

    /// Makes a group.
    ///
    /// # Errors
    /// 400, 403; 409 when the name is taken.
    pub(crate) async fn create_group(&self, client: &Client, sent: &Value) -> ScimResult<Resource> {
        self.require_write(client)?;
        let wanted = Wanted::read(&normalise(sent, &self.schemas.group)?)?;
        let members: Vec<AccountId> = wanted.members.into_iter().collect();
        self.require_seen(client, &members).await?;
        let new = NewGroup {
            display_name: wanted.name.clone(),
            name: wanted.name,
            agency: client.top.clone(),
            source: Some(source(client)),
            external_id: wanted.external_id,
            ..NewGroup::default()
        };
        let identity = &self.identity;
        let group = identity.create_group(&client.actor, new).await?;
        if !members.is_empty() {
            identity
                .change_members(&client.actor, &group, &members, &[])
                .await?;
        }
        self.group_of(&identity.group(group.id).await?).await
    }

    /// Replaces a group.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn replace_group(
        &self,
        client: &Client,
        id: &str,
        sent: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let wanted = Wanted::read(&normalise(sent, &self.schemas.group)?)?;
        let (group, before, _guard) = self.group_to_change(client, id, conditions).await?;
        let present = Wanted::read(&before.body)?.members;
        self.update_group(client, &group, (present, wanted)).await
    }

    /// Changes a group by operations.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn patch_group(
        &self,
        client: &Client,
        id: &str,
        request: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let (group, before, _guard) = self.group_to_change(client, id, conditions).await?;
        let shape = &self.schemas.group;
        let present = Wanted::read(&before.body)?.members;
        let mut after = normalise(&Value::Object(before.body), shape)?;
        patch::apply(&mut after, request, shape)?;
        let wanted = Wanted::read(&after)?;
        self.update_group(client, &group, (present, wanted)).await
    }

    async fn group_to_change(
        &self,
        client: &Client,
        id: &str,
        conditions: &Conditions,
    ) -> ScimResult<(Group, Resource, Option<tokio::sync::MutexGuard<'_, ()>>)> {
        let parsed: Uuid = id.parse().map_err(|_| ScimError::not_found(id))?;
        let guard = self.lock(parsed).await;
        let group = self.group_found(client, id).await?;
        self.require_kept(client, &group)?;
        let before = self.group_of(&group).await?;
        conditions.require(&before)?;
        Ok((group, before, guard))
    }

    async fn update_group(
        &self,
        client: &Client,
        group: &Group,
        (present, wanted): (BTreeSet<AccountId>, Wanted),
    ) -> ScimResult<Resource> {
        let added: Vec<AccountId> = wanted.members.difference(&present).copied().collect();
        let removed: Vec<AccountId> = present.difference(&wanted.members).copied().collect();
        self.require_seen(client, &added).await?;
        let change = GroupChange {
            display_name: Some(wanted.name.clone()),
            name: Some(wanted.name),
            external_id: Some(wanted.external_id),
            ..GroupChange::default()
        };
        let identity = &self.identity;
        let after = identity.update_group(&client.actor, group, change).await?;
        if !added.is_empty() || !removed.is_empty() {
            identity
                .change_members(&client.actor, &after, &added, &removed)
                .await?;
        }
        self.group_of(&identity.group(group.id).await?).await
    }

    /// Removes a group; its members stay.
    ///
    /// # Errors
    /// 403, 404, 412.
    pub(crate) async fn delete_group(
        &self,
        client: &Client,
        id: &str,
        conditions: &Conditions,
    ) -> ScimResult<()> {
        let (group, _, _guard) = self.group_to_change(client, id, conditions).await?;
        self.identity.delete_group(&client.actor, &group).await?;
        Ok(())
    }
}
