//! The wire: accepting connections, running a call, breaking off where a fault wants it.
//!
//! Owns: the HTTP/1.1 loop, limits on connections and bodies, real cuts of a connection.
//! Not here: what a call does (`operations.rs`), the control interface (`control.rs`).
//! Invariant: a fault in one call harms no other connection.
//! Follows: the VXP interface; the existing kit's habits on the wire.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, Limited, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::check::{self, Refusal};
use super::faults::{FaultKind, OutageMode, Stage};
use super::operations::{self, Operation, Success};
use super::reply::{self, Reply};
use super::{Axis, Handle, control, spoil};
use crate::edxml::MESSAGE_BYTES_MAX;

/// Most connections at a time; further ones wait.
const CONNECTIONS_MAX: usize = 1_024;
/// Largest body that is read; a little more than a message so that one too large is answered.
const BODY_BYTES_MAX: usize = MESSAGE_BYTES_MAX + (1 << 20);
/// Time for the first half of a reply to leave before the connection ends.
const FLUSH: Duration = Duration::from_millis(30);

/// The connection is to end here.
#[derive(Debug, thiserror::Error)]
#[error("connection cut on purpose")]
pub(super) struct Cut;

pub(super) type Body = UnsyncBoxBody<Bytes, Cut>;

pub(super) fn whole(bytes: Bytes) -> Body {
    Full::new(bytes)
        .map_err(|never: Infallible| match never {})
        .boxed_unsync()
}

/// Runs until dropped; connections end with it.
pub(super) async fn accept_all(listener: TcpListener, handle: Handle) {
    let mut connections = JoinSet::new();
    loop {
        while connections.len() >= CONNECTIONS_MAX {
            connections.join_next().await;
        }
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, handle.clone()));
            }
            Err(error) => {
                // Out of descriptors, as a rule: the next connection may end meanwhile.
                tracing::warn!(%error, "cannot accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn serve(stream: TcpStream, handle: Handle) {
    let _ = stream.set_nodelay(true);
    let hang_up = Arc::new(Notify::new());
    let for_calls = Arc::clone(&hang_up);
    let service =
        service_fn(move |request| respond(handle.clone(), request, Arc::clone(&for_calls)));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        result = connection => if let Err(error) = result {
            tracing::debug!(%error, "connection ended");
        },
        () = hang_up.notified() => {}
    }
}

async fn respond(
    handle: Handle,
    request: Request<Incoming>,
    hang_up: Arc<Notify>,
) -> Result<Response<Body>, Cut> {
    if request.uri().path().starts_with("/control/") {
        return Ok(control::respond(&handle, request).await);
    }
    let name = request.uri().path().rsplit('/').next().unwrap_or_default();
    let Some(operation) = Operation::of(name) else {
        let refusal = Refusal::new("100", "no such operation");
        let reply = Reply {
            status: 404,
            ..reply::refused(&refusal)
        };
        return Ok(plain(reply));
    };
    let (head, body) = request.into_parts();
    let body = Limited::new(body, BODY_BYTES_MAX).collect().await;
    let body = body.map(|collected| collected.to_bytes());
    call(&handle.axis, operation, &head.headers, body.ok(), &hang_up).await
}

/// `body` is `None` when it was too large or broke off.
async fn call(
    axis: &Axis,
    operation: Operation,
    headers: &HeaderMap,
    body: Option<Bytes>,
    hang_up: &Arc<Notify>,
) -> Result<Response<Body>, Cut> {
    let systemid = headers
        .get("XroadVnpt-systemid")
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    axis.lock().stats.called(operation);
    let mut outcome = None;
    for fault in draw(axis, Stage::Arrival, operation, &systemid) {
        match fault {
            FaultKind::Delay { ms } => tokio::time::sleep(Duration::from_millis(ms)).await,
            FaultKind::CutBefore
            | FaultKind::Outage {
                mode: OutageMode::Cut,
                ..
            } => {
                return Err(Cut);
            }
            FaultKind::Outage {
                mode: OutageMode::Unavailable,
                ..
            } => {
                return Ok(plain(Reply::html(503)));
            }
            FaultKind::Http { status } => return Ok(plain(Reply::html(status))),
            FaultKind::WrongMac => outcome = Some(Err(Refusal::new("102", "wrong MAC"))),
            FaultKind::ExpiredTimestamp => {
                outcome = Some(Err(Refusal::new("104", "timestamp is outside the window")));
            }
            FaultKind::Fail {
                code, description, ..
            } => {
                outcome = Some(Err(Refusal::new(&code, description)));
            }
            _ => {}
        }
    }
    let outcome = outcome.unwrap_or_else(|| run(axis, operation, headers, body.as_deref()));
    let outcome = spoil_outcome(axis, operation, &systemid, outcome);
    let code = outcome.as_ref().err().map(|refusal| refusal.code.clone());
    axis.lock().stats.answered(operation, code.as_deref());
    let reply = match outcome {
        Ok(success) => reply::succeeded(operation, success),
        Err(refusal) => reply::refused(&refusal),
    };
    finish(axis, operation, &systemid, reply, hang_up)
}

