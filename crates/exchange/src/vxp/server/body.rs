//! Bodies of calls: the file of `sendEdoc`, and the small ones of all others.
//!
//! Owns: reading within limits, draining of what is not wanted.
//! Not here: what the file is (`service/`).
//! Invariant: at most one part of a file is in memory; a body that is too large is refused by a
//! reply that the client can still read.
//! Follows: design document "Document exchange", sections 4 (limits) and 7.2.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, header::CONTENT_LENGTH},
};
use futures_util::{Stream, StreamExt as _};
use lgsp_platform::blobs::{Blobs, Received};

use super::super::wire::{Code, DigestForm, Refused, TrimCrlf, settle_tail};
use crate::{Error, kinds::SystemQuirks};

/// Largest body of an operation that takes no file.
pub(super) const SMALL_BYTES_MAX: usize = 65_536;
/// Read and thrown away behind a file that is too large, so that the client sees the reply.
const DRAIN_BYTES_MAX: usize = 1_048_576;
/// A whole file must have come within this time.
const RECEIVE_TIMEOUT_S: u64 = 600;
/// A small body must have come within this time.
const SMALL_TIMEOUT_S: u64 = 30;
/// What the kit puts behind a file.
const CRLF_BYTES: u64 = 2;

/// The body of an operation without a file; reading it lets `Expect: 100-continue` go on.
pub(super) async fn read_small(body: Body) -> Result<Bytes, Refused> {
    let read = axum::body::to_bytes(body, SMALL_BYTES_MAX);
    match tokio::time::timeout(Duration::from_secs(SMALL_TIMEOUT_S), read).await {
        Ok(Ok(content)) => Ok(content),
        Ok(Err(_)) | Err(_) => Err(Refused::new(Code::Parameter, "body")),
    }
}

/// What a file must fit.
pub(super) struct Expected<'a> {
    /// The signed parameter.
    pub(super) hash_file: &'a str,
    /// Largest file.
    pub(super) bytes_max: u64,
    /// What is tolerated of this client.
    pub(super) quirks: &'a SystemQuirks,
}

/// Takes in a file: hashed on the way, without the CR LF of the kit when the digest then fits.
pub(super) async fn receive(
    blobs: &Blobs,
    headers: &HeaderMap,
    body: Body,
    expected: &Expected<'_>,
) -> Result<Received, Refused> {
    let stream = body.into_data_stream();
    if announced(headers).is_some_and(|length| length > expected.bytes_max + CRLF_BYTES) {
        drain(stream).await;
        return Err(too_large(expected));
    }
    let limit = Duration::from_secs(RECEIVE_TIMEOUT_S);
    match tokio::time::timeout(limit, receive_stream(blobs, stream, expected)).await {
        Ok(received) => received,
        Err(_) => Err(Refused::new(Code::Busy, "RECEIVE_TIMEOUT_S")),
    }
}

async fn receive_stream<S>(
    blobs: &Blobs,
    mut stream: S,
    expected: &Expected<'_>,
) -> Result<Received, Refused>
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Unpin,
{
    let max = expected.bytes_max;
    let (received, had_crlf) = if expected.quirks.body_crlf {
        let mut trimmed = TrimCrlf::new(&mut stream);
        let received = blobs.receive(&mut trimmed, "message_bytes_max", max).await;
        (received, trimmed.had_crlf())
    } else {
        let received = blobs.receive(&mut stream, "message_bytes_max", max).await;
        (received, false)
    };
    let received = match received {
        Ok(received) => received,
        Err(lgsp_platform::Error::TooLarge { .. }) => {
            drain(stream).await;
            return Err(too_large(expected));
        }
        Err(error) => return Err(Refused::from(Error::from(error))),
    };
    let tolerated = if expected.quirks.unpadded_hash {
        DigestForm::Unpadded
    } else {
        DigestForm::Padded
    };
    let settled = settle_tail(blobs, received, had_crlf, (expected.hash_file, tolerated))
        .map_err(|error| Refused::from(Error::from(error)))?;
    match settled {
        Some(file) if file.size_bytes > max => Err(too_large(expected)),
        Some(file) => Ok(file),
        None => Err(Refused::new(Code::HashFile, "")),
    }
}

