//! What the axis remembers.
//!
//! Owns: systems, agencies, sent messages, copies in mailboxes, retention.
//! Not here: checks of a call (`check.rs`), what is done by itself (`actors.rs`).
//! Invariant: every copy in a mailbox exists in `copies`; numbers grow, so order is age.
//! Follows: the VXP interface: one `DocId` for the sender, one for each copy.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use anyhow::{bail, ensure};
use bytes::Bytes;
use ring::hmac;

use super::AxisOptions;
use super::actors::Agenda;
use super::dump::Stats;
use super::faults::Faults;
use super::seed::{AgencySeed, AxisSeed, OutsideSeed, SystemSeed};
use crate::clock::{self, ClockMode};
use crate::edxml::{Kind, Summary};
use crate::mac;
use crate::rng::Rng;

pub(super) struct SystemEntry {
    pub(super) seed: SystemSeed,
    pub(super) key: hmac::Key,
}

/// A message as it was sent.
pub(super) struct Sent {
    pub(super) doc_id: String,
    pub(super) systemid: String,
    pub(super) summary: Summary,
    pub(super) digest: String,
    pub(super) size_bytes: usize,
    pub(super) defects: Vec<&'static str>,
    pub(super) at_ms: i64,
    pub(super) copies: Vec<u64>,
}

/// Where a copy stands; the words of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CopyStatus {
    Initial,
    Processing,
    Done,
    Fail,
}

impl CopyStatus {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Initial => "initial",
            Self::Processing => "processing",
            Self::Done => "done",
            Self::Fail => "fail",
        }
    }
}

/// A message in the mailbox of one recipient.
pub(super) struct Copy {
    pub(super) doc_id: String,
    pub(super) sent: u64,
    pub(super) systemid: String,
    pub(super) to: String,
    pub(super) kind: Kind,
    pub(super) from: String,
    pub(super) status: CopyStatus,
    pub(super) created_ms: i64,
    pub(super) updated_ms: i64,
    pub(super) fetches: u32,
    pub(super) done_calls: u32,
    pub(super) hidden_polls: u32,
    pub(super) content: Bytes,
}

/// A message that passed the checks.
pub(super) struct Accepted {
    pub(super) systemid: String,
    pub(super) summary: Summary,
    pub(super) recipients: Vec<String>,
    pub(super) content: Bytes,
    pub(super) digest: String,
    pub(super) size_bytes: usize,
    pub(super) defects: Vec<&'static str>,
}

pub(super) struct State {
    pub(super) systems: HashMap<String, SystemEntry>,
    pub(super) agencies: Vec<AgencySeed>,
    codes: HashMap<String, usize>,
    pub(super) sent: BTreeMap<u64, Sent>,
    pub(super) copies: BTreeMap<u64, Copy>,
    doc_ids: HashMap<String, u64>,
    mailboxes: HashMap<(String, Kind), BTreeSet<u64>>,
    sent_by: HashMap<(String, Kind), VecDeque<u64>>,
    documents: HashMap<(String, String), u64>,
    finished: VecDeque<u64>,
    finished_bytes: usize,
    waiting_bytes: usize,
    next: u64,
    options: AxisOptions,
    pub(super) outside: OutsideSeed,
    pub(super) rng: Rng,
    pub(super) agenda: Agenda,
    pub(super) faults: Faults,
    pub(super) stats: Stats,
}

impl State {
    pub(super) fn new(options: &AxisOptions) -> Self {
        let run_seed = match options.clock {
            ClockMode::Running => u64::try_from(clock::wall_ms()).unwrap_or_default(),
            ClockMode::Manual { .. } => 0,
        };
        Self {
            systems: HashMap::new(),
            agencies: Vec::new(),
            codes: HashMap::new(),
            sent: BTreeMap::new(),
            copies: BTreeMap::new(),
            doc_ids: HashMap::new(),
            mailboxes: HashMap::new(),
            sent_by: HashMap::new(),
            documents: HashMap::new(),
            finished: VecDeque::new(),
            finished_bytes: 0,
            waiting_bytes: 0,
            next: 1,
            options: options.clone(),
            outside: OutsideSeed::default(),
            rng: Rng::new(options.random_seed ^ run_seed),
            agenda: Agenda::default(),
            faults: Faults::new(options.random_seed),
            stats: Stats::default(),
        }
    }

