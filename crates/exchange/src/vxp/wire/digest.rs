//! `hash-file` in its two spellings, and the CR LF that the existing kit puts after a file.
//!
//! Owns: the digest texts, `TrimCrlf`, `settle_tail`.
//! Not here: receiving and hashing (`platform::blobs`).
//! Invariant: exactly one trailing CR LF is taken off, and only when the digest then fits; a
//! body is hashed once in the usual case and never held in memory whole when it is large.
//! Follows: design document "Document exchange", section 7.2.

use std::{
    io::{Read as _, Seek as _, SeekFrom, Write as _},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use lgsp_platform::blobs::{Blobs, Body, INLINE_BYTES_MAX, Received};
use ring::digest::{self, SHA256};

const CRLF: &[u8] = b"\r\n";
const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// How a digest is spelt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DigestForm {
    /// As the existing kit: a byte below 16 gives one digit.
    #[default]
    Unpadded,
    /// Two digits a byte.
    Padded,
}

/// The text of `hash-file`.
#[must_use]
pub fn hash_file(digest: &[u8; 32], form: DigestForm) -> String {
    let mut buffer = [0; 64];
    String::from_utf8_lossy(spell(digest, form, &mut buffer)).into_owned()
}

/// Whether a `hash-file` text, in either case, names this digest: spelt with all digits, or in
/// the form that is tolerated beside it.
#[must_use]
pub fn is_hash_file(text: &str, digest: &[u8; 32], tolerated: DigestForm) -> bool {
    let given = text.trim().as_bytes();
    [tolerated, DigestForm::Padded]
        .into_iter()
        .any(|form| given.eq_ignore_ascii_case(spell(digest, form, &mut [0; 64])))
}

fn spell<'a>(digest: &[u8; 32], form: DigestForm, buffer: &'a mut [u8; 64]) -> &'a [u8] {
    let mut length = 0;
    for byte in digest {
        for (place, nibble) in [byte >> 4, byte & 15].into_iter().enumerate() {
            if place == 0 && nibble == 0 && form == DigestForm::Unpadded {
                continue;
            }
            if let (Some(to), Some(digit)) =
                (buffer.get_mut(length), DIGITS.get(usize::from(nibble)))
            {
                *to = *digit;
                length += 1;
            }
        }
    }
    buffer.get(..length).unwrap_or_default()
}

/// A body without its last CR LF, which is held back until the end shows what it was.
pub struct TrimCrlf<S> {
    inner: S,
    /// A prefix of CR LF that may be the end.
    held: &'static [u8],
    next: Option<Bytes>,
    is_over: bool,
}

impl<S> TrimCrlf<S> {
    /// Wraps a body.
    pub fn new(inner: S) -> Self {
        Self {
            inner,
            held: b"",
            next: None,
            is_over: false,
        }
    }

    /// Whether a CR LF was taken off; known once the stream has ended.
    #[must_use]
    pub fn had_crlf(&self) -> bool {
        self.is_over && self.held == CRLF
    }

    /// Takes in a part; gives what is surely not the trailing CR LF.
    fn hold_back(&mut self, part: Bytes) -> Option<Bytes> {
        if self.held == b"\r" && &part[..] == b"\n" {
            self.held = CRLF;
            return None;
        }
        let before = std::mem::take(&mut self.held);
        let mut part = part;
        self.held = if part.ends_with(CRLF) {
            CRLF
        } else if part.ends_with(b"\r") {
            b"\r"
        } else {
            b""
        };
        part.truncate(part.len() - self.held.len());
        let rest = Some(part).filter(|part| !part.is_empty());
        if before.is_empty() {
            return rest;
        }
        self.next = rest;
        Some(Bytes::from_static(before))
    }
}

