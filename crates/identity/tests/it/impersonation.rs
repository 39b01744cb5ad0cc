//! Acting as a user: who may, what it may not do, how it ends, what is told of it.

use lgsp_identity::{
    Kind,
    rules::{IMPERSONATION_MAX_MS, MINUTE_MS, REASON_CHARS_MAX, TICKET_CHARS_MAX},
};
use lgsp_testkit::{Answer, Browser};
use serde_json::{Value, json};

use crate::kit::{ADMIN, GOOD, World, each_database, steps::notices};

const HELP: &str = "ho.tro";

fn wish() -> Value {
    json!({"reason": "Không thấy văn bản đến", "ticket": "HT-4711"})
}

async fn ask(browser: &mut Browser, id: &str) -> Answer {
    let path = format!("/api/v1/accounts/{id}/impersonation");
    browser.json("POST", &path, wish()).await
}

/// Who is signed in by the browser, with the token for changes taken over as the console does.
async fn me(browser: &mut Browser) -> Value {
    let me = browser.get("/api/v1/me").await.json();
    let token = me["csrf_token"].as_str().unwrap_or_default();
    token.clone_into(&mut browser.csrf_token);
    me
}

/// A clerk, and a supporter whose browser acts as the clerk.
async fn acting(world: &World, clerk: &str, help: &str) -> (String, Browser) {
    let id = world
        .account(clerk, "H34.01.05", &[("clerk", "H34.01.05")])
        .await;
    world
        .account(help, "H34.01", &[("senior-support", "H34.01")])
        .await;
    let mut browser = world.signed_in(help).await;
    let begun = ask(&mut browser, &id).await;
    assert_eq!(begun.status.as_u16(), 201, "{}", begun.text);
    assert_eq!(me(&mut browser).await["username"], clerk);
    (id, browser)
}

/// Action, actor, for whom and ground of the events about a subject, oldest first.
async fn events(world: &World, subject: &str) -> Vec<(String, String, String, String)> {
    let sql = "SELECT action, actor, on_behalf_of, ground FROM journal_event \
               WHERE subject = $1 ORDER BY id";
    let rows = world.platform.db.query_all(sql, vec![subject.into()]).await;
    let read = |row: &sea_orm::QueryResult| {
        let text = |name| row.try_get::<Option<String>>("", name).unwrap();
        let text = |name| text(name).unwrap_or_default();
        (
            text("action"),
            text("actor"),
            text("on_behalf_of"),
            text("ground"),
        )
    };
    rows.unwrap().iter().map(read).collect()
}

/// Both events of an end, and the notice that the person finds.
async fn is_told(world: &World, clerk: &str, help: &str) {
    world.identity.note_ended_impersonations().await.unwrap();
    world.identity.note_ended_impersonations().await.unwrap();
    let mut of_it = events(world, clerk).await;
    of_it.retain(|event| event.0.starts_with("impersonation."));
    let event = |action: &str| (action.into(), help.into(), clerk.into(), "HT-4711".into());
    let both = [event("impersonation.started"), event("impersonation.ended")];
    assert_eq!(of_it, both);
    let account = world.identity.account_by_username(clerk).await.unwrap();
    let told = world.identity.notices(account.id).await.unwrap();
    let subjects = told.iter().map(|notice| notice.subject.as_str());
    let told: Vec<&str> = subjects.filter(|subject| !subject.is_empty()).collect();
    assert_eq!(told, [format!("{help} (HT-4711)")], "once");
}

