//! The address of the client when a proxy stands in front.
//!
//! Owns: which peers are believed, reading the one header that the proxy writes.
//! Not here: the configuration keys (`lgsp_platform::config`).
//! Invariant: a header of anybody else is never believed; of the listed hops the nearest one that
//! is no proxy of ours is the client, so that what a client wrote itself counts for nothing.
//! Follows: RFC 7239 (`Forwarded`); the usual `X-Forwarded-For`.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, header::FORWARDED},
    middleware::Next,
    response::Response,
};
use lgsp_platform::config::ServerConfig;

/// The header that nearly all proxies write.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
/// Hops that are looked at; a longer list is somebody's play.
const HOPS_MAX: usize = 32;

/// An address, or all that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    prefix_bits: u8,
}

impl Network {
    /// `10.0.0.1`, `10.0.0.0/8`, `fd00::/8`.
    fn parse(text: &str) -> anyhow::Result<Self> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.trim().parse()?;
        let bits_max = if address.is_ipv4() { 32 } else { 128 };
        let prefix_bits = match prefix {
            Some(prefix) => prefix.trim().parse()?,
            None => bits_max,
        };
        if prefix_bits > bits_max {
            bail!("a prefix has at most {bits_max} bits");
        }
        Ok(Self {
            address,
            prefix_bits,
        })
    }

    fn holds(&self, address: IpAddr) -> bool {
        let bits = |address: IpAddr| match address {
            IpAddr::V4(address) => u128::from(address.to_bits()) << 96,
            IpAddr::V6(address) => address.to_bits(),
        };
        let differs = bits(self.address) ^ bits(address);
        let ignored = 128_u32.saturating_sub(u32::from(self.prefix_bits));
        self.address.is_ipv4() == address.is_ipv4()
            && differs.checked_shr(ignored).unwrap_or_default() == 0
    }
}

/// The proxies that are believed; none by default.
#[derive(Debug, Clone)]
pub(super) struct Proxies {
    networks: Arc<[Network]>,
    header: HeaderName,
}

impl Proxies {
    /// Reads `server.trusted_proxies` and `server.proxy_header`.
    pub(super) fn of(config: &ServerConfig) -> anyhow::Result<Self> {
        let networks = config
            .trusted_proxies
            .iter()
            .map(|text| Network::parse(text).with_context(|| format!("trusted_proxies: {text}")))
            .collect::<anyhow::Result<_>>()?;
        let header = match config.proxy_header.to_ascii_lowercase().as_str() {
            "x-forwarded-for" => X_FORWARDED_FOR,
            "forwarded" => FORWARDED,
            other => bail!("proxy_header is x-forwarded-for or forwarded, not {other}"),
        };
        Ok(Self { networks, header })
    }

    pub(super) fn is_trusted(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.holds(address))
    }

    /// The client behind `peer`.
    fn client(&self, peer: SocketAddr, headers: &HeaderMap) -> SocketAddr {
        if !self.is_trusted(peer.ip()) {
            return peer;
        }
        let mut client = peer;
        for hop in self.hops(headers).into_iter().rev().take(HOPS_MAX) {
            // Hidden or unreadable: the last one that was told is all that is known.
            let Some(hop) = hop else { break };
            client = hop;
            if !self.is_trusted(hop.ip()) {
                break;
            }
        }
        client
    }

    /// Who forwarded for whom, the client first.
    fn hops(&self, headers: &HeaderMap) -> Vec<Option<SocketAddr>> {
        let lines = headers.get_all(&self.header).iter();
        let is_plain = self.header == X_FORWARDED_FOR;
        lines
            .map(|line| line.to_str().unwrap_or_default())
            .flat_map(|line| line.split(','))
            .map(|element| {
                if is_plain {
                    node(element)
                } else {
                    forwarded_for(element).and_then(node)
                }
            })
            .collect()
    }
}

/// The value of `for` in one element of `Forwarded`.
fn forwarded_for(element: &str) -> Option<&str> {
    element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })
}

