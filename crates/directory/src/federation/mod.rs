//! Federation: people, groups and passwords of directories that others keep.
//!
//! Owns: `Federation`, the handle; what it brings and how it starts.
//! Not here: the LDAP codec (`ldap/wire`), accounts (`identity`).
//! Invariant: whoever a directory keeps is named as its source; what was made here is never
//! taken over without a person's decision.
//! Follows: design document "Identity", section 6.

mod candidate;
mod clash;
mod client;
mod conflict_routes;
mod conflicts;
mod groups;
pub mod kind;
mod mark;
mod offline;
mod report;
pub(crate) mod routes;
mod source;
mod sync;
mod tables;
mod worker;

use std::sync::Arc;

use lgsp_identity::Identity;
use lgsp_platform::{
    Platform,
    ledger::{
        schedule,
        worker::{self as ledger_worker, WorkerOptions},
    },
    registry::{Kind as _, KindDescriptor},
};

pub use kind::DirectoryConnection;
pub use sync::PEOPLE_MAX;
pub use tables::{Conflict, Run};

/// Tables of federation, in order.
pub(crate) fn migrations() -> Vec<lgsp_platform::db::Migration> {
    [tables::MIGRATIONS, offline::MIGRATIONS].concat()
}

/// Owner of the passwords of reading accounts in the vault.
pub const SECRET_OWNER: &str = "directory-connection";
/// Runs of different connections at the same time.
const RUNS_MAX: u32 = 2;

/// Handle to federation; cheap to clone.
#[derive(Clone)]
pub struct Federation(Arc<Parts>);

/// The parts of federation.
pub struct Parts {
    platform: Platform,
    identity: Identity,
}

impl std::ops::Deref for Federation {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// The kinds of resources of federation.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub(crate) fn kinds() -> lgsp_platform::Result<Vec<KindDescriptor>> {
    Ok(vec![KindDescriptor::of::<DirectoryConnection>()?])
}

/// Starts workers and schedule, and answers identity's questions for passwords.
pub(crate) fn start(platform: &Platform, identity: &Identity) -> Federation {
    let federation = Federation(Arc::new(Parts {
        platform: platform.clone(),
        identity: identity.clone(),
    }));
    identity.set_password_source(Arc::new(federation.clone()));
    let (ledger, tasks) = (&platform.ledger, &platform.tasks);
    let options = WorkerOptions {
        queue: worker::QUEUE,
        concurrency: RUNS_MAX,
        lease_ms: worker::LEASE_MS,
    };
    ledger_worker::start(ledger, tasks, options, Arc::new(federation.clone()));
    let ticking = federation.clone();
    schedule::start(
        ledger,
        tasks,
        "directory runs",
        worker::TICK_MS,
        move || {
            let federation = ticking.clone();
            Box::pin(async move {
                federation
                    .tick()
                    .await
                    .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))
            })
        },
    );
    federation
}

impl Federation {
    /// All connections by name.
    fn connections(&self) -> Vec<(String, DirectoryConnection)> {
        let snapshot = self.platform.registry.snapshot();
        snapshot
            .of_kind(DirectoryConnection::KIND)
            .filter_map(|resource| {
                let spec = snapshot.spec::<DirectoryConnection>(&resource.name)?;
                Some((resource.name.clone(), spec))
            })
            .collect()
    }

    /// One connection.
    fn connection(&self, name: &str) -> Option<DirectoryConnection> {
        self.platform.registry.snapshot().spec(name)
    }
}
