//! Connecting: addresses, TLS, trust.
//!
//! Owns: `Target`, opening and protecting a connection.
//! Not here: what is said on it (`mod.rs`).
//! Invariant: a certificate is always checked, against the trusted ones of the connection or
//! those of the operating system, and for the host that was configured.

use std::{sync::Arc, time::Duration};

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use rustls_platform_verifier::BuilderVerifierExt as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use super::{DirectoryConnection, Failure};

/// Time to stand a connection, and again its protection.
const CONNECT_MS: u64 = 5_000;

/// What a client speaks over.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Io for T {}

/// Where a directory answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// Whether TLS begins at once.
    pub(crate) is_tls: bool,
    /// Name or address.
    pub(crate) host: String,
    /// Port.
    pub(crate) port: u16,
}

impl Target {
    /// Reads `ldap://host[:port]` or `ldaps://host[:port]`.
    pub(crate) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.trim().split_once("://")?;
        let (is_tls, default) = match scheme.to_ascii_lowercase().as_str() {
            "ldap" => (false, 389),
            "ldaps" => (true, 636),
            _ => return None,
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.strip_prefix('[') {
            Some(v6) => {
                let (host, after) = v6.split_once(']')?;
                (host, after.strip_prefix(':'))
            }
            None => match rest.split_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (rest, None),
            },
        };
        let port = match port {
            Some(text) => text.parse().ok()?,
            None => default,
        };
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-:_".contains(letter);
        (!host.is_empty() && host.chars().all(is_plain)).then(|| Self {
            is_tls,
            host: host.to_owned(),
            port,
        })
    }
}

/// Opens a connection to an address that outbound calls may reach.
pub(super) async fn open(
    spec: &DirectoryConnection,
    target: &Target,
) -> Result<TcpStream, Failure> {
    let host = target.host.as_str();
    let resolving =
        lgsp_platform::http::client::resolve(host, target.port, spec.allow_local_addresses);
    let connecting = async {
        let addresses = resolving
            .await
            .map_err(|error| Failure::Unavailable(error.to_string()))?;
        Ok(TcpStream::connect(addresses.as_slice()).await?)
    };
    match timeout(Duration::from_millis(CONNECT_MS), connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(Failure::Unavailable("no connection in time".to_owned())),
    }
}

/// Stands TLS on an open connection.
pub(super) async fn protect<S: Io>(
    spec: &DirectoryConnection,
    target: &Target,
    stream: S,
) -> Result<TlsStream<S>, Failure> {
    let config = trust(&spec.trusted_certificates)?;
    let name = ServerName::try_from(target.host.clone())
        .map_err(|error| Failure::Configuration(error.to_string()))?;
    let handshake = TlsConnector::from(Arc::new(config)).connect(name, stream);
    match timeout(Duration::from_millis(CONNECT_MS), handshake).await {
        Ok(protected) => Ok(protected?),
        Err(_) => Err(Failure::Unavailable("no TLS in time".to_owned())),
    }
}

fn trust(pem: &str) -> Result<ClientConfig, Failure> {
    let broken = |error: &dyn std::fmt::Display| Failure::Configuration(error.to_string());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(&error))?;
    if pem.trim().is_empty() {
        let builder = builder
            .with_platform_verifier()
            .map_err(|error| broken(&error))?;
        return Ok(builder.with_no_client_auth());
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.map_err(|error| broken(&error))?;
        roots.add(certificate).map_err(|error| broken(&error))?;
    }
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::Target;

    #[test]
    fn addresses_are_read() {
        let read = |url: &str| {
            let target = Target::parse(url)?;
            Some((target.is_tls, target.host, target.port))
        };
        assert_eq!(
            read("ldap://dc1.snv.vn"),
            Some((false, "dc1.snv.vn".into(), 389))
        );
        assert_eq!(
            read("LDAPS://10.1.2.3:3269/"),
            Some((true, "10.1.2.3".into(), 3269))
        );
        assert_eq!(
            read("ldaps://[2001:db8::1]:636"),
            Some((true, "2001:db8::1".into(), 636))
        );
        for bad in [
            "",
            "ldap://",
            "http://x",
            "ldap://x:port",
            "ldap://a b",
            "ldap://x/dc=y",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
