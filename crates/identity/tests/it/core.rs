//! What protocols stand on: participants, first uses, profiles, groups, leaving.

use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, header};
use lgsp_identity::{
    AccountQuery, Actor, Admission, Attempt, Demand, Error, NewGroup, Opened, Participant, Proof,
    RequestInfo, State,
};
use serde_json::json;
use uuid::Uuid;

use crate::kit::{ADMIN, GOOD, WRONG, World, each_database, password};

fn attempt(username: &str, text: &str) -> Attempt {
    Attempt {
        username: username.to_owned(),
        password: password(text),
        request: RequestInfo {
            address: Some(IpAddr::V4(Ipv4Addr::LOCALHOST)),
            ..RequestInfo::default()
        },
    }
}

fn cookies(secret: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let value = format!("lgsp_session={secret}").parse().unwrap();
    headers.insert(header::COOKIE, value);
    headers
}

async fn participant(world: &World, secret: &str, client: &str) -> Participant {
    let browser = world
        .identity
        .browser(&cookies(secret))
        .await
        .unwrap()
        .unwrap();
    Participant {
        id: world.platform.ids.next(),
        session_id: browser.session.id,
        account_id: browser.session.account_id,
        protocol: "cas".to_owned(),
        client: client.to_owned(),
        index: "ST-1".to_owned(),
        data: json!({"url": "https://a.example/"}),
        joined_at: browser.session.created_at,
    }
}

async fn open(world: &World, username: &str) -> Result<Opened, Error> {
    match world
        .identity
        .begin_sign_in(attempt(username, GOOD), 0)
        .await?
    {
        Admission::Open(opened) => Ok(*opened),
        Admission::Step(_) => panic!("a step was asked for"),
    }
}

