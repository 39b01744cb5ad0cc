//! The permissions of this crate, as data.
//!
//! Owns: their names, labels, which of them everybody holds and which need a fresh proof.
//! Not here: which role holds which (`built_in.rs`).

use lgsp_platform::module::Permission;

use super::labels;

/// Reading accounts.
pub const ACCOUNT_READ: &str = "identity.account.read";
/// Seeing how somebody is reached: mail address, telephone, identifier elsewhere.
pub const ACCOUNT_CONTACT: &str = "identity.account.contact";
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

/// Permissions whose use asks for a fresh and strong proof of the person.
pub const PRIVILEGED: &[&str] = &[
    ROLE_GRANT,
    GRANT_APPROVE,
    POLICY_WRITE,
    SESSION_END,
    ACCOUNT_IMPERSONATE,
];

/// Permissions of this crate.
pub const PERMISSIONS: &[Permission] = &[
    Permission {
        name: ACCOUNT_READ,
        labels: labels("Xem tài khoản", "Read accounts"),
    },
    Permission {
        name: ACCOUNT_CONTACT,
        labels: labels(
            "Xem thư điện tử, điện thoại của tài khoản",
            "See mail addresses and telephones of accounts",
        ),
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

/// Whether a permission is about the own account, which everybody holds.
#[must_use]
pub fn is_own(permission: &str) -> bool {
    permission == SELF || permission == SELF_SECURE
}
