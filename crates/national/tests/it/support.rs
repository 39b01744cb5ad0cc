//! A province, its platform, and the axis that it is connected to, all on clocks moved by hand.
//!
//! Owns: `World`: agencies, systems, documents, waiting.
//! Not here: assertions about the subject of a test.

use std::{collections::BTreeMap, convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use lgsp_catalogue::Catalogue;
use lgsp_exchange::{
    Exchange,
    edxml::Mode,
    service::{MessageType, Source, Submission, Submitted},
};
use lgsp_model::{DeliveryId, DocumentId};
use lgsp_national::vxp::{self, Client, ClientOptions, Options, Settings, Vxp};
use lgsp_platform::{
    Module, Platform,
    blobs::Received,
    journal::{Class, Event, append, query},
    ledger::{State, query::Delivery},
    registry::{Change, Manifest, SECRET_CHANGE},
};
use lgsp_simulator::{
    axis::{self, AgencySeed, AxisOptions, AxisSeed, CopyDump, Handle, OutsideSeed, SystemSeed},
    client::{ClientConfig, VxpClient},
    clock::{ClockMode, wall_ms},
    edxml::{DocumentDraft, Kind, Party},
    rng::Rng,
};
use lgsp_testkit::TestPlatform;
use serde_json::{Value, json};

pub(crate) const SECRET: &str = "demo-secret-not-real";
/// The province at the axis.
pub(crate) const OWN_SYSTEM: &str = "demo.lgsp.h34";
/// Another province at the axis.
pub(crate) const OTHER_SYSTEM: &str = "demo.lgsp.h49";
/// Name of the axis's resource.
pub(crate) const AXIS: &str = "truc";

/// A platform on which the client may run, and its axis.
pub(crate) struct World {
    pub(crate) test: Arc<TestPlatform>,
    pub(crate) platform: Platform,
    pub(crate) exchange: Exchange,
    pub(crate) axis: Handle,
    pub(crate) url: String,
    _stop: tokio::sync::oneshot::Sender<()>,
}

fn agency_seed(code: &str, code102: &str, systemid: &str) -> AgencySeed {
    AgencySeed {
        code: code.into(),
        code102: code102.into(),
        name: format!("Cơ quan {code}"),
        systemid: systemid.into(),
        version: 1,
        ..AgencySeed::default()
    }
}

fn axis_seed() -> AxisSeed {
    let mut agencies = vec![
        agency_seed("H34", "000.00.00.H34", OWN_SYSTEM),
        agency_seed("H34.77", "", OWN_SYSTEM),
        agency_seed("H49", "000.00.00.H49", OTHER_SYSTEM),
        agency_seed("H49.01", "000.00.01.H49", OTHER_SYSTEM),
    ];
    agencies.extend((1..=50).map(|number| agency_seed(&own(number), "", OWN_SYSTEM)));
    AxisSeed {
        systems: vec![
            SystemSeed::new(OWN_SYSTEM, SECRET),
            SystemSeed::new(OTHER_SYSTEM, SECRET),
        ],
        agencies,
        outside: OutsideSeed::default(),
    }
}

/// Code of an agency of the province.
pub(crate) fn own(number: usize) -> String {
    format!("H34.{number:02}")
}

pub(crate) fn modules() -> Vec<Module> {
    vec![
        lgsp_catalogue::module().unwrap(),
        lgsp_exchange::module().unwrap(),
        lgsp_national::module().unwrap(),
    ]
}

fn put(kind: &str, name: &str, spec: Value) -> Change {
    let (kind, name) = (kind.to_owned(), name.to_owned());
    Change::Put {
        manifest: Manifest {
            kind,
            name,
            agency: None,
            spec,
        },
        base_revision: None,
    }
}

fn agency(code: &str, code102: &str, parent: Option<&str>) -> Change {
    let mut codes = vec![json!({"scheme": "qd20", "value": code})];
    if !code102.is_empty() {
        codes.push(json!({"scheme": "qcvn102", "value": code102}));
    }
    let level = if parent.is_some() {
        "department"
    } else {
        "province"
    };
    let name = format!("Cơ quan {code}");
    let mut spec = json!({"name": name, "level": level, "kind": "other", "codes": codes});
    if let Some(parent) = parent {
        spec["parent"] = json!(parent);
    }
    put("agency", code, spec)
}

pub(crate) fn upstream_spec(url: &str) -> Value {
    json!({
        "title": "Trục mô phỏng",
        "url": url,
        "systemid": OWN_SYSTEM,
        "poll_seconds": 30,
        "allow_local_addresses": true,
    })
}

/// Serves an axis on a free port.
async fn serve(handle: &Handle) -> (String, tokio::sync::oneshot::Sender<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = handle.clone();
    tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        axis::serve_handle(listener, served, shutdown)
            .await
            .unwrap();
    });
    (url, stop)
}

impl World {
    /// A world on the embedded database, the client not yet started.
    pub(crate) async fn new() -> Self {
        Self::on(Arc::new(TestPlatform::sqlite().unwrap())).await
    }

