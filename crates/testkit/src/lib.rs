//! Test equipment: temporary databases of both kinds, a running `lgsp` as a process, a browser.
//!
//! Owns: `each_database`, `TestPlatform`, `Instance`, `Browser`, `totp`, `interop`.
//! Not here: fixtures of one capability (its own tests).
//! Invariant: nothing outlives a test; development only, never a dependency of the product.
#![expect(clippy::disallowed_methods, reason = "test equipment")]

pub mod browser;
pub mod database;
pub mod instance;
pub mod interop;
pub mod totp;

pub use browser::{Answer, Browser};
pub use database::{TestPlatform, each_database};
pub use instance::Instance;
