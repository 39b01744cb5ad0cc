//! Keys, signed messages, and the reader of a service provider.

use lgsp_model::Timestamp;
use lgsp_sso::saml::{
    authn::{self, Answer, Assertion, NameId},
    names::{ASSERTION, PROTOCOL},
    signature::{Method, PublicKey, SignatureFault, Signer, Unsigned, certificate, sign, verify},
    xml::{Document, Element, Part},
};
use ring::{
    rand::SystemRandom,
    rsa,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256},
};

/// A fixed instant for messages.
pub(crate) const NOW: Timestamp = Timestamp(1_790_000_000_000);

enum Pair {
    Rsa(Box<rsa::KeyPair>),
    P256(Box<EcdsaKeyPair>),
}

/// A signer with a key of its own.
pub(crate) struct TestSigner {
    pair: Pair,
    pub(crate) public: PublicKey,
    certificate: Vec<u8>,
}

impl TestSigner {
    /// The key of the tests; it protects nothing.
    pub(crate) fn rsa() -> Self {
        let pkcs8 = include_bytes!("../../data/test-rsa-2048.p8");
        let pair = rsa::KeyPair::from_pkcs8(pkcs8).unwrap();
        let public = PublicKey::Rsa(pair.public().as_ref().to_vec());
        Self::with(Pair::Rsa(Box::new(pair)), public)
    }

    /// A new key.
    pub(crate) fn p256() -> Self {
        let (random, signing) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).unwrap();
        let public = PublicKey::P256(pair.public_key().as_ref().to_vec());
        Self::with(Pair::P256(Box::new(pair)), public)
    }

    fn with(pair: Pair, public: PublicKey) -> Self {
        let mut signer = Self {
            pair,
            public,
            certificate: Vec::new(),
        };
        signer.certificate =
            certificate::self_signed(&signer.public, "thử", signer.method(), |bytes| {
                signer.sign(bytes)
            })
            .unwrap();
        signer
    }
}

impl Signer for TestSigner {
    fn method(&self) -> Method {
        match self.pair {
            Pair::Rsa(_) => Method::RsaSha256,
            Pair::P256(_) => Method::EcdsaSha256,
        }
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureFault> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .map_err(|_| SignatureFault::Unusable)?;
                Ok(signature)
            }
            Pair::P256(pair) => {
                let signature = pair.sign(&random, message);
                let signature = signature.map_err(|_| SignatureFault::Unusable)?;
                Ok(signature.as_ref().to_vec())
            }
        }
    }

    fn certificate(&self) -> &[u8] {
        &self.certificate
    }
}

/// Name of the person in the honest assertion.
pub(crate) const HONEST: &str = "can-bo@h34";

fn name_id(value: &str) -> NameId {
    NameId {
        format: "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified".to_owned(),
        value: value.to_owned(),
        name_qualifier: None,
        sp_name_qualifier: None,
    }
}

/// A signed assertion about a person, as text.
pub(crate) fn signed_assertion(signer: &TestSigner, id: &str, person: &str) -> String {
    assertion(signer, id, person).as_str().to_owned()
}

/// A signed assertion about a person.
pub(crate) fn assertion(signer: &TestSigner, id: &str, person: &str) -> Part {
    let answer = answer("_response");
    let name_id = name_id(person);
    let assertion = Assertion {
        id,
        audience: "https://ung-dung.example/",
        name_id: &name_id,
        session_index: "phiên-1",
        authenticated_at: NOW,
        session_ends_at: NOW,
        context_class: "urn:lgsp:acr:1",
        attributes: Vec::new(),
    };
    authn::assertion(&answer, &assertion, signer).unwrap()
}

fn answer(id: &str) -> Answer<'_> {
    Answer {
        id,
        in_response_to: Some("_request"),
        issuer: "https://idp.example/",
        destination: "https://ung-dung.example/acs",
        now: NOW,
    }
}

/// A response around what is given, not signed.
pub(crate) fn response(id: &str, inside: &str) -> String {
    format!(
        "<samlp:Response xmlns:samlp=\"{PROTOCOL}\" ID=\"{id}\" Version=\"2.0\" \
         IssueInstant=\"{NOW}\"><saml:Issuer xmlns:saml=\"{ASSERTION}\">https://idp.example/\
         </saml:Issuer>{inside}</samlp:Response>"
    )
}

/// Signs the root of a text; the signature goes after the first closing tag `after`.
pub(crate) fn signed(text: &str, id: &str, after: &str, signer: &TestSigner) -> String {
    let unsigned = Unsigned {
        text: text.to_owned(),
        id,
        signature_at: text.find(after).unwrap() + after.len(),
    };
    sign(&unsigned, signer).unwrap().as_str().to_owned()
}

/// The signature in a signed text.
pub(crate) fn signature(text: &str) -> &str {
    let start = text.find("<ds:Signature ").unwrap();
    let end = text.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    &text[start..end]
}

/// Who the response is about, by the reading rules: one assertion in the whole document, right
/// below the response, signed itself or covered by the signature of the response.
pub(crate) fn person(text: &str, keys: &[PublicKey]) -> Result<String, String> {
    let document = Document::parse(text.as_bytes()).map_err(|fault| fault.to_string())?;
    let root = &document.root;
    if !root.is(PROTOCOL, "Response") {
        return Err("no response".to_owned());
    }
    let all: Vec<&Element> = root
        .descendants()
        .filter(|element| element.local == "Assertion")
        .collect();
    let [assertion] = all.as_slice() else {
        return Err(format!("{} assertions", all.len()));
    };
    let below = root.child(ASSERTION, "Assertion");
    if !below.is_some_and(|below| std::ptr::eq(below, *assertion)) {
        return Err("assertion in the wrong place".to_owned());
    }
    verify(assertion, keys)
        .or_else(|_| verify(root, keys))
        .map_err(|fault| fault.to_string())?;
    let name = assertion
        .child(ASSERTION, "Subject")
        .and_then(|subject| subject.child(ASSERTION, "NameID"))
        .ok_or("no name")?;
    name.text()
        .map(str::to_owned)
        .map_err(|fault| fault.to_string())
}
