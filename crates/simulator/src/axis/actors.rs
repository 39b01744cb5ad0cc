//! What the axis does by itself: recipients that answer, senders outside the province.
//!
//! Owns: the agenda of things that become due, scripts of automatic recipients.
//! Not here: the texts (`texts.rs`), the clock (`clock.rs`).
//! Invariant: things happen in the order of their time, ties in the order of planning.
//! Follows: status codes of document exchange: 01 to 06, 13, 15, 16.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;

use super::seed::Script;
use super::state::{Accepted, CopyStatus, State};
use super::{Axis, AxisOptions};
use crate::edxml::{self, Kind, Party, ResponseFor, Staff, StatusDraft, Summary};
use crate::{mac, texts};

/// Longest sleep of the worker; an earlier wake-up is always possible.
const SLEEP_MAX: Duration = Duration::from_millis(250);
/// Things done in one go before the lock is given back.
const BATCH_MAX: usize = 64;

enum Event {
    Fetch { copy: u64 },
    Answer { copy: u64, code: String },
    Outside,
}

#[derive(Default)]
pub(super) struct Agenda {
    events: BTreeMap<(i64, u64), Event>,
    next: u64,
}

impl Agenda {
    fn plan(&mut self, at_ms: i64, event: Event) {
        self.next += 1;
        self.events.insert((at_ms, self.next), event);
    }

    fn take_due(&mut self, now_ms: i64) -> Option<(i64, Event)> {
        let first = self.events.first_entry()?;
        let at_ms = first.key().0;
        (at_ms <= now_ms).then(|| (at_ms, first.remove()))
    }
}

/// Does what becomes due, for ever.
pub(super) async fn run(axis: &Axis) {
    loop {
        run_due(axis);
        tokio::select! {
            () = tokio::time::sleep(SLEEP_MAX) => {}
            () = axis.wake.notified() => {}
        }
    }
}

/// Does everything that is due now.
pub(super) fn run_due(axis: &Axis) {
    loop {
        let now_ms = axis.now_ms();
        let mut state = axis.lock();
        for _ in 0..BATCH_MAX {
            let Some((at_ms, event)) = state.agenda.take_due(now_ms) else {
                return;
            };
            happen(&mut state, &axis.options, event, at_ms);
        }
    }
}

fn happen(state: &mut State, options: &AxisOptions, event: Event, at_ms: i64) {
    match event {
        Event::Fetch { copy } => {
            let Some(copy) = state.copies.get_mut(&copy) else {
                return;
            };
            copy.fetches += 1;
            let doc_id = copy.doc_id.clone();
            state.set_status(&doc_id, CopyStatus::Done, at_ms);
        }
        Event::Answer { copy, code } => answer(state, copy, code, at_ms),
        Event::Outside => {
            send_outside(state, options, &[], at_ms);
            plan_outside(state, at_ms);
        }
    }
}

/// Plans what an automatic recipient will do with a new copy.
pub(super) fn plan_answers(state: &mut State, number: u64, at_ms: i64) {
    let Some(copy) = state.copies.get(&number) else {
        return;
    };
    let system = state.systems.get(&copy.systemid);
    let Some(script) = system.and_then(|system| system.seed.automatic.clone()) else {
        return;
    };
    let Some(sent) = state.sent.get(&copy.sent) else {
        return;
    };
    let business_type = sent.summary.business_type;
    let status_code = sent.summary.status_code.clone();
    state.agenda.plan(
        later(at_ms, script.fetch_after_ms),
        Event::Fetch { copy: number },
    );
    let is_wish = match copy_kind(state, number) {
        Some(Kind::Status) => status_code == "13",
        _ => matches!(business_type, 1 | 2),
    };
    if is_wish {
        let code = if state.rng.chance(script.deny_rate) {
            "16"
        } else {
            "15"
        };
        let event = Event::Answer {
            copy: number,
            code: code.into(),
        };
        state
            .agenda
            .plan(later(at_ms, script.answer_after_ms), event);
    } else if copy_kind(state, number) == Some(Kind::Document) {
        plan_steps(state, number, &script, at_ms);
    }
}

fn plan_steps(state: &mut State, number: u64, script: &Script, at_ms: i64) {
    let is_refused = state.rng.chance(script.refuse_rate);
    let steps = if is_refused {
        &script.refuse
    } else {
        &script.accept
    };
    let mut step_ms = at_ms;
    for step in steps {
        step_ms = later(step_ms, step.after_ms);
        state.agenda.plan(
            step_ms,
            Event::Answer {
                copy: number,
                code: step.code.clone(),
            },
        );
    }
}

fn copy_kind(state: &State, number: u64) -> Option<Kind> {
    state.copies.get(&number).map(|copy| copy.kind)
}

