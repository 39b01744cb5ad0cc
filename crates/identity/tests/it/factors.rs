//! Factors: adding and removing them, who is told, and what is stored of them.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::rules::MINUTE_MS;
use serde_json::json;

use crate::kit::{
    GOOD, World, each_database,
    steps::{add_totp, level_3, notices, second},
};

/// Rows of a table as the database holds them, one text a row.
async fn stored(world: &World, table: &str, column: &str) -> Vec<Vec<u8>> {
    let sql = format!("SELECT {column} AS stored FROM {table}");
    let rows = world.platform.db.query_all(sql, vec![]).await.unwrap();
    rows.iter()
        .map(|row| row.try_get("", "stored").unwrap())
        .collect()
}

each_database! {
    async fn a_person_removes_a_factor_after_a_fresh_proof_and_is_told(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let enrolled = add_totp(world, &mut browser).await;
        let own = browser.get("/account/factors").await;
        assert!(own.text.contains("Điện thoại"), "{}", own.text);
        let fields = [("csrf_token", browser.csrf_token.clone()), ("id", enrolled.id.clone())];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        // A password alone is not enough once there is a second factor.
        let refused = browser.post_form("/account/factors/remove", &fields).await;
        assert!(refused.header("location").starts_with("/sign-in?"), "{}", refused.text);
        let by_api = browser.json("DELETE", &format!("/api/v1/me/factors/{}", enrolled.id), json!({})).await;
        assert_eq!(by_api.refusal(), (403, "identity.session.insufficient_user_authentication".into()));

        world.clock.advance_ms(MINUTE_MS);
        let mut proved = world.browser();
        proved.sign_in("van.thu", GOOD).await;
        let code = lgsp_testkit::totp::code(&enrolled.secret, world.identity_now().0);
        assert_eq!(second(&mut proved, "totp", &code).await.status, StatusCode::SEE_OTHER);
        let csrf = proved.get("/account/factors").await.hidden("csrf_token");
        let fields = [("csrf_token", csrf.as_str()), ("id", enrolled.id.as_str())];
        let removed = proved.post_form("/account/factors/remove", &fields).await;
        assert_eq!(removed.status, StatusCode::SEE_OTHER, "{}", removed.text);
        let left = proved.get("/api/v1/me/factors").await.json();
        assert_eq!((&left["items"], &left["recovery_codes_left"]), (&json!([]), &json!(0)));
        assert_eq!(notices(&mut proved).await[0], "factor_removed");
        assert!(proved.get("/account").await.text.contains("Đã gỡ yếu tố xác thực: Điện thoại"));
        let events = world.journal("van.thu").await;
        assert!(events.contains(&("factor.removed".into(), "van.thu".into(), "ok".into())), "{events:?}");
        let mut later = world.browser();
        assert_eq!(later.sign_in("van.thu", GOOD).await.header("location"), "/", "no factor is asked for");
    }

    async fn an_administrator_revokes_a_factor_and_the_person_is_told(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        world.account("nguoi.khac", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let enrolled = add_totp(world, &mut browser).await;
        let path = format!("/api/v1/accounts/{id}/factors/{}", enrolled.id);
        let mut stranger = world.signed_in("nguoi.khac").await;
        let recognised = json!({"recognised_by": "identity_card", "note": "tại bộ phận một cửa"});
        assert_eq!(stranger.json("DELETE", &path, recognised.clone()).await.status, StatusCode::NOT_FOUND);
        let mut admin = world.admin();
        let revoked = admin.json("DELETE", &path, recognised.clone()).await;
        assert_eq!(revoked.status, StatusCode::NO_CONTENT, "{}", revoked.text);
        assert_eq!(admin.json("DELETE", &path, recognised).await.status, StatusCode::NOT_FOUND);
        let events = world.journal("van.thu").await;
        assert!(events.contains(&("factor.removed".into(), "quan.tri".into(), "ok".into())), "{events:?}");
        let mut later = world.browser();
        assert_eq!(later.sign_in("van.thu", GOOD).await.header("location"), "/");
        assert_eq!(notices(&mut later).await[..2], ["new_device", "factor_removed"]);
        let gone = later.get("/api/v1/me/factors").await.json();
        assert_eq!(gone["recovery_codes_left"], 0, "recovery codes go with the last factor");
    }

    async fn who_removes_a_lost_factor_says_how_its_person_was_recognised(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let enrolled = add_totp(world, &mut browser).await;
        let path = format!("/api/v1/accounts/{id}/factors/{}", enrolled.id);
        let mut admin = world.admin();
        for bad in [
            json!({}),
            json!({"recognised_by": "identity_card"}),
            json!({"recognised_by": "a feeling", "note": "x"}),
            json!({"recognised_by": "video_call", "note": "  "}),
            json!({"recognised_by": "video_call", "note": "x".repeat(501)}),
        ] {
            let refused = admin.json("DELETE", &path, bad.clone()).await;
            assert!(refused.status.is_client_error(), "{bad}: {}", refused.text);
        }
        assert_eq!(world.identity.factors(id.parse().unwrap()).await.unwrap().len(), 1, "nothing was removed");
        let body = json!({"recognised_by": "head_of_unit", "note": " Bà Lê Thị Bình xác nhận "});
        assert_eq!(admin.json("DELETE", &path, body).await.status, StatusCode::NO_CONTENT);
        let filter = lgsp_platform::journal::query::Filter {
            action: Some("factor.removed".to_owned()),
            ..Default::default()
        };
        let events = lgsp_platform::journal::query::list(&world.platform.db, &filter, 9).await.unwrap();
        assert_eq!(events[0].ground.as_deref(), Some("Bà Lê Thị Bình xác nhận"));
        assert_eq!(events[0].detail["recognised"], "head_of_unit");
    }

    async fn after_a_change_of_a_factor_all_other_sessions_can_be_ended(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut alone = world.signed_in("van.thu").await;
        assert!(!alone.get("/account/factors").await.text.contains("Kết thúc mọi phiên khác"));
        let mut there = world.signed_in("van.thu").await;
        let mut here = world.signed_in("van.thu").await;
        let enrolled = add_totp(world, &mut here).await;
        let page = here.get("/account/factors").await;
        assert!(page.text.contains("Kết thúc mọi phiên khác"), "{}", page.text);
        // Who has a factor shows it before others are ended.
        let csrf = page.hidden("csrf_token");
        let fields = [("csrf_token", csrf.as_str()), ("id", "others")];
        let asked = here.post_form("/account/sessions", &fields).await;
        assert!(asked.header("location").contains("acr=2"), "{}", asked.header("location"));
        assert_eq!(there.get("/api/v1/me").await.status, StatusCode::OK);
        world.clock.advance_ms(MINUTE_MS);
        here.sign_in_to("van.thu", GOOD, "/account/factors").await;
        let code = lgsp_testkit::totp::code(&enrolled.secret, world.identity_now().0);
        assert_eq!(second(&mut here, "totp", &code).await.status, StatusCode::SEE_OTHER);
        let csrf = here.get("/account/factors").await.hidden("csrf_token");
        let ended = here.post_form("/account/sessions", &[("csrf_token", &csrf), ("id", "others")]).await;
        assert_eq!(ended.status, StatusCode::SEE_OTHER, "{}", ended.text);
        assert_eq!(there.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(alone.get("/api/v1/me").await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(here.get("/api/v1/me").await.status, StatusCode::OK);
    }

    async fn seeds_and_recovery_codes_are_random_and_not_stored_as_they_are(world: &World) {
        let (mut secrets, mut codes) = (BTreeSet::new(), BTreeSet::new());
        for name in ["mot", "hai", "ba"] {
            world.account(name, "H34.01", &[]).await;
            let mut browser = world.signed_in(name).await;
            let enrolled = add_totp(world, &mut browser).await;
            secrets.insert(enrolled.secret);
            codes.extend(enrolled.recovery_codes);
        }
        // 160 bits and 120 bits in base32, all of them different.
        assert_eq!(secrets.iter().map(String::len).collect::<Vec<_>>(), [32; 3]);
        assert_eq!(codes.len(), 30, "{codes:?}");
        let plain: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
        assert!(plain.iter().all(|code| code.len() == 24), "{plain:?}");
        let letters: BTreeSet<char> = plain.concat().chars().collect();
        assert!(letters.len() > 28, "of 32 letters only {letters:?}");
        let hashes = stored(world, "recovery_code", "code_hash").await;
        assert_eq!(hashes.iter().map(Vec::len).collect::<Vec<_>>(), [32; 30]);
        let seeds = stored(world, "factor", "seed").await;
        assert_eq!(seeds.len(), 3);
        let held = |bytes: &[u8], part: &str| bytes.windows(part.len()).any(|window| window == part.as_bytes());
        for bytes in hashes.iter().chain(&seeds) {
            assert!(!secrets.iter().chain(&codes).chain(&plain).any(|text| held(bytes, text)));
        }
        for (seed, secret) in seeds.iter().flat_map(|seed| secrets.iter().map(move |secret| (seed, secret))) {
            let bare = lgsp_testkit::totp::seed(secret);
            assert!(!seed.windows(bare.len()).any(|window| window == bare), "sealed");
        }
    }
}

#[tokio::test]
async fn challenges_are_random_and_spent_by_any_answer() {
    level_3(async |world| {
        let mut browser = world.browser();
        let csrf = browser.get("/sign-in").await.hidden("csrf");
        let form = [("csrf", csrf.as_str()), ("purpose", "sign-in")];
        let mut challenges = BTreeSet::new();
        for _ in 0..20 {
            let asked = browser.post_form("/sign-in/passkey/options", &form).await;
            let challenge = asked.json()["challenge"].as_str().unwrap().to_owned();
            assert_eq!(
                URL_SAFE_NO_PAD.decode(&challenge).unwrap().len(),
                32,
                "256 bits"
            );
            challenges.insert(challenge);
        }
        assert_eq!(challenges.len(), 20, "none repeats");
        let held = stored(world, "passkey_challenge", "hash").await;
        assert_eq!(held.len(), 20);
        let first = challenges.first().unwrap();
        let bare = URL_SAFE_NO_PAD.decode(first).unwrap();
        assert!(!held.contains(&bare), "only hashes are stored");
        let client_data = json!({"type": "webauthn.get", "challenge": first,
            "origin": "https://dang-nhap.example"});
        let answer = json!({"id": "AAAA", "signature": "AAAA", "authenticator_data": "AAAA",
            "client_data": URL_SAFE_NO_PAD.encode(client_data.to_string())});
        let answer = answer.to_string();
        let fields = [form[0], form[1], ("answer", answer.as_str())];
        let refused = browser.post_form("/sign-in/passkey", &fields).await;
        assert!(refused.status.is_client_error(), "{}", refused.status);
        assert_eq!(stored(world, "passkey_challenge", "hash").await.len(), 19);
    })
    .await;
}
