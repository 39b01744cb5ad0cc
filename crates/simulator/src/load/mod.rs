//! Load on a service door: many connections that send as fast as they are answered.
//!
//! Owns: the run, its bounds, the report.
//! Not here: making of requests (`template.rs`), believable traffic (`province/`).
//! Invariant: only loopback addresses are accepted.
//! Follows: the VXP interface, `sendEdoc`.

mod report;
mod template;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use crate::edxml::Kind;
pub use report::LoadReport;
use report::Samples;
pub use template::Template;

/// Most connections of one run.
pub const CONNECTIONS_MAX: usize = 4_096;
/// Pause before a broken connection is made anew.
const RECONNECT_PAUSE: Duration = Duration::from_millis(20);

/// What a run sends, and for how long.
#[derive(Clone, Debug)]
pub struct LoadConfig {
    /// Base address, such as `http://127.0.0.1:8801/vxp`.
    pub url: String,
    /// Identity of the sending system.
    pub systemid: String,
    /// Its secret.
    pub secret: String,
    /// Code of the sender.
    pub from: String,
    /// Codes of the receivers of each document.
    pub to: Vec<String>,
    /// Documents or status messages.
    pub kind: Kind,
    /// Bytes of each message; never less than the smallest that is well made.
    pub size_bytes: usize,
    /// Connections, each with one call under way.
    pub connections: usize,
    /// Ends the run.
    pub duration: Option<Duration>,
    /// Ends the run.
    pub count: Option<u64>,
}

struct Run {
    template: Template,
    address: SocketAddr,
    uri: Uri,
    next: AtomicU64,
    count_max: u64,
    ends_at: Option<Instant>,
}

impl Run {
    /// Number of the next message; `None` when the run is over.
    fn take(&self) -> Option<u64> {
        let is_late = self
            .ends_at
            .is_some_and(|ends_at| Instant::now() >= ends_at);
        if is_late {
            return None;
        }
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        (number < self.count_max).then_some(number)
    }
}

/// Sends until a bound is reached.
///
/// # Errors
/// When the address is not loopback, no bound is given, or nobody listens.
pub async fn run(config: LoadConfig) -> anyhow::Result<LoadReport> {
    ensure!(
        config.duration.is_some() || config.count.is_some(),
        "neither duration nor count"
    );
    ensure!(
        (1..=CONNECTIONS_MAX).contains(&config.connections),
        "connections out of bounds"
    );
    let uri: Uri = format!("{}/sendEdoc", config.url.trim_end_matches('/'))
        .parse()
        .context("address cannot be read")?;
    let address = loopback(&uri).await?;
    let template = Template::new(&config)?;
    TcpStream::connect(address)
        .await
        .context("nobody listens")?;
    let started = Instant::now();
    let run = Arc::new(Run {
        template,
        address,
        uri,
        next: AtomicU64::new(0),
        count_max: config.count.unwrap_or(u64::MAX),
        ends_at: config.duration.map(|duration| started + duration),
    });
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..config.connections {
        workers.spawn(work(Arc::clone(&run)));
    }
    let mut all = Samples::default();
    while let Some(samples) = workers.join_next().await {
        all.merge(samples?);
    }
    Ok(all.report(started.elapsed()))
}

async fn loopback(uri: &Uri) -> anyhow::Result<SocketAddr> {
    ensure!(uri.scheme_str() == Some("http"), "only http");
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
    let port = uri.port_u16().unwrap_or(80);
    let mut found = tokio::net::lookup_host((host, port)).await?;
    let Some(address) = found.find(|address| address.ip().is_loopback()) else {
        bail!("only loopback addresses");
    };
    Ok(address)
}

async fn work(run: Arc<Run>) -> Samples {
    let mut samples = Samples::default();
    loop {
        match connect(&run).await {
            Ok(sender) => {
                if talk(&run, sender, &mut samples).await.is_none() {
                    return samples;
                }
            }
            Err(error) => samples.failed(&error.to_string()),
        }
        tokio::time::sleep(RECONNECT_PAUSE).await;
        let is_late = run.ends_at.is_some_and(|ends_at| Instant::now() >= ends_at);
        if is_late || run.next.load(Ordering::Relaxed) >= run.count_max {
            return samples;
        }
    }
}

type Sender = http1::SendRequest<Full<Bytes>>;

async fn connect(run: &Run) -> anyhow::Result<Sender> {
    let stream = TcpStream::connect(run.address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%error, "connection ended");
        }
    });
    Ok(sender)
}

/// `None` when the run is over, something when the connection is.
async fn talk(run: &Run, mut sender: Sender, samples: &mut Samples) -> Option<()> {
    loop {
        if sender.ready().await.is_err() {
            return Some(());
        }
        let number = run.take()?;
        let request = match run.template.request(&run.uri, number) {
            Ok(request) => request,
            Err(error) => {
                samples.failed(&error.to_string());
                return None;
            }
        };
        let began = Instant::now();
        samples.sent += 1;
        match exchange(&mut sender, request).await {
            Ok(outcome) => samples.answered(began.elapsed(), outcome),
            Err(error) => {
                samples.failed(&error.to_string());
                return Some(());
            }
        }
    }
}

/// The reply says `OK`, or else what it says.
async fn exchange(
    sender: &mut Sender,
    request: Request<Full<Bytes>>,
) -> anyhow::Result<Result<(), String>> {
    let response = sender.send_request(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    // A whole parse would cost more than the request did.
    let is_ok = status.is_success() && has(&body, b"\"OK\"");
    Ok(if is_ok {
        Ok(())
    } else {
        Err(describe(status.as_u16(), &body))
    })
}

fn has(body: &[u8], wanted: &[u8]) -> bool {
    body.windows(wanted.len()).any(|window| window == wanted)
}

fn describe(status: u16, body: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let text = |name: &str| {
        value
            .get(name)
            .and_then(|text| text.as_str())
            .unwrap_or_default()
    };
    format!("{status} {} {}", text("ErrorCode"), text("ErrorDesc"))
        .trim()
        .to_owned()
}
