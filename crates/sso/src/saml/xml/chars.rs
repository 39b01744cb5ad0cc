//! Characters, names and references of XML 1.0.
//!
//! Owns: which characters a document may have, replacing references, white space of attributes.
//! Follows: XML 1.0 (5th edition), 2.2, 2.3, 2.11, 3.3.3, 4.1; Namespaces in XML 1.0, 3.

use std::borrow::Cow;

use super::XmlFault;

/// Whether a document may have this character.
pub(super) const fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

const fn is_name_start(c: char) -> bool {
    matches!(c, 'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}'
        | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}'
        | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

const fn is_name(c: char) -> bool {
    is_name_start(c)
        || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}'
            | '\u{203f}'..='\u{2040}')
}

/// Whether `text` is a name without a colon.
#[must_use]
pub fn is_ncname(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(is_name_start) && chars.all(is_name)
}

/// Prefix and local part of a name.
pub(super) fn split(name: &str) -> Result<(&str, &str), XmlFault> {
    let (prefix, local) = match name.split_once(':') {
        Some((prefix, local)) if is_ncname(prefix) => (prefix, local),
        Some(_) => return Err(XmlFault::Malformed),
        None => ("", name),
    };
    if is_ncname(local) {
        Ok((prefix, local))
    } else {
        Err(XmlFault::Malformed)
    }
}

/// Line ends as a parser has to see them.
pub(super) fn line_ends(text: &str) -> Cow<'_, str> {
    if text.contains('\r') {
        Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The character that a reference (without `&` and `;`) stands for.
pub(super) fn reference(name: &str) -> Result<char, XmlFault> {
    let number = |digits: &str, radix| {
        let is_plain = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
        let code = is_plain.then(|| u32::from_str_radix(digits, radix).ok());
        code.flatten()
            .and_then(char::from_u32)
            .filter(|c| is_char(*c))
    };
    let found = match name {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => match name.strip_prefix('#') {
            Some(digits) => match digits.strip_prefix('x') {
                Some(hex) => number(hex, 16),
                None => number(digits, 10),
            },
            None => None,
        },
    };
    found.ok_or(XmlFault::Malformed)
}

/// The value of an attribute, from what stands between its quotes.
pub(super) fn attribute_value(raw: &str) -> Result<String, XmlFault> {
    let mut value = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(c) = rest.chars().next() {
        rest = rest.get(c.len_utf8()..).unwrap_or_default();
        match c {
            '\t' | '\n' | '\r' => value.push(' '),
            '<' => return Err(XmlFault::Malformed),
            '&' => {
                let (name, after) = rest.split_once(';').ok_or(XmlFault::Malformed)?;
                value.push(reference(name)?);
                rest = after;
            }
            other => value.push(other),
        }
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_replaced_and_others_refused() {
        for (name, expected) in [
            ("amp", Ok('&')),
            ("#65", Ok('A')),
            ("#x1F600", Ok('😀')),
            ("#13", Ok('\r')),
            ("#0", Err(XmlFault::Malformed)),
            ("#x0B", Err(XmlFault::Malformed)),
            ("#xD800", Err(XmlFault::Malformed)),
            ("#+65", Err(XmlFault::Malformed)),
            ("#X41", Err(XmlFault::Malformed)),
            ("nbsp", Err(XmlFault::Malformed)),
            ("", Err(XmlFault::Malformed)),
        ] {
            assert_eq!(reference(name), expected, "{name}");
        }
    }

    #[test]
    fn white_space_of_attributes_is_normalised_but_references_stay() {
        assert_eq!(
            attribute_value("a\tb\nc&#9;d&#10;e").as_deref(),
            Ok("a b c\td\ne")
        );
        assert_eq!(attribute_value("a<b"), Err(XmlFault::Malformed));
        assert_eq!(attribute_value("a&b"), Err(XmlFault::Malformed));
    }

    #[test]
    fn names_have_one_colon_at_most() {
        assert_eq!(split("a:b"), Ok(("a", "b")));
        assert_eq!(split("cơ-quan"), Ok(("", "cơ-quan")));
        for bad in ["", ":", "a:", ":b", "a:b:c", "1a", "a b", "-a", "a:1"] {
            assert_eq!(split(bad), Err(XmlFault::Malformed), "{bad}");
        }
    }
}
