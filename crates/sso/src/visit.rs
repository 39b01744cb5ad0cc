//! A request of a person's browser.
//!
//! Owns: `Visit`.
//! Not here: whose browser it is (`identity`); calls of clients (`oidc/client/auth.rs`).

use std::{
    convert::Infallible,
    net::{IpAddr, SocketAddr},
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

/// A request of a person's browser.
pub(crate) struct Visit {
    pub(crate) headers: HeaderMap,
    /// Network address of the browser, as far as trusted proxies tell it.
    pub(crate) address: Option<String>,
    /// The same as a number.
    pub(crate) ip: Option<IpAddr>,
}

impl<S: Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self {
            headers: parts.headers.clone(),
            address: peer.map(|ConnectInfo(peer)| peer.ip().to_string()),
            ip: peer.map(|ConnectInfo(peer)| peer.ip()),
        })
    }
}
