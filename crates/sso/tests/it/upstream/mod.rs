//! Signing in with outside providers, against the simulated national sign-on.
//!
//! Owns: `Provider`: a running `sim-sso`, put into the registry under the name of its profile.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test helpers"
)]

mod browsers;
mod faults;
mod interop;
pub(crate) mod kit;
mod linking;
mod requests;
mod routes;
mod trust;

use lgsp_simulator::{
    clock::ClockMode,
    sso::{ClientSeed, Person, SsoHandle, SsoOptions, SsoSeed},
};
use serde_json::{Value, json};

use kit::{Answer, Browser, START, World};

const SECRET: &str = "demo secret: not real/+%";

/// A running simulated sign-on.
pub(crate) struct Provider {
    pub(crate) handle: SsoHandle,
    pub(crate) people: Vec<Person>,
    pub(crate) base: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Provider {
    /// Starts one, and configures its profile `portal` as the provider `portal`.
    pub(crate) async fn start(world: &World, change: Value) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seed = SsoSeed::demo(&ClientSeed {
            client_id: "lgsp".into(),
            client_secret: SECRET.into(),
            jwks: None,
            redirect_uris: Vec::new(),
        });
        let options = SsoOptions {
            clock: ClockMode::Manual { start_ms: START.0 },
        };
        let handle = SsoHandle::new(&base, seed, options).unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let served = handle.clone();
        tokio::spawn(async move {
            let shutdown = async {
                let _ = stopped.await;
            };
            lgsp_simulator::sso::serve(listener, served, shutdown).await
        });
        let provider = Self {
            people: handle.people(),
            handle,
            base,
            stop: Some(stop),
        };
        provider.configure(world, change).await;
        let secret = json!({ "secret": SECRET });
        let path = "/api/v1/identity-providers/portal/secret";
        let set = world.admin().json("PUT", path, secret).await;
        assert_eq!(set.status, 204, "{}", set.text);
        provider
    }

    /// Puts the provider `portal` with some fields changed.
    pub(crate) async fn configure(&self, world: &World, change: Value) {
        let mut spec = json!({
            "title": "Cổng dịch vụ công (mô phỏng)",
            "profile": "national_portal",
            "issuer": self.handle.issuer("portal"),
            "client_id": "lgsp",
            "userinfo_method": "post",
            "levels": [{"acr": "LoA2", "level": 2}],
            "timeout_seconds": 1,
            "allow_local_addresses": true,
        });
        spec.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        world.put("identity-provider", "portal", spec).await;
    }

    /// Begins a sign-in; gives the address of the provider's page.
    pub(crate) async fn begin(&self, browser: &mut Browser<'_>, next: &str) -> String {
        let path = format!("/sign-in/with/portal?next={next}");
        browser.get(&path).await.location().to_owned()
    }

    /// Chooses a person on the provider's page; gives the way back as a path of ours.
    pub(crate) async fn choose(&self, address: &str, person: usize) -> String {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let address = format!("{address}&person={person}");
        let answer = client.get(address).send().await.unwrap();
        assert_eq!(answer.status(), 302);
        let target = answer.headers()["location"].to_str().unwrap().to_owned();
        let path = target.splitn(4, '/').nth(3).unwrap();
        format!("/{path}")
    }

    /// Signs in from the button to the end of the way back.
    pub(crate) async fn sign_in(&self, browser: &mut Browser<'_>, person: usize) -> Answer {
        let address = self.begin(browser, "/documents").await;
        let back = self.choose(&address, person).await;
        browser.get(&back).await
    }
}

/// The error that a refused sign-in shows.
pub(crate) fn problem(answer: &Answer) -> &str {
    let location = answer.location();
    let found = location.strip_prefix("/sign-in?problem=");
    let found = found.unwrap_or_else(|| panic!("{location}"));
    found.split('&').next().unwrap()
}

/// Notes the citizen number of a person in an account.
pub(crate) async fn set_number(world: &World, account: &str, number: &str) {
    let path = format!("/api/v1/accounts/{account}/citizen-number");
    let body = json!({ "citizen_number": number });
    let set = world.admin().json("PUT", &path, body).await;
    assert_eq!(set.status, 204, "{}", set.text);
}
