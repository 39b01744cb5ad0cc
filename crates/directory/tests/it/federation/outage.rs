//! Directories that do not answer, are not trusted or are not reached.

use std::io::{Read as _, Write as _};

use lgsp_identity::{Error, rules::DAY_MS};
use serde_json::json;

use super::{
    scenario::{CONNECTION, connect, ended, run, sign_in, spec},
    upstream::{PASSWORD, Upstream},
};
use crate::ldap::kit::{WRONG, worlds};

worlds! {
    async fn only_a_trusted_certificate_and_an_allowed_address_are_spoken_to(world: &World) {
        let Some(upstream) = Upstream::slapd().await else { return };
        upstream.person("snv.01", "Phạm Văn Một", "ou=people,").await;
        let path = format!("/directory-connections/{CONNECTION}/test");
        let test = async |change: &[(&str, serde_json::Value)]| {
            let mut spec = spec(&upstream);
            for (name, value) in change {
                spec[*name] = value.clone();
            }
            connect(world, spec).await;
            world.call("POST", &path, None).await.1
        };
        assert_eq!(test(&[]).await["ok"], true);
        let other = foreign_certificate();
        // TLS begins at once at a port that speaks none: no certificate was ever seen.
        let tls_less = tls_less();
        for (change, reason, id) in [
            (vec![("trusted_certificates", json!(other))], "certificate", "certificate"),
            (vec![("trusted_certificates", json!(""))], "certificate", "certificate"),
            (vec![("allow_local_addresses", json!(false))], "may not reach", "unavailable"),
            (vec![("bind_dn", json!("cn=other,dc=snv,dc=example"))], "result 49", "credentials"),
            (vec![("people_base", json!("ou=nowhere,dc=snv,dc=example"))], "result 32", "base"),
            (vec![("urls", json!(["ldap://127.0.0.1:1"]))], "does not answer", "unavailable"),
            (vec![("urls", json!([tls_less])), ("start_tls", json!(false))], "tls with the directory", "handshake"),
        ] {
            let found = test(&change).await;
            let failure = found["failure"].as_str().unwrap_or_default().to_lowercase();
            assert!(found["ok"] == false && failure.contains(reason), "{change:?}: {found}");
            let told = &found["failure_reason"];
            assert_eq!(told["code"], format!("directory.source.{id}"), "{change:?}: {found}");
            assert!(told["messages"]["vi"].is_string() && told["messages"]["en"].is_string());
        }
        // The second address is tried when the first does not answer.
        let both = json!(["ldap://127.0.0.1:1", upstream.url]);
        assert_eq!(test(&[("urls", both)]).await["ok"], true);
        // Elsewhere than on loopback nothing is said in the clear; there it must be allowed.
        assert_eq!(test(&[("start_tls", json!(false))]).await["ok"], true);
    }

    async fn an_outage_is_waited_for_and_then_given_up(world: &World) {
        let Some(mut upstream) = Upstream::slapd().await else { return };
        upstream.person("snv.01", "Phạm Văn Một", "ou=people,").await;
        connect(world, spec(&upstream)).await;
        assert_eq!(run(world, "full").await["report"]["created"], 1);
        upstream.stop();
        let path = format!("/directory-connections/{CONNECTION}/runs");
        let (_, queued) = world.call("POST", &path, Some(json!({"mode": "full"}))).await;
        let id = queued["id"].as_str().unwrap();
        let one = format!("{path}/{id}");
        for _ in 0..600 {
            let (_, run) = world.call("GET", &one, None).await;
            if run["state"] == "failed" {
                break;
            }
            world.clock.advance_ms(30_000);
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let failed = ended(world, id).await;
        assert_eq!(failed["state"], "failed", "{failed}");
        assert!(failed["report"]["failure"].as_str().unwrap().contains("does not answer"));
        let told = &failed["report"]["failure_reason"]["code"];
        assert_eq!(told, "directory.source.unavailable");
        let error = sign_in(world, "snv.01", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::SourceUnavailable), "{error}");
    }

    async fn a_password_proved_lately_signs_in_during_an_outage_and_no_longer(world: &World) {
        let Some(mut upstream) = Upstream::slapd().await else { return };
        for number in 1..=4 {
            upstream.person(&format!("snv.0{number}"), "Phạm Văn Một", "ou=people,").await;
        }
        let mut spec = spec(&upstream);
        spec["offline_days"] = json!(2);
        connect(world, spec.clone()).await;
        assert_eq!(run(world, "full").await["report"]["created"], 4);
        for uid in ["snv.01", "snv.02", "snv.03"] {
            sign_in(world, uid, PASSWORD).await.unwrap();
        }
        // What the directory refuses is forgotten.
        let changed = "dn: uid=snv.02,ou=people,dc=snv,dc=example\nchangetype: modify\n\
                       replace: userPassword\nuserPassword: Mat-khau-moi-2\n";
        upstream.ldif("ldapmodify", changed).await;
        assert!(sign_in(world, "snv.02", PASSWORD).await.is_err());
        let off = world.identity.account_by_username("snv.03").await.unwrap();
        let switch = lgsp_identity::AccountChange { enabled: Some(false), ..Default::default() };
        world.identity.update_account(&world.actor(), &off, switch).await.unwrap();
        world.clock.advance_ms(DAY_MS);
        upstream.stop();

        let outage = async |uid: &str, password: &str| sign_in(world, uid, password).await;
        assert_eq!(outage("snv.01", PASSWORD).await.unwrap().username, "snv.01");
        let told = "SELECT COUNT(*) AS n FROM journal_event WHERE action = 'signin.offline' AND subject = 'snv.01'";
        let row = world.platform.db.query_one(told, vec![]).await.unwrap().unwrap();
        assert_eq!(row.try_get::<i64>("", "n").unwrap(), 1);
        let wrong = outage("snv.01", WRONG).await.unwrap_err();
        assert!(matches!(wrong, Error::SignInRefused { .. }), "it counts as any other: {wrong}");
        for (uid, why) in [("snv.02", "refused before"), ("snv.04", "never proved")] {
            let error = outage(uid, PASSWORD).await.unwrap_err();
            assert!(matches!(error, Error::SourceUnavailable), "{why}: {error}");
        }
        let error = outage("snv.03", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::SignInRefused { .. }), "turned off: {error}");
        let error = outage("snv.20", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::SourceUnavailable), "nobody is made: {error}");
        // A sign-in without the directory does not make the time longer.
        world.clock.advance_ms(DAY_MS);
        let error = outage("snv.01", PASSWORD).await.unwrap_err();
        assert!(matches!(error, Error::SourceUnavailable), "{error}");
        let kept = "SELECT COUNT(*) AS n FROM directory_offline";
        let mut left = i64::MAX;
        for _ in 0..600 {
            let row = world.platform.db.query_one(kept, vec![]).await.unwrap().unwrap();
            left = row.try_get("", "n").unwrap();
            if left == 0 {
                break;
            }
            world.clock.advance_ms(10_000);
            tokio::task::yield_now().await;
        }
        assert_eq!(left, 0, "an old hash is not kept");
    }
}

/// A certificate that did not sign anything here.
fn foreign_certificate() -> String {
    std::fs::read_dir("/usr/share/ca-certificates/mozilla")
        .unwrap()
        .filter_map(|entry| std::fs::read_to_string(entry.unwrap().path()).ok())
        .find(|text| text.contains("BEGIN CERTIFICATE"))
        .unwrap()
}

/// The address of something that speaks before it listens, and no TLS.
fn tls_less() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        if let Ok((mut stream, _)) = listener.accept() {
            stream.write_all(b"220 mail.example ESMTP\r\n").ok();
            // Held until the other side has read it and gone.
            stream.read_to_end(&mut Vec::new()).ok();
        }
    });
    format!("ldaps://127.0.0.1:{port}")
}
