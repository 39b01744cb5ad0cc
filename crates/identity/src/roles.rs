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
    /// Whether its grants end by themselves and need a second person.
    pub is_privileged: bool,
    /// Roles that the same account may not hold (separation of duties).
    pub conflicts: &'static [&'static str],
    /// Permissions; `module.*` and `module.thing.*` stand for all below, `*` for all.
    pub permissions: &'static [&'static str],
}

/// Role of the administrator of the whole platform.
pub const PLATFORM_ADMIN: &str = "platform-admin";
/// Role of the administrator of an agency and its subtree.
pub const AGENCY_ADMIN: &str = "agency-admin";

/// Role of the person who watches over accounts, rights and policies.
pub const SECURITY_ADMIN: &str = "security-admin";

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
/// Ending the sessions of an application or of everybody.
pub const SESSION_END: &str = "identity.session.end";
/// Acting as somebody else for a short time.
pub const ACCOUNT_IMPERSONATE: &str = "identity.account.impersonate";
/// Taking lists of accounts, reviews and reports out of the platform.
pub const DATA_EXPORT: &str = "identity.data.export";
/// Reading groups.
pub const GROUP_READ: &str = "identity.group.read";
/// Making and changing groups and their members.
pub const GROUP_WRITE: &str = "identity.group.write";
/// Helping somebody in: lifting locks, activation links, ending sessions.
pub const ACCOUNT_UNLOCK: &str = "identity.account.unlock";
/// Approving the grants that others asked for.
pub const GRANT_APPROVE: &str = "identity.grant.approve";
/// Managing delegations of other people.
pub const DELEGATION_WRITE: &str = "identity.delegation.write";
/// Reading reviews of accounts.
pub const REVIEW_READ: &str = "identity.review.read";
/// Opening, deciding and closing reviews of accounts.
pub const REVIEW_WRITE: &str = "identity.review.write";
/// Trying access policies, and asking why somebody may do something.
pub const DECISION_EXPLAIN: &str = "identity.decision.explain";
/// Having access decided for other systems.
pub const DECISION_EVALUATE: &str = "identity.decision.evaluate";
/// Changing access policies.
pub const POLICY_WRITE: &str = "identity.policy.write";
/// Reading the security report.
pub const REPORT_READ: &str = "identity.report.read";
/// Removing the factors of accounts, after a loss.
pub const FACTOR_WRITE: &str = "identity.factor.write";
/// What every account may do with itself.
pub const SELF: &str = "self";
/// What every account may do with itself and nobody in its place: password, factors, tokens,
/// sessions, consents, links, delegations.
pub const SELF_SECURE: &str = "self.secure";

