//! The table of the whole program: every operation, every role, every place, every kind of token.
//!
//! Owns: `rights.txt`, the expected result, reviewed in diffs; `LGSP_ACCEPT=1` writes it anew.
//! Not here: what an operation does with things out of reach (each crate's tests).
//! Invariant: the statuses come from real calls; the places from the decisions that the
//! operations ask, for accounts that hold one role at one node of the tree.

use std::{collections::BTreeMap, fmt::Write as _};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_testkit::{Browser, Instance};
use serde_json::{Value, json};

use crate::{
    api::operations,
    field::{eventually, quiet_demo, start},
};

const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/rights.txt");
const HEAD: &str = "\
# Below each permission: its operations with the statuses of a call without a token, with a token that
# has ended, with one for another audience, with a valid one of an account that holds no role, and of
# an administrator who acts as a user with all roles that are no power; then the roles that reach nodes
# of the tree beside the one at which they are held.
";
/// The roles of the user as whom an administrator acts; the auditor's would forbid every change.
const ACTED: [&str; 6] = [
    "clerk",
    "official",
    "leader",
    "operator",
    "integrator",
    "support",
];
/// How long the token lives that is to end; seconds.
const SHORT_LIFE_S: u64 = 2;
/// Kept for identifiers that a path wants.
const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

