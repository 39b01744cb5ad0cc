//! The way out: a client sends the person to the address that ends sessions.
//!
//! Owns: `SignedOn`, and what must be true after it.
//! Follows: OpenID Connect RP-Initiated Logout 1.0, section 2.

use serde_json::Value;

use super::{Op, Rp, Tokens};
use crate::kit::{Answer, Browser, form};

/// A long state, to see that it comes back whole.
pub(in crate::conformance) const OUT_STATE: &str = "Pq7sT1uV4wX0yZ3aB6cD9eF2gH5iJ8kL1mN4oP7qR0sT3uV6w\
    X9yZ2aB5cD8eF1gH4iJ7kL0mN3oP6qR9sT2uV5wX8yZ1aB4cD7eF0gH3iJ6kL9mN2oP5qR8s";

/// A person signed on at a client.
pub(in crate::conformance) struct SignedOn<'a> {
    pub(in crate::conformance) rp: Rp<'a>,
    pub(in crate::conformance) browser: Browser<'a>,
    pub(in crate::conformance) tokens: Tokens,
}

impl<'a> SignedOn<'a> {
    /// Signs a person on at the usual client with some of its metadata replaced.
    pub(in crate::conformance) async fn at(op: &'a Op<'a>, changed: Value) -> Self {
        let rp = op.client("rp", changed).await;
        let mut browser = op.world.browser();
        let tokens = rp.sign_on(&mut browser, &[]).await;
        Self {
            rp,
            browser,
            tokens,
        }
    }

    /// Sends the browser to sign out.
    pub(in crate::conformance) async fn leave(&mut self, params: &[(&str, &str)]) -> Answer {
        let endpoint = self.rp.op.endpoint("end_session_endpoint").await;
        let query = form(params);
        self.browser.get(&format!("{endpoint}?{query}")).await
    }

    /// The person is asked, and says yes; nobody is sent anywhere.
    pub(in crate::conformance) async fn confirm(&mut self, page: &Answer) {
        assert_eq!(
            (page.status.as_u16(), page.location()),
            (200, ""),
            "{}",
            page.text
        );
        self.assert_signed_on().await;
        let csrf = page.hidden("csrf_token");
        assert!(!csrf.is_empty(), "{}", page.text);
        let endpoint = self.rp.op.endpoint("end_session_endpoint").await;
        let done = self.browser.post(&endpoint, &[("csrf_token", &csrf)]).await;
        self.assert_told(&done).await;
    }

    /// A page says that the person is signed out, and it is true.
    pub(in crate::conformance) async fn assert_told(&mut self, page: &Answer) {
        assert_eq!(
            (page.status.as_u16(), page.location()),
            (200, ""),
            "{}",
            page.text
        );
        assert!(page.text.contains("Bạn đã đăng xuất."), "{}", page.text);
        assert!(
            !page.text.contains("http-equiv"),
            "nobody is sent on: {}",
            page.text
        );
        self.assert_signed_out().await;
    }

    /// A silent request fails.
    pub(in crate::conformance) async fn assert_signed_out(&mut self) {
        let silent = [("prompt", "none")];
        let callback = self.rp.at_once(&mut self.browser, &silent).await;
        assert_eq!(callback.error(), "login_required");
    }

    /// A silent request works.
    pub(in crate::conformance) async fn assert_signed_on(&mut self) {
        let silent = [("prompt", "none")];
        let callback = self.rp.at_once(&mut self.browser, &silent).await;
        assert!(callback.get("code").is_some(), "{callback:?}");
    }
}
