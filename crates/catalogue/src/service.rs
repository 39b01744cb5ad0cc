//! The snapshot of the catalogue that everybody reads, and its exchange.
//!
//! Owns: `Catalogue`, the handle that modules keep; `Snapshot`, what it gives out.
//! Not here: where the specifications come from (`worker.rs` reads the registry).
//! Invariant: a snapshot never changes; a change of the registry makes a new one.

use std::{collections::HashMap, sync::Arc};

use arc_swap::ArcSwap;
use lgsp_model::{LocalDate, Timestamp};

use crate::{
    model::{AgencyCode, AgencySpec, CodeItem, CodeListSpec, DirectorySetting, Labels},
    tree::{AgencyTree, DirectoryView},
};

/// The shared code lists by name.
#[derive(Debug, Default)]
pub struct CodeLists {
    by_name: HashMap<String, Arc<CodeListSpec>>,
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
    pub agencies: AgencyTree,
    /// The shared code lists.
    pub lists: CodeLists,
    /// Which province is served, and the date at which the directory is read.
    pub setting: DirectorySetting,
}

impl Snapshot {
    /// Builds a snapshot from specifications.
    pub fn build(
        agencies: impl IntoIterator<Item = (AgencyCode, Arc<AgencySpec>)>,
        lists: impl IntoIterator<Item = (String, Arc<CodeListSpec>)>,
        setting: DirectorySetting,
    ) -> Self {
        Self {
            agencies: AgencyTree::build(agencies),
            lists: lists.into_iter().collect(),
            setting,
        }
    }

    /// The directory that exchange uses when it is `now`.
    pub fn directory(&self, now: Timestamp) -> DirectoryView<'_> {
        self.agencies.at(self.setting.date(now))
    }
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

    /// Puts a new snapshot in place; readers of the old one finish with it.
    pub fn replace(&self, snapshot: Snapshot) {
        self.current.store(Arc::new(snapshot));
    }
}
