//! The outgoing HTTP client: time-outs, no redirects, bounded answers.
//!
//! Owns: `client`, `read_limited`.
//! Not here: retries (the ledger), credentials (each national system).
//! Follows: ARCHITECTURE.md, Security: outbound calls check addresses.

use std::{
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use futures_util::StreamExt as _;

use crate::error::{Error, Result};

/// Time to establish a connection.
pub const CONNECT_TIMEOUT_MS: u64 = 10_000;
/// Time without a byte from the other side.
pub const READ_TIMEOUT_MS: u64 = 60_000;

/// A client with the platform's limits.
///
/// # Errors
/// `platform.configuration.invalid` when TLS cannot be set up.
#[expect(clippy::disallowed_methods, reason = "this is the port")]
pub fn client() -> Result<reqwest::Client> {
    reqwest::Client::builder()
        .connect_timeout(Duration::from_millis(CONNECT_TIMEOUT_MS))
        .read_timeout(Duration::from_millis(READ_TIMEOUT_MS))
        .redirect(reqwest::redirect::Policy::none())
        .pool_max_idle_per_host(10)
        .build()
        .map_err(|error| Error::Configuration(error.to_string()))
}

/// Refuses hosts that outbound calls must not reach unless configuration allows them:
/// loopback, link-local and unspecified addresses.
///
/// # Errors
/// `platform.configuration.invalid`.
pub async fn check_host(url: &reqwest::Url, is_local_allowed: bool) -> Result<()> {
    if is_local_allowed {
        return Ok(());
    }
    let host = url
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    resolve(&host, port, false).await.map(|_| ())
}

/// The addresses of a host that outbound connections may reach; connecting to one of them
/// leaves no time for the name to change its meaning.
///
/// # Errors
/// `platform.configuration.invalid` when one of them is loopback, link-local or unspecified,
/// unless that is allowed; `platform.file.failed` when the name is unknown.
pub async fn resolve(host: &str, port: u16, is_local_allowed: bool) -> Result<Vec<SocketAddr>> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await?.collect();
    let refused = addresses
        .iter()
        .find(|address| !is_local_allowed && is_local(address.ip()));
    match refused {
        Some(address) => Err(Error::Configuration(format!(
            "{host} resolves to {}, which outbound calls may not reach",
            address.ip()
        ))),
        None => Ok(addresses),
    }
}

fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_link_local() || v4.is_unspecified(),
        IpAddr::V6(v6) => {
            v6.is_loopback()
                || v6.is_unspecified()
                || (v6.segments().first().copied().unwrap_or(0) & 0xffc0) == 0xfe80
                || v6
                    .to_ipv4_mapped()
                    .is_some_and(|v4| is_local(IpAddr::V4(v4)))
        }
    }
}

/// The whole answer, at most `bytes_max`.
///
/// # Errors
/// `platform.limit.exceeded`; `platform.request.unreadable` when the connection breaks.
pub async fn read_limited(response: reqwest::Response, bytes_max: u64) -> Result<Vec<u8>> {
    let mut stream = response.bytes_stream();
    let mut body = Vec::new();
    while let Some(part) = stream.next().await {
        let part = part.map_err(|error| Error::BadRequest(error.without_url().to_string()))?;
        if (body.len() + part.len()) as u64 > bytes_max {
            return Err(Error::TooLarge {
                limit: "answer",
                max: bytes_max,
            });
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}
