//! The known-answer vector of the interface.
//!
//! Owns: MAC and digest texts.
//! Not here: the check of a whole call (`operations.rs`).
//! Invariant: values are literal, not computed here.
//! Follows: vectors of the VXP interface (synthetic).

use lgsp_simulator::client::sign_header;
use lgsp_simulator::mac;

const SECRET: &str = "demo-secret-not-real";
const FILE_UNPADDED: &str = "465c98a94a11676aaf3262a80684eb2277a16715db46037ddf561452dc4d";

#[test]
fn send_call_has_the_known_mac() {
    let names = [
        ("Content-Type", "application/octet-stream"),
        ("hash-file", FILE_UNPADDED),
        ("messagetype", "edoc"),
        ("servicetype", "eDoc"),
        ("from", "H34.01"),
        ("systemid", "demo.lgsp.h34"),
        ("timestamp", "22112026T131500+0042"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()));
    let (text, keys) = sign_header(&names);
    assert_eq!(
        keys,
        "Content-Type;hash-file;messagetype;servicetype;from;systemid;timestamp"
    );
    assert_eq!(text.len(), 308);
    let key = mac::key(SECRET);
    let expected = "1e1c84e572d8ece9d86a6fe65bf3b1b83f06fe1ff006ec4e3ac69d66747682dc";
    assert_eq!(mac::sign(&key, text.as_bytes()), expected);
    assert!(mac::is_signed(&key, text.as_bytes(), expected));
    assert!(mac::is_signed(
        &key,
        text.as_bytes(),
        &expected.to_uppercase()
    ));
    assert!(!mac::is_signed(
        &key,
        text.as_bytes(),
        &expected.replace('1', "2")
    ));
    assert!(!mac::is_signed(&key, text.as_bytes(), "zz"));
}

#[test]
fn list_call_has_the_known_mac() {
    let text = concat!(
        r#"{"XroadVnpt-timestamp":"22112026T131500+0042","XroadVnpt-systemid":"demo.lgsp.h34","#,
        r#""XroadVnpt-Content-Type":"application/octet-stream","XroadVnpt-servicetype":"eDoc","#,
        r#""XroadVnpt-messagetype":"edoc"}"#
    );
    assert_eq!(
        mac::sign(&mac::key(SECRET), text.as_bytes()),
        "f2ff2f0439b000b21163f7d51ee7b4716a077ae9b7aa32d73d3dfb2f9c750b88"
    );
}

#[test]
fn digest_has_two_spellings() {
    let digest = mac::sha256(b"abc");
    let padded = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let unpadded = "ba7816bf8f1cfea414140de5dae2223b0361a396177a9cb410ff61f2015ad";
    assert_eq!(mac::hex_padded(&digest), padded);
    assert_eq!(mac::hex_unpadded(&digest), unpadded);
    for text in [
        padded,
        unpadded,
        &padded.to_uppercase(),
        &unpadded.to_uppercase(),
    ] {
        assert!(mac::is_digest_of(text, b"abc"), "{text}");
        assert!(!mac::is_digest_of(text, b"abd"), "{text}");
    }
}

#[test]
fn vector_body_has_the_known_digest() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/samples/vectors"
    );
    let Ok(body) = std::fs::read(format!("{folder}/vxp_body.edxml")) else {
        return eprintln!("skipped: no samples");
    };
    assert_eq!(body.len(), 2_611);
    assert_eq!(mac::hex_unpadded(&mac::sha256(&body)), FILE_UNPADDED);
}
