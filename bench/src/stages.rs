//! The stages of a run, in order, each with its targets.
//!
//! Owns: which figure stands beside which probe, and what issue and design ask of it.
//! Not here: how a figure is taken (the other files).
//! Invariant: a ratio is made of two figures taken one right after the other.
//! Follows: bench/README.md, What is measured.

use std::{
    future::Future,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result};

use crate::{
    decisions,
    identity::{self, Peer, Person, Provider, Work},
    ledger, memory, postgres,
    postgres::Cluster,
    probes::{self, Floor},
    program::Program,
    rabbitmq::{self, Node, QueueKind},
    readiness,
    report::{Report, Target},
    rows::{DOCUMENT_BYTES, MESSAGE_BYTES},
    scale,
    senders::{Driven, drive},
    sizes,
    stats::Series,
};

/// Refreshes that are asked for, a second of one core.
const REFRESHES_A_CORE: f64 = 1_000.0;

/// Where things are and how long they may take.
pub(crate) struct Bench {
    /// The project.
    pub(crate) root: PathBuf,
    /// Temporary files, on the disk that is measured.
    pub(crate) folder: PathBuf,
    /// The program under test.
    pub(crate) binary: PathBuf,
    pub(crate) runs: usize,
    /// Of each measurement.
    pub(crate) duration: Duration,
    /// Before idle memory is read.
    pub(crate) idle_for: Duration,
}

/// One figure for each run of a stage.
#[derive(Default)]
struct Runs {
    rate: Series,
    p50: Series,
    p99: Series,
}

impl Runs {
    fn push(&mut self, driven: &Driven) {
        self.rate.push(driven.rate);
        self.p50.push(driven.p50_ms);
        self.p99.push(driven.p99_ms);
    }

    fn report(&self, report: &mut Report, name: &str) {
        report.add(name, "/s", &self.rate, Target::None);
        report.add(
            &format!("{name}, median answer"),
            "ms",
            &self.p50,
            Target::None,
        );
        report.add(&format!("{name}, p99"), "ms", &self.p99, Target::None);
    }
}

/// What the disk gave while something else was measured.
#[derive(Default)]
struct Beside {
    disk: Series,
    floor: Series,
}

impl Bench {
    /// Half the time of a measurement: probes vary less than servers do.
    fn probe_time(&self) -> Duration {
        self.duration / 2
    }

    fn disk(&self) -> Result<f64> {
        probes::fdatasync_rate(&self.folder, self.duration / 8)
    }

    fn floor(&self, floor: Floor, body_bytes: usize) -> Result<f64> {
        probes::floor_rate(&self.folder, floor, body_bytes, self.duration / 4)
    }

    /// Measures with the probes before and after, because the disk drifts within seconds.
    async fn between<F>(
        &self,
        body_bytes: usize,
        beside: &mut Beside,
        measured: F,
    ) -> Result<Driven>
    where
        F: Future<Output = Result<Driven>>,
    {
        let (disk, floor) = (self.disk()?, self.floor(FLOOR, body_bytes)?);
        let driven = measured.await?;
        beside.disk.push(f64::midpoint(disk, self.disk()?));
        let after = self.floor(FLOOR, body_bytes)?;
        beside.floor.push(f64::midpoint(floor, after));
        Ok(driven)
    }

    /// The disk and plain `SQLite`, by themselves.
    pub(crate) fn probes(&self, report: &mut Report) -> Result<()> {
        let mut disk = Series::default();
        let (mut large, mut small) = (Series::default(), Series::default());
        for _ in 0..self.runs {
            disk.push(probes::fdatasync_rate(&self.folder, self.probe_time())?);
            large.push(self.floor(Floor::Bodies, DOCUMENT_BYTES)?);
            small.push(self.floor(Floor::Bodies, MESSAGE_BYTES)?);
        }
        report.add(
            "probe: fdatasync of small appends",
            "/s",
            &disk,
            Target::None,
        );
        report.add(
            "probe: SQLite, bodies alone, 8 KiB",
            "/s",
            &large,
            Target::None,
        );
        report.add(
            "probe: SQLite, bodies alone, 1 KiB",
            "/s",
            &small,
            Target::None,
        );
        Ok(())
    }

