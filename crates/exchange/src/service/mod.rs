//! The handle of document exchange: every use of it starts here.
//!
//! Owns: `Exchange` and what its parts share. One use, one file beside this one.
//! Not here: HTTP faces (`routes/`, `vxp/`), SQL (`tables/`), the rules of states (`rules.rs`).
//! Invariant: what was answered is durable; a refusal leaves nothing but its audit event.
//! Follows: design document "Document exchange", sections 5 and 7.4.
//!
//! Where to look: offering (`submit/`), mailboxes (`mailbox/`), officials' acts (`acts/`), the
//! axis (`upstream.rs`), systems (`systems.rs`), handing out (`render.rs`, `partner.rs`); reading for the
//! console is in `../query/`.

mod acts;
mod mailbox;
mod partner;
mod render;
pub(crate) mod submit;
mod systems;
pub mod types;
mod upstream;

use std::sync::Arc;

use lgsp_catalogue::Catalogue;
use lgsp_model::Timestamp;
use lgsp_platform::{
    Platform,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};

pub use types::{
    Acted, ComposeFile, ComposeRequest, ComposeSigner, MailboxItem, MessageType, Official,
    Outbound, Reader, Rendered, SentItem, Source, Submission, Submitted, WireStatus,
};

pub(crate) use render::length as body_length;

use crate::{
    Result,
    directory::{Directories, Directory},
    query::{figures::FigureBook, overview::OverviewCache},
};

/// Queue of the mailboxes.
pub const MAILBOX_QUEUE: &str = "mailbox";
/// Queue of the client of the national axis.
pub const UPSTREAM_QUEUE: &str = "vxp";
/// Behind an agency, the address of its tray for status messages.
pub const STATUS_TRAY: &str = "/status";

/// Handle of document exchange; cheap to clone.
#[derive(Clone)]
pub struct Exchange(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) platform: Platform,
    pub(crate) directories: Directories,
    pub(crate) figures: FigureBook,
    pub(crate) overviews: OverviewCache,
}

impl Exchange {
    /// Opens the exchange on a running platform.
    ///
    /// # Errors
    /// When a secret cannot be opened or the database fails.
    pub async fn open(platform: Platform, catalogue: Catalogue) -> Result<Self> {
        let directories = Directories::open(platform.clone(), catalogue).await?;
        Ok(Self(Arc::new(Inner {
            platform,
            directories,
            figures: FigureBook::default(),
            overviews: OverviewCache::default(),
        })))
    }

    /// Systems, secrets, agencies and settings as they stand; free of any wait.
    #[must_use]
    pub fn directory(&self) -> Arc<Directory> {
        self.0.directories.get()
    }

    /// How the directory is swapped; for whoever has just changed a system.
    #[must_use]
    pub fn directories(&self) -> &Directories {
        &self.0.directories
    }

    /// The platform below.
    #[must_use]
    pub fn platform(&self) -> &Platform {
        &self.0.platform
    }

    /// The present, by the platform's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.0.platform.clock.now()
    }

    /// Writes an audit event of a refused call: the only trace that a refusal leaves.
    ///
    /// A failure to write it is logged, because the call is refused in any case.
    pub async fn note_refusal(
        &self,
        actor: &str,
        action: &str,
        error_id: &str,
        address: Option<String>,
        trace_id: Option<String>,
    ) {
        let mut event = Event::new(
            Class::Audit,
            self.now(),
            actor,
            action,
            ("message", error_id),
        )
        .with_trace(trace_id)
        .with_result("refused");
        event.address = address;
        let acceptance = Acceptance {
            claim: None,
            effects: Effects {
                events: vec![event],
                ..Effects::default()
            },
        };
        if let Err(error) = self.0.platform.ledger.accept(acceptance).await {
            tracing::warn!(%error, "refusal could not be noted in the journal");
        }
    }
}
