//! Service providers that a person may open from here.
//!
//! Owns: the port `Ties` of identity, for SAML.
//! Not here: the sign-on that begins here (`routes/sso.rs`).
//! Invariant: only service providers for which a sign-on may begin here are offered, and only to
//! whom they are for.

use lgsp_identity::{Actor, Application, Tie, Ties};
use lgsp_model::AccountId;
use lgsp_platform::http::{Principal, Refusal, context::PortFuture};

use super::Saml;
use crate::fields::encode;

impl Ties for Saml {
    fn applications<'a>(
        &'a self,
        person: &'a Principal,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<Application>>> {
        let hierarchy = self.identity.hierarchy();
        let issuer = self.identity.issuer();
        let providers = self.providers();
        let offered = providers
            .all()
            .filter(|one| one.spec.idp_initiated)
            .filter(|one| one.spec.access.admits(hierarchy.as_ref(), person));
        let application = |one: &std::sync::Arc<super::providers::Provider>| Application {
            title: one.spec.title.clone(),
            url: format!("{issuer}/saml/init/{}", encode(&one.name)),
            description: String::new(),
        };
        let found = offered.map(application).collect();
        Box::pin(async { Ok(found) })
    }

    fn ties(&self, _: AccountId) -> PortFuture<'_, lgsp_platform::Result<Vec<Tie>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn untie<'a>(
        &'a self,
        _: &'a Actor,
        _: AccountId,
        _: &'a str,
    ) -> PortFuture<'a, Result<bool, Refusal>> {
        Box::pin(async { Ok(false) })
    }
}
