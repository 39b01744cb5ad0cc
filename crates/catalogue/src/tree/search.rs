//! Search of agencies by words typed with or without tone marks, or by a code.
//!
//! Owns: the prepared texts of an agency and the ranking.
//! Not here: `fold` (`lgsp_model::text`).
//! Invariant: an exact hit comes before any partial one; within a rank, words that also agree
//! in their marks come first, then higher levels, then codes.

use lgsp_model::text::fold;

use super::{Agency, DirectoryView, Page, Place};
use crate::model::{AgencyCode, AgencySpec};

/// Longest query in characters that is looked at; longer ones find nothing more.
const QUERY_CHARS_MAX: usize = 200;

/// Words that stand before the proper name of a unit ("xã Đăk Cấm" -> "Đăk Cấm"), folded.
const PREFIXES: [&str; 9] = [
    "uy ban nhan dan ",
    "ubnd ",
    "thanh pho ",
    "thi tran ",
    "dac khu ",
    "phuong ",
    "huyen ",
    "tinh ",
    "xa ",
];

/// The texts under which an agency is found.
#[derive(Debug)]
pub(super) struct Terms {
    /// Name, short name and area as written, in lower case.
    marked: Vec<Box<str>>,
    /// The same without marks, and the proper names.
    folded: Vec<Box<str>>,
    /// All codes in lower case.
    codes: Vec<Box<str>>,
}

/// How well an agency fits; less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Code,
    Whole,
    Start,
    WordStart,
    Inside,
    AllWords,
}

impl Terms {
    pub(super) fn of(code: &AgencyCode, spec: &AgencySpec) -> Self {
        let area = spec.area.as_ref().map(|area| area.name.as_str());
        let written: Vec<&str> = [Some(spec.name.as_str()), spec.short_name.as_deref(), area]
            .into_iter()
            .flatten()
            .collect();
        let mut folded: Vec<Box<str>> = written.iter().map(|text| fold(text).into()).collect();
        if let Some(area) = area {
            folded.push(proper_name(&fold(area)).into());
        }
        let mut marked: Vec<Box<str>> = written
            .iter()
            .map(|text| text.to_lowercase().into())
            .collect();
        if let Some(proper) = area.and_then(|name| after_words(name, proper_name_words(name))) {
            marked.push(proper.to_lowercase().into());
        }
        let mut codes: Vec<Box<str>> = spec
            .codes
            .iter()
            .map(|code| code.value.to_lowercase().into())
            .collect();
        codes.push(code.as_str().to_lowercase().into());
        Self {
            marked,
            folded,
            codes,
        }
    }

    fn fit(&self, query: &Query, surroundings: impl Fn(&str) -> bool) -> Option<(Fit, bool)> {
        if self.codes.iter().any(|code| **code == *query.lower) {
            return Some((Fit::Code, false));
        }
        let whole = self.folded.iter().any(|text| **text == *query.folded);
        if whole {
            return Some((
                Fit::Whole,
                !self.marked.iter().any(|text| **text == *query.lower),
            ));
        }
        let lacks_marks = || {
            !self
                .marked
                .iter()
                .any(|text| text.contains(query.lower.as_str()))
        };
        let starts = |text: &str| text.starts_with(query.folded.as_str());
        if self.folded.iter().any(|text| starts(text))
            || self
                .codes
                .iter()
                .any(|code| code.starts_with(query.lower.as_str()))
        {
            return Some((Fit::Start, lacks_marks()));
        }
        if self
            .folded
            .iter()
            .any(|text| has_word_start(text, &query.folded))
        {
            return Some((Fit::WordStart, lacks_marks()));
        }
        if self
            .folded
            .iter()
            .any(|text| text.contains(query.folded.as_str()))
        {
            return Some((Fit::Inside, lacks_marks()));
        }
        let is_here = |word: &str| self.folded.iter().any(|text| has_word_start(text, word));
        let mut words = query.folded.split(' ').peekable();
        let names_this_agency = query.folded.split(' ').any(is_here);
        let all = words.peek().is_some() && words.all(|word| is_here(word) || surroundings(word));
        (all && names_this_agency).then_some((Fit::AllWords, true))
    }

    fn has_word_start(&self, word: &str) -> bool {
        self.folded.iter().any(|text| has_word_start(text, word))
    }
}

/// A query in the forms in which it is compared.
struct Query {
    lower: String,
    folded: String,
}

impl<'a> DirectoryView<'a> {
    /// Agencies of the day that fit `query`, best first; nothing for a blank query.
    ///
    /// Words may name the agency and the one above it ("dak long dak glei"). `after` is the last
    /// item of the page before.
    pub fn search(&self, query: &str, after: Option<&str>, limit: usize) -> Page<'a> {
        self.search_where(query, after, limit, |_| true)
    }

    /// As [`Self::search`], among the agencies below `above` only.
    pub fn search_below(
        &self,
        above: &'a Agency,
        query: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Page<'a> {
        let top = self.tree.place(above.code.as_str());
        self.search_where(query, after, limit, |agency| {
            std::iter::successors(agency.parent, |at| self.tree.at_place(*at)?.parent)
                .any(|at| Some(at) == top)
        })
    }

    fn search_where(
        &self,
        query: &str,
        after: Option<&str>,
        limit: usize,
        is_wanted: impl Fn(&Agency) -> bool,
    ) -> Page<'a> {
        let text: String = query.trim().chars().take(QUERY_CHARS_MAX).collect();
        let query = Query {
            lower: text.to_lowercase(),
            folded: fold(&text),
        };
        if query.folded.is_empty() {
            return Page {
                items: Vec::new(),
                has_more: false,
            };
        }
        let mut hits: Vec<((Fit, bool), Place)> = self
            .tree
            .iter()
            .enumerate()
            .filter(|(_, agency)| agency.spec.is_valid_on(self.day) && is_wanted(agency))
            .filter_map(|(place, agency)| Some((self.fit(agency, &query)?, place)))
            .collect();
        hits.sort_unstable();
        let passed = after.and_then(|code| self.tree.place(code));
        let start = passed
            .and_then(|last| hits.iter().position(|(_, place)| *place == last))
            .map_or(0, |index| index + 1);
        let mut items: Vec<&Agency> = hits
            .into_iter()
            .skip(start)
            .take(limit + 1)
            .filter_map(|(_, place)| self.tree.at_place(place))
            .collect();
        let has_more = items.len() > limit;
        items.truncate(limit);
        Page { items, has_more }
    }

    fn fit(&self, agency: &'a Agency, query: &Query) -> Option<(Fit, bool)> {
        agency.terms.fit(query, |word| {
            std::iter::successors(self.tree.parent(agency), |above| self.tree.parent(above))
                .any(|above| above.terms.has_word_start(word))
        })
    }
}

fn has_word_start(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|letter| !letter.is_alphanumeric())
    })
}

fn proper_name(folded: &str) -> &str {
    PREFIXES
        .iter()
        .find_map(|prefix| folded.strip_prefix(prefix))
        .unwrap_or(folded)
}

/// How many words of `name` come before its proper name.
fn proper_name_words(name: &str) -> usize {
    let folded = fold(name);
    folded.split(' ').count() - proper_name(&folded).split(' ').count()
}

fn after_words(name: &str, words: usize) -> Option<String> {
    let rest: Vec<&str> = name.split_whitespace().skip(words).collect();
    (!rest.is_empty()).then(|| rest.join(" "))
}
