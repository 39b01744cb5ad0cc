//! The tree of agencies as it stands on one day.
//!
//! Owns: children, paths and the meaning of a code on that day.
//! Not here: which day counts (`../service.rs`), search (`search.rs`).
//! Invariant: a code is compared byte by byte after trimming; no case folding, no guessing.
//! Follows: Decision 20/2020/QĐ-TTg; QCVN 102:2016/BTTTT.

use lgsp_model::LocalDate;

use super::{Agency, AgencyTree, Place};

/// What a code means on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Now,
    Past,
    Future,
}

/// The agency behind a code on a day.
#[derive(Debug)]
pub enum Resolution<'a> {
    /// The agency has this code now.
    Found(&'a Agency),
    /// The code has ended and exactly one body took over (event `code_superseded`).
    ///
    /// `was` and `by` are the same agency when it only changed its code.
    Superseded {
        /// The agency that had the code.
        was: &'a Agency,
        /// The agency that messages go to.
        by: &'a Agency,
    },
    /// Several bodies may be meant; a clerk decides. Sorted as displayed.
    Ambiguous {
        /// The bodies that took over.
        candidates: Vec<&'a Agency>,
    },
    /// The code has ended and nobody took over.
    Ended {
        /// The agency that had the code.
        was: &'a Agency,
    },
    /// The code is not yet in use.
    Future {
        /// The agency that will have it.
        agency: &'a Agency,
    },
    /// No agency ever had this code.
    Unknown,
}

impl<'a> Resolution<'a> {
    /// The one agency that messages go to, if the code leads to exactly one.
    pub fn agency(&self) -> Option<&'a Agency> {
        match self {
            Self::Found(agency) | Self::Superseded { by: agency, .. } => Some(agency),
            Self::Ambiguous { .. } | Self::Ended { .. } | Self::Future { .. } | Self::Unknown => {
                None
            }
        }
    }
}

/// A part of a list.
#[derive(Debug)]
pub struct Page<'a> {
    /// The agencies of this page, sorted as displayed.
    pub items: Vec<&'a Agency>,
    /// Whether more follow after the last item.
    pub has_more: bool,
}

/// The tree on one day.
#[derive(Debug, Clone, Copy)]
pub struct DirectoryView<'a> {
    pub(super) tree: &'a AgencyTree,
    pub(super) day: LocalDate,
}

impl<'a> DirectoryView<'a> {
    pub(super) fn new(tree: &'a AgencyTree, day: LocalDate) -> Self {
        Self { tree, day }
    }

    /// The day of this view.
    pub fn day(&self) -> LocalDate {
        self.day
    }

