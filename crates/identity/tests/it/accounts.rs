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
        assert_eq!(names, ["platform-admin", "security-admin", "agency-admin", "clerk", "official", "leader", "operator", "integrator", "approver", "support", "auditor"]);
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
}
