//! Reading an authorisation request.
//!
//! Owns: `AuthRequest`, its rules.
//! Invariant: an error is sent to an address only after the client and the address were found to
//! belong together; before that it is a page of ours.
//! Follows: RFC 6749, section 4.1.1; OpenID Connect Core 1.0, sections 3.1.2.1 and 5.5; RFC 7636;
//! RFC 9126; RFC 8707; RFC 9449, section 10.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    object,
    respond::{ReturnTo, Stop},
};
use crate::oidc::{
    Provider, claims,
    client::{
        Client,
        kind::{GrantType, ResponseMode},
    },
    client_allows_redirect,
    fail::Fail,
    grant::acr_level,
    limits::STATE_BYTES_MAX,
    par,
    params::Params,
    token::mint::ID_TYPE,
};

/// Length of an S256 challenge.
const CHALLENGE_BYTES: usize = 43;
/// Largest parameter `claims`.
const CLAIMS_BYTES_MAX: usize = 8_192;
/// Longest hint.
const HINT_BYTES_MAX: usize = 256;

/// What is asked of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::oidc) enum Prompt {
    /// Nothing.
    None,
    /// Sign on anew.
    Login,
    /// Consent anew.
    Consent,
    /// Choose an account.
    SelectAccount,
}

/// A request that keeps the rules.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(in crate::oidc) struct AuthRequest {
    pub(in crate::oidc) client: String,
    pub(in crate::oidc) to: ReturnTo,
    pub(in crate::oidc) scopes: Vec<String>,
    pub(in crate::oidc) nonce: Option<String>,
    pub(in crate::oidc) challenge: Option<String>,
    pub(in crate::oidc) prompts: Vec<Prompt>,
    pub(in crate::oidc) max_age_s: Option<i64>,
    pub(in crate::oidc) acr_min: u8,
    pub(in crate::oidc) is_acr_essential: bool,
    pub(in crate::oidc) login_hint: Option<String>,
    pub(in crate::oidc) hinted_sub: Option<String>,
    pub(in crate::oidc) claims: Option<Value>,
    pub(in crate::oidc) resources: Vec<String>,
    pub(in crate::oidc) jkt: Option<String>,
    pub(in crate::oidc) language: Option<String>,
}

impl AuthRequest {
    pub(in crate::oidc) fn has(&self, prompt: Prompt) -> bool {
        self.prompts.contains(&prompt)
    }

    /// What the person must allow: the scopes, and those to which single claims belong.
    pub(in crate::oidc) fn wanted(&self) -> Vec<String> {
        let mut wanted = self.scopes.clone();
        for scope in self.claims.iter().flat_map(claims::scopes_of) {
            if !wanted.iter().any(|known| known == scope) {
                wanted.push(scope.to_owned());
            }
        }
        wanted
    }

    /// Whether access is asked for that outlives the session.
    pub(in crate::oidc) fn is_offline(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "offline_access")
    }

    /// An error that goes to the client.
    pub(in crate::oidc) fn back(&self, error: &'static str, description: &str) -> Stop {
        Stop::Back(self.to.clone(), error, description.to_owned())
    }
}

/// Reads a request of a browser: plain, by a pushed reference, or by a request object.
pub(in crate::oidc) async fn read(
    provider: &Provider,
    params: Params,
) -> Result<AuthRequest, Stop> {
    let id = params.need("client_id")?.to_owned();
    let client = provider.clients.find(&id).await?;
    let client = client.ok_or_else(|| Fail::request("the client is not known here"))?;
    if let Some(reference) = params.get("request_uri").and_then(par::reference) {
        return par::take(provider, &client, reference).await;
    }
    let to_of_plain = return_to(&client, &params);
    let params =
        object::resolve(provider, &client, params)
            .await
            .map_err(|fail| match &to_of_plain {
                Ok(to) => Stop::Back(to.clone(), fail.error, fail.description),
                Err(_) => Stop::Page(fail),
            })?;
    let request = check(provider, &client, &params).await?;
    if client.spec.needs_par() {
        return Err(request.back("invalid_request", "the client must push its requests"));
    }
    Ok(request)
}

