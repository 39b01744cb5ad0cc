//! Sign-on and single logout over the router, on both databases.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::clock::Clock as _;
use lgsp_sso::saml::{
    bindings::{Field, Inbound, signed_address},
    names::{ASSERTION, PROTOCOL},
    signature::{PublicKey, Signer, certificate, verify},
    xml::Document,
};
use serde_json::{Value, json};

use super::kit::{TestSigner, person};
use crate::{
    cas::put,
    kit::{Answer, Browser, ISSUER, World, each_database},
};

const ENTITY: &str = "https://qlvb.test/sp";
const OTHER: &str = "https://thu.test/sp";
const ACS: &str = "https://qlvb.test/acs";

async fn register(world: &World, signer: &TestSigner, change: Value) {
    let mut spec = json!({
        "title": "Quản lý văn bản", "entity_id": ENTITY,
        "assertion_consumers": [{ "url": ACS }],
        "logout_services": [{ "binding": "redirect", "url": "https://qlvb.test/slo" }],
        "certificates": [STANDARD.encode(signer.certificate())],
        "requests_signed": true, "name_id_formats": ["unspecified", "persistent"],
    });
    for (name, value) in change.as_object().into_iter().flatten() {
        spec[name] = value.clone();
    }
    put(world, "saml-sp", "qlvb", spec).await;
}

fn authn_request(world: &World, id: &str, attributes: &str) -> String {
    let now = world.clock.now();
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"{id}\" \
         Version=\"2.0\" IssueInstant=\"{now}\" Destination=\"{ISSUER}/saml/sso\" {attributes}>\
         <saml:Issuer>{ENTITY}</saml:Issuer></samlp:AuthnRequest>"
    )
}

fn logout_request(world: &World, id: &str, entity: &str, name: &str, session: &str) -> String {
    let now = world.clock.now();
    format!(
        "<samlp:LogoutRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" \
         ID=\"{id}\" Version=\"2.0\" IssueInstant=\"{now}\" \
         Destination=\"{ISSUER}/saml/slo\"><saml:Issuer>{entity}</saml:Issuer>\
         <saml:NameID>{name}</saml:NameID>\
         <samlp:SessionIndex>{session}</samlp:SessionIndex></samlp:LogoutRequest>"
    )
}

fn address(path: &str, xml: &str, signer: &TestSigner) -> String {
    signed_address(path, Field::Request, xml, Some("về"), signer).unwrap()
}

/// Signs on; the answer is the page with the form.
async fn sign_on(browser: &mut Browser<'_>, xml: &str, signer: &TestSigner) -> Answer {
    let mut answer = browser.get(&address("/saml/sso", xml, signer)).await;
    while !answer.location().is_empty() {
        let location = answer.location().to_owned();
        answer = match answer.param("next") {
            Some(next) => browser.sign_in(&next).await,
            None => browser.get(&location).await,
        };
    }
    answer
}

fn response(page: &Answer) -> String {
    let text = STANDARD.decode(page.hidden("SAMLResponse")).unwrap();
    String::from_utf8(text).unwrap()
}

fn own_keys(xml: &str) -> Vec<PublicKey> {
    let mark = "<ds:X509Certificate>";
    let (_, rest) = xml.split_once(mark).unwrap();
    let der = certificate::decode(rest.split('<').next().unwrap()).unwrap();
    vec![certificate::public_key(&der).unwrap()]
}

