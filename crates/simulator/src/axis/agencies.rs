//! The operations on the catalogue of agencies.
//!
//! Owns: the three lists in their different shapes, registering and deleting.
//! Not here: who may send to whom (`send.rs`).
//! Invariant: a deleted code is never given to another agency.
//! Follows: the VXP interface, `getAgenciesList` to `deleteAgency`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::check::{Caller, Refusal};
use super::operations::Success;
use super::seed::AgencySeed;
use super::state::State;
use crate::clock;

/// `code` is the new form, `oldCode` the old one.
pub(super) fn list(state: &State) -> Vec<Value> {
    let shown = |(place, agency): (usize, &AgencySeed)| {
        json!({
            "id": (place + 1).to_string(),
            "pid": parent_id(state, agency),
            "code": agency.code,
            "name": agency.name,
            "mail": agency.mail,
            "oldCode": agency.code102,
        })
    };
    living(state).map(shown).collect()
}

pub(super) fn list_qd20(state: &State) -> Vec<Value> {
    let shown = |(place, agency): (usize, &AgencySeed)| {
        json!({
            "id": (place + 1).to_string(),
            "code": agency.code,
            "name": agency.name,
            "mail": agency.mail,
            "code102": agency.code102,
        })
    };
    living(state).map(shown).collect()
}

/// Deleted ones are in this list, marked.
pub(super) fn list_units(state: &State, now_ms: i64) -> Vec<Value> {
    let modified = clock::edxml_date(now_ms).replace('/', "-");
    let shown = |(place, agency): (usize, &AgencySeed)| {
        json!({
            "id": (place + 1).to_string(),
            "pid": parent_id(state, agency),
            "code": agency.code,
            "name": agency.name,
            "mail": agency.mail,
            "version": agency.version.max(1),
            "centerCode": agency.systemid,
            "deleted": agency.is_deleted,
            "modifyDate": modified,
            "isAgency": true,
        })
    };
    state.agencies.iter().enumerate().map(shown).collect()
}

fn living(state: &State) -> impl Iterator<Item = (usize, &AgencySeed)> {
    state
        .agencies
        .iter()
        .enumerate()
        .filter(|(_, agency)| !agency.is_deleted)
}

fn parent_id(state: &State, agency: &AgencySeed) -> String {
    let place = state
        .agencies
        .iter()
        .position(|other| other.code == agency.parent);
    place.map_or_else(|| "0".to_owned(), |place| (place + 1).to_string())
}

#[derive(Deserialize)]
struct Registration {
    #[serde(default)]
    pcode: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    mail: String,
}

pub(super) fn register(
    state: &mut State,
    caller: &Caller,
    body: &[u8],
) -> Result<Success, Refusal> {
    let wanted: Registration =
        serde_json::from_slice(body).map_err(|_| Refusal::new("105", "body is not an agency"))?;
    if wanted.code.trim().is_empty() || wanted.name.trim().is_empty() {
        return Err(Refusal::new("105", "code or name is missing"));
    }
    let parent = state.agency(&wanted.pcode);
    if parent.is_none_or(|parent| parent.systemid != caller.systemid) {
        return Err(Refusal::new("110", "the body above is not of this system"));
    }
    if state.agency_of_any_time(&wanted.code).is_some() {
        return Err(Refusal::new("112", "the code is or was in use"));
    }
    let agency = AgencySeed {
        code: wanted.code.trim().into(),
        name: wanted.name,
        mail: wanted.mail,
        parent: wanted.pcode,
        systemid: caller.systemid.clone(),
        version: 1,
        ..AgencySeed::default()
    };
    state
        .add_agency(agency)
        .map_err(|error| Refusal::new("112", error.to_string()))?;
    Ok(Success::Plain)
}

pub(super) fn delete(state: &mut State, caller: &Caller) -> Result<Success, Refusal> {
    let code = caller.params.require("AgencyCode")?.to_owned();
    let agency = state
        .agency_mut(&code)
        .filter(|agency| agency.systemid == caller.systemid && !agency.is_deleted)
        .ok_or_else(|| Refusal::new("110", "no such agency of this system"))?;
    agency.is_deleted = true;
    agency.version += 1;
    Ok(Success::Plain)
}