    /// A world with the running client.
    pub(crate) async fn running() -> Self {
        let world = Self::new().await;
        world.start().await;
        world
    }

    pub(crate) async fn on(test: Arc<TestPlatform>) -> Self {
        // A second installation is refused, which is as good as the first.
        rustls::crypto::ring::default_provider()
            .install_default()
            .ok();
        let platform = test.start(&modules()).await.unwrap();
        let options = AxisOptions {
            clock: ClockMode::Manual {
                start_ms: platform.clock.now().0,
            },
            ..AxisOptions::default()
        };
        let axis = Handle::new(axis_seed(), options).unwrap();
        let (url, stop) = serve(&axis).await;
        let exchange = plant(&platform, &url).await;
        Self {
            test,
            platform,
            exchange,
            axis,
            url,
            _stop: stop,
        }
    }

    /// Starts the client, with times short enough for a test.
    pub(crate) async fn start(&self) -> Vxp {
        let client = ClientOptions {
            call_timeout_ms: 5_000,
            file_timeout_ms: 5_000,
        };
        vxp::start(&self.platform, &self.exchange, Options { client })
            .await
            .unwrap()
    }

    pub(crate) async fn stop(&self) {
        self.platform.stop().await;
    }

    /// Changes a resource, and waits until the exchange knows.
    pub(crate) async fn change(&self, changes: Vec<Change>) {
        change(&self.platform, changes).await;
        self.exchange.directories().refresh().await.unwrap();
    }

    pub(crate) async fn put(&self, kind: &str, name: &str, spec: Value) {
        self.change(vec![put(kind, name, spec)]).await;
    }

    pub(crate) async fn put_agency(&self, code: &str) {
        self.change(vec![agency(code, "", Some("H34"))]).await;
    }

    /// Moves both clocks and lets the workers run.
    pub(crate) async fn pass(&self, duration_ms: i64) {
        self.test.clock.advance_ms(duration_ms);
        self.axis
            .advance(Duration::from_millis(u64::try_from(duration_ms).unwrap()));
        tokio::time::sleep(Duration::from_millis(4)).await;
    }

    /// Lets time pass until something has happened; fails with `what` after ten minutes.
    pub(crate) async fn until(&self, what: &str, mut look: impl AsyncFnMut() -> bool) {
        for _ in 0..600 {
            if look().await {
                return;
            }
            self.pass(1_000).await;
        }
        panic!("{what} did not happen");
    }

    /// Lets the workers do everything that is due now and in the next seconds.
    pub(crate) async fn settle(&self, seconds: usize) {
        for _ in 0..seconds {
            self.pass(1_000).await;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }

    pub(crate) async fn received(&self, bytes: Vec<u8>) -> Received {
        let stream = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(bytes))]);
        self.platform
            .blobs
            .receive(stream, "test", 1 << 30)
            .await
            .unwrap()
    }

    /// Offers a message of an agency of the province.
    pub(crate) async fn submit_bytes(&self, kind: MessageType, bytes: Vec<u8>) -> Submitted {
        let submission = Submission {
            received: self.received(bytes).await,
            message_type: kind,
            signed_from: None,
            signed_to: Vec::new(),
            source: Source::System { name: "so".into() },
            mode: Mode::Tolerant,
            address: None,
            trace_id: None,
        };
        self.exchange.submit(submission).await.unwrap()
    }

    pub(crate) async fn submit(&self, draft: &DocumentDraft) -> DocumentId {
        let bytes = draft.write(&mut Rng::new(1)).unwrap();
        self.submit_bytes(MessageType::Edoc, bytes)
            .await
            .document
            .unwrap()
    }

    /// Deliveries of a queue, oldest first.
    pub(crate) async fn deliveries(&self, queue: &str) -> Vec<Delivery> {
        let filter = lgsp_platform::ledger::query::Filter {
            queue: Some(queue.to_owned()),
            ..Default::default()
        };
        let mut found = self.platform.ledger.deliveries(&filter, 200).await.unwrap();
        found.reverse();
        found
    }

    /// The only delivery upward.
    pub(crate) async fn delivery(&self) -> Delivery {
        let mut found = self.deliveries("vxp").await;
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    pub(crate) async fn until_state(&self, state: State) -> Delivery {
        self.until(state.as_str(), async || {
            self.delivery().await.state == state
        })
        .await;
        self.delivery().await
    }

    pub(crate) async fn redrive(&self, delivery: &Delivery) {
        let id = DeliveryId(delivery.id);
        self.platform
            .ledger
            .redrive(id, Default::default())
            .await
            .unwrap();
    }

    /// What the other province got of ours.
    pub(crate) fn arrived(&self) -> Vec<CopyDump> {
        let copies = self.axis.dump().copies;
        copies
            .into_iter()
            .filter(|copy| copy.systemid == OTHER_SYSTEM)
            .collect()
    }

    /// Copies of ours at the axis.
    pub(crate) fn waiting(&self) -> Vec<CopyDump> {
        let copies = self.axis.dump().copies;
        copies
            .into_iter()
            .filter(|copy| copy.systemid == OWN_SYSTEM)
            .collect()
    }

    /// Calls that the axis has counted.
    pub(crate) fn called(&self, operation: &str) -> u64 {
        self.axis
            .stats()
            .operations
            .get(operation)
            .map_or(0, |stats| stats.called)
    }

    /// Events of the exchange journal with this action.
    pub(crate) async fn events(&self, action: &str) -> Vec<query::Entry> {
        let filter = query::Filter {
            action: Some(action.to_owned()),
            ..Default::default()
        };
        query::list(&self.platform.db, &filter, 200).await.unwrap()
    }

    /// The other province's client software.
    pub(crate) fn other(&self) -> VxpClient {
        let mut config = ClientConfig::kit(&self.url, OTHER_SYSTEM, SECRET).clean();
        config.clock_shift_ms = self.axis.now_ms() - wall_ms();
        VxpClient::new(config)
    }

    /// The other province sends a document.
    pub(crate) async fn send_down(&self, draft: &DocumentDraft) {
        let bytes = draft.write(&mut Rng::new(2)).unwrap();
        self.other()
            .send(&draft.from.code, Kind::Document, &bytes)
            .await
            .unwrap();
    }

    /// Our own client, without the workers around it.
    pub(crate) fn client(&self, timeout_ms: u64) -> Client {
        let settings = Settings {
            url: self.url.clone(),
            systemid: OWN_SYSTEM.into(),
            has_body_crlf: true,
            digest_form: Default::default(),
            is_local_allowed: true,
            message_bytes_max: 52_428_800,
        };
        let options = ClientOptions {
            call_timeout_ms: timeout_ms,
            file_timeout_ms: timeout_ms,
        };
        Client::new(&self.exchange, settings, SECRET.as_bytes(), options).unwrap()
    }

    /// Counts of deliveries by state.
    pub(crate) async fn counts(&self, queue: &str) -> BTreeMap<&'static str, i64> {
        let counts = self.platform.ledger.counts().await.unwrap();
        let of_queue = counts.into_iter().filter(|count| count.queue == queue);
        of_queue
            .map(|count| (count.state.as_str(), count.deliveries))
            .collect()
    }
}

