//! Base64 in pieces, with white space anywhere.
//!
//! Owns: turning pieces of text into decoded bytes. Not here: where the text comes from. Invariant:
//! holds at most three characters between pieces; broken text is noticed, never guessed at.
//! Follows: RFC 4648, section 4; missing padding is tolerated.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use super::start::is_space;

const ENGINE: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

/// Text decoded at once.
const STEP_BYTES: usize = 16 * 1024;

pub(crate) struct Base64Text {
    /// Characters that do not make a group of four yet.
    carry: Vec<u8>,
    decoded: Vec<u8>,
    is_padded: bool,
    is_broken: bool,
}

impl Base64Text {
    pub(crate) fn new() -> Self {
        Self {
            carry: Vec::new(),
            decoded: Vec::new(),
            is_padded: false,
            is_broken: false,
        }
    }

    /// Ready for another content.
    pub(crate) fn reset(&mut self) {
        self.carry.clear();
        self.is_padded = false;
        self.is_broken = false;
    }

    pub(crate) fn spoil(&mut self) {
        self.is_broken = true;
    }

    pub(crate) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// Decodes a piece; `take` gets what is complete.
    pub(crate) fn feed<E>(
        &mut self,
        piece: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        for step in piece.chunks(STEP_BYTES) {
            if self.is_broken {
                return Ok(());
            }
            self.feed_step(step, take)?;
        }
        Ok(())
    }

    fn feed_step<E>(
        &mut self,
        step: &[u8],
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        // The usual case, one line without breaks, is decoded where it stands.
        if self.carry.is_empty() && !self.is_padded {
            let (groups, rest) = step
                .split_at_checked(step.len() & !3)
                .unwrap_or((&[], step));
            make_room(&mut self.decoded, groups);
            if let Ok(count) = ENGINE.decode_slice(groups, &mut self.decoded) {
                self.is_padded = groups.ends_with(b"=");
                self.carry
                    .extend(rest.iter().copied().filter(|byte| !is_space(*byte)));
                self.is_broken |= self.is_padded && !self.carry.is_empty();
                return take(self.decoded.get(..count).unwrap_or_default());
            }
        }
        self.carry
            .extend(step.iter().copied().filter(|byte| !is_space(*byte)));
        if self.is_padded {
            self.is_broken |= !self.carry.is_empty();
            return Ok(());
        }
        self.decode_carry(self.carry.len() & !3, take)
    }

    /// What is left after the last piece.
    pub(crate) fn finish<E>(
        &mut self,
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.is_broken {
            return Ok(());
        }
        self.decode_carry(self.carry.len(), take)
    }

    fn decode_carry<E>(
        &mut self,
        length: usize,
        take: &mut dyn FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let groups = self.carry.get(..length).unwrap_or_default();
        make_room(&mut self.decoded, groups);
        let Ok(count) = ENGINE.decode_slice(groups, &mut self.decoded) else {
            self.is_broken = true;
            return Ok(());
        };
        self.is_padded = groups.ends_with(b"=");
        self.carry.drain(..length);
        self.is_broken |= self.is_padded && !self.carry.is_empty();
        take(self.decoded.get(..count).unwrap_or_default())
    }
}

/// Small contents take little memory; large ones come in steps of the same size.
fn make_room(decoded: &mut Vec<u8>, groups: &[u8]) {
    let wanted = groups.len().div_ceil(4) * 3;
    if decoded.len() < wanted {
        decoded.resize(wanted, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &[u8], step: usize) -> Option<Vec<u8>> {
        let mut base64 = Base64Text::new();
        let mut out = Vec::new();
        let mut take = |bytes: &[u8]| -> Result<(), ()> {
            out.extend_from_slice(bytes);
            Ok(())
        };
        for piece in text.chunks(step) {
            base64.feed(piece, &mut take).unwrap();
        }
        base64.finish(&mut take).unwrap();
        (!base64.is_broken()).then_some(out)
    }

    #[test]
    fn decodes_whatever_the_pieces() {
        for step in 1..9 {
            for text in [
                "aGVsbG8gd29ybGQ=",
                "aGVs\r\nbG8g\td29y bGQ=\n",
                "aGVsbG8gd29ybGQ",
            ] {
                assert_eq!(
                    decode(text.as_bytes(), step).as_deref(),
                    Some(&b"hello world"[..])
                );
            }
            assert_eq!(decode(b"", step).as_deref(), Some(&b""[..]));
            for broken in [
                "a",
                "aGVs!",
                "aGVsbG8=aGVs",
                "${__StringFromFile(test.txt,,,)}",
                "=aaa",
            ] {
                assert_eq!(decode(broken.as_bytes(), step), None, "{broken} by {step}");
            }
        }
    }

    #[test]
    fn long_content_in_lines() {
        let content: Vec<u8> = (0..100_000_u32)
            .map(|n| n.to_le_bytes()[0] ^ n.to_le_bytes()[1])
            .collect();
        let text = base64::engine::general_purpose::STANDARD.encode(&content);
        let lines: Vec<u8> = text
            .as_bytes()
            .chunks(76)
            .flat_map(|l| [l, b"\r\n"].concat())
            .collect();
        for step in [7, 4096, 40_000] {
            assert_eq!(decode(text.as_bytes(), step).unwrap(), content);
            assert_eq!(decode(&lines, step).unwrap(), content);
        }
    }
}
