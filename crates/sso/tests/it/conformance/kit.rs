//! The provider under test in a variant of the suite, and what every subject asks of it.
//!
//! Owns: `Variant`, `Op` (the provider), its metadata and keys, registering clients.
//! Not here: what a client does (`rp.rs`), pages that a client publishes (`site.rs`).

mod out;
mod rp;
mod site;
mod verify;

use lgsp_sso::keys::{Alg, SigningKey};
use serde_json::{Value, json};

pub(super) use self::{
    out::{OUT_STATE, SignedOn},
    rp::{Auth, BYE, NONCE, REDIRECT, Rp, Tokens},
    site::Site,
    verify::{header, unsigned, verified},
};
use crate::kit::{Answer, ISSUER, World};

/// Scopes of the clients of these tests.
pub(super) const SCOPES: &str = "openid profile email address phone offline_access";

/// How a client comes to be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Registration {
    /// By an administrator.
    Static,
    /// By itself.
    Dynamic,
}

/// How answers of the authorisation endpoint travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// In the address.
    Query,
    /// In a form.
    FormPost,
}

/// The variant parameters of the official suite that concern this provider.
#[derive(Debug, Clone, Copy)]
pub(super) struct Variant {
    pub(super) registration: Registration,
    pub(super) mode: Mode,
    pub(super) issuer: &'static str,
}

impl Variant {
    /// Registered by an administrator, answers in the address.
    pub(super) const CORE: Self = Self {
        registration: Registration::Static,
        mode: Mode::Query,
        issuer: ISSUER,
    };
    /// Registered by an administrator, answers in a form.
    pub(super) const FORM_POST: Self = Self {
        mode: Mode::FormPost,
        ..Self::CORE
    };
    /// Registered by itself.
    pub(super) const DYNAMIC: Self = Self::CORE.registering();

    /// With clients that register themselves.
    pub(super) const fn registering(self) -> Self {
        Self {
            registration: Registration::Dynamic,
            ..self
        }
    }

    /// With a provider on the machine itself: only such a one reads addresses of the machine.
    pub(super) const fn reaching(self) -> Self {
        Self {
            issuer: "http://127.0.0.1:8800",
            ..self
        }
    }
}

/// The provider under test.
pub(super) struct Op<'a> {
    pub(super) world: &'a World,
    pub(super) variant: Variant,
}

impl<'a> Op<'a> {
    pub(super) fn new(world: &'a World, variant: Variant) -> Self {
        Self { world, variant }
    }

    /// Its metadata.
    pub(super) async fn metadata(&self) -> Value {
        let path = "/.well-known/openid-configuration";
        let answer = self.world.call("GET", path, &[], "").await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        answer.json()
    }

    /// The path of an endpoint that its metadata names.
    pub(super) async fn endpoint(&self, name: &str) -> String {
        let metadata = self.metadata().await;
        let address = metadata[name]
            .as_str()
            .unwrap_or_else(|| panic!("no {name}"));
        let path = address.strip_prefix(self.variant.issuer);
        path.unwrap_or_else(|| panic!("{name} is elsewhere: {address}"))
            .to_owned()
    }

    /// Its published keys: public ones, each with a name of its own.
    pub(super) async fn jwks(&self) -> Value {
        let path = self.endpoint("jwks_uri").await;
        let set = self.world.call("GET", &path, &[], "").await.json();
        let keys = set["keys"].as_array().unwrap();
        let mut kids: Vec<&str> = keys
            .iter()
            .map(|key| {
                let is_private = ["d", "p", "q", "dp", "dq", "qi", "k"]
                    .iter()
                    .any(|member| key.get(member).is_some());
                assert!(!is_private, "a private key is published: {}", key["kid"]);
                key["kid"].as_str().unwrap()
            })
            .collect();
        kids.sort_unstable();
        kids.dedup();
        assert_eq!(kids.len(), keys.len(), "two keys have one name");
        set
    }

    /// Seconds since 1970.
    pub(super) fn now_s(&self) -> i64 {
        lgsp_platform::clock::Clock::now(&*self.world.clock).0 / 1_000
    }

    /// Sends metadata of a client to the registration endpoint.
    pub(super) async fn register(&self, metadata: &Value) -> Answer {
        let path = self.endpoint("registration_endpoint").await;
        let admin = self.world.admin();
        let headers = [
            ("content-type", "application/json"),
            ("authorization", admin.as_str()),
        ];
        let body = metadata.to_string();
        self.world.call("POST", &path, &headers, &body).await
    }

    /// The usual client with some members of its metadata replaced, `null` leaving one out.
    pub(super) async fn client(&'a self, name: &str, changed: Value) -> Rp<'a> {
        let metadata = usual(name, &changed);
        match self.variant.registration {
            Registration::Static => {
                self.world.put_client(name, specification(&metadata)).await;
                let secret = self.world.secret(name).await;
                Rp::new(self, name.to_owned(), secret, &metadata)
            }
            Registration::Dynamic => {
                let answer = self.register(&metadata).await;
                assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
                let told = answer.json();
                let id = told["client_id"].as_str().unwrap().to_owned();
                let secret = told["client_secret"].as_str().unwrap_or_default();
                let mut rp = Rp::new(self, id, secret.to_owned(), &metadata);
                rp.registration = told;
                rp
            }
        }
    }
}

/// Metadata of the usual client.
pub(super) fn usual(name: &str, changed: &Value) -> Value {
    let mut metadata = json!({
        "client_name": format!("Ứng dụng {name}"), "redirect_uris": [REDIRECT],
        "post_logout_redirect_uris": [BYE], "scope": SCOPES,
        "grant_types": ["authorization_code", "refresh_token"],
        // What the suite leaves to the default, RSA, takes seconds to make a key for.
        "id_token_signed_response_alg": "ES256",
    });
    let members = metadata.as_object_mut().unwrap();
    for (member, value) in changed.as_object().unwrap() {
        members.insert(member.clone(), value.clone());
    }
    members.retain(|_, value| !value.is_null());
    metadata
}

/// The same client as an administrator writes it.
fn specification(metadata: &Value) -> Value {
    // The plans demand no code challenge; the identity token has the default of the standard.
    let mut spec = json!({ "pkce": "if_sent", "id_token_alg": "RS256" });
    for (member, value) in metadata.as_object().unwrap() {
        let (name, value) = match (member.as_str(), value) {
            ("scope", Value::String(words)) => {
                let words: Vec<&str> = words.split(' ').collect();
                ("scopes", json!(words))
            }
            ("client_name", value) => ("name", value.clone()),
            ("token_endpoint_auth_method", value) => ("auth_method", value.clone()),
            ("id_token_signed_response_alg", value) => ("id_token_alg", value.clone()),
            (same, value) => (same, value.clone()),
        };
        spec[name] = value;
    }
    spec
}

/// The RSA key of the tests; it protects nothing.
pub(super) fn rsa_key() -> SigningKey {
    let pkcs8 = include_bytes!("../../data/test-rsa-2048.p8");
    SigningKey::open(Alg::Rs256, pkcs8).unwrap()
}

/// A new key of a client.
pub(super) fn new_key() -> SigningKey {
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
    let random = ring::rand::SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    SigningKey::open(Alg::Es256, made.as_ref()).unwrap()
}

/// The set of a client's public keys.
pub(super) fn key_set(key: &SigningKey) -> Value {
    json!({ "keys": [key.public_jwk()] })
}
