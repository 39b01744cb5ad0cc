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
];
