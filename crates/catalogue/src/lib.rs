//! The catalogue (danh mục dùng chung): agencies and their codes over time, shared code lists.
//!
//! Owns: the resource kinds `agency`, `code-list` and `directory`, the immutable snapshot that
//! the other modules read (`Catalogue`), the routes under `/api/v1/agencies`.
//! Not here: storing and changing them (the registry), who may (identity).
//! Invariant: no request waits for the database to learn what an agency is.
//! Follows: Decision 20/2020/QĐ-TTg and QCVN 102:2016/BTTTT (codes), `data/README.md` (seed).

pub mod error;
mod kinds;
pub mod model;
pub mod routes;
pub mod seed;
mod service;
pub mod tree;
pub mod views;
mod worker;

use lgsp_platform::{Module, Platform, Running, messages::MessageFiles};

pub use error::{Error, Result};
pub use kinds::rule;
pub use model::{AgencyCode, AgencyLevel, AgencySpec, CodeListSpec, CodeScheme, DirectorySetting};
pub use service::{Catalogue, CodeLists, Snapshot};
pub use tree::{Agency, AgencyTree, DirectoryView, Resolution};

/// What the catalogue brings before anything runs. It has no tables: everything is a resource.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn module() -> lgsp_platform::Result<Module> {
    Ok(Module {
        name: "catalogue",
        migrations: Vec::new(),
        kinds: kinds::descriptors()?,
        permissions: routes::PERMISSIONS,
        messages: MessageFiles {
            vi: include_str!("../messages/vi.toml"),
            en: include_str!("../messages/en.toml"),
        },
    })
}

/// Starts the catalogue on a running platform: the handle for other modules, and its routes.
///
/// The handle holds the registry's present state at once and follows it from then on. The
/// composition gives [`rule`] to `Registry::set_rules`.
pub fn start(platform: &Platform) -> (Catalogue, Running) {
    let catalogue = Catalogue::default();
    catalogue.follow(&platform.registry.snapshot());
    let registry = platform.registry.clone();
    platform.tasks.spawn_until_stopped(
        "catalogue follow",
        worker::follow(registry.clone(), catalogue.clone()),
    );
    let api = routes::router(routes::Reading {
        registry,
        catalogue: catalogue.clone(),
    });
    (
        catalogue,
        Running {
            api,
            ..Running::default()
        },
    )
}
