//! The agency tree, as access decisions need it.
//!
//! Owns: the port `AgencyHierarchy`, its face over the catalogue.
//! Not here: agencies themselves (`catalogue`).
//! Invariant: a version is never older than the data that were read before it.

use std::sync::Arc;

use arc_swap::ArcSwap;
use lgsp_catalogue::{AgencyTree, Catalogue, CodeScheme};
use lgsp_platform::clock::Clock;

/// What access decisions and views need to know of agencies.
pub trait AgencyHierarchy: Send + Sync + 'static {
    /// The agencies above, nearest first; empty for a root and for an unknown agency.
    fn ancestors(&self, agency: &str) -> Vec<String>;

    /// What people call it; absent for an unknown agency.
    fn name(&self, agency: &str) -> Option<String>;

    /// Name and codes of an agency; absent for an unknown one.
    fn agency(&self, agency: &str) -> Option<AgencyOf> {
        Some(AgencyOf {
            name: self.name(agency)?,
            code: agency.to_owned(),
            code_qd20: None,
            code_qcvn102: None,
        })
    }

    /// Changes whenever the tree does. It is asked before each decision, so it must be cheap,
    /// and it may change only together with or after the data: a decision that was computed
    /// on old data must not be kept under a new version.
    fn version(&self) -> u64;
}

/// An agency as others are told of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct AgencyOf {
    /// The code by which this platform knows it.
    pub code: String,
    /// Code of Decision 20/2020/QĐ-TTg, today.
    pub code_qd20: Option<String>,
    /// Code of QCVN 102:2016/BTTTT, today.
    pub code_qcvn102: Option<String>,
    /// Name.
    pub name: String,
}

/// The hierarchy of the catalogue.
pub struct CatalogueHierarchy {
    catalogue: Catalogue,
    clock: Arc<dyn Clock>,
    seen: ArcSwap<(Arc<AgencyTree>, u64)>,
}

impl CatalogueHierarchy {
    /// The hierarchy that `catalogue` holds, now and later.
    #[must_use]
    pub fn new(catalogue: Catalogue, clock: Arc<dyn Clock>) -> Self {
        let tree = catalogue.snapshot().agencies.clone();
        Self {
            catalogue,
            clock,
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

    fn agency(&self, agency: &str) -> Option<AgencyOf> {
        let snapshot = self.catalogue.snapshot();
        let found = snapshot.agencies.find(agency)?;
        let day = snapshot.directory(self.clock.now()).day();
        let code_in = |scheme| found.spec.code_at(scheme, day).map(str::to_owned);
        Some(AgencyOf {
            code: found.code.to_string(),
            code_qd20: code_in(CodeScheme::Qd20),
            code_qcvn102: code_in(CodeScheme::Qcvn102),
            name: found.spec.name.clone(),
        })
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
