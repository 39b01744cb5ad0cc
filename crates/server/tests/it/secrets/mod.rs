//! Secrets never in a log: everything that signs somebody in is shown to a program that logs all
//! that it can, and none of it may be found in what the program wrote.
//!
//! Owns: the walk through all ways in. Not here: the search (`search.rs`), personal data
//! (`operations.rs`).
//! Follows: docs/specs/instrumentation.md, rule 2.

mod search;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_directory::ldap::wire::{Auth, Message, Operation, frame_length};
use lgsp_testkit::{Answer, Browser, Instance, browser::encode, instance::Options, totp};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use self::search::Secrets;
use crate::field::{quiet_demo, start};

const WRONG: &str = "Sai-Mat-Khau-4711*Canary";
const MISPLACED: &str = "Go-Nham-O-Ten-4712*Canary";
const NEW: &str = "Mat-Khau-Moi-4713*Canary";
const NEWER: &str = "Moi-Hon-Nua-4714*Canary";
const BROKEN: &str = "Trong-Than-Hong-4715*Canary";
/// Of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const REDIRECT: &str = "http://127.0.0.1:3000/callback";
/// All that the program and its libraries can say.
const LOUD: &str = "trace,sqlx=trace,sea_orm=trace,hyper=trace,h2=trace,rustls=trace,reqwest=trace";

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// Signs somebody in and reads the token for changes.
async fn sign_in(instance: &Instance, name: &str, password: &str) -> Browser {
    let mut browser = Browser::at(&instance.admin);
    let answer = browser.sign_in(name, password).await;
    assert_eq!(answer.location(), "/", "{}", answer.text);
    let me = browser.get("/api/v1/me").await.json();
    text(&me["csrf_token"]).clone_into(&mut browser.csrf_token);
    browser
}

