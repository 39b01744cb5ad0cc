//! Mails to people: what goes out, to whom, how often; links at the attempt.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::http::StatusCode;
use lgsp_identity::{
    Actor, Kind, NoticeKind,
    mail::{LOST_PER_ACCOUNT_MAX, LOST_PER_SOURCE_MAX, LOST_WINDOW_MS},
    rules::{ADMIN_PASSWORD_AGE_MAX_MS, DAY_MS},
};
use lgsp_platform::{
    http::context::PortFuture,
    mail::{Mail, MailFailure, Mailer},
};
use lgsp_testkit::{Answer, Browser};
use serde_json::json;

use crate::kit::{GOOD, OTHER, WRONG, World, each_database};

/// Keeps what is sent; fails as often as it is told to.
#[derive(Default)]
struct Post {
    sent: Mutex<Vec<Mail>>,
    failures: Mutex<VecDeque<MailFailure>>,
}

impl Mailer for Post {
    fn send<'a>(&'a self, mail: &'a Mail) -> PortFuture<'a, Result<(), MailFailure>> {
        Box::pin(async move {
            // A failed attempt may have reached the person all the same.
            self.sent.lock().unwrap().push(mail.clone());
            match self.failures.lock().unwrap().pop_front() {
                Some(failure) => Err(failure),
                None => Ok(()),
            }
        })
    }
}

impl Post {
    fn open(world: &World) -> Arc<Self> {
        let post = Arc::new(Self::default());
        world.identity.send_mail_through(post.clone());
        post
    }

    fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    fn mail(&self, index: usize) -> Mail {
        self.sent.lock().unwrap()[index].clone()
    }

    fn fails(&self, failure: MailFailure) {
        self.failures.lock().unwrap().push_back(failure);
    }

    /// Lets time pass until so many mails were tried, no wish is open and none is in work: a
    /// lease that ends while the clock jumps would send one again.
    async fn tried(&self, world: &World, count: usize) {
        let open = "SELECT COUNT(*) AS n FROM account_letter WHERE state = 'open'";
        let leased =
            "SELECT COUNT(*) AS n FROM delivery WHERE queue = 'identity.mail' AND state = 'leased'";
        passing(world, async || {
            let is_quiet = number(world, open).await == 0 && number(world, leased).await == 0;
            (is_quiet && self.count() >= count).then_some(())
        })
        .await;
        assert_eq!(self.count(), count);
    }
}

/// Lets the clock run slowly until something is found.
async fn passing<T>(world: &World, found: impl AsyncFn() -> Option<T>) -> T {
    for round in 0..40_000 {
        if let Some(value) = found().await {
            return value;
        }
        if round % 40 == 0 {
            world.clock.advance_ms(1_000);
        }
        tokio::task::yield_now().await;
    }
    panic!("did not happen: {:?}", deliveries(world).await);
}

async fn number(world: &World, sql: &str) -> i64 {
    let row = world.platform.db.query_one(sql, vec![]).await.unwrap();
    row.unwrap().try_get("", "n").unwrap()
}

/// State of the deliveries of mails, in their order, with reason.
async fn deliveries(world: &World) -> Vec<(String, String)> {
    let sql = "SELECT state, reason FROM delivery WHERE queue = 'identity.mail' ORDER BY id";
    let rows = world.platform.db.query_all(sql, vec![]).await.unwrap();
    let reason = |row: &sea_orm::QueryResult| row.try_get::<Option<String>>("", "reason").unwrap();
    rows.iter()
        .map(|row| {
            let state = row.try_get("", "state").unwrap();
            (state, reason(row).unwrap_or_default())
        })
        .collect()
}

async fn in_state(world: &World, index: usize, state: &str) -> String {
    passing(world, async || {
        let all = deliveries(world).await;
        let found = all.get(index).filter(|(now, _)| now == state);
        found.map(|(_, reason)| reason.clone())
    })
    .await
}

/// Gives an account a mail address, without the notice of it.
async fn address(world: &World, id: &str, email: &str) {
    let sql = format!("UPDATE account SET email = '{email}' WHERE id = ");
    let id: uuid::Uuid = id.parse().unwrap();
    let sql = match world.platform.db.is_postgres() {
        true => format!("{sql}'{id}'"),
        false => format!("{sql}X'{}'", id.simple()),
    };
    world.sql(&sql).await;
}

