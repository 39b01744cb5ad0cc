//! The certificate of the face.
//!
//! Owns: reading it, reading it again when the files have changed.
//! Not here: the doors' own TLS (`server`), which uses the same files.
//! Follows: TLS 1.2 and 1.3 by rustls and ring.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use rustls::{
    ServerConfig,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use tokio_rustls::TlsAcceptor;

use crate::Result;

/// The certificate and when its file was last written.
pub(crate) struct Certificate {
    files: (PathBuf, PathBuf),
    loaded: Mutex<(Option<SystemTime>, TlsAcceptor)>,
}

fn broken(path: &Path, error: impl std::fmt::Display) -> crate::Error {
    let text = format!("{}: {error}", path.display());
    lgsp_platform::Error::Configuration(text).into()
}

impl Certificate {
    /// Reads certificate chain and key.
    pub(crate) fn open(certificate: &str, key: &str) -> Result<Self> {
        let files = (PathBuf::from(certificate), PathBuf::from(key));
        let acceptor = read(&files)?;
        let loaded = Mutex::new((written_at(&files.0), acceptor));
        Ok(Self { files, loaded })
    }

    /// What new connections use.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        let written = written_at(&self.files.0);
        if written != loaded.0 {
            match read(&self.files) {
                Ok(acceptor) => *loaded = (written, acceptor),
                Err(error) => {
                    tracing::error!(%error, "certificate not reloaded, the old one stays")
                }
            }
        }
        loaded.1.clone()
    }
}

fn written_at(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

fn read((certificate, key): &(PathBuf, PathBuf)) -> Result<TlsAcceptor> {
    let chain = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| broken(certificate, error))?;
    let private = PrivateKeyDer::from_pem_file(key).map_err(|error| broken(key, error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| broken(certificate, error))?
        .with_no_client_auth()
        .with_single_cert(chain, private)
        .map_err(|error| broken(certificate, error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