    /// The ledger on the embedded database beside its floor.
    pub(crate) async fn ledger(&self, report: &mut Report) -> Result<()> {
        let (mut beside, mut runs) = (Beside::default(), Runs::default());
        for _ in 0..self.runs {
            let measured = ledger::run(&self.folder, None, self.duration);
            runs.push(&self.between(MESSAGE_BYTES, &mut beside, measured).await?);
        }
        report.add(
            "fdatasync beside the ledger",
            "/s",
            &beside.disk,
            Target::None,
        );
        report.add(
            "floor: SQLite, same rows, 1 KiB",
            "/s",
            &beside.floor,
            Target::None,
        );
        runs.report(report, "ledger on SQLite, 1 KiB");
        let ratio = runs.rate.ratio(&beside.floor);
        report.add(
            "ledger on SQLite, of its floor",
            "",
            &ratio,
            Target::AtLeast(0.5),
        );
        Ok(())
    }

    /// Documents through the VXP interface beside their floor.
    pub(crate) async fn documents(&self, report: &mut Report) -> Result<()> {
        let directory = tempfile::tempdir_in(&self.folder)?;
        let program = Program::start(&self.binary, &directory.path().join("data"), true)?;
        program.load(DOCUMENT_BYTES, Duration::from_secs(2)).await?;
        let (mut beside, mut runs) = (Beside::default(), Runs::default());
        for _ in 0..self.runs {
            let measured = async {
                let load = program.load(DOCUMENT_BYTES, self.duration).await?;
                Ok(Driven {
                    rate: load.rate,
                    p50_ms: load.p50_ms,
                    p99_ms: load.p99_ms,
                })
            };
            runs.push(&self.between(DOCUMENT_BYTES, &mut beside, measured).await?);
        }
        report.add(
            "fdatasync beside the documents",
            "/s",
            &beside.disk,
            Target::None,
        );
        report.add(
            "floor: SQLite, same rows, 8 KiB",
            "/s",
            &beside.floor,
            Target::None,
        );
        let absolute = if beside.disk.median() >= 5_000.0 {
            Target::AtLeast(4_000.0)
        } else {
            Target::NotHere("≥ 4,000 /s where fdatasync gives 5,000".to_owned())
        };
        report.add("documents over VXP, 8 KiB", "/s", &runs.rate, absolute);
        let ratio = runs.rate.ratio(&beside.floor);
        report.add(
            "documents over VXP, of their floor",
            "",
            &ratio,
            Target::AtLeast(0.25),
        );
        report.add(
            "documents over VXP, median answer",
            "ms",
            &runs.p50,
            Target::None,
        );
        report.add(
            "documents over VXP, p99",
            "ms",
            &runs.p99,
            Target::AtMost(50.0),
        );
        report.add_one(
            "memory after that load",
            "MB",
            program.resident_mb()?,
            Target::None,
        );
        program.stop();
        Ok(())
    }

    /// Tokens, refresh, introspection and sign-ins, beside another provider.
    pub(crate) async fn identity(&self, report: &mut Report) -> Result<String> {
        let directory = tempfile::tempdir_in(&self.folder)?;
        let program = Program::start_quiet(&self.binary, &directory.path().join("data"))?;
        let ours = identity::ours(&program).await?;
        let peer = Peer::start(&self.root)?;
        for (work, name, per_core) in [
            (
                Work::ClientCredentials,
                "tokens by client credentials",
                1_500.0,
            ),
            (Work::Introspection, "introspections", 5_000.0),
            (
                Work::Refresh,
                "refreshes, rotated durably",
                REFRESHES_A_CORE,
            ),
        ] {
            let (mut runs, mut beside) = (Runs::default(), Runs::default());
            let mut cpu = Series::default();
            for _ in 0..self.runs {
                let tokens = match work {
                    Work::Refresh => identity::refresh_tokens(&program, &ours).await?,
                    _ => Vec::new(),
                };
                let used = program.cpu_seconds()?;
                let driven = ours.run(work, &tokens, self.duration).await?;
                let seconds = program.cpu_seconds()? - used;
                let whole = self.duration + crate::senders::WARM_UP;
                cpu.push(driven.rate * whole.as_secs_f64() / seconds.max(1e-9));
                runs.push(&driven);
                beside.push(&self.peer_run(&peer, work).await?);
            }
            let title = format!("{name}, both cores shared with the generator");
            report.add(&title, "/s", &runs.rate, Target::None);
            let title = format!("{name}, a second of one core of the program");
            report.add(&title, "/s", &cpu, Target::AtLeast(per_core));
            let title = format!("{name}, p99");
            report.add(&title, "ms", &runs.p99, Target::AtMost(20.0));
            let title = format!("{name}, oidc-provider with its store in memory");
            report.add(&title, "/s", &beside.rate, Target::None);
            let title = format!("{name}, times oidc-provider");
            report.add(&title, "", &runs.rate.ratio(&beside.rate), Target::None);
        }
        self.paced_refreshes(&program, &ours, report).await?;
        self.sign_ins(&program, report).await?;
        report.add_one(
            "memory after sign-on's load",
            "MB",
            program.resident_mb()?,
            Target::None,
        );
        program.stop();
        let version = peer.version.clone();
        peer.stop();
        Ok(version)
    }

