//! Searches: walking the tree below a base, in pages.
//!
//! Owns: the order of a search, its limits, the cookie of pages.
//! Not here: reading people and groups (`read.rs`), matching (`matching.rs`).
//! Invariant: entries leave as they are found; memory does not grow with the number of accounts.
//! Follows: RFC 4511, 4.5; RFC 2696. A cookie tells where to go on and nothing else, so that it
//! needs no memory here and works on every node; what is seen is decided anew for each page.

use lgsp_model::Timestamp;
use tokio::io::AsyncWrite;

use super::{
    Face,
    build::{APP, GROUP, PERSON, TOP, UNIT},
    connection::Outgoing,
    entry::{Entry, Selection},
    matching::{Truth, matches},
    names::{APPS, GROUPS, PEOPLE, Place, UNITS},
    narrow::rules_out,
    sight::{Bound, Sight},
};
use crate::{
    Result,
    ldap::wire::{Code, Dn, Filter, Outcome, Scope, Search, controls::Page},
};

/// Entries of one answer, and of one page.
pub const ENTRIES_MAX: usize = 1_000;
/// Time of one search, or of one page.
pub const SEARCH_MS_MAX: i64 = 10_000;

/// How a search ended.
pub(crate) struct Searched {
    /// The result.
    pub(crate) outcome: Outcome,
    /// Where the next page begins; present when pages were asked for.
    pub(crate) page: Option<Page>,
}

impl From<Outcome> for Searched {
    fn from(outcome: Outcome) -> Self {
        Self {
            outcome,
            page: None,
        }
    }
}

/// How to go on after an entry was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Next.
    Go,
    /// The answer or the page is full.
    Full,
    /// The time is over.
    Late,
}

/// A search in work.
pub(super) struct Run<'a, W> {
    pub(super) face: &'a Face,
    pub(super) sight: &'a Sight,
    pub(super) filter: &'a Filter,
    pub(super) selection: Selection,
    id: i32,
    is_types_only: bool,
    count: usize,
    count_max: usize,
    until: Timestamp,
    out: &'a mut Outgoing<W>,
    /// Where the next page begins.
    cursor: Cursor,
}

/// How far a search has come: in which part of it, and behind which entry.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    part: Part,
    after: String,
}

/// Parts of a search, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum Part {
    /// What is in memory: containers, agencies, applications.
    #[default]
    Fixed,
    /// People.
    People,
    /// Groups.
    Groups,
}

impl Cursor {
    fn encode(&self) -> Vec<u8> {
        let part = match self.part {
            Part::Fixed => 'f',
            Part::People => 'p',
            Part::Groups => 'g',
        };
        format!("{part}{}", self.after).into_bytes()
    }

    fn decode(cookie: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(cookie).ok()?;
        let Some(first) = text.chars().next() else {
            return Some(Self::default());
        };
        let part = match first {
            'f' => Part::Fixed,
            'p' => Part::People,
            'g' => Part::Groups,
            _ => return None,
        };
        Some(Self {
            part,
            after: text.get(1..)?.to_owned(),
        })
    }
}

/// What a search walks over.
#[derive(Default)]
struct Plan {
    fixed: Vec<Entry>,
    has_people: bool,
    has_groups: bool,
}

impl<W: AsyncWrite + Unpin + Send> Run<'_, W> {
    /// Gives the entry if it matches.
    pub(super) async fn offer(&mut self, entry: &Entry, at: (Part, &str)) -> Result<Step> {
        if self.face.platform.clock.now() > self.until {
            return Ok(Step::Late);
        }
        if matches(self.filter, entry) != Truth::Yes {
            return Ok(Step::Go);
        }
        if self.count == self.count_max {
            return Ok(Step::Full);
        }
        self.count += 1;
        let (part, after) = at;
        self.cursor = Cursor {
            part,
            after: after.to_owned(),
        };
        let answer = entry.answer(&self.selection, self.is_types_only);
        self.out.send(self.id, answer).await?;
        Ok(Step::Go)
    }

    async fn walk(&mut self, plan: &Plan, start: &Cursor) -> Result<Step> {
        if start.part == Part::Fixed {
            let skipped = start.after.parse::<usize>().map_or(0, |place| place + 1);
            for (place, entry) in plan.fixed.iter().enumerate().skip(skipped) {
                let step = self.offer(entry, (Part::Fixed, &place.to_string())).await?;
                if step != Step::Go {
                    return Ok(step);
                }
            }
        }
        let after = |part: Part| match start.part == part {
            true => start.after.as_str(),
            false => "",
        };
        if plan.has_people && start.part <= Part::People {
            let step = self.people(after(Part::People)).await?;
            if step != Step::Go {
                return Ok(step);
            }
        }
        if plan.has_groups {
            return self.groups(after(Part::Groups)).await;
        }
        Ok(Step::Go)
    }
}

