//! The same message again, the same document again, the same id for another document.

use lgsp_exchange::{
    edxml::{Mode, model::BusinessType},
    service::MessageType,
};

use super::kit::*;

worlds! {
    async fn a_repeat_answers_the_first_result(world: &World) {
        let document = document("H34.01", &["H34.02", "G22"], "1");
        let first = world.send("office", &document).await.unwrap();
        assert!(!first.is_repeat);
        for _ in 0..3 {
            let again = world.send("office", &document).await.unwrap();
            assert_eq!((again.doc_id.as_str(), again.is_repeat), (first.doc_id.as_str(), true));
        }
        // Beyond the days for messages: a document is known for years.
        world.clock.advance_ms(30 * 86_400_000);
        let late = world.send("office", &document).await.unwrap();
        assert_eq!((late.doc_id, late.is_repeat), (first.doc_id, true));
        assert_eq!(world.count("document").await, 1);
        assert_eq!(world.count("copy").await, 2);
        assert_eq!(world.count("message").await, 1);
        assert_eq!(world.list("H34.02").await.len(), 1);
    }

    async fn many_at_once_are_still_one(world: &World) {
        let document = document("H34.01", &["H34.02"], "1");
        let all = (0..8).map(|_| world.send("office", &document));
        let answers = futures_util::future::join_all(all).await;
        let fresh = answers.iter().filter(|answer| !answer.as_ref().unwrap().is_repeat).count();
        assert_eq!(fresh, 1);
        assert_eq!(world.count("document").await, 1);
    }

    async fn a_reused_id_is_refused_or_kept_beside(world: &World) {
        let first = document("H34.01", &["H34.02"], "1");
        let first_id = world.sent("office", &first).await;
        let mut other = first.clone();
        other.subject = "Một văn bản khác".to_owned();
        let strict =
            world.submit("office", MessageType::Edoc, bytes(&other), Mode::Strict).await;
        assert_eq!(error_id(strict), "exchange.document.id_reused");
        assert_eq!(world.count("document").await, 1);
        let second = world.send("office", &other).await.unwrap();
        assert!(!second.is_repeat);
        let again = world.send("office", &other).await.unwrap();
        assert_eq!((&again.doc_id, again.is_repeat), (&second.doc_id, true));
        assert_eq!(world.count("document").await, 2);
        let related = world.detail(second.document.unwrap()).await.related;
        assert_eq!((related[0].relation.as_str(), related[0].id), ("same_id", first_id.0));
    }

    async fn two_senders_may_use_the_same_id(world: &World) {
        let first = document("H34.01", &["H34.03"], "1");
        let mut second = document("H34.02", &["H34.03"], "1");
        second.document_id.clone_from(&first.document_id);
        world.sent("office", &first).await;
        let answer = world.send("home", &second).await.unwrap();
        assert!(!answer.is_repeat);
        assert_eq!(world.list("H34.03").await.len(), 2);
    }

    async fn a_repeated_revocation_acts_once(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        world.fetch_one("H34.02").await;
        let revocation = about(BusinessType::Revoke, "2", &target);
        let first = world.send("office", &revocation).await.unwrap();
        let status = status("H34.02", &target, "16");
        world.status("home", Mode::Tolerant, status).await.unwrap();
        let again = world.send("office", &revocation).await.unwrap();
        assert_eq!((again.doc_id, again.is_repeat), (first.doc_id, true));
        assert_eq!(world.state(id, "H34.02").await, "sent", "not asked a second time");
    }
}
