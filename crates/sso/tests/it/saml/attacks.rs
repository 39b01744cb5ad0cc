//! Attacks on signed messages: wrapping, comments, identifiers, algorithms, keys.
//!
//! Owns: at least 500 changed messages of which none names another person.
//! Follows: Somorovsky et al., "On Breaking SAML" (XSW1 to XSW8); CVE-2024-45409,
//! CVE-2025-47949, CVE-2025-54369, CVE-2025-66567.

use lgsp_sso::saml::{
    bindings::Inbound,
    names::{ASSERTION, PROTOCOL},
    signature::{Method, PublicKey},
};

use super::kit::{HONEST, NOW, TestSigner, person, response, signature, signed, signed_assertion};

const EVIL: &str = "ke-gian";

fn evil_assertion(id: &str, inside: &str) -> String {
    format!(
        "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"{NOW}\"><saml:Issuer>https://idp.example/</saml:Issuer>{inside}\
         <saml:Subject><saml:NameID>{EVIL}</saml:NameID></saml:Subject></saml:Assertion>"
    )
}

fn without_signature(text: &str) -> String {
    text.replace(signature(text), "")
}

fn object(inside: &str) -> String {
    format!("<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{inside}</ds:Object>")
}

/// A signature with something more at its end.
fn stuffed(signature: &str, inside: &str) -> String {
    signature.replace("</ds:Signature>", &format!("{inside}</ds:Signature>"))
}

/// XSW1 to XSW8 for one identifier of the false part.
fn wrapped(id: &str, signer: &TestSigner) -> Vec<String> {
    let honest = signed_assertion(signer, "_a", HONEST);
    let bare = without_signature(&honest);
    let own = signature(&honest).to_owned();
    let whole = signed(&response("_r", &bare), "_r", "</saml:Issuer>", signer);
    let whole_bare = without_signature(&whole);
    let of_whole = signature(&whole).to_owned();
    let evil = evil_assertion(id, "");
    let extension = |inside: &str| format!("<samlp:Extensions>{inside}</samlp:Extensions>");
    vec![
        // 1 and 2: the signed response within, or beside, its signature in a false response.
        response(id, &format!("{}{evil}", stuffed(&of_whole, &whole_bare))),
        response(
            id,
            &format!("{}{evil}", stuffed(&of_whole, &object(&whole_bare))),
        ),
        response(id, &format!("{of_whole}{whole_bare}{evil}")),
        response(id, &format!("{whole_bare}{of_whole}{evil}")),
        // 3 and 4: the false assertion beside, or around, the signed one.
        response("_r", &format!("{evil}{honest}")),
        response("_r", &format!("{honest}{evil}")),
        response("_r", &evil_assertion(id, &honest)),
        // 5 and 6: the signature moves to the false one.
        response("_r", &format!("{}{bare}", evil_assertion(id, &own))),
        response("_r", &format!("{bare}{}", evil_assertion(id, &own))),
        response("_r", &evil_assertion(id, &stuffed(&own, &bare))),
        // 7: the false one in an extension.
        response("_r", &format!("{}{honest}", extension(&evil))),
        response("_r", &format!("{evil}{}", extension(&honest))),
        // 8: the signed one in an object of the signature.
        response("_r", &evil_assertion(id, &stuffed(&own, &object(&bare)))),
        response(
            "_r",
            &evil_assertion(id, &format!("{own}{}", object(&bare))),
        ),
    ]
}

#[test]
fn wrapping_names_nobody_else() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let mut tried = 0;
    for id in ["_evil", "_a", "_r", "", "_A", "_a ", "_request"] {
        for text in wrapped(id, &signer) {
            // Other spellings of the same identifiers.
            for (from, to) in [
                ("", ""),
                (" ID=\"_a\"", " Id=\"_a\""),
                (" ID=\"_a\"", " xml:id=\"_a\""),
                (" ID=\"_a\"", " ID=\"_a\" Id=\"_evil\""),
                ("URI=\"#_a\"", "URI=\"\""),
                ("URI=\"#_a\"", "URI=\"#xpointer(id('_a'))\""),
            ] {
                let text = if from.is_empty() {
                    text.clone()
                } else {
                    text.replacen(from, to, 1)
                };
                tried += 1;
                let found = person(&text, &keys);
                assert!(found.is_err(), "{found:?} in {text}");
            }
        }
    }
    assert!(tried >= 500, "{tried} attacks");
}

#[test]
fn a_signed_logout_request_cannot_be_wrapped() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let request = |id: &str, person: &str, inside: &str| {
        format!(
            "<samlp:LogoutRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" \
             ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{NOW}\">\
             <saml:Issuer>https://ung-dung.example/</saml:Issuer>{inside}\
             <saml:NameID>{person}</saml:NameID></samlp:LogoutRequest>"
        )
    };
    let honest = signed(&request("_l", HONEST, ""), "_l", "</saml:Issuer>", &signer);
    let bare = without_signature(&honest);
    let own = signature(&honest).to_owned();
    let check = |text: &str| {
        let form = format!("SAMLRequest={}", encoded(text));
        Inbound::from_form(&form)
            .map_err(|refused| refused.to_string())
            .and_then(|inbound| {
                inbound
                    .check_signature(&keys)
                    .map_err(|refused| refused.to_string())
            })
    };
    assert_eq!(check(&honest), Ok(true));
    for id in ["_l", "_evil", "_L"] {
        for inside in [
            own.clone(),
            honest.clone(),
            stuffed(&own, &bare),
            stuffed(&own, &object(&bare)),
            format!("{own}{bare}"),
            format!("{own}{own}"),
            format!("<samlp:Extensions>{honest}</samlp:Extensions>"),
        ] {
            let text = request(id, EVIL, &inside);
            assert!(check(&text).is_err(), "{text}");
        }
    }
}

