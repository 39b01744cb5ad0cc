//! Items of the lists, as they are written and as the other side may write them.
//!
//! Owns: field names in both spellings (documented, and those of the kit's own object).
//! Not here: where the items come from.
//! Invariant: reading takes any scalar for a text, because JSON types differ between servers.
//! Follows: design document "Document exchange", section 7.3.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// An agency, in any of the three lists of agencies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AgencyItem {
    /// Number in the list.
    pub id: String,
    /// Number of the body above; not in `getAgenciesListQD20`.
    pub pid: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Address for mail.
    pub mail: String,
    /// The other form of the code: `oldCode` or `code102`.
    pub old_code: String,
    /// Counts changes; `getSynchronizeUnit`.
    pub version: String,
    /// System that speaks for it; `getSynchronizeUnit`.
    pub center_code: String,
    /// Gone; `getSynchronizeUnit`.
    pub is_deleted: bool,
    /// `yyyy-MM-dd`; `getSynchronizeUnit`.
    pub modify_date: String,
    /// Whether it is an agency; `getSynchronizeUnit`.
    pub is_agency: bool,
}

/// Body of `registerAgency`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewAgency {
    /// Free identity.
    pub id: String,
    /// Code of the body above.
    pub pcode: String,
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Address for mail.
    pub mail: String,
    /// Telephone.
    pub mobile: String,
    /// Fax.
    pub fax: String,
}

/// An item of `getReceivedEdocList`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ReceivedItem {
    /// Identity of the copy.
    #[serde(rename = "docId")]
    pub doc_id: String,
    /// `eDoc`.
    #[serde(rename = "serviceType")]
    pub service_type: String,
    /// `edoc` or `status`.
    #[serde(rename = "messageType")]
    pub message_type: String,
    /// When it came, `yyyy-MM-dd HH:mm:ss` Vietnam time.
    pub created_time: String,
    /// When it last changed.
    pub updated_time: String,
    /// Sender.
    pub from: String,
    /// Recipient.
    pub to: String,
    /// `initial`, `processing`, `done`, `fail`.
    pub status: String,
    /// Its text.
    pub status_desc: String,
    /// SHA-256, when the other side tells it.
    #[serde(skip)]
    pub content_sha256: String,
    /// Length in bytes, when the other side tells it.
    #[serde(skip)]
    pub content_length: Option<u64>,
}

/// An item of `getSentEdocList`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SentItem {
    /// `eDoc`.
    pub service_type: String,
    /// `edoc` or `status`.
    pub message_type: String,
    /// Identity at the sender.
    pub sender_doc_id: String,
    /// Identity of the recipient's copy.
    pub receiver_doc_id: String,
    /// Sender.
    pub from_code: String,
    /// Recipient.
    pub to_code: String,
    /// Subject.
    pub title: String,
    /// Number and notation, `7816/VPCP`.
    pub notation: String,
    /// When it was sent.
    pub sent_time: String,
    /// When the recipient acknowledged it.
    pub received_time: String,
    /// State at the sender.
    pub send_status: String,
    /// Its text.
    pub send_status_desc: String,
    /// State at the recipient.
    pub receive_status: String,
    /// Its text.
    pub receive_status_desc: String,
}

impl AgencyItem {
    /// Reads an item of any of the three lists.
    #[must_use]
    pub fn read(item: &Map<String, Value>) -> Self {
        let pick = |names: &[&str]| pick(item, names);
        Self {
            id: pick(&["id"]),
            pid: pick(&["pid"]),
            code: pick(&["code"]),
            name: pick(&["name"]),
            mail: pick(&["mail"]),
            old_code: pick(&["code102", "oldCode", "old_code"]),
            version: pick(&["version"]),
            center_code: pick(&["centerCode", "center_code"]),
            is_deleted: is_true(&pick(&["deleted"])),
            modify_date: pick(&["modifyDate", "modify_date"]),
            is_agency: is_true(&pick(&["isAgency", "is_agency"])),
        }
    }

    /// As `getAgenciesList` shows it.
    #[must_use]
    pub fn with_old_code(&self) -> impl Serialize + use<> {
        shape(&[
            ("id", &self.id),
            ("pid", &self.pid),
            ("code", &self.code),
            ("name", &self.name),
            ("mail", &self.mail),
            ("oldCode", &self.old_code),
        ])
    }

    /// As `getAgenciesListQD20` shows it.
    #[must_use]
    pub fn with_code102(&self) -> impl Serialize + use<> {
        shape(&[
            ("id", &self.id),
            ("code", &self.code),
            ("name", &self.name),
            ("mail", &self.mail),
            ("code102", &self.old_code),
        ])
    }

    /// As `getSynchronizeUnit` shows it.
    #[must_use]
    pub fn as_unit(&self) -> impl Serialize + use<> {
        let mut unit = shape(&[
            ("id", &self.id),
            ("pid", &self.pid),
            ("code", &self.code),
            ("name", &self.name),
            ("mail", &self.mail),
        ]);
        let version = self.version.parse::<i64>().unwrap_or(1);
        unit.insert("version".into(), version.into());
        unit.insert("centerCode".into(), self.center_code.as_str().into());
        unit.insert("deleted".into(), self.is_deleted.into());
        unit.insert("modifyDate".into(), self.modify_date.as_str().into());
        unit.insert("isAgency".into(), self.is_agency.into());
        unit
    }
}

