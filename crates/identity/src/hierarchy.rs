//! The agency tree, as access decisions need it.
//!
//! Owns: the port `AgencyHierarchy`, its face over the catalogue.
//! Not here: agencies themselves (`catalogue`).
//! Invariant: a version is never older than the data that were read before it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use lgsp_catalogue::{AgencyTree, Catalogue};

/// What access decisions and views need to know of agencies.
pub trait AgencyHierarchy: Send + Sync + 'static {
    /// The agencies above, nearest first; empty for a root and for an unknown agency.
    fn ancestors(&self, agency: &str) -> Vec<String>;

    /// What people call it; absent for an unknown agency.
    fn name(&self, agency: &str) -> Option<String>;

    /// Changes whenever the tree does. It is asked before each decision, so it must be cheap,
    /// and it may change only together with or after the data: a decision that was computed
    /// on old data must not be kept under a new version.
    fn version(&self) -> u64;
}

/// The hierarchy of the catalogue.
pub struct CatalogueHierarchy {
    catalogue: Catalogue,
    seen: ArcSwap<(Arc<AgencyTree>, u64)>,
}

impl CatalogueHierarchy {
    /// The hierarchy that `catalogue` holds, now and later.
    #[must_use]
    pub fn new(catalogue: Catalogue) -> Self {
        let tree = catalogue.snapshot().agencies.clone();
        Self {
            catalogue,
            seen: ArcSwap::from_pointee((tree, 0)),
        }
    }
}

impl AgencyHierarchy for CatalogueHierarchy {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let snapshot = self.catalogue.snapshot();
        let tree = &snapshot.agencies;
        let Some(found) = tree.find(agency) else {
            return Vec::new();
        };
        let above = tree.ancestors(found);
        above
            .iter()
            .rev()
            .map(|agency| agency.code.to_string())
            .collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        let snapshot = self.catalogue.snapshot();
        let found = snapshot.agencies.find(agency)?;
        Some(found.spec.name.clone())
    }

    fn version(&self) -> u64 {
        // The tree is replaced as a whole; holding the one seen keeps its address from being
        // used again.
        let tree = self.catalogue.snapshot().agencies.clone();
        if !Arc::ptr_eq(&self.seen.load().0, &tree) {
            self.seen.rcu(|seen| {
                let next = if Arc::ptr_eq(&seen.0, &tree) {
                    seen.1
                } else {
                    seen.1.wrapping_add(1)
                };
                Arc::new((tree.clone(), next))
            });
        }
        self.seen.load().1
    }
}
