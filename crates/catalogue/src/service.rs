//! The snapshot of the catalogue that everybody reads, and its exchange.
//!
//! Owns: `Catalogue`, the handle that modules keep; `Snapshot`, what it gives out; building one
//! from the registry.
//! Not here: when the registry is looked at (`worker.rs`), the rules (`kinds.rs`).
//! Invariant: a snapshot never changes; a change of the registry makes a new one, which shares
//! with the old one whatever has not changed.

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use lgsp_model::{LocalDate, Timestamp};
use lgsp_platform::registry::{self, Kind, Resource};

use crate::{
    model::{
        AgencyCode, AgencySpec, CodeItem, CodeListSpec, DirectorySetting, Labels,
        setting::SETTING_NAME,
    },
    tree::{AgencyTree, DirectoryView},
};

/// Specifications that were read, beside the resources that they were read from.
type Sources<T> = BTreeMap<String, (Arc<Resource>, Arc<T>)>;

/// The shared code lists by name.
#[derive(Debug, Default)]
pub struct CodeLists {
    by_name: BTreeMap<String, Arc<CodeListSpec>>,
}

impl CodeLists {
    /// The list of this name.
    pub fn find(&self, name: &str) -> Option<&CodeListSpec> {
        self.by_name.get(name).map(Arc::as_ref)
    }

    /// The item of `code` in list `name` on `day`; if it has ended, its last meaning.
    pub fn item(&self, name: &str, code: &str, day: LocalDate) -> Option<&CodeItem> {
        self.find(name)?.item(code, day)
    }

    /// The text of `code` in list `name` on `day`.
    pub fn label(&self, name: &str, code: &str, day: LocalDate) -> Option<&Labels> {
        self.item(name, code, day).map(|item| &item.name)
    }
}

impl FromIterator<(String, Arc<CodeListSpec>)> for CodeLists {
    fn from_iter<T: IntoIterator<Item = (String, Arc<CodeListSpec>)>>(lists: T) -> Self {
        Self {
            by_name: lists.into_iter().collect(),
        }
    }
}

/// The catalogue as it was at one moment.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// All agencies over all time.
    pub agencies: Arc<AgencyTree>,
    /// The shared code lists.
    pub lists: CodeLists,
    /// The date at which the directory is read.
    pub setting: DirectorySetting,
    /// Number of the last change of the registry contained.
    change: i64,
    agency_sources: Sources<AgencySpec>,
    list_sources: Sources<CodeListSpec>,
}

impl Snapshot {
    /// A snapshot of specifications that stand in no registry.
    pub fn build(
        agencies: impl IntoIterator<Item = (AgencyCode, AgencySpec)>,
        lists: impl IntoIterator<Item = (String, CodeListSpec)>,
        setting: DirectorySetting,
    ) -> Self {
        let agencies = agencies
            .into_iter()
            .map(|(code, spec)| (code, Arc::new(spec)));
        Self {
            agencies: Arc::new(AgencyTree::build(agencies)),
            lists: lists
                .into_iter()
                .map(|(name, list)| (name, Arc::new(list)))
                .collect(),
            setting,
            ..Self::default()
        }
    }

    /// The directory that exchange uses when it is `now`.
    pub fn directory(&self, now: Timestamp) -> DirectoryView<'_> {
        self.agencies.at(self.setting.date(now))
    }

    /// The snapshot of another state of the registry; what is unchanged is not read again.
    pub(crate) fn follow(&self, registry: &registry::Snapshot) -> Self {
        let agency_sources = sources(&self.agency_sources, registry);
        let list_sources = sources(&self.list_sources, registry);
        let agencies = if self.has_same_agencies(registry) {
            self.agencies.clone()
        } else {
            let specs = agency_sources
                .iter()
                .map(|(name, (_, spec))| (AgencyCode::from(name.as_str()), spec.clone()));
            Arc::new(AgencyTree::build(specs))
        };
        Self {
            agencies,
            lists: list_sources
                .iter()
                .map(|(name, (_, list))| (name.clone(), list.clone()))
                .collect(),
            setting: registry
                .spec::<DirectorySetting>(SETTING_NAME)
                .unwrap_or_default(),
            change: registry.change,
            agency_sources,
            list_sources,
        }
    }

    /// Whether `registry` holds exactly the agencies of this snapshot.
    pub(crate) fn has_same_agencies(&self, registry: &registry::Snapshot) -> bool {
        let mut known = self.agency_sources.values().map(|(resource, _)| resource);
        let mut wished = registry.of_kind(AgencySpec::KIND);
        loop {
            match (known.next(), wished.next()) {
                (None, None) => return true,
                (Some(one), Some(two)) if Arc::ptr_eq(one, two) => {}
                _ => return false,
            }
        }
    }
}

/// The specifications of a kind, taken from `known` where the resource is the same.
fn sources<K: Kind>(known: &Sources<K>, registry: &registry::Snapshot) -> Sources<K> {
    let read = |resource: &Arc<Resource>| {
        let same = known
            .get(&resource.name)
            .filter(|(old, _)| Arc::ptr_eq(old, resource));
        if let Some((_, spec)) = same {
            return Some((resource.name.clone(), (resource.clone(), spec.clone())));
        }
        match K::deserialize(&resource.spec) {
            Ok(spec) => Some((resource.name.clone(), (resource.clone(), Arc::new(spec)))),
            Err(error) => {
                tracing::error!(
                    resource.kind = K::KIND,
                    resource.name = resource.name,
                    %error,
                    "stored specification cannot be read and is left out"
                );
                None
            }
        }
    };
    registry.of_kind(K::KIND).filter_map(read).collect()
}

/// The handle by which modules read the catalogue. Cheap to clone; reading never waits.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    current: Arc<ArcSwap<Snapshot>>,
}

impl Catalogue {
    /// A catalogue that starts with `snapshot`.
    pub fn new(snapshot: Snapshot) -> Self {
        Self {
            current: Arc::new(ArcSwap::from_pointee(snapshot)),
        }
    }

    /// The newest snapshot. Keep it for one piece of work, not for longer.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        self.current.load_full()
    }

    /// Takes over a newer state of the registry; readers of the old snapshot finish with it.
    pub fn follow(&self, registry: &registry::Snapshot) {
        let current = self.snapshot();
        if current.change >= registry.change {
            return;
        }
        let next = Arc::new(current.follow(registry));
        self.current.rcu(|latest| {
            // Of two at once the one that has read further wins.
            if latest.change >= next.change {
                latest.clone()
            } else {
                next.clone()
            }
        });
    }
}
