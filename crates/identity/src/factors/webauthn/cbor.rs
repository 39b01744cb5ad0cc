//! A reader of the little CBOR that authenticators write.
//!
//! Owns: `Value`, `read`.
//! Not here: what the values mean (`cose.rs`, `authenticator.rs`).
//! Invariant: no input panics or costs more than its own length; what CTAP forbids (indefinite
//! lengths, tags, floats, a key twice) is refused.
//! Follows: RFC 8949; FIDO CTAP 2.1, section 8 (canonical form).

/// How deep values may lie in each other; attestation objects need three.
const DEPTH_MAX: usize = 8;
/// Items of one array or map.
const ITEMS_MAX: u64 = 64;

/// A value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// An integer.
    Integer(i64),
    /// A byte string.
    Bytes(&'a [u8]),
    /// A text.
    Text(&'a str),
    /// An array.
    Array(Vec<Self>),
    /// A map, in the order of its entries.
    Map(Vec<(Self, Self)>),
    /// `false` or `true`.
    Bool(bool),
    /// `null`.
    Null,
}

impl<'a> Value<'a> {
    /// The bytes, if it is a byte string.
    pub(crate) const fn bytes(&self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }

    /// The text, if it is one.
    pub(crate) const fn text(&self) -> Option<&'a str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer, if it is one.
    pub(crate) const fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// What a map holds under a key.
    pub(crate) fn at(&self, key: &Value<'_>) -> Option<&Self> {
        match self {
            Self::Map(entries) => entries.iter().find(|(name, _)| name == key).map(|(_, v)| v),
            _ => None,
        }
    }
}

/// The first value and what follows it.
pub(crate) fn read(input: &[u8]) -> Option<(Value<'_>, &[u8])> {
    value(input, 0)
}

fn value(input: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    if depth > DEPTH_MAX {
        return None;
    }
    let (first, rest) = input.split_first()?;
    let (kind, short) = (first >> 5, first & 0x1f);
    if kind == 7 {
        let simple = match short {
            20 => Value::Bool(false),
            21 => Value::Bool(true),
            22 => Value::Null,
            _ => return None,
        };
        return Some((simple, rest));
    }
    let (number, rest) = argument(short, rest)?;
    match kind {
        0 => Some((Value::Integer(i64::try_from(number).ok()?), rest)),
        1 => Some((Value::Integer(-1 - i64::try_from(number).ok()?), rest)),
        2 | 3 => {
            let (bytes, rest) = rest.split_at_checked(usize::try_from(number).ok()?)?;
            let read = match kind {
                2 => Value::Bytes(bytes),
                _ => Value::Text(std::str::from_utf8(bytes).ok()?),
            };
            Some((read, rest))
        }
        4 => array(number, rest, depth),
        5 => map(number, rest, depth),
        _ => None,
    }
}

/// The number behind the first byte.
fn argument(short: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let length = match short {
        0..=23 => return Some((u64::from(short), rest)),
        24 => 1,
        25 => 2,
        26 => 4,
        27 => 8,
        _ => return None,
    };
    let (bytes, rest) = rest.split_at_checked(length)?;
    let number = bytes
        .iter()
        .fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    Some((number, rest))
}

fn array(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    if count > ITEMS_MAX {
        return None;
    }
    let mut items = Vec::new();
    for _ in 0..count {
        let (item, after) = value(rest, depth + 1)?;
        items.push(item);
        rest = after;
    }
    Some((Value::Array(items), rest))
}

fn map(count: u64, mut rest: &[u8], depth: usize) -> Option<(Value<'_>, &[u8])> {
    if count > ITEMS_MAX {
        return None;
    }
    let mut entries: Vec<(Value<'_>, Value<'_>)> = Vec::new();
    for _ in 0..count {
        let (key, after) = value(rest, depth + 1)?;
        let (held, after) = value(after, depth + 1)?;
        if entries.iter().any(|(known, _)| *known == key) {
            return None;
        }
        entries.push((key, held));
        rest = after;
    }
    Some((Value::Map(entries), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read() {
        for (bytes, expected) in [
            (&[0x00][..], Value::Integer(0)),
            (&[0x18, 0x64], Value::Integer(100)),
            (&[0x26], Value::Integer(-7)),
            (&[0x39, 0x01, 0x00], Value::Integer(-257)),
            (&[0x42, 1, 2], Value::Bytes(&[1, 2])),
            (&[0x63, b'f', b'm', b't'], Value::Text("fmt")),
            (&[0xf5], Value::Bool(true)),
            (&[0xf6], Value::Null),
            (
                &[0x82, 0x01, 0x20],
                Value::Array(vec![Value::Integer(1), Value::Integer(-1)]),
            ),
        ] {
            assert_eq!(read(bytes), Some((expected, &[][..])), "{bytes:?}");
        }
        let (read, rest) = read(&[0xa1, 0x01, 0x02, 0xff]).unwrap();
        assert_eq!(read.at(&Value::Integer(1)), Some(&Value::Integer(2)));
        assert_eq!(rest, [0xff]);
    }

    #[test]
    fn what_is_forbidden_is_refused() {
        let deep = [0x81; 64];
        for bytes in [
            &[][..],
            &[0x18],
            &[0x42, 1],
            &[0x5f, 0x41, 1, 0xff],
            &[0xc0, 0x00],
            &[0xf9, 0, 0],
            &[0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            &[0x9a, 0xff, 0xff, 0xff, 0xff],
            &[0xa2, 0x01, 0x01, 0x01, 0x02],
            &[0x61, 0xff],
            &deep,
        ] {
            assert_eq!(read(bytes), None, "{bytes:?}");
        }
    }
}
