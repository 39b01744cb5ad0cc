//! Parameters of forms and query strings, read strictly.
//!
//! Owns: `Params`, percent-coding, adding parameters to an address.
//! Invariant: a parameter that comes twice is refused; an empty one counts as absent.
//! Follows: RFC 6749, section 3.1; WHATWG URL, `application/x-www-form-urlencoded`.

use super::{fail::Fail, limits::FIELDS_MAX};

/// Parameters that may come several times (RFC 8693, RFC 8707).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// The parameters of one request.
#[derive(Debug, Default, Clone)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// Reads a form or a query string.
    ///
    /// # Errors
    /// `invalid_request` for a repeated parameter, too many of them, or text that is no UTF-8.
    pub(super) fn parse(text: &[u8]) -> Result<Self, Fail> {
        let mut found: Vec<(String, String)> = Vec::new();
        for pair in text
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
        {
            let mut halves = pair.splitn(2, |byte| *byte == b'=');
            let (name, value) = (halves.next(), halves.next());
            let name = decode(name.unwrap_or_default())?;
            let value = decode(value.unwrap_or_default())?;
            let is_twice = !REPEATABLE.contains(&name.as_str())
                && found.iter().any(|(known, _)| *known == name);
            if is_twice {
                return Err(Fail::request(format!("parameter {name} is repeated")));
            }
            if found.len() >= FIELDS_MAX {
                return Err(Fail::request("too many parameters"));
            }
            found.push((name, value));
        }
        Ok(Self(found))
    }

    /// The value of a parameter; `None` when it is absent or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// The value of a parameter that must be there.
    ///
    /// # Errors
    /// `invalid_request`.
    pub(super) fn need(&self, name: &str) -> Result<&str, Fail> {
        self.get(name)
            .ok_or_else(|| Fail::request(format!("parameter {name} is missing")))
    }

    /// All values of a parameter.
    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0
            .iter()
            .filter(|(known, value)| known == name && !value.is_empty())
            .map(|(_, value)| value.clone())
            .collect()
    }

    /// Replaces a parameter.
    pub(super) fn set(&mut self, name: &str, value: String) {
        self.0.retain(|(known, _)| known != name);
        self.0.push((name.to_owned(), value));
    }
}

fn decode(text: &[u8]) -> Result<String, Fail> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => {
                let (digits, after) = tail
                    .split_at_checked(2)
                    .ok_or_else(|| Fail::request("broken percent-coding"))?;
                bytes.push(hex_byte(digits).ok_or_else(|| Fail::request("broken percent-coding"))?);
                rest = after;
            }
            other => bytes.push(*other),
        }
    }
    String::from_utf8(bytes).map_err(|_| Fail::request("a parameter is no UTF-8"))
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    let is_hex = text.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(text, 16).ok())?
}

/// Percent-decoding of one part of a Basic header (RFC 6749, section 2.3.1).
pub(super) fn decode_text(text: &str) -> Option<String> {
    decode(text.as_bytes()).ok()
}

/// Percent-encoding of a value.
pub(super) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// `address` with further parameters; what it has stays byte for byte.
pub(super) fn with_params(address: &str, params: &[(&str, &str)]) -> String {
    let mut url = address.to_owned();
    let mut separator = if address.contains('?') { '&' } else { '?' };
    for (name, value) in params {
        url.push(separator);
        url.push_str(name);
        url.push('=');
        url.push_str(&encode(value));
        separator = '&';
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_strictly() {
        let read = Params::parse(b"a=v%C4%83n+th%C6%B0&b=&resource=x&resource=y&c").unwrap();
        assert_eq!(read.get("a"), Some("v\u{103}n th\u{1b0}"));
        assert_eq!(read.get("b"), None);
        assert_eq!(read.get("c"), None);
        assert_eq!(read.all("resource"), ["x", "y"]);
        for broken in ["a=1&a=2", "a=%zz", "a=%2", "a=%ff", "state=x&state=x"] {
            assert!(Params::parse(broken.as_bytes()).is_err(), "{broken}");
        }
        let fields = |count: usize| -> String {
            let names: Vec<String> = (0..count).map(|name| format!("p{name}=1")).collect();
            names.join("&")
        };
        assert!(Params::parse(fields(FIELDS_MAX).as_bytes()).is_ok());
        assert!(Params::parse(fields(FIELDS_MAX + 1).as_bytes()).is_err());
    }

    #[test]
    fn addresses_keep_their_own_query() {
        assert_eq!(
            with_params(
                "https://a.example/cb?x=1",
                &[("code", "a b"), ("iss", "https://i")]
            ),
            "https://a.example/cb?x=1&code=a%20b&iss=https%3A%2F%2Fi"
        );
        assert_eq!(with_params("app:/cb", &[("error", "x")]), "app:/cb?error=x");
    }
}
