//! Keys that turn, on both sides, and tokens that prove a client.
//!
//! Owns: subjects of key rotation and of client assertions.

use std::sync::Arc;

use lgsp_sso::keys::SigningKey;
use serde_json::{Value, json};

use crate::conformance::kit::{Auth, Op, Rp, Site, header, key_set, new_key};

fn kids(set: &Value) -> Vec<String> {
    let keys = set["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// The administrator turns the keys. The first call makes the key that follows; it signs after it
/// was published for ten minutes.
async fn rotate(op: &Op<'_>) {
    let admin = op.world.admin();
    let headers = [
        ("content-type", "application/json"),
        ("authorization", admin.as_str()),
    ];
    let body = json!({ "purpose": "token", "alg": "ES256", "at_once": false }).to_string();
    for (wait_s, status) in [(0, 409), (600, 200)] {
        op.world.pass_s(wait_s);
        let path = "/api/v1/signing-keys/rotate";
        let answer = op.world.call("POST", path, &headers, &body).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
    }
}

pub(in crate::conformance) async fn oidcc_server_rotate_keys(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let before = rp.sign_on(&mut op.world.browser(), &[]).await;
    let known = kids(&op.jwks().await);
    rotate(op).await;
    let after = rp.sign_on(&mut op.world.browser(), &[]).await;
    let (old, new) = (header(before.id_token()), header(after.id_token()));
    assert_ne!(old["kid"], new["kid"]);
    let published = kids(&op.jwks().await);
    assert!(
        published.iter().any(|kid| !known.contains(kid)),
        "a new key"
    );
    assert!(
        known.iter().all(|kid| published.contains(kid)),
        "and the old ones"
    );
}

/// A client that proves itself by a key at its own address.
async fn with_key<'a>(op: &'a Op<'a>, site: &Site, key: SigningKey) -> Rp<'a> {
    site.publish("/jwks", &key_set(&key).to_string());
    let changed = json!({
        "jwks_uri": site.at("/jwks"), "token_endpoint_auth_method": "private_key_jwt",
    });
    let mut rp = op.client("rp", changed).await;
    rp.auth = Auth::Key(Arc::new(key));
    rp
}

pub(in crate::conformance) async fn oidcc_refresh_token_rp_key_rotation(op: &Op<'_>) {
    let site = Site::start().await;
    let mut rp = with_key(op, &site, new_key()).await;
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let first = rp.sign_on(&mut op.world.browser(), &asked).await;
    let next = new_key();
    site.publish("/jwks", &key_set(&next).to_string());
    op.world.pass_s(60);
    rp.auth = Auth::Key(Arc::new(next));
    let second = rp.checked(&rp.renew(first.refresh()).await).await;
    assert_eq!(second.claims["sub"], first.claims["sub"]);
    assert_eq!(rp.userinfo(second.access()).await.status.as_u16(), 200);
    assert_eq!(site.read_count("/jwks"), 2, "once for each key");
}

pub(in crate::conformance) async fn oidcc_ensure_client_assertion_with_iss_aud_succeeds(
    op: &Op<'_>,
) {
    let key = new_key();
    let changed = json!({
        "jwks": key_set(&key), "token_endpoint_auth_method": "private_key_jwt",
    });
    let rp = op.client("rp", changed).await;
    let callback = rp.authorize(&mut op.world.browser(), &[]).await;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", callback.get("code").unwrap()),
        ("redirect_uri", &rp.redirect),
    ];
    let elsewhere = rp.assertion(&key, "https://other.test");
    let refused = rp.token_with(&elsewhere, &fields).await;
    assert_eq!(refused.refusal(), (401, "invalid_client".to_owned()));
    let assertion = rp.assertion(&key, op.variant.issuer);
    rp.checked(&rp.token_with(&assertion, &fields).await).await;
}
