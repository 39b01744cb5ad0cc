//! `lgsp user` and `lgsp system`: the acts of an administrator without a browser.
//!
//! Owns: these two commands, over the API.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{
    Exit,
    api::Target,
    output::{line, table},
};

#[derive(Args)]
pub(super) struct UserOptions {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Subcommand)]
enum UserCommand {
    /// Lists accounts.
    List {
        /// Words to find.
        q: Option<String>,
    },
    /// Ends the lock after too many failed sign-ins.
    Unlock {
        /// Sign-in name.
        username: String,
    },
    /// Sets a new password, read from standard input.
    Password {
        /// Sign-in name.
        username: String,
    },
}

#[derive(Args)]
pub(super) struct SystemOptions {
    #[command(flatten)]
    target: Target,
    #[command(subcommand)]
    command: SystemCommand,
}

#[derive(Subcommand)]
enum SystemCommand {
    /// Lists systems with what waits for them.
    List,
    /// Makes a new secret and prints it, once.
    Secret {
        /// Name of the system.
        name: String,
    },
}

fn items(answer: &Value) -> Vec<Value> {
    answer
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default()
}

fn cells(item: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter()
        .map(|key| match item.get(*key) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        })
        .collect()
}

pub(super) async fn user(options: UserOptions) -> anyhow::Result<()> {
    let target = &options.target;
    match options.command {
        UserCommand::List { q } => {
            let query = q.map(|q| format!("?q={q}")).unwrap_or_default();
            let answer = target.get(&format!("/accounts{query}")).await?;
            let keys = ["username", "display_name", "kind", "state", "agency"];
            let rows: Vec<Vec<String>> = items(&answer)
                .iter()
                .map(|item| cells(item, &keys))
                .collect();
            table(&["USERNAME", "NAME", "KIND", "STATE", "AGENCY"], &rows);
        }
        UserCommand::Unlock { username } => {
            let id = account_id(target, &username).await?;
            target
                .post(&format!("/accounts/{id}/unlock"), json!({}))
                .await?;
            line(&format!("{username} may sign in again"));
        }
        UserCommand::Password { username } => {
            let id = account_id(target, &username).await?;
            let mut password = String::new();
            std::io::stdin().read_line(&mut password)?;
            let body = json!({"password": password.trim_end_matches(['\r', '\n'])});
            target
                .post(&format!("/accounts/{id}/password"), body)
                .await?;
            line(&format!("the password of {username} is changed"));
        }
    }
    Ok(())
}

async fn account_id(target: &Target, username: &str) -> anyhow::Result<String> {
    let answer = target.get(&format!("/accounts?q={username}")).await?;
    let found = items(&answer)
        .into_iter()
        .find(|item| item.get("username").and_then(Value::as_str) == Some(username))
        .and_then(|item| item.get("id").and_then(Value::as_str).map(str::to_owned));
    found.ok_or_else(|| {
        Exit {
            code: 4,
            text: format!("there is no account {username}"),
        }
        .into()
    })
}

pub(super) async fn system(options: SystemOptions) -> anyhow::Result<()> {
    match options.command {
        SystemCommand::List => {
            let answer = options.target.get("/systems").await?;
            let keys = ["name", "systemid", "enabled", "waiting", "last_seen_at"];
            let rows: Vec<Vec<String>> = items(&answer)
                .iter()
                .map(|item| cells(item, &keys))
                .collect();
            table(
                &["NAME", "SYSTEMID", "ENABLED", "WAITING", "LAST SEEN"],
                &rows,
            );
        }
        SystemCommand::Secret { name } => {
            let made = options
                .target
                .post(&format!("/systems/{name}/secrets"), json!({}))
                .await?;
            let secret = made
                .get("secret")
                .and_then(Value::as_str)
                .unwrap_or_default();
            line(secret);
        }
    }
    Ok(())
}
