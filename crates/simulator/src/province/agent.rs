//! One system of the province at work: polls, fetches, acknowledges, answers.
//!
//! Owns: the handling of what arrives, the plan of statuses for it.
//! Not here: new documents (`sender.rs`).
//! Invariant: a copy is acknowledged only after its answers are planned.
//! Follows: status codes 01, 02, 03, 05, 06, 13, 15, 16 of document exchange.

use std::time::Duration;

use super::PAUSE_MAX_MS;
use super::config::{ProvinceAgency, ProvinceConfig, ProvinceSystem};
use super::memory::{Known, Memory, Planned};
use super::sender::Outgoing;
use crate::client::{ClientConfig, Error, Progress, ReceivedItem, Result, VxpClient};
use crate::clock;
use crate::edxml::{self, Kind, Party, Staff, StatusDraft, Summary};
use crate::rng::Rng;
use crate::texts;

/// Longest wait for one reply; the loop is shared by all systems.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Copies handled in one step, so that others get their turn.
const COPIES_MAX: usize = 5;
/// Statuses sent in one step.
const ANSWERS_MAX: usize = 5;
/// A status that was refused so often is given up.
const ATTEMPTS_MAX: u32 = 3;
/// Share of documents that a clerk refuses.
const REFUSE_RATE: f64 = 0.04;
/// Share of wishes to revoke or update that are refused.
const DENY_RATE: f64 = 0.15;

pub(super) struct Agent {
    client: VxpClient,
    pub(super) agencies: Vec<ProvinceAgency>,
    next_poll_ms: i64,
    ready_ms: i64,
    pause_ms: i64,
    hurry: i64,
}

impl Agent {
    pub(super) fn new(config: &ProvinceConfig, system: &ProvinceSystem) -> Self {
        let mut client = ClientConfig::kit(&config.service_url, &system.systemid, &system.secret);
        client.timeout = TIMEOUT;
        // The demo runs for days: the kit's one timestamp would grow too old.
        client.habits.fixed_timestamp = false;
        Self {
            client: VxpClient::new(client),
            agencies: system.agencies.clone(),
            next_poll_ms: 0,
            ready_ms: 0,
            pause_ms: 0,
            hurry: config.hurry.max(1),
        }
    }

    pub(super) fn systemid(&self) -> &str {
        self.client.systemid()
    }

    pub(super) fn is_ready(&self, now_ms: i64) -> bool {
        now_ms >= self.ready_ms
    }

    /// A service that is away is asked less and less often.
    pub(super) fn rest(&mut self, now_ms: i64, error: &Error) {
        if error.refused_code().is_none() {
            self.pause_ms = (self.pause_ms * 2).clamp(1_000, PAUSE_MAX_MS);
            self.ready_ms = now_ms + self.pause_ms;
        }
        tracing::info!(systemid = self.systemid(), %error, "demo call failed");
    }

    pub(super) async fn send(&self, outgoing: &Outgoing) -> Result<String> {
        self.client
            .send(&outgoing.draft.from.code, Kind::Document, &outgoing.file)
            .await
    }

    /// One turn: due answers, then the mailbox when its time has come.
    pub(super) async fn step(
        &mut self,
        config: &ProvinceConfig,
        memory: &mut Memory,
        rng: &mut Rng,
    ) {
        let now_ms = clock::wall_ms();
        if !self.is_ready(now_ms) {
            return;
        }
        let mut outcome = self.answer_due(memory, now_ms).await;
        if outcome.is_ok() && now_ms >= self.next_poll_ms {
            self.next_poll_ms = now_ms + config.poll_every_ms;
            outcome = self.poll(memory, rng).await;
        }
        match outcome {
            Ok(()) => self.pause_ms = 0,
            Err(error) => self.rest(now_ms, &error),
        }
    }

