//! How long a client may act for a person, in plain words.
//!
//! Owns: the sentence of the consent page and of the page of devices.
//! Not here: the limits themselves (`limits.rs`).
//! Follows: OWASP ASVS 10.7.2.

use super::{
    client::{OidcClient, kind::GrantType},
    limits::{ACCESS_PERSON_S, REFRESH_IDLE_MS, REFRESH_LIFE_MS},
};

/// How long an access lasts that is given now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With its first token.
    Token,
    /// With the session of the person.
    Session,
    /// After a time, session or not.
    Offline,
}

/// What ends an access with these scopes.
pub(super) fn ending(client: &OidcClient, is_offline: bool) -> Ending {
    match (client.may(GrantType::Refresh), is_offline) {
        (false, _) => Ending::Token,
        (true, false) => Ending::Session,
        (true, true) => Ending::Offline,
    }
}

/// The sentence in a language.
pub(super) fn sentence(language: &str, client: &OidcClient, ending: Ending) -> String {
    let token_ms = client
        .access_token_life_s
        .map_or(ACCESS_PERSON_S, i64::from)
        .saturating_mul(1_000);
    let is_english = language == "en";
    let token = span(is_english, token_ms);
    let idle = span(is_english, REFRESH_IDLE_MS);
    let life = span(is_english, REFRESH_LIFE_MS);
    match (ending, is_english) {
        (Ending::Token, false) => format!("Quyền truy cập hết hạn sau {token}."),
        (Ending::Token, true) => format!("The access ends after {token}."),
        (Ending::Session, false) => format!(
            "Quyền truy cập kết thúc khi bạn đăng xuất, hoặc sau {idle} không dùng, chậm nhất sau {life}."
        ),
        (Ending::Session, true) => format!(
            "The access ends when you sign out, after {idle} without use, or at the latest after {life}."
        ),
        (Ending::Offline, false) => format!(
            "Quyền truy cập vẫn còn sau khi bạn đăng xuất; kết thúc sau {idle} không dùng, chậm nhất sau {life}."
        ),
        (Ending::Offline, true) => format!(
            "The access goes on after you sign out; it ends after {idle} without use, or at the latest after {life}."
        ),
    }
}

/// A duration in its largest unit that divides it.
fn span(is_english: bool, duration_ms: i64) -> String {
    let units = [
        (86_400_000, "ngày", "day"),
        (3_600_000, "giờ", "hour"),
        (60_000, "phút", "minute"),
        (1_000, "giây", "second"),
    ];
    let fits = |unit: &&(i64, &str, &str)| duration_ms >= unit.0 && duration_ms % unit.0 == 0;
    let (unit_ms, vi, en) = units
        .iter()
        .find(fits)
        .unwrap_or(&(1_000, "giây", "second"));
    let count = duration_ms / unit_ms;
    match (is_english, count) {
        (false, _) => format!("{count} {vi}"),
        (true, 1) => format!("1 {en}"),
        (true, _) => format!("{count} {en}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_told_in_their_largest_unit() {
        assert_eq!(span(false, 300_000), "5 phút");
        assert_eq!(span(true, 3_600_000), "1 hour");
        assert_eq!(span(true, 12 * 3_600_000), "12 hours");
        assert_eq!(span(false, 30 * 86_400_000), "30 ngày");
        assert_eq!(span(true, 45_000), "45 seconds");
        assert_eq!(span(true, 90_000), "90 seconds");
    }
}
