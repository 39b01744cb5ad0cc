//! Encrypted assertions: readable by the holder of the key and by nobody else.
//!
//! Owns: agreement with Debian's xmlsec1 and with Python's cryptography in every combination of
//! methods; which key is taken out of metadata.
//! Not here: whole sign-ons with encryption (`flow.rs`; with others' software the server's tests).

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::registry::{Kind as _, ValidationContext};
use lgsp_sso::saml::{
    SamlSp,
    authn::NameId,
    encryption::{ContentCipher, Encryption, KeyTransport, Recipient, encrypt, encrypt_name},
    metadata::import,
    names::{ASSERTION, PROTOCOL},
    signature::Signer as _,
    xml::Document,
};
use lgsp_testkit::interop;
use serde_json::json;

use super::{
    kit::{HONEST, TestSigner, assertion, person, response},
    metadata::SAMPLE,
};

const CIPHERS: [ContentCipher; 2] = [ContentCipher::Aes256Gcm, ContentCipher::Aes128Gcm];
const TRANSPORTS: [KeyTransport; 3] = [
    KeyTransport::OaepSha1,
    KeyTransport::OaepSha256Mgf1Sha1,
    KeyTransport::OaepSha256,
];

fn recipient(signer: &TestSigner, cipher: ContentCipher, transport: KeyTransport) -> Recipient {
    let recipient = Recipient::of(&Encryption {
        certificate: STANDARD.encode(signer.certificate()),
        content_cipher: cipher,
        key_transport: transport,
    });
    recipient.unwrap()
}

/// A response around an encrypted assertion of the honest person.
fn encrypted(signer: &TestSigner, cipher: ContentCipher, transport: KeyTransport) -> String {
    let part = assertion(signer, "_assertion", HONEST);
    let sealed = encrypt(&part, &recipient(signer, cipher, transport)).unwrap();
    response("_response", sealed.as_str())
}

/// What xmlsec1 makes of a document that is sealed for the test's key.
async fn decrypted(text: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let der = STANDARD.encode(include_bytes!("../../data/test-rsa-2048.p8"));
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    std::fs::write(path("key.pem"), pem).unwrap();
    std::fs::write(path("sealed.xml"), text).unwrap();
    let mut command = interop::debian("xmlsec1").unwrap();
    command
        .args(["--decrypt", "--privkey-pem"])
        .arg(path("key.pem"));
    command
        .arg("--output")
        .arg(path("opened.xml"))
        .arg(path("sealed.xml"));
    interop::run(&mut command).await.unwrap();
    std::fs::read_to_string(path("opened.xml")).unwrap()
}

/// What a reader has made of a response, in the form of one that was never encrypted.
fn opened(text: &str) -> String {
    let text = text.replace("<?xml version=\"1.0\"?>\n", "");
    let start = text.find("<saml:EncryptedAssertion").unwrap();
    let inside = start + text[start..].find('>').unwrap() + 1;
    let end = text.find("</saml:EncryptedAssertion>").unwrap();
    response("_response", &text[inside..end])
}

