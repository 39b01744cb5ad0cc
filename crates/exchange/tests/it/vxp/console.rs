//! The administration API over HTTP: documents, composing, downloads, deliveries, systems.
//!
//! Callers are made up by the header `x-test`: the agency to which they are limited, or `all`.

use std::{net::SocketAddr, sync::Arc};

use axum::http::{HeaderMap, HeaderName, HeaderValue, request::Parts};
use lgsp_exchange::routes;
use lgsp_model::AccountId;
use lgsp_platform::{
    http::{
        Principal,
        context::{Authenticator, Authorizer, PortFuture, Ports},
    },
    journal,
};
use lgsp_simulator::edxml::Kind;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::door::{Door, FIRST, SECOND, document};

struct Everyone;

impl Authenticator for Everyone {
    fn authenticate<'a>(
        &'a self,
        parts: &'a Parts,
    ) -> PortFuture<'a, lgsp_platform::Result<Option<Principal>>> {
        let who = parts
            .headers
            .get("x-test")
            .map(|value| value.to_str().unwrap().to_owned());
        Box::pin(async move {
            Ok(who.map(|agency| Principal {
                account_id: AccountId::from(uuid::Uuid::nil()),
                username: format!("user of {agency}"),
                agency: Some(agency),
                roles: Arc::new([]),
                csrf_token: None,
                credential: "test".into(),
                standing: lgsp_platform::http::context::Standing::default(),
            }))
        })
    }
}

impl Authorizer for Everyone {
    fn is_allowed(&self, principal: &Principal, _: &str, agency: Option<&str>) -> bool {
        let own = principal.agency.as_deref();
        own == Some("all") || (own.is_some() && own == agency)
    }

    fn scope(&self, principal: &Principal, _: &str) -> Option<Vec<String>> {
        match principal.agency.as_deref() {
            Some("all") => None,
            own => Some(own.into_iter().map(str::to_owned).collect()),
        }
    }
}

/// The API beside a service door.
struct Console {
    door: Door,
    address: SocketAddr,
}

impl Console {
    async fn open() -> Self {
        let door = Door::open().await;
        let (router, _) = routes::router(door.exchange.clone())
            .merge(journal::routes::router(door.platform.clone()))
            .split_for_parts();
        let everyone = Arc::new(Everyone);
        let ports = Ports {
            authenticator: everyone.clone(),
            authorizer: everyone,
            clock: door.platform.clock.clone(),
        };
        let router = router.layer(axum::Extension(ports));
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        door.platform
            .tasks
            .spawn_until_stopped("test console", async move {
                axum::serve(listener, router).await.unwrap();
            });
        Self { door, address }
    }

    async fn call(
        &self,
        who: &str,
        line: &str,
        media_type: &str,
        body: &[u8],
    ) -> (u16, HeaderMap, Vec<u8>) {
        let mut headers = HeaderMap::new();
        for (name, value) in [("x-test", who), ("content-type", media_type)] {
            headers.insert(
                HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        super::door::http(self.address, line, &headers, body).await
    }

    async fn json(&self, who: &str, line: &str, body: Value) -> (u16, Value) {
        let text = if body.is_null() {
            String::new()
        } else {
            body.to_string()
        };
        let (status, _, body) = self
            .call(who, line, "application/json", text.as_bytes())
            .await;
        (status, serde_json::from_slice(&body).unwrap_or(Value::Null))
    }

    async fn get(&self, who: &str, path: &str) -> Value {
        let (status, body) = self.json(who, &format!("GET {path}"), Value::Null).await;
        assert_eq!(status, 200, "{path}: {body}");
        body
    }
}

fn multipart(document: &Value, files: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut body = format!(
        "--b\r\nContent-Disposition: form-data; name=\"document\"\r\n\
         Content-Type: application/json\r\n\r\n{document}\r\n"
    );
    for (name, content) in files {
        body.push_str(&format!(
            "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n{content}\r\n"
        ));
    }
    body.push_str("--b--\r\n");
    (
        "multipart/form-data; boundary=b".to_owned(),
        body.into_bytes(),
    )
}

#[tokio::test]
async fn an_official_composes_and_another_one_reads_and_answers() {
    let console = Console::open().await;
    let letter = json!({"from": "H34.04", "to": ["H34.05"], "subject": "Mời họp", "number": "7"});
    let (media_type, body) = multipart(&letter, &[("giấy mời.txt", "nội dung")]);
    let line = "POST /documents";
    let (status, _, answer) = console.call("H34.05", line, &media_type, &body).await;
    assert_eq!(
        status,
        403,
        "another agency's name: {}",
        String::from_utf8_lossy(&answer)
    );
    let (status, _, answer) = console.call("H34.04", line, &media_type, &body).await;
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&answer));
    let sent: Value = serde_json::from_slice(&answer).unwrap();
    let id = sent["id"].as_str().unwrap();

