//! The control interface of the simulated sign-on: JSON under `/control/`.
//!
//! Owns: its paths and bodies; they are those of the simulated axis, so one command steers both.
//! Not here: what they do (`mod.rs`).
//! Invariant: never subject to faults.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::http::{Answer, Call};
use super::{Endpoint, SsoFaultRule, SsoHandle};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

pub(super) fn answer(handle: &SsoHandle, call: &Call, path: &str) -> Answer {
    match value(handle, call, path) {
        Ok(Some(value)) => Answer::json(&value),
        Ok(None) => Answer {
            status: 404,
            ..Answer::json(&json!({"error": "no such control path"}))
        },
        Err(error) => Answer {
            status: 400,
            ..Answer::json(&json!({"error": format!("{error:#}")}))
        },
    }
}

fn value(handle: &SsoHandle, call: &Call, path: &str) -> anyhow::Result<Option<Value>> {
    let parts: Vec<&str> = path.split('/').collect();
    let value = match (call.method.as_str(), parts.as_slice()) {
        ("GET", ["health"]) => json!({"status": "ok"}),
        ("GET", ["people" | "dump"]) => json!({"items": handle.people()}),
        ("GET", ["faults"]) => faults(handle)?,
        ("POST", ["faults"]) => {
            json!({"id": handle.add_fault(serde_json::from_slice::<SsoFaultRule>(&call.body)?)})
        }
        ("DELETE", ["faults"]) => {
            handle.clear_faults();
            json!({"status": "ok"})
        }
        ("DELETE", ["faults", id]) => json!({"removed": handle.remove_fault(id.parse()?)}),
        ("POST", ["keys"]) => {
            handle.rotate_key()?;
            json!({"status": "ok"})
        }
        ("POST", ["clock"]) => {
            let wanted: Advance = serde_json::from_slice(&call.body)?;
            handle.advance(Duration::from_millis(wanted.advance_ms));
            json!({"status": "ok"})
        }
        ("GET", ["stats"]) => stats(handle)?,
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn faults(handle: &SsoHandle) -> anyhow::Result<Value> {
    let mut items = Vec::new();
    for (id, rule) in handle.faults() {
        let mut value = serde_json::to_value(rule)?;
        if let Value::Object(object) = &mut value {
            object.insert("id".into(), id.into());
        }
        items.push(value);
    }
    Ok(json!({ "items": items }))
}

fn stats(handle: &SsoHandle) -> anyhow::Result<Value> {
    let all = [
        Endpoint::Discovery,
        Endpoint::Authorize,
        Endpoint::Token,
        Endpoint::Userinfo,
        Endpoint::Check,
        Endpoint::Revoke,
        Endpoint::Jwks,
    ];
    let mut calls = serde_json::Map::new();
    for endpoint in all {
        let name = serde_json::to_value(endpoint)?;
        let name = name.as_str().unwrap_or_default().to_owned();
        calls.insert(name, handle.calls(endpoint).into());
    }
    Ok(json!({ "calls": calls }))
}
