//! What the page of a person shows of clients: those that may be opened, and what was given them.
//!
//! Owns: the port `Ties` of identity, for OpenID Connect.
//! Not here: the page (`identity`), the same for the console (`api.rs`).
//! Invariant: a client that registered itself is offered only to who has consented to it, so
//! that nobody can put an address of his own before all people of the province.
//! Follows: OpenID Connect Core 1.0, section 4 (initiating a sign-on).

use lgsp_identity::{Actor, Application, Tie, Ties};
use lgsp_model::AccountId;
use lgsp_platform::{
    Sentence,
    http::{Principal, Refusal, context::PortFuture, trace},
    journal::{Class, Event},
};

use super::{
    Provider,
    client::{Client, OidcClient, kind::GrantType},
    given::{self, Given},
    pages,
};
use crate::{error::Error, fields::with_parameter};

/// Mark of our ties among those of other protocols.
const PREFIX: &str = "consent:";

impl Ties for Provider {
    fn applications<'a>(
        &'a self,
        principal: &'a Principal,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<Application>>> {
        Box::pin(async {
            let given = given::list(self, principal.account_id).await;
            let given = given.map_err(Error::into_platform)?;
            let clients = self.clients.all().await.map_err(Error::into_platform)?;
            let hierarchy = self.identity.hierarchy();
            let is_offered = |client: &&std::sync::Arc<Client>| {
                let is_known = given
                    .iter()
                    .any(|given| given.scopes.is_some() && given.client == client.id);
                let is_trusted = !client.spec.self_registered || is_known;
                let is_for_person = client.spec.access.admits(hierarchy.as_ref(), principal);
                client.spec.enabled
                    && client.spec.may(GrantType::Code)
                    && is_trusted
                    && is_for_person
            };
            let application = |client: &std::sync::Arc<Client>| {
                Some(Application {
                    title: client.spec.name.clone(),
                    url: address(&client.spec, &self.issuer)?,
                    description: client.spec.description.clone().unwrap_or_default(),
                })
            };
            let offered = clients.iter().filter(is_offered);
            Ok(offered.filter_map(application).collect())
        })
    }

    fn ties(&self, account: AccountId) -> PortFuture<'_, lgsp_platform::Result<Vec<Tie>>> {
        Box::pin(async move {
            let given = given::list(self, account).await;
            let given = given.map_err(Error::into_platform)?;
            let snapshot = self.platform.registry.snapshot();
            let tie = |given: Given| Tie {
                id: format!("{PREFIX}{}", given.client),
                title: snapshot
                    .spec::<OidcClient>(&given.client)
                    .map_or_else(|| given.client.clone(), |spec| spec.name),
                description: description(&given),
                since: given.since,
                needs_proof: false,
            };
            Ok(given.into_iter().map(tie).collect())
        })
    }

    fn untie<'a>(
        &'a self,
        actor: &'a Actor,
        account: AccountId,
        id: &'a str,
    ) -> PortFuture<'a, Result<bool, Refusal>> {
        Box::pin(async move {
            let Some(client) = id.strip_prefix(PREFIX) else {
                return Ok(false);
            };
            let subject = ("oidc-client", client);
            let name = actor.name.clone();
            let mut event = Event::new(Class::Audit, actor.now, name, "consent.withdrawn", subject)
                .with_trace(trace::current());
            event.address.clone_from(&actor.address);
            event.on_behalf_of.clone_from(&actor.on_behalf_of);
            Ok(given::withdraw(self, (account, client), event).await?)
        })
    }
}

/// Where a person opens a client: where a sign-on begins, else its home page.
fn address(client: &OidcClient, issuer: &str) -> Option<String> {
    let begins = client.initiate_login_uri.as_deref();
    begins
        .map(|uri| with_parameter(uri, "iss", issuer))
        .or_else(|| client.client_uri.clone())
}

/// What the client may know or do, and how long, in plain words.
fn description(given: &Given) -> Sentence {
    let [vi, en] = pages::BOTH;
    let words = |texts: &pages::Texts| match &given.scopes {
        Some(scopes) => {
            let words: Vec<&str> = scopes.iter().map(|scope| texts.scope(scope)).collect();
            words.join("; ")
        }
        None => texts.given_unasked.to_owned(),
    };
    let end = |texts: &pages::Texts| match given.is_offline {
        true => texts.given_offline,
        false => texts.given_session,
    };
    Sentence::new(
        format!("{}. {}", words(vi), end(vi)),
        format!("{}. {}", words(en), end(en)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_is_opened_where_its_sign_on_begins() {
        let spec = |more: serde_json::Value| -> OidcClient {
            let mut spec = serde_json::json!({ "name": "x" });
            spec.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            serde_json::from_value(spec).unwrap()
        };
        let begins = spec(serde_json::json!({
            "initiate_login_uri": "https://a/login?x=1", "client_uri": "https://a/" }));
        assert_eq!(
            address(&begins, "https://idp").unwrap(),
            "https://a/login?x=1&iss=https%3A%2F%2Fidp"
        );
        let home = spec(serde_json::json!({ "client_uri": "https://a/" }));
        assert_eq!(address(&home, "https://idp").unwrap(), "https://a/");
        assert_eq!(address(&spec(serde_json::json!({})), "https://idp"), None);
    }
}
