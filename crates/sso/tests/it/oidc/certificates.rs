//! Programs that prove themselves by certificate, and tokens that are bound to one.
//!
//! Owns: tests of RFC 8705 behind the door; the door itself is tested with real TLS in `server`.

use std::sync::Arc;

use axum::{body::Body, http::Request};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use lgsp_platform::http::certificate::{ClientCertificate, SharedCertificate};
use lgsp_sso::saml::signature::{PublicKey, certificate};
use ring::digest;
use serde_json::{Value, json};

use super::{App, REDIRECT, VERIFIER, claims};
use crate::{
    kit::{Answer, ISSUER, World, each_database, form},
    saml::kit::TestSigner,
};

const CREDENTIALS: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const NAME: &str = "CN=kho.ho-so, O=Sở Nội vụ, C=VN";

/// The certificate of the tests, whose names are known.
fn known(is_trusted: bool) -> SharedCertificate {
    let der = certificate::decode(include_str!("../../data/client-p256.pem")).unwrap();
    Arc::new(ClientCertificate { der, is_trusted })
}

/// A certificate of somebody else, trusted.
fn other() -> SharedCertificate {
    let signer = TestSigner::p256();
    let der = certificate::self_signed(
        &signer.public,
        "kho.ho-so",
        lgsp_sso::saml::signature::Signer::method(&signer),
        |bytes| lgsp_sso::saml::signature::Signer::sign(&signer, bytes),
    );
    Arc::new(ClientCertificate {
        der: der.unwrap(),
        is_trusted: true,
    })
}

fn thumbprint(shown: &ClientCertificate) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, &shown.der))
}

/// A call over a connection with a certificate.
async fn call(
    world: &World,
    (path, headers): (&str, &[(&str, &str)]),
    shown: Option<&SharedCertificate>,
    fields: &[(&str, &str)],
) -> Answer {
    let mut request = Request::builder().method("POST").uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut request = request
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Body::from(form(fields)))
        .unwrap();
    if let Some(shown) = shown {
        request.extensions_mut().insert(shown.clone());
    }
    world.send(request).await
}

/// Asks for a token as the system `he-thong`.
async fn token(world: &World, shown: Option<&SharedCertificate>) -> Answer {
    let fields = [CREDENTIALS[0], ("client_id", "he-thong")];
    call(world, ("/oauth2/token", &[]), shown, &fields).await
}

async fn put_system(world: &World, changed: Value) {
    let mut spec = json!({
        "name": "Kho hồ sơ", "grant_types": ["client_credentials"], "scopes": ["doc"],
    });
    let members = spec.as_object_mut().unwrap();
    members.extend(changed.as_object().unwrap().clone());
    world.put_client("he-thong", spec).await;
}

fn refused() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

