//! Applying manifests: from wished states to the changes that are needed.
//!
//! Owns: `plan`, `Planned`, `export`.
//! Not here: reading files (the command line), permission (`routes.rs`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    Change, Manifest, Registry, Snapshot,
    diff::{Difference, changes},
    kind::ValidationContext,
};
use crate::error::{Error, Result};

/// What applying a manifest does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// The resource is new.
    Create,
    /// It differs.
    Update,
    /// It is as wished.
    Unchanged,
}

/// One manifest with what it would change.
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Planned {
    /// Kind.
    pub kind: String,
    /// Name.
    pub name: String,
    /// What happens.
    pub action: Action,
    /// Revision after it; the present one in a dry run.
    pub revision: i64,
    /// Fields that differ.
    pub changes: Vec<Difference>,
}

/// Compares manifests with the present state; gives the plan and the changes it needs.
///
/// # Errors
/// `platform.fields.invalid` for all manifests together, `platform.thing.not_found` for a kind.
pub fn plan(registry: &Registry, manifests: Vec<Manifest>) -> Result<(Vec<Planned>, Vec<Change>)> {
    let wishes = manifests
        .into_iter()
        .map(|manifest| Change::Put {
            manifest,
            base_revision: None,
        })
        .collect();
    let snapshot = registry.snapshot();
    let (mut planned, mut needed) = (Vec::new(), Vec::new());
    for wish in registry.check(wishes)? {
        let Change::Put { manifest, .. } = &wish else {
            continue;
        };
        let entry = compare(registry, &snapshot, manifest)?;
        if entry.action != Action::Unchanged {
            needed.push(wish);
        }
        planned.push(entry);
    }
    Ok((planned, needed))
}

fn compare(registry: &Registry, snapshot: &Snapshot, manifest: &Manifest) -> Result<Planned> {
    let known = snapshot.get(&manifest.kind, &manifest.name);
    let before = match known {
        // Stored by an older release: defaults that came later are no difference.
        Some(known) => registry
            .kind(&manifest.kind)?
            .normalise(&known.spec, &ValidationContext { name: &known.name })
            .unwrap_or_else(|_| known.spec.clone()),
        None => Value::Null,
    };
    let mut found = changes(&before, &manifest.spec);
    if let Some(known) = known.filter(|known| known.agency != manifest.agency) {
        found.push(Difference {
            pointer: "/agency".to_owned(),
            before: known.agency.clone().map(Value::from),
            after: manifest.agency.clone().map(Value::from),
        });
    }
    let action = match (known, found.is_empty()) {
        (None, _) => Action::Create,
        (Some(_), true) => Action::Unchanged,
        (Some(_), false) => Action::Update,
    };
    Ok(Planned {
        kind: manifest.kind.clone(),
        name: manifest.name.clone(),
        action,
        revision: known.map_or(0, |known| known.revision),
        changes: found,
    })
}

/// All resources (of one kind) as manifests, sorted by kind and name.
///
/// # Errors
/// `platform.thing.not_found` for an unknown kind.
pub fn export(registry: &Registry, kind: Option<&str>) -> Result<Vec<Manifest>> {
    if let Some(kind) = kind {
        registry.kind(kind)?;
    }
    let snapshot = registry.snapshot();
    let wanted = registry
        .kinds()
        .filter(|known| kind.is_none_or(|kind| kind == known.kind));
    let manifests = wanted.flat_map(|known| {
        snapshot.of_kind(known.kind).map(|resource| Manifest {
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            agency: resource.agency.clone(),
            spec: resource.spec.clone(),
        })
    });
    Ok(manifests.collect())
}

impl From<Action> for &'static str {
    fn from(action: Action) -> Self {
        match action {
            Action::Create => "create",
            Action::Update => "update",
            Action::Unchanged => "unchanged",
        }
    }
}

impl Registry {
    /// The resource as it stands.
    ///
    /// # Errors
    /// `platform.thing.not_found`.
    pub fn find(&self, kind: &str, name: &str) -> Result<std::sync::Arc<super::Resource>> {
        self.kind(kind)?;
        self.snapshot()
            .get(kind, name)
            .cloned()
            .ok_or_else(|| Error::NotFound {
                what: "resource",
                name: format!("{kind}/{name}"),
            })
    }
}
