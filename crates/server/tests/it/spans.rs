//! Spans reach a collector: OTLP over HTTP, read by hand.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    time::Duration,
};

use lgsp_testkit::instance::Options;

use crate::field::start;

/// How long the test waits for the first spans.
const WAIT: Duration = Duration::from_secs(30);

/// One call of the exporter.
struct Call {
    head: String,
    body: Vec<u8>,
}

/// Takes calls and answers each with an empty success.
fn collector() -> (String, mpsc::Receiver<Call>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, calls) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            std::thread::spawn(move || while answer(&stream, &sender).is_some() {});
        }
    });
    (format!("http://{address}"), calls)
}

fn answer(mut stream: &TcpStream, calls: &mpsc::Sender<Call>) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.extend_from_slice(&byte);
    }
    let head = String::from_utf8(head).ok()?.to_lowercase();
    let length = head
        .split("content-length: ")
        .nth(1)?
        .split("\r\n")
        .next()?;
    let mut body = vec![0; length.parse().ok()?];
    stream.read_exact(&mut body).ok()?;
    calls.send(Call { head, body }).ok()?;
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .ok()
}

/// The fields of a protobuf message: number, and content of those that have a length.
fn fields(mut message: &[u8]) -> Vec<(u64, &[u8])> {
    let mut found = Vec::new();
    while !message.is_empty() {
        let tag = varint(&mut message);
        let length = match tag & 7 {
            0 => {
                varint(&mut message);
                continue;
            }
            1 => 8,
            2 => usize::try_from(varint(&mut message)).unwrap(),
            5 => 4,
            wire => panic!("no wire type {wire}"),
        };
        let (content, rest) = message.split_at(length);
        found.push((tag >> 3, content));
        message = rest;
    }
    found
}

fn varint(message: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = message.split_first().unwrap();
        *message = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            break;
        }
    }
    value
}

fn of(message: &[u8], number: u64) -> Vec<&[u8]> {
    let all = fields(message).into_iter();
    all.filter(|(found, _)| *found == number)
        .map(|(_, content)| content)
        .collect()
}

/// `ExportTraceServiceRequest` → names of spans with their attributes, and of the resource.
fn spans(body: &[u8]) -> Vec<(String, Vec<(String, String)>)> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let attributes = |owner: &[u8], number| {
        let pair = |pair: &[u8]| {
            let value = of(pair, 2).first().map_or(Vec::new(), |value| of(value, 1));
            (
                text(of(pair, 1)[0]),
                value.first().map_or(String::new(), |value| text(value)),
            )
        };
        of(owner, number).into_iter().map(pair).collect::<Vec<_>>()
    };
    let mut found = Vec::new();
    for resource_spans in of(body, 1) {
        for resource in of(resource_spans, 1) {
            found.push(("resource".to_owned(), attributes(resource, 1)));
        }
        for span in of(resource_spans, 2)
            .into_iter()
            .flat_map(|scope| of(scope, 2))
        {
            found.push((text(of(span, 5)[0]), attributes(span, 9)));
        }
    }
    found
}

#[tokio::test]
async fn spans_reach_a_collector_and_tell_no_secret() {
    let (endpoint, calls) = collector();
    let folder = tempfile::tempdir().unwrap();
    let environment = [
        ("LGSP_TELEMETRY__OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_BSP_SCHEDULE_DELAY", "100"),
    ];
    let options = Options {
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        ..Options::default()
    };
    let instance = start(folder.path(), &options).await;
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";
    let asked = instance
        .client
        .get(format!("{}/healthz?secret=geheim", instance.admin))
        .header("traceparent", format!("00-{id}-00f067aa0ba902b7-01"));
    assert!(asked.send().await.unwrap().status().is_success());
    let mut all = Vec::new();
    while !all.iter().any(|(name, _)| name == "request") {
        let call = calls.recv_timeout(WAIT).unwrap();
        assert!(
            call.head.starts_with("post /v1/traces http/1.1\r\n"),
            "{}",
            call.head
        );
        assert!(
            call.head
                .contains("content-type: application/x-protobuf\r\n")
        );
        assert!(!call.body.windows(6).any(|part| part == b"geheim"));
        all.extend(spans(&call.body));
    }
    let has = |name: &str, key: &str, value: &str| {
        all.iter().any(|(found, attributes)| {
            let wanted = (key.to_owned(), value.to_owned());
            found == name && attributes.contains(&wanted)
        })
    };
    assert!(has("resource", "service.name", "lgsp"), "{all:?}");
    assert!(has("request", "http.path", "/healthz"), "{all:?}");
    assert!(has("request", "trace_id", id), "{all:?}");
    let is_ours = |(name, _): &(String, _)| name == "resource" || name == "request";
    assert!(all.iter().all(is_ours), "only our own spans leave: {all:?}");
}