#[test]
fn nothing_of_the_person_is_readable_and_each_sealing_differs() {
    let signer = TestSigner::rsa();
    let one = encrypted(&signer, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
    let two = encrypted(&signer, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1);
    assert!(!one.contains(HONEST) && !one.contains("<saml:Assertion"));
    let values = |text: &str| {
        let document = Document::parse(text.as_bytes()).unwrap();
        let all = document.root.descendants();
        let values = all.filter(|at| at.local == "CipherValue");
        values
            .map(|at| at.text().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let (one, two) = (values(&one), values(&two));
    assert_eq!(one.len(), 2);
    assert!(one.iter().all(|value| !two.contains(value)));
    assert_eq!(
        STANDARD.decode(&one[0]).unwrap().len(),
        256,
        "RSA of 2,048 bits"
    );
}

#[test]
fn a_key_that_cannot_encrypt_is_refused() {
    for certificate in [
        STANDARD.encode(TestSigner::p256().certificate()),
        "không phải".to_owned(),
        String::new(),
    ] {
        let encryption = Encryption {
            certificate,
            content_cipher: ContentCipher::Aes256Gcm,
            key_transport: KeyTransport::OaepSha1,
        };
        assert!(Recipient::of(&encryption).is_err());
    }
}

#[tokio::test]
async fn xmlsec1_reads_what_we_encrypt_and_the_signature_in_it_holds() {
    if interop::debian("xmlsec1").is_none() {
        return;
    }
    let signer = TestSigner::rsa();
    for cipher in CIPHERS {
        let text = encrypted(&signer, cipher, KeyTransport::OaepSha1);
        let text = opened(&decrypted(&text).await);
        let known = [signer.public.clone()];
        assert_eq!(person(&text, &known).as_deref(), Ok(HONEST), "{cipher:?}");
    }
}

#[tokio::test]
async fn xmlsec1_reads_the_name_in_a_request_to_sign_out() {
    if interop::debian("xmlsec1").is_none() {
        return;
    }
    let signer = TestSigner::rsa();
    let name = NameId {
        format: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent".to_owned(),
        value: HONEST.to_owned(),
        name_qualifier: None,
        sp_name_qualifier: Some("https://qlvb.test/sp".to_owned()),
    };
    for cipher in CIPHERS {
        let sealed = encrypt_name(&name.part(), &recipient(&signer, cipher, TRANSPORTS[0]));
        let text = format!(
            "<samlp:LogoutRequest xmlns:samlp=\"{PROTOCOL}\" ID=\"_l\">{}</samlp:LogoutRequest>",
            sealed.unwrap().as_str()
        );
        assert!(!text.contains(HONEST), "{text}");
        let text = decrypted(&text).await;
        let document = Document::parse(text.as_bytes()).unwrap();
        let holder = document.root.child(ASSERTION, "EncryptedID").unwrap();
        let read = holder.child(ASSERTION, "NameID").unwrap();
        assert_eq!(read.text(), Ok(HONEST));
        assert_eq!(
            read.attribute("SPNameQualifier"),
            Some("https://qlvb.test/sp")
        );
    }
}

#[tokio::test]
async fn pythons_cryptography_reads_every_combination_of_methods() {
    let Some(mut script) = interop::python("saml_decrypt.py") else {
        return;
    };
    let signer = TestSigner::rsa();
    let mut documents = Vec::new();
    for cipher in CIPHERS {
        for transport in TRANSPORTS {
            documents.push(encrypted(&signer, cipher, transport));
        }
    }
    let key = STANDARD.encode(include_bytes!("../../data/test-rsa-2048.p8"));
    let argument = json!({ "key": key, "documents": documents });
    let result = interop::json(&mut script, &argument).await.unwrap();
    let read = result.as_array().unwrap();
    assert_eq!(read.len(), CIPHERS.len() * TRANSPORTS.len());
    for text in read {
        let text = response("_response", text.as_str().unwrap());
        let known = [signer.public.clone()];
        assert_eq!(person(&text, &known).as_deref(), Ok(HONEST), "{text}");
    }
}

/// The sample with this key descriptor in place of its own.
fn with_keys(descriptors: &str) -> SamlSp {
    let text = SAMPLE.replace("<md:KeyDescriptor use=\"encryption\"/>", descriptors);
    import(text.as_bytes()).unwrap().spec
}

fn descriptor(usage: &str, signer: &TestSigner, methods: &[&str]) -> String {
    let certificate = STANDARD.encode(signer.certificate());
    let methods: String = methods
        .iter()
        .map(|name| format!("<md:EncryptionMethod Algorithm=\"{name}\"/>"))
        .collect();
    format!(
        "<md:KeyDescriptor {usage}><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">\
         <ds:X509Data><ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data>\
         </ds:KeyInfo>{methods}</md:KeyDescriptor>"
    )
}

#[test]
fn metadata_says_with_which_key_and_whether_to_encrypt() {
    let (rsa, p256) = (TestSigner::rsa(), TestSigner::p256());
    let gcm128 = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
    let cbc = "http://www.w3.org/2001/04/xmlenc#aes128-cbc";
    let signing = descriptor("use=\"signing\"", &p256, &[]);
    let spec = with_keys(&format!(
        "{signing}{}",
        descriptor("use=\"encryption\"", &rsa, &[cbc, gcm128])
    ));
    assert!(spec.encrypt_assertion && spec.requests_signed);
    let certificates = [STANDARD.encode(p256.certificate())];
    assert_eq!(
        spec.certificates, certificates,
        "the other key does not sign"
    );
    let encryption = spec.encryption.unwrap();
    assert_eq!(encryption.content_cipher, ContentCipher::Aes128Gcm);
    assert_eq!(encryption.certificate, STANDARD.encode(rsa.certificate()));

    let unmarked = with_keys(&descriptor("", &rsa, &[]));
    assert!(!unmarked.encrypt_assertion, "it may only sign");
    assert!(unmarked.encryption.is_some() && unmarked.certificates.len() == 1);

    for (descriptors, word) in [
        (descriptor("use=\"encryption\"", &rsa, &[cbc]), "AES-GCM"),
        (descriptor("use=\"encryption\"", &p256, &[]), "RSA"),
        (
            descriptor(
                "use=\"encryption\"",
                &rsa,
                &["http://www.w3.org/2001/04/xmlenc#rsa-1_5"],
            ),
            "RSA-OAEP",
        ),
    ] {
        let text = SAMPLE.replace("<md:KeyDescriptor use=\"encryption\"/>", &descriptors);
        let imported = import(text.as_bytes()).unwrap();
        assert!(!imported.spec.encrypt_assertion && imported.spec.encryption.is_none());
        let mut warnings = imported.warnings.iter();
        assert!(warnings.any(|text| text.en.contains(word)), "{word}");
    }
}

#[test]
fn encryption_without_a_usable_key_cannot_be_kept() {
    let p256 = STANDARD.encode(TestSigner::p256().certificate());
    for (encryption, pointer) in [
        (json!(null), "/encryption"),
        (json!({ "certificate": p256 }), "/encryption/certificate"),
    ] {
        let spec = json!({
            "title": "x", "entity_id": "x", "assertion_consumers": [{ "url": "https://x.test/" }],
            "encrypt_assertion": true, "encryption": encryption,
        });
        let spec: SamlSp = serde_json::from_value(spec).unwrap();
        let errors = spec.validate(&ValidationContext { name: "x" });
        let pointers: Vec<_> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(pointers, [pointer]);
    }
}