    let unread = console.get("H34.05", "/mailbox?box=unread").await;
    assert_eq!(unread["items"][0]["subject"], "Mời họp");
    let detail = console.get("H34.05", &format!("/documents/{id}")).await;
    assert!(
        detail["copies"][0]["fetched_at"].is_string(),
        "opened: {detail}"
    );
    assert_eq!(
        console.get("H34.05", "/mailbox?box=unread").await["items"],
        json!([])
    );

    let path = format!("GET /documents/{id}/attachments/0");
    let (status, headers, content) = console.call("H34.05", &path, "text/plain", b"").await;
    assert_eq!((status, content.as_slice()), (200, "nội dung".as_bytes()));
    let header = |name: &str| headers.get(name).unwrap().to_str().unwrap().to_owned();
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(header("content-security-policy").starts_with("sandbox"));
    let disposition = header("content-disposition");
    assert!(
        disposition.ends_with("filename*=UTF-8''gi%E1%BA%A5y%20m%E1%BB%9Di.txt"),
        "{disposition}"
    );
    let (status, _, raw) = console
        .call(
            "H34.04",
            &format!("GET /documents/{id}/raw"),
            "text/plain",
            b"",
        )
        .await;
    assert!(status == 200 && raw.starts_with(b"<?xml"));
    let openings = console.door.audit("user of H34.05").await;
    assert_eq!(
        openings
            .iter()
            .filter(|event| event.action == "document.opened")
            .count(),
        1
    );
    let (status, _) = console
        .json("H34.06", &format!("GET /documents/{id}"), Value::Null)
        .await;
    assert_eq!(status, 404, "not a party: it does not exist");

    let copy = detail["copies"][0]["id"].as_str().unwrap();
    let act = format!("POST /documents/{id}/copies/{copy}/status");
    let (status, _) = console.json("H34.04", &act, json!({"code": "03"})).await;
    assert_eq!(status, 403, "the sender does not answer for the receiver");
    let (status, acted) = console.json("H34.05", &act, json!({"code": "03"})).await;
    assert_eq!((status, &acted["state"]), (200, &json!("03")), "{acted}");
    let revoke = format!("POST /documents/{id}/revoke");
    let (status, revoked) = console
        .json("H34.04", &revoke, json!({"reason": "nhầm"}))
        .await;
    assert_eq!(status, 200, "{revoked}");
    console.door.platform.stop().await;
}

#[tokio::test]
async fn a_broken_form_is_refused_by_name() {
    let console = Console::open().await;
    let letter = json!({"from": "H34.04", "to": ["H34.05"], "subject": "x"});
    let post = async |media_type: &str, body: &[u8]| {
        let (status, headers, answer) = console
            .call("all", "POST /documents", media_type, body)
            .await;
        assert_eq!(headers["content-type"], "application/problem+json");
        let problem: Value = serde_json::from_slice(&answer).unwrap();
        (status, problem["code"].as_str().unwrap().to_owned())
    };
    let unreadable = (400, "platform.request.unreadable".to_owned());
    let (form, whole) = multipart(&letter, &[]);
    let (_, no_document) = multipart(&Value::Null, &[]);
    assert_eq!(post(&form, &no_document).await, unreadable);
    assert_eq!(post(&form, &whole[..whole.len() - 8]).await, unreadable);
    let other = String::from_utf8(whole)
        .unwrap()
        .replace("\"document\"", "\"other\"");
    assert_eq!(post(&form, other.as_bytes()).await, unreadable);
    let unknown_field = json!({"from": "H34.04", "to": [], "subject": "x", "sujet": "y"});
    assert_eq!(
        post(&form, &multipart(&unknown_field, &[]).1).await,
        unreadable
    );
    let large = "x".repeat(5 * 1_048_576);
    let (_, body) = multipart(&letter, &[("a.bin", &large)]);
    assert_eq!(
        post(&form, &body).await,
        (413, "platform.limit.exceeded".to_owned())
    );
    console.door.platform.stop().await;
}

