//! The national document axis, simulated.
//!
//! Owns: start, shutdown, the handle with which tests and the control interface steer it.
//! Not here: the operations (`operations.rs`, `agencies.rs`, `send.rs`), faults (`faults.rs`).
//! Invariant: state lives in memory; the same seed and the same calls give the same replies.
//! Follows: the VXP interface, 13 operations; behaviour in transit as seen in stored messages.

mod actors;
mod agencies;
mod check;
mod connection;
mod control;
mod dump;
mod faults;
mod operations;
mod reply;
mod seed;
mod send;
mod spoil;
mod state;

use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::clock::{ClockMode, VirtualClock};
use state::State;

pub use dump::{CopyDump, Dump, OperationStats, SentDump, Stats};
pub use faults::{FaultKind, FaultRule, OutageMode};
pub use operations::Operation;
pub use seed::{AgencySeed, AxisSeed, OutsideSeed, Script, Step, SystemSeed};

/// The code with which the axis signs its trace header.
pub const AXIS_CODE: &str = "001.00.20.TT2";

/// How an axis runs.
#[derive(Clone, Debug)]
pub struct AxisOptions {
    /// Seed of all random draws. With a running clock the start time is mixed in, for a
    /// `DocId` must not come again after a restart.
    pub random_seed: u64,
    /// Code in the axis's trace header.
    pub axis_code: String,
    /// Where time comes from.
    pub clock: ClockMode,
    /// Content of finished copies that is kept for looking at, in bytes.
    pub retained_bytes_max: usize,
    /// Records of messages that are kept; those with waiting copies always are.
    pub messages_max: usize,
    /// Content of waiting copies, in bytes; beyond it a send is refused with 113.
    pub waiting_bytes_max: usize,
}

impl AxisOptions {
    /// Small limits, for an axis that lives in another program's process.
    pub fn demo() -> Self {
        Self {
            retained_bytes_max: 4 << 20,
            messages_max: 2_000,
            waiting_bytes_max: 256 << 20,
            ..Self::default()
        }
    }
}

impl Default for AxisOptions {
    fn default() -> Self {
        Self {
            random_seed: 20,
            axis_code: AXIS_CODE.into(),
            clock: ClockMode::Running,
            retained_bytes_max: 64 << 20,
            messages_max: 200_000,
            waiting_bytes_max: 1 << 30,
        }
    }
}

struct Axis {
    state: Mutex<State>,
    clock: VirtualClock,
    options: AxisOptions,
    wake: Notify,
}

impl Axis {
    fn lock(&self) -> MutexGuard<'_, State> {
        // A poisoned lock only means that another call panicked; the state is still whole rows.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }
}

/// Steers a running axis from the same process. Clones share one axis.
#[derive(Clone)]
pub struct Handle {
    axis: Arc<Axis>,
}

impl Handle {
    /// An axis that is not listening yet.
    ///
    /// # Errors
    /// When the seed names a code or a system twice, or an unknown system.
    pub fn new(seed: AxisSeed, options: AxisOptions) -> anyhow::Result<Self> {
        let clock = VirtualClock::new(options.clock);
        let mut state = State::new(&options);
        state.plant(seed, clock.now_ms())?;
        let axis = Axis {
            state: Mutex::new(state),
            clock,
            options,
            wake: Notify::new(),
        };
        Ok(Self {
            axis: Arc::new(axis),
        })
    }

    /// Replaces everything: systems, agencies, messages, faults.
    ///
    /// # Errors
    /// As [`Handle::new`]; the old state stays then.
    pub fn replant(&self, seed: AxisSeed) -> anyhow::Result<()> {
        let mut state = State::new(&self.axis.options);
        state.plant(seed, self.axis.now_ms())?;
        *self.axis.lock() = state;
        self.axis.wake.notify_one();
        Ok(())
    }

    /// The seed with what has been registered and deleted since.
    pub fn seed(&self) -> AxisSeed {
        self.axis.lock().as_seed()
    }

    /// Adds a fault; the number serves to take it away.
    pub fn add_fault(&self, rule: FaultRule) -> u64 {
        let now_ms = self.axis.now_ms();
        self.axis.lock().faults.add(rule, now_ms)
    }

    /// Faults that can still happen, with their numbers.
    pub fn faults(&self) -> Vec<(u64, FaultRule)> {
        let now_ms = self.axis.now_ms();
        self.axis.lock().faults.list(now_ms)
    }

    /// Takes one fault away; false when there is none of this number.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.axis.lock().faults.remove(id)
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.axis.lock().faults.clear();
    }

    /// The axis's time, milliseconds Unix UTC.
    pub fn now_ms(&self) -> i64 {
        self.axis.now_ms()
    }

    /// Moves the axis's time forward and does everything that became due, in order.
    pub fn advance(&self, by: Duration) {
        self.axis.clock.advance(by);
        actors::run_due(&self.axis);
        self.axis.wake.notify_one();
    }

    /// Sends documents from outside now; returns their `DocId`s. `to` empty: as the seed says.
    pub fn send_outside(&self, count: usize, to: &[String]) -> Vec<String> {
        let now_ms = self.axis.now_ms();
        let mut state = self.axis.lock();
        (0..count)
            .filter_map(|_| actors::send_outside(&mut state, &self.axis.options, to, now_ms))
            .collect()
    }

    /// Everything the axis holds about messages, without their content.
    pub fn dump(&self) -> Dump {
        dump::dump(&self.axis.lock())
    }

    /// Content of a copy as its recipient gets it; `None` when unknown or no longer kept.
    pub fn content(&self, doc_id: &str) -> Option<bytes::Bytes> {
        self.axis
            .lock()
            .copy_of(doc_id)
            .map(|copy| copy.content.clone())
    }

    /// Counts of calls, errors and faults.
    pub fn stats(&self) -> Stats {
        self.axis.lock().stats.clone()
    }
}

/// Serves an axis until `shutdown` completes.
///
/// # Errors
/// When the seed is not usable.
pub async fn serve(
    listener: TcpListener,
    seed: AxisSeed,
    options: AxisOptions,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    serve_handle(listener, Handle::new(seed, options)?, shutdown).await
}

/// Serves an axis that is steered through `handle` until `shutdown` completes.
///
/// # Errors
/// None at present; broken connections are logged and dropped.
pub async fn serve_handle(
    listener: TcpListener,
    handle: Handle,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let axis = Arc::clone(&handle.axis);
    tokio::select! {
        () = connection::accept_all(listener, handle) => {}
        () = actors::run(&axis) => {}
        () = shutdown => {}
    }
    Ok(())
}
