//! Agreement with Debian's xmlsec1 and with signxml on generated documents.
//!
//! Owns: what we sign they accept, what they sign we accept, what is changed both refuse.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_sso::saml::{
    signature::{Signer as _, Unsigned, sign, verify},
    xml::Document,
};
use lgsp_testkit::interop;
use serde_json::json;

use super::{
    generate::{Random, document, plain_document},
    kit::TestSigner,
};

/// Documents of each kind.
const DOCUMENTS: u64 = 120;

fn pem(signer: &TestSigner) -> String {
    let certificate = STANDARD.encode(signer.certificate());
    format!("-----BEGIN CERTIFICATE-----\n{certificate}\n-----END CERTIFICATE-----\n")
}

/// Whether xmlsec1 accepts a file; else what it says.
async fn accepted(folder: &std::path::Path, name: &str) -> Result<(), String> {
    let mut command = interop::debian("xmlsec1").unwrap();
    command
        .args(["--verify", "--id-attr:ID", "u:goc:goc", "--pubkey-cert-pem"])
        .arg(folder.join("key.pem"))
        .arg(folder.join(name));
    let output = interop::output(&mut command).await.unwrap();
    if output.status.success() {
        return Ok(());
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test]
async fn what_we_sign_xmlsec1_and_signxml_accept() {
    if interop::debian("xmlsec1").is_none() {
        return;
    }
    for signer in [TestSigner::rsa(), TestSigner::p256()] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.pem"), pem(&signer)).unwrap();
        let mut documents = Vec::new();
        for seed in 0..DOCUMENTS {
            let is_plain = seed % 2 == 1;
            let (text, signature_at) = match is_plain {
                true => plain_document(&mut Random::new(seed)),
                false => document(&mut Random::new(seed)),
            };
            let unsigned = Unsigned {
                text,
                id: "_g",
                signature_at,
            };
            let text = sign(&unsigned, &signer).unwrap().as_str().to_owned();
            let name = format!("{seed}.xml");
            std::fs::write(folder.path().join(&name), &text).unwrap();
            let ours = Document::parse(text.as_bytes()).unwrap();
            assert_eq!(
                verify(&ours.root, std::slice::from_ref(&signer.public)),
                Ok(())
            );
            assert_eq!(
                accepted(folder.path(), &name).await,
                Ok(()),
                "{seed}: {text}"
            );
            if is_plain {
                documents.push(folder.path().join(&name));
            }
            // Changed within: a comment changes nothing that is signed, a letter does.
            let changed = text.replacen("</r:goc>", "x</r:goc>", 1);
            std::fs::write(folder.path().join("changed.xml"), &changed).unwrap();
            let ours = Document::parse(changed.as_bytes()).unwrap();
            assert!(verify(&ours.root, std::slice::from_ref(&signer.public)).is_err());
            assert!(
                accepted(folder.path(), "changed.xml").await.is_err(),
                "{seed}"
            );
        }
        let Some(mut script) = interop::python("saml_signxml.py") else {
            return;
        };
        let argument = json!({
            "certificate": folder.path().join("key.pem"), "documents": documents,
        });
        let results = interop::json(&mut script, &argument).await.unwrap();
        let results = results.as_array().unwrap();
        assert_eq!(results.len(), documents.len());
        assert!(results.iter().all(|result| *result == true), "{results:?}");
    }
}

/// A template that xmlsec1 fills in.
fn template(random: &mut Random, method: &str) -> String {
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let canonical = |random: &mut Random, name: &str| {
        let comments = if random.below(3) == 0 {
            "WithComments"
        } else {
            ""
        };
        let prefixes = ["", "a", "a dđ none", "#default b c"][random.below(4)];
        let list = if prefixes.is_empty() {
            String::new()
        } else {
            format!("<ec:InclusiveNamespaces xmlns:ec=\"{exclusive}\" PrefixList=\"{prefixes}\"/>")
        };
        format!("<ds:{name} Algorithm=\"{exclusive}{comments}\">{list}</ds:{name}>")
    };
    let info = canonical(random, "CanonicalizationMethod");
    let transform = canonical(random, "Transform");
    format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>{info}\
         <!-- ghi chú --><ds:SignatureMethod Algorithm=\"{method}\"/>\
         <ds:Reference URI=\"#_g\"><ds:Transforms><ds:Transform \
         Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>{transform}\
         </ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
         <ds:DigestValue/></ds:Reference></ds:SignedInfo><ds:SignatureValue/></ds:Signature>"
    )
}

#[tokio::test]
async fn what_xmlsec1_signs_we_accept() {
    if interop::debian("xmlsec1").is_none() {
        return;
    }
    let signer = TestSigner::rsa();
    let folder = tempfile::tempdir().unwrap();
    let key = STANDARD.encode(include_bytes!("../../data/test-rsa-2048.p8"));
    let key = format!("-----BEGIN PRIVATE KEY-----\n{key}\n-----END PRIVATE KEY-----\n");
    std::fs::write(folder.path().join("private.pem"), key).unwrap();
    for seed in 0..DOCUMENTS {
        let mut random = Random::new(seed + 10_000);
        let (mut text, signature_at) = document(&mut random);
        let method = ["rsa-sha256", "rsa-sha384", "rsa-sha512"][random.below(3)];
        let method = format!("http://www.w3.org/2001/04/xmldsig-more#{method}");
        text.insert_str(signature_at, &template(&mut random, &method));
        let (source, target) = (folder.path().join("in.xml"), folder.path().join("out.xml"));
        std::fs::write(&source, &text).unwrap();
        let mut command = interop::debian("xmlsec1").unwrap();
        command
            .args(["--sign", "--id-attr:ID", "u:goc:goc", "--privkey-pem"])
            .arg(folder.path().join("private.pem"))
            .arg("--output")
            .arg(&target)
            .arg(&source);
        interop::run(&mut command).await.unwrap();
        let signed = std::fs::read_to_string(&target).unwrap();
        let ours = Document::parse(signed.as_bytes()).unwrap();
        let result = verify(&ours.root, std::slice::from_ref(&signer.public));
        assert_eq!(result, Ok(()), "{seed}: {signed}");
        let changed = signed.replacen("</r:goc>", "<x/></r:goc>", 1);
        let ours = Document::parse(changed.as_bytes()).unwrap();
        assert!(verify(&ours.root, std::slice::from_ref(&signer.public)).is_err());
    }
}
