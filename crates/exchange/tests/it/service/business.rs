//! Revocation, update and replacement act on what the receivers hold.

use lgsp_exchange::{
    edxml::{
        Mode,
        model::{BusinessType, DocumentUpdate, Receiver, Replacement},
    },
    service::WireStatus,
};

use super::kit::*;

worlds! {
    async fn a_revocation_takes_back_what_is_unread(world: &World) {
        let target = document("H34.01", &["H34.02", "H34.03"], "1");
        let id = world.sent("office", &target).await;
        let read = world.fetch_one("H34.03").await;
        let revocation = world.sent("office", &about(BusinessType::Revoke, "2", &target)).await;
        assert_eq!(world.state(id, "H34.02").await, "withdrawn");
        assert_eq!(world.state(id, "H34.03").await, "withdrawal_asked");
        let listed = world.list("H34.02").await;
        assert_eq!(listed.len(), 1, "the unread copy left the list, the revocation came");
        let bytes = content(world.fetch("H34.02", &listed[0].doc_id).await.unwrap());
        assert_eq!(parse(&bytes).business_type(), BusinessType::Revoke);
        assert_eq!(world.list("H34.03").await[0].doc_id, read, "target first, then revocation");
        let gone = world.copy(id, "H34.02").await;
        assert_eq!(gone.delivery_state, "cancelled");
        let hidden = world.fetch("H34.02", &gone.id.to_string()).await;
        assert_eq!(error_id(hidden), "exchange.document.withdrawn");
        let related = world.detail(revocation).await.related;
        assert_eq!((related[0].relation.as_str(), related[0].id), ("revokes", id.0));
        assert_eq!(world.detail(id).await.related[0].relation, "revokes_by");

        // 16 leaves the copy where it was, a second revocation asks again, 15 ends it.
        let answer = |code| world.status("justice", Mode::Strict, status("H34.03", &target, code));
        answer("16").await.unwrap();
        assert_eq!(world.state(id, "H34.03").await, "sent");
        world.sent("office", &about(BusinessType::Revoke, "3", &target)).await;
        answer("15").await.unwrap();
        assert_eq!(world.state(id, "H34.03").await, "withdrawn");
        assert!(world.detail(id).await.is_withdrawn);
        let home = reader("H34.03");
        world.exchange.acknowledge(&home, &read, WireStatus::Done).await.unwrap();
    }

    async fn an_answer_may_name_the_revocation(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        world.fetch_one("H34.02").await;
        let revocation = about(BusinessType::Revoke, "2", &target);
        world.sent("office", &revocation).await;
        world.status("home", Mode::Strict, status("H34.02", &revocation, "15")).await.unwrap();
        assert_eq!(world.state(id, "H34.02").await, "withdrawn");
    }

    async fn a_revocation_never_overtakes_its_target(world: &World) {
        let target = document("H34.01", &["H34.02", "G22"], "1");
        world.sent("office", &target).await;
        world.fetch_one("H34.02").await;
        let mut urgent = about(BusinessType::Revoke, "2", &target);
        urgent.other_info.as_mut().unwrap().priority = Some("4".to_owned());
        let id = world.sent("office", &urgent).await;
        let ids: Vec<_> = world.detail(id).await.copies.iter().map(|copy| copy.id).collect();
        for delivery in world.platform.ledger.deliveries_by_id(&ids).await.unwrap() {
            assert_eq!(delivery.priority, 0, "as its target, not as itself");
        }
    }

    async fn what_has_not_left_for_the_axis_is_taken_back(world: &World) {
        let target = document("H34.01", &["G22", "G09"], "1");
        let id = world.sent("office", &target).await;
        let leased = world.platform.ledger.lease("vxp", "test", 1, 60_000).await.unwrap();
        assert_eq!(leased[0].address, "G22");
        world.sent("office", &about(BusinessType::Revoke, "2", &target)).await;
        assert_eq!(world.state(id, "G22").await, "withdrawal_asked", "may be there already");
        assert_eq!(world.state(id, "G09").await, "withdrawn");
        assert_eq!(world.copy(id, "G09").await.delivery_state, "cancelled");
    }

    async fn only_the_sender_names_a_document_as_target(world: &World) {
        let target = document("H34.01", &["H34.03"], "1");
        let id = world.sent("office", &target).await;
        let mut forged = about(BusinessType::Revoke, "2", &target);
        forged.from.organ_id = "H34.02".to_owned();
        assert_eq!(error_id(world.send("home", &forged).await), "exchange.document.not_owner");
        assert_eq!(world.state(id, "H34.03").await, "sent");
    }

    async fn an_unknown_target_is_delivered_and_told(world: &World) {
        let unknown = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &about(BusinessType::Revoke, "2", &unknown)).await;
        assert_eq!(world.list("H34.02").await.len(), 1);
        let actions: Vec<String> =
            world.events(&id.to_string()).await.into_iter().map(|event| event.action).collect();
        assert!(actions.contains(&"document.target_unknown".to_owned()), "{actions:?}");
    }

    async fn an_update_is_asked_and_answered(world: &World) {
        let target = document("H34.01", &["H34.02", "H34.03"], "1");
        let id = world.sent("office", &target).await;
        let mut update = about(BusinessType::Update, "2", &target);
        // Updates may carry the id of the original.
        update.document_id.clone_from(&target.document_id);
        world.sent("office", &update).await;
        assert_eq!(world.state(id, "H34.02").await, "update_asked");
        world.status("home", Mode::Strict, status("H34.02", &target, "15")).await.unwrap();
        world.status("justice", Mode::Strict, status("H34.03", &target, "16")).await.unwrap();
        let home = world.copy(id, "H34.02").await;
        assert_eq!((home.state.as_str(), home.revision), ("sent", 2));
        let justice = world.copy(id, "H34.03").await;
        assert_eq!((justice.state.as_str(), justice.revision), ("sent", 1));
    }

    async fn an_update_adds_and_removes_receivers(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        let mut update = about(BusinessType::Update, "2", &target);
        let named = |code: &str, kind: &str| Receiver {
            organ_id: code.to_owned(),
            receiver_type: Some(kind.to_owned()),
        };
        update.business.as_mut().unwrap().update = Some(DocumentUpdate {
            document_info: Some("0".to_owned()),
            document_receiver: Some("1".to_owned()),
            receivers: vec![named("H34.02", "0"), named("H34.03", "1")],
        });
        world.sent("office", &update).await;
        assert_eq!(world.state(id, "H34.02").await, "withdrawn");
        assert_eq!(world.state(id, "H34.03").await, "sent");
        let items = world.list("H34.03").await;
        assert_eq!(items.len(), 1, "the document itself, not the update");
        let bytes = content(world.fetch("H34.03", &items[0].doc_id).await.unwrap());
        assert_eq!(parse(&bytes).document_id, target.document_id);
        assert_eq!(parse(&bytes).business_type(), BusinessType::New);
    }

    async fn a_replacement_ends_the_old_copies(world: &World) {
        let old = document("H34.01", &["H34.02", "H34.03", "H34.04"], "1");
        let old_id = world.sent("office", &old).await;
        world.fetch_one("H34.02").await;
        let mut new = about(BusinessType::Replace, "2", &old);
        let entry = Replacement {
            document_id: old.document_id.clone(),
            organ_ids: vec!["H34.02".to_owned(), "H34.03".to_owned()],
        };
        new.business.as_mut().unwrap().replacements = vec![entry.clone(), entry];
        let new_id = world.sent("office", &new).await;
        for agency in ["H34.02", "H34.03"] {
            let copy = world.copy(old_id, agency).await;
            assert_eq!((copy.state.as_str(), copy.replaced_by), ("replaced", Some(new_id.0)));
        }
        assert_eq!(world.state(old_id, "H34.04").await, "sent", "in no list");
        assert_eq!(world.list("H34.02").await.len(), 2, "read ones stay listed until done");
        assert_eq!(world.list("H34.03").await.len(), 1, "unread ones make room");
        assert_eq!(world.list("H34.04").await.len(), 2);
        let late = world.status("justice", Mode::Strict, status("H34.03", &old, "03")).await;
        assert_eq!(error_id(late), "exchange.status.order");
        world.status("justice", Mode::Strict, status("H34.03", &new, "03")).await.unwrap();
        assert_eq!(world.state(new_id, "H34.03").await, "03");
    }

    async fn an_empty_list_replaces_for_all(world: &World) {
        let old = document("H34.01", &["H34.02", "H34.03"], "1");
        let old_id = world.sent("office", &old).await;
        world.sent("office", &about(BusinessType::Replace, "2", &old)).await;
        assert_eq!(world.detail(old_id).await.item.state_summary, "replaced");
    }
}
