//! SAML 2.0: identity provider (nhà cung cấp định danh) for web applications.
//!
//! Owns: the handle `Saml`, its start.
//! Not here: messages (`authn/`, `logout/`), XML, signatures and encryption (`xml/`,
//! `signature/`, `encryption/`), the session (`identity`).
//! Invariant: a message is read from the tree whose signature was checked; an answer goes to a
//! registered address only.
//! Follows: SAML 2.0 Core, Bindings, Profiles, Metadata; design document "Identity", section 3.

pub mod authn;
pub mod bindings;
pub mod encryption;
pub mod fuzz;
pub mod kind;
mod launcher;
pub mod logout;
pub mod metadata;
pub mod names;
mod providers;
mod refused;
mod routes;
pub mod signature;
mod signer;
pub mod xml;

use std::sync::Arc;

use lgsp_identity::Identity;
use lgsp_model::Timestamp;
use lgsp_platform::{Platform, Running};

pub use kind::SamlSp;
pub(crate) use kind::rule;
pub use refused::Refused;

use self::{
    authn::NameIds,
    logout::SoapLogout,
    providers::{Providers, View},
    signature::SignatureFault,
    signer::{PlatformSigner, Signers},
};
use crate::{
    back_channel,
    error::{Error, Result},
    keys::Keys,
};

/// Name of the secret behind persistent names.
const NAME_KEY: &str = "saml-name-id";

/// Handle to the identity provider; cheap to clone.
#[derive(Clone)]
pub(crate) struct Saml(Arc<Parts>);

/// The parts of the identity provider.
pub(crate) struct Parts {
    platform: Platform,
    identity: Identity,
    signers: Signers,
    names: NameIds,
    view: View,
    entity_id: String,
}

impl std::ops::Deref for Saml {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// Starts the identity provider.
///
/// # Errors
/// `platform.database.failed`, `platform.secret.unreadable`.
pub(crate) async fn start(
    platform: &Platform,
    identity: &Identity,
    keys: &Keys,
) -> Result<Running> {
    let secret = platform.vault.key(NAME_KEY, platform.clock.now()).await?;
    let entity_id = format!("{}/saml/metadata", identity.issuer());
    let saml = Saml(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
        signers: Signers::new(keys.clone(), identity.issuer()),
        names: NameIds::new(&secret),
        view: View::default(),
        entity_id,
    }));
    back_channel::start(platform, identity, Arc::new(SoapLogout(saml.clone())))?;
    identity.add_farewell(Arc::new(saml.clone()));
    identity.add_ties(Arc::new(saml.clone()));
    Ok(routes::running(saml))
}

impl Saml {
    fn providers(&self) -> Arc<Providers> {
        self.view.current(&self.platform.registry)
    }

    async fn signer(&self) -> Result<Arc<PlatformSigner>> {
        self.signers.active().await
    }

    /// Our entity id: the address of our metadata.
    fn entity_id(&self) -> &str {
        &self.entity_id
    }

    fn sign_on_url(&self) -> String {
        format!("{}/saml/sso", self.identity.issuer())
    }

    fn logout_url(&self) -> String {
        format!("{}/saml/slo", self.identity.issuer())
    }

    fn now(&self) -> Timestamp {
        self.platform.clock.now()
    }
}

/// A signature of ours that could not be made.
fn refused(fault: SignatureFault) -> Error {
    Error::Saml(Refused::Signature(fault))
}
