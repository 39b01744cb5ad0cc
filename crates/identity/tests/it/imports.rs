//! Accounts from files: preview, refusal, doing it; and out again.

use std::io::Write as _;

use axum::http::Method;
use lgsp_testkit::{Answer, Browser, TestPlatform};
use serde_json::json;

use crate::kit::{World, each_database};

async fn import(browser: &mut Browser, dry_run: bool, file: &str) -> Answer {
    let path = format!("/api/v1/accounts/import?dry_run={dry_run}");
    browser
        .send(Method::POST, &path, "text/csv", file.to_owned())
        .await
}

each_database! {
    async fn a_file_is_shown_first_and_then_done(world: &World) {
        world.account("binh", "H34.01", &[]).await;
        let file = "Tên đăng nhập;Họ và tên;Đơn vị;Chức vụ;Vai trò\n\
                    an;Nguyễn Văn An;H34.01;Chuyên viên;clerk@H34.01\n\
                    binh;Trần Bình;H34.01;;\n";
        let mut admin = world.admin();
        let preview = import(&mut admin, true, file).await.json();
        assert_eq!((&preview["created"], &preview["changed"], &preview["applied"]), (&json!(1), &json!(1), &json!(false)), "{preview}");
        assert_eq!(preview["lines"][1]["fields"], json!(["display_name"]));
        assert_eq!(admin.get("/api/v1/accounts?q=an").await.json()["items"].as_array().unwrap().iter().filter(|one| one["username"] == "an").count(), 0);
        let done = import(&mut admin, false, file).await.json();
        assert_eq!(done["applied"], true);
        let an = world.identity.account_by_username("an").await.unwrap();
        assert_eq!((an.state.as_str(), an.grants.len(), an.person.position.as_deref()), ("invited", 1, Some("Chuyên viên")));
        let again = import(&mut admin, true, file).await.json();
        assert_eq!((&again["same"], &again["created"]), (&json!(2), &json!(0)), "{again}");
        let out = admin.get("/api/v1/accounts/export").await;
        assert!(out.header("content-type").starts_with("text/csv"));
        assert!(out.text.contains("an,Nguyễn Văn An") && out.text.contains("clerk@H34.01"), "{}", out.text);
    }

    async fn a_broken_line_changes_nothing_and_is_named_in_both_languages(world: &World) {
        let file = "username,display_name,agency,kind\nan,An,H34.01,official\nBad Name,B,H99,lạ\nan,An,H34.01,official\n";
        let mut admin = world.admin();
        let preview = import(&mut admin, true, file).await.json();
        assert_eq!(preview["broken"], 2, "{preview}");
        let codes: Vec<&str> = preview["lines"][1]["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
        for code in ["identity.username.form", "identity.agency.unknown", "identity.kind.unknown"] {
            assert!(codes.contains(&code), "{codes:?}");
        }
        assert_eq!(preview["lines"][2]["errors"][0]["messages"]["en"], "A line above has this account already.");
        let refused = import(&mut admin, false, file).await;
        assert_eq!(refused.refusal(), (422, "identity.import.broken".into()));
        assert!(world.identity.account_by_username("an").await.is_err());
        let no_header = import(&mut admin, true, "a,b\n1,2\n").await;
        assert_eq!(no_header.refusal(), (422, "identity.import.unreadable".into()));
    }

    async fn a_file_reaches_no_further_than_its_sender(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut admin = world.signed_in("quan.tri.so").await;
        let file = "username,display_name,agency,roles\nan,An,H34.01,clerk@H34.01\nbinh,Bình,H34.02,\nchi,Chi,H34.01,operator@H34.01\n";
        let preview = import(&mut admin, true, file).await.json();
        let acts: Vec<&str> = preview["lines"].as_array().unwrap().iter().map(|line| line["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["create", "error", "error"], "{preview}");
    }
}

#[tokio::test]
async fn a_workbook_is_read_like_a_text() {
    let made = TestPlatform::sqlite().unwrap();
    let world = World::start(&made).await;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    for (name, text) in [
        (
            "xl/sharedStrings.xml",
            "<sst><si><t>username</t></si><si><t>display_name</t></si><si><t>agency</t></si><si><t>Nguyễn Ấn</t></si></sst>",
        ),
        (
            "xl/worksheets/sheet1.xml",
            "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c><c r=\"C1\" t=\"s\"><v>2</v></c></row>\
            <row><c r=\"A2\" t=\"inlineStr\"><is><t>an</t></is></c><c r=\"B2\" t=\"s\"><v>3</v></c><c r=\"C2\" t=\"inlineStr\"><is><t>H34.01</t></is></c></row></sheetData></worksheet>",
        ),
    ] {
        archive.start_file(name, options).unwrap();
        archive.write_all(text.as_bytes()).unwrap();
    }
    let bytes = archive.finish().unwrap().into_inner();
    let request = axum::http::Request::builder()
        .method("POST")
        .uri("/api/v1/accounts/import?dry_run=false")
        .header("authorization", format!("Bearer {}", world.admin_token))
        .body(axum::body::Body::from(bytes))
        .unwrap();
    let answer = world.send(request).await;
    assert_eq!(answer.json()["created"], 1, "{}", answer.text);
    assert_eq!(
        world
            .identity
            .account_by_username("an")
            .await
            .unwrap()
            .display_name,
        "Nguyễn Ấn"
    );
    world.stop().await;
}
