//! Clients that register themselves: what people see of them, what they publish.
//!
//! Owns: subjects of registration, and those of a sign-on that begins elsewhere.

use serde_json::{Value, json};

use crate::conformance::kit::{Auth, Op, REDIRECT, Rp, Site, key_set, new_key, usual};

/// The page that asks for consent: the first that names a client with its papers.
async fn consent_page(rp: &Rp<'_>) -> String {
    let mut browser = rp.op.world.signed_on().await;
    let answer = browser.get(&rp.request(&[]).await).await;
    let page = browser.get(answer.location()).await;
    assert_eq!(page.status.as_u16(), 200, "{}", page.text);
    let name = rp.registration["client_name"].as_str().unwrap();
    assert!(page.text.contains(name), "{}", page.text);
    page.text
}

/// A member that registration gives back, and the page that tells of it.
async fn told(op: &Op<'_>, member: &str, address: &str) -> String {
    let rp = op.client("rp", json!({ member: address })).await;
    assert_eq!(rp.registration[member], address);
    consent_page(&rp).await
}

/// The official suite wants to see the picture; this provider names its address, because a page
/// that loads it would tell the client's server who signs on where.
pub(in crate::conformance) async fn oidcc_registration_logo_uri(op: &Op<'_>) {
    let address = "https://rp.test/logo.png";
    let page = told(op, "logo_uri", address).await;
    assert!(page.contains(address), "{page}");
    assert!(!page.contains("<img"), "{page}");
}

pub(in crate::conformance) async fn oidcc_registration_policy_uri(op: &Op<'_>) {
    let address = "https://rp.test/policy";
    let page = told(op, "policy_uri", address).await;
    assert!(page.contains(&format!(r#"<a href="{address}""#)), "{page}");
}

pub(in crate::conformance) async fn oidcc_registration_tos_uri(op: &Op<'_>) {
    let address = "https://rp.test/terms";
    let page = told(op, "tos_uri", address).await;
    assert!(page.contains(&format!(r#"<a href="{address}""#)), "{page}");
}

pub(in crate::conformance) async fn oidcc_registration_jwks_uri(op: &Op<'_>) {
    let (site, key) = (Site::start().await, new_key());
    site.publish("/jwks", &key_set(&key).to_string());
    let changed = json!({
        "jwks_uri": site.at("/jwks"), "token_endpoint_auth_method": "private_key_jwt",
    });
    let mut rp = op.client("rp", changed).await;
    assert_eq!(rp.registration["jwks_uri"], site.at("/jwks"));
    rp.auth = Auth::Key(key.into());
    rp.sign_on(&mut op.world.browser(), &[]).await;
    assert_eq!(site.read_count("/jwks"), 1);
    rp.auth = Auth::Key(new_key().into());
    let callback = rp.authorize(&mut op.world.browser(), &[]).await;
    let refused = rp.redeem(callback.get("code").unwrap(), &[]).await;
    assert_eq!(
        refused.refusal(),
        (401, "invalid_client".to_owned()),
        "a key of nobody"
    );
}

/// Metadata of a client with people's identifiers for its sector, and addresses on two hosts.
fn pairwise(sector: &str) -> Value {
    json!({
        "subject_type": "pairwise", "sector_identifier_uri": sector,
        "redirect_uris": [REDIRECT, "https://rp2.test/cb"],
    })
}

pub(in crate::conformance) async fn oidcc_registration_sector_uri(op: &Op<'_>) {
    let offered = op.metadata().await["subject_types_supported"].clone();
    assert!(
        offered.as_array().unwrap().contains(&json!("pairwise")),
        "{offered}"
    );
    let site = Site::start().await;
    site.publish(
        "/sector",
        &json!([REDIRECT, "https://rp2.test/cb"]).to_string(),
    );
    let mut subjects = Vec::new();
    for name in ["rp", "rp2"] {
        let rp = op.client(name, pairwise(&site.at("/sector"))).await;
        let tokens = rp.sign_on(&mut op.world.browser(), &[]).await;
        let info = rp.userinfo(tokens.access()).await.json();
        assert_eq!(info["sub"], tokens.claims["sub"]);
        subjects.push(tokens.claims["sub"].clone());
    }
    let other = op
        .client("rp3", json!({ "subject_type": "pairwise" }))
        .await;
    let of_other = other.sign_on(&mut op.world.browser(), &[]).await;
    assert_eq!(subjects[0], subjects[1], "one sector");
    assert_ne!(subjects[0], of_other.claims["sub"], "another sector");
    assert_ne!(subjects[0], op.world.person.id.to_string());
}

pub(in crate::conformance) async fn oidcc_registration_sector_bad(op: &Op<'_>) {
    let site = Site::start().await;
    site.publish(
        "/sector",
        &json!([REDIRECT, "https://rp3.test/cb"]).to_string(),
    );
    site.publish("/broken", "{}");
    for path in ["/sector", "/broken", "/nothing"] {
        let metadata = usual("rp", &pairwise(&site.at(path)));
        let refused = op.register(&metadata).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid_client_metadata".to_owned()),
            "{path}"
        );
    }
}

pub(in crate::conformance) async fn oidcc_3rd_party_init_login(op: &Op<'_>) {
    let address = "https://rp.test/begin";
    let rp = op
        .client("rp", json!({ "initiate_login_uri": address }))
        .await;
    assert_eq!(rp.registration["initiate_login_uri"], address);
    let path = rp.registration["registration_client_uri"].as_str().unwrap();
    let path = path.strip_prefix(op.variant.issuer).unwrap();
    let token = rp.registration["registration_access_token"]
        .as_str()
        .unwrap();
    let bearer = format!("Bearer {token}");
    let read = op
        .world
        .call("GET", path, &[("authorization", &bearer)], "")
        .await;
    assert_eq!(read.status.as_u16(), 200, "{}", read.text);
    assert_eq!(read.header("content-type"), "application/json");
    assert_eq!(read.json()["initiate_login_uri"], address);
}

pub(in crate::conformance) async fn oidcc_3rd_party_init_login_nohttps(op: &Op<'_>) {
    let plain = json!({ "initiate_login_uri": "http://rp.test/begin" });
    let refused = op.register(&usual("rp", &plain)).await;
    assert_eq!(
        refused.refusal(),
        (400, "invalid_client_metadata".to_owned())
    );
}
