//! Reading people, groups, agencies and applications for searches and comparisons.
//!
//! Owns: looking up single entries, streams of people and groups in batches.
//! Not here: what the entries hold (`build.rs`), the order of a search (`search.rs`).
//! Invariant: nothing leaves here that the sight does not allow.

use lgsp_identity::{Account, AccountQuery, Group, GroupQuery};
use tokio::io::AsyncWrite;

use super::{
    Face,
    entry::Entry,
    names::Place,
    narrow::{Key, Narrow},
    schema,
    search::{Part, Run, Step},
    sight::Sight,
};
use crate::{
    Result,
    ldap::wire::{Dn, Filter},
};

/// Accounts and groups read at once.
const BATCH: u32 = 200;

impl<W: AsyncWrite + Unpin + Send> Run<'_, W> {
    /// People behind `after`.
    pub(super) async fn people(&mut self, after: &str) -> Result<Step> {
        let mut query = AccountQuery {
            after: after.to_owned(),
            ..AccountQuery::default()
        };
        match Narrow::of(self.filter, &self.face.names) {
            Narrow::Keys(keys) => return self.people_of(&keys, after).await,
            Narrow::Group(name) => match self.face.identity.group_by_name(&name).await? {
                Some(group) => query.group = Some(group.id),
                None => return Ok(Step::Go),
            },
            Narrow::Prefix(prefix) => query.username_prefix = Some(prefix),
            Narrow::Words(words) => query.words = words,
            Narrow::All => {}
        }
        if let Sight::Person(own) = self.sight {
            query.username = Some(own.account.username.clone());
        }
        loop {
            let batch = self.face.identity.accounts(&query, BATCH).await?;
            let step = self.accounts(&batch).await?;
            let is_last = batch.len() < BATCH as usize;
            match batch.last() {
                Some(last) if !is_last && step == Step::Go => {
                    query.after.clone_from(&last.username);
                }
                _ => return Ok(step),
            }
        }
    }

    /// People who have one of the keys, each once, by user name.
    async fn people_of(&mut self, keys: &[Key], after: &str) -> Result<Step> {
        let mut found: Vec<Account> = Vec::new();
        for key in keys {
            let mut query = AccountQuery {
                after: after.to_owned(),
                ..AccountQuery::default()
            };
            match key {
                Key::Username(name) => query.username = Some(name.clone()),
                Key::Email(address) => query.email = Some(address.clone()),
                Key::Id(id) => query.ids = Some(vec![lgsp_model::AccountId(*id)]),
            }
            found.extend(self.face.identity.accounts(&query, BATCH).await?);
        }
        found.sort_by(|one, two| one.username.cmp(&two.username));
        found.dedup_by(|one, two| one.id == two.id);
        self.accounts(&found).await
    }

    async fn accounts(&mut self, accounts: &[Account]) -> Result<Step> {
        for account in accounts {
            if !self.sight.may_see_account(self.face, account) {
                continue;
            }
            let has_groups = self.selection.wants("memberOf") || mentions(self.filter, "memberOf");
            let entry = self.face.person(self.sight, account, has_groups).await?;
            let Some(entry) = entry else { continue };
            let step = self
                .offer(&entry, (Part::People, &account.username))
                .await?;
            if step != Step::Go {
                return Ok(step);
            }
        }
        Ok(Step::Go)
    }

    /// Groups behind `after`.
    pub(super) async fn groups(&mut self, after: &str) -> Result<Step> {
        let mut query = GroupQuery {
            after: after.to_owned(),
            ..GroupQuery::default()
        };
        let member = self.narrow_groups(&mut query).await?;
        let has_members = self.selection.wants("member");
        let is_known = member.is_some() && count(self.filter, "member") == 1;
        loop {
            let batch = self.face.identity.groups(&query, BATCH).await?;
            for group in &batch {
                if !self.sight.may_see_group(self.face, group) {
                    continue;
                }
                let members = match &member {
                    Some(name) if is_known && !has_members => vec![name.clone()],
                    _ if has_members || mentions(self.filter, "member") => {
                        self.face.members(self.sight, group).await?
                    }
                    _ => Vec::new(),
                };
                let entry = self.face.group_entry(group, members);
                let step = self.offer(&entry, (Part::Groups, &group.name)).await?;
                if step != Step::Go {
                    return Ok(step);
                }
            }
            match batch.last() {
                Some(last) if batch.len() == BATCH as usize => query.after.clone_from(&last.name),
                _ => return Ok(Step::Go),
            }
        }
    }

    /// Asks the table for the groups of one member or of one name, where the filter does; gives
    /// the member's name if it may be seen.
    async fn narrow_groups(&self, query: &mut GroupQuery) -> Result<Option<String>> {
        let parts = match self.filter {
            Filter::And(parts) => parts.as_slice(),
            single => std::slice::from_ref(single),
        };
        let mut member = None;
        for part in parts {
            let Filter::Equal { attribute, value } = part else {
                continue;
            };
            let Ok(text) = std::str::from_utf8(value) else {
                continue;
            };
            match schema::find(attribute).map(schema::Type::name) {
                Some("cn") => query.name = Some(text.to_owned()),
                Some("member") if member.is_none() => {
                    let Ok(Ok(Place::Person(name))) =
                        Dn::parse(text).map(|dn| self.face.names.place(&dn))
                    else {
                        continue;
                    };
                    if let Some(account) = self.face.visible(self.sight, &name).await? {
                        query.member_in_effect = Some(account.id);
                        member = Some(self.face.names.person(&account.username).to_string());
                    }
                }
                _ => {}
            }
        }
        Ok(member)
    }
}

