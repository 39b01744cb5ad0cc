//! A relying party: it asks, hears answers, redeems codes and checks what it got.
//!
//! Owns: `Rp`, `Callback`, `Tokens`.
//! Follows: OpenID Connect Core 1.0, sections 3.1.2 and 3.1.3.

use std::{collections::BTreeMap, sync::Arc};

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use lgsp_sso::keys::{SigningKey, jws};
use ring::digest;
use serde_json::{Value, json};

use super::{Mode, Op, verified};
use crate::kit::{Answer, Browser, encode, form};

/// Where the usual client hears answers.
pub(in crate::conformance) const REDIRECT: &str = "https://rp.test/cb";
/// Where the usual client sees people after sign-out.
pub(in crate::conformance) const BYE: &str = "https://rp.test/bye";
/// The `state` of its requests, which must come back letter by letter.
pub(in crate::conformance) const STATE: &str = "st ate/+=%26ê";
/// The `nonce` of its requests.
pub(in crate::conformance) const NONCE: &str = "no-nce/+=%26";
/// What proves a client by a signed token.
const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How it proves who it is.
#[derive(Clone)]
pub(in crate::conformance) enum Auth {
    Basic,
    Post,
    Key(Arc<SigningKey>),
}

/// A client of the provider.
pub(in crate::conformance) struct Rp<'a> {
    pub(in crate::conformance) op: &'a Op<'a>,
    pub(in crate::conformance) id: String,
    pub(in crate::conformance) redirect: String,
    pub(in crate::conformance) auth: Auth,
    /// What the registration endpoint answered, when it registered itself.
    pub(in crate::conformance) registration: Value,
    secret: String,
}

/// Parameters that came to the redirect address.
#[derive(Debug)]
pub(in crate::conformance) struct Callback(BTreeMap<String, String>);

impl Callback {
    pub(in crate::conformance) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The error, with the state of the request beside it.
    pub(in crate::conformance) fn error(&self) -> &str {
        assert_eq!(self.get("state"), Some(STATE), "{self:?}");
        assert_eq!(self.get("code"), None, "{self:?}");
        self.get("error")
            .unwrap_or_else(|| panic!("no error: {self:?}"))
    }
}

/// What the token endpoint gave, checked.
pub(in crate::conformance) struct Tokens {
    pub(in crate::conformance) body: Value,
    /// Claims of the identity token.
    pub(in crate::conformance) claims: Value,
}

impl Tokens {
    fn text(&self, name: &str) -> &str {
        let value = self.body[name].as_str();
        value.unwrap_or_else(|| panic!("no {name}: {}", self.body))
    }

    pub(in crate::conformance) fn access(&self) -> &str {
        self.text("access_token")
    }

    pub(in crate::conformance) fn refresh(&self) -> &str {
        self.text("refresh_token")
    }

    pub(in crate::conformance) fn id_token(&self) -> &str {
        self.text("id_token")
    }
}

impl<'a> Rp<'a> {
    pub(super) fn new(op: &'a Op<'a>, id: String, secret: String, metadata: &Value) -> Self {
        let auth = match metadata["token_endpoint_auth_method"].as_str() {
            Some("client_secret_post") => Auth::Post,
            _ => Auth::Basic,
        };
        let redirect = metadata["redirect_uris"][0].as_str().unwrap().to_owned();
        Self {
            op,
            id,
            redirect,
            auth,
            registration: Value::Null,
            secret,
        }
    }

