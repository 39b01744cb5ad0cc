//! Which application an address belongs to.
//!
//! Owns: matching.
//! Invariant: scheme, host and port are equal, and the path begins with a registered one at a
//! boundary: `/app` covers `/app/x` and not `/application`.

use lgsp_platform::registry::{Kind as _, Snapshot};
use serde::Deserialize as _;

use super::kind::CasService;

/// Longest address of a service.
const URL_BYTES_MAX: usize = 2_048;

/// The enabled application of an address.
pub(super) fn find(snapshot: &Snapshot, url: &str) -> Option<(String, CasService)> {
    let wanted = read(url)?;
    snapshot.of_kind(CasService::KIND).find_map(|resource| {
        let spec = CasService::deserialize(&resource.spec).ok()?;
        let is_own = |registered: &String| {
            read(registered).is_some_and(|registered| is_covered(&registered, &wanted))
        };
        let fits = spec.enabled && spec.services.iter().any(is_own);
        fits.then(|| (resource.name.clone(), spec))
    })
}

/// An address in the form that is compared; none for what no browser should be sent to.
pub(super) fn read(text: &str) -> Option<reqwest::Url> {
    let is_plain = text
        .bytes()
        .all(|byte| byte > b' ' && byte < 0x7f && !b"\\\"<>".contains(&byte));
    if !is_plain || text.len() > URL_BYTES_MAX {
        return None;
    }
    let url = reqwest::Url::parse(text).ok()?;
    let is_web = matches!(url.scheme(), "https" | "http");
    let has_user = !url.username().is_empty() || url.password().is_some();
    // An encoded slash or dot is a path to some servers and a name to others.
    let path = url.path().to_ascii_lowercase();
    let is_clear = ["%2e", "%2f", "%5c"]
        .iter()
        .all(|code| !path.contains(code));
    (is_web && !has_user && is_clear).then_some(url)
}

fn is_covered(registered: &reqwest::Url, wanted: &reqwest::Url) -> bool {
    let is_same_origin = registered.scheme() == wanted.scheme()
        && registered.host_str() == wanted.host_str()
        && registered.port_or_known_default() == wanted.port_or_known_default();
    let rest = wanted.path().strip_prefix(registered.path());
    let is_below = rest.is_some_and(|rest| {
        rest.is_empty() || rest.starts_with('/') || registered.path().ends_with('/')
    });
    is_same_origin && is_below
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_covered_at_boundaries_only() {
        let registered = read("https://app.h34.gov.vn/qlvb").unwrap();
        let is_own = |text: &str| read(text).is_some_and(|url| is_covered(&registered, &url));
        for good in [
            "https://app.h34.gov.vn/qlvb",
            "https://APP.h34.gov.vn:443/qlvb/",
            "https://app.h34.gov.vn/qlvb/login?next=/x",
            "https://app.h34.gov.vn/qlvb?x=1",
        ] {
            assert!(is_own(good), "{good}");
        }
        for bad in [
            "",
            "https://app.h34.gov.vn/",
            "https://app.h34.gov.vn/qlvb2",
            "https://app.h34.gov.vn/qlvb/../other",
            "https://app.h34.gov.vn/qlvb/%2e%2e/other",
            "https://app.h34.gov.vn/qlvb/..%2fother",
            "http://app.h34.gov.vn/qlvb",
            "https://app.h34.gov.vn:444/qlvb",
            "https://app.h34.gov.vn.evil.example/qlvb",
            "https://app.h34.gov.vn@evil.example/qlvb",
            "https://evil.example/https://app.h34.gov.vn/qlvb",
            "https://app.h34.gov.vn\\@evil.example/qlvb",
            "javascript:alert(1)",
            "https://app.h34.gov.vn/qlvb\r\nx: y",
        ] {
            assert!(!is_own(bad), "{bad}");
        }
    }
}
