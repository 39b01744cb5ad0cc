//! The registry: what the platform is told to do.
//!
//! Owns: resources (kind, name, owning agency, specification, revision), their history, the
//! snapshot that running parts read.
//! Not here: kinds (`kind.rs` and each capability), the HTTP face (`routes.rs`), SQL (`sql.rs`).
//! Invariant: each change is one transaction with its revision and its audit event; no
//! request reads configuration from the database.
//! Follows: docs/specs/registry.md.

pub mod apply;
pub mod diff;
pub mod file;
pub mod kind;
pub mod manifest_routes;
pub mod owner;
pub mod routes;
mod sql;
pub mod watch;

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use arc_swap::ArcSwap;
pub use kind::{Kind, KindDescriptor, Labels, ValidationContext};
use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
pub use sql::MIGRATIONS;
use tokio::sync::watch as channel;

use crate::{
    db::{Database, WriteTx},
    error::{Error, FieldError, Result},
    journal::{self, Event},
};

/// Longest name of a resource.
pub const NAME_BYTES_MAX: usize = 63;
/// Largest specification, 1 MiB.
pub const SPEC_BYTES_MAX: usize = 1_048_576;
/// Pseudo kind under which a changed secret is announced to watchers.
pub const SECRET_CHANGE: &str = "secret";

/// A resource as it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Resource {
    /// Kind, singular: `system`.
    pub kind: String,
    /// Name, unique within the kind.
    pub name: String,
    /// Owning agency; absent for resources of the whole platform.
    pub agency: Option<String>,
    /// Counts the changes, from 1.
    pub revision: i64,
    /// The specification.
    #[schema(value_type = Object)]
    pub spec: Value,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Who changed it.
    pub updated_by: String,
}

/// A wished state of one resource, as files carry it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Kind, singular.
    pub kind: String,
    /// Name.
    pub name: String,
    /// Owning agency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// The specification.
    #[schema(value_type = Object)]
    pub spec: Value,
}

/// All resources at one moment, immutable.
#[derive(Debug, Default, Clone)]
pub struct Snapshot {
    /// Number of the last change contained.
    pub change: i64,
    resources: BTreeMap<String, BTreeMap<String, Arc<Resource>>>,
}

impl Snapshot {
    /// One resource.
    #[must_use]
    pub fn get(&self, kind: &str, name: &str) -> Option<&Arc<Resource>> {
        self.resources.get(kind)?.get(name)
    }

    /// All resources of a kind, sorted by name.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Arc<Resource>> {
        self.resources
            .get(kind)
            .into_iter()
            .flat_map(BTreeMap::values)
    }

    /// The typed specification of one resource.
    #[must_use]
    pub fn spec<K: Kind>(&self, name: &str) -> Option<K> {
        let resource = self.get(K::KIND, name)?;
        K::deserialize(&resource.spec).ok()
    }

    fn put(&mut self, resource: Resource) {
        let of_kind = self.resources.entry(resource.kind.clone()).or_default();
        of_kind.insert(resource.name.clone(), Arc::new(resource));
    }

    fn remove(&mut self, kind: &str, name: &str) {
        if let Some(of_kind) = self.resources.get_mut(kind) {
            of_kind.remove(name);
        }
    }
}

/// A change to be made.
#[derive(Debug, Clone)]
pub enum Change {
    /// Make or replace.
    Put {
        /// The wished state.
        manifest: Manifest,
        /// The revision that the caller saw; `Some(0)` for "must be new", `None` for any.
        base_revision: Option<i64>,
    },
    /// Remove; the history stays.
    Delete {
        /// Kind.
        kind: String,
        /// Name.
        name: String,
    },
}

/// Handle to the registry; cheap to clone.
#[derive(Clone)]
pub struct Registry(Arc<Inner>);

struct Inner {
    db: Database,
    kinds: BTreeMap<&'static str, KindDescriptor>,
    snapshot: ArcSwap<Snapshot>,
    changed: channel::Sender<i64>,
    /// Consistency rules over the whole set, given by capabilities after start.
    rules: OnceLock<Vec<Rule>>,
    /// Who may answer for resources, given by identity after start.
    persons: OnceLock<Arc<dyn owner::Persons>>,
}

/// A rule over all resources together; gives the errors of the wished snapshot.
pub type Rule = Box<dyn Fn(&Snapshot) -> Vec<FieldError> + Send + Sync>;

