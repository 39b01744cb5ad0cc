//! The answer to a request: an assertion, or the reason why there is none.
//!
//! Owns: writing and signing `Response` and `Assertion`.
//! Not here: who the person is and what may be told (`routes/sso.rs`).
//! Invariant: an assertion is always signed by itself; it names one receiver, one audience and
//! one request, and lives five minutes.
//! Follows: SAML 2.0 Core, 2.3 and 3.3.3; Profiles, 4.1.4.2.

use lgsp_model::Timestamp;

use super::{
    super::{
        kind::AttributeMapping,
        names::{ASSERTION, PROTOCOL, SUCCESS},
        signature::{SignatureFault, Signer, Unsigned, sign},
        xml::{Builder, Part},
    },
    name_id::NameId,
};

/// How long an assertion may be handed in, 5 minutes.
pub(super) const LIFE_MS: i64 = 5 * 60_000;
/// How far the clock of a service provider may be behind ours, 1 minute.
const SKEW_MS: i64 = 60_000;

/// What the response around an assertion, or instead of one, says.
#[derive(Debug, Clone)]
pub struct Answer<'a> {
    /// Identifier.
    pub id: &'a str,
    /// The request that it answers; none when sign-on began here.
    pub in_response_to: Option<&'a str>,
    /// Our entity id.
    pub issuer: &'a str,
    /// Address of the receiver.
    pub destination: &'a str,
    /// The present.
    pub now: Timestamp,
}

/// What an assertion says.
#[derive(Debug)]
pub struct Assertion<'a> {
    /// Identifier.
    pub id: &'a str,
    /// Entity id of the receiver.
    pub audience: &'a str,
    /// The name of the person there.
    pub name_id: &'a NameId,
    /// Our session.
    pub session_index: &'a str,
    /// When the person proved who it is.
    pub authenticated_at: Timestamp,
    /// When our session ends at the latest.
    pub session_ends_at: Timestamp,
    /// How it was proved.
    pub context_class: &'a str,
    /// What is told of the person.
    pub attributes: Vec<(&'a AttributeMapping, Vec<String>)>,
}

/// Writes and signs an assertion.
///
/// # Errors
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn assertion(
    answer: &Answer<'_>,
    assertion: &Assertion<'_>,
    signer: &dyn Signer,
) -> Result<Part, SignatureFault> {
    let mut xml = Builder::default();
    let now = answer.now.to_string();
    let attributes = [
        ("xmlns:saml", Some(ASSERTION)),
        ("ID", Some(assertion.id)),
        ("Version", Some("2.0")),
        ("IssueInstant", Some(now.as_str())),
    ];
    xml.open("saml:Assertion", &attributes);
    xml.leaf("saml:Issuer", &[], answer.issuer);
    let signature_at = xml.position();
    write_subject(&mut xml, answer, assertion.name_id);
    let not_before = answer.now.plus_ms(-SKEW_MS).to_string();
    let not_after = answer.now.plus_ms(LIFE_MS).to_string();
    let conditions = [
        ("NotBefore", Some(not_before.as_str())),
        ("NotOnOrAfter", Some(not_after.as_str())),
    ];
    xml.open("saml:Conditions", &conditions)
        .open("saml:AudienceRestriction", &[])
        .leaf("saml:Audience", &[], assertion.audience)
        .close()
        .close();
    let authenticated_at = assertion.authenticated_at.to_string();
    let ends_at = assertion.session_ends_at.to_string();
    let statement = [
        ("AuthnInstant", Some(authenticated_at.as_str())),
        ("SessionIndex", Some(assertion.session_index)),
        ("SessionNotOnOrAfter", Some(ends_at.as_str())),
    ];
    xml.open("saml:AuthnStatement", &statement)
        .open("saml:AuthnContext", &[])
        .leaf("saml:AuthnContextClassRef", &[], assertion.context_class)
        .close()
        .close();
    write_attributes(&mut xml, assertion);
    let unsigned = Unsigned {
        text: xml.finish(),
        id: assertion.id,
        signature_at,
    };
    sign(&unsigned, signer)
}

