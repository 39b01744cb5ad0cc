//! Acts of a person, and what a person is told, in plain words.
//!
//! Owns: the words for actions of the journal that people meet under their own name, and for
//! notices, on pages and in mails.
//! Not here: the journal itself; the console shows every action by its code.

use super::super::texts::Texts;
use crate::tables::notice::NoticeKind;

/// An action as its person would call it; actions of an office keep their code.
pub(super) fn of_action<'a>(texts: &Texts, action: &'a str) -> &'a str {
    match action {
        "signin.succeeded" => texts.say("Đăng nhập", "Signed in"),
        "signin.password" => texts.say(
            "Nhập đúng mật khẩu, chờ bước tiếp theo",
            "Right password, another step followed",
        ),
        "signin.stepup" => texts.say(
            "Xác thực thêm trong phiên đang mở",
            "Proved more in an open session",
        ),
        "signin.failed" => texts.say("Đăng nhập không thành công", "A sign-in failed"),
        "signout" => texts.say("Đăng xuất", "Signed out"),
        "session.ended" | "session.revoked" => texts.say("Kết thúc một phiên", "Ended a session"),
        "device.forgotten" => texts.say("Bỏ một thiết bị đã biết", "Forgot a known device"),
        "factor.added" => texts.say("Thêm yếu tố xác thực", "Added a factor"),
        "factor.removed" => texts.say("Gỡ yếu tố xác thực", "Removed a factor"),
        "factor.renamed" => texts.say("Đổi tên yếu tố xác thực", "Renamed a factor"),
        "factor.used_recovery" => texts.say("Dùng một mã khôi phục", "Used a recovery code"),
        "factor.locked" => texts.say(
            "Khóa mã xác thực do nhập sai nhiều lần",
            "Codes were locked after failures",
        ),
        "factor.counter_regressed" => texts.say(
            "Chặn khóa truy cập có thể đã bị sao chép",
            "Blocked a passkey that may have been copied",
        ),
        "password.changed" => texts.say("Đổi mật khẩu", "Changed the password"),
        "token.created" => texts.say("Tạo mã truy cập", "Made an access token"),
        "token.revoked" => texts.say("Thu hồi mã truy cập", "Revoked an access token"),
        "client.signed_on" => texts.say("Đăng nhập ứng dụng", "Signed on to an application"),
        "consent.given" => texts.say("Cho phép ứng dụng", "Allowed an application"),
        "consent.withdrawn" => texts.say("Thu hồi sự cho phép", "Withdrew a consent"),
        "decision.denied" => texts.say(
            "Không được dùng một ứng dụng",
            "Was not let into an application",
        ),
        "device.allowed" => texts.say("Kết nối một thiết bị", "Connected a device"),
        "device.denied" => texts.say("Từ chối một thiết bị", "Refused a device"),
        "external_identity.linked" => {
            texts.say("Nối tài khoản bên ngoài", "Linked an outside account")
        }
        "external_identity.unlinked" => {
            texts.say("Gỡ tài khoản bên ngoài", "Unlinked an outside account")
        }
        other => other,
    }
}

/// Whether the words of an action say already that something was refused.
pub(super) fn tells_refusal(action: &str) -> bool {
    matches!(
        action,
        "signin.failed" | "decision.denied" | "factor.locked" | "factor.counter_regressed"
    )
}

/// What a notice says; its subject follows.
pub(crate) fn of_notice(texts: &Texts, kind: NoticeKind) -> &'static str {
    match kind {
        NoticeKind::NewDevice => {
            texts.say("Đăng nhập từ một thiết bị mới.", "A new device signed in.")
        }
        NoticeKind::FactorAdded => texts.say("Đã thêm yếu tố xác thực:", "A factor was added:"),
        NoticeKind::FactorRemoved => texts.say("Đã gỡ yếu tố xác thực:", "A factor was removed:"),
        NoticeKind::FactorBlocked => texts.say(
            "Một khóa truy cập bị chặn vì có thể đã bị sao chép:",
            "A passkey was blocked because it may have been copied:",
        ),
        NoticeKind::RecoveryUsed => texts.say(
            "Một mã khôi phục đã được dùng.",
            "A recovery code was used.",
        ),
        NoticeKind::RecoveryMade => texts.say(
            "Đã tạo bộ mã khôi phục mới.",
            "New recovery codes were made.",
        ),
        NoticeKind::PasswordChanged => {
            texts.say("Mật khẩu đã được đổi.", "The password was changed.")
        }
        NoticeKind::PasswordReset => texts.say(
            "Quản trị viên đã đặt lại hoặc yêu cầu đặt lại mật khẩu.",
            "An administrator reset the password or asked for it.",
        ),
        NoticeKind::Failures => texts.say(
            "Đăng nhập thành công sau nhiều lần nhập sai mật khẩu.",
            "A sign-in succeeded after several wrong passwords.",
        ),
        NoticeKind::EmailChanged => texts.say(
            "Địa chỉ thư điện tử đã được đổi:",
            "The mail address was changed:",
        ),
        NoticeKind::NameChanged => texts.say(
            "Tên đăng nhập hoặc họ tên đã được đổi:",
            "The user name or the name was changed:",
        ),
        NoticeKind::Impersonated => texts.say(
            "Quản trị viên đã thao tác dưới tên bạn để hỗ trợ (người làm, số phiếu):",
            "An administrator acted as you to help (who, ticket):",
        ),
        NoticeKind::ResetAsked => texts.say(
            "Có người báo quên mật khẩu ở trang đăng nhập.",
            "Somebody said at the sign-in page that the password is lost.",
        ),
        NoticeKind::IdleWarned => texts.say(
            "Tài khoản lâu không được sử dụng và sẽ bị khóa vào ngày",
            "Nobody has used the account for long; it will be locked on",
        ),
        NoticeKind::PasswordEnding => texts.say(
            "Mật khẩu sắp hết hạn; phải đổi mật khẩu từ ngày",
            "The password gets too old; it must be changed from",
        ),
    }
}
