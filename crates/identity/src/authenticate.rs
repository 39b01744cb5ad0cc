//! From a request to its account: session cookie or bearer token.
//!
//! Owns: the platform's `Authenticator`.
//! Not here: opening sessions (`sign_in.rs`), making tokens (`tokens.rs`).
//! Invariant: state and roles are read anew for each request, so a change of rights is in
//! force at once; a request with a bearer token is never answered for its cookie; from outside the
//! inner networks a proof of one factor opens nothing, wherever it was made.

use std::{net::SocketAddr, sync::Arc};

use axum::{
    extract::ConnectInfo,
    http::{header, request::Parts},
};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::http::{
    Principal,
    context::{Authenticator, PortFuture, RoleGrant, Standing, StepUp},
};
use sea_orm::QueryResult;
use uuid::Uuid;

use crate::{
    Identity,
    error::Result,
    rules::TOUCH_MS,
    secret::stored_hash,
    tables::{account, agency_of, instant, session, token},
    tokens::TOKEN_PREFIX,
};

/// Header by which a delegate says for whom it acts.
const ON_BEHALF_OF: &str = "x-on-behalf-of";

/// What kind of credential a request carries.
enum Credential<'a> {
    Session(&'a str),
    Token(&'a str),
    Other,
}

impl Authenticator for Identity {
    fn authenticate<'a>(
        &'a self,
        parts: &'a Parts,
    ) -> PortFuture<'a, lgsp_platform::Result<Option<Principal>>> {
        Box::pin(async move {
            let found = match self.credential(parts) {
                Credential::Session(secret) => self.by_session(secret).await,
                Credential::Token(secret) => self.by_token(secret).await,
                Credential::Other => Ok(None),
            };
            let found = found.map_err(crate::Error::into_platform)?;
            let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
            let address = connection.map(|ConnectInfo(address)| address.ip());
            if let Some(principal) = &found
                && principal.standing.acr < self.acr_min_from(address)
            {
                return Err(lgsp_platform::Error::ProofInsufficient(StepUp {
                    acr_min: self.acr_min_from(address),
                    age_s_max: self.rules.session_life_ms / 1_000,
                }));
            }
            let (Some(principal), Some(wanted)) = (&found, parts.headers.get(ON_BEHALF_OF)) else {
                return Ok(found);
            };
            if principal.standing.impersonated_by.is_some() {
                return Err(lgsp_platform::Error::OnlyInPerson);
            }
            let delegator = wanted.to_str().unwrap_or_default();
            let acting = self
                .acting_for(principal.clone(), delegator)
                .await
                .map_err(crate::Error::into_platform)?;
            acting
                .map(Some)
                .ok_or_else(|| lgsp_platform::Error::Forbidden {
                    permission: format!("{ON_BEHALF_OF}: {delegator}"),
                })
        })
    }
}

