//! Query strings and forms, with the raw text of each value.
//!
//! Owns: `Fields`, percent-encoding.
//! Invariant: a field that occurs twice is none: two readers would take different ones.
//! Follows: WHATWG URL, `application/x-www-form-urlencoded`; SAML 2.0 Bindings, 3.4.4.1.

/// Most fields of one request; more are ignored.
const FIELDS_MAX: usize = 64;

/// The fields of a query string or form.
#[derive(Debug, Default)]
pub(crate) struct Fields<'a>(Vec<(String, &'a str)>);

impl<'a> Fields<'a> {
    /// Reads the fields of a text.
    pub(crate) fn parse(text: &'a str) -> Self {
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .take(FIELDS_MAX);
        let read = |pair: &'a str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), value)
        };
        Self(pairs.map(read).collect())
    }

    /// The value as it was sent, if the field occurs exactly once.
    pub(crate) fn raw(&self, name: &str) -> Option<&'a str> {
        let mut found = self.0.iter().filter(|(known, _)| known == name);
        match (found.next(), found.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }

    /// The value, if the field occurs exactly once.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.raw(name).map(decode)
    }

    /// Whether the field occurs more than once.
    pub(crate) fn is_repeated(&self, name: &str) -> bool {
        self.0.iter().filter(|(known, _)| known == name).count() > 1
    }

    /// Whether the field occurs with a value other than `false`.
    pub(crate) fn is_set(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| !value.is_empty() && !value.eq_ignore_ascii_case("false"))
    }
}

/// Percent-decoding; what is no UTF-8 becomes the replacement character.
pub(crate) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        match first {
            b'+' => bytes.push(b' '),
            b'%' => match escape(tail) {
                Some((byte, after)) => {
                    bytes.push(byte);
                    rest = after;
                }
                None => bytes.push(b'%'),
            },
            other => bytes.push(*other),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn escape(tail: &[u8]) -> Option<(u8, &[u8])> {
    let (digits, after) = tail.split_at_checked(2)?;
    let digits = std::str::from_utf8(digits).ok()?;
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let byte = is_hex.then(|| u8::from_str_radix(digits, 16).ok())??;
    Some((byte, after))
}

/// Percent-encoding of a value.
pub(crate) fn encode(text: &str) -> String {
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

/// An address with one more parameter; a fragment stays at the end.
pub(crate) fn with_parameter(url: &str, name: &str, value: &str) -> String {
    let (url, fragment) = match url.split_once('#') {
        Some((url, fragment)) => (url, format!("#{fragment}")),
        None => (url, String::new()),
    };
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{name}={}{fragment}", encode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_repeats_are_none() {
        let fields = Fields::parse("a=x%2Bb+c&b=1&b=2&c&d=%zz%C4%83&gateway=true&renew=false");
        assert_eq!(fields.get("a").as_deref(), Some("x+b c"));
        assert_eq!(fields.raw("a"), Some("x%2Bb+c"));
        assert_eq!(fields.get("b"), None);
        assert!(fields.is_repeated("b") && !fields.is_repeated("a"));
        assert_eq!(fields.get("c").as_deref(), Some(""));
        assert_eq!(fields.get("d").as_deref(), Some("%zză"));
        assert!(fields.is_set("gateway") && !fields.is_set("renew") && !fields.is_set("none"));
        assert_eq!(decode(&encode("a/b?c=đ&+ ")), "a/b?c=đ&+ ");
    }

    #[test]
    fn parameters_go_before_the_fragment() {
        assert_eq!(
            with_parameter("https://a/b", "t", "1&2"),
            "https://a/b?t=1%262"
        );
        assert_eq!(
            with_parameter("https://a/b?c=d#/e", "t", "x"),
            "https://a/b?c=d&t=x#/e"
        );
    }
}
