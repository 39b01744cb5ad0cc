//! Making and changing accounts.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::kit::{ADMIN, GOOD, each_database};

fn wished() -> Value {
    json!({"username": " Van.Thu ", "display_name": " Văn thư Sở Nội vụ ", "email": "van.thu@example.vn",
        "agency": "H34.01", "kind": "official", "password": GOOD})
}

each_database! {
    async fn an_account_is_made_and_changed(world: &World) {
        let mut admin = world.admin();
        let made = admin.json("POST", "/api/v1/accounts", wished()).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let made = made.json();
        assert_eq!(made["username"], "van.thu");
        assert_eq!(made["display_name"], "Văn thư Sở Nội vụ");
        assert_eq!(made["agency"], json!({"code": "H34.01", "name": "Cơ quan H34.01"}));
        assert_eq!((&made["enabled"], &made["locked"], &made["roles"]), (&json!(true), &json!(false), &json!([])));
        let path = format!("/api/v1/accounts/{}", made["id"].as_str().unwrap());
        let changed = admin.json("PATCH", &path, json!({"display_name": "Bộ phận văn thư", "email": null})).await.json();
        assert_eq!((&changed["display_name"], &changed["email"]), (&json!("Bộ phận văn thư"), &Value::Null));
        let same = admin.json("PATCH", &path, json!({})).await.json();
        assert_eq!(same["display_name"], "Bộ phận văn thư");
        assert_eq!(admin.get(&path).await.json(), same);
    }

    async fn a_name_is_taken_once_in_any_case(world: &World) {
        let mut admin = world.admin();
        admin.json("POST", "/api/v1/accounts", wished()).await;
        let mut again = wished();
        again["username"] = json!("VAN.THU");
        let answer = admin.json("POST", "/api/v1/accounts", again).await;
        assert_eq!(answer.refusal(), (409, "identity.account.exists".into()));
    }

    async fn broken_fields_are_named(world: &World) {
        let mut admin = world.admin();
        let body = json!({"username": "Văn thư", "display_name": " ", "email": "x", "agency": "H99",
            "kind": "official", "password": "ngan"});
        let answer = admin.json("POST", "/api/v1/accounts", body).await;
        assert_eq!(answer.refusal(), (422, "identity.fields.invalid".into()));
        let broken = answer.broken();
        for (pointer, code) in [
            ("/username", "identity.username.form"),
            ("/display_name", "identity.field.required"),
            ("/email", "identity.email.form"),
            ("/agency", "identity.agency.unknown"),
            ("/password", "identity.password.short"),
            ("/password", "identity.password.classes"),
        ] {
            assert!(broken.contains(&(pointer.into(), code.into())), "{pointer} {code}: {broken:?}");
        }
        assert!(!answer.text.contains("ngan\""), "the password is not repeated");
        let mut unknown = wished();
        unknown["rolls"] = json!([]);
        assert_eq!(admin.json("POST", "/api/v1/accounts", unknown).await.status, StatusCode::BAD_REQUEST);
    }

    async fn service_accounts_have_no_password(world: &World) {
        let mut admin = world.admin();
        let mut body = wished();
        body["kind"] = json!("service");
        body.as_object_mut().unwrap().remove("password");
        let made = admin.json("POST", "/api/v1/accounts", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let path = format!("/api/v1/accounts/{}/password", made.json()["id"].as_str().unwrap());
        let answer = admin.json("POST", &path, json!({"password": GOOD})).await;
        assert_eq!(answer.refusal(), (409, "identity.account.no_password".into()));
        let mut person = wished();
        person["username"] = json!("nguoi");
        person.as_object_mut().unwrap().remove("password");
        let answer = admin.json("POST", "/api/v1/accounts", person).await;
        assert_eq!(answer.broken(), [("/password".into(), "identity.field.required".into())]);
    }

    async fn roles_are_listed_with_their_permissions(world: &World) {
        let roles = world.admin().get("/api/v1/roles").await.json();
        let items = roles["items"].as_array().unwrap();
        let names: Vec<_> = items.iter().map(|item| item["role"].as_str().unwrap()).collect();
        assert_eq!(names, ["platform-admin", "security-admin", "agency-admin", "clerk", "official", "leader", "operator", "integrator", "approver", "support", "senior-support", "auditor"]);
        assert_eq!(items[3]["labels"], json!({"vi": "Văn thư", "en": "Clerk"}));
        assert!(items[3]["permissions"].as_array().unwrap().contains(&json!("exchange.document.resend")));
        assert!(!items[0]["permissions"].as_array().unwrap().contains(&json!("*")));
    }

    async fn the_first_administrator_is_made_once(world: &World) {
        let again = world.identity.bootstrap_admin(ADMIN, crate::kit::password(GOOD)).await;
        assert_eq!(again.unwrap_err().to_string(), "user name exists");
        let weak = world.identity.bootstrap_admin("khac", crate::kit::password("admin")).await;
        assert!(weak.unwrap_err().to_string().contains("invalid"));
        let me = world.admin().get("/api/v1/me").await.json();
        assert_eq!(me["roles"], json!([{"role": "platform-admin", "agency": null, "agency_name": null}]));
    }

    async fn a_reason_is_kept_with_the_state_and_in_the_journal(world: &World) {
        use lgsp_identity::rules::REASON_CHARS_MAX;
        let id = world.account("an", "H34.01", &[]).await;
        let path = format!("/api/v1/accounts/{id}");
        let mut admin = world.admin();
        assert_eq!(admin.get(&path).await.json()["state_reason"], Value::Null);
        let off = admin.json("PATCH", &path, json!({"enabled": false, "reason": " Nghỉ không lương "})).await.json();
        assert_eq!((&off["state"], &off["state_reason"]), (&json!("disabled"), &json!("Nghỉ không lương")));
        let same = admin.json("PATCH", &path, json!({"enabled": false, "email": "an@h34.example"})).await.json();
        assert_eq!(same["state_reason"], "Nghỉ không lương", "what is not said again stays");
        let on = admin.json("PATCH", &path, json!({"enabled": true})).await.json();
        assert_eq!(on["state_reason"], Value::Null, "a new state, and no reason was given");
        let unlock = format!("{path}/unlock");
        let done = admin.json("POST", &unlock, json!({"reason": "Gọi điện xác minh"})).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{}", done.text);
        assert_eq!(admin.get(&path).await.json()["state_reason"], "Gọi điện xác minh");
        let bare = axum::http::Request::post(&unlock).header("authorization", format!("Bearer {}", world.admin_token));
        let bare = world.send(bare.body(axum::body::Body::empty()).unwrap()).await;
        assert_eq!(bare.status, StatusCode::NO_CONTENT, "the body may be left out: {}", bare.text);
        let long = "ạ".repeat(REASON_CHARS_MAX + 1);
        for (method, path) in [("PATCH", &path), ("POST", &unlock)] {
            let refused = admin.json(method, path, json!({ "reason": long })).await;
            assert_eq!(refused.broken(), [("/reason".into(), "identity.field.too_long".into())], "{method}");
            let longest = json!({"reason": "ạ".repeat(REASON_CHARS_MAX)});
            assert!(admin.json(method, path, longest).await.status.is_success(), "{method}");
        }
        let sql = "SELECT action, ground FROM journal_event WHERE subject = 'an' AND ground IS NOT NULL ORDER BY id";
        let rows = world.platform.db.query_all(sql, vec![]).await.unwrap();
        let told: Vec<(String, String)> = rows.iter().take(2)
            .map(|row| (row.try_get("", "action").unwrap(), row.try_get("", "ground").unwrap())).collect();
        assert_eq!(told, [("account.changed".into(), "Nghỉ không lương".into()), ("account.unlocked".into(), "Gọi điện xác minh".into())]);
    }

    async fn who_was_idle_shows_no_older_reason(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        let path = format!("/api/v1/accounts/{id}");
        world.admin().json("POST", &format!("{path}/unlock"), json!({"reason": "Quên mật khẩu"})).await;
        world.clock.advance_ms(lgsp_identity::rules::ACCOUNT_IDLE_MS + 1);
        world.identity.sweep().await.unwrap();
        let idle = world.identity.account_by_username("an").await.unwrap();
        assert_eq!((idle.state.as_str(), idle.state_reason), ("idle", None));
    }
}
