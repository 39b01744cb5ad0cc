//! Services that a person may open from here.
//!
//! Owns: the port `Ties` of identity, for CAS.
//! Invariant: a service is opened at its own first address; it sends the person here by itself,
//! as CAS has no sign-on that begins at the server without an address to return to.

use lgsp_identity::{Actor, Application, Tie, Ties};
use lgsp_model::AccountId;
use lgsp_platform::{
    http::{Principal, Refusal, context::PortFuture},
    registry::Kind as _,
};
use serde::Deserialize as _;

use super::{Cas, CasService};

impl Ties for Cas {
    fn applications<'a>(
        &'a self,
        person: &'a Principal,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<Application>>> {
        let hierarchy = self.identity.hierarchy();
        let snapshot = self.platform.registry.snapshot();
        let specs = snapshot
            .of_kind(CasService::KIND)
            .filter_map(|resource| CasService::deserialize(&resource.spec).ok());
        let application = |spec: CasService| {
            Some(Application {
                url: spec.services.first()?.clone(),
                title: spec.title,
                description: String::new(),
            })
        };
        let offered = specs
            .filter(|spec| spec.enabled)
            .filter(|spec| spec.access.admits(hierarchy.as_ref(), person));
        let found = offered.filter_map(application).collect();
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
