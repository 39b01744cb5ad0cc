//! Files that leave to a browser.
//!
//! Owns: the headers that keep a foreign file from acting as a page of ours.
//! Invariant: a file is always saved, never shown, whatever its sender called it.
//! Follows: RFC 6266 and RFC 8187 (file names), Content Security Policy level 3 (sandbox).

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::Response,
};
use lgsp_platform::blobs;

use crate::{service::Rendered, vxp::server::parts_of};

/// Longest file name that leaves, in characters; longer ones are cut before their extension.
const NAME_CHARS_MAX: usize = 150;

/// A file to be saved under `name`.
pub(super) fn attachment(name: &str, media_type: &str, rendered: Rendered) -> Response {
    let body = match rendered.body {
        blobs::Body::Inline(bytes) => Body::from(bytes),
        blobs::Body::Spooled(file) => Body::from_stream(parts_of(file)),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let octets = HeaderValue::from_static("application/octet-stream");
    let media_type = HeaderValue::from_str(media_type).unwrap_or(octets);
    headers.insert(header::CONTENT_TYPE, media_type);
    headers.insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(rendered.size_bytes),
    );
    // The name is percent-encoded ASCII, so it always stands in a header.
    let plain = HeaderValue::from_static("attachment");
    let disposition = HeaderValue::from_str(&disposition(name)).unwrap_or(plain);
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    for (header, value) in [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "sandbox; default-src 'none'",
        ),
        (header::CACHE_CONTROL, "private, no-store"),
    ] {
        headers.insert(header, HeaderValue::from_static(value));
    }
    response
}

/// Both forms: ASCII for old clients, UTF-8 for all others.
fn disposition(name: &str) -> String {
    let name = safe(name);
    let ascii: String = name
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' | ' ' | '(' | ')' => character,
            _ => '_',
        })
        .collect();
    let mut encoded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        // attr-char of RFC 8187, section 3.2.1, as far as file names need it.
        if byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{encoded}")
}

/// The last part of a path, without control characters, of bounded length, never empty.
fn safe(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|character| !character.is_control())
        .collect();
    let plain = plain.trim_matches([' ', '.']).to_owned();
    if plain.is_empty() {
        return "file".to_owned();
    }
    if plain.chars().count() <= NAME_CHARS_MAX {
        return plain;
    }
    let extension = plain
        .rsplit_once('.')
        .map(|(_, extension)| extension)
        .filter(|extension| extension.chars().count() <= 10)
        .map_or_else(String::new, |extension| format!(".{extension}"));
    let kept = NAME_CHARS_MAX - extension.chars().count();
    plain.chars().take(kept).chain(extension.chars()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_out_of_the_header() {
        assert_eq!(
            disposition("Công văn số 1.pdf"),
            "attachment; filename=\"C_ng v_n s_ 1.pdf\"; \
             filename*=UTF-8''C%C3%B4ng%20v%C4%83n%20s%E1%BB%91%201.pdf"
        );
        assert_eq!(
            disposition("a\"; x=\"\r\nSet-Cookie: y"),
            "attachment; filename=\"a__ x=_Set-Cookie_ y\"; \
             filename*=UTF-8''a%22%3B%20x%3D%22Set-Cookie%3A%20y"
                .replace("x=_", "x__")
        );
        for (name, expected) in [("../../etc/passwd", "passwd"), ("C:\\a\\b.txt", "b.txt")] {
            assert_eq!(safe(name), expected);
        }
        assert_eq!(safe(".."), "file");
        assert_eq!(safe(""), "file");
    }

    #[test]
    fn long_names_keep_their_extension() {
        let long = format!("{}.pdf", "ữ".repeat(NAME_CHARS_MAX));
        let cut = safe(&long);
        assert_eq!(cut.chars().count(), NAME_CHARS_MAX);
        assert!(cut.ends_with("ữ.pdf"));
        let at = format!("{}.pdf", "a".repeat(NAME_CHARS_MAX - 4));
        assert_eq!(safe(&at), at);
    }
}
