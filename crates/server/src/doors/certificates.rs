//! Certificates of calling programs, from the connection or from a proxy.
//!
//! Owns: reading them, checking them against the trusted authorities, handing them to requests.
//! Not here: asking for them (`tls.rs`), what they are worth (`sso`).
//! Invariant: a header counts only when a trusted proxy sends it, and then the proxy's own
//! certificate counts for nothing; what anybody else writes into the header is never seen.
//! Follows: RFC 8705, section 7.2; RFC 9440.

use std::{future::Future, io, net::SocketAddr, pin::Pin, sync::Arc};

use anyhow::Context as _;
use axum::{
    Extension,
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName},
    middleware::{AddExtension, Next},
    response::Response,
};
use axum_server::{
    accept::Accept,
    tls::TlsService,
    tls_rustls::{RustlsAcceptor, RustlsConfig},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_platform::{
    config::ServerConfig,
    http::certificate::{ClientCertificate, SharedCertificate},
};
use rustls::{
    pki_types::{CertificateDer, UnixTime},
    server::danger::ClientCertVerifier,
};
use tokio::net::TcpStream;

use super::{
    limits,
    proxies::Proxies,
    tls::{self, Asking},
};

/// Largest certificate that is looked at; usual ones have 1 to 2 KiB.
const CERTIFICATE_BYTES_MAX: usize = 16 * 1_024;
/// Certificates of a chain beside the first.
const CHAIN_MAX: usize = 8;
/// The chain beside `Client-Cert` (RFC 9440, section 2.3).
const CHAIN_HEADER: HeaderName = HeaderName::from_static("client-cert-chain");

/// Reads and checks certificates of callers.
#[derive(Clone)]
pub(super) struct Certificates {
    authorities: Option<Arc<dyn ClientCertVerifier>>,
    header: Option<HeaderName>,
    proxies: Proxies,
}

/// What a connection brought, before it is known whether a proxy made it.
#[derive(Clone)]
pub(super) struct OfConnection(Option<SharedCertificate>);

impl Certificates {
    /// Reads `server.client_ca_file` and `server.client_certificate_header`.
    pub(super) fn of(config: &ServerConfig, proxies: &Proxies) -> anyhow::Result<Self> {
        let header = match config.client_certificate_header.as_str() {
            "" => None,
            name => Some(
                name.parse::<HeaderName>()
                    .context("server.client_certificate_header")?,
            ),
        };
        Ok(Self {
            authorities: tls::authorities(config)?,
            header,
            proxies: proxies.clone(),
        })
    }

    /// Whether a door asks for certificates.
    pub(super) fn asking(config: &ServerConfig, door: &str) -> Asking {
        let mut asking = config.client_certificate_doors.iter();
        match asking.any(|name| name == door) {
            true => Asking::Yes,
            false => Asking::No,
        }
    }

    fn read(&self, chain: &[CertificateDer<'_>]) -> Option<SharedCertificate> {
        let (leaf, others) = chain.split_first()?;
        let is_short = leaf.len() <= CERTIFICATE_BYTES_MAX && others.len() <= CHAIN_MAX;
        let now = UnixTime::now();
        let is_trusted = self
            .authorities
            .as_ref()
            .is_some_and(|known| known.verify_client_cert(leaf, others, now).is_ok());
        is_short.then(|| {
            Arc::new(ClientCertificate {
                der: leaf.to_vec(),
                is_trusted,
            })
        })
    }

    /// The certificate behind a request.
    fn of_request(&self, request: &Request) -> Option<SharedCertificate> {
        let extensions = request.extensions();
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let is_proxy = peer.is_some_and(|ConnectInfo(peer)| self.proxies.is_trusted(peer.ip()));
        match &self.header {
            Some(header) if is_proxy => self.read(&of_headers(request.headers(), header)),
            _ => extensions.get::<OfConnection>()?.0.clone(),
        }
    }
}

/// The certificate that a proxy names, and the chain beside it.
fn of_headers(headers: &HeaderMap, name: &HeaderName) -> Vec<CertificateDer<'static>> {
    let mut lines = headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return Vec::new();
    };
    let Some(leaf) = line.to_str().ok().and_then(certificate) else {
        return Vec::new();
    };
    let chain = headers.get_all(CHAIN_HEADER).iter();
    let others = chain
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .filter_map(certificate)
        .take(CHAIN_MAX);
    std::iter::once(leaf).chain(others).collect()
}

/// A certificate as a byte sequence (`:…:`, RFC 9440), or as PEM with escaped characters, as
/// older proxies write it.
fn certificate(text: &str) -> Option<CertificateDer<'static>> {
    let text = text.trim();
    let digits = match text.strip_prefix(':') {
        Some(rest) => rest.strip_suffix(':')?.to_owned(),
        None => {
            let pem = unescaped(text)?;
            let lines = pem.lines().filter(|line| !line.starts_with("-----"));
            lines.flat_map(str::split_whitespace).collect()
        }
    };
    if digits.len() > CERTIFICATE_BYTES_MAX * 4 / 3 {
        return None;
    }
    let der = STANDARD.decode(digits).ok()?;
    Some(CertificateDer::from(der))
}

