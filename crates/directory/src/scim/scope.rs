//! Who asks, and what that client may see and touch.
//!
//! Owns: `Client`, its recognition by a token, its subtree of agencies.
//! Not here: tokens (`clients/tokens.rs`).
//! Invariant: what lies outside the subtree does not exist for a client; accounts that hold a
//! role which is not delegable, or one outside the subtree, are never changed by it.

use lgsp_identity::{Account, Actor, Group, Kind, roles};
use lgsp_platform::registry::Kind as _;

use super::{
    Scim,
    clients::{ScimClient, tokens},
    error::{ScimError, ScimResult},
};
use axum::http::{HeaderMap, StatusCode, header};

/// A client whose token was right, for one request.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    /// Name of its resource.
    pub(crate) name: String,
    /// Agency at the top of its subtree; none for everything.
    pub(crate) top: Option<String>,
    pub(crate) may_write: bool,
    pub(crate) kind: Kind,
    /// Who acts, for the journal.
    pub(crate) actor: Actor,
}

fn unauthorized() -> ScimError {
    ScimError::new(StatusCode::UNAUTHORIZED, "a valid bearer token is wanted")
}

/// The bearer token of a request.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

impl Scim {
    /// The client of a request's token.
    ///
    /// # Errors
    /// 401 when there is no token, or its client is gone or switched off.
    pub(crate) async fn client(
        &self,
        headers: &HeaderMap,
        address: Option<String>,
    ) -> ScimResult<Client> {
        let now = self.platform.clock.now();
        let token = bearer(headers).ok_or_else(unauthorized)?;
        if !token.starts_with(tokens::TOKEN_PREFIX) {
            return Err(unauthorized());
        }
        let name = tokens::client_of(&self.platform, token, now)
            .await?
            .ok_or_else(unauthorized)?;
        let snapshot = self.platform.registry.snapshot();
        let owner = snapshot
            .get(ScimClient::KIND, &name)
            .and_then(|resource| resource.agency.clone());
        let spec = snapshot
            .spec::<ScimClient>(&name)
            .filter(|spec| spec.enabled)
            .ok_or_else(unauthorized)?;
        let actor = Actor::named(format!("scim:{name}"), address, now);
        Ok(Client {
            top: self.top(owner, spec.agency),
            may_write: spec.may_write,
            kind: spec.account_kind.into(),
            actor,
            name,
        })
    }

    /// The wished agency, unless it lies outside the one that owns the client.
    fn top(&self, owner: Option<String>, wished: Option<String>) -> Option<String> {
        let wished = wished.filter(|code| !code.trim().is_empty());
        match (owner, wished) {
            (None, wished) => wished,
            (Some(owner), Some(wished)) if self.is_within(Some(&wished), Some(&owner)) => {
                Some(wished)
            }
            (owner, _) => owner,
        }
    }

    /// Whether an agency lies in the subtree of `top`.
    pub(crate) fn is_within(&self, agency: Option<&str>, top: Option<&str>) -> bool {
        let Some(top) = top else { return true };
        let Some(agency) = agency else { return false };
        let snapshot = self.catalogue.snapshot();
        snapshot.agencies.is_within(agency, top)
    }

    /// The agencies of a client's subtree; `None` for everything.
    pub(crate) fn agencies(&self, client: &Client) -> Option<Vec<String>> {
        let top = client.top.as_deref()?;
        let snapshot = self.catalogue.snapshot();
        let tree = &snapshot.agencies;
        let codes = tree.iter().map(|agency| agency.code.to_string());
        Some(codes.filter(|code| tree.is_within(code, top)).collect())
    }

    /// Refuses when the client may only read.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_write(&self, client: &Client) -> ScimResult<()> {
        match client.may_write {
            true => Ok(()),
            false => Err(ScimError::forbidden("this client may only read")),
        }
    }

    /// Refuses unless the client may change this account.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_touch(&self, client: &Client, account: &Account) -> ScimResult<()> {
        self.require_write(client)?;
        let is_plain = account.grants.iter().all(|grant| {
            roles::find(&grant.role).is_some_and(|role| role.is_delegable)
                && self.is_within(grant.agency.as_deref(), client.top.as_deref())
        });
        match is_plain {
            true => Ok(()),
            false => Err(ScimError::forbidden(
                "the account holds a role that this client cannot touch",
            )),
        }
    }

    /// Refuses unless the client keeps this group.
    ///
    /// # Errors
    /// 403.
    pub(crate) fn require_kept(&self, client: &Client, group: &Group) -> ScimResult<()> {
        self.require_write(client)?;
        match group.source.as_deref() == Some(source(client).as_str()) {
            true => Ok(()),
            false => Err(ScimError::forbidden("the group is kept by somebody else")),
        }
    }
}

/// What accounts and groups made by a client have as their source.
pub(crate) fn source(client: &Client) -> String {
    format!("scim:{}", client.name)
}
