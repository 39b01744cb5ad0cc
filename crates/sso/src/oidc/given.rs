//! What people have given clients: consents, and tokens that are still worth something.
//!
//! Owns: listing both for one person, withdrawing both.
//! Not here: asking (`authorize/consent.rs`), the console's operations (`api.rs`), the page
//! (`ties.rs`).
//! Invariant: what is withdrawn is dead when the call returns, tokens included.
//! Follows: OWASP ASVS 10.4.9 and 10.7.3; design document "Identity", section 14.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    journal::Event,
    ledger::{Acceptance, Effects},
};

use super::{
    Provider,
    tables::{
        consent,
        family::{self, Which},
    },
};
use crate::error::Result;

/// What one person has given one client.
#[derive(Debug)]
pub(super) struct Given {
    /// The client.
    pub(super) client: String,
    /// What was consented to; nothing when the client need not ask.
    pub(super) scopes: Option<Vec<String>>,
    /// Since when.
    pub(super) since: Timestamp,
    /// Whether it acts while the person is away.
    pub(super) is_offline: bool,
}

/// What a person has given, by client.
pub(super) async fn list(provider: &Provider, account: AccountId) -> Result<Vec<Given>> {
    let db = &provider.platform.db;
    let renewable = family::renewable(db, account, provider.platform.clock.now()).await?;
    let consents = consent::list(db, account).await?;
    let mut given: Vec<Given> = consents
        .into_iter()
        .map(|consent| Given {
            since: consent.given_at,
            is_offline: renewable
                .iter()
                .any(|held| held.is_offline && held.client == consent.client),
            client: consent.client,
            scopes: Some(consent.scopes),
        })
        .collect();
    for held in renewable {
        if given.iter().all(|known| known.client != held.client) {
            given.push(Given {
                client: held.client,
                scopes: None,
                since: held.since,
                is_offline: held.is_offline,
            });
        }
    }
    given.sort_by(|one, two| one.client.cmp(&two.client));
    Ok(given)
}

/// Ends a consent and all tokens of a client for one person; tells whether there was anything.
pub(super) async fn withdraw(
    provider: &Provider,
    (account, client): (AccountId, &str),
    event: Event,
) -> Result<bool> {
    let db = &provider.platform.db;
    let which = Which::Consent(account, client);
    let has_consent = consent::find(db, account, client).await?.is_some();
    if !has_consent && family::live(db, &which).await?.is_empty() {
        return Ok(false);
    }
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            statements: vec![consent::delete(db, account, client)],
            events: vec![event],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    provider.revoked.revoke(&which, Vec::new()).await?;
    Ok(true)
}
