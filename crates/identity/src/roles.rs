//! The roles of the first form, as data.
//!
//! Owns: `ROLES`, the permissions of this crate, what every signed-in account may do.
//! Not here: deciding (`access/`), who holds which role (`tables/role.rs`).
//! Invariant: a role names permissions, never accounts or agencies.

use lgsp_platform::{module::Permission, registry::Labels};

/// A named set of permissions, held at a node of the agency tree.
#[derive(Debug, Clone, Copy)]
pub struct Role {
    /// Stable name.
    pub name: &'static str,
    /// What people call it.
    pub labels: Labels,
    /// What it is for.
    pub description: Labels,
    /// Whether an administrator of an agency may grant it within the own subtree.
    pub is_delegable: bool,
    /// Permissions; `module.*` and `module.thing.*` stand for all below, `*` for all.
    pub permissions: &'static [&'static str],
}

/// Role of the administrator of the whole platform.
pub const PLATFORM_ADMIN: &str = "platform-admin";
/// Role of the administrator of an agency and its subtree.
pub const AGENCY_ADMIN: &str = "agency-admin";

/// Reading accounts.
pub const ACCOUNT_READ: &str = "identity.account.read";
/// Making and changing accounts.
pub const ACCOUNT_WRITE: &str = "identity.account.write";
/// Granting and withdrawing roles.
pub const ROLE_GRANT: &str = "identity.role.grant";
/// Issuing tokens of service and technical accounts.
pub const TOKEN_WRITE: &str = "identity.token.write";
/// Seeing the sessions of accounts.
pub const SESSION_READ: &str = "identity.session.read";
/// What every account may do with itself.
pub const SELF: &str = "self";

/// Permissions that every signed-in account holds, everywhere.
pub const EVERYONE: &[&str] = &[SELF, "catalogue.agency.read", "catalogue.code_list.read"];

const fn labels(vi: &'static str, en: &'static str) -> Labels {
    Labels { vi, en }
}

/// Permissions of this crate.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: ACCOUNT_READ,
        labels: labels("Xem tài khoản", "Read accounts"),
    },
    Permission {
        name: ACCOUNT_WRITE,
        labels: labels("Tạo và sửa tài khoản", "Make and change accounts"),
    },
    Permission {
        name: ROLE_GRANT,
        labels: labels("Gán vai trò", "Grant roles"),
    },
    Permission {
        name: TOKEN_WRITE,
        labels: labels(
            "Cấp mã truy cập cho tài khoản dịch vụ",
            "Issue tokens of service accounts",
        ),
    },
    Permission {
        name: SESSION_READ,
        labels: labels("Xem phiên đăng nhập", "See sessions"),
    },
];

/// The role of this name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Role> {
    ROLES.iter().find(|role| role.name == name)
}

/// Whether `pattern` of a role covers `permission`.
#[must_use]
pub fn covers(pattern: &str, permission: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(prefix) if prefix.ends_with('.') => permission.starts_with(prefix),
        _ => pattern == permission,
    }
}

