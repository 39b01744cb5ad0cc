//! The timestamp of a call, `ddMMyyyy'T'HHmmss+SSSS`, and the window around now.
//!
//! Owns: reading, writing, the window.
//! Not here: times inside replies (`lgsp_model::Timestamp`).
//! Invariant: what stands after the plus sign are milliseconds, never a zone.
//! Follows: design document "Document exchange", sections 7.1 and 7.2.

use lgsp_model::{LocalDate, Timestamp, timestamp::VIETNAM_OFFSET_MS};

/// How far a timestamp may lie from now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Before now. The existing kit sets its timestamp once, when the client object is made.
    pub back_ms: i64,
    /// After now.
    pub ahead_ms: i64,
    /// Zone of the caller's clock, minutes east of UTC; the text itself names none.
    pub offset_minutes: i64,
}

impl Default for Window {
    /// 24 hours back, 5 minutes ahead, Vietnam time.
    fn default() -> Self {
        Self {
            back_ms: 24 * 3_600_000,
            ahead_ms: 5 * 60_000,
            offset_minutes: VIETNAM_OFFSET_MS / 60_000,
        }
    }
}

impl Window {
    /// Whether `at` lies in the window around `now`; both ends belong to it.
    #[must_use]
    pub const fn holds(&self, at: Timestamp, now: Timestamp) -> bool {
        let age_ms = now.since(at);
        age_ms <= self.back_ms && age_ms >= -self.ahead_ms
    }
}

/// Reads a timestamp written by a clock `offset_minutes` east of UTC.
#[must_use]
pub fn parse_timestamp(text: &str, offset_minutes: i64) -> Option<Timestamp> {
    let (day, rest) = text.split_at_checked(8)?;
    let (hour, rest) = rest.strip_prefix('T')?.split_at_checked(6)?;
    let ms = rest.strip_prefix('+').filter(|ms| ms.len() == 4)?;
    let date = LocalDate::new(
        i32::try_from(digits(day.get(4..)?)?).ok()?,
        u8::try_from(digits(day.get(2..4)?)?).ok()?,
        u8::try_from(digits(day.get(..2)?)?).ok()?,
    )?;
    let (hours, minutes, seconds) = (
        digits(hour.get(..2)?)?,
        digits(hour.get(2..4)?)?,
        digits(hour.get(4..)?)?,
    );
    if hours > 23 || minutes > 59 || seconds > 59 {
        return None;
    }
    let vietnam = date
        .at_minute(hours * 60 + minutes)
        .plus_ms(seconds * 1_000 + digits(ms)?);
    Some(vietnam.plus_ms(VIETNAM_OFFSET_MS - offset_minutes * 60_000))
}

fn digits(text: &str) -> Option<i64> {
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Writes a timestamp as a clock `offset_minutes` east of UTC would.
#[must_use]
pub fn format_timestamp(at: Timestamp, offset_minutes: i64) -> String {
    // The day and the minute are those of Vietnam, so the other zone is added to the instant.
    let shifted = at.plus_ms(offset_minutes * 60_000 - VIETNAM_OFFSET_MS);
    let day = shifted.vietnam_date().to_string();
    let minute = shifted.vietnam_minute_of_day();
    let (year, month_day) = day.split_once('-').unwrap_or(("1970", "01-01"));
    let (month, day) = month_day.split_once('-').unwrap_or(("01", "01"));
    let seconds = shifted.0.rem_euclid(60_000) / 1_000;
    let ms = shifted.0.rem_euclid(1_000);
    format!(
        "{day}{month}{year}T{:02}{:02}{seconds:02}+{ms:04}",
        minute / 60,
        minute % 60
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_documented_example_is_vietnam_time() {
        let at = Timestamp::parse_rfc3339("2026-11-22T06:15:00.042Z").unwrap();
        assert_eq!(parse_timestamp("22112026T131500+0042", 420), Some(at));
        assert_eq!(format_timestamp(at, 420), "22112026T131500+0042");
        assert_eq!(format_timestamp(at, 0), "22112026T061500+0042");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "22112026T131500",
            "22112026T131500+42",
            "22112026T131500-0042",
            "32112026T131500+0000",
            "22132026T131500+0000",
            "22112026T241500+0000",
            "22112026T136000+0000",
            "22112026T131560+0000",
            "22112026 131500+0000",
            "2211202\u{e9}T131500+0000",
            "22112026T1315+0+0000",
            "22112026T131500+004x",
        ] {
            assert_eq!(parse_timestamp(text, 420), None, "{text}");
        }
    }

    #[test]
    fn the_window_ends_where_it_says() {
        let window = Window::default();
        let now = Timestamp(1_800_000_000_000);
        assert!(window.holds(now.plus_ms(-window.back_ms), now));
        assert!(!window.holds(now.plus_ms(-window.back_ms - 1), now));
        assert!(window.holds(now.plus_ms(window.ahead_ms), now));
        assert!(!window.holds(now.plus_ms(window.ahead_ms + 1), now));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(ms in 0_i64..4_000_000_000_000, offset in -720_i64..840) {
            let at = Timestamp(ms);
            prop_assert_eq!(parse_timestamp(&format_timestamp(at, offset), offset), Some(at));
        }
    }
}