each_database! {
    async fn a_certificate_of_an_authority_proves_a_system_by_its_registered_name(world: &World) {
        for (form, name, expected) in [
            ("subject_dn", NAME, 200),
            ("subject_dn", "CN=kho.ho-so,C=VN", 401),
            ("san_dns", "KHO.h34.example", 200),
            ("san_dns", "h34.example", 401),
            ("san_uri", "urn:h34:kho", 200),
            ("san_ip", "10.34.1.9", 200),
            ("san_ip", "10.34.1.8", 401),
            ("san_email", "kho@h34.example", 200),
        ] {
            let spec = json!({ "auth_method": "tls_client_auth", "tls_name": form, "tls_subject": name });
            put_system(world, spec).await;
            let answer = token(world, Some(&known(true))).await;
            assert_eq!(answer.status.as_u16(), expected, "{form} {name}: {}", answer.text);
        }
        assert_eq!(token(world, Some(&known(false))).await.refusal(), refused(), "no authority");
        assert_eq!(token(world, Some(&other())).await.refusal(), refused(), "another name");
        assert_eq!(token(world, None).await.refusal(), refused());
        // Nothing else proves it, not even together with the certificate.
        let secret = world.secret("he-thong").await;
        let fields = [CREDENTIALS[0], ("client_id", "he-thong"), ("client_secret", &secret)];
        let both = call(world, ("/oauth2/token", &[]), Some(&known(true)), &fields).await;
        assert_eq!(both.refusal(), refused());
    }

    async fn a_self_signed_certificate_proves_a_system_whose_key_is_registered(world: &World) {
        let shown = known(false);
        let PublicKey::P256(point) = certificate::public_key(&shown.der).unwrap() else {
            panic!("another key");
        };
        let coordinate = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let key = json!({ "kty": "EC", "crv": "P-256",
            "x": coordinate(&point[1..33]), "y": coordinate(&point[33..]) });
        let mut with_certificate = key.clone();
        with_certificate["x5c"] = json!([STANDARD.encode(&shown.der)]);
        let mut another = key.clone();
        another["x5c"] = json!([STANDARD.encode(&other().der)]);
        for (jwk, expected) in [(key, 200), (with_certificate, 200), (another, 401)] {
            let spec = json!({ "auth_method": "self_signed_tls_client_auth", "jwks": { "keys": [jwk] } });
            put_system(world, spec).await;
            let answer = token(world, Some(&shown)).await;
            assert_eq!(answer.status.as_u16(), expected, "{}", answer.text);
        }
        assert_eq!(token(world, Some(&other())).await.refusal(), refused());
        assert_eq!(token(world, None).await.refusal(), refused());
    }

    async fn tokens_are_bound_to_the_certificate_that_asked(world: &World) {
        let app = App::make(world, "app", json!({ "certificate_bound_tokens": true })).await;
        let shown = known(false);
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let basic = app.basic();
        let headers = [("authorization", basic.as_str())];
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()),
            ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        let without = call(world, ("/oauth2/token", &headers), None, &fields).await;
        assert_eq!(without.refusal(), (400, "invalid_request".to_owned()));
        let answer = call(world, ("/oauth2/token", &headers), Some(&shown), &fields).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let answer = answer.json();
        assert_eq!(answer["token_type"], "Bearer");
        let token = answer["access_token"].as_str().unwrap();
        let bound = json!({ "x5t#S256": thumbprint(&shown) });
        assert_eq!(claims(token)["cnf"], bound);

        let told = call(world, ("/oauth2/introspect", &headers), None, &[("token", token)]).await.json();
        assert_eq!((&told["cnf"], &told["token_type"]), (&bound, &json!("Bearer")));
        let bearer = format!("Bearer {token}");
        let bearer = [("authorization", bearer.as_str())];
        let ask = async |shown: Option<&SharedCertificate>| {
            call(world, ("/oauth2/userinfo", &bearer), shown, &[]).await.status.as_u16()
        };
        assert_eq!(ask(Some(&shown)).await, 200);
        assert_eq!(ask(None).await, 401);
        assert_eq!(ask(Some(&other())).await, 401);
        // A client that proves itself may have a new certificate when it renews.
        let refresh = answer["refresh_token"].as_str().unwrap();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh)];
        let newer = other();
        let renewed = call(world, ("/oauth2/token", &headers), Some(&newer), &fields).await.json();
        let renewed = claims(renewed["access_token"].as_str().unwrap());
        assert_eq!(renewed["cnf"]["x5t#S256"], thumbprint(&newer));
    }

    async fn a_public_client_renews_with_the_same_certificate_only(world: &World) {
        let spec = json!({ "auth_method": "none", "certificate_bound_tokens": true });
        let mut whole = crate::kit::web_app();
        whole.as_object_mut().unwrap().extend(spec.as_object().unwrap().clone());
        world.put_client("public", whole).await;
        let app = App { world, id: "public", secret: String::new() };
        let mut browser = world.signed_on().await;
        let code = app.code(&mut browser, &[]).await;
        let shown = known(false);
        let fields = [("grant_type", "authorization_code"), ("code", code.as_str()), ("client_id", "public"),
            ("redirect_uri", REDIRECT), ("code_verifier", VERIFIER)];
        let answer = call(world, ("/oauth2/token", &[]), Some(&shown), &fields).await.json();
        let refresh = answer["refresh_token"].as_str().unwrap();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("client_id", "public")];
        let stolen = call(world, ("/oauth2/token", &[]), Some(&other()), &fields).await;
        assert_eq!(stolen.refusal(), (400, "invalid_grant".to_owned()));
        let own = call(world, ("/oauth2/token", &[]), Some(&shown), &fields).await;
        assert_eq!(own.status.as_u16(), 200, "{}", own.text);
    }

    async fn a_system_registers_its_certificate_itself(world: &World) {
        assert_eq!(world.call("GET", "/.well-known/openid-configuration", &[], "").await.json()
            ["tls_client_certificate_bound_access_tokens"], Value::Null, "no door takes one here");
        let admin = world.admin();
        let headers = [("authorization", admin.as_str()), ("content-type", "application/json")];
        let body = json!({ "client_name": "Kho", "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "kho.h34.example",
            "tls_client_certificate_bound_access_tokens": true });
        let made = world.call("POST", "/oauth2/register", &headers, &body.to_string()).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let made = made.json();
        assert_eq!(made["tls_client_auth_san_dns"], "kho.h34.example");
        assert_eq!(made["tls_client_certificate_bound_access_tokens"], true);
        assert_eq!(made["client_secret"], Value::Null);
        let id = made["client_id"].as_str().unwrap();
        let fields = [CREDENTIALS[0], ("client_id", id)];
        let answer = call(world, ("/oauth2/token", &[]), Some(&known(true)), &fields).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        for (name, value) in [("tls_client_auth_subject_dn", "no name"), ("tls_client_auth_san_ip", "x")] {
            let mut wrong = body.clone();
            wrong.as_object_mut().unwrap().remove("tls_client_auth_san_dns");
            wrong[name] = json!(value);
            let refused = world.call("POST", "/oauth2/register", &headers, &wrong.to_string()).await;
            assert_eq!(refused.refusal(), (400, "invalid_client_metadata".to_owned()), "{name}");
        }
        let mut two = body.clone();
        two["tls_client_auth_san_uri"] = json!("urn:x");
        let refused = world.call("POST", "/oauth2/register", &headers, &two.to_string()).await;
        assert_eq!(refused.refusal(), (400, "invalid_client_metadata".to_owned()));
    }
}

