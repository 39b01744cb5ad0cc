//! Single logout of CAS: each application that used a ticket is told by a POST.
//!
//! Owns: what it is told.
//! Not here: when, and how often (`back_channel.rs`).
//! Follows: CAS Protocol 3.0, 2.3.3.

use lgsp_identity::Participant;
use lgsp_platform::registry::Kind as _;
use serde::{Deserialize, Serialize};

use super::{Cas, kind::CasService};
use crate::{
    back_channel::{BackChannel, Call, Calling, Farewell, Parting, Promise},
    fields::encode,
    saml::{
        authn::new_id,
        names::{ASSERTION, PROTOCOL},
        xml::Builder,
    },
};

/// Queue of sign-outs.
const QUEUE: &str = "cas-logout";

/// Single logout.
pub(super) struct CasLogout(pub(super) Cas);

/// What is kept of a validated ticket.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Validated {
    /// Name of the application's resource.
    pub(super) service: String,
    /// Address for which the ticket was made.
    pub(super) url: String,
    /// The ticket; of no use any more except as a name of the session.
    pub(super) ticket: String,
    /// The person, as the application knows it.
    pub(super) user: String,
}

impl BackChannel for CasLogout {
    fn protocol(&self) -> &'static str {
        "cas"
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
            let Ok(validated) = serde_json::from_str::<Validated>(payload) else {
                return Ok(None);
            };
            let Some(service) = self.service(&validated.service) else {
                return Ok(None);
            };
            let now = self.0.platform.clock.now().to_string();
            let id = new_id()?;
            let mut xml = Builder::default();
            let attributes = [
                ("xmlns:samlp", Some(PROTOCOL)),
                ("ID", Some(id.as_str())),
                ("Version", Some("2.0")),
                ("IssueInstant", Some(now.as_str())),
            ];
            xml.open("samlp:LogoutRequest", &attributes)
                .leaf(
                    "saml:NameID",
                    &[("xmlns:saml", Some(ASSERTION))],
                    &validated.user,
                )
                .leaf("samlp:SessionIndex", &[], &validated.ticket);
            let url = service.logout_url.unwrap_or(validated.url);
            Ok(Some(Call {
                // The registry lets plain http lead to this machine only.
                may_be_local: url.starts_with("http://"),
                url,
                content_type: "application/x-www-form-urlencoded",
                header: None,
                body: format!("logoutRequest={}", encode(&xml.finish())),
            }))
        })
    }
}

impl CasLogout {
    fn promise(&self, participant: &Participant) -> Option<Promise> {
        let validated: Validated = serde_json::from_value(participant.data.clone()).ok()?;
        self.service(&validated.service)?;
        Some(Promise {
            address: validated.service.clone(),
            payload: serde_json::to_string(&validated).ok()?,
        })
    }

    /// The application, if it is still there and wants to be told.
    fn service(&self, name: &str) -> Option<CasService> {
        let snapshot = self.0.platform.registry.snapshot();
        let resource = snapshot.get(CasService::KIND, name)?;
        let spec = CasService::deserialize(&resource.spec).ok()?;
        (spec.enabled && spec.single_logout).then_some(spec)
    }
}