/// Permissions that every signed-in account holds, everywhere.
pub const EVERYONE: &[&str] = &[
    SELF,
    SELF_SECURE,
    "catalogue.agency.read",
    "catalogue.code_list.read",
];

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
        name: FACTOR_WRITE,
        labels: labels(
            "Gỡ yếu tố xác thực của tài khoản",
            "Remove factors of accounts",
        ),
    },
    Permission {
        name: SESSION_READ,
        labels: labels("Xem phiên đăng nhập", "See sessions"),
    },
    Permission {
        name: SESSION_END,
        labels: labels(
            "Kết thúc phiên của nhiều người",
            "End sessions of many people",
        ),
    },
    Permission {
        name: ACCOUNT_IMPERSONATE,
        labels: labels("Thao tác dưới tên người dùng", "Act as a user"),
    },
    Permission {
        name: DATA_EXPORT,
        labels: labels(
            "Xuất danh sách tài khoản, rà soát, báo cáo",
            "Export accounts, reviews and reports",
        ),
    },
    Permission {
        name: GROUP_READ,
        labels: labels("Xem nhóm", "Read groups"),
    },
    Permission {
        name: GROUP_WRITE,
        labels: labels("Tạo và sửa nhóm", "Make and change groups"),
    },
    Permission {
        name: ACCOUNT_UNLOCK,
        labels: labels("Mở khóa, hỗ trợ đăng nhập", "Unlock and help people in"),
    },
    Permission {
        name: GRANT_APPROVE,
        labels: labels("Phê duyệt yêu cầu cấp quyền", "Approve grant requests"),
    },
    Permission {
        name: DELEGATION_WRITE,
        labels: labels("Quản lý ủy quyền", "Manage delegations"),
    },
    Permission {
        name: REVIEW_READ,
        labels: labels("Xem rà soát tài khoản", "Read account reviews"),
    },
    Permission {
        name: REVIEW_WRITE,
        labels: labels("Rà soát tài khoản", "Review accounts"),
    },
    Permission {
        name: DECISION_EXPLAIN,
        labels: labels("Giải thích và thử quyền", "Explain and try access"),
    },
    Permission {
        name: DECISION_EVALUATE,
        labels: labels("Hỏi quyết định truy cập", "Have access decided"),
    },
    Permission {
        name: POLICY_WRITE,
        labels: labels("Sửa chính sách truy cập", "Change access policies"),
    },
    Permission {
        name: REPORT_READ,
        labels: labels("Xem báo cáo an toàn", "Read the security report"),
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

/// Whether a permission is about the own account, which everybody holds.
#[must_use]
pub fn is_own(permission: &str) -> bool {
    permission == SELF || permission == SELF_SECURE
}

/// Whether a role gives power over rights or over everybody: nobody acts as who holds it, and it is
/// not delegated.
#[must_use]
pub fn is_powerful(role: &Role) -> bool {
    let mut patterns = role.permissions.iter();
    role.is_privileged
        || patterns.any(|pattern| PRIVILEGED.iter().any(|name| covers(pattern, name)))
}

/// Permissions whose use asks for a fresh and strong proof of the person.
pub const PRIVILEGED: &[&str] = &[
    ROLE_GRANT,
    GRANT_APPROVE,
    POLICY_WRITE,
    SESSION_END,
    ACCOUNT_IMPERSONATE,
];

/// Whether two roles exclude each other.
#[must_use]
pub fn exclude(one: &str, other: &str) -> bool {
    let names = |role: &str, conflict: &str| {
        find(role).is_some_and(|role| role.conflicts.contains(&conflict))
    };
    names(one, other) || names(other, one)
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
        is_privileged: true,
        conflicts: &[],
        permissions: &["*"],
    },
    Role {
        name: SECURITY_ADMIN,
        labels: labels("Quản trị an toàn", "Security administrator"),
        description: labels(
            "Quản lý tài khoản, quyền, chính sách truy cập và đăng nhập của toàn nền tảng.",
            "Manages accounts, rights, access policies and sign-on of the whole platform.",
        ),
        is_delegable: false,
        is_privileged: true,
        conflicts: &["auditor"],
        permissions: &[
            "identity.*",
            "sso.*",
            "directory.*",
            "registry.resource.read",
            "journal.event.read",
        ],
    },
    Role {
        name: AGENCY_ADMIN,
        labels: labels("Quản trị cơ quan", "Agency administrator"),
        description: labels(
            "Quản lý tài khoản và vai trò trong cơ quan và các đơn vị trực thuộc.",
            "Manages accounts and roles of an agency and the units below it.",
        ),
        is_delegable: true,
        is_privileged: false,
        conflicts: &[],
        // Each by its name: acting as a user and what comes later is not given along with these.
        permissions: &[
            "identity.account.read",
            "identity.account.write",
            "identity.account.unlock",
            "identity.account_request.*",
            "identity.data.*",
            "identity.decision.*",
            "identity.delegation.*",
            "identity.external_identity.*",
            "identity.factor.*",
            "identity.grant.*",
            "identity.group.*",
            "identity.policy.*",
            "identity.report.*",
            "identity.review.*",
            "identity.role.*",
            "identity.session.*",
            "identity.token.*",
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
        is_privileged: false,
        conflicts: &[],
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
        is_privileged: false,
        conflicts: &[],
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
        is_privileged: false,
        conflicts: &[],
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
        is_privileged: false,
        conflicts: &[],
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
        is_privileged: false,
        conflicts: &[],
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
        name: "approver",
        labels: labels("Phê duyệt quyền", "Approver of rights"),
        description: labels(
            "Xem tài khoản và phê duyệt yêu cầu cấp quyền của người khác.",
            "Reads accounts and approves the grants that others ask for.",
        ),
        is_delegable: true,
        is_privileged: false,
        conflicts: &[],
        permissions: &[ACCOUNT_READ, DATA_EXPORT, GROUP_READ, GRANT_APPROVE],
    },
    Role {
        name: "support",
        labels: labels("Hỗ trợ người dùng", "User support"),
        description: labels(
            "Mở khóa tài khoản, gửi đường dẫn kích hoạt, kết thúc phiên; không đổi quyền.",
            "Unlocks accounts, sends activation links, ends sessions; changes no rights.",
        ),
        is_delegable: true,
        is_privileged: false,
        conflicts: &[],
        permissions: &[ACCOUNT_READ, DATA_EXPORT, ACCOUNT_UNLOCK, SESSION_READ],
    },
    Role {
        name: "senior-support",
        labels: labels("Hỗ trợ cấp cao", "Senior support"),
        description: labels(
            "Hỗ trợ người dùng, và khi cần thì thao tác dưới tên họ trong thời gian ngắn, có lý do và \
             số phiếu.",
            "Supports users and, where needed, acts as one of them for a short time, with reason \
             and ticket.",
        ),
        is_delegable: false,
        is_privileged: true,
        conflicts: &["auditor"],
        permissions: &[
            ACCOUNT_READ,
            ACCOUNT_UNLOCK,
            SESSION_READ,
            ACCOUNT_IMPERSONATE,
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
        is_privileged: false,
        conflicts: &[SECURITY_ADMIN, "senior-support"],
        permissions: &[
            "journal.*",
            ACCOUNT_READ,
            DATA_EXPORT,
            SESSION_READ,
            GROUP_READ,
            REVIEW_READ,
            REPORT_READ,
            DECISION_EXPLAIN,
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
