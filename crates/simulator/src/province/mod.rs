//! Demo traffic of a province: agencies that send, fetch and answer like any working day.
//!
//! Owns: configuration, the loop, its pace.
//! Not here: what is sent (`sender.rs`), what is answered (`agent.rs`), memory (`memory.rs`).
//! Invariant: the first systems (two by default) are neither senders nor receivers nor polled.
//! Follows: the VXP interface as clients use it; status codes of document exchange.

mod agent;
mod config;
mod memory;
mod sender;

use std::future::Future;
use std::time::Duration;

use anyhow::ensure;

use crate::clock;
use crate::rng::Rng;
use agent::Agent;
use memory::Memory;

pub use config::{ProvinceAgency, ProvinceConfig, ProvinceSystem};

/// Pace of the loop.
const TICK: Duration = Duration::from_millis(200);
/// Longest pause of a system that does not answer.
const PAUSE_MAX_MS: i64 = 30_000;

/// Plays until `shutdown` completes. A service that is away is tried again, for ever.
///
/// # Errors
/// When no system is left beside the reserved ones.
pub async fn run(config: ProvinceConfig, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let mut play = Play::new(config)?;
    tokio::select! {
        () = play.run() => {}
        () = shutdown => {}
    }
    play.memory.save();
    Ok(())
}

struct Play {
    config: ProvinceConfig,
    agents: Vec<Agent>,
    memory: Memory,
    rng: Rng,
    next_send_ms: i64,
}

impl Play {
    fn new(config: ProvinceConfig) -> anyhow::Result<Self> {
        let used = config.systems.iter().skip(config.reserved_systems);
        let agents: Vec<Agent> = used
            .filter(|system| !system.agencies.is_empty())
            .map(|system| Agent::new(&config, system))
            .collect();
        ensure!(!agents.is_empty(), "no system beside the reserved ones");
        // Another run must not repeat the draws of the last one.
        let now_ms = clock::wall_ms();
        let seed = config
            .random_seed
            .unwrap_or_else(|| u64::try_from(now_ms).unwrap_or(1));
        let memory = Memory::load(config.state_path.clone());
        Ok(Self {
            config,
            agents,
            memory,
            rng: Rng::new(seed),
            next_send_ms: now_ms,
        })
    }

    async fn run(&mut self) {
        loop {
            let now_ms = clock::wall_ms();
            if now_ms >= self.next_send_ms {
                let (low, high) = self.config.send_every_ms;
                self.next_send_ms = now_ms + self.rng.between(low, high);
                self.send(now_ms).await;
            }
            for agent in &mut self.agents {
                agent
                    .step(&self.config, &mut self.memory, &mut self.rng)
                    .await;
            }
            self.memory.save_if_old(now_ms);
            tokio::time::sleep(TICK / u32::try_from(self.config.hurry).unwrap_or(1).clamp(1, 20))
                .await;
        }
    }

    async fn send(&mut self, now_ms: i64) {
        let outgoing = sender::next(
            &self.config,
            &self.agents,
            &mut self.memory,
            &mut self.rng,
            now_ms,
        );
        let Some(outgoing) = outgoing else { return };
        let Some(agent) = self.agents.get_mut(outgoing.agent) else {
            return;
        };
        if !agent.is_ready(now_ms) {
            return;
        }
        match agent.send(&outgoing).await {
            Ok(doc_id) => {
                tracing::debug!(doc_id, "demo document sent");
                self.memory.remember_sent(&outgoing, now_ms);
            }
            Err(error) => agent.rest(now_ms, &error),
        }
    }
}
