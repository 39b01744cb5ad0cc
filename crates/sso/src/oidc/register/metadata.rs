//! The metadata of a client that registers itself.
//!
//! Owns: reading it into our specification, writing it back.
//! Invariant: what a client leaves out has the default of the standard; in particular the
//! identity token is signed with RS256.
//! Follows: RFC 7591, section 2; OpenID Connect Dynamic Client Registration 1.0, section 2.

use serde_json::{Map, Value, json};

use crate::{
    access::ApplicationAccess,
    keys::Alg,
    oidc::{
        Provider, claims,
        client::{
            OidcClient,
            kind::{
                AuthMethod, ClientType, GrantType, Pkce, Profile, ResponseMode, SubjectType,
                TlsName, TokenFormat,
            },
        },
        fail::{Fail, Outcome},
    },
};

fn invalid(why: impl Into<String>) -> Fail {
    Fail::new("invalid_client_metadata", why)
}

struct Metadata<'a>(&'a Value);

impl Metadata<'_> {
    fn text(&self, name: &str) -> Outcome<Option<String>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(invalid(format!("{name} must be a text"))),
        }
    }

    fn list(&self, name: &str) -> Outcome<Option<Vec<String>>> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_null()) else {
            return Ok(None);
        };
        let read = value.as_array().and_then(|items| {
            let texts = items.iter().map(|item| item.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<String>>>()
        });
        read.map(Some)
            .ok_or_else(|| invalid(format!("{name} must be a list of texts")))
    }

    fn alg(&self, name: &str) -> Outcome<Option<Alg>> {
        match self.text(name)? {
            None => Ok(None),
            Some(alg) => Alg::parse(&alg)
                .map(Some)
                .ok_or_else(|| invalid(format!("{name} is not supported"))),
        }
    }

    fn is_true(&self, name: &str) -> bool {
        self.0.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// Reads metadata.
///
/// # Errors
/// `invalid_client_metadata`, `invalid_redirect_uri`.
pub(super) async fn read(provider: &Provider, body: &Value) -> Outcome<OidcClient> {
    let of = Metadata(body);
    refuse_unsupported(&of)?;
    let auth_method = match of.text("token_endpoint_auth_method")? {
        None => AuthMethod::ClientSecretBasic,
        Some(name) => AuthMethod::parse(&name)
            .ok_or_else(|| invalid("token_endpoint_auth_method is not supported"))?,
    };
    let (tls_name, tls_subject) = tls_subject(&of)?;
    let client_type = match of.text("application_type")?.as_deref() {
        Some("native") => ClientType::Native,
        _ => ClientType::Web,
    };
    let scopes = match of.text("scope")? {
        None => claims::SCOPES.map(str::to_owned).to_vec(),
        Some(text) => text.split_whitespace().map(str::to_owned).collect(),
    };
    let redirect_uris = of.list("redirect_uris")?.unwrap_or_default();
    let name = of.text("client_name")?;
    let spec = OidcClient {
        name: name.unwrap_or_else(|| "Ứng dụng tự đăng ký".to_owned()),
        description: None,
        client_type,
        redirect_uris,
        post_logout_redirect_uris: of.list("post_logout_redirect_uris")?.unwrap_or_default(),
        grant_types: grants(&of)?,
        scopes,
        auth_method,
        jwks: body.get("jwks").filter(|jwks| !jwks.is_null()).cloned(),
        jwks_uri: of.text("jwks_uri")?,
        id_token_alg: of
            .alg("id_token_signed_response_alg")?
            .unwrap_or(Alg::Rs256),
        userinfo_alg: of.alg("userinfo_signed_response_alg")?,
        request_object_alg: of.alg("request_object_signing_alg")?,
        token_format: TokenFormat::Jwt,
        profile: Profile::Standard,
        // Products of others that register themselves may know nothing of PKCE.
        pkce: match auth_method {
            AuthMethod::None => Pkce::Required,
            _ => Pkce::IfSent,
        },
        require_par: of.is_true("require_pushed_authorization_requests"),
        require_dpop: of.is_true("dpop_bound_access_tokens"),
        first_party: false,
        acr_min: None,
        default_max_age_s: max_age(body)?,
        subject_type: match of.text("subject_type")?.as_deref() {
            None | Some("public") => SubjectType::Public,
            Some("pairwise") => SubjectType::Pairwise,
            Some(_) => return Err(invalid("subject_type is not supported")),
        },
        sector_identifier_uri: of.text("sector_identifier_uri")?,
        backchannel_logout_uri: of.text("backchannel_logout_uri")?,
        frontchannel_logout_uri: of.text("frontchannel_logout_uri")?,
        request_uris: of.list("request_uris")?.unwrap_or_default(),
        audiences: Vec::new(),
        resources: Vec::new(),
        exchange_audiences: Vec::new(),
        may_introspect: false,
        token_with_org: false,
        token_with_roles: false,
        id_token_with_claims: false,
        access_token_life_s: None,
        cors_origins: Vec::new(),
        logo_uri: of.text("logo_uri")?,
        client_uri: of.text("client_uri")?,
        policy_uri: of.text("policy_uri")?,
        tos_uri: of.text("tos_uri")?,
        initiate_login_uri: of.text("initiate_login_uri")?,
        contacts: of.list("contacts")?.unwrap_or_default(),
        self_registered: true,
        enabled: true,
        tls_name,
        tls_subject,
        certificate_bound_tokens: of.is_true("tls_client_certificate_bound_access_tokens"),
        access: ApplicationAccess::default(),
        response_modes: modes(&of)?,
        owner: None,
    };
    check_sector(provider, &spec).await?;
    Ok(spec)
}

/// The one name by which a certificate is known (RFC 8705, section 2.1.2).
fn tls_subject(of: &Metadata<'_>) -> Outcome<(TlsName, String)> {
    let mut found = Vec::new();
    for name in TlsName::ALL {
        if let Some(text) = of.text(name.member())? {
            found.push((name, text));
        }
    }
    if found.len() > 1 {
        return Err(invalid("a certificate is known by one name only"));
    }
    Ok(found.pop().unwrap_or_default())
}

fn max_age(body: &Value) -> Outcome<Option<u32>> {
    match body.get("default_max_age") {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let age = value.as_u64().and_then(|age| u32::try_from(age).ok());
            age.map(Some)
                .ok_or_else(|| invalid("default_max_age is no number"))
        }
    }
}