/// Percent-decoding; a plus stays one, because it is a digit of base64.
fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        if *first == b'%' {
            let (digits, after) = tail.split_at_checked(2)?;
            let digits = std::str::from_utf8(digits).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = after;
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok()
}

/// Middleware: hands the certificate to whoever handles the request.
pub(super) async fn layer(
    State(certificates): State<Certificates>,
    mut request: Request,
    next: Next,
) -> Response {
    let found = certificates.of_request(&request);
    let extensions = request.extensions_mut();
    extensions.remove::<SharedCertificate>();
    if let Some(found) = found {
        extensions.insert(found);
    }
    next.run(request).await
}

/// TLS whose requests know the certificate of their connection.
#[derive(Clone)]
pub(super) struct Acceptor {
    tls: RustlsAcceptor<limits::Acceptor>,
    certificates: Certificates,
}

impl Acceptor {
    pub(super) fn new(
        tls: RustlsConfig,
        limits: limits::Acceptor,
        certificates: Certificates,
    ) -> Self {
        Self {
            tls: RustlsAcceptor::new(tls).acceptor(limits),
            certificates,
        }
    }
}

type TlsStream = <RustlsAcceptor<limits::Acceptor> as Accept<TcpStream, ()>>::Stream;

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = TlsStream;
    type Service = AddExtension<TlsService<S>, OfConnection>;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let accepted = self.tls.accept(stream, service);
        let certificates = self.certificates.clone();
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            let chain = stream.get_ref().1.peer_certificates();
            let found = chain.and_then(|chain| certificates.read(chain));
            let service = tower_layer(service, OfConnection(found));
            Ok((stream, service))
        })
    }
}

fn tower_layer<S>(service: S, found: OfConnection) -> AddExtension<S, OfConnection> {
    tower::Layer::layer(&Extension(found), service)
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, http::HeaderValue};

    use super::*;

    fn certificates(header: &str, trusted: &[&str]) -> Certificates {
        let config = ServerConfig {
            client_certificate_header: header.to_owned(),
            trusted_proxies: trusted.iter().map(|text| (*text).to_owned()).collect(),
            ..ServerConfig::default()
        };
        let proxies = Proxies::of(&config).unwrap();
        Certificates::of(&config, &proxies).unwrap()
    }

    fn request(peer: &str, header: Option<(&'static str, &str)>, own: Option<&[u8]>) -> Request {
        let mut request = Request::new(Body::empty());
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(ConnectInfo(peer));
        let own = own.map(|der| {
            Arc::new(ClientCertificate {
                der: der.to_vec(),
                is_trusted: false,
            })
        });
        request.extensions_mut().insert(OfConnection(own));
        if let Some((name, value)) = header {
            let value = HeaderValue::from_str(value).unwrap();
            request.headers_mut().insert(name, value);
        }
        request
    }

    fn found(certificates: &Certificates, request: &Request) -> Option<Vec<u8>> {
        let found = certificates.of_request(request)?;
        Some(found.der.clone())
    }

    const HEADER: &str = "client-cert";

    #[test]
    fn a_header_counts_from_trusted_proxies_only() {
        let known = certificates(HEADER, &["10.0.0.1"]);
        let written = Some((HEADER, ":AQID:"));
        let from = |peer, header, own| found(&known, &request(peer, header, own));
        assert_eq!(from("10.0.0.1", written, None), Some(vec![1, 2, 3]));
        assert_eq!(from("10.0.0.2", written, None), None);
        assert_eq!(from("10.0.0.2", written, Some(&[9][..])), Some(vec![9]));
        // The proxy's own certificate is not that of the client behind it.
        assert_eq!(from("10.0.0.1", None, Some(&[9][..])), None);
        assert_eq!(from("10.0.0.1", Some((HEADER, ":AQID")), None), None);
        let none = certificates("", &["10.0.0.1"]);
        assert_eq!(found(&none, &request("10.0.0.1", written, None)), None);
    }

    #[test]
    fn escaped_pem_of_older_proxies_is_read() {
        let known = certificates("x-ssl-cert", &["10.0.0.1"]);
        let pem = "-----BEGIN%20CERTIFICATE-----%0AAQID%0A-----END%20CERTIFICATE-----%0A";
        let request = request("10.0.0.1", Some(("x-ssl-cert", pem)), None);
        assert_eq!(found(&known, &request), Some(vec![1, 2, 3]));
    }

    #[test]
    fn two_headers_are_none() {
        let known = certificates(HEADER, &["10.0.0.1"]);
        let mut twice = request("10.0.0.1", Some((HEADER, ":AQID:")), None);
        let more = HeaderValue::from_static(":BAUG:");
        twice.headers_mut().append(HEADER, more);
        assert_eq!(found(&known, &twice), None);
    }
}
