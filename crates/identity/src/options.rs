//! Other ways in, which the sign-in page offers beside the password.
//!
//! Owns: `SignInOption`, the port `SignInOptions`, its registration.
//! Not here: the ways themselves (`sso`), the page (`pages/sign_in.rs`).
//! Invariant: the page shows only addresses of this site and sentences that the port vouches for.

use std::sync::Arc;

use lgsp_platform::error::Sentence;

use crate::Identity;

/// A button of the sign-in page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInOption {
    /// Name of the provider.
    pub id: String,
    /// What the button says in Vietnamese.
    pub label_vi: String,
    /// What the button says in English.
    pub label_en: String,
    /// Path of this site that begins; the page adds `next=…`.
    pub href: String,
}

/// Tells the sign-in page which other ways in there are.
pub trait SignInOptions: Send + Sync + 'static {
    /// The buttons, in their order.
    fn options(&self) -> Vec<SignInOption>;

    /// The sentence of an error with which a way in came back to the page; nothing when the id
    /// is none of its own, so that an address cannot make the page say something else.
    fn sentence(&self, problem: &str) -> Option<Sentence>;
}

impl Identity {
    /// Registers the other ways in; the first registration of a process counts.
    pub fn offer(&self, options: Arc<dyn SignInOptions>) {
        if self.options.set(options).is_err() {
            tracing::warn!("other ways in were registered twice");
        }
    }
}
