//! Groups: making, reading, changing, removing.
//!
//! Owns: what the interface does with groups.
//! Not here: the form of a group (`group.rs`), lists (`scan.rs`).
//! Invariant: a client changes only the groups that it made, and takes in only accounts that it
//! sees and groups that it made: a group may carry rights.
//! Follows: RFC 7644, sections 3.3 to 3.6.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use lgsp_identity::{
    AccountQuery, Base, Error as IdentityError, Group, GroupChange, MembersChange, NewGroup,
};
use lgsp_model::AccountId;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Scim,
    error::{ScimError, ScimResult, ScimType},
    group::{Members, Wanted, render},
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
        let members = self.members_of(group.id).await?;
        let body = render(group, &members, &self.base);
        let times = (group.created_at, group.changed_at);
        Ok(self.complete(ResourceKind::Group, body, times))
    }

    /// Who is directly in a group.
    ///
    /// # Errors
    /// 500.
    pub(crate) async fn members_of(&self, group: Uuid) -> ScimResult<Members> {
        let groups = self.identity.groups_in(group).await?;
        Ok(Members {
            users: self.identity.members(group).await?.into_iter().collect(),
            groups: groups.into_iter().map(|group| group.id).collect(),
            untold: BTreeSet::new(),
        })
    }

    /// What a wish changes in the members of a group. Members of which the client did not tell
    /// what they are: groups if there is such a group, else users.
    ///
    /// # Errors
    /// 400 for a member that the client may not take in.
    async fn members_change(
        &self,
        client: &Client,
        present: &Members,
        mut wanted: Members,
    ) -> ScimResult<MembersChange> {
        let untold: Vec<Uuid> = wanted.untold.iter().copied().collect();
        let groups = self.identity.groups_among(&untold).await?;
        for id in untold {
            match groups.contains(&id) {
                true => drop(wanted.groups.insert(id)),
                false => drop(wanted.users.insert(AccountId(id))),
            }
        }
        let change = MembersChange {
            add: wanted.users.difference(&present.users).copied().collect(),
            remove: present.users.difference(&wanted.users).copied().collect(),
            add_groups: wanted.groups.difference(&present.groups).copied().collect(),
            remove_groups: present.groups.difference(&wanted.groups).copied().collect(),
            ..MembersChange::default()
        };
        self.require_seen(client, &change.add).await?;
        self.require_own(client, &change.add_groups).await?;
        Ok(change)
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

    /// Refuses groups that the client does not keep: whoever keeps them could bring in accounts
    /// that this client does not see.
    async fn require_own(&self, client: &Client, ids: &[Uuid]) -> ScimResult<()> {
        for id in ids {
            let is_own = match self.group_found(client, &id.to_string()).await {
                Ok(group) => group.source.as_deref() == Some(source(client).as_str()),
                Err(error) if error.status == StatusCode::NOT_FOUND => false,
                Err(error) => return Err(error),
            };
            if !is_own {
                let detail = format!("group {id} does not exist, or is kept by somebody else");
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
        let present = Members::default();
        let new = NewGroup {
            display_name: wanted.name.clone(),
            name: wanted.name,
            agency: client.top.clone(),
            source: Some(source(client)),
            external_id: wanted.external_id,
            members: self
                .members_change(client, &present, wanted.members)
                .await?,
            ..NewGroup::default()
        };
        let group = self.identity.create_group(&client.actor, new).await?;
        self.group_of(&group).await
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
        let (group, before) = self.group_to_change(client, id, conditions).await?;
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
        let (group, before) = self.group_to_change(client, id, conditions).await?;
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
    ) -> ScimResult<(Group, Resource)> {
        let group = self.group_found(client, id).await?;
        self.require_kept(client, &group)?;
        let before = self.group_of(&group).await?;
        conditions.require(&before)?;
        Ok((group, before))
    }

    /// Writes names and members in one transaction, if the group is still as it was read.
    async fn update_group(
        &self,
        client: &Client,
        group: &Group,
        (present, wanted): (Members, Wanted),
    ) -> ScimResult<Resource> {
        let change = GroupChange {
            display_name: Some(wanted.name.clone()),
            name: Some(wanted.name),
            external_id: Some(wanted.external_id),
            members: self
                .members_change(client, &present, wanted.members)
                .await?,
            base: Base::AsRead,
            ..GroupChange::default()
        };
        let identity = &self.identity;
        let after = identity.update_group(&client.actor, group, change).await?;
        self.group_of(&after).await
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
        let (group, _) = self.group_to_change(client, id, conditions).await?;
        let identity = &self.identity;
        identity
            .delete_group(&client.actor, &group, Base::AsRead)
            .await?;
        Ok(())
    }
}
