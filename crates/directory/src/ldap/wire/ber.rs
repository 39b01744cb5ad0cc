//! BER as LDAP uses it: definite lengths, one-byte tags.
//!
//! Owns: `Reader`, `Writer`, `frame_length`, the limits of a message.
//! Not here: what the elements mean (`decode.rs`, `encode.rs`).
//! Invariant: no input panics, and nothing is allocated that is not there.
//! Follows: ITU-T X.690; RFC 4511, 5.1.

use super::Malformed;

/// Longest message, 1 MiB, as other servers have it.
pub const MESSAGE_BYTES_MAX: usize = 1_048_576;
/// Octets of a length; three reach past the longest message, a fourth is read to say so.
const LENGTH_OCTETS_MAX: usize = 4;

/// Universal tags.
pub(crate) mod tag {
    /// `BOOLEAN`.
    pub(crate) const BOOLEAN: u8 = 0x01;
    /// `INTEGER`.
    pub(crate) const INTEGER: u8 = 0x02;
    /// `OCTET STRING`.
    pub(crate) const OCTETS: u8 = 0x04;
    /// `ENUMERATED`.
    pub(crate) const ENUMERATED: u8 = 0x0a;
    /// `SEQUENCE`.
    pub(crate) const SEQUENCE: u8 = 0x30;
    /// `SET`.
    pub(crate) const SET: u8 = 0x31;
}

/// How many bytes the message at the start of `bytes` has; `None` when its head is not there yet.
///
/// # Errors
/// When it is no LDAP message, or longer than [`MESSAGE_BYTES_MAX`].
pub fn frame_length(bytes: &[u8]) -> Result<Option<usize>, Malformed> {
    match bytes.first() {
        None => return Ok(None),
        Some(&tag::SEQUENCE) => {}
        Some(_) => return Err(Malformed("not an LDAP message")),
    }
    let Some((length, head)) = read_length(bytes.get(1..).unwrap_or_default())? else {
        return Ok(None);
    };
    let whole = length.saturating_add(head).saturating_add(1);
    if whole > MESSAGE_BYTES_MAX {
        return Err(Malformed("message is too long"));
    }
    Ok(Some(whole))
}

/// The length and how many octets it takes; `None` when octets are missing.
fn read_length(bytes: &[u8]) -> Result<Option<(usize, usize)>, Malformed> {
    let Some((&first, rest)) = bytes.split_first() else {
        return Ok(None);
    };
    if first < 0x80 {
        return Ok(Some((usize::from(first), 1)));
    }
    let octets = usize::from(first & 0x7f);
    if octets == 0 || octets > LENGTH_OCTETS_MAX {
        return Err(Malformed("length cannot be read"));
    }
    let Some(digits) = rest.get(..octets) else {
        return Ok(None);
    };
    let length = digits
        .iter()
        .fold(0_usize, |sum, digit| (sum << 8) | usize::from(*digit));
    Ok(Some((length, octets + 1)))
}

/// Reads elements one after another.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Reads the elements of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Tag of the next element.
    #[must_use]
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }

    /// The next element: tag and content.
    ///
    /// # Errors
    /// When there is none, or it is not whole.
    pub fn next_element(&mut self) -> Result<(u8, &'a [u8]), Malformed> {
        let (&tag, rest) = self
            .rest
            .split_first()
            .ok_or(Malformed("element missing"))?;
        if tag & 0x1f == 0x1f {
            return Err(Malformed("tag of several octets"));
        }
        let (length, head) = read_length(rest)?.ok_or(Malformed("element cut off"))?;
        let end = head
            .checked_add(length)
            .ok_or(Malformed("element cut off"))?;
        let content = rest.get(head..end).ok_or(Malformed("element cut off"))?;
        self.rest = rest.get(end..).unwrap_or_default();
        Ok((tag, content))
    }

    /// The content of the next element, which must have this tag.
    ///
    /// # Errors
    /// When it has another one.
    pub fn expect(&mut self, tag: u8) -> Result<&'a [u8], Malformed> {
        let (found, content) = self.next_element()?;
        if found == tag {
            Ok(content)
        } else {
            Err(Malformed("unexpected element"))
        }
    }

    /// The content of the next element if it has this tag.
    ///
    /// # Errors
    /// When it is not whole.
    pub fn optional(&mut self, tag: u8) -> Result<Option<&'a [u8]>, Malformed> {
        if self.peek() == Some(tag) {
            self.expect(tag).map(Some)
        } else {
            Ok(None)
        }
    }

    /// A nested reader over the next element, which must have this tag.
    ///
    /// # Errors
    /// As [`Reader::expect`].
    pub fn nested(&mut self, tag: u8) -> Result<Reader<'a>, Malformed> {
        self.expect(tag).map(Reader::new)
    }

    /// A number.
    ///
    /// # Errors
    /// When it has another tag or does not fit.
    pub fn number(&mut self, tag: u8) -> Result<i64, Malformed> {
        number(self.expect(tag)?)
    }

    /// A number of 32 bits.
    ///
    /// # Errors
    /// When it does not fit.
    pub fn number32(&mut self, tag: u8) -> Result<i32, Malformed> {
        i32::try_from(self.number(tag)?).map_err(|_| Malformed("number too large"))
    }

    /// A truth value.
    ///
    /// # Errors
    /// When it has another form.
    pub fn boolean(&mut self, tag: u8) -> Result<bool, Malformed> {
        match self.expect(tag)? {
            [byte] => Ok(*byte != 0),
            _ => Err(Malformed("truth value of several octets")),
        }
    }

    /// A text.
    ///
    /// # Errors
    /// When it is not UTF-8.
    pub fn text(&mut self, tag: u8) -> Result<String, Malformed> {
        text(self.expect(tag)?)
    }

    /// Octets.
    ///
    /// # Errors
    /// When the element has another tag.
    pub fn octets(&mut self, tag: u8) -> Result<Vec<u8>, Malformed> {
        self.expect(tag).map(<[u8]>::to_vec)
    }

    /// Refuses when something is left.
    ///
    /// # Errors
    /// When something is left.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.is_empty() {
            Ok(())
        } else {
            Err(Malformed("element left over"))
        }
    }
}

