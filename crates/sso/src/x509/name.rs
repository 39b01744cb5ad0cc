//! Distinguished names: as a certificate has them, and as people write them.
//!
//! Owns: `Name`, reading both forms, comparing them.
//! Invariant: names are compared as X.520 does: without regard to case and to spaces that follow
//! one another; the order of the parts counts.
//! Follows: RFC 4514; RFC 4517, section 4.2.11 (caseIgnoreMatch).

use crate::der::{self, Reader};

/// Parts of one name; longer ones are no names of programs.
const PARTS_MAX: usize = 32;

/// Short names of attributes with their object identifiers.
const TYPES: [(&str, &str); 18] = [
    ("CN", "2.5.4.3"),
    ("SN", "2.5.4.4"),
    ("SERIALNUMBER", "2.5.4.5"),
    ("C", "2.5.4.6"),
    ("L", "2.5.4.7"),
    ("ST", "2.5.4.8"),
    ("S", "2.5.4.8"),
    ("STREET", "2.5.4.9"),
    ("O", "2.5.4.10"),
    ("OU", "2.5.4.11"),
    ("T", "2.5.4.12"),
    ("TITLE", "2.5.4.12"),
    ("GN", "2.5.4.42"),
    ("ORGANIZATIONIDENTIFIER", "2.5.4.97"),
    ("UID", "0.9.2342.19200300.100.1.1"),
    ("DC", "0.9.2342.19200300.100.1.25"),
    ("E", "1.2.840.113549.1.9.1"),
    ("EMAILADDRESS", "1.2.840.113549.1.9.1"),
];

/// One attribute: object identifier and folded value.
type Attribute = (String, String);

/// A distinguished name, the most general part first, as certificates have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Name(Vec<Vec<Attribute>>);

impl Name {
    /// Reads the content of a name in a certificate.
    pub(super) fn read(content: &[u8]) -> Option<Self> {
        let mut parts = Vec::new();
        let mut sets = Reader::new(content);
        while !sets.is_done() {
            let mut set = Reader::new(sets.take(der::SET)?);
            let mut part = Vec::new();
            while !set.is_done() {
                let mut pair = Reader::new(set.take(der::SEQUENCE)?);
                let id = dotted(pair.take(der::OBJECT_ID)?)?;
                let tag = pair.peek()?;
                part.push((id, fold(&text(tag, pair.any()?)?)));
            }
            parts.push(part);
        }
        Self::of(parts)
    }

    /// Reads a name as people write it: `CN=kho,O=Sở Nội vụ,C=VN`, the most special part first.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = vec![Vec::new()];
        let mut rest = text;
        loop {
            let (name, after) = rest.split_once('=')?;
            let (value, mark, after) = value(after)?;
            let attribute = (id_of(name.trim())?, fold(&value));
            parts.last_mut()?.push(attribute);
            match mark {
                None => break,
                Some('+') => {}
                Some(_) => parts.push(Vec::new()),
            }
            rest = after;
        }
        parts.reverse();
        Self::of(parts)
    }

    fn of(mut parts: Vec<Vec<Attribute>>) -> Option<Self> {
        for part in &mut parts {
            part.sort();
        }
        let is_name = (1..=PARTS_MAX).contains(&parts.len());
        is_name.then_some(Self(parts))
    }
}

/// A value up to the mark that ends it, without its escapes.
fn value(text: &str) -> Option<(String, Option<char>, &str)> {
    let mut bytes: Vec<u8> = Vec::new();
    // Spaces at both ends count only when they are escaped; folding takes them away anyway.
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let after = rest.get(next.len_utf8()..)?;
        match next {
            ',' | ';' | '+' => {
                let value = String::from_utf8(bytes).ok()?;
                return Some((value, Some(next), after));
            }
            '"' | '<' | '>' | '\0' => return None,
            '#' if bytes.is_empty() => return None,
            '\\' => {
                let digits = after.get(..2).filter(|two| is_hex(two));
                let (byte, taken) = match digits {
                    Some(digits) => (vec![u8::from_str_radix(digits, 16).ok()?], 2),
                    None => {
                        let escaped = after.chars().next()?;
                        (escaped.to_string().into_bytes(), escaped.len_utf8())
                    }
                };
                bytes.extend(byte);
                rest = after.get(taken..)?;
                continue;
            }
            other => bytes.extend(other.to_string().into_bytes()),
        }
        rest = after;
    }
    Some((String::from_utf8(bytes).ok()?, None, ""))
}

