//! Groups of a directory.
//!
//! Owns: making them, their members.
//! Not here: people (`sync.rs`).
//! Invariant: a group that somebody else keeps is never changed; a group that is gone loses its
//! members and stays.

use std::collections::{HashMap, HashSet};

use lgsp_identity::{Group, GroupQuery, NewGroup};
use lgsp_model::AccountId;

use super::{
    candidate,
    client::{Client, Found},
    sync::{Sync, SyncError},
};
use crate::ldap::wire::{Dn, Filter, Scope};

/// Groups of a connection that are read at once.
const BATCH: u32 = 200;
/// Members that one call of identity changes.
const MEMBERS_BATCH: usize = 1_000;
/// Attributes that hold members, each in its product.
const MEMBER_ATTRIBUTES: [&str; 2] = ["member", "uniqueMember"];

impl Sync<'_> {
    /// Brings our groups to what the directory says.
    pub(super) async fn groups(&mut self, client: &mut Client) -> Result<(), SyncError> {
        let people: HashMap<Vec<Vec<(String, String)>>, AccountId> = self
            .links
            .values()
            .filter_map(|link| Some((Dn::parse(&link.dn).ok()?.key(), link.account_id)))
            .collect();
        let filter =
            Filter::parse(&self.spec.groups_filter).map_err(super::client::Failure::from)?;
        let mut attributes = vec![self.spec.product.key(), "cn", "description"];
        attributes.extend(MEMBER_ATTRIBUTES);
        let base = (self.spec.groups_base.as_str(), Scope::Subtree);
        let mut seen = HashSet::new();
        let mut cookie = Vec::new();
        loop {
            let (found, next) = client.page(base, &filter, &attributes, cookie).await?;
            for entry in &found {
                let Some(key) = candidate::key(self.spec.product, entry) else {
                    continue;
                };
                seen.insert(key.clone());
                let mut members = HashSet::new();
                for name in MEMBER_ATTRIBUTES {
                    for value in client.all_values(entry, name).await? {
                        let dn = String::from_utf8(value)
                            .ok()
                            .and_then(|dn| Dn::parse(&dn).ok());
                        members.extend(dn.and_then(|dn| people.get(&dn.key()).copied()));
                    }
                }
                self.group(&key, entry, &members).await?;
            }
            if next.is_empty() {
                break;
            }
            cookie = next;
        }
        self.empty_missing(&seen).await
    }

    async fn group(
        &mut self,
        key: &str,
        entry: &Found,
        members: &HashSet<AccountId>,
    ) -> Result<(), SyncError> {
        let Some(cn) = entry.text("cn") else {
            self.report.skipped += 1;
            return Ok(());
        };
        let name = format!("{}{cn}", self.spec.groups_prefix);
        let query = GroupQuery {
            source: Some(self.name.to_owned()),
            external_id: Some(key.to_owned()),
            ..GroupQuery::default()
        };
        let identity = &self.federation.identity;
        let known = identity.groups(&query, 1).await?.into_iter().next();
        let group = match known {
            Some(group) => group,
            None if identity.group_by_name(&name).await?.is_some() => {
                self.report.conflicts += 1;
                self.report.line("conflict", &name);
                return Ok(());
            }
            None if self.is_dry() => {
                self.report.groups += 1;
                self.report.line("create", &name);
                return Ok(());
            }
            None => {
                let new = NewGroup {
                    name,
                    display_name: entry.text("description").unwrap_or(cn),
                    agency: self.spec.agency.clone(),
                    source: Some(self.name.to_owned()),
                    external_id: Some(key.to_owned()),
                    ..NewGroup::default()
                };
                identity.create_group(&self.actor, new).await?
            }
        };
        self.members(&group, members).await
    }

    async fn members(
        &mut self,
        group: &Group,
        wished: &HashSet<AccountId>,
    ) -> Result<(), SyncError> {
        let identity = &self.federation.identity;
        let present: HashSet<AccountId> = identity.members(group.id).await?.into_iter().collect();
        let mut add: Vec<AccountId> = wished.difference(&present).copied().collect();
        let mut remove: Vec<AccountId> = present.difference(wished).copied().collect();
        if add.is_empty() && remove.is_empty() {
            return Ok(());
        }
        self.report.groups += 1;
        self.report.line("change", &group.name);
        if self.is_dry() {
            return Ok(());
        }
        add.sort();
        remove.sort();
        for part in add.chunks(MEMBERS_BATCH) {
            identity
                .change_members(&self.actor, group, part, &[])
                .await?;
        }
        for part in remove.chunks(MEMBERS_BATCH) {
            identity
                .change_members(&self.actor, group, &[], part)
                .await?;
        }
        Ok(())
    }

    async fn empty_missing(&mut self, seen: &HashSet<String>) -> Result<(), SyncError> {
        let mut query = GroupQuery {
            source: Some(self.name.to_owned()),
            ..GroupQuery::default()
        };
        loop {
            let batch = self.federation.identity.groups(&query, BATCH).await?;
            for group in &batch {
                let is_there = group
                    .external_id
                    .as_ref()
                    .is_some_and(|key| seen.contains(key));
                if !is_there {
                    self.members(group, &HashSet::new()).await?;
                }
            }
            match batch.last() {
                Some(last) if batch.len() == BATCH as usize => query.after.clone_from(&last.name),
                _ => return Ok(()),
            }
        }
    }
}
