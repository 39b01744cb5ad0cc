//! Requests: what is read of them, and the rules of their envelope.

use lgsp_sso::saml::{
    Refused,
    authn::{AGE_MS_MAX, AuthnRequest, check_envelope},
    bindings::{Inbound, RELAY_STATE_BYTES_MAX},
    logout::LogoutRequest,
    names::{ASSERTION, PROTOCOL},
    xml::Document,
};

use super::kit::NOW;

fn request(attributes: &str, inside: &str) -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"{PROTOCOL}\" xmlns:saml=\"{ASSERTION}\" ID=\"_1\" \
         Version=\"2.0\" IssueInstant=\"{NOW}\" {attributes}>\
         <saml:Issuer>https://sp.example/</saml:Issuer>{inside}</samlp:AuthnRequest>"
    )
}

fn read(text: &str) -> Result<AuthnRequest, Refused> {
    AuthnRequest::read(&Document::parse(text.as_bytes())?.root)
}

#[test]
fn wishes_are_read() {
    let text = request(
        "ForceAuthn=\"1\" IsPassive=\"false\" AssertionConsumerServiceIndex=\"3\"",
        "<samlp:NameIDPolicy Format=\"f\" SPNameQualifier=\"q\"/>\
         <samlp:RequestedAuthnContext Comparison=\"minimum\"><saml:AuthnContextClassRef>\
         urn:lgsp:acr:2</saml:AuthnContextClassRef></samlp:RequestedAuthnContext>",
    );
    let request = read(&text).unwrap();
    assert!(request.is_forced && !request.is_passive);
    assert_eq!(request.consumer_index, Some(3));
    assert_eq!(request.name_id_format.as_deref(), Some("f"));
    assert_eq!(request.sp_name_qualifier.as_deref(), Some("q"));
    assert_eq!(request.context.unwrap().least_level(), Some(2));
    assert_eq!(request.envelope.issuer, "https://sp.example/");
}

#[test]
fn wrong_requests_are_refused() {
    let good = request("", "");
    assert!(read(&good).is_ok());
    for (from, to) in [
        ("ID=\"_1\"", ""),
        ("Version=\"2.0\"", "Version=\"1.1\""),
        ("IssueInstant=", "Other="),
        ("AuthnRequest", "ArtifactResolve"),
        ("<saml:Issuer>", "<saml:Issuer><!-- -->"),
        (
            "</saml:Issuer>",
            "</saml:Issuer><saml:Issuer>x</saml:Issuer>",
        ),
        (" Version", " ForceAuthn=\"yes\" Version"),
        (" Version", " AssertionConsumerServiceIndex=\"-1\" Version"),
        (" Version", " ProtocolBinding=\"urn:x\" Version"),
        (
            " Version",
            " AssertionConsumerServiceIndex=\"1\" AssertionConsumerServiceURL=\"x\" Version",
        ),
    ] {
        let text = good.replace(from, to);
        assert_ne!(text, good);
        assert!(read(&text).is_err(), "{text}");
    }
    assert!(LogoutRequest::read(&Document::parse(good.as_bytes()).unwrap().root).is_err());
}

#[test]
fn the_envelope_must_be_young_and_meant_for_us() {
    let address = "https://idp.example/saml/sso";
    let mut envelope = read(&request("", "")).unwrap().envelope;
    let check =
        |envelope: &_, is_signed, ms| check_envelope(envelope, address, is_signed, NOW.plus_ms(ms));
    assert_eq!(check(&envelope, false, AGE_MS_MAX), Ok(()));
    assert_eq!(check(&envelope, false, -AGE_MS_MAX), Ok(()));
    let late = check(&envelope, false, AGE_MS_MAX + 1);
    assert_eq!(late, Err(Refused::Expired));
    let early = check(&envelope, false, -AGE_MS_MAX - 1);
    assert_eq!(early, Err(Refused::Expired));
    let unnamed = check(&envelope, true, 0);
    assert_eq!(unnamed, Err(Refused::Destination), "signed for nobody");
    for (destination, expected) in [
        (address.to_owned(), Ok(())),
        (format!("{address}/"), Err(Refused::Destination)),
        (address.to_uppercase(), Err(Refused::Destination)),
        (String::new(), Err(Refused::Destination)),
    ] {
        envelope.destination = Some(destination);
        assert_eq!(check(&envelope, true, 0), expected);
    }
}

#[test]
fn fields_come_once_and_relay_state_has_a_limit() {
    let message = "SAMLRequest=PGEvPg%3D%3D";
    let state = |bytes: usize| format!("{message}&RelayState={}", "x".repeat(bytes));
    assert!(Inbound::from_form(message).is_ok());
    assert!(Inbound::from_form(&state(RELAY_STATE_BYTES_MAX)).is_ok());
    let refused = Inbound::from_form(&state(RELAY_STATE_BYTES_MAX + 1));
    assert_eq!(refused.err(), Some(Refused::RelayState));
    for form in [
        String::new(),
        format!("{message}&{message}"),
        format!("{message}&SAMLResponse=PGEvPg%3D%3D"),
        format!("{message}&RelayState=a&RelayState=b"),
    ] {
        let refused = Inbound::from_form(&form).err();
        assert_eq!(refused, Some(Refused::Part("SAMLRequest")), "{form}");
    }
}
