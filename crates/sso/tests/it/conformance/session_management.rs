//! Plan `oidcc-session-management-certification-test-plan`.
//!
//! Owns: the list of its 2 subjects.

use super::{kit::Variant, plan};

plan! { Variant::CORE;
    discovery::oidcc_session_management_discovery_endpoint_verification,
    channels::oidcc_session_management_rp_initiated_logout,
}
