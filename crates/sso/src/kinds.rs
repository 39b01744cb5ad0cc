//! What the kinds of this crate check alike.
//!
//! Owns: addresses of applications.
//! Not here: the kinds (`saml/kind.rs`, `cas/kind.rs`, …).

use lgsp_platform::error::FieldError;

/// Longest address of an application.
pub(crate) const URL_BYTES_MAX: usize = 2_048;

/// An error of a field.
pub(crate) fn broken(pointer: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, "sso.field.invalid", vi, en)
}

/// Whether an application may live at this address: https, or http on this machine.
pub(crate) fn is_application_url(text: &str) -> bool {
    let is_plain = text.len() <= URL_BYTES_MAX
        && text
            .bytes()
            .all(|byte| byte > b' ' && byte != 0x7f && !b"\"<>\\".contains(&byte));
    let Some(url) = reqwest::Url::parse(text).ok().filter(|_| is_plain) else {
        return false;
    };
    let has_user = !url.username().is_empty() || url.password().is_some();
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let is_here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_here);
    is_safe && !host.is_empty() && !has_user && url.fragment().is_none()
}

/// Adds an error unless an application may live at this address.
pub(crate) fn check_url(errors: &mut Vec<FieldError>, pointer: &str, text: &str) {
    if !is_application_url(text) {
        errors.push(broken(
            pointer,
            "Địa chỉ phải bắt đầu bằng https (hoặc http trên chính máy này), không có tên người \
             dùng và phần sau dấu #.",
            "The address must be https (or http on this machine), without user name and fragment.",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applications_live_at_https_or_on_this_machine() {
        for good in [
            "https://qlvb.h34.gov.vn/saml/acs?x=1",
            "http://127.0.0.1:8080/acs",
            "http://localhost/acs",
            "http://[::1]:1/acs",
        ] {
            assert!(is_application_url(good), "{good}");
        }
        for bad in [
            "",
            "/acs",
            "http://qlvb.h34.gov.vn/acs",
            "javascript:alert(1)",
            "https://user@host/",
            "https://host/#a",
            "https://host/ a",
            "https://host/\\evil",
            "http://127.0.0.1.evil.example/",
            "http://localhost.evil.example/",
        ] {
            assert!(!is_application_url(bad), "{bad}");
        }
    }
}