impl ReceivedItem {
    /// Reads an item; without a `docId` it is none.
    #[must_use]
    pub fn read(item: &Map<String, Value>) -> Option<Self> {
        let pick = |names: &[&str]| pick(item, names);
        let found = Self {
            doc_id: pick(&["docId", "docid", "id"]),
            service_type: pick(&["serviceType", "servicetype"]),
            message_type: pick(&["messageType", "messagetype"]),
            created_time: pick(&["created_time", "createdTime"]),
            updated_time: pick(&["updated_time", "updatedTime"]),
            from: pick(&["from"]),
            to: pick(&["to"]),
            status: pick(&["status"]),
            status_desc: pick(&["status_desc", "statusDesc"]),
            content_sha256: pick(&["contentSha256"]),
            content_length: pick(&["contentLength"]).parse().ok(),
        };
        (!found.doc_id.is_empty()).then_some(found)
    }
}

impl SentItem {
    /// Reads an item.
    #[must_use]
    pub fn read(item: &Map<String, Value>) -> Self {
        let pick = |names: &[&str]| pick(item, names);
        Self {
            service_type: pick(&["serviceType", "servicetype"]),
            message_type: pick(&["messageType", "messagetype"]),
            sender_doc_id: pick(&["senderDocId", "sender_doc_id"]),
            receiver_doc_id: pick(&["receiverDocId", "receiver_doc_id"]),
            from_code: pick(&["fromCode", "from_code", "from"]),
            to_code: pick(&["toCode", "to_code", "to"]),
            title: pick(&["title"]),
            notation: pick(&["notation"]),
            sent_time: pick(&["sentTime", "sent_time"]),
            received_time: pick(&["receivedTime", "received_time"]),
            send_status: pick(&["sendStatus", "send_status"]),
            send_status_desc: pick(&["sendStatusDesc", "send_status_desc"]),
            receive_status: pick(&["receiveStatus", "receive_status"]),
            receive_status_desc: pick(&["receiveStatusDesc", "receive_status_desc"]),
        }
    }
}

impl NewAgency {
    /// Reads the body of `registerAgency`; `None` when it is no object.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        let item: Map<String, Value> = serde_json::from_slice(body).ok()?;
        let pick = |name: &str| pick(&item, &[name]).trim().to_owned();
        Some(Self {
            id: pick("id"),
            pcode: pick("pcode"),
            code: pick("code"),
            name: pick("name"),
            mail: pick("mail"),
            mobile: pick("mobile"),
            fax: pick("fax"),
        })
    }
}

fn shape(pairs: &[(&str, &str)]) -> Map<String, Value> {
    pairs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), Value::from(*value)))
        .collect()
}

/// The first of the names that has a value, as text.
fn pick(item: &Map<String, Value>, names: &[&str]) -> String {
    names
        .iter()
        .filter_map(|name| item.get(*name))
        .map(text)
        .find(|text| !text.is_empty())
        .unwrap_or_default()
}

/// A scalar as text; `null`, lists and objects are no value. The word `null` is none either.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::String(text) if text == "null" => String::new(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    }
}

fn is_true(text: &str) -> bool {
    text == "1" || text.eq_ignore_ascii_case("true")
}

/// Shape of a list reply's `data` before its items are read.
#[derive(Debug, Default, Deserialize)]
#[serde(transparent)]
pub(super) struct Items(pub(super) Vec<Map<String, Value>>);

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn both_spellings_of_a_received_item_are_read() {
        let documented = json!({"docId": "a", "created_time": "t", "status_desc": "d"});
        let kit = json!({"id": "a", "createdTime": "t", "statusDesc": "d", "contentLength": 7,
            "contentSha256": "ff", "versionSdk": "2"});
        for item in [documented, kit] {
            let read = ReceivedItem::read(&object(item)).unwrap();
            assert_eq!(
                (read.doc_id.as_str(), read.created_time.as_str()),
                ("a", "t")
            );
            assert_eq!(read.status_desc, "d");
        }
        let both = json!({"docId": "a", "id": "b", "contentLength": "9"});
        let read = ReceivedItem::read(&object(both)).unwrap();
        assert_eq!((read.doc_id.as_str(), read.content_length), ("a", Some(9)));
        assert_eq!(ReceivedItem::read(&object(json!({"docId": null}))), None);
    }

    #[test]
    fn agencies_are_read_back_from_all_three_shapes() {
        let agency = AgencyItem {
            id: "1".into(),
            code: "H34.01".into(),
            name: "Sở mẫu".into(),
            old_code: "000.00.01.H34".into(),
            version: "3".into(),
            is_deleted: true,
            ..AgencyItem::default()
        };
        let read = |value: Value| AgencyItem::read(&object(value));
        let list = read(serde_json::to_value(agency.with_old_code()).unwrap());
        let qd20 = read(serde_json::to_value(agency.with_code102()).unwrap());
        let unit = read(serde_json::to_value(agency.as_unit()).unwrap());
        assert_eq!(list.old_code, agency.old_code);
        assert_eq!(qd20.old_code, agency.old_code);
        assert_eq!((unit.version.as_str(), unit.is_deleted), ("3", true));
        assert_eq!(read(json!({"deleted": "1", "version": null})).version, "");
        assert!(read(json!({"deleted": 1})).is_deleted);
    }

    #[test]
    fn a_received_item_is_written_as_documented() {
        let item = ReceivedItem {
            doc_id: "a".into(),
            ..ReceivedItem::default()
        };
        let written = object(serde_json::to_value(&item).unwrap());
        // Whether a JSON object keeps its order depends on features of the whole build.
        let mut names: Vec<&str> = written.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(
            names,
            [
                "created_time",
                "docId",
                "from",
                "messageType",
                "serviceType",
                "status",
                "status_desc",
                "to",
                "updated_time"
            ]
        );
    }
}
