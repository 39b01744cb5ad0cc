//! Replies in the interface's shape.
//!
//! Owns: JSON with only ASCII in it, content types, the text of each result.
//! Not here: cutting and spoiling of replies (`connection.rs`).
//! Invariant: every reply body that is JSON is US-ASCII, for the kit reads it so.
//! Follows: the VXP interface, results of the 13 operations.

use std::fmt::Write as _;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

use super::check::Refusal;
use super::operations::{Operation, Success};

/// A reply before it is put on the wire.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) body: Bytes,
}

impl Reply {
    pub(super) fn json(value: &Value) -> Self {
        Self {
            status: 200,
            content_type: "application/json",
            body: Bytes::from(ascii(value)),
        }
    }

    pub(super) fn html(status: u16) -> Self {
        let page =
            format!("<html><head><title>{status}</title></head><body>{status}</body></html>");
        Self {
            status,
            content_type: "text/html",
            body: Bytes::from(page),
        }
    }
}

/// JSON text with every other character escaped.
pub(super) fn ascii(value: &Value) -> String {
    let text = value.to_string();
    if text.is_ascii() {
        return text;
    }
    let mut out = String::with_capacity(text.len() * 2);
    for character in text.chars() {
        if character.is_ascii() {
            out.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            let _ = write!(out, "\\u{unit:04x}");
        }
    }
    out
}

pub(super) fn refused(refusal: &Refusal) -> Reply {
    let mut object = Map::new();
    object.insert("status".into(), "FAIL".into());
    object.insert("ErrorCode".into(), refusal.code.clone().into());
    object.insert("ErrorDesc".into(), refusal.description.clone().into());
    Reply::json(&Value::Object(object))
}

pub(super) fn succeeded(operation: Operation, success: Success) -> Reply {
    let mut object = Map::new();
    object.insert("status".into(), "OK".into());
    object.insert("ErrorCode".into(), "0".into());
    object.insert("ErrorDesc".into(), "Success".into());
    match success {
        Success::Plain => {}
        Success::DocId(doc_id) => {
            object.insert("DocId".into(), doc_id.into());
        }
        Success::Count(count) => {
            object.insert("count".into(), count.into());
        }
        Success::List(items) => {
            object.insert("data".into(), items.into());
        }
        Success::Content(content) if operation == Operation::DownloadEdoc => {
            return Reply {
                status: 200,
                content_type: "application/octet-stream",
                body: content,
            };
        }
        Success::Content(content) => {
            object.insert("data".into(), STANDARD.encode(content).into());
        }
    }
    Reply::json(&Value::Object(object))
}