/// `192.0.2.1`, `192.0.2.1:80`, `[2001:db8::1]:80`, in quotes or not.
fn node(text: &str) -> Option<SocketAddr> {
    let text = text.trim().trim_matches('"');
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(SocketAddr::new(address.ip().to_canonical(), address.port()));
    }
    let bare: IpAddr = text.trim_matches(['[', ']']).parse().ok()?;
    Some(SocketAddr::new(bare.to_canonical(), 0))
}

/// Middleware: puts the client in the place of a proxy of ours.
pub(super) async fn layer(
    State(proxies): State<Proxies>,
    mut request: Request,
    next: Next,
) -> Response {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    if let Some(ConnectInfo(peer)) = peer.copied() {
        let client = proxies.client(peer, request.headers());
        if client != peer {
            request.extensions_mut().insert(ConnectInfo(client));
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(trusted: &[&str], header: &str) -> Proxies {
        Proxies::of(&ServerConfig {
            trusted_proxies: trusted.iter().map(|text| (*text).to_owned()).collect(),
            proxy_header: header.to_owned(),
            ..ServerConfig::default()
        })
        .unwrap()
    }

    fn client(proxies: &Proxies, peer: &str, lines: &[(&'static str, &str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(HeaderName::from_static(name), line.parse().unwrap());
        }
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        proxies.client(peer, &headers).ip().to_string()
    }

    const PLAIN: &str = "x-forwarded-for";

    #[test]
    fn strangers_are_not_believed() {
        let none = proxies(&[], PLAIN);
        let line = [(PLAIN, "192.0.2.7")];
        assert_eq!(client(&none, "127.0.0.1", &line), "127.0.0.1");
        let one = proxies(&["127.0.0.1"], PLAIN);
        assert_eq!(client(&one, "192.0.2.1", &line), "192.0.2.1");
        assert_eq!(client(&one, "127.0.0.1", &line), "192.0.2.7");
        assert_eq!(client(&one, "::ffff:127.0.0.1", &line), "192.0.2.7");
    }

    #[test]
    fn what_the_client_wrote_itself_counts_for_nothing() {
        let two = proxies(&["10.0.0.0/8", "fd00::/8"], PLAIN);
        let lines = [(PLAIN, "1.1.1.1, 192.0.2.7"), (PLAIN, "10.2.3.4")];
        assert_eq!(client(&two, "10.9.9.9", &lines), "192.0.2.7");
        assert_eq!(client(&two, "fd00::1", &lines), "192.0.2.7");
        assert_eq!(client(&two, "fe00::1", &lines), "fe00::1");
        let all_ours = [(PLAIN, "10.0.0.5, 10.0.0.6")];
        assert_eq!(client(&two, "10.9.9.9", &all_ours), "10.0.0.5");
        let hidden = [(PLAIN, "1.1.1.1, unknown, 10.0.0.6")];
        assert_eq!(client(&two, "10.9.9.9", &hidden), "10.0.0.6");
        let other = [("forwarded", "for=1.1.1.1")];
        assert_eq!(client(&two, "10.9.9.9", &other), "10.9.9.9");
    }

    #[test]
    fn the_standard_header_is_read_when_it_is_the_proxys() {
        let one = proxies(&["127.0.0.0/8"], "Forwarded");
        let line = |text| [("forwarded", text), (PLAIN, "1.1.1.1")];
        let simple = line("proto=https;For=192.0.2.7;by=10.0.0.1");
        assert_eq!(client(&one, "127.0.0.1", &simple), "192.0.2.7");
        let v6 = line("for=1.1.1.1, for=\"[2001:db8::7]:4711\"");
        assert_eq!(client(&one, "127.0.0.1", &v6), "2001:db8::7");
    }

    #[test]
    fn mistakes_in_the_configuration_stop_the_start() {
        for (list, header) in [("10.0.0.0/33", PLAIN), ("proxy", PLAIN), ("::1", "via")] {
            let config = ServerConfig {
                trusted_proxies: vec![list.to_owned()],
                proxy_header: header.to_owned(),
                ..ServerConfig::default()
            };
            assert!(Proxies::of(&config).is_err(), "{list} {header}");
        }
        assert!(proxies(&["0.0.0.0/0"], PLAIN).is_trusted("8.8.8.8".parse().unwrap()));
    }
}
