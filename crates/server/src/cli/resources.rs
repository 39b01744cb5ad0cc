//! `lgsp apply | diff | get | export`: resources by file.
//!
//! Owns: reading and writing manifest files (TOML with `[[resource]]`, or JSON).
//! Not here: checks and changes; the platform does them.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use lgsp_platform::registry::{Manifest, file};
use serde_json::{Value, json};

use super::{
    Exit,
    api::Target,
    output::{line, table},
};

/// How results are printed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

#[derive(Args)]
pub(super) struct ApplyOptions {
    #[command(flatten)]
    target: Target,
    /// Files or folders of manifests (`.toml`, `.json`).
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Args)]
pub(super) struct GetOptions {
    #[command(flatten)]
    target: Target,
    /// Kind, singular; absent: the list of kinds.
    kind: Option<String>,
    /// Name; absent: all of the kind.
    name: Option<String>,
    /// How the result is printed.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Args)]
pub(super) struct ExportOptions {
    #[command(flatten)]
    target: Target,
    /// Only this kind.
    #[arg(long)]
    kind: Option<String>,
    /// File to write; absent: standard output.
    #[arg(long, short)]
    output: Option<PathBuf>,
    /// `human` is TOML.
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

pub(super) async fn apply(options: ApplyOptions) -> anyhow::Result<()> {
    send(&options, false).await.map(|_| ())
}

pub(super) async fn diff(options: ApplyOptions) -> anyhow::Result<()> {
    let is_different = send(&options, true).await?;
    if is_different {
        Err(Exit {
            code: 3,
            text: String::new(),
        }
        .into())
    } else {
        Ok(())
    }
}

/// Whether anything is, or would be, changed.
async fn send(options: &ApplyOptions, is_dry_run: bool) -> anyhow::Result<bool> {
    let documents = read_all(&options.files)?;
    let body = json!({"documents": documents, "dry_run": is_dry_run});
    let answer = options.target.post("/apply", body).await?;
    let results = answer
        .get("results")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let changed: Vec<&Value> = results
        .iter()
        .filter(|one| one.get("action") != Some(&json!("unchanged")))
        .collect();
    if options.format == Format::Json {
        line(&serde_json::to_string_pretty(&answer)?);
        return Ok(!changed.is_empty());
    }
    for result in &changed {
        line(&format!(
            "{} {}/{}",
            text(result, "action"),
            text(result, "kind"),
            text(result, "name")
        ));
        for change in result
            .get("changes")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
        {
            line(&format!(
                "    {}: {} → {}",
                text(change, "pointer"),
                change.get("before").unwrap_or(&Value::Null),
                change.get("after").unwrap_or(&Value::Null)
            ));
        }
    }
    let verb = if is_dry_run {
        "would change"
    } else {
        "changed"
    };
    line(&format!("{} of {} {verb}", changed.len(), results.len()));
    Ok(!changed.is_empty())
}

fn text(value: &Value, key: &str) -> String {
    match value.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Null) | None => String::new(),
        Some(other) => other.to_string(),
    }
}

fn read_all(files: &[PathBuf]) -> anyhow::Result<Vec<Manifest>> {
    let mut documents = Vec::new();
    for path in files {
        if path.is_dir() {
            let mut inside: Vec<PathBuf> = std::fs::read_dir(path)?
                .filter_map(Result::ok)
                .map(|one| one.path())
                .collect();
            inside.retain(|path| {
                path.extension()
                    .is_some_and(|end| end == "toml" || end == "json")
            });
            inside.sort();
            documents.extend(read_all(&inside)?);
            continue;
        }
        let content =
            std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        documents.extend(file::read(&content).with_context(|| path.display().to_string())?);
    }
    Ok(documents)
}

pub(super) async fn get(options: GetOptions) -> anyhow::Result<()> {
    let path = match (&options.kind, &options.name) {
        (None, _) => "/kinds".to_owned(),
        (Some(kind), None) => format!("/resources/{kind}?limit=200"),
        (Some(kind), Some(name)) => format!("/resources/{kind}/{name}"),
    };
    let answer = options.target.get(&path).await?;
    if options.format == Format::Json || options.name.is_some() {
        line(&serde_json::to_string_pretty(&answer)?);
        return Ok(());
    }
    let items = answer
        .get("items")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    if options.kind.is_none() {
        let row = |item: &Value| {
            let label = item
                .pointer("/labels/en")
                .and_then(Value::as_str)
                .unwrap_or_default();
            vec![text(item, "kind"), label.to_owned()]
        };
        table(
            &["KIND", "LABEL"],
            &items.iter().map(row).collect::<Vec<_>>(),
        );
        return Ok(());
    }
    let row = |item: &Value| {
        ["name", "agency", "revision", "updated_at", "updated_by"]
            .map(|key| text(item, key))
            .to_vec()
    };
    let rows: Vec<Vec<String>> = items.iter().map(row).collect();
    table(&["NAME", "AGENCY", "REVISION", "UPDATED", "BY"], &rows);
    Ok(())
}

pub(super) async fn export(options: ExportOptions) -> anyhow::Result<()> {
    let query = options
        .kind
        .map(|kind| format!("?kind={kind}"))
        .unwrap_or_default();
    let answer = options.target.get(&format!("/export{query}")).await?;
    let written = if options.format == Format::Json {
        serde_json::to_string_pretty(&answer)?
    } else {
        let documents = answer.get("documents").cloned().unwrap_or_default();
        file::write(serde_json::from_value(documents)?)?
    };
    match options.output {
        Some(path) => Ok(std::fs::write(path, written)?),
        None => {
            line(written.trim_end());
            Ok(())
        }
    }
}
