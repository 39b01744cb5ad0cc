//! The look and the words of the provider's pages.
//!
//! Owns: `Texts`, choosing the language, answering a page.
//! Not here: the pages themselves; the style sheet is that of the sign-in page (`identity`).
//! Invariant: no script and no style of another origin; nothing is cached; no other site frames
//! a page on which something is decided.

use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse as _, Response},
};

/// Policy of pages whose form stays here.
pub(super) const POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// The words of the pages.
pub(super) struct Texts {
    pub(super) language: &'static str,
    pub(super) product: &'static str,
    pub(super) error_title: &'static str,
    pub(super) error_help: &'static str,
    pub(super) error_detail: &'static str,
    pub(super) trace: &'static str,
    pub(super) go_on: &'static str,
    pub(super) going_back: &'static str,
    pub(super) consent_title: &'static str,
    pub(super) consent_asks: &'static str,
    pub(super) consent_untrusted: &'static str,
    pub(super) consent_of: &'static str,
    pub(super) consent_as: &'static str,
    pub(super) consent_note: &'static str,
    pub(super) consent_page: &'static str,
    pub(super) given_unasked: &'static str,
    pub(super) given_offline: &'static str,
    pub(super) given_session: &'static str,
    pub(super) policy: &'static str,
    pub(super) terms: &'static str,
    pub(super) allow: &'static str,
    pub(super) deny: &'static str,
    pub(super) device_title: &'static str,
    pub(super) device_code: &'static str,
    pub(super) device_wrong: &'static str,
    pub(super) device_confirm: &'static str,
    pub(super) device_allowed: &'static str,
    pub(super) device_denied: &'static str,
    pub(super) sign_out_title: &'static str,
    pub(super) sign_out_question: &'static str,
    pub(super) sign_out: &'static str,
    pub(super) signed_out: &'static str,
    pub(super) signed_out_help: &'static str,
    scopes: [(&'static str, &'static str); 8],
    scope_other: &'static str,
}

impl Texts {
    /// A scope in plain words.
    pub(super) fn scope(&self, scope: &str) -> &'static str {
        let found = self.scopes.iter().find(|(name, _)| *name == scope);
        found.map_or(self.scope_other, |(_, words)| words)
    }
}

const VI: Texts = Texts {
    language: "vi",
    product: "Nền tảng tích hợp, chia sẻ dữ liệu",
    error_title: "Không thể tiếp tục đăng nhập",
    error_help: "Hãy quay lại ứng dụng và thử lại. Nếu vẫn lỗi, hãy gửi những dòng dưới đây cho quản trị viên.",
    error_detail: "Chi tiết kỹ thuật:",
    trace: "Mã tra cứu",
    go_on: "Tiếp tục",
    going_back: "Đang quay lại ứng dụng…",
    consent_title: "Cho phép ứng dụng?",
    consent_asks: "muốn biết hoặc được làm những việc sau:",
    consent_untrusted: "Ứng dụng này tự đăng ký và chưa được cơ quan nào xác nhận. Chỉ cho phép nếu bạn tin cậy nó.",
    consent_of: "Cơ quan quản lý:",
    consent_as: "Bạn đang đăng nhập với tài khoản",
    consent_note: "Sự đồng ý được ghi nhớ cho đến khi bạn rút lại tại trang",
    consent_page: "Ứng dụng đã cho phép",
    given_unasked: "Đang giữ quyền truy cập tài khoản của bạn",
    given_offline: "Có thể truy cập cả khi bạn đã đăng xuất",
    given_session: "Chỉ truy cập khi bạn còn đăng nhập",
    policy: "Chính sách dữ liệu",
    terms: "Điều khoản sử dụng",
    allow: "Cho phép",
    deny: "Từ chối",
    device_title: "Kết nối thiết bị",
    device_code: "Mã hiện trên thiết bị",
    device_wrong: "Mã không đúng hoặc đã hết hạn. Vui lòng nhập lại.",
    device_confirm: "Chỉ xác nhận nếu chính bạn đang dùng thiết bị này và mã trên màn hình đúng là",
    device_allowed: "Thiết bị đã được kết nối. Bạn có thể đóng trang này.",
    device_denied: "Đã từ chối. Bạn có thể đóng trang này.",
    sign_out_title: "Đăng xuất",
    sign_out_question: "Bạn muốn đăng xuất khỏi mọi ứng dụng?",
    sign_out: "Đăng xuất",
    signed_out: "Bạn đã đăng xuất.",
    signed_out_help: "Hãy đóng trình duyệt nếu dùng máy chung.",
    scopes: [
        ("openid", "Biết bạn là ai (mã định danh)"),
        ("profile", "Họ tên và tên đăng nhập"),
        ("email", "Địa chỉ thư điện tử"),
        ("address", "Địa chỉ cơ quan"),
        ("phone", "Số điện thoại"),
        ("offline_access", "Tiếp tục truy cập khi bạn không có mặt"),
        ("groups", "Các nhóm của bạn"),
        ("org", "Cơ quan, chức vụ và vai trò"),
    ],
    scope_other: "Quyền riêng của ứng dụng",
};

