//! Sign-on: tokens, refresh, introspection and password sign-ins, beside another provider.
//!
//! Owns: the two providers under test, their senders.
//! Not here: the HTTP client (`http.rs`), the flow of a browser (`browser.rs`).
//! Invariant: each sender has a connection and, where tokens rotate, a family of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    browser::Browser,
    http::{Connection, FORM, encode, form},
    process::{Running, free_port},
    program::Program,
    senders::{Driven, SENDERS, Sender, drive, drive_at},
};

/// Where the code flow of the benchmark would return to; nothing listens there.
const REDIRECT_URI: &str = "http://127.0.0.1/cb";
/// PKCE pair of RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// A provider as the senders see it.
#[derive(Debug, Clone)]
pub(crate) struct Provider {
    host: String,
    token_path: &'static str,
    introspection_path: &'static str,
    client_id: String,
    client_secret: String,
    scope: &'static str,
    /// Asked for in tokens that are to be introspected.
    resource: Option<&'static str>,
}

/// What one sender does again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A token for the client itself.
    ClientCredentials,
    /// The question whether a token is good.
    Introspection,
    /// A new pair for a refresh token that is used up.
    Refresh,
}

/// Calls one endpoint with prepared bytes; refresh makes its bytes anew from each answer.
struct Caller {
    connection: Connection,
    provider: Provider,
    request: Vec<u8>,
    is_rotating: bool,
}

impl Sender for Caller {
    async fn send(&mut self) -> Result<()> {
        let answer = self.connection.send(&self.request).await?;
        ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
        if self.is_rotating {
            let next = answer.json()?;
            let next = next.get("refresh_token").and_then(Value::as_str);
            let next = next.context("no refresh token in the answer")?;
            self.request = self.provider.refresh_request(&self.connection, next);
        }
        Ok(())
    }
}

impl Provider {
    fn post(&self, connection: &Connection, path: &str, fields: &[(&str, &str)]) -> Vec<u8> {
        let mut all = vec![
            ("client_id", self.client_id.as_str()),
            ("client_secret", self.client_secret.as_str()),
        ];
        all.extend_from_slice(fields);
        connection.request("POST", path, &[FORM], &form(&all))
    }

    fn refresh_request(&self, connection: &Connection, token: &str) -> Vec<u8> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
        self.post(connection, self.token_path, &fields)
    }

    fn credentials_request(&self, connection: &Connection, resource: Option<&str>) -> Vec<u8> {
        let mut fields = vec![("grant_type", "client_credentials")];
        if !self.scope.is_empty() {
            fields.push(("scope", self.scope));
        }
        fields.extend(resource.map(|resource| ("resource", resource)));
        self.post(connection, self.token_path, &fields)
    }

    async fn caller(&self, work: Work, refresh: Option<&str>) -> Result<Caller> {
        let mut connection = Connection::open(&self.host).await?;
        let request = match work {
            Work::ClientCredentials => self.credentials_request(&connection, None),
            Work::Introspection => {
                let asked = self.credentials_request(&connection, self.resource);
                let token = connection.send(&asked).await?.json()?;
                let token = token.get("access_token").and_then(Value::as_str);
                let token = token.context("no access token")?;
                self.post(&connection, self.introspection_path, &[("token", token)])
            }
            Work::Refresh => {
                self.refresh_request(&connection, refresh.context("no refresh token")?)
            }
        };
        Ok(Caller {
            connection,
            provider: self.clone(),
            request,
            is_rotating: work == Work::Refresh,
        })
    }

    /// 64 connections for so long; `refresh` holds a token for each of them.
    pub(crate) async fn run(
        &self,
        work: Work,
        refresh: &[String],
        duration: Duration,
    ) -> Result<Driven> {
        drive(self.callers(work, refresh).await?, duration).await
    }

    /// As [`Provider::run`], at a rate of calls a second.
    pub(crate) async fn run_at(
        &self,
        work: Work,
        refresh: &[String],
        duration: Duration,
        rate: f64,
    ) -> Result<Driven> {
        drive_at(self.callers(work, refresh).await?, duration, rate).await
    }

    async fn callers(&self, work: Work, refresh: &[String]) -> Result<Vec<Caller>> {
        let mut callers = Vec::new();
        for index in 0..SENDERS {
            let token = refresh.get(index).map(String::as_str);
            callers.push(self.caller(work, token).await?);
        }
        Ok(callers)
    }
}

/// Registers a client at the program, as an application's installer would.
pub(crate) async fn ours(program: &Program) -> Result<Provider> {
    let host = program.admin_host();
    let token = program.text("/admin/token")?;
    let mut connection = Connection::open(host).await?;
    let body = json!({
        "client_name": "bench",
        "grant_types": ["client_credentials", "refresh_token", "authorization_code"],
        "redirect_uris": [REDIRECT_URI],
        "token_endpoint_auth_method": "client_secret_post",
        "id_token_signed_response_alg": "ES256",
        "scope": "openid offline_access",
    });
    let bearer = format!("Bearer {token}");
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Content-Type", "application/json"),
    ];
    let request = connection.request("POST", "/oauth2/register", &headers, &body.to_string());
    let made = connection.send(&request).await?.json()?;
    let text = |name: &str| -> Result<String> {
        let value = made.get(name).and_then(Value::as_str);
        Ok(value.with_context(|| format!("no {name}"))?.to_owned())
    };
    Ok(Provider {
        host: host.to_owned(),
        token_path: "/oauth2/token",
        introspection_path: "/oauth2/introspect",
        client_id: text("client_id")?,
        client_secret: text("client_secret")?,
        scope: "",
        resource: None,
    })
}

