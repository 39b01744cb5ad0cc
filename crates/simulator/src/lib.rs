//! Stand-ins for the world around the platform: the national axis, agencies' client software,
//! a province's daily traffic and a load generator.
//!
//! Owns: the second, independent implementation of the VXP interface and of edXML, so that
//! product and simulator check each other.
//! Not here: anything of the product. No crate of the platform may be used.
//! Invariant: nothing here talks to an address that was not given to it.
//! Follows: QCVN 102:2016/BTTTT; the VXP interface of the national axis.
#![expect(
    clippy::disallowed_methods,
    reason = "a stand-in of the world runs on the machine's time, and is no part of the platform"
)]

pub mod axis;
pub mod cli;
pub mod client;
pub mod clock;
pub mod edxml;
pub mod load;
pub mod mac;
pub mod province;
pub mod rng;
pub mod sso;
mod texts;

pub use cli::{Command, run};
