//! The OpenID provider with relying parties that others wrote, against the running program.
//!
//! Owns: what each of them must have seen. Not here: their side (`interop/python/rp_*.py`,
//! `interop/node/rp-*.mjs`).

use std::process::Command;

use lgsp_testkit::{Instance, instance::free_port, interop};
use serde_json::{Value, json};

use crate::field::{quiet_demo, start};

/// Whom the scripts sign on.
const PERSON: &str = "nguoi-thu";
const MAIL: &str = "nguoi-thu@h34.gov.vn";

/// What every script is told; makes the account that it uses.
async fn argument(instance: &Instance) -> Value {
    let password = "Thu-nghiem-2026-du-dai";
    let account = json!({
        "username": PERSON, "display_name": "Người Thử", "kind": "official",
        "email": MAIL, "password": password,
    });
    let url = format!("{}/api/v1/accounts", instance.admin);
    let answer = instance
        .client
        .post(url)
        .json(&account)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 201, "{}", answer.text().await.unwrap());
    json!({
        "base": instance.demo["oidc"]["issuer"],
        "token": instance.demo["admin"]["token"],
        "username": PERSON,
        "password": password,
    })
}

/// What a script saw of an instance of its own.
async fn seen(script: &mut Command, more: Value) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let mut argument = argument(&instance).await;
    for (name, value) in more.as_object().into_iter().flatten() {
        argument[name] = value.clone();
    }
    interop::json(script, &argument).await.unwrap()
}

/// Every value of `expected` is in `result`.
fn assert_has(result: &Value, expected: &Value) {
    for (name, value) in expected.as_object().into_iter().flatten() {
        assert_eq!(&result[name], value, "{name}: {result}");
    }
}

#[tokio::test]
async fn openid_client_signs_on_and_out() {
    let Some(mut script) = interop::node("rp-openid-client.mjs") else {
        return;
    };
    let result = seen(&mut script, json!({})).await;
    let expected = json!({
        "signIns": 1, "consents": 1, "alg": "RS256", "username": PERSON, "email": MAIL,
        "rotated": true, "sameSub": true, "renewedInfo": true,
        "reused": "invalid_grant", "afterReuse": "invalid_grant",
        "pushed": true, "signInsPushed": 1, "codeTwice": "invalid_grant",
        "passive": "consent_required", "revoked": "invalid_grant",
        "loggedOut": true, "signedInAfterLogout": false,
    });
    assert_has(&result, &expected);
}

#[tokio::test]
async fn oauth4webapi_signs_on_with_keys_and_out() {
    let Some(mut script) = interop::node("rp-oauth4webapi.mjs") else {
        return;
    };
    let result = seen(&mut script, json!({})).await;
    let expected = json!({
        "oauthMetadata": true, "signIns": 1, "consents": 1, "tokenType": "dpop",
        "infoType": "application/jwt", "username": PERSON, "unbound": 401,
        "rotated": true, "renewedName": PERSON,
        "reused": "invalid_grant", "afterReuse": "invalid_grant", "revoked": "invalid_grant",
        "loggedOut": true, "signedInAfterLogout": false,
    });
    assert_has(&result, &expected);
}

#[tokio::test]
async fn oidc_client_ts_signs_on_and_out_as_a_page() {
    let Some(mut script) = interop::node("rp-oidc-client-ts.mjs") else {
        return;
    };
    let result = seen(&mut script, json!({})).await;
    let expected = json!({
        "signIns": 1, "consents": 1, "state": { "page": "/a" }, "username": PERSON, "email": MAIL,
        "sessionState": true, "rotated": true, "sameSub": true,
        "reused": "invalid_grant", "afterReuse": "invalid_grant", "preflights": true,
        "logoutState": { "page": "/b" }, "signedInAfterLogout": false,
    });
    assert_has(&result, &expected);
}

#[tokio::test]
async fn authlib_signs_on_and_out() {
    let Some(mut script) = interop::python("rp_authlib.py") else {
        return;
    };
    let result = seen(&mut script, json!({})).await;
    let expected = json!({
        "sign_ins": 1, "consents": 1, "alg": "EdDSA", "same_sub": true, "username": PERSON,
        "email": MAIL, "name": "Người Thử", "asked_again": false,
        "wrong_verifier": "invalid_grant", "passive": true,
        "rotated": true, "renewed_sub": true, "renewed_info": true,
        "reused": "invalid_grant", "after_reuse": "invalid_grant", "revoked": "invalid_grant",
        "logged_out": true, "signed_in_after_logout": false,
    });
    assert_has(&result, &expected);
}

#[tokio::test]
async fn idpyoidc_signs_on_and_out() {
    let Some(mut script) = interop::python("rp_idpyoidc.py") else {
        return;
    };
    let result = seen(&mut script, json!({})).await;
    let expected = json!({
        "grants": ["authorization_code", "refresh_token"], "sign_ins": 1, "consents": 1,
        "username": PERSON, "email": MAIL, "same_sub": true, "issuer": true,
        "rotated": true, "renewed_info": true,
        "reused": "invalid_grant", "after_reuse": "invalid_grant",
        "heard": 1, "heard_state": true,
        "logged_out": true, "signed_in_after_logout": false,
    });
    assert_has(&result, &expected);
}

#[tokio::test]
async fn mod_auth_openidc_signs_on_and_out() {
    let Some(mut script) = interop::python("rp_mod_auth_openidc.py") else {
        return;
    };
    let apache = interop::debian("apache2");
    let module = interop::apache_module("mod_auth_openidc.so");
    let (Some(apache), Some(module)) = (apache, module) else {
        return;
    };
    let more = json!({
        "port": free_port().unwrap(),
        "apache2": apache.get_program().to_str(),
        "modules": module.parent().unwrap().to_str(),
    });
    let result = seen(&mut script, more).await;
    let expected = json!({
        "page": "trang riêng", "user": PERSON, "mail": MAIL, "issuer": true,
        "sign_ins": 1, "consents": 1, "renewed": true, "user_renewed": PERSON,
        "after_logout": "đã ra", "signed_in_after_logout": false,
        "asks_again": 302, "consents_again": 1, "asks_after_kill": 302,
    });
    assert_has(&result, &expected);
}
