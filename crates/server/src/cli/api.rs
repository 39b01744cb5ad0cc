//! The way from the command line to a running platform.
//!
//! Owns: address, token, calls, and how refusals become exit codes.
//! Not here: what is called.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use lgsp_platform::http::client::{client, read_limited};
use reqwest::Method;
use serde_json::Value;

use super::Exit;

/// Longest answer that is taken in, 256 MiB: all resources of a province are far below.
const ANSWER_BYTES_MAX: u64 = 268_435_456;

/// Where the platform is and who asks.
#[derive(Args, Clone)]
pub(crate) struct Target {
    /// Address of the administration door.
    #[arg(
        long,
        env = "LGSP_URL",
        default_value = "http://127.0.0.1:8800",
        global = true
    )]
    url: String,
    /// Personal access token.
    #[arg(long, env = "LGSP_TOKEN", hide_env_values = true, global = true)]
    token: Option<String>,
    /// Take the token from a demo's description file.
    #[arg(long, value_name = "FILE", global = true)]
    demo: Option<PathBuf>,
}

impl Target {
    fn token(&self) -> anyhow::Result<String> {
        if let Some(token) = &self.token {
            return Ok(token.clone());
        }
        let Some(path) = &self.demo else {
            let text = "no token: give --token, LGSP_TOKEN or --demo FILE".to_owned();
            return Err(Exit { code: 2, text }.into());
        };
        let text = std::fs::read_to_string(path).context("reading the demo description")?;
        let demo: Value = serde_json::from_str(&text)?;
        let token = demo.pointer("/admin/token").and_then(Value::as_str);
        Ok(token
            .context("the demo description holds no token")?
            .to_owned())
    }

    /// Calls an operation below `/api/v1`; gives its JSON, null when there is none.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> anyhow::Result<Value> {
        let client = client()?;
        let url = format!("{}/api/v1{path}", self.url.trim_end_matches('/'));
        let mut request = client.request(method, &url).bearer_auth(self.token()?);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.map_err(|error| Exit {
            code: 5,
            text: format!("{} does not answer: {}", self.url, error.without_url()),
        })?;
        let status = answer.status();
        let bytes = read_limited(answer, ANSWER_BYTES_MAX).await?;
        let value: Value = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap_or(Value::Null)
        };
        if status.is_success() {
            return Ok(value);
        }
        Err(Exit {
            code: 4,
            text: refusal(status.as_u16(), &value),
        }
        .into())
    }

    pub(super) async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.call(Method::GET, path, None).await
    }

    pub(super) async fn post(&self, path: &str, body: Value) -> anyhow::Result<Value> {
        self.call(Method::POST, path, Some(body)).await
    }
}

/// The sentence of a problem, then one line for each field.
fn refusal(status: u16, problem: &Value) -> String {
    let text = |value: &Value, pointer: &str| {
        value
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let mut lines = vec![format!(
        "{} ({}, HTTP {status}, trace {})",
        text(problem, "/messages/en"),
        text(problem, "/code"),
        text(problem, "/trace_id"),
    )];
    for field in problem
        .get("errors")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
    {
        lines.push(format!(
            "  {}: {}",
            text(field, "/pointer"),
            text(field, "/messages/en")
        ));
    }
    lines.join("\n")
}
