//! `lgsp simulate …`: the command line of the simulator.
//!
//! Owns: arguments and their meaning, output on standard output.
//! Not here: the program's `main`, which mounts [`Command`].
//! Invariant: results are JSON on standard output; logs go elsewhere.
//! Follows: nothing outside.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use clap::{Args, Subcommand};
use hyper::{HeaderMap, Method, Uri};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;

use crate::axis::{self, AgencySeed, AxisOptions, AxisSeed};
use crate::client::Transport;
use crate::edxml::Kind;
use crate::load::{self, LoadConfig};
use crate::province::{self, ProvinceConfig};
use crate::sso::{self, ClientSeed, SsoHandle, SsoOptions, SsoSeed};

/// Stand-ins, demo traffic and load.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the national document axis, simulated.
    Vxp(VxpArgs),
    /// Run the national sign-on, simulated: the public-service portal's, and one for `VNeID`.
    Sso(SsoArgs),
    /// Steer a running simulated axis or sign-on: faults, clock, dump.
    Fault(FaultArgs),
    /// Play a province's daily document traffic.
    Province(ProvinceArgs),
    /// Put load on a service door of this machine and report.
    Load(LoadArgs),
}

/// Arguments of `simulate vxp`.
#[derive(Debug, Args)]
pub struct VxpArgs {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8810")]
    pub addr: SocketAddr,
    /// JSON file with systems and agencies; without it a small demo province H34.
    #[arg(long)]
    pub seed: Option<PathBuf>,
    /// Mean number of documents a minute from outside senders.
    #[arg(long)]
    pub rate: Option<f64>,
    /// Seed of random draws.
    #[arg(long, default_value_t = 20)]
    pub random_seed: u64,
}

/// Arguments of `simulate sso`.
#[derive(Debug, Args)]
pub struct SsoArgs {
    /// Address to listen on.
    #[arg(long, default_value = "127.0.0.1:8820")]
    pub addr: SocketAddr,
    /// JSON file with profiles and clients; without it both known profiles with one client.
    #[arg(long)]
    pub seed: Option<PathBuf>,
    /// Id of the client, when there is no seed file.
    #[arg(long, default_value = "lgsp")]
    pub client_id: String,
    /// Its secret.
    #[arg(long, default_value = "demo-secret-not-real")]
    pub client_secret: String,
    /// Address of return; may be given several times; absent: any on this machine.
    #[arg(long)]
    pub redirect_uri: Vec<String>,
}

/// Arguments of `simulate fault`.
#[derive(Debug, Args)]
pub struct FaultArgs {
    /// Address of the simulated axis or sign-on.
    #[arg(long, global = true, default_value = "http://127.0.0.1:8810")]
    pub axis: String,
    /// What to do.
    #[command(subcommand)]
    pub action: FaultAction,
}

/// What `simulate fault` does.
#[derive(Debug, Subcommand)]
pub enum FaultAction {
    /// Order a fault, such as `add cut_after --operation sendEdoc --count 3`.
    Add(FaultAddArgs),
    /// Show the faults that can still happen.
    List,
    /// Take all faults away.
    Clear,
    /// Take one fault away.
    Remove {
        /// Its number.
        id: u64,
    },
    /// Move the axis's clock forward.
    Advance {
        /// By so many seconds.
        seconds: u64,
    },
    /// Show all messages without their content.
    Dump,
    /// Show counts of calls, errors and faults.
    Stats,
}

/// Arguments of `simulate fault add`.
#[derive(Debug, Args)]
pub struct FaultAddArgs {
    /// Kind, such as `delay`, `http`, `cut_before`, `cut_middle`, `cut_after`, `wrong_mac`,
    /// `fail`, `list_html`, `list_empty`, `duplicate_items`, `leading_junk`, `outage`; at the
    /// sign-on `slow`, `http`, `wrong_issuer`, `expired_token`, `missing_claim`, `alg_none`,
    /// `wrong_nonce`, `rotated_key`, `duplicate_citizen_number`.
    pub kind: String,
    /// Only this operation.
    #[arg(long)]
    pub operation: Option<String>,
    /// Only calls of this system.
    #[arg(long)]
    pub systemid: Option<String>,
    /// Share of calls, 0 to 1.
    #[arg(long, default_value_t = 1.0)]
    pub rate: f64,
    /// So many times.
    #[arg(long)]
    pub count: Option<u64>,
    /// So many calls pass first.
    #[arg(long, default_value_t = 0)]
    pub skip: u64,
    /// Value of the kind, such as `ms=500`, `status=503`, `code=113`, `minutes=10`, `polls=3`.
    #[arg(long = "set", value_name = "NAME=VALUE")]
    pub values: Vec<String>,
}

