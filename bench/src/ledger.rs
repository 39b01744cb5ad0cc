//! The ledger alone: 64 senders, one message of 1 KiB and one delivery each.
//!
//! Owns: the stage on `SQLite` and on `PostgreSQL`.
//! Not here: the program around the ledger (`documents.rs`).
//! Invariant: `Ledger::accept` has answered before a call counts, so it is durable.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use lgsp_model::{DeliveryId, MessageId};
use lgsp_platform::{
    Platform,
    blobs::Body,
    clock::{Ids, SystemClock},
    config::Config,
    ledger::{Acceptance, Accepted, Effects, Ledger, NewDelivery, NewMessage},
};

use crate::{
    probes::TRACE,
    rows::{Bodies, MESSAGE_BYTES, digest},
    senders::{Driven, SENDERS, Sender, drive},
};

struct LedgerSender {
    ledger: Ledger,
    bodies: Bodies,
}

impl Sender for LedgerSender {
    async fn send(&mut self) -> Result<()> {
        let body = self.bodies.make();
        let id = MessageId(Ids.next());
        let message = NewMessage {
            id,
            kind: "edxml.document",
            size_bytes: body.len() as u64,
            digest: digest(&body),
            body: Body::Inline(body.into()),
            trace_id: Some(TRACE.to_owned()),
        };
        let delivery = NewDelivery {
            id: DeliveryId(Ids.next()),
            message: Some(id),
            queue: "mailbox".to_owned(),
            address: "H34.01".to_owned(),
            lane: None,
            priority: 0,
            is_pull: true,
            due_at: self.ledger.now(),
            payload: None,
        };
        let effects = Effects {
            messages: vec![message],
            deliveries: vec![delivery],
            ..Effects::default()
        };
        let accepted = self
            .ledger
            .accept(Acceptance {
                claim: None,
                effects,
            })
            .await?;
        ensure!(accepted == Accepted::New, "a new message was a repeat");
        Ok(())
    }
}

/// One run on a fresh database: embedded, or at `database_url`.
pub(crate) async fn run(
    folder: &Path,
    database_url: Option<&str>,
    duration: Duration,
) -> Result<Driven> {
    let directory = tempfile::tempdir_in(folder)?;
    let mut config = Config::default();
    config.server.data_dir = directory.path().to_path_buf();
    config.database.url = database_url.unwrap_or_default().to_owned();
    let platform = Platform::start(config, Arc::new(SystemClock), &[]).await?;
    let bodies = Bodies::new(MESSAGE_BYTES)?;
    let senders = (0..SENDERS)
        .map(|_| LedgerSender {
            ledger: platform.ledger.clone(),
            bodies: bodies.clone(),
        })
        .collect();
    let driven = drive(senders, duration).await;
    platform.stop().await;
    driven
}
