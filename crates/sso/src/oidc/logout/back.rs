//! Telling applications from server to server that a session ended.
//!
//! Owns: finding the participants of ended sessions, the deliveries, their attempts.
//! Invariant: the promise to tell is one transaction with forgetting the participant and with
//! ending the families of the session; a logout token is minted anew at each attempt, because
//! it lives two minutes.
//! Follows: OpenID Connect Back-Channel Logout 1.0; design document "Identity", section 2.8.

use std::{sync::Arc, time::Duration};

use lgsp_identity::Participant;
use lgsp_model::DeliveryId;
use lgsp_platform::{
    http::client::check_host,
    ledger::{
        Acceptance, Claim, Leased, NewDelivery, Outcome,
        worker::{self, BackOff, Handled, Handler, Handling, WorkerOptions},
    },
};
use reqwest::Url;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    error::Result,
    oidc::{
        Provider,
        limits::ORPHANS_POLL_MS,
        params::encode,
        tables::family::{self, Which},
        token::mint,
    },
};

/// Queue of logout tokens.
const QUEUE: &str = "oidc.logout";
/// Participants of one look.
const ORPHANS_MAX: u32 = 200;
/// Logout tokens under way at the same time.
const CONCURRENCY: u32 = 16;
/// How long an application may take to answer.
const ANSWER_TIMEOUT_MS: u64 = 10_000;
/// How long an attempt may take before another node may take it.
const LEASE_MS: i64 = 30_000;
/// Waits after failures: 1 s, 5 s, 30 s, 2 min, 10 min, then hourly.
const STEPS_MS: [i64; 6] = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
/// Given up after a day.
const GIVE_UP_MS: i64 = 86_400_000;

/// What a delivery knows.
#[derive(Debug, Serialize, Deserialize)]
struct Farewell {
    client: String,
    sub: String,
    session: Uuid,
}

/// Starts the look for ended sessions and the deliveries.
pub(in crate::oidc) fn start(provider: &Provider) {
    let platform = &provider.platform;
    let options = WorkerOptions {
        queue: QUEUE,
        concurrency: CONCURRENCY,
        lease_ms: LEASE_MS,
    };
    let handler = Arc::new(Teller(provider.clone()));
    worker::start(&platform.ledger, &platform.tasks, options, handler);
    let own = provider.clone();
    platform
        .tasks
        .spawn_until_stopped("oidc ended sessions", async move { run(&own).await });
}

async fn run(provider: &Provider) {
    let changed = provider.identity.sessions_changed();
    loop {
        let more = match part(provider).await {
            Ok(count) => count == ORPHANS_MAX as usize,
            Err(error) => {
                tracing::warn!(%error, "ended sessions could not be told, will try again");
                false
            }
        };
        if more {
            continue;
        }
        tokio::select! {
            () = changed.notified() => {}
            () = provider.platform.clock.sleep(ORPHANS_POLL_MS) => {}
        }
    }
}

/// Promises to tell the applications of ended sessions; gives how many there were.
async fn part(provider: &Provider) -> Result<usize> {
    let orphans = provider.identity.orphans("oidc", ORPHANS_MAX).await?;
    for orphan in &orphans {
        promise(provider, orphan).await?;
    }
    Ok(orphans.len())
}

async fn promise(provider: &Provider, orphan: &Participant) -> Result<()> {
    let db = &provider.platform.db;
    let families = family::live(db, &Which::Session(orphan.session_id)).await?;
    let mut effects = provider.revoked.effects(&families);
    effects.statements.push(orphan.delete_statement(db));
    let client = provider.clients.find(&orphan.client).await?;
    let is_told = client.is_some_and(|client| client.spec.backchannel_logout_uri.is_some());
    if is_told {
        let sub = orphan.data.get("sub").and_then(|sub| sub.as_str());
        let farewell = Farewell {
            client: orphan.client.clone(),
            sub: sub.unwrap_or_default().to_owned(),
            session: orphan.session_id,
        };
        let payload = serde_json::to_string(&farewell)
            .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
        effects.deliveries.push(NewDelivery {
            id: DeliveryId(provider.platform.ids.next()),
            message: None,
            queue: QUEUE.to_owned(),
            address: orphan.client.clone(),
            lane: None,
            priority: 5,
            is_pull: false,
            due_at: provider.platform.clock.now(),
            payload: Some(payload),
        });
    }
    let acceptance = Acceptance {
        // Two nodes may look at the same moment; one of them promises.
        claim: Some(Claim {
            key: format!("oidc.farewell:{}", orphan.id),
            result: String::new(),
            expires_at: provider.platform.clock.now().plus_ms(GIVE_UP_MS),
        }),
        effects,
    };
    provider.platform.ledger.accept(acceptance).await?;
    provider.revoked.noted(&families);
    Ok(())
}

struct Teller(Provider);

impl Handler for Teller {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(async move {
            Handled {
                outcome: attempt(&self.0, delivery).await,
                effects: lgsp_platform::ledger::Effects::default(),
            }
        })
    }
}

async fn attempt(provider: &Provider, delivery: &Leased) -> Outcome {
    let payload = delivery.payload.as_deref().unwrap_or_default();
    let Ok(farewell) = serde_json::from_str::<Farewell>(payload) else {
        return dead("the job is unreadable");
    };
    let status = match tell(provider, &farewell).await {
        Ok(Some(status)) => status,
        Ok(None) => return dead("the client is gone or wants no logout tokens any more"),
        Err(reason) => {
            let now = provider.platform.clock.now();
            return back_off().outcome(delivery, now, reason);
        }
    };
    match status {
        200 | 204 => Outcome::Acknowledged,
        400 => dead("the client refused the logout token"),
        other => {
            let now = provider.platform.clock.now();
            back_off().outcome(delivery, now, format!("status {other}"))
        }
    }
}

fn back_off() -> BackOff {
    BackOff {
        steps_ms: STEPS_MS.to_vec(),
        give_up_ms: GIVE_UP_MS,
    }
}

fn dead(reason: &str) -> Outcome {
    Outcome::Dead {
        reason: reason.to_owned(),
    }
}

/// Sends a fresh logout token; gives the status, or nothing when there is nobody to tell.
async fn tell(provider: &Provider, farewell: &Farewell) -> Result<Option<u16>, String> {
    let text = |error: &dyn std::fmt::Display| error.to_string();
    let client = provider
        .clients
        .find(&farewell.client)
        .await
        .map_err(|error| text(&error))?;
    let Some(client) = client else {
        return Ok(None);
    };
    let Some(address) = &client.spec.backchannel_logout_uri else {
        return Ok(None);
    };
    let url = Url::parse(address).map_err(|error| text(&error))?;
    let keys = &provider.client_keys;
    check_host(&url, keys.is_local_allowed())
        .await
        .map_err(|error| text(&error))?;
    let token = mint::logout(provider, &client, &farewell.sub, farewell.session)
        .await
        .map_err(|error| text(&error))?;
    let answer = keys
        .http()
        .post(url)
        .timeout(Duration::from_millis(ANSWER_TIMEOUT_MS))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("logout_token={}", encode(&token)))
        .send()
        .await
        .map_err(|error| text(&error.without_url()))?;
    Ok(Some(answer.status().as_u16()))
}