    async fn answer_due(&self, memory: &mut Memory, now_ms: i64) -> Result<()> {
        for _ in 0..ANSWERS_MAX {
            let Some(mut planned) = memory.take_due(self.systemid(), now_ms) else {
                break;
            };
            let draft = StatusDraft {
                from: planned.from.clone(),
                response_for: planned.target.clone(),
                staff: Staff {
                    department: "Văn phòng".into(),
                    name: "Văn thư mẫu".into(),
                },
                code: planned.code.clone(),
                description: texts::status(&planned.code).into(),
                at_ms: now_ms,
            };
            let sent = self
                .client
                .send(&planned.from.code, Kind::Status, &draft.write())
                .await;
            let Err(error) = sent else { continue };
            planned.attempts += u32::from(error.refused_code().is_some());
            if planned.attempts < ATTEMPTS_MAX {
                planned.due_ms = now_ms + 5_000;
                memory.plan(planned);
            }
            return Err(error);
        }
        Ok(())
    }

    async fn poll(&self, memory: &mut Memory, rng: &mut Rng) -> Result<()> {
        for kind in [Kind::Document, Kind::Status] {
            if self.client.count(kind).await? == 0 {
                continue;
            }
            let items = self.client.received(kind).await?;
            for item in items.iter().take(COPIES_MAX) {
                self.take_in(item, kind, memory, rng).await?;
            }
        }
        Ok(())
    }

    async fn take_in(
        &self,
        item: &ReceivedItem,
        kind: Kind,
        memory: &mut Memory,
        rng: &mut Rng,
    ) -> Result<()> {
        let file = self.client.fetch(&item.doc_id).await?;
        let summary = edxml::parse(&file)
            .ok()
            .and_then(|parsed| Summary::of(&parsed.root).ok());
        let Some(summary) = summary else {
            return self
                .client
                .update_status(&item.doc_id, Progress::Fail)
                .await;
        };
        if memory.is_new(&item.doc_id) {
            self.plan(item, kind, &summary, memory, rng);
            memory.mark_seen(&item.doc_id);
            memory.save();
        }
        self.client
            .update_status(&item.doc_id, Progress::Done)
            .await
    }

    fn plan(
        &self,
        item: &ReceivedItem,
        kind: Kind,
        summary: &Summary,
        memory: &mut Memory,
        rng: &mut Rng,
    ) {
        let own = self.party(&item.to);
        let target = match (kind, summary.response_for.first()) {
            (Kind::Status, Some(target)) => target.clone(),
            _ => summary.as_response_for(),
        };
        if kind == Kind::Document && summary.business_type == 0 {
            let sender = Party {
                code: summary.from.clone(),
                name: summary.from_name.clone(),
            };
            memory.remember_received(Known {
                at_ms: clock::wall_ms(),
                systemid: self.systemid().to_owned(),
                own: own.clone(),
                others: vec![sender],
                target: target.clone(),
            });
        }
        let mut due_ms = clock::wall_ms();
        for (code, low_s, high_s) in steps(kind, summary, rng) {
            due_ms += rng.between(low_s * 1000, high_s * 1000) / self.hurry;
            memory.plan(Planned {
                due_ms,
                systemid: self.systemid().to_owned(),
                from: own.clone(),
                target: target.clone(),
                code: code.to_owned(),
                attempts: 0,
            });
        }
    }

    fn party(&self, code: &str) -> Party {
        let agency = self.agencies.iter().find(|agency| agency.code == code);
        Party {
            code: code.to_owned(),
            name: agency.map(|agency| agency.name.clone()).unwrap_or_default(),
        }
    }
}

/// Codes to be sent, each so many seconds after the one before.
fn steps(kind: Kind, summary: &Summary, rng: &mut Rng) -> Vec<(&'static str, i64, i64)> {
    let answer = if rng.chance(DENY_RATE) { "16" } else { "15" };
    match (kind, summary.business_type) {
        (Kind::Status, _) if summary.status_code == "13" => vec![(answer, 5, 30)],
        (Kind::Status, _) => Vec::new(),
        (Kind::Document, 1 | 2) => vec![(answer, 5, 30)],
        (Kind::Document, _) if rng.chance(REFUSE_RATE) => vec![("01", 1, 4), ("02", 5, 25)],
        (Kind::Document, _) => {
            vec![("01", 1, 4), ("03", 4, 20), ("05", 10, 60), ("06", 20, 180)]
        }
    }
}
