//! A small province with its systems, and messages as its systems would write them.

use std::sync::Arc;

use lgsp_catalogue::{
    AgencyCode, AgencyLevel, AgencySpec, CodeScheme,
    model::{AgencyKind, CodeSpec, Succession},
};
use lgsp_exchange::{
    Error, Exchange, Result,
    edxml::{
        self, Document, Edxml, InMemory, Mode, Packing, StatusMessage, WriteOptions,
        model::{
            Business, BusinessType, Code, OtherInfo, Party, Promulgation, Replacement, ResponseFor,
        },
    },
    kinds::{PartnerForm, System, Upstream},
    query::views::{CopyItem, DocumentDetail},
    service::{
        MailboxItem, MessageType, Official, Reader, Rendered, Source, Submission, Submitted,
    },
};
use lgsp_model::{DocumentId, Timestamp};
use lgsp_platform::{
    Platform,
    blobs::{Body, Received},
    clock::ManualClock,
    journal::{self, Class, Event, query::Entry},
    registry::{Change, Kind, Manifest},
};
use lgsp_testkit::TestPlatform;
use serde_json::json;

/// A running exchange.
pub(super) struct World {
    pub(super) exchange: Exchange,
    pub(super) platform: Platform,
    pub(super) clock: Arc<ManualClock>,
}

/// Runs a test in a world on each database.
macro_rules! worlds {
    ($(async fn $name:ident($world:ident: &World) $body:block)*) => { $(
        #[tokio::test]
        async fn $name() {
            lgsp_testkit::each_database(|test| async move {
                let started = $crate::service::kit::World::start(&test).await;
                let $world = &started;
                $body
                started.platform.stop().await;
            })
            .await;
        }
    )* };
}
pub(super) use worlds;

impl World {
    pub(super) async fn start(test: &TestPlatform) -> Self {
        let modules = [
            lgsp_catalogue::module().unwrap(),
            lgsp_exchange::module().unwrap(),
        ];
        let platform = test.start(&modules).await.unwrap();
        let (catalogue, _) = lgsp_catalogue::start(&platform);
        let mut manifests = agencies();
        manifests.extend(systems());
        manifests.extend(lgsp_exchange::kinds::calendar_seed().unwrap());
        manifests.extend(lgsp_catalogue::seed::manifests().unwrap());
        put(&platform, manifests).await;
        let exchange = Exchange::open(platform.clone(), catalogue).await.unwrap();
        Self {
            exchange,
            platform,
            clock: test.clock.clone(),
        }
    }

    pub(super) async fn put(&self, manifests: Vec<Manifest>) {
        put(&self.platform, manifests).await;
        self.exchange.directories().refresh().await.unwrap();
    }

    /// Moves the clock and lets the time rules look.
    pub(super) async fn pass(&self, minutes: i64) {
        self.clock.advance_ms(minutes * 60_000);
        self.exchange.check_alarms().await.unwrap();
    }

    pub(super) async fn send(&self, system: &str, document: &Document) -> Result<Submitted> {
        self.submit(system, MessageType::Edoc, bytes(document), Mode::Tolerant)
            .await
    }

    pub(super) async fn submit(
        &self,
        system: &str,
        message_type: MessageType,
        bytes: Vec<u8>,
        mode: Mode,
    ) -> Result<Submitted> {
        let source = Source::System {
            name: system.to_owned(),
        };
        self.exchange
            .submit(submission(source, message_type, bytes, mode))
            .await
    }

    /// Sends a document that must be taken.
    pub(super) async fn sent(&self, system: &str, document: &Document) -> DocumentId {
        self.send(system, document).await.unwrap().document.unwrap()
    }

    pub(super) async fn status(
        &self,
        system: &str,
        mode: Mode,
        status: StatusMessage,
    ) -> Result<Submitted> {
        let bytes = write(&Edxml::Status(status));
        self.submit(system, MessageType::Status, bytes, mode).await
    }

    pub(super) async fn list(&self, agency: &str) -> Vec<MailboxItem> {
        self.exchange
            .mailbox_list(&[agency.to_owned()], MessageType::Edoc, 500)
            .await
            .unwrap()
    }

    pub(super) async fn statuses(&self, agency: &str) -> Vec<MailboxItem> {
        self.exchange
            .mailbox_list(&[agency.to_owned()], MessageType::Status, 500)
            .await
            .unwrap()
    }

    pub(super) async fn fetch(&self, agency: &str, doc_id: &str) -> Result<Rendered> {
        self.exchange.fetch(&reader(agency), doc_id).await
    }

    /// Fetches the only item of a mailbox.
    pub(super) async fn fetch_one(&self, agency: &str) -> String {
        let items = self.list(agency).await;
        assert_eq!(items.len(), 1, "one item waits for {agency}");
        self.fetch(agency, &items[0].doc_id).await.unwrap();
        items[0].doc_id.clone()
    }

    pub(super) async fn detail(&self, id: DocumentId) -> DocumentDetail {
        self.exchange.document(id, None).await.unwrap()
    }

