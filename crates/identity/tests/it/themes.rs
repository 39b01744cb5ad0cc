//! Themes of the sign-in pages: kept through the steps, by host name, and what is refused.

use axum::http::StatusCode;
use lgsp_testkit::Answer;
use serde_json::{Value, json};

use crate::kit::{GOOD, WRONG, World, each_database};

/// A white PNG of one pixel.
const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAGmyTYAAAAABJRU5ErkJggg==";

async fn put(world: &World, name: &str, agency: Option<&str>, spec: Value) -> Answer {
    let path = format!("/api/v1/resources/theme/{name}");
    let body = json!({"agency": agency, "spec": spec});
    world.admin().json("PUT", &path, body).await
}

fn theme() -> Value {
    json!({"title": "Sở Nội vụ", "title_en": "Department of Home Affairs",
        "welcome_vi": "Chào mừng cán bộ <b>Sở</b>.", "welcome_en": "Welcome.",
        "help_desk": "Tổ CNTT: 0260 3862 001", "accent": "#1a6b3c", "accent_dark": "#6cc08e",
        "logo": PNG})
}

each_database! {
    async fn the_platforms_theme_is_on_every_step_without_a_restart(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.browser();
        assert!(browser.get("/sign-in").await.text.contains("<strong>LGSP</strong>"));
        let made = put(world, "chung", None, theme()).await;
        assert!(made.status.is_success(), "{}", made.text);
        let page = browser.get("/sign-in").await;
        for said in ["Sở Nội vụ", "Chào mừng cán bộ &#60;b&#62;Sở&#60;/b&#62;.", "Hỗ trợ: Tổ CNTT: 0260 3862 001"] {
            assert!(page.text.contains(said), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("style=") && !page.header("content-security-policy").contains("unsafe-inline"));
        let href = |mark: &str| {
            let (_, rest) = page.text.split_once(&format!("\"/sign-in/themes/chung/{mark}")).unwrap();
            format!("/sign-in/themes/chung/{mark}{}", rest.split('"').next().unwrap())
        };
        let css = browser.get(&href("style.css")).await;
        assert_eq!(css.header("content-type"), "text/css; charset=utf-8");
        assert!(css.text.contains("--accent: #1a6b3c") && css.text.contains("--accent: #6cc08e"), "{}", css.text);
        let logo = browser.get(&href("logo")).await;
        assert_eq!((logo.status, logo.header("content-type")), (StatusCode::OK, "image/png"));
        assert_eq!(logo.header("x-content-type-options"), "nosniff");
        let english = browser.get("/sign-in?lang=en").await;
        assert!(english.text.contains("Department of Home Affairs") && english.text.contains("Welcome."));
        let refused = browser.sign_in("van.thu", WRONG).await;
        assert!(refused.text.contains("Sở Nội vụ"), "a failed sign-in keeps it: {}", refused.text);
        let broken = browser.get("/activate?token=x").await;
        assert!(broken.text.contains("Sở Nội vụ"), "{}", broken.text);
        assert_eq!(browser.sign_in("van.thu", GOOD).await.status, StatusCode::SEE_OTHER);
        world.admin().json("DELETE", "/api/v1/resources/theme/chung", json!({})).await;
        assert!(world.browser().get("/sign-in").await.text.contains("<strong>LGSP</strong>"));
        assert_eq!(browser.get(&href("logo")).await.status, StatusCode::NOT_FOUND);
        let forged = browser.get("/sign-in/themes/x%22%3E/style.css").await;
        assert_eq!(forged.status, StatusCode::NOT_FOUND);
    }

    async fn a_host_name_has_its_own_theme_and_a_unit_may_not_claim_one(world: &World) {
        put(world, "chung", None, json!({"title": "Tỉnh"})).await;
        put(world, "cong-dan", None, json!({"title": "Cổng công dân", "hosts": ["dichvucong.h34.gov.vn"]})).await;
        let mut browser = world.browser();
        assert!(browser.get("/sign-in").await.text.contains(">Tỉnh<"));
        browser.headers.insert("host", "DichVuCong.h34.gov.vn:8443".into());
        assert!(browser.get("/sign-in").await.text.contains(">Cổng công dân<"));
        let claimed = put(world, "gia", Some("H34.01"), json!({"title": "Giả", "hosts": ["dichvucong.h34.gov.vn"]})).await;
        assert_eq!(claimed.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(claimed.broken().iter().any(|(_, id)| id == "identity.theme.hosts"), "{}", claimed.text);
    }

    async fn what_nobody_could_read_or_show_is_refused_by_its_field(world: &World) {
        for (field, value, id) in [
            ("accent", json!("#8ab4e8"), "identity.theme.contrast"),
            ("accent_dark", json!("#1a6b3c"), "identity.theme.contrast"),
            ("accent", json!("green"), "identity.theme.field"),
            ("accent", json!("#1a6b3c;} body{"), "identity.theme.field"),
            ("logo", json!("PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="), "identity.theme.logo"),
            ("logo", json!("không phải base64"), "identity.theme.logo"),
            ("title", json!(" "), "identity.theme.field"),
            ("help_desk", json!("x".repeat(501)), "identity.theme.field"),
            ("hosts", json!(["https://x.vn"]), "identity.theme.field"),
        ] {
            let mut spec = theme();
            spec[field] = value;
            let refused = put(world, "sai", None, spec).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{field}: {}", refused.text);
            let broken = refused.broken();
            let is_named = broken.iter().any(|(pointer, known)| known == id && pointer.contains(field));
            assert!(is_named, "{field}: {broken:?}");
        }
        let mut spec = theme();
        spec["applications"] = json!(["kho"]);
        let refused = put(world, "sai", None, spec).await;
        assert!(refused.broken()[0].0.ends_with("/applications/0"), "{}", refused.text);
    }
}
