//! Reading `AuthnRequest`, and what all requests have in common.
//!
//! Owns: `AuthnRequest`, `Envelope`.
//! Not here: signatures (`bindings/`), what the registry allows (`rules` in `routes/sso.rs`).
//! Invariant: what is not understood and would change the meaning is refused.
//! Follows: SAML 2.0 Core, 3.2.1 and 3.4.1; design document "Identity", section 3.

use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    super::{
        names::{ASSERTION, POST_BINDING, PROTOCOL},
        refused::Refused,
        xml::Element,
    },
    context::RequestedContext,
};

/// How far `IssueInstant` may lie from our clock, 5 minutes.
pub const AGE_MS_MAX: i64 = 5 * 60_000;
/// Longest identifier of a message.
const ID_BYTES_MAX: usize = 256;

/// What every request and response begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Envelope {
    /// Identifier.
    pub id: String,
    /// Who sends it.
    pub issuer: String,
    /// When it was made.
    pub issued_at: Timestamp,
    /// For which address it is meant.
    pub destination: Option<String>,
}

impl Envelope {
    /// Reads the envelope of a message of this name.
    ///
    /// # Errors
    /// [`Refused::Part`] for what is missing or wrong.
    pub fn read(root: &Element, local: &'static str) -> Result<Self, Refused> {
        if !root.is(PROTOCOL, local) {
            return Err(Refused::Part(local));
        }
        if root.attribute("Version") != Some("2.0") {
            return Err(Refused::Part("Version"));
        }
        let id = root.attribute("ID").unwrap_or_default();
        if id.is_empty() || id.len() > ID_BYTES_MAX {
            return Err(Refused::Part("ID"));
        }
        let issued_at = root.attribute("IssueInstant").and_then(instant);
        let mut issuers = root.named(ASSERTION, "Issuer");
        let issuer = match (issuers.next(), issuers.next()) {
            (Some(issuer), None) => issuer.text()?,
            _ => return Err(Refused::Part("Issuer")),
        };
        Ok(Self {
            id: id.to_owned(),
            issuer: issuer.to_owned(),
            issued_at: issued_at.ok_or(Refused::Part("IssueInstant"))?,
            destination: root.attribute("Destination").map(str::to_owned),
        })
    }
}

/// An instant; SAML wants UTC.
pub(in super::super) fn instant(text: &str) -> Option<Timestamp> {
    Timestamp::parse_rfc3339(text)
}

/// Checks address and age of a message.
///
/// # Errors
/// [`Refused::Destination`], [`Refused::Expired`].
pub fn check_envelope(
    envelope: &Envelope,
    address: &str,
    is_signed: bool,
    now: Timestamp,
) -> Result<(), Refused> {
    match &envelope.destination {
        Some(destination) if destination == address => {}
        // A signed message for nobody in particular could be carried elsewhere.
        None if !is_signed => {}
        _ => return Err(Refused::Destination),
    }
    if now.since(envelope.issued_at).abs() > AGE_MS_MAX {
        return Err(Refused::Expired);
    }
    Ok(())
}

/// A request to sign somebody on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthnRequest {
    /// Identifier, issuer, instant, destination.
    pub envelope: Envelope,
    /// The person must prove it again.
    pub is_forced: bool,
    /// No page may be shown.
    pub is_passive: bool,
    /// Where the answer is wished, by address.
    pub consumer_url: Option<String>,
    /// Where the answer is wished, by number.
    pub consumer_index: Option<u16>,
    /// Wished form of the name.
    pub name_id_format: Option<String>,
    /// For whom the name is wished to be.
    pub sp_name_qualifier: Option<String>,
    /// Wished authentication.
    pub context: Option<RequestedContext>,
    /// Who is expected to sign in.
    pub login_hint: Option<String>,
}

impl AuthnRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Refused::Part`], [`Refused::Unreadable`], [`Refused::Consumer`].
    pub fn read(root: &Element) -> Result<Self, Refused> {
        let envelope = Envelope::read(root, "AuthnRequest")?;
        let consumer_index = match root.attribute("AssertionConsumerServiceIndex") {
            None => None,
            Some(text) => {
                let index = text.parse::<u16>();
                Some(index.map_err(|_| Refused::Part("AssertionConsumerServiceIndex"))?)
            }
        };
        let consumer_url = root
            .attribute("AssertionConsumerServiceURL")
            .map(str::to_owned);
        if consumer_index.is_some() && consumer_url.is_some() {
            return Err(Refused::Part("AssertionConsumerServiceIndex"));
        }
        if root
            .attribute("ProtocolBinding")
            .is_some_and(|binding| binding != POST_BINDING)
        {
            return Err(Refused::Consumer);
        }
        let policy = root.child(PROTOCOL, "NameIDPolicy");
        let of_policy = |name| policy.and_then(|policy| policy.attribute(name));
        let subject = root
            .child(ASSERTION, "Subject")
            .and_then(|subject| subject.child(ASSERTION, "NameID"));
        Ok(Self {
            envelope,
            is_forced: boolean(root, "ForceAuthn")?,
            is_passive: boolean(root, "IsPassive")?,
            consumer_url,
            consumer_index,
            name_id_format: of_policy("Format").map(str::to_owned),
            sp_name_qualifier: of_policy("SPNameQualifier").map(str::to_owned),
            context: RequestedContext::read(root)?,
            login_hint: subject
                .map(|name| name.text().map(str::to_owned))
                .transpose()?,
        })
    }
}

fn boolean(root: &Element, name: &'static str) -> Result<bool, Refused> {
    match root.attribute(name) {
        None | Some("false" | "0") => Ok(false),
        Some("true" | "1") => Ok(true),
        Some(_) => Err(Refused::Part(name)),
    }
}
