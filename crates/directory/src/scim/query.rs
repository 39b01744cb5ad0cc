//! What a list is asked for.
//!
//! Owns: `Query`, reading it from an address or from the body of `.search`.
//! Not here: answering (`scan.rs`).
//! Follows: RFC 7644, sections 3.4.2 and 3.4.3.

use serde_json::Value;

use super::{
    error::{ScimError, ScimResult, ScimType},
    filter::{Filter, parse::Parser},
    json::{Object, member},
    path::AttributePath,
    project::Projection,
};

/// Most resources of an answer.
pub(crate) const COUNT_MAX: u32 = 200;
/// Resources of an answer when the client names no number.
const COUNT_DEFAULT: u32 = 100;

/// What a list is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Query {
    pub(crate) filter: Option<Filter>,
    pub(crate) sort_by: Option<AttributePath>,
    pub(crate) is_descending: bool,
    /// From 1.
    pub(crate) start: u64,
    pub(crate) count: u32,
    pub(crate) projection: Projection,
}

/// The parameters as texts, wherever they stood.
#[derive(Debug, Default)]
struct Raw {
    filter: Option<String>,
    sort_by: Option<String>,
    sort_order: Option<String>,
    start: Option<String>,
    count: Option<String>,
    included: Vec<String>,
    excluded: Vec<String>,
}

fn words(text: &str) -> Vec<String> {
    text.split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

impl Query {
    /// The parameters of an address; unknown ones are passed over.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidPath`, `invalidValue`.
    pub(crate) fn of_pairs(pairs: Vec<(String, String)>) -> ScimResult<Self> {
        let mut raw = Raw::default();
        for (name, value) in pairs {
            match name.to_ascii_lowercase().as_str() {
                "filter" => raw.filter = Some(value),
                "sortby" => raw.sort_by = Some(value),
                "sortorder" => raw.sort_order = Some(value),
                "startindex" => raw.start = Some(value),
                "count" => raw.count = Some(value),
                "attributes" => raw.included.extend(words(&value)),
                "excludedattributes" => raw.excluded.extend(words(&value)),
                _ => {}
            }
        }
        raw.read()
    }

    /// The body of `.search`.
    ///
    /// # Errors
    /// As [`Query::of_pairs`], and `invalidSyntax`.
    pub(crate) fn of_body(body: &Value) -> ScimResult<Self> {
        let syntax = |detail: &str| ScimError::typed(ScimType::InvalidSyntax, detail);
        let body = body
            .as_object()
            .ok_or_else(|| syntax("an object is wanted"))?;
        let text = |name: &str| match member(body, name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(_) => Err(syntax("a text or a number is wanted")),
        };
        Raw {
            filter: text("filter")?,
            sort_by: text("sortBy")?,
            sort_order: text("sortOrder")?,
            start: text("startIndex")?,
            count: text("count")?,
            included: list(body, "attributes"),
            excluded: list(body, "excludedAttributes"),
        }
        .read()
    }
}

fn list(body: &Object, name: &str) -> Vec<String> {
    match member(body, name) {
        Some(Value::Array(items)) => items
            .iter()
            .filter_map(Value::as_str)
            .flat_map(words)
            .collect(),
        Some(Value::String(text)) => words(text),
        _ => Vec::new(),
    }
}

impl Raw {
    fn read(self) -> ScimResult<Query> {
        let invalid = |detail: &str| ScimError::typed(ScimType::InvalidValue, detail);
        let number = |text: Option<String>| match text {
            None => Ok(None),
            Some(text) => match text.trim().parse::<i64>() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(invalid("startIndex and count are numbers")),
            },
        };
        // Less than 1 means 1, a negative count means 0 (RFC 7644, section 3.4.2.4).
        let start = number(self.start)?.unwrap_or(1).max(1);
        let count = number(self.count)?.unwrap_or(i64::from(COUNT_DEFAULT));
        let count = u32::try_from(count.clamp(0, i64::from(COUNT_MAX))).unwrap_or(COUNT_MAX);
        let filter = self.filter.filter(|text| !text.trim().is_empty());
        let filter = filter.map(|text| Parser::filter(&text)).transpose()?;
        let sort_by = self
            .sort_by
            .filter(|text| !text.trim().is_empty())
            .map(|text| {
                let path = AttributePath::parse(text.trim());
                path.ok_or_else(|| ScimError::typed(ScimType::InvalidPath, "sortBy is no path"))
            })
            .transpose()?;
        let order = self.sort_order.unwrap_or_default().to_ascii_lowercase();
        let is_descending = match order.as_str() {
            "" | "ascending" => false,
            "descending" => true,
            _ => return Err(invalid("sortOrder is ascending or descending")),
        };
        Ok(Query {
            filter,
            sort_by,
            is_descending,
            start: u64::try_from(start).unwrap_or(1),
            count,
            projection: Projection::new(self.included, self.excluded)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn of(pairs: &[(&str, &str)]) -> ScimResult<Query> {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Query::of_pairs(pairs.iter().map(owned).collect())
    }

    #[test]
    fn pages_within_their_limits() {
        for (start, count, expected) in [
            ("1", "10", (1, 10)),
            ("0", "0", (1, 0)),
            ("-5", "-1", (1, 0)),
            ("7", "200", (7, 200)),
            ("7", "201", (7, 200)),
        ] {
            let query = of(&[("startIndex", start), ("COUNT", count)]).unwrap();
            assert_eq!((query.start, query.count), expected, "{start} {count}");
        }
        assert_eq!(of(&[]).unwrap().count, COUNT_DEFAULT);
        for pair in [
            ("count", "x"),
            ("sortOrder", "up"),
            ("sortBy", ".."),
            ("filter", "a b"),
        ] {
            assert!(of(&[pair]).is_err(), "{pair:?}");
        }
    }

    #[test]
    fn a_search_body_says_the_same() {
        let body = json!({"filter": "title pr", "count": 5, "startIndex": "2",
            "sortBy": "userName", "sortOrder": "descending", "attributes": ["userName,id"]});
        let query = Query::of_body(&body).unwrap();
        assert!(query.filter.is_some() && query.is_descending);
        assert_eq!((query.start, query.count), (2, 5));
        assert!(Query::of_body(&json!([])).is_err());
        assert!(Query::of_body(&json!({"filter": []})).is_err());
    }
}
