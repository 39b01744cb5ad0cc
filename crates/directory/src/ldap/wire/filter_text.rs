//! The text of filters: `(&(objectClass=person)(uid=van*))`.
//!
//! Owns: `Filter::parse`, `Display`.
//! Invariant: what is written is read equal; a value may hold any byte, escaped as `\2a`.
//! Follows: RFC 4515.

use std::fmt::{self, Write as _};

use super::{
    Malformed,
    filter::{Budget, Filter, TERMS_MAX},
};

impl Filter {
    /// Reads a filter; a single term may stand without parentheses.
    ///
    /// # Errors
    /// When the text is no filter, nested too deeply or too long.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let text = text.trim();
        if !text.starts_with('(') {
            return term(text);
        }
        let mut rest = text;
        let filter = parenthesised(&mut rest, &mut Budget::default())?;
        if rest.is_empty() {
            Ok(filter)
        } else {
            Err(Malformed("text after the filter"))
        }
    }
}

fn parenthesised(rest: &mut &str, budget: &mut Budget) -> Result<Filter, Malformed> {
    budget.enter()?;
    *rest = rest
        .strip_prefix('(')
        .ok_or(Malformed("opening parenthesis missing"))?;
    let filter = match rest.chars().next() {
        Some('&') => Filter::And(several(rest, budget)?),
        Some('|') => Filter::Or(several(rest, budget)?),
        Some('!') => {
            *rest = rest.get(1..).unwrap_or_default();
            Filter::Not(Box::new(parenthesised(rest, budget)?))
        }
        _ => {
            let end = rest
                .find([')', '('])
                .ok_or(Malformed("closing parenthesis missing"))?;
            let (inner, after) = rest.split_at(end);
            *rest = after;
            term(inner)?
        }
    };
    *rest = rest
        .strip_prefix(')')
        .ok_or(Malformed("closing parenthesis missing"))?;
    budget.leave();
    Ok(filter)
}

fn several(rest: &mut &str, budget: &mut Budget) -> Result<Vec<Filter>, Malformed> {
    *rest = rest.get(1..).unwrap_or_default();
    let mut parts = Vec::new();
    while rest.starts_with('(') {
        parts.push(parenthesised(rest, budget)?);
    }
    Ok(parts)
}

fn term(text: &str) -> Result<Filter, Malformed> {
    let (left, value) = text.split_once('=').ok_or(Malformed("no comparison"))?;
    match left.as_bytes().last() {
        Some(b'>') => comparison(left, value, |attribute, value| Filter::AtLeast {
            attribute,
            value,
        }),
        Some(b'<') => comparison(left, value, |attribute, value| Filter::AtMost {
            attribute,
            value,
        }),
        Some(b'~') => comparison(left, value, |attribute, value| Filter::Approximate {
            attribute,
            value,
        }),
        Some(b':') => extensible(left, value),
        _ => equality(left, value),
    }
}

fn comparison(
    left: &str,
    value: &str,
    make: impl FnOnce(String, Vec<u8>) -> Filter,
) -> Result<Filter, Malformed> {
    let name = left.get(..left.len() - 1).unwrap_or_default();
    Ok(make(attribute(name)?, unescape(value)?))
}

fn equality(left: &str, value: &str) -> Result<Filter, Malformed> {
    let attribute = attribute(left)?;
    if value == "*" {
        return Ok(Filter::Present(attribute));
    }
    if !value.contains('*') {
        let value = unescape(value)?;
        return Ok(Filter::Equal { attribute, value });
    }
    let parts: Vec<&str> = value.split('*').collect();
    let (Some((first, rest)), true) = (parts.split_first(), parts.len() <= TERMS_MAX) else {
        return Err(Malformed("filter has too many terms"));
    };
    let (last, middle) = rest.split_last().ok_or(Malformed("no comparison"))?;
    let some = |part: &str| -> Result<Option<Vec<u8>>, Malformed> {
        (!part.is_empty()).then(|| unescape(part)).transpose()
    };
    let any: Result<Vec<Vec<u8>>, Malformed> = middle
        .iter()
        .filter(|part| !part.is_empty())
        .map(|part| unescape(part))
        .collect();
    let (initial, any, last) = (some(first)?, any?, some(last)?);
    if initial.is_none() && any.is_empty() && last.is_none() {
        return Ok(Filter::Present(attribute));
    }
    Ok(Filter::Substring {
        attribute,
        initial,
        any,
        last,
    })
}

/// `attribute[:dn][:rule]:=value` or `[:dn]:rule:=value`.
fn extensible(left: &str, value: &str) -> Result<Filter, Malformed> {
    let mut words = left.strip_suffix(':').unwrap_or(left).split(':');
    let first = words.next().unwrap_or_default();
    let name = (!first.is_empty()).then(|| attribute(first)).transpose()?;
    let (mut is_dn_included, mut rule) = (false, None);
    for word in words {
        if rule.is_some() {
            return Err(Malformed("two rules"));
        }
        if word.eq_ignore_ascii_case("dn") && !is_dn_included {
            is_dn_included = true;
        } else {
            rule = Some(attribute(word)?);
        }
    }
    if name.is_none() && rule.is_none() {
        return Err(Malformed("rule or attribute is missing"));
    }
    Ok(Filter::Extensible {
        rule,
        attribute: name,
        value: unescape(value)?,
        is_dn_included,
    })
}