fn too_large(expected: &Expected<'_>) -> Refused {
    Refused::new(
        Code::TooLarge,
        format!("message_bytes_max {}", expected.bytes_max),
    )
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn drain<S>(mut stream: S)
where
    S: Stream<Item = Result<Bytes, axum::Error>> + Unpin,
{
    let work = async {
        let mut left = DRAIN_BYTES_MAX;
        while let Some(Ok(part)) = stream.next().await {
            let Some(rest) = left.checked_sub(part.len()) else {
                return;
            };
            left = rest;
        }
    };
    // A client that stops sending is not waited for; its connection just ends.
    let _ = tokio::time::timeout(Duration::from_secs(SMALL_TIMEOUT_S), work).await;
}

#[cfg(test)]
mod tests {
    use ring::digest::{SHA256, digest};

    use super::*;
    use crate::vxp::wire::hash_file;

    async fn take(content: &[u8], hash: &[u8], quirks: SystemQuirks) -> Result<u64, Code> {
        let folder = tempfile::tempdir().unwrap();
        let blobs =
            Blobs::open_local(&folder.path().join("blobs"), &folder.path().join("spool")).unwrap();
        let sha: [u8; 32] = digest(&SHA256, hash).as_ref().try_into().unwrap();
        let expected = Expected {
            hash_file: &hash_file(&sha, DigestForm::Unpadded),
            bytes_max: 100_000,
            quirks: &quirks,
        };
        let body = Body::from(content.to_vec());
        receive(&blobs, &HeaderMap::new(), body, &expected)
            .await
            .map(|received| received.size_bytes)
            .map_err(|refused| refused.code)
    }

    #[tokio::test]
    async fn the_limit_counts_the_file_without_the_crlf() {
        let quirks = SystemQuirks::default;
        let at = vec![b'x'; 100_000];
        let past = vec![b'x'; 100_001];
        let with = |file: &[u8]| [file, b"\r\n"].concat();
        assert_eq!(take(&at, &at, quirks()).await, Ok(100_000));
        assert_eq!(take(&with(&at), &at, quirks()).await, Ok(100_000));
        // The CR LF belongs to the file here and is over the limit.
        assert_eq!(
            take(&with(&at), &with(&at), quirks()).await,
            Err(Code::TooLarge)
        );
        assert_eq!(take(&past, &past, quirks()).await, Err(Code::TooLarge));
        assert_eq!(take(b"abc", b"abd", quirks()).await, Err(Code::HashFile));
    }

    #[tokio::test]
    async fn quirks_can_be_switched_off() {
        let strict = |unpadded_hash, body_crlf| SystemQuirks {
            unpadded_hash,
            body_crlf,
            plain_key: false,
        };
        assert_eq!(
            take(b"abc\r\n", b"abc", strict(true, false)).await,
            Err(Code::HashFile)
        );
        assert_eq!(
            take(b"abc", b"abc", strict(false, true)).await,
            Err(Code::HashFile)
        );
        assert_eq!(take(b"abc", b"abc", strict(true, true)).await, Ok(3));
    }

    #[tokio::test]
    async fn an_announced_length_is_believed_before_a_byte_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let blobs =
            Blobs::open_local(&folder.path().join("blobs"), &folder.path().join("spool")).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_LENGTH, "100003".parse().unwrap());
        let expected = Expected {
            hash_file: "",
            bytes_max: 100_000,
            quirks: &SystemQuirks::default(),
        };
        let refused = receive(&blobs, &headers, Body::from("abc"), &expected).await;
        assert_eq!(
            refused.err().map(|refused| refused.code),
            Some(Code::TooLarge)
        );
    }

    #[tokio::test]
    async fn small_bodies_have_their_limit() {
        let read = |length| read_small(Body::from(vec![b' '; length]));
        assert!(read(SMALL_BYTES_MAX).await.is_ok());
        assert!(read(SMALL_BYTES_MAX + 1).await.is_err());
    }
}
