//! Names that SAML fixes.
//!
//! Owns: namespaces, bindings, status codes, classes of authentication.
//! Follows: SAML 2.0 Core, 3.2.2 and 8; Bindings; Authentication Context.

/// Assertions.
pub const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Requests and responses.
pub const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Metadata.
pub const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
/// SOAP 1.1 envelopes.
pub const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";

/// Binding: in an address.
pub const REDIRECT_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// Binding: in a form.
pub const POST_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// Binding: from server to server.
pub const SOAP_BINDING: &str = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP";

/// Status: done.
pub const SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Status: the request asks what cannot be had.
pub const REQUESTER: &str = "urn:oasis:names:tc:SAML:2.0:status:Requester";
/// Status: we cannot.
pub const RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
/// Second status: nobody is signed in and no page may be shown.
pub const NO_PASSIVE: &str = "urn:oasis:names:tc:SAML:2.0:status:NoPassive";
/// Second status: the wished authentication cannot be had.
pub const NO_AUTHN_CONTEXT: &str = "urn:oasis:names:tc:SAML:2.0:status:NoAuthnContext";
/// Second status: the wished form of name cannot be had.
pub const INVALID_NAME_ID_POLICY: &str = "urn:oasis:names:tc:SAML:2.0:status:InvalidNameIDPolicy";
/// Second status: the person may not use the application.
pub const REQUEST_DENIED: &str = "urn:oasis:names:tc:SAML:2.0:status:RequestDenied";
/// Second status: not everybody could be told of a sign-out.
pub const PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
/// Second status: the person is another one.
pub const UNKNOWN_PRINCIPAL: &str = "urn:oasis:names:tc:SAML:2.0:status:UnknownPrincipal";

/// Level 1: a password over TLS.
pub const CLASS_PASSWORD: &str =
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";

/// Classes of authentication, with the least level of ours that meets each.
pub const CLASSES: [(&str, u8); 8] = [
    (CLASS_PASSWORD, 1),
    ("urn:oasis:names:tc:SAML:2.0:ac:classes:Password", 1),
    ("urn:oasis:names:tc:SAML:2.0:ac:classes:unspecified", 1),
    ("urn:lgsp:acr:1", 1),
    ("urn:lgsp:acr:2", 2),
    ("https://refeds.org/profile/mfa", 2),
    ("urn:oasis:names:tc:SAML:2.0:ac:classes:TimeSyncToken", 2),
    ("urn:lgsp:acr:3", 3),
];

/// How we name a level when no class was asked for.
#[must_use]
pub const fn class_of_level(level: u8) -> &'static str {
    match level {
        0 | 1 => CLASS_PASSWORD,
        2 => "urn:lgsp:acr:2",
        _ => "urn:lgsp:acr:3",
    }
}
