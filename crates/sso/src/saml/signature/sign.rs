//! Making enveloped signatures.
//!
//! Owns: `sign`.
//! Not here: what is signed.
//! Invariant: the digest is taken of what our own parser reads from the text that is sent.
//! Follows: XML Signature 1.1, 3.1; SAML 2.0 Core, 5.4.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest;

use super::{super::xml, DS, ENVELOPED, EXCLUSIVE, SHA256, SignatureFault, Signer};
use xml::{Builder, Canonical, Document, Part, canonicalise};

/// A document before it is signed.
#[derive(Debug)]
pub struct Unsigned<'a> {
    /// The whole text; its root is what is signed.
    pub text: String,
    /// Value of the root's `ID`.
    pub id: &'a str,
    /// Where in the text the signature belongs: a position right after a tag.
    pub signature_at: usize,
}

/// Signs the root of a document.
///
/// # Errors
/// [`SignatureFault::Xml`] when the text is no document or the position is none: a bug;
/// [`SignatureFault::Unusable`] when the key does not sign.
pub fn sign(document: &Unsigned<'_>, signer: &dyn Signer) -> Result<Part, SignatureFault> {
    let parsed = Document::parse(document.text.as_bytes())?;
    if parsed.root.attribute("ID") != Some(document.id) {
        return Err(SignatureFault::Reference);
    }
    let form = canonicalise(&Canonical::whole(&parsed.root));
    let digest = STANDARD.encode(digest::digest(&digest::SHA256, form.as_bytes()));
    let info = signed_info(document.id, &digest, signer.method().uri());
    let value = STANDARD.encode(signer.sign(info.as_bytes())?);
    let mut signature = Builder::default();
    signature
        .open("ds:Signature", &[("xmlns:ds", Some(DS))])
        .part(&Part::from_well_formed(info))
        .leaf("ds:SignatureValue", &[], &value)
        .open("ds:KeyInfo", &[])
        .open("ds:X509Data", &[])
        .leaf(
            "ds:X509Certificate",
            &[],
            &STANDARD.encode(signer.certificate()),
        );
    let (head, tail) = document
        .text
        .split_at_checked(document.signature_at)
        .ok_or(SignatureFault::Place)?;
    let signed = [head, &signature.finish(), tail].concat();
    Ok(Part::from_well_formed(signed))
}

/// `SignedInfo`, written in its own canonical form: what is signed is what is sent.
fn signed_info(id: &str, digest: &str, method: &str) -> String {
    let mut info = Builder::default();
    let reference = format!("#{id}");
    let algorithm = |uri| [("Algorithm", Some(uri))];
    info.open("ds:SignedInfo", &[("xmlns:ds", Some(DS))])
        .leaf("ds:CanonicalizationMethod", &algorithm(EXCLUSIVE), "")
        .leaf("ds:SignatureMethod", &algorithm(method), "")
        .open("ds:Reference", &[("URI", Some(&reference))])
        .open("ds:Transforms", &[])
        .leaf("ds:Transform", &algorithm(ENVELOPED), "")
        .leaf("ds:Transform", &algorithm(EXCLUSIVE), "")
        .close()
        .leaf("ds:DigestMethod", &algorithm(SHA256), "")
        .leaf("ds:DigestValue", &[], digest);
    info.finish()
}
