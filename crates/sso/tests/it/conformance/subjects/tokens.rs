//! Identity tokens, codes that come twice, refresh tokens.
//!
//! Owns: subjects of the token endpoint.

use serde_json::{Value, json};

use crate::{
    conformance::kit::{Op, Rp, Tokens, header},
    kit::Answer,
};

/// The client says nothing of algorithms: RSA, by a key that the token names.
pub(in crate::conformance) async fn oidcc_idtoken_signature(op: &Op<'_>) {
    let default = json!({ "id_token_signed_response_alg": null });
    signed_with_rsa(op, default).await;
}

pub(in crate::conformance) async fn oidcc_idtoken_rs256(op: &Op<'_>) {
    let asked = json!({ "id_token_signed_response_alg": "RS256" });
    signed_with_rsa(op, asked).await;
}

async fn signed_with_rsa(op: &Op<'_>, changed: Value) {
    let rp = op.client("rp", changed).await;
    let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
    let header = header(tokens.id_token());
    assert_eq!(header["alg"], "RS256");
    let set = op.jwks().await;
    let key = set["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"]);
    assert_eq!(key.unwrap()["kty"], "RSA");
}

/// Unsigned identity tokens are not offered, and nobody gets them.
pub(in crate::conformance) async fn oidcc_idtoken_unsigned(op: &Op<'_>) {
    let offered = op.metadata().await["id_token_signing_alg_values_supported"].clone();
    assert!(
        !offered.as_array().unwrap().contains(&json!("none")),
        "{offered}"
    );
    let unsigned = json!({ "id_token_signed_response_alg": "none" });
    let refused = op
        .register(&crate::conformance::kit::usual("rp", &unsigned))
        .await;
    assert_eq!(
        refused.refusal(),
        (400, "invalid_client_metadata".to_owned())
    );
}

/// A refusal of the token endpoint in the form that RFC 6749, section 5.2 gives it.
fn assert_invalid_grant(answer: &Answer) {
    assert_eq!(
        answer.refusal(),
        (400, "invalid_grant".to_owned()),
        "{}",
        answer.text
    );
    assert_eq!(answer.header("content-type"), "application/json");
    let told = answer.json();
    let words = told["error_description"].as_str().unwrap();
    let is_plain = |byte: u8| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e);
    assert!(words.bytes().all(is_plain), "{words}");
}

async fn reused(rp: &Rp<'_>, after_s: i64) -> Tokens {
    let callback = rp.authorize(&mut rp.op.world.browser(), &[]).await;
    let code = callback.get("code").unwrap().to_owned();
    let tokens = rp.checked(&rp.redeem(&code, &[]).await).await;
    assert_eq!(rp.userinfo(tokens.access()).await.status.as_u16(), 200);
    rp.op.world.pass_s(after_s);
    assert_invalid_grant(&rp.redeem(&code, &[]).await);
    tokens
}

pub(in crate::conformance) async fn oidcc_codereuse(op: &Op<'_>) {
    reused(&op.client("rp", json!({})).await, 0).await;
}

pub(in crate::conformance) async fn oidcc_codereuse_30seconds(op: &Op<'_>) {
    let rp = op.client("rp", json!({})).await;
    let tokens = reused(&rp, 30).await;
    let refused = rp.userinfo(tokens.access()).await;
    assert_eq!(
        refused.status.as_u16(),
        401,
        "what came from the code is dead"
    );
    assert_invalid_grant(&rp.renew(tokens.refresh()).await);
}

/// A client that asks for a refresh token, and its first use.
async fn refreshed<'a>(op: &'a Op<'a>, name: &str) -> (Rp<'a>, Tokens) {
    let rp = op.client(name, json!({})).await;
    let asked = [("scope", "openid offline_access"), ("prompt", "consent")];
    let first = rp.sign_on(&mut op.world.browser(), &asked).await;
    let is_allowed = |byte: u8| (0x20..=0x7e).contains(&byte);
    assert!(first.refresh().bytes().all(is_allowed));
    op.world.pass_s(5);
    let second = rp.checked(&rp.renew(first.refresh()).await).await;
    for same in ["iss", "sub", "aud", "azp", "auth_time"] {
        assert_eq!(second.claims[same], first.claims[same], "{same}");
    }
    assert!(second.claims["iat"].as_i64() > first.claims["iat"].as_i64());
    assert!(
        second.claims.get("nonce").is_none(),
        "it answers no authorisation request"
    );
    assert_ne!(second.access(), first.access());
    let info = rp.userinfo(second.access()).await.json();
    assert_eq!(info["sub"], first.claims["sub"]);
    (rp, second)
}

pub(in crate::conformance) async fn oidcc_refresh_token(op: &Op<'_>) {
    let grants = op.metadata().await["grant_types_supported"].clone();
    assert!(grants.as_array().unwrap().contains(&json!("refresh_token")));
    let (one, _) = refreshed(op, "rp").await;
    let (_, of_two) = refreshed(op, "rp2").await;
    assert_invalid_grant(&one.renew(of_two.refresh()).await);
}
