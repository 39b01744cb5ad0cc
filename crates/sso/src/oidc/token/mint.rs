//! Putting tokens together.
//!
//! Owns: access tokens, identity tokens, pairwise identifiers.
//! Not here: who may have one (`code.rs`, `refresh.rs`, …).
//! Invariant: each kind has its own `typ`, so that none is taken for another.
//! Follows: RFC 9068; OpenID Connect Core 1.0, sections 2, 3.1.3.6 and 8.1.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::Profile;
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::ledger::{Acceptance, Effects};
use ring::{digest, hmac};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::super::{
    Provider, claims,
    client::{
        Client,
        kind::{SubjectType, TokenFormat},
    },
    client_sector,
    fail::Outcome,
    grant::{Grant, acr_text},
    limits::{ACCESS_PERSON_S, ACCESS_SYSTEM_S, ID_TOKEN_S},
    tables::parked::{self, Parked},
};
use crate::{
    error::Result,
    keys::{Alg, Purpose, jws},
};

/// Type of access tokens.
pub(in crate::oidc) const ACCESS_TYPE: &str = "at+jwt";
/// Type of identity tokens.
pub(in crate::oidc) const ID_TYPE: &str = "JWT";
/// Claim that names the family; ours, so that revocation reaches the token.
pub(in crate::oidc) const FAMILY_CLAIM: &str = "fam";

/// What an access token is made of.
pub(in crate::oidc) struct Access<'a> {
    pub(in crate::oidc) client: &'a Client,
    /// The person, or nothing for a system.
    pub(in crate::oidc) grant: Option<&'a Grant>,
    pub(in crate::oidc) sub: &'a str,
    pub(in crate::oidc) scopes: &'a [String],
    pub(in crate::oidc) audiences: &'a [String],
    pub(in crate::oidc) jkt: Option<&'a str>,
    /// Certificate to which it is bound.
    pub(in crate::oidc) x5t: Option<&'a str>,
    /// Who acts for the subject.
    pub(in crate::oidc) act: Option<Value>,
    /// It may not outlive this instant.
    pub(in crate::oidc) ends_before: Option<Timestamp>,
    /// What is told of the person, when the client asks for it.
    pub(in crate::oidc) profile: Option<&'a Profile>,
    /// Further claims.
    pub(in crate::oidc) more: &'a [(&'static str, Value)],
}

/// A minted access token.
pub(in crate::oidc) struct Minted {
    pub(in crate::oidc) token: String,
    pub(in crate::oidc) expires_in_s: i64,
}

/// Mints an access token in the form that the client uses.
pub(in crate::oidc) async fn access(provider: &Provider, access: &Access<'_>) -> Outcome<Minted> {
    let now = provider.platform.clock.now();
    let usual = match access.grant {
        Some(_) => ACCESS_PERSON_S,
        None => ACCESS_SYSTEM_S,
    };
    let wished = access
        .client
        .spec
        .access_token_life_s
        .map_or(usual, i64::from);
    let left = access
        .ends_before
        .map_or(wished, |end| end.since(now) / 1_000);
    let life_s = wished.min(left).max(1);
    let claims = access_claims(provider, access, now, life_s);
    let token = match access.client.spec.token_format {
        TokenFormat::Jwt => {
            let key = provider.keys.active(Purpose::Token, Alg::Es256)?;
            jws::sign(&key, ACCESS_TYPE, &claims)?
        }
        TokenFormat::Opaque => {
            let ends = now.plus_ms(life_s * 1_000);
            let (token, row) = parked::row(Parked::Token, &access.client.id, &claims, ends)?;
            let effects = Effects {
                rows: vec![row],
                ..Effects::default()
            };
            let acceptance = Acceptance {
                claim: None,
                effects,
            };
            provider.platform.ledger.accept(acceptance).await?;
            token
        }
    };
    Ok(Minted {
        token,
        expires_in_s: life_s,
    })
}

