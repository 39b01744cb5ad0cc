//! The client's side: all headers of a call, signed.
//!
//! Owns: `sign`.
//! Not here: which parameters a call has, sending (`lgsp-national`).
//! Invariant: what is signed is exactly what stands in the headers.
//! Follows: design document "Document exchange", section 7.1.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_TYPE, InvalidHeaderName, InvalidHeaderValue, USER_AGENT},
};

use super::{
    HASH_HEADER, MacKey, PREFIX, SIGN_HEADER, SIGN_HEADER_KEY, VERSION, VERSION_VALUE, mac_of,
};

/// A name or a value cannot stand in a header.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The name.
    #[error("name cannot stand in a header")]
    Name(#[from] InvalidHeaderName),
    /// The value.
    #[error("value cannot stand in a header")]
    Value(#[from] InvalidHeaderValue),
}

/// Signs logical headers (`timestamp`, `systemid`, `Content-Type` and the parameters), in
/// the order given.
///
/// # Errors
/// When a name or a value cannot stand in a header: control characters, an empty name.
pub fn sign(key: &MacKey, logical: &[(&str, &str)]) -> Result<HeaderMap, SignError> {
    let mut text = String::with_capacity(64 * logical.len());
    let mut names = String::with_capacity(16 * logical.len());
    let mut headers = HeaderMap::with_capacity(logical.len() + 6);
    for (name, value) in logical {
        let prefixed = format!("{PREFIX}{name}");
        text.push(if text.is_empty() { '{' } else { ',' });
        push_json(&mut text, &prefixed);
        text.push(':');
        push_json(&mut text, value);
        if !names.is_empty() {
            names.push(';');
        }
        names.push_str(name);
        let header = HeaderValue::from_bytes(value.as_bytes())?;
        if *name == "Content-Type" {
            headers.insert(CONTENT_TYPE, header.clone());
        }
        // Names that differ only in case are one header with two values.
        headers.append(HeaderName::try_from(prefixed)?, header);
    }
    text.push('}');
    let mac = mac_of(key, text.as_bytes());
    let fixed = |name: &'static str| HeaderName::from_static(name);
    headers.insert(fixed(SIGN_HEADER_KEY), HeaderValue::try_from(names)?);
    headers.insert(
        fixed(SIGN_HEADER),
        HeaderValue::from_bytes(text.as_bytes())?,
    );
    headers.insert(fixed(HASH_HEADER), HeaderValue::try_from(mac)?);
    headers.insert(fixed(VERSION), HeaderValue::from_static(VERSION_VALUE));
    headers.insert(USER_AGENT, HeaderValue::from_static(super::USER_AGENT));
    Ok(headers)
}

fn push_json(text: &mut String, value: &str) {
    // A string always has a JSON form.
    text.push_str(&serde_json::Value::from(value).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vxp::wire::mac_key;

    #[test]
    fn a_value_with_a_line_break_is_refused() {
        let key = mac_key(b"s");
        assert!(sign(&key, &[("a", "b\r\nc: d")]).is_err());
        assert!(sign(&key, &[("a b", "c")]).is_err());
    }
}