/// Whether a filter speaks of a type.
fn mentions(filter: &Filter, name: &str) -> bool {
    count(filter, name) > 0
}

/// How many terms of a filter speak of a type.
fn count(filter: &Filter, name: &str) -> usize {
    let is_it = |attribute: &str| {
        usize::from(schema::find(attribute).is_some_and(|known| known.name() == name))
    };
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().map(|part| count(part, name)).sum(),
        Filter::Not(inner) => count(inner, name),
        Filter::Equal { attribute, .. }
        | Filter::Substring { attribute, .. }
        | Filter::AtLeast { attribute, .. }
        | Filter::AtMost { attribute, .. }
        | Filter::Present(attribute)
        | Filter::Approximate { attribute, .. } => is_it(attribute),
        Filter::Extensible { attribute, .. } => attribute.as_deref().map_or(1, is_it),
    }
}

impl Face {
    /// The entry at a place, if it exists and may be seen.
    pub(crate) async fn lookup(
        &self,
        sight: &Sight,
        place: &Place,
        base: &Dn,
    ) -> Result<Option<Entry>> {
        Ok(match place {
            Place::Root => Some(self.root_entry()),
            Place::Schema => Some(self.schema_entry()),
            Place::Top => Some(self.top_entry()),
            Place::People => Some(self.container_entry(super::names::PEOPLE)),
            Place::Groups => Some(self.container_entry(super::names::GROUPS)),
            Place::Units => Some(self.container_entry(super::names::UNITS)),
            Place::Apps => Some(self.container_entry(super::names::APPS)),
            Place::Unit(code) => self.unit(code, base),
            Place::App(name) => self
                .own_app(sight)
                .filter(|entry| entry.dn.is_same(&self.names.app(name))),
            Place::Person(name) => match self.visible(sight, name).await? {
                Some(account) => self.person(sight, &account, true).await?,
                None => None,
            },
            Place::Group(name) => match self.identity.group_by_name(name).await? {
                Some(group) if sight.may_see_group(self, &group) => {
                    let members = self.members(sight, &group).await?;
                    Some(self.group_entry(&group, members))
                }
                _ => None,
            },
        })
    }

    /// The account of a user name, if it may be seen.
    async fn visible(&self, sight: &Sight, username: &str) -> Result<Option<Account>> {
        let query = AccountQuery {
            username: Some(username.to_owned()),
            ..AccountQuery::default()
        };
        let found = self.identity.accounts(&query, 1).await?;
        for account in found {
            if sight.may_see_account(self, &account)
                && self.person(sight, &account, false).await?.is_some()
            {
                return Ok(Some(account));
            }
        }
        Ok(None)
    }

