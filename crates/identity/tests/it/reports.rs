//! The security report, idle warnings, exemptions.

use std::sync::Arc;

use lgsp_identity::{
    Kind,
    people::report::{SecurityFact, SecurityFacts},
};
use lgsp_platform::http::context::PortFuture;
use serde_json::{Value, json};

use crate::kit::each_database;

const DAY_MS: i64 = 86_400_000;

struct Keys;

impl SecurityFacts for Keys {
    fn facts(&self) -> PortFuture<'_, Vec<SecurityFact>> {
        Box::pin(async {
            vec![SecurityFact {
                section: "keys".into(),
                name: "ES256".into(),
                value: "active".into(),
                ends_at: None,
                met: Some(true),
            }]
        })
    }
}

each_database! {
    async fn the_report_says_what_is_met_and_what_needs_a_look(world: &World) {
        world.account("an", "H34.01", &[]).await;
        world.identity.add_security_facts(Arc::new(Keys));
        let answer = world.admin().get("/api/v1/security-report").await;
        let report = answer.json();
        let unmet: Vec<&Value> = report["numbers"].as_array().unwrap().iter().filter(|one| one["met"] == false).map(|one| &one["id"]).collect();
        assert_eq!(unmet, ["privileged_acr_min"], "the tests ask for one factor only");
        assert!(report["accounts"].as_array().unwrap().iter().any(|one| one["kind"] == "official" && one["count"] == 1));
        assert_eq!(report["overdue_reviews"], json!([{"agency": "H34.01", "due_at": null}]));
        assert_eq!(report["exceptions"][0]["kind"], "privileged_without_end");
        assert_eq!(report["journal"]["met"], true);
        assert_eq!(report["facts"][0]["name"], "ES256");
        let csv = world.admin().get("/api/v1/security-report/export").await;
        assert!(csv.text.contains("number,password_chars_min,14,≥ 14,yes"), "{}", csv.text);
        world.account("quan.tri.so", "H34.01", &[("agency-admin", "H34.01")]).await;
        let mut local = world.signed_in("quan.tri.so").await;
        assert_eq!(local.get("/api/v1/security-report").await.status.as_u16(), 403);
    }

    async fn idle_accounts_are_warned_then_locked_and_machines_may_be_exempt(world: &World) {
        world.account("an", "H34.01", &[]).await;
        let job = world.account_of(Kind::Service, "viec.dem", "H34.01", &[]).await;
        let until = world.identity_now().plus_ms(100 * DAY_MS);
        let path = format!("/api/v1/accounts/{job}/idle-exemption");
        let put = world.admin().json("PUT", &path, json!({"reason": "Chạy mỗi quý", "until": until})).await;
        assert_eq!(put.status.as_u16(), 204, "{}", put.text);
        world.clock.advance_ms(31 * DAY_MS);
        world.identity.warn_idle().await.unwrap();
        world.identity.warn_idle().await.unwrap();
        world.clock.advance_ms(10 * DAY_MS);
        world.identity.warn_idle().await.unwrap();
        let warned: Vec<String> = world.journal("an").await.into_iter().map(|event| event.0).filter(|action| action == "account.idle_warned").collect();
        assert_eq!(warned.len(), 2, "once at 30 and once at 40 days");
        world.clock.advance_ms(5 * DAY_MS);
        world.identity.sweep().await.unwrap();
        assert_eq!(world.identity.account_by_username("an").await.unwrap().state.as_str(), "idle");
        assert_eq!(world.identity.account_by_username("viec.dem").await.unwrap().state.as_str(), "active");
    }

    async fn a_privileged_act_without_its_evidence_does_not_happen(world: &World) {
        let id = world.account("an", "H34.01", &[]).await;
        world.sql("ALTER TABLE journal_event RENAME TO journal_event_gone").await;
        let path = format!("/api/v1/accounts/{id}/grants");
        let refused = world.admin().json("POST", &path, json!({"role": "clerk", "agency": "H34.01"})).await;
        assert!(refused.status.is_server_error(), "{}", refused.text);
        world.sql("ALTER TABLE journal_event_gone RENAME TO journal_event").await;
        let held = world.admin().get(&path).await.json();
        assert_eq!(held["items"], json!([]));
    }
}
