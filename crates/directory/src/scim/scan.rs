//! Lists: filtering, sorting and paging over accounts and groups.
//!
//! Owns: `Scim::list`, what of a filter the database answers.
//! Not here: the filter itself (`filter/`).
//! Invariant: what the database narrows down is still checked by the filter; memory grows with
//! the number of hits by a key each, not with their size.
//! Follows: RFC 7644, section 3.4.2. An equality of a mail address asks for the main one of an
//! account by its index; the others are looked for when no account has it as its main one.

use lgsp_identity::{Account, AccountQuery, GroupQuery, InGroup};
use lgsp_model::AccountId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Scim,
    discovery::LIST_SCHEMA,
    error::{ScimError, ScimResult, ScimType},
    filter::{
        Filter,
        eval::{SortKey, holds, sort_key},
    },
    group::{Members, render as render_group},
    query::Query,
    resource::Resource,
    schema::{ResourceKind, Shape},
    scope::Client,
};

/// Rows read at a time.
const ROWS: u32 = 500;
/// Hits of one query.
const HITS_MAX: usize = 200_000;

/// A resource that a query found.
type Hit = (SortKey, ResourceKind, Uuid);

impl Scim {
    /// Answers a query over these types.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidPath`, `tooMany`.
    pub(crate) async fn list(
        &self,
        client: &Client,
        kinds: &[ResourceKind],
        query: &Query,
    ) -> ScimResult<Value> {
        let kinds = self.known_by(kinds, query)?;
        let (total, page) = match (kinds.as_slice(), &query.filter, &query.sort_by) {
            ([kind], None, None) => self.plain_page(client, *kind, query).await?,
            _ => self.searched_page(client, &kinds, query).await?,
        };
        let resources: Vec<Value> = page
            .into_iter()
            .map(|resource| {
                let shape = self.schemas.shape(resource.kind);
                Value::Object(query.projection.apply(resource.body, shape))
            })
            .collect();
        Ok(json!({
            "schemas": [LIST_SCHEMA], "totalResults": total, "startIndex": query.start,
            "itemsPerPage": resources.len(), "Resources": resources,
        }))
    }

    /// The types that know every attribute of the filter and the order.
    fn known_by(&self, kinds: &[ResourceKind], query: &Query) -> ScimResult<Vec<ResourceKind>> {
        let mut refused = None;
        let mut known = Vec::new();
        for kind in kinds {
            let shape = self.schemas.shape(*kind);
            let checked = query
                .filter
                .iter()
                .try_for_each(|filter| filter.check(shape));
            let sorted = query
                .sort_by
                .as_ref()
                .is_none_or(|path| path.resolve(shape).is_some());
            match checked {
                Ok(()) if sorted => known.push(*kind),
                Ok(()) => {
                    let detail = "sortBy: no such attribute";
                    refused = Some(ScimError::typed(ScimType::InvalidPath, detail));
                }
                Err(error) => refused = Some(error),
            }
        }
        match (known.is_empty(), refused) {
            (true, Some(error)) => Err(error),
            _ => Ok(known),
        }
    }

    fn users_of(&self, client: &Client) -> AccountQuery {
        AccountQuery {
            agencies: self.agencies(client),
            is_without_left: true,
            ..AccountQuery::default()
        }
    }

    fn groups_seen(&self, client: &Client) -> GroupQuery {
        GroupQuery {
            agencies: self.agencies(client),
            ..GroupQuery::default()
        }
    }

    /// A page of all resources of a type, in the order of their names.
    async fn plain_page(
        &self,
        client: &Client,
        kind: ResourceKind,
        query: &Query,
    ) -> ScimResult<(u64, Vec<Resource>)> {
        let skip = query.start - 1;
        let mut page = Vec::new();
        let total = match kind {
            ResourceKind::User => {
                let mut wanted = self.users_of(client);
                let total = self.identity.count_accounts(&wanted).await?;
                wanted.skip = skip;
                for account in self.identity.accounts(&wanted, query.count).await? {
                    page.push(self.user_of(&account).await?);
                }
                total
            }
            ResourceKind::Group => {
                let mut wanted = self.groups_seen(client);
                let total = self.identity.count_groups(&wanted).await?;
                wanted.skip = skip;
                for group in self.identity.groups(&wanted, query.count).await? {
                    page.push(self.group_of(&group).await?);
                }
                total
            }
        };
        Ok((total, page))
    }

    async fn searched_page(
        &self,
        client: &Client,
        kinds: &[ResourceKind],
        query: &Query,
    ) -> ScimResult<(u64, Vec<Resource>)> {
        let mut hits: Vec<Hit> = Vec::new();
        for kind in kinds {
            match kind {
                ResourceKind::User => self.users_found(client, query, &mut hits).await?,
                ResourceKind::Group => self.groups_found(client, query, &mut hits).await?,
            }
        }
        if query.sort_by.is_some() {
            // Values that are not assigned stay last in both directions.
            hits.sort_by(|one, other| match (&one.0, &other.0) {
                (SortKey::Absent, _) | (_, SortKey::Absent) => one.0.cmp(&other.0),
                (one, other) if query.is_descending => other.cmp(one),
                (one, other) => one.cmp(other),
            });
        }
        let total = u64::try_from(hits.len()).unwrap_or(u64::MAX);
        let skip = usize::try_from(query.start - 1).unwrap_or(usize::MAX);
        let count = usize::try_from(query.count).unwrap_or(0);
        let mut page = Vec::new();
        for (_, kind, id) in hits.into_iter().skip(skip).take(count) {
            // One that went away in between is left out.
            let found = match kind {
                ResourceKind::User => self.user(client, &id.to_string()).await,
                ResourceKind::Group => self.group(client, &id.to_string()).await,
            };
            match found {
                Err(error) if error.status == axum::http::StatusCode::NOT_FOUND => {}
                other => page.push(other?),
            }
        }
        Ok((total, page))
    }