#[tokio::test]
async fn deliveries_are_seen_cancelled_and_sent_again_within_ones_agencies() {
    let console = Console::open().await;
    let first = console.door.kit(FIRST);
    let message = document("H34.01", &["H34.02", "H34.03"], 11, 10);
    first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();
    let all = console.get("all", "/deliveries?queue=mailbox").await;
    assert_eq!(all["items"].as_array().unwrap().len(), 2);
    assert_eq!(all["items"][0]["subject"], "Văn bản mẫu số 11");
    let own = console.get("H34.02", "/deliveries").await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
    assert_eq!(own["items"][0]["address"], "H34.02");
    let found = console
        .get("all", "/deliveries?q=van%20ban%20mau&limit=1")
        .await;
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert!(found["next_cursor"].is_string());
    let none = console.get("all", "/deliveries?q=nothing").await;
    assert_eq!(none["items"], json!([]));

    let id = own["items"][0]["id"].as_str().unwrap();
    let cancel = format!("POST /deliveries/{id}/cancel");
    let (status, _) = console
        .json("H34.03", &cancel, json!({"reason": "x"}))
        .await;
    assert_eq!(status, 404, "another agency's delivery does not exist");
    let (status, _) = console
        .json("H34.02", &cancel, json!({"reason": " "}))
        .await;
    assert_eq!(status, 400);
    let (status, done) = console
        .json("H34.02", &cancel, json!({"reason": "nhầm"}))
        .await;
    assert_eq!(
        (status, &done["state"]),
        (200, &json!("cancelled")),
        "{done}"
    );
    assert_eq!(
        console
            .door
            .kit(SECOND)
            .count(Kind::Document)
            .await
            .unwrap(),
        1
    );
    let redrive = format!("POST /deliveries/{id}/redrive");
    let (status, done) = console.json("H34.02", &redrive, Value::Null).await;
    assert_eq!((status, &done["state"]), (200, &json!("queued")), "{done}");
    let events: Vec<&str> = done["log"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|item| item["event"].as_str())
        .filter(|event| event.starts_with("delivery."))
        .collect();
    assert_eq!(events, ["delivery.cancelled", "delivery.redriven"]);

    let bulk = async |body: Value| console.json("all", "POST /deliveries/redrive", body).await;
    let (status, done) = bulk(json!({"ids": [id]})).await;
    assert_eq!((status, done), (200, json!({"redriven": 0, "skipped": 1})));
    assert_eq!(bulk(json!({"queue": "mailbox"})).await.1["redriven"], 0);
    assert_eq!(bulk(json!({})).await.0, 400);
    console.door.platform.stop().await;
}