/// The password, right and wrong and in the wrong field, and its changes.
async fn passwords(instance: &Instance, secrets: &mut Secrets) {
    let user = &instance.demo["users"][2];
    let (name, password) = (text(&user["username"]), text(&user["password"]));
    secrets.add("password", password);
    for (what, value) in [
        ("wrong password", WRONG),
        ("misplaced password", MISPLACED),
        ("new password", NEW),
        ("newer password", NEWER),
        ("password in a broken body", BROKEN),
    ] {
        secrets.add(what, value);
    }
    let refused = Browser::at(&instance.admin).sign_in(name, WRONG).await;
    assert_eq!(refused.status, 401);
    Browser::at(&instance.admin).sign_in(MISPLACED, "x").await;
    let mut browser = sign_in(instance, name, password).await;
    secrets.add("token for changes", &browser.csrf_token);
    secrets.add_cookies("a person", &browser);
    let body = json!({"current": password, "new": NEW});
    let changed = browser.json("POST", "/api/v1/me/password", body).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let body = json!({"current": WRONG, "new": NEW});
    browser.json("POST", "/api/v1/me/password", body).await;
    for body in [
        format!("{{\"current\": \"{BROKEN}\", \"new\": [\"{BROKEN}\"]}}"),
        format!("{{\"{BROKEN}\": 1}}"),
        format!("{{\"current\": \"{BROKEN}"),
    ] {
        let path = "/api/v1/me/password";
        let method = "POST".parse().unwrap();
        let broken = browser.send(method, path, "application/json", body).await;
        assert!(broken.status.is_client_error(), "{}", broken.status);
    }

    let mut admin = Browser::at(&instance.admin);
    admin.bearer = Some(text(&instance.demo["admin"]["token"]).to_owned());
    let found = admin
        .get(&format!("/api/v1/accounts?q={name}"))
        .await
        .json();
    let path = format!("/api/v1/accounts/{}", text(&found["items"][0]["id"]));
    let body = json!({ "password": NEWER });
    let set = admin.json("POST", &format!("{path}/password"), body).await;
    assert_eq!(set.status, 204, "{}", set.text);
    let body = json!({"purpose": "reset"});
    let link = admin
        .json("POST", &format!("{path}/links"), body)
        .await
        .json();
    let url = text(&link["url"]);
    let (_, token) = url.split_once("token=").unwrap();
    secrets.add("token of a link", token);
    let mut visitor = Browser::at(&instance.admin);
    let page = visitor.get(url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let fields = [("new", NEW), ("repeat", WRONG)];
    visitor.submit("/reset", &page, &fields).await;
}

/// An application, recovery codes, and a sign-in with both.
async fn factors(instance: &Instance, secrets: &mut Secrets) {
    let user = &instance.demo["users"][3];
    let (name, password) = (text(&user["username"]), text(&user["password"]));
    let mut browser = sign_in(instance, name, password).await;
    let path = "/api/v1/me/factors/totp";
    let begun = browser.json("POST", path, json!({})).await.json();
    let seed = text(&begun["secret"]);
    secrets.add("seed", seed);
    let now_ms = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_millis();
    let code = totp::code(seed, i64::try_from(now_ms).unwrap());
    secrets.add("one-time code", &code);
    let path = format!("{path}/{}/confirm", text(&begun["id"]));
    let done = browser.json("POST", &path, json!({ "code": code })).await;
    assert!(done.status.is_success(), "{}", done.text);
    let codes = done.json()["recovery_codes"].clone();
    for (place, code) in codes.as_array().unwrap().iter().enumerate() {
        secrets.add(format!("recovery code {place}"), text(code));
        secrets.add(
            format!("bare recovery code {place}"),
            &text(code).replace('-', ""),
        );
    }
    let mut again = Browser::at(&instance.admin);
    again.sign_in(name, password).await;
    secrets.add_cookies("a step", &again);
    for (way, code) in [("totp", code.as_str()), ("recovery", text(&codes[0]))] {
        let page = again.get(&format!("/sign-in/step?with={way}")).await;
        let fields = [("way", way), ("code", code)];
        again.submit("/sign-in/code", &page, &fields).await;
    }
    assert_eq!(
        again.get("/api/v1/me").await.status,
        200,
        "the recovery code opened"
    );
    secrets.add_cookies("two factors", &again);
}

/// One bind; the result code.
async fn bind(stream: &mut TcpStream, name: &str, password: &str) -> Operation {
    let operation = Operation::Bind {
        version: 3,
        name: name.to_owned(),
        auth: Auth::Simple(password.as_bytes().to_vec()),
    };
    let sent = Message::new(1, operation).encode();
    stream.write_all(&sent).await.unwrap();
    let mut buffer = Vec::new();
    loop {
        if let Some(length) = frame_length(&buffer).unwrap()
            && buffer.len() >= length
        {
            return Message::decode(&buffer[..length]).unwrap().operation;
        }
        let mut part = [0; 1_024];
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "the connection was closed");
        buffer.extend_from_slice(&part[..count]);
    }
}

