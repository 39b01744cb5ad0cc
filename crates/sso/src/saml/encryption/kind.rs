//! What an application's resource says of the encryption of its assertions.
//!
//! Owns: `Encryption`, its choices, their names in documents.
//! Not here: the other fields of the resource (`saml/kind.rs`), encrypting (`mod.rs`).
//! Follows: XML Encryption 1.1, 5.2.4, 5.5.2.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The key with which assertions are encrypted, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Encryption {
    /// Certificate of the application's RSA key for encryption, in base64 or PEM.
    #[schemars(extend("x-label" = {"vi": "Chứng thư mã hóa", "en": "Certificate for encryption"}, "x-order" = 1, "x-widget" = "textarea"))]
    pub certificate: String,
    /// Cipher of the content.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Thuật toán mã hóa nội dung", "en": "Cipher of the content"}, "x-order" = 2))]
    pub content_cipher: ContentCipher,
    /// How the content's key is sent to the application.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cách gửi khóa", "en": "Transport of the key"}, "x-order" = 3))]
    pub key_transport: KeyTransport,
}

/// Cipher of the content; AES-CBC is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContentCipher {
    /// Key of 256 bits.
    #[default]
    #[schemars(extend("x-label" = {"vi": "AES-256-GCM", "en": "AES-256-GCM"}))]
    Aes256Gcm,
    /// Key of 128 bits.
    #[schemars(extend("x-label" = {"vi": "AES-128-GCM", "en": "AES-128-GCM"}))]
    Aes128Gcm,
}

impl ContentCipher {
    pub(super) const ALL: [Self; 2] = [Self::Aes256Gcm, Self::Aes128Gcm];

    /// Its name in documents.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Aes256Gcm => "http://www.w3.org/2009/xmlenc11#aes256-gcm",
            Self::Aes128Gcm => "http://www.w3.org/2009/xmlenc11#aes128-gcm",
        }
    }
}

/// How the content's key is sent: RSA-OAEP; PKCS #1 v1.5 is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyTransport {
    /// `rsa-oaep-mgf1p` with SHA-1, which every application can read. OAEP does not rest on what
    /// is broken of SHA-1.
    #[default]
    #[schemars(extend("x-label" = {"vi": "RSA-OAEP (SHA-1, mọi ứng dụng đều đọc được)", "en": "RSA-OAEP (SHA-1, read by every application)"}))]
    OaepSha1,
    /// `rsa-oaep-mgf1p` with SHA-256, mask by SHA-1.
    #[schemars(extend("x-label" = {"vi": "RSA-OAEP (SHA-256, MGF1 SHA-1)", "en": "RSA-OAEP (SHA-256, MGF1 SHA-1)"}))]
    OaepSha256Mgf1Sha1,
    /// `rsa-oaep` of XML Encryption 1.1 with SHA-256 for both.
    #[schemars(extend("x-label" = {"vi": "RSA-OAEP (SHA-256, MGF1 SHA-256)", "en": "RSA-OAEP (SHA-256, MGF1 SHA-256)"}))]
    OaepSha256,
}

impl KeyTransport {
    /// Its name in documents.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::OaepSha1 | Self::OaepSha256Mgf1Sha1 => {
                "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"
            }
            Self::OaepSha256 => "http://www.w3.org/2009/xmlenc11#rsa-oaep",
        }
    }
}
