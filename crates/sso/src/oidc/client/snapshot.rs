//! Clients as requests see them: parsed, with secrets and keys, in memory.
//!
//! Owns: `Clients`, `Client`.
//! Invariant: looking a client up asks no database unless the registry has moved since the last
//! look; a change of another node is seen as soon as the registry sees it.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    http::context::constant_time_eq,
    registry::{Kind as _, Resource},
};
use serde::Deserialize as _;
use tokio::sync::Mutex;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    kind::{AuthMethod, OidcClient},
    secrets::{self, StoredSecret},
};
use crate::{
    error::Result,
    keys::{Alg, jwk::Jwk},
};

/// A client, ready to be asked.
pub(in crate::oidc) struct Client {
    /// Its `client_id`: the name of the resource.
    pub(in crate::oidc) id: String,
    /// Its specification.
    pub(in crate::oidc) spec: OidcClient,
    /// Its owner.
    pub(in crate::oidc) agency: Option<String>,
    /// Keys of its specification.
    pub(in crate::oidc) keys: Vec<Jwk>,
    secrets: Vec<StoredSecret>,
    clear: Vec<Arc<Zeroizing<Vec<u8>>>>,
    resource: Arc<Resource>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Client {
    /// Whether `secret` is one of its valid secrets, which is noted; takes the same time for
    /// every wrong one.
    pub(in crate::oidc) fn has_secret(&self, secret: &str, now: Timestamp) -> bool {
        let hash = secrets::hash(secret);
        let mut is_found = false;
        for stored in &self.secrets {
            let is_valid = stored.expires_at.is_none_or(|at| at > now);
            if constant_time_eq(&stored.hash, &hash) && is_valid {
                stored.used.note(now);
                is_found = true;
            }
        }
        is_found
    }

    /// Its secrets.
    pub(super) fn secrets(&self) -> &[StoredSecret] {
        &self.secrets
    }

    /// The last use of a secret that this process has seen.
    pub(in crate::oidc) fn secret_used_at(&self, secret: Uuid) -> Option<Timestamp> {
        let mut secrets = self.secrets.iter();
        secrets.find(|stored| stored.id == secret)?.used.at()
    }

    /// Clear secrets, for `client_secret_jwt` only.
    pub(in crate::oidc) fn clear_secrets(&self) -> &[Arc<Zeroizing<Vec<u8>>>] {
        &self.clear
    }
}

#[derive(Default)]
struct State {
    change: i64,
    clients: HashMap<String, Arc<Client>>,
    needs_rsa: bool,
}

/// All clients.
pub(in crate::oidc) struct Clients {
    platform: Platform,
    state: ArcSwap<State>,
    loading: Mutex<()>,
}

impl Clients {
    /// Reads all clients.
    pub(in crate::oidc) async fn open(platform: &Platform) -> Result<Self> {
        let clients = Self {
            platform: platform.clone(),
            state: ArcSwap::from_pointee(State {
                change: -1,
                ..State::default()
            }),
            loading: Mutex::new(()),
        };
        clients.refresh().await?;
        Ok(clients)
    }

    /// The client of this id, if it may be used.
    pub(in crate::oidc) async fn find(&self, id: &str) -> Result<Option<Arc<Client>>> {
        self.refresh().await?;
        let found = self.state.load().clients.get(id).cloned();
        Ok(found.filter(|client| client.spec.enabled))
    }

    /// All clients, in no order.
    pub(in crate::oidc) async fn all(&self) -> Result<Vec<Arc<Client>>> {
        self.refresh().await?;
        Ok(self.state.load().clients.values().cloned().collect())
    }

    /// All clients as they were last read.
    pub(super) fn known(&self) -> Vec<Arc<Client>> {
        self.state.load().clients.values().cloned().collect()
    }

    /// Whether some client gets tokens signed with RSA.
    pub(in crate::oidc) fn needs_rsa(&self) -> bool {
        self.state.load().needs_rsa
    }

    /// Whether a page of this origin may call.
    pub(in crate::oidc) async fn is_origin(&self, origin: &str) -> Result<bool> {
        self.refresh().await?;
        let state = self.state.load();
        Ok(state.clients.values().any(|client| {
            client.spec.enabled && client.spec.cors_origins.iter().any(|known| known == origin)
        }))
    }

    async fn refresh(&self) -> Result<()> {
        if self.state.load().change == self.platform.registry.snapshot().change {
            return Ok(());
        }
        let _one = self.loading.lock().await;
        let snapshot = self.platform.registry.snapshot();
        let known = self.state.load_full();
        if known.change == snapshot.change {
            return Ok(());
        }
        let now = self.platform.clock.now();
        let mut secrets: HashMap<String, Vec<StoredSecret>> = HashMap::new();
        for secret in secrets::all(&self.platform.db, now).await? {
            secrets
                .entry(secret.client.clone())
                .or_default()
                .push(secret);
        }
        let clear = self.platform.vault.open_all(secrets::OWNER, now).await?;
        let mut clients = HashMap::new();
        for resource in snapshot.of_kind(OidcClient::KIND) {
            let mut own = secrets.remove(&resource.name).unwrap_or_default();
            let before = known.clients.get(&resource.name);
            if let Some(before) = before {
                keep_uses(&before.secrets, &mut own);
            }
            let same = before.filter(|client| {
                Arc::ptr_eq(&client.resource, resource)
                    && are_same(&client.secrets, &own)
                    && client.spec.auth_method != AuthMethod::ClientSecretJwt
            });
            if let Some(same) = same {
                clients.insert(resource.name.clone(), same.clone());
                continue;
            }
            let Ok(spec) = OidcClient::deserialize(&resource.spec) else {
                tracing::error!(client = %resource.name, "a stored client cannot be read");
                continue;
            };
            let client = Client {
                id: resource.name.clone(),
                agency: resource.agency.clone(),
                keys: spec.jwks.as_ref().map(Jwk::parse_set).unwrap_or_default(),
                clear: clear
                    .iter()
                    .filter(|secret| secret.owner == resource.name)
                    .map(|secret| secret.value.clone())
                    .collect(),
                spec,
                secrets: own,
                resource: resource.clone(),
            };
            clients.insert(resource.name.clone(), Arc::new(client));
        }
        let needs_rsa = clients.values().any(|client| {
            client.spec.id_token_alg == Alg::Rs256 || client.spec.userinfo_alg == Some(Alg::Rs256)
        });
        self.state.store(Arc::new(State {
            change: snapshot.change,
            clients,
            needs_rsa,
        }));
        Ok(())
    }
}

/// What is known of the uses of secrets goes along to what was read anew.
fn keep_uses(before: &[StoredSecret], own: &mut [StoredSecret]) {
    for secret in own {
        if let Some(known) = before.iter().find(|known| known.id == secret.id) {
            secret.used = known.used.clone();
        }
    }
}

/// Whether the same secrets work for the same time; the value of a secret never changes.
fn are_same(one: &[StoredSecret], two: &[StoredSecret]) -> bool {
    let ends = |secret: &StoredSecret| (secret.id, secret.expires_at);
    one.iter().map(ends).eq(two.iter().map(ends))
}
