//! Time rules raise alarms by working hours, once, and close them when the condition ends.
//!
//! The clock starts on Monday 23 November 2026 at 9:00 in Vietnam.

use lgsp_exchange::{
    edxml::{DateText, Mode, model::BusinessType},
    query::views::AlarmFilter,
};

use super::kit::*;

worlds! {
    async fn what_nobody_reads_and_confirms_is_reported(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        world.pass(59).await;
        assert!(world.alarms(id).await.is_empty());
        world.pass(1).await;
        assert_eq!(world.alarms(id).await, ["not_fetched"]);
        for _ in 0..3 {
            world.exchange.check_alarms().await.unwrap();
        }
        assert_eq!(world.count("alarm").await, 1, "raising is idempotent");
        world.fetch_one("H34.02").await;
        world.pass(1).await;
        assert!(world.alarms(id).await.is_empty());
        world.pass(7 * 60).await;
        assert_eq!(world.alarms(id).await, ["not_confirmed"]);
        world.status("home", Mode::Strict, status("H34.02", &target, "03")).await.unwrap();
        world.pass(0).await;
        assert!(world.alarms(id).await.is_empty());
        let closed = AlarmFilter { state: Some("closed".to_owned()), ..AlarmFilter::default() };
        let codes: Vec<String> = world
            .exchange
            .alarms(&closed, Some(&["H34.02".to_owned()]))
            .await
            .unwrap()
            .items
            .into_iter()
            .map(|alarm| alarm.code)
            .collect();
        assert_eq!(codes, ["not_confirmed", "not_fetched"]);
        let others = world.exchange.alarms(&closed, Some(&["H34.03".to_owned()])).await.unwrap();
        assert!(others.items.is_empty(), "scoped to its agency");
        world.pass(5 * 24 * 60).await;
        assert!(world.alarms(id).await.is_empty(), "five days, but not five working days");
        world.pass(2 * 24 * 60).await;
        assert_eq!(world.alarms(id).await, ["stalled"]);
    }

    async fn urgent_ones_are_reported_sooner(world: &World) {
        let mut urgent = document("H34.01", &["H34.02", "G22"], "1");
        urgent.other_info.as_mut().unwrap().priority = Some("2".to_owned());
        let id = world.sent("office", &urgent).await;
        world.pass(5).await;
        assert_eq!(world.alarms(id).await, ["not_sent"]);
        world.pass(10).await;
        assert_eq!(world.alarms(id).await, ["not_fetched", "not_sent"]);
    }

    async fn a_late_arrival_has_until_the_next_noon(world: &World) {
        world.clock.advance_ms(8 * 3_600_000);
        let id = world.sent("office", &document("H34.01", &["H34.02"], "1")).await;
        let copy = world.copy(id, "H34.02").await;
        assert_eq!(copy.confirm_due_at, Some(instant("2026/11/24 12:00:00")));
    }

    async fn questions_want_an_answer_within_a_working_day(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        world.fetch_one("H34.02").await;
        world.status("home", Mode::Strict, status("H34.02", &target, "03")).await.unwrap();
        world.sent("office", &about(BusinessType::Revoke, "2", &target)).await;
        world.pass(24 * 60).await;
        assert_eq!(world.alarms(id).await, ["answer_due"]);
        world.status("home", Mode::Strict, status("H34.02", &target, "16")).await.unwrap();
        world.pass(0).await;
        assert!(world.alarms(id).await.is_empty());
    }

    async fn due_dates_are_watched(world: &World) {
        let mut target = document("H34.01", &["H34.02"], "1");
        target.due_date = Some(DateText::from_text("2026/11/25"));
        let id = world.sent("office", &target).await;
        world.status("home", Mode::Strict, status("H34.02", &target, "03")).await.unwrap();
        world.pass(23 * 60).await;
        assert_eq!(world.alarms(id).await, ["due_soon"]);
        world.pass(40 * 60).await;
        assert_eq!(world.alarms(id).await, ["due_soon", "overdue"]);
        world.status("home", Mode::Strict, status("H34.02", &target, "06")).await.unwrap();
        world.pass(0).await;
        assert!(world.alarms(id).await.is_empty());
    }

    async fn late_sending_is_seen_at_once(world: &World) {
        let mut late = document("H34.01", &["H34.02"], "1");
        late.promulgation.as_mut().unwrap().date = Some(DateText::from_text("2026/11/19"));
        let id = world.sent("office", &late).await;
        assert_eq!(world.alarms(id).await, ["sent_late"]);
        let mut in_time = document("H34.01", &["H34.02"], "2");
        in_time.promulgation.as_mut().unwrap().date = Some(DateText::from_text("2026/11/20"));
        let id = world.sent("office", &in_time).await;
        assert!(world.alarms(id).await.is_empty(), "Monday before noon, signed on Friday");
    }
}
