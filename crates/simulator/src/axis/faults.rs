//! Faults on order: what goes wrong, where, how often, how many times.
//!
//! Owns: the list of fault kinds, the rules, drawing those that fire.
//! Not here: how a cut is done (`connection.rs`), how content is spoilt (`spoil.rs`).
//! Invariant: a rule with a count fires at most so often; a rule is drawn once a call and stage.
//! Follows: the faults that clients of the national axis report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::operations::Operation;
use crate::rng::Rng;

/// Most rules at a time.
const RULES_MAX: usize = 1_000;

/// What goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FaultKind {
    /// The reply comes late; real milliseconds, not the virtual clock's.
    Delay {
        /// How late.
        ms: u64,
    },
    /// An HTTP error, such as 500 or 503, with an HTML page.
    Http {
        /// Status code.
        status: u16,
    },
    /// The connection ends before anything was done.
    CutBefore,
    /// Done, but the connection ends in the middle of the reply.
    CutMiddle,
    /// Done, but the connection ends before the reply: accepted and unacknowledged.
    CutAfter,
    /// The reply is whole, then the connection ends without a word.
    CloseAfter,
    /// `FAIL` 102 although the MAC is right.
    WrongMac,
    /// `FAIL` 104 although the timestamp is fresh.
    ExpiredTimestamp,
    /// `FAIL` with any code.
    Fail {
        /// `ErrorCode`.
        code: String,
        /// `ErrorDesc`.
        #[serde(default)]
        description: String,
        /// Done all the same.
        #[serde(default)]
        is_done: bool,
    },
    /// A list call is answered with an HTML page and 200.
    ListHtml,
    /// A list call is answered with nothing and 200.
    ListEmpty,
    /// A list reply ends in the middle of its JSON.
    ListTruncated,
    /// The base64 of `getEdoc` is cut.
    Base64Cut,
    /// Every item is listed twice.
    DuplicateItems,
    /// What is listed now is missing for so many polls, this one included.
    MissingItems {
        /// Polls.
        polls: u32,
    },
    /// The list is turned round.
    ReverseOrder,
    /// `OrganId` of the first trace reads `null`.
    TraceOrganNull,
    /// `OrganId` of the first trace is missing.
    TraceOrganMissing,
    /// ZIP attachments come raw and raw ones as ZIP.
    AttachmentSwapped,
    /// `ContentType` of the attachment disagrees with its content.
    ContentTypeDisagrees,
    /// Bytes before the XML declaration.
    LeadingJunk,
    /// `edXML:` is used where it is not declared.
    UnboundPrefix,
    /// The message is padded to 50 MiB and so many bytes more.
    Oversize {
        /// 0 is the largest allowed message, 1 is one byte too much.
        extra_bytes: usize,
    },
    /// Every call fails for so many minutes of the axis's clock.
    Outage {
        /// How long.
        minutes: f64,
        /// In which way.
        #[serde(default)]
        mode: OutageMode,
    },
}

/// How an outage looks from outside.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OutageMode {
    /// Connections end without a reply.
    #[default]
    Cut,
    /// 503 from a proxy in front.
    Unavailable,
}

/// When a fault fires.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// What goes wrong.
    #[serde(flatten)]
    pub fault: FaultKind,
    /// Name of the operation; absent: every operation that it can hit.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only calls of this system.
    #[serde(default)]
    pub systemid: Option<String>,
    /// Share of calls, 0 to 1.
    #[serde(default = "always")]
    pub rate: f64,
    /// So many times; absent: without end.
    #[serde(default)]
    pub count: Option<u64>,
    /// So many matching calls pass unharmed first.
    #[serde(default)]
    pub skip: u64,
}

fn always() -> f64 {
    1.0
}

impl FaultRule {
    /// Fires at every call that the fault can hit.
    pub fn always(fault: FaultKind) -> Self {
        Self {
            fault,
            operation: None,
            systemid: None,
            rate: 1.0,
            count: None,
            skip: 0,
        }
    }

    /// Only for this operation.
    #[must_use]
    pub fn on(mut self, operation: Operation) -> Self {
        self.operation = Some(operation.name().to_owned());
        self
    }

    /// Only so many times.
    #[must_use]
    pub fn times(mut self, count: u64) -> Self {
        self.count = Some(count);
        self
    }
}

/// At which point of a call a fault acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Arrival,
    Outcome,
    List,
    Content,
    Reply,
}

