//! Every change has its event; without the event there is no change.

use axum::http::StatusCode;
use lgsp_identity::rules::FAILURES_MAX;
use serde_json::json;

use crate::kit::{ADMIN, GOOD, OTHER, WRONG, World, each_database, steps::add_totp};

async fn actions(world: &World, subject: &str) -> Vec<String> {
    let events = world.journal(subject).await;
    events
        .into_iter()
        .map(|(action, actor, result)| format!("{action} {actor} {result}"))
        .collect()
}

each_database! {
    async fn the_life_of_an_account_is_told(world: &World) {
        let id = world.account("can.bo", "H34.01", &[("official", "H34.01")]).await;
        let mut admin = world.admin();
        let path = format!("/api/v1/accounts/{id}");
        admin.json("PATCH", &path, json!({"display_name": "Tên mới"})).await;
        admin.json("PUT", &format!("{path}/roles"), json!({"roles": [{"role": "clerk", "agency": "H34.01"}]})).await;
        world.browser().sign_in("can.bo", WRONG).await;
        let mut browser = world.signed_in("can.bo").await;
        browser.json("PATCH", "/api/v1/me/preferences", json!({"language": "en"})).await;
        let token = browser.json("POST", "/api/v1/tokens", json!({"name": "x"})).await.json();
        browser.json("DELETE", &format!("/api/v1/tokens/{}", token["id"].as_str().unwrap()), json!({})).await;
        browser.json("POST", "/api/v1/me/password", json!({"current": GOOD, "new": OTHER})).await;
        browser.post_form("/sign-out", &[]).await;
        admin.json("POST", &format!("{path}/password"), json!({"password": GOOD})).await;
        admin.json("POST", &format!("{path}/unlock"), json!({})).await;
        admin.json("DELETE", &format!("{path}/sessions"), json!({})).await;
        assert_eq!(actions(world, "can.bo").await, [
            "account.created command-line ok",
            "role.changed command-line ok",
            "account.changed quan.tri ok",
            "role.changed quan.tri ok",
            "signin.failed can.bo refused",
            "signin.succeeded can.bo ok",
            "preferences.changed can.bo ok",
            "token.created can.bo ok",
            "token.revoked can.bo ok",
            "password.changed can.bo ok",
            "signout can.bo ok",
            "password.reset quan.tri ok",
            "account.unlocked quan.tri ok",
            "session.revoked quan.tri ok",
        ]);
    }

    async fn events_name_place_agency_and_what_changed(world: &World) {
        let id = world.account("can.bo", "H34.01", &[("official", "H34.01")]).await;
        let path = format!("/api/v1/accounts/{id}/roles");
        let body = json!({"roles": [{"role": "clerk", "agency": "H34.01"}]});
        world.admin().json("PUT", &path, body).await;
        let sql = "SELECT address, agency, subject_kind, detail FROM journal_event \
                   WHERE subject = 'can.bo' AND actor = 'quan.tri'";
        let row = world.platform.db.query_one(sql, vec![]).await.unwrap().unwrap();
        let text = |column: &str| row.try_get::<String>("", column).unwrap();
        assert_eq!((text("address"), text("agency"), text("subject_kind")), ("10.34.1.9".into(), "H34.01".into(), "account".into()));
        let detail: serde_json::Value = serde_json::from_str(&text("detail")).unwrap();
        assert_eq!(detail, json!({"granted": ["clerk@H34.01"], "withdrawn": ["official@H34.01"]}));
    }

    async fn what_an_unknown_person_types_is_not_kept(world: &World) {
        world.browser().sign_in("Mat-Khau-Go-Nham-1!", WRONG).await;
        world.browser().sign_in(ADMIN, WRONG).await;
        assert_eq!(actions(world, "unknown").await, ["signin.failed unknown refused"]);
        let rows = world.platform.db.query_all("SELECT actor, subject, detail FROM journal_event", vec![]).await;
        for row in rows.unwrap() {
            for column in ["actor", "subject", "detail"] {
                let text: String = row.try_get("", column).unwrap();
                let text = text.to_lowercase();
                for secret in ["mat-khau-go-nham", WRONG, GOOD] {
                    assert!(!text.contains(&secret.to_lowercase()), "{text}");
                }
            }
        }
    }

    async fn a_lock_is_told(world: &World) {
        for _ in 0..FAILURES_MAX {
            world.browser().sign_in(ADMIN, WRONG).await;
        }
        let told = actions(world, ADMIN).await;
        assert!(told.contains(&"account.locked quan.tri refused".into()), "{told:?}");
    }

    async fn without_a_journal_nothing_happens(world: &World) {
        let id = world.account("can.bo", "H34.01", &[]).await;
        let mut browser = world.signed_in("can.bo").await;
        let enrolled = add_totp(world, &mut browser).await;
        world.sql("ALTER TABLE journal_event RENAME TO journal_event_gone").await;
        let mut admin = world.admin();
        let path = format!("/api/v1/accounts/{id}");
        let new = json!({"username": "ma", "display_name": "Ma", "agency": "H34.01", "kind": "official", "password": GOOD});
        for (method, path, body) in [
            ("POST", "/api/v1/accounts".to_owned(), new),
            ("PATCH", path.clone(), json!({"enabled": false})),
            ("PUT", format!("{path}/roles"), json!({"roles": [{"role": "clerk", "agency": "H34.01"}]})),
            ("POST", format!("{path}/password"), json!({"password": OTHER})),
            ("POST", "/api/v1/tokens".to_owned(), json!({"name": "x"})),
            ("POST", format!("{path}/links"), json!({"purpose": "reset"})),
            ("POST", format!("{path}/unlock"), json!({})),
            (
                "DELETE",
                format!("{path}/factors/{}", enrolled.id),
                json!({"recognised_by": "identity_card", "note": "x"}),
            ),
            ("DELETE", format!("{path}/sessions"), json!({})),
            ("POST", "/api/v1/groups".to_owned(), json!({"name": "Văn thư"})),
            ("PUT", "/api/v1/resources/sign-in-policy/x".to_owned(), json!({"spec": {"title": "x", "second_factor": "required"}})),
            ("PUT", "/api/v1/resources/access-policy/x".to_owned(), json!({"spec": {"cedar": "forbid (principal, action, resource) when { context.hour > 22 };", "description": "x"}})),
        ] {
            let answer = admin.json(method, &path, body).await;
            assert_eq!(answer.refusal(), (503, "platform.database.failed".into()), "{method} {path}");
        }
        assert_eq!(world.browser().sign_in("can.bo", GOOD).await.status, StatusCode::SERVICE_UNAVAILABLE);
        world.sql("ALTER TABLE journal_event_gone RENAME TO journal_event").await;
        let view = admin.get(&path).await.json();
        assert_eq!((&view["enabled"], &view["roles"]), (&json!(true), &json!([])));
        assert_eq!(admin.get("/api/v1/accounts?q=ma").await.json()["items"], json!([]));
        assert_eq!(admin.get("/api/v1/tokens").await.json()["items"].as_array().unwrap().len(), 1);
        assert_eq!(browser.get("/api/v1/me").await.status, StatusCode::OK, "the session was not ended");
        assert_eq!(browser.get("/api/v1/me/factors").await.json()["items"][0]["id"], json!(enrolled.id));
        assert_eq!(admin.get("/api/v1/groups").await.json()["items"], json!([]));
        for kind in ["sign-in-policy", "access-policy"] {
            let path = format!("/api/v1/resources/{kind}/x");
            assert_eq!(admin.get(&path).await.status, StatusCode::NOT_FOUND, "{kind}");
        }
        assert_eq!(world.browser().sign_in("can.bo", GOOD).await.status, StatusCode::SEE_OTHER);
    }
}