/// The number that `content` holds.
pub(crate) fn number(content: &[u8]) -> Result<i64, Malformed> {
    let first = content.first().ok_or(Malformed("empty number"))?;
    if content.len() > 8 {
        return Err(Malformed("number too large"));
    }
    let start: i64 = if first & 0x80 == 0 { 0 } else { -1 };
    Ok(content
        .iter()
        .fold(start, |sum, digit| (sum << 8) | i64::from(*digit)))
}

/// UTF-8, or an error.
pub(crate) fn text(bytes: &[u8]) -> Result<String, Malformed> {
    std::str::from_utf8(bytes)
        .map(str::to_owned)
        .map_err(|_| Malformed("text is not UTF-8"))
}

/// Writes elements one after another.
#[derive(Debug, Default)]
pub struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    /// What was written.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// An element whose content `content` writes.
    pub fn nest(&mut self, tag: u8, content: impl FnOnce(&mut Self)) {
        self.bytes.push(tag);
        let start = self.bytes.len();
        content(self);
        let head = length_octets(self.bytes.len() - start);
        self.bytes.splice(start..start, head);
    }

    /// Octets.
    pub fn octets(&mut self, tag: u8, value: &[u8]) {
        self.bytes.push(tag);
        self.bytes.extend(length_octets(value.len()));
        self.bytes.extend_from_slice(value);
    }

    /// A truth value.
    pub fn boolean(&mut self, tag: u8, value: bool) {
        self.octets(tag, &[if value { 0xff } else { 0 }]);
    }

    /// A number, as short as possible.
    pub fn number(&mut self, tag: u8, value: i64) {
        let whole = value.to_be_bytes();
        let mut digits = whole.as_slice();
        while let [first, rest @ ..] = digits {
            let sign = if rest.first().is_some_and(|next| next & 0x80 != 0) {
                0xff
            } else {
                0
            };
            if rest.is_empty() || *first != sign {
                break;
            }
            digits = rest;
        }
        self.octets(tag, digits);
    }
}

fn length_octets(length: usize) -> Vec<u8> {
    if let Ok(short @ 0..0x80) = u8::try_from(length) {
        return vec![short];
    }
    let whole = length.to_be_bytes();
    let digits: Vec<u8> = whole
        .iter()
        .copied()
        .skip_while(|digit| *digit == 0)
        .collect();
    let count = u8::try_from(digits.len()).unwrap_or(8);
    [vec![0x80 | count], digits].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_possible_and_read_equal() {
        for (value, expected) in [
            (0_i64, vec![2, 1, 0]),
            (127, vec![2, 1, 127]),
            (128, vec![2, 2, 0, 128]),
            (-1, vec![2, 1, 255]),
            (-129, vec![2, 2, 255, 127]),
            (65_536, vec![2, 3, 1, 0, 0]),
        ] {
            let mut writer = Writer::default();
            writer.number(tag::INTEGER, value);
            let bytes = writer.into_bytes();
            assert_eq!(bytes, expected, "{value}");
            assert_eq!(Reader::new(&bytes).number(tag::INTEGER), Ok(value));
        }
    }

    #[test]
    fn lengths_at_the_edges() {
        for length in [0, 127, 128, 255, 256, 65_535, 65_536] {
            let mut writer = Writer::default();
            writer.nest(tag::SEQUENCE, |inner| {
                inner.octets(tag::OCTETS, &vec![7; length])
            });
            let bytes = writer.into_bytes();
            assert_eq!(frame_length(&bytes), Ok(Some(bytes.len())), "{length}");
            let mut inner = Reader::new(&bytes).nested(tag::SEQUENCE).unwrap();
            assert_eq!(inner.octets(tag::OCTETS).unwrap().len(), length);
            inner.end().unwrap();
        }
    }

    #[test]
    fn a_message_at_the_limit_and_one_past_it() {
        let head = |length: usize| {
            let mut bytes = vec![tag::SEQUENCE];
            bytes.extend(length_octets(length));
            bytes
        };
        let at = MESSAGE_BYTES_MAX - head(MESSAGE_BYTES_MAX).len();
        assert_eq!(frame_length(&head(at)), Ok(Some(MESSAGE_BYTES_MAX)));
        assert!(frame_length(&head(at + 1)).is_err());
        assert!(frame_length(&[0x30, 0x80]).is_err(), "indefinite length");
        assert!(frame_length(&[0x30, 0x85, 1, 1, 1, 1, 1]).is_err());
        assert_eq!(frame_length(&[0x30, 0x82, 1]), Ok(None));
    }
}
