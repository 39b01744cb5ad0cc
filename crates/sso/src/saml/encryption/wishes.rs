//! What metadata says of an application's encryption.
//!
//! Owns: `wishes`: the methods that a key descriptor lists, weighed against ours.
//! Not here: certificates (`metadata/theirs.rs`).
//! Invariant: what is listed and not ours is never replaced by something that is not listed.
//! Follows: SAML 2.0 Metadata, 2.4.1.1; XML Encryption 1.1, 5.5.2.

use super::{
    super::{names::METADATA, xml::Element},
    ContentCipher, DS, KeyTransport, SHA1, SHA256, XENC, XENC11,
};

/// How a key descriptor wants to be sent something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    /// In this way; the usual one where nothing is listed.
    Met(ContentCipher, KeyTransport),
    /// Only with ciphers that are refused, such as AES-CBC.
    Cipher,
    /// Only with transports that are refused, such as PKCS #1 v1.5.
    Transport,
}

/// The first listed method of each sort that is ours.
pub(crate) fn wishes(descriptor: &Element) -> Wish {
    let methods = || descriptor.named(METADATA, "EncryptionMethod");
    let named = |method: &Element| method.attribute("Algorithm").unwrap_or_default().to_owned();
    let is_transport = |method: &&Element| named(method).contains("#rsa-");
    // Digests, signatures and agreements of keys may be listed too.
    let is_cipher = |method: &&Element| {
        let name = named(method);
        ["#aes", "#tripledes", "#seed", "#camellia"]
            .iter()
            .any(|family| name.contains(family))
            && !name.contains("#kw-")
    };
    let cipher = methods().filter(is_cipher).find_map(|method| {
        let mut known = ContentCipher::ALL.into_iter();
        known.find(|cipher| cipher.uri() == named(method))
    });
    if cipher.is_none() && methods().any(|method| is_cipher(&method)) {
        return Wish::Cipher;
    }
    let transport = methods().filter(is_transport).find_map(transport_of);
    if transport.is_none() && methods().any(|method| is_transport(&method)) {
        return Wish::Transport;
    }
    Wish::Met(cipher.unwrap_or_default(), transport.unwrap_or_default())
}

fn transport_of(method: &Element) -> Option<KeyTransport> {
    let inside = |namespace, local| {
        let found = method.child(namespace, local);
        found.and_then(|found| found.attribute("Algorithm"))
    };
    let digest = inside(DS, "DigestMethod").unwrap_or(SHA1);
    let mask = inside(XENC11, "MGF");
    let mask = mask
        .and_then(|name| name.strip_prefix(XENC11))
        .unwrap_or("mgf1sha1");
    let name = method.attribute("Algorithm")?;
    let is_old = name.strip_prefix(XENC) == Some("rsa-oaep-mgf1p");
    let is_new = name.strip_prefix(XENC11) == Some("rsa-oaep");
    match (digest, mask) {
        // Who reads the newer name reads the older one, which fixes this mask.
        (SHA1, "mgf1sha1") if is_old || is_new => Some(KeyTransport::OaepSha1),
        (SHA256, "mgf1sha1") if is_old || is_new => Some(KeyTransport::OaepSha256Mgf1Sha1),
        (SHA256, "mgf1sha256") if is_new => Some(KeyTransport::OaepSha256),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::xml::Document, *};

    fn read(methods: &str) -> Wish {
        let text = format!(
            "<md:KeyDescriptor xmlns:md=\"{METADATA}\" xmlns:ds=\"{DS}\" xmlns:x=\"{XENC11}\">\
             {methods}</md:KeyDescriptor>"
        );
        wishes(&Document::parse(text.as_bytes()).unwrap().root)
    }

    fn method(name: &str, inside: &str) -> String {
        format!("<md:EncryptionMethod Algorithm=\"{name}\">{inside}</md:EncryptionMethod>")
    }

    #[test]
    fn the_first_method_that_is_ours_is_taken_and_none_is_made_up() {
        let cbc = method(&format!("{XENC}aes256-cbc"), "");
        let gcm = method(&format!("{XENC11}aes128-gcm"), "");
        let pkcs1 = method(&format!("{XENC}rsa-1_5"), "");
        let wrap = method(&format!("{XENC}kw-aes128"), "");
        let old = method(&format!("{XENC}rsa-oaep-mgf1p"), "");
        let digest = format!("<ds:DigestMethod Algorithm=\"{SHA256}\"/>");
        let old256 = method(&format!("{XENC}rsa-oaep-mgf1p"), &digest);
        let mask = format!("{digest}<x:MGF Algorithm=\"{XENC11}mgf1sha256\"/>");
        let new256 = method(&format!("{XENC11}rsa-oaep"), &mask);
        let sha512 = mask.replace("sha256", "sha512");
        let new512 = method(&format!("{XENC11}rsa-oaep"), &sha512);
        let (small, usual) = (ContentCipher::Aes128Gcm, ContentCipher::Aes256Gcm);
        for (methods, wish) in [
            (String::new(), Wish::Met(usual, KeyTransport::OaepSha1)),
            (wrap, Wish::Met(usual, KeyTransport::OaepSha1)),
            (
                format!("{cbc}{gcm}"),
                Wish::Met(small, KeyTransport::OaepSha1),
            ),
            (
                format!("{pkcs1}{new256}{old}"),
                Wish::Met(usual, KeyTransport::OaepSha256),
            ),
            (
                format!("{gcm}{old256}"),
                Wish::Met(small, KeyTransport::OaepSha256Mgf1Sha1),
            ),
            (format!("{cbc}{old}"), Wish::Cipher),
            (format!("{gcm}{pkcs1}"), Wish::Transport),
            (new512, Wish::Transport),
        ] {
            assert_eq!(read(&methods), wish, "{methods}");
        }
    }
}