fn draw(axis: &Axis, stage: Stage, operation: Operation, systemid: &str) -> Vec<FaultKind> {
    let now_ms = axis.now_ms();
    let mut state = axis.lock();
    let fired = state.faults.draw(stage, operation, systemid, now_ms);
    for fault in &fired {
        state.stats.fired(&fault.name());
    }
    fired
}

fn run(
    axis: &Axis,
    operation: Operation,
    headers: &HeaderMap,
    body: Option<&[u8]>,
) -> Result<Success, Refusal> {
    let caller = check::check(axis, headers)?;
    let body = body.ok_or_else(|| Refusal::new("107", "body too large or incomplete"))?;
    operations::perform(axis, operation, &caller, body)
}

fn spoil_outcome(
    axis: &Axis,
    operation: Operation,
    systemid: &str,
    outcome: Result<Success, Refusal>,
) -> Result<Success, Refusal> {
    let mut success = outcome?;
    for fault in draw(axis, Stage::Outcome, operation, systemid) {
        if let FaultKind::Fail {
            code, description, ..
        } = fault
        {
            return Err(Refusal::new(&code, description));
        }
    }
    match &mut success {
        Success::List(items) if !items.is_empty() => {
            for fault in draw(axis, Stage::List, operation, systemid) {
                spoil_list(axis, items, &fault);
            }
        }
        Success::Content(content) => {
            for fault in draw(axis, Stage::Content, operation, systemid) {
                let mut rng = axis.lock().rng.clone();
                *content = spoil::content(content, &fault, &mut rng);
            }
        }
        Success::List(_) | Success::Plain | Success::DocId(_) | Success::Count(_) => {}
    }
    Ok(success)
}

fn spoil_list(axis: &Axis, items: &mut Vec<serde_json::Value>, fault: &FaultKind) {
    match fault {
        FaultKind::DuplicateItems => {
            let once = std::mem::take(items);
            items.extend(once.into_iter().flat_map(|item| [item.clone(), item]));
        }
        FaultKind::ReverseOrder => items.reverse(),
        FaultKind::MissingItems { polls } => {
            let mut state = axis.lock();
            for item in items.drain(..) {
                let doc_id = item.get("docId").and_then(|doc_id| doc_id.as_str());
                if let Some(copy) = doc_id.and_then(|doc_id| state.copy_mut(doc_id)) {
                    copy.hidden_polls = polls.saturating_sub(1);
                }
            }
        }
        _ => {}
    }
}

fn finish(
    axis: &Axis,
    operation: Operation,
    systemid: &str,
    mut reply: Reply,
    hang_up: &Arc<Notify>,
) -> Result<Response<Body>, Cut> {
    let mut is_cut = false;
    for fault in draw(axis, Stage::Reply, operation, systemid) {
        match fault {
            FaultKind::CutAfter => return Err(Cut),
            FaultKind::CutMiddle => is_cut = true,
            FaultKind::CloseAfter => {
                let hang_up = Arc::clone(hang_up);
                tokio::spawn(async move {
                    tokio::time::sleep(FLUSH).await;
                    hang_up.notify_one();
                });
            }
            FaultKind::ListHtml => reply = Reply::html(200),
            FaultKind::ListEmpty => reply.body = Bytes::new(),
            FaultKind::ListTruncated => reply.body.truncate(reply.body.len() / 2),
            FaultKind::Base64Cut => reply.body = cut_base64(&reply.body),
            _ => {}
        }
    }
    Ok(if is_cut { half(&reply) } else { plain(reply) })
}

/// Takes the last characters of `data` away, so that its length is no multiple of four.
fn cut_base64(body: &Bytes) -> Bytes {
    let Ok(mut value) = serde_json::from_slice::<serde_json::Value>(body) else {
        return body.clone();
    };
    if let Some(serde_json::Value::String(data)) = value.get_mut("data") {
        data.truncate((data.len() / 2) | 1);
    }
    Bytes::from(reply::ascii(&value))
}

fn head(reply: &Reply) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    response
}

pub(super) fn plain(reply: Reply) -> Response<Body> {
    head(&reply).map(|()| whole(reply.body))
}

/// Promises the whole reply, sends half of it and breaks off.
fn half(reply: &Reply) -> Response<Body> {
    let length = reply.body.len();
    let first = reply.body.slice(..length / 2);
    let frames = stream::unfold(Some(first), |first| async move {
        let first = first?;
        if first.is_empty() {
            tokio::time::sleep(FLUSH).await;
            return Some((Err(Cut), None));
        }
        Some((Ok(Frame::data(first)), Some(Bytes::new())))
    });
    let mut response = head(reply).map(|()| BodyExt::boxed_unsync(StreamBody::new(frames)));
    response
        .headers_mut()
        .insert(CONTENT_LENGTH, HeaderValue::from(length));
    response
}
