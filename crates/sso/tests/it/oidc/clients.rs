//! How clients prove who they are: secrets, assertions, DPoP; and how they register.
//!
//! Owns: tests of client authentication, keys, registration, metadata.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_sso::keys::{Alg, SigningKey, jws};
use ring::{
    digest, hmac,
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair},
};
use serde_json::{Value, json};

use super::{App, REDIRECT, VERIFIER, claims, header};
use crate::kit::{ISSUER, World, each_database};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn new_key() -> SigningKey {
    let random = SystemRandom::new();
    let made = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
    SigningKey::open(Alg::Es256, made.as_ref()).unwrap()
}

fn now_s(world: &World) -> i64 {
    lgsp_platform::clock::Clock::now(&*world.clock).0 / 1_000
}

/// A DPoP proof.
fn proof(world: &World, key: &SigningKey, changed: Value) -> String {
    let mut claims = json!({
        "htm": "POST", "htu": format!("{ISSUER}/oauth2/token"), "iat": now_s(world),
        "jti": lgsp_platform::clock::Ids.next().to_string(),
    });
    for (name, value) in changed.as_object().unwrap() {
        claims[name.as_str()] = value.clone();
    }
    let header = json!({ "alg": "ES256", "typ": "dpop+jwt", "jwk": key.public().to_jwk() });
    let input = format!(
        "{}.{}",
        URL_SAFE_NO_PAD.encode(header.to_string()),
        URL_SAFE_NO_PAD.encode(claims.to_string())
    );
    let signature = key.sign(input.as_bytes()).unwrap();
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
}

