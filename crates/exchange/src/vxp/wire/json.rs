//! JSON in US-ASCII: what the existing kit reads its replies as.
//!
//! Owns: `to_ascii_json`.
//! Invariant: every byte of the text is below 128.
//! Follows: design document "Document exchange", section 7.2; RFC 8259, section 7.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, Serializer};

/// The compact JSON text of a value, all but ASCII escaped as `\uXXXX`.
#[must_use]
pub fn to_ascii_json<T: Serialize>(value: &T) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    let mut serializer = Serializer::with_formatter(&mut out, Ascii(CompactFormatter));
    match value.serialize(&mut serializer) {
        Ok(()) => out,
        // Our reply types hold only texts and numbers, so this is not reached; still no empty
        // body may leave, because the kit takes one for success.
        Err(_) => br#"{"status":"FAIL","ErrorCode":"100","ErrorDesc":"reply"}"#.to_vec(),
    }
}

struct Ascii(CompactFormatter);

impl Formatter for Ascii {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        if fragment.is_ascii() {
            return self.0.write_string_fragment(writer, fragment);
        }
        for character in fragment.chars() {
            if character.is_ascii() {
                writer.write_all(character.encode_utf8(&mut [0; 4]).as_bytes())?;
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn marks_and_pairs_are_escaped() {
        let text = to_ascii_json(&serde_json::json!({"é": "Văn bản 🙂 \"a\"\n"}));
        assert_eq!(
            String::from_utf8(text).unwrap(),
            r#"{"\u00e9":"V\u0103n b\u1ea3n \ud83d\ude42 \"a\"\n"}"#
        );
    }

    proptest! {
        #[test]
        fn any_text_survives(text in any::<String>()) {
            let json = to_ascii_json(&text);
            prop_assert!(json.is_ascii());
            prop_assert_eq!(serde_json::from_slice::<String>(&json).unwrap(), text);
        }
    }
}
