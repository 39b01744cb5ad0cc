//! Sign-out from server to server: SOAP.
//!
//! Owns: what a participant with a SOAP service is sent.
//! Not here: when (`back_channel.rs`).
//! Follows: SAML 2.0 Bindings, 3.2.

use lgsp_identity::Participant;

use super::{NewRequest, Told, write_request};
use crate::{
    back_channel::{BackChannel, Call, Calling, Farewell, Parting, Promise},
    error::Result,
    saml::{
        Saml,
        authn::new_id,
        kind::LogoutBinding,
        names::SOAP,
        providers::Provider,
        refused::Refused,
        xml::{Builder, Part},
    },
};

/// Queue of sign-outs by SOAP.
const QUEUE: &str = "saml-logout";

/// Sign-out by SOAP.
pub(crate) struct SoapLogout(pub(crate) Saml);

impl BackChannel for SoapLogout {
    fn protocol(&self) -> &'static str {
        "saml"
    }

    fn queue(&self) -> &'static str {
        QUEUE
    }

    fn farewell<'a>(&'a self, participant: &'a Participant) -> Parting<'a> {
        let promise = self.promise(participant);
        Box::pin(async move {
            Ok(Farewell {
                promise,
                ..Farewell::default()
            })
        })
    }

    fn call<'a>(&'a self, payload: &'a str) -> Calling<'a> {
        Box::pin(async move {
            let Ok(told) = serde_json::from_str::<Told>(payload) else {
                return Ok(None);
            };
            let Some(provider) = self.0.providers().by_name(&told.sp) else {
                return Ok(None);
            };
            self.request(&provider, &told).await
        })
    }
}

impl SoapLogout {
    fn promise(&self, participant: &Participant) -> Option<Promise> {
        let told: Told = serde_json::from_value(participant.data.clone()).ok()?;
        let provider = self.0.providers().by_name(&told.sp)?;
        provider.logout_service(&[LogoutBinding::Soap])?;
        Some(Promise {
            address: told.sp.clone(),
            payload: serde_json::to_string(&told).ok()?,
        })
    }

    async fn request(&self, provider: &Provider, told: &Told) -> Result<Option<Call>> {
        let Some(service) = provider.logout_service(&[LogoutBinding::Soap]) else {
            return Ok(None);
        };
        let signer = self.0.signer().await?;
        let name = provider.logout_name(&told.name_id);
        let request = NewRequest {
            id: &new_id()?,
            issuer: self.0.entity_id(),
            destination: &service.url,
            name: &name.map_err(Refused::Encryption)?,
            session_index: &told.session_index,
            now: self.0.now(),
        };
        let request =
            write_request(&request, Some(signer.as_ref())).map_err(super::super::refused)?;
        let mut xml = Builder::default();
        xml.open("soap:Envelope", &[("xmlns:soap", Some(SOAP))])
            .open("soap:Body", &[])
            .part(&Part::from_well_formed(request));
        Ok(Some(Call {
            url: service.url.clone(),
            // The registry lets plain http lead to this machine only.
            may_be_local: service.url.starts_with("http://"),
            content_type: "text/xml; charset=utf-8",
            header: Some((
                "soapaction",
                "\"http://www.oasis-open.org/committees/security\"",
            )),
            body: xml.finish(),
        }))
    }
}
