//! Rules of a client beyond its schema.
//!
//! Owns: `check`, and the rules of addresses.
//! Follows: OpenID Connect Dynamic Client Registration 1.0, section 2; RFC 8252, section 7.

use lgsp_platform::error::FieldError;
use reqwest::Url;

use super::{
    certificate,
    kind::{AuthMethod, ClientType, GrantType, OidcClient, Pkce, Profile, SubjectType},
};
use crate::keys::jwk::Jwk;

/// Longest display name, in bytes.
const NAME_BYTES_MAX: usize = 200;
/// Addresses of one list.
pub(crate) const URIS_MAX: usize = 50;
/// Longest address.
pub(crate) const URI_BYTES_MAX: usize = 2_048;
/// Scopes, audiences and resources of one list.
const WORDS_MAX: usize = 100;

const RULE: &str = "sso.client.rule";

fn broken(pointer: impl Into<String>, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, RULE, vi, en)
}

/// Every broken rule with its place.
pub(super) fn check(client: &OidcClient, _name: &str) -> Vec<FieldError> {
    let mut errors = Vec::new();
    if client.name.trim().is_empty() || client.name.len() > NAME_BYTES_MAX {
        errors.push(broken(
            "/name",
            "Cần tên hiển thị, tối đa 200 byte.",
            "A display name is needed, at most 200 bytes.",
        ));
    }
    check_addresses(client, &mut errors);
    check_authentication(client, &mut errors);
    check_grants(client, &mut errors);
    check_words(client, &mut errors);
    check_modes(client, &mut errors);
    client.access.check(&mut errors);
    errors
}

fn check_addresses(client: &OidcClient, errors: &mut Vec<FieldError>) {
    let lists = [
        ("/redirect_uris", &client.redirect_uris),
        (
            "/post_logout_redirect_uris",
            &client.post_logout_redirect_uris,
        ),
    ];
    for (pointer, list) in lists {
        check_length(pointer, list, URIS_MAX, errors);
        for (index, uri) in list.iter().enumerate() {
            if !is_redirect(uri, client.client_type) {
                errors.push(broken(
                    format!("{pointer}/{index}"),
                    "Địa chỉ phải là https, không có dấu # và ký tự đại diện; http chỉ dùng cho máy cục bộ.",
                    "The address must be https, without fragment and wildcard; http is for the local machine only.",
                ));
            }
        }
    }
    check_length("/request_uris", &client.request_uris, URIS_MAX, errors);
    for (index, uri) in client.request_uris.iter().enumerate() {
        if !is_web(uri.split('#').next().unwrap_or_default()) {
            errors.push(broken(
                format!("/request_uris/{index}"),
                "Địa chỉ phải là https.",
                "The address must be https.",
            ));
        }
    }
    let single = [
        ("/jwks_uri", &client.jwks_uri),
        ("/sector_identifier_uri", &client.sector_identifier_uri),
        ("/backchannel_logout_uri", &client.backchannel_logout_uri),
        ("/frontchannel_logout_uri", &client.frontchannel_logout_uri),
        ("/logo_uri", &client.logo_uri),
        ("/client_uri", &client.client_uri),
        ("/policy_uri", &client.policy_uri),
        ("/tos_uri", &client.tos_uri),
        ("/initiate_login_uri", &client.initiate_login_uri),
    ];
    for (pointer, uri) in single {
        if uri.as_deref().is_some_and(|uri| !is_web(uri)) {
            errors.push(broken(
                pointer,
                "Địa chỉ phải là https (http chỉ cho máy cục bộ).",
                "The address must be https (http for the local machine only).",
            ));
        }
    }
    check_length("/cors_origins", &client.cors_origins, URIS_MAX, errors);
    for (index, origin) in client.cors_origins.iter().enumerate() {
        if origin_of(origin).as_deref() != Some(origin) {
            errors.push(broken(
                format!("/cors_origins/{index}"),
                "Nguồn có dạng https://ten-may[:cong].",
                "An origin has the form https://host[:port].",
            ));
        }
    }
    if client.subject_type == SubjectType::Pairwise && sector(client).is_none() {
        errors.push(broken(
            "/sector_identifier_uri",
            "Cần địa chỉ khu vực khi các địa chỉ quay về ở nhiều máy.",
            "A sector identifier is needed when redirect addresses have several hosts.",
        ));
    }
}

fn check_modes(client: &OidcClient, errors: &mut Vec<FieldError>) {
    if client.response_modes.is_empty() {
        errors.push(broken(
            "/response_modes",
            "Cần ít nhất một cách trả kết quả đăng nhập.",
            "At least one response mode is needed.",
        ));
    }
}

fn check_length(pointer: &str, list: &[String], max: usize, errors: &mut Vec<FieldError>) {
    if list.len() > max {
        errors.push(broken(
            pointer,
            "Danh sách quá dài.",
            "The list is too long.",
        ));
    }
}

