//! Plan `oidcc-backchannel-rp-initiated-logout-certification-test-plan`.
//!
//! Owns: the list of its 2 subjects.

use super::{kit::Variant, plan};

plan! { Variant::CORE;
    discovery::oidcc_backchannel_logout_discovery_endpoint_verification,
}

plan! { Variant::CORE.reaching();
    channels::oidcc_backchannel_rp_initiated_logout,
}
