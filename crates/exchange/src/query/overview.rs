//! The exchange at one glance.
//!
//! Owns: the overview and its cache.
//! Not here: counting (`figures.rs`).
//! Invariant: however many people look, the database is asked once in two seconds for each span
//! and scope.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use lgsp_model::Timestamp;
use lgsp_platform::ledger::{State, query::Count};

use super::{
    alarms::alarm_item,
    documents::party,
    figures::QUARTER_MS,
    views::{
        DocumentFilter, Figures, Flow, FlowEnd, Overview, QueueItem, RecentItem, SeriesPoint,
        UpstreamItem, Window,
    },
};
use crate::{
    Result,
    directory::Directory,
    service::{Exchange, STATUS_TRAY, UPSTREAM_QUEUE},
    tables::{alarm, delivery, search},
};

/// How old an overview may be.
pub const OVERVIEW_AGE_MS_MAX: i64 = 2_000;
/// Flows that an overview holds, the largest first.
pub const FLOWS_MAX: usize = 200;
const RECENT_MAX: u32 = 20;
const ALARMS_MAX: u32 = 20;
/// Spans and scopes that are kept.
const CACHED_MAX: usize = 64;
/// Readings of the journal that one overview waits for.
const ROUNDS_MAX: u32 = 5;
const MINUTE_MS: i64 = 60_000;
/// After this time without success the axis counts as down.
const DOWN_AFTER_MS: i64 = 5 * MINUTE_MS;

type Key = (Window, Option<Vec<String>>);

/// Overviews of the last seconds.
#[derive(Debug, Default)]
pub struct OverviewCache(Mutex<HashMap<Key, Arc<Overview>>>);

impl Exchange {
    /// The exchange at one glance, at most 2 s old; for `scope` (names of resources) only.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn overview(
        &self,
        window: Window,
        scope: Option<&[String]>,
    ) -> Result<Arc<Overview>> {
        let now = self.now();
        let key = (window, scope.map(<[String]>::to_vec));
        let cached = {
            let cache = self
                .0
                .overviews
                .0
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            cache.get(&key).cloned()
        };
        if let Some(known) = cached
            && now.since(known.as_of) < OVERVIEW_AGE_MS_MAX
        {
            return Ok(known);
        }
        let made = Arc::new(self.look(window, scope, now).await?);
        let mut cache = self
            .0
            .overviews
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if cache.len() >= CACHED_MAX {
            cache.clear();
        }
        cache.insert(key, made.clone());
        Ok(made)
    }

    /// Notes a call to the national axis, so that the overview tells whether it answers.
    pub fn note_upstream(&self, is_ok: bool) {
        self.0.figures.note_upstream(is_ok, self.now());
    }

    async fn look(
        &self,
        window: Window,
        scope: Option<&[String]>,
        now: Timestamp,
    ) -> Result<Overview> {
        let (db, directory) = (&self.0.platform.db, self.directory());
        self.0.figures.catch_up(db, now, ROUNDS_MAX).await?;
        let (from, step_ms) = span(window, now);
        let counts = match scope {
            None => self.0.platform.ledger.counts().await?,
            Some(scope) => self.counts_of(&directory, scope).await?,
        };
        let flows = self.flows(&directory, from, scope);
        let series = self.series(scope, (from, now), step_ms);
        let alarms = alarm::list(db, Some("open"), scope, None, ALARMS_MAX).await?;
        let late = match scope {
            None => alarm::count_open(db).await?,
            Some(_) => i64::try_from(alarms.len()).unwrap_or(i64::MAX),
        };
        let figures = figures(&series, &counts, late, now);
        let recent = self.recent(&directory, scope).await?;
        Ok(Overview {
            as_of: now,
            figures,
            series,
            flows,
            queues: queues(&counts, now),
            upstream: self.upstream(&directory, &counts, now),
            recent,
            alarms: alarms
                .into_iter()
                .map(|row| alarm_item(&directory, row))
                .collect(),
        })
    }

    /// What waits for some agencies, and what they have sent to the outside.
    async fn counts_of(&self, directory: &Directory, scope: &[String]) -> Result<Vec<Count>> {
        let addresses: Vec<String> = scope
            .iter()
            .flat_map(|agency| [agency.clone(), format!("{agency}{STATUS_TRAY}")])
            .collect();
        // A lane is the sender's code as it was written.
        let tree = &directory.catalogue.agencies;
        let mut lanes: Vec<String> = scope
            .iter()
            .filter_map(|agency| tree.find(agency))
            .flat_map(|agency| &agency.spec.codes)
            .map(|code| code.value.clone())
            .chain(scope.iter().cloned())
            .collect();
        lanes.sort_unstable();
        lanes.dedup();
        Ok(delivery::counts(&self.0.platform.db, &addresses, &lanes).await?)
    }

    fn series(
        &self,
        scope: Option<&[String]>,
        (from, now): (Timestamp, Timestamp),
        step_ms: i64,
    ) -> Vec<SeriesPoint> {
        let point = |(at, counts): (Timestamp, super::figures::Counts)| SeriesPoint {
            at,
            accepted: counts.accepted,
            delivered: counts.delivered,
            failed: counts.failed,
        };
        let until = now.plus_ms(1);
        let book = &self.0.figures;
        let series = match scope {
            None => book.series(from, until, step_ms),
            Some(scope) => book.series_of(scope, (from, until), step_ms),
        };
        series.into_iter().map(point).collect()
    }

    fn flows(&self, directory: &Directory, from: Timestamp, scope: Option<&[String]>) -> Vec<Flow> {
        let is_seen = |name: &str| scope.is_some_and(|scope| scope.iter().any(|own| own == name));
        let mut flows: Vec<Flow> = self
            .0
            .figures
            .flows(from)
            .into_iter()
            .filter(|((from, to), _)| scope.is_none() || is_seen(from) || is_seen(to))
            .map(|((from, to), counts)| Flow {
                from: flow_end(directory, &from),
                to: flow_end(directory, &to),
                documents: counts.documents,
                failed: counts.failed,
            })
            .collect();
        flows.sort_by(|left, right| {
            let size = right.documents.cmp(&left.documents);
            size.then_with(|| left.from.code.cmp(&right.from.code))
                .then_with(|| left.to.code.cmp(&right.to.code))
        });
        flows.truncate(FLOWS_MAX);
        flows
    }

    async fn recent(
        &self,
        directory: &Directory,
        scope: Option<&[String]>,
    ) -> Result<Vec<RecentItem>> {
        let filter = DocumentFilter::default();
        let rows = search::documents(&self.0.platform.db, &filter, scope, RECENT_MAX).await?;
        let items = self.document_items(&rows).await?;
        let recent = |item: super::views::DocumentItem| RecentItem {
            at: item.created_at,
            document_id: item.id,
            subject: item.subject,
            from: item.from,
            to: item
                .to
                .first()
                .map(|to| party(directory, &to.code, &to.agency)),
            state: item.state_summary,
        };
        Ok(items.into_iter().map(recent).collect())
    }

    fn upstream(
        &self,
        directory: &Directory,
        counts: &[Count],
        now: Timestamp,
    ) -> Option<UpstreamItem> {
        let upstream = directory.upstream()?;
        let seen = self.0.figures.upstream();
        let waiting = counts
            .iter()
            .filter(|count| count.queue == UPSTREAM_QUEUE && count.state != State::Dead)
            .map(|count| count.deliveries)
            .sum();
        let is_failing = seen.failure_at > seen.success_at;
        let quiet_ms = seen.success_at.map_or(i64::MAX, |at| now.since(at));
        Some(UpstreamItem {
            name: upstream.name.clone(),
            state: match is_failing {
                false => "up",
                true if quiet_ms >= DOWN_AFTER_MS => "down",
                true => "degraded",
            }
            .to_owned(),
            last_success_at: seen.success_at,
            waiting,
        })
    }
}

