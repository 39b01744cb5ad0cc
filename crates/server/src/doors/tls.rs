//! TLS of the doors: the own certificate, and asking programs for theirs.
//!
//! Owns: the TLS settings of a door, `AnyCertificate`.
//! Not here: what becomes of a client's certificate (`certificates.rs`).
//! Invariant: a door that asks lets every certificate through, but only with the proof that the
//! caller has its private key; nobody must have one.
//! Follows: RFC 8446, section 4.4.2; RFC 8705, sections 2 and 7.3.

use std::sync::Arc;

use anyhow::Context as _;
use lgsp_platform::config::ServerConfig;
use rustls::{
    DigitallySignedStruct, DistinguishedName, Error, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{
        CryptoProvider, WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature,
    },
    pki_types::{CertificateDer, PrivateKeyDer, UnixTime, pem::PemObject as _},
    server::danger::{ClientCertVerified, ClientCertVerifier},
};

/// Whether a door asks for certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// It asks; callers need not have one.
    Yes,
    /// It does not: a browser would let its person choose one.
    No,
}

/// The settings of a door, read from the files of the configuration.
pub(super) fn settings(
    config: &ServerConfig,
    asking: Asking,
) -> anyhow::Result<Arc<rustls::ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(&config.tls_certificate_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .context("reading server.tls_certificate_file")?;
    anyhow::ensure!(
        !chain.is_empty(),
        "server.tls_certificate_file has no certificate"
    );
    let key = PrivateKeyDer::from_pem_file(&config.tls_key_file)
        .context("reading server.tls_key_file")?;
    let builder = rustls::ServerConfig::builder();
    let algorithms = builder.crypto_provider().signature_verification_algorithms;
    let builder = match asking {
        Asking::Yes => builder.with_client_cert_verifier(Arc::new(AnyCertificate { algorithms })),
        Asking::No => builder.with_no_client_auth(),
    };
    let mut settings = builder
        .with_single_cert(chain, key)
        .context("server.tls_certificate_file and server.tls_key_file do not fit")?;
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(settings))
}

/// Takes every certificate whose private key the caller proves to have.
#[derive(Debug)]
struct AnyCertificate {
    algorithms: WebPkiSupportedAlgorithms,
}

impl ClientCertVerifier for AnyCertificate {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

/// What decides whether a certificate leads to an authority that is trusted.
pub(super) fn authorities(
    config: &ServerConfig,
) -> anyhow::Result<Option<Arc<dyn ClientCertVerifier>>> {
    if config.client_ca_file.is_empty() {
        return Ok(None);
    }
    let mut roots = rustls::RootCertStore::empty();
    let read = CertificateDer::pem_file_iter(&config.client_ca_file);
    for root in read.context("reading server.client_ca_file")? {
        let root = root.context("reading server.client_ca_file")?;
        roots.add(root).context("server.client_ca_file")?;
    }
    let provider = CryptoProvider::get_default().context("no cryptography is set up")?;
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
        Arc::new(roots),
        provider.clone(),
    );
    Ok(Some(verifier.build().context("server.client_ca_file")?))
}
