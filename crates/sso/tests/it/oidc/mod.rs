//! OpenID Connect and OAuth 2, as clients see them.
//!
//! Owns: `App`, a client with what it needs to play.

mod authorize;
mod certificates;
mod clients;
mod delegation;
mod impersonation;
mod logout;
mod ties;
mod tokens;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use ring::digest;
use serde_json::Value;

use crate::kit::{Answer, Browser, World, encode, web_app};

pub(super) const REDIRECT: &str = "https://app.test/cb";
pub(super) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

/// The challenge of a verifier.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()))
}

/// A confidential client.
pub(super) struct App<'a> {
    pub(super) world: &'a World,
    pub(super) id: &'static str,
    pub(super) secret: String,
}

impl<'a> App<'a> {
    /// The usual web application, with some members of its specification replaced.
    pub(super) async fn make(world: &'a World, id: &'static str, changed: Value) -> Self {
        let mut spec = web_app();
        for (name, value) in changed.as_object().unwrap() {
            spec[name.as_str()] = value.clone();
        }
        world.put_client(id, spec).await;
        let secret = world.secret(id).await;
        Self { world, id, secret }
    }

    pub(super) fn basic(&self) -> String {
        use base64::engine::general_purpose::STANDARD;
        format!(
            "Basic {}",
            STANDARD.encode(format!("{}:{}", self.id, self.secret))
        )
    }

    /// Address of an authorisation request; later parameters replace earlier ones, an empty one
    /// removes it.
    pub(super) fn request(&self, changed: &[(&str, &str)]) -> String {
        let challenge = challenge(VERIFIER);
        let mut params = vec![
            ("response_type", "code"),
            ("client_id", self.id),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile"),
            ("state", "st-1"),
            ("nonce", "no-1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in changed {
            params.retain(|(known, _)| known != name);
            if !value.is_empty() {
                params.push((name, value));
            }
        }
        let pairs: Vec<_> = params
            .iter()
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        format!("/oauth2/authorize?{}", pairs.join("&"))
    }

    /// A code for the person of a browser.
    pub(super) async fn code(&self, browser: &mut Browser<'_>, changed: &[(&str, &str)]) -> String {
        let answer = browser.follow(&self.request(changed)).await;
        answer
            .param("code")
            .unwrap_or_else(|| panic!("no code: {} {}", answer.location(), answer.text))
    }

    pub(super) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let basic = self.basic();
        self.world
            .form("/oauth2/token", &[("authorization", &basic)], fields)
            .await
    }

    pub(super) async fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// Tokens for the person of a new browser.
    pub(super) async fn tokens(&self) -> Value {
        let mut browser = self.world.signed_on().await;
        let code = self.code(&mut browser, &[]).await;
        let answer = self.redeem(&code).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        answer.json()
    }

    pub(super) async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    pub(super) async fn is_active(&self, token: &str) -> bool {
        let basic = self.basic();
        let answer = self
            .world
            .form(
                "/oauth2/introspect",
                &[("authorization", &basic)],
                &[("token", token)],
            )
            .await;
        answer.json()["active"].as_bool().unwrap()
    }
}

/// The claims of a token, without checking it.
pub(super) fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

/// The header of a token.
pub(super) fn header(token: &str) -> Value {
    let header = token.split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}
