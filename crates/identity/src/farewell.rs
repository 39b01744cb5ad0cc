//! Saying goodbye in the browser: protocols that sign a person out elsewhere on the way.
//!
//! Owns: the port `Farewell`, the order of the protocols.
//! Not here: what a protocol does (`sso`), telling applications from server to server.
//! Invariant: a protocol that fails holds nobody back: the browser goes on to the next.

use std::{future::Future, pin::Pin, sync::Arc};

use uuid::Uuid;

use crate::Identity;

/// A path of this site to go to first; it leads on to where the browser was going.
pub type FarewellFuture<'a> = Pin<Box<dyn Future<Output = Option<String>> + Send + 'a>>;

/// A protocol that signs a person out of applications through the browser.
pub trait Farewell: Send + Sync + 'static {
    /// Called before a session ends in its own browser; the way ends at `then`.
    fn farewell<'a>(&'a self, session: Uuid, then: &'a str) -> FarewellFuture<'a>;
}

impl Identity {
    /// Adds a protocol; the one added last comes first.
    pub fn add_farewell(&self, protocol: Arc<dyn Farewell>) {
        self.farewells.rcu(|known| {
            let mut all = Vec::clone(known);
            all.push(protocol.clone());
            all
        });
    }

    /// Where a browser goes whose session is about to end, to arrive at `then`. To be called
    /// before the session ends.
    pub async fn farewell(&self, session: Uuid, then: &str) -> String {
        let mut target = then.to_owned();
        for protocol in self.farewells.load_full().iter() {
            if let Some(first) = protocol.farewell(session, &target).await {
                target = first;
            }
        }
        target
    }
}
