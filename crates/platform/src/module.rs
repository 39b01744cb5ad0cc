//! What a capability brings: a static description, and the running parts.
//!
//! Owns: `Module`, `Running`, `Permission`.
//! Not here: the list of modules (`server`).

use utoipa_axum::router::OpenApiRouter;

use crate::{
    db::Migration,
    messages::MessageFiles,
    registry::{KindDescriptor, Labels},
};

/// Something an operation may require.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// Name: `<crate>.<thing>.<verb>`.
    pub name: &'static str,
    /// What people call it.
    pub labels: Labels,
}

/// What a capability brings before anything runs.
pub struct Module {
    /// Crate name without prefix.
    pub name: &'static str,
    /// Its tables, in order.
    pub migrations: Vec<Migration>,
    /// Its kinds of resources.
    pub kinds: Vec<KindDescriptor>,
    /// Its permissions.
    pub permissions: &'static [Permission],
    /// Its sentences.
    pub messages: MessageFiles,
}

/// What a capability brings once it runs.
#[derive(Default)]
pub struct Running {
    /// Operations of the administration door, below `/api/v1`.
    pub api: OpenApiRouter,
    /// Pages of the administration door, at the root.
    pub pages: axum::Router,
    /// Interfaces of the service door, at the root.
    pub service: axum::Router,
}
