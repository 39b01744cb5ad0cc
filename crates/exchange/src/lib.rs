//! Document exchange: documents and status messages between agencies.

pub mod edxml;
pub mod vxp;