    /// The entry of an account that may be seen by agency, if it passes the filter too.
    async fn person(
        &self,
        sight: &Sight,
        account: &Account,
        has_groups: bool,
    ) -> Result<Option<Entry>> {
        let is_filtered = match sight {
            Sight::App(app) => app
                .people
                .as_ref()
                .is_some_and(|filter| mentions(filter, "memberOf")),
            Sight::Nothing | Sight::Person(_) => false,
        };
        let groups = if has_groups || is_filtered {
            self.identity.groups_in_effect(account.id).await?
        } else {
            Vec::new()
        };
        let all = self.person_entry(account, &groups, sight.spec());
        if !sight.may_see_entry(&all) {
            return Ok(None);
        }
        let seen: Vec<Group> = groups
            .into_iter()
            .filter(|group| sight.may_see_group(self, group))
            .collect();
        Ok(Some(self.person_entry(account, &seen, sight.spec())))
    }

    /// The names of the people in a group, also through groups in it, that may be seen.
    async fn members(&self, sight: &Sight, group: &Group) -> Result<Vec<String>> {
        let mut query = AccountQuery {
            group: Some(group.id),
            ..AccountQuery::default()
        };
        let mut names = Vec::new();
        loop {
            let batch = self.identity.accounts(&query, BATCH).await?;
            for account in &batch {
                if sight.may_see_account(self, account)
                    && self.person(sight, account, false).await?.is_some()
                {
                    names.push(self.names.person(&account.username).to_string());
                }
            }
            match batch.last() {
                Some(last) if batch.len() == BATCH as usize => {
                    query.after.clone_from(&last.username);
                }
                _ => return Ok(names),
            }
        }
    }

    /// The own entry of the application that looks.
    pub(super) fn own_app(&self, sight: &Sight) -> Option<Entry> {
        match sight {
            Sight::App(app) => Some(self.app_entry(&app.name, &app.spec)),
            Sight::Nothing | Sight::Person(_) => None,
        }
    }

    /// The agency of a code, if its name is `base`.
    pub(super) fn unit(&self, code: &str, base: &Dn) -> Option<Entry> {
        let snapshot = self.catalogue.snapshot();
        let view = snapshot.directory(self.platform.clock.now());
        let agency = view
            .find(code)
            .or_else(|| view.find(&code.to_uppercase()))?;
        let entry = self.unit_at(&view, agency);
        entry.dn.is_same(base).then_some(entry)
    }

    fn unit_at(
        &self,
        view: &lgsp_catalogue::DirectoryView<'_>,
        agency: &lgsp_catalogue::Agency,
    ) -> Entry {
        let above = view.tree().ancestors(agency);
        let codes: Vec<String> = above
            .iter()
            .map(|agency| agency.code.to_string())
            .chain([agency.code.to_string()])
            .collect();
        let path: Vec<&str> = codes.iter().map(String::as_str).collect();
        self.unit_entry(agency, &path, view.has_children(agency))
    }

    /// The agencies below one, or below none; the one itself too when the whole tree is asked.
    pub(super) fn units(&self, below: Option<&str>, is_deep: bool) -> Vec<Entry> {
        let snapshot = self.catalogue.snapshot();
        let view = snapshot.directory(self.platform.clock.now());
        let top =
            below.and_then(|code| view.find(code).or_else(|| view.find(&code.to_uppercase())));
        let mut found = Vec::new();
        match (top, is_deep) {
            (Some(top), true) => {
                found.push(top);
                found.extend(view.subtree(top));
            }
            (Some(top), false) => found.extend(view.children(top)),
            (None, false) => found.extend(view.roots()),
            (None, true) => {
                for root in view.roots() {
                    found.push(root);
                    found.extend(view.subtree(root));
                }
            }
        }
        found
            .into_iter()
            .map(|agency| self.unit_at(&view, agency))
            .collect()
    }
}
