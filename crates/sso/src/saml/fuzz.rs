//! Fuzz functions of SAML; the loops also run in the tests.
//!
//! Owns: what must hold for any bytes: no panic, and a canonical form that reads back as itself.

use super::{
    authn::AuthnRequest,
    bindings::Inbound,
    logout::{LogoutRequest, LogoutResponse},
    metadata,
    signature::{PublicKey, certificate, verify},
    xml::{Canonical, Document, XmlFault, canonicalise},
};

/// Any bytes as a message, as metadata and as a certificate.
pub fn fuzz_saml(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let inbound = [Inbound::from_query(&text), Inbound::from_form(&text)];
    for inbound in inbound.into_iter().flatten() {
        inbound.check_signature(&[]).ok();
    }
    certificate::public_key(data).ok();
    metadata::import(data).ok();
    let Ok(document) = Document::parse(data) else {
        return;
    };
    AuthnRequest::read(&document.root).ok();
    LogoutRequest::read(&document.root).ok();
    LogoutResponse::read(&document.root).ok();
    let key = PublicKey::P256(vec![4; 65]);
    assert!(verify(&document.root, &[key]).is_err(), "nobody signed it");
}

/// Any bytes that are a document: its canonical form is a document with the same form.
///
/// # Panics
/// When it is not: a bug.
pub fn fuzz_c14n(data: &[u8]) {
    let Ok(document) = Document::parse(data) else {
        return;
    };
    for with_comments in [false, true] {
        let what = Canonical {
            with_comments,
            ..Canonical::whole(&document.root)
        };
        let once = canonicalise(&what);
        let again = match Document::parse(once.as_bytes()) {
            Ok(again) => again,
            // Escaping makes a document longer.
            Err(fault) => {
                assert_eq!(fault, XmlFault::TooLong, "{once}");
                continue;
            }
        };
        let twice = canonicalise(&Canonical {
            with_comments,
            ..Canonical::whole(&again.root)
        });
        assert_eq!(once, twice, "form of the form");
    }
}
