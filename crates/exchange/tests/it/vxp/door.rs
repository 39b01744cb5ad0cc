//! A running service door with two systems, on a temporary database.
//!
//! Owns: `Door`, messages to send, raw HTTP for calls that no client would make.

use std::{net::SocketAddr, sync::Arc};

use axum::http::HeaderMap;
use lgsp_catalogue::seed;
use lgsp_exchange::{Exchange, kinds, vxp::wire};
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    clock::SystemClock,
    config::Config,
    journal::{Class, Event, query},
    registry::{Change, Kind, Manifest},
};
use lgsp_simulator::{
    client::{ClientConfig, VxpClient},
    edxml::{AttachmentDraft, AttachmentForm, DocumentDraft, Party, ResponseFor, StatusDraft},
    rng::Rng,
};
use serde::Serialize;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// Speaks for `H34.01`.
pub(super) const FIRST: &str = "first";
/// Speaks for `H34.02` and `H34.03`.
pub(super) const SECOND: &str = "second";
/// Largest message of these tests.
pub(super) const MESSAGE_BYTES_MAX: u64 = 4 * 1_048_576;

/// A platform whose service door listens.
pub(super) struct Door {
    pub(super) platform: Platform,
    pub(super) exchange: Exchange,
    pub(super) address: SocketAddr,
    secrets: Vec<(&'static str, String)>,
    _folder: tempfile::TempDir,
}

fn put<K: Serialize>(kind: &str, name: &str, spec: &K) -> Change {
    Change::Put {
        manifest: Manifest {
            kind: kind.to_owned(),
            name: name.to_owned(),
            agency: Some("H34".to_owned()),
            spec: serde_json::to_value(spec).unwrap(),
        },
        base_revision: None,
    }
}

/// A system as a fresh installation would have it.
pub(super) fn system(name: &str, agencies: &[&str]) -> kinds::System {
    serde_json::from_value(serde_json::json!({
        "title": name, "systemid": format!("test.{name}"), "agencies": agencies,
    }))
    .unwrap()
}

impl Door {
    pub(super) async fn open() -> Self {
        Self::open_with(|_| {}).await
    }

    /// With a change of the first system.
    pub(super) async fn open_with(change: impl Fn(&mut kinds::System)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::default();
        config.server.data_dir = folder.path().to_path_buf();
        let modules = [
            lgsp_catalogue::module().unwrap(),
            lgsp_exchange::module().unwrap(),
        ];
        let platform = Platform::start(config, Arc::new(SystemClock), &modules)
            .await
            .unwrap();
        let (catalogue, _) = lgsp_catalogue::start(&platform);
        let mut first = system(FIRST, &["H34.01"]);
        change(&mut first);
        let settings = kinds::ExchangeSettings {
            message_bytes_max: MESSAGE_BYTES_MAX,
            ..kinds::ExchangeSettings::default()
        };
        let mut changes: Vec<Change> =
            [seed::manifests().unwrap(), seed::demo_manifests().unwrap()]
                .concat()
                .into_iter()
                .map(|manifest| Change::Put {
                    manifest,
                    base_revision: None,
                })
                .collect();
        changes.push(put(kinds::System::KIND, FIRST, &first));
        changes.push(put(
            kinds::System::KIND,
            SECOND,
            &system(SECOND, &["H34.02", "H34.03"]),
        ));
        changes.push(put(
            kinds::ExchangeSettings::KIND,
            kinds::SETTINGS_NAME,
            &settings,
        ));
        let now = platform.clock.now();
        let event = || Event::new(Class::Audit, now, "test", "test.seeded", ("test", "test"));
        platform
            .registry
            .change(changes, "test", now, vec![event()])
            .await
            .unwrap();
        let (exchange, running) = lgsp_exchange::start(&platform, catalogue).await.unwrap();
        let mut secrets = Vec::new();
        for name in [FIRST, SECOND] {
            let made = exchange.secret_make(event(), name, 0).await.unwrap();
            secrets.push((name, made.secret));
        }
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = running
            .service
            .into_make_service_with_connect_info::<SocketAddr>();
        platform.tasks.spawn_until_stopped("test door", async move {
            axum::serve(listener, service).await.unwrap();
        });
        Self {
            platform,
            exchange,
            address,
            secrets,
            _folder: folder,
        }
    }

    pub(super) fn base(&self) -> String {
        format!("http://{}/vxp", self.address)
    }

    pub(super) fn secret(&self, name: &str) -> &str {
        let found = self.secrets.iter().find(|(known, _)| *known == name);
        &found.unwrap().1
    }

    /// A client with the habits of the existing kit.
    pub(super) fn kit(&self, name: &str) -> VxpClient {
        VxpClient::new(self.config(name))
    }

    pub(super) fn config(&self, name: &str) -> ClientConfig {
        ClientConfig::kit(&self.base(), &format!("test.{name}"), self.secret(name))
    }