/// Where answers go: the address must be one of the client's, letter by letter.
fn return_to(client: &Client, params: &Params) -> Result<ReturnTo, Fail> {
    let redirect_uri = params.need("redirect_uri")?;
    if !client_allows_redirect(client, redirect_uri) {
        return Err(Fail::request(
            "redirect_uri is not registered for this client",
        ));
    }
    // A mode that the client may not use is refused afterwards, by one that it may.
    let mode = mode(client, params).or(client.spec.response_modes.first().copied());
    let state = params
        .get("state")
        .filter(|state| state.len() <= STATE_BYTES_MAX);
    Ok(ReturnTo {
        redirect_uri: redirect_uri.to_owned(),
        mode: mode.unwrap_or(ResponseMode::Query),
        state: state.map(str::to_owned),
    })
}

/// The mode that is asked for, when the client is registered for it.
fn mode(client: &Client, params: &Params) -> Option<ResponseMode> {
    let asked = ResponseMode::parse(params.get("response_mode")?)?;
    client.spec.response_modes.contains(&asked).then_some(asked)
}

/// Checks the parameters of a request, wherever they came from.
pub(in crate::oidc) async fn check(
    provider: &Provider,
    client: &Client,
    params: &Params,
) -> Result<AuthRequest, Stop> {
    let to = return_to(client, params)?;
    parse(provider, client, params, &to)
        .map_err(|fail| Stop::Back(to, fail.error, fail.description))
}

fn parse(
    provider: &Provider,
    client: &Client,
    params: &Params,
    to: &ReturnTo,
) -> Result<AuthRequest, Fail> {
    if !client.spec.may(GrantType::Code) {
        return Err(Fail::new(
            "unauthorized_client",
            "the client may not use codes",
        ));
    }
    match params.need("response_type")? {
        "code" => {}
        _ => {
            return Err(Fail::new(
                "unsupported_response_type",
                "only code is supported",
            ));
        }
    }
    check_lengths(params)?;
    if params.get("response_mode").is_some() && mode(client, params).is_none() {
        return Err(Fail::request(
            "response_mode is not supported, or not registered for this client",
        ));
    }
    let prompts = prompts(params.get("prompt"))?;
    let scopes = scopes(client, params.get("scope").unwrap_or_default())?;
    let claims = single_claims(client, params.get("claims"))?;
    let (acr_min, is_acr_essential) = levels(params.get("acr_values"), claims.as_ref());
    let hinted_sub = match params.get("id_token_hint") {
        Some(hint) => Some(hinted(provider, client, hint)?),
        None => None,
    };
    let max_age_s = match params.get("max_age") {
        Some(text) => Some(
            text.parse::<i64>()
                .ok()
                .filter(|age| *age >= 0)
                .ok_or_else(|| Fail::request("max_age is no number"))?,
        ),
        None => None,
    };
    let resources = params.all("resource");
    if !resources
        .iter()
        .all(|resource| client.spec.audiences.contains(resource))
    {
        return Err(Fail::new(
            "invalid_target",
            "the client may not call this resource",
        ));
    }
    Ok(AuthRequest {
        client: client.id.clone(),
        to: to.clone(),
        scopes,
        nonce: params.get("nonce").map(str::to_owned),
        challenge: challenge(client, params)?,
        prompts,
        max_age_s,
        acr_min,
        is_acr_essential,
        login_hint: params.get("login_hint").map(str::to_owned),
        hinted_sub,
        claims,
        resources,
        jkt: params.get("dpop_jkt").map(str::to_owned),
        language: language(params.get("ui_locales")),
    })
}

fn check_lengths(params: &Params) -> Result<(), Fail> {
    for name in ["state", "nonce"] {
        if params
            .get(name)
            .is_some_and(|value| value.len() > STATE_BYTES_MAX)
        {
            return Err(Fail::request(format!("{name} is too long")));
        }
    }
    let is_hint = |hint: &str| hint.len() <= HINT_BYTES_MAX;
    if !params.get("login_hint").is_none_or(is_hint) || !params.get("dpop_jkt").is_none_or(is_hint)
    {
        return Err(Fail::request("a hint is too long"));
    }
    Ok(())
}