impl Registry {
    /// Opens the registry and reads everything into the first snapshot.
    ///
    /// # Errors
    /// `platform.database.failed`; `platform.configuration.invalid` when two kinds have a name.
    pub async fn open(db: Database, kinds: Vec<KindDescriptor>) -> Result<Self> {
        let mut by_name = BTreeMap::new();
        for kind in kinds {
            if let Some(twice) = by_name.insert(kind.kind, kind) {
                return Err(Error::Configuration(format!("kind {} twice", twice.kind)));
            }
        }
        let mut snapshot = Snapshot::default();
        sql::load(&db, &mut snapshot).await?;
        let (changed, _) = channel::channel(snapshot.change);
        Ok(Self(Arc::new(Inner {
            db,
            kinds: by_name,
            snapshot: ArcSwap::from_pointee(snapshot),
            changed,
            rules: OnceLock::new(),
            persons: OnceLock::new(),
        })))
    }

    /// Sets the rules over the whole set; once, at composition.
    pub fn set_rules(&self, rules: Vec<Rule>) {
        if self.0.rules.set(rules).is_err() {
            tracing::error!("registry rules were set twice; the first ones stay");
        }
    }

    /// The present configuration; free of any wait.
    #[must_use]
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.0.snapshot.load_full()
    }

    /// Tells of changes by the number of the last one.
    #[must_use]
    pub fn watch(&self) -> channel::Receiver<i64> {
        self.0.changed.subscribe()
    }

    /// All kinds, sorted by name.
    pub fn kinds(&self) -> impl Iterator<Item = &KindDescriptor> {
        self.0.kinds.values()
    }

    /// A kind by its name.
    ///
    /// # Errors
    /// `platform.thing.not_found`.
    pub fn kind(&self, kind: &str) -> Result<&KindDescriptor> {
        self.0.kinds.get(kind).ok_or_else(|| Error::NotFound {
            what: "kind",
            name: kind.to_owned(),
        })
    }

    /// The database below.
    #[must_use]
    pub fn db(&self) -> &Database {
        &self.0.db
    }

    /// Makes changes, all or none, with the events given (one for each at least).
    ///
    /// # Errors
    /// `platform.fields.invalid` with pointers `/<index>/spec/…` for more than one change and
    /// `/spec/…` for one; `registry.revision.conflict`; `platform.thing.not_found`.
    pub async fn change(
        &self,
        changes: Vec<Change>,
        actor: &str,
        now: Timestamp,
        events: Vec<Event>,
    ) -> Result<Vec<Resource>> {
        assert!(
            !events.is_empty(),
            "a change of the registry has its audit event"
        );
        let tx = self.0.db.begin().await?;
        let done = self.change_in(&tx, changes, actor, now).await?;
        journal::append(&*tx, events).await?;
        tx.commit().await?;
        self.refresh().await?;
        Ok(done)
    }

    /// As [`Registry::change`], inside the caller's transaction; call `refresh` afterwards.
    ///
    /// # Errors
    /// As [`Registry::change`].
    pub async fn change_in(
        &self,
        tx: &WriteTx,
        changes: Vec<Change>,
        actor: &str,
        now: Timestamp,
    ) -> Result<Vec<Resource>> {
        let changes = self.check(changes)?;
        let mut done = Vec::with_capacity(changes.len());
        for change in changes {
            done.push(sql::change(&self.0.db, tx, change, actor, now).await?);
        }
        self.check_owners(tx, &done, now).await?;
        Ok(done.into_iter().map(|(resource, _)| resource).collect())
    }

    /// Announces a change that is not a resource (a secret) in the caller's transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn announce(&self, tx: &WriteTx, kind: &str, name: &str) -> Result<()> {
        sql::announce(&self.0.db, tx, kind, name).await
    }

    /// Validates the changes, each alone and all together; gives them normalised.
    ///
    /// # Errors
    /// `platform.fields.invalid`, `platform.thing.not_found`.
    pub fn check(&self, changes: Vec<Change>) -> Result<Vec<Change>> {
        let mut wished = Snapshot::clone(&self.snapshot());
        let mut errors = Vec::new();
        let is_single = changes.len() == 1;
        let mut checked = Vec::with_capacity(changes.len());
        for (index, change) in changes.into_iter().enumerate() {
            let prefix = if is_single {
                String::new()
            } else {
                format!("/{index}")
            };
            match change {
                Change::Put {
                    manifest,
                    base_revision,
                } => match self.check_one(manifest) {
                    Ok(manifest) => {
                        wished.put(wished_resource(&manifest));
                        checked.push(Change::Put {
                            manifest,
                            base_revision,
                        });
                    }
                    Err(Error::Invalid(fields)) => {
                        errors.extend(fields.into_iter().map(|field| FieldError {
                            pointer: format!("{prefix}{}", field.pointer),
                            ..field
                        }))
                    }
                    Err(other) => return Err(other),
                },
                Change::Delete { kind, name } => {
                    self.kind(&kind)?;
                    wished.remove(&kind, &name);
                    checked.push(Change::Delete { kind, name });
                }
            }
        }
        if errors.is_empty() {
            for rule in self.0.rules.get().into_iter().flatten() {
                errors.extend(rule(&wished));
            }
        }
        if errors.is_empty() {
            Ok(checked)
        } else {
            Err(Error::Invalid(errors))
        }
    }

    fn check_one(&self, manifest: Manifest) -> Result<Manifest> {
        let descriptor = self.kind(&manifest.kind)?;
        if let Some(error) = check_name(&manifest.name) {
            return Err(Error::Invalid(vec![error]));
        }
        let context = ValidationContext {
            name: &manifest.name,
        };
        let spec = descriptor
            .normalise(&manifest.spec, &context)
            .map_err(Error::Invalid)?;
        Ok(Manifest { spec, ..manifest })
    }

    /// One revision of the history, newest first; also of deleted resources.
    ///
    /// # Errors
    /// `platform.thing.not_found`.
    pub async fn revision(&self, kind: &str, name: &str, revision: i64) -> Result<Revision> {
        sql::revision(&self.0.db, kind, name, revision).await
    }

    /// The history of a resource, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn revisions(&self, kind: &str, name: &str) -> Result<Vec<Revision>> {
        sql::revisions(&self.0.db, kind, name).await
    }

    /// Reads what has changed since the snapshot and swaps it.
    ///
    /// # Errors
    /// `platform.database.failed`; the old snapshot stays.
    pub async fn refresh(&self) -> Result<()> {
        let mut next = Snapshot::clone(&self.snapshot());
        let before = next.change;
        sql::load(&self.0.db, &mut next).await?;
        if next.change == before {
            return Ok(());
        }
        let change = next.change;
        self.0.snapshot.rcu(|current| {
            // Of two refreshes at once the one that has read further wins.
            if current.change >= change {
                current.clone()
            } else {
                Arc::new(next.clone())
            }
        });
        self.0.changed.send_if_modified(|known| {
            let is_newer = *known < change;
            *known = (*known).max(change);
            is_newer
        });
        Ok(())
    }
}

