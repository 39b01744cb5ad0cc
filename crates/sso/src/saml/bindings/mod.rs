//! Bindings: how messages travel through the browser.
//!
//! Owns: what comes in, with the proof of who sent it.
//! Not here: encoding of each binding (`redirect.rs`, `post.rs`), what a message means.
//! Invariant: the tree whose signature is checked is the tree that is read afterwards.
//! Follows: SAML 2.0 Bindings, 3.4 and 3.5.

mod post;
mod redirect;

pub use post::encode as encode_post;
pub use redirect::signed_address;

use super::{
    refused::Refused,
    signature::{DS, Method, PublicKey, SignatureFault, signature_of, verify},
    xml::Document,
};
use crate::fields::Fields;

/// Longest `RelayState`; the standard says 80 bytes, applications send addresses in it.
pub const RELAY_STATE_BYTES_MAX: usize = 2_048;

/// What a message claims to be, by the field that it came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

/// The signature beside a message in an address.
#[derive(Debug, Clone)]
struct Detached {
    method: Option<Method>,
    signed: String,
    value: Vec<u8>,
}

/// A message as it came in.
#[derive(Debug, Clone)]
pub struct Inbound {
    /// What it claims to be.
    pub field: Field,
    /// The message.
    pub document: Document,
    /// To be given back unchanged.
    pub relay_state: Option<String>,
    is_redirect: bool,
    detached: Option<Detached>,
}

impl Inbound {
    /// Reads a message from the query of an address.
    ///
    /// # Errors
    /// [`Refused::Part`], [`Refused::Unreadable`], [`Refused::RelayState`].
    pub fn from_query(query: &str) -> Result<Self, Refused> {
        let fields = Fields::parse(query);
        let (field, name) = which(&fields)?;
        let raw = fields.raw(name).ok_or(Refused::Part("SAMLRequest"))?;
        let xml = redirect::decode(raw)?;
        let detached = redirect::detached(&fields, name, raw)?;
        Ok(Self {
            field,
            document: Document::parse(&xml)?,
            relay_state: relay_state(&fields)?,
            is_redirect: true,
            detached,
        })
    }

    /// Reads a message from a form.
    ///
    /// # Errors
    /// As [`Inbound::from_query`].
    pub fn from_form(form: &str) -> Result<Self, Refused> {
        let fields = Fields::parse(form);
        let (field, name) = which(&fields)?;
        let raw = fields.raw(name).ok_or(Refused::Part("SAMLRequest"))?;
        Ok(Self {
            field,
            document: Document::parse(&post::decode(raw)?)?,
            relay_state: relay_state(&fields)?,
            is_redirect: false,
            detached: None,
        })
    }

    /// Whether the message is signed by one of `keys`; a wrong signature is an error, not a no.
    ///
    /// # Errors
    /// [`Refused::Signature`].
    pub fn check_signature(&self, keys: &[PublicKey]) -> Result<bool, Refused> {
        let root = &self.document.root;
        let own = signature_of(root)?;
        // A signature anywhere else belongs to something that is not read.
        let all = root
            .descendants()
            .filter(|element| element.is(DS, "Signature"));
        if all.count() > usize::from(own.is_some()) {
            return Err(SignatureFault::Place.into());
        }
        if self.is_redirect {
            if own.is_some() {
                return Err(SignatureFault::Place.into());
            }
            let Some(detached) = &self.detached else {
                return Ok(false);
            };
            let method = detached.method.ok_or(SignatureFault::Algorithm)?;
            let is_known = keys
                .iter()
                .any(|key| key.verifies(method, detached.signed.as_bytes(), &detached.value));
            return if is_known {
                Ok(true)
            } else {
                Err(SignatureFault::Key.into())
            };
        }
        match own {
            None => Ok(false),
            Some(_) => Ok(verify(root, keys).map(|()| true)?),
        }
    }
}

/// Exactly one of the two fields, once.
fn which(fields: &Fields<'_>) -> Result<(Field, &'static str), Refused> {
    let names = [
        "SAMLRequest",
        "SAMLResponse",
        "RelayState",
        "SigAlg",
        "Signature",
    ];
    if names.iter().any(|name| fields.is_repeated(name)) {
        return Err(Refused::Part("SAMLRequest"));
    }
    match (fields.raw("SAMLRequest"), fields.raw("SAMLResponse")) {
        (Some(_), None) => Ok((Field::Request, "SAMLRequest")),
        (None, Some(_)) => Ok((Field::Response, "SAMLResponse")),
        _ => Err(Refused::Part("SAMLRequest")),
    }
}

fn relay_state(fields: &Fields<'_>) -> Result<Option<String>, Refused> {
    let value = fields.get("RelayState");
    if value
        .as_ref()
        .is_some_and(|value| value.len() > RELAY_STATE_BYTES_MAX)
    {
        return Err(Refused::RelayState);
    }
    Ok(value)
}