fn check_authentication(client: &OidcClient, errors: &mut Vec<FieldError>) {
    if client.jwks.is_some() && client.jwks_uri.is_some() {
        errors.push(broken(
            "/jwks",
            "Chỉ dùng một trong hai: jwks hoặc jwks_uri.",
            "Use jwks or jwks_uri, not both.",
        ));
    }
    let has_keys = client.jwks.is_some() || client.jwks_uri.is_some();
    if client
        .jwks
        .as_ref()
        .is_some_and(|set| Jwk::parse_set(set).is_empty())
    {
        errors.push(broken(
            "/jwks",
            "Không có khoá ký công khai nào đọc được (EC P-256, Ed25519, RSA từ 2.048 bit).",
            "No public signing key can be read (EC P-256, Ed25519, RSA from 2,048 bits).",
        ));
    }
    if client.auth_method == AuthMethod::PrivateKeyJwt && !has_keys {
        errors.push(broken(
            "/auth_method",
            "Xác thực bằng khoá riêng cần jwks hoặc jwks_uri.",
            "private_key_jwt needs jwks or jwks_uri.",
        ));
    }
    if client.auth_method == AuthMethod::SelfSignedTlsClientAuth && !has_keys {
        errors.push(broken(
            "/auth_method",
            "Chứng thư tự ký cần jwks hoặc jwks_uri.",
            "self_signed_tls_client_auth needs jwks or jwks_uri.",
        ));
    }
    let names_subject = client.auth_method == AuthMethod::TlsClientAuth;
    if names_subject && !certificate::is_name(client.tls_name, &client.tls_subject) {
        errors.push(broken(
            "/tls_subject",
            "Cần tên trong chứng thư theo đúng dạng đã chọn, ví dụ CN=kho,O=Sở Nội vụ,C=VN.",
            "The name in the certificate is needed in the chosen form, such as CN=store,O=Office,C=VN.",
        ));
    }
    let is_public = client.auth_method == AuthMethod::None;
    let alone = [GrantType::Credentials, GrantType::Exchange];
    if is_public && alone.iter().any(|grant| client.may(*grant)) {
        errors.push(broken(
            "/auth_method",
            "Ứng dụng không có bí mật không được dùng cách lấy mã này.",
            "A client without authentication may not use these grants.",
        ));
    }
    if is_public && client.pkce == Pkce::IfSent {
        errors.push(broken(
            "/pkce",
            "Ứng dụng không có bí mật phải dùng PKCE.",
            "A client without authentication must use PKCE.",
        ));
    }
    if client.profile == Profile::High {
        let has_key =
            client.auth_method == AuthMethod::PrivateKeyJwt || client.auth_method.is_certificate();
        if !has_key {
            errors.push(broken(
                "/auth_method",
                "Mức cao cần xác thực bằng khoá riêng hoặc chứng thư.",
                "The high profile needs private_key_jwt or a certificate.",
            ));
        }
        if client.pkce == Pkce::IfSent {
            errors.push(broken(
                "/pkce",
                "Mức cao bắt buộc PKCE.",
                "The high profile demands PKCE.",
            ));
        }
    }
}

fn check_grants(client: &OidcClient, errors: &mut Vec<FieldError>) {
    if client.grant_types.is_empty() {
        errors.push(broken(
            "/grant_types",
            "Cần ít nhất một cách lấy mã.",
            "At least one grant is needed.",
        ));
    }
    if client.may(GrantType::Code) && client.redirect_uris.is_empty() {
        errors.push(broken(
            "/redirect_uris",
            "Cần ít nhất một địa chỉ quay về.",
            "At least one redirect address is needed.",
        ));
    }
    if client
        .acr_min
        .is_some_and(|level| !(1..=3).contains(&level))
    {
        errors.push(broken(
            "/acr_min",
            "Mức từ 1 đến 3.",
            "The level is 1 to 3.",
        ));
    }
    if client
        .access_token_life_s
        .is_some_and(|life| !(30..=86_400).contains(&life))
    {
        errors.push(broken(
            "/access_token_life_s",
            "Từ 30 giây đến 1 ngày.",
            "From 30 seconds to a day.",
        ));
    }
}

fn check_words(client: &OidcClient, errors: &mut Vec<FieldError>) {
    let lists = [
        ("/scopes", &client.scopes),
        ("/audiences", &client.audiences),
        ("/resources", &client.resources),
        ("/exchange_audiences", &client.exchange_audiences),
        ("/contacts", &client.contacts),
    ];
    for (pointer, list) in lists {
        check_length(pointer, list, WORDS_MAX, errors);
        for (index, word) in list.iter().enumerate() {
            let is_token = |byte: u8| byte > b' ' && byte < 0x7f && byte != b'"' && byte != b'\\';
            let is_word = !word.is_empty() && word.len() <= 256 && word.bytes().all(is_token);
            if !is_word {
                errors.push(broken(
                    format!("{pointer}/{index}"),
                    "Chỉ dùng ký tự ASCII không có khoảng trắng.",
                    "Only ASCII characters without spaces.",
                ));
            }
        }
    }
}