async fn change(platform: &Platform, changes: Vec<Change>) {
    let now = platform.clock.now();
    let event = Event::new(
        Class::Audit,
        now,
        "test",
        "resource.saved",
        ("registry", "test"),
    );
    platform
        .registry
        .change(changes, "test", now, vec![event])
        .await
        .unwrap();
}

/// Agencies, systems and the axis with its secret.
async fn plant(platform: &Platform, url: &str) -> Exchange {
    let mut changes = vec![
        agency("H34", "000.00.00.H34", None),
        agency("H49", "000.00.00.H49", None),
        agency("H49.01", "000.00.01.H49", Some("H49")),
        // Known here, unknown at the axis.
        agency("H51", "", None),
    ];
    changes.extend((1..=50).map(|number| agency(&own(number), "", Some("H34"))));
    let codes: Vec<String> = (1..=50).map(own).chain(["H34".to_owned()]).collect();
    let system = json!({"title": "Hệ thống", "systemid": "h34.so", "agencies": codes});
    changes.push(put("system", "so", system));
    changes.push(put("upstream", AXIS, upstream_spec(url)));
    change(platform, changes).await;
    let now = platform.clock.now();
    let tx = platform.db.begin().await.unwrap();
    platform
        .vault
        .insert(&*tx, "upstream", AXIS, SECRET.as_bytes(), now)
        .await
        .unwrap();
    platform
        .registry
        .announce(&tx, SECRET_CHANGE, AXIS)
        .await
        .unwrap();
    append(
        &*tx,
        [Event::new(
            Class::Audit,
            now,
            "test",
            "secret.saved",
            ("upstream", AXIS),
        )],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
    platform.registry.refresh().await.unwrap();
    open_exchange(platform).await
}

/// The exchange of a platform whose registry holds everything already.
pub(crate) async fn open_exchange(platform: &Platform) -> Exchange {
    let catalogue = Catalogue::default();
    catalogue.follow(&platform.registry.snapshot());
    let exchange = Exchange::open(platform.clone(), catalogue).await.unwrap();
    platform
        .tasks
        .spawn_until_stopped("directory", exchange.directories().clone().follow());
    exchange
}

/// A document of `from` for `to`; `number` makes it another one.
pub(crate) fn draft(from: &str, to: &[&str], number: usize) -> DocumentDraft {
    let party = |code: &str| Party {
        code: code.into(),
        name: format!("Cơ quan {code}"),
    };
    DocumentDraft {
        from: party(from),
        to: to.iter().map(|code| party(code)).collect(),
        document_id: format!("{from},2026/11/23,{number}/MAU"),
        number: number.to_string(),
        notation: "MAU".into(),
        place: "Kon Tum".into(),
        at_ms: lgsp_simulator::clock::parse_kit_timestamp("23112026T083000+0000").unwrap(),
        document_type: ("18".into(), "Công văn".into()),
        subject: format!("Văn bản mẫu số {number}"),
        ..DocumentDraft::default()
    }
}