impl<S, E> Stream for TrimCrlf<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(part) = self.next.take() {
                return Poll::Ready(Some(Ok(part)));
            }
            if self.is_over {
                return Poll::Ready(None);
            }
            match std::task::ready!(self.inner.poll_next_unpin(cx)) {
                Some(Ok(part)) if part.is_empty() => {}
                Some(Ok(part)) => {
                    if let Some(sure) = self.hold_back(part) {
                        return Poll::Ready(Some(Ok(sure)));
                    }
                }
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => {
                    self.is_over = true;
                    if self.held == b"\r" {
                        self.held = b"";
                        return Poll::Ready(Some(Ok(Bytes::from_static(b"\r"))));
                    }
                }
            }
        }
    }
}

/// Decides what the file is: what was received without its trailing CR LF, or with it.
///
/// `None` when `hash-file` fits neither.
///
/// # Errors
/// `platform.file.failed`, `platform.storage.full` when the CR LF cannot be put back.
pub fn settle_tail(
    blobs: &Blobs,
    received: Received,
    had_crlf: bool,
    (hash_file, tolerated): (&str, DigestForm),
) -> lgsp_platform::Result<Option<Received>> {
    if is_hash_file(hash_file, &received.digest, tolerated) {
        return Ok(Some(received));
    }
    if !had_crlf {
        return Ok(None);
    }
    let whole = with_crlf(blobs, received)?;
    Ok(Some(whole).filter(|whole| is_hash_file(hash_file, &whole.digest, tolerated)))
}

