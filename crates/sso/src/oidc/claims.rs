//! What is told of a person.
//!
//! Owns: the claims of each scope, the parameter `claims`.
//! Invariant: a claim is told only when a scope or a single request for it was allowed: to the
//! client by its registration, and by the person, who is asked for the scope of the claim.
//! Follows: OpenID Connect Core 1.0, sections 5.1, 5.4 and 5.5; design document "Identity", 2.4.

use lgsp_identity::Profile;
use lgsp_platform::http::context::RoleGrant;
use serde_json::{Map, Value, json};

use super::{client::Client, grant::Grant};

/// Scopes that the provider knows.
pub(super) const SCOPES: [&str; 8] = [
    "openid",
    "profile",
    "email",
    "address",
    "phone",
    "offline_access",
    "groups",
    "org",
];

/// Claims with the scope that opens them.
const CLAIMS: [(&str, &str); 18] = [
    ("name", "profile"),
    ("given_name", "profile"),
    ("family_name", "profile"),
    ("preferred_username", "profile"),
    ("locale", "profile"),
    ("zoneinfo", "profile"),
    ("updated_at", "profile"),
    ("email", "email"),
    ("email_verified", "email"),
    ("address", "address"),
    ("phone_number", "phone"),
    ("phone_number_verified", "phone"),
    ("groups", "groups"),
    ("org", "org"),
    ("account_kind", "org"),
    ("roles", "org"),
    ("acr", "openid"),
    ("auth_time", "openid"),
];

/// Names of all claims, for the metadata.
pub(super) fn names() -> Vec<&'static str> {
    let own = [
        "sub", "iss", "aud", "exp", "iat", "nonce", "amr", "sid", "at_hash",
    ];
    own.into_iter()
        .chain(CLAIMS.iter().map(|(name, _)| *name))
        .collect()
}

/// The agencies of a person.
pub(super) fn org(profile: &Profile) -> Value {
    let Some(agency) = &profile.agency else {
        return json!([]);
    };
    json!([{
        "code": agency.code, "code_qd20": agency.code_qd20, "name": agency.name,
        "position": profile.account.person.position, "primary": true,
    }])
}

/// The roles of a person, as `role` or `role@agency`.
pub(super) fn roles(profile: &Profile) -> Value {
    role_names(&profile.roles)
}

/// Roles as `role` or `role@agency`.
pub(super) fn role_names(grants: &[RoleGrant]) -> Value {
    let name = |grant: &RoleGrant| match &grant.agency {
        Some(agency) => format!("{}@{agency}", grant.role),
        None => grant.role.clone(),
    };
    json!(grants.iter().map(name).collect::<Vec<_>>())
}

/// One claim of a person; `None` when nothing is known.
fn value(name: &str, profile: &Profile) -> Option<Value> {
    let account = &profile.account;
    let text = |value: &Option<String>| value.as_deref().map(Value::from);
    match name {
        "name" => Some(account.display_name.as_str().into()),
        "given_name" => text(&account.person.given_name),
        "family_name" => text(&account.person.family_name),
        "preferred_username" => Some(account.username.as_str().into()),
        "locale" => Some("vi-VN".into()),
        "zoneinfo" => Some("Asia/Ho_Chi_Minh".into()),
        "updated_at" => Some((account.changed_at.0 / 1_000).into()),
        "email" => text(&account.email),
        // Nobody has proved to us that a message arrives there.
        "email_verified" => account.email.as_ref().map(|_| false.into()),
        "address" => profile
            .agency
            .as_ref()
            .map(|agency| json!({ "formatted": agency.name, "country": "VN" })),
        "phone_number" => text(&account.person.phone),
        "phone_number_verified" => account.person.phone.as_ref().map(|_| false.into()),
        "groups" => Some(json!(
            profile
                .groups
                .iter()
                .map(|group| group.name.as_str())
                .collect::<Vec<_>>()
        )),
        "org" => Some(org(profile)),
        "account_kind" => Some(json!(account.kind)),
        "roles" => Some(roles(profile)),
        _ => None,
    }
}

fn collect(profile: &Profile, is_told: impl Fn(&str, &str) -> bool) -> Map<String, Value> {
    CLAIMS
        .iter()
        .filter(|(name, scope)| is_told(name, scope))
        .filter_map(|(name, _)| Some(((*name).to_owned(), value(name, profile)?)))
        .collect()
}

/// Places at which single claims may be asked for.
const PLACES: [&str; 2] = ["userinfo", "id_token"];

/// Leaves out the single claims of scopes that the client may not ask for.
pub(super) fn keep_allowed(claims: &mut Value, scopes: &[String]) {
    for place in PLACES {
        if let Some(asked) = claims.get_mut(place).and_then(Value::as_object_mut) {
            asked.retain(|name, _| {
                let scope = scope_of(name);
                scope.is_none_or(|scope| scopes.iter().any(|known| known == scope))
            });
        }
    }
}

/// The scopes to which single claims belong; `openid` opens nothing of a person.
pub(super) fn scopes_of(claims: &Value) -> Vec<&'static str> {
    let places = PLACES
        .iter()
        .filter_map(|place| claims.get(place)?.as_object());
    let names = places.flat_map(Map::keys);
    let scopes = names.filter_map(|name| scope_of(name));
    scopes.filter(|scope| *scope != "openid").collect()
}

fn scope_of(claim: &str) -> Option<&'static str> {
    let found = CLAIMS.iter().find(|(name, _)| *name == claim);
    found.map(|(_, scope)| *scope)
}

/// Whether a single claim was asked for at a place (`userinfo` or `id_token`).
fn is_asked(grant: &Grant, place: &str, name: &str) -> bool {
    grant
        .claims
        .as_ref()
        .and_then(|claims| claims.get(place)?.get(name))
        .is_some()
}

/// Claims of the user info.
pub(super) fn for_userinfo(grant: &Grant, profile: &Profile) -> Value {
    let mut claims = collect(profile, |name, scope| {
        (scope != "openid" && grant.has(scope)) || is_asked(grant, "userinfo", name)
    });
    claims.insert("sub".to_owned(), grant.sub.as_str().into());
    Value::Object(claims)
}

/// Whether the identity token tells this claim of the person.
fn is_in_id_token(client: &Client, grant: &Grant, name: &str, scope: &str) -> bool {
    let is_wide = client.spec.id_token_with_claims;
    (is_wide && scope != "openid" && grant.has(scope)) || is_asked(grant, "id_token", name)
}

/// Whether the identity token tells anything of the person beside the fixed claims.
pub(super) fn is_told_in_id_token(client: &Client, grant: &Grant) -> bool {
    CLAIMS
        .iter()
        .any(|(name, scope)| is_in_id_token(client, grant, name, scope))
}

/// Claims of the identity token beside the fixed ones.
pub(super) fn for_id_token(
    client: &Client,
    grant: &Grant,
    profile: &Profile,
) -> Map<String, Value> {
    collect(profile, |name, scope| {
        is_in_id_token(client, grant, name, scope)
    })
}
