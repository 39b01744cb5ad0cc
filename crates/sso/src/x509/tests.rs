//! Certificates as programs have them; made by OpenSSL 3.0.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::*;

fn sample(text: &str) -> Vec<u8> {
    let lines = text.lines().filter(|line| !line.starts_with("-----"));
    STANDARD.decode(lines.collect::<String>()).unwrap()
}

#[test]
fn names_and_key_of_a_certificate_are_read() {
    let der = sample(include_str!("../../tests/data/client-p256.pem"));
    let read = Certificate::read(&der).unwrap();
    assert_eq!(
        Some(read.subject),
        Name::parse("CN=kho.ho-so,O=Sở Nội vụ,C=VN")
    );
    assert_eq!(
        read.alternatives,
        [
            AlternativeName::Dns("kho.h34.example".to_owned()),
            AlternativeName::Uri("urn:h34:kho".to_owned()),
            AlternativeName::Ip("10.34.1.9".parse().unwrap()),
            AlternativeName::Email("kho@h34.example".to_owned()),
        ]
    );
    assert!(matches!(read.key, Some(PublicKey::P256 { .. })));
    for cut in 0..der.len() {
        assert_eq!(Certificate::read(der.get(..cut).unwrap()), None, "{cut}");
    }
}

#[test]
fn no_damage_makes_the_reader_fail() {
    let der = sample(include_str!("../../tests/data/client-p256.pem"));
    for at in 0..der.len() {
        for with in [0x00, 0x30, 0x80, 0xff] {
            let mut broken = der.clone();
            *broken.get_mut(at).unwrap() = with;
            // Whatever comes out, nothing panics.
            let _ = Certificate::read(&broken);
        }
    }
}