    /// Refreshes at the rate that is asked for: what a caller waits when the program has air.
    async fn paced_refreshes(
        &self,
        program: &Program,
        ours: &Provider,
        report: &mut Report,
    ) -> Result<()> {
        let mut runs = Runs::default();
        let cores = f64::from(u32::try_from(std::thread::available_parallelism()?.get())?);
        for _ in 0..self.runs {
            let tokens = identity::refresh_tokens(program, ours).await?;
            let rate = REFRESHES_A_CORE * cores;
            runs.push(
                &ours
                    .run_at(Work::Refresh, &tokens, self.duration, rate)
                    .await?,
            );
        }
        let title = "refreshes at 1,000 a second for each core";
        report.add(title, "/s", &runs.rate, Target::None);
        report.add(
            &format!("{title}, p99"),
            "ms",
            &runs.p99,
            Target::AtMost(20.0),
        );
        Ok(())
    }

    async fn peer_run(&self, peer: &Peer, work: Work) -> Result<Driven> {
        // Its refresh tokens are used up by a run; a new process brings new ones.
        if work == Work::Refresh {
            let fresh = Peer::start(&self.root)?;
            let provider: &Provider = &fresh.provider;
            let driven = provider
                .run(work, &fresh.refresh_tokens, self.duration)
                .await;
            fresh.stop();
            return driven;
        }
        peer.provider.run(work, &[], self.duration).await
    }