fn later(at_ms: i64, by_ms: u64) -> i64 {
    at_ms.saturating_add(i64::try_from(by_ms).unwrap_or(i64::MAX))
}

/// Writes a status message in the recipient's name to the sender of the document.
fn answer(state: &mut State, number: u64, code: String, at_ms: i64) {
    let Some(copy) = state.copies.get(&number) else {
        return;
    };
    let Some(sent) = state.sent.get(&copy.sent) else {
        return;
    };
    let target = match (sent.summary.kind, sent.summary.response_for.first()) {
        (Kind::Status, Some(target)) => target.clone(),
        _ => sent.summary.as_response_for(),
    };
    let to = sent.summary.from.clone();
    let from = Party {
        code: copy.to.clone(),
        name: state
            .agency(&copy.to)
            .map(|agency| agency.name.clone())
            .unwrap_or_default(),
    };
    let systemid = copy.systemid.clone();
    let draft = status(from, target, code, at_ms);
    deliver(state, systemid, vec![to], &draft.write(), at_ms);
}

fn status(from: Party, response_for: ResponseFor, code: String, at_ms: i64) -> StatusDraft {
    StatusDraft {
        from,
        response_for,
        staff: Staff {
            department: "Văn thư".into(),
            name: "Cán bộ mẫu".into(),
        },
        description: texts::status(&code).into(),
        code,
        at_ms,
    }
}

/// Lays a message of an automatic system into mailboxes, if it reads well.
fn deliver(
    state: &mut State,
    systemid: String,
    recipients: Vec<String>,
    file: &[u8],
    at_ms: i64,
) -> Option<String> {
    let parsed = edxml::parse(file).ok()?;
    let summary = Summary::of(&parsed.root).ok()?;
    if recipients.iter().any(|code| state.agency(code).is_none()) {
        return None;
    }
    let content = Bytes::copy_from_slice(file);
    if !state.has_room(&content, recipients.len()) {
        return None;
    }
    let accepted = Accepted {
        systemid,
        summary,
        recipients,
        content,
        digest: mac::hex_padded(&mac::sha256(file)),
        size_bytes: file.len(),
        defects: parsed.defects,
    };
    Some(state.accept(accepted, at_ms))
}

/// Plans the next document from outside.
pub(super) fn plan_outside(state: &mut State, at_ms: i64) {
    let per_minute = state.outside.per_minute;
    if per_minute <= 0.0 {
        return;
    }
    // Gaps of a Poisson process; the floor keeps the logarithm finite.
    let gap_s = -state.rng.fraction().max(1e-6).ln() * 60.0 / per_minute;
    let gap = Duration::try_from_secs_f64(gap_s).unwrap_or(SLEEP_MAX);
    let gap_ms = u64::try_from(gap.as_millis()).unwrap_or(u64::MAX).max(1);
    state.agenda.plan(later(at_ms, gap_ms), Event::Outside);
}

/// One document from a body of an automatic system; `to` empty: as the seed says.
pub(super) fn send_outside(
    state: &mut State,
    options: &AxisOptions,
    to: &[String],
    at_ms: i64,
) -> Option<String> {
    let is_automatic = |systemid: &str| {
        state
            .systems
            .get(systemid)
            .is_some_and(|system| system.seed.automatic.is_some())
    };
    let living = || state.agencies.iter().filter(|agency| !agency.is_deleted);
    let senders: Vec<Party> = living()
        .filter(|agency| is_automatic(&agency.systemid))
        .map(|agency| Party {
            code: agency.code.clone(),
            name: agency.name.clone(),
        })
        .collect();
    let chosen = |code: &String| {
        if to.is_empty() {
            state.outside.targets.is_empty() || state.outside.targets.contains(code)
        } else {
            to.contains(code)
        }
    };
    let receivers: Vec<Party> = living()
        .filter(|agency| !agency.systemid.is_empty() && !is_automatic(&agency.systemid))
        .filter(|agency| chosen(&agency.code) || chosen(&agency.code102))
        .map(|agency| Party {
            code: agency.code.clone(),
            name: agency.name.clone(),
        })
        .collect();
    let from = state.rng.pick(&senders)?.clone();
    let receiver = state.rng.pick(&receivers)?.clone();
    let systemid = state.agency(&from.code)?.systemid.clone();
    let recipients = vec![receiver.code.clone()];
    let draft = texts::document(&mut state.rng, from, vec![receiver], at_ms);
    let file = draft.write(&mut state.rng).ok()?;
    let parsed = edxml::parse(&file).ok()?;
    let passed = edxml::pass_through(parsed.root, &options.axis_code, at_ms);
    deliver(state, systemid, recipients, &edxml::write(&passed), at_ms)
}