fn is_hex(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The identifier of a short name, or one that is written with dots.
fn id_of(name: &str) -> Option<String> {
    let known = TYPES
        .iter()
        .find(|(short, _)| short.eq_ignore_ascii_case(name));
    if let Some((_, id)) = known {
        return Some((*id).to_owned());
    }
    let mut numbers = name.split('.');
    let is_dotted = name.contains('.')
        && numbers.all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()));
    is_dotted.then(|| name.to_owned())
}

/// An object identifier with dots.
fn dotted(bytes: &[u8]) -> Option<String> {
    let mut numbers: Vec<u64> = Vec::new();
    let mut number: u64 = 0;
    for byte in bytes {
        number = number.checked_mul(128)? + u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(number);
            number = 0;
        }
    }
    let (first, others) = numbers.split_first()?;
    let top = (first / 40).min(2);
    let mut text = format!("{top}.{}", first - top * 40);
    for number in others {
        text.push_str(&format!(".{number}"));
    }
    Some(text)
}

/// The text of a string of one of the kinds that names have.
fn text(tag: u8, content: &[u8]) -> Option<String> {
    match tag {
        der::UTF8_STRING | der::PRINTABLE_STRING | der::IA5_STRING => {
            String::from_utf8(content.to_vec()).ok()
        }
        der::T61_STRING => Some(content.iter().map(|byte| char::from(*byte)).collect()),
        der::BMP_STRING => {
            let (pairs, rest) = content.as_chunks::<2>();
            let units: Vec<u16> = pairs.iter().map(|pair| u16::from_be_bytes(*pair)).collect();
            rest.is_empty().then(|| String::from_utf16(&units).ok())?
        }
        _ => None,
    }
}

/// The form in which values are compared.
fn fold(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    words.join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(tag: u8, id: &[u8], value: &[u8]) -> Vec<u8> {
        let pair = der::sequence(&[&der::element(der::OBJECT_ID, id), &der::element(tag, value)]);
        der::element(der::SET, &pair)
    }

    const CN: &[u8] = &[0x55, 4, 3];
    const O: &[u8] = &[0x55, 4, 10];
    const C: &[u8] = &[0x55, 4, 6];

    #[test]
    fn what_people_write_is_what_the_certificate_has() {
        let name = [
            part(der::PRINTABLE_STRING, C, b"VN"),
            part(der::UTF8_STRING, O, "Sở Nội vụ, tỉnh".as_bytes()),
            part(der::UTF8_STRING, CN, b"kho.ho-so"),
        ]
        .concat();
        let name = Name::read(&name).unwrap();
        for same in [
            "CN=kho.ho-so,O=Sở Nội vụ\\, tỉnh,C=VN",
            "cn=KHO.HO-SO, o=Sở  Nội vụ\\2C tỉnh , c=vn",
            "2.5.4.3=kho.ho-so;O=S\\E1\\BB\\9F Nội vụ\\, tỉnh;C=VN",
        ] {
            assert_eq!(Name::parse(same).as_ref(), Some(&name), "{same}");
        }
        for other in [
            "C=VN,O=Sở Nội vụ\\, tỉnh,CN=kho.ho-so",
            "CN=kho.ho-so,O=Sở Nội vụ\\, tỉnh",
            "CN=kho,O=Sở Nội vụ\\, tỉnh,C=VN",
            "CN=kho.ho-so+O=Sở Nội vụ\\, tỉnh,C=VN",
        ] {
            assert_ne!(Name::parse(other).as_ref(), Some(&name), "{other}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for bad in [
            "",
            "CN",
            "=x",
            "XY=x",
            "CN=\"x\"",
            "CN=#0c0178",
            "CN=x,",
            "CN=x\\",
            "1.2.=x",
            "CN=\\ff",
        ] {
            assert_eq!(Name::parse(bad), None, "{bad}");
        }
        let long = vec!["CN=x"; PARTS_MAX + 1].join(",");
        assert_eq!(Name::parse(&long), None);
        assert!(Name::parse(&vec!["CN=x"; PARTS_MAX].join(",")).is_some());
    }

    #[test]
    fn values_of_older_certificates_are_read() {
        let wide: Vec<u8> = "Sở".encode_utf16().flat_map(u16::to_be_bytes).collect();
        let name = Name::read(&part(der::BMP_STRING, O, &wide)).unwrap();
        assert_eq!(Some(name), Name::parse("O=sở"));
        assert_eq!(
            dotted(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d]).unwrap(),
            "1.2.840.113549"
        );
        assert_eq!(
            dotted(&[0x09, 0x92, 0x26, 0x89, 0x93, 0xf2, 0x2c, 0x64, 0x01, 0x19]).unwrap(),
            "0.9.2342.19200300.100.1.25"
        );
    }
}
