//! Lists, details and figures for the console.

use lgsp_exchange::{
    edxml::Mode,
    query::views::{DocumentFilter, MailboxBox, MailboxFilter, SeriesPoint, Window},
};

use super::kit::*;

async fn find(world: &World, filter: DocumentFilter) -> Vec<String> {
    let page = world.exchange.documents(&filter, None).await.unwrap();
    page.items
        .into_iter()
        .filter_map(|item| item.number)
        .collect()
}

fn filter() -> DocumentFilter {
    DocumentFilter::default()
}

async fn box_of(world: &World, agency: &str, part: MailboxBox) -> Vec<String> {
    let wanted = MailboxFilter {
        agency: Some(agency.to_owned()),
        part: Some(part),
        ..MailboxFilter::default()
    };
    let page = world.exchange.mailbox_entries(&wanted, None).await.unwrap();
    page.items
        .into_iter()
        .filter_map(|item| item.number)
        .collect()
}

worlds! {
    async fn documents_are_found_by_many_filters(world: &World) {
        let mut first = document("H34.01", &["H34.02"], "1");
        first.subject = "Kế hoạch 100% kiểm tra đường Đắk_Glei".to_owned();
        world.sent("office", &first).await;
        let second = document("H34.02", &["H34.03", "G22"], "2");
        let second_id = world.sent("home", &second).await;
        world.status("justice", Mode::Strict, status("H34.03", &second, "03")).await.unwrap();
        world.take_from_axis("a", &document("G22", &["H34.03"], "3"), &["H34.03"]).await;
        assert_eq!(find(world, filter()).await, ["3/CV", "2/CV", "1/CV"]);
        let q = |text: &str| DocumentFilter { q: Some(text.to_owned()), ..filter() };
        assert_eq!(find(world, q("ke hoach")).await, ["1/CV"]);
        assert_eq!(find(world, q("DAK_GLEI")).await, ["1/CV"]);
        assert_eq!(find(world, q("0% k")).await, ["1/CV"]);
        assert!(find(world, q("0_ k")).await.is_empty(), "wildcards are letters");
        assert_eq!(find(world, q("2/CV")).await, ["2/CV"]);
        let direction = |word: &str| DocumentFilter {
            direction: Some(word.to_owned()),
            ..filter()
        };
        assert_eq!(find(world, direction("in")).await, ["3/CV"]);
        assert_eq!(find(world, direction("out")).await, ["2/CV"]);
        assert_eq!(find(world, direction("internal")).await, ["1/CV"]);
        let agency = DocumentFilter { agency: Some("H34.02".to_owned()), ..filter() };
        assert_eq!(find(world, agency).await, ["2/CV", "1/CV"]);
        let state = DocumentFilter { state: Some("03".to_owned()), ..filter() };
        assert_eq!(find(world, state).await, ["2/CV"]);
        let late = |late| DocumentFilter { late: Some(late), ..filter() };
        assert!(find(world, late(true)).await.is_empty());
        assert_eq!(find(world, late(false)).await.len(), 3);
        let day = |day: &str| DocumentFilter { from: day.parse().ok(), ..filter() };
        assert_eq!(find(world, day("2026-11-23")).await.len(), 3);
        assert!(find(world, day("2026-11-24")).await.is_empty());
        let scope = ["H34.03".to_owned()];
        let scoped = world.exchange.documents(&filter(), Some(&scope)).await.unwrap();
        assert_eq!(scoped.items.len(), 2);
        let foreign = ["H34.01".to_owned()];
        let hidden = world.exchange.document(second_id, Some(&foreign)).await;
        assert_eq!(error_id(hidden), "exchange.thing.not_found");
        world.exchange.document(second_id, Some(&scope)).await.unwrap();
    }

    async fn pages_follow_each_other(world: &World) {
        for number in 1..=5 {
            world.sent("office", &document("H34.01", &["H34.02"], &number.to_string())).await;
        }
        let mut wanted = DocumentFilter { limit: Some(2), ..filter() };
        let mut seen = Vec::new();
        loop {
            let page = world.exchange.documents(&wanted, None).await.unwrap();
            seen.extend(page.items.into_iter().filter_map(|item| item.number));
            match page.next_cursor {
                Some(cursor) => wanted.cursor = Some(cursor),
                None => break,
            }
        }
        assert_eq!(seen, ["5/CV", "4/CV", "3/CV", "2/CV", "1/CV"]);
    }

    async fn mailbox_parts_are_apart(world: &World) {
        let documents: Vec<_> = ["1", "2", "3"]
            .map(|number| document("H34.01", &["H34.04"], number))
            .into();
        for document in &documents {
            world.sent("office", document).await;
        }
        let doc_id = world.list("H34.04").await[1].doc_id.clone();
        world.fetch("H34.04", &doc_id).await.unwrap();
        let third = &documents[2];
        let all = world.exchange.documents(&filter(), None).await.unwrap();
        let id = lgsp_model::DocumentId(all.items[0].id);
        let copy = lgsp_model::CopyId(world.copy(id, "H34.04").await.id);
        for code in ["03", "06"] {
            let acted =
                world.exchange.act_as_recipient(&official(), id, copy, code, None).await;
            acted.unwrap();
        }
        assert_eq!(third.display_number().as_deref(), Some("3/CV"));
        assert_eq!(box_of(world, "H34.04", MailboxBox::Unread).await, ["1/CV"]);
        assert_eq!(box_of(world, "H34.04", MailboxBox::Waiting).await, ["2/CV"]);
        assert_eq!(box_of(world, "H34.04", MailboxBox::Done).await, ["3/CV"]);
        assert_eq!(box_of(world, "H34.04", MailboxBox::All).await, ["3/CV", "2/CV", "1/CV"]);
        world.pass(61).await;
        assert_eq!(box_of(world, "H34.04", MailboxBox::Late).await, ["1/CV"]);
        let scoped = MailboxFilter::default();
        let none = world.exchange.mailbox_entries(&scoped, Some(&["H34.02".to_owned()])).await;
        assert!(none.unwrap().items.is_empty());
    }

    async fn the_overview_counts_what_happened(world: &World) {
        world.sent("office", &document("H34.01", &["H34.02", "G22"], "1")).await;
        world.sent("office", &document("H34.01", &["H34.02"], "2")).await;
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        world.fetch("H34.02", &doc_id).await.unwrap();
        world.clock.advance_ms(1_600);
        let overview = world.exchange.overview(Window::Today, None).await.unwrap();
        assert_eq!((overview.figures.documents, overview.figures.deliveries), (2, 1));
        assert_eq!(overview.figures.waiting, 2, "one mailbox item untouched, one for the axis");
        assert_eq!(overview.series.iter().map(|point| point.accepted).sum::<i64>(), 2);
        let flows: Vec<(&str, &str, i64)> = overview
            .flows
            .iter()
            .map(|flow| (flow.from.code.as_str(), flow.to.code.as_str(), flow.documents))
            .collect();
        assert_eq!(flows, [("H34.01", "H34.02", 2), ("H34.01", "G22", 1)]);
        assert_eq!(overview.flows[1].to.group, "outside");
        assert_eq!(overview.recent.len(), 2);
        assert_eq!(overview.recent[0].to.as_ref().unwrap().agency, "H34.02");
        assert_eq!(overview.upstream.as_ref().unwrap().state, "up");
        world.sent("office", &document("H34.01", &["H34.03"], "3")).await;
        let cached = world.exchange.overview(Window::Today, None).await.unwrap();
        assert_eq!(cached.figures.documents, 2, "at most two seconds old");
        world.clock.advance_ms(2_000);
        let fresh = world.exchange.overview(Window::Today, None).await.unwrap();
        assert_eq!(fresh.figures.documents, 3);
        let hour = world.exchange.overview(Window::Hour, None).await.unwrap();
        assert_eq!((hour.figures.documents, hour.series.len()), (3, 60));
        let scope = ["H34.03".to_owned()];
        let scoped = world.exchange.overview(Window::Week, Some(&scope)).await.unwrap();
        assert_eq!((scoped.figures.documents, scoped.flows.len()), (1, 1));
        assert_eq!(scoped.series.iter().map(|point| point.accepted).sum::<i64>(), 1);
        let queues: Vec<(&str, i64)> =
            scoped.queues.iter().map(|queue| (queue.queue.as_str(), queue.queued)).collect();
        assert_eq!((queues, scoped.figures.waiting), (vec![("mailbox", 1)], 1));
        world.exchange.note_upstream(false);
        world.clock.advance_ms(2_000);
        let after = world.exchange.overview(Window::Today, None).await.unwrap();
        assert_eq!(after.upstream.as_ref().unwrap().state, "down");
    }

    async fn a_scoped_overview_counts_its_own_agencies_only(world: &World) {
        world.sent("office", &document("000.00.01.H34", &["H34.02", "G22"], "1")).await;
        world.sent("home", &document("H34.02", &["H34.03"], "2")).await;
        world.sent("justice", &document("H34.03", &["H34.01"], "3")).await;
        world.fetch_one("H34.02").await;
        world.clock.advance_ms(1_600);
        for window in [Window::Hour, Window::Today, Window::Week] {
            let of = async |codes: &[&str]| {
                let scope: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
                world.exchange.overview(window, Some(&scope)).await.unwrap()
            };
            let office = of(&["H34.01"]).await;
            let sum = |field: fn(&SeriesPoint) -> i64| office.series.iter().map(field).sum::<i64>();
            assert_eq!((sum(|point| point.accepted), sum(|point| point.delivered)), (2, 1));
            assert_eq!((office.figures.documents, office.figures.deliveries), (2, 1));
            let queues: Vec<(&str, i64)> =
                office.queues.iter().map(|queue| (queue.queue.as_str(), queue.queued)).collect();
            assert_eq!(queues, [("mailbox", 1), ("vxp", 1)], "its mailbox, and what it sent up");
            assert_eq!(office.upstream.as_ref().unwrap().waiting, 1);
            let both = of(&["H34.01", "H34.02"]).await;
            assert_eq!(both.figures.documents, 3, "what they send to each other counts once");
            let none = of(&["H34.04"]).await;
            assert_eq!((none.figures.documents, none.queues.len()), (0, 0));
        }
    }

    async fn a_detail_tells_the_whole_way(world: &World) {
        let target = document("H34.01", &["H34.02"], "1");
        let id = world.sent("office", &target).await;
        world.fetch_one("H34.02").await;
        let detail = world.detail(id).await;
        let hops: Vec<&str> = detail.hops.iter().map(|hop| hop.event.as_str()).collect();
        assert_eq!(hops, ["document.accepted", "document.fetched"]);
        assert_eq!(detail.hops[0].from.as_deref(), Some("H34.01"));
        assert_eq!(detail.hops[0].to.as_deref(), Some("H34.02"));
        assert_eq!(detail.hops[0].digest.as_deref(), Some(detail.digest.as_str()));
        assert_eq!(detail.item.from.name, "Cơ quan H34.01");
        assert_eq!(detail.attachments[0].name, "cong-van.txt");
        assert_eq!(detail.attachments[0].size_bytes, "nội dung".len() as u64);
    }
}