impl FaultKind {
    fn stage(&self) -> Stage {
        match self {
            Self::Delay { .. }
            | Self::Http { .. }
            | Self::CutBefore
            | Self::WrongMac
            | Self::ExpiredTimestamp
            | Self::Outage { .. } => Stage::Arrival,
            Self::Fail { is_done: false, .. } => Stage::Arrival,
            Self::Fail { is_done: true, .. } => Stage::Outcome,
            Self::DuplicateItems | Self::MissingItems { .. } | Self::ReverseOrder => Stage::List,
            Self::TraceOrganNull
            | Self::TraceOrganMissing
            | Self::AttachmentSwapped
            | Self::ContentTypeDisagrees
            | Self::LeadingJunk
            | Self::UnboundPrefix
            | Self::Oversize { .. } => Stage::Content,
            Self::CutMiddle
            | Self::CutAfter
            | Self::CloseAfter
            | Self::ListHtml
            | Self::ListEmpty
            | Self::ListTruncated
            | Self::Base64Cut => Stage::Reply,
        }
    }

    fn can_hit(&self, operation: Operation) -> bool {
        match self {
            Self::ListHtml | Self::ListEmpty | Self::ListTruncated => operation.is_list(),
            Self::DuplicateItems | Self::MissingItems { .. } | Self::ReverseOrder => {
                operation == Operation::GetReceivedEdocList
            }
            Self::Base64Cut => operation == Operation::GetEdoc,
            _ if self.stage() == Stage::Content => operation.is_fetch(),
            _ => true,
        }
    }

    /// The name in JSON.
    pub(super) fn name(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value
            .get("kind")
            .and_then(|kind| kind.as_str())
            .unwrap_or("unknown")
            .to_owned()
    }
}

struct Armed {
    rule: FaultRule,
    skipped: u64,
    fired: u64,
    until_ms: Option<i64>,
}

impl Armed {
    fn is_spent(&self, now_ms: i64) -> bool {
        self.rule.count.is_some_and(|count| self.fired >= count)
            || self.until_ms.is_some_and(|until_ms| now_ms >= until_ms)
    }
}

pub(super) struct Faults {
    rules: BTreeMap<u64, Armed>,
    next: u64,
    rng: Rng,
}

impl Faults {
    pub(super) fn new(random_seed: u64) -> Self {
        Self {
            rules: BTreeMap::new(),
            next: 1,
            rng: Rng::new(random_seed ^ 0xfa17),
        }
    }

    pub(super) fn add(&mut self, rule: FaultRule, now_ms: i64) -> u64 {
        let until_ms = match rule.fault {
            FaultKind::Outage { minutes, .. } => Some(now_ms.saturating_add(minutes_ms(minutes))),
            _ => None,
        };
        self.rules.retain(|_, armed| !armed.is_spent(now_ms));
        if self.rules.len() >= RULES_MAX {
            self.rules.pop_first();
        }
        let id = self.next;
        self.next += 1;
        self.rules.insert(
            id,
            Armed {
                rule,
                skipped: 0,
                fired: 0,
                until_ms,
            },
        );
        id
    }

    pub(super) fn list(&self, now_ms: i64) -> Vec<(u64, FaultRule)> {
        let living = self
            .rules
            .iter()
            .filter(|(_, armed)| !armed.is_spent(now_ms));
        living
            .map(|(id, armed)| {
                let left = armed.rule.count.map(|count| count - armed.fired.min(count));
                (
                    *id,
                    FaultRule {
                        count: left,
                        ..armed.rule.clone()
                    },
                )
            })
            .collect()
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        self.rules.remove(&id).is_some()
    }

    pub(super) fn clear(&mut self) {
        self.rules.clear();
    }

    /// The faults that fire now, oldest rule first.
    pub(super) fn draw(
        &mut self,
        stage: Stage,
        operation: Operation,
        systemid: &str,
        now_ms: i64,
    ) -> Vec<FaultKind> {
        let mut fired = Vec::new();
        for armed in self.rules.values_mut() {
            let rule = &armed.rule;
            let is_meant = rule.fault.stage() == stage
                && rule.fault.can_hit(operation)
                && rule
                    .operation
                    .as_deref()
                    .is_none_or(|name| name == operation.name())
                && rule
                    .systemid
                    .as_deref()
                    .is_none_or(|wanted| wanted == systemid);
            if !is_meant || armed.is_spent(now_ms) {
                continue;
            }
            if armed.skipped < rule.skip {
                armed.skipped += 1;
                continue;
            }
            if self.rng.chance(rule.rate) {
                armed.fired += 1;
                fired.push(rule.fault.clone());
            }
        }
        fired
    }
}

fn minutes_ms(minutes: f64) -> i64 {
    let duration = std::time::Duration::try_from_secs_f64(minutes * 60.0).unwrap_or_default();
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