/// What would be asked for and silently not given is refused instead.
fn refuse_unsupported(of: &Metadata<'_>) -> Outcome<()> {
    for name in [
        "id_token_encrypted_response_alg",
        "userinfo_encrypted_response_alg",
        "request_object_encryption_alg",
    ] {
        if of.text(name)?.is_some() {
            return Err(invalid(format!("{name} is not supported")));
        }
    }
    let responses = of.list("response_types")?.unwrap_or_default();
    if responses.iter().any(|response| response != "code") {
        return Err(invalid("response_types has more than code"));
    }
    let signing = of.text("token_endpoint_auth_signing_alg")?;
    let is_known = |alg: &str| Alg::parse(alg).is_some() || alg == crate::keys::jws::HS256;
    if signing.is_some_and(|alg| !is_known(&alg)) {
        return Err(invalid("token_endpoint_auth_signing_alg is not supported"));
    }
    Ok(())
}

fn modes(of: &Metadata<'_>) -> Outcome<Vec<ResponseMode>> {
    let Some(names) = of.list("response_modes")? else {
        return Ok(ResponseMode::ALL.to_vec());
    };
    let known = names.iter().map(|name| ResponseMode::parse(name));
    let known = known.collect::<Option<Vec<ResponseMode>>>();
    known
        .filter(|modes| !modes.is_empty())
        .ok_or_else(|| invalid("response_modes is empty or has an unsupported one"))
}