/// The link of a mail, without the address of the site.
fn link_in(world: &World, mail: &Mail) -> Option<String> {
    let line = mail.text().lines().find(|line| line.contains("?token="))?;
    Some(line.strip_prefix(world.identity.issuer())?.to_owned())
}

async fn ask(browser: &mut Browser, username: &str) -> Answer {
    let page = browser.get("/sign-in/lost").await;
    let fields = [("username", username)];
    browser.submit("/sign-in/lost", &page, &fields).await
}

async fn choose(browser: &mut Browser, link: &str) -> StatusCode {
    let page = browser.get(link).await;
    if page.status != StatusCode::OK {
        return page.status;
    }
    let action = link.split('?').next().unwrap();
    let fields = [("new", OTHER), ("repeat", OTHER)];
    browser.submit(action, &page, &fields).await.status
}

each_database! {
    async fn what_a_notice_tells_is_mailed_in_the_language_of_its_person(world: &World) {
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        address(world, &id, "van.thu@h34.gov.vn").await;
        let mut own = world.signed_in("van.thu").await;
        world.signed_in("van.thu").await;
        post.tried(world, 1).await;
        let mail = post.mail(0);
        assert_eq!((mail.to(), mail.to_name()), ("van.thu@h34.gov.vn", "Người van.thu"));
        assert_eq!(mail.subject(), "[LGSP] Thông báo bảo mật tài khoản");
        for said in ["Kính gửi Người van.thu,", "Đăng nhập từ một thiết bị mới.", "10.34.1.9", "Nếu không phải bạn thực hiện"] {
            assert!(mail.text().contains(said), "{said}: {}", mail.text());
        }
        assert_eq!(in_state(world, 0, "acknowledged").await, "");
        let english = json!({"language": "en", "theme": "auto", "density": "compact"});
        let set = own.json("PATCH", "/api/v1/me/preferences", english).await;
        assert!(set.status.is_success(), "{}", set.text);
        for _ in 0..3 {
            world.browser().sign_in("van.thu", WRONG).await;
        }
        own.sign_in("van.thu", GOOD).await;
        post.tried(world, 2).await;
        assert_eq!(post.mail(1).subject(), "[LGSP] Security of your account");
        assert!(post.mail(1).text().contains("A sign-in succeeded after several wrong passwords."));
    }

    async fn whom_an_administrator_acted_as_is_told_whom_to_ask_and_not_to_change_the_password(world: &World) {
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        address(world, &id, "van.thu@h34.gov.vn").await;
        let actor = Actor::named("ho.tro", None, world.identity_now());
        let tx = world.platform.db.begin().await.unwrap();
        let kind = NoticeKind::Impersonated;
        world.identity.notify(&tx, id.parse().unwrap(), kind, "ho.tro, HT-12", &actor).await.unwrap();
        tx.commit().await.unwrap();
        post.tried(world, 1).await;
        let text = post.mail(0).text().to_owned();
        for said in ["ho.tro, HT-12", "hãy hỏi một quản trị viên khác", "không cần đổi"] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("đổi mật khẩu ngay"), "{text}");
    }

    async fn who_has_no_address_and_who_is_no_person_gets_nothing(world: &World) {
        let post = Post::open(world);
        world.account("van.thu", "H34.01", &[]).await;
        let service = world.account_of(Kind::Service, "dich.vu", "H34.01", &[]).await;
        world.signed_in("van.thu").await;
        world.signed_in("van.thu").await;
        let change = json!({"email": "may@h34.gov.vn", "display_name": "Máy"});
        world.admin().json("PATCH", &format!("/api/v1/accounts/{service}"), change).await;
        post.tried(world, 0).await;
        assert!(deliveries(world).await.is_empty());
    }

    async fn the_former_address_is_told_when_another_takes_its_place(world: &World) {
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        let path = format!("/api/v1/accounts/{id}");
        let mut admin = world.admin();
        admin.json("PATCH", &path, json!({"email": "cu@h34.gov.vn"})).await;
        post.tried(world, 1).await;
        admin.json("PATCH", &path, json!({"email": "moi@h34.gov.vn"})).await;
        post.tried(world, 3).await;
        let mut told = [post.mail(1).to().to_owned(), post.mail(2).to().to_owned()];
        told.sort();
        assert_eq!(told, ["cu@h34.gov.vn", "moi@h34.gov.vn"]);
        admin.json("PATCH", &path, json!({"email": null})).await;
        post.tried(world, 4).await;
        assert_eq!(post.mail(3).to(), "moi@h34.gov.vn");
    }

    async fn a_mailed_link_is_made_at_each_attempt_and_stored_nowhere(world: &World) {
        let post = Post::open(world);
        let body = json!({"username": "nguoi.moi", "display_name": "Người Mới", "kind": "official",
            "agency": "H34.01", "invite": true});
        let mut admin = world.admin();
        let made = admin.json("POST", "/api/v1/accounts", body).await.json();
        let id = made["id"].as_str().unwrap();
        let links = format!("/api/v1/accounts/{id}/links");
        let wish = json!({"purpose": "activation", "delivery": "mailed"});
        let refused = admin.json("POST", &links, wish.clone()).await;
        assert_eq!(refused.refusal(), (409, "identity.account.no_mail".into()));
        address(world, id, "moi@h34.gov.vn").await;
        post.fails(MailFailure::NotYet("mail server cannot be reached".into()));
        let promised = admin.json("POST", &links, wish.clone()).await;
        assert_eq!(promised.status, StatusCode::CREATED, "{}", promised.text);
        assert_eq!(promised.json(), json!({"url": null, "expires_at": null}));
        post.tried(world, 1).await;
        assert_eq!(in_state(world, 0, "failed").await, "mail server cannot be reached");
        post.tried(world, 2).await;
        let links_sent = [link_in(world, &post.mail(0)).unwrap(), link_in(world, &post.mail(1)).unwrap()];
        assert_ne!(links_sent[0], links_sent[1]);
        assert_ne!(post.mail(0).id(), post.mail(1).id(), "no software takes it for the same mail");
        let payload = "SELECT payload FROM delivery WHERE queue = 'identity.mail'";
        let rows = world.platform.db.query_all(payload, vec![]).await.unwrap();
        let payload: String = rows[0].try_get("", "payload").unwrap();
        assert!(payload.parse::<uuid::Uuid>().is_ok(), "{payload}");
        let mut browser = world.browser();
        assert_eq!(choose(&mut browser, &links_sent[0]).await, StatusCode::NOT_FOUND);
        assert_eq!(choose(&mut browser, &links_sent[1]).await, StatusCode::SEE_OTHER);
        let told = world.journal("nguoi.moi").await;
        for action in ["account.invited", "link.mailed", "account.activated"] {
            assert!(told.iter().any(|(known, _, _)| known == action), "{action}: {told:?}");
        }
        let late = admin.json("POST", &links, wish).await;
        assert_eq!(late.refusal(), (409, "identity.link.unsuitable".into()));
    }

    async fn a_refused_mail_is_a_dead_letter_and_can_be_sent_again(world: &World) {
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        address(world, &id, "van.thu@h34.gov.vn").await;
        post.fails(MailFailure::Never("mail server refused the mail (550)".into()));
        let links = format!("/api/v1/accounts/{id}/links");
        let wish = json!({"purpose": "reset", "delivery": "mailed"});
        world.admin().json("POST", &links, wish).await;
        post.tried(world, 1).await;
        assert_eq!(in_state(world, 0, "dead").await, "mail server refused the mail (550)");
        let sql = "SELECT id FROM delivery WHERE queue = 'identity.mail'";
        let row = world.platform.db.query_one(sql, vec![]).await.unwrap();
        let delivery = lgsp_model::DeliveryId(row.unwrap().try_get("", "id").unwrap());
        world.platform.ledger.redrive(delivery, Default::default()).await.unwrap();
        post.tried(world, 2).await;
        in_state(world, 0, "acknowledged").await;
        // Turned off meanwhile, an account gets no link any more.
        post.fails(MailFailure::NotYet("mail server cannot be reached".into()));
        let wish = json!({"purpose": "reset", "delivery": "mailed"});
        world.admin().json("POST", &links, wish).await;
        post.tried(world, 3).await;
        world.admin().json("PATCH", &format!("/api/v1/accounts/{id}"), json!({"enabled": false})).await;
        in_state(world, 1, "cancelled").await;
        assert_eq!(post.count(), 3);
    }

    async fn who_lost_the_password_gets_a_link_and_nobody_learns_who_exists(world: &World) {
        let mut browser = world.browser();
        assert!(!browser.get("/sign-in").await.text.contains("/sign-in/lost"));
        assert_eq!(browser.get("/sign-in/lost").await.status, StatusCode::CONFLICT);
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        address(world, &id, "van.thu@h34.gov.vn").await;
        assert!(browser.get("/sign-in").await.text.contains("/sign-in/lost"));
        let known = ask(&mut browser, " Van.Thu ").await;
        let unknown = ask(&mut browser, "khong.co").await;
        assert_eq!((known.status, unknown.status), (StatusCode::OK, StatusCode::OK));
        assert_eq!(known.text, unknown.text);
        post.tried(world, 1).await;
        let mail = post.mail(0);
        assert_eq!(mail.to(), "van.thu@h34.gov.vn");
        let link = link_in(world, &mail).unwrap();
        assert!(mail.text().contains("báo quên mật khẩu") && mail.text().contains("trong 8 giờ"), "{}", mail.text());
        assert_eq!(choose(&mut browser, &link).await, StatusCode::SEE_OTHER);
        assert_eq!(world.browser().sign_in("van.thu", OTHER).await.status, StatusCode::SEE_OTHER);
        let told = world.journal("van.thu").await;
        assert!(told.contains(&("password.reset_requested".into(), "unknown".into(), "ok".into())), "{told:?}");
        let mut stranger = world.browser();
        let forged = stranger.post_form("/sign-in/lost", &[("username", "van.thu")]).await;
        assert_eq!(forged.status, StatusCode::FORBIDDEN);
    }

    async fn nobody_floods_a_mailbox(world: &World) {
        let post = Post::open(world);
        let id = world.account("van.thu", "H34.01", &[]).await;
        address(world, &id, "van.thu@h34.gov.vn").await;
        let mut browser = world.browser();
        let count = usize::try_from(LOST_PER_ACCOUNT_MAX).unwrap();
        for _ in 0..=count {
            assert_eq!(ask(&mut browser, "van.thu").await.status, StatusCode::OK);
        }
        for _ in LOST_PER_ACCOUNT_MAX + 1..LOST_PER_SOURCE_MAX {
            assert_eq!(ask(&mut browser, "khong.co").await.status, StatusCode::OK);
        }
        for name in ["van.thu", "khong.co"] {
            let refused = ask(&mut browser, name).await;
            assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
            assert!(!refused.header("retry-after").is_empty());
        }
        let mut elsewhere = world.browser();
        elsewhere.address = "10.35.0.1:1".parse().unwrap();
        assert_eq!(ask(&mut elsewhere, "khong.co").await.status, StatusCode::OK);
        post.tried(world, count).await;
        world.clock.advance_ms(LOST_WINDOW_MS);
        assert_eq!(ask(&mut browser, "van.thu").await.status, StatusCode::OK);
        post.tried(world, count + 1).await;
    }

    async fn people_are_reminded_before_something_ends(world: &World) {
        let post = Post::open(world);
        let admin = world.account_of(Kind::Administrator, "quan.ly", "H34.01", &[]).await;
        let official = world.account("van.thu", "H34.01", &[]).await;
        address(world, &admin, "quan.ly@h34.gov.vn").await;
        address(world, &official, "van.thu@h34.gov.vn").await;
        world.clock.advance_ms(31 * DAY_MS);
        world.identity.warn_idle().await.unwrap();
        post.tried(world, 2).await;
        assert!(post.mail(0).text().contains("sẽ bị khóa vào ngày 07/01/2027"), "{}", post.mail(0).text());
        world.sql("UPDATE account SET last_used_at = last_used_at + 5184000000").await;
        world.clock.advance_ms(ADMIN_PASSWORD_AGE_MAX_MS - 38 * DAY_MS);
        world.identity.warn_old_passwords().await.unwrap();
        world.identity.warn_old_passwords().await.unwrap();
        post.tried(world, 3).await;
        let mail = post.mail(2);
        assert_eq!(mail.to(), "quan.ly@h34.gov.vn");
        assert!(mail.text().contains("phải đổi mật khẩu từ ngày 22/01/2027"), "{}", mail.text());
    }
}
