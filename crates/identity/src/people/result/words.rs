//! The Vietnamese words of a review's result.
//!
//! Owns: how kinds, states, roles, decisions and days are written on paper.
//! Not here: the texts of pages and mails (`pages/texts.rs`, `mail/texts.rs`).

use lgsp_model::Timestamp;

use crate::{people::review_rows::ReviewDecision, roles};

/// A kind of account.
pub(super) fn kind(word: &str) -> &str {
    match word {
        "administrator" => "Quản trị",
        "operator" => "Vận hành",
        "official" => "Cán bộ, công chức",
        "technical" => "Kỹ thuật",
        "service" => "Dịch vụ",
        "system" => "Hệ thống",
        "citizen" => "Công dân",
        other => other,
    }
}

/// A state of an account.
pub(super) fn state(word: &str) -> &str {
    match word {
        "active" => "đang dùng",
        "disabled" => "đã khóa",
        "idle" => "khóa vì lâu không dùng",
        "invited" => "chờ kích hoạt",
        "left" => "đã thôi việc",
        other => other,
    }
}

/// A decision.
pub(super) const fn decision(decision: Option<ReviewDecision>) -> &'static str {
    match decision {
        Some(ReviewDecision::Keep) => "Giữ",
        Some(ReviewDecision::Change) => "Cần sửa",
        Some(ReviewDecision::Lock) => "Khóa",
        None => "Chưa kết luận",
    }
}

/// Grants as the line keeps them: `clerk@H34.01; auditor@*`.
pub(super) fn granted(text: &str) -> String {
    let one = |grant: &str| {
        let (role, place) = grant.split_once('@').unwrap_or((grant, "*"));
        let label = roles::find(role).map_or(role, |role| role.labels.vi);
        match place {
            "*" => format!("{label} (toàn nền tảng)"),
            agency => format!("{label} ({agency})"),
        }
    };
    let grants: Vec<String> = text
        .split("; ")
        .filter(|grant| !grant.is_empty())
        .map(one)
        .collect();
    if grants.is_empty() {
        return "Không có vai trò".to_owned();
    }
    grants.join("\n")
}

/// A day in Vietnam: `26/11/2026`.
pub(super) fn day(at: Timestamp) -> String {
    let text = at.format_vxp();
    let part = |from, to| text.get(from..to).unwrap_or_default();
    format!("{}/{}/{}", part(8, 10), part(5, 7), part(0, 4))
}

/// A day in Vietnam, in words: `ngày 26 tháng 11 năm 2026`.
pub(super) fn day_in_words(at: Timestamp) -> String {
    let text = at.format_vxp();
    let part = |from, to| text.get(from..to).unwrap_or_default();
    format!(
        "ngày {} tháng {} năm {}",
        part(8, 10),
        part(5, 7),
        part(0, 4)
    )
}

/// From when to when an account counts.
pub(super) fn validity(from: Option<Timestamp>, until: Option<Timestamp>) -> String {
    match (from, until) {
        (None, None) => "Không thời hạn".to_owned(),
        (Some(from), None) => format!("Từ {}", day(from)),
        (None, Some(until)) => format!("Đến {}", day(until)),
        (Some(from), Some(until)) => format!("{} – {}", day(from), day(until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_vietnam() {
        let late = Timestamp::parse_rfc3339("2026-11-26T18:30:00Z").unwrap();
        assert_eq!(day(late), "27/11/2026");
        assert_eq!(day_in_words(late), "ngày 27 tháng 11 năm 2026");
        assert_eq!(validity(None, Some(late)), "Đến 27/11/2026");
    }

    #[test]
    fn grants_are_written_with_the_names_of_their_roles() {
        assert_eq!(
            granted("clerk@H34.01; unheard@*"),
            "Văn thư (H34.01)\nunheard (toàn nền tảng)"
        );
        assert_eq!(granted(""), "Không có vai trò");
    }
}