    pub(super) fn plant(&mut self, seed: AxisSeed, now_ms: i64) -> anyhow::Result<()> {
        for system in seed.systems {
            let name = system.systemid.clone();
            let entry = SystemEntry {
                key: mac::key(&system.secret),
                seed: system,
            };
            ensure!(
                self.systems.insert(name.clone(), entry).is_none(),
                "system {name} twice"
            );
        }
        for agency in seed.agencies {
            let owner = &agency.systemid;
            let is_known = owner.is_empty() || self.systems.contains_key(owner);
            ensure!(
                is_known,
                "agency {} names unknown system {owner}",
                agency.code
            );
            self.add_agency(agency)?;
        }
        self.outside = seed.outside;
        super::actors::plan_outside(self, now_ms);
        Ok(())
    }

    pub(super) fn as_seed(&self) -> AxisSeed {
        let mut systems: Vec<SystemSeed> = self
            .systems
            .values()
            .map(|entry| entry.seed.clone())
            .collect();
        systems.sort_by(|a, b| a.systemid.cmp(&b.systemid));
        AxisSeed {
            systems,
            agencies: self.agencies.clone(),
            outside: self.outside.clone(),
        }
    }

    pub(super) fn add_agency(&mut self, agency: AgencySeed) -> anyhow::Result<()> {
        ensure!(!agency.code.is_empty(), "agency without code");
        for code in [&agency.code, &agency.code102] {
            if !code.is_empty() && self.codes.contains_key(code) {
                bail!("code {code} twice");
            }
        }
        let place = self.agencies.len();
        self.codes.insert(agency.code.clone(), place);
        if !agency.code102.is_empty() {
            self.codes.insert(agency.code102.clone(), place);
        }
        self.agencies.push(agency);
        Ok(())
    }

    /// The agency with this code, in either form, unless deleted.
    pub(super) fn agency(&self, code: &str) -> Option<&AgencySeed> {
        self.agency_of_any_time(code)
            .filter(|agency| !agency.is_deleted)
    }

    pub(super) fn agency_of_any_time(&self, code: &str) -> Option<&AgencySeed> {
        self.codes
            .get(code.trim())
            .and_then(|place| self.agencies.get(*place))
    }

    pub(super) fn agency_mut(&mut self, code: &str) -> Option<&mut AgencySeed> {
        let place = *self.codes.get(code.trim())?;
        self.agencies.get_mut(place)
    }

    /// Whether so many copies of this content still find room.
    pub(super) fn has_room(&self, content: &Bytes, copies: usize) -> bool {
        let added = content.len().saturating_mul(copies);
        self.waiting_bytes.saturating_add(added) <= self.options.waiting_bytes_max
    }

    /// Puts one copy for each recipient into its system's mailbox; returns the sender's `DocId`.
    pub(super) fn accept(&mut self, accepted: Accepted, at_ms: i64) -> String {
        let sent = self.take_number();
        let doc_id = self.rng.uuid().to_string();
        let kind = accepted.summary.kind;
        let mut copies = Vec::with_capacity(accepted.recipients.len());
        for to in &accepted.recipients {
            let Some(agency) = self.agency(to) else {
                continue;
            };
            let systemid = agency.systemid.clone();
            let number = self.take_number();
            let copy = Copy {
                doc_id: self.rng.uuid().to_string(),
                sent,
                systemid: systemid.clone(),
                to: to.clone(),
                kind,
                from: accepted.summary.from.clone(),
                status: CopyStatus::Initial,
                created_ms: at_ms,
                updated_ms: at_ms,
                fetches: 0,
                done_calls: 0,
                hidden_polls: 0,
                content: accepted.content.clone(),
            };
            self.waiting_bytes += copy.content.len();
            self.doc_ids.insert(copy.doc_id.clone(), number);
            self.copies.insert(number, copy);
            self.mailboxes
                .entry((systemid, kind))
                .or_default()
                .insert(number);
            copies.push(number);
        }
        if kind == Kind::Document {
            let identity = (
                accepted.summary.from.clone(),
                accepted.summary.document_id.clone(),
            );
            self.documents.entry(identity).or_insert(sent);
        }
        self.sent_by
            .entry((accepted.systemid.clone(), kind))
            .or_default()
            .push_back(sent);
        self.doc_ids.insert(doc_id.clone(), sent);
        let record = Sent {
            doc_id: doc_id.clone(),
            systemid: accepted.systemid,
            summary: accepted.summary,
            digest: accepted.digest,
            size_bytes: accepted.size_bytes,
            defects: accepted.defects,
            at_ms,
            copies: copies.clone(),
        };
        self.sent.insert(sent, record);
        for copy in copies {
            super::actors::plan_answers(self, copy, at_ms);
        }
        self.trim();
        doc_id
    }