    pub(super) async fn copy(&self, id: DocumentId, agency: &str) -> CopyItem {
        let detail = self.detail(id).await;
        detail
            .copies
            .into_iter()
            .find(|copy| copy.to.agency == agency)
            .unwrap()
    }

    pub(super) async fn state(&self, id: DocumentId, agency: &str) -> String {
        self.copy(id, agency).await.state
    }

    /// Events of the journal about something, oldest first.
    pub(super) async fn events(&self, subject: &str) -> Vec<Entry> {
        let filter = journal::query::Filter {
            subject: Some(subject.to_owned()),
            ..Default::default()
        };
        let mut found = journal::query::list(&self.platform.db, &filter, 200)
            .await
            .unwrap();
        found.reverse();
        found
    }

    pub(super) async fn count(&self, table: &str) -> i64 {
        let sql = format!("SELECT COUNT(*) AS n FROM {table}");
        let row = self
            .platform
            .db
            .query_one(sql, vec![])
            .await
            .unwrap()
            .unwrap();
        row.try_get("", "n").unwrap()
    }

    /// Codes of the alarms that are not closed, sorted.
    pub(super) async fn alarms(&self, id: DocumentId) -> Vec<String> {
        let mut codes = self.detail(id).await.item.alarms;
        codes.sort_unstable();
        codes
    }
}

async fn put(platform: &Platform, manifests: Vec<Manifest>) {
    let now = platform.clock.now();
    let changes = manifests
        .into_iter()
        .map(|manifest| Change::Put {
            manifest,
            base_revision: None,
        })
        .collect();
    let event = Event::new(
        Class::Audit,
        now,
        "test",
        "resource.updated",
        ("test", "seed"),
    );
    platform
        .registry
        .change(changes, "test", now, vec![event])
        .await
        .unwrap();
}

/// The province H34 with five bodies, one that has ended, and two bodies elsewhere.
fn agencies() -> Vec<Manifest> {
    let inside = |code: &str, old: &str| agency(code, Some(old), (code != "H34").then_some("H34"));
    let mut ended = agency("H34.08", None, Some("H34"));
    ended.spec["valid_to"] = json!("2026-06-30");
    ended.spec["successors"] = json!([Succession {
        agency: AgencyCode::from("H34.02"),
        date: "2026-07-01".parse().unwrap(),
        decision: None,
        demo: true,
    }]);
    let mut split = agency("H34.09", None, Some("H34"));
    split.spec["valid_to"] = json!("2026-06-30");
    split.spec["successors"] = json!(["H34.02", "H34.03"].map(|heir| Succession {
        agency: AgencyCode::from(heir),
        date: "2026-07-01".parse().unwrap(),
        decision: None,
        demo: true,
    }));
    vec![
        inside("H34", "000.00.00.H34"),
        inside("H34.01", "000.00.01.H34"),
        inside("H34.02", "000.00.02.H34"),
        inside("H34.03", "000.00.03.H34"),
        inside("H34.04", "000.00.04.H34"),
        ended,
        split,
        agency("G22", Some("000.00.00.G22"), None),
        agency("G09", None, None),
    ]
}

fn agency(code: &str, old: Option<&str>, parent: Option<&str>) -> Manifest {
    let of = |scheme, value: &str| CodeSpec {
        scheme,
        value: value.to_owned(),
        valid_from: None,
        valid_to: None,
        source: None,
        demo: true,
    };
    let mut codes = vec![of(CodeScheme::Qd20, code)];
    codes.extend(old.map(|old| of(CodeScheme::Qcvn102, old)));
    let spec = AgencySpec {
        name: format!("Cơ quan {code}"),
        short_name: None,
        level: AgencyLevel::Department,
        kind: AgencyKind::Other,
        parent: parent.map(AgencyCode::from),
        area: None,
        codes,
        valid_from: None,
        valid_to: None,
        successors: Vec::new(),
        contact_email: None,
    };
    manifest(code, &spec)
}

/// Systems of three bodies (H34.04 has none), and the axis.
fn systems() -> Vec<Manifest> {
    let mut all: Vec<Manifest> = [
        ("office", "H34.01"),
        ("home", "H34.02"),
        ("justice", "H34.03"),
    ]
    .map(|(name, agency)| {
        let spec = json!({
            "title": name, "systemid": format!("sys.{name}"), "agencies": [agency],
        });
        manifest(name, &serde_json::from_value::<System>(spec).unwrap())
    })
    .into();
    let axis = json!({"title": "axis", "url": "http://127.0.0.1:1", "systemid": "h34"});
    all.push(manifest(
        "axis",
        &serde_json::from_value::<Upstream>(axis).unwrap(),
    ));
    all
}

pub(super) fn manifest<K: Kind>(name: &str, spec: &K) -> Manifest {
    Manifest {
        kind: K::KIND.to_owned(),
        name: name.to_owned(),
        agency: None,
        spec: serde_json::to_value(spec).unwrap(),
    }
}

