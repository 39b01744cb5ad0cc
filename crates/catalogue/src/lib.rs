//! The catalogue (danh mục dùng chung): agencies and their codes over time, shared code lists.
//!
//! Owns: the resource kinds `agency`, `code-list` and `directory`, the immutable snapshot that
//! the other modules read (`Catalogue`), the routes under `/api/v1/agencies`.
//! Not here: storing and changing them (the registry), who may (identity).
//! Invariant: no request waits for the database to learn what an agency is.
//! Follows: Decision 20/2020/QĐ-TTg and QCVN 102:2016/BTTTT (codes), `data/README.md` (seed).

pub mod error;
pub mod model;
pub mod seed;
mod service;
pub mod tree;

pub use error::{Error, Result};
pub use model::{AgencyCode, AgencyLevel, AgencySpec, CodeListSpec, CodeScheme, DirectorySetting};
pub use service::{Catalogue, CodeLists, Snapshot};
pub use tree::{Agency, AgencyTree, DirectoryView, Resolution};