    fn take_number(&mut self) -> u64 {
        let number = self.next;
        self.next += 1;
        number
    }

    /// Undone copies of a system, oldest first, and how many polls each stays hidden.
    pub(super) fn mailbox(&self, systemid: &str, kind: Kind) -> impl Iterator<Item = (u64, &Copy)> {
        let numbers = self.mailboxes.get(&(systemid.to_owned(), kind));
        numbers
            .into_iter()
            .flatten()
            .filter_map(|number| self.copies.get(number).map(|copy| (*number, copy)))
    }

    pub(super) fn copy_of(&self, doc_id: &str) -> Option<&Copy> {
        self.doc_ids
            .get(doc_id.trim())
            .and_then(|number| self.copies.get(number))
    }

    pub(super) fn copy_mut(&mut self, doc_id: &str) -> Option<&mut Copy> {
        let number = *self.doc_ids.get(doc_id.trim())?;
        self.copies.get_mut(&number)
    }

    /// Messages a system sent, oldest first.
    pub(super) fn sent_by(
        &self,
        systemid: &str,
        kind: Kind,
    ) -> impl DoubleEndedIterator<Item = &Sent> {
        let numbers = self.sent_by.get(&(systemid.to_owned(), kind));
        numbers
            .into_iter()
            .flatten()
            .filter_map(|number| self.sent.get(number))
    }

    /// Everybody who got the document of this identity.
    pub(super) fn recipients_of(&self, from: &str, document_id: &str) -> Vec<String> {
        let identity = (from.to_owned(), document_id.to_owned());
        let sent = self
            .documents
            .get(&identity)
            .and_then(|number| self.sent.get(number));
        sent.into_iter()
            .flat_map(|sent| &sent.copies)
            .filter_map(|number| self.copies.get(number))
            .map(|copy| copy.to.clone())
            .collect()
    }

    /// Sets a copy's state; done takes it out of the list for good.
    pub(super) fn set_status(&mut self, doc_id: &str, status: CopyStatus, at_ms: i64) {
        let Some(number) = self.doc_ids.get(doc_id.trim()).copied() else {
            return;
        };
        let Some(copy) = self.copies.get_mut(&number) else {
            return;
        };
        let was_done = copy.status == CopyStatus::Done;
        copy.updated_ms = at_ms;
        if status == CopyStatus::Done {
            copy.done_calls += 1;
        }
        if was_done {
            return;
        }
        copy.status = status;
        if status == CopyStatus::Done {
            let key = (copy.systemid.clone(), copy.kind);
            self.waiting_bytes = self.waiting_bytes.saturating_sub(copy.content.len());
            self.finished_bytes += copy.content.len();
            self.finished.push_back(number);
            if let Some(mailbox) = self.mailboxes.get_mut(&key) {
                mailbox.remove(&number);
            }
            self.drop_old_content();
        }
    }

    fn drop_old_content(&mut self) {
        while self.finished_bytes > self.options.retained_bytes_max {
            let Some(oldest) = self.finished.pop_front() else {
                return;
            };
            if let Some(copy) = self.copies.get_mut(&oldest) {
                self.finished_bytes = self.finished_bytes.saturating_sub(copy.content.len());
                copy.content = Bytes::new();
            }
        }
    }

    /// Forgets the oldest messages all of whose copies are done.
    fn trim(&mut self) {
        while self.sent.len() > self.options.messages_max {
            let is_finished = self.sent.first_key_value().is_some_and(|(_, sent)| {
                sent.copies.iter().all(|number| {
                    self.copies
                        .get(number)
                        .is_none_or(|copy| copy.status == CopyStatus::Done)
                })
            });
            if !is_finished {
                return;
            }
            let Some((_, sent)) = self.sent.pop_first() else {
                return;
            };
            self.doc_ids.remove(&sent.doc_id);
            let key = (sent.systemid.clone(), sent.summary.kind);
            if let Some(queue) = self.sent_by.get_mut(&key) {
                queue.pop_front();
            }
            self.documents
                .remove(&(sent.summary.from, sent.summary.document_id));
            for number in sent.copies {
                if let Some(copy) = self.copies.remove(&number) {
                    self.doc_ids.remove(&copy.doc_id);
                    self.finished_bytes = self.finished_bytes.saturating_sub(copy.content.len());
                }
            }
        }
    }
}
