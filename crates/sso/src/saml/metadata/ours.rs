//! What this identity provider publishes about itself, signed.
//!
//! Owns: `own`.
//! Follows: SAML 2.0 Metadata, 2.4.3.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_model::Timestamp;

use super::super::{
    kind::NameIdFormat,
    names::{METADATA, POST_BINDING, REDIRECT_BINDING},
    signature::{DS, SignatureFault, Signer, Unsigned, sign},
    xml::Builder,
};

/// How long a copy may be used, a year: many applications are given the file once, by hand.
const VALID_MS: i64 = 366 * 86_400_000;

/// What the document says.
#[derive(Debug)]
pub struct Own<'a> {
    /// Identifier of the document.
    pub id: &'a str,
    /// Our entity id: the address of the document.
    pub entity_id: &'a str,
    /// Address of sign-on.
    pub sign_on: &'a str,
    /// Address of single logout.
    pub logout: &'a str,
    /// Certificates of the keys that sign, now or next; in DER.
    pub certificates: &'a [Vec<u8>],
    /// Name of the organisation, if known.
    pub organisation: Option<&'a str>,
    /// The present.
    pub now: Timestamp,
}

/// Writes and signs the document.
///
/// # Errors
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn own(own: &Own<'_>, signer: &dyn Signer) -> Result<String, SignatureFault> {
    let mut xml = Builder::default();
    let valid_until = own.now.plus_ms(VALID_MS).to_string();
    let attributes = [
        ("xmlns:md", Some(METADATA)),
        ("ID", Some(own.id)),
        ("entityID", Some(own.entity_id)),
        ("validUntil", Some(valid_until.as_str())),
        ("cacheDuration", Some("PT1H")),
    ];
    xml.open("md:EntityDescriptor", &attributes);
    let signature_at = xml.position();
    let role = [
        ("WantAuthnRequestsSigned", Some("false")),
        (
            "protocolSupportEnumeration",
            Some("urn:oasis:names:tc:SAML:2.0:protocol"),
        ),
    ];
    xml.open("md:IDPSSODescriptor", &role);
    for certificate in own.certificates {
        xml.open("md:KeyDescriptor", &[("use", Some("signing"))])
            .open("ds:KeyInfo", &[("xmlns:ds", Some(DS))])
            .open("ds:X509Data", &[])
            .leaf("ds:X509Certificate", &[], &STANDARD.encode(certificate))
            .close()
            .close()
            .close();
    }
    let bindings = [REDIRECT_BINDING, POST_BINDING];
    for binding in bindings {
        let place = [("Binding", Some(binding)), ("Location", Some(own.logout))];
        xml.leaf("md:SingleLogoutService", &place, "");
    }
    for format in NameIdFormat::ALL {
        xml.leaf("md:NameIDFormat", &[], format.uri());
    }
    for binding in bindings {
        let place = [("Binding", Some(binding)), ("Location", Some(own.sign_on))];
        xml.leaf("md:SingleSignOnService", &place, "");
    }
    xml.close();
    if let Some(name) = own.organisation {
        let vietnamese = [("xml:lang", Some("vi"))];
        xml.open("md:Organization", &[])
            .leaf("md:OrganizationName", &vietnamese, name)
            .leaf("md:OrganizationDisplayName", &vietnamese, name)
            .leaf("md:OrganizationURL", &vietnamese, own.entity_id)
            .close();
    }
    let unsigned = Unsigned {
        text: xml.finish(),
        id: own.id,
        signature_at,
    };
    let signed = sign(&unsigned, signer)?;
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}",
        signed.as_str()
    ))
}