    /// The whole tree behind it.
    pub fn tree(&self) -> &'a AgencyTree {
        self.tree
    }

    /// The agency of this name in the registry, if it exists on the day.
    pub fn find(&self, code: &str) -> Option<&'a Agency> {
        self.tree
            .find(code)
            .filter(|agency| agency.spec.is_valid_on(self.day))
    }

    /// All agencies of the day in the order of display.
    pub fn iter(&self) -> impl Iterator<Item = &'a Agency> + use<'a> {
        let day = self.day;
        self.tree
            .iter()
            .filter(move |agency| agency.spec.is_valid_on(day))
    }

    /// The agencies without a parent, sorted as displayed.
    pub fn roots(&self) -> impl Iterator<Item = &'a Agency> + use<'a> {
        self.present(self.tree.roots())
    }

    /// The agencies directly below, sorted as displayed.
    pub fn children(&self, agency: &'a Agency) -> impl Iterator<Item = &'a Agency> + use<'a> {
        self.present(&agency.children)
    }

    /// Whether any agency lies directly below.
    pub fn has_children(&self, agency: &'a Agency) -> bool {
        self.children(agency).next().is_some()
    }

    /// The agency and all below it, each parent before its children.
    pub fn subtree(&self, agency: &'a Agency) -> Vec<&'a Agency> {
        let mut found = Vec::new();
        let mut waiting = vec![agency];
        while let Some(next) = waiting.pop() {
            found.push(next);
            let first_new = waiting.len();
            waiting.extend(self.children(next));
            if let Some(added) = waiting.get_mut(first_new..) {
                added.reverse();
            }
        }
        found
    }

    /// At most `limit` agencies below `parent` (the roots when there is none) after `after`.
    ///
    /// `after` is the last item of the page before; an unknown one starts at the beginning.
    pub fn page(&self, parent: Option<&'a Agency>, after: Option<&str>, limit: usize) -> Page<'a> {
        let places = parent.map_or(self.tree.roots(), |agency| &agency.children);
        let passed = after.and_then(|code| self.tree.place(code));
        let start = passed.map_or(0, |last| places.partition_point(|place| *place <= last));
        let mut items: Vec<&Agency> = self
            .present(places.get(start..).unwrap_or_default())
            .take(limit + 1)
            .collect();
        let has_more = items.len() > limit;
        items.truncate(limit);
        Page { items, has_more }
    }

    /// What an identity code of any form means on the day.
    ///
    /// Looks up the code after trimming; follows successions until they reach bodies of the day.
    pub fn resolve(&self, code: &str) -> Resolution<'a> {
        let entries = self.tree.address(code.trim());
        let of = |meaning: Meaning| -> Vec<&'a Agency> {
            let mut places: Vec<Place> = entries
                .iter()
                .filter(|(place, index)| self.meaning(*place, *index) == Some(meaning))
                .map(|(place, _)| *place)
                .collect();
            places.sort_unstable();
            places.dedup();
            places
                .into_iter()
                .filter_map(|place| self.tree.at_place(place))
                .collect()
        };
        match of(Meaning::Now).as_slice() {
            [] => {}
            [agency] => return Resolution::Found(agency),
            several => {
                return Resolution::Ambiguous {
                    candidates: several.to_vec(),
                };
            }
        }
        let past = of(Meaning::Past);
        // A code that was reused against the rules: the last one to have it counts.
        if let Some(was) = past
            .iter()
            .copied()
            .max_by_key(|agency| agency.spec.valid_to)
        {
            return self.succeeded(was);
        }
        match of(Meaning::Future).first() {
            Some(agency) => Resolution::Future { agency },
            None => Resolution::Unknown,
        }
    }

    /// The bodies of the day that stand where `agency` stood: itself, or its heirs.
    ///
    /// Empty when it has ended without a successor. Sorted as displayed.
    pub fn heirs(&self, agency: &'a Agency) -> Vec<&'a Agency> {
        let mut seen: Vec<Place> = self.tree.place(agency.code.as_str()).into_iter().collect();
        let mut heirs: Vec<Place> = Vec::new();
        let mut next = 0;
        while let Some(place) = seen.get(next).copied() {
            next += 1;
            let Some(at) = self.tree.at_place(place) else {
                continue;
            };
            if at.spec.is_valid_on(self.day) {
                heirs.push(place);
                continue;
            }
            for step in at
                .spec
                .successors
                .iter()
                .filter(|step| step.date <= self.day)
            {
                if let Some(heir) = self.tree.place(step.agency.as_str())
                    && !seen.contains(&heir)
                {
                    seen.push(heir);
                }
            }
        }
        heirs.sort_unstable();
        heirs
            .into_iter()
            .filter_map(|place| self.tree.at_place(place))
            .collect()
    }

    fn succeeded(&self, was: &'a Agency) -> Resolution<'a> {
        let mut heirs = self.heirs(was);
        match heirs.len() {
            0 => Resolution::Ended { was },
            1 => heirs
                .pop()
                .map_or(Resolution::Ended { was }, |by| Resolution::Superseded {
                    was,
                    by,
                }),
            _ => Resolution::Ambiguous { candidates: heirs },
        }
    }

    fn meaning(&self, place: Place, index: usize) -> Option<Meaning> {
        let agency = self.tree.at_place(place)?;
        let code = agency.spec.codes.get(index)?;
        if agency.has_code_on(index, self.day) {
            return Some(Meaning::Now);
        }
        let starts = code.valid_from.max(agency.spec.valid_from);
        let is_future = starts.is_some_and(|first| self.day < first);
        Some(if is_future {
            Meaning::Future
        } else {
            Meaning::Past
        })
    }

    fn present(&self, places: &'a [Place]) -> impl Iterator<Item = &'a Agency> + use<'a> {
        let (tree, day) = (self.tree, self.day);
        places
            .iter()
            .filter_map(move |place| tree.at_place(*place))
            .filter(move |agency| agency.spec.is_valid_on(day))
    }
}
