//! Background work of document exchange.
//!
//! Owns: starting alarms, parked statuses, activity and figures.
//! Not here: the client of the national axis (`national`).
//! Invariant: each pass may run twice without harm; of several nodes one takes a pass.

mod alarms;
mod orphans;

use lgsp_platform::ledger::schedule;

use crate::{Exchange, Result, tables::activity};

/// How often the time rules are looked at.
const ALARMS_EVERY_MS: i64 = 30_000;
/// How often parked statuses are tried again.
const ORPHANS_EVERY_MS: i64 = 30_000;
/// How often it is written down when systems were last seen.
const ACTIVITY_EVERY_MS: i64 = 30_000;
/// How often the figures follow the journal while nobody looks.
const FIGURES_EVERY_MS: i64 = 5_000;
/// Readings of the journal in one go.
const FIGURE_ROUNDS: u32 = 50;

/// Starts everything.
pub(crate) fn start(exchange: &Exchange) {
    let platform = exchange.platform();
    let (ledger, tasks) = (&platform.ledger, &platform.tasks);
    let alarms = exchange.clone();
    schedule::start(
        ledger,
        tasks,
        "exchange alarms",
        ALARMS_EVERY_MS,
        move || {
            let exchange = alarms.clone();
            Box::pin(async move { exchange.check_alarms().await.map_err(platform_error) })
        },
    );
    let orphans = exchange.clone();
    schedule::start(
        ledger,
        tasks,
        "exchange orphans",
        ORPHANS_EVERY_MS,
        move || {
            let exchange = orphans.clone();
            Box::pin(async move { exchange.retry_orphans().await.map_err(platform_error) })
        },
    );
    tasks.spawn_until_stopped(
        "exchange directory",
        exchange.directories().clone().follow(),
    );
    tasks.spawn_until_stopped("exchange activity", write_activity(exchange.clone()));
    tasks.spawn_until_stopped("exchange figures", follow_figures(exchange.clone()));
}

fn platform_error(error: crate::Error) -> lgsp_platform::Error {
    match error {
        crate::Error::Platform(error) => error,
        other => lgsp_platform::Error::Internal(other.to_string()),
    }
}

/// Every node writes down the calls that it has seen.
async fn write_activity(exchange: Exchange) {
    loop {
        exchange.platform().clock.sleep(ACTIVITY_EVERY_MS).await;
        if let Err(error) = write_activity_once(&exchange).await {
            tracing::debug!(%error, "last calls of systems could not be written down");
        }
    }
}

async fn write_activity_once(exchange: &Exchange) -> Result<()> {
    let directory = exchange.directory();
    let seen: Vec<_> = directory
        .systems()
        .iter()
        .filter_map(|system| Some((system.name.clone(), system.activity.take_unwritten()?)))
        .collect();
    if seen.is_empty() {
        return Ok(());
    }
    Ok(activity::put(&exchange.platform().db, &seen).await?)
}

async fn follow_figures(exchange: Exchange) {
    loop {
        let (db, now) = (&exchange.platform().db, exchange.now());
        match exchange.0.figures.catch_up(db, now, FIGURE_ROUNDS).await {
            Ok(false) => continue,
            Ok(true) => {}
            Err(error) => tracing::debug!(%error, "figures could not be read"),
        }
        exchange.platform().clock.sleep(FIGURES_EVERY_MS).await;
    }
}
