//! The permissions of this crate.
//!
//! Owns: their names and labels.
//! Not here: which role holds which (`identity::roles`).

use lgsp_platform::{module::Permission, registry::Labels};

/// Issuing and revoking secrets of LDAP applications.
pub(crate) const LDAP_APP_SECRET: &str = "directory.ldap_app.secret";

/// Seeing runs and conflicts of directories.
pub(crate) const CONNECTION_READ: &str = "directory.connection.read";
/// Testing and reading directories, deciding conflicts.
pub(crate) const CONNECTION_RUN: &str = "directory.connection.run";
/// Setting the passwords with which directories are read.
pub(crate) const CONNECTION_SECRET: &str = "directory.connection.secret";
/// Seeing the tokens of SCIM clients, without their values.
pub(crate) const SCIM_CLIENT_READ: &str = "directory.scim_client.read";
/// Issuing, rotating and revoking tokens of SCIM clients.
pub(crate) const SCIM_CLIENT_WRITE: &str = "directory.scim_client.write";

const fn permission(name: &'static str, vi: &'static str, en: &'static str) -> Permission {
    Permission {
        name,
        labels: Labels { vi, en },
    }
}

/// All of them.
pub const PERMISSIONS: &[Permission] = &[
    permission(
        LDAP_APP_SECRET,
        "Cấp khóa cho ứng dụng LDAP",
        "Issue secrets of LDAP applications",
    ),
    permission(
        CONNECTION_READ,
        "Xem nhật ký đồng bộ và trùng lặp của thư mục",
        "See runs and conflicts of directories",
    ),
    permission(
        CONNECTION_RUN,
        "Kiểm tra, đồng bộ thư mục và xử lý trùng lặp",
        "Test and read directories, decide conflicts",
    ),
    permission(
        CONNECTION_SECRET,
        "Đặt mật khẩu đọc thư mục",
        "Set passwords of directories",
    ),
    permission(
        SCIM_CLIENT_READ,
        "Xem mã của hệ thống đồng bộ tài khoản",
        "See tokens of SCIM clients",
    ),
    permission(
        SCIM_CLIENT_WRITE,
        "Cấp và thu hồi mã của hệ thống đồng bộ tài khoản",
        "Issue and revoke tokens of SCIM clients",
    ),
];
