//! Limits of open connections, in all and from one address.
//!
//! Owns: the acceptor that counts; a connection past a limit is closed at once.
//! Invariant: a trusted proxy speaks for many clients, so only the limit in all holds for it.
//! Follows: TCVN 14423:2026, 5.12.2.4 e (regulation R79).

use std::{
    collections::HashMap,
    future::Future,
    io,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use super::proxies::Proxies;
use axum_server::accept::Accept;
use lgsp_platform::config::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// Connections of the administration door; its users are people.
const ADMIN_CONNECTIONS_MAX: u32 = 4_000;

/// How many connections may be open.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    total: u32,
    source: u32,
    proxies: Proxies,
}

impl Limits {
    pub(super) fn of_admin(proxies: &Proxies) -> Self {
        // A whole agency may sit behind one address.
        Self {
            total: ADMIN_CONNECTIONS_MAX,
            source: ADMIN_CONNECTIONS_MAX,
            proxies: proxies.clone(),
        }
    }

    pub(super) fn of_service(config: &ServerConfig, proxies: &Proxies) -> Self {
        Self {
            total: config.service_connections_max,
            source: config.source_connections_max,
            proxies: proxies.clone(),
        }
    }
}

#[derive(Debug, Default)]
struct Open {
    total: u32,
    sources: HashMap<IpAddr, u32>,
}

/// Counts connections and refuses those past the limits.
#[derive(Debug, Clone)]
pub(super) struct Acceptor {
    limits: Limits,
    open: Arc<Mutex<Open>>,
}

impl Acceptor {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            limits,
            open: Arc::default(),
        }
    }

    fn admit(&self, source: IpAddr) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let of_source = open.sources.get(&source).copied().unwrap_or(0);
        let is_many = of_source >= self.limits.source && !self.limits.proxies.is_trusted(source);
        if open.total >= self.limits.total || is_many {
            return None;
        }
        open.total += 1;
        open.sources.insert(source, of_source + 1);
        Some(Place {
            source,
            open: self.open.clone(),
        })
    }
}

/// Held while a connection is open.
#[derive(Debug)]
struct Place {
    source: IpAddr,
    open: Arc<Mutex<Open>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total = open.total.saturating_sub(1);
        let left = open
            .sources
            .get(&self.source)
            .copied()
            .unwrap_or(0)
            .saturating_sub(1);
        if left == 0 {
            open.sources.remove(&self.source);
        } else {
            open.sources.insert(self.source, left);
        }
    }
}

/// A connection that gives its place back when it ends.
#[derive(Debug)]
pub(super) struct Counted {
    stream: TcpStream,
    _place: Place,
}

impl<S: Send + 'static> Accept<TcpStream, S> for Acceptor {
    type Stream = Counted;
    type Service = S;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Counted, S)>> + Send>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = stream.peer_addr().map(|source| self.admit(source.ip()));
        Box::pin(async move {
            let Some(place) = admitted? else {
                return Err(io::Error::other("too many connections"));
            };
            stream.set_nodelay(true)?;
            Ok((
                Counted {
                    stream,
                    _place: place,
                },
                service,
            ))
        })
    }
}

impl AsyncRead for Counted {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_and_given_back() {
        let proxied = ServerConfig {
            trusted_proxies: vec!["127.0.0.3".to_owned()],
            ..ServerConfig::default()
        };
        let acceptor = Acceptor::new(Limits {
            total: 3,
            source: 2,
            proxies: Proxies::of(&proxied).unwrap(),
        });
        let (one, two) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let first = acceptor.admit(one).unwrap();
        let second = acceptor.admit(one).unwrap();
        assert!(
            acceptor.admit(one).is_none(),
            "past the limit of one source"
        );
        let third = acceptor.admit(two).unwrap();
        assert!(acceptor.admit(two).is_none(), "past the limit in all");
        drop(first);
        let again = acceptor.admit(one);
        assert!(again.is_some());
        drop((second, third, again));
        let proxy = IpAddr::from([127, 0, 0, 3]);
        let held: Vec<_> = (0..3).map(|_| acceptor.admit(proxy)).collect();
        assert!(held.iter().all(Option::is_some), "a proxy has many clients");
        assert!(acceptor.admit(proxy).is_none(), "but not more than in all");
    }
}
