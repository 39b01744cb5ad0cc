//! Checking enveloped signatures.
//!
//! Owns: `verify`.
//! Not here: which element must be signed (the reader of each message).
//! Invariant: a signature counts for the element that it lies directly in and for no other; its
//! one reference names that element by an identifier that occurs once in the document; keys
//! come from the registry, never from the document.
//! Follows: XML Signature 1.1, 3.2; SAML 2.0 Core, 5.4; Somorovsky et al., "On Breaking SAML".

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ring::digest;

use super::{
    super::xml::{Canonical, Element, canonicalise},
    DS, ENVELOPED, EXCLUSIVE, EXCLUSIVE_WITH_COMMENTS, Method, PublicKey, SHA256, SignatureFault,
};

/// Prefixes that one transform may name.
const PREFIXES_MAX: usize = 32;

/// The signature that lies directly in `element`, if any.
///
/// # Errors
/// [`SignatureFault::Place`] when there are two.
pub fn signature_of(element: &Element) -> Result<Option<&Element>, SignatureFault> {
    let mut found = element.named(DS, "Signature");
    let first = found.next();
    match found.next() {
        Some(_) => Err(SignatureFault::Place),
        None => Ok(first),
    }
}

/// Proves that one of `keys` signed `element` as it stands, its own signature left out.
///
/// # Errors
/// The first rule that the signature breaks.
pub fn verify(element: &Element, keys: &[PublicKey]) -> Result<(), SignatureFault> {
    let signature = signature_of(element)?.ok_or(SignatureFault::Missing)?;
    let info = only(signature, "SignedInfo")?;
    let (with_comments, inclusive) = canonicalisation(only(info, "CanonicalizationMethod")?)?;
    let method = only(info, "SignatureMethod")?;
    if method.elements().next().is_some() {
        return Err(SignatureFault::Algorithm);
    }
    let method = algorithm(method)?;
    let method = Method::from_uri(method).ok_or(SignatureFault::Algorithm)?;
    check_reference(element, signature, only(info, "Reference")?)?;
    let form = canonicalise(&Canonical {
        element: info,
        without: None,
        with_comments,
        inclusive: &inclusive,
    });
    let value = bytes(only(signature, "SignatureValue")?)?;
    let is_known = keys
        .iter()
        .any(|key| key.verifies(method, form.as_bytes(), &value));
    if is_known {
        Ok(())
    } else {
        Err(SignatureFault::Key)
    }
}

fn check_reference(
    element: &Element,
    signature: &Element,
    reference: &Element,
) -> Result<(), SignatureFault> {
    let target = reference
        .attribute("URI")
        .ok_or(SignatureFault::Reference)?;
    let target = target.strip_prefix('#').ok_or(SignatureFault::Reference)?;
    // The parser has made sure that no other element has this identifier.
    if target.is_empty() || element.attribute("ID") != Some(target) {
        return Err(SignatureFault::Reference);
    }
    let transforms: Vec<&Element> = only(reference, "Transforms")?.elements().collect();
    let [enveloped, exclusive] = transforms.as_slice() else {
        return Err(SignatureFault::Algorithm);
    };
    let is_transform = |element: &Element| element.is(DS, "Transform");
    if !is_transform(enveloped)
        || !is_transform(exclusive)
        || algorithm(enveloped)? != ENVELOPED
        || enveloped.elements().next().is_some()
    {
        return Err(SignatureFault::Algorithm);
    }
    // A reference by identifier leaves comments out, whatever the transform says
    // (XML Signature 1.1, 4.4.3.3); values with comments are refused where they are read.
    let (_, inclusive) = canonicalisation(exclusive)?;
    if algorithm(only(reference, "DigestMethod")?)? != SHA256 {
        return Err(SignatureFault::Algorithm);
    }
    let form = canonicalise(&Canonical {
        element,
        without: Some(signature),
        with_comments: false,
        inclusive: &inclusive,
    });
    let expected = bytes(only(reference, "DigestValue")?)?;
    if digest::digest(&digest::SHA256, form.as_bytes()).as_ref() == expected {
        Ok(())
    } else {
        Err(SignatureFault::Digest)
    }
}

/// Whether comments stay, and the prefixes that are named.
fn canonicalisation(method: &Element) -> Result<(bool, Vec<String>), SignatureFault> {
    let with_comments = match algorithm(method)? {
        EXCLUSIVE => false,
        EXCLUSIVE_WITH_COMMENTS => true,
        _ => return Err(SignatureFault::Algorithm),
    };
    let mut parameters = method.elements();
    let inclusive = match (parameters.next(), parameters.next()) {
        (None, _) => Vec::new(),
        (Some(named), None) if named.is(EXCLUSIVE, "InclusiveNamespaces") => {
            let list = named.attribute("PrefixList").unwrap_or_default();
            let prefixes = list.split([' ', '\t', '\n', '\r']);
            prefixes
                .filter(|prefix| !prefix.is_empty())
                .take(PREFIXES_MAX + 1)
                .map(|prefix| match prefix {
                    "#default" => String::new(),
                    prefix => prefix.to_owned(),
                })
                .collect()
        }
        _ => return Err(SignatureFault::Algorithm),
    };
    if inclusive.len() > PREFIXES_MAX {
        return Err(SignatureFault::Algorithm);
    }
    Ok((with_comments, inclusive))
}

fn algorithm(element: &Element) -> Result<&str, SignatureFault> {
    element.attribute("Algorithm").ok_or(SignatureFault::Form)
}

/// The one element of this name.
fn only<'a>(parent: &'a Element, local: &'a str) -> Result<&'a Element, SignatureFault> {
    let mut found = parent.named(DS, local);
    match (found.next(), found.next()) {
        (Some(element), None) => Ok(element),
        _ => Err(SignatureFault::Form),
    }
}

fn bytes(element: &Element) -> Result<Vec<u8>, SignatureFault> {
    let text = element.text()?;
    let digits: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).map_err(|_| SignatureFault::Form)
}
