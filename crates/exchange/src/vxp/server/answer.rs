//! Answers on the wire: JSON in US-ASCII, or the file itself.
//!
//! Owns: the shapes of success and refusal, streaming of large files in both forms.
//! Not here: items of lists (`../wire/lists.rs`).
//! Invariant: an answer has a length, so that a cut one is seen; a large file is never in memory
//! whole.
//! Follows: design document "Document exchange", sections 7.2 and 7.3.

use std::io;

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use lgsp_platform::blobs;
use serde::Serialize;
use tokio::io::AsyncReadExt as _;

use super::super::wire::{JSON, OCTET_STREAM, Refused, to_ascii_json};
use crate::service::Rendered;

/// Bytes of a file read at once; divisible by three, so that base64 parts join.
const PART_BYTES: usize = 49_152;

#[derive(Serialize)]
struct Success<'a, T> {
    status: &'static str,
    #[serde(rename = "ErrorCode")]
    error_code: &'static str,
    #[serde(rename = "ErrorDesc")]
    error_desc: &'static str,
    #[serde(rename = "DocId", skip_serializing_if = "Option::is_none")]
    doc_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<T>,
}

impl<T> Success<'_, T> {
    const fn plain() -> Self {
        Self {
            status: "OK",
            error_code: "0",
            error_desc: "Success",
            doc_id: None,
            count: None,
            data: None,
        }
    }
}

#[derive(Serialize)]
struct Failed<'a> {
    status: &'static str,
    #[serde(rename = "ErrorCode")]
    error_code: &'static str,
    #[serde(rename = "ErrorDesc")]
    error_desc: &'a str,
}

pub(super) fn plain() -> Response<Body> {
    json(StatusCode::OK, to_ascii_json(&Success::<()>::plain()))
}

pub(super) fn doc_id(doc_id: &str) -> Response<Body> {
    let success = Success::<()> {
        doc_id: Some(doc_id),
        ..Success::plain()
    };
    json(StatusCode::OK, to_ascii_json(&success))
}

pub(super) fn count(count: u64) -> Response<Body> {
    let success = Success::<()> {
        count: Some(count),
        ..Success::plain()
    };
    json(StatusCode::OK, to_ascii_json(&success))
}

pub(super) fn list<T: Serialize>(items: Vec<T>) -> Response<Body> {
    let success = Success {
        data: Some(items),
        ..Success::plain()
    };
    json(StatusCode::OK, to_ascii_json(&success))
}

pub(super) fn refusal(refused: &Refused, has_http_codes: bool) -> Response<Body> {
    let failed = Failed {
        status: "FAIL",
        error_code: refused.code.as_str(),
        error_desc: &refused.description(),
    };
    let status = if has_http_codes {
        StatusCode::from_u16(refused.code.http_status()).unwrap_or(StatusCode::OK)
    } else {
        StatusCode::OK
    };
    json(status, to_ascii_json(&failed))
}

/// The answer of `getEdoc`: the file as base64 inside JSON.
pub(super) fn base64(rendered: Rendered) -> Response<Body> {
    const HEAD: &str = r#"{"status":"OK","ErrorCode":"0","ErrorDesc":"Success","data":""#;
    const TAIL: &str = r#""}"#;
    let file = match rendered.body {
        blobs::Body::Inline(bytes) => {
            let mut text = String::with_capacity(HEAD.len() + bytes.len() / 3 * 4 + 8);
            text.push_str(HEAD);
            STANDARD.encode_string(&bytes, &mut text);
            text.push_str(TAIL);
            return json(StatusCode::OK, text.into_bytes());
        }
        blobs::Body::Spooled(file) => file,
    };
    let encoded = parts_of(file).map(|part| part.map(|part| Bytes::from(STANDARD.encode(part))));
    let whole = stream::once(async { Ok(Bytes::from_static(HEAD.as_bytes())) })
        .chain(encoded)
        .chain(stream::once(async {
            Ok(Bytes::from_static(TAIL.as_bytes()))
        }));
    let length = HEAD.len() as u64 + rendered.size_bytes.div_ceil(3) * 4 + TAIL.len() as u64;
    respond(StatusCode::OK, JSON, length, Body::from_stream(whole))
}

