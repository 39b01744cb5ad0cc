//! A small agency tree that tests change by hand.
//!
//! Owns: `Tree`: H34 above H34.01 and H34.02; H34.01.05 below H34.01.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use lgsp_identity::AgencyHierarchy;

/// An agency tree that tests change by hand.
pub(crate) struct Tree {
    parents: RwLock<BTreeMap<String, Option<String>>>,
    version: AtomicU64,
}

impl Tree {
    pub(crate) fn province() -> Arc<Self> {
        let tree = Self {
            parents: RwLock::default(),
            version: AtomicU64::new(0),
        };
        tree.put("H34", None);
        tree.put("H34.01", Some("H34"));
        tree.put("H34.01.05", Some("H34.01"));
        tree.put("H34.02", Some("H34"));
        Arc::new(tree)
    }

    pub(crate) fn put(&self, code: &str, parent: Option<&str>) {
        let mut parents = self.parents.write().unwrap();
        parents.insert(code.to_owned(), parent.map(str::to_owned));
        self.version.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn remove(&self, code: &str) {
        self.parents.write().unwrap().remove(code);
        self.version.fetch_add(1, Ordering::SeqCst);
    }
}

impl AgencyHierarchy for Tree {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let parents = self.parents.read().unwrap();
        let above = |code: &String| parents.get(code).cloned().flatten();
        std::iter::successors(above(&agency.to_owned()), above).collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        let parents = self.parents.read().unwrap();
        parents
            .contains_key(agency)
            .then(|| format!("Cơ quan {agency}"))
    }

    fn version(&self) -> u64 {
        self.version.load(Ordering::SeqCst)
    }
}
