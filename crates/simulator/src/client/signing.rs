//! Signing of calls with the habits of the existing Java kit.
//!
//! Owns: which names are signed in which order, the texts of the signed headers.
//! Not here: the cryptography (`mac.rs`), sending (`transport.rs`).
//! Invariant: what is signed is exactly what stands in the headers.
//! Follows: the VXP interface, headers and MAC; kit versions 2.0.0 and 2.0.1.

use hyper::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use ring::hmac;

use super::error::{Error, Result};
use crate::mac::{self, HEADER_PREFIX, INTERFACE_VERSION, KIT_USER_AGENT};

/// How a client behaves; each habit can be switched off by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Habits {
    /// The timestamp is set once, when the client is made.
    pub fixed_timestamp: bool,
    /// Parameters of earlier calls ride along, signed.
    pub carries_parameters: bool,
    /// The order of signed names differs from call to call.
    pub shuffles_keys: bool,
    /// CR LF follows the file.
    pub appends_crlf: bool,
    /// `hash-file` without zero padding.
    pub unpadded_digest: bool,
    /// Waits for `100 Continue` where the kit does.
    pub expects_continue: bool,
    /// Counts are asked for with POST.
    pub posts_counts: bool,
}

impl Habits {
    /// As the existing kit.
    pub const KIT: Self = Self {
        fixed_timestamp: true,
        carries_parameters: true,
        shuffles_keys: true,
        appends_crlf: true,
        unpadded_digest: true,
        expects_continue: true,
        posts_counts: true,
    };

    /// As the interface's description has it, without quirks.
    pub const CLEAN: Self = Self {
        fixed_timestamp: false,
        carries_parameters: false,
        shuffles_keys: false,
        appends_crlf: false,
        unpadded_digest: false,
        expects_continue: false,
        posts_counts: false,
    };
}

/// The signed text and the list of names.
pub fn sign_header(names_and_values: &[(String, String)]) -> (String, String) {
    let mut text = String::from("{");
    let mut keys = String::new();
    for (place, (name, value)) in names_and_values.iter().enumerate() {
        if place > 0 {
            text.push(',');
            keys.push(';');
        }
        keys.push_str(name);
        let quoted_name = serde_json::Value::from(format!("{HEADER_PREFIX}{name}"));
        let quoted_value = serde_json::Value::from(value.as_str());
        text.push_str(&format!("{quoted_name}:{quoted_value}"));
    }
    text.push('}');
    (text, keys)
}

/// All headers of a call.
pub(super) fn headers(key: &hmac::Key, logical: &[(String, String)]) -> Result<HeaderMap> {
    let (text, keys) = sign_header(logical);
    let mac = mac::sign(key, text.as_bytes());
    let mut headers = HeaderMap::with_capacity(logical.len() + 6);
    for (name, value) in logical {
        let value = header_value(value)?;
        if name == "Content-Type" {
            headers.insert(CONTENT_TYPE, value.clone());
        }
        headers.insert(header_name(name)?, value);
    }
    headers.insert(header_name("sign-header-key")?, header_value(&keys)?);
    headers.insert(header_name("sign-header")?, header_value(&text)?);
    headers.insert(header_name("hash-header")?, header_value(&mac)?);
    headers.insert(
        header_name("version")?,
        HeaderValue::from_static(INTERFACE_VERSION),
    );
    headers.insert(USER_AGENT, HeaderValue::from_static(KIT_USER_AGENT));
    Ok(headers)
}

fn header_name(name: &str) -> Result<HeaderName> {
    HeaderName::try_from(format!("{HEADER_PREFIX}{name}")).map_err(|_| Error::BadParameter)
}

fn header_value(value: &str) -> Result<HeaderValue> {
    HeaderValue::from_str(value).map_err(|_| Error::BadParameter)
}
