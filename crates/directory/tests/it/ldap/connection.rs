//! Connections, byte by byte: limits, broken messages, abandon, secrets that end.

use std::time::Duration;

use lgsp_directory::ldap::{
    apps::secrets,
    wire::{
        Auth, Code, Deref, Filter, MESSAGE_BYTES_MAX, Message, Operation, Outcome, Scope, Search,
        frame_length,
    },
};
use lgsp_identity::{Kind, Rules, rules::FRESH_MS};
use lgsp_platform::registry::Manifest;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::kit::{BASE, GOOD, OTHER, WRONG, World, app, app_manifest, person, put, worlds};

/// A client that sends what it is told.
struct Client {
    stream: TcpStream,
    buffer: Vec<u8>,
    id: i32,
}

impl Client {
    async fn new(world: &World) -> Self {
        let address = world.directory.ldap_addresses().plain.unwrap();
        Self {
            stream: TcpStream::connect(address).await.unwrap(),
            buffer: Vec::new(),
            id: 0,
        }
    }

    async fn send(&mut self, operation: Operation) -> i32 {
        self.id += 1;
        let message = Message::new(self.id, operation);
        self.stream.write_all(&message.encode()).await.unwrap();
        self.id
    }

    /// The next message; `None` when the connection is closed.
    async fn next(&mut self) -> Option<Message> {
        loop {
            if let Some(length) = frame_length(&self.buffer).unwrap()
                && self.buffer.len() >= length
            {
                let rest = self.buffer.split_off(length);
                let frame = std::mem::replace(&mut self.buffer, rest);
                return Some(Message::decode(&frame).unwrap());
            }
            let mut part = [0; 4_096];
            let wait = Duration::from_secs(20);
            let count = tokio::time::timeout(wait, self.stream.read(&mut part));
            match count.await.unwrap().unwrap_or(0) {
                0 => return None,
                count => self.buffer.extend_from_slice(&part[..count]),
            }
        }
    }

    async fn bind(&mut self, name: &str, password: &str) -> Outcome {
        self.send(Operation::Bind {
            version: 3,
            name: name.to_owned(),
            auth: Auth::Simple(password.as_bytes().to_vec()),
        })
        .await;
        match self.next().await.unwrap().operation {
            Operation::BindDone { outcome, .. } => outcome,
            other => panic!("{other:?}"),
        }
    }

    async fn search(&mut self, filter: &str) -> (Vec<String>, Outcome) {
        self.send(search(filter)).await;
        let mut names = Vec::new();
        loop {
            match self.next().await.unwrap().operation {
                Operation::Entry { dn, .. } => names.push(dn),
                Operation::SearchDone(outcome) => return (names, outcome),
                other => panic!("{other:?}"),
            }
        }
    }
}

fn search(filter: &str) -> Operation {
    Operation::Search(Search {
        base: format!("ou=people,{BASE}"),
        scope: Scope::One,
        deref: Deref::Never,
        size_max: 0,
        time_s_max: 0,
        is_types_only: false,
        filter: Filter::parse(filter).unwrap(),
        attributes: vec!["uid".to_owned()],
    })
}

/// Sends bytes and gives the code of the notice with which the connection is closed.
async fn refused(world: &World, bytes: &[u8]) -> Option<Code> {
    let mut client = Client::new(world).await;
    client.stream.write_all(bytes).await.unwrap();
    let notice = client.next().await?;
    assert!(client.next().await.is_none(), "closed");
    match notice.operation {
        Operation::ExtendedDone { outcome, oid, .. } => {
            assert_eq!(
                (notice.id, oid.as_deref()),
                (0, Some("1.3.6.1.4.1.1466.20036"))
            );
            Some(outcome.code)
        }
        other => panic!("{other:?}"),
    }
}

