//! Whether the person behind a grant may still use the clients that it serves.
//!
//! Owns: that question, for calls without a browser.
//! Not here: the decision (`access.rs` of the crate), the same at the sign-on (`authorize/`).
//! Invariant: no token is made of a grant after the right of its person has ended.

use lgsp_platform::{
    journal::Event,
    ledger::{Acceptance, Effects},
};

use super::Request;
use crate::oidc::{
    fail::{Fail, Outcome},
    grant::Grant,
};

impl Request<'_> {
    /// The event of the denial when the person may not use the client that calls, or the one
    /// that the grant was given to.
    pub(super) async fn denied(&self, grant: &Grant) -> Outcome<Option<Event>> {
        let provider = self.provider;
        let door = provider.door(&self.client);
        if let Some(denied) = door.check(grant.account).await? {
            return Ok(Some(denied));
        }
        if grant.client == self.client.id {
            return Ok(None);
        }
        match provider.clients.find(&grant.client).await? {
            Some(first) => Ok(provider.door(&first).check(grant.account).await?),
            None => Ok(None),
        }
    }

    /// Refuses a grant whose person may not use the client, and notes it.
    ///
    /// # Errors
    /// `error`, the code that the standard has for this at the grant in work.
    pub(super) async fn admit(&self, grant: &Grant, error: &'static str) -> Outcome<()> {
        let Some(denied) = self.denied(grant).await? else {
            return Ok(());
        };
        let effects = Effects {
            events: vec![denied],
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        self.provider.platform.ledger.accept(acceptance).await?;
        Err(Fail::new(error, "the person may not use this client"))
    }
}