fn write_subject(xml: &mut Builder, answer: &Answer<'_>, name_id: &NameId) {
    let not_after = answer.now.plus_ms(LIFE_MS).to_string();
    let data = [
        ("NotOnOrAfter", Some(not_after.as_str())),
        ("Recipient", Some(answer.destination)),
        ("InResponseTo", answer.in_response_to),
    ];
    xml.open("saml:Subject", &[]);
    name_id.write(xml);
    let method = [("Method", Some("urn:oasis:names:tc:SAML:2.0:cm:bearer"))];
    xml.open("saml:SubjectConfirmation", &method)
        .leaf("saml:SubjectConfirmationData", &data, "")
        .close()
        .close();
}

fn write_attributes(xml: &mut Builder, assertion: &Assertion<'_>) {
    let told = || {
        assertion
            .attributes
            .iter()
            .filter(|(_, values)| !values.is_empty())
    };
    if told().next().is_none() {
        return;
    }
    xml.open("saml:AttributeStatement", &[]);
    for (mapping, values) in told() {
        let is_uri = mapping.name.contains(':');
        let format = if is_uri {
            "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
        } else {
            "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
        };
        let attributes = [
            ("Name", Some(mapping.name.as_str())),
            ("NameFormat", Some(format)),
            ("FriendlyName", mapping.friendly_name.as_deref()),
        ];
        xml.open("saml:Attribute", &attributes);
        for value in values {
            xml.leaf("saml:AttributeValue", &[], value);
        }
        xml.close();
    }
    xml.close();
}

/// A response with an assertion; signed as a whole too when there is a signer for it.
///
/// # Errors
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn success(
    answer: &Answer<'_>,
    assertion: &Part,
    signer: Option<&dyn Signer>,
) -> Result<String, SignatureFault> {
    response(answer, &[SUCCESS], None, Some(assertion), signer)
}

/// A response that says why there is no assertion; always signed.
///
/// # Errors
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn failure(
    answer: &Answer<'_>,
    status: &[&str],
    message: &str,
    signer: &dyn Signer,
) -> Result<String, SignatureFault> {
    response(answer, status, Some(message), None, Some(signer))
}

fn response(
    answer: &Answer<'_>,
    status: &[&str],
    message: Option<&str>,
    assertion: Option<&Part>,
    signer: Option<&dyn Signer>,
) -> Result<String, SignatureFault> {
    let mut xml = Builder::default();
    let signature_at = answer.open(&mut xml, "samlp:Response");
    Answer::write_status(&mut xml, status, message);
    if let Some(assertion) = assertion {
        xml.part(assertion);
    }
    let text = xml.finish();
    let Some(signer) = signer else {
        return Ok(text);
    };
    let unsigned = Unsigned {
        text,
        id: answer.id,
        signature_at,
    };
    Ok(sign(&unsigned, signer)?.as_str().to_owned())
}

impl Answer<'_> {
    /// Opens a response of this name; gives the place of its signature.
    pub(crate) fn open(&self, xml: &mut Builder, name: &'static str) -> usize {
        let now = self.now.to_string();
        let attributes = [
            ("xmlns:samlp", Some(PROTOCOL)),
            ("ID", Some(self.id)),
            ("Version", Some("2.0")),
            ("IssueInstant", Some(now.as_str())),
            ("Destination", Some(self.destination)),
            ("InResponseTo", self.in_response_to),
        ];
        xml.open(name, &attributes);
        let issuer = [("xmlns:saml", Some(ASSERTION))];
        xml.leaf("saml:Issuer", &issuer, self.issuer);
        xml.position()
    }

    /// Writes a status: a first code, and perhaps a second one within it.
    pub(crate) fn write_status(xml: &mut Builder, codes: &[&str], message: Option<&str>) {
        xml.open("samlp:Status", &[]);
        for code in codes {
            xml.open("samlp:StatusCode", &[("Value", Some(code))]);
        }
        for _ in codes {
            xml.close();
        }
        if let Some(message) = message {
            xml.leaf("samlp:StatusMessage", &[], message);
        }
        xml.close();
    }
}
