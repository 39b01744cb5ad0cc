//! What is refused, with which code, and that every refusal is JSON and leaves one audit event.
//!
//! Follows: design document "Document exchange", sections 7.1 to 7.3.

use axum::http::{HeaderValue, header::CONTENT_TYPE};
use lgsp_exchange::vxp::wire::{self, DigestForm};
use lgsp_simulator::{
    client::{Error, Progress, VxpClient},
    edxml::Kind,
};
use ring::digest::{SHA256, digest};

use super::door::{Door, FIRST, MESSAGE_BYTES_MAX, SECOND, document, status};

const LIST: [(&str, &str); 2] = [("servicetype", "eDoc"), ("messagetype", "edoc")];

fn hash(file: &[u8]) -> String {
    let digest: [u8; 32] = digest(&SHA256, file).as_ref().try_into().unwrap();
    wire::hash_file(&digest, DigestForm::Unpadded)
}

fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused { code, .. }) => code,
        other => panic!("not refused: {other:?}"),
    }
}

#[tokio::test]
async fn the_header_check_refuses_step_by_step() {
    let door = Door::open().await;
    let list = "POST /vxp/getReceivedEdocList";
    let good = || door.signed(&LIST, wire::JSON);
    assert_eq!(door.code(list, &good(), b"").await, "0");

    let spoilt = async |name: &'static str, value: &'static str| {
        let mut headers = good();
        headers.insert(name, HeaderValue::from_static(value));
        door.code(list, &headers, b"").await
    };
    assert_eq!(spoilt(wire::SYSTEM_ID, "test.nobody").await, "101");
    assert_eq!(spoilt(wire::HASH_HEADER, "00").await, "102");
    assert_eq!(spoilt(wire::SIGN_HEADER, "{}").await, "102");
    assert_eq!(spoilt(wire::SYSTEM_ID, "test.second").await, "102");
    assert_eq!(spoilt("xroadvnpt-messagetype", "status").await, "103");
    assert_eq!(spoilt(CONTENT_TYPE.as_str(), "text/html").await, "103");
    assert_eq!(spoilt(wire::SIGN_HEADER_KEY, "messagetype").await, "103");
    let mut headers = good();
    headers.remove(wire::HASH_HEADER);
    assert_eq!(door.code(list, &headers, b"").await, "105");
    for (stamp, expected) in [
        ("01012020T000000+0000", "104"),
        ("01012100T000000+0000", "104"),
        ("today", "104"),
    ] {
        let headers = door.signed_at(stamp, &LIST, wire::JSON);
        assert_eq!(door.code(list, &headers, b"").await, expected, "{stamp}");
    }
    door.platform.stop().await;
}

#[tokio::test]
async fn nothing_below_the_prefix_answers_anything_but_json() {
    let door = Door::open().await;
    let headers = door.signed(&LIST, wire::JSON);
    for line in [
        "GET /vxp",
        "GET /vxp/",
        "GET /vxp/nothing",
        "POST /vxp/a/b/c",
        "PUT /vxp/getEdoc",
        "DELETE /vxp/sendEdoc",
        "POST /vxp/GETEDOC",
    ] {
        assert_eq!(door.code(line, &headers, b"").await, "100", "{line}");
    }
    let none = axum::http::HeaderMap::new();
    assert_eq!(door.code("POST /vxp/getEdoc", &none, b"").await, "105");
    door.platform.stop().await;
}

#[tokio::test]
async fn parameters_are_checked() {
    let door = Door::open().await;
    let call = async |operation: &str, parameters: &[(&str, &str)]| {
        let headers = door.signed(parameters, wire::JSON);
        let line = format!("POST /vxp/{operation}");
        door.code(&line, &headers, b"{}").await
    };
    for (operation, parameters) in [
        ("getReceivedEdocList", &[][..]),
        ("getReceivedEdocList", &[("servicetype", "eDoc")][..]),
        (
            "getReceivedEdocList",
            &[("servicetype", "x"), ("messagetype", "edoc")][..],
        ),
        (
            "getReceivedEdocList",
            &[("servicetype", "eDoc"), ("messagetype", "x")][..],
        ),
        ("getEdoc", &[("docId", " ")][..]),
        ("updateStatus", &[("docId", "1")][..]),
        ("updateStatus", &[("docId", "1"), ("status", "initial")][..]),
        ("deleteAgency", &[][..]),
        ("registerAgency", &[][..]),
    ] {
        assert_eq!(
            call(operation, parameters).await,
            "105",
            "{operation} {parameters:?}"
        );
    }
    assert_eq!(call("getEdoc", &[("docId", "nothing")]).await, "111");
    assert_eq!(call("downloadEdoc", &[("docId", "nothing")]).await, "111");
    let unknown = [("docId", "nothing"), ("status", "done")];
    assert_eq!(call("updateStatus", &unknown).await, "111");
    // The documented spelling wins, and other cases are understood.
    let cased = [("SERVICETYPE", "EDOC"), ("MessageType", "EDOC")];
    assert_eq!(call("getReceivedEdocList", &cased).await, "0");
    door.platform.stop().await;
}

