//! The bytes on the wire: requests as the existing kit sends them, the control interface.
//!
//! Owns: GET and POST, `Expect: 100-continue`, ASCII-only JSON, the exact header check.
//! Not here: clients of ours.
//! Invariant: requests are written by hand.
//! Follows: the VXP interface, headers and MAC; wire records of kit version 2.0.1.

use lgsp_simulator::client::sign_header;
use lgsp_simulator::clock;
use lgsp_simulator::mac;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Running, SECRET, SYSTEM_A, start};

struct Call {
    method: &'static str,
    operation: &'static str,
    logical: Vec<(String, String)>,
    extra: String,
    body: &'static str,
}

impl Call {
    fn new(method: &'static str, operation: &'static str, parameters: &[(&str, &str)]) -> Self {
        let timestamp = clock::kit_timestamp(clock::wall_ms());
        let fixed = [
            ("timestamp", timestamp.as_str()),
            ("systemid", SYSTEM_A),
            ("Content-Type", "application/json"),
        ];
        let logical = fixed.iter().chain(parameters);
        Self {
            method,
            operation,
            logical: logical
                .map(|(name, value)| ((*name).into(), (*value).into()))
                .collect(),
            extra: String::new(),
            body: "",
        }
    }

    fn head(&self, spoil: impl Fn(String) -> String) -> String {
        let (text, keys) = sign_header(&self.logical);
        let mac = mac::sign(&mac::key(SECRET), text.as_bytes());
        let mut head = format!("{} /vxp/{} HTTP/1.1\r\n", self.method, self.operation);
        head.push_str("Host: x\r\nContent-Type: application/json\r\n");
        for (name, value) in &self.logical {
            head.push_str(&format!("XroadVnpt-{name}: {value}\r\n"));
        }
        head.push_str(&format!("XroadVnpt-sign-header-key: {keys}\r\n"));
        head.push_str(&format!("XroadVnpt-sign-header: {text}\r\n"));
        head.push_str(&format!("XroadVnpt-hash-header: {mac}\r\n"));
        head.push_str(&format!(
            "Content-Length: {}\r\n{}\r\n",
            self.body.len(),
            self.extra
        ));
        spoil(head)
    }
}

async fn raw(axis: &Running, request: &str) -> (u16, String) {
    let address = axis.url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    read_reply(&mut stream).await
}

async fn read_reply(stream: &mut TcpStream) -> (u16, String) {
    let mut seen = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.unwrap();
        seen.extend_from_slice(&part[..count]);
        let text = String::from_utf8_lossy(&seen).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length: ")
                    .map(|length| length.parse::<usize>().unwrap())
            });
            if count == 0 || length.is_none_or(|length| body.len() >= length) {
                return (head[9..12].parse().unwrap(), body.to_owned());
            }
        }
        assert!(count > 0, "connection ended: {text}");
    }
}

