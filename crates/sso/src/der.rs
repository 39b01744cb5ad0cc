//! The little of DER that certificates need.
//!
//! Owns: reading and writing elements.
//! Not here: which elements a certificate has (`saml/signature/certificate.rs`, `x509/`).
//! Invariant: a length past the end, or not in its shortest form, is refused.
//! Follows: ITU-T X.690, 8.1 and 10.

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_ID: u8 = 0x06;
pub(crate) const UTF8_STRING: u8 = 0x0c;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const T61_STRING: u8 = 0x14;
pub(crate) const IA5_STRING: u8 = 0x16;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const BMP_STRING: u8 = 0x1e;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
pub(crate) const CONTEXT_0: u8 = 0xa0;
pub(crate) const CONTEXT_3: u8 = 0xa3;

/// Elements one after another.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn is_done(&self) -> bool {
        self.0.is_empty()
    }

    /// The tag of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }

    /// The content of the next element, which has this tag.
    pub(crate) fn take(&mut self, tag: u8) -> Option<&'a [u8]> {
        (self.peek()? == tag).then_some(())?;
        self.any()
    }

    /// The content of the next element.
    pub(crate) fn any(&mut self) -> Option<&'a [u8]> {
        let (_, rest) = self.0.split_first()?;
        let (&first, rest) = rest.split_first()?;
        let (length, rest) = if first < 0x80 {
            (usize::from(first), rest)
        } else {
            let count = usize::from(first & 0x7f);
            if !(1..=3).contains(&count) {
                return None;
            }
            let (digits, rest) = rest.split_at_checked(count)?;
            let length = digits
                .iter()
                .fold(0, |length, digit| length << 8 | usize::from(*digit));
            let is_shortest = length >= 0x80 && digits.first() != Some(&0);
            (is_shortest.then_some(length)?, rest)
        };
        let (content, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(content)
    }
}

/// An element.
pub(crate) fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len().to_be_bytes();
    let first = length.iter().position(|byte| *byte != 0);
    let digits = first.and_then(|at| length.get(at..)).unwrap_or(&[0]);
    match digits {
        [short] if *short < 0x80 => out.push(*short),
        long => {
            // At most eight digits, so the count fits.
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(8));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(content);
    out
}

/// A SEQUENCE of elements.
pub(crate) fn sequence(elements: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, &elements.concat())
}

/// A BIT STRING without unused bits.
pub(crate) fn bit_string(bytes: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back() {
        for length in [0, 1, 127, 128, 255, 256, 65_536] {
            let content = vec![7; length];
            let bytes = element(OCTET_STRING, &content);
            let mut reader = Reader::new(&bytes);
            assert_eq!(reader.take(OCTET_STRING), Some(content.as_slice()));
            assert!(reader.is_done());
        }
    }

    #[test]
    fn broken_lengths_are_refused() {
        for bytes in [
            &[4_u8][..],
            &[4, 2, 0],
            &[4, 0x80],
            &[4, 0x81],
            &[4, 0x81, 1, 0],
            &[4, 0x82, 0, 0x80],
            &[4, 0x84, 0, 0, 0, 1, 0],
            &[4, 0xff],
        ] {
            assert_eq!(Reader::new(bytes).any(), None, "{bytes:?}");
        }
    }
}
