//! A person acts for a person: assertions, and what they are exchanged for.
//!
//! Owns: `Deputy`: a delegator, its delegate who is signed on, and the two applications between.

use lgsp_identity::{
    Account, Actor, Kind, NewAccount, Password,
    people::delegation::{DelegatedRole, Delegation, DelegationState, NewDelegation},
};
use lgsp_platform::{clock::Clock as _, http::context::RoleGrant};
use serde_json::{Value, json};

use super::{App, claims, header};
use crate::kit::{Answer, Browser, PASSWORD, PERSON, World, each_database};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
const DELEGATOR: &str = "truong.phong";

struct Deputy<'a> {
    world: &'a World,
    delegator: Account,
    app: App<'a>,
    bus: App<'a>,
}

async fn account(world: &World, username: &str, roles: &[&str]) -> Account {
    let new = NewAccount {
        username: username.to_owned(),
        display_name: format!("Người {username}"),
        agency: Some("H34.01".to_owned()),
        kind: Kind::Official,
        password: Some(Password::new(PASSWORD.to_owned())),
        ..NewAccount::default()
    };
    let grants = roles.iter().map(|role| RoleGrant {
        role: (*role).to_owned(),
        agency: Some("H34.01".to_owned()),
    });
    let actor = Actor::command_line(world.clock.now());
    let made = world.identity.create_account(&actor, new, grants.collect());
    made.await.unwrap()
}

impl<'a> Deputy<'a> {
    async fn start(world: &'a World) -> Self {
        let app = json!({ "audiences": ["urn:bus"], "scopes": ["openid", "profile", "org"] });
        let bus = json!({
            "grant_types": [EXCHANGE], "resources": ["urn:bus"], "redirect_uris": [],
            "exchange_audiences": ["urn:archive"], "scopes": ["openid", "org"],
        });
        Self {
            world,
            delegator: account(world, DELEGATOR, &["clerk", "auditor"]).await,
            app: App::make(world, "app", app).await,
            bus: App::make(world, "bus", bus).await,
        }
    }

    /// A delegation of one of two roles to `delegate`, from and until seconds from now.
    async fn delegate(&self, delegate: &str, from_s: i64, until_s: i64) -> Delegation {
        let now = self.world.clock.now();
        let new = NewDelegation {
            delegate: delegate.to_owned(),
            roles: vec![DelegatedRole {
                role: "clerk".to_owned(),
                agency: Some("H34.01".to_owned()),
            }],
            from: now.plus_ms(from_s * 1_000),
            until: now.plus_ms(until_s * 1_000),
            decision_no: "12/QĐ-SNV".to_owned(),
            decision_date: None,
            reason: None,
        };
        let actor = Actor::named(DELEGATOR, None, now);
        let proposed = self
            .world
            .identity
            .propose_delegation(&actor, &self.delegator, new);
        proposed.await.unwrap()
    }

    async fn set(&self, delegation: &Delegation, state: DelegationState) -> Delegation {
        let actor = Actor::named(PERSON, None, self.world.clock.now());
        let set = self
            .world
            .identity
            .set_delegation(&actor, delegation, state);
        set.await.unwrap()
    }

    async fn accepted(&self, until_s: i64) -> Delegation {
        let proposed = self.delegate(PERSON, 0, until_s).await;
        self.set(&proposed, DelegationState::Accepted).await
    }

    /// The access token of the person of a browser.
    async fn token(&self, browser: &mut Browser<'_>) -> String {
        let wish = [("resource", "urn:bus"), ("scope", "openid org")];
        let code = self.app.code(browser, &wish).await;
        let answer = self.app.redeem(&code).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    async fn exchange(&self, assertion: &str, actor: Option<&str>) -> Answer {
        let mut fields = vec![
            ("grant_type", EXCHANGE),
            ("subject_token", assertion),
            ("subject_token_type", JWT),
            ("audience", "urn:archive"),
        ];
        if let Some(actor) = actor {
            fields.extend([("actor_token", actor), ("actor_token_type", ACCESS)]);
        }
        self.bus.token(&fields).await
    }
}

/// Asks for an assertion as the person of a browser.
async fn ask(world: &World, browser: &mut Browser<'_>, delegation: &Delegation) -> Answer {
    let csrf = browser.get("/api/v1/me").await.json()["csrf_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let cookies: Vec<_> = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookies = cookies.join("; ");
    let headers = [
        ("cookie", cookies.as_str()),
        ("x-csrf-token", csrf.as_str()),
    ];
    let path = format!("/api/v1/delegations/{}/assertion", delegation.id);
    world.call("POST", &path, &headers, "").await
}

async fn assertion(world: &World, browser: &mut Browser<'_>, delegation: &Delegation) -> String {
    let made = ask(world, browser, delegation).await;
    assert_eq!(made.status.as_u16(), 201, "{}", made.text);
    assert_eq!(made.json()["token_type"], JWT);
    made.json()["assertion"].as_str().unwrap().to_owned()
}

/// Signs another person on.
async fn signed_on<'a>(world: &'a World, username: &str) -> Browser<'a> {
    let mut browser = world.browser();
    let csrf = browser.get("/sign-in?again=1").await.hidden("csrf");
    let fields = [
        ("username", username),
        ("password", PASSWORD),
        ("next", "/"),
        ("csrf", &csrf),
    ];
    let answer = browser.post("/sign-in", &fields).await;
    assert_eq!(answer.status.as_u16(), 303, "{}", answer.text);
    browser
}

