//! Distinguished names: `uid=van.thu,ou=people,dc=h34,dc=gov,dc=vn`.
//!
//! Owns: `Dn`, its text, its comparison.
//! Invariant: what is written is read equal; names that differ only in case, in spaces between
//! words or in the order inside a part are the same under [`Dn::key`].
//! Follows: RFC 4514, RFC 4517 (caseIgnoreMatch).

use std::fmt::{self, Write as _};

use super::Malformed;

/// Longest name that is read, in bytes.
pub const DN_BYTES_MAX: usize = 4_096;
/// Most parts of a name.
pub const PARTS_MAX: usize = 32;

/// A distinguished name, the leaf first; empty for the root.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dn(pub Vec<Rdn>);

/// One part of a name: usually a single pair of type and value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rdn(pub Vec<(String, String)>);

impl Rdn {
    /// A part of one pair.
    #[must_use]
    pub fn new(attribute: &str, value: &str) -> Self {
        Self(vec![(attribute.to_owned(), value.to_owned())])
    }

    /// Type in lower case and value, when the part is a single pair.
    #[must_use]
    pub fn single(&self) -> Option<(String, &str)> {
        match self.0.as_slice() {
            [(attribute, value)] => Some((attribute.to_ascii_lowercase(), value)),
            _ => None,
        }
    }

    fn key(&self) -> Vec<(String, String)> {
        let mut pairs: Vec<_> = self
            .0
            .iter()
            .map(|(attribute, value)| (attribute.to_ascii_lowercase(), fold_value(value)))
            .collect();
        pairs.sort();
        pairs
    }
}

/// A value as names and most attributes compare it: lower case, single spaces.
#[must_use]
pub fn fold_value(value: &str) -> String {
    let lower = value.to_lowercase();
    lower.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl Dn {
    /// Reads a name.
    ///
    /// # Errors
    /// When the text is none, or is too long.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        if text.len() > DN_BYTES_MAX {
            return Err(Malformed("name is too long"));
        }
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let mut parts = Vec::new();
        let mut letters = Letters::new(text);
        loop {
            let mut pairs = vec![letters.pair()?];
            while letters.take('+') {
                pairs.push(letters.pair()?);
            }
            parts.push(Rdn(pairs));
            if parts.len() > PARTS_MAX {
                return Err(Malformed("name has too many parts"));
            }
            if letters.is_end() {
                return Ok(Self(parts));
            }
            if !letters.take(',') && !letters.take(';') {
                return Err(Malformed("comma missing in a name"));
            }
        }
    }

    /// The form in which names are compared.
    #[must_use]
    pub fn key(&self) -> Vec<Vec<(String, String)>> {
        self.0.iter().map(Rdn::key).collect()
    }

    /// Whether both are the same name.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.key() == other.key()
    }

    /// The parts before `base`, when this name lies at or below it.
    #[must_use]
    pub fn below(&self, base: &Self) -> Option<&[Rdn]> {
        let count = self.0.len().checked_sub(base.0.len())?;
        let (head, tail) = self.0.split_at_checked(count)?;
        let tail: Vec<_> = tail.iter().map(Rdn::key).collect();
        (tail == base.key()).then_some(head)
    }

    /// The name of a child.
    #[must_use]
    pub fn child(&self, attribute: &str, value: &str) -> Self {
        let mut parts = vec![Rdn::new(attribute, value)];
        parts.extend(self.0.iter().cloned());
        Self(parts)
    }

    /// The name without its leaf.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, rest) = self.0.split_first()?;
        Some(Self(rest.to_vec()))
    }
}

/// The letters of a name, read one after another.
struct Letters<'a> {
    text: &'a str,
    rest: std::iter::Peekable<std::str::CharIndices<'a>>,
}

