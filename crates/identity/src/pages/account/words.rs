//! Acts of a person in plain words.
//!
//! Owns: the words for actions of the journal that people meet under their own name.
//! Not here: the journal itself; the console shows every action by its code.

use super::super::texts::Texts;

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