worlds! {
    async fn broken_bytes_end_the_connection_with_a_notice(world: &World) {
        let long = [0x30, 0x84, 0x7f, 0xff, 0xff, 0xff];
        let past_the_limit = u32::try_from(MESSAGE_BYTES_MAX).unwrap().to_be_bytes();
        let just_past = [&[0x30, 0x84][..], &past_the_limit].concat();
        // Nobody is bound: 64 KiB are enough for a bind.
        let large_before_bind = [0x30, 0x83, 0x01, 0x00, 0x00];
        for bytes in [
            &b"GET / HTTP/1.1\r\n\r\n"[..],
            &[0x30, 0x03, 0x02, 0x01, 0x01],
            &[0x30, 0x80],
            &long,
            &just_past,
            &large_before_bind,
            &Message::new(1, Operation::SearchDone(Outcome::success())).encode(),
        ] {
            assert_eq!(refused(world, bytes).await, Some(Code::PROTOCOL_ERROR), "{bytes:?}");
        }
        let mut client = Client::new(world).await;
        assert_eq!(client.bind("", "").await.code, Code::SUCCESS, "others go on");
    }

    async fn a_bind_that_fails_leaves_nobody_bound(world: &World) {
        let mut client = Client::new(world).await;
        assert_eq!(client.bind(&app("all"), &world.secrets[0]).await.code, Code::SUCCESS);
        assert_eq!(client.search("(uid=van.an)").await.0.len(), 1);
        assert_eq!(client.bind(&app("all"), WRONG).await.code, Code::INVALID_CREDENTIALS);
        let (names, outcome) = client.search("(uid=van.an)").await;
        assert_eq!((names.len(), outcome.code), (0, Code::INSUFFICIENT_ACCESS));
    }

    async fn a_revoked_secret_and_a_locked_account_see_nothing_at_once(world: &World) {
        let mut client = Client::new(world).await;
        client.bind(&app("all"), &world.secrets[0]).await;
        assert_eq!(client.search("(uid=van.an)").await.1.code, Code::SUCCESS);
        let known = secrets::app_secrets(&world.platform, "all").await.unwrap();
        let actor = world.actor();
        secrets::revoke_app_secret(&world.platform, &actor, "all", known[0].id).await.unwrap();
        assert_eq!(client.search("(uid=van.an)").await.1.code, Code::INSUFFICIENT_ACCESS);

        let mut person_client = Client::new(world).await;
        person_client.bind(&person("van.an"), GOOD).await;
        assert_eq!(person_client.search("(uid=van.an)").await.0.len(), 1);
        let account = world.identity.account_by_username("van.an").await.unwrap();
        world.identity.leave(&actor, &account, lgsp_identity::Base::Any).await.unwrap();
        assert_eq!(person_client.search("(uid=van.an)").await.1.code, Code::INSUFFICIENT_ACCESS);
        assert_eq!(person_client.bind(&person("van.an"), GOOD).await.code, Code::INVALID_CREDENTIALS);
    }

    async fn failures_lock_the_account_as_on_the_page(world: &World) {
        let mut client = Client::new(world).await;
        for _ in 0..world.identity.rules().failures_max {
            assert_eq!(client.bind(&person("van.an"), WRONG).await.code, Code::INVALID_CREDENTIALS);
        }
        let refused = client.bind(&person("van.an"), GOOD).await;
        assert_eq!(refused.code, Code::INVALID_CREDENTIALS, "locked");
        let unknown = client.bind(&person("nobody"), GOOD).await;
        assert_eq!(refused, unknown, "known and unknown names are answered the same");
    }

    async fn a_name_binds_a_hundred_times_a_minute(world: &World) {
        let mut client = Client::new(world).await;
        for _ in 0..lgsp_directory::ldap::face::BINDS_MAX {
            let outcome = client.bind(&app("all"), &world.secrets[0]).await;
            assert_eq!(outcome.code, Code::SUCCESS);
        }
        assert_eq!(client.bind(&app("all"), &world.secrets[0]).await.code, Code::BUSY);
        assert_eq!(client.bind(&app("office"), &world.secrets[1]).await.code, Code::SUCCESS);
        world.clock.advance_ms(lgsp_directory::ldap::face::WINDOW_MS);
        assert_eq!(client.bind(&app("all"), &world.secrets[0]).await.code, Code::SUCCESS);
    }

    async fn who_has_a_second_factor_needs_an_application_password(world: &World) {
        let an = person("van.an");
        let mut client = Client::new(world).await;
        let (factor, _) = world.with_second_factor("van.an").await;
        let refused = client.bind(&an, OTHER).await;
        assert_eq!(refused.code, Code::INAPPROPRIATE_AUTH, "{refused:?}");
        assert_eq!(client.search("(uid=van.an)").await.1.code, Code::INSUFFICIENT_ACCESS, "nobody is bound");
        let wrong = client.bind(&an, WRONG).await;
        assert_eq!(wrong, client.bind(&person("nobody"), WRONG).await, "only the right password tells of the factor");
        assert_eq!(wrong.code, Code::INVALID_CREDENTIALS);

        let account = world.identity.account_by_username("van.an").await.unwrap();
        let actor = world.actor();
        let made = secrets::make_app_password(&world.platform, &world.identity, &actor, &account, ("thư", None)).await;
        assert_eq!(client.bind(&an, &made.unwrap().1).await.code, Code::SUCCESS);
        assert_eq!(client.search("(uid=van.an)").await.0.len(), 1);

        // An application may be allowed the main password; it alone, and after it was bound.
        client.bind(&app("all"), &world.secrets[0]).await;
        assert_eq!(client.bind(&an, OTHER).await.code, Code::INAPPROPRIATE_AUTH);
        put(&world.platform, vec![app_manifest("all", json!({"title": "Toàn tỉnh", "password_with_second_factor": true}))]).await;
        client.bind(&app("all"), &world.secrets[0]).await;
        assert_eq!(client.bind(&an, OTHER).await.code, Code::SUCCESS);
        client.bind(&app("office"), &world.secrets[1]).await;
        assert_eq!(client.bind(&an, OTHER).await.code, Code::INAPPROPRIATE_AUTH);

        // Without the factor the main password is enough again.
        world.identity.remove_factor(&actor, &account, factor.parse().unwrap()).await.unwrap();
        assert_eq!(client.bind(&an, OTHER).await.code, Code::SUCCESS);
    }

    async fn an_application_password_opens_what_it_is_for(world: &World) {
        let account = world.identity.account_by_username("van.an").await.unwrap();
        let actor = world.actor();
        let make = async |app: Option<&str>| {
            secrets::make_app_password(&world.platform, &world.identity, &actor, &account, ("máy tính", app))
                .await
                .unwrap()
        };
        let (any, any_secret) = make(None).await;
        let (_, office_secret) = make(Some("office")).await;
        let an = person("van.an");
        let mut client = Client::new(world).await;
        assert_eq!(client.bind(&an, &any_secret).await.code, Code::SUCCESS);
        assert_eq!(client.search("(uid=*)").await.0, std::slice::from_ref(&an));
        assert_eq!(client.bind(&person("thu.binh"), &any_secret).await.code, Code::INVALID_CREDENTIALS);
        assert_eq!(client.bind(&an, &office_secret).await.code, Code::INVALID_CREDENTIALS);
        client.bind(&app("office"), &world.secrets[1]).await;
        assert_eq!(client.bind(&an, &office_secret).await.code, Code::SUCCESS);
        secrets::revoke_app_password(&world.platform, &world.identity, &actor, &account, any.id).await.unwrap();
        assert_eq!(client.bind(&an, &any_secret).await.code, Code::INVALID_CREDENTIALS);
        let left = secrets::app_passwords(&world.platform, account.id).await.unwrap();
        assert_eq!(left.len(), 1);
    }

    async fn a_person_makes_and_ends_an_application_password_on_the_own_page(world: &World) {
        const PATH: &str = "/account/app-passwords";
        let mut browser = world.browser();
        browser.sign_in("van.an", GOOD).await;
        let page = browser.get("/sign-in/step").await;
        browser.submit("/sign-in/password", &page, &[("new", OTHER), ("repeat", OTHER)]).await;
        let page = browser.get(PATH).await;
        assert!(page.text.contains("<option value=\"office\">"), "{}", page.text);
        let made = browser.submit(PATH, &page, &[("label", "Điện thoại"), ("application", "")]).await;
        let (_, rest) = made.text.split_once("<code class=\"secret\">").unwrap();
        let secret = rest.split('<').next().unwrap();
        let an = person("van.an");
        let mut client = Client::new(world).await;
        assert_eq!(client.bind(&an, secret).await.code, Code::SUCCESS);
        let page = browser.get(PATH).await;
        assert!(page.text.contains("Điện thoại") && !page.text.contains(secret), "shown once");
        assert!(browser.get("/account").await.text.contains("Đã thêm yếu tố xác thực: Điện thoại"));
        let nameless = browser.submit(PATH, &page, &[("label", " ")]).await;
        assert_eq!(nameless.status.as_u16(), 422, "{}", nameless.text);
        let forged = browser.post_form(PATH, &[("csrf_token", "x"), ("label", "y")]).await;
        assert_eq!(forged.status.as_u16(), 403);
        let ended = browser.submit(&format!("{PATH}/revoke"), &page, &[]).await;
        assert_eq!(ended.status.as_u16(), 303, "{}", ended.text);
        assert_eq!(client.bind(&an, secret).await.code, Code::INVALID_CREDENTIALS);
        world.clock.advance_ms(FRESH_MS + 1);
        let page = browser.get(PATH).await;
        let late = browser.submit(PATH, &page, &[("label", "Máy tính")]).await;
        assert!(late.location().starts_with("/sign-in?"), "a proof that is old makes no credential: {}", late.text);
        let body = json!({"label": "Máy tính"});
        let me = browser.get("/api/v1/me").await.json();
        browser.csrf_token = me["csrf_token"].as_str().unwrap().to_owned();
        let refused = browser.json("POST", "/api/v1/app-passwords", body).await;
        assert_eq!(refused.refusal().1, "identity.session.insufficient_user_authentication");
    }

    async fn an_abandoned_search_stops_and_the_next_is_answered(world: &World) {
        for number in 0..300 {
            world.make(&format!("nguoi.{number:03}"), "Người Thử", (Kind::Service, "H34.01")).await;
        }
        let mut client = Client::new(world).await;
        client.bind(&app("all"), &world.secrets[0]).await;
        // In one write, so that the server has all three before it answers the first.
        let mut bytes = Message::new(10, search("(!(uid=nobody))")).encode();
        bytes.extend(Message::new(11, Operation::Abandon(10)).encode());
        bytes.extend(Message::new(12, search("(uid=van.an)")).encode());
        client.stream.write_all(&bytes).await.unwrap();
        let mut ids = Vec::new();
        loop {
            let message = client.next().await.unwrap();
            ids.push(message.id);
            if message.id == 12 && matches!(message.operation, Operation::SearchDone(_)) {
                break;
            }
        }
        assert!(ids.iter().filter(|id| **id == 12).count() == 2, "{ids:?}");
    }
}

