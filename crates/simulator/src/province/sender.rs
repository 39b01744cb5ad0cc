//! The next document of the day.
//!
//! Owns: who writes to whom, and sometimes a reply, a revocation, an update, a replacement.
//! Not here: texts (`texts.rs`), sending (`agent.rs`).
//! Invariant: no receiver belongs to a reserved system.
//! Follows: business types 0 to 3 of QCVN 102:2016/BTTTT.

use super::agent::Agent;
use super::config::{ProvinceAgency, ProvinceConfig};
use super::memory::{Known, Memory};
use crate::edxml::{Business, DocumentDraft, Party, Replacement};
use crate::rng::Rng;
use crate::texts;

/// Share of documents that answer a received one.
const REPLY_SHARE: f64 = 0.12;
/// Share of documents that act on an own earlier one.
const ACT_SHARE: f64 = 0.05;
/// An own document is acted on only when it is so old, so that it has arrived.
const ACT_AFTER_MS: i64 = 60_000;

/// A document ready to be sent.
pub(super) struct Outgoing {
    /// Place of the agent that sends it.
    pub(super) agent: usize,
    pub(super) systemid: String,
    pub(super) draft: DocumentDraft,
    pub(super) file: Vec<u8>,
}

/// `None` when nobody can receive.
pub(super) fn next(
    config: &ProvinceConfig,
    agents: &[Agent],
    memory: &mut Memory,
    rng: &mut Rng,
    now_ms: i64,
) -> Option<Outgoing> {
    let draw = rng.fraction();
    let known = if draw < ACT_SHARE {
        take_old(memory, rng, now_ms)
    } else if draw < ACT_SHARE + REPLY_SHARE {
        take_received(config, agents, memory, rng)
    } else {
        None
    };
    let (agent, draft) = match known {
        Some((known, is_own)) => {
            let agent = agents
                .iter()
                .position(|agent| agent.systemid() == known.systemid)?;
            (agent, about(&known, is_own, rng, now_ms))
        }
        None => fresh(config, agents, rng, now_ms)?,
    };
    let file = draft.write(rng).ok()?;
    let systemid = agents.get(agent)?.systemid().to_owned();
    Some(Outgoing {
        agent,
        systemid,
        draft,
        file,
    })
}

fn take_old(memory: &mut Memory, rng: &mut Rng, now_ms: i64) -> Option<(Known, bool)> {
    let old = memory
        .sent
        .iter()
        .filter(|known| known.at_ms + ACT_AFTER_MS < now_ms)
        .count();
    if old == 0 {
        return None;
    }
    memory
        .sent
        .remove(rng.below(old))
        .map(|known| (known, true))
}

/// A received document whose sender may be written to.
fn take_received(
    config: &ProvinceConfig,
    agents: &[Agent],
    memory: &mut Memory,
    rng: &mut Rng,
) -> Option<(Known, bool)> {
    let place = rng.below(memory.received.len());
    let known = memory.received.remove(place)?;
    let is_open = known.others.iter().all(|party| {
        config
            .outside
            .iter()
            .any(|outside| outside.code == party.code)
            || agents
                .iter()
                .flat_map(|agent| &agent.agencies)
                .any(|own| own.code == party.code)
    });
    is_open.then_some((known, false))
}

/// A document about an earlier one.
fn about(known: &Known, is_own: bool, rng: &mut Rng, now_ms: i64) -> DocumentDraft {
    let mut draft = texts::document(rng, known.own.clone(), known.others.clone(), now_ms);
    let cited = &known.target.code;
    if !is_own {
        draft.response_for = vec![known.target.clone()];
        draft.subject = format!("V/v trả lời văn bản số {cited}");
        return draft;
    }
    let document_id = known.target.document_id.clone();
    draft.business = match rng.below(3) {
        0 => {
            draft.response_for = vec![known.target.clone()];
            draft.subject = format!("Thu hồi văn bản số {cited}");
            Business::Revoke {
                reason: "Văn bản có sai sót về thể thức".into(),
            }
        }
        1 => {
            draft.subject = format!("Cập nhật văn bản số {cited}");
            Business::Update {
                reason: "Bổ sung phụ lục".into(),
                document_id,
                changes_content: true,
                receivers: Vec::new(),
            }
        }
        _ => {
            draft.subject = format!("Thay thế văn bản số {cited}");
            let codes = known
                .others
                .iter()
                .map(|party| party.code.clone())
                .collect();
            Business::Replace {
                reason: "Thay thế văn bản đã gửi".into(),
                replaced: vec![Replacement { document_id, codes }],
            }
        }
    };
    draft
}

fn fresh(
    config: &ProvinceConfig,
    agents: &[Agent],
    rng: &mut Rng,
    now_ms: i64,
) -> Option<(usize, DocumentDraft)> {
    let all: Vec<(usize, &ProvinceAgency)> = agents
        .iter()
        .enumerate()
        .flat_map(|(place, agent)| agent.agencies.iter().map(move |agency| (place, agency)))
        .collect();
    let (agent, from) = pick_sender(&all, rng)?;
    let others: Vec<&ProvinceAgency> = all
        .iter()
        .map(|(_, agency)| *agency)
        .filter(|agency| agency.code != from.code)
        .collect();
    let wanted = match rng.below(10) {
        0..=5 => 1,
        6..=8 => rng.between(2, 4),
        _ => rng.between(5, 12),
    };
    let mut to: Vec<Party> = Vec::new();
    for _ in 0..wanted {
        let Some(agency) = rng.pick(&others) else {
            break;
        };
        if !to.iter().any(|party| party.code == agency.code) {
            to.push(party(agency));
        }
    }
    if rng.chance(config.outside_share) || to.is_empty() {
        to.extend(rng.pick(&config.outside).cloned());
    }
    if to.is_empty() {
        return None;
    }
    Some((agent, texts::document(rng, party(from), to, now_ms)))
}

/// Higher bodies write more often than communes.
fn pick_sender<'a>(
    all: &[(usize, &'a ProvinceAgency)],
    rng: &mut Rng,
) -> Option<(usize, &'a ProvinceAgency)> {
    for _ in 0..8 {
        let (place, agency) = *rng.pick(all)?;
        let is_commune = agency.level == "commune";
        if !is_commune || rng.chance(0.25) {
            return Some((place, agency));
        }
    }
    rng.pick(all).copied()
}

fn party(agency: &ProvinceAgency) -> Party {
    Party {
        code: agency.code.clone(),
        name: agency.name.clone(),
    }
}