fn grant_refused() -> (u16, String) {
    (400, "invalid_grant".to_owned())
}

fn request_refused() -> (u16, String) {
    (400, "invalid_request".to_owned())
}

each_database! {
    async fn a_delegate_acts_for_the_delegator_with_the_delegated_roles(world: &World) {
        let deputy = Deputy::start(world).await;
        let delegation = deputy.accepted(30 * 86_400).await;
        let mut browser = world.signed_on().await;
        let own = deputy.token(&mut browser).await;
        let assertion = assertion(world, &mut browser, &delegation).await;
        assert_eq!(header(&assertion)["typ"], "delegation+jwt");
        let (delegator, delegate) = (deputy.delegator.id.to_string(), world.person.id.to_string());
        assert_eq!(claims(&assertion)["sub"], delegator);
        assert_eq!(claims(&assertion)["may_act"], json!({ "sub": delegate }));

        let answer = deputy.exchange(&assertion, Some(&own)).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        let token = answer.json()["access_token"].as_str().unwrap().to_owned();
        let told = claims(&token);
        assert_eq!((&told["sub"], &told["act"]), (&json!(delegator), &json!({ "sub": delegate })));
        assert_eq!(told["roles"], json!(["clerk@H34.01"]), "not the other role of the delegator");
        assert_eq!(told["delegation_id"], delegation.id.to_string());
        assert_eq!(told["scope"], "org", "nothing that is the person's own");
        assert_eq!(told["aud"], "urn:archive");
        assert!(told["exp"].as_i64() <= claims(&own)["exp"].as_i64());
        assert!(told["exp"].as_i64() <= claims(&assertion)["exp"].as_i64());
        assert!(deputy.bus.is_active(&token).await);
        let bearer = format!("Bearer {token}");
        let headers = [("authorization", bearer.as_str())];
        assert_eq!(world.call("GET", "/oauth2/userinfo", &headers, "").await.status.as_u16(), 401);

        let sql = "SELECT actor, on_behalf_of, ground FROM journal_event WHERE action = $1";
        for action in ["delegation.asserted", "token.exchanged"] {
            let row = world.platform.db.query_one(sql, vec![action.into()]).await.unwrap().unwrap();
            let text = |column: &str| row.try_get::<Option<String>>("", column).unwrap().unwrap();
            assert_eq!(text("actor"), PERSON, "{action}");
            assert_eq!(text("on_behalf_of"), DELEGATOR, "{action}");
            assert_eq!(text("ground"), "12/QĐ-SNV", "{action}");
        }
    }

    async fn an_ended_delegation_gives_nothing_and_kills_what_it_gave(world: &World) {
        let deputy = Deputy::start(world).await;
        let mut browser = world.signed_on().await;
        let delegation = deputy.accepted(30 * 86_400).await;
        let own = deputy.token(&mut browser).await;
        let held = assertion(world, &mut browser, &delegation).await;
        let answer = deputy.exchange(&held, Some(&own)).await.json();
        let token = answer["access_token"].as_str().unwrap().to_owned();
        assert!(deputy.bus.is_active(&token).await);
        deputy.set(&delegation, DelegationState::Revoked).await;
        assert_eq!(deputy.exchange(&held, Some(&own)).await.refusal(), grant_refused());
        assert!(!deputy.bus.is_active(&token).await);
        assert_eq!(ask(world, &mut browser, &delegation).await.json()["code"], "identity.delegation.state");

        let short = deputy.accepted(100).await;
        let held = assertion(world, &mut browser, &short).await;
        world.pass_s(101);
        assert_eq!(deputy.exchange(&held, Some(&own)).await.refusal(), grant_refused());
    }

    async fn a_role_that_the_delegator_lost_is_not_given(world: &World) {
        let deputy = Deputy::start(world).await;
        let mut browser = world.signed_on().await;
        let delegation = deputy.accepted(86_400).await;
        let own = deputy.token(&mut browser).await;
        let held = assertion(world, &mut browser, &delegation).await;
        let sql = "DELETE FROM account_role WHERE role = 'clerk'";
        let statement = world.platform.db.statement(sql, vec![]);
        let tx = world.platform.db.begin().await.unwrap();
        sea_orm::ConnectionTrait::execute_raw(&*tx, statement).await.unwrap();
        tx.commit().await.unwrap();
        let answer = deputy.exchange(&held, Some(&own)).await;
        let told = claims(answer.json()["access_token"].as_str().unwrap());
        assert_eq!(told["roles"], json!([]));
    }

    async fn only_the_delegate_gets_and_uses_an_assertion(world: &World) {
        let deputy = Deputy::start(world).await;
        account(world, "nguoi.khac", &[]).await;
        let mut browser = world.signed_on().await;
        let mut other = signed_on(world, "nguoi.khac").await;
        let proposed = deputy.delegate(PERSON, 0, 86_400).await;
        let early = ask(world, &mut browser, &proposed).await;
        assert_eq!((early.status.as_u16(), &early.json()["code"]), (409, &json!("identity.delegation.state")));
        let delegation = deputy.set(&proposed, DelegationState::Accepted).await;
        let strange = ask(world, &mut other, &delegation).await;
        assert_eq!(strange.json()["code"], "identity.delegation.not_found");
        let later = deputy.delegate(PERSON, 3_600, 86_400).await;
        let later = deputy.set(&later, DelegationState::Accepted).await;
        assert_eq!(ask(world, &mut browser, &later).await.status.as_u16(), 409, "not yet begun");

        let held = assertion(world, &mut browser, &delegation).await;
        let own = deputy.token(&mut browser).await;
        let stolen = deputy.token(&mut other).await;
        assert_eq!(deputy.exchange(&held, Some(&stolen)).await.refusal(), grant_refused());
        assert_eq!(deputy.exchange(&held, None).await.refusal(), request_refused());
        // Neither is taken for the other, and authority is not passed on.
        assert!(!deputy.bus.is_active(&held).await);
        assert_eq!(deputy.exchange(&own, Some(&own)).await.refusal(), request_refused());
        let given = deputy.exchange(&held, Some(&own)).await.json();
        let given = given["access_token"].as_str().unwrap();
        assert_eq!(deputy.exchange(&held, Some(given)).await.refusal(), request_refused());
        let mut forged: Vec<&str> = held.split('.').collect();
        let (first, signature) = ("eyJhbGciOiJub25lIiwidHlwIjoiZGVsZWdhdGlvbitqd3QifQ", "");
        forged[0] = first;
        forged[2] = signature;
        assert_eq!(deputy.exchange(&forged.join("."), Some(&own)).await.refusal(), request_refused());
    }

    async fn a_system_passes_a_delegated_authority_on_as_it_is(world: &World) {
        let deputy = Deputy::start(world).await;
        let archive = json!({
            "grant_types": [EXCHANGE], "resources": ["urn:archive"], "redirect_uris": [],
            "exchange_audiences": ["urn:store"], "scopes": ["org"],
        });
        let archive = App::make(world, "archive", archive).await;
        let mut browser = world.signed_on().await;
        let delegation = deputy.accepted(86_400).await;
        let own = deputy.token(&mut browser).await;
        let held = assertion(world, &mut browser, &delegation).await;
        let answer = deputy.exchange(&held, Some(&own)).await.json();
        let token = answer["access_token"].as_str().unwrap();
        let fields = [("grant_type", EXCHANGE), ("subject_token", token), ("subject_token_type", ACCESS),
            ("audience", "urn:store")];
        let passed = archive.token(&fields).await;
        assert_eq!(passed.status.as_u16(), 200, "{}", passed.text);
        let passed = passed.json();
        let told: Value = claims(passed["access_token"].as_str().unwrap());
        assert_eq!(told["sub"], deputy.delegator.id.to_string());
        assert_eq!(told["act"], json!({ "sub": "archive", "act": { "sub": world.person.id.to_string() } }));
        assert_eq!(told["roles"], json!(["clerk@H34.01"]));
        deputy.set(&delegation, DelegationState::Revoked).await;
        assert_eq!(archive.token(&fields).await.refusal(), request_refused());
        assert!(!archive.is_active(passed["access_token"].as_str().unwrap()).await);
    }
}