impl Identity {
    fn credential<'a>(&self, parts: &'a Parts) -> Credential<'a> {
        if let Some(value) = parts.headers.get(header::AUTHORIZATION) {
            let words = value.to_str().unwrap_or_default().split_once(' ');
            return match words {
                Some((scheme, token))
                    if scheme.eq_ignore_ascii_case("bearer") && token.starts_with(TOKEN_PREFIX) =>
                {
                    Credential::Token(token)
                }
                _ => Credential::Other,
            };
        }
        let secret = self.session_secret(&parts.headers);
        secret.map_or(Credential::Other, Credential::Session)
    }

    /// The account behind a session's secret, if the session is alive; while an administrator acts
    /// as somebody, that one.
    pub(crate) async fn by_session(&self, secret: &str) -> Result<Option<Principal>> {
        let now = self.platform.clock.now();
        let db = &self.platform.db;
        let rows = session::credential(db, stored_hash(secret), now).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let own: Uuid = first.try_get("", "session_id")?;
        let used: Uuid = first.try_get("", "credential_id")?;
        if own == used {
            return self.of_session(&rows, first, now).await;
        }
        let owner = AccountId(first.try_get("", "owner_id")?);
        let target = self.of_session(&rows, first, now).await?;
        let administrator = match &target {
            Some(target) => self.still_impersonates(owner, target).await?,
            None => None,
        };
        if let (Some(mut target), Some(administrator)) = (target, administrator) {
            target.standing.impersonated_by = Some(administrator);
            return Ok(Some(target));
        }
        self.stop_impersonation(used).await?;
        let rows = session::credential(db, stored_hash(secret), now).await?;
        match rows.first() {
            Some(first) => self.of_session(&rows, first, now).await,
            None => Ok(None),
        }
    }

    /// The principal of a session's rows, unless it was idle for too long; the use is noted.
    async fn of_session(
        &self,
        rows: &[QueryResult],
        first: &QueryResult,
        now: Timestamp,
    ) -> Result<Option<Principal>> {
        let seen_at = instant(first, "used_at")?.unwrap_or_default();
        let idle_ms: i64 = first.try_get("", "idle_ms")?;
        let is_idle = now.since(seen_at) >= idle_ms;
        let Some(mut principal) = principal(rows, first, "session", now)?.filter(|_| !is_idle)
        else {
            return Ok(None);
        };
        principal.csrf_token = Some(first.try_get("", "csrf_token")?);
        let acr: i64 = first.try_get("", "acr")?;
        principal.standing.acr = u8::try_from(acr).unwrap_or(1);
        let proved_at = instant(first, "auth_at")?.unwrap_or_default();
        principal.standing.auth_age_ms = now.since(proved_at).max(0);
        if now.since(seen_at) >= TOUCH_MS {
            let id = first.try_get("", "session_id")?;
            self.touch_session(id, now).await;
        }
        Ok(Some(principal))
    }

    async fn by_token(&self, secret: &str) -> Result<Option<Principal>> {
        let now = self.platform.clock.now();
        let rows = token::credential(&self.platform.db, stored_hash(secret), now).await?;
        let Some(first) = rows.first() else {
            return Ok(None);
        };
        let Some(mut principal) = principal(&rows, first, "token", now)? else {
            return Ok(None);
        };
        // A token is itself the proof: made in a session, kept by a program, it counts by rule, but
        // for no more than that session did.
        principal.standing.is_token = true;
        let made_with: Option<i64> = first.try_get("", "acr")?;
        let made_with = made_with.and_then(|acr| u8::try_from(acr).ok());
        let acr = self.rules.token_acr;
        principal.standing.acr = made_with.map_or(acr, |made_with| acr.min(made_with));
        let used_at = instant(first, "used_at")?;
        if used_at.is_none_or(|used_at| now.since(used_at) >= TOUCH_MS) {
            let id = first.try_get("", "credential_id")?;
            self.touch_token(id, principal.account_id, now).await;
        }
        Ok(Some(principal))
    }

    /// Notes the use. A disk that is full must not lock people out of repairing it.
    async fn touch_session(&self, id: Uuid, now: Timestamp) {
        let db = &self.platform.db;
        let touched: Result<()> = async {
            let tx = db.begin().await?;
            session::touch(db, &*tx, id, now).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = touched {
            tracing::warn!(%error, "use of a session could not be noted");
        }
    }

    async fn touch_token(&self, id: Uuid, owner: AccountId, now: Timestamp) {
        let db = &self.platform.db;
        let touched: Result<()> = async {
            let tx = db.begin().await?;
            token::touch(db, &*tx, id, now).await?;
            account::touch(db, &*tx, owner, now).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = touched {
            tracing::warn!(%error, "use of a token could not be noted");
        }
    }
}

/// The principal of a credential's rows, unless it has ended or the account is not active.
fn principal(
    rows: &[QueryResult],
    first: &QueryResult,
    kind: &str,
    now: Timestamp,
) -> Result<Option<Principal>> {
    let expires_at: i64 = first.try_get("", "expires_at")?;
    let state: String = first.try_get("", "state")?;
    let begins_at = instant(first, "valid_from")?;
    let ends_at = instant(first, "valid_until")?;
    let is_outside =
        begins_at.is_some_and(|from| from > now) || ends_at.is_some_and(|until| until <= now);
    if expires_at <= now.0 || state != "active" || is_outside {
        return Ok(None);
    }
    let credential: Uuid = first.try_get("", "credential_id")?;
    let (roles, groups) = rights(rows)?;
    Ok(Some(Principal {
        account_id: AccountId(first.try_get("", "account_id")?),
        username: first.try_get("", "username")?,
        agency: first.try_get("", "agency")?,
        roles,
        csrf_token: None,
        credential: format!("{kind}:{credential}"),
        standing: Standing {
            kind: first.try_get("", "kind")?,
            groups,
            asked_at: now,
            ..Standing::default()
        },
    }))
}

/// Roles, and names of groups.
pub(crate) type Rights = (Arc<[RoleGrant]>, Arc<[String]>);

/// Roles and groups out of the rows of `effective`, sorted, each once: the role set is a key of
/// kept decisions.
pub(crate) fn rights(rows: &[QueryResult]) -> Result<Rights> {
    let (mut roles, mut groups) = (Vec::new(), Vec::new());
    for row in rows {
        if let Some(group) = row.try_get::<Option<String>>("", "group_name")? {
            groups.push(group);
        }
        let Some(role) = row.try_get::<Option<String>>("", "role")? else {
            continue;
        };
        let agency: Option<String> = row.try_get("", "role_agency")?;
        roles.push(RoleGrant {
            role,
            agency: agency.and_then(agency_of),
        });
    }
    groups.sort_unstable();
    groups.dedup();
    Ok((crate::accounts::check::normal(roles).into(), groups.into()))
}
