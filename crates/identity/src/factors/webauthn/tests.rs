//! Changed messages of an authenticator: none of them may panic or be believed.

use super::*;

/// Authenticator data of a registration with a P-256 key, in an attestation object of the
/// format `none`.
fn attestation() -> Vec<u8> {
    let rp_id_hash = digest::digest(&digest::SHA256, b"dang-nhap.example");
    let mut data = rp_id_hash.as_ref().to_vec();
    data.extend([0x45, 0, 0, 0, 1]);
    data.extend([0; 16]);
    data.extend([0, 4, 1, 2, 3, 4]);
    data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
    data.extend([7; 32]);
    data.extend([0x22, 0x58, 0x20]);
    data.extend([9; 32]);
    let mut object = vec![0xa3, 0x63];
    object.extend(b"fmt");
    object.push(0x64);
    object.extend(b"none");
    object.push(0x67);
    object.extend(b"attStmt");
    object.extend([0xa0, 0x68]);
    object.extend(b"authData");
    object.extend([0x58, u8::try_from(data.len()).unwrap()]);
    object.extend(data);
    object
}

fn expected() -> Expected<'static> {
    Expected {
        origin: "https://dang-nhap.example",
        rp_id: "dang-nhap.example",
        needs_user_verification: true,
    }
}

fn client_data(kind: &str, origin: &str) -> Vec<u8> {
    format!(r#"{{"type":"{kind}","challenge":"AA","origin":"{origin}"}}"#).into_bytes()
}

#[test]
fn a_registration_is_read_and_what_differs_is_refused() {
    let good = client_data("webauthn.create", "https://dang-nhap.example");
    let made = verify_registration(&expected(), &good, &attestation()).unwrap();
    assert_eq!((made.id, made.counter), (vec![1, 2, 3, 4], 1));
    for (kind, origin, reason) in [
        ("webauthn.get", "https://dang-nhap.example", Refused::Type),
        (
            "webauthn.create",
            "https://dang-nhap.example:444",
            Refused::Origin,
        ),
        ("webauthn.create", "https://evil.example", Refused::Origin),
    ] {
        let data = client_data(kind, origin);
        let refused = verify_registration(&expected(), &data, &attestation());
        assert_eq!(refused, Err(reason), "{kind} {origin}");
    }
    let framed = br#"{"type":"webauthn.create","challenge":"AA","origin":"https://dang-nhap.example","crossOrigin":true}"#;
    let refused = verify_registration(&expected(), framed, &attestation());
    assert_eq!(refused, Err(Refused::Origin));
    let other = Expected {
        rp_id: "other.example",
        ..expected()
    };
    let refused = verify_registration(&other, &good, &attestation());
    assert_eq!(refused, Err(Refused::RelyingParty));
    let mut trailing = attestation();
    trailing.push(0);
    let refused = verify_registration(&expected(), &good, &trailing);
    assert_eq!(refused, Err(Refused::AuthenticatorData));
}

#[test]
fn counters_that_stand_still_or_fall_are_copies() {
    for (stored, shown, expected) in [
        (0, 0, false),
        (0, 1, false),
        (1, 2, false),
        (2, 2, true),
        (2, 1, true),
        (2, 0, true),
        (u32::MAX, 0, true),
    ] {
        assert_eq!(is_regressed(stored, shown), expected, "{stored} {shown}");
    }
}

#[test]
fn fuzz_changed_messages_do_not_panic() {
    let corpus = attestation();
    fuzz_webauthn(&corpus);
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    for _ in 0..20_000 {
        let mut input = corpus.clone();
        for _ in 0..=next() % 4 {
            let place = next() % input.len();
            input[place] = u8::try_from(next() % 256).unwrap();
        }
        input.truncate(next() % (input.len() + 1));
        fuzz_webauthn(&input);
    }
}