each_database! {
    async fn participants_of_an_ended_session_wait_to_be_told(world: &World) {
        let opened = open(world, ADMIN).await.unwrap();
        let joined = participant(world, &opened.secret, "a").await;
        world.identity.join(&joined).await.unwrap();
        let again = Participant { id: Uuid::now_v7(), ..joined.clone() };
        world.identity.join(&again).await.unwrap();
        assert_eq!(world.identity.participants(opened.session.id).await.unwrap().len(), 1);
        assert!(world.identity.orphans("cas", 10).await.unwrap().is_empty(), "it still lives");

        let actor = Actor::named("test", None, world.identity_now());
        assert!(world.identity.end_session(&actor, &opened.session).await.unwrap());
        let orphans = world.identity.orphans("cas", 10).await.unwrap();
        assert_eq!(orphans.len(), 1);
        assert_eq!(orphans[0].data["url"], "https://a.example/");
        assert!(world.identity.orphans("saml", 10).await.unwrap().is_empty());
        assert!(world.identity.browser(&cookies(&opened.secret)).await.unwrap().is_none());
    }

    async fn a_key_is_used_once_until_it_expires(world: &World) {
        let until = world.identity_now().plus_ms(60_000);
        assert!(world.identity.first_use("jti", "one", until).await.unwrap());
        assert!(!world.identity.first_use("jti", "one", until).await.unwrap());
        assert!(world.identity.first_use("jti", "two", until).await.unwrap());
        assert!(world.identity.first_use("saml", "one", until).await.unwrap());
    }

    async fn a_password_that_is_asked_for_at_each_call_counts_like_a_sign_in(world: &World) {
        let account = world.identity.check_password(attempt(ADMIN, GOOD)).await.unwrap();
        assert_eq!(account.username, ADMIN);
        for _ in 0..world.identity.rules().failures_max {
            let refused = world.identity.check_password(attempt(ADMIN, WRONG)).await;
            assert!(matches!(refused, Err(Error::SignInRefused { .. })));
        }
        let locked = world.identity.check_password(attempt(ADMIN, GOOD)).await;
        assert!(matches!(locked, Err(Error::SignInRefused { .. })), "locked for the web too");
    }

    async fn a_session_tells_how_it_was_proved(world: &World) {
        let account = world.identity.account_by_username(ADMIN).await.unwrap();
        let proof = Proof { acr: 2, amr: vec!["fed".into(), "mfa".into()], auth_at: None };
        let opened = world.identity.open_session(&account, &proof, &RequestInfo::default()).await.unwrap();
        let browser = world.identity.browser(&cookies(&opened.secret)).await.unwrap().unwrap();
        assert_eq!((browser.session.acr, browser.session.amr.join(" ")), (2, "fed mfa".to_owned()));
        let ask = |acr_min| Demand { acr_min, ..Demand::default() };
        assert!(world.identity.satisfies(&browser.session, &ask(2)));
        assert!(!world.identity.satisfies(&browser.session, &ask(3)));
        let later = Demand { fresh_since: Some(browser.session.auth_at.plus_ms(1)), ..Demand::default() };
        assert!(!world.identity.satisfies(&browser.session, &later));
    }

    async fn who_leaves_keeps_nothing(world: &World) {
        let id = world.account("roi.di", "H34.01", &[("clerk", "H34.01")]).await;
        let actor = Actor::named("test", None, world.identity_now());
        let account = world.identity.account(id.parse().unwrap()).await.unwrap();
        let new = NewGroup { name: "Văn thư".into(), ..NewGroup::default() };
        let group = world.identity.create_group(&actor, new).await.unwrap();
        world.identity.change_members(&actor, &group, &[account.id], &[]).await.unwrap();
        let profile = world.identity.profile(account.id).await.unwrap().unwrap();
        assert_eq!(profile.groups, [world.identity.group(group.id).await.unwrap()]);
        assert_eq!(profile.agency.unwrap().name, "Cơ quan H34.01");

        let left = world.identity.leave(&actor, &account, lgsp_identity::Base::Any).await.unwrap();
        assert_eq!(left.state, State::Left);
        assert!(world.identity.profile(account.id).await.unwrap().is_none());
        assert!(world.identity.members(group.id).await.unwrap().is_empty());
        assert!(world.identity.account(account.id).await.unwrap().grants.is_empty());
        assert!(open(world, "roi.di").await.is_err());
    }

    async fn a_group_has_one_name_whatever_its_case(world: &World) {
        let actor = Actor::named("test", None, world.identity_now());
        let new = |name: &str| NewGroup { name: name.into(), ..NewGroup::default() };
        let group = world.identity.create_group(&actor, new("Văn Thư")).await.unwrap();
        let taken = world.identity.create_group(&actor, new("văn thư")).await;
        assert!(matches!(taken, Err(Error::GroupExists)));
        let found = world.identity.group_by_name("VĂN THƯ").await.unwrap();
        assert_eq!(found, Some(group.clone()));
        let nobody = lgsp_model::AccountId(Uuid::now_v7());
        let refused = world.identity.change_members(&actor, &group, &[nobody], &[]).await;
        assert!(matches!(refused, Err(Error::AccountNotFound)));
    }

    async fn accounts_are_found_by_single_columns(world: &World) {
        world.account("an.nguyen", "H34.01", &[]).await;
        world.account("binh.tran", "H34.02", &[]).await;
        let find = async |query: AccountQuery| {
            let found = world.identity.accounts(&query, 10).await.unwrap();
            found.into_iter().map(|account| account.username).collect::<Vec<_>>()
        };
        let by_name = AccountQuery { username: Some("binh.tran".into()), ..AccountQuery::default() };
        assert_eq!(find(by_name).await, ["binh.tran"]);
        let by_word = AccountQuery { words: "NGUYEN".into(), ..AccountQuery::default() };
        assert_eq!(find(by_word).await, ["an.nguyen"]);
        let gone = AccountQuery { state: Some(State::Left), ..AccountQuery::default() };
        assert!(find(gone).await.is_empty());
    }
}
