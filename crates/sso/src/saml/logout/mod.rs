//! Single logout (đăng xuất một lần): who signs out anywhere signs out everywhere.
//!
//! Owns: the list of its parts.
//! Not here: routes (`routes/slo.rs`), ending the session (`identity`).
//! Follows: SAML 2.0 Core, 3.7; Profiles, 4.4; design document "Identity", section 2.8.

mod chain;
mod message;
mod soap;

pub(crate) use chain::{Chain, Requester, Told, Waiting};
pub use message::{LogoutRequest, LogoutResponse};
pub(crate) use message::{NewRequest, write_request, write_response};
pub(crate) use soap::SoapLogout;
