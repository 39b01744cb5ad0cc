//! The ports of the face: plain on loopback, TLS elsewhere.
//!
//! Owns: listening, limits of connections, TLS and `StartTLS`.
//! Not here: what is said on a connection (`connection.rs`).
//! Invariant: nothing is spoken in the clear with another machine.

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use lgsp_platform::config::Config;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};

use super::{
    Face,
    connection::{Ended, serve},
};
use crate::{
    Result,
    ldap::wire::{Code, Outcome},
};

/// Connections at the same time.
pub const CONNECTIONS_MAX: usize = 1_000;
/// Connections at the same time from one address.
pub const SOURCE_CONNECTIONS_MAX: u32 = 200;
/// Time in which TLS must stand.
const HANDSHAKE_MS: u64 = 10_000;

/// Where the face listens.
#[derive(Debug, Clone, Copy, Default)]
pub struct Addresses {
    /// Plain.
    pub plain: Option<SocketAddr>,
    /// TLS.
    pub tls: Option<SocketAddr>,
}

/// Connections by their source.
#[derive(Default)]
struct Sources(Mutex<HashMap<IpAddr, u32>>);

/// A place that a connection holds.
struct Place {
    sources: Arc<Sources>,
    source: IpAddr,
    _permit: OwnedSemaphorePermit,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counted = self
            .sources
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counted.get_mut(&self.source) {
            *count -= 1;
            if *count == 0 {
                counted.remove(&self.source);
            }
        }
    }
}

fn invalid(text: String) -> crate::Error {
    lgsp_platform::Error::Configuration(text).into()
}

/// The addresses that are configured, none of them opened.
///
/// # Errors
/// `platform.configuration.invalid` when one cannot be used.
pub fn check(config: &Config) -> Result<Addresses> {
    let ldap = &config.ldap;
    let parse = |key: &str, address: &str| -> Result<Option<SocketAddr>> {
        if address.is_empty() {
            return Ok(None);
        }
        let wrong = || invalid(format!("{key} is no address with a port: {address}"));
        address.parse().map(Some).map_err(|_| wrong())
    };
    let plain = parse("ldap.listen", &ldap.listen)?;
    if plain.is_some_and(|address| !address.ip().is_loopback()) {
        return Err(invalid(format!(
            "ldap.listen carries passwords in the clear and may listen on loopback only; \
             use ldap.tls_listen for {}",
            ldap.listen
        )));
    }
    let tls = parse("ldap.tls_listen", &ldap.tls_listen)?;
    if tls.is_some() && config.server.tls_certificate_file.is_empty() {
        return Err(invalid(
            "ldap.tls_listen needs server.tls_certificate_file and server.tls_key_file".to_owned(),
        ));
    }
    Ok(Addresses { plain, tls })
}

async fn bind(address: Option<SocketAddr>) -> Result<Option<TcpListener>> {
    let Some(address) = address else {
        return Ok(None);
    };
    match TcpListener::bind(address).await {
        Ok(listener) => Ok(Some(listener)),
        Err(error) => Err(invalid(format!("opening LDAP at {address}: {error}"))),
    }
}

impl Face {
    /// Opens the ports that are configured.
    pub(crate) async fn open(&self) -> Result<Addresses> {
        let wished = check(&self.platform.config)?;
        let (plain, tls) = (bind(wished.plain).await?, bind(wished.tls).await?);
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let sources = Arc::new(Sources::default());
        let mut addresses = Addresses::default();
        for (listener, is_tls) in [(plain, false), (tls, true)] {
            let Some(listener) = listener else { continue };
            let address = listener.local_addr().map_err(lgsp_platform::Error::from)?;
            if is_tls {
                addresses.tls = Some(address);
            } else {
                addresses.plain = Some(address);
            }
            tracing::info!(%address, tls = is_tls, "ldap face is open");
            let accepting = accept(
                self.clone(),
                listener,
                is_tls,
                (places.clone(), sources.clone()),
            );
            self.platform
                .tasks
                .spawn_until_stopped("ldap face", accepting);
        }
        Ok(addresses)
    }

    /// Whether a connection may become protected.
    pub(crate) fn start_tls(&self, is_protected: bool, is_alone: bool) -> Outcome {
        if is_protected {
            return Outcome::new(
                Code::OPERATIONS_ERROR,
                "the connection is protected already",
            );
        }
        if !self.has_start_tls() {
            return Outcome::new(Code::UNWILLING, "StartTLS is not switched on");
        }
        if !is_alone {
            let text = "StartTLS must come alone";
            return Outcome::new(Code::OPERATIONS_ERROR, text);
        }
        Outcome::success()
    }
}

async fn accept(
    face: Face,
    listener: TcpListener,
    is_tls: bool,
    (places, sources): (Arc<Semaphore>, Arc<Sources>),
) {
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "ldap connection not accepted");
                face.platform.clock.sleep(100).await;
                continue;
            }
        };
        let Ok(permit) = places.clone().try_acquire_owned() else {
            tracing::warn!("ldap connections are at their limit");
            continue;
        };
        let source = peer.ip();
        {
            let mut counted = sources.0.lock().unwrap_or_else(PoisonError::into_inner);
            let count = counted.entry(source).or_insert(0);
            if *count >= SOURCE_CONNECTIONS_MAX {
                tracing::warn!("ldap connections of one address are at their limit");
                continue;
            }
            *count += 1;
        }
        let place = Place {
            sources: sources.clone(),
            source,
            _permit: permit,
        };
        let connected = face.clone();
        face.platform
            .tasks
            .spawn_until_stopped("ldap connection", async move {
                connection(&connected, stream, source, is_tls).await;
                drop(place);
            });
    }
}

async fn connection(face: &Face, stream: TcpStream, peer: IpAddr, is_tls: bool) {
    stream.set_nodelay(true).ok();
    let stream = if is_tls {
        stream
    } else {
        match Box::pin(serve(face, stream, peer, false)).await {
            Ended::Closed => return,
            Ended::StartTls(stream) => stream,
        }
    };
    let Some(certificate) = &face.certificate else {
        return;
    };
    let handshake = certificate.acceptor().accept(stream);
    match timeout(Duration::from_millis(HANDSHAKE_MS), handshake).await {
        Ok(Ok(stream)) => {
            Box::pin(serve(face, stream, peer, true)).await;
        }
        Ok(Err(error)) => tracing::debug!(%error, "ldap tls handshake failed"),
        Err(_) => tracing::debug!("ldap tls handshake took too long"),
    }
}
