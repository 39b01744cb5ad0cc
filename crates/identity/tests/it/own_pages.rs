//! What a person sees of the own access, and delegations by pages, without script.

use axum::http::StatusCode;
use lgsp_testkit::{Answer, Browser};
use serde_json::json;

use crate::kit::{World, each_database};

const PATH: &str = "/account/delegations";

/// Fills in the form of a delegation; the last on the page, so its hidden fields are named.
async fn propose(browser: &mut Browser, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(PATH).await;
    let csrf = page.hidden("csrf_token");
    let mut all = vec![
        ("csrf_token", csrf.as_str()),
        ("delegate", "pho"),
        ("role", "leader@H34.01"),
        ("from", "2026-11-23"),
        ("until", "2026-11-30"),
        ("decision_no", "12/QĐ-SNV"),
    ];
    all.retain(|(name, _)| !fields.iter().any(|(own, _)| own == name));
    all.extend(fields);
    browser.post_form(PATH, &all).await
}

async fn act(browser: &mut Browser, act: &str) -> Answer {
    let page = browser.get(PATH).await;
    let (csrf, id) = (page.hidden("csrf_token"), page.hidden("id"));
    let fields = [("csrf_token", csrf.as_str()), ("id", id.as_str())];
    browser.post_form(&format!("{PATH}/{act}"), &fields).await
}

async fn people(world: &World) {
    let roles = [("leader", "H34.01"), ("agency-admin", "H34.01")];
    world.account("truong", "H34.01", &roles).await;
    world.account("pho", "H34.01", &[]).await;
}

each_database! {
    async fn a_delegation_is_proposed_accepted_and_taken_back_on_pages(world: &World) {
        people(world).await;
        let mut chief = world.signed_in("truong").await;
        let page = chief.get(PATH).await;
        assert!(page.text.contains("value=\"leader@H34.01\""), "{}", page.text);
        assert!(!page.text.contains("agency-admin@"), "power over rights is not offered");
        let sent = propose(&mut chief, &[]).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, "/account/delegations?lang=vi"));
        let page = chief.get(PATH).await;
        for said in ["pho", "Chờ chấp nhận", "23/11/2026", "12/QĐ-SNV"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        let mut deputy = world.signed_in("pho").await;
        assert!(deputy.get(PATH).await.text.contains("Bạn không có vai trò nào được phép ủy quyền."));
        assert_eq!(act(&mut deputy, "accept").await.status, StatusCode::SEE_OTHER);
        deputy.headers.insert("x-on-behalf-of", "truong".into());
        assert_eq!(deputy.get("/api/v1/me").await.status, StatusCode::OK);
        deputy.headers.clear();
        assert!(deputy.get(PATH).await.text.contains("Đang hiệu lực"));
        assert_eq!(act(&mut chief, "revoke").await.status, StatusCode::SEE_OTHER);
        assert!(deputy.get(PATH).await.text.contains("Đã thu hồi"));
        assert_eq!(act(&mut deputy, "accept").await.status, StatusCode::FORBIDDEN, "no form offers it");
    }

    async fn what_is_wrong_with_a_delegation_is_said_and_what_was_typed_stays(world: &World) {
        people(world).await;
        let mut chief = world.signed_in("truong").await;
        for (field, value, status, said) in [
            ("delegate", "khong.co", 404, "Không tìm thấy tài khoản."),
            ("until", "hôm nào", 422, "Ngày chưa đúng."),
            ("until", "2027-11-30", 422, "không quá 180 ngày"),
            ("role", "agency-admin@H34.01", 422, "agency-admin"),
        ] {
            let refused = propose(&mut chief, &[(field, value)]).await;
            assert_eq!(refused.status.as_u16(), status, "{field}: {}", refused.text);
            assert!(refused.text.contains(said), "{said}: {}", refused.text);
            assert!(refused.text.contains("value=\"12/QĐ-SNV\""), "{}", refused.text);
        }
        let forged = chief.post_form(PATH, &[("csrf_token", "x"), ("delegate", "pho")]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
        propose(&mut chief, &[]).await;
        let page = chief.get(PATH).await;
        let mut stranger = world.signed_in(crate::kit::ADMIN).await;
        let csrf = stranger.get("/account/password").await.hidden("csrf_token");
        let id = page.hidden("id");
        let fields = [("csrf_token", csrf.as_str()), ("id", id.as_str())];
        let refused = stranger.post_form("/account/delegations/revoke", &fields).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }

    async fn a_person_sees_the_own_roles_groups_and_requests(world: &World) {
        let id = world.account("van.thu", "H34.01", &[("clerk", "H34.01")]).await;
        let mut admin = world.admin();
        let group = json!({"name": "to-mot-cua", "display_name": "Tổ một cửa", "agency": "H34.01"});
        let made = admin.json("POST", "/api/v1/groups", group).await.json();
        let group = made["id"].as_str().unwrap();
        let members = format!("/api/v1/groups/{group}/members");
        let joined = admin.json("POST", &members, json!({"add": [id], "remove": []})).await;
        assert!(joined.status.is_success(), "{}", joined.text);
        let grant = json!({"role": "leader", "agency": "H34.01"});
        let granted = admin.json("POST", &format!("/api/v1/groups/{group}/grants"), grant).await;
        assert_eq!(granted.status, StatusCode::CREATED, "{}", granted.text);
        let wish = json!({"subject_kind": "account", "subject_id": id, "role": "auditor",
            "agency": "H34.01", "reason": "Kiểm tra quý IV"});
        let asked = admin.json("POST", "/api/v1/grant-requests", wish).await;
        assert_eq!(asked.status, StatusCode::CREATED, "{}", asked.text);
        let mut own = world.signed_in("van.thu").await;
        let page = own.get("/account/access").await;
        for said in ["Văn thư", "Lãnh đạo", "Qua nhóm Tổ một cửa", "Chờ phê duyệt", "(H34.01)"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        let page = own.get("/account/access?lang=en").await;
        assert!(page.text.contains("By the group Tổ một cửa") && page.text.contains("Waits for approval"), "{}", page.text);
        let mut other = world.signed_in(crate::kit::ADMIN).await;
        assert!(!other.get("/account/access").await.text.contains("Tổ một cửa"));
        assert!(world.browser().get("/account/access").await.location().starts_with("/sign-in"));
    }
}
