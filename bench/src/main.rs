//! The benchmark of LGSP: `bench/run`.
//!
//! Owns: arguments, the order of the stages, the bound on the whole run.
//! Not here: tests; a figure never fails a build.
//! Invariant: everything listens on loopback, and what was started is ended, whatever happens.
//! Follows: bench/README.md.

mod browser;
mod decisions;
mod http;
mod identity;
mod ledger;
mod machine;
mod memory;
mod postgres;
mod probes;
mod process;
mod program;
mod rabbitmq;
mod readiness;
mod report;
mod rows;
mod scale;
mod senders;
mod sizes;
mod stages;
mod stats;

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::{Parser, ValueEnum};
use time::{OffsetDateTime, macros::format_description};

use crate::{machine::Machine, report::Report, stages::Bench};

/// The whole run, whatever hangs.
const RUN_TIMEOUT: Duration = Duration::from_secs(20 * 60);

#[derive(Parser)]
#[command(name = "bench/run", about = "Measures LGSP beside probes and peers")]
struct Arguments {
    /// Only these stages; all when none is given.
    #[arg(value_enum)]
    stages: Vec<Stage>,
    /// Runs of each measurement.
    #[arg(long, default_value_t = 5)]
    runs: usize,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Seconds before idle memory is read.
    #[arg(long, default_value_t = 60.0)]
    idle_seconds: f64,
    /// Folder on the disk to be measured.
    #[arg(long, default_value = "/var/tmp")]
    dir: PathBuf,
    /// The program under test.
    #[arg(long, env = "LGSP_BENCH_BINARY")]
    binary: PathBuf,
    /// The project's folder.
    #[arg(long, env = "LGSP_BENCH_ROOT")]
    root: PathBuf,
    /// Also write the table into bench/README.md.
    #[arg(long)]
    readme: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    Probes,
    Ledger,
    Documents,
    Identity,
    Scale,
    Decisions,
    Rabbitmq,
    Postgres,
    Readiness,
    Memory,
    Sizes,
}

impl Stage {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ended = tokio::select! {
        ended = tokio::time::timeout(RUN_TIMEOUT, run(&arguments)) => ended,
        // Dropping the run ends its processes and removes its files.
        _ = tokio::signal::ctrl_c() => Ok(Err(anyhow::anyhow!("interrupted"))),
        () = terminated() => Ok(Err(anyhow::anyhow!("terminated"))),
    };
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
        Err(_) => {
            eprintln!("the run took more than {} s", RUN_TIMEOUT.as_secs());
            ExitCode::FAILURE
        }
    }
}

/// Ends when the process is asked to end.
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut asked) => {
            asked.recv().await;
        }
        Err(_) => std::future::pending().await,
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let started = Instant::now();
    let folder = stages::folder(&arguments.dir).context("folder for temporary files")?;
    let mut machine = Machine::read(&arguments.root, folder.path());
    let now = OffsetDateTime::now_utc();
    let date = now.format(format_description!("[year]-[month]-[day]"))?;
    let bench = Bench {
        root: arguments.root.clone(),
        folder: folder.path().to_path_buf(),
        binary: arguments.binary.clone(),
        runs: arguments.runs.max(1),
        duration: Duration::try_from_secs_f64(arguments.seconds)?,
        idle_for: Duration::try_from_secs_f64(arguments.idle_seconds)?,
    };
    let mut report = Report::new(date);
    for stage in Stage::value_variants() {
        if !arguments.stages.is_empty() && !arguments.stages.contains(stage) {
            continue;
        }
        eprintln!(
            "{} ({:.0} s)",
            stage.name(),
            started.elapsed().as_secs_f64()
        );
        match measure(&bench, *stage, &mut report).await {
            Ok(peer) => machine.peers.extend(peer),
            Err(error) => report.skip(&stage.name(), &error),
        }
    }
    report.finish(machine, started.elapsed().as_secs_f64());
    println!("\n{}", report.table());
    save(arguments, &report)
}

/// Runs one stage; the version of the peer that it started.
async fn measure(bench: &Bench, stage: Stage, report: &mut Report) -> Result<Option<String>> {
    match stage {
        Stage::Probes => bench.probes(report).map(|()| None),
        Stage::Ledger => bench.ledger(report).await.map(|()| None),
        Stage::Documents => bench.documents(report).await.map(|()| None),
        Stage::Identity => bench.identity(report).await.map(Some),
        Stage::Scale => bench.scale(report).await.map(|()| None),
        Stage::Decisions => bench.decisions(report).map(|()| None),
        Stage::Rabbitmq => bench.rabbitmq(report).await.map(Some),
        Stage::Postgres => bench.postgres(report).await.map(Some),
        Stage::Readiness => bench.readiness(report).map(|()| None),
        Stage::Memory => bench.memory(report).await.map(|()| None),
        Stage::Sizes => bench.sizes(report).map(|()| None),
    }
}

/// A part of the stages is a look, not a result: only whole runs are kept.
fn save(arguments: &Arguments, report: &Report) -> Result<()> {
    if !arguments.stages.is_empty() {
        return Ok(());
    }
    let bench: &Path = &arguments.root.join("bench");
    report.save(&bench.join("results"))?;
    if arguments.readme {
        if report.has_skipped() {
            bail!("the README keeps its table: some stages could not be measured");
        }
        report.write_readme(&bench.join("README.md"))?;
    }
    Ok(())
}