async fn code_of(axis: &Running, head: String) -> String {
    let (status, body) = raw(axis, &head).await;
    assert_eq!(status, 200, "{body}");
    let value: Value = serde_json::from_str(&body).unwrap();
    value["ErrorCode"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn counts_come_with_get_and_with_post() {
    let axis = start().await;
    for method in ["GET", "POST"] {
        let parameters = [("servicetype", "eDoc"), ("messagetype", "edoc")];
        let call = Call::new(method, "countReceiveEdoc", &parameters);
        let (_, body) = raw(&axis, &call.head(|head| head)).await;
        let value: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(value["count"], json!(0), "{method}");
        assert_eq!(value["status"], json!("OK"));
    }
}

#[tokio::test]
async fn expectation_is_answered_before_the_body() {
    let axis = start().await;
    let mut call = Call::new("POST", "countReceiveStatus", &[]);
    call.extra = "Expect: 100-continue\r\n".into();
    call.body = "{}";
    let mut stream = TcpStream::connect(axis.url.trim_start_matches("http://"))
        .await
        .unwrap();
    stream
        .write_all(call.head(|head| head).as_bytes())
        .await
        .unwrap();
    assert_eq!(read_reply(&mut stream).await.0, 100);
    stream.write_all(b"{}").await.unwrap();
    assert_eq!(read_reply(&mut stream).await.0, 200);
}

#[tokio::test]
async fn replies_are_ascii() {
    let axis = start().await;
    let call = Call::new("POST", "getAgenciesList", &[]);
    let (_, body) = raw(&axis, &call.head(|head| head)).await;
    assert!(body.is_ascii());
    assert!(body.contains("C\\u01a1 quan H34.01"), "{body}");
}

#[tokio::test]
async fn parameter_names_are_read_in_any_case() {
    let axis = start().await;
    let call = Call::new(
        "POST",
        "getEdoc",
        &[("docid", "unknown"), ("filePath", "/tmp")],
    );
    assert_eq!(code_of(&axis, call.head(|head| head)).await, "111");
}

#[tokio::test]
async fn each_disagreement_of_headers_has_its_code() {
    let axis = start().await;
    let call = Call::new("POST", "getAgenciesList", &[("level", "1")]);
    let cut = |name: &str| {
        call.head(|head| {
            head.split_inclusive("\r\n")
                .filter(|line| !line.starts_with(name))
                .collect()
        })
    };
    let changed = |from: &str, to: &str| call.head(|head| head.replacen(from, to, 1));
    let cases = [
        ("0", call.head(|head| head)),
        ("105", cut("XroadVnpt-sign-header:")),
        ("105", cut("XroadVnpt-hash-header:")),
        ("105", cut("XroadVnpt-sign-header-key:")),
        ("105", cut("XroadVnpt-systemid:")),
        ("103", cut("XroadVnpt-level:")),
        ("103", cut("XroadVnpt-Content-Type:")),
        ("103", changed("XroadVnpt-level: 1", "XroadVnpt-level: 2")),
        (
            "103",
            changed(
                "\r\nContent-Type: application/json",
                "\r\nContent-Type: text/plain",
            ),
        ),
        ("103", changed("systemid;Content-Type", "systemid")),
        (
            "102",
            changed("\"XroadVnpt-level\":\"1\"", "\"XroadVnpt-level\":\"2\""),
        ),
        (
            "101",
            changed("XroadVnpt-systemid: demo", "XroadVnpt-systemid: nemo"),
        ),
    ];
    for (expected, head) in cases {
        assert_eq!(code_of(&axis, head.clone()).await, expected, "{head}");
    }
}

#[tokio::test]
async fn unknown_operation_is_json_too() {
    let axis = start().await;
    let (status, body) = raw(&axis, "GET /vxp/nothing HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(status, 404);
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap()["status"],
        json!("FAIL")
    );
}

async fn control(axis: &Running, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let body = body.to_string();
    let request = format!(
        "{method} /control/{path} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let (status, body) = raw(axis, &request).await;
    (status, serde_json::from_str(&body).unwrap())
}

#[tokio::test]
async fn control_interface_steers_the_axis() {
    let axis = start().await;
    let none = json!({});
    let fault = json!({"kind": "http", "status": 503, "operation": "sendEdoc", "count": 2});
    let (_, added) = control(&axis, "POST", "faults", &fault).await;
    assert_eq!(added, json!({"id": 1}));
    let (_, listed) = control(&axis, "GET", "faults", &none).await;
    let first = &listed["items"][0];
    assert_eq!(
        (&first["id"], &first["kind"], &first["count"]),
        (&json!(1), &json!("http"), &json!(2))
    );
    assert_eq!(
        control(&axis, "DELETE", "faults/1", &none).await.1,
        json!({"removed": true})
    );
    assert_eq!(
        control(&axis, "GET", "faults", &none).await.1,
        json!({"items": []})
    );
    assert_eq!(
        control(&axis, "POST", "faults", &json!({"kind": "nonsense"}))
            .await
            .0,
        400
    );

    let before = axis.handle.now_ms();
    let (_, clock) = control(&axis, "POST", "clock", &json!({"advance_ms": 60_000})).await;
    assert!(clock["now_ms"].as_i64().unwrap() >= before + 60_000);

    let (_, sent) = control(
        &axis,
        "POST",
        "outside",
        &json!({"count": 2, "to": ["H49"]}),
    )
    .await;
    assert_eq!(sent["doc_ids"].as_array().unwrap().len(), 2);
    let (_, dump) = control(&axis, "GET", "dump", &none).await;
    assert_eq!(dump["copies"].as_array().unwrap().len(), 2);
    assert_eq!(dump["copies"][0]["to"], json!("H49"));
    assert!(!dump.to_string().contains(SECRET));
    assert_eq!(control(&axis, "GET", "nowhere", &none).await.0, 404);

    let (_, mut seed) = control(&axis, "GET", "seed", &none).await;
    seed["agencies"][0]["name"] = json!("Tên mới");
    assert_eq!(control(&axis, "PUT", "seed", &seed).await.0, 200);
    assert_eq!(axis.handle.seed().agencies[0].name, "Tên mới");
    assert_eq!(
        axis.handle.dump().copies.len(),
        0,
        "a new seed starts afresh"
    );
    seed["agencies"][1]["code"] = json!("H34");
    assert_eq!(control(&axis, "PUT", "seed", &seed).await.0, 400);
    assert_eq!(
        axis.handle.seed().agencies[0].name,
        "Tên mới",
        "a bad seed changes nothing"
    );
}
