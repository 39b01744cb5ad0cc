//! The signed result of a review: what is in its files, who gets them, that they never change.

use std::io::Write as _;

use axum::http::StatusCode;
use lgsp_platform::detached::{self, FileKeys, Unproved};
use lgsp_platform::journal::query::{self, Filter};
use lgsp_testkit::interop;
use serde_json::{Value, json};

use crate::kit::{World, each_database};

/// Opens a review of H34.01, keeps every account, and closes it; gives its path.
async fn closed(world: &World) -> String {
    let mut admin = world.admin();
    let made = admin
        .json("POST", "/api/v1/reviews", json!({"agency": "H34.01"}))
        .await
        .json();
    let path = format!("/api/v1/reviews/{}", made["id"].as_str().unwrap());
    let lines = admin.get(&format!("{path}/lines?limit=200")).await.json();
    for line in lines["items"].as_array().unwrap() {
        let line = format!("{path}/lines/{}", line["account_id"].as_str().unwrap());
        let body = json!({"decision": "keep", "note": "Đã đối chiếu với quyết định số 12/QĐ-SNV"});
        assert_eq!(
            admin.json("POST", &line, body).await.status,
            StatusCode::NO_CONTENT
        );
    }
    let done = admin
        .json("POST", &format!("{path}/close"), json!({}))
        .await;
    assert_eq!(done.status, StatusCode::OK, "{}", done.text);
    path
}

async fn bytes(world: &World, path: &str) -> Vec<u8> {
    let answer = world.admin().get(path).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.text);
    answer.bytes
}

/// The file on disk, for programs of others.
fn kept(content: &[u8]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(content).unwrap();
    file
}