fn attribute(text: &str) -> Result<String, Malformed> {
    let text = text.trim();
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b';');
    if !text.is_empty() && text.bytes().all(is_plain) {
        Ok(text.to_owned())
    } else {
        Err(Malformed("not the name of an attribute"))
    }
}

fn unescape(text: &str) -> Result<Vec<u8>, Malformed> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\\' => {
                let digits = rest.get(..2).ok_or(Malformed("escape cut off"))?;
                let digits = std::str::from_utf8(digits).map_err(|_| Malformed("bad escape"))?;
                let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
                let value = u8::from_str_radix(digits, 16).map_err(|_| Malformed("bad escape"))?;
                if !is_hex {
                    return Err(Malformed("bad escape"));
                }
                bytes.push(value);
                rest = rest.get(2..).unwrap_or_default();
            }
            b'*' => return Err(Malformed("star in a value")),
            other => bytes.push(other),
        }
    }
    Ok(bytes)
}

/// A value with the bytes escaped that a filter does not bear.
#[must_use]
pub(super) fn escape(value: &[u8]) -> String {
    let mut text = String::new();
    for chunk in value.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if matches!(letter, '*' | '(' | ')' | '\\') || letter.is_control() {
                let mut buffer = [0; 4];
                for byte in letter.encode_utf8(&mut buffer).bytes() {
                    push_escaped(&mut text, byte);
                }
            } else {
                text.push(letter);
            }
        }
        for byte in chunk.invalid() {
            push_escaped(&mut text, *byte);
        }
    }
    text
}

fn push_escaped(text: &mut String, byte: u8) {
    // Writing to a string cannot fail.
    let _ = write!(text, "\\{byte:02x}");
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let all = |f: &mut fmt::Formatter<'_>, sign: char, parts: &[Self]| {
            write!(f, "({sign}")?;
            parts.iter().try_for_each(|part| part.fmt(f))?;
            f.write_char(')')
        };
        match self {
            Self::And(parts) => all(f, '&', parts),
            Self::Or(parts) => all(f, '|', parts),
            Self::Not(inner) => write!(f, "(!{inner})"),
            Self::Equal { attribute, value } => write!(f, "({attribute}={})", escape(value)),
            Self::AtLeast { attribute, value } => write!(f, "({attribute}>={})", escape(value)),
            Self::AtMost { attribute, value } => write!(f, "({attribute}<={})", escape(value)),
            Self::Approximate { attribute, value } => {
                write!(f, "({attribute}~={})", escape(value))
            }
            Self::Present(attribute) => write!(f, "({attribute}=*)"),
            Self::Substring {
                attribute,
                initial,
                any,
                last,
            } => {
                let part = |part: &Option<Vec<u8>>| part.as_deref().map_or(String::new(), escape);
                write!(f, "({attribute}={}*", part(initial))?;
                for middle in any {
                    write!(f, "{}*", escape(middle))?;
                }
                write!(f, "{})", part(last))
            }
            Self::Extensible {
                rule,
                attribute,
                value,
                is_dn_included,
            } => {
                write!(f, "({}", attribute.as_deref().unwrap_or_default())?;
                if *is_dn_included {
                    f.write_str(":dn")?;
                }
                if let Some(rule) = rule {
                    write!(f, ":{rule}")?;
                }
                write!(f, ":={})", escape(value))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_written_as_they_were_read() {
        for text in [
            "(uid=van.thu)",
            "(cn=*)",
            "(cn=Nguyễn*Văn*An)",
            "(cn=*Văn*)",
            "(&(objectClass=person)(|(uid=a)(uid=b))(!(mail=*)))",
            "(&)",
            "(|)",
            "(modifyTimestamp>=20261123020000Z)",
            "(sn<=m)",
            "(sn~=nguyen)",
            "(cn:caseExactMatch:=An)",
            "(ou:dn:=people)",
            "(userAccountControl:1.2.840.113556.1.4.803:=2)",
            "(:dn:2.4.6.8.10:=Dino)",
            "(cn=a\\2ab\\28\\29\\5c\\00)",
            "(objectGUID=\\ff\\fe\\01)",
        ] {
            let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!(filter.to_string(), text);
            assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        assert_eq!(Filter::parse("uid=a"), Filter::parse(" (uid=a) "));
        assert_eq!(Filter::parse("(cn=**)"), Filter::parse("(cn=*)"));
    }

    #[test]
    fn what_is_no_filter() {
        for text in [
            "",
            "(",
            "()",
            "(uid)",
            "(uid=a",
            "(uid=a))",
            "(!)",
            "(&(uid=a)",
            "((uid=a))",
            "(u d=a)",
            "(uid=\\2)",
            "(uid=\\zz)",
            "(uid=\\+1)",
            "(:=x)",
            "(=x)",
            "(a:b:c:=x)",
            "(uid>=a*)",
        ] {
            assert!(Filter::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn depth_and_terms_at_the_limit_and_past_it() {
        let nested =
            |depth: usize| format!("{}(a=b){}", "(!".repeat(depth - 1), ")".repeat(depth - 1));
        assert!(Filter::parse(&nested(super::super::filter::DEPTH_MAX)).is_ok());
        assert!(Filter::parse(&nested(super::super::filter::DEPTH_MAX + 1)).is_err());
        let wide = |terms: usize| format!("(|{})", "(a=b)".repeat(terms - 1));
        assert!(Filter::parse(&wide(TERMS_MAX)).is_ok());
        assert!(Filter::parse(&wide(TERMS_MAX + 1)).is_err());
    }
}