fn encoded(text: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    STANDARD
        .encode(text)
        .replace('+', "%2B")
        .replace('=', "%3D")
}

#[test]
fn comments_in_a_name_are_refused() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let honest = signed_assertion(&signer, "_a", "can-bo@h34.ke-gian.example");
    assert!(person(&response("_r", &honest), &keys).is_ok());
    for inserted in ["<!---->", "<!-- x -->", "<![CDATA[]]>", "<x/>", "<?x?>"] {
        let text = honest.replace("h34.ke", &format!("h34{inserted}.ke"));
        let found = person(&response("_r", &text), &keys);
        // An empty CDATA section is no text: the name is still the whole signed one.
        let is_whole = found.as_deref() == Ok("can-bo@h34.ke-gian.example");
        assert!(found.is_err() || is_whole, "{inserted}: {found:?}");
        assert!(inserted.starts_with("<![") || found.is_err(), "{inserted}");
    }
}

#[test]
fn other_algorithms_are_refused() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let honest = response("_r", &signed_assertion(&signer, "_a", HONEST));
    assert_eq!(person(&honest, &keys).as_deref(), Ok(HONEST));
    let rsa256 = Method::RsaSha256.uri();
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    for (from, to) in [
        (rsa256, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
        (rsa256, "http://www.w3.org/2000/09/xmldsig#hmac-sha1"),
        (rsa256, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"),
        (rsa256, Method::EcdsaSha256.uri()),
        (rsa256, Method::RsaSha512.uri()),
        (rsa256, ""),
        (sha256, "http://www.w3.org/2000/09/xmldsig#sha1"),
        (sha256, "http://www.w3.org/2001/04/xmlenc#sha512"),
        (exclusive, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        (exclusive, "http://www.w3.org/TR/1999/REC-xslt-19991116"),
        (exclusive, "http://www.w3.org/TR/1999/REC-xpath-19991116"),
        (
            "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
            "http://www.w3.org/2002/06/xmldsig-filter2",
        ),
    ] {
        let text = honest.replace(&format!("\"{from}\""), &format!("\"{to}\""));
        assert_ne!(text, honest);
        assert!(person(&text, &keys).is_err(), "{to}");
    }
}

#[test]
fn keys_come_from_the_registry_only() {
    let (signer, stranger, curve) = (TestSigner::rsa(), TestSigner::p256(), TestSigner::p256());
    let forged = response("_r", &signed_assertion(&stranger, "_a", HONEST));
    for keys in [
        vec![],
        vec![signer.public.clone()],
        vec![signer.public.clone(), curve.public.clone()],
        // The modulus of the other as the secret of an HMAC, or as a point.
        vec![PublicKey::P256(vec![4; 65])],
        vec![PublicKey::Rsa(Vec::new())],
    ] {
        assert!(person(&forged, &keys).is_err());
    }
    assert!(person(&forged, std::slice::from_ref(&stranger.public)).is_ok());
    let text = forged.replace("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>x</ds:KeyName>");
    assert!(person(&text, &[signer.public]).is_err());
}

#[test]
fn broken_signatures_are_refused() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let honest = response("_r", &signed_assertion(&signer, "_a", HONEST));
    let reference = "<ds:Reference URI=\"#_a\">";
    for (from, to) in [
        ("<ds:SignatureValue>", "<ds:SignatureValue>AAAA"),
        ("</ds:DigestValue>", "AAAA</ds:DigestValue>"),
        (reference, "<ds:Reference>"),
        (reference, "<ds:Reference URI=\"#\">"),
        (reference, "<ds:Reference URI=\"https://evil.example/\">"),
        ("<ds:Transforms>", "<ds:Transforms><ds:Transform/>"),
        (
            "<ds:SignedInfo ",
            "<ds:SignedInfo xmlns:x=\"u:u\" x:y=\"\" ",
        ),
        (" Version=\"2.0\"", " Version=\"2.1\""),
        (HONEST, EVIL),
    ] {
        let text = honest.replace(from, to);
        assert_ne!(text, honest);
        assert!(person(&text, &keys).is_err(), "{to}");
    }
    let twice = honest.replace(
        "</ds:Reference>",
        "</ds:Reference><ds:Reference URI=\"#_r\"/>",
    );
    assert!(person(&twice, &keys).is_err(), "two references");
}

/// Whatever bytes change: the message is refused, or still names the same person.
#[test]
fn fuzz_changed_bytes_name_nobody_else() {
    let signer = TestSigner::rsa();
    let keys = [signer.public.clone()];
    let honest = response("_r", &signed_assertion(&signer, "_a", HONEST));
    let mut state = 0x1234_5678_9abc_def1_u64;
    let mut next = |bound: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % bound.max(1)
    };
    let mut accepted = 0;
    for _ in 0..3_000 {
        let mut bytes = honest.clone().into_bytes();
        for _ in 0..=next(2) {
            let at = next(bytes.len());
            match next(4) {
                0 => bytes[at] = u8::try_from(next(256)).unwrap(),
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.insert(at, b" \n<>\"'&/x"[next(9)]),
                _ => {
                    let from = next(honest.len());
                    let to = (from + next(200)).min(honest.len());
                    let piece = honest.as_bytes()[from..to].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(name) = person(&text, &keys) {
            assert_eq!(name, HONEST, "{text}");
            accepted += 1;
        }
    }
    assert!(
        accepted > 0,
        "changes outside of what is signed do not matter"
    );
}
