//! Plan `oidcc-frontchannel-rp-initiated-logout-certification-test-plan`.
//!
//! Owns: the list of its 2 subjects.

use super::{kit::Variant, plan};

plan! { Variant::CORE;
    discovery::oidcc_frontchannel_logout_discovery_endpoint_verification,
    channels::oidcc_frontchannel_rp_initiated_logout,
}
