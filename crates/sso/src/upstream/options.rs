//! The buttons of the sign-in page, and the sentences that it may show for us.
//!
//! Owns: the port `SignInOptions` of identity.
//! Invariant: only sentences of sign-in errors are given; their ids come from an address.

use lgsp_identity::{SignInOption, SignInOptions};
use lgsp_platform::{error::Sentence, messages};

use super::Upstream;
use crate::upstream::error::Error;

impl SignInOptions for Upstream {
    fn options(&self) -> Vec<SignInOption> {
        let option = |provider: super::provider::Provider| {
            let spec = provider.spec;
            let or_title = |text: &str| match text.trim() {
                "" => spec.title.clone(),
                text => text.to_owned(),
            };
            SignInOption {
                href: format!("/sign-in/with/{}", provider.name),
                label_vi: or_title(&spec.button_vi),
                label_en: or_title(&spec.button_en),
                id: provider.name,
            }
        };
        self.providers.enabled().into_iter().map(option).collect()
    }

    fn sentence(&self, problem: &str) -> Option<Sentence> {
        let known = Error::SIGN_IN_IDS.iter().find(|id| **id == problem)?;
        Some(messages::sentence(known, &[]))
    }
}
