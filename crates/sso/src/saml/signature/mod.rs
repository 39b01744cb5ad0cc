//! XML signatures: algorithms, keys, the port of whoever signs.
//!
//! Owns: `Method`, `PublicKey`, `Signer`, why a signature is refused.
//! Not here: making (`sign.rs`) and checking (`verify.rs`) enveloped signatures, certificates
//! (`certificate.rs`), signatures of the redirect binding (`bindings/redirect.rs`).
//! Invariant: only the algorithms of [`Method`] with SHA-256 digests; a key is used with the
//! algorithm of its own type and with no other.
//! Follows: XML Signature 1.1; RFC 4051, RFC 6931; design document "Identity", section 3.

pub mod certificate;
mod sign;
mod verify;

use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, UnparsedPublicKey, VerificationAlgorithm,
};

pub use sign::{Unsigned, sign};
pub use verify::{signature_of, verify};

use super::xml::XmlFault;

/// Namespace of XML signatures.
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Exclusive canonical form.
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
/// Exclusive canonical form with comments.
pub const EXCLUSIVE_WITH_COMMENTS: &str = "http://www.w3.org/2001/10/xml-exc-c14n#WithComments";
/// The transform that leaves the signature itself out.
pub const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// The one digest.
pub const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";

/// Why a signature is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureFault {
    /// The document around it cannot be read.
    #[error(transparent)]
    Xml(#[from] XmlFault),
    /// There is none where one must be.
    #[error("not signed")]
    Missing,
    /// There are several, or one lies where none may be.
    #[error("signature in the wrong place")]
    Place,
    /// It lacks a part, or has one too many.
    #[error("signature is incomplete")]
    Form,
    /// It does not refer to the element that it lies in.
    #[error("signature of something else")]
    Reference,
    /// An algorithm or transform that is not allowed.
    #[error("algorithm is not allowed")]
    Algorithm,
    /// The signed element was changed.
    #[error("digest differs")]
    Digest,
    /// No known key made it.
    #[error("signature of no known key")]
    Key,
    /// The key cannot be read, is too short or of another type.
    #[error("key is not usable")]
    Unusable,
}

/// A signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// RSA, PKCS #1 v1.5, SHA-256.
    RsaSha256,
    /// RSA, PKCS #1 v1.5, SHA-384.
    RsaSha384,
    /// RSA, PKCS #1 v1.5, SHA-512.
    RsaSha512,
    /// ECDSA on P-256, SHA-256.
    EcdsaSha256,
}

impl Method {
    /// All that are allowed.
    pub const ALL: [Self; 4] = [
        Self::RsaSha256,
        Self::RsaSha384,
        Self::RsaSha512,
        Self::EcdsaSha256,
    ];

    /// Its name in documents.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::RsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            Self::RsaSha384 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
            Self::RsaSha512 => "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
            Self::EcdsaSha256 => "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
        }
    }

    /// Reads the name; none for what is not allowed.
    #[must_use]
    pub fn from_uri(uri: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.uri() == uri)
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaSha256 => &RSA_PKCS1_2048_8192_SHA256,
            Self::RsaSha384 => &RSA_PKCS1_2048_8192_SHA384,
            Self::RsaSha512 => &RSA_PKCS1_2048_8192_SHA512,
            Self::EcdsaSha256 => &ECDSA_P256_SHA256_FIXED,
        }
    }
}

/// A public key of another party.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicKey {
    /// `RSAPublicKey` in DER, 2,048 to 8,192 bits.
    Rsa(Vec<u8>),
    /// An uncompressed point on P-256.
    P256(Vec<u8>),
}

impl PublicKey {
    /// Whether it made this signature.
    #[must_use]
    pub fn verifies(&self, method: Method, message: &[u8], signature: &[u8]) -> bool {
        let bytes = match (self, method) {
            (Self::Rsa(bytes), Method::RsaSha256 | Method::RsaSha384 | Method::RsaSha512)
            | (Self::P256(bytes), Method::EcdsaSha256) => bytes,
            (Self::Rsa(_), Method::EcdsaSha256) | (Self::P256(_), _) => return false,
        };
        UnparsedPublicKey::new(method.verification(), bytes)
            .verify(message, signature)
            .is_ok()
    }
}

/// Whoever signs for this platform.
pub trait Signer: Send + Sync {
    /// Algorithm.
    fn method(&self) -> Method;
    /// The signature of a message, in the form of XML signatures.
    ///
    /// # Errors
    /// [`SignatureFault::Unusable`].
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureFault>;
    /// Its certificate in DER.
    fn certificate(&self) -> &[u8];
}
