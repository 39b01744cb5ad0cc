//! What a person is told of the own account.

use axum::http::StatusCode;
use lgsp_identity::{
    Kind,
    rules::{DELAYED_FAILURES_MIN, DEVICE_LIFE_MS},
};
use serde_json::json;

use crate::kit::{GOOD, OTHER, WRONG, each_database, steps::notices};

each_database! {
    async fn a_new_device_is_told_and_a_known_one_is_not(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut own = world.signed_in("van.thu").await;
        assert!(notices(&mut own).await.is_empty(), "the first device is no news");
        own.sign_in("van.thu", GOOD).await;
        assert!(notices(&mut own).await.is_empty());
        let mut other = world.browser();
        other.headers.insert("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0".into());
        other.sign_in("van.thu", GOOD).await;
        assert_eq!(notices(&mut own).await, ["new_device"]);
        let page = own.get("/account").await;
        assert!(page.text.contains("Đăng nhập từ một thiết bị mới.") && page.text.contains("10.34.1.9"), "{}", page.text);
        let listed = own.get("/account/sessions").await;
        assert!(listed.text.contains("Firefox, Linux"), "{}", listed.text);
        // Seen notices stay, but are new no longer.
        assert!(page.text.contains("<b>Mới</b>"));
        let csrf = page.hidden("csrf_token");
        own.post_form("/account/notices", &[("csrf_token", &csrf)]).await;
        let seen = own.get("/account").await;
        assert!(seen.text.contains("thiết bị mới") && !seen.text.contains("<b>Mới</b>"), "{}", seen.text);
        let long_ago = world.identity_now().plus_ms(-DEVICE_LIFE_MS - 1).0;
        world.sql(&format!("UPDATE device SET last_seen_at = {long_ago}")).await;
        assert_eq!(own.sign_in("van.thu", GOOD).await.status, StatusCode::SEE_OTHER);
        assert_eq!(notices(&mut own).await, ["new_device", "new_device"], "long forgotten");
    }

    async fn failures_before_a_success_are_told(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut own = world.signed_in("van.thu").await;
        for _ in 1..DELAYED_FAILURES_MIN {
            world.browser().sign_in("van.thu", WRONG).await;
        }
        world.browser().sign_in("van.thu", GOOD).await;
        assert_eq!(notices(&mut own).await, ["new_device"], "a slip is no news");
        for _ in 0..DELAYED_FAILURES_MIN {
            world.browser().sign_in("van.thu", WRONG).await;
        }
        world.browser().sign_in("van.thu", GOOD).await;
        let told = notices(&mut own).await;
        assert!(told.contains(&"failures".to_owned()), "{told:?}");
        assert!(own.get("/account").await.text.contains("sau nhiều lần nhập sai"));
    }

    async fn changes_of_mail_name_and_password_are_told(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let mut own = world.signed_in("van.thu").await;
        let path = format!("/api/v1/accounts/{id}");
        let mut admin = world.admin();
        for (change, kind, text) in [
            (json!({"email": "moi@h34.gov.vn"}), "email_changed", "thư điện tử đã được đổi: moi@h34.gov.vn"),
            (json!({"display_name": "Tên Mới"}), "name_changed", "họ tên đã được đổi: Tên Mới"),
        ] {
            world.clock.advance_ms(1_000);
            let changed = admin.json("PATCH", &path, change).await;
            assert_eq!(changed.status, StatusCode::OK, "{}", changed.text);
            assert_eq!(notices(&mut own).await[0], kind);
            let page = own.get("/account").await;
            assert!(page.text.contains(text), "{}", page.text);
        }
        let same = admin.json("PATCH", &path, json!({"email": "moi@h34.gov.vn", "display_name": "Tên Mới"})).await;
        assert_eq!(same.status, StatusCode::OK);
        assert_eq!(notices(&mut own).await.len(), 2, "nothing changed");
        world.clock.advance_ms(1_000);
        let body = json!({"current": GOOD, "new": OTHER});
        assert_eq!(own.json("POST", "/api/v1/me/password", body).await.status, StatusCode::NO_CONTENT);
        assert_eq!(notices(&mut own).await[0], "password_changed");
        admin.json("POST", &format!("{path}/password"), json!({"password": GOOD})).await;
        let mut later = world.signed_in("van.thu").await;
        assert!(notices(&mut later).await.contains(&"password_reset".to_owned()));
    }

    async fn a_notice_belongs_to_its_person_and_comes_with_its_change(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        world.account("nguoi.khac", "H34.01", &[]).await;
        let service = world.account_of(Kind::Service, "dich.vu", "H34.01", &[]).await;
        let mut own = world.signed_in("van.thu").await;
        let mut other = world.signed_in("nguoi.khac").await;
        world.sql("ALTER TABLE account_notice RENAME TO account_notice_gone").await;
        let path = format!("/api/v1/accounts/{id}");
        let change = json!({"email": "moi@h34.gov.vn"});
        let refused = world.admin().json("PATCH", &path, change.clone()).await;
        assert_eq!(refused.status, StatusCode::SERVICE_UNAVAILABLE);
        world.sql("ALTER TABLE account_notice_gone RENAME TO account_notice").await;
        assert_eq!(world.admin().get(&path).await.json()["email"], json!(null), "no change without its notice");
        world.admin().json("PATCH", &path, change.clone()).await;
        world.admin().json("PATCH", &format!("/api/v1/accounts/{service}"), change).await;
        assert_eq!(notices(&mut own).await, ["email_changed"]);
        assert!(notices(&mut other).await.is_empty());
    }
}
