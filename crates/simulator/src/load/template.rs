//! Requests made by patching: one message is written once, then only its number changes.
//!
//! Owns: the message, the places of the number in it, the signed headers.
//! Not here: sending (`mod.rs`).
//! Invariant: every request is a whole, rightly signed call; no two have the same `DocumentId`.
//! Follows: the VXP interface, `sendEdoc`; QCVN 102:2016/BTTTT.

use anyhow::{Context, ensure};
use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue, USER_AGENT};
use hyper::{Method, Request, Uri};
use ring::hmac;

use super::LoadConfig;
use crate::clock;
use crate::edxml::{
    AttachmentDraft, AttachmentForm, DocumentDraft, Kind, MESSAGE_BYTES_MAX, Party, ResponseFor,
    StatusDraft,
};
use crate::mac::{self, INTERFACE_VERSION, KIT_USER_AGENT};
use crate::rng::Rng;

/// Stands for the number in the message; as long as twelve digits.
const PLACE: &str = "@@NUMBER@@@@";
const MEDIA_TYPE: &str = "application/octet-stream";
const KEYS: &str = "hash-file;Content-Type;messagetype;servicetype;from;systemid;timestamp";

/// Makes requests.
pub struct Template {
    file: Vec<u8>,
    places: Vec<usize>,
    key: hmac::Key,
    systemid: String,
    from: String,
    kind: Kind,
}

impl Template {
    /// Writes the message once.
    ///
    /// # Errors
    /// When a code is missing or the size is past the axis's limit.
    pub fn new(config: &LoadConfig) -> anyhow::Result<Self> {
        for text in [&config.from, &config.systemid] {
            let is_plain = text
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && byte != b'"');
            ensure!(
                is_plain && !text.is_empty() && !text.contains('\\'),
                "no plain {text}"
            );
        }
        ensure!(!config.to.is_empty(), "no receiver");
        ensure!(config.size_bytes <= MESSAGE_BYTES_MAX, "message too large");
        let run_ms = clock::wall_ms();
        let bare = write(config, run_ms, 0)?;
        // Base64 makes four bytes of three; the rest is filled up in the summary.
        let missing = config.size_bytes.saturating_sub(bare.len());
        let file = if missing == 0 {
            bare
        } else {
            write(config, run_ms, missing)?
        };
        let places = places(&file);
        ensure!(!places.is_empty(), "no place for the number");
        Ok(Self {
            file,
            places,
            key: mac::key(&config.secret),
            systemid: config.systemid.clone(),
            from: config.from.clone(),
            kind: config.kind,
        })
    }

    /// Bytes of each message.
    pub fn size_bytes(&self) -> usize {
        self.file.len()
    }

    /// The message of this number.
    pub fn message(&self, number: u64) -> Vec<u8> {
        let mut file = Vec::with_capacity(self.file.len() + 2);
        file.extend_from_slice(&self.file);
        let digits = format!("{number:012}");
        for place in &self.places {
            if let Some(slot) = file.get_mut(*place..place + PLACE.len()) {
                slot.copy_from_slice(digits.as_bytes().get(..PLACE.len()).unwrap_or(&[b'0'; 12]));
            }
        }
        file
    }

    /// A signed call that sends the message of this number.
    ///
    /// # Errors
    /// When an identity cannot stand in a header.
    pub fn request(&self, uri: &Uri, number: u64) -> anyhow::Result<Request<Full<Bytes>>> {
        let mut body = self.message(number);
        let hash = mac::hex_unpadded(&mac::sha256(&body));
        body.extend_from_slice(b"\r\n");
        let timestamp = clock::kit_timestamp(clock::wall_ms());
        let kind = self.kind.as_str();
        // Written by hand: none of the values has a character that JSON escapes.
        let signed = format!(
            "{{\"XroadVnpt-hash-file\":\"{hash}\",\"XroadVnpt-Content-Type\":\"{MEDIA_TYPE}\",\
             \"XroadVnpt-messagetype\":\"{kind}\",\"XroadVnpt-servicetype\":\"eDoc\",\
             \"XroadVnpt-from\":\"{}\",\"XroadVnpt-systemid\":\"{}\",\
             \"XroadVnpt-timestamp\":\"{timestamp}\"}}",
            self.from, self.systemid
        );
        let mac = mac::sign(&self.key, signed.as_bytes());
        let mut headers = HeaderMap::with_capacity(16);
        let host = uri
            .authority()
            .map(|authority| authority.as_str())
            .unwrap_or_default();
        headers.insert(HOST, value(host)?);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(USER_AGENT, HeaderValue::from_static(KIT_USER_AGENT));
        headers.insert(
            name("xroadvnpt-content-type"),
            HeaderValue::from_static(MEDIA_TYPE),
        );
        headers.insert(name("xroadvnpt-hash-file"), value(&hash)?);
        headers.insert(
            name("xroadvnpt-messagetype"),
            HeaderValue::from_static(kind),
        );
        headers.insert(
            name("xroadvnpt-servicetype"),
            HeaderValue::from_static("eDoc"),
        );
        headers.insert(name("xroadvnpt-from"), value(&self.from)?);
        headers.insert(name("xroadvnpt-systemid"), value(&self.systemid)?);
        headers.insert(name("xroadvnpt-timestamp"), value(&timestamp)?);
        headers.insert(
            name("xroadvnpt-sign-header-key"),
            HeaderValue::from_static(KEYS),
        );
        headers.insert(name("xroadvnpt-sign-header"), value(&signed)?);
        headers.insert(name("xroadvnpt-hash-header"), value(&mac)?);
        headers.insert(
            name("xroadvnpt-version"),
            HeaderValue::from_static(INTERFACE_VERSION),
        );
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = Method::POST;
        // Origin form, as every client sends it to a server.
        *request.uri_mut() = uri.path().parse()?;
        *request.headers_mut() = headers;
        Ok(request)
    }
}