fn prompts(text: Option<&str>) -> Result<Vec<Prompt>, Fail> {
    let mut prompts = Vec::new();
    for word in text.unwrap_or_default().split_whitespace() {
        prompts.push(match word {
            "none" => Prompt::None,
            "login" => Prompt::Login,
            "consent" => Prompt::Consent,
            "select_account" => Prompt::SelectAccount,
            _ => return Err(Fail::request("prompt has an unknown value")),
        });
    }
    if prompts.contains(&Prompt::None) && prompts.len() > 1 {
        return Err(Fail::request("prompt none stands alone"));
    }
    Ok(prompts)
}

fn scopes(client: &Client, text: &str) -> Result<Vec<String>, Fail> {
    let mut scopes: Vec<String> = Vec::new();
    for scope in text.split_whitespace() {
        if !client.spec.scopes.iter().any(|known| known == scope) {
            return Err(Fail::new(
                "invalid_scope",
                "a scope is not registered for this client",
            ));
        }
        let is_offline = scope == "offline_access";
        let is_useful = !is_offline || client.spec.may(GrantType::Refresh);
        if is_useful && !scopes.iter().any(|known| known == scope) {
            scopes.push(scope.to_owned());
        }
    }
    Ok(scopes)
}

fn challenge(client: &Client, params: &Params) -> Result<Option<String>, Fail> {
    let Some(challenge) = params.get("code_challenge") else {
        let is_lost = params.get("code_challenge_method").is_some();
        return if client.spec.needs_pkce() || is_lost {
            Err(Fail::request("code_challenge is missing"))
        } else {
            Ok(None)
        };
    };
    if params.get("code_challenge_method") != Some("S256") {
        return Err(Fail::request("code_challenge_method must be S256"));
    }
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    if challenge.len() != CHALLENGE_BYTES || !challenge.bytes().all(is_plain) {
        return Err(Fail::request("code_challenge is malformed"));
    }
    Ok(Some(challenge.to_owned()))
}

fn single_claims(client: &Client, text: Option<&str>) -> Result<Option<Value>, Fail> {
    let Some(text) = text else { return Ok(None) };
    let parsed = (text.len() <= CLAIMS_BYTES_MAX)
        .then(|| serde_json::from_str::<Value>(text).ok())
        .flatten()
        .filter(Value::is_object);
    let mut asked = parsed.ok_or_else(|| Fail::request("claims is malformed"))?;
    claims::keep_allowed(&mut asked, &client.spec.scopes);
    Ok(Some(asked))
}

/// Least of the asked levels, and whether it is essential.
fn levels(acr_values: Option<&str>, claims: Option<&Value>) -> (u8, bool) {
    let least = |words: &mut dyn Iterator<Item = &str>| words.filter_map(acr_level).min();
    let asked = claims.and_then(|claims| claims.pointer("/id_token/acr"));
    if let Some(asked) = asked {
        let is_essential = asked
            .get("essential")
            .and_then(Value::as_bool)
            .unwrap_or(false);
        let single = asked.get("value").and_then(Value::as_str);
        let several = asked.get("values").and_then(Value::as_array);
        let several = several.into_iter().flatten().filter_map(Value::as_str);
        if let Some(level) = least(&mut single.into_iter().chain(several)) {
            return (level, is_essential);
        }
    }
    let words = acr_values.unwrap_or_default();
    (least(&mut words.split_whitespace()).unwrap_or(0), false)
}

/// Whom an earlier identity token named; its age does not matter.
fn hinted(provider: &Provider, client: &Client, hint: &str) -> Result<String, Fail> {
    let claims = provider.verify_own(hint, ID_TYPE);
    let claims = claims.filter(|claims| {
        claims.get("iss").and_then(Value::as_str) == Some(&provider.issuer)
            && claims.get("aud").and_then(Value::as_str) == Some(&client.id)
    });
    let sub = claims.and_then(|claims| claims.get("sub")?.as_str().map(str::to_owned));
    sub.ok_or_else(|| Fail::request("id_token_hint is no token of ours for this client"))
}

/// The first of our languages that is asked for.
fn language(ui_locales: Option<&str>) -> Option<String> {
    let words = ui_locales?.split_whitespace();
    let mut known =
        words.filter_map(|word| word.get(..2).filter(|two| matches!(*two, "vi" | "en")));
    known.next().map(str::to_owned)
}
