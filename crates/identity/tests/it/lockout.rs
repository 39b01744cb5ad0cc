//! Failures: counting, locking, throttling, and that nobody learns which accounts exist.

use axum::http::StatusCode;
use lgsp_identity::{
    Kind,
    rules::{DAY_MS, FAILURES_MAX, HOUR_MS, LOCK_MS, SOURCE_FAILURES_MAX, SOURCE_REFILL_MS},
};
use lgsp_testkit::Answer;

use crate::kit::{ADMIN, GOOD, WRONG, World, each_database, steps::add_totp};

async fn fail(world: &World, username: &str, times: i32) {
    for _ in 0..times {
        let answer = world.browser().sign_in(username, WRONG).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    }
}

/// A page without what differs from request to request.
fn bare(answer: &Answer, username: &str) -> (u16, String) {
    let text = answer
        .text
        .replace(&answer.hidden("csrf"), "")
        .replace(username, "");
    (answer.status.as_u16(), text)
}

each_database! {
    async fn five_failures_lock_the_password_for_twelve_hours(world: &World) {
        fail(world, ADMIN, FAILURES_MAX - 1).await;
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::SEE_OTHER);
        fail(world, ADMIN, FAILURES_MAX).await;
        let locked = world.browser().sign_in(ADMIN, GOOD).await;
        assert_eq!(locked.status, StatusCode::UNAUTHORIZED);
        world.clock.advance_ms(LOCK_MS - 1);
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::UNAUTHORIZED);
        world.clock.advance_ms(1);
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_lock_leaves_tokens_and_sessions_alone(world: &World) {
        let mut working = world.signed_in(ADMIN).await;
        fail(world, ADMIN, FAILURES_MAX).await;
        assert_eq!(working.get("/api/v1/me").await.status, StatusCode::OK);
        assert_eq!(world.admin().get("/api/v1/me").await.status, StatusCode::OK);
    }

    async fn an_administrator_unlocks(world: &World) {
        let id = world.account("van.thu", "H34.01", &[]).await;
        fail(world, "van.thu", FAILURES_MAX).await;
        let mut admin = world.admin();
        let view = admin.get(&format!("/api/v1/accounts/{id}")).await.json();
        assert_eq!(view["locked"], true);
        let path = format!("/api/v1/accounts/{id}/unlock");
        let answer = admin.json("POST", &path, serde_json::json!({})).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{}", answer.text);
        assert_eq!(world.browser().sign_in("van.thu", GOOD).await.status, StatusCode::SEE_OTHER);
        fail(world, "van.thu", FAILURES_MAX).await;
        world.identity.unlock("VAN.THU").await.unwrap();
        assert_eq!(world.browser().sign_in("van.thu", GOOD).await.status, StatusCode::SEE_OTHER);
        assert!(world.identity.unlock("nobody").await.is_err());
    }

    async fn all_refusals_read_the_same_and_cost_one_hash(world: &World) {
        world.account("bi.khoa", "H34.01", &[]).await;
        world.account_of(Kind::Service, "dich.vu", "H34.01", &[]).await;
        let off = world.account("da.nghi", "H34.01", &[]).await;
        let path = format!("/api/v1/accounts/{off}");
        world.admin().json("PATCH", &path, serde_json::json!({"enabled": false})).await;
        for (name, state) in [("nghi.lau", "idle"), ("duoc.moi", "invited"), ("da.di", "left")] {
            world.account(name, "H34.01", &[]).await;
            world.sql(&format!("UPDATE account SET state = '{state}' WHERE username = '{name}'")).await;
        }
        world.account("hai.lop", "H34.01", &[]).await;
        let mut owner = world.signed_in("hai.lop").await;
        add_totp(world, &mut owner).await;
        fail(world, "bi.khoa", FAILURES_MAX).await;
        let mut seen = Vec::new();
        let too_long = "x".repeat(300);
        for (username, password) in [
            (ADMIN, WRONG),
            ("khong.co", WRONG),
            ("bi.khoa", GOOD),
            ("da.nghi", GOOD),
            ("dich.vu", GOOD),
            ("nghi.lau", GOOD),
            ("duoc.moi", GOOD),
            ("da.di", GOOD),
            ("hai.lop", WRONG),
            (ADMIN, &too_long),
            ("khong.hợp/lệ", WRONG),
        ] {
            let before = world.identity.hashes_done();
            let answer = world.browser().sign_in(username, password).await;
            let cost = world.identity.hashes_done() - before;
            seen.push((bare(&answer, username), cost));
        }
        let first = seen[0].clone();
        assert_eq!(first.1, 1);
        for other in &seen {
            assert_eq!(*other, first);
        }
    }

    async fn a_source_is_stopped_before_it_locks_a_province(world: &World) {
        for number in 0..SOURCE_FAILURES_MAX {
            let answer = world.browser().sign_in(&format!("can.bo.{number}"), WRONG).await;
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{number}");
        }
        let before = world.identity.hashes_done();
        let stopped = world.browser().sign_in(ADMIN, WRONG).await;
        assert_eq!(stopped.status, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(stopped.header("retry-after"), "30");
        assert!(stopped.text.contains("thử lại sau 30 giây"), "{}", stopped.text);
        assert_eq!(world.identity.hashes_done(), before, "no work for a stopped source");
        world.clock.advance_ms(SOURCE_REFILL_MS);
        assert_eq!(world.browser().sign_in(ADMIN, WRONG).await.status, StatusCode::UNAUTHORIZED);
        assert_eq!(world.browser().sign_in(ADMIN, WRONG).await.status, StatusCode::TOO_MANY_REQUESTS);
        world.clock.advance_ms(HOUR_MS);
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::SEE_OTHER);
    }

    async fn guesses_at_the_same_time_do_not_slip_past_the_lock(world: &World) {
        let guesses = (0..20).map(|_| async {
            world.browser().sign_in(ADMIN, WRONG).await.status
        });
        let mut tasks = Vec::new();
        for guess in guesses {
            tasks.push(Box::pin(guess));
        }
        for status in join_all(tasks).await {
            assert_eq!(status, StatusCode::UNAUTHORIZED);
        }
        assert_eq!(world.browser().sign_in(ADMIN, GOOD).await.status, StatusCode::UNAUTHORIZED);
        let locks = world.journal(ADMIN).await;
        assert_eq!(locks.iter().filter(|(action, ..)| action == "account.locked").count(), 1);
    }

    async fn accounts_that_nobody_uses_are_disabled(world: &World) {
        let id = world.account("nghi.phep", "H34.01", &[]).await;
        world.clock.advance_ms(44 * DAY_MS);
        world.identity.sweep().await.unwrap();
        let mut admin = world.admin();
        let path = format!("/api/v1/accounts/{id}");
        assert_eq!(admin.get(&path).await.json()["state"], "active");
        world.clock.advance_ms(DAY_MS + 1);
        world.identity.sweep().await.unwrap();
        let view = admin.get(&path).await.json();
        assert_eq!((&view["state"], &view["enabled"]), (&"idle".into(), &false.into()));
        assert_eq!(world.browser().sign_in("nghi.phep", GOOD).await.status, StatusCode::UNAUTHORIZED);
        let events = world.journal("nghi.phep").await;
        assert!(events.contains(&("account.idle_locked".into(), "platform".into(), "ok".into())), "{events:?}");
        let woken = admin.json("PATCH", &path, serde_json::json!({"enabled": true})).await;
        assert_eq!(woken.json()["state"], "active");
        world.identity.sweep().await.unwrap();
        assert_eq!(world.browser().sign_in("nghi.phep", GOOD).await.status, StatusCode::SEE_OTHER);
    }
}

/// Polls all futures until each is done.
async fn join_all<F: Future + Unpin>(mut tasks: Vec<F>) -> Vec<F::Output> {
    let mut results: Vec<Option<F::Output>> = tasks.iter().map(|_| None).collect();
    std::future::poll_fn(|context| {
        for (task, result) in tasks.iter_mut().zip(&mut results) {
            if result.is_none()
                && let std::task::Poll::Ready(value) = std::pin::Pin::new(task).poll(context)
            {
                *result = Some(value);
            }
        }
        if results.iter().all(Option::is_some) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    results.into_iter().flatten().collect()
}
