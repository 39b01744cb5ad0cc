//! SAML and CAS with software that others wrote, against the running program.
//!
//! Owns: what each library must have seen. Not here: the libraries' side (`interop/python/`).

use lgsp_testkit::{Instance, instance::free_port, interop};
use serde_json::{Value, json};

use crate::field::{quiet_demo, start};

/// Whom the scripts sign on.
const PERSON: &str = "nguoi-thu";

/// What every script is told; makes the account that it uses.
async fn argument(instance: &Instance) -> Value {
    let password = "Thu-nghiem-2026-du-dai";
    let account = json!({
        "username": PERSON, "display_name": "Người Thử", "kind": "official",
        "email": "nguoi-thu@h34.gov.vn", "password": password,
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
        "base": instance.admin,
        "metadata_url": instance.demo["saml"]["metadata_url"],
        "token": instance.demo["admin"]["token"],
        "username": PERSON,
        "password": password,
        "xmlsec1": "/usr/bin/xmlsec1",
    })
}

#[tokio::test]
async fn pysaml2_signs_on_and_out() {
    let Some(mut script) = interop::python("saml_pysaml2.py") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let result = interop::json(&mut script, &argument(&instance).await)
        .await
        .unwrap();
    assert_eq!(result["passive"], "StatusNoPassive", "{result}");
    assert_eq!(result["attributes"]["uid"], json!([PERSON]), "{result}");
    assert_eq!(
        result["sealed_attributes"]["uid"],
        json!([PERSON]),
        "{result}"
    );
    for key in [
        "same_name",
        "other_name",
        "forced",
        "sealed",
        "sealed_logout",
    ] {
        assert_eq!(result[key], true, "{key}: {result}");
    }
    assert_eq!(result["sign_ins"], 2, "{result}");
    assert_ne!(result["tampered"], "accepted", "{result}");
    let success = "urn:oasis:names:tc:SAML:2.0:status:Success";
    assert_eq!(result["logout"], success, "{result}");
    assert_eq!(result["signed_in_after_logout"], false, "{result}");
    assert_eq!(result["signed_in_after_own_logout"], false, "{result}");
    let page = result["own_logout"].as_str().unwrap();
    assert!(page.ends_with("/sign-in?notice=signed-out"), "{result}");
}

#[tokio::test]
async fn python3_saml_signs_on_and_out() {
    let Some(mut script) = interop::python("saml_onelogin.py") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let result = interop::json(&mut script, &argument(&instance).await)
        .await
        .unwrap();
    assert_eq!(result["encrypts"], true, "{result}");
    assert_eq!(result["sealed"], true, "{result}");
    assert_eq!(result["errors"], json!([]), "{result}");
    assert_eq!(result["authenticated"], true, "{result}");
    let name = result["name_id"].as_str().unwrap();
    assert!(name.starts_with('_') && name.len() == 65, "{result}");
    let uid = "urn:oid:0.9.2342.19200300.100.1.1";
    assert_eq!(result["attributes"][uid], json!([PERSON]), "{result}");
    assert_eq!(result["relay_state"], "http://127.0.0.1:9103/trang");
    assert_eq!(result["logout_errors"], json!([]), "{result}");
    assert_eq!(result["signed_in_after_logout"], false, "{result}");
    for key in ["sealed_logout", "named_at_logout"] {
        assert_eq!(result[key], true, "{key}: {result}");
    }
    assert_eq!(result["own_logout_errors"], json!([]), "{result}");
    let page = result["own_logout"].as_str().unwrap();
    assert!(page.ends_with("/sign-in?notice=signed-out"), "{result}");
}

#[tokio::test]
async fn mod_auth_mellon_signs_on_and_out() {
    let Some(mut script) = interop::python("saml_mellon.py") else {
        return;
    };
    let apache = interop::debian("apache2");
    let module = interop::apache_module("mod_auth_mellon.so");
    let (Some(apache), Some(module)) = (apache, module) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let mut argument = argument(&instance).await;
    argument["port"] = json!(free_port().unwrap());
    argument["apache2"] = json!(apache.get_program().to_str());
    argument["modules"] = json!(module.parent().unwrap().to_str());
    let result = interop::json(&mut script, &argument).await.unwrap();
    assert_eq!(result["encrypts"], true, "{result}");
    assert_eq!(result["page"], "trang riêng", "{result}");
    assert_eq!(result["user"], PERSON, "{result}");
    assert_eq!(result["sign_ins"], 1, "{result}");
    assert_eq!(result["after_logout"], "đã ra", "{result}");
    assert_eq!(result["signed_in_after_logout"], false, "{result}");
    assert_eq!(result["signed_in_again"], true, "{result}");
    assert_eq!(result["mellon_asks_again"], 303, "{result}");
    assert_eq!(result["mellon_after_kill"], 303, "{result}");
}

#[tokio::test]
async fn python_cas_signs_on_and_out() {
    let Some(mut script) = interop::python("cas_client.py") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    assert_eq!(
        instance.demo["cas"]["base"],
        json!(format!("{}/cas", instance.admin))
    );
    let result = interop::json(&mut script, &argument(&instance).await)
        .await
        .unwrap();
    for key in ["user", "second", "first", "json"] {
        assert_eq!(result[key], PERSON, "{key}: {result}");
    }
    assert_eq!(result["attributes"]["displayName"], "Người Thử", "{result}");
    assert_eq!(result["again"], Value::Null, "{result}");
    assert_eq!(result["sign_ins"], 1, "{result}");
    assert_eq!(result["renewed"], json!([PERSON, "true", 2]), "{result}");
    for key in ["elsewhere", "logout", "heard_first", "gateway"] {
        assert_eq!(result[key], true, "{key}: {result}");
    }
    assert_eq!(result["stranger"], 403, "{result}");
    assert_eq!(result["signed_in_after_logout"], false, "{result}");
    assert_eq!(result["heard"], 5, "{result}");
}

/// Each document that we sign, as `xmlsec1` and signxml see it.
#[tokio::test]
async fn metadata_is_verified_by_others() {
    let (Some(mut xmlsec), Some(mut script)) = (
        interop::debian("xmlsec1"),
        interop::python("saml_signxml.py"),
    ) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let url = instance.demo["saml"]["metadata_url"].as_str().unwrap();
    let text = instance
        .client
        .get(url)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    let certificate = text
        .split("<ds:X509Certificate>")
        .nth(1)
        .and_then(|rest| rest.split('<').next())
        .unwrap();
    let pem = folder.path().join("idp.pem");
    let lines = format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n");
    std::fs::write(&pem, lines).unwrap();
    let document = folder.path().join("metadata.xml");
    std::fs::write(&document, &text).unwrap();
    xmlsec
        .args([
            "--verify",
            "--id-attr:ID",
            "EntityDescriptor",
            "--pubkey-cert-pem",
        ])
        .arg(&pem)
        .arg(&document);
    interop::run(&mut xmlsec).await.unwrap();
    let argument = json!({ "certificate": pem, "documents": [document] });
    let result = interop::json(&mut script, &argument).await.unwrap();
    assert_eq!(result, json!([true]));
}
