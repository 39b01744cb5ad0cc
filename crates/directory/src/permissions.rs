//! The permissions of this crate.
//!
//! Owns: their names and labels.
//! Not here: which role holds which (`identity::roles`).

use lgsp_platform::{module::Permission, registry::Labels};

/// Issuing and revoking secrets of LDAP applications.
pub(crate) const LDAP_APP_SECRET: &str = "directory.ldap_app.secret";

/// All of them.
pub const PERMISSIONS: &[Permission] = &[Permission {
    name: LDAP_APP_SECRET,
    labels: Labels {
        vi: "Cấp khóa cho ứng dụng LDAP",
        en: "Issue secrets of LDAP applications",
    },
}];