    /// A call of the first system, signed as it should be, before anything is spoilt.
    pub(super) fn signed(&self, parameters: &[(&str, &str)], media_type: &str) -> HeaderMap {
        let timestamp = wire::format_timestamp(self.platform.clock.now(), 420);
        self.signed_at(&timestamp, parameters, media_type)
    }

    pub(super) fn signed_at(
        &self,
        timestamp: &str,
        parameters: &[(&str, &str)],
        media_type: &str,
    ) -> HeaderMap {
        let key = wire::mac_key(self.secret(FIRST).as_bytes());
        let mut logical = vec![
            ("timestamp", timestamp),
            ("systemid", "test.first"),
            ("Content-Type", media_type),
        ];
        logical.extend_from_slice(parameters);
        wire::sign(&key, &logical).unwrap()
    }

    /// One call by hand; gives the status, the media type and the body.
    pub(super) async fn raw(
        &self,
        line: &str,
        headers: &HeaderMap,
        body: &[u8],
    ) -> (u16, String, String) {
        let (status, answer, body) = http(self.address, line, headers, body).await;
        let media_type = answer
            .get("content-type")
            .map_or("", |value| value.to_str().unwrap());
        (
            status,
            media_type.to_owned(),
            String::from_utf8(body).unwrap(),
        )
    }

    /// The `ErrorCode` of a call by hand, whose answer must be of the interface's shape.
    pub(super) async fn code(&self, line: &str, headers: &HeaderMap, body: &[u8]) -> String {
        let (status, media_type, body) = self.raw(line, headers, body).await;
        assert_eq!(
            (status, media_type.as_str()),
            (200, "application/json"),
            "{body}"
        );
        assert!(body.is_ascii(), "{body}");
        let object: serde_json::Value = serde_json::from_str(&body).unwrap();
        object["ErrorCode"].as_str().unwrap().to_owned()
    }

    /// Audit events of an actor, newest first.
    pub(super) async fn audit(&self, actor: &str) -> Vec<query::Entry> {
        let filter = query::Filter {
            class: Some("audit".to_owned()),
            actor: Some(actor.to_owned()),
            ..query::Filter::default()
        };
        query::list(&self.platform.db, &filter, 100).await.unwrap()
    }
}

/// A document with a Vietnamese name and one attachment of `bytes` bytes that do not compress.
pub(super) fn document(from: &str, to: &[&str], number: u32, bytes: usize) -> Vec<u8> {
    let draft = draft(from, to, number, bytes);
    draft.write(&mut Rng::new(u64::from(number))).unwrap()
}

fn draft(from: &str, to: &[&str], number: u32, bytes: usize) -> DocumentDraft {
    let party = |code: &str| Party {
        code: code.to_owned(),
        name: "Cơ quan mẫu".to_owned(),
    };
    let at_ms = now_ms();
    DocumentDraft {
        from: party(from),
        to: to.iter().map(|code| party(code)).collect(),
        document_id: format!("{from},2026/11/23,{number}/MAU"),
        number: number.to_string(),
        notation: "MAU".to_owned(),
        place: "Kon Tum".to_owned(),
        at_ms,
        document_type: ("1".to_owned(), "Công văn".to_owned()),
        subject: format!("Văn bản mẫu số {number}"),
        attachments: vec![AttachmentDraft {
            name: "mẫu.bin".to_owned(),
            media_type: "application/octet-stream".to_owned(),
            bytes: noise(bytes),
            form: AttachmentForm::Raw,
        }],
        ..DocumentDraft::default()
    }
}

/// A status of `from` about document `number` of `H34.01`.
pub(super) fn status(from: &str, number: u32, code: &str) -> Vec<u8> {
    let target: ResponseFor = draft("H34.01", &[from], number, 0).as_response_for();
    StatusDraft {
        from: Party {
            code: from.to_owned(),
            name: "Cơ quan mẫu".to_owned(),
        },
        response_for: target,
        code: code.to_owned(),
        description: "Đã tiếp nhận".to_owned(),
        at_ms: now_ms(),
        ..StatusDraft::default()
    }
    .write()
}

fn now_ms() -> i64 {
    Timestamp::parse_rfc3339("2026-11-23T02:00:00Z").unwrap().0
}

fn noise(count: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

/// One HTTP call on a connection of its own.
pub(super) async fn http(
    address: SocketAddr,
    line: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> (u16, HeaderMap, Vec<u8>) {
    let mut request = format!("{line} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap()));
    }
    request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    // A refused body may find the connection closed; the answer counts.
    let _ = stream.write_all(body).await;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .unwrap();
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let status = lines
        .next()
        .unwrap()
        .split(' ')
        .nth(1)
        .unwrap()
        .parse()
        .unwrap();
    let mut found = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        found.insert(
            name.parse::<axum::http::HeaderName>().unwrap(),
            value.parse().unwrap(),
        );
    }
    (status, found, answer.split_off(end + 4))
}
