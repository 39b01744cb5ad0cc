//! Keeps the snapshot of the catalogue up with the registry.
//!
//! Owns: the task that follows changes.
//! Not here: building a snapshot (`service.rs`).

use lgsp_platform::registry::Registry;

use crate::service::Catalogue;

/// Takes over each change of the registry until the registry is gone.
pub(crate) async fn follow(registry: Registry, catalogue: Catalogue) {
    let mut changes = registry.watch();
    loop {
        catalogue.follow(&registry.snapshot());
        if changes.changed().await.is_err() {
            return;
        }
    }
}
