//! A year of a department's directory in one run: OpenLDAP and 389-ds.

use lgsp_identity::{Account, Attempt, Password, RequestInfo, State};
use lgsp_platform::registry::Manifest;
use serde_json::{Value, json};

use super::upstream::{PASSWORD, READER_PASSWORD, SUFFIX, Upstream};
use crate::ldap::kit::{GOOD, WRONG, World, as_name, person, put, worlds};

pub(crate) const CONNECTION: &str = "snv";

pub(crate) fn spec(upstream: &Upstream) -> Value {
    json!({
        "title": "Sở Nội vụ", "product": upstream.product, "urls": [upstream.url],
        "start_tls": !upstream.certificate.is_empty(),
        "trusted_certificates": upstream.certificate,
        "allow_local_addresses": true, "bind_dn": upstream.reader,
        "people_base": format!("ou=people,{SUFFIX}"), "groups_base": format!("ou=groups,{SUFFIX}"),
        "groups_prefix": "SNV ", "agency": "H34.02",
        "units": [{"unit": format!("ou=vp,ou=people,{SUFFIX}"), "agency": "H34.01"}],
    })
}

pub(crate) async fn connect(world: &World, spec: Value) {
    let manifest = Manifest {
        kind: "directory-connection".to_owned(),
        name: CONNECTION.to_owned(),
        agency: None,
        spec,
    };
    put(&world.platform, vec![manifest]).await;
    let path = format!("/directory-connections/{CONNECTION}/password");
    let body = json!({ "password": READER_PASSWORD });
    assert_eq!(world.call("PUT", &path, Some(body)).await.0, 204);
}

/// Starts a run and waits for its end.
pub(crate) async fn run(world: &World, mode: &str) -> Value {
    let path = format!("/directory-connections/{CONNECTION}/runs");
    let (status, run) = world
        .call("POST", &path, Some(json!({ "mode": mode })))
        .await;
    assert_eq!(status, 202, "{run}");
    let id = run["id"].as_str().unwrap();
    ended(world, id).await
}

