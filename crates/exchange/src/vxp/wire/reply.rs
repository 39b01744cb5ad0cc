//! Reading a reply as a client: success, refusal, or nothing that can be trusted.
//!
//! Owns: `read_answer`, the reasons why a reply is no answer.
//! Not here: which failures are tried again (`lgsp-national`).
//! Invariant: an empty, broken or HTML reply is a failure, never an empty list.
//! Follows: design document "Document exchange", sections 7.2 and 7.5.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{AgencyItem, ReceivedItem, SentItem, lists};

/// A successful reply.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(Map<String, Value>);

/// Why a reply is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyError {
    /// Not 200.
    #[error("http status {0}")]
    Http(u16),
    /// Nothing.
    #[error("empty reply")]
    Empty,
    /// A page for people.
    #[error("html instead of json")]
    Html,
    /// Not of the interface's shape; what is missing.
    #[error("unreadable reply: {0}")]
    Unreadable(&'static str),
    /// The other side says no.
    #[error("refused with {code}: {description}")]
    Refused {
        /// `ErrorCode`.
        code: String,
        /// `ErrorDesc`, cut.
        description: String,
    },
}

/// Reads a JSON reply.
///
/// # Errors
/// Everything that is not `status` `OK` or `SUCCESS` with `ErrorCode` 0 or none.
pub fn read_answer(status: u16, body: &[u8]) -> Result<Answer, ReplyError> {
    let text = body.trim_ascii();
    let read = serde_json::from_slice::<Map<String, Value>>(text);
    let Ok(object) = read else {
        return Err(match (status, text.first()) {
            (200, None) => ReplyError::Empty,
            (200, Some(b'<')) => ReplyError::Html,
            (200, Some(_)) => ReplyError::Unreadable("no JSON object"),
            _ => ReplyError::Http(status),
        });
    };
    let field = |name: &str| object.get(name).map(lists::text).unwrap_or_default();
    let word = field("status");
    let code = field("ErrorCode");
    if word.eq_ignore_ascii_case("OK") || word.eq_ignore_ascii_case("SUCCESS") {
        if status == 200 && (code.is_empty() || code == "0") {
            return Ok(Answer(object));
        }
    } else if !word.eq_ignore_ascii_case("FAIL") && code.is_empty() {
        return Err(match status {
            200 => ReplyError::Unreadable("no status"),
            _ => ReplyError::Http(status),
        });
    }
    // A gateway before the axis may wrap a fault of its own in JSON: its status counts.
    if status >= 500 && code.is_empty() {
        return Err(ReplyError::Http(status));
    }
    let mut description = field("ErrorDesc");
    description.truncate(description.floor_char_boundary(super::DETAIL_BYTES_MAX));
    Err(ReplyError::Refused { code, description })
}

impl Answer {
    /// A field as text; numbers and truth values too.
    #[must_use]
    pub fn text(&self, name: &str) -> String {
        self.0.get(name).map(lists::text).unwrap_or_default()
    }

    /// A field as text that must not be empty.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] with the name.
    pub fn require(&self, name: &'static str) -> Result<String, ReplyError> {
        Some(self.text(name))
            .filter(|text| !text.is_empty())
            .ok_or(ReplyError::Unreadable(name))
    }

    /// Takes the text of `data` out, without copying it.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] when it is no text.
    pub fn into_data(mut self) -> Result<String, ReplyError> {
        match self.0.remove("data") {
            Some(Value::String(data)) => Ok(data),
            _ => Err(ReplyError::Unreadable("data")),
        }
    }

    /// `count`.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] when it is no number.
    pub fn count(&self) -> Result<u64, ReplyError> {
        let unreadable = |_| ReplyError::Unreadable("count");
        self.text("count").parse().map_err(unreadable)
    }

    /// Items of `getReceivedEdocList`.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] when `data` is no list, or an item has no `docId`.
    pub fn received(self) -> Result<Vec<ReceivedItem>, ReplyError> {
        let read = |item: &Map<String, Value>| {
            ReceivedItem::read(item).ok_or(ReplyError::Unreadable("docId"))
        };
        self.items()?.iter().map(read).collect()
    }

    /// Items of `getSentEdocList`.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] when `data` is no list.
    pub fn sent(self) -> Result<Vec<SentItem>, ReplyError> {
        Ok(self.items()?.iter().map(SentItem::read).collect())
    }