/// A world whose inner networks do not hold this machine.
macro_rules! outside {
    (async fn $name:ident($world:ident: &World) $body:block) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            lgsp_testkit::each_database(|test| async move {
                let rules = Rules {
                    inside_networks: vec!["10.34.0.0/16".parse().unwrap()],
                    ..Rules::default()
                };
                let started = World::start_by(&test, |_| {}, rules).await;
                let $world = &started;
                $body
                started.platform.stop().await;
            })
            .await;
        }
    };
}

outside! {
    async fn from_outside_only_an_application_password_made_with_a_second_factor_binds(world: &World) {
        let an = person("van.an");
        let mut client = Client::new(world).await;
        assert_eq!(client.bind(&an, GOOD).await.code, Code::INAPPROPRIATE_AUTH, "a password alone");
        assert_eq!(client.bind(&an, WRONG).await.code, Code::INVALID_CREDENTIALS, "a wrong one learns nothing");
        put(&world.platform, vec![app_manifest("all", json!({"title": "Toàn tỉnh", "password_with_second_factor": true}))]).await;
        client.bind(&app("all"), &world.secrets[0]).await;
        assert_eq!(client.bind(&an, GOOD).await.code, Code::INAPPROPRIATE_AUTH, "no application may allow it");
        let account = world.identity.account_by_username("van.an").await.unwrap();
        let actor = world.actor();
        let make = async || {
            let wish = ("thư", None);
            secrets::make_app_password(&world.platform, &world.identity, &actor, &account, wish).await.unwrap().1
        };
        let weak = make().await;
        world.with_second_factor("van.an").await;
        let strong = make().await;
        assert_eq!(client.bind(&an, &weak).await.code, Code::INAPPROPRIATE_AUTH);
        assert_eq!(client.bind(&an, &strong).await.code, Code::SUCCESS);
        assert_eq!(client.bind(&an, "lgspap-other").await.code, Code::INVALID_CREDENTIALS);
    }
}

worlds! {
    async fn where_a_second_factor_is_required_the_main_password_does_not_bind(world: &World) {
        let policy = Manifest {
            kind: "sign-in-policy".to_owned(),
            name: "moi-nguoi".to_owned(),
            agency: None,
            spec: json!({"title": "Mọi người", "second_factor": "required"}),
        };
        let an = person("van.an");
        let mut client = Client::new(world).await;
        assert_eq!(client.bind(&an, GOOD).await.code, Code::SUCCESS);
        put(&world.platform, vec![policy]).await;
        assert_eq!(client.bind(&an, GOOD).await.code, Code::INAPPROPRIATE_AUTH);
    }
}