/// The answer of `downloadEdoc`: the file itself.
pub(super) fn file(rendered: Rendered) -> Response<Body> {
    let length = rendered.size_bytes;
    let body = match rendered.body {
        blobs::Body::Inline(bytes) => Body::from(bytes),
        blobs::Body::Spooled(file) => Body::from_stream(parts_of(file)),
    };
    respond(StatusCode::OK, OCTET_STREAM, length, body)
}

/// A file as parts of [`PART_BYTES`], the last one shorter.
pub(crate) fn parts_of(file: std::fs::File) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let file = tokio::fs::File::from_std(file);
    stream::try_unfold(file, |mut file| async move {
        let mut part = Vec::with_capacity(PART_BYTES);
        while part.len() < PART_BYTES {
            let left = (PART_BYTES - part.len()) as u64;
            if (&mut file).take(left).read_buf(&mut part).await? == 0 {
                break;
            }
        }
        Ok(Some((Bytes::from(part), file)).filter(|(part, _)| !part.is_empty()))
    })
}

fn json(status: StatusCode, text: Vec<u8>) -> Response<Body> {
    respond(status, JSON, text.len() as u64, Body::from(text))
}

fn respond(
    status: StatusCode,
    media_type: &'static str,
    length: u64,
    body: Body,
) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Seek as _, SeekFrom, Write as _};

    use super::*;
    use crate::{service::MessageType, vxp::wire::Code};

    async fn text(response: Response<Body>) -> String {
        let length = response.headers()[header::CONTENT_LENGTH]
            .to_str()
            .unwrap()
            .to_owned();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20)
            .await
            .unwrap();
        assert_eq!(length, body.len().to_string());
        String::from_utf8(body.to_vec()).unwrap()
    }

    fn rendered(bytes: &[u8], is_file: bool) -> Rendered {
        let body = if is_file {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(bytes).unwrap();
            file.seek(SeekFrom::Start(0)).unwrap();
            blobs::Body::Spooled(file)
        } else {
            blobs::Body::Inline(Bytes::copy_from_slice(bytes))
        };
        Rendered {
            message_type: MessageType::Edoc,
            body,
            size_bytes: bytes.len() as u64,
        }
    }

    #[tokio::test]
    async fn a_file_leaves_the_same_from_memory_and_from_disk() {
        for length in [
            0,
            1,
            2,
            3,
            PART_BYTES - 1,
            PART_BYTES,
            PART_BYTES + 1,
            3 * PART_BYTES,
        ] {
            let bytes: Vec<u8> = (32..127_u8).cycle().take(length).collect();
            let small = text(base64(rendered(&bytes, false))).await;
            let large = text(base64(rendered(&bytes, true))).await;
            assert!(small == large, "{length}");
            let read: serde_json::Value = serde_json::from_str(&large).unwrap();
            let data = read["data"].as_str().unwrap();
            assert!(STANDARD.decode(data).unwrap() == bytes, "{length}");
            assert!(
                text(file(rendered(&bytes, true))).await.into_bytes() == bytes,
                "{length}"
            );
        }
    }

    #[tokio::test]
    async fn refusals_are_ascii_and_may_carry_real_codes() {
        let refused = Refused::new(Code::Recipient, "Sở mẫu");
        let response = refusal(&refused, false);
        assert_eq!(response.status(), StatusCode::OK);
        let body = text(response).await;
        assert!(body.is_ascii());
        assert!(
            body.starts_with(r#"{"status":"FAIL","ErrorCode":"109","ErrorDesc":""#),
            "{body}"
        );
        assert_eq!(
            refusal(&refused, true).status(),
            StatusCode::UNPROCESSABLE_ENTITY
        );
        assert_eq!(
            text(plain()).await,
            r#"{"status":"OK","ErrorCode":"0","ErrorDesc":"Success"}"#
        );
        assert!(text(doc_id("a")).await.ends_with(r#","DocId":"a"}"#));
        assert!(text(count(0)).await.ends_with(r#","count":0}"#));
        assert!(text(list::<u8>(vec![])).await.ends_with(r#","data":[]}"#));
    }
}
