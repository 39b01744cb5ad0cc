//! Metrics: one enum of names, bounded labels, the Prometheus text form.
//!
//! Owns: `Metrics`.
//! Not here: the endpoint (`server`).
//! Invariant: no label carries an identifier of a person, a dossier or a message.

use std::sync::{Arc, Mutex, PoisonError};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram},
    registry::{Registry, Unit},
};

/// Labels of a counted event: what, and how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct EventLabels {
    /// What happened, from a closed list: `vxp.send_edoc`.
    pub event: &'static str,
    /// `ok`, or a stable error id.
    pub result: &'static str,
}

/// Labels of a queue gauge.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct QueueLabels {
    /// Queue.
    pub queue: String,
    /// State of the deliveries counted.
    pub state: String,
}

/// Labels of a timing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct TimingLabels {
    /// What took the time.
    pub event: &'static str,
}

/// All metrics of the process.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

struct Inner {
    registry: Mutex<Registry>,
    events: Family<EventLabels, Counter>,
    timings: Family<TimingLabels, Histogram>,
    deliveries: Family<QueueLabels, Gauge>,
    journal_open: Gauge,
}

/// Bounds of the time buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("lgsp");
        let events = Family::default();
        registry.register("events", "things that happened, by result", events.clone());
        let timings: Family<TimingLabels, Histogram> =
            Family::new_with_constructor(|| Histogram::new(BUCKETS));
        registry.register_with_unit(
            "duration",
            "time that things took",
            Unit::Seconds,
            timings.clone(),
        );
        let deliveries = Family::default();
        registry.register(
            "deliveries",
            "open deliveries by queue and state",
            deliveries.clone(),
        );
        let journal_open = Gauge::default();
        registry.register(
            "journal_open_events",
            "events that wait for their block",
            journal_open.clone(),
        );
        Self(Arc::new(Inner {
            registry: Mutex::new(registry),
            events,
            timings,
            deliveries,
            journal_open,
        }))
    }
}

impl Metrics {
    /// Counts an event.
    pub fn count(&self, event: &'static str, result: &'static str) {
        self.0
            .events
            .get_or_create(&EventLabels { event, result })
            .inc();
    }

    /// Notes how long something took.
    pub fn time(&self, event: &'static str, duration_ms: i64) {
        #[expect(
            clippy::cast_precision_loss,
            reason = "durations are far below 2^52 ms"
        )]
        let seconds = duration_ms as f64 / 1_000.0;
        self.0
            .timings
            .get_or_create(&TimingLabels { event })
            .observe(seconds);
    }

    /// Sets the gauges of the queues; absent ones become zero.
    pub fn set_deliveries(&self, counts: &[crate::ledger::query::Count]) {
        self.0.deliveries.clear();
        for count in counts {
            let labels = QueueLabels {
                queue: count.queue.clone(),
                state: count.state.as_str().to_owned(),
            };
            self.0
                .deliveries
                .get_or_create(&labels)
                .set(count.deliveries);
        }
    }

    /// Sets the journal's lag.
    pub fn set_journal_open(&self, events: i64) {
        self.0.journal_open.set(events);
    }

    /// The `OpenMetrics` text.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = String::new();
        let registry = self
            .0
            .registry
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if encode(&mut text, &registry).is_err() {
            tracing::warn!("metrics could not be written");
        }
        text
    }
}