each_database! {
    async fn a_person_is_signed_on_and_the_rules_of_requests_hold(world: &World) {
        let signer = TestSigner::rsa();
        register(world, &signer, json!({})).await;
        let mut browser = world.browser();
        let xml = authn_request(world, "_1", "");
        let page = sign_on(&mut browser, &xml, &signer).await;
        assert_eq!(page.hidden("RelayState"), "về", "{}", page.text);
        let text = response(&page);
        let name = person(&text, &own_keys(&text));
        assert_eq!(name.as_deref(), Ok(crate::kit::PERSON));
        for part in ["InResponseTo=\"_1\"", &format!("Recipient=\"{ACS}\""), ENTITY] {
            assert!(text.contains(part), "{part}");
        }
        assert_eq!(world.journal_count("application.signed_on").await, 1);
        let again = browser.get(&address("/saml/sso", &xml, &signer)).await;
        assert_eq!(again.status.as_u16(), 400, "used twice");
        for (number, attributes) in [
            "AssertionConsumerServiceURL=\"https://evil.test/acs\"",
            "AssertionConsumerServiceIndex=\"7\"",
        ].iter().enumerate() {
            let xml = authn_request(world, &format!("_a{number}"), attributes);
            let answer = browser.get(&address("/saml/sso", &xml, &signer)).await;
            assert_eq!(answer.status.as_u16(), 403, "{attributes}");
        }
        let xml = authn_request(world, "_b", "");
        let stranger = browser.get(&address("/saml/sso", &xml, &TestSigner::p256())).await;
        assert_eq!(stranger.status.as_u16(), 403, "signed by another");
        let changed = address("/saml/sso", &xml, &signer).replace("RelayState=v", "RelayState=w");
        assert_eq!(browser.get(&changed).await.status.as_u16(), 403, "changed state");
        let xml = authn_request(world, "_c", "").replace("/saml/sso\"", "/saml/slo\"");
        let elsewhere = browser.get(&address("/saml/sso", &xml, &signer)).await;
        assert_eq!(elsewhere.status.as_u16(), 400, "meant for another address");
        let xml = authn_request(world, "_d", "");
        world.pass_s(301);
        let old = browser.get(&address("/saml/sso", &xml, &signer)).await;
        assert_eq!(old.status.as_u16(), 400, "too old");
    }

    async fn wishes_are_honoured_or_refused_with_a_status(world: &World) {
        let signer = TestSigner::rsa();
        register(world, &signer, json!({ "idp_initiated": false })).await;
        let mut browser = world.browser();
        let passive = authn_request(world, "_p", "IsPassive=\"true\"");
        let page = browser.get(&address("/saml/sso", &passive, &signer)).await;
        assert!(response(&page).contains("status:NoPassive"), "{}", page.text);
        let policy = authn_request(world, "_q", "").replace(
            "</saml:Issuer>",
            "</saml:Issuer><samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:1.1:\
             nameid-format:emailAddress\"/>",
        );
        let page = browser.get(&address("/saml/sso", &policy, &signer)).await;
        assert!(response(&page).contains("status:InvalidNameIDPolicy"));
        let context = authn_request(world, "_r", "").replace(
            "</saml:Issuer>",
            "</saml:Issuer><samlp:RequestedAuthnContext><saml:AuthnContextClassRef>urn:x\
             </saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
        );
        let page = browser.get(&address("/saml/sso", &context, &signer)).await;
        assert!(response(&page).contains("status:NoAuthnContext"));
        let mut browser = world.signed_on().await;
        world.pass_s(1);
        let forced = authn_request(world, "_s", "ForceAuthn=\"true\"");
        let asked = browser.get(&address("/saml/sso", &forced, &signer)).await;
        assert!(asked.location().starts_with("/sign-in"), "{}", asked.location());
        let answer = browser.get("/saml/init/qlvb").await;
        assert_eq!(answer.status.as_u16(), 403, "sign-on from here is off");
        register(world, &signer, json!({ "idp_initiated": true, "requests_signed": false })).await;
        let page = browser.get("/saml/init/qlvb?RelayState=x").await;
        assert!(!response(&page).contains("InResponseTo"), "{}", page.text);
        // Another site's form carries no cookie: a GET follows that does.
        let xml = authn_request(world, "_t", "");
        let message = STANDARD.encode(&xml);
        let fields = [("SAMLRequest", message.as_str()), ("RelayState", "y")];
        let moved = world.browser().post("/saml/sso", &fields).await;
        assert!(moved.location().starts_with("/saml/continue?r="), "{moved:?}");
        let page = browser.get(moved.location()).await;
        assert!(response(&page).contains("InResponseTo=\"_t\""));
        let twice = browser.get(moved.location()).await;
        assert_eq!(twice.status.as_u16(), 400, "one answer to one request");
    }

    async fn only_a_signed_request_of_a_participant_signs_out(world: &World) {
        let signer = TestSigner::rsa();
        register(world, &signer, json!({})).await;
        let mut browser = world.browser();
        let page = sign_on(&mut browser, &authn_request(world, "_1", ""), &signer).await;
        let text = response(&page);
        let document = Document::parse(text.as_bytes()).unwrap();
        let statement = document.root.descendants().find(|at| at.local == "AuthnStatement");
        let session = statement.unwrap().attribute("SessionIndex").unwrap().to_owned();
        let logout = |id: &str, name: &str| logout_request(world, id, ENTITY, name, &session);
        let is_signed_in = async |browser: &mut Browser<'_>| {
            browser.get("/api/v1/me").await.status.as_u16() == 200
        };
        let xml = logout("_l1", crate::kit::PERSON);
        let message = STANDARD.encode(&xml);
        let unsigned = browser.post("/saml/slo", &[("SAMLRequest", &message)]).await;
        assert_eq!(unsigned.status.as_u16(), 403, "{}", unsigned.text);
        let forged = browser.get(&address("/saml/slo", &xml, &TestSigner::p256())).await;
        assert_eq!(forged.status.as_u16(), 403);
        let other = browser.get(&address("/saml/slo", &logout("_l2", "ai.khac"), &signer)).await;
        assert_eq!(other.status.as_u16(), 303, "answered, but nobody is signed out");
        assert!(is_signed_in(&mut browser).await);
        let done = browser.get(&address("/saml/slo", &xml, &signer)).await;
        assert!(done.location().starts_with("https://qlvb.test/slo?SAMLResponse="));
        assert!(done.location().contains("RelayState=v%E1%BB%81"), "{}", done.location());
        assert!(!is_signed_in(&mut browser).await);
        assert_eq!(world.journal_count("session.ended").await, 1);
    }

    async fn an_encrypted_assertion_leaves_and_nothing_else_of_the_person(world: &World) {
        let signer = TestSigner::rsa();
        let encryption = json!({
            "certificate": STANDARD.encode(signer.certificate()), "content_cipher": "aes128_gcm",
        });
        let change = json!({
            "encrypt_assertion": true, "encryption": encryption, "response_signed": true,
        });
        register(world, &signer, change).await;
        let mut browser = world.browser();
        let page = sign_on(&mut browser, &authn_request(world, "_1", ""), &signer).await;
        let text = response(&page);
        assert!(!text.contains(crate::kit::PERSON) && !text.contains("<saml:Assertion"), "{text}");
        let document = Document::parse(text.as_bytes()).unwrap();
        let sealed = document.root.child(ASSERTION, "EncryptedAssertion").unwrap();
        let cipher = sealed.descendants().find(|at| at.local == "EncryptionMethod").unwrap();
        let name = "http://www.w3.org/2009/xmlenc11#aes128-gcm";
        assert_eq!(cipher.attribute("Algorithm"), Some(name));
        // The signature of the response is over what is sent.
        assert_eq!(verify(&document.root, &own_keys(&text)), Ok(()));
        let changed = text.replacen("<xenc:CipherValue>", "<xenc:CipherValue>AAAA", 1);
        let document = Document::parse(changed.as_bytes()).unwrap();
        assert!(verify(&document.root, &own_keys(&text)).is_err());
    }

    async fn a_name_in_a_request_to_sign_out_is_sealed_like_the_assertion(world: &World) {
        let signer = TestSigner::rsa();
        let certificate = STANDARD.encode(signer.certificate());
        let other = json!({
            "title": "Hộp thư", "entity_id": OTHER, "certificates": [certificate],
            "assertion_consumers": [{ "url": "https://thu.test/acs" }],
            "logout_services": [{ "binding": "redirect", "url": "https://thu.test/slo" }],
        });
        put(world, "saml-sp", "thu", other).await;
        for is_sealed in [true, false] {
            let mut change = json!({
                "encrypt_assertion": true, "encryption": { "certificate": certificate },
            });
            if !is_sealed {
                change["encrypt_logout_name"] = json!(false);
            }
            register(world, &signer, change).await;
            let mut browser = world.browser();
            let id = |name: &str| format!("_{name}{is_sealed}");
            sign_on(&mut browser, &authn_request(world, &id("q"), ""), &signer).await;
            let request = authn_request(world, &id("t"), "").replace(ENTITY, OTHER);
            let page = sign_on(&mut browser, &request, &signer).await;
            let document = Document::parse(response(&page).as_bytes()).unwrap();
            let session = document.root.descendants().find(|at| at.local == "AuthnStatement");
            let session = session.unwrap().attribute("SessionIndex").unwrap().to_owned();
            let name = document.root.descendants().find(|at| at.local == "NameID").unwrap();
            let xml = logout_request(world, &id("l"), OTHER, name.text().unwrap(), &session);
            let told = browser.get(&address("/saml/slo", &xml, &signer)).await;
            let (to, query) = told.location().split_once('?').unwrap();
            assert_eq!(to, "https://qlvb.test/slo");
            let inbound = Inbound::from_query(query).unwrap();
            assert_eq!(inbound.field, Field::Request);
            let root = &inbound.document.root;
            assert_eq!(root.child(ASSERTION, "EncryptedID").is_some(), is_sealed);
            assert_eq!(root.child(ASSERTION, "NameID").is_some(), !is_sealed);
        }
    }

    async fn what_the_form_says_beside_the_metadata_is_kept_in_one_step(world: &World) {
        let admin = world.admin();
        let headers = [("authorization", admin.as_str()), ("content-type", "application/json")];
        let mut body = json!({ "name": "app", "metadata": super::metadata::SAMPLE,
            "title": "Hồ sơ", "owner": crate::kit::PERSON,
            "access": { "who": "named", "agencies": ["H34.01"] } });
        let made = world.call("POST", "/api/v1/saml-sps", &headers, &body.to_string()).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let made = made.json();
        assert_eq!(made["revision"], 1, "{made}");
        assert_eq!(made["spec"]["title"], "Hồ sơ");
        assert_eq!(made["spec"]["access"]["agencies"], json!(["H34.01"]));
        assert_eq!(made["spec"]["owner"], crate::kit::PERSON);
        body["name"] = "khac".into();
        body["owner"] = "khong.co".into();
        let refused = world.call("POST", "/api/v1/saml-sps", &headers, &body.to_string()).await;
        assert_eq!(refused.status.as_u16(), 422, "{}", refused.text);
    }

    async fn new_metadata_keeps_what_they_do_not_say(world: &World) {
        let admin = world.admin();
        let headers = [("authorization", admin.as_str()), ("content-type", "application/json")];
        let text = super::metadata::SAMPLE;
        let body = json!({ "name": "app", "metadata": text }).to_string();
        let made = world.call("POST", "/api/v1/saml-sps", &headers, &body).await;
        assert_eq!(made.status.as_u16(), 201, "{}", made.text);
        let mut spec = made.json()["spec"].clone();
        spec["access"] = json!({ "who": "named", "agencies": ["H34.01"] });
        spec["acr_min"] = json!(2);
        spec["idp_initiated"] = json!(true);
        put(world, "saml-sp", "app", spec).await;
        let body = json!({ "metadata": text }).to_string();
        let seen = world.call("POST", "/api/v1/saml-sps/preview", &headers, &body).await.json();
        let changed = text.replace("Quản lý văn bản", "Tên mới");
        let body = json!({ "name": "app", "metadata": changed,
            "base_revision": seen["revision"] }).to_string();
        let kept = world.call("POST", "/api/v1/saml-sps", &headers, &body).await.json();
        assert_eq!(kept["spec"]["title"], "Tên mới", "{kept}");
        for spec in [&seen["spec"], &kept["spec"]] {
            assert_eq!(spec["access"]["agencies"], json!(["H34.01"]), "{spec}");
            assert_eq!((&spec["acr_min"], &spec["idp_initiated"]), (&json!(2), &json!(true)));
        }
    }
}
