//! Plan `oidcc-config-certification-test-plan`: what the provider tells of itself.
//!
//! Owns: the list of its one subject.

use super::{kit::Variant, plan};

plan! { Variant::CORE;
    discovery::oidcc_discovery_endpoint_verification,
}
