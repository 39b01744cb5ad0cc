//! The check of a call's headers.
//!
//! Owns: systemid, MAC over the received text, agreement of headers, timestamp window, parameters.
//! Not here: whether the caller may do what it asks (`operations.rs`).
//! Invariant: parameters are read from the signed text, never from a header beside it.
//! Follows: the VXP interface, headers and MAC; quirks of the existing Java kit.

use hyper::HeaderMap;
use serde_json::Value;

use super::Axis;
use crate::clock;
use crate::mac::{self, HEADER_PREFIX};

/// A refusal in the interface's own shape.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) code: String,
    pub(super) description: String,
}

impl Refusal {
    pub(super) fn new(code: &str, description: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            description: description.into(),
        }
    }
}

/// Signed parameters of a call, unprefixed names.
#[derive(Clone, Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

impl Params {
    /// The exact spelling wins over another case. Empty text counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let exact = self.0.iter().find(|(key, _)| key == name);
        let any_case = || {
            self.0
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        exact
            .or_else(any_case)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.trim().is_empty())
    }

    pub(super) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name)
            .ok_or_else(|| Refusal::new("105", format!("parameter {name} is missing")))
    }
}

/// A call that passed.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    pub(super) systemid: String,
    pub(super) params: Params,
}

/// Checks a call.
pub(super) fn check(axis: &Axis, headers: &HeaderMap) -> Result<Caller, Refusal> {
    let signed = raw(headers, "sign-header")?;
    let claimed = text(headers, "systemid")?;
    let (key, is_enabled, back_s, ahead_s) = {
        let state = axis.lock();
        let system = state.systems.get(claimed.trim());
        let system = system.ok_or_else(|| Refusal::new("101", "unknown system"))?;
        let seed = &system.seed;
        (
            system.key.clone(),
            seed.is_enabled,
            seed.window_back_s,
            seed.window_ahead_s,
        )
    };
    if !is_enabled {
        return Err(Refusal::new("101", "system is disabled"));
    }
    if !mac::is_signed(&key, signed, text(headers, "hash-header")?) {
        return Err(Refusal::new("102", "hash-header does not fit sign-header"));
    }
    let params = read_signed(signed)?;
    compare_headers(headers, &params)?;
    if params.get("systemid") != Some(claimed.trim()) {
        return Err(Refusal::new(
            "103",
            "systemid differs from its signed value",
        ));
    }
    check_window(&params, axis.now_ms(), back_s, ahead_s)?;
    Ok(Caller {
        systemid: claimed.trim().to_owned(),
        params,
    })
}

fn read_signed(signed: &[u8]) -> Result<Params, Refusal> {
    let bad = || Refusal::new("103", "sign-header is not an object of texts");
    let object: serde_json::Map<String, Value> =
        serde_json::from_slice(signed).map_err(|_| bad())?;
    let mut params = Vec::with_capacity(object.len());
    for (name, value) in object {
        let Value::String(value) = value else {
            return Err(bad());
        };
        let name = name
            .strip_prefix(HEADER_PREFIX)
            .ok_or_else(|| Refusal::new("103", "a signed name lacks the prefix"))?;
        params.push((name.to_owned(), value));
    }
    Ok(Params(params))
}

fn compare_headers(headers: &HeaderMap, params: &Params) -> Result<(), Refusal> {
    let listed: Vec<&str> = text(headers, "sign-header-key")?.split(';').collect();
    let is_same_set = listed.len() == params.0.len()
        && listed
            .iter()
            .all(|name| params.0.iter().any(|(key, _)| key == name));
    if !is_same_set {
        return Err(Refusal::new(
            "103",
            "sign-header-key lists other names than sign-header",
        ));
    }
    for (name, value) in &params.0 {
        let mut given = headers.get_all(format!("{HEADER_PREFIX}{name}")).iter();
        if !given.any(|header| header.as_bytes() == value.as_bytes()) {
            return Err(Refusal::new(
                "103",
                format!("{name} differs from its signed value"),
            ));
        }
    }
    let media_type = params.require("Content-Type")?;
    let sent = headers
        .get(hyper::header::CONTENT_TYPE)
        .map(|value| value.as_bytes());
    let is_same = sent.is_some_and(|sent| sent.eq_ignore_ascii_case(media_type.as_bytes()));
    if !is_same {
        return Err(Refusal::new(
            "103",
            "Content-Type differs from its signed value",
        ));
    }
    Ok(())
}

fn check_window(params: &Params, now_ms: i64, back_s: i64, ahead_s: i64) -> Result<(), Refusal> {
    let given = params.require("timestamp")?;
    let at_ms = clock::parse_kit_timestamp(given)
        .ok_or_else(|| Refusal::new("104", "timestamp cannot be read"))?;
    let is_inside = at_ms >= now_ms - back_s * 1000 && at_ms <= now_ms + ahead_s * 1000;
    if !is_inside {
        return Err(Refusal::new("104", "timestamp is outside the window"));
    }
    Ok(())
}

fn raw<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a [u8], Refusal> {
    headers
        .get(format!("{HEADER_PREFIX}{name}"))
        .map(|value| value.as_bytes())
        .ok_or_else(|| Refusal::new("105", format!("header {name} is missing")))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Refusal> {
    std::str::from_utf8(raw(headers, name)?)
        .map_err(|_| Refusal::new("105", format!("header {name} is not text")))
}