/// Arguments of `simulate province`.
#[derive(Debug, Args)]
pub struct ProvinceArgs {
    /// The demo's description file, `demo.json`.
    #[arg(long)]
    pub demo: PathBuf,
    /// Base address of the service door.
    #[arg(long, default_value = "http://127.0.0.1:8801/vxp")]
    pub url: String,
    /// Where planned answers are kept over a restart.
    #[arg(long)]
    pub state: Option<PathBuf>,
}

/// Arguments of `simulate load`.
#[derive(Debug, Args)]
pub struct LoadArgs {
    /// Base address of the service door; loopback only.
    #[arg(long, default_value = "http://127.0.0.1:8801/vxp")]
    pub url: String,
    /// Identity of the sending system.
    #[arg(long)]
    pub systemid: String,
    /// Its secret.
    #[arg(long)]
    pub secret: String,
    /// Code of the sender.
    #[arg(long)]
    pub from: String,
    /// Code of a receiver; may be given several times.
    #[arg(long, required = true)]
    pub to: Vec<String>,
    /// Send status messages instead of documents.
    #[arg(long)]
    pub status: bool,
    /// Bytes of each message.
    #[arg(long, default_value_t = 8_192)]
    pub size: usize,
    /// Connections, each with one call under way.
    #[arg(long, default_value_t = 64)]
    pub connections: usize,
    /// Seconds to run; 10 when neither this nor a count is given.
    #[arg(long)]
    pub seconds: Option<f64>,
    /// Messages to send.
    #[arg(long)]
    pub count: Option<u64>,
}

/// Runs a command until it is done or interrupted.
///
/// # Errors
/// When an address, file or argument cannot be used, or the other side refuses.
pub async fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Vxp(args) => vxp(args).await,
        Command::Sso(args) => sso(args).await,
        Command::Fault(args) => fault(args).await,
        Command::Province(args) => {
            let mut config = ProvinceConfig::from_demo_file(&args.demo, &args.url)?;
            config.state_path = args.state;
            Box::pin(province::run(config, interrupted())).await
        }
        Command::Load(args) => load(args).await,
    }
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn vxp(args: VxpArgs) -> anyhow::Result<()> {
    let mut seed = match &args.seed {
        Some(path) => {
            let text = tokio::fs::read(path).await.context("seed cannot be read")?;
            serde_json::from_slice(&text).context("seed is of another shape")?
        }
        None => small_demo(),
    };
    if let Some(rate) = args.rate {
        seed.outside.per_minute = rate;
    }
    let options = AxisOptions {
        random_seed: args.random_seed,
        ..AxisOptions::default()
    };
    let listener = TcpListener::bind(args.addr)
        .await
        .context("address cannot be used")?;
    print(&json!({"ready": format!("http://{}", listener.local_addr()?)}))?;
    axis::serve(listener, seed, options, interrupted()).await
}

async fn sso(args: SsoArgs) -> anyhow::Result<()> {
    let seed = match &args.seed {
        Some(path) => {
            let text = tokio::fs::read(path).await.context("seed cannot be read")?;
            serde_json::from_slice(&text).context("seed is of another shape")?
        }
        None => SsoSeed::demo(&ClientSeed {
            client_id: args.client_id,
            client_secret: args.client_secret,
            jwks: None,
            redirect_uris: args.redirect_uri,
        }),
    };
    let listener = TcpListener::bind(args.addr)
        .await
        .context("address cannot be used")?;
    let base = format!("http://{}", listener.local_addr()?);
    let issuers: Vec<String> = seed
        .profiles
        .iter()
        .map(|profile| format!("{base}/{}", profile.name))
        .collect();
    let handle = SsoHandle::new(&base, seed, SsoOptions::default())?;
    print(&json!({"ready": base, "issuers": issuers}))?;
    sso::serve(listener, handle, interrupted()).await
}

