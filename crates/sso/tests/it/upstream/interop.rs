//! A provider that nobody here wrote: `oidc-provider` (npm), RS256, userinfo by GET.

use std::{collections::BTreeMap, process::Stdio};

use lgsp_platform::clock::{Clock as _, SystemClock};
use lgsp_testkit::interop;
use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::ChildStdout,
};

use super::problem;
use crate::upstream::kit::{START, World, each_database};

const SECRET: &str = "demo-secret-not-real/+%";

/// A running provider; killed when dropped.
struct Foreign {
    _child: tokio::process::Child,
    /// It would end when nobody reads what it prints.
    _printed: Lines<BufReader<ChildStdout>>,
    issuer: String,
}

impl Foreign {
    async fn start(world: &World) -> Option<Self> {
        // Its clock is the machine's, which is later than the one of the tests.
        world.clock.advance_ms(SystemClock.now().since(START));
        let redirect_uri = format!("{}/sign-in/from/other", world.identity.issuer());
        let argument = json!({"redirectUri": redirect_uri, "secret": SECRET});
        let mut command = interop::node("oidc-provider.mjs")?;
        command.arg(argument.to_string()).stdout(Stdio::piped());
        let mut child = tokio::process::Command::from(command)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next_line().await.unwrap().unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let issuer = told["issuer"].as_str().unwrap().to_owned();
        let spec = json!({
            "title": "oidc-provider", "issuer": issuer, "client_id": "lgsp",
            "scopes": ["openid", "profile", "email", "phone"], "unknown": "create_citizen",
            "algorithms": ["RS256"], "allow_local_addresses": true,
        });
        world.put("identity-provider", "other", spec).await;
        let path = "/api/v1/identity-providers/other/secret";
        let set = world
            .admin()
            .json("PUT", path, json!({"secret": SECRET}))
            .await;
        assert_eq!(set.status, 204, "{}", set.text);
        Some(Self {
            _child: child,
            _printed: lines,
            issuer,
        })
    }

    /// Follows the provider's redirects as a browser does, until it sends us back.
    async fn sign_in(&self, address: &str, account: &str) -> String {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let mut cookies = BTreeMap::new();
        let mut address = format!("{address}&login_hint={account}");
        for _ in 0..10 {
            let pairs = cookies.iter();
            let pairs: Vec<_> = pairs
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            let request = client.get(&address).header("cookie", pairs.join("; "));
            let answer = request.send().await.unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let (pair, _) = cookie.to_str().unwrap().split_once(';').unwrap();
                let (name, value) = pair.split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let target = answer.headers().get("location");
            let target = target.map(|target| target.to_str().unwrap().to_owned());
            let Some(target) = target else {
                panic!("{address}: {}", answer.text().await.unwrap());
            };
            if let Some((_, path)) = target.split_once("/sign-in/from/") {
                return format!("/sign-in/from/{path}");
            }
            address = match target.starts_with('/') {
                true => format!("{}{target}", self.issuer),
                false => target,
            };
        }
        panic!("too many redirects")
    }
}

each_database! {
    async fn a_provider_of_others_signs_people_in(world: &World) {
        let Some(provider) = Foreign::start(world).await else { return };
        let check = "/api/v1/identity-providers/other/check";
        let checked = world.admin().json("POST", check, json!({})).await.json();
        assert!(checked["problem"].is_null(), "{checked}");
        let mut browser = world.browser();
        let begun = browser.get("/sign-in/with/other?next=/documents").await;
        let back = provider.sign_in(begun.location(), "mo-phong-1").await;
        assert_eq!(browser.get(&back).await.location(), "/documents");
        let me = browser.get("/api/v1/me").await.json();
        assert_eq!(me["display_name"], "Người mo-phong-1");
        let username = browser.username().await.unwrap();
        let account = world.identity.account_by_username(&username).await.unwrap();
        assert_eq!(account.email.as_deref(), Some("mo-phong-1@congdan.example"));

        let mut again = world.browser();
        let begun = again.get("/sign-in/with/other").await;
        let back = provider.sign_in(begun.location(), "mo-phong-1").await;
        again.get(&back).await;
        assert_eq!(again.username().await, Some(username));
        // Its codes work once, and only for the browser that asked.
        assert_eq!(problem(&again.get(&back).await), "sso.upstream.expired");
        let mut thief = world.browser();
        let own = thief.get("/sign-in/with/other").await;
        let own = provider.sign_in(own.location(), "mo-phong-2").await;
        let begun = world.browser().get("/sign-in/with/other").await;
        let stolen = provider.sign_in(begun.location(), "mo-phong-1").await;
        let code = |back: &str| back.split("code=").nth(1).unwrap().split('&').next().unwrap().to_owned();
        let refused = thief.get(&own.replace(&code(&own), &code(&stolen))).await;
        assert_eq!(problem(&refused), "sso.upstream.code_refused");
    }
}