fn wished_resource(manifest: &Manifest) -> Resource {
    Resource {
        kind: manifest.kind.clone(),
        name: manifest.name.clone(),
        agency: manifest.agency.clone(),
        revision: 0,
        spec: manifest.spec.clone(),
        updated_at: Timestamp::default(),
        updated_by: String::new(),
    }
}

/// Names are parts of addresses and file names: letters, digits, `.`, `-`, `_`.
fn check_name(name: &str) -> Option<FieldError> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let is_good = !name.is_empty()
        && name.len() <= NAME_BYTES_MAX
        && name.bytes().all(is_plain)
        && name
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
    (!is_good).then(|| {
        FieldError::new(
            "/name",
            "registry.name.invalid",
            format!(
                "Tên chỉ gồm chữ cái không dấu, chữ số, dấu chấm, gạch ngang, gạch dưới; \
                 tối đa {NAME_BYTES_MAX} ký tự."
            ),
            format!(
                "A name has letters without marks, digits, dots, dashes and underscores only; \
                 at most {NAME_BYTES_MAX}."
            ),
        )
    })
}

/// One entry of the history of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Revision {
    /// Number, from 1.
    pub revision: i64,
    /// Owning agency then.
    pub agency: Option<String>,
    /// Specification then; absent when this revision deleted the resource.
    #[schema(value_type = Option<Object>)]
    pub spec: Option<Value>,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: String,
}