#[tokio::test]
async fn a_message_is_refused_with_its_reason() {
    let door = Door::open().await;
    let send = async |file: &[u8], declared: &str, from: &str, kind: &str, to: &str| {
        let mut parameters = vec![
            ("hash-file", declared),
            ("messagetype", kind),
            ("servicetype", "eDoc"),
            ("from", from),
        ];
        if !to.is_empty() {
            parameters.push(("to", to));
        }
        let headers = door.signed(&parameters, wire::OCTET_STREAM);
        door.code("POST /vxp/sendEdoc", &headers, file).await
    };
    let good = document("H34.01", &["H34.02"], 1, 10);
    assert_eq!(send(&good, "00", "H34.01", "edoc", "").await, "106");
    assert_eq!(send(&good, "", "H34.01", "edoc", "").await, "105");
    assert_eq!(send(&good, &hash(&good), "", "edoc", "").await, "105");
    assert_eq!(
        send(&good, &hash(&good), "H34.01", "edoc", "[1]").await,
        "105"
    );
    assert_eq!(
        send(&good, &hash(&good), "H34.01", "status", "").await,
        "105"
    );
    assert_eq!(
        send(b"<a/>", &hash(b"<a/>"), "H34.01", "edoc", "").await,
        "108"
    );
    assert_eq!(send(b"", &hash(b""), "H34.01", "edoc", "").await, "108");
    let foreign = document("H34.02", &["H34.01"], 1, 10);
    assert_eq!(
        send(&foreign, &hash(&foreign), "H34.02", "edoc", "").await,
        "110"
    );
    let unknown = document("H34.01", &["H34.02", "X99.99"], 1, 10);
    assert_eq!(
        send(&unknown, &hash(&unknown), "H34.01", "edoc", "").await,
        "109"
    );
    let second = door.kit(SECOND);
    assert_eq!(
        second.count(Kind::Document).await.unwrap(),
        0,
        "all or nothing"
    );
    assert_eq!(send(&good, &hash(&good), "H34.01", "edoc", "").await, "0");
    door.platform.stop().await;
}

#[tokio::test]
async fn a_message_past_the_limit_is_refused_and_the_client_still_reads_why() {
    let door = Door::open().await;
    let first = door.kit(FIRST);
    let max = usize::try_from(MESSAGE_BYTES_MAX).unwrap();
    let past = vec![b' '; max + 1];
    let refused = first.send("H34.01", Kind::Document, &past).await;
    assert_eq!(code(refused), "107");
    // At the limit the size is no reason; what is inside is.
    let at = vec![b' '; max];
    let refused = first.send("H34.01", Kind::Document, &at).await;
    assert_eq!(code(refused), "108");
    door.platform.stop().await;
}

#[tokio::test]
async fn only_the_owner_of_a_copy_touches_it() {
    let door = Door::open().await;
    let (first, second) = (door.kit(FIRST), door.kit(SECOND));
    let message = document("H34.01", &["H34.02"], 3, 10);
    first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();
    let doc_id = second.received(Kind::Document).await.unwrap()[0]
        .doc_id
        .clone();
    assert_eq!(code(first.fetch(&doc_id).await), "111");
    assert_eq!(code(first.download(&doc_id).await), "111");
    assert_eq!(
        code(first.update_status(&doc_id, Progress::Done).await),
        "111"
    );
    second.fetch(&doc_id).await.unwrap();
    second.update_status(&doc_id, Progress::Done).await.unwrap();
    assert_eq!(
        code(second.update_status(&doc_id, Progress::Fail).await),
        "112"
    );
    door.platform.stop().await;
}

#[tokio::test]
async fn a_status_that_nobody_may_send_is_refused() {
    let door = Door::open().await;
    let (first, second) = (door.kit(FIRST), door.kit(SECOND));
    let message = document("H34.01", &["H34.02"], 4, 10);
    first
        .send("H34.01", Kind::Document, &message)
        .await
        .unwrap();
    // A third body has no copy of the document.
    let foreign = status("H34.03", 4, "03");
    let refused = second.send("H34.03", Kind::Status, &foreign).await;
    assert!(refused.is_err(), "{refused:?}");
    assert_eq!(first.count(Kind::Status).await.unwrap(), 0);
    door.platform.stop().await;
}

#[tokio::test]
async fn disabled_systems_and_old_secrets_are_refused() {
    let door = Door::open_with(|system| system.enabled = false).await;
    assert_eq!(code(door.kit(FIRST).received(Kind::Document).await), "101");
    let mut config = door.config(SECOND);
    config.secret.push('x');
    assert_eq!(
        code(VxpClient::new(config).received(Kind::Document).await),
        "102"
    );
    door.platform.stop().await;
}

#[tokio::test]
async fn real_http_codes_are_a_choice_of_the_system() {
    let door = Door::open_with(|system| system.transport.http_codes = true).await;
    let headers = door.signed(&[("docId", "nothing")], wire::JSON);
    let (status, media_type, body) = door.raw("POST /vxp/getEdoc", &headers, b"{}").await;
    assert_eq!(
        (status, media_type.as_str()),
        (404, "application/json"),
        "{body}"
    );
    assert!(body.contains(r#""ErrorCode":"111""#), "{body}");
    door.platform.stop().await;
}

#[tokio::test]
async fn a_refusal_leaves_one_audit_event_and_nothing_else() {
    let door = Door::open().await;
    let first = door.kit(FIRST);
    let unknown = document("H34.01", &["X99.99"], 1, 10);
    assert_eq!(
        code(first.send("H34.01", Kind::Document, &unknown).await),
        "109"
    );
    assert_eq!(code(first.fetch("nothing").await), "111");
    let noted: Vec<String> = door
        .audit(FIRST)
        .await
        .iter()
        .map(|entry| format!("{} {} {}", entry.action, entry.result, entry.subject))
        .collect();
    assert_eq!(
        noted,
        [
            "vxp.get_edoc refused vxp.111",
            "document.submitted refused exchange.recipient.unknown"
        ]
    );
    let mut config = door.config(FIRST);
    config.secret = "wrong".into();
    assert_eq!(
        code(VxpClient::new(config).count(Kind::Document).await),
        "102"
    );
    let stranger = door.audit("unknown").await;
    assert_eq!(stranger.len(), 1);
    assert_eq!(stranger[0].address.as_deref(), Some("127.0.0.1"));
    door.platform.stop().await;
}
