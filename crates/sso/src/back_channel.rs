//! Telling applications from server to server that a session has ended.
//!
//! Owns: turning participants whose session is gone into deliveries, and making those: the one
//! place for OpenID Connect, SAML and CAS.
//! Not here: what is said, and what an answer means (each protocol); applications that are told
//! through the browser.
//! Invariant: a participant is forgotten in the transaction that promises to tell it and that
//! ends what hung on the session; the request is made anew at each attempt; a delivery is tried
//! for a day.
//! Follows: design document "Identity", section 2.8.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use lgsp_identity::{Identity, Participant};
use lgsp_model::DeliveryId;
use lgsp_platform::{
    Platform,
    http::client,
    ledger::{
        Acceptance, Claim, Effects, Leased, NewDelivery, Outcome,
        worker::{self, BackOff, Handled, Handler, Handling, WorkerOptions},
    },
};
use reqwest::StatusCode;

use crate::error::Result;

/// Participants that one look takes.
const ORPHANS_MAX: u32 = 200;
/// Pause between two looks when nothing wakes us: sessions end on other nodes too.
const LOOK_MS: i64 = 1_000;
/// How long a repeated promise is recognised.
const CLAIM_MS: i64 = 86_400_000;
/// Priority of these deliveries: an open session is a risk.
const PRIORITY: i16 = 7;
/// Deliveries of a protocol in work at the same time.
const CONCURRENCY: u32 = 16;
/// How long an application may take to answer.
const ANSWER_MS: u64 = 10_000;
/// How long one delivery may take before another worker may take it.
const LEASE_MS: i64 = 30_000;
/// Largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 64 * 1_024;
/// Waits between attempts; the last one repeats.
const STEPS_MS: [i64; 6] = [1_000, 5_000, 30_000, 120_000, 600_000, 3_600_000];
/// After this time it is given up.
const GIVE_UP_MS: i64 = 86_400_000;

/// What is to be delivered.
pub(crate) struct Promise {
    /// Name of the application's resource.
    pub(crate) address: String,
    /// What is needed at each attempt.
    pub(crate) payload: String,
}

/// What follows from the end of a session for one participant.
#[derive(Default)]
pub(crate) struct Farewell {
    /// Whom to tell; nothing when the application cannot be told this way.
    pub(crate) promise: Option<Promise>,
    /// What ends together with it.
    pub(crate) effects: Effects,
    /// Done once all that is committed.
    pub(crate) afterwards: Option<Box<dyn FnOnce() + Send>>,
}

/// The farewell of a participant.
pub(crate) type Parting<'a> = Pin<Box<dyn Future<Output = Result<Farewell>> + Send + 'a>>;

/// A request to an application, made anew at each attempt.
pub(crate) struct Call {
    /// Address.
    pub(crate) url: String,
    /// Whether the address may lead to the machine itself.
    pub(crate) may_be_local: bool,
    /// Type of the body.
    pub(crate) content_type: &'static str,
    /// Further header.
    pub(crate) header: Option<(&'static str, &'static str)>,
    /// Body.
    pub(crate) body: String,
}

/// The call of an attempt; nothing when there is nobody to tell any more.
pub(crate) type Calling<'a> = Pin<Box<dyn Future<Output = Result<Option<Call>>> + Send + 'a>>;

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// The application has heard.
    Yes,
    /// It never will.
    Never,
    /// It may hear another time.
    NotYet,
}

/// A protocol that tells applications from server to server.
pub(crate) trait BackChannel: Send + Sync + 'static {
    /// Name of the protocol, as participants carry it.
    fn protocol(&self) -> &'static str;
    /// Name of its queue.
    fn queue(&self) -> &'static str;
    /// What follows for a participant whose session has ended.
    fn farewell<'a>(&'a self, participant: &'a Participant) -> Parting<'a>;
    /// The request of one attempt.
    fn call<'a>(&'a self, payload: &'a str) -> Calling<'a>;
    /// What the status of an answer means.
    fn heard(&self, status: StatusCode) -> Heard {
        match status.is_success() || status.is_redirection() {
            true => Heard::Yes,
            false => Heard::NotYet,
        }
    }
}