#[tokio::test]
async fn certificates_are_announced_only_where_a_door_takes_them() {
    let announced = async |header: &str, proxies: &[&str], certificate: &str, url: &str| {
        let made = lgsp_testkit::TestPlatform::sqlite().unwrap();
        let world = World::start_with(&made, |config| {
            config.server.client_certificate_header = header.to_owned();
            config.server.trusted_proxies = proxies.iter().map(|one| (*one).to_owned()).collect();
            config.server.tls_certificate_file = certificate.to_owned();
            config.identity.mtls_url = url.to_owned();
        })
        .await;
        let path = "/.well-known/openid-configuration";
        let told = world.call("GET", path, &[], "").await.json();
        world.stop().await;
        let methods = told["token_endpoint_auth_methods_supported"].to_string();
        let alias = told["mtls_endpoint_aliases"]["token_endpoint"].clone();
        assert_eq!(methods.contains("tls_client_auth"), alias.is_string());
        alias.as_str().map(str::to_owned)
    };
    let own = Some(format!("{ISSUER}/oauth2/token"));
    let door = Some("https://m.test/oauth2/token".to_owned());
    let (url, file) = ("https://m.test/", "cert.pem");
    assert_eq!(announced("client-cert", &["10.0.0.1"], "", "").await, own);
    assert_eq!(announced("client-cert", &["10.0.0.1"], "", url).await, door);
    assert_eq!(
        announced("client-cert", &[], "", url).await,
        None,
        "no proxy is believed"
    );
    assert_eq!(
        announced("", &[], file, url).await,
        door,
        "the service door asks"
    );
    assert_eq!(
        announced("", &[], file, "").await,
        None,
        "the service door has no address"
    );
    assert_eq!(announced("", &[], "", url).await, None, "nobody speaks TLS");
}