/// A refresh token for each sender, through the code flow of a person.
pub(crate) async fn refresh_tokens(program: &Program, provider: &Provider) -> Result<Vec<String>> {
    let mut browser = Browser::open(&provider.host).await?;
    let (name, password) = (
        program.text("/users/0/username")?,
        program.text("/users/0/password")?,
    );
    browser.sign_in(name, password).await?;
    let mut tokens = Vec::new();
    for _ in 0..SENDERS {
        let path = format!(
            "/oauth2/authorize?response_type=code&client_id={}&redirect_uri={}\
             &scope=openid%20offline_access&prompt=consent&state=x&nonce=y\
             &code_challenge={CHALLENGE}&code_challenge_method=S256",
            encode(&provider.client_id),
            encode(REDIRECT_URI)
        );
        let code = browser.authorise(&path, REDIRECT_URI).await?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", VERIFIER),
        ];
        let request = provider.post(&browser.connection, provider.token_path, &fields);
        let answer = browser.connection.send(&request).await?.json()?;
        let token = answer.get("refresh_token").and_then(Value::as_str);
        tokens.push(token.context("no refresh token after the code")?.to_owned());
    }
    Ok(tokens)
}

/// Signs the same people in again and again, a new browser each time.
pub(crate) struct Person {
    browser: Browser,
    username: String,
    password: String,
}

impl Person {
    pub(crate) async fn at(host: &str, username: &str, password: &str) -> Result<Self> {
        Ok(Self {
            browser: Browser::open(host).await?,
            username: username.to_owned(),
            password: password.to_owned(),
        })
    }
}

impl Sender for Person {
    async fn send(&mut self) -> Result<()> {
        self.browser.forget();
        self.browser.sign_in(&self.username, &self.password).await?;
        Ok(())
    }
}

/// The other provider; ended when dropped.
pub(crate) struct Peer {
    running: Running,
    pub(crate) provider: Provider,
    pub(crate) refresh_tokens: Vec<String>,
    pub(crate) version: String,
}

impl Peer {
    /// Installs it where that has not been done, and starts it.
    pub(crate) fn start(root: &Path) -> Result<Self> {
        let folder = root.join("bench/peers/oidc-provider");
        install(&folder)?;
        let port = free_port()?;
        let mut command = Command::new("node");
        command
            .current_dir(&folder)
            .args(["server.mjs", &port.to_string(), &SENDERS.to_string()])
            .env("NODE_ENV", "production")
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut running = Running::start("oidc-provider", "TERM", &mut command)?;
        let stdout = running.child().stdout.take().context("standard output")?;
        let made = first_json(stdout)?;
        running.wait_for_port(port)?;
        let tokens = made.get("tokens").and_then(Value::as_array);
        let text = |name: &str| {
            let value = made.get(name).and_then(Value::as_str);
            value.unwrap_or_default().to_owned()
        };
        Ok(Self {
            running,
            provider: Provider {
                host: format!("127.0.0.1:{port}"),
                token_path: "/token",
                introspection_path: "/token/introspection",
                client_id: text("client_id"),
                client_secret: text("client_secret"),
                scope: "api",
                resource: Some("urn:bench:opaque"),
            },
            refresh_tokens: tokens
                .into_iter()
                .flatten()
                .filter_map(|token| Some(token.as_str()?.to_owned()))
                .collect(),
            version: version(&folder)?,
        })
    }

    pub(crate) fn stop(mut self) {
        self.running.stop();
    }
}

fn install(folder: &PathBuf) -> Result<()> {
    if folder.join("node_modules/oidc-provider").exists() {
        return Ok(());
    }
    let mut command = Command::new("npm");
    command.current_dir(folder).args(["ci", "--silent"]);
    crate::process::output(&mut command).map(|_| ())
}

fn version(folder: &Path) -> Result<String> {
    let text = std::fs::read(folder.join("node_modules/oidc-provider/package.json"))?;
    let package: Value = serde_json::from_slice(&text)?;
    let version = package.get("version").and_then(Value::as_str);
    Ok(format!("oidc-provider {}", version.unwrap_or_default()))
}

/// The first line that is an object; it prints notices before.
fn first_json(stdout: std::process::ChildStdout) -> Result<Value> {
    use std::io::BufRead as _;
    let lines = std::io::BufReader::new(stdout).lines();
    let found = lines
        .map_while(Result::ok)
        .find(|line| line.starts_with('{'));
    Ok(serde_json::from_str(
        &found.context("the peer said nothing")?,
    )?)
}