/// A province with three bodies, for a first try without a seed file.
fn small_demo() -> AxisSeed {
    let agency = |code: &str, code102: &str, name: &str| AgencySeed {
        code: code.into(),
        code102: code102.into(),
        name: name.into(),
        parent: if code.len() > 3 {
            "H34".into()
        } else {
            String::new()
        },
        version: 1,
        ..AgencySeed::default()
    };
    let agencies = vec![
        agency("H34", "000.00.00.H34", "UBND tỉnh Kon Tum"),
        agency("H34.01", "000.00.01.H34", "Cơ quan mẫu A"),
        agency("H34.02", "000.00.02.H34", "Cơ quan mẫu B"),
    ];
    AxisSeed::demo("demo.lgsp.h34", "demo-secret-not-real", agencies)
}

async fn fault(args: FaultArgs) -> anyhow::Result<()> {
    let (method, path, body) = match &args.action {
        FaultAction::Add(add) => (Method::POST, "faults".to_owned(), Some(rule(add)?)),
        FaultAction::List => (Method::GET, "faults".to_owned(), None),
        FaultAction::Clear => (Method::DELETE, "faults".to_owned(), None),
        FaultAction::Remove { id } => (Method::DELETE, format!("faults/{id}"), None),
        FaultAction::Advance { seconds } => {
            let advance_ms = seconds.saturating_mul(1000);
            (
                Method::POST,
                "clock".to_owned(),
                Some(json!({ "advance_ms": advance_ms })),
            )
        }
        FaultAction::Dump => (Method::GET, "dump".to_owned(), None),
        FaultAction::Stats => (Method::GET, "stats".to_owned(), None),
    };
    let uri: Uri = format!("{}/control/{path}", base(&args.axis))
        .parse()
        .context("address cannot be read")?;
    let body = body
        .map(|body| Bytes::from(body.to_string()))
        .unwrap_or_default();
    let transport = Transport::new(Duration::from_secs(30));
    let reply = transport
        .call(method, uri, HeaderMap::new(), body, false)
        .await?;
    let value: Value = serde_json::from_slice(&reply.body).context("reply is not JSON")?;
    print(&value)?;
    if reply.status != 200 {
        bail!("refused with http status {}", reply.status);
    }
    Ok(())
}

/// The fault as the control interface wants it.
fn rule(args: &FaultAddArgs) -> anyhow::Result<Value> {
    let mut object = Map::new();
    object.insert("kind".into(), args.kind.clone().into());
    object.insert("rate".into(), args.rate.into());
    object.insert("skip".into(), args.skip.into());
    if let Some(operation) = &args.operation {
        object.insert("operation".into(), operation.clone().into());
    }
    if let Some(systemid) = &args.systemid {
        object.insert("systemid".into(), systemid.clone().into());
    }
    if let Some(count) = args.count {
        object.insert("count".into(), count.into());
    }
    for pair in &args.values {
        let (name, text) = pair.split_once('=').context("a value is not NAME=VALUE")?;
        // A code is text although it looks like a number.
        let is_text = matches!(name, "code" | "description");
        let parsed = serde_json::from_str(text).ok().filter(|_| !is_text);
        object.insert(name.to_owned(), parsed.unwrap_or_else(|| text.into()));
    }
    Ok(Value::Object(object))
}

async fn load(args: LoadArgs) -> anyhow::Result<()> {
    let seconds = match (args.seconds, args.count) {
        (None, None) => Some(10.0),
        (seconds, _) => seconds,
    };
    let duration = seconds.map(Duration::try_from_secs_f64).transpose()?;
    let config = LoadConfig {
        url: args.url,
        systemid: args.systemid,
        secret: args.secret,
        from: args.from,
        to: args.to,
        kind: if args.status {
            Kind::Status
        } else {
            Kind::Document
        },
        size_bytes: args.size,
        connections: args.connections,
        duration,
        count: args.count,
    };
    let report = load::run(config).await?;
    print(&serde_json::to_value(report)?)
}

fn print(value: &Value) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{value}")?;
    out.flush()?;
    Ok(())
}

/// The axis's root: the address of its interface works as well.
fn base(axis: &str) -> &str {
    let trimmed = axis.trim_end_matches('/');
    trimmed.strip_suffix("/vxp").unwrap_or(trimmed)
}
