//! Forms and query strings of the pages, and where a person may be sent afterwards.
//!
//! Owns: `Form`, `safe_next`.
//! Follows: WHATWG URL, `application/x-www-form-urlencoded`.

/// Fields of one form; more are ignored.
const FIELDS_MAX: usize = 32;
/// Longest address to go on to.
const NEXT_BYTES_MAX: usize = 2_048;

/// The fields of a form or query string.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn parse(text: &str) -> Self {
        let pairs = text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .take(FIELDS_MAX);
        let read = |pair: &str| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        };
        Self(pairs.map(read).collect())
    }

    /// The first value of a field; empty when it is absent.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }
}

/// Percent-decoding; what is no UTF-8 becomes the replacement character.
fn decode(text: &str) -> String {
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

/// Percent-encoding of a value for a query string.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// A path of this site, or `/`: nobody is sent elsewhere after signing in.
pub(super) fn safe_next(wished: &str) -> &str {
    let is_path = wished.starts_with('/') && !wished.starts_with("//");
    // Browsers read a backslash as a slash and drop tabs and line ends.
    let is_plain = wished
        .bytes()
        .all(|byte| byte > b' ' && byte < 0x7f && byte != b'\\');
    let is_own = ["/sign-in", "/sign-out"]
        .iter()
        .any(|own| wished.split(['?', '#', '/']).nth(1) == own.get(1..));
    if is_path && is_plain && !is_own && wished.len() <= NEXT_BYTES_MAX {
        wished
    } else {
        "/"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded() {
        let form = Form::parse("username=v%C4%83n+th%C6%B0&password=a%2Bb%26c%3D&x&bad=%zz%2");
        assert_eq!(form.get("username"), "văn thư");
        assert_eq!(form.get("password"), "a+b&c=");
        assert_eq!(form.get("x"), "");
        assert_eq!(form.get("missing"), "");
        assert_eq!(form.get("bad"), "%zz%2");
        assert_eq!(
            Form::parse(&format!("next={}", encode("/a?b=ă&c"))).get("next"),
            "/a?b=ă&c"
        );
    }

    #[test]
    fn next_stays_on_this_site() {
        for good in ["/", "/documents", "/documents?q=a%20b#c", "/sign-in-help"] {
            assert_eq!(safe_next(good), good);
        }
        for bad in [
            "",
            "documents",
            "//evil.example",
            "/\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "https://evil.example/",
            "javascript:alert(1)",
            "/a\r\nSet-Cookie: x=1",
            "/sign-in?next=/",
            "/sign-in",
            "/sign-out",
            "/đ",
        ] {
            assert_eq!(safe_next(bad), "/", "{bad:?}");
        }
        assert_eq!(safe_next(&format!("/{}", "a".repeat(NEXT_BYTES_MAX))), "/");
    }
}
