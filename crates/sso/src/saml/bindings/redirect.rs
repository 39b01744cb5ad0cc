//! The redirect binding: DEFLATE and base64 in an address, the signature beside it.
//!
//! Owns: encoding, decoding, what the signature covers.
//! Invariant: the signature is checked over the text as it was sent; nothing inflates past the
//! limit of a document.
//! Follows: SAML 2.0 Bindings, 3.4.4; RFC 1951.

use std::io::{Read as _, Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use super::{
    super::{
        refused::Refused,
        signature::{Method, SignatureFault, Signer},
        xml::{BYTES_MAX, XmlFault},
    },
    Detached, Field, post,
};
use crate::fields::{Fields, encode};

/// Longest value in an address; browsers and servers end at a few tens of KiB.
const RAW_BYTES_MAX: usize = 64 * 1_024;

pub(super) fn decode(raw: &str) -> Result<Vec<u8>, Refused> {
    let broken = Refused::Unreadable(XmlFault::Malformed);
    if raw.len() > RAW_BYTES_MAX {
        return Err(Refused::Unreadable(XmlFault::TooLong));
    }
    let deflated = post::bytes(raw).ok_or(broken.clone())?;
    let mut xml = Vec::new();
    let ceiling = u64::try_from(BYTES_MAX + 1).unwrap_or(u64::MAX);
    DeflateDecoder::new(deflated.as_slice())
        .take(ceiling)
        .read_to_end(&mut xml)
        .map_err(|_| broken)?;
    if xml.len() > BYTES_MAX {
        return Err(Refused::Unreadable(XmlFault::TooLong));
    }
    Ok(xml)
}

/// The signature beside the message, with the text that it covers.
pub(super) fn detached(
    fields: &Fields<'_>,
    name: &str,
    raw: &str,
) -> Result<Option<Detached>, Refused> {
    let (algorithm, value) = match (fields.raw("SigAlg"), fields.raw("Signature")) {
        (None, None) => return Ok(None),
        (Some(algorithm), Some(value)) => (algorithm, value),
        _ => return Err(SignatureFault::Form.into()),
    };
    let mut signed = format!("{name}={raw}");
    if let Some(state) = fields.raw("RelayState") {
        signed.push_str("&RelayState=");
        signed.push_str(state);
    }
    signed.push_str("&SigAlg=");
    signed.push_str(algorithm);
    let uri = fields.get("SigAlg").unwrap_or_default();
    Ok(Some(Detached {
        method: Method::from_uri(&uri),
        signed,
        value: post::bytes(value).ok_or(SignatureFault::Form)?,
    }))
}

/// The parameters of a message, not signed.
fn parameters(field: Field, xml: &str, relay_state: Option<&str>) -> Result<String, Refused> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let deflated = encoder
        .write_all(xml.as_bytes())
        .and_then(|()| encoder.finish())
        .map_err(|_| Refused::Unreadable(XmlFault::Malformed))?;
    let name = match field {
        Field::Request => "SAMLRequest",
        Field::Response => "SAMLResponse",
    };
    let mut text = format!("{name}={}", encode(&STANDARD.encode(deflated)));
    if let Some(state) = relay_state {
        text.push_str("&RelayState=");
        text.push_str(&encode(state));
    }
    Ok(text)
}

fn join(url: &str, parameters: &str) -> String {
    let mark = if url.contains('?') { '&' } else { '?' };
    format!("{url}{mark}{parameters}")
}

/// The address that carries a message, signed.
///
/// # Errors
/// [`Refused::Signature`] when the key does not sign.
pub fn signed_address(
    url: &str,
    field: Field,
    xml: &str,
    relay_state: Option<&str>,
    signer: &dyn Signer,
) -> Result<String, Refused> {
    let mut text = parameters(field, xml, relay_state)?;
    text.push_str("&SigAlg=");
    text.push_str(&encode(signer.method().uri()));
    let signature = signer.sign(text.as_bytes())?;
    text.push_str("&Signature=");
    text.push_str(&encode(&STANDARD.encode(signature)));
    Ok(join(url, &text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_back_and_bombs_are_refused() {
        let xml = "<a>đ&amp;+/=</a>";
        let text = parameters(Field::Request, xml, Some("x y&z")).unwrap();
        let fields = Fields::parse(&text);
        let raw = fields.raw("SAMLRequest").unwrap();
        assert_eq!(decode(raw).unwrap(), xml.as_bytes());
        assert_eq!(fields.get("RelayState").as_deref(), Some("x y&z"));
        let bomb = " ".repeat(BYTES_MAX + 1);
        let text = parameters(Field::Request, &bomb, None).unwrap();
        let raw = text.strip_prefix("SAMLRequest=").unwrap();
        assert_eq!(decode(raw), Err(Refused::Unreadable(XmlFault::TooLong)));
    }
}
