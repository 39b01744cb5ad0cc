//! Service providers from their metadata.

use lgsp_platform::registry::{Kind as _, ValidationContext};
use lgsp_sso::saml::{
    Refused, SamlSp,
    kind::{LogoutBinding, NameIdFormat},
    metadata::import,
};

/// Metadata as an application may publish it.
pub(crate) const SAMPLE: &str = r#"<?xml version="1.0"?>
<!-- của ứng dụng -->
<md:EntityDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://qlvb.example/sp">
 <md:SPSSODescriptor AuthnRequestsSigned="true" protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
  <md:KeyDescriptor use="encryption"/>
  <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:SOAP" Location="https://qlvb.example/soap"/>
  <md:SingleLogoutService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://qlvb.example/slo" ResponseLocation="https://qlvb.example/slo2"/>
  <md:NameIDFormat> urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress </md:NameIDFormat>
  <md:NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:entity</md:NameIDFormat>
  <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact" Location="https://qlvb.example/art" index="0"/>
  <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="http://qlvb.example/acs" index="1"/>
  <md:AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="https://qlvb.example/acs" index="2" isDefault="true"/>
  <md:AttributeConsumingService index="1"><md:ServiceName xml:lang="vi">Quản lý văn bản</md:ServiceName>
   <md:RequestedAttribute Name="mail"/><md:RequestedAttribute Name="urn:x:la" FriendlyName="uid"/>
   <md:RequestedAttribute Name="la"/>
  </md:AttributeConsumingService>
 </md:SPSSODescriptor>
</md:EntityDescriptor>"#;

#[test]
fn metadata_becomes_a_valid_resource() {
    let imported = import(SAMPLE.as_bytes()).unwrap();
    let spec: SamlSp = imported.spec;
    assert_eq!(spec.entity_id, "https://qlvb.example/sp");
    assert_eq!(spec.title, "Quản lý văn bản");
    assert_eq!(spec.assertion_consumers.len(), 1, "https and POST only");
    assert_eq!(spec.assertion_consumers[0].index, 2);
    let bindings: Vec<_> = spec
        .logout_services
        .iter()
        .map(|known| known.binding)
        .collect();
    assert_eq!(bindings, [LogoutBinding::Soap, LogoutBinding::Redirect]);
    assert_eq!(spec.name_id_formats, [NameIdFormat::EmailAddress]);
    let names: Vec<_> = spec
        .attributes
        .iter()
        .map(|known| known.name.as_str())
        .collect();
    assert_eq!(names, ["mail", "urn:x:la"]);
    assert!(
        !spec.requests_signed,
        "without a certificate nothing can be checked"
    );
    assert_eq!(
        imported.warnings.len(),
        3,
        "encryption, http, no certificate"
    );
    let context = ValidationContext { name: "qlvb" };
    assert_eq!(spec.validate(&context), []);
}

#[test]
fn unusable_metadata_is_refused() {
    for (from, to, part) in [
        ("entityID=\"https://qlvb.example/sp\"", "", "entityID"),
        ("SPSSODescriptor", "IDPSSODescriptor", "SPSSODescriptor"),
        ("HTTP-POST", "PAOS", "AssertionConsumerService"),
        ("EntityDescriptor", "Entity", "EntityDescriptor"),
    ] {
        let text = SAMPLE.replace(from, to);
        let refused = import(text.as_bytes()).unwrap_err();
        assert_eq!(refused, Refused::Metadata(part));
    }
    let text = SAMPLE.replace("<!-- của ứng dụng -->", "<!DOCTYPE x>");
    assert!(matches!(
        import(text.as_bytes()),
        Err(Refused::Unreadable(_))
    ));
}