each_database! {
    async fn a_closed_review_has_two_files_whose_digests_stand_in_its_event(world: &World) {
        world.account("an", "H34.01.05", &[("clerk", "H34.01.05")]).await;
        let path = closed(world).await;
        let files = world.admin().get(&format!("{path}/files")).await.json();
        let names: Vec<&Value> = files["items"].as_array().unwrap().iter().map(|file| &file["name"]).collect();
        assert_eq!(names, ["result.csv", "result.pdf"]);
        let filter = Filter { action: Some("review.closed".to_owned()), ..Filter::default() };
        let event = query::list(&world.platform.db, &filter, 2).await.unwrap().remove(0);
        let keys: FileKeys = serde_json::from_value(world.browser().get("/.well-known/lgsp-file-keys").await.json()).unwrap();
        for (place, name) in ["result.csv", "result.pdf"].iter().enumerate() {
            let content = bytes(world, &format!("{path}/files/{name}")).await;
            let signature = world.admin().get(&format!("{path}/files/{name}.jws")).await.text;
            let of_event = event.detail.pointer("/files").unwrap().as_array().unwrap();
            let named = of_event.iter().find(|file| file["name"] == *name).unwrap();
            assert_eq!(named["sha256"], json!(detached::sha256(&content)));
            assert_eq!(files["items"][place]["sha256"], named["sha256"]);
            assert_eq!(detached::check(&content, &signature, &keys).unwrap(), keys.keys[0].kid);
            let mut changed = content.clone();
            changed[9] ^= 1;
            assert_eq!(detached::check(&changed, &signature, &keys), Err(Unproved::Changed));
        }
    }

    async fn the_files_of_a_closed_review_never_change(world: &World) {
        let an = world.account("an", "H34.01", &[]).await;
        let path = closed(world).await;
        let before = (bytes(world, &format!("{path}/files/result.pdf")).await, bytes(world, &format!("{path}/export")).await);
        assert_eq!(before.1, bytes(world, &format!("{path}/files/result.csv")).await);
        let mut admin = world.admin();
        let patch = json!({"display_name": "Người khác"});
        assert_eq!(admin.json("PATCH", &format!("/api/v1/accounts/{an}"), patch).await.status, StatusCode::OK);
        let late = json!({"decision": "lock", "note": "muộn"});
        let refused = admin.json("POST", &format!("{path}/lines/{an}"), late).await;
        assert_eq!(refused.refusal(), (409, "identity.review.state".into()));
        let again = admin.json("POST", &format!("{path}/close"), json!({})).await;
        assert_eq!(again.refusal(), (409, "identity.review.state".into()));
        world.clock.advance_ms(86_400_000);
        let after = (bytes(world, &format!("{path}/files/result.pdf")).await, bytes(world, &format!("{path}/export")).await);
        assert_eq!(before, after);
    }

    async fn only_who_may_take_data_out_gets_the_files(world: &World) {
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        world.account("quan.tri.khac", "H34.02", &[("agency-admin", "H34.02")]).await;
        world.account("kiem.tra", "H34.02", &[("auditor", "H34.02")]).await;
        let made = world.admin().json("POST", "/api/v1/reviews", json!({"agency": "H34.01"})).await.json();
        let open = format!("/api/v1/reviews/{}", made["id"].as_str().unwrap());
        let none = world.admin().get(&format!("{open}/files")).await.json();
        assert_eq!(none["items"], json!([]), "nothing is signed while it is open");
        let early = world.admin().get(&format!("{open}/files/result.pdf")).await;
        assert_eq!(early.refusal(), (404, "identity.review.no_file".into()));
        let path = closed(world).await;
        for name in ["result.exe", "result.pdf.jws.jws", ".jws", "..%2Fresult.pdf"] {
            let unknown = world.admin().get(&format!("{path}/files/{name}")).await;
            assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{name}");
        }
        for (who, expected) in [("quan.tri.khac", 404), ("kiem.tra", 404)] {
            let mut other = world.signed_in(who).await;
            let got = other.get(&format!("{path}/files/result.pdf")).await.status.as_u16();
            assert!(got == expected || got == 403, "{who}: {got}");
            assert!(other.get(&format!("{path}/files")).await.status.is_client_error(), "{who}");
        }
        assert_eq!(world.browser().get(&format!("{path}/files/result.pdf")).await.status, StatusCode::UNAUTHORIZED);
    }

    async fn the_document_is_searchable_vietnamese_on_many_pages(world: &World) {
        for place in 0..45 {
            world.account(&format!("can.bo.{place:02}"), "H34.01.05", &[("clerk", "H34.01.05")]).await;
        }
        let path = closed(world).await;
        let pdf = kept(&bytes(world, &format!("{path}/files/result.pdf")).await);
        if let Some(mut qpdf) = interop::debian("qpdf") {
            interop::run(qpdf.arg("--check").arg(pdf.path())).await.unwrap();
        }
        let Some(mut pdftotext) = interop::debian("pdftotext") else { return };
        let text = interop::run(pdftotext.arg("-layout").arg(pdf.path()).arg("-")).await.unwrap();
        for expected in [
            "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc", "KẾT QUẢ RÀ SOÁT TÀI KHOẢN",
            "THỦ TRƯỞNG CƠ QUAN", "Tổng hợp: 45 tài khoản; giữ 45, cần sửa 0, khóa 0.", "Người kết luận: quan.tri (45 tài khoản).",
            "không phải chữ ký số",
        ] {
            assert!(text.contains(expected), "{expected} is missing in:\n{text}");
        }
        let pages: Vec<&str> = text.split('\u{c}').filter(|page| !page.trim().is_empty()).collect();
        assert!(pages.len() > 2, "{} pages", pages.len());
        for (place, page) in pages.iter().enumerate() {
            assert!(page.contains(&format!("Trang {}/{}", place + 1, pages.len())), "{page}");
            // The last page may hold nothing but the signatures.
            assert!(page.contains("Tài khoản") || place + 1 == pages.len(), "{page}");
        }
        for place in 0..45 {
            let name = format!("can.bo.{place:02}");
            assert_eq!(text.matches(&name).count(), 2, "once as a name to sign in, once in the name: {name}");
        }
        let Some(mut fonts) = interop::debian("pdffonts") else { return };
        let fonts = interop::run(fonts.arg(pdf.path())).await.unwrap();
        let lines: Vec<&str> = fonts.lines().skip(2).collect();
        let is_good = |line: &&str| line.contains("LGSPRS+NotoSerif") && line.contains("yes yes yes");
        assert!(lines.len() == 2 && lines.iter().all(is_good), "embedded, subset, with letters: {fonts}");
    }

    async fn the_signature_is_checked_with_software_of_others(world: &World) {
        world.account("an", "H34.01", &[]).await;
        let path = closed(world).await;
        let content = bytes(world, &format!("{path}/files/result.pdf")).await;
        let signature = world.admin().get(&format!("{path}/files/result.pdf.jws")).await.text;
        let keys = world.browser().get("/.well-known/lgsp-file-keys").await.json();
        for (changed, expected) in [(false, true), (true, false)] {
            let Some(mut script) = interop::python("detached_jws.py") else { return };
            let mut content = content.clone();
            if changed {
                content[20] ^= 1;
            }
            let file = kept(&content);
            let asked = json!({"file": file.path(), "signature": signature, "keys": keys});
            let answer = interop::json(&mut script, &asked).await.unwrap();
            assert_eq!(answer, json!({"joserfc": expected, "cryptography": expected}));
        }
    }
}
