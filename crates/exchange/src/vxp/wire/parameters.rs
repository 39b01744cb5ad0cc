//! The signed parameters of a call.
//!
//! Owns: reading them from the signed text, finding one by name.
//! Not here: which parameters an operation has (`server/`).
//! Invariant: the exact documented spelling wins; names are else compared without case.
//! Follows: design document "Document exchange", sections 7.1 and 7.2 (the kit's parameter map).

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};

use super::{Code, PREFIX, Refused};

/// Signed names in one call; the kit's map grows with each call but has few names.
pub const PARAMETERS_MAX: usize = 100;

/// Signed names and values in the order of the text, duplicates included.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    /// Reads the text of `sign-header`: one object, each name prefixed, each value a string.
    ///
    /// # Errors
    /// [`Code::HeaderDiffers`] when it is anything else.
    pub fn read(signed: &'a [u8]) -> Result<Self, Refused> {
        let Signed(pairs) = serde_json::from_slice(signed)
            .map_err(|_| Refused::new(Code::HeaderDiffers, "sign-header"))?;
        if pairs.len() > PARAMETERS_MAX {
            return Err(Refused::new(Code::HeaderDiffers, "PARAMETERS_MAX"));
        }
        let has_prefix = |name: &str| {
            name.get(..PREFIX.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
        };
        if let Some((name, _)) = pairs.iter().find(|(name, _)| !has_prefix(name)) {
            return Err(Refused::new(Code::HeaderDiffers, name.clone().into_owned()));
        }
        Ok(Self(pairs))
    }

    /// Prefixed names and values, in the order of the text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// Number of signed names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is signed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of an unprefixed name; blank values count as absent.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut any_case = None;
        for (known, value) in self.unprefixed() {
            if known == name {
                return Some(value).filter(|value| !value.trim().is_empty());
            }
            if any_case.is_none() && known.eq_ignore_ascii_case(name) {
                any_case = Some(value);
            }
        }
        any_case.filter(|value| !value.trim().is_empty())
    }

    /// As [`Parameters::get`], but it must be there.
    ///
    /// # Errors
    /// [`Code::Parameter`] with the name.
    pub fn require(&self, name: &'static str) -> Result<&str, Refused> {
        self.get(name)
            .ok_or_else(|| Refused::new(Code::Parameter, name))
    }

    /// Whether one name, whatever its case, stands with two values.
    #[must_use]
    pub fn has_conflict(&self) -> bool {
        self.0.iter().enumerate().any(|(place, (name, value))| {
            let later = self.0.iter().skip(place + 1);
            later
                .into_iter()
                .any(|(other, differs)| name.eq_ignore_ascii_case(other) && value != differs)
        })
    }

    /// Whether an unprefixed name is signed, in any case.
    #[must_use]
    pub fn is_signed(&self, name: &str) -> bool {
        self.unprefixed()
            .any(|(known, _)| known.eq_ignore_ascii_case(name))
    }

    fn unprefixed(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter()
            .map(|(name, value)| (name.get(PREFIX.len()..).unwrap_or_default(), value))
    }
}

/// The object as pairs; borrowed from the text where nothing is escaped.
struct Signed<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Signed<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PairsVisitor).map(Signed)
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<(Cow<'de, str>, Cow<'de, str>)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object of strings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(12);
        while let Some((Text(name), Text(value))) = map.next_entry()? {
            if pairs.len() > PARAMETERS_MAX {
                return Err(A::Error::custom("too many names"));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }
}

struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Text)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exact_spelling_wins_and_else_case_does_not_matter() {
        let text =
            br#"{"XroadVnpt-docid":"old","XroadVnpt-docId":"new","xroadvnpt-STATUS":"done"}"#;
        let parameters = Parameters::read(text).unwrap();
        assert_eq!(parameters.get("docId"), Some("new"));
        assert_eq!(parameters.get("docid"), Some("old"));
        assert_eq!(parameters.get("DOCID"), Some("old"));
        assert_eq!(parameters.get("status"), Some("done"));
        assert!(parameters.has_conflict());
        assert_eq!(parameters.get("absent"), None);
    }

    #[test]
    fn blank_values_are_absent_and_escapes_are_read() {
        let text = br#"{"XroadVnpt-a":" ","XroadVnpt-filePath":"C:\\tmp\u0041"}"#;
        let parameters = Parameters::read(text).unwrap();
        assert_eq!(parameters.get("a"), None);
        assert_eq!(parameters.require("a").unwrap_err().code, Code::Parameter);
        assert_eq!(parameters.get("filepath"), Some("C:\\tmpA"));
        assert!(!parameters.has_conflict());
    }

    #[test]
    fn anything_but_an_object_of_strings_is_refused() {
        for text in [
            "",
            "[]",
            "{",
            r#"{"XroadVnpt-a":1}"#,
            r#"{"XroadVnpt-a":null}"#,
            r#"{"XroadVnpt-a":{"b":"c"}}"#,
            r#"{"a":"b"}"#,
            r#"{"XroadVnpt-a":"b"} x"#,
        ] {
            assert!(Parameters::read(text.as_bytes()).is_err(), "{text}");
        }
    }

    #[test]
    fn the_limit_holds_at_its_value_and_breaks_past_it() {
        let text = |count: usize| {
            let pairs: Vec<String> = (0..count)
                .map(|number| format!(r#""XroadVnpt-n{number}":"v""#))
                .collect();
            format!("{{{}}}", pairs.join(","))
        };
        assert!(Parameters::read(text(PARAMETERS_MAX).as_bytes()).is_ok());
        assert!(Parameters::read(text(PARAMETERS_MAX + 1).as_bytes()).is_err());
    }
}
