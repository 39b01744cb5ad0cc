//! Who is linked to a provider.
//!
//! Owns: `/identity-providers/{name}/links`.
//! Not here: ending a link (`accounts.rs`), the own links (`me.rs`).
//! Invariant: a caller sees the links of accounts of the own subtree only.

use std::collections::HashMap;

use axum::extract::{Path, State};
use lgsp_identity::{Account, AccountQuery};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::LINK_READ;
use crate::upstream::{
    Upstream,
    error::{Error, Result},
    tables::{self, ExternalIdentity},
};

/// Links read at once.
const BATCH: u32 = 200;
/// Links that one call looks at for those of the caller's subtree; the next page goes on behind.
const LOOKED_AT_MAX: usize = 2_000;

/// A person of a provider and the account here that it is linked to.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProviderLink {
    /// Identifier of the link.
    id: Uuid,
    /// The account.
    account_id: Uuid,
    /// Its sign-in name.
    username: String,
    /// Name of its person.
    account_name: String,
    /// Code of its agency.
    agency: Option<String>,
    /// Name that the provider told when it was linked.
    display_name: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    linked_at: Timestamp,
    /// Who made it.
    linked_by: String,
    /// When somebody last signed in with it.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_used_at: Option<Timestamp>,
}

impl ProviderLink {
    fn of(link: ExternalIdentity, account: &Account) -> Self {
        Self {
            id: link.id,
            account_id: account.id.0,
            username: account.username.clone(),
            account_name: account.display_name.clone(),
            agency: account.agency.clone(),
            display_name: link.display_name,
            linked_at: link.linked_at,
            linked_by: link.linked_by,
            last_used_at: link.last_used_at,
        }
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LinkFilter {
    /// Link after which the page starts.
    cursor: Option<Uuid>,
    /// Page size, 1 to 200; a page may hold fewer although more follow.
    limit: Option<u32>,
}

/// Lists who is linked to a provider, the newest link first.
#[utoipa::path(get, path = "/identity-providers/{name}/links", tag = "upstream",
    operation_id = "list_identity_provider_links",
    summary = "Links of a provider · Tài khoản đã nối với nhà cung cấp",
    params(("name" = String, Path), LinkFilter),
    responses((status = 200, body = Page<ProviderLink>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("identity.external_identity.read"))))]
pub(super) async fn list_provider_links(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(name): Path<String>,
    Query(filter): Query<LinkFilter>,
) -> Result<Json<Page<ProviderLink>>, Refusal> {
    caller.scope(LINK_READ)?;
    upstream.providers.find(&name)?;
    let size = limit(filter.limit) as usize;
    let mut cursor = filter.cursor;
    let mut items = Vec::new();
    let mut looked_at = 0;
    loop {
        let batch = tables::links_at(&upstream.platform.db, &name, cursor, BATCH).await?;
        let is_last = batch.len() < BATCH as usize;
        let accounts = accounts_of(&upstream, batch.iter()).await?;
        looked_at += batch.len();
        for link in batch {
            if items.len() == size {
                // The last one shown is where the next page goes on behind.
                return Ok(Json(page(items, cursor)));
            }
            cursor = Some(link.id);
            let account = accounts.get(&link.account_id);
            let seen = account.filter(|account| caller.may(LINK_READ, account.agency.as_deref()));
            items.extend(seen.map(|account| ProviderLink::of(link, account)));
        }
        if is_last {
            return Ok(Json(page(items, None)));
        }
        if looked_at >= LOOKED_AT_MAX {
            return Ok(Json(page(items, cursor)));
        }
    }
}

fn page(items: Vec<ProviderLink>, cursor: Option<Uuid>) -> Page<ProviderLink> {
    Page {
        items,
        next_cursor: cursor.map(|id| id.to_string()),
    }
}

/// The accounts of links, [`BATCH`] at most.
pub(super) async fn accounts_of<'a>(
    upstream: &Upstream,
    links: impl Iterator<Item = &'a ExternalIdentity>,
) -> Result<HashMap<AccountId, Account>> {
    let query = AccountQuery {
        ids: Some(links.map(|link| link.account_id).collect()),
        ..AccountQuery::default()
    };
    let found = upstream.identity.accounts(&query, BATCH).await;
    let found = found.map_err(Error::from)?;
    Ok(found
        .into_iter()
        .map(|account| (account.id, account))
        .collect())
}
