//! `/agencies`, `/agencies/{code}`, `/code-lists/{name}`.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::host::{Host, put};

fn codes(page: &Value) -> Vec<&str> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["code"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn agencies_are_listed_by_parent_in_pages() {
    let host = Host::with_demo().await;
    let roots = host.get("/agencies").await;
    assert!(codes(&roots).contains(&"H34") && codes(&roots).contains(&"G22"));
    let first = host.get("/agencies?parent=H34&limit=20").await;
    assert_eq!(codes(&first)[0], "H34.01");
    assert_eq!(first["items"][0]["level"], "department");
    assert_eq!(first["items"][0]["has_children"], false);
    let cursor = first["next_cursor"].as_str().unwrap();
    let rest = host
        .get(&format!("/agencies?parent=H34&limit=20&cursor={cursor}"))
        .await;
    assert_eq!(
        (codes(&rest).len(), &rest["next_cursor"]),
        (10, &Value::Null)
    );
    assert_eq!(rest["items"][0]["has_children"], true);
    let merged = host
        .get("/agencies?parent=H48&at=2025-07-01&limit=200")
        .await;
    assert_eq!(codes(&merged).len(), 15 + 96);
    host.stop().await;
}

#[tokio::test]
async fn agencies_are_found_by_words_and_codes() {
    let host = Host::with_demo().await;
    assert_eq!(
        codes(&host.get("/agencies?q=so%20noi%20vu").await)[0],
        "H34.02"
    );
    assert_eq!(
        codes(&host.get("/agencies?q=000.01.21.H34").await),
        ["H34.21.01"]
    );
    assert_eq!(
        codes(&host.get("/agencies?q=dak%20long&parent=H34.22").await).len(),
        1
    );
    assert_eq!(
        codes(&host.get("/agencies?q=so%20noi%20vu&at=2025-07-01").await)[0],
        "H48.02"
    );
    host.stop().await;
}

#[tokio::test]
async fn one_agency_shows_path_history_and_systems() {
    let host = Host::with_demo().await;
    let ward = host.get("/agencies/H34.21.01").await;
    let path: Vec<_> = ward["path"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| &step["code"])
        .collect();
    assert_eq!(path, ["H34", "H34.21", "H34.21.01"]);
    assert_eq!(ward["successors"][0]["agency"], "H48.52");
    assert_eq!(ward["successors"][0]["decision"], "1677/NQ-UBTVQH15");
    assert_eq!(ward["is_valid"], true);
    assert_eq!(ward["systems"], json!([]));
    let codes = ward["codes"].as_array().unwrap();
    assert_eq!(codes[1]["scheme"], "qcvn102");
    assert_eq!(
        (&codes[1]["value"], &codes[1]["demo"]),
        (&json!("000.01.21.H34"), &json!(true))
    );

    let by_old_code = host.get("/agencies/000.01.21.H34").await;
    assert_eq!(by_old_code, ward);
    let later = host.get("/agencies/H34.21.01?at=2026-01-01").await;
    assert_eq!(
        (&later["is_valid"], &later["code"]),
        (&json!(false), &json!("H34.21.01"))
    );
    let heir = host.get("/agencies/000.01.21.H34?at=2026-01-01").await;
    assert_eq!(heir["code"], "H48.52");
    assert!(heir["predecessors"].as_array().unwrap().len() > 1);
    host.stop().await;
}

#[tokio::test]
async fn what_was_just_saved_is_shown() {
    let host = Host::with_demo().await;
    let unit = json!({"name": "Chi cục Văn thư", "level": "unit", "kind": "service_unit",
        "parent": "H34.02", "valid_to": "2025-06-30"});
    host.change(vec![put("agency", "H34.02.01", unit)])
        .await
        .unwrap();
    assert_eq!(
        codes(&host.get("/agencies?parent=H34.02").await),
        ["H34.02.01"]
    );
    host.stop().await;
}

#[tokio::test]
async fn bad_requests_are_refused_precisely() {
    let host = Host::with_demo().await;
    let cases = [
        (
            "/agencies/H99",
            StatusCode::NOT_FOUND,
            "catalogue.agency.not_found",
        ),
        (
            "/agencies?parent=H99",
            StatusCode::NOT_FOUND,
            "catalogue.agency.not_found",
        ),
        (
            "/agencies?at=2025-02-30",
            StatusCode::BAD_REQUEST,
            "catalogue.date.unreadable",
        ),
        (
            "/agencies?colour=red",
            StatusCode::BAD_REQUEST,
            "platform.request.unreadable",
        ),
        (
            "/code-lists/none",
            StatusCode::NOT_FOUND,
            "catalogue.code_list.not_found",
        ),
    ];
    for (path, status, code) in cases {
        let (got, body) = host.get_as("reader", path).await;
        assert_eq!((got, body["code"].as_str()), (status, Some(code)), "{path}");
        assert!(body["messages"]["vi"].is_string() && body["messages"]["en"].is_string());
    }
    for path in ["/agencies", "/agencies/H34", "/code-lists/document-type"] {
        assert_eq!(
            host.get_as("nobody", path).await.0,
            StatusCode::UNAUTHORIZED,
            "{path}"
        );
        assert_eq!(
            host.get_as("stranger", path).await.0,
            StatusCode::FORBIDDEN,
            "{path}"
        );
    }
    host.stop().await;
}

#[tokio::test]
async fn code_lists_are_given_whole() {
    let host = Host::with_demo().await;
    let list = host.get("/code-lists/document-type").await;
    assert_eq!(list["items"].as_array().unwrap().len(), 29);
    assert_eq!(list["items"][17]["name"]["vi"], "Công văn");
    host.stop().await;
}
