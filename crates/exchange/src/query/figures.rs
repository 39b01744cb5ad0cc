//! Counts over time, read from the journal as it grows.
//!
//! Owns: `FigureBook`: counts by minute, flows and agencies by quarter of an hour, one week back;
//! of the last hour flows and agencies by minute too.
//! Not here: what waits now (the ledger), answers (`overview.rs`).
//! Invariant: every node counts the same, because all read the same journal; nothing is counted
//! twice, because each event is read once by its position.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use lgsp_model::Timestamp;
use lgsp_platform::db::Database;

use crate::{
    Result,
    tables::tail::{self, Entry},
};

/// How far back is counted.
pub const WINDOW_MS: i64 = 7 * 86_400_000;
const MINUTE_MS: i64 = 60_000;
/// Width of the buckets that keep flows and agencies.
pub const QUARTER_MS: i64 = 15 * MINUTE_MS;
/// Minutes of which flows and agencies are kept apart: the last hour, and the one that runs.
const FINE_MINUTES: i64 = 62;
/// Events that one reading takes.
const READ_MAX: u32 = 2_000;
/// On `PostgreSQL` events may become visible out of order for this long.
const SETTLE_MS: i64 = 1_500;

/// Counts of a span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Documents accepted.
    pub accepted: i64,
    /// Copies handed over.
    pub delivered: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// Counts of an agency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AgencyCounts {
    /// Documents that it sent.
    pub sent: i64,
    /// Copies that came for it.
    pub received: i64,
}

/// Counts of a flow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FlowCounts {
    /// Copies.
    pub documents: i64,
    /// Copies handed over.
    pub delivered: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// Sender and receiver.
pub type Pair = (Arc<str>, Arc<str>);

/// Flows and agencies of a span.
#[derive(Debug, Default)]
struct Bucket {
    flows: HashMap<Pair, FlowCounts>,
    agencies: HashMap<Arc<str>, AgencyCounts>,
}

impl Bucket {
    /// What concerns these agencies; a document that they send to each other is one.
    fn of(&self, agencies: &HashSet<&str>) -> Counts {
        let mut sum = Counts::default();
        for agency in agencies {
            sum.accepted += self.agencies.get(*agency).map_or(0, |counts| counts.sent);
        }
        for ((from, to), counts) in &self.flows {
            let (sends, receives) = (agencies.contains(&**from), agencies.contains(&**to));
            if receives && !sends {
                sum.accepted += counts.documents;
            }
            if receives || sends {
                sum.delivered += counts.delivered;
                sum.failed += counts.failed;
            }
        }
        sum
    }
}

#[derive(Debug, Default)]
struct Book {
    position: Option<i64>,
    minutes: BTreeMap<i64, Counts>,
    fine: BTreeMap<i64, Bucket>,
    quarters: BTreeMap<i64, Bucket>,
    names: HashMap<String, Arc<str>>,
    upstream: UpstreamSeen,
}

/// What was seen of the axis.
#[derive(Debug, Clone, Copy, Default)]
pub struct UpstreamSeen {
    /// Last call that worked.
    pub success_at: Option<Timestamp>,
    /// Last call that failed.
    pub failure_at: Option<Timestamp>,
}

/// Counts over time; cheap to share.
#[derive(Debug, Default)]
pub struct FigureBook {
    book: Mutex<Book>,
    /// One reader at a time.
    reading: tokio::sync::Mutex<()>,
}

