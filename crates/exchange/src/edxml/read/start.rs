//! The first bytes of a file, and what characters XML allows.
//!
//! Owns: byte order marks, junk before the document, character and name rules. Not here: events
//! (`scanner`). Invariant: pure functions.
//! Follows: XML 1.0, sections 2.2 and 2.3; design document "Document exchange", section 4.

/// Bytes before the declaration that are repaired; more are rejected.
pub(super) const JUNK_BYTES_MAX: usize = 64;
const DECLARATION: &[u8] = b"<?xml";
const MARK: &[u8] = b"\xef\xbb\xbf";
/// Bytes looked at.
pub(super) const LOOK_BYTES: usize = MARK.len() + JUNK_BYTES_MAX + DECLARATION.len();

/// How a file begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    Begins {
        mark_bytes: usize,
        junk_bytes: usize,
    },
    /// UTF-16 or UTF-32 by mark or by null bytes.
    Utf16,
    /// More junk than is repaired.
    Junk,
}

/// Looks at the first [`LOOK_BYTES`] of a file (fewer when it is shorter).
pub(super) fn inspect(window: &[u8]) -> Start {
    let is_wide = |mark: &[u8]| window.starts_with(mark);
    if is_wide(b"\xfe\xff") || is_wide(b"\xff\xfe") || is_wide(b"\0<") || is_wide(b"<\0") {
        return Start::Utf16;
    }
    let (mark_bytes, rest) = match window.strip_prefix(MARK) {
        Some(rest) => (MARK.len(), rest),
        None => (0, window),
    };
    let look = rest
        .get(..JUNK_BYTES_MAX + DECLARATION.len())
        .unwrap_or(rest);
    if let Some(junk_bytes) = look
        .windows(DECLARATION.len())
        .position(|part| part == DECLARATION)
    {
        return Start::Begins {
            mark_bytes,
            junk_bytes,
        };
    }
    let blank = look.iter().take_while(|byte| is_space(**byte)).count();
    match look.get(blank) {
        // No declaration: legal, and white space before the root is too.
        Some(b'<') | None => Start::Begins {
            mark_bytes,
            junk_bytes: 0,
        },
        Some(_) => match look.iter().position(|byte| *byte == b'<') {
            Some(junk_bytes) if junk_bytes <= JUNK_BYTES_MAX => Start::Begins {
                mark_bytes,
                junk_bytes,
            },
            _ => Start::Junk,
        },
    }
}

/// White space of XML.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// Whether XML 1.0 allows the character.
pub(crate) fn is_xml_char(character: char) -> bool {
    match character {
        '\t' | '\n' | '\r' => true,
        '\u{fffe}' | '\u{ffff}' => false,
        other => other >= ' ',
    }
}

/// Whether XML 1.0 allows every character.
pub(super) fn has_only_xml_chars(text: &str) -> bool {
    let mut has_control = false;
    let mut has_candidate = false;
    // Two flags without an early exit: the loop is vectorised.
    for byte in text.bytes() {
        has_control |= byte < b' ' && byte != b'\t' && byte != b'\n' && byte != b'\r';
        has_candidate |= byte == 0xef;
    }
    !has_control && (!has_candidate || !text.contains(['\u{fffe}', '\u{ffff}']))
}

/// Whether a name, with or without one prefix, is a name of XML (close enough: every non-ASCII
/// character counts as a letter).
pub(super) fn is_qualified_name(name: &str) -> bool {
    match name.split_once(':') {
        None => is_plain_name(name),
        Some((prefix, local)) => is_plain_name(prefix) && is_plain_name(local),
    }
}

fn is_plain_name(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80;
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_letter)
        && bytes.all(|byte| is_letter(byte) || byte.is_ascii_digit() || matches!(byte, b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begins(mark_bytes: usize, junk_bytes: usize) -> Start {
        Start::Begins {
            mark_bytes,
            junk_bytes,
        }
    }

    #[test]
    fn starts_are_told_apart() {
        assert_eq!(inspect(b"<?xml version"), begins(0, 0));
        assert_eq!(inspect(b"\xef\xbb\xbf<?xml"), begins(3, 0));
        assert_eq!(inspect(b"\r\n<?xml"), begins(0, 2));
        assert_eq!(inspect(b"  <edXML"), begins(0, 0));
        assert_eq!(inspect(b"OK <edXML"), begins(0, 3));
        assert_eq!(inspect(b"\xff\xfe<\0"), Start::Utf16);
        assert_eq!(inspect(b""), begins(0, 0));
        let at_limit = [&[b'x'; JUNK_BYTES_MAX][..], b"<?xml "].concat();
        assert_eq!(inspect(&at_limit), begins(0, JUNK_BYTES_MAX));
        let past = [&[b'x'; JUNK_BYTES_MAX + 1][..], b"<?xml "].concat();
        assert_eq!(inspect(&past), Start::Junk);
    }

    #[test]
    fn characters_and_names() {
        assert!(has_only_xml_chars("Văn bản\t\r\n"));
        assert!(!has_only_xml_chars("a\u{1}"));
        assert!(!has_only_xml_chars("a\u{ffff}"));
        assert!(is_qualified_name("edXML:To") && is_qualified_name("_a-1.b"));
        assert!(
            !is_qualified_name("1a") && !is_qualified_name("a:b:c") && !is_qualified_name(":a")
        );
    }
}