fn access_claims(provider: &Provider, access: &Access<'_>, now: Timestamp, life_s: i64) -> Value {
    let now_s = now.0 / 1_000;
    let mut claims = Map::new();
    let mut put = |name: &str, value: Value| {
        claims.insert(name.to_owned(), value);
    };
    put("iss", provider.issuer.as_str().into());
    put("sub", access.sub.into());
    put("aud", audience(provider, access));
    put("exp", (now_s + life_s).into());
    put("iat", now_s.into());
    put("jti", provider.platform.ids.next().to_string().into());
    put("client_id", access.client.id.as_str().into());
    if !access.scopes.is_empty() {
        put("scope", access.scopes.join(" ").into());
    }
    if let Some(grant) = access.grant {
        put("auth_time", (grant.auth_at.0 / 1_000).into());
        put("acr", acr_text(grant.acr).into());
        put("amr", json!(grant.amr));
        put(FAMILY_CLAIM, grant.id.to_string().into());
        if let Some(session) = grant.session {
            put("sid", session.to_string().into());
        }
    } else if let Some(agency) = &access.client.agency {
        put("org", json!([{ "code": agency }]));
    }
    let bound = [("jkt", access.jkt), ("x5t#S256", access.x5t)];
    let bound: Map<String, Value> = bound
        .into_iter()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.into())))
        .collect();
    if !bound.is_empty() {
        put("cnf", Value::Object(bound));
    }
    if let Some(act) = &access.act {
        put("act", act.clone());
    }
    if let Some(profile) = access.profile {
        if access.client.spec.token_with_org {
            put("org", claims::org(profile));
        }
        if access.client.spec.token_with_roles {
            put("roles", claims::roles(profile));
        }
    }
    for (name, value) in access.more {
        put(name, value.clone());
    }
    Value::Object(claims)
}

/// One name as text, several as a list. Our own endpoints are an audience when nothing was
/// asked for, and beside it when the scope opens the user info.
fn audience(provider: &Provider, access: &Access<'_>) -> Value {
    let mut all: Vec<&str> = access.audiences.iter().map(String::as_str).collect();
    if all.is_empty() || access.scopes.iter().any(|scope| scope == "openid") {
        all.push(&provider.issuer);
    }
    match all.as_slice() {
        [one] => (*one).into(),
        many => json!(many),
    }
}

/// Mints an identity token; the profile is needed when `claims::is_told_in_id_token`.
pub(in crate::oidc) async fn identity(
    provider: &Provider,
    client: &Client,
    grant: &Grant,
    access_token: &str,
    profile: Option<&Profile>,
) -> Outcome<String> {
    let now_s = provider.platform.clock.now().0 / 1_000;
    let alg = client.spec.id_token_alg;
    let key = provider.keys.ensure(Purpose::Token, alg).await?;
    let mut token = profile
        .map(|profile| claims::for_id_token(client, grant, profile))
        .unwrap_or_default();
    let mut put = |name: &str, value: Value| {
        token.insert(name.to_owned(), value);
    };
    put("iss", provider.issuer.as_str().into());
    put("sub", grant.sub.as_str().into());
    put("aud", client.id.as_str().into());
    put("azp", client.id.as_str().into());
    put("exp", (now_s + ID_TOKEN_S).into());
    put("iat", now_s.into());
    put("auth_time", (grant.auth_at.0 / 1_000).into());
    put("acr", acr_text(grant.acr).into());
    put("amr", json!(grant.amr));
    put("at_hash", half_hash(alg, access_token).into());
    if let Some(nonce) = &grant.nonce {
        put("nonce", nonce.as_str().into());
    }
    if let Some(session) = grant.session {
        put("sid", session.to_string().into());
    }
    if let Some(act) = grant.actor() {
        put("act", act);
    }
    Ok(jws::sign(&key, ID_TYPE, &Value::Object(token))?)
}

/// Left half of the hash that belongs to the algorithm.
fn half_hash(alg: Alg, text: &str) -> String {
    let algorithm = match alg {
        Alg::Es256 | Alg::Rs256 => &digest::SHA256,
        Alg::EdDsa => &digest::SHA512,
    };
    let hash = digest::digest(algorithm, text.as_bytes());
    let half = hash.as_ref().len() / 2;
    URL_SAFE_NO_PAD.encode(hash.as_ref().get(..half).unwrap_or_default())
}

/// What a client knows a person by.
pub(in crate::oidc) fn subject(provider: &Provider, client: &Client, account: AccountId) -> String {
    match client.spec.subject_type {
        SubjectType::Public => account.to_string(),
        SubjectType::Pairwise => {
            let sector = client_sector(client);
            let text = format!("{sector}|{account}");
            let tag = hmac::sign(&provider.secrets.subject, text.as_bytes());
            URL_SAFE_NO_PAD.encode(tag)
        }
    }
}

/// A logout token (OpenID Connect Back-Channel Logout 1.0, section 2.4).
pub(in crate::oidc) async fn logout(
    provider: &Provider,
    client: &Client,
    sub: &str,
    session: Uuid,
) -> Result<String> {
    let now_s = provider.platform.clock.now().0 / 1_000;
    let key = provider
        .keys
        .ensure(Purpose::Token, client.spec.id_token_alg)
        .await?;
    let claims = json!({
        "iss": provider.issuer, "sub": sub, "aud": client.id, "iat": now_s,
        "exp": now_s + super::super::limits::LOGOUT_TOKEN_S,
        "jti": provider.platform.ids.next().to_string(), "sid": session.to_string(),
        "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
    });
    jws::sign(&key, "logout+jwt", &claims)
}