impl FigureBook {
    /// Reads what the journal has gained, at most `rounds` times 2,000 events; whether all of it.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn catch_up(&self, db: &Database, now: Timestamp, rounds: u32) -> Result<bool> {
        let _one = self.reading.lock().await;
        let known = self.lock().position;
        let mut position = match known {
            Some(position) => position,
            None => tail::position_before(db, now.plus_ms(-WINDOW_MS)).await?,
        };
        let before = if db.is_postgres() {
            now.plus_ms(-SETTLE_MS)
        } else {
            Timestamp(i64::MAX)
        };
        for _ in 0..rounds {
            let entries = tail::after(db, position, before, READ_MAX).await?;
            let is_last = entries.len() < READ_MAX as usize;
            position = entries.last().map_or(position, |entry| entry.id);
            let mut book = self.lock();
            for entry in &entries {
                book.count(entry);
            }
            book.position = Some(position);
            book.forget(now);
            if is_last {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Notes a call to the axis; polls leave no event in the journal.
    pub fn note_upstream(&self, is_ok: bool, now: Timestamp) {
        let mut book = self.lock();
        let seen = if is_ok {
            &mut book.upstream.success_at
        } else {
            &mut book.upstream.failure_at
        };
        *seen = (*seen).max(Some(now));
    }

    /// What was seen of the axis.
    pub fn upstream(&self) -> UpstreamSeen {
        self.lock().upstream
    }

    /// Counts of steps of `step_ms` in a span; empty steps included.
    pub fn series(&self, from: Timestamp, to: Timestamp, step_ms: i64) -> Vec<(Timestamp, Counts)> {
        let book = self.lock();
        let mut series = empty_series(from, to, step_ms);
        for (minute, counts) in book.minutes.range(from.0.div_euclid(MINUTE_MS)..) {
            add(&mut series, (from, step_ms), minute * MINUTE_MS, *counts);
        }
        series
    }

    /// As [`FigureBook::series`], of some agencies only; minutes are known for the last hour.
    pub fn series_of(
        &self,
        agencies: &[String],
        (from, to): (Timestamp, Timestamp),
        step_ms: i64,
    ) -> Vec<(Timestamp, Counts)> {
        let book = self.lock();
        let agencies: HashSet<&str> = agencies.iter().map(String::as_str).collect();
        let (buckets, width_ms) = if step_ms < QUARTER_MS {
            (&book.fine, MINUTE_MS)
        } else {
            (&book.quarters, QUARTER_MS)
        };
        let mut series = empty_series(from, to, step_ms);
        for (bucket, counts) in buckets.range(from.0.div_euclid(width_ms)..) {
            add(
                &mut series,
                (from, step_ms),
                bucket * width_ms,
                counts.of(&agencies),
            );
        }
        series
    }

    /// Flows since `from`, to the quarter of an hour.
    pub fn flows(&self, from: Timestamp) -> HashMap<Pair, FlowCounts> {
        let book = self.lock();
        let mut sum: HashMap<Pair, FlowCounts> = HashMap::new();
        for quarter in book.since(from) {
            for (pair, counts) in &quarter.flows {
                let known = sum.entry(pair.clone()).or_default();
                known.documents += counts.documents;
                known.failed += counts.failed;
            }
        }
        sum
    }

    /// What these agencies have sent and received since midnight in Vietnam.
    pub fn of_agencies(&self, agencies: &[String], now: Timestamp) -> AgencyCounts {
        let book = self.lock();
        let mut sum = AgencyCounts::default();
        for quarter in book.since(now.vietnam_date().at_minute(0)) {
            for agency in agencies {
                if let Some(counts) = quarter.agencies.get(agency.as_str()) {
                    sum.sent += counts.sent;
                    sum.received += counts.received;
                }
            }
        }
        sum
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn empty_series(from: Timestamp, to: Timestamp, step_ms: i64) -> Vec<(Timestamp, Counts)> {
    (from.0..to.0)
        .step_by(usize::try_from(step_ms.max(MINUTE_MS)).unwrap_or(1))
        .map(|at| (Timestamp(at), Counts::default()))
        .collect()
}

/// Adds the counts of a span that begins at `at_ms` to its step.
fn add(
    series: &mut [(Timestamp, Counts)],
    (from, step_ms): (Timestamp, i64),
    at_ms: i64,
    counts: Counts,
) {
    let place = usize::try_from((at_ms - from.0).max(0) / step_ms.max(1));
    if let Some((_, sum)) = place.ok().and_then(|place| series.get_mut(place)) {
        sum.accepted += counts.accepted;
        sum.delivered += counts.delivered;
        sum.failed += counts.failed;
    }
}

impl Book {
    fn count(&mut self, entry: &Entry) {
        let text = |name: &str| entry.detail.get(name).and_then(serde_json::Value::as_str);
        let minute = entry.at.0.div_euclid(MINUTE_MS);
        match entry.action.as_str() {
            "document.accepted" => {
                self.minutes.entry(minute).or_default().accepted += 1;
                let from = self.name(text("from").unwrap_or(&entry.agency));
                let to: Vec<Arc<str>> = entry
                    .detail
                    .get("to")
                    .and_then(serde_json::Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(serde_json::Value::as_str)
                    .map(|name| self.name(name))
                    .collect();
                for bucket in self.buckets(entry.at) {
                    bucket.agencies.entry(from.clone()).or_default().sent += 1;
                    for to in &to {
                        bucket.agencies.entry(to.clone()).or_default().received += 1;
                        let pair = (from.clone(), to.clone());
                        bucket.flows.entry(pair).or_default().documents += 1;
                    }
                }
            }
            "document.fetched" => {
                self.minutes.entry(minute).or_default().delivered += 1;
                self.count_flow(entry, |flow| flow.delivered += 1);
            }
            "document.sent" => {
                self.minutes.entry(minute).or_default().delivered += 1;
                self.count_flow(entry, |flow| flow.delivered += 1);
                self.upstream.success_at = self.upstream.success_at.max(Some(entry.at));
            }
            "document.send_failed" => {
                self.minutes.entry(minute).or_default().failed += 1;
                self.upstream.failure_at = self.upstream.failure_at.max(Some(entry.at));
                self.count_flow(entry, |flow| flow.failed += 1);
            }
            _ => {}
        }
    }

    /// Counts a copy of which the event names sender and receiver.
    fn count_flow(&mut self, entry: &Entry, count: fn(&mut FlowCounts)) {
        let text = |name: &str| entry.detail.get(name).and_then(serde_json::Value::as_str);
        if let (Some(from), Some(to)) = (text("from"), text("to")) {
            let pair = (self.name(from), self.name(to));
            for bucket in self.buckets(entry.at) {
                count(bucket.flows.entry(pair.clone()).or_default());
            }
        }
    }

    /// One text for each name, however often it is counted.
    fn name(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let new: Arc<str> = name.into();
        self.names.insert(name.to_owned(), new.clone());
        new
    }

    fn buckets(&mut self, at: Timestamp) -> [&mut Bucket; 2] {
        let (quarter, minute) = (at.0.div_euclid(QUARTER_MS), at.0.div_euclid(MINUTE_MS));
        [
            self.quarters.entry(quarter).or_default(),
            self.fine.entry(minute).or_default(),
        ]
    }

    fn since(&self, from: Timestamp) -> impl Iterator<Item = &Bucket> {
        self.quarters
            .range(from.0.div_euclid(QUARTER_MS)..)
            .map(|(_, quarter)| quarter)
    }

    fn forget(&mut self, now: Timestamp) {
        let start = now.plus_ms(-WINDOW_MS).0;
        let fine_from = now.0.div_euclid(MINUTE_MS) - FINE_MINUTES;
        self.fine = self.fine.split_off(&fine_from);
        self.minutes = self.minutes.split_off(&start.div_euclid(MINUTE_MS));
        self.quarters = self.quarters.split_off(&start.div_euclid(QUARTER_MS));
        if self.quarters.is_empty() {
            self.names.clear();
        }
    }
}