/// Start of a span, and the width of its steps.
fn span(window: Window, now: Timestamp) -> (Timestamp, i64) {
    let floor = |at: Timestamp, step_ms: i64| Timestamp(at.0.div_euclid(step_ms) * step_ms);
    match window {
        Window::Hour => (floor(now.plus_ms(-59 * MINUTE_MS), MINUTE_MS), MINUTE_MS),
        Window::Today => (now.vietnam_date().at_minute(0), QUARTER_MS),
        Window::Week => {
            let first = now.plus_ms(-6 * 86_400_000).vietnam_date();
            (first.at_minute(0), 24 * QUARTER_MS)
        }
    }
}

fn figures(series: &[SeriesPoint], counts: &[Count], late: i64, now: Timestamp) -> Figures {
    let sum = |field: fn(&SeriesPoint) -> i64| series.iter().map(field).sum();
    let waits = |count: &&Count| count.state != State::Dead;
    let waiting = counts.iter().filter(waits);
    let oldest = waiting.clone().map(|count| count.oldest_at).min();
    Figures {
        documents: sum(|point| point.accepted),
        deliveries: sum(|point| point.delivered),
        failed: sum(|point| point.failed),
        waiting: waiting.map(|count| count.deliveries).sum(),
        dead: of_state(counts, State::Dead),
        late,
        oldest_waiting_ms: oldest.map_or(0, |at| now.since(at).max(0)),
    }
}

fn of_state(counts: &[Count], state: State) -> i64 {
    counts
        .iter()
        .filter(|count| count.state == state)
        .map(|count| count.deliveries)
        .sum()
}

fn flow_end(directory: &Directory, agency: &str) -> FlowEnd {
    let tree = &directory.catalogue.agencies;
    let level = tree.find(agency).and_then(|known| {
        let is_inside = tree.is_within(agency, &directory.province);
        let level = serde_json::to_value(known.spec.level).ok()?;
        level.as_str().filter(|_| is_inside).map(ToOwned::to_owned)
    });
    FlowEnd {
        code: agency.to_owned(),
        name: directory.name_of(agency),
        group: level.unwrap_or_else(|| "outside".to_owned()),
    }
}

fn queues(counts: &[Count], now: Timestamp) -> Vec<QueueItem> {
    let mut queues: BTreeMap<&str, QueueItem> = BTreeMap::new();
    for count in counts {
        let item = queues.entry(&count.queue).or_insert_with(|| QueueItem {
            queue: count.queue.clone(),
            queued: 0,
            leased: 0,
            dead: 0,
            oldest_ms: 0,
        });
        match count.state {
            State::Leased => item.leased += count.deliveries,
            State::Dead => item.dead += count.deliveries,
            _ => item.queued += count.deliveries,
        }
        if count.state != State::Dead {
            item.oldest_ms = item.oldest_ms.max(now.since(count.oldest_at));
        }
    }
    queues.into_values().collect()
}