/// `scheme://host[:port]` of an address of the web.
pub(crate) fn origin_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok()?;
    matches!(url.scheme(), "https" | "http").then(|| url.origin().ascii_serialization())
}

/// Hosts that mean the machine itself.
fn is_loopback(url: &Url) -> bool {
    matches!(url.host_str(), Some("127.0.0.1" | "[::1]" | "localhost"))
}

/// An address of the web: https, or http on the machine itself.
pub(crate) fn is_web(uri: &str) -> bool {
    let Some(url) = plain(uri) else { return false };
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url))
}

/// Nothing that browsers and parsers read in different ways.
fn plain(uri: &str) -> Option<Url> {
    let is_plain = uri.len() <= URI_BYTES_MAX
        && uri.bytes().all(|byte| byte > b' ' && byte < 0x7f)
        && !uri.contains(['#', '*', '\\', '<', '>', '"']);
    let url = is_plain.then(|| Url::parse(uri).ok())??;
    (url.username().is_empty() && url.password().is_none()).then_some(url)
}

/// An address to which people may be sent.
pub(crate) fn is_redirect(uri: &str, client_type: ClientType) -> bool {
    if is_web(uri) {
        return true;
    }
    // A private scheme of a program contains a dot (RFC 8252, section 7.1).
    client_type == ClientType::Native
        && plain(uri).is_some_and(|url| url.scheme().contains('.') && !url.scheme().is_empty())
}

/// Host that names the sector of pairwise identifiers.
pub(crate) fn sector(client: &OidcClient) -> Option<String> {
    let host = |uri: &str| Url::parse(uri).ok()?.host_str().map(str::to_owned);
    if let Some(uri) = &client.sector_identifier_uri {
        return host(uri);
    }
    let mut hosts: Vec<String> = client
        .redirect_uris
        .iter()
        .filter_map(|uri| host(uri))
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    match hosts.as_slice() {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Whether `asked` is the registered address: letter by letter, except for the port of the
/// machine itself, which a program on it cannot choose (RFC 8252, section 7.3).
pub(crate) fn is_registered(client: &OidcClient, asked: &str) -> bool {
    if client.redirect_uris.iter().any(|known| known == asked) {
        return true;
    }
    client.client_type == ClientType::Native
        && client
            .redirect_uris
            .iter()
            .any(|known| is_same_but_port(known, asked))
}

fn is_same_but_port(known: &str, asked: &str) -> bool {
    let without_port = |uri: &str| {
        let url = plain(uri)?;
        let host = url.host_str()?.to_owned();
        // A name could be made to point elsewhere; a number cannot.
        let is_number = matches!(host.as_str(), "127.0.0.1" | "[::1]");
        let rest = uri.strip_prefix("http://")?.strip_prefix(host.as_str())?;
        let rest = match rest.strip_prefix(':') {
            Some(port) => port.trim_start_matches(|digit: char| digit.is_ascii_digit()),
            None => rest,
        };
        is_number.then(|| (host, rest.to_owned()))
    };
    without_port(known).is_some_and(|known| without_port(asked) == Some(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_are_compared_letter_by_letter() {
        let mut client: OidcClient = serde_json::from_value(serde_json::json!({
            "name": "x", "redirect_uris": ["https://a.example/cb", "http://127.0.0.1/cb"],
        }))
        .unwrap();
        assert!(is_registered(&client, "https://a.example/cb"));
        for other in [
            "https://a.example/cb/",
            "https://a.example/cb?x=1",
            "https://A.example/cb",
            "https://a.example:443/cb",
            "https://a.example/cb#x",
            "http://a.example/cb",
            "https://a.example.evil.example/cb",
            "http://127.0.0.1:4711/cb",
        ] {
            assert!(!is_registered(&client, other), "{other}");
        }
        client.client_type = ClientType::Native;
        assert!(is_registered(&client, "http://127.0.0.1:4711/cb"));
        for other in [
            "http://127.0.0.1:4711/cb2",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:80@evil.example/cb",
            "http://localhost:4711/cb",
            "https://127.0.0.1:4711/cb",
        ] {
            assert!(!is_registered(&client, other), "{other}");
        }
    }

    #[test]
    fn addresses_are_of_the_web() {
        for good in [
            "https://a.example/cb?x=1",
            "http://localhost:3000/cb",
            "http://[::1]/x",
        ] {
            assert!(is_redirect(good, ClientType::Web), "{good}");
        }
        for bad in [
            "http://a.example/cb",
            "https://a.example/cb#x",
            "https://*.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "vn.gov.h34:/cb",
            "https://user@a.example/",
            "https://a.example\\@evil.example/",
            "/cb",
            "",
        ] {
            assert!(!is_redirect(bad, ClientType::Web), "{bad}");
        }
        assert!(is_redirect("vn.gov.h34:/cb", ClientType::Native));
        assert!(!is_redirect("javascript:alert(1)", ClientType::Native));
    }
}
