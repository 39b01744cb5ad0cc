//! Secrets of applications and application passwords by the API.

use serde_json::json;

use super::kit::{app, worlds};

worlds! {
    async fn secrets_are_issued_once_two_at_a_time_and_revoked(world: &World) {
        let path = "/ldap-apps/all/secrets";
        let (status, made) = world.call("POST", path, None).await;
        assert_eq!((status, &made["bind_dn"]), (201, &json!(app("all"))), "{made}");
        let (status, refused) = world.call("POST", path, None).await;
        assert_eq!((status, &refused["code"]), (409, &json!("directory.secret.too_many")));
        let (_, list) = world.call("GET", path, None).await;
        let items = list["items"].as_array().unwrap();
        assert_eq!(items.len(), 2);
        assert!(!list.to_string().contains(made["secret"].as_str().unwrap()), "never again");
        let one = format!("{path}/{}", items[0]["id"].as_str().unwrap());
        assert_eq!(world.call("DELETE", &one, None).await.0, 204);
        assert_eq!(world.call("DELETE", &one, None).await.0, 404);
        assert_eq!(world.call("POST", path, None).await.0, 201);
        assert_eq!(world.call("POST", "/ldap-apps/none/secrets", None).await.0, 404);
    }

    async fn application_passwords_are_made_in_a_session_only(world: &World) {
        let body = json!({"label": "máy tính"});
        let (status, refused) = world.call("POST", "/app-passwords", Some(body)).await;
        assert_eq!((status, &refused["code"]), (403, &json!("identity.session.required")));
        let (status, list) = world.call("GET", "/app-passwords", None).await;
        assert_eq!((status, &list["items"]), (200, &json!([])));
        assert_eq!(world.call("DELETE", "/app-passwords/x", None).await.0, 404);
    }

    async fn a_connection_without_a_password_says_so(world: &World) {
        let (status, missing) = world.call("POST", "/directory-connections/none/test", None).await;
        assert_eq!(status, 404, "{missing}");
        assert_eq!(world.call("GET", "/directory-connections/none/runs", None).await.0, 404);
        assert_eq!(world.call("GET", "/directory-conflicts", None).await.0, 200);
        let decision = json!({"decision": "ignore"});
        let (status, _) = world.call("POST", "/directory-conflicts/x/decide", Some(decision)).await;
        assert_eq!(status, 404);
    }
}