const EN: Texts = Texts {
    language: "en",
    product: "Data integration and sharing platform",
    error_title: "The sign-on cannot go on",
    error_help: "Go back to the application and try again. If it still fails, give the lines below to your administrator.",
    error_detail: "Technical detail:",
    trace: "Reference",
    go_on: "Continue",
    going_back: "Going back to the application…",
    consent_title: "Allow this application?",
    consent_asks: "wants to know or do the following:",
    consent_untrusted: "This application registered itself and no agency vouches for it. Allow it only if you trust it.",
    consent_of: "Agency:",
    consent_as: "You are signed in as",
    consent_note: "Your consent is remembered until you withdraw it on the page",
    consent_page: "Consents and links",
    given_unasked: "Holds access to your account",
    given_offline: "It may act after you have signed out",
    given_session: "It acts only while you are signed in",
    policy: "Privacy policy",
    terms: "Terms of use",
    allow: "Allow",
    deny: "Refuse",
    device_title: "Connect a device",
    device_code: "Code shown by the device",
    device_wrong: "The code is wrong or has expired. Please type it again.",
    device_confirm: "Confirm only if you are using this device yourself and it shows the code",
    device_allowed: "The device is connected. You can close this page.",
    device_denied: "Refused. You can close this page.",
    sign_out_title: "Sign out",
    sign_out_question: "Do you want to sign out of all applications?",
    sign_out: "Sign out",
    signed_out: "You are signed out.",
    signed_out_help: "Close the browser if others use this computer.",
    scopes: [
        ("openid", "Know who you are (identifier)"),
        ("profile", "Your name and user name"),
        ("email", "Your mail address"),
        ("address", "The address of your agency"),
        ("phone", "Your telephone number"),
        ("offline_access", "Keep access while you are away"),
        ("groups", "Your groups"),
        ("org", "Your agency, position and roles"),
    ],
    scope_other: "A permission of the application itself",
};

/// Both languages, Vietnamese first.
pub(super) const BOTH: [&Texts; 2] = [&VI, &EN];

/// The language that the request names, that the person chose, or that the browser prefers;
/// Vietnamese when none says.
pub(super) fn choose(wished: Option<&str>, headers: &HeaderMap) -> &'static Texts {
    let accepted = headers
        .get(header::ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let first = accepted.split([',', ';', '-']).next().unwrap_or_default();
    let chosen = lgsp_identity::chosen_language(headers);
    match wished.or(chosen).unwrap_or(first) {
        "en" => &EN,
        _ => &VI,
    }
}

/// A page with its policy.
pub(super) fn render(status: StatusCode, page: &impl Template, policy: &str) -> Response {
    let Ok(text) = page.render() else {
        tracing::error!("a page could not be rendered");
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let mut response = (status, Html(text)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(
        header::REFERRER_POLICY,
        HeaderValue::from_static("no-referrer"),
    );
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

/// Middleware: an application may open the sign-on in a window and hear from it when it is back
/// on a page of its own.
pub(super) async fn opener(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.headers_mut().insert(
        "cross-origin-opener-policy",
        HeaderValue::from_static("unsafe-none"),
    );
    response
}
