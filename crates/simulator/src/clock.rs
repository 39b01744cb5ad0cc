//! Time: the wall clock, a clock that tests move by hand, and the interface's spellings.
//!
//! Owns: conversion between milliseconds and the date texts of edXML and VXP.
//! Not here: what happens when time passes (`axis/actors.rs`).
//! Invariant: all instants are milliseconds Unix UTC; texts are Vietnam time, UTC+7 fixed.
//! Follows: QCVN 102:2016/BTTTT (dates); VXP interface, header `timestamp`.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

const VIETNAM_OFFSET_S: i32 = 7 * 3600;

/// The machine's time in milliseconds Unix UTC.
pub fn wall_ms() -> i64 {
    let elapsed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(elapsed.as_millis()).unwrap_or(i64::MAX)
}

/// Where a [`VirtualClock`] takes its time from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ClockMode {
    /// Runs with the machine's clock, plus what was added by [`VirtualClock::advance`].
    #[default]
    Running,
    /// Stands still at this instant until it is advanced.
    Manual {
        /// First instant, milliseconds Unix UTC.
        start_ms: i64,
    },
}

/// A clock that can be moved forward.
#[derive(Debug)]
pub struct VirtualClock {
    mode: ClockMode,
    added_ms: AtomicI64,
}

impl VirtualClock {
    /// A clock that has not been moved yet.
    pub fn new(mode: ClockMode) -> Self {
        Self {
            mode,
            added_ms: AtomicI64::new(0),
        }
    }

    /// The instant it shows.
    pub fn now_ms(&self) -> i64 {
        let base = match self.mode {
            ClockMode::Running => wall_ms(),
            ClockMode::Manual { start_ms } => start_ms,
        };
        base.saturating_add(self.added_ms.load(Ordering::SeqCst))
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        let by_ms = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.added_ms.fetch_add(by_ms, Ordering::SeqCst);
    }
}

fn vietnam(at_ms: i64) -> OffsetDateTime {
    let utc = OffsetDateTime::from_unix_timestamp_nanos(i128::from(at_ms) * 1_000_000)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    utc.to_offset(UtcOffset::from_whole_seconds(VIETNAM_OFFSET_S).unwrap_or(UtcOffset::UTC))
}

/// `yyyy/MM/dd`.
pub fn edxml_date(at_ms: i64) -> String {
    let at = vietnam(at_ms);
    format!(
        "{:04}/{:02}/{:02}",
        at.year(),
        u8::from(at.month()),
        at.day()
    )
}

/// `yyyy/MM/dd HH:mm:ss`.
pub fn edxml_instant(at_ms: i64) -> String {
    let at = vietnam(at_ms);
    format!(
        "{} {:02}:{:02}:{:02}",
        edxml_date(at_ms),
        at.hour(),
        at.minute(),
        at.second()
    )
}

/// `yyyy-MM-dd HH:mm:ss`, as in the JSON replies.
pub fn reply_instant(at_ms: i64) -> String {
    edxml_instant(at_ms).replace('/', "-")
}

/// `ddMMyyyy'T'HHmmss+SSSS`: a plus sign and four digits of milliseconds, not a zone.
pub fn kit_timestamp(at_ms: i64) -> String {
    let at = vietnam(at_ms);
    format!(
        "{:02}{:02}{:04}T{:02}{:02}{:02}+{:04}",
        at.day(),
        u8::from(at.month()),
        at.year(),
        at.hour(),
        at.minute(),
        at.second(),
        at.millisecond()
    )
}

/// Reads what [`kit_timestamp`] writes; `None` when the text has another shape.
pub fn parse_kit_timestamp(text: &str) -> Option<i64> {
    let (day_part, rest) = text.split_once('T')?;
    let (time_part, milli_part) = rest.split_once('+')?;
    let shape_fits = day_part.len() == 8 && time_part.len() == 6 && milli_part.len() == 4;
    if !shape_fits {
        return None;
    }
    let date = Date::from_calendar_date(
        digits(day_part, 4, 8)?.try_into().ok()?,
        Month::try_from(u8::try_from(digits(day_part, 2, 4)?).ok()?).ok()?,
        u8::try_from(digits(day_part, 0, 2)?).ok()?,
    )
    .ok()?;
    let time = Time::from_hms_milli(
        u8::try_from(digits(time_part, 0, 2)?).ok()?,
        u8::try_from(digits(time_part, 2, 4)?).ok()?,
        u8::try_from(digits(time_part, 4, 6)?).ok()?,
        u16::try_from(digits(milli_part, 0, 4)?).ok()?,
    )
    .ok()?;
    let offset = UtcOffset::from_whole_seconds(VIETNAM_OFFSET_S).ok()?;
    let at = PrimitiveDateTime::new(date, time).assume_offset(offset);
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

fn digits(text: &str, from: usize, to: usize) -> Option<u32> {
    let part = text.get(from..to)?;
    if !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    part.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kit_timestamp_reads_back() {
        let at = parse_kit_timestamp("22112026T131500+0042").unwrap_or_default();
        assert_eq!(kit_timestamp(at), "22112026T131500+0042");
        assert_eq!(edxml_instant(at), "2026/11/22 13:15:00");
        assert_eq!(reply_instant(at), "2026-11-22 13:15:00");
        assert_eq!(at % 1000, 42);
    }

    #[test]
    fn kit_timestamp_of_another_shape_is_refused() {
        for text in [
            "",
            "T+",
            "22112026T131500",
            "32112026T131500+0042",
            "22112026T131500+07",
            "2211 026T131500+0042",
        ] {
            assert_eq!(parse_kit_timestamp(text), None, "{text}");
        }
    }
}
