//! Reading and writing `LogoutRequest` and `LogoutResponse`.
//!
//! Owns: both messages.
//! Not here: how they travel (`bindings/`, `soap.rs`).
//! Follows: SAML 2.0 Core, 3.7.

use lgsp_model::Timestamp;

use super::super::{
    authn::{Answer, Envelope, NameId},
    names::{ASSERTION, PROTOCOL, SUCCESS},
    refused::Refused,
    signature::{SignatureFault, Signer, Unsigned, sign},
    xml::{Builder, Element, Part},
};

/// Most sessions that one request may name.
const SESSIONS_MAX: usize = 20;
/// How long a request of ours may be acted upon, 5 minutes.
const LIFE_MS: i64 = 5 * 60_000;

/// A request to sign somebody out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutRequest {
    /// Identifier, issuer, instant, destination.
    pub envelope: Envelope,
    /// Not to be acted upon from then on.
    pub not_on_or_after: Option<Timestamp>,
    /// Who is meant.
    pub name_id: NameId,
    /// Which of the sessions; empty for all that the issuer knows.
    pub session_indexes: Vec<String>,
}

impl LogoutRequest {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Refused::Part`], [`Refused::Unreadable`].
    pub fn read(root: &Element) -> Result<Self, Refused> {
        let envelope = Envelope::read(root, "LogoutRequest")?;
        let not_on_or_after = match root.attribute("NotOnOrAfter") {
            None => None,
            Some(text) => {
                let at = Timestamp::parse_rfc3339(text);
                Some(at.ok_or(Refused::Part("NotOnOrAfter"))?)
            }
        };
        let name = root.child(ASSERTION, "NameID");
        let name = name.ok_or(Refused::Part("NameID"))?;
        let mut session_indexes = Vec::new();
        for index in root.named(PROTOCOL, "SessionIndex").take(SESSIONS_MAX) {
            session_indexes.push(index.text()?.to_owned());
        }
        Ok(Self {
            envelope,
            not_on_or_after,
            name_id: NameId::read(name)?,
            session_indexes,
        })
    }
}

/// The answer to a request of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogoutResponse {
    /// Identifier, issuer, instant, destination.
    pub envelope: Envelope,
    /// The request that it answers.
    pub in_response_to: String,
    /// Whether the person is signed out there.
    pub is_success: bool,
}

impl LogoutResponse {
    /// Reads an answer.
    ///
    /// # Errors
    /// [`Refused::Part`], [`Refused::Unreadable`].
    pub fn read(root: &Element) -> Result<Self, Refused> {
        let envelope = Envelope::read(root, "LogoutResponse")?;
        let in_response_to = root.attribute("InResponseTo");
        let code = root
            .child(PROTOCOL, "Status")
            .and_then(|status| status.child(PROTOCOL, "StatusCode"))
            .ok_or(Refused::Part("Status"))?;
        Ok(Self {
            envelope,
            in_response_to: in_response_to
                .ok_or(Refused::Part("InResponseTo"))?
                .to_owned(),
            is_success: code.attribute("Value") == Some(SUCCESS),
        })
    }
}

/// A request of ours.
#[derive(Debug)]
pub(crate) struct NewRequest<'a> {
    /// Identifier.
    pub(crate) id: &'a str,
    /// Our entity id.
    pub(crate) issuer: &'a str,
    /// Address of the receiver.
    pub(crate) destination: &'a str,
    /// The name of the person there, sealed or not.
    pub(crate) name: &'a Part,
    /// Our session.
    pub(crate) session_index: &'a str,
    /// The present.
    pub(crate) now: Timestamp,
}

/// Writes a request; with a signer the signature lies in it, without it goes beside it.
pub(crate) fn write_request(
    request: &NewRequest<'_>,
    signer: Option<&dyn Signer>,
) -> Result<String, SignatureFault> {
    let mut xml = Builder::default();
    let now = request.now.to_string();
    let ends_at = request.now.plus_ms(LIFE_MS).to_string();
    let attributes = [
        ("xmlns:samlp", Some(PROTOCOL)),
        ("ID", Some(request.id)),
        ("Version", Some("2.0")),
        ("IssueInstant", Some(now.as_str())),
        ("Destination", Some(request.destination)),
        ("NotOnOrAfter", Some(ends_at.as_str())),
    ];
    xml.open("samlp:LogoutRequest", &attributes);
    let issuer = [("xmlns:saml", Some(ASSERTION))];
    xml.leaf("saml:Issuer", &issuer, request.issuer);
    let signature_at = xml.position();
    xml.part(request.name);
    xml.leaf("samlp:SessionIndex", &[], request.session_index);
    finish(xml.finish(), request.id, signature_at, signer)
}

/// Writes an answer; with a signer the signature lies in it, without it goes beside it.
pub(crate) fn write_response(
    answer: &Answer<'_>,
    status: &[&str],
    signer: Option<&dyn Signer>,
) -> Result<String, SignatureFault> {
    let mut xml = Builder::default();
    let signature_at = answer.open(&mut xml, "samlp:LogoutResponse");
    Answer::write_status(&mut xml, status, None);
    finish(xml.finish(), answer.id, signature_at, signer)
}

fn finish(
    text: String,
    id: &str,
    signature_at: usize,
    signer: Option<&dyn Signer>,
) -> Result<String, SignatureFault> {
    let Some(signer) = signer else {
        return Ok(text);
    };
    let unsigned = Unsigned {
        text,
        id,
        signature_at,
    };
    Ok(sign(&unsigned, signer)?.as_str().to_owned())
}
