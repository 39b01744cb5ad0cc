//! Files on their way to and from the axis: small in memory, large ones streamed.
//!
//! Owns: measuring a body that is sent, taking in what was fetched.
//! Not here: what the file says (`lgsp_exchange`).
//! Invariant: a file larger than the inline limit is never in memory as a whole.
//! Follows: design document "Document exchange", section 7.2 (CR LF behind the file).

use std::{
    convert::Infallible,
    io::{Read as _, Seek as _, SeekFrom},
    pin::Pin,
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use lgsp_platform::blobs::{Blobs, Body, Received};
use ring::digest::{Context, SHA256};
use tokio::io::AsyncReadExt as _;

use super::Failure;

/// Bytes read from a file at a time.
const PART_BYTES: usize = 65_536;
const CRLF: &[u8] = b"\r\n";

/// A body with its length and digest.
pub(super) struct Measured {
    pub(super) body: Body,
    pub(super) size_bytes: u64,
    pub(super) digest: [u8; 32],
}

/// Reads a body through for its length and digest.
pub(super) async fn measure(body: Body) -> Result<Measured, Failure> {
    match body {
        Body::Inline(bytes) => {
            let mut context = Context::new(&SHA256);
            context.update(&bytes);
            Ok(Measured {
                size_bytes: bytes.len() as u64,
                digest: finished(context),
                body: Body::Inline(bytes),
            })
        }
        Body::Spooled(file) => {
            let joined = tokio::task::spawn_blocking(move || measure_file(file)).await;
            let internal = |error: tokio::task::JoinError| {
                lgsp_platform::Error::Internal(format!("measuring a file: {error}"))
            };
            Ok(joined
                .map_err(internal)?
                .map_err(lgsp_platform::Error::from)?)
        }
    }
}

fn measure_file(mut file: std::fs::File) -> std::io::Result<Measured> {
    let mut context = Context::new(&SHA256);
    let mut part = vec![0_u8; PART_BYTES];
    let mut size_bytes = 0_u64;
    file.seek(SeekFrom::Start(0))?;
    loop {
        let count = file.read(&mut part)?;
        if count == 0 {
            break;
        }
        size_bytes += count as u64;
        context.update(part.get(..count).unwrap_or_default());
    }
    file.seek(SeekFrom::Start(0))?;
    Ok(Measured {
        body: Body::Spooled(file),
        size_bytes,
        digest: finished(context),
    })
}

fn finished(context: Context) -> [u8; 32] {
    let mut digest = [0_u8; 32];
    digest.copy_from_slice(context.finish().as_ref());
    digest
}

impl Measured {
    /// Length and content of the request's body.
    pub(super) fn into_request(self, has_crlf: bool) -> (u64, reqwest::Body) {
        let tail = if has_crlf { CRLF } else { b"" };
        let length = self.size_bytes + tail.len() as u64;
        let body = match self.body {
            Body::Inline(bytes) => reqwest::Body::from([&bytes[..], tail].concat()),
            Body::Spooled(file) => {
                let tail = stream::once(async move { Ok(Bytes::from_static(tail)) });
                reqwest::Body::wrap_stream(parts(file).chain(tail))
            }
        };
        (length, body)
    }
}

type Parts = Pin<Box<dyn Stream<Item = std::io::Result<Bytes>> + Send>>;

fn parts(file: std::fs::File) -> Parts {
    let file = tokio::fs::File::from_std(file);
    Box::pin(stream::try_unfold(file, |mut file| async move {
        let mut part = vec![0_u8; PART_BYTES];
        let count = file.read(&mut part).await?;
        part.truncate(count);
        Ok((count > 0).then(|| (Bytes::from(part), file)))
    }))
}

/// Bytes in memory as a received body.
pub(super) async fn taken_in(
    blobs: &Blobs,
    bytes: Vec<u8>,
    bytes_max: u64,
) -> Result<Received, Failure> {
    let whole = stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
    match blobs.receive(whole, "message_bytes_max", bytes_max).await {
        Err(lgsp_platform::Error::TooLarge { max, .. }) => Err(Failure::TooLarge { max }),
        other => Ok(other?),
    }
}

/// Refuses what is no file: nothing, or a page for people.
///
/// An edXML starts with `<?xml` or `<edXML`, at most some junk before it.
pub(super) fn refuse_page(received: &Received) -> Result<(), Failure> {
    if received.size_bytes == 0 {
        return Err(Failure::Unreadable("empty"));
    }
    if let Body::Inline(bytes) = &received.body {
        let start = bytes.trim_ascii_start();
        let is_page = |name: &[u8]| {
            start
                .get(..name.len())
                .is_some_and(|found| found.eq_ignore_ascii_case(name))
        };
        if is_page(b"<html") || is_page(b"<!doctype") {
            return Err(Failure::Unreadable("html"));
        }
    }
    Ok(())
}