pub(crate) async fn ended(world: &World, id: &str) -> Value {
    let path = format!("/directory-connections/{CONNECTION}/runs/{id}");
    for _ in 0..300 {
        let (_, run) = world.call("GET", &path, None).await;
        if run["state"] != "queued" {
            return run;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the run does not end");
}

pub(crate) async fn sign_in(
    world: &World,
    username: &str,
    password: &str,
) -> Result<Account, lgsp_identity::Error> {
    let attempt = Attempt {
        username: username.to_owned(),
        password: Password::new(password.to_owned()),
        request: RequestInfo::default(),
    };
    world.identity.check_password(attempt).await
}

async fn account(world: &World, username: &str) -> Account {
    world.identity.account_by_username(username).await.unwrap()
}

fn numbers(run: &Value, wanted: &[(&str, u64)]) {
    for (name, expected) in wanted {
        assert_eq!(run["report"][name], json!(expected), "{name}: {run}");
    }
}

worlds! {
    async fn openldap_is_followed_and_loses_nobody(world: &World) {
        if let Some(upstream) = Upstream::slapd().await {
            scenario(world, upstream).await;
        }
    }

    async fn ds389_is_followed_and_loses_nobody(world: &World) {
        if let Some(upstream) = Upstream::ds389().await {
            scenario(world, upstream).await;
        }
    }
}

async fn scenario(world: &World, mut upstream: Upstream) {
    for number in 1..=11 {
        let name = format!("Phạm Văn {number}");
        upstream
            .person(&format!("snv.{number:02}"), &name, "ou=people,")
            .await;
    }
    upstream
        .person("snv.12", "Phạm Thị Mười", "ou=vp,ou=people,")
        .await;
    upstream
        .person("van.an", "Nguyễn Văn An", "ou=people,")
        .await;
    upstream
        .ldif(
            "ldapadd",
            &format!(
                "dn: cn=Lãnh đạo,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: Lãnh đạo\n\
             member: uid=snv.01,ou=people,{SUFFIX}\nmember: UID=snv.12, OU=vp,ou=people,{SUFFIX}\n\
             member: uid=nobody,ou=people,{SUFFIX}\n"
            ),
        )
        .await;
    connect(world, spec(&upstream)).await;

    // Try, then look, then do.
    let test = format!("/directory-connections/{CONNECTION}/test");
    let (status, found) = world.call("POST", &test, None).await;
    assert_eq!((status, &found["ok"]), (200, &json!(true)), "{found}");
    assert_eq!(found["sample"].as_array().unwrap().len(), 5);
    let dry = run(world, "dry_run").await;
    assert_eq!(dry["state"], "done", "{dry}");
    numbers(
        &dry,
        &[
            ("read", 13),
            ("created", 12),
            ("conflicts", 1),
            ("groups", 1),
        ],
    );
    assert!(
        world.identity.account_by_username("snv.01").await.is_err(),
        "nothing was done"
    );

    let full = run(world, "full").await;
    assert_eq!(full["state"], "done", "{full}");
    numbers(
        &full,
        &[
            ("created", 12),
            ("conflicts", 1),
            ("skipped", 0),
            ("groups", 1),
        ],
    );
    let first = account(world, "snv.01").await;
    assert_eq!(first.display_name, "Phạm Văn 1");
    assert_eq!(first.person.given_name.as_deref(), Some("1"));
    assert_eq!(first.email.as_deref(), Some("snv.01@snv.example"));
    assert_eq!(
        (first.agency.as_deref(), first.source.as_deref()),
        (Some("H34.02"), Some(CONNECTION))
    );
    assert_eq!(
        account(world, "snv.12").await.agency.as_deref(),
        Some("H34.01"),
        "by its unit"
    );
    let group = world
        .identity
        .group_by_name("SNV Lãnh đạo")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(world.identity.members(group.id).await.unwrap().len(), 2);
    numbers(
        &run(world, "full").await,
        &[("created", 0), ("changed", 0), ("locked", 0), ("groups", 0)],
    );

    passwords(world, &upstream).await;
    changes(world, &upstream).await;
    conflicts(world).await;
    removals(world, &upstream).await;

    // Somebody new signs in before any run has seen them.
    upstream
        .person("snv.20", "Phạm Văn Mới", "ou=people,")
        .await;
    assert!(sign_in(world, "snv.20", WRONG).await.is_err());
    assert!(
        world.identity.account_by_username("snv.20").await.is_err(),
        "nobody is made by a guess"
    );
    let made = sign_in(world, "SNV.20", PASSWORD).await.unwrap();
    assert_eq!(
        (made.username.as_str(), made.source.as_deref()),
        ("snv.20", Some(CONNECTION))
    );

    upstream.stop();
    let error = sign_in(world, "snv.02", PASSWORD).await.unwrap_err();
    assert!(
        matches!(error, lgsp_identity::Error::SourceUnavailable),
        "{error}"
    );
    assert!(
        sign_in(world, "thu.binh", GOOD).await.is_ok(),
        "our own go on"
    );
    let failed = world.call("POST", &test, None).await.1;
    assert_eq!(failed["ok"], json!(false), "{failed}");
}

async fn passwords(world: &World, upstream: &Upstream) {
    let signed = sign_in(world, "snv.01", PASSWORD).await.unwrap();
    assert_eq!(signed.username, "snv.01");
    assert!(sign_in(world, "snv.01", WRONG).await.is_err());
    assert!(
        sign_in(world, "snv.01", "").await.is_err(),
        "an empty password is no bind"
    );
    assert!(
        sign_in(world, "snv.0*", PASSWORD).await.is_err(),
        "a name is no filter"
    );
    assert!(
        sign_in(world, "thu.binh", GOOD).await.is_ok(),
        "the own password of others"
    );
    assert!(sign_in(world, "nobody", PASSWORD).await.is_err());
    // Our own LDAP face hands the password through too.
    let who = as_name(&person("snv.01"), PASSWORD);
    let words: Vec<&str> = who.iter().map(String::as_str).collect();
    let answer = world.run("ldapwhoami", &words).await.unwrap();
    assert_eq!(answer.status, 0, "{}", answer.text);
    // A password that is kept elsewhere is not changed here.
    let mut change = words.clone();
    change.extend(["-s", "Nui-Ngoc-Linh-9?"]);
    let answer = world.run("ldappasswd", &change).await.unwrap();
    assert!(answer.text.contains("kept elsewhere"), "{}", answer.text);
    // Failures count and lock here, so that guesses do not go on there.
    for _ in 0..world.identity.rules().failures_max {
        assert!(sign_in(world, "snv.03", WRONG).await.is_err());
    }
    assert!(sign_in(world, "snv.03", PASSWORD).await.is_err(), "locked");
    assert!(!upstream.url.is_empty());
}

async fn changes(world: &World, upstream: &Upstream) {
    let dn = |uid: &str| format!("uid={uid},ou=people,{SUFFIX}");
    upstream
        .ldif("ldapmodify", &format!(
            "dn: {}\nchangetype: modify\nreplace: title\ntitle: Trưởng phòng\n-\nreplace: mail\nmail: truong.phong@snv.example\n",
            dn("snv.02")
        ))
        .await;
    upstream.set_locked(&dn("snv.04"), true).await;
    let delta = run(world, "delta").await;
    numbers(&delta, &[("changed", 1), ("locked", 1), ("created", 0)]);
    let changed = account(world, "snv.02").await;
    assert_eq!(changed.person.position.as_deref(), Some("Trưởng phòng"));
    assert_eq!(changed.email.as_deref(), Some("truong.phong@snv.example"));
    assert_eq!(account(world, "snv.04").await.state, State::Disabled);
    upstream.set_locked(&dn("snv.04"), false).await;
    numbers(&run(world, "delta").await, &[("unlocked", 1)]);
    assert_eq!(account(world, "snv.04").await.state, State::Active);
}

async fn conflicts(world: &World) {
    let list = format!("/directory-conflicts?connection={CONNECTION}");
    let (_, open) = world.call("GET", &list, None).await;
    assert_eq!(
        open["items"].as_array().unwrap().len(),
        1,
        "told once: {open}"
    );
    assert_eq!(
        (&open["items"][0]["username"], &open["items"][0]["kind"]),
        (&json!("van.an"), &json!("username"))
    );
    let own = sign_in(world, "van.an", GOOD).await.unwrap();
    assert_eq!(
        (
            &open["items"][0]["account_username"],
            &open["items"][0]["account_name"]
        ),
        (&json!("van.an"), &json!(own.display_name)),
    );
    assert_eq!(own.source, None, "nothing was taken over");
    let path = format!(
        "/directory-conflicts/{}/decide",
        open["items"][0]["id"].as_str().unwrap()
    );
    let decide = || world.call("POST", &path, Some(json!({"decision": "merge"})));
    let (status, decided) = decide().await;
    assert_eq!(
        (status, &decided["state"]),
        (200, &json!("merged")),
        "{decided}"
    );
    assert_eq!(decide().await.0, 409);
    numbers(
        &run(world, "full").await,
        &[("changed", 1), ("conflicts", 0)],
    );
    let merged = account(world, "van.an").await;
    assert_eq!(
        (merged.id, merged.source.as_deref()),
        (own.id, Some(CONNECTION))
    );
    assert_eq!(merged.email.as_deref(), Some("van.an@snv.example"));
    assert!(sign_in(world, "van.an", PASSWORD).await.is_ok());
    assert!(
        sign_in(world, "van.an", GOOD).await.is_err(),
        "the directory keeps the password now"
    );
}

async fn removals(world: &World, upstream: &Upstream) {
    let dn = |uid: &str| format!("uid={uid},ou=people,{SUFFIX}");
    upstream.delete(&dn("snv.05")).await;
    let delta = run(world, "delta").await;
    numbers(&delta, &[("locked", 0)]);
    let full = run(world, "full").await;
    assert_eq!(full["state"], "done", "{full}");
    numbers(&full, &[("locked", 1)]);
    assert_eq!(
        account(world, "snv.05").await.state,
        State::Disabled,
        "locked, not deleted"
    );
    assert!(sign_in(world, "snv.05", PASSWORD).await.is_err());
    for uid in ["snv.06", "snv.07", "snv.08"] {
        upstream.delete(&dn(uid)).await;
    }
    let stopped = run(world, "full").await;
    assert_eq!(stopped["state"], "stopped", "{stopped}");
    numbers(&stopped, &[("locked", 0)]);
    assert!(
        stopped["report"]["stopped"]
            .as_str()
            .unwrap()
            .contains("3 of 12"),
        "{stopped}"
    );
    let told = &stopped["report"]["stopped_reason"];
    assert_eq!(told["code"], "directory.run.too_many_missing");
    let vi = told["messages"]["vi"].as_str().unwrap();
    assert!(vi.contains("3 trong 12"), "{stopped}");
    assert_eq!(
        account(world, "snv.06").await.state,
        State::Active,
        "nobody was locked"
    );
    for (uid, number) in [("snv.06", 6), ("snv.07", 7), ("snv.08", 8)] {
        upstream
            .person(uid, &format!("Phạm Văn {number}"), "ou=people,")
            .await;
    }
}
