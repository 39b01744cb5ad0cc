//! The way to a provider: `/sign-in/with/{provider}`.
//!
//! Owns: beginning a sign-in, the address of the provider's page.
//! Not here: the way back (`callback.rs`).
//! Invariant: state, nonce and challenge are new for each sign-in and bound to this browser; a
//! sign-in that links an account begins with a POST that carries the session's token; every sign-in
//! begins at the issuer's address, to which the provider sends the browser back.
//! Follows: OpenID Connect Core 1.0, section 3.1.2.1; RFC 7636; OWASP ASVS 6.8.4.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, Uri, header},
    response::Response,
};
use lgsp_model::AccountId;

use super::{
    Upstream,
    fetch::{encode, form_text},
    provider::Provider,
    transaction::{self, BrowserSecret, Purpose, Transaction},
    web::{self, Query, safe_next, see_other},
};
use crate::upstream::error::{Error, Result};

/// Marks a browser that was sent to the issuer's address already.
const MOVED: (&str, &str) = ("at", "issuer");

/// A sign-in that has begun.
pub(crate) struct Begun {
    /// Address of the provider's page.
    pub(crate) address: String,
    /// The value of `Set-Cookie` that the browser needs on its way back.
    pub(crate) cookie: String,
}

pub(super) async fn begin(
    State(upstream): State<Upstream>,
    Path(name): Path<String>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    let next = safe_next(query.get("next"));
    // The provider sends the browser back to the issuer's address, and the cookie that binds the
    // answer must be there. A proxy may hide the address that was asked: once is enough.
    let is_moved = query.get(MOVED.0) == MOVED.1;
    if !is_moved && upstream.is_asked_elsewhere(&headers, &uri) {
        let issuer = upstream.identity.issuer();
        let (name, next) = (encode(&name), encode(next));
        let (mark, value) = MOVED;
        let target = format!("{issuer}/sign-in/with/{name}?next={next}&{mark}={value}");
        return see_other(&target);
    }
    let begun: Result<Response> = async {
        let provider = upstream.providers.find(&name)?;
        let begun = upstream
            .begin(&provider, &headers, Purpose::SignIn, next, None)
            .await?;
        let mut response = see_other(&begun.address);
        web::add(&mut response, header::SET_COOKIE, &begun.cookie);
        Ok(response)
    }
    .await;
    web::answer(&upstream, begun, next)
}

impl Upstream {
    /// Begins a sign-in with a provider.
    ///
    /// # Errors
    /// `sso.upstream.provider_unknown`, `sso.upstream.unreachable`, `sso.upstream.issuer`,
    /// `platform.queue.full`.
    pub(crate) async fn begin(
        &self,
        provider: &Provider,
        headers: &HeaderMap,
        purpose: Purpose,
        next: &str,
        account_id: Option<AccountId>,
    ) -> Result<Begun> {
        // A provider that is switched off can still be tried by an administrator.
        if !provider.spec.enabled && purpose != Purpose::Try {
            return Err(Error::ProviderUnknown);
        }
        let endpoints = self.providers.endpoints(provider).await?;
        // Who has a session proves itself anew: the provider's own session is no proof of that.
        let has_session = self.identity.browser(headers).await?.is_some();
        let is_anew = purpose == Purpose::SignIn && has_session;
        let secret = match self.browser_secret(headers) {
            Some(secret) => secret,
            None => BrowserSecret::new()?,
        };
        let transaction = Transaction {
            id: self.platform.ids.next(),
            provider: provider.name.clone(),
            purpose,
            next: next.to_owned(),
            account_id,
            created_at: self.platform.clock.now(),
            is_anew,
        };
        let state = transaction::new_state()?;
        transaction::insert(&self.platform.db, &transaction, &secret, &state).await?;
        let spec = &provider.spec;
        let redirect_uri = self.redirect_uri(&provider.name);
        let scope = scope(&spec.scopes);
        let (nonce, challenge) = (
            secret.nonce(transaction.id),
            secret.challenge(transaction.id),
        );
        let mut parameters = vec![
            ("response_type", "code"),
            ("client_id", spec.client_id.as_str()),
            ("redirect_uri", redirect_uri.as_str()),
            ("scope", scope.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
        ];
        if !spec.acr_values.is_empty() {
            parameters.push(("acr_values", &spec.acr_values));
        }
        if is_anew {
            parameters.extend([("prompt", "login"), ("max_age", "0")]);
        }
        if spec.pkce {
            parameters.push(("code_challenge", &challenge));
            parameters.push(("code_challenge_method", "S256"));
        }
        let joint = match endpoints.authorization.contains('?') {
            true => '&',
            false => '?',
        };
        Ok(Begun {
            address: format!(
                "{}{joint}{}",
                endpoints.authorization,
                form_text(&parameters)
            ),
            cookie: self.secret_cookie(&secret),
        })
    }

    /// Where a provider sends browsers back to; each has an address of its own.
    pub(crate) fn redirect_uri(&self, provider: &str) -> String {
        format!("{}/sign-in/from/{provider}", self.identity.issuer())
    }
}

/// The scopes with `openid` among them.
fn scope(scopes: &[String]) -> String {
    let mut names: Vec<&str> = scopes.iter().map(String::as_str).collect();
    if !names.contains(&"openid") {
        names.insert(0, "openid");
    }
    names.join(" ")
}