/// All roles, in the order of display.
pub const ROLES: &[Role] = &[
    Role {
        name: PLATFORM_ADMIN,
        labels: labels("Quản trị nền tảng", "Platform administrator"),
        description: labels(
            "Quản trị toàn bộ nền tảng, gồm tài khoản, vai trò và cấu hình.",
            "Manages the whole platform: accounts, roles and configuration.",
        ),
        is_delegable: false,
        permissions: &["*"],
    },
    Role {
        name: AGENCY_ADMIN,
        labels: labels("Quản trị cơ quan", "Agency administrator"),
        description: labels(
            "Quản lý tài khoản và vai trò trong cơ quan và các đơn vị trực thuộc.",
            "Manages accounts and roles of an agency and the units below it.",
        ),
        is_delegable: true,
        permissions: &[
            "identity.*",
            "sso.client.read",
            "sso.client.write",
            "registry.resource.read",
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.system.read",
            "exchange.alarm.read",
            "ledger.delivery.read",
            "journal.event.read",
        ],
    },
    Role {
        name: "clerk",
        labels: labels("Văn thư", "Clerk"),
        description: labels(
            "Tiếp nhận, phát hành và theo dõi văn bản của cơ quan.",
            "Receives, issues and follows the documents of an agency.",
        ),
        is_delegable: true,
        permissions: &[
            "exchange.overview.read",
            "exchange.document.*",
            "exchange.body.read",
            "exchange.alarm.*",
            "exchange.system.read",
        ],
    },
    Role {
        name: "official",
        labels: labels("Cán bộ, công chức", "Official"),
        description: labels(
            "Đọc, soạn gửi và xử lý văn bản được giao.",
            "Reads, writes and processes documents.",
        ),
        is_delegable: true,
        permissions: &[
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.document.send",
            "exchange.document.process",
            "exchange.body.read",
        ],
    },
    Role {
        name: "leader",
        labels: labels("Lãnh đạo", "Leader"),
        description: labels(
            "Theo dõi tình hình trao đổi văn bản, đọc và xử lý văn bản.",
            "Watches the exchange, reads and processes documents.",
        ),
        is_delegable: true,
        permissions: &[
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.document.process",
            "exchange.body.read",
            "exchange.alarm.*",
            "exchange.system.read",
            "journal.event.read",
        ],
    },
    Role {
        name: "operator",
        labels: labels("Vận hành", "Operator"),
        description: labels(
            "Theo dõi hệ thống, xử lý lượt gửi lỗi; không đọc nội dung văn bản.",
            "Watches the system and mends failed deliveries; does not read bodies.",
        ),
        is_delegable: false,
        permissions: &[
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.document.resend",
            "exchange.alarm.*",
            "exchange.system.read",
            "ledger.*",
            "registry.resource.read",
            "journal.event.read",
            "journal.chain.verify",
        ],
    },
    Role {
        name: "integrator",
        labels: labels("Kỹ sư tích hợp", "Integration engineer"),
        description: labels(
            "Kết nối hệ thống của các cơ quan và quản lý cấu hình tích hợp.",
            "Connects the systems of agencies and manages their configuration.",
        ),
        is_delegable: false,
        permissions: &[
            "registry.*",
            "catalogue.*",
            "directory.*",
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.system.*",
            "exchange.alarm.read",
            "ledger.delivery.read",
            "ledger.delivery.redrive",
            "sso.client.*",
            "sso.key.read",
        ],
    },
    Role {
        name: "auditor",
        labels: labels("Kiểm toán", "Auditor"),
        description: labels(
            "Xem nhật ký và kiểm tra tính toàn vẹn; không thay đổi được gì.",
            "Reads the journal and proves it whole; changes nothing.",
        ),
        is_delegable: false,
        permissions: &[
            "journal.*",
            "identity.account.read",
            "identity.session.read",
            "registry.resource.read",
            "exchange.overview.read",
            "exchange.document.read",
            "exchange.system.read",
            "exchange.alarm.read",
            "ledger.delivery.read",
            "sso.client.read",
            "sso.key.read",
        ],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_cover_whole_words_only() {
        for (pattern, permission, expected) in [
            ("*", "exchange.document.read", true),
            ("exchange.*", "exchange.document.read", true),
            ("exchange.document.*", "exchange.document.read", true),
            ("exchange.document.*", "exchange.documents.read", false),
            ("exchange.doc*", "exchange.document.read", false),
            ("exchange.*", "exchanges.document.read", false),
            ("exchange.document.read", "exchange.document.read", true),
            ("exchange.document.read", "exchange.document.readall", false),
        ] {
            assert_eq!(
                covers(pattern, permission),
                expected,
                "{pattern} {permission}"
            );
        }
    }

    #[test]
    fn role_names_are_unique() {
        let mut names: Vec<_> = ROLES.iter().map(|role| role.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ROLES.len());
    }
}