fn name(name: &'static str) -> HeaderName {
    HeaderName::from_static(name)
}

fn value(text: &str) -> anyhow::Result<HeaderValue> {
    HeaderValue::from_str(text).context("value cannot stand in a header")
}

fn places(file: &[u8]) -> Vec<usize> {
    let wanted = PLACE.as_bytes();
    file.windows(wanted.len())
        .enumerate()
        .filter(|(_, window)| *window == wanted)
        .map(|(place, _)| place)
        .collect()
}

fn write(config: &LoadConfig, run_ms: i64, missing: usize) -> anyhow::Result<Vec<u8>> {
    let from = Party {
        code: config.from.clone(),
        name: "Cơ quan gửi tải".into(),
    };
    let document_id = format!("{},{run_ms},{PLACE}/TAI", config.from);
    if config.kind == Kind::Status {
        let draft = StatusDraft {
            from,
            response_for: ResponseFor {
                organ_id: config.to.first().cloned().unwrap_or_default(),
                code: format!("{PLACE}/TAI"),
                promulgation_date: clock::edxml_date(run_ms),
                document_id,
            },
            code: "01".into(),
            description: "m".repeat(missing.max(1)),
            at_ms: run_ms,
            ..StatusDraft::default()
        };
        return Ok(draft.write());
    }
    let mut rng = Rng::new(1);
    // Random bytes, so that nobody gains by compressing.
    let filling = missing / 4 * 3;
    let bytes: Vec<u8> = (0..filling.max(3))
        .map(|_| rng.bits().to_le_bytes()[0])
        .collect();
    let draft = DocumentDraft {
        from,
        to: config
            .to
            .iter()
            .map(|code| Party {
                code: code.clone(),
                name: String::new(),
            })
            .collect(),
        document_id,
        number: PLACE.into(),
        notation: "TAI".into(),
        place: "Kon Tum".into(),
        at_ms: run_ms,
        document_type: ("18".into(), "Công văn".into()),
        subject: format!("Văn bản thử tải {PLACE}"),
        content: "m".repeat(missing % 4),
        attachments: vec![AttachmentDraft {
            name: "tai.bin".into(),
            media_type: "application/octet-stream".into(),
            bytes,
            form: AttachmentForm::Raw,
        }],
        ..DocumentDraft::default()
    };
    draft.write(&mut rng)
}
