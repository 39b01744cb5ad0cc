//! `sendEdoc`: a message comes in and is laid into mailboxes.
//!
//! Owns: digest, conformity, sender, recipients of documents and of status messages.
//! Not here: what happens to the content in transit (`edxml/transit.rs`).
//! Invariant: all recipients or none.
//! Follows: the VXP interface, `sendEdoc`; QCVN 102:2016/BTTTT.

use bytes::Bytes;

use super::Axis;
use super::check::{Caller, Refusal};
use super::operations::{Success, kind_of};
use super::state::{Accepted, State};
use crate::edxml::{self, Kind, MESSAGE_BYTES_MAX, Summary};
use crate::mac;

pub(super) fn send(axis: &Axis, caller: &Caller, body: &[u8]) -> Result<Success, Refusal> {
    let kind = kind_of(caller)?;
    let from = caller.params.require("from")?;
    caller.params.require("servicetype")?;
    let file = file_of(body, caller.params.require("hash-file")?)?;
    if file.len() > MESSAGE_BYTES_MAX {
        return Err(Refusal::new(
            "107",
            format!("more than {MESSAGE_BYTES_MAX} bytes"),
        ));
    }
    let parsed = edxml::parse(file).map_err(|error| Refusal::new("108", error.to_string()))?;
    let summary = Summary::of(&parsed.root)
        .map_err(|(code, path)| Refusal::new("108", format!("{code} {path}")))?;
    if summary.kind != kind {
        return Err(Refusal::new(
            "108",
            "messagetype disagrees with the message",
        ));
    }
    let at_ms = axis.now_ms();
    let passed = edxml::pass_through(parsed.root, &axis.options.axis_code, at_ms);
    let content = Bytes::from(edxml::write(&passed));
    let digest = mac::hex_padded(&mac::sha256(file));
    let mut state = axis.lock();
    for code in [from, summary.from.as_str()] {
        let owner = state.agency(code).map(|agency| agency.systemid.as_str());
        if owner != Some(caller.systemid.as_str()) {
            return Err(Refusal::new(
                "110",
                format!("sender {code} is not of this system"),
            ));
        }
    }
    let recipients = recipients(&state, &summary, caller.params.get("to"))?;
    if !state.has_room(&content, recipients.len()) {
        return Err(Refusal::new("113", "mailboxes are full, try again"));
    }
    let accepted = Accepted {
        systemid: caller.systemid.clone(),
        summary,
        recipients,
        content,
        digest,
        size_bytes: file.len(),
        defects: parsed.defects,
    };
    let doc_id = state.accept(accepted, at_ms);
    drop(state);
    axis.wake.notify_one();
    Ok(Success::DocId(doc_id))
}

/// The file without the kit's CR LF, when the digest then fits.
fn file_of<'a>(body: &'a [u8], digest: &str) -> Result<&'a [u8], Refusal> {
    let cut = body.strip_suffix(b"\r\n");
    [cut, Some(body)]
        .into_iter()
        .flatten()
        .find(|file| mac::is_digest_of(digest, file))
        .ok_or_else(|| Refusal::new("106", "hash-file does not fit the file"))
}

fn recipients(state: &State, summary: &Summary, to: Option<&str>) -> Result<Vec<String>, Refusal> {
    let mut codes = match (to, summary.kind) {
        (Some(to), _) => codes_of(to),
        (None, Kind::Document) => summary.to.clone(),
        (None, Kind::Status) => status_recipients(state, summary),
    };
    let mut seen = std::collections::HashSet::new();
    codes.retain(|code| seen.insert(code.clone()));
    if codes.is_empty() {
        return Err(Refusal::new("109", "no recipient"));
    }
    let is_unreachable = |code: &&String| {
        state
            .agency(code)
            .is_none_or(|agency| agency.systemid.is_empty())
    };
    let unknown: Vec<&str> = codes
        .iter()
        .filter(is_unreachable)
        .map(String::as_str)
        .collect();
    if !unknown.is_empty() {
        return Err(Refusal::new(
            "109",
            format!("unknown recipient {}", unknown.join(", ")),
        ));
    }
    if let Some(code) = codes
        .iter()
        .find(|code| state.agency(code).is_some_and(|agency| agency.is_locked))
    {
        return Err(Refusal::new("114", format!("recipient {code} is locked")));
    }
    Ok(codes)
}

/// An array of codes as JSON, or one code.
fn codes_of(to: &str) -> Vec<String> {
    serde_json::from_str::<Vec<String>>(to)
        .or_else(|_| serde_json::from_str::<String>(to).map(|code| vec![code]))
        .unwrap_or_else(|_| vec![to.trim().to_owned()])
}

fn status_recipients(state: &State, summary: &Summary) -> Vec<String> {
    let mut codes = Vec::new();
    for target in &summary.response_for {
        if summary.status_code == "13" && target.organ_id == summary.from {
            codes.extend(state.recipients_of(&summary.from, &target.document_id));
        } else if !target.organ_id.is_empty() {
            codes.push(target.organ_id.clone());
        }
    }
    codes
}
