//! Killed again and again under load: nothing acknowledged is lost, nothing arrives twice.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::{StreamExt as _, stream};
use lgsp_simulator::{
    axis::{AgencySeed, AxisOptions, AxisSeed, Handle, OutsideSeed, SentDump},
    client::Progress,
    edxml::Kind,
};
use lgsp_testkit::instance::Options;
use tokio::sync::Mutex;

use crate::field::{System, document, eventually, quiet_demo, start, system};

/// How often the program is killed unless `LGSP_CRASH_KILLS` says otherwise.
const KILLS: u64 = 30;
const SENDERS: u64 = 6;
/// Documents that are taken out of the mailbox at the same time.
const READERS: usize = 16;

fn kills() -> u64 {
    std::env::var("LGSP_CRASH_KILLS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(KILLS)
}

/// Documents by id: the `DocId` once it was acknowledged.
type Ledger = Arc<Mutex<BTreeMap<String, (Vec<u8>, Option<String>)>>>;

/// Sends new documents, and those again whose outcome is unknown, until told to stop.
async fn send(
    from: Arc<System>,
    to: String,
    sent: Ledger,
    next: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) {
    while !stop.load(Ordering::SeqCst) {
        let number = next.fetch_add(1, Ordering::SeqCst);
        // Every fourth document goes to the axis.
        let receiver = if number.is_multiple_of(4) {
            "H14"
        } else {
            to.as_str()
        };
        let id = format!("crash-{number}");
        let body = document(&id, &from.code, &[receiver], 500);
        sent.lock().await.insert(id.clone(), (body.clone(), None));
        let answer = from.client.send(&from.code, Kind::Document, &body).await;
        if let Ok(doc_id) = answer {
            sent.lock()
                .await
                .entry(id)
                .and_modify(|known| known.1 = Some(doc_id));
        }
    }
}

/// Everything that was in flight is sent again; an answer of before must be answered again.
async fn settle(from: &System, sent: &Ledger) {
    let known: Vec<(String, Vec<u8>, Option<String>)> = sent
        .lock()
        .await
        .iter()
        .map(|(id, (body, doc_id))| (id.clone(), body.clone(), doc_id.clone()))
        .collect();
    for (id, body, before) in known {
        let now = from
            .client
            .send(&from.code, Kind::Document, &body)
            .await
            .unwrap();
        if let Some(before) = before {
            assert_eq!(now, before, "{id} was acknowledged, then forgotten");
        }
        sent.lock().await.insert(id, (body, Some(now)));
    }
}

async fn run(options: Options, database: Option<String>, mut disturb: impl FnMut()) {
    let folder = tempfile::tempdir().unwrap();
    let axis = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let axis_url = format!("http://{}/vxp", axis.local_addr().unwrap());
    let mut options = options;
    options.database_url = database;
    options
        .arguments
        .extend(["--axis-url".to_owned(), axis_url]);
    let mut instance = start(folder.path(), &options).await;
    let secret = instance.demo["axis_secret"].as_str().unwrap();
    let agencies = instance.demo["agencies"].as_array().unwrap().iter();
    let agencies = agencies
        .map(|one| AgencySeed {
            code: one["code"].as_str().unwrap().to_owned(),
            code102: one["code102"].as_str().unwrap_or_default().to_owned(),
            ..AgencySeed::default()
        })
        .collect();
    let systemid = instance.demo["axis"]["systemid"].as_str().unwrap();
    let mut seed = AxisSeed::demo(systemid, secret, agencies);
    // Nobody outside writes to the province, so that a mailbox holds what this test sent.
    seed.outside = OutsideSeed::default();
    let handle = Handle::new(seed, AxisOptions::default()).unwrap();
    tokio::spawn(lgsp_simulator::axis::serve_handle(
        axis,
        handle.clone(),
        std::future::pending(),
    ));
    let sent: Ledger = Arc::default();
    let next = Arc::new(AtomicU64::new(1));
    for round in 0..kills() {
        let stop = Arc::new(AtomicBool::new(false));
        let (from, to) = (Arc::new(system(&instance, 0)), system(&instance, 1).code);
        let senders: Vec<_> = (0..SENDERS)
            .map(|_| {
                let parts = (
                    from.clone(),
                    to.clone(),
                    sent.clone(),
                    next.clone(),
                    stop.clone(),
                );
                tokio::spawn(send(parts.0, parts.1, parts.2, parts.3, parts.4))
            })
            .collect();
        // Different moments, the same in each run.
        tokio::time::sleep(Duration::from_millis(60 + round * 37 % 400)).await;
        disturb();
        instance.kill().unwrap();
        stop.store(true, Ordering::SeqCst);
        for sender in senders {
            sender.await.unwrap();
        }
        instance = start(folder.path(), &options).await;
    }
    settle(&system(&instance, 0), &sent).await;
    check(&instance, &sent, &handle).await;
}

/// Each document once in the mailbox or once at the axis, and the journal whole.
async fn check(instance: &lgsp_testkit::Instance, sent: &Ledger, axis: &Handle) {
    let sent = sent.lock().await;
    let expected: BTreeSet<String> = sent.keys().cloned().collect();
    let receiver = system(instance, 1);
    let mut arrived: Vec<String> = Vec::new();
    loop {
        let page = receiver.client.received(Kind::Document).await.unwrap();
        if page.is_empty() {
            break;
        }
        let taken = page.into_iter().map(|item| {
            let client = &receiver.client;
            async move {
                let body = client.fetch(&item.doc_id).await.unwrap();
                let done = client.update_status(&item.doc_id, Progress::Done);
                done.await.unwrap();
                document_id(&body)
            }
        });
        // Hundreds of kills leave ten thousands of documents.
        let taken = stream::iter(taken).buffer_unordered(READERS);
        arrived.extend(taken.collect::<Vec<String>>().await);
    }
    let wanted_at_axis = expected.iter().filter(|id| is_for_axis(id)).count();
    let systemid = instance.demo["axis"]["systemid"].as_str().unwrap();
    // The bodies behind the axis send documents and statuses of their own.
    let ours = || {
        let sent = axis.dump().sent.into_iter();
        sent.filter(|message| message.systemid == systemid)
            .collect::<Vec<SentDump>>()
    };
    eventually("everything reaches the axis", async || {
        (ours().len() >= wanted_at_axis).then_some(())
    })
    .await;
    for message in ours() {
        assert!(message.defects.is_empty(), "{:?}", message.defects);
        arrived.push(message.summary.document_id.clone());
    }
    let mut times: BTreeMap<&str, u32> = BTreeMap::new();
    for id in &arrived {
        *times.entry(id).or_default() += 1;
    }
    let twice: Vec<&&str> = times
        .iter()
        .filter(|(_, times)| **times > 1)
        .map(|(id, _)| id)
        .collect();
    assert!(twice.is_empty(), "arrived more than once: {twice:?}");
    let unique: BTreeSet<String> = arrived.into_iter().collect();
    assert_eq!(unique, expected, "documents were lost");
    let url = format!("{}/api/v1/journal/verify", instance.admin);
    let report: serde_json::Value = instance
        .client
        .post(url)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(report["ok"], true, "{report}");
    assert!(
        expected.len() as u64 > kills(),
        "the load was no load: {}",
        expected.len()
    );
}

fn is_for_axis(id: &str) -> bool {
    let number: u64 = id.trim_start_matches("crash-").parse().unwrap();
    number.is_multiple_of(4)
}

fn document_id(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let (_, rest) = text.split_once("DocumentId>").unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_on_the_embedded_database_loses_and_doubles_nothing() {
    run(quiet_demo(), None, || {}).await;
}

/// `LGSP_TEST_POSTGRES_RESTART` is a shell command that restarts the server at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_with_postgres_restarted_under_load_loses_and_doubles_nothing() {
    let (Ok(url), Ok(restart)) = (
        std::env::var("LGSP_TEST_POSTGRES_CRASH"),
        std::env::var("LGSP_TEST_POSTGRES_RESTART"),
    ) else {
        eprintln!("skipped: LGSP_TEST_POSTGRES_CRASH and LGSP_TEST_POSTGRES_RESTART are not set");
        return;
    };
    let mut round = 0;
    run(quiet_demo(), Some(url), || {
        round += 1;
        // Every third kill also takes the database down.
        if round % 3 == 0 {
            let done = std::process::Command::new("sh")
                .args(["-c", &restart])
                .status()
                .unwrap();
            assert!(done.success());
        }
    })
    .await;
}