async fn ldap(instance: &Instance, secrets: &mut Secrets) {
    let told = &instance.demo["ldap"];
    let address = text(&told["url"]).strip_prefix("ldap://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let user = &instance.demo["users"][4];
    let person = format!(
        "uid={},ou=people,{}",
        text(&user["username"]),
        text(&told["base_dn"])
    );
    let app = text(&told["bind_dn"]);
    for (name, value) in [
        ("secret at LDAP", &told["password"]),
        ("password at LDAP", &user["password"]),
    ] {
        secrets.add(name, text(value));
    }
    for (name, password, is_right) in [
        (app, text(&told["password"]), true),
        (app, WRONG, false),
        (&person, text(&user["password"]), true),
        (&person, WRONG, false),
    ] {
        match bind(&mut stream, name, password).await {
            Operation::BindDone { outcome, .. } => {
                assert_eq!(
                    outcome.code == lgsp_directory::ldap::wire::Code::SUCCESS,
                    is_right,
                    "{outcome:?}"
                );
            }
            other => panic!("{other:?}"),
        }
    }
}

/// A form of a client that shows its secret as `Basic`, as most do.
async fn as_client(
    instance: &Instance,
    client: &Value,
    path: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let (id, secret) = (text(&client["client_id"]), text(&client["client_secret"]));
    let mut caller = Browser::at(&instance.admin);
    let basic = STANDARD.encode(format!("{id}:{secret}"));
    caller
        .headers
        .insert("authorization", format!("Basic {basic}"));
    caller.post_form(path, fields).await
}

/// A person signs on to an application; its code.
async fn authorised(instance: &Instance, secrets: &mut Secrets, client: &str) -> String {
    let user = &instance.demo["users"][5];
    let mut browser = sign_in(instance, text(&user["username"]), text(&user["password"])).await;
    secrets.add_cookies("a person at an application", &browser);
    let asked = format!(
        "/oauth2/authorize?response_type=code&client_id={client}&redirect_uri={}&scope={}\
         &state=trang-thai&code_challenge={CHALLENGE}&code_challenge_method=S256",
        encode(REDIRECT),
        encode("openid profile email offline_access"),
    );
    let mut answer = browser.get(&asked).await;
    while answer.location().starts_with('/') {
        let page = browser.get(answer.location()).await;
        let fields = [("decision", "allow")];
        answer = match page.status.is_redirection() {
            true => page,
            false => {
                browser
                    .submit("/oauth2/authorize/consent", &page, &fields)
                    .await
            }
        };
    }
    answer
        .param("code")
        .unwrap_or_else(|| panic!("{}: {}", answer.location(), answer.text))
}

/// Code, tokens, renewal, what an application does with them.
async fn open_id(instance: &Instance, secrets: &mut Secrets) {
    let client = &instance.demo["oidc"]["clients"][0];
    secrets.add("client secret", text(&client["client_secret"]));
    let code = authorised(instance, secrets, text(&client["client_id"])).await;
    secrets.add("authorisation code", &code);
    secrets.add("verifier", VERIFIER);
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.as_str()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ];
    let answer = as_client(instance, client, "/oauth2/token", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let mut held = answer.json();
    for turn in ["first", "second"] {
        for kind in ["access_token", "refresh_token", "id_token"] {
            secrets.add(format!("{turn} {kind}"), text(&held[kind]));
        }
        let token = text(&held["access_token"]).to_owned();
        for path in ["/oauth2/introspect", "/oauth2/revoke"] {
            if turn == "second" || path == "/oauth2/introspect" {
                as_client(instance, client, path, &[("token", &token)]).await;
            }
        }
        let mut application = Browser::at(&instance.admin);
        let info = application
            .post_form("/oauth2/userinfo", &[("access_token", &token)])
            .await;
        assert_eq!(info.status == 200, turn == "first", "{}", info.text);
        application.bearer = Some(token);
        application.get("/oauth2/userinfo").await;
        // A token of another kind at the administration API, in its header and in its address.
        let refused = application.get("/api/v1/accounts").await;
        assert_eq!(refused.status, 401);
        let hint = text(&held["id_token"]).to_owned();
        application
            .get(&format!("/oidc/logout?id_token_hint={hint}"))
            .await;
        if turn == "first" {
            let refresh = text(&held["refresh_token"]).to_owned();
            let fields = [
                ("grant_type", "refresh_token"),
                ("refresh_token", refresh.as_str()),
            ];
            let answer = as_client(instance, client, "/oauth2/token", &fields).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            held = answer.json();
        }
    }
    let wrong = json!({"client_id": client["client_id"], "client_secret": WRONG});
    let fields = [("grant_type", "client_credentials")];
    let refused = as_client(instance, &wrong, "/oauth2/token", &fields).await;
    assert_eq!(refused.status, 401, "{}", refused.text);
    let fields = [
        ("grant_type", "client_credentials"),
        ("client_id", text(&client["client_id"])),
        ("client_secret", text(&client["client_secret"])),
    ];
    Browser::at(&instance.admin)
        .post_form("/oauth2/token", &fields)
        .await;
}

/// Tokens of scripts, of SCIM clients, of nobody.
async fn tokens(instance: &Instance, secrets: &mut Secrets) {
    let mut admin = Browser::at(&instance.admin);
    let own = text(&instance.demo["admin"]["token"]).to_owned();
    secrets.add("token of the administrator", &own);
    admin.bearer = Some(own);
    let made = admin
        .json("POST", "/api/v1/tokens", json!({"name": "canary"}))
        .await
        .json();
    let token = text(&made["token"]).to_owned();
    secrets.add("personal token", &token);
    let mut script = Browser::at(&instance.admin);
    script.bearer = Some(token.clone());
    assert_eq!(script.get("/api/v1/me").await.status, 200);
    script.bearer = None;
    script.headers.insert(
        "authorization",
        format!("Basic {}", STANDARD.encode(format!("x:{token}"))),
    );
    assert_eq!(script.get("/api/v1/me").await.status, 401);
    script
        .headers
        .insert("authorization", format!("Bearer {token}x"));
    assert_eq!(script.get("/api/v1/me").await.status, 401);

    let scim = &instance.demo["scim"];
    secrets.add("token of a SCIM client", text(&scim["token"]));
    let mut client = Browser::at(&instance.admin);
    client.bearer = Some(text(&scim["token"]).to_owned());
    let users = client.get("/scim/v2/Users?count=1").await;
    assert_eq!(users.status, 200, "{}", users.text);
    let body = json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": "nguoi.scim", "password": NEW});
    let made = client.json("POST", "/scim/v2/Users", body).await;
    assert!(
        made.status == 201 || made.status.is_client_error(),
        "{}",
        made.text
    );
    client.bearer = Some(format!("{}x", text(&scim["token"])));
    assert_eq!(client.get("/scim/v2/Users").await.status, 401);
}

/// Everything that an instance has written beside its database.
fn written(instance: &Instance) -> String {
    let read = |name: &str| std::fs::read_to_string(instance.data_dir.join(name)).unwrap();
    format!("{}\n{}", read("instance.out"), read("instance.log"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_that_signs_somebody_in_is_ever_logged() {
    let folder = tempfile::tempdir().unwrap();
    let environment = [("LGSP_LOG__FILTER", LOUD), ("LGSP_LOG__FORMAT", "json")];
    let options = Options {
        environment: environment
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec(),
        ..quiet_demo()
    };
    let instance = start(folder.path(), &options).await;
    let mut secrets = Secrets::default();
    for (place, system) in instance.demo["systems"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        secrets.add(format!("secret of system {place}"), text(&system["secret"]));
    }
    passwords(&instance, &mut secrets).await;
    factors(&instance, &mut secrets).await;
    ldap(&instance, &mut secrets).await;
    open_id(&instance, &mut secrets).await;
    tokens(&instance, &mut secrets).await;
    // What was written is read whole, and the search finds what is in it.
    let mut mark = Secrets::default();
    mark.add("mark", instance.admin.trim_start_matches("http://"));
    let log = written(&instance);
    assert_eq!(mark.found_in(&log), ["mark"], "{log}");
    // The demo tells its sign-in on standard output, on purpose; the log does not.
    let mut shown = Secrets::default();
    shown.add(
        "password of the administrator",
        text(&instance.demo["admin"]["password"]),
    );
    let path = instance.data_dir.join("instance.log");
    let errors = std::fs::read_to_string(path).unwrap();
    assert_eq!(shown.found_in(&errors), [""; 0], "this is in the log");
    assert!(log.lines().any(|line| line.starts_with('{')), "{log}");
    assert!(
        secrets.names().len() > 40,
        "{:?}",
        secrets.names().collect::<Vec<_>>()
    );
    assert_eq!(secrets.found_in(&log), [""; 0], "these are in the log");
    let journal = instance
        .get("/journal?limit=500")
        .await
        .unwrap()
        .to_string();
    assert!(journal.contains("signin.failed"), "{journal}");
    assert_eq!(
        secrets.found_in(&journal),
        [""; 0],
        "these are in the journal"
    );
}