each_database! {
    async fn an_administrator_acts_as_a_user_and_is_itself_again(world: &World) {
        let id = world.account("an", "H34.01.05", &[("clerk", "H34.01.05")]).await;
        let mut an = world.signed_in("an").await;
        world.account(HELP, "H34.01", &[("senior-support", "H34.01")]).await;
        let mut browser = world.signed_in(HELP).await;
        assert_eq!(me(&mut browser).await["impersonation"], Value::Null);
        let own_token = browser.csrf_token.clone();
        let begun = ask(&mut browser, &id).await;
        assert_eq!(begun.status.as_u16(), 201, "{}", begun.text);
        let until = world.identity_now().plus_ms(IMPERSONATION_MAX_MS);
        let told = json!({"by": HELP, "until": until, "ticket": "HT-4711", "reason": "Không thấy văn bản đến"});
        assert_eq!(begun.json(), told);
        let stale = browser.json("PATCH", "/api/v1/me/preferences", json!({"theme": "dark"})).await;
        assert_eq!(stale.refusal(), (403, "platform.csrf.missing".into()), "a page of the administrator changes nothing");
        let seen = me(&mut browser).await;
        assert_eq!((&seen["username"], &seen["impersonation"]), (&json!("an"), &told));
        assert_ne!(browser.csrf_token, own_token);
        let may = |seen: &Value, name: &str| seen["permissions"].as_array().unwrap().contains(&json!(name));
        assert!(may(&seen, "exchange.document.read") && !may(&seen, "exchange.document.send"));
        assert!(!may(&seen, "identity.account.read"), "only what the user may");
        assert_eq!(me(&mut an).await["impersonation"], Value::Null, "the person is alone in the own browser");
        let listed = an.get("/api/v1/me/sessions").await.json();
        let marks: Vec<_> = listed["items"].as_array().unwrap().iter().map(|one| &one["impersonation"]).collect();
        assert!(marks.contains(&&json!(true)) && marks.contains(&&json!(false)));
        let found = world.admin().get("/api/v1/sessions?q=an").await.json();
        let by: Vec<_> = found["items"].as_array().unwrap().iter().map(|one| &one["impersonated_by"]).collect();
        assert!(by.contains(&&json!(HELP)), "{found}");

        let ended = browser.json("DELETE", "/api/v1/me/impersonation", json!({})).await;
        assert_eq!(ended.status.as_u16(), 204, "{}", ended.text);
        let again = browser.json("PATCH", "/api/v1/me/preferences", json!({"theme": "dark"})).await;
        assert_eq!(again.refusal(), (403, "platform.csrf.missing".into()), "a page of the user changes nothing either");
        let seen = me(&mut browser).await;
        assert_eq!((&seen["username"], &seen["impersonation"]), (&json!(HELP), &Value::Null));
        let twice = browser.json("DELETE", "/api/v1/me/impersonation", json!({})).await;
        assert_eq!(twice.refusal(), (404, "identity.impersonation.none".into()));
        is_told(world, "an", HELP).await;
        assert_eq!(notices(&mut an).await[0], "impersonated");
        assert!(an.get("/account?lang=en").await.text.contains("An administrator acted as you"));
    }

    async fn each_act_names_both(world: &World) {
        let (_, mut browser) = acting(world, "an", HELP).await;
        let changed = browser.json("PATCH", "/api/v1/me/preferences", json!({"theme": "dark"})).await;
        assert_eq!(changed.status.as_u16(), 200, "{}", changed.text);
        let found = events(world, "an").await;
        let found = found.iter().find(|event| event.0 == "preferences.changed").unwrap();
        assert_eq!((found.1.as_str(), found.2.as_str()), (HELP, "an"));
    }

    async fn what_only_the_person_may_do_stays_undone(world: &World) {
        let id = world.account("an", "H34.01", &[("support", "H34.01"), ("clerk", "H34.01")]).await;
        let other = world.account("binh", "H34.01", &[]).await;
        let mut binh = world.signed_in("binh").await;
        let of_binh = binh.get("/api/v1/me/sessions").await.json()["items"][0]["id"].as_str().unwrap().to_owned();
        world.account(HELP, "H34.01", &[("senior-support", "H34.01")]).await;
        let mut browser = world.signed_in(HELP).await;
        assert_eq!(ask(&mut browser, &id).await.status.as_u16(), 201);
        me(&mut browser).await;
        let nobody = "0190f000-0000-7000-8000-000000000000";
        for (method, path, body) in [
            ("POST", "/me/password".to_owned(), json!({"current": GOOD, "new": "Nui-Ngoc-Linh-9?"})),
            ("POST", "/me/factors/totp".to_owned(), json!({})),
            ("POST", "/me/recovery-codes".to_owned(), json!({})),
            ("POST", "/tokens".to_owned(), json!({"name": "x"})),
            ("DELETE", "/me/sessions".to_owned(), json!({})),
            ("DELETE", format!("/me/devices/{nobody}"), json!({})),
            ("DELETE", format!("/me/ties/{nobody}"), json!({})),
            ("POST", "/me/notices/seen".to_owned(), json!({})),
            ("POST", "/me/delegations".to_owned(), json!({"delegate": "binh", "roles": [],
                "from": world.identity_now(), "until": world.identity_now(), "decision_no": "1"})),
            ("POST", format!("/delegations/{nobody}/accept"), json!({})),
            ("POST", format!("/accounts/{other}/unlock"), json!({})),
            ("DELETE", format!("/accounts/{other}/sessions"), json!({})),
            ("DELETE", format!("/sessions/{of_binh}"), json!({})),
            ("GET", "/accounts/export".to_owned(), Value::Null),
        ] {
            let path = format!("/api/v1{path}");
            let refused = match method {
                "GET" => browser.get(&path).await,
                _ => browser.json(method, &path, body).await,
            };
            assert_eq!(refused.refusal(), (403, "platform.permission.in_person".into()), "{method} {path}");
        }
        assert_eq!(browser.get(&format!("/api/v1/accounts/{other}")).await.status.as_u16(), 200, "reading stays");
        let foreign = browser.json("POST", &format!("/api/v1/accounts/{other}/impersonation"), wish()).await;
        assert_eq!(foreign.refusal(), (403, "platform.permission.missing".into()), "the user has no such right");
        let page = browser.get("/account").await;
        assert_eq!(page.status.as_u16(), 403, "{}", page.text);
        browser.headers.insert("x-on-behalf-of", "binh".to_owned());
        let acting = browser.get("/api/v1/me").await;
        assert_eq!(acting.refusal(), (403, "platform.permission.in_person".into()));
        assert!(binh.get("/api/v1/me").await.status.is_success());
    }

    async fn not_everybody_is_acted_as_and_not_by_everybody(world: &World) {
        let clerk = world.account("an", "H34.01", &[("clerk", "H34.01")]).await;
        let help = world.account(HELP, "H34.01", &[("senior-support", "H34.01")]).await;
        let mut browser = world.signed_in(HELP).await;
        let machine = world.account_of(Kind::Service, "may", "H34.01", &[]).await;
        let off = world.account("tat", "H34.01", &[]).await;
        world.admin().json("PATCH", &format!("/api/v1/accounts/{off}"), json!({"enabled": false})).await;
        let outside = world.account("ngoai", "H34.02", &[]).await;
        let wide = world.account("rong", "H34.01", &[("clerk", "H34")]).await;
        let mut expected = vec![
            (help, 403, "identity.account.own"),
            (machine, 409, "identity.impersonation.not_live"),
            (off, 409, "identity.impersonation.not_live"),
            (outside, 404, "identity.account.not_found"),
            (wide, 403, "identity.account.out_of_reach"),
        ];
        for role in ["agency-admin", "security-admin", "platform-admin", "approver", "senior-support"] {
            let name = format!("giu.{role}");
            let id = world.account(&name, "H34.01", &[(role, "H34.01")]).await;
            expected.push((id, 403, "identity.impersonation.powerful"));
        }
        for (id, status, problem) in expected {
            assert_eq!(ask(&mut browser, &id).await.refusal(), (status, problem.into()));
        }
        let group = world.admin().json("POST", "/api/v1/groups", json!({"name": "Tổ", "agency": "H34.01"})).await.json();
        let group = format!("/api/v1/groups/{}", group["id"].as_str().unwrap());
        let given = world.admin().json("POST", &format!("{group}/grants"), json!({"role": "approver", "agency": "H34.01", "reason": "x"})).await;
        assert!(given.status.is_success(), "{}", given.text);
        let by_group = world.account("nho.nhom", "H34.01", &[]).await;
        let added = world.admin().json("POST", &format!("{group}/members"), json!({"add": [by_group]})).await;
        assert!(added.status.is_success(), "{}", added.text);
        let refused = ask(&mut browser, &by_group).await;
        assert_eq!(refused.refusal(), (403, "identity.impersonation.powerful".into()), "power through a group counts");

        let path = format!("/api/v1/accounts/{clerk}/impersonation");
        let long = |max: usize| "ạ".repeat(max + 1);
        for (body, pointer, rule) in [
            (json!({"reason": " ", "ticket": "1"}), "/reason", "identity.field.required"),
            (json!({"reason": "x", "ticket": ""}), "/ticket", "identity.field.required"),
            (json!({"reason": long(REASON_CHARS_MAX), "ticket": "1"}), "/reason", "identity.field.too_long"),
            (json!({"reason": "x", "ticket": long(TICKET_CHARS_MAX)}), "/ticket", "identity.field.too_long"),
        ] {
            let refused = browser.json("POST", &path, body).await;
            assert_eq!(refused.broken(), [(pointer.into(), rule.into())], "{}", refused.text);
        }
        let by_token = world.admin().json("POST", &path, wish()).await;
        assert_eq!(by_token.refusal(), (403, "identity.session.required".into()));
        for role in ["agency-admin", "support", "auditor", "operator"] {
            let name = format!("thu.{role}");
            world.account(&name, "H34.01", &[(role, "H34.01")]).await;
            let refused = ask(&mut world.signed_in(&name).await, &clerk).await;
            assert_eq!(refused.refusal(), (403, "platform.permission.missing".into()), "{role}");
        }
        world.clock.advance_ms(5 * MINUTE_MS + 1_000);
        let stale = ask(&mut browser, &clerk).await;
        assert_eq!(stale.refusal(), (401, "platform.proof.insufficient".into()));
        let longest = json!({"reason": "ạ".repeat(REASON_CHARS_MAX), "ticket": "ạ".repeat(TICKET_CHARS_MAX)});
        let mut admin = world.signed_in(ADMIN).await;
        assert_eq!(admin.json("POST", &path, longest).await.status.as_u16(), 201);
    }

    async fn it_ends_after_half_an_hour_however_busy(world: &World) {
        let (_, mut browser) = acting(world, "an", HELP).await;
        for _ in 0..5 {
            world.clock.advance_ms(5 * MINUTE_MS);
            assert_eq!(me(&mut browser).await["username"], "an");
        }
        world.clock.advance_ms(5 * MINUTE_MS - 1);
        assert_eq!(me(&mut browser).await["username"], "an");
        world.clock.advance_ms(1);
        assert_eq!(me(&mut browser).await["username"], HELP);
        world.identity.sweep_sessions().await.unwrap();
        is_told(world, "an", HELP).await;
        let id = world.identity.account_by_username("an").await.unwrap().id;
        world.clock.advance_ms(MINUTE_MS);
        browser.sign_in(HELP, GOOD).await;
        me(&mut browser).await;
        assert_eq!(ask(&mut browser, &id.to_string()).await.status.as_u16(), 201, "and may be asked for again");
    }

    async fn it_ends_with_the_administrators_sign_out(world: &World) {
        let (_, mut browser) = acting(world, "an", HELP).await;
        let page = browser.get("/sign-out").await;
        let fields = [("csrf_token", browser.csrf_token.clone())];
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let cookies = browser.cookies.clone();
        let out = browser.submit("/sign-out", &page, &fields).await;
        assert_eq!(out.status.as_u16(), 303, "{}", out.text);
        browser.cookies = cookies;
        assert_eq!(browser.get("/api/v1/me").await.status.as_u16(), 401, "the administrator is out too");
        is_told(world, "an", HELP).await;
    }

    async fn it_ends_with_either_account_and_with_the_right(world: &World) {
        let mut admin = world.admin();
        for (number, how) in ["target locked", "target ends it", "administrator locked", "right withdrawn",
            "target gains power", "signs in anew"].into_iter().enumerate()
        {
            let (clerk, help) = (format!("an.{number}"), format!("ho.tro.{number}"));
            let (id, mut browser) = acting(world, &clerk, &help).await;
            let helper = world.identity.account_by_username(&help).await.unwrap().id;
            let (account, helper) = (format!("/api/v1/accounts/{id}"), format!("/api/v1/accounts/{helper}"));
            let off = json!({"enabled": false});
            let roles = |roles: Value| json!({ "roles": roles });
            let done = match how {
                "target locked" => admin.json("PATCH", &account, off).await,
                "target ends it" => {
                    let mut an = world.signed_in(&clerk).await;
                    an.json("DELETE", "/api/v1/me/sessions", json!({})).await
                }
                "administrator locked" => admin.json("PATCH", &helper, off).await,
                "right withdrawn" => admin.json("PUT", &format!("{helper}/roles"), roles(json!([]))).await,
                "target gains power" => {
                    let power = roles(json!([{"role": "agency-admin", "agency": "H34.01"}]));
                    admin.json("PUT", &format!("{account}/roles"), power).await
                }
                _ => browser.sign_in(&help, GOOD).await,
            };
            assert!(done.status.as_u16() < 400, "{how}: {}", done.text);
            let seen = browser.get("/api/v1/me").await;
            match how {
                "administrator locked" => assert_eq!(seen.status.as_u16(), 401, "{how}"),
                _ => assert_eq!(seen.json()["username"], help, "{how}: {}", seen.text),
            }
            is_told(world, &clerk, &help).await;
        }
    }

    async fn a_sessions_place_is_not_taken_by_who_acts(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        let mut oldest = world.signed_in("an").await;
        for _ in 0..lgsp_identity::rules::SESSIONS_MAX - 1 {
            world.clock.advance_ms(1);
            world.signed_in("an").await;
        }
        world.account(HELP, "H34.01", &[("senior-support", "H34.01")]).await;
        let mut browser = world.signed_in(HELP).await;
        assert_eq!(ask(&mut browser, &id).await.status.as_u16(), 201);
        assert!(oldest.get("/api/v1/me").await.status.is_success());
        assert_eq!(browser.get("/api/v1/me").await.json()["username"], "an");
    }
}