/// Starts both halves of a protocol.
///
/// # Errors
/// `platform.configuration.invalid` when TLS cannot be set up.
pub(crate) fn start(
    platform: &Platform,
    identity: &Identity,
    protocol: Arc<dyn BackChannel>,
) -> Result<()> {
    let options = WorkerOptions {
        queue: protocol.queue(),
        concurrency: CONCURRENCY,
        lease_ms: LEASE_MS,
    };
    let sender = Sender {
        platform: platform.clone(),
        client: client::client()?,
        protocol: protocol.clone(),
        back_off: BackOff {
            steps_ms: STEPS_MS.to_vec(),
            give_up_ms: GIVE_UP_MS,
        },
    };
    worker::start(&platform.ledger, &platform.tasks, options, Arc::new(sender));
    let (looking, identity) = (platform.clone(), identity.clone());
    platform
        .tasks
        .spawn_until_stopped("single logout", async move {
            let changed = identity.sessions_changed();
            loop {
                match part_all(&looking, &identity, protocol.as_ref()).await {
                    Ok(found) if found == ORPHANS_MAX as usize => continue,
                    Ok(_) => {}
                    Err(error) => {
                        let protocol = protocol.protocol();
                        tracing::warn!(%error, protocol, "ended sessions were not told, will try again");
                    }
                }
                tokio::select! {
                    () = changed.notified() => {}
                    () = looking.clock.sleep(LOOK_MS) => {}
                }
            }
        });
    Ok(())
}

async fn part_all(
    platform: &Platform,
    identity: &Identity,
    protocol: &dyn BackChannel,
) -> Result<usize> {
    let orphans = identity.orphans(protocol.protocol(), ORPHANS_MAX).await?;
    let found = orphans.len();
    for participant in orphans {
        part(platform, protocol, &participant).await?;
    }
    Ok(found)
}

async fn part(
    platform: &Platform,
    protocol: &dyn BackChannel,
    participant: &Participant,
) -> Result<()> {
    let now = platform.clock.now();
    let Farewell {
        promise,
        mut effects,
        afterwards,
    } = protocol.farewell(participant).await?;
    effects
        .statements
        .push(participant.delete_statement(&platform.db));
    if let Some(promise) = promise {
        effects.deliveries.push(NewDelivery {
            id: DeliveryId(platform.ids.next()),
            message: None,
            queue: protocol.queue().to_owned(),
            address: promise.address,
            lane: None,
            priority: PRIORITY,
            is_pull: false,
            due_at: now,
            payload: Some(promise.payload),
        });
    }
    // Two nodes may see the same participant; one of them promises.
    let claim = Claim {
        key: format!("logout:{}", participant.id),
        result: String::new(),
        expires_at: now.plus_ms(CLAIM_MS),
    };
    let acceptance = Acceptance {
        claim: Some(claim),
        effects,
    };
    platform.ledger.accept(acceptance).await?;
    if let Some(afterwards) = afterwards {
        afterwards();
    }
    Ok(())
}

struct Sender {
    platform: Platform,
    client: reqwest::Client,
    protocol: Arc<dyn BackChannel>,
    back_off: BackOff,
}

impl Handler for Sender {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(async move {
            let outcome = match self.attempt(delivery).await {
                Ok(outcome) => outcome,
                Err(reason) => {
                    let now = self.platform.clock.now();
                    self.back_off.outcome(delivery, now, reason)
                }
            };
            Handled {
                outcome,
                effects: Effects::default(),
            }
        })
    }
}

impl Sender {
    async fn attempt(&self, delivery: &Leased) -> std::result::Result<Outcome, String> {
        let payload = delivery.payload.as_deref().unwrap_or_default();
        let call = self.protocol.call(payload).await;
        let Some(call) = call.map_err(|error| error.to_string())? else {
            return Ok(Outcome::Cancelled {
                reason: "application is not told any more".to_owned(),
            });
        };
        let status = self.send(call).await?;
        match self.protocol.heard(status) {
            Heard::Yes => Ok(Outcome::Acknowledged),
            Heard::Never => Ok(Outcome::Dead {
                reason: format!("application refused with {status}"),
            }),
            Heard::NotYet => Err(format!("application answered {status}")),
        }
    }

    async fn send(&self, call: Call) -> std::result::Result<StatusCode, String> {
        let url = reqwest::Url::parse(&call.url).map_err(|error| error.to_string())?;
        client::check_host(&url, call.may_be_local)
            .await
            .map_err(|error| error.to_string())?;
        let mut request = self
            .client
            .post(url)
            .timeout(Duration::from_millis(ANSWER_MS))
            .header(reqwest::header::CONTENT_TYPE, call.content_type)
            .body(call.body);
        if let Some((name, value)) = call.header {
            request = request.header(name, value);
        }
        let answer = request.send().await.map_err(|error| text_of(&error))?;
        let status = answer.status();
        client::read_limited(answer, ANSWER_BYTES_MAX)
            .await
            .map_err(|error| error.to_string())?;
        Ok(status)
    }
}

/// An error without the address: it may carry what belongs in no log.
fn text_of(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        "application did not answer in time".to_owned()
    } else if error.is_connect() {
        "application cannot be reached".to_owned()
    } else {
        "connection to the application broke".to_owned()
    }
}