    /// Items of the three lists of agencies.
    ///
    /// # Errors
    /// [`ReplyError::Unreadable`] when `data` is no list.
    pub fn agencies(self) -> Result<Vec<AgencyItem>, ReplyError> {
        Ok(self.items()?.iter().map(AgencyItem::read).collect())
    }

    fn items(mut self) -> Result<Vec<Map<String, Value>>, ReplyError> {
        match self.0.remove("data") {
            Some(data @ Value::Array(_)) => read_items(data),
            _ => Err(ReplyError::Unreadable("data")),
        }
    }
}

fn read_items(data: Value) -> Result<Vec<Map<String, Value>>, ReplyError> {
    parse::<lists::Items>(data).map(|lists::Items(items)| items)
}

fn parse<T: DeserializeOwned>(value: Value) -> Result<T, ReplyError> {
    serde_json::from_value(value).map_err(|_| ReplyError::Unreadable("data"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_answer_says_why() {
        let read = |status, body: &str| read_answer(status, body.as_bytes()).unwrap_err();
        assert_eq!(read(200, ""), ReplyError::Empty);
        assert_eq!(read(200, " \r\n"), ReplyError::Empty);
        assert_eq!(read(200, "<html>"), ReplyError::Html);
        assert_eq!(read(200, "[]"), ReplyError::Unreadable("no JSON object"));
        assert_eq!(
            read(200, r#"{"status":"OK","da"#),
            ReplyError::Unreadable("no JSON object")
        );
        assert_eq!(read(200, "{}"), ReplyError::Unreadable("no status"));
        assert_eq!(read(503, "<html>"), ReplyError::Http(503));
        assert_eq!(read(502, r#"{"error":"x"}"#), ReplyError::Http(502));
        let refused = |code: &str| ReplyError::Refused {
            code: code.into(),
            description: "d".into(),
        };
        let body = r#"{"status":"FAIL","ErrorCode":"102","ErrorDesc":"d"}"#;
        assert_eq!(read(200, body), refused("102"));
        assert_eq!(read(401, body), refused("102"));
        let contradiction = r#"{"status":"OK","ErrorCode":113,"ErrorDesc":"d"}"#;
        assert_eq!(read(200, contradiction), refused("113"));
    }

    #[test]
    fn a_list_must_be_a_list() {
        let answer = |data: &str| {
            let body = format!(r#"{{"status":"OK","ErrorCode":"0"{data}}}"#);
            read_answer(200, body.as_bytes()).unwrap()
        };
        assert_eq!(answer(r#","data":[]"#).received(), Ok(Vec::new()));
        for broken in ["", r#","data":null"#, r#","data":"""#, r#","data":[1]"#] {
            assert!(answer(broken).received().is_err(), "{broken}");
        }
        assert!(answer(r#","data":[{"from":"a"}]"#).received().is_err());
        assert_eq!(answer(r#","count":"3""#).count(), Ok(3));
        assert_eq!(answer(r#","count":3"#).count(), Ok(3));
        assert!(answer("").count().is_err());
        assert!(answer("").require("DocId").is_err());
    }

    #[test]
    fn the_sample_replies_are_read() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/samples/vectors/vxp_responses.json"
        );
        let Ok(text) = std::fs::read(path) else {
            eprintln!("skipped: no samples");
            return;
        };
        let replies: Map<String, Value> = serde_json::from_slice(&text).unwrap();
        let answer = |name: &str| {
            let body = serde_json::to_vec(&replies[name]).unwrap();
            read_answer(200, &body)
        };
        assert_eq!(
            answer("getReceivedEdocList")
                .unwrap()
                .received()
                .unwrap()
                .len(),
            1
        );
        assert_eq!(
            answer("getSentEdocList").unwrap().sent().unwrap()[0].to_code,
            "000.00.00.G22"
        );
        assert_eq!(
            answer("getAgenciesList").unwrap().agencies().unwrap()[0].code,
            "H34.01"
        );
        assert_eq!(
            answer("getSynchronizeUnit").unwrap().agencies().unwrap()[0].version,
            "1"
        );
        assert_eq!(answer("countReceiveEdoc").unwrap().count(), Ok(1));
        assert!(
            answer("getEdoc")
                .unwrap()
                .into_data()
                .unwrap()
                .starts_with("PD94")
        );
        assert!(answer("updateStatus").is_ok());
        assert!(matches!(answer("fail"), Err(ReplyError::Refused { code, .. }) if code == "100"));
    }
}
