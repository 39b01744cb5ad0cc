//! The POST binding: base64 in a form field.
//!
//! Owns: encoding and decoding.
//! Follows: SAML 2.0 Bindings, 3.5.4.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::super::{
    refused::Refused,
    xml::{BYTES_MAX, XmlFault},
};
use crate::fields;

/// A message for a form field.
#[must_use]
pub fn encode(xml: &str) -> String {
    STANDARD.encode(xml)
}

pub(super) fn decode(raw: &str) -> Result<Vec<u8>, Refused> {
    let xml = bytes(raw).ok_or(Refused::Unreadable(XmlFault::Malformed))?;
    if xml.len() > BYTES_MAX {
        return Err(Refused::Unreadable(XmlFault::TooLong));
    }
    Ok(xml)
}

/// Bytes of a base64 value of a form or address. Senders that forget to encode a plus sign
/// send a space; line ends are left in by some.
pub(super) fn bytes(raw: &str) -> Option<Vec<u8>> {
    let text: String = fields::decode(raw)
        .chars()
        .filter(|c| !matches!(c, '\r' | '\n' | '\t'))
        .map(|c| if c == ' ' { '+' } else { c })
        .collect();
    STANDARD.decode(text).ok()
}
