//! The wire of the VXP interface: headers, MAC, digests, parameters, replies.
//!
//! Owns: everything that both sides of a call must agree on to the byte; the server here and
//! the client of the national axis (`lgsp-national`) use this one module.
//! Not here: what an operation does (`server/`), sending a call (`lgsp-national`).
//! Invariant: no input panics, and nothing is believed that the MAC does not cover.
//! Follows: design document "Document exchange", section 7.

mod check;
mod code;
mod digest;
mod fuzz;
mod json;
mod lists;
mod mac;
mod operation;
mod parameters;
mod reply;
mod sign;
mod timestamp;

pub use check::{Call, Claim};
pub use code::{Code, DETAIL_BYTES_MAX, Refused};
pub use digest::{DigestForm, TrimCrlf, hash_file, is_hash_file, settle_tail};
pub use fuzz::fuzz_vxp_headers;
pub use json::to_ascii_json;
pub use lists::{AgencyItem, NewAgency, ReceivedItem, SentItem};
pub use mac::{MacKey, is_mac_of, mac_key, mac_of};
pub use operation::Operation;
pub use parameters::{PARAMETERS_MAX, Parameters};
pub use reply::{Answer, ReplyError, read_answer};
pub use sign::{SignError, sign};
pub use timestamp::{Window, format_timestamp, parse_timestamp};

/// Prefix of every header of the interface.
pub const PREFIX: &str = "XroadVnpt-";
/// The text that is signed.
pub const SIGN_HEADER: &str = "xroadvnpt-sign-header";
/// The names that are signed.
pub const SIGN_HEADER_KEY: &str = "xroadvnpt-sign-header-key";
/// The MAC.
pub const HASH_HEADER: &str = "xroadvnpt-hash-header";
/// Who calls.
pub const SYSTEM_ID: &str = "xroadvnpt-systemid";
/// Version of the interface, not signed.
pub const VERSION: &str = "xroadvnpt-version";
/// Value of [`VERSION`].
pub const VERSION_VALUE: &str = "3.0.201608";
/// How the existing client kit names itself; the axis may look at it.
pub const USER_AGENT: &str = "JAVASDKAgent/1.0.0 XRoad/VPCP";
/// The only value of `servicetype`.
pub const SERVICE_TYPE: &str = "eDoc";
/// Media type of a file.
pub const OCTET_STREAM: &str = "application/octet-stream";
/// Media type of everything else.
pub const JSON: &str = "application/json";