/// A node of the tree of the demo, and its neighbours.
fn places(instance: &Instance) -> [(&'static str, String); 4] {
    let agencies = instance.demo["agencies"].as_array().unwrap();
    let codes: Vec<&str> = agencies
        .iter()
        .map(|agency| agency["code"].as_str().unwrap())
        .collect();
    let above = |code: &str| code.rsplit_once('.').map(|(above, _)| above.to_owned());
    let child = codes.iter().find(|code| code.matches('.').count() == 2);
    let child = (*child.unwrap()).to_owned();
    let own = above(&child).unwrap();
    let parent = above(&own).unwrap();
    let is_sibling = |code: &&&str| above(code).as_ref() == Some(&parent) && **code != own;
    let sibling = (*codes.iter().find(is_sibling).unwrap()).to_owned();
    [
        ("own", own),
        ("child", child),
        ("parent", parent),
        ("sibling", sibling),
    ]
}

fn admin(instance: &Instance) -> Browser {
    let mut admin = Browser::at(&instance.admin);
    admin.bearer = instance.demo["admin"]["token"].as_str().map(str::to_owned);
    admin
}

/// An account that holds one role at a node, or none; its identifier.
async fn account(
    instance: &Instance,
    name: &str,
    kind: &str,
    role: Option<(&str, &str)>,
) -> String {
    let mut admin = admin(instance);
    let agency = role.map(|(_, agency)| agency);
    let body = json!({"username": name, "display_name": name, "kind": kind, "agency": agency,
        "password": "Thac-Pa-Sy-5*Mang-Den"});
    let made = admin.json("POST", "/api/v1/accounts", body).await;
    assert_eq!(made.status, 201, "{name}: {}", made.text);
    let id = made.json()["id"].as_str().unwrap().to_owned();
    if let Some((role, agency)) = role {
        let body = json!({"roles": [{"role": role, "agency": agency}]});
        let path = format!("/api/v1/accounts/{id}/roles");
        let given = admin.json("PUT", &path, body).await;
        assert_eq!(given.status, 200, "{role}: {}", given.text);
    }
    id
}

/// The tokens with which every operation is called, in the order of the table.
async fn tokens(instance: &Instance) -> [Option<String>; 4] {
    let id = account(instance, "khong.vai.tro", "service", None).await;
    let mut admin = admin(instance);
    let path = format!("/api/v1/accounts/{id}/tokens");
    let valid = admin
        .json("POST", &path, json!({"name": "còn hạn"}))
        .await
        .json();
    let now = std::time::SystemTime::now();
    let end = now.duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() + SHORT_LIFE_S;
    let body = json!({"name": "hết hạn", "expires_at": rfc3339(end)});
    let ended = admin.json("POST", &path, body).await;
    assert_eq!(ended.status, 201, "{}", ended.text);
    let text = |made: &Value| made["token"].as_str().unwrap().to_owned();
    let (valid, ended) = (text(&valid), text(&ended.json()));
    let client = &instance.demo["oidc"]["clients"][1];
    let basic = format!(
        "{}:{}",
        client["client_id"].as_str().unwrap(),
        client["client_secret"].as_str().unwrap()
    );
    let mut service = Browser::at(&instance.admin);
    let basic = format!("Basic {}", STANDARD.encode(basic));
    service.headers.insert("authorization", basic);
    let fields = [("grant_type", "client_credentials")];
    let issued = service.post_form("/oauth2/token", &fields).await;
    assert_eq!(issued.status, 200, "{}", issued.text);
    let foreign = issued.json()["access_token"].as_str().unwrap().to_owned();
    let status = async |token: &str| {
        let mut script = Browser::at(&instance.admin);
        script.bearer = Some(token.to_owned());
        script.get("/api/v1/me").await.status.as_u16()
    };
    assert_eq!(status(&valid).await, 200);
    eventually("the token ends", async || {
        (status(&ended).await == 401).then_some(())
    })
    .await;
    [None, Some(ended), Some(foreign), Some(valid)]
}

/// An administrator whose browser acts as a user.
struct Acting {
    browser: Browser,
    path: String,
}

impl Acting {
    async fn begin(instance: &Instance) -> Self {
        let id = account(instance, "duoc.thay", "official", None).await;
        let roles: Vec<Value> = ACTED.iter().map(|role| json!({ "role": role })).collect();
        let path = format!("/api/v1/accounts/{id}/roles");
        let given = admin(instance)
            .json("PUT", &path, json!({ "roles": roles }))
            .await;
        assert_eq!(given.status, 200, "{}", given.text);
        let told = &instance.demo["admin"];
        let text = |name: &str| told[name].as_str().unwrap();
        let mut browser = Browser::at(&instance.admin);
        let answer = browser.sign_in(text("username"), text("password")).await;
        assert_eq!(answer.location(), "/", "{}", answer.text);
        let mut acting = Self {
            browser,
            path: format!("/api/v1/accounts/{id}/impersonation"),
        };
        acting.act().await;
        acting
    }

    /// Begins to act as the user, from the administrator's own session.
    async fn act(&mut self) {
        self.read_token().await;
        let body = json!({"reason": "bảng quyền", "ticket": "HT-1"});
        let begun = self.browser.json("POST", &self.path, body).await;
        assert_eq!(begun.status, 201, "{}", begun.text);
        assert_eq!(self.read_token().await, "duoc.thay");
    }

    async fn read_token(&mut self) -> String {
        let me = self.browser.get("/api/v1/me").await.json();
        let token = me["csrf_token"].as_str().unwrap();
        token.clone_into(&mut self.browser.csrf_token);
        me["username"].as_str().unwrap().to_owned()
    }

    async fn status(&mut self, method: &str, path: &str) -> u16 {
        let answer = self.browser.json(method, path, json!({})).await;
        if path == "/api/v1/me/impersonation" {
            self.act().await;
        }
        answer.status.as_u16()
    }
}

/// An instant that is no more exact than a second; dates from 1970 on.
fn rfc3339(seconds: u64) -> String {
    let millis = i64::try_from(seconds).unwrap() * 1_000;
    lgsp_model::Timestamp(millis).to_string()
}

/// The statuses that an operation answers to each token.
async fn statuses(
    instance: &Instance,
    (tokens, acting): (&[Option<String>], &mut Acting),
    (method, path): (&str, &str),
) -> Vec<u16> {
    let parts = path.split('/').map(|part| match part {
        "{index}" | "{revision}" => "1",
        part if part.starts_with('{') => NOBODY,
        part => part,
    });
    let concrete = format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"));
    let method = method.to_uppercase();
    let mut seen = Vec::new();
    for token in tokens {
        let mut script = Browser::at(&instance.admin);
        script.bearer.clone_from(token);
        let answer = script.json(&method, &concrete, json!({})).await;
        seen.push(answer.status.as_u16());
    }
    seen.push(acting.status(&method, &concrete).await);
    seen
}

/// Where each permission reaches, for an account: one question for all of them.
async fn reach(
    instance: &Instance,
    account: &str,
    permissions: &[&String],
    places: &[(&'static str, String)],
) -> BTreeMap<String, Vec<&'static str>> {
    let mut questions = Vec::new();
    for permission in permissions {
        for (_, agency) in places {
            questions.push(json!({"action": {"name": permission},
                "resource": {"type": "agency", "id": agency, "properties": {"agency": agency}}}));
        }
    }
    let mut allowed = Vec::new();
    for part in questions.chunks(400) {
        let body = json!({"subject": {"type": "account", "id": account}, "evaluations": part});
        let path = "/access/v1/evaluations";
        let answer = admin(instance).json("POST", path, body).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let decisions = answer.json()["evaluations"].as_array().unwrap().clone();
        allowed.extend(
            decisions
                .iter()
                .map(|one| one["decision"].as_bool().unwrap()),
        );
    }
    assert_eq!(allowed.len(), questions.len());
    let names = places.iter().map(|(name, _)| *name);
    let of = |part: &[bool]| -> Vec<&'static str> {
        let pairs = names.clone().zip(part);
        pairs.filter(|(_, is)| **is).map(|(name, _)| name).collect()
    };
    let parts = allowed.chunks(places.len()).map(of);
    permissions
        .iter()
        .map(|name| (*name).clone())
        .zip(parts)
        .collect()
}

/// The roles of the program, by name.
async fn roles(instance: &Instance) -> Vec<String> {
    let told = instance.get("/roles").await.unwrap();
    let items = told["items"].as_array().unwrap();
    let name = |role: &Value| role["role"].as_str().unwrap().to_owned();
    items.iter().map(name).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_role_place_and_token_is_as_written_down() {
    let folder = tempfile::tempdir().unwrap();
    let instance = start(folder.path(), &quiet_demo()).await;
    let openapi = instance.get("/openapi.json").await.unwrap();
    let mut of_permission: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (method, path, operation) in operations(&openapi) {
        let permission = operation["x-permission"].as_str().unwrap().to_owned();
        of_permission
            .entry(permission)
            .or_default()
            .push((path, method));
    }
    let places = places(&instance);
    let permissions: Vec<&String> = of_permission.keys().collect();
    let mut reaches = Vec::new();
    for role in roles(&instance).await {
        let held = Some((role.as_str(), places[0].1.as_str()));
        let name = format!("giu.{role}");
        account(&instance, &name, "official", held).await;
        reaches.push((role, reach(&instance, &name, &permissions, &places).await));
    }
    let tokens = tokens(&instance).await;
    let mut acting = Acting::begin(&instance).await;
    let mut table = HEAD.to_owned();
    for (permission, mut members) in of_permission.clone() {
        writeln!(table, "\n{permission}").unwrap();
        members.sort();
        for (path, method) in members {
            let calls = (tokens.as_slice(), &mut acting);
            let seen = statuses(&instance, calls, (&method, &path)).await;
            assert_eq!(seen[..3], [401; 3], "{method} {path}");
            assert!(
                seen.iter().all(|status| *status < 500),
                "{method} {path}: {seen:?}"
            );
            let seen: Vec<String> = seen.iter().map(u16::to_string).collect();
            writeln!(
                table,
                "    {} {path} {}",
                method.to_uppercase(),
                seen.join(" ")
            )
            .unwrap();
        }
        let mut groups: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (role, reach) in &reaches {
            let shown = match reach[&permission].join(" ") {
                none if none.is_empty() => "nowhere".to_owned(),
                places => places,
            };
            groups.entry(shown).or_default().push(role);
        }
        for (places, roles) in groups {
            writeln!(table, "  {places}: {}", roles.join(" ")).unwrap();
        }
    }
    compare(&table);
}

fn compare(table: &str) {
    if std::env::var_os("LGSP_ACCEPT").is_some() {
        std::fs::write(FILE, table).unwrap();
    }
    let expected = std::fs::read_to_string(FILE).unwrap_or_default();
    let pairs = table.lines().zip(expected.lines());
    let differing: Vec<(&str, &str)> = pairs.filter(|(one, other)| one != other).take(5).collect();
    let advice = "look at the difference, then set LGSP_ACCEPT=1";
    assert!(table == expected, "{advice}: {differing:?}");
}
