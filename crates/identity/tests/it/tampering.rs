//! Factors that somebody changed in the database, past the program.

use axum::http::StatusCode;
use lgsp_testkit::{database::forget_events, totp::code};
use serde_json::json;

use crate::kit::{
    GOOD, World, each_database,
    steps::{add_totp, second},
};

const STEP_MS: i64 = 30_000;

/// Signs in with the password and a code of this seed; where that leads.
async fn with_code(world: &World, username: &str, secret: &str) -> String {
    world.clock.advance_ms(STEP_MS);
    let mut browser = world.browser();
    browser.sign_in(username, GOOD).await;
    let answer = second(&mut browser, "totp", &code(secret, world.identity_now().0)).await;
    match answer.status {
        StatusCode::SEE_OTHER => answer.header("location").to_owned(),
        other => other.to_string(),
    }
}

async fn tampered(world: &World, username: &str) -> usize {
    let events = world.journal(username).await;
    let is_it = |event: &&(String, String, String)| event.0 == "factor.tampered";
    events.iter().filter(is_it).count()
}

each_database! {
    async fn a_factor_that_was_moved_to_another_account_proves_nothing_there(world: &World) {
        let victim = world.account("nan.nhan", "H34.01", &[]).await;
        world.account("ke.gian", "H34.01", &[]).await;
        let mut browser = world.signed_in("ke.gian").await;
        let own = add_totp(world, &mut browser).await;
        assert_eq!(with_code(world, "ke.gian", &own.secret).await, "/");
        assert_eq!(tampered(world, "ke.gian").await, 0);
        let bare = victim.replace('-', "");
        let id = match world.platform.db.is_postgres() {
            true => format!("'{victim}'"),
            false => format!("x'{bare}'"),
        };
        world.sql(&format!("UPDATE factor SET account_id = {id}")).await;
        assert_ne!(with_code(world, "nan.nhan", &own.secret).await, "/");
        assert_eq!(tampered(world, "nan.nhan").await, 1);
        let factors = world.identity.factors(victim.parse().unwrap()).await.unwrap();
        assert_eq!(json!(factors[0].state), "blocked");
    }

    async fn a_blocked_factor_is_not_woken_by_a_change_of_its_row(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let own = add_totp(world, &mut browser).await;
        world.sql("UPDATE factor SET state = 'blocked'").await;
        world.sql("UPDATE factor SET mac = NULL, state = 'active'").await;
        assert_ne!(with_code(world, "van.thu", &own.secret).await, "/", "rows without a code are strangers by now");
        assert_eq!(tampered(world, "van.thu").await, 1);
    }

    async fn factors_of_an_earlier_version_are_bound_once(world: &World) {
        world.account("van.thu", "H34.01", &[]).await;
        let mut browser = world.signed_in("van.thu").await;
        let own = add_totp(world, &mut browser).await;
        // As an earlier version left it: no code, and no event that says that all have one.
        world.sql("UPDATE factor SET mac = NULL").await;
        forget_events(&world.platform, "factor.bound").await;
        let restarted = world.restarted();
        restarted.identity.bind_factors().await.unwrap();
        assert_eq!(with_code(&restarted, "van.thu", &own.secret).await, "/");
        world.sql("UPDATE factor SET mac = NULL").await;
        let later = world.restarted();
        later.identity.bind_factors().await.unwrap();
        assert_ne!(with_code(&later, "van.thu", &own.secret).await, "/", "a second time nothing is bound");
    }
}