pub(super) fn submission(
    source: Source,
    message_type: MessageType,
    bytes: Vec<u8>,
    mode: Mode,
) -> Submission {
    Submission {
        received: received(bytes),
        message_type,
        signed_from: None,
        signed_to: Vec::new(),
        source,
        mode,
        address: Some("192.0.2.1".to_owned()),
        trace_id: None,
    }
}

pub(super) fn received(bytes: Vec<u8>) -> Received {
    let digest = ring::digest::digest(&ring::digest::SHA256, &bytes);
    Received {
        size_bytes: bytes.len() as u64,
        digest: digest.as_ref().try_into().unwrap(),
        body: Body::Inline(bytes.into()),
    }
}

pub(super) fn reader(agency: &str) -> Reader {
    Reader {
        actor: format!("reader of {agency}"),
        on_behalf_of: None,
        agencies: vec![agency.to_owned()],
        address: None,
        trace_id: None,
        form: PartnerForm::default(),
    }
}

pub(super) fn official() -> Official {
    Official {
        username: "clerk".to_owned(),
        on_behalf_of: None,
        display_name: Some("Cán bộ Mẫu".to_owned()),
        address: None,
        trace_id: None,
    }
}

/// A new document with number `number` and one small file.
pub(super) fn document(from: &str, to: &[&str], number: &str) -> Document {
    let mut document = Document {
        from: Party::new(from, "Cơ quan gửi"),
        to: to.iter().map(|code| Party::new(code, "Nơi nhận")).collect(),
        document_id: format!("{from},2026/11/23,{number}/CV"),
        code: Some(Code {
            number: Some(number.to_owned()),
            notation: Some("CV".to_owned()),
        }),
        promulgation: Some(Promulgation {
            place: None,
            date: Some(edxml::DateText::from_text("2026/11/23")),
        }),
        subject: format!("Về việc kiểm tra số {number}"),
        other_info: Some(OtherInfo {
            priority: Some("0".to_owned()),
            ..OtherInfo::default()
        }),
        business: Some(Business::default()),
        ..Document::default()
    };
    document.attach("cid:1", "cong-van.txt", "text/plain", true);
    document
}

/// A document of another business type about `target`.
pub(super) fn about(kind: BusinessType, number: &str, target: &Document) -> Document {
    let to: Vec<&str> = target
        .to
        .iter()
        .map(|party| party.organ_id.as_str())
        .collect();
    let mut document = document(&target.from.organ_id, &to, number);
    let mut business = Business {
        kind,
        reason: Some("sai sót".to_owned()),
        ..Default::default()
    };
    match kind {
        BusinessType::Replace => {
            business.replacements = vec![Replacement {
                document_id: target.document_id.clone(),
                organ_ids: Vec::new(),
            }];
        }
        BusinessType::Update => business.document_id = Some(target.document_id.clone()),
        BusinessType::Revoke | BusinessType::New => {
            document.response_for = vec![reference(target)];
        }
    }
    document.business = Some(business);
    document
}

pub(super) fn reference(target: &Document) -> ResponseFor {
    ResponseFor {
        organ_id: Some(target.from.organ_id.clone()),
        code: target.display_number(),
        document_id: Some(target.document_id.clone()),
        promulgation_date: Some(edxml::DateText::from_text("2026/11/23")),
    }
}

/// A status of `from` about `target`.
pub(super) fn status(from: &str, target: &Document, code: &str) -> StatusMessage {
    StatusMessage {
        from: Party::new(from, "Cơ quan"),
        response_for: reference(target),
        status_code: code.to_owned(),
        description: Some("mô tả".to_owned()),
        timestamp: Some(edxml::InstantText::from_text("2026/11/23 10:00:00")),
        ..StatusMessage::default()
    }
}

pub(super) fn bytes(document: &Document) -> Vec<u8> {
    write(&Edxml::Document(Box::new(document.clone())))
}

pub(super) fn write(message: &Edxml) -> Vec<u8> {
    let packing = Packing::Zip {
        entry: uuid::Uuid::from_u128(7),
    };
    let mut files = InMemory {
        contents: vec![("nội dung".as_bytes().to_vec(), packing); 4],
    };
    let mut out = Vec::new();
    edxml::write(message, &mut files, &WriteOptions::default(), &mut out).unwrap();
    out
}

pub(super) fn content(rendered: Rendered) -> Vec<u8> {
    match rendered.body {
        Body::Inline(bytes) => bytes.to_vec(),
        Body::Spooled(mut file) => {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
            bytes
        }
    }
}

/// Reads a handed out document back.
pub(super) fn parse(bytes: &[u8]) -> Document {
    let options = edxml::ReadOptions::tolerant();
    let reading = edxml::read(bytes, &options, &mut edxml::Discard).unwrap();
    reading.message.as_document().unwrap().clone()
}

pub(super) fn error_id<T>(result: Result<T>) -> &'static str {
    use lgsp_platform::http::Problem as _;
    let error: Error = result.err().unwrap();
    error.id()
}

pub(super) fn instant(text: &str) -> Timestamp {
    Timestamp::parse_edxml(text).unwrap()
}
