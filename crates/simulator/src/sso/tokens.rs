//! What is told of a person: the id token and the claims.
//!
//! Owns: their content, right and with faults.
//! Not here: signing (`keys.rs`).
//! Follows: OpenID Connect Core 2, 5.1; design document "Identity", section 8.

use serde_json::{Map, Value, json};

use super::faults::SsoFault;
use super::keys::{Signing, encode, sha256};
use super::people::Person;
use super::seed::ProfileSeed;
use super::state::{Grant, State};

/// How long an id token works.
const ID_TOKEN_LIFE_S: i64 = 300;
const HOUR_S: i64 = 3_600;
/// Whose citizen number a doubled one is.
const FIRST_PERSON: usize = 0;

/// The claims of a person in a profile.
pub(super) fn claims(
    state: &State,
    profile: &ProfileSeed,
    person: &Person,
    fired: &[SsoFault],
) -> Value {
    let mut claims = Map::new();
    for (claim, field) in &profile.claims {
        let is_doubled =
            field == "citizen_number" && fired.contains(&SsoFault::DuplicateCitizenNumber);
        let of = if is_doubled {
            state.people.get(FIRST_PERSON).unwrap_or(person)
        } else {
            person
        };
        if let Some(value) = of.field(field) {
            claims.insert(claim.clone(), value);
        }
    }
    for fault in fired {
        match fault {
            SsoFault::MissingClaim { claim } => {
                claims.remove(claim);
            }
            SsoFault::WrongSubject => {
                claims.insert("sub".into(), "somebody-else".into());
            }
            _ => {}
        }
    }
    Value::Object(claims)
}

/// Claims as a signed answer carries them: from whom, for whom.
pub(super) fn addressed(
    claims: Value,
    (issuer, client_id): (&str, &str),
    fired: &[SsoFault],
) -> Value {
    let mut claims = match claims {
        Value::Object(claims) => claims,
        other => return other,
    };
    let issuer = match fired.contains(&SsoFault::WrongIssuer) {
        true => "https://other-provider.example",
        false => issuer,
    };
    let audience = match fired.contains(&SsoFault::WrongAudience) {
        true => "another-client",
        false => client_id,
    };
    claims.insert("iss".into(), issuer.into());
    claims.insert("aud".into(), audience.into());
    Value::Object(claims)
}

/// What the id token says.
pub(super) struct IdToken<'a> {
    pub(super) issuer: &'a str,
    pub(super) profile: &'a ProfileSeed,
    pub(super) grant: &'a Grant,
    pub(super) person: &'a Person,
    pub(super) access_token: &'a str,
    pub(super) now_s: i64,
}

impl IdToken<'_> {
    pub(super) fn claims(&self, fired: &[SsoFault]) -> Value {
        let half = sha256(self.access_token);
        let at_hash = encode(half.get(..half.len() / 2).unwrap_or_default());
        let mut claims = json!({
            "iss": self.issuer,
            "sub": self.person.sub,
            "aud": self.grant.client_id,
            "azp": self.grant.client_id,
            "iat": self.now_s,
            "auth_time": self.grant.auth_s,
            "exp": self.now_s + ID_TOKEN_LIFE_S,
            "nonce": self.grant.nonce,
            "at_hash": at_hash,
            "acr": self.profile.acr,
            "amr": ["pwd"],
        });
        let Some(object) = claims.as_object_mut() else {
            return claims;
        };
        if self.grant.nonce.is_empty() {
            object.remove("nonce");
        }
        for fault in fired {
            match fault {
                SsoFault::WrongIssuer => {
                    object.insert("iss".into(), "https://other-provider.example".into());
                }
                SsoFault::WrongAudience => {
                    object.insert("aud".into(), "another-client".into());
                    object.remove("azp");
                }
                SsoFault::ExpiredToken => {
                    object.insert("iat".into(), (self.now_s - 2 * HOUR_S).into());
                    object.insert("exp".into(), (self.now_s - HOUR_S).into());
                }
                SsoFault::WrongNonce => {
                    object.insert("nonce".into(), "another-nonce".into());
                }
                SsoFault::MissingNonce => {
                    object.remove("nonce");
                }
                SsoFault::MissingClaim { claim } => {
                    object.remove(claim);
                }
                _ => {}
            }
        }
        claims
    }
}

/// How the id token is signed.
pub(super) fn signing(fired: &[SsoFault]) -> Signing {
    let of = |fault: &SsoFault| match fault {
        SsoFault::AlgNone => Some(Signing::None),
        SsoFault::AlgConfused => Some(Signing::Confused),
        SsoFault::ForgedSignature => Some(Signing::Forged),
        SsoFault::UnknownKey => Some(Signing::UnknownKey),
        _ => None,
    };
    fired.iter().find_map(of).unwrap_or(Signing::Right)
}
