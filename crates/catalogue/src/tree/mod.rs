//! The tree of agencies over all time, immutable in memory.
//!
//! Owns: building it from the registry's specifications, the index of codes, order, ancestry.
//! Not here: reading it at a date (`view.rs`), search (`search.rs`), rules (`check.rs`).
//! Invariant: building never fails. A set that breaks rules is listed in `issues`; what is
//! broken is cut off at that place (an agency whose parent is missing becomes a root), so that one
//! bad entry never takes the directory down.

mod check;
mod order;
mod search;
mod view;

use std::{collections::HashMap, sync::Arc};

use lgsp_model::LocalDate;

use crate::model::{AgencyCode, AgencySpec, CodeSpec, Issue, Succession};

pub use view::{DirectoryView, Page, Resolution};

/// Deepest tree in levels. The state has four; units inside an agency need a few more.
pub const DEPTH_MAX: usize = 16;

/// Place of an agency in the tree; also its place in the order of display.
pub(crate) type Place = usize;

/// One agency with its surroundings.
#[derive(Debug)]
pub struct Agency {
    /// Its name in the registry.
    pub code: AgencyCode,
    /// What the registry says of it.
    pub spec: Arc<AgencySpec>,
    /// The agencies that it took over, sorted by code.
    pub predecessors: Vec<Succession>,
    pub(crate) parent: Option<Place>,
    pub(crate) children: Vec<Place>,
    terms: search::Terms,
}

/// A code of an agency: which agency, which of its codes.
type CodePlace = (Place, usize);

/// All agencies of the catalogue, past, present and future.
#[derive(Debug, Default)]
pub struct AgencyTree {
    agencies: Vec<Agency>,
    by_code: HashMap<AgencyCode, Place>,
    by_address: HashMap<Box<str>, Vec<CodePlace>>,
    by_gso: HashMap<Box<str>, Vec<CodePlace>>,
    roots: Vec<Place>,
    issues: Vec<Issue>,
}

impl AgencyTree {
    /// Builds the tree. When a name comes twice, the last entry counts.
    pub fn build(specs: impl IntoIterator<Item = (AgencyCode, Arc<AgencySpec>)>) -> Self {
        let unique: HashMap<AgencyCode, Arc<AgencySpec>> = specs.into_iter().collect();
        let mut sorted: Vec<_> = unique.into_iter().collect();
        sorted.sort_by_cached_key(|(code, spec)| order::key(code, spec.level));

        let mut tree = Self::default();
        for (place, (code, spec)) in sorted.into_iter().enumerate() {
            tree.index_codes(place, &spec.codes);
            tree.by_code.insert(code.clone(), place);
            let terms = search::Terms::of(&code, &spec);
            tree.agencies.push(Agency {
                code,
                spec,
                predecessors: Vec::new(),
                parent: None,
                children: Vec::new(),
                terms,
            });
        }
        tree.link_parents();
        tree.link_predecessors();
        tree.issues = check::issues(&tree);
        tree
    }

