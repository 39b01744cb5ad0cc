//! The control interface: JSON under `/control/`.
//!
//! Owns: its paths and bodies.
//! Not here: what they do (`mod.rs`).
//! Invariant: never part of an outage, never subject to faults.
//! Follows: nothing outside; only for tests and demonstrations, so bind it to loopback.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::{Method, Request, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::connection::{Body, plain};
use super::reply::Reply;
use super::{AxisSeed, FaultRule, Handle};

/// Largest control body; a seed with all agencies of a country fits.
const BODY_BYTES_MAX: usize = 16 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_ms: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Outside {
    #[serde(default = "one")]
    count: usize,
    #[serde(default)]
    to: Vec<String>,
}

fn one() -> usize {
    1
}

pub(super) async fn respond(handle: &Handle, request: Request<Incoming>) -> Response<Body> {
    let method = request.method().clone();
    let path = request
        .uri()
        .path()
        .trim_start_matches("/control/")
        .to_owned();
    let body = Limited::new(request.into_body(), BODY_BYTES_MAX)
        .collect()
        .await;
    let reply = match body {
        Ok(body) => answer(handle, &method, &path, &body.to_bytes()),
        Err(_) => Err(anyhow::anyhow!("body too large or incomplete")),
    };
    plain(reply.unwrap_or_else(|error| Reply {
        status: 400,
        ..Reply::json(&json!({"error": format!("{error:#}")}))
    }))
}

fn answer(handle: &Handle, method: &Method, path: &str, body: &[u8]) -> anyhow::Result<Reply> {
    let parts: Vec<&str> = path.split('/').collect();
    let value = match (method.as_str(), parts.as_slice()) {
        ("GET", ["health"]) => json!({"status": "ok", "now_ms": handle.now_ms()}),
        ("GET", ["seed"]) => serde_json::to_value(handle.seed())?,
        ("POST" | "PUT", ["seed"]) => {
            handle.replant(read::<AxisSeed>(body)?)?;
            json!({"status": "ok"})
        }
        ("GET", ["faults"]) => faults(handle)?,
        ("POST", ["faults"]) => json!({"id": handle.add_fault(read::<FaultRule>(body)?)}),
        ("DELETE", ["faults"]) => {
            handle.clear_faults();
            json!({"status": "ok"})
        }
        ("DELETE", ["faults", id]) => json!({"removed": handle.remove_fault(id.parse()?)}),
        ("GET", ["dump"]) => serde_json::to_value(handle.dump())?,
        ("GET", ["stats"]) => serde_json::to_value(handle.stats())?,
        ("GET", ["clock"]) => json!({"now_ms": handle.now_ms()}),
        ("POST", ["clock"]) => {
            handle.advance(Duration::from_millis(read::<Advance>(body)?.advance_ms));
            json!({"now_ms": handle.now_ms()})
        }
        ("POST", ["outside"]) => {
            let wanted: Outside = read(body)?;
            json!({"doc_ids": handle.send_outside(wanted.count, &wanted.to)})
        }
        ("GET", ["content", doc_id]) => return Ok(content(handle, doc_id)),
        _ => {
            let unknown = json!({"error": "no such control path"});
            return Ok(Reply {
                status: 404,
                ..Reply::json(&unknown)
            });
        }
    };
    Ok(Reply::json(&value))
}

fn read<T: DeserializeOwned>(body: &[u8]) -> anyhow::Result<T> {
    let body = if body.is_empty() { b"{}" } else { body };
    Ok(serde_json::from_slice(body)?)
}

fn faults(handle: &Handle) -> anyhow::Result<Value> {
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

fn content(handle: &Handle, doc_id: &str) -> Reply {
    match handle
        .content(doc_id)
        .filter(|content: &Bytes| !content.is_empty())
    {
        Some(body) => Reply {
            status: 200,
            content_type: "application/xml",
            body,
        },
        None => Reply {
            status: 404,
            ..Reply::json(&json!({"error": "no such content"}))
        },
    }
}