impl Face {
    /// Runs a search and gives its entries to `out`.
    pub(crate) async fn search<W: AsyncWrite + Unpin + Send>(
        &self,
        bound: &Bound,
        (id, search): (i32, &Search),
        page: Option<Page>,
        out: &mut Outgoing<W>,
    ) -> Result<Searched> {
        let base = match Dn::parse(&search.base) {
            Ok(base) => base,
            Err(error) => return Ok(Outcome::new(Code::INVALID_DN, error.0).into()),
        };
        let place = match self.names.place(&base) {
            Ok(place) => place,
            Err(matched) => return Ok(no_such(&matched).into()),
        };
        let sight = self.sight(bound).await?;
        let is_public = matches!(place, Place::Root | Place::Schema) && search.scope == Scope::Base;
        if matches!(sight, Sight::Nothing) && !is_public {
            let text = "bind before searching; without it only the root entry can be read";
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, text).into());
        }
        let Some(start) = page.as_ref().map_or_else(
            || Some(Cursor::default()),
            |page| Cursor::decode(&page.cookie),
        ) else {
            return Ok(Outcome::new(Code::UNWILLING, "this cookie is of no page").into());
        };
        let page_size = page
            .as_ref()
            .and_then(|page| usize::try_from(page.size).ok());
        let wanted = usize::try_from(search.size_max).unwrap_or(0);
        let count_max = [page_size, Some(wanted)]
            .into_iter()
            .flatten()
            .filter(|count| *count > 0)
            .fold(ENTRIES_MAX, usize::min);
        let time_max = match search.time_s_max {
            0 => SEARCH_MS_MAX,
            seconds => SEARCH_MS_MAX.min(i64::from(seconds) * 1_000),
        };
        let plan = match self.plan(&sight, (&place, &base), search).await? {
            Ok(plan) => plan,
            Err(outcome) => return Ok(outcome.into()),
        };
        let mut run = Run {
            face: self,
            sight: &sight,
            filter: &search.filter,
            selection: Selection::new(&search.attributes),
            id,
            is_types_only: search.is_types_only,
            count: 0,
            count_max,
            until: self.platform.clock.now().plus_ms(time_max),
            out,
            cursor: start.clone(),
        };
        let step = run.walk(&plan, &start).await?;
        let is_client_limit = wanted > 0 && run.count == wanted;
        Ok(ended(step, is_client_limit, page_size, &run.cursor))
    }

    /// What lies where the search looks and has not been ruled out.
    async fn plan(
        &self,
        sight: &Sight,
        (place, base): (&Place, &Dn),
        search: &Search,
    ) -> Result<Result<Plan, Outcome>> {
        let mut plan = Plan::default();
        if search.scope == Scope::Base || is_leaf(place) {
            let Some(entry) = self.lookup(sight, place, base).await? else {
                let above = base.parent().unwrap_or_default();
                return Ok(Err(no_such(&above)));
            };
            if search.scope != Scope::One {
                plan.fixed.push(entry);
            }
            return Ok(Ok(plan));
        }
        if !self.exists(place, base) {
            return Ok(Err(no_such(&base.parent().unwrap_or_default())));
        }
        let is_deep = search.scope == Scope::Subtree;
        let may = |shape| !rules_out(&search.filter, shape);
        let is_all = matches!(place, Place::Root | Place::Top);
        if is_all && (is_deep || *place == Place::Root) && may(&TOP) {
            plan.fixed.push(self.top_entry());
        }
        let below_top = match place {
            Place::Top => true,
            Place::Root => is_deep,
            _ => false,
        };
        for (name, whole) in [
            (PEOPLE, Place::People),
            (GROUPS, Place::Groups),
            (UNITS, Place::Units),
            (APPS, Place::Apps),
        ] {
            let is_own = *place == whole;
            if (below_top || (is_own && is_deep)) && may(&UNIT) {
                plan.fixed.push(self.container_entry(name));
            }
            let is_meant = is_own || (is_all && is_deep);
            if !is_meant {
                continue;
            }
            match whole {
                Place::People => plan.has_people = sight.has_people() && may(&PERSON),
                Place::Groups => plan.has_groups = sight.has_people() && may(&GROUP),
                Place::Units if may(&UNIT) => plan.fixed.extend(self.units(None, is_deep)),
                Place::Apps if may(&APP) => plan.fixed.extend(self.own_app(sight)),
                _ => {}
            }
        }
        if let Place::Unit(code) = place
            && may(&UNIT)
        {
            plan.fixed.extend(self.units(Some(code), is_deep));
        }
        Ok(Ok(plan))
    }

    fn exists(&self, place: &Place, base: &Dn) -> bool {
        match place {
            Place::Unit(code) => self.unit(code, base).is_some(),
            _ => true,
        }
    }
}

/// Places below which nothing lies.
const fn is_leaf(place: &Place) -> bool {
    matches!(
        place,
        Place::Schema | Place::Person(_) | Place::Group(_) | Place::App(_)
    )
}

/// No such entry; `above` is the nearest one.
pub(crate) fn no_such(above: &Dn) -> Outcome {
    Outcome::new(Code::NO_SUCH_OBJECT, "no such entry").below(above.to_string())
}

fn ended(step: Step, is_client_limit: bool, page: Option<usize>, cursor: &Cursor) -> Searched {
    let outcome = match step {
        Step::Go => Outcome::success(),
        Step::Late => Outcome::new(Code::TIME_LIMIT, "the time for one search is over"),
        // A page size of 0 asks for an estimate only; a full page is no failure.
        Step::Full if page.is_some() && !is_client_limit => Outcome::success(),
        Step::Full => Outcome::new(
            Code::SIZE_LIMIT,
            format!("more than {ENTRIES_MAX} entries, or than asked for: use pages"),
        ),
    };
    let page = page.map(|_| Page {
        size: 0,
        cookie: match step {
            Step::Full if outcome.code == Code::SUCCESS => cursor.encode(),
            _ => Vec::new(),
        },
    });
    Searched { outcome, page }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_tell_where_to_go_on() {
        for cursor in [
            Cursor::default(),
            Cursor {
                part: Part::People,
                after: "van.an".into(),
            },
            Cursor {
                part: Part::Groups,
                after: "Văn thư".into(),
            },
        ] {
            assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }
        assert_eq!(Cursor::decode(b""), Some(Cursor::default()));
        assert_eq!(Cursor::decode(b"x1"), None);
        assert_eq!(Cursor::decode(&[0xff]), None);
    }
}
