//! The answer to a sign-on: what the application is told, and what is kept of it.
//!
//! Owns: `Reply`.
//! Not here: whether the person is signed in well enough (`sso.rs`), writing XML (`authn/`).
//! Invariant: an assertion leaves only after its participant and its audit event are durable.

use axum::response::Response;
use lgsp_identity::{Browser, Participant, Profile};
use lgsp_platform::{
    http::trace,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::json;

use super::sso::Pending;
use crate::{
    error::Result,
    pages,
    saml::{
        Saml,
        authn::{self, Answer, Assertion, NameId, new_id},
        bindings::encode_post,
        encryption::{EncryptionFault, encrypt},
        kind::NameIdFormat,
        logout::Told,
        names::{INVALID_NAME_ID_POLICY, REQUESTER, RESPONDER, class_of_level},
        providers::Provider,
        refused,
        refused::Refused,
        signature::Signer,
    },
    visit::Visit,
};

/// An answer in the making.
pub(super) struct Reply<'a> {
    pub(super) saml: &'a Saml,
    pub(super) provider: &'a Provider,
    pub(super) pending: &'a Pending,
    pub(super) visit: &'a Visit,
}

impl Reply<'_> {
    fn answer<'a>(&'a self, id: &'a str) -> Answer<'a> {
        Answer {
            id,
            in_response_to: self.pending.request_id.as_deref(),
            issuer: self.saml.entity_id(),
            destination: &self.pending.consumer_url,
            now: self.saml.now(),
        }
    }

    /// Says why there is no assertion.
    pub(super) async fn failure(&self, status: &[&str], message: &str) -> Result<Response> {
        let signer = self.saml.signer().await?;
        let id = new_id()?;
        let xml = authn::failure(&self.answer(&id), status, message, signer.as_ref());
        Ok(self.post(&xml.map_err(refused)?))
    }

    /// Says who the person is.
    pub(super) async fn success(
        &self,
        browser: &Browser,
        format: NameIdFormat,
    ) -> Result<Response> {
        let account_id = browser.session.account_id;
        let Some(profile) = self.saml.identity.profile(account_id).await? else {
            return self.failure(&[RESPONDER], "account may not be used").await;
        };
        let session = browser.session.id;
        let (saml, spec) = (self.saml, &self.provider.spec);
        let name = saml
            .names
            .name(spec, saml.entity_id(), &profile, (session, format));
        let Some(name_id) = name else {
            let status = [REQUESTER, INVALID_NAME_ID_POLICY];
            return self.failure(&status, "person has no such name").await;
        };
        let xml = self.response(browser, &profile, &name_id).await?;
        self.keep(browser, &profile, name_id).await?;
        Ok(self.post(&xml))
    }

    async fn response(
        &self,
        browser: &Browser,
        profile: &Profile,
        name_id: &NameId,
    ) -> Result<String> {
        let signer = self.saml.signer().await?;
        let (response_id, assertion_id) = (new_id()?, new_id()?);
        let session = &browser.session;
        let context_class = match &self.pending.context {
            Some(asked) => asked.class_for(session.acr),
            None => class_of_level(session.acr).to_owned(),
        };
        let mappings = &self.provider.spec.attributes;
        let attributes = mappings
            .iter()
            .map(|mapping| (mapping, mapping.source.values(profile)))
            .collect();
        let answer = self.answer(&response_id);
        let assertion = Assertion {
            id: &assertion_id,
            audience: &self.provider.spec.entity_id,
            name_id,
            session_index: &session.id.to_string(),
            authenticated_at: session.auth_at,
            session_ends_at: session.expires_at,
            context_class: &context_class,
            attributes,
        };
        let signer: &dyn Signer = signer.as_ref();
        let mut part = authn::assertion(&answer, &assertion, signer).map_err(refused)?;
        if self.provider.spec.encrypt_assertion {
            // An assertion that is to be encrypted and cannot be does not leave.
            let recipient = self.provider.recipient.as_ref();
            let recipient = recipient.ok_or(Refused::Encryption(EncryptionFault::Key))?;
            part = encrypt(&part, recipient).map_err(Refused::Encryption)?;
        }
        let whole = self.provider.spec.response_signed.then_some(signer);
        authn::success(&answer, &part, whole).map_err(refused)
    }

    /// Participant and event.
    async fn keep(&self, browser: &Browser, profile: &Profile, name_id: NameId) -> Result<()> {
        let (saml, session) = (self.saml, &browser.session);
        let now = saml.now();
        let told = Told {
            sp: self.provider.name.clone(),
            name_id,
            session_index: session.id.to_string(),
        };
        let participant = Participant {
            id: saml.platform.ids.next(),
            session_id: session.id,
            account_id: session.account_id,
            protocol: "saml".to_owned(),
            client: self.provider.name.clone(),
            index: told.session_index.clone(),
            data: json!(told),
            joined_at: now,
        };
        saml.identity.join(&participant).await?;
        let subject = ("saml-sp", self.provider.name.clone());
        let actor = profile.account.username.clone();
        let mut event = Event::new(Class::Audit, now, actor, "application.signed_on", subject);
        event.agency.clone_from(&profile.account.agency);
        event.address.clone_from(&self.visit.address);
        event.trace_id = trace::current();
        event = event.with_detail(json!({
            "protocol": "saml", "acr": session.acr, "session": session.id,
            "application_agency": self.provider.agency,
        }));
        let effects = Effects {
            events: vec![event],
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        saml.platform.ledger.accept(acceptance).await?;
        Ok(())
    }

    fn post(&self, xml: &str) -> Response {
        let message = encode_post(xml);
        let mut fields = vec![("SAMLResponse", message.as_str())];
        if let Some(state) = &self.pending.relay_state {
            fields.push(("RelayState", state));
        }
        pages::post_form(&self.visit.headers, &self.pending.consumer_url, &fields)
    }
}
