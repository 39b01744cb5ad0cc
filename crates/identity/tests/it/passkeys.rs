//! Passkeys against the clock, which tests in a browser cannot move.
//!
//! Not here: what a browser and an attacker do with keys (`web/e2e/sign-on/passkeys.spec.ts`).

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::rules::CHALLENGE_LIFE_MS;
use lgsp_testkit::{Answer, Browser};
use ring::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::{Value, json};

use crate::kit::{World, plain_rules};

const HOST: &str = "dang-nhap.example";
/// What a site that is opened over TLS calls it.
const SESSION_COOKIE: &str = "__Host-lgsp_session";
const PRESENT_AND_VERIFIED: u8 = 0x05;
const HAS_CREDENTIAL: u8 = 0x40;
const ID: [u8; 16] = [7; 16];

async fn each_database(test: impl AsyncFn(&World)) {
    lgsp_testkit::each_database(async |made| {
        let issuer = format!("https://{HOST}");
        let world = World::start_with(&made, plain_rules(), &issuer).await;
        world.account("van.thu", "H34.01", &[]).await;
        test(&world).await;
        world.stop().await;
    })
    .await;
}

/// An authenticator with one key.
struct Authenticator {
    key: EcdsaKeyPair,
    uses: u32,
}

impl Authenticator {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let made = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, made.as_ref(), &random).unwrap();
        Self { key, uses: 0 }
    }

    fn data(&mut self, flags: u8) -> Vec<u8> {
        self.uses += 1;
        let mut data = digest(&SHA256, HOST.as_bytes()).as_ref().to_vec();
        data.push(PRESENT_AND_VERIFIED | flags);
        data.extend(self.uses.to_be_bytes());
        data
    }

    /// What a browser sends of a new key, which nobody attests.
    fn made(&mut self, options: &Value) -> Value {
        let mut data = self.data(HAS_CREDENTIAL);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(ID);
        let (x, y) = self.key.public_key().as_ref()[1..].split_at(32);
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        json!({
            "label": "Máy ở cơ quan",
            "client_data": URL_SAFE_NO_PAD.encode(client_data("webauthn.create", options)),
            "attestation": URL_SAFE_NO_PAD.encode(object),
        })
    }

    /// What a browser sends of a key that was used.
    fn used(&mut self, options: &Value) -> String {
        let client_data = client_data("webauthn.get", options);
        let data = self.data(0);
        let message = [data.as_slice(), digest(&SHA256, &client_data).as_ref()].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        json!({
            "id": URL_SAFE_NO_PAD.encode(ID),
            "client_data": URL_SAFE_NO_PAD.encode(&client_data),
            "authenticator_data": URL_SAFE_NO_PAD.encode(data),
            "signature": URL_SAFE_NO_PAD.encode(signature),
        })
        .to_string()
    }
}

fn client_data(kind: &str, options: &Value) -> Vec<u8> {
    let origin = format!("https://{HOST}");
    json!({ "type": kind, "challenge": options["challenge"], "origin": origin })
        .to_string()
        .into_bytes()
}

async fn asked_to_make(browser: &mut Browser) -> Value {
    let path = "/api/v1/me/factors/passkey/options";
    let answer = browser.json("POST", path, json!({})).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    answer.json()
}

async fn make(browser: &mut Browser, answer: Value) -> Answer {
    browser
        .json("POST", "/api/v1/me/factors/passkey", answer)
        .await
}

/// Somebody's key, made just now.
async fn key_of(world: &World, username: &str) -> Authenticator {
    let mut browser = world.signed_in(username).await;
    let mut authenticator = Authenticator::new();
    let options = asked_to_make(&mut browser).await;
    let made = make(&mut browser, authenticator.made(&options)).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
    authenticator
}

async fn asked_to_use(browser: &mut Browser) -> (String, Value) {
    let csrf = browser.get("/sign-in").await.hidden("csrf");
    let fields = [("csrf", csrf.as_str()), ("purpose", "sign-in")];
    let options = browser.post_form("/sign-in/passkey/options", &fields).await;
    (csrf, options.json())
}