    /// Parameters of a request; later ones replace earlier ones, an empty one removes it.
    pub(in crate::conformance) fn params(&self, changed: &[(&str, &str)]) -> Vec<(String, String)> {
        let mut params = vec![
            ("response_type", "code"),
            ("client_id", &self.id),
            ("redirect_uri", &self.redirect),
            ("scope", "openid"),
            ("state", STATE),
            ("nonce", NONCE),
        ];
        if self.op.variant.mode == Mode::FormPost {
            params.push(("response_mode", "form_post"));
        }
        for (name, value) in changed {
            params.retain(|(known, _)| known != name);
            if !value.is_empty() {
                params.push((name, value));
            }
        }
        let owned = params.into_iter();
        owned
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    /// The address of a request.
    pub(in crate::conformance) async fn request(&self, changed: &[(&str, &str)]) -> String {
        let params = self.params(changed);
        let pairs: Vec<_> = params
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let endpoint = self.op.endpoint("authorization_endpoint").await;
        format!("{endpoint}?{}", form(&pairs))
    }

    /// What an answer of the provider brings to the redirect address.
    pub(in crate::conformance) fn callback(&self, answer: &Answer) -> Callback {
        let found = match self.op.variant.mode {
            Mode::Query => {
                assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
                let location = answer.location();
                assert!(location.starts_with(&self.redirect), "went to {location}");
                let (_, query) = location.split_once('?').unwrap();
                let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
                pairs
                    .map(|(name, _)| (name.to_owned(), answer.param(name).unwrap()))
                    .collect()
            }
            Mode::FormPost => {
                assert_eq!(
                    (answer.status.as_u16(), answer.location()),
                    (200, ""),
                    "{}",
                    answer.text
                );
                let mark = format!(r#"<form method="post" action="{}">"#, self.redirect);
                let (_, form) = answer.text.split_once(&mark).unwrap();
                let (form, _) = form.split_once("</form>").unwrap();
                let names = form.split(r#"type="hidden" name=""#).skip(1);
                names
                    .map(|rest| rest.split('"').next().unwrap())
                    .map(|name| (name.to_owned(), unescape(&answer.hidden(name))))
                    .collect()
            }
        };
        let callback = Callback(found);
        assert_eq!(
            callback.get("iss"),
            Some(self.op.variant.issuer),
            "{callback:?}"
        );
        callback
    }

    /// Asks, with a person who signs on and consents when asked.
    pub(in crate::conformance) async fn authorize(
        &self,
        browser: &mut Browser<'_>,
        changed: &[(&str, &str)],
    ) -> Callback {
        let answer = browser.follow(&self.request(changed).await).await;
        self.callback(&answer)
    }

    /// Asks, and is answered without a page.
    pub(in crate::conformance) async fn at_once(
        &self,
        browser: &mut Browser<'_>,
        changed: &[(&str, &str)],
    ) -> Callback {
        let answer = browser.get(&self.request(changed).await).await;
        self.callback(&answer)
    }

    /// Signs the person on and checks everything on the way.
    pub(in crate::conformance) async fn sign_on(
        &self,
        browser: &mut Browser<'_>,
        changed: &[(&str, &str)],
    ) -> Tokens {
        let callback = self.authorize(browser, changed).await;
        self.tokens(&callback, Some(NONCE)).await
    }

    /// Redeems the code of a callback and checks what it gets.
    pub(in crate::conformance) async fn tokens(
        &self,
        callback: &Callback,
        nonce: Option<&str>,
    ) -> Tokens {
        assert_eq!(callback.get("error"), None, "{callback:?}");
        assert_eq!(callback.get("state"), Some(STATE), "{callback:?}");
        let code = callback.get("code").unwrap();
        let answer = self.redeem(code, &[]).await;
        let tokens = self.checked(&answer).await;
        assert_eq!(tokens.claims["nonce"].as_str(), nonce);
        tokens
    }

    /// Checks an answer of the token endpoint.
    pub(in crate::conformance) async fn checked(&self, answer: &Answer) -> Tokens {
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        let body = answer.json();
        assert_eq!(body["token_type"], "Bearer");
        assert!(body["expires_in"].as_i64().unwrap() > 0);
        let access = body["access_token"].as_str().unwrap();
        let claims = verified(body["id_token"].as_str().unwrap(), &self.op.jwks().await);
        let now_s = self.op.now_s();
        assert_eq!(claims["iss"], self.op.variant.issuer);
        assert_eq!(claims["aud"], self.id.as_str());
        assert!(claims["exp"].as_i64().unwrap() > now_s, "{claims}");
        assert!(
            (now_s - claims["iat"].as_i64().unwrap()).abs() <= 60,
            "{claims}"
        );
        let subject = claims["sub"].as_str().unwrap();
        assert!((1..=255).contains(&subject.len()) && subject.is_ascii());
        let hash = digest::digest(&digest::SHA256, access.as_bytes());
        let half = URL_SAFE_NO_PAD.encode(&hash.as_ref()[..16]);
        assert_eq!(claims["at_hash"], half);
        Tokens { body, claims }
    }

    /// Redeems a code.
    pub(in crate::conformance) async fn redeem(&self, code: &str, more: &[(&str, &str)]) -> Answer {
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.redirect),
        ];
        fields.extend_from_slice(more);
        self.token(&fields).await
    }

    /// Presents a refresh token.
    pub(in crate::conformance) async fn renew(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    /// Calls the token endpoint.
    pub(in crate::conformance) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        let path = self.op.endpoint("token_endpoint").await;
        let world = self.op.world;
        match &self.auth {
            Auth::Basic => {
                let pair = format!("{}:{}", encode(&self.id), encode(&self.secret));
                let basic = format!("Basic {}", STANDARD.encode(pair));
                world
                    .form(&path, &[("authorization", &basic)], fields)
                    .await
            }
            Auth::Post => {
                let own = [("client_id", &*self.id), ("client_secret", &*self.secret)];
                world.form(&path, &[], &[fields, &own[..]].concat()).await
            }
            Auth::Key(key) => {
                let audience = format!("{}{path}", self.op.variant.issuer);
                let assertion = self.assertion(key, &audience);
                self.token_with(&assertion, fields).await
            }
        }
    }

    /// Calls the token endpoint with a token that proves the client.
    pub(in crate::conformance) async fn token_with(
        &self,
        assertion: &str,
        fields: &[(&str, &str)],
    ) -> Answer {
        let path = self.op.endpoint("token_endpoint").await;
        let own = [
            ("client_assertion_type", ASSERTION),
            ("client_assertion", assertion),
        ];
        self.op
            .world
            .form(&path, &[], &[fields, &own[..]].concat())
            .await
    }

    /// A token that proves the client.
    pub(in crate::conformance) fn assertion(&self, key: &SigningKey, audience: &str) -> String {
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": audience, "exp": self.op.now_s() + 60,
            "iat": self.op.now_s(), "jti": lgsp_platform::clock::Ids.next().to_string(),
        });
        jws::sign(key, "JWT", &claims).unwrap()
    }

    /// Asks who the person is.
    pub(in crate::conformance) async fn userinfo(&self, access: &str) -> Answer {
        let path = self.op.endpoint("userinfo_endpoint").await;
        let bearer = format!("Bearer {access}");
        self.op
            .world
            .call("GET", &path, &[("authorization", &bearer)], "")
            .await
    }

    /// Parameters of a request in a signed token; beside it stays what the standard demands.
    pub(in crate::conformance) fn request_object(
        &self,
        key: Option<&SigningKey>,
        changed: &[(&str, &str)],
    ) -> String {
        let mut claims = json!({ "iss": self.id, "aud": self.op.variant.issuer });
        for (name, value) in self.params(changed) {
            claims[name] = value.into();
        }
        match key {
            Some(key) => jws::sign(key, "oauth-authz-req+jwt", &claims).unwrap(),
            None => super::unsigned(&claims),
        }
    }
}

/// Text of an attribute of HTML.
fn unescape(text: &str) -> String {
    [
        ("&#38;", "&"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#34;", "\""),
        ("&#39;", "'"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (coded, plain)| {
        text.replace(coded, plain)
    })
}