fn grants(of: &Metadata<'_>) -> Outcome<Vec<GrantType>> {
    let Some(names) = of.list("grant_types")? else {
        return Ok(vec![GrantType::Code]);
    };
    let known = names.iter().map(|name| GrantType::parse(name));
    known
        .collect::<Option<Vec<GrantType>>>()
        .ok_or_else(|| invalid("grant_types has an unsupported one"))
}

/// The document behind `sector_identifier_uri` must name every redirect address.
async fn check_sector(provider: &Provider, spec: &OidcClient) -> Outcome<()> {
    let Some(uri) = &spec.sector_identifier_uri else {
        return Ok(());
    };
    let listed = provider.client_keys.fetch_json(uri).await;
    let listed: Vec<String> = listed
        .and_then(|list| serde_json::from_value(list).ok())
        .ok_or_else(|| invalid("sector_identifier_uri could not be read"))?;
    if spec
        .redirect_uris
        .iter()
        .all(|address| listed.contains(address))
    {
        return Ok(());
    }
    Err(invalid(
        "sector_identifier_uri does not list every redirect address",
    ))
}

/// Metadata as the client reads it back.
pub(super) fn write(provider: &Provider, id: &str, spec: &OidcClient) -> Value {
    let grants: Vec<&str> = spec
        .grant_types
        .iter()
        .map(|grant| grant.as_str())
        .collect();
    let application = match spec.client_type {
        ClientType::Native => "native",
        ClientType::Web | ClientType::Spa | ClientType::Service => "web",
    };
    let subject = match spec.subject_type {
        SubjectType::Public => "public",
        SubjectType::Pairwise => "pairwise",
    };
    let all = json!({
        "client_id": id, "client_name": spec.name, "application_type": application,
        "redirect_uris": spec.redirect_uris, "grant_types": grants, "response_types": ["code"],
        "response_modes": spec.response_modes,
        "post_logout_redirect_uris": spec.post_logout_redirect_uris,
        "scope": spec.scopes.join(" "), "subject_type": subject,
        "token_endpoint_auth_method": spec.auth_method.as_str(),
        "jwks": spec.jwks, "jwks_uri": spec.jwks_uri,
        "id_token_signed_response_alg": spec.id_token_alg,
        "userinfo_signed_response_alg": spec.userinfo_alg,
        "request_object_signing_alg": spec.request_object_alg,
        "sector_identifier_uri": spec.sector_identifier_uri,
        "backchannel_logout_uri": spec.backchannel_logout_uri,
        "backchannel_logout_session_required": spec.backchannel_logout_uri.is_some(),
        "frontchannel_logout_uri": spec.frontchannel_logout_uri,
        "frontchannel_logout_session_required": spec.frontchannel_logout_uri.is_some(),
        "request_uris": spec.request_uris, "default_max_age": spec.default_max_age_s,
        "logo_uri": spec.logo_uri, "client_uri": spec.client_uri,
        "policy_uri": spec.policy_uri, "tos_uri": spec.tos_uri,
        "initiate_login_uri": spec.initiate_login_uri, "contacts": spec.contacts,
        "require_pushed_authorization_requests": spec.require_par,
        "dpop_bound_access_tokens": spec.require_dpop,
        "tls_client_certificate_bound_access_tokens": spec.certificate_bound_tokens,
        "registration_client_uri": format!("{}/oauth2/register/{id}", provider.issuer),
    });
    let mut told = Map::new();
    if !spec.tls_subject.is_empty() {
        let subject = spec.tls_subject.as_str().into();
        told.insert(spec.tls_name.member().to_owned(), subject);
    }
    for (name, value) in all.as_object().into_iter().flatten() {
        let is_empty = value.is_null() || value.as_array().is_some_and(Vec::is_empty);
        if !is_empty {
            told.insert(name.clone(), value.clone());
        }
    }
    Value::Object(told)
}