impl<'a> Letters<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            rest: text.char_indices().peekable(),
        }
    }

    fn is_end(&mut self) -> bool {
        self.rest.peek().is_none()
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, letter)| *letter == wanted).is_some()
    }

    fn skip_spaces(&mut self) {
        while self.take(' ') {}
    }

    fn pair(&mut self) -> Result<(String, String), Malformed> {
        self.skip_spaces();
        let mut attribute = String::new();
        while let Some((_, letter)) = self
            .rest
            .next_if(|(_, letter)| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.'))
        {
            attribute.push(letter);
        }
        self.skip_spaces();
        if attribute.is_empty() || !self.take('=') {
            return Err(Malformed("type missing in a name"));
        }
        self.skip_spaces();
        let value = if self.take('#') {
            self.hex_value()?
        } else if self.take('"') {
            self.quoted()?
        } else {
            self.value()?
        };
        Ok((attribute, value))
    }

    fn value(&mut self) -> Result<String, Malformed> {
        let mut bytes = Vec::new();
        // Spaces at the end do not belong to the value, unless they were escaped.
        let mut kept = 0;
        while let Some((at, letter)) = self
            .rest
            .next_if(|(_, letter)| !matches!(letter, ',' | ';' | '+'))
        {
            match letter {
                '\\' => bytes.extend(self.escaped()?),
                '"' | '<' | '>' => return Err(Malformed("sign in a name that must be escaped")),
                ' ' => {
                    bytes.push(b' ');
                    continue;
                }
                other => {
                    let end = at + other.len_utf8();
                    bytes.extend_from_slice(self.text.get(at..end).unwrap_or_default().as_bytes());
                }
            }
            kept = bytes.len();
        }
        bytes.truncate(kept);
        String::from_utf8(bytes).map_err(|_| Malformed("name is not UTF-8"))
    }

    fn quoted(&mut self) -> Result<String, Malformed> {
        let mut bytes = Vec::new();
        loop {
            match self.rest.next() {
                None => return Err(Malformed("quotation mark missing in a name")),
                Some((_, '"')) => break,
                Some((_, '\\')) => bytes.extend(self.escaped()?),
                Some((_, letter)) => {
                    let mut buffer = [0; 4];
                    bytes.extend_from_slice(letter.encode_utf8(&mut buffer).as_bytes());
                }
            }
        }
        self.skip_spaces();
        String::from_utf8(bytes).map_err(|_| Malformed("name is not UTF-8"))
    }

    /// Two hexadecimal digits, or the sign itself.
    fn escaped(&mut self) -> Result<Vec<u8>, Malformed> {
        let (_, first) = self.rest.next().ok_or(Malformed("escape cut off"))?;
        let Some(high) = first.to_digit(16) else {
            return Ok(first.to_string().into_bytes());
        };
        let (_, second) = self.rest.next().ok_or(Malformed("escape cut off"))?;
        let low = second.to_digit(16).ok_or(Malformed("bad escape"))?;
        Ok(vec![u8::try_from(high * 16 + low).unwrap_or_default()])
    }

    /// `#` and the BER of an octet string or a text.
    fn hex_value(&mut self) -> Result<String, Malformed> {
        let mut bytes = Vec::new();
        while let Some((_, high)) = self.rest.next_if(|(_, letter)| letter.is_ascii_hexdigit()) {
            let low = self.rest.next().and_then(|(_, letter)| letter.to_digit(16));
            let (Some(high), Some(low)) = (high.to_digit(16), low) else {
                return Err(Malformed("bad escape"));
            };
            bytes.push(u8::try_from(high * 16 + low).unwrap_or_default());
        }
        self.skip_spaces();
        let mut reader = super::ber::Reader::new(&bytes);
        let (_, content) = reader.next_element()?;
        reader.end()?;
        super::ber::text(content)
    }
}

impl fmt::Display for Dn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, part) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_char(',')?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Rdn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (attribute, value)) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_char('+')?;
            }
            write!(f, "{attribute}=")?;
            write_value(f, value)?;
        }
        Ok(())
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let last = value.chars().count().saturating_sub(1);
    for (place, letter) in value.chars().enumerate() {
        let is_outer_space = letter == ' ' && (place == 0 || place == last);
        match letter {
            '"' | '+' | ',' | ';' | '<' | '>' | '\\' => write!(f, "\\{letter}")?,
            '#' if place == 0 => f.write_str("\\#")?,
            _ if is_outer_space => f.write_str("\\ ")?,
            _ if letter.is_control() => {
                let mut buffer = [0; 4];
                for byte in letter.encode_utf8(&mut buffer).bytes() {
                    write!(f, "\\{byte:02x}")?;
                }
            }
            other => f.write_char(other)?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_and_written() {
        for (text, written) in [
            ("", ""),
            ("uid=an,ou=people,dc=vn", "uid=an,ou=people,dc=vn"),
            ("UID = an , OU=People;dc=vn", "UID=an,OU=People,dc=vn"),
            ("cn=A+sn=B,dc=vn", "cn=A+sn=B,dc=vn"),
            ("cn=Sở Nội vụ\\, tỉnh", "cn=Sở Nội vụ\\, tỉnh"),
            ("cn=\\20a\\ ", "cn=\\ a\\ "),
            ("cn=\"a, b\"", "cn=a\\, b"),
            ("cn=#04024869", "cn=Hi"),
            ("cn=\\23a", "cn=\\#a"),
            ("cn=Lu\\C4\\8Di\\C4\\87", "cn=Lučić"),
            ("cn=", "cn="),
        ] {
            let name = Dn::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(name.to_string(), written);
            assert_eq!(Dn::parse(written), Ok(name));
        }
        for bad in [
            "uid",
            "=a",
            "uid=a,",
            "uid=a,,dc=vn",
            "uid=\"a",
            "uid=\\",
            "uid=\\f",
            "uid=#0",
            "uid=a<b",
        ] {
            assert!(Dn::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_compare_without_case_and_spaces() {
        let base = Dn::parse("dc=H34, dc=vn").unwrap();
        let name = Dn::parse("UID=An,ou=people,DC=h34,dc=VN").unwrap();
        assert_eq!(name.below(&base).map(<[Rdn]>::len), Some(2));
        assert!(base.below(&name).is_none());
        assert!(base.is_same(&Dn::parse("dc=h34,dc=vn").unwrap()));
        assert!(
            Dn::parse("cn=a  b+sn=c")
                .unwrap()
                .is_same(&Dn::parse("SN=C+CN=A B").unwrap())
        );
        assert_eq!(
            base.child("ou", "people").to_string(),
            "ou=people,dc=H34,dc=vn"
        );
        assert!(base.child("ou", "x").parent().unwrap().is_same(&base));
    }

    #[test]
    fn names_are_read_up_to_the_limits() {
        let parts = |count: usize| vec!["dc=a"; count].join(",");
        assert!(Dn::parse(&parts(PARTS_MAX)).is_ok());
        assert!(Dn::parse(&parts(PARTS_MAX + 1)).is_err());
        assert!(Dn::parse(&format!("cn={}", "a".repeat(DN_BYTES_MAX - 3))).is_ok());
        assert!(Dn::parse(&format!("cn={}", "a".repeat(DN_BYTES_MAX - 2))).is_err());
    }
}