    /// What the set as a whole breaks, and each agency alone; empty when all is in order.
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }

    /// Number of agencies, past ones included.
    pub fn len(&self) -> usize {
        self.agencies.len()
    }

    /// Whether the catalogue holds no agency.
    pub fn is_empty(&self) -> bool {
        self.agencies.is_empty()
    }

    /// All agencies in the order of display (level, then code).
    pub fn iter(&self) -> impl Iterator<Item = &Agency> {
        self.agencies.iter()
    }

    /// The agency of this name in the registry, whether or not it still exists.
    pub fn find(&self, code: &str) -> Option<&Agency> {
        self.at_place(self.place(code)?)
    }

    /// The agencies that ever had this identity code, in any form; sorted as displayed.
    pub fn holders(&self, code: &str) -> Vec<&Agency> {
        let holders = self.by_address.get(code.trim());
        let mut places: Vec<Place> = holders
            .into_iter()
            .flatten()
            .map(|(place, _)| *place)
            .collect();
        places.sort_unstable();
        places.dedup();
        places
            .into_iter()
            .filter_map(|place| self.at_place(place))
            .collect()
    }

    /// The agency that governs the administrative unit of this statistics code on `day`.
    pub fn find_by_gso(&self, gso: &str, day: LocalDate) -> Option<&Agency> {
        self.by_gso
            .get(gso.trim())?
            .iter()
            .filter_map(|(place, index)| Some((self.at_place(*place)?, *index)))
            .find(|(agency, index)| agency.has_code_on(*index, day))
            .map(|(agency, _)| agency)
    }

    /// The agency above, if there is one.
    pub fn parent(&self, agency: &Agency) -> Option<&Agency> {
        self.at_place(agency.parent?)
    }

    /// From the root down to the agency's parent; empty for a root.
    pub fn ancestors(&self, agency: &Agency) -> Vec<&Agency> {
        let mut chain: Vec<&Agency> =
            std::iter::successors(self.parent(agency), |above| self.parent(above)).collect();
        chain.reverse();
        chain
    }

    /// Whether `agency` is `ancestor` or lies below it. Unknown agencies lie nowhere.
    ///
    /// The date plays no part: who manages a body also manages its history.
    pub fn is_within(&self, agency: &str, ancestor: &str) -> bool {
        let Some(wanted) = self.place(ancestor) else {
            return false;
        };
        let start = self.place(agency);
        std::iter::successors(start, |place| self.at_place(*place)?.parent)
            .any(|place| place == wanted)
    }

    /// The tree as it stands on `day`.
    pub fn at(&self, day: LocalDate) -> DirectoryView<'_> {
        DirectoryView::new(self, day)
    }

    pub(crate) fn place(&self, code: &str) -> Option<Place> {
        self.by_code.get(code).copied()
    }

    pub(crate) fn at_place(&self, place: Place) -> Option<&Agency> {
        self.agencies.get(place)
    }

    pub(crate) fn roots(&self) -> &[Place] {
        &self.roots
    }

    pub(crate) fn address(&self, code: &str) -> &[CodePlace] {
        self.by_address.get(code).map_or(&[], Vec::as_slice)
    }

    fn index_codes(&mut self, place: Place, codes: &[CodeSpec]) {
        for (index, code) in codes.iter().enumerate() {
            let table = if code.scheme.is_address() {
                &mut self.by_address
            } else {
                &mut self.by_gso
            };
            table
                .entry(code.value.as_str().into())
                .or_default()
                .push((place, index));
        }
    }

    /// Sets parents and children. A link that would close a cycle or go too deep is left out.
    fn link_parents(&mut self) {
        let wanted: Vec<Option<Place>> = self
            .agencies
            .iter()
            .map(|agency| self.place(agency.spec.parent.as_ref()?.as_str()))
            .collect();
        for place in 0..self.agencies.len() {
            let parent = wanted.get(place).copied().flatten();
            let above = std::iter::successors(parent, |at| wanted.get(*at).copied().flatten());
            // A chain longer than the limit is either a cycle or too deep; `check` tells which.
            let is_usable = above.take(DEPTH_MAX + 1).count() < DEPTH_MAX;
            let linked = parent.filter(|_| is_usable);
            if let Some(agency) = self.agencies.get_mut(place) {
                agency.parent = linked;
            }
            match linked.and_then(|parent| self.agencies.get_mut(parent)) {
                Some(parent) => parent.children.push(place),
                None => self.roots.push(place),
            }
        }
    }

    fn link_predecessors(&mut self) {
        let steps: Vec<(Place, Succession)> = self
            .agencies
            .iter()
            .flat_map(|old| {
                old.spec.successors.iter().filter_map(|step| {
                    let heir = self.place(step.agency.as_str())?;
                    Some((
                        heir,
                        Succession {
                            agency: old.code.clone(),
                            ..step.clone()
                        },
                    ))
                })
            })
            .collect();
        for (heir, step) in steps {
            if let Some(agency) = self.agencies.get_mut(heir) {
                agency.predecessors.push(step);
            }
        }
    }
}

impl Agency {
    /// The name for lists: the short one where there is one.
    pub fn short_name(&self) -> &str {
        self.spec.short_name.as_deref().unwrap_or(&self.spec.name)
    }

    /// Whether its `index`-th code is in use on `day` and the agency exists.
    pub(crate) fn has_code_on(&self, index: usize, day: LocalDate) -> bool {
        self.spec.is_valid_on(day)
            && self
                .spec
                .codes
                .get(index)
                .is_some_and(|code| code.is_valid_on(day))
    }
}
