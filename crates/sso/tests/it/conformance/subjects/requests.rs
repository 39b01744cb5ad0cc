//! Request objects, by value and by reference.
//!
//! Owns: subjects of `request` and `request_uri`.

use serde_json::json;

use super::assert_page;
use crate::conformance::kit::{Op, Rp, Site, key_set, new_key, rsa_key};

/// Where a client publishes its request object.
const PATH: &str = "/request.jwt";

/// Unsigned request objects are not offered, and are refused, never passed over: the code that a
/// provider would give that passed it over does not come even in a browser that is signed on.
pub(in crate::conformance) async fn oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    op: &Op<'_>,
) {
    assert_none_is_not_offered(op).await;
    let rp = op.client("rp", json!({})).await;
    let object = rp.request_object(None, &[]);
    for mut browser in [op.world.browser(), op.world.signed_on().await] {
        let callback = rp.at_once(&mut browser, &[("request", &object)]).await;
        assert_eq!(callback.error(), "request_not_supported");
    }
}

async fn assert_none_is_not_offered(op: &Op<'_>) {
    let metadata = op.metadata().await;
    assert_eq!(metadata["request_parameter_supported"], true);
    assert_eq!(metadata["request_uri_parameter_supported"], true);
    let offered = &metadata["request_object_signing_alg_values_supported"];
    assert!(
        !offered.as_array().unwrap().contains(&json!("none")),
        "{offered}"
    );
}

/// What is inside a request object wins: the address outside is one that may not be followed.
pub(in crate::conformance) async fn oidcc_ensure_request_object_with_redirect_uri(op: &Op<'_>) {
    let key = new_key();
    let rp = op.client("rp", json!({ "jwks": key_set(&key) })).await;
    let object = rp.request_object(Some(&key), &[]);
    let outside = [
        ("request", object.as_str()),
        ("redirect_uri", "https://rp.test/wrong"),
        ("state", ""),
        ("nonce", ""),
    ];
    rp.sign_on(&mut op.world.browser(), &outside).await;
    // As the official suite sends it: unsigned. Neither address hears of it.
    let object = rp.request_object(None, &[]);
    let outside = [
        ("request", object.as_str()),
        ("redirect_uri", "https://rp.test/wrong"),
    ];
    let answer = op.world.browser().get(&rp.request(&outside).await).await;
    assert_page(&answer);
}

/// An unsigned object at a registered address is read, and refused.
async fn unsigned_by_reference(op: &Op<'_>) {
    assert_none_is_not_offered(op).await;
    let site = Site::start().await;
    let address = site.at(PATH);
    let rp = op.client("rp", json!({ "request_uris": [&address] })).await;
    site.publish(PATH, &rp.request_object(None, &[]));
    for mut browser in [op.world.browser(), op.world.signed_on().await] {
        let callback = rp.at_once(&mut browser, &[("request_uri", &address)]).await;
        assert_eq!(callback.error(), "request_uri_not_supported");
    }
    assert_eq!(site.read_count(PATH), 2);
}

pub(in crate::conformance) async fn oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    op: &Op<'_>,
) {
    unsigned_by_reference(op).await;
}

/// The official suite demands here that the unsigned object is used; this provider never does.
pub(in crate::conformance) async fn oidcc_request_uri_unsigned(op: &Op<'_>) {
    unsigned_by_reference(op).await;
}

pub(in crate::conformance) async fn oidcc_request_uri_signed_rs256(op: &Op<'_>) {
    let offered = op.metadata().await["request_object_signing_alg_values_supported"].clone();
    assert!(
        offered.as_array().unwrap().contains(&json!("RS256")),
        "{offered}"
    );
    let (site, key) = (Site::start().await, rsa_key());
    // A client writes the hash of what it publishes behind the address.
    let address = format!("{}#l6mgmS8DMp2Zk2TJmvpFT4mt2Bc", site.at(PATH));
    let changed = json!({
        "request_uris": [&address], "jwks": key_set(&key),
        "request_object_signing_alg": "RS256",
    });
    let rp = op.client("rp", changed).await;
    // State and nonce are known only inside.
    site.publish(PATH, &rp.request_object(Some(&key), &[]));
    let outside = [
        ("request_uri", address.as_str()),
        ("state", ""),
        ("nonce", ""),
    ];
    rp.sign_on(&mut op.world.browser(), &outside).await;
    assert!(site.read_count(PATH) >= 1);
    refused_by_reference(op, &rp, &site, &address).await;
}

/// What the address may not bring.
async fn refused_by_reference(op: &Op<'_>, rp: &Rp<'_>, site: &Site, address: &str) {
    let error = async |asked: &[(&str, &str)]| {
        let callback = rp.at_once(&mut op.world.signed_on().await, asked).await;
        callback.error().to_owned()
    };
    let by_address = [("request_uri", address)];
    site.publish(PATH, &rp.request_object(Some(&new_key()), &[]));
    assert_eq!(
        error(&by_address).await,
        "invalid_request_object",
        "a key of nobody"
    );
    let of_another = [("client_id", "another")];
    site.publish(PATH, &rp.request_object(Some(&rsa_key()), &of_another));
    assert_eq!(
        error(&by_address).await,
        "invalid_request_object",
        "another client"
    );
    site.publish(PATH, "no token");
    assert_eq!(error(&by_address).await, "invalid_request_object");
    let reads = site.read_count(PATH);
    let elsewhere = site.at("/other.jwt");
    assert_eq!(
        error(&[("request_uri", &elsewhere)]).await,
        "invalid_request_uri"
    );
    assert_eq!(site.read_count("/other.jwt"), 0, "it is not registered");
    let object = rp.request_object(Some(&rsa_key()), &[]);
    let both = [("request_uri", address), ("request", &object)];
    assert_eq!(error(&both).await, "invalid_request");
    assert_eq!(site.read_count(PATH), reads);
    let mut browser = op.world.signed_on().await;
    let silent = rp.at_once(&mut browser, &[("prompt", "none")]).await;
    assert_eq!(silent.get("error"), None, "the client itself is all right");
}
