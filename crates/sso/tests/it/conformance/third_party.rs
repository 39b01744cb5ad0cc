//! Plan `oidcc-3rdparty-init-login-certification-test-plan`: a sign-on that begins elsewhere.
//!
//! Owns: the list of its 2 subjects, which are beside the 79.

use super::{kit::Variant, plan};

plan! { Variant::DYNAMIC;
    registration::oidcc_3rd_party_init_login,
    registration::oidcc_3rd_party_init_login_nohttps,
}
