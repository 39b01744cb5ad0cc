//! Sign-on: from the request of a service provider to the assertion.
//!
//! Owns: the list of its parts.
//! Not here: routes (`routes/`), the session (`identity`).
//! Follows: SAML 2.0 Core, 3.4; Profiles, 4.1.

mod context;
mod name_id;
mod request;
mod response;

pub use context::{Comparison, RequestedContext};
pub use name_id::NameId;
pub(crate) use name_id::NameIds;
pub(crate) use name_id::new_id;
pub use request::{AGE_MS_MAX, AuthnRequest, Envelope, check_envelope};
pub use response::{Answer, Assertion, assertion, failure, success};
