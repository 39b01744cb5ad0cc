//! Service providers as requests need them.
//!
//! Owns: the view over the registry: by entity id, with keys read.
//! Invariant: follows the registry; a request reads one version of it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use lgsp_platform::registry::{Kind as _, Registry};
use serde::Deserialize as _;

use super::{
    authn::NameId,
    encryption::{EncryptionFault, Recipient, encrypt_name},
    kind::{AssertionConsumer, LogoutBinding, LogoutService, SamlSp},
    signature::{PublicKey, certificate},
    xml::Part,
};

/// A service provider.
#[derive(Debug)]
pub(crate) struct Provider {
    /// Name of its resource.
    pub(crate) name: String,
    /// Owning agency.
    pub(crate) agency: Option<String>,
    /// Its specification.
    pub(crate) spec: SamlSp,
    /// The keys of its certificates.
    pub(crate) keys: Vec<PublicKey>,
    /// Who can read its assertions, when they are to be encrypted.
    pub(crate) recipient: Option<Recipient>,
}

impl Provider {
    /// Where the answer goes: only to a registered address.
    pub(crate) fn consumer(
        &self,
        url: Option<&str>,
        index: Option<u16>,
    ) -> Option<&AssertionConsumer> {
        let consumers = &self.spec.assertion_consumers;
        match (url, index) {
            (Some(url), _) => consumers.iter().find(|consumer| consumer.url == url),
            (None, Some(index)) => consumers.iter().find(|consumer| consumer.index == index),
            (None, None) => consumers
                .iter()
                .find(|consumer| consumer.is_default)
                .or(consumers.first()),
        }
    }

    /// The name of a person as a request to sign out carries it: sealed, when this application
    /// wants what is said of people to be encrypted.
    pub(crate) fn logout_name(&self, name: &NameId) -> Result<Part, EncryptionFault> {
        let name = name.part();
        if !self.spec.encrypt_assertion || !self.spec.encrypt_logout_name {
            return Ok(name);
        }
        // A name that is to be encrypted and cannot be does not leave.
        let recipient = self.recipient.as_ref().ok_or(EncryptionFault::Key)?;
        encrypt_name(&name, recipient)
    }

    /// The first logout service with one of these bindings.
    pub(crate) fn logout_service(&self, bindings: &[LogoutBinding]) -> Option<&LogoutService> {
        let mut services = self.spec.logout_services.iter();
        services.find(|service| bindings.contains(&service.binding))
    }
}

/// All service providers at one moment.
#[derive(Debug, Default)]
pub(crate) struct Providers {
    change: i64,
    by_name: HashMap<String, Arc<Provider>>,
    by_entity: HashMap<String, Arc<Provider>>,
}

impl Providers {
    /// The service provider of a resource.
    pub(crate) fn by_name(&self, name: &str) -> Option<Arc<Provider>> {
        self.by_name.get(name).cloned()
    }

    /// All of them, in no order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Arc<Provider>> {
        self.by_name.values()
    }

    /// The service provider with this entity id.
    pub(crate) fn by_entity(&self, entity_id: &str) -> Option<Arc<Provider>> {
        self.by_entity.get(entity_id).cloned()
    }
}

/// Keeps the view.
#[derive(Default)]
pub(crate) struct View(Mutex<Option<Arc<Providers>>>);

impl View {
    /// The view of the present registry; made anew when it has changed.
    pub(crate) fn current(&self, registry: &Registry) -> Arc<Providers> {
        let snapshot = registry.snapshot();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept
            .as_ref()
            .filter(|known| known.change == snapshot.change)
        {
            return known.clone();
        }
        let mut providers = Providers {
            change: snapshot.change,
            ..Providers::default()
        };
        for resource in snapshot.of_kind(SamlSp::KIND) {
            let Ok(spec) = SamlSp::deserialize(&resource.spec) else {
                tracing::error!(resource = resource.name, "service provider is not readable");
                continue;
            };
            if !spec.enabled {
                continue;
            }
            let read = |text: &String| {
                let der = certificate::decode(text).ok()?;
                certificate::public_key(&der).ok()
            };
            let recipient = match (spec.encrypt_assertion, &spec.encryption) {
                (false, _) | (true, None) => None,
                (true, Some(encryption)) => Recipient::of(encryption).ok(),
            };
            let provider = Arc::new(Provider {
                recipient,
                name: resource.name.clone(),
                agency: resource.agency.clone(),
                keys: spec.certificates.iter().filter_map(read).collect(),
                spec,
            });
            let entity_id = provider.spec.entity_id.clone();
            providers.by_entity.insert(entity_id, provider.clone());
            providers.by_name.insert(resource.name.clone(), provider);
        }
        let providers = Arc::new(providers);
        *kept = Some(providers.clone());
        providers
    }
}