    async fn sign_ins(&self, program: &Program, report: &mut Report) -> Result<()> {
        let mut runs = Runs::default();
        for _ in 0..self.runs {
            let mut people = Vec::new();
            for index in 0..SIGN_INS_AT_ONCE {
                let place = index % 12;
                let name = program.text(&format!("/users/{place}/username"))?;
                let password = program.text(&format!("/users/{place}/password"))?;
                people.push(Person::at(program.admin_host(), name, password).await?);
            }
            runs.push(&drive(people, self.duration).await?);
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let per_core = Series {
            runs: runs
                .rate
                .runs
                .iter()
                .map(|rate| rate / cores as f64)
                .collect(),
        };
        report.add("password sign-ins", "/s", &runs.rate, Target::None);
        report.add(
            "password sign-ins a core",
            "/s",
            &per_core,
            Target::AtLeast(12.0),
        );
        report.add("password sign-ins, p99", "ms", &runs.p99, Target::None);
        Ok(())
    }

    /// A full installation beside an empty one.
    pub(crate) async fn scale(&self, report: &mut Report) -> Result<()> {
        let seen = scale::run(&self.binary, &self.folder, self.runs).await?;
        report.add("sign-in, empty, p95", "ms", &seen.empty, Target::None);
        let title = "sign-in, 100,000 accounts, 10,000 groups, 10,000 agencies, p95";
        report.add(title, "ms", &seen.full, Target::None);
        let ratio = seen.full.ratio(&seen.empty);
        report.add("sign-in, full by empty", "", &ratio, Target::AtMost(1.2));
        let title = "search of people among 100,000, p95";
        report.add(title, "ms", &seen.search, Target::AtMost(200.0));
        let title = "2,000 officials sign in, 64 at once, until the last is in";
        report.add(title, "s", &seen.officials, Target::AtMost(120.0));
        let title = "2,000 officials sign in, p99 of one";
        report.add(title, "ms", &seen.officials_p99, Target::None);
        let title = "memory with 10,000 sessions";
        report.add(title, "MB", &seen.memory, Target::AtMost(150.0));
        let title = "memory with 10,000 sessions and the full installation";
        report.add(title, "MB", &seen.memory_full, Target::None);
        Ok(())
    }

    /// Decisions of access, in the process, none of them kept.
    pub(crate) fn decisions(&self, report: &mut Report) -> Result<()> {
        let seen = decisions::run(self.runs)?;
        let title = "access decision with 1,000 policies, median";
        report.add(title, "µs", &seen.p50, Target::None);
        let title = "access decision with 1,000 policies, p99";
        report.add(title, "µs", &seen.p99, Target::AtMost(200.0));
        Ok(())
    }

    /// The peer that moves messages.
    pub(crate) async fn rabbitmq(&self, report: &mut Report) -> Result<String> {
        let node = Node::start(&self.folder)?;
        let (mut disk, mut classic) = (Series::default(), Runs::default());
        let mut quorum = Runs::default();
        for _ in 0..self.runs {
            disk.push(self.disk()?);
            classic.push(&rabbitmq::run(&node, QueueKind::Classic, self.duration).await?);
            quorum.push(&rabbitmq::run(&node, QueueKind::Quorum, self.duration).await?);
        }
        report.add("fdatasync beside RabbitMQ", "/s", &disk, Target::None);
        classic.report(report, "RabbitMQ, durable classic queue, 8 KiB");
        quorum.report(report, "RabbitMQ, quorum queue, 8 KiB");
        let version = node.version().to_owned();
        node.stop();
        Ok(version)
    }

    /// The peer that keeps rows, and the ledger on the same server.
    pub(crate) async fn postgres(&self, report: &mut Report) -> Result<String> {
        let cluster = Cluster::start(&self.folder)?;
        let (mut disk, mut plain) = (Series::default(), Runs::default());
        let mut ledger = Runs::default();
        for _ in 0..self.runs {
            disk.push(self.disk()?);
            plain.push(&postgres::run(&cluster, self.duration).await?);
            let url = cluster.database().await?;
            ledger.push(&ledger::run(&self.folder, Some(&url), self.duration).await?);
        }
        report.add("fdatasync beside PostgreSQL", "/s", &disk, Target::None);
        plain.report(report, "PostgreSQL, plain inserts, 8 KiB");
        ledger.report(report, "ledger on PostgreSQL, 1 KiB");
        let version = cluster.version().to_owned();
        cluster.stop();
        Ok(version)
    }

    pub(crate) fn readiness(&self, report: &mut Report) -> Result<()> {
        let empty = readiness::empty(&self.binary, &self.folder, self.runs)?;
        report.add("ready, empty", "ms", &empty, Target::AtMost(1_000.0));
        let demo = readiness::demo(&self.binary, &self.folder, self.runs)?;
        report.add("ready, first start of the demo", "ms", &demo, Target::None);
        let full = readiness::full(&self.binary, &self.folder, self.runs)?;
        report.add(
            "ready, 1,000,000 deliveries queued",
            "ms",
            &full,
            Target::AtMost(5_000.0),
        );
        Ok(())
    }

    pub(crate) async fn memory(&self, report: &mut Report) -> Result<()> {
        let memory = memory::run(&self.binary, &self.folder, self.idle_for, self.runs).await?;
        let name = format!(
            "memory, idle with the demo after {} s",
            self.idle_for.as_secs()
        );
        report.add(&name, "MB", &memory.idle, Target::AtMost(80.0));
        let name = "rise of memory by a document of 50 MB, peak";
        report.add(name, "MB", &memory.rise, Target::AtMost(64.0));
        Ok(())
    }

    pub(crate) fn sizes(&self, report: &mut Report) -> Result<()> {
        let packages = sizes::packages(&self.root)?;
        let name = "packages in a cold debug build";
        report.add_one(name, "packages", packages, Target::AtMost(450.0));
        let kilobytes = sizes::first_load_kb(&self.root)?
            .context("the console is not built: cargo xtask web")?;
        let name = "first load of the console, JavaScript, gzip";
        report.add_one(name, "kB", kilobytes, Target::AtMost(250.0));
        Ok(())
    }
}

/// People who sign in at the same time, fewer than the places of the hashing queue.
const SIGN_INS_AT_ONCE: usize = 32;

/// The floor that the targets are taken of.
const FLOOR: Floor = Floor::Rows;

/// Makes the folder for temporary files; all of it goes when the run ends.
pub(crate) fn folder(parent: &Path) -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt as _;
    let made = tempfile::Builder::new()
        .prefix("lgsp-bench-")
        .tempdir_in(parent)?;
    // The user of PostgreSQL passes through it.
    std::fs::set_permissions(made.path(), std::fs::Permissions::from_mode(0o755))?;
    Ok(made)
}