async fn sign_in(browser: &mut Browser, csrf: &str, answer: &str) -> Answer {
    let fields = [("csrf", csrf), ("purpose", "sign-in"), ("answer", answer)];
    browser.post_form("/sign-in/passkey", &fields).await
}

#[tokio::test]
async fn a_challenge_is_answered_within_five_minutes() {
    each_database(async |world| {
        let mut authenticator = key_of(world, "van.thu").await;
        let mut browser = world.browser();
        let (csrf, options) = asked_to_use(&mut browser).await;
        assert_eq!(options["timeout"], CHALLENGE_LIFE_MS);
        world.clock.advance_ms(CHALLENGE_LIFE_MS);
        let late = sign_in(&mut browser, &csrf, &authenticator.used(&options)).await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!browser.cookies.contains_key(SESSION_COOKIE));

        let (csrf, options) = asked_to_use(&mut browser).await;
        world.clock.advance_ms(CHALLENGE_LIFE_MS - 1);
        let done = sign_in(&mut browser, &csrf, &authenticator.used(&options)).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(browser.cookies.contains_key(SESSION_COOKIE));
    })
    .await;
}

#[tokio::test]
async fn challenges_have_256_bits_and_none_comes_twice() {
    each_database(async |world| {
        let mut browser = world.browser();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let (_, options) = asked_to_use(&mut browser).await;
            let text = options["challenge"].as_str().unwrap().to_owned();
            assert_eq!(URL_SAFE_NO_PAD.decode(&text).unwrap().len(), 32);
            assert!(seen.insert(text));
        }
    })
    .await;
}

#[tokio::test]
async fn a_key_is_made_within_five_minutes_and_once() {
    each_database(async |world| {
        let mut browser = world.signed_in("van.thu").await;
        let mut authenticator = Authenticator::new();
        let options = asked_to_make(&mut browser).await;
        world.clock.advance_ms(CHALLENGE_LIFE_MS);
        let late = make(&mut browser, authenticator.made(&options)).await;
        assert_eq!(late.refusal(), (422, "identity.passkey.refused".into()));
        let options = asked_to_make(&mut browser).await;
        let answer = authenticator.made(&options);
        let made = make(&mut browser, answer.clone()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let mut other = world.signed_in(crate::kit::ADMIN).await;
        let replayed = make(&mut other, answer).await;
        assert_eq!(replayed.refusal(), (422, "identity.passkey.refused".into()));
        // Nobody else takes over the identifier of a key.
        let options = asked_to_make(&mut other).await;
        let taken = make(&mut other, authenticator.made(&options)).await;
        assert_eq!(taken.refusal(), (422, "identity.passkey.refused".into()));
    })
    .await;
}

#[tokio::test]
async fn a_key_that_was_replaced_in_the_database_opens_nothing() {
    each_database(async |world| {
        let mut own = key_of(world, "van.thu").await;
        let mut thief = Authenticator::new();
        let (x, y) = thief.key.public_key().as_ref()[1..].split_at(32);
        let mut public = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20];
        public.extend(x);
        public.extend([0x22, 0x58, 0x20]);
        public.extend(y);
        let hex: String = public.iter().map(|byte| format!("{byte:02x}")).collect();
        let written = match world.platform.db.is_postgres() {
            true => format!("decode('{hex}', 'hex')"),
            false => format!("x'{hex}'"),
        };
        world
            .sql(&format!("UPDATE factor SET public_key = {written}"))
            .await;
        let mut browser = world.browser();
        let (csrf, options) = asked_to_use(&mut browser).await;
        let refused = sign_in(&mut browser, &csrf, &thief.used(&options)).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!browser.cookies.contains_key(SESSION_COOKIE));
        let events = world.journal("van.thu").await;
        let tampered = ("factor.tampered".into(), "van.thu".into(), "refused".into());
        assert!(events.contains(&tampered), "{events:?}");
        // It is out of use for its owner too, and the owner is told.
        let (csrf, options) = asked_to_use(&mut browser).await;
        let blocked = sign_in(&mut browser, &csrf, &own.used(&options)).await;
        assert_eq!(blocked.status, StatusCode::UNPROCESSABLE_ENTITY);
    })
    .await;
}