    async fn users_found(
        &self,
        client: &Client,
        query: &Query,
        hits: &mut Vec<Hit>,
    ) -> ScimResult<()> {
        let shape = &self.schemas.user;
        let mut wanted = self.users_of(client);
        if let Some(filter) = &query.filter {
            narrow_users(filter, shape, &mut wanted);
        }
        let before = hits.len();
        self.users_scanned(wanted.clone(), query, hits).await?;
        if hits.len() == before && wanted.email.is_some() {
            wanted.email = None;
            self.users_scanned(wanted, query, hits).await?;
        }
        Ok(())
    }

    async fn users_scanned(
        &self,
        mut wanted: AccountQuery,
        query: &Query,
        hits: &mut Vec<Hit>,
    ) -> ScimResult<()> {
        let shape = &self.schemas.user;
        let (needs_groups, needs_meta) = (needs(query, "groups"), needs(query, "meta"));
        loop {
            let accounts = self.identity.accounts(&wanted, ROWS).await?;
            let Some(last) = accounts.last() else {
                return Ok(());
            };
            wanted.after.clone_from(&last.username);
            let is_end = accounts.len() < ROWS as usize;
            for account in accounts {
                let groups = match needs_groups {
                    true => self.identity.group_ways(account.id).await?,
                    false => Vec::new(),
                };
                let body = self.scanned_user(&account, &groups, needs_meta);
                note(hits, query, shape, (account.id.0, &body))?;
            }
            if is_end {
                return Ok(());
            }
        }
    }

    fn scanned_user(
        &self,
        account: &Account,
        groups: &[InGroup],
        needs_meta: bool,
    ) -> super::json::Object {
        let body = self.rendered(account, groups);
        match needs_meta {
            true => {
                let times = (account.created_at, account.changed_at);
                self.complete(ResourceKind::User, body, times).body
            }
            false => body,
        }
    }

    async fn groups_found(
        &self,
        client: &Client,
        query: &Query,
        hits: &mut Vec<Hit>,
    ) -> ScimResult<()> {
        let shape = &self.schemas.group;
        let mut wanted = self.groups_seen(client);
        if let Some(filter) = &query.filter {
            narrow_groups(filter, shape, &mut wanted);
        }
        let needs_members = needs(query, "members");
        loop {
            let groups = self.identity.groups(&wanted, ROWS).await?;
            let Some(last) = groups.last() else {
                return Ok(());
            };
            wanted.after.clone_from(&last.name);
            let is_end = groups.len() < ROWS as usize;
            for group in groups {
                let members = match needs_members {
                    true => self.members_of(group.id).await?,
                    false => Members::default(),
                };
                let body = render_group(&group, &members, &self.base);
                let times = (group.created_at, group.changed_at);
                let body = self.complete(ResourceKind::Group, body, times).body;
                note(hits, query, shape, (group.id, &body))?;
            }
            if is_end {
                return Ok(());
            }
        }
    }
}

/// Whether filter or order ask for an attribute that costs a query a resource.
fn needs(query: &Query, name: &str) -> bool {
    let by_filter = query
        .filter
        .as_ref()
        .is_some_and(|filter| filter.mentions(name));
    let by_order = query.sort_by.as_ref();
    by_filter || by_order.is_some_and(|path| path.name.eq_ignore_ascii_case(name))
}

fn note(
    hits: &mut Vec<Hit>,
    query: &Query,
    shape: &Shape,
    (id, body): (Uuid, &super::json::Object),
) -> ScimResult<()> {
    let is_hit = query
        .filter
        .as_ref()
        .is_none_or(|filter| holds(filter, body, shape));
    if !is_hit {
        return Ok(());
    }
    if hits.len() >= HITS_MAX {
        return Err(ScimError::typed(
            ScimType::TooMany,
            "too many resources, narrow the filter",
        ));
    }
    let key = query
        .sort_by
        .as_ref()
        .map_or(SortKey::Absent, |path| sort_key(path, body, shape));
    hits.push((key, shape.kind, id));
    Ok(())
}

/// Texts that the filter demands, each in a column with an index.
fn narrow_users(filter: &Filter, shape: &Shape, wanted: &mut AccountQuery) {
    for condition in filter.conjuncts() {
        let equals = |name: &str, sub: Option<&str>| condition.equals_text(shape, name, sub);
        if let Some(id) = equals("id", None) {
            let id = id.parse().ok().map(AccountId);
            wanted.ids = Some(id.into_iter().collect());
        } else if let Some(name) = equals("userName", None) {
            wanted.username = Some(name.to_lowercase());
        } else if let Some(id) = equals("externalId", None) {
            wanted.external_id = Some(id.to_owned());
        } else if let Some(email) = equals("emails", Some("value")) {
            wanted.email = Some(email.to_owned());
        } else if let Some(group) = equals("groups", Some("value")) {
            // A text that is no identifier fits no group.
            wanted.group = Some(group.parse().unwrap_or_default());
        }
    }
}

fn narrow_groups(filter: &Filter, shape: &Shape, wanted: &mut GroupQuery) {
    for condition in filter.conjuncts() {
        let equals = |name: &str, sub: Option<&str>| condition.equals_text(shape, name, sub);
        if let Some(name) = equals("displayName", None) {
            wanted.name = Some(name.to_owned());
        } else if let Some(id) = equals("externalId", None) {
            wanted.external_id = Some(id.to_owned());
        } else if let Some(member) = equals("members", Some("value")) {
            wanted.member = Some(member.parse().unwrap_or_default());
        }
    }
}
