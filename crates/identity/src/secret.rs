//! Random secrets of sessions, tokens and forms.
//!
//! Owns: making them, hashing them for storage, reading cookies.
//! Not here: passwords (`password/`); those are chosen by people and need a slow hash.
//! Invariant: 256 bits from the operating system; stored as SHA-256 only.

use axum::http::{HeaderMap, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_platform::clock::random_bytes;
use ring::digest;

use crate::error::Result;

/// A new secret, 43 characters that fit into addresses and cookies.
///
/// # Errors
/// When the operating system gives no random bytes.
pub(crate) fn new_secret() -> Result<String> {
    let bytes = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(bytes))
}

/// What is stored of a secret.
pub(crate) fn stored_hash(secret: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, secret.as_bytes())
        .as_ref()
        .to_vec()
}

/// Whether a text has the form of a secret.
pub(crate) fn is_secret(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() == 43 && text.bytes().all(is_plain)
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(
            header::COOKIE,
            "xlgsp_session=no; lgsp_session=yes".parse().unwrap(),
        );
        headers.append(header::COOKIE, "other=1".parse().unwrap());
        assert_eq!(cookie(&headers, "lgsp_session"), Some("yes"));
        assert_eq!(cookie(&headers, "other"), Some("1"));
        assert_eq!(cookie(&headers, "session"), None);
    }

    #[test]
    fn secrets_differ_and_are_stored_hashed() {
        let (one, two) = (new_secret().unwrap(), new_secret().unwrap());
        assert_eq!(one.len(), 43);
        assert_ne!(one, two);
        assert_eq!(stored_hash(&one).len(), 32);
        assert_ne!(stored_hash(&one), stored_hash(&two));
    }
}
