//! `/sign-in` and `/sign-out` as a browser sees them.

use std::sync::Arc;

use axum::http::StatusCode;
use lgsp_identity::{SignInOption, SignInOptions};
use lgsp_platform::error::Sentence;

use crate::kit::{ADMIN, GOOD, OTHER, WRONG, each_database};

each_database! {
    async fn a_person_signs_in_and_out(world: &World) {
        let mut browser = world.browser();
        let page = browser.get("/sign-in?next=/documents").await;
        assert_eq!(page.status, StatusCode::OK);
        assert_eq!(page.hidden("next"), "/documents");
        let answer = browser.sign_in_to(ADMIN, GOOD, "/documents?q=a").await;
        assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/documents?q=a"));
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["username"], ADMIN);
        assert_eq!(me["roles"][0]["role"], "platform-admin");
        let again = browser.get("/sign-in?next=/x").await;
        assert_eq!((again.status, again.header("location")), (StatusCode::SEE_OTHER, "/x"));

        let token = me["csrf_token"].as_str().unwrap();
        let out = browser.post_form("/sign-out", &[("csrf_token", token)]).await;
        assert_eq!((out.status, out.header("location")), (StatusCode::SEE_OTHER, "/sign-in?notice=signed-out"));
        assert!(!browser.cookies.contains_key("lgsp_session"));
        assert!(browser.get("/sign-in?notice=signed-out").await.text.contains("Bạn đã đăng xuất."));
    }

    async fn a_session_ends_at_sign_out_for_every_copy_of_its_cookie(world: &World) {
        let mut browser = world.signed_in(ADMIN).await;
        let stolen = browser.cookies.clone();
        browser.post_form("/sign-out", &[]).await;
        let mut thief = world.browser();
        thief.cookies = stolen;
        assert_eq!(thief.get("/api/v1/me").await.refusal(), (401, "platform.session.missing".into()));
    }

    async fn another_site_can_neither_sign_in_nor_out(world: &World) {
        let mut browser = world.browser();
        let page = browser.get("/sign-in").await;
        let csrf = page.hidden("csrf");
        let known = [("username", ADMIN), ("password", GOOD)];
        let without = browser.post_form("/sign-in", &known).await;
        assert_eq!(without.status, StatusCode::FORBIDDEN);
        assert!(without.text.contains("mở quá lâu"), "{}", without.text);
        browser.cookies.clear();
        let fields = [known[0], known[1], ("csrf", csrf.as_str())];
        let without_cookie = browser.post_form("/sign-in", &fields).await;
        assert_eq!(without_cookie.status, StatusCode::FORBIDDEN);
        assert!(!browser.cookies.contains_key("lgsp_session"));
        let empty = [known[0], known[1], ("csrf", "")];
        browser.cookies.insert("lgsp_sign_in".into(), String::new());
        assert_eq!(browser.post_form("/sign-in", &empty).await.status, StatusCode::FORBIDDEN);

        let mut signed_in = world.signed_in(ADMIN).await;
        signed_in.csrf_token.clear();
        let out = signed_in.post_form("/sign-out", &[("csrf_token", "x")]).await;
        assert_eq!(out.status, StatusCode::FORBIDDEN);
        assert_eq!(signed_in.get("/api/v1/me").await.status, StatusCode::OK);
    }

    async fn the_session_is_new_at_each_sign_in(world: &World) {
        let mut browser = world.browser();
        browser.cookies.insert("lgsp_session".into(), "planted".into());
        browser.sign_in(ADMIN, GOOD).await;
        let first = browser.cookies["lgsp_session"].clone();
        assert_ne!(first, "planted");
        let old = browser.cookies.clone();
        let csrf = {
            let mut page = world.browser();
            let answer = page.get("/sign-in").await;
            browser.cookies.extend(page.cookies);
            answer.hidden("csrf")
        };
        let fields = [("username", ADMIN), ("password", GOOD), ("csrf", &csrf)];
        browser.post_form("/sign-in", &fields).await;
        assert_ne!(browser.cookies["lgsp_session"], first);
        let mut stale = world.browser();
        stale.cookies = old;
        assert_eq!(stale.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK);
    }

    async fn nobody_is_sent_to_another_site(world: &World) {
        for next in ["https://evil.example/", "//evil.example", "/\\evil.example", "/a\r\nX: y"] {
            let mut browser = world.browser();
            let answer = browser.sign_in_to(ADMIN, GOOD, next).await;
            assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/"), "{next}");
            assert!(answer.headers.get("x").is_none());
        }
    }

    async fn a_refusal_keeps_the_name_and_hides_the_password(world: &World) {
        let mut browser = world.browser();
        let name = "\"><script>alert(1)</script>";
        let answer = browser.sign_in_to(name, WRONG, "/documents").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert!(answer.text.contains("role=\"alert\""));
        assert!(answer.text.contains("Sau 5 lần nhập sai liên tiếp, tài khoản bị khóa 12 giờ"), "{}", answer.text);
        assert!(!answer.text.contains("<script>"), "{}", answer.text);
        assert!(answer.text.contains("&#60;script&#62;"), "{}", answer.text);
        assert!(!answer.text.contains(WRONG));
        assert_eq!(answer.hidden("next"), "/documents");
        let retry = [("username", ADMIN), ("password", GOOD), ("csrf", &answer.hidden("csrf"))];
        assert_eq!(browser.post_form("/sign-in", &retry).await.status, StatusCode::SEE_OTHER);
    }

    async fn pages_speak_both_languages(world: &World) {
        let mut browser = world.browser();
        let vi = browser.get("/sign-in").await.text;
        assert!(vi.contains("<html lang=\"vi\">") && vi.contains("Tên đăng nhập"), "{vi}");
        assert!(vi.contains("Cơ quan H34"), "{vi}");
        let en = browser.get("/sign-in?lang=en&next=/a%3Fb").await.text;
        assert!(en.contains("<html lang=\"en\">") && en.contains("User name"), "{en}");
        assert!(en.contains("/sign-in?lang=vi&#38;next=/a%3Fb"), "{en}");
        let csrf = browser.get("/sign-in").await.hidden("csrf");
        let fields = [("username", "x"), ("password", "y"), ("csrf", csrf.as_str()), ("lang", "en")];
        let refused = browser.post_form("/sign-in", &fields).await.text;
        assert!(refused.contains("User name or password is wrong"), "{refused}");
    }

    async fn pages_carry_strict_headers(world: &World) {
        let mut browser = world.browser();
        let page = browser.get("/sign-in").await;
        let csp = page.header("content-security-policy");
        assert!(csp.contains("default-src 'none'") && csp.contains("frame-ancestors 'none'"), "{csp}");
        assert!(!csp.contains("unsafe") && csp.contains("script-src 'self';"), "{csp}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(!page.text.contains("<script>") && !page.text.contains("style="), "{}", page.text);
        let cookie = page.header("set-cookie").to_owned();
        assert!(cookie.contains("HttpOnly; SameSite=Strict"), "{cookie}");
        let signed_in = browser.sign_in(ADMIN, GOOD).await;
        let cookie = signed_in.header("set-cookie");
        assert!(cookie.starts_with("lgsp_session=") && cookie.ends_with("; Path=/; HttpOnly; SameSite=Lax"), "{cookie}");
        let style = browser.get("/sign-in/style.css").await;
        assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
        assert!(style.text.contains("prefers-color-scheme: dark"));
    }

    async fn signing_out_is_at_hand_on_every_account_page(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        for path in ["/account", "/account/password", "/account/factors", "/account/factors/totp", "/account/sessions", "/account/links", "/account/activity"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}");
            assert!(page.text.contains("href=\"/sign-out?lang=vi\">Đăng xuất van.thu</a>"), "{path}: {}", page.text);
        }
        let asked = browser.get("/sign-out?lang=vi").await;
        let out = browser.submit("/sign-out", &asked, &[]).await;
        assert_eq!(out.status, StatusCode::SEE_OTHER, "{}", out.text);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
    }

    async fn password_fields_hide_what_is_typed_and_serve_password_managers(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let made = world.admin().json("POST", &format!("/api/v1/accounts/{id}/links"), serde_json::json!({"purpose": "reset"})).await;
        let url = made.json()["url"].as_str().unwrap().to_owned();
        let reset = url.strip_prefix(world.identity.issuer()).unwrap_or(&url).to_owned();
        let mut browser = world.signed_in("van.thu").await;
        for (path, fields) in [
            ("/sign-in?again=1", &[("password", "current-password")][..]),
            ("/account/password", &[("current", "current-password"), ("new", "new-password"), ("repeat", "new-password")]),
            (reset.as_str(), &[("new", "new-password"), ("repeat", "new-password")]),
        ] {
            let page = browser.get(path).await.text;
            assert_eq!(page.matches("type=\"password\"").count(), fields.len(), "{path}: {page}");
            for (name, filled_by) in fields {
                let field = format!("name=\"{name}\" type=\"password\" autocomplete=\"{filled_by}\" maxlength=\"256\"");
                assert!(page.contains(&field), "{path}: {page}");
            }
            // What is typed is not shown again, and nothing listens to the field.
            for word in ["onpaste", "oncopy", "oninput", "readonly", "<script>"] {
                assert!(!page.contains(word), "{path} has {word}");
            }
        }
        let sign_in = browser.get("/sign-in?again=1").await.text;
        assert!(sign_in.contains("autocomplete=\"username"), "{sign_in}");
    }

    async fn an_oversize_form_is_refused(world: &World) {
        let mut browser = world.browser();
        let csrf = browser.get("/sign-in").await.hidden("csrf");
        let long = "x".repeat(6 * 1_024);
        let fields = [("username", ADMIN), ("password", long.as_str()), ("csrf", csrf.as_str())];
        let answer = browser.post_form("/sign-in", &fields).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    }

    async fn a_password_past_its_limit_is_only_wrong(world: &World) {
        let long = format!("{GOOD}{}", "x".repeat(300));
        assert_eq!(world.browser().sign_in(ADMIN, &long).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.browser().sign_in(ADMIN, OTHER).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.browser().sign_in("  QUAN.TRI ", GOOD).await.status, StatusCode::SEE_OTHER);
    }

    async fn other_ways_in_are_buttons_and_say_only_their_own_sentences(world: &World) {
        let mut browser = world.browser();
        let plain = browser.get("/sign-in").await.text;
        assert!(!plain.contains("Hoặc đăng nhập bằng"), "{plain}");
        world.identity.offer(Arc::new(OneWay));
        let page = browser.get("/sign-in?next=/a%3Fb&problem=way.refused").await.text;
        assert!(page.contains("href=\"/sign-in/with/portal?next=/a%3Fb\">Cổng &#60;b&#62;</a>"), "{page}");
        assert!(page.contains("role=\"alert\"") && page.contains("Cổng từ chối."), "{page}");
        let other = browser.get("/sign-in?problem=identity.account.exists").await.text;
        assert!(!other.contains("id=\"message\""), "{other}");
        let english = browser.get("/sign-in?lang=en&problem=way.refused").await.text;
        assert!(english.contains("Portal</a>") && english.contains("The portal refused."), "{english}");
    }
}

struct OneWay;

impl SignInOptions for OneWay {
    fn options(&self) -> Vec<SignInOption> {
        vec![SignInOption {
            id: "portal".into(),
            label_vi: "Cổng <b>".into(),
            label_en: "Portal".into(),
            href: "/sign-in/with/portal".into(),
        }]
    }

    fn sentence(&self, problem: &str) -> Option<Sentence> {
        (problem == "way.refused").then(|| Sentence::new("Cổng từ chối.", "The portal refused."))
    }
}