/// Puts the CR LF back and hashes anew; rare, because the kit's digest is without it.
fn with_crlf(blobs: &Blobs, received: Received) -> lgsp_platform::Result<Received> {
    let mut context = digest::Context::new(&SHA256);
    let body = match received.body {
        Body::Inline(bytes) => {
            let mut whole = Vec::with_capacity(bytes.len() + CRLF.len());
            whole.extend_from_slice(&bytes);
            whole.extend_from_slice(CRLF);
            context.update(&whole);
            if whole.len() <= INLINE_BYTES_MAX {
                Body::Inline(whole.into())
            } else {
                let mut file = blobs.scratch()?;
                file.write_all(&whole)?;
                file.seek(SeekFrom::Start(0))?;
                Body::Spooled(file)
            }
        }
        Body::Spooled(mut file) => {
            let mut buffer = vec![0; 65_536];
            loop {
                let count = file.read(&mut buffer)?;
                if count == 0 {
                    break;
                }
                context.update(buffer.get(..count).unwrap_or_default());
            }
            file.write_all(CRLF)?;
            context.update(CRLF);
            file.seek(SeekFrom::Start(0))?;
            Body::Spooled(file)
        }
    };
    let mut digest = [0; 32];
    digest.copy_from_slice(context.finish().as_ref());
    Ok(Received {
        body,
        size_bytes: received.size_bytes + CRLF.len() as u64,
        digest,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sha256(bytes: &[u8]) -> [u8; 32] {
        digest::digest(&SHA256, bytes).as_ref().try_into().unwrap()
    }

    /// Section 7.6 of the design document.
    #[test]
    fn both_spellings_of_the_known_digests() {
        let padded = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let unpadded = "ba7816bf8f1cfea414140de5dae2223b0361a396177a9cb410ff61f2015ad";
        let digest = sha256(b"abc");
        assert_eq!(hash_file(&digest, DigestForm::Padded), padded);
        assert_eq!(hash_file(&digest, DigestForm::Unpadded), unpadded);
        for text in [
            padded,
            unpadded,
            &unpadded.to_uppercase(),
            &format!(" {padded} "),
        ] {
            assert!(is_hash_file(text, &digest, DigestForm::Unpadded), "{text}");
        }
        for text in ["", "0", &padded[1..], &format!("{padded}0")] {
            assert!(!is_hash_file(text, &digest, DigestForm::Unpadded), "{text}");
        }
        assert!(!is_hash_file(unpadded, &digest, DigestForm::Padded));
        assert_eq!(hash_file(&[0; 32], DigestForm::Unpadded), "0".repeat(32));
    }

    fn trim(parts: &[&[u8]]) -> (Vec<u8>, bool) {
        let parts: Vec<Result<Bytes, String>> = parts
            .iter()
            .map(|part| Ok(Bytes::copy_from_slice(part)))
            .collect();
        let mut trimmed = TrimCrlf::new(futures_util::stream::iter(parts));
        let collected = futures_util::future::FutureExt::now_or_never((&mut trimmed).collect());
        let collected: Vec<Result<Bytes, String>> = collected.unwrap();
        let bytes = collected.into_iter().flat_map(Result::unwrap).collect();
        (bytes, trimmed.had_crlf())
    }

    #[test]
    fn one_trailing_crlf_is_held_back_however_it_is_cut() {
        assert_eq!(trim(&[b"a\r\n"]), (b"a".to_vec(), true));
        assert_eq!(trim(&[b"a", b"\r", b"\n"]), (b"a".to_vec(), true));
        assert_eq!(trim(&[b"a\r\n\r\n"]), (b"a\r\n".to_vec(), true));
        assert_eq!(trim(&[b"a\r\n", b"\r\n"]), (b"a\r\n".to_vec(), true));
        assert_eq!(trim(&[b"a\r"]), (b"a\r".to_vec(), false));
        assert_eq!(trim(&[b"a\n"]), (b"a\n".to_vec(), false));
        assert_eq!(trim(&[b"a\r", b"\nb"]), (b"a\r\nb".to_vec(), false));
        assert_eq!(trim(&[b"\r\n"]), (Vec::new(), true));
        assert_eq!(trim(&[]), (Vec::new(), false));
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_turned_round(
            parts in proptest::collection::vec("[ab\r\n]{0,4}", 0..8),
        ) {
            let cut: Vec<&[u8]> = parts.iter().map(String::as_bytes).collect();
            let (mut bytes, had_crlf) = trim(&cut);
            if had_crlf {
                bytes.extend_from_slice(CRLF);
            }
            let whole = parts.concat();
            prop_assert_eq!(had_crlf, whole.ends_with("\r\n"));
            prop_assert_eq!(bytes, whole.into_bytes());
        }
    }

    fn received(bytes: &[u8], blobs: &Blobs) -> (Received, bool) {
        let parts = [Ok::<_, String>(Bytes::copy_from_slice(bytes))];
        let mut trimmed = TrimCrlf::new(futures_util::stream::iter(parts));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let received = runtime
            .block_on(blobs.receive(&mut trimmed, "test", 1 << 20))
            .unwrap();
        (received, trimmed.had_crlf())
    }

    fn content(body: Body) -> Vec<u8> {
        match body {
            Body::Inline(bytes) => bytes.to_vec(),
            Body::Spooled(mut file) => {
                let mut bytes = Vec::new();
                file.read_to_end(&mut bytes).unwrap();
                bytes
            }
        }
    }

    #[test]
    fn the_digest_says_whether_the_crlf_belongs_to_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let blobs =
            Blobs::open_local(&folder.path().join("blobs"), &folder.path().join("spool")).unwrap();
        for length in [
            3,
            INLINE_BYTES_MAX - 2,
            INLINE_BYTES_MAX,
            INLINE_BYTES_MAX + 9,
        ] {
            let file = vec![b'x'; length];
            let body = [&file[..], CRLF].concat();
            let without = hash_file(&sha256(&file), DigestForm::Unpadded);
            let with = hash_file(&sha256(&body), DigestForm::Padded);
            let settle = |hash: &str| {
                let (received, had_crlf) = received(&body, &blobs);
                settle_tail(&blobs, received, had_crlf, (hash, DigestForm::Unpadded))
                    .unwrap()
                    .map(|found| (found.size_bytes, content(found.body)))
            };
            assert!(settle(&without) == Some((length as u64, file)), "{length}");
            assert!(
                settle(&with) == Some((length as u64 + 2, body.clone())),
                "{length}"
            );
            assert!(settle("00").is_none());
        }
    }
}