#[tokio::test]
async fn a_secret_is_shown_once_and_rotates() {
    let console = Console::open().await;
    let systems = console.get("all", "/systems?q=second").await;
    assert_eq!(systems["items"][0]["name"], "second");
    let make = "POST /systems/first/secrets?overlap_hours=1";
    let (status, _) = console.json("H34.02", make, Value::Null).await;
    assert_eq!(status, 403);
    let (status, made) = console.json("H34.01", make, Value::Null).await;
    assert_eq!(status, 201, "{made}");
    let mut config = console.door.config(FIRST);
    let old = console.door.kit(FIRST);
    config.secret = made["secret"].as_str().unwrap().to_owned();
    let new = lgsp_simulator::client::VxpClient::new(config);
    assert!(new.count(Kind::Document).await.is_ok());
    assert!(
        old.count(Kind::Document).await.is_ok(),
        "both work for an hour"
    );
    let secrets = console.get("H34.01", "/systems/first/secrets").await;
    assert_eq!(secrets["items"].as_array().unwrap().len(), 2);
    assert!(
        secrets["items"]
            .as_array()
            .unwrap()
            .iter()
            .all(|item| item["secret"].is_null())
    );
    let id = made["id"].as_str().unwrap();
    let (status, _) = console
        .json(
            "H34.01",
            &format!("DELETE /systems/first/secrets/{id}"),
            Value::Null,
        )
        .await;
    assert_eq!(status, 204);
    assert!(new.count(Kind::Document).await.is_err());
    console.door.platform.stop().await;
}

#[tokio::test]
async fn strangers_get_nothing_and_lists_answer() {
    let console = Console::open().await;
    for path in [
        "/documents",
        "/mailbox",
        "/deliveries",
        "/systems",
        "/alarms",
        "/exchange/overview",
    ] {
        let headers = HeaderMap::new();
        let line = format!("GET {path}");
        let (status, ..) = super::door::http(console.address, &line, &headers, b"").await;
        assert_eq!(status, 401, "{path}");
        console.get("all", path).await;
    }
    let overview = console.get("all", "/exchange/overview?window=hour").await;
    assert_eq!(overview["figures"]["documents"], 0);
    let (status, _) = console
        .json("all", "GET /documents?unknown=1", Value::Null)
        .await;
    assert_eq!(status, 400);
    console.door.platform.stop().await;
}

#[tokio::test]
async fn the_journal_is_read_proved_and_exported() {
    let console = Console::open().await;
    let first = console.door.kit(FIRST);
    for number in 1..=3 {
        let message = document("H34.01", &["H34.02"], number, 10);
        first
            .send("H34.01", Kind::Document, &message)
            .await
            .unwrap();
    }
    console.door.platform.sealer.seal_once().await.unwrap();
    let page = console.get("all", "/journal?class=exchange&limit=2").await;
    assert_eq!(page["items"].as_array().unwrap().len(), 2);
    assert!(page["items"][0]["hash"].is_string(), "sealed: {page}");
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = console
        .get("all", &format!("/journal?class=exchange&cursor={cursor}"))
        .await;
    assert!(next["items"][0]["id"].as_i64() < page["items"][1]["id"].as_i64());
    let foreign = console.get("H34.05", "/journal?class=exchange").await;
    assert_eq!(
        foreign["items"],
        json!([]),
        "events of other agencies do not show"
    );
    let own = console.get("H34.01", "/journal?class=exchange").await;
    assert!(!own["items"].as_array().unwrap().is_empty());

    let checkpoints = console.get("all", "/journal/checkpoints").await;
    assert_eq!(checkpoints["items"][0]["hash"], page["items"][0]["hash"]);
    let (status, proof) = console
        .json("all", "POST /journal/verify", Value::Null)
        .await;
    assert_eq!((status, &proof["ok"]), (200, &json!(true)), "{proof}");
    assert!(proof["lag_ms"].is_i64());
    let (status, _) = console
        .json("H34.01", "POST /journal/verify", Value::Null)
        .await;
    assert_eq!(status, 403);

    let line = "GET /journal/export?class=exchange";
    let (status, headers, lines) = console.call("all", line, "text/plain", b"").await;
    assert_eq!(
        (status, &headers["content-type"]),
        (200, &"application/x-ndjson".parse().unwrap())
    );
    let lines = String::from_utf8_lossy(&lines);
    assert!(
        lines.matches("\"class\":\"exchange\"").count() >= 3,
        "{lines}"
    );
    let told: Vec<String> = console
        .door
        .audit("user of all")
        .await
        .into_iter()
        .map(|event| event.action)
        .collect();
    assert_eq!(told, ["journal.exported", "journal.verified"]);
    console.door.platform.stop().await;
}
