//! Whether a certificate is that of a client.
//!
//! Owns: both methods of RFC 8705, the caller of an endpoint with its certificate.
//! Not here: the proof that the caller has the key, and chains (the doors).
//! Invariant: a certificate of an authority counts only when the door trusts the authority and
//! the registered name is its name; a self-signed one only when it, or its key, is registered.
//! Follows: RFC 8705, sections 2 and 3.

use std::{convert::Infallible, net::IpAddr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, request::Parts},
};
use lgsp_platform::http::certificate::SharedCertificate;

use super::{
    Client,
    jwks::ClientKeys,
    kind::{AuthMethod, TlsName},
};
use crate::x509::{self, AlternativeName, Certificate, Name};

/// Longest name in a specification.
const NAME_BYTES_MAX: usize = 1_000;

/// A program that calls an endpoint.
pub(in crate::oidc) struct Peer {
    pub(in crate::oidc) headers: HeaderMap,
    pub(in crate::oidc) certificate: Option<SharedCertificate>,
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self {
            headers: parts.headers.clone(),
            certificate: parts.extensions.get::<SharedCertificate>().cloned(),
        })
    }
}

impl Peer {
    /// Thumbprint of the certificate (`x5t#S256`).
    pub(in crate::oidc) fn thumbprint(&self) -> Option<String> {
        let found = self.certificate.as_ref()?;
        Some(x509::thumbprint(&found.der))
    }
}

/// Whether a text can be the name of a certificate.
pub(super) fn is_name(form: TlsName, text: &str) -> bool {
    let is_plain =
        !text.is_empty() && text.len() <= NAME_BYTES_MAX && !text.contains(char::is_control);
    let has_form = match form {
        TlsName::SubjectDn => Name::parse(text).is_some(),
        TlsName::SanIp => text.parse::<IpAddr>().is_ok(),
        TlsName::SanEmail => text.contains('@'),
        TlsName::SanDns | TlsName::SanUri => !text.contains(char::is_whitespace),
    };
    is_plain && has_form
}

/// Whether the caller's certificate proves that it is this client.
pub(super) async fn is_proved(keys: &ClientKeys, client: &Client, peer: &Peer) -> bool {
    let Some(shown) = &peer.certificate else {
        return false;
    };
    let Some(read) = Certificate::read(&shown.der) else {
        return false;
    };
    match client.spec.auth_method {
        AuthMethod::TlsClientAuth => {
            shown.is_trusted && has_name(&read, client.spec.tls_name, &client.spec.tls_subject)
        }
        AuthMethod::SelfSignedTlsClientAuth => {
            let registered = keys.all(client).await;
            registered.iter().any(|jwk| match &jwk.certificate {
                Some(certificate) => *certificate == shown.der,
                None => read.key.as_ref() == Some(&jwk.key),
            })
        }
        AuthMethod::ClientSecretBasic
        | AuthMethod::ClientSecretPost
        | AuthMethod::ClientSecretJwt
        | AuthMethod::PrivateKeyJwt
        | AuthMethod::None => false,
    }
}

fn has_name(read: &Certificate, form: TlsName, registered: &str) -> bool {
    let any = |fits: &dyn Fn(&AlternativeName) -> bool| read.alternatives.iter().any(fits);
    match form {
        TlsName::SubjectDn => Name::parse(registered).as_ref() == Some(&read.subject),
        TlsName::SanDns => any(
            &|name| matches!(name, AlternativeName::Dns(dns) if dns.eq_ignore_ascii_case(registered)),
        ),
        TlsName::SanUri => {
            any(&|name| matches!(name, AlternativeName::Uri(uri) if uri == registered))
        }
        TlsName::SanIp => {
            let wanted = registered.parse::<IpAddr>().ok();
            any(&|name| matches!(name, AlternativeName::Ip(ip) if Some(*ip) == wanted))
        }
        TlsName::SanEmail => {
            any(&|name| matches!(name, AlternativeName::Email(mail) if mail == registered))
        }
    }
}