each_database! {
    async fn secrets_rotate_and_only_two_work(world: &World) {
        let app = App::make(world, "app", json!({ "grant_types": ["client_credentials"] })).await;
        let works = async |secret: &str| {
            let app = App { world, id: "app", secret: secret.to_owned() };
            app.token(&[("grant_type", "client_credentials")]).await.status.is_success()
        };
        let one = app.secret.clone();
        let two = world.secret("app").await;
        assert!(works(&one).await && works(&two).await);
        let three = world.secret("app").await;
        assert!(!works(&one).await && works(&two).await && works(&three).await);
        world.pass_s(7 * 86_400 + 1);
        assert!(!works(&two).await && works(&three).await);
        assert!(!works("").await && !works("wrong").await);
        assert_eq!(world.journal_count("secret.rotated").await, 3);
    }

    async fn a_secret_tells_when_it_was_last_used(world: &World) {
        let app = App::make(world, "app", json!({ "grant_types": ["client_credentials"] })).await;
        let other = world.secret("app").await;
        let ask = async |secret: &str| {
            let app = App { world, id: "app", secret: secret.to_owned() };
            app.token(&[("grant_type", "client_credentials")]).await.status.is_success()
        };
        let told = async || {
            let admin = world.admin();
            let headers = [("authorization", admin.as_str())];
            let page = world.call("GET", "/api/v1/oidc-clients/app/secrets", &headers, "").await;
            page.json()["items"].as_array().unwrap().iter()
                .map(|secret| secret["last_used_at"].clone())
                .collect::<Vec<_>>()
        };
        assert!(!ask("sai").await);
        assert_eq!(told().await, [Value::Null, Value::Null], "a wrong secret is no use of any");
        world.pass_s(90);
        let now = json!(lgsp_platform::clock::Clock::now(&*world.clock));
        assert!(ask(&app.secret).await);
        assert_eq!(told().await, [Value::Null, now.clone()], "newest first; told at once");
        assert!(ask(&other).await);
        // A change of the client reads its secrets anew.
        let mut spec = super::web_app();
        spec["grant_types"] = json!(["client_credentials"]);
        spec["name"] = "Khác".into();
        world.put_client("app", spec).await;
        assert_eq!(told().await, [now.clone(), now]);
        let written = async || {
            let sql = "SELECT COUNT(*) AS n FROM client_secret WHERE last_used_at IS NOT NULL";
            let row = world.platform.db.query_one(sql, Vec::new()).await.unwrap().unwrap();
            row.try_get::<i64>("", "n").unwrap() == 2
        };
        assert!(world.soon(written).await, "written down for other nodes and the next start");
    }

    async fn a_client_uses_its_one_method(world: &World) {
        let app = App::make(world, "app", json!({ "grant_types": ["client_credentials"] })).await;
        let grant = ("grant_type", "client_credentials");
        let posted = [grant, ("client_id", "app"), ("client_secret", &app.secret)];
        let answer = world.form("/oauth2/token", &[], &posted).await;
        assert_eq!(answer.refusal(), (401, "invalid_client".to_owned()));
        let basic = app.basic();
        let both = world.form("/oauth2/token", &[("authorization", &basic)], &posted).await;
        assert_eq!(both.refusal(), (400, "invalid_request".to_owned()));
        let wrong = App { world, id: "app", secret: "wrong".to_owned() };
        let refused = wrong.token(&[grant]).await;
        assert_eq!(refused.refusal(), (401, "invalid_client".to_owned()));
        assert!(refused.header("www-authenticate").starts_with("Basic"));
        let nobody = App { world, id: "nobody", secret: "x".to_owned() };
        assert_eq!(nobody.token(&[grant]).await.refusal().1, "invalid_client");
        let open = world.form("/oauth2/token", &[], &[grant, ("client_id", "app")]).await;
        assert_eq!(open.refusal(), (401, "invalid_client".to_owned()));
    }

    async fn assertions_are_believed_once_and_from_the_right_key(world: &World) {
        let key = new_key();
        let spec = json!({
            "name": "Bus", "grant_types": ["client_credentials"], "scopes": ["a"],
            "auth_method": "private_key_jwt", "jwks": { "keys": [key.public_jwk()] },
        });
        world.put_client("bus", spec).await;
        let ask = async |assertion: String| {
            let fields = [
                ("grant_type", "client_credentials"),
                ("client_assertion_type", ASSERTION),
                ("client_assertion", &assertion),
            ];
            world.form("/oauth2/token", &[], &fields).await
        };
        let made = |key: &SigningKey, changed: Value| {
            let mut claims = json!({
                "iss": "bus", "sub": "bus", "aud": ISSUER, "exp": now_s(world) + 60,
                "jti": lgsp_platform::clock::Ids.next().to_string(),
            });
            for (name, value) in changed.as_object().unwrap() {
                claims[name.as_str()] = value.clone();
            }
            jws::sign(key, "JWT", &claims).unwrap()
        };
        let good = made(&key, json!({}));
        assert_eq!(ask(good.clone()).await.status.as_u16(), 200);
        assert_eq!(ask(good).await.refusal(), (401, "invalid_client".to_owned()), "replayed");
        let endpoint = json!({ "aud": [format!("{ISSUER}/oauth2/token")] });
        assert_eq!(ask(made(&key, endpoint)).await.status.as_u16(), 200);
        for changed in [
            json!({ "aud": "https://other.test" }),
            json!({ "exp": now_s(world) - 120 }),
            json!({ "exp": now_s(world) + 3_600 }),
            json!({ "jti": "" }),
            json!({ "sub": "other" }),
        ] {
            assert_eq!(ask(made(&key, changed.clone())).await.status.as_u16(), 401, "{changed}");
        }
        assert_eq!(ask(made(&new_key(), json!({}))).await.status.as_u16(), 401);
        // The public key used as a symmetric secret: the classic confusion.
        let payload = made(&key, json!({}));
        let payload = payload.split('.').nth(1).unwrap();
        let input = format!("{}.{payload}", URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256"}"#));
        let public = key.public_jwk().to_string();
        let mac = hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes());
        let tag = hmac::sign(&mac, input.as_bytes());
        let confused = format!("{input}.{}", URL_SAFE_NO_PAD.encode(tag));
        assert_eq!(ask(confused).await.status.as_u16(), 401);
        let none = format!("{}.{payload}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#));
        assert_eq!(ask(none).await.status.as_u16(), 401);
    }

    async fn a_token_bound_to_a_key_needs_its_proof(world: &World) {
        let app = App::make(world, "app", json!({ "require_dpop": true })).await;
        let key = new_key();
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let basic = app.basic();
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        let ask = async |proof: &str| {
            let headers = [("authorization", basic.as_str()), ("dpop", proof)];
            world.form("/oauth2/token", &headers, &fields).await
        };
        assert_eq!(app.redeem(&code).await.refusal(), (400, "invalid_dpop_proof".to_owned()));
        for changed in [
            json!({ "htm": "GET" }),
            json!({ "htu": "https://evil.test/oauth2/token" }),
            json!({ "iat": now_s(world) - 120 }),
            json!({ "jti": "" }),
        ] {
            let answer = ask(&proof(world, &key, changed.clone())).await;
            assert_eq!(answer.refusal(), (400, "invalid_dpop_proof".to_owned()), "{changed}");
        }
        let stale = ask(&proof(world, &key, json!({ "nonce": "old" }))).await;
        assert_eq!(stale.refusal(), (400, "use_dpop_nonce".to_owned()));
        let nonce = stale.header("dpop-nonce").to_owned();
        let good = proof(world, &key, json!({ "nonce": nonce }));
        let answer = ask(&good).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let tokens = answer.json();
        assert_eq!(tokens["token_type"], "DPoP");
        let access = tokens["access_token"].as_str().unwrap();
        assert_eq!(claims(access)["cnf"]["jkt"], key.kid());
        assert_eq!(ask(&good).await.refusal(), (400, "invalid_dpop_proof".to_owned()), "replayed");
        let info = async |scheme: &str, proof: &str| {
            let bearer = format!("{scheme} {access}");
            let headers = [("authorization", bearer.as_str()), ("dpop", proof)];
            world.call("GET", "/oauth2/userinfo", &headers, "").await.status.as_u16()
        };
        let hash = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, access.as_bytes()));
        let at = json!({ "htm": "GET", "htu": format!("{ISSUER}/oauth2/userinfo"), "ath": hash });
        assert_eq!(info("Bearer", &proof(world, &key, at.clone())).await, 401);
        assert_eq!(info("DPoP", &proof(world, &new_key(), at.clone())).await, 401);
        let without = json!({ "htm": "GET", "htu": format!("{ISSUER}/oauth2/userinfo") });
        assert_eq!(info("DPoP", &proof(world, &key, without)).await, 401);
        assert_eq!(info("DPoP", &proof(world, &key, at)).await, 200);
    }

    async fn a_client_registers_reads_changes_and_removes_itself(world: &World) {
        let body = json!({
            "redirect_uris": [REDIRECT], "client_name": "Cổng", "grant_types":
            ["authorization_code", "refresh_token"], "logo_uri": "https://app.test/logo.png",
        });
        let json_kind = ("content-type", "application/json");
        let bare = world.call("POST", "/oauth2/register", &[json_kind], &body.to_string()).await;
        assert_eq!(bare.status.as_u16(), 401);
        let admin = world.admin();
        let headers = [json_kind, ("authorization", admin.as_str())];
        let made = world.call("POST", "/oauth2/register", &headers, &body.to_string()).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let made = made.json();
        assert_eq!(made["id_token_signed_response_alg"], "RS256");
        let id: &'static str = Box::leak(made["client_id"].as_str().unwrap().to_owned().into_boxed_str());
        let secret = made["client_secret"].as_str().unwrap().to_owned();
        let app = App { world, id, secret };
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[("code_challenge", ""), ("code_challenge_method", "")]).await;
        let fields =
            [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", REDIRECT)];
        let tokens = app.token(&fields).await.json();
        assert_eq!(header(tokens["id_token"].as_str().unwrap())["alg"], "RS256");
        let own = format!("Bearer {}", made["registration_access_token"].as_str().unwrap());
        let headers = [json_kind, ("authorization", own.as_str())];
        let path = format!("/oauth2/register/{id}");
        assert_eq!(world.call("GET", &path, &headers, "").await.json()["client_name"], "Cổng");
        let wrong = [json_kind, ("authorization", admin.as_str())];
        assert_eq!(world.call("GET", &path, &wrong, "").await.status.as_u16(), 401);
        let changed = json!({ "client_id": id, "redirect_uris": ["https://app.test/new"] });
        let answer = world.call("PUT", &path, &headers, &changed.to_string()).await;
        assert_eq!(answer.json()["redirect_uris"], json!(["https://app.test/new"]));
        let gone = world.call("DELETE", &path, &headers, "").await;
        assert_eq!(gone.status.as_u16(), 204, "{}", gone.text);
        assert_eq!(world.call("GET", &path, &headers, "").await.status.as_u16(), 401);
        assert!(!world.browser().get(&app.request(&[])).await.status.is_redirection());
    }

    async fn registration_keeps_the_rules(world: &World) {
        let admin = world.admin();
        let headers = [("content-type", "application/json"), ("authorization", admin.as_str())];
        for (changed, error) in [
            (json!({ "redirect_uris": ["https://app.test/cb#x"] }), "invalid_redirect_uri"),
            (json!({ "redirect_uris": ["https://*.test/cb"] }), "invalid_redirect_uri"),
            (json!({ "redirect_uris": [] }), "invalid_redirect_uri"),
            (json!({ "id_token_signed_response_alg": "none" }), "invalid_client_metadata"),
            (json!({ "response_types": ["token"] }), "invalid_client_metadata"),
            (json!({ "grant_types": ["implicit"] }), "invalid_client_metadata"),
            (json!({ "response_modes": ["query", "fragment"] }), "invalid_client_metadata"),
            (json!({ "response_modes": [] }), "invalid_client_metadata"),
            (json!({ "jwks": { "keys": [] } }), "invalid_client_metadata"),
        ] {
            let mut body = json!({ "redirect_uris": [REDIRECT] });
            for (name, value) in changed.as_object().unwrap() {
                body[name.as_str()] = value.clone();
            }
            let answer = world.call("POST", "/oauth2/register", &headers, &body.to_string()).await;
            assert_eq!(answer.refusal(), (400, error.to_owned()), "{changed}");
        }
    }

    async fn metadata_and_keys_are_published_and_keys_turn(world: &World) {
        let app = App::make(world, "app", json!({})).await;
        let told = world.call("GET", "/.well-known/openid-configuration", &[], "").await;
        assert_eq!(told.json()["issuer"], ISSUER);
        assert_eq!(told.json()["code_challenge_methods_supported"], json!(["S256"]));
        assert!(told.json().get("tls_client_certificate_bound_access_tokens").is_none());
        let kids = async || -> Vec<String> {
            let set = world.call("GET", "/oauth2/jwks", &[], "").await;
            assert_eq!(set.header("cache-control"), "public, max-age=300");
            let set = set.json();
            let keys = set["keys"].as_array().unwrap().clone();
            keys.iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
        };
        let before = app.tokens().await;
        let old = header(before["id_token"].as_str().unwrap())["kid"].as_str().unwrap().to_owned();
        assert!(kids().await.contains(&old));
        let admin = world.admin();
        let headers = [("content-type", "application/json"), ("authorization", admin.as_str())];
        let rotate = async |at_once: bool| {
            let body = json!({ "purpose": "token", "alg": "ES256", "at_once": at_once });
            world.call("POST", "/api/v1/signing-keys/rotate", &headers, &body.to_string()).await
        };
        let early = rotate(false).await;
        assert_eq!(early.status.as_u16(), 409, "{}", early.text);
        let known = kids().await;
        world.pass_s(600);
        let turned = rotate(false).await;
        assert_eq!(turned.status.as_u16(), 200, "{}", turned.text);
        let after = app.tokens().await;
        let new = header(after["id_token"].as_str().unwrap())["kid"].as_str().unwrap().to_owned();
        assert_ne!(old, new);
        assert!(known.contains(&new), "the new key was published before it signed");
        assert!(kids().await.contains(&old), "the old key stays published");
        assert!(app.is_active(after["access_token"].as_str().unwrap()).await);
        let path = format!("/api/v1/signing-keys/{old}");
        let destroyed = world.call("DELETE", &path, &headers, "").await;
        assert_eq!(destroyed.status.as_u16(), 204, "{}", destroyed.text);
        assert!(!kids().await.contains(&old));
        for action in ["key.created", "key.activated", "key.retired", "key.destroyed"] {
            assert!(world.journal_count(action).await >= 1, "{action}");
        }
    }

    async fn pages_of_registered_origins_may_call(world: &World) {
        App::make(world, "spa", json!({ "cors_origins": ["https://spa.test"] })).await;
        let origin = async |path: &str, origin: &str| {
            let headers = [("origin", origin), ("access-control-request-method", "POST")];
            let answer = world.call("OPTIONS", path, &headers, "").await;
            answer.header("access-control-allow-origin").to_owned()
        };
        assert_eq!(origin("/oauth2/token", "https://spa.test").await, "https://spa.test");
        assert_eq!(origin("/oauth2/token", "https://evil.test").await, "");
        assert_eq!(origin("/oauth2/jwks", "https://evil.test").await, "*");
        assert_eq!(origin("/oauth2/authorize", "https://spa.test").await, "");
    }

    async fn a_person_has_another_identifier_in_each_sector(world: &World) {
        let pairwise = json!({ "subject_type": "pairwise" });
        let one = App::make(world, "one", pairwise.clone()).await;
        let two = App::make(world, "two", pairwise).await;
        let sub = |tokens: Value| claims(tokens["id_token"].as_str().unwrap())["sub"].clone();
        let (a, b) = (sub(one.tokens().await), sub(two.tokens().await));
        assert_eq!(a, b, "the same sector");
        assert_ne!(a, json!(world.person.id.to_string()));
    }
}
