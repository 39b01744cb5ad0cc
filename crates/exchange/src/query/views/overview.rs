//! The exchange at one glance.

use lgsp_model::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{AlarmItem, Party};

/// Time span of the overview.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// Since midnight in Vietnam.
    #[default]
    Today,
    /// The last 60 minutes.
    Hour,
    /// The last 7 days.
    Week,
}

/// Counts of the overview.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Figures {
    /// Documents accepted.
    pub documents: i64,
    /// Copies handed over.
    pub deliveries: i64,
    /// Deliveries that wait now.
    pub waiting: i64,
    /// Attempts that failed.
    pub failed: i64,
    /// Dead letters now.
    pub dead: i64,
    /// Open alarms now.
    pub late: i64,
    /// Age of the oldest delivery that waits.
    pub oldest_waiting_ms: i64,
}

/// One step of the series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SeriesPoint {
    /// Start of the step.
    pub at: Timestamp,
    /// Documents accepted.
    pub accepted: i64,
    /// Copies handed over.
    pub delivered: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// An agency in a flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FlowEnd {
    /// Agency (name of the resource) or code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Level of the agency, or `outside`.
    pub group: String,
}

/// Who sends how much to whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Flow {
    /// Sender.
    pub from: FlowEnd,
    /// Receiver.
    pub to: FlowEnd,
    /// Copies.
    pub documents: i64,
    /// Attempts that failed.
    pub failed: i64,
}

/// A queue now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct QueueItem {
    /// Queue.
    pub queue: String,
    /// Ready or behind another one.
    pub queued: i64,
    /// In work.
    pub leased: i64,
    /// Given up.
    pub dead: i64,
    /// Age of the oldest that waits.
    pub oldest_ms: i64,
}

/// The axis now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpstreamItem {
    /// Name of the resource.
    pub name: String,
    /// `up`, `degraded` or `down`.
    pub state: String,
    /// The last call that worked.
    pub last_success_at: Option<Timestamp>,
    /// Deliveries that wait for it.
    pub waiting: i64,
}

/// A document that has just moved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentItem {
    /// When.
    pub at: Timestamp,
    /// The document.
    pub document_id: Uuid,
    /// Subject.
    pub subject: String,
    /// Sender.
    pub from: Party,
    /// First receiver.
    pub to: Option<Party>,
    /// State of all copies.
    pub state: String,
}

/// The exchange at one glance.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// When it was read.
    pub as_of: Timestamp,
    /// Counts.
    pub figures: Figures,
    /// By minute (hour), quarter of an hour (today) or 6 hours (week).
    pub series: Vec<SeriesPoint>,
    /// The largest flows, at most 200.
    pub flows: Vec<Flow>,
    /// Queues.
    pub queues: Vec<QueueItem>,
    /// The axis, if there is one.
    pub upstream: Option<UpstreamItem>,
    /// The newest documents.
    pub recent: Vec<RecentItem>,
    /// Open alarms, at most 20.
    pub alarms: Vec<AlarmItem>,
}
