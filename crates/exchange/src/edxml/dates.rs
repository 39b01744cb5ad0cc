//! Dates and instants as edXML writes them.
//!
//! Owns: `yyyy/MM/dd` and `yyyy/MM/dd HH:mm:ss` in Vietnam time, and the repair of other forms.
//! Not here: calendars and working days. Invariant: the text is kept when it cannot be read.
//! Follows: design document "Document exchange", sections 2 and 4 (`date_format`).

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Hours that Vietnam is ahead of UTC; there is no summer time.
const VIETNAM_OFFSET_HOURS: i8 = 7;

/// A date as text, `yyyy/MM/dd` unless the sender wrote something unreadable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DateText(String);

/// An instant as text, `yyyy/MM/dd HH:mm:ss` in Vietnam time unless unreadable.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstantText(String);

impl DateText {
    /// The date in the form of edXML.
    #[must_use]
    pub fn new(date: Date) -> Self {
        Self(format!(
            "{:04}/{:02}/{:02}",
            date.year(),
            u8::from(date.month()),
            date.day()
        ))
    }

    /// Text as it is, readable or not.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The date, when the text is `yyyy/MM/dd` and exists in the calendar.
    #[must_use]
    pub fn date(&self) -> Option<Date> {
        canonical_date(&self.0)
    }

    /// Reads what a sender wrote: the text to keep, and whether it had the right form.
    pub(crate) fn read(text: &str) -> (Self, bool) {
        if canonical_date(text).is_some() {
            return (Self(text.to_owned()), true);
        }
        let repaired = other_date(text).map(Self::new);
        (repaired.unwrap_or_else(|| Self(text.to_owned())), false)
    }
}

impl InstantText {
    /// The instant in the form of edXML; `None` outside the years 0 to 9999.
    #[must_use]
    pub fn from_unix_ms(unix_ms: i64) -> Option<Self> {
        let instant = OffsetDateTime::from_unix_timestamp(unix_ms.div_euclid(1000)).ok()?;
        let local = instant.checked_to_offset(vietnam()?)?;
        (0..=9999)
            .contains(&local.year())
            .then(|| Self::from_local(local.date(), local.time()))
    }

    /// Text as it is, readable or not.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Milliseconds since 1970 UTC, when the text can be read.
    #[must_use]
    pub fn unix_ms(&self) -> Option<i64> {
        let (date, clock) = canonical_instant(&self.0)?;
        let local = PrimitiveDateTime::new(date, clock).assume_offset(vietnam()?);
        local.unix_timestamp().checked_mul(1000)
    }

    pub(crate) fn read(text: &str) -> (Self, bool) {
        if canonical_instant(text).is_some() {
            return (Self(text.to_owned()), true);
        }
        (
            other_instant(text).unwrap_or_else(|| Self(text.to_owned())),
            false,
        )
    }

    fn from_local(date: Date, clock: Time) -> Self {
        let day = DateText::new(date).0;
        let (hour, minute, second) = clock.as_hms();
        Self(format!("{day} {hour:02}:{minute:02}:{second:02}"))
    }
}

impl fmt::Display for DateText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for InstantText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn vietnam() -> Option<UtcOffset> {
    UtcOffset::from_hms(VIETNAM_OFFSET_HOURS, 0, 0).ok()
}

/// Exactly `length` digits as a number.
fn digits(text: &str, length: usize) -> Option<u16> {
    let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if fits { text.parse().ok() } else { None }
}

fn calendar(year: u16, month: u16, day: u16) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}

/// Three fields with the given separator; `year_first` or day first.
fn date_fields(text: &str, separator: char, year_first: bool) -> Option<Date> {
    let mut fields = text.split(separator);
    let (first, month, last) = (fields.next()?, fields.next()?, fields.next()?);
    if fields.next().is_some() {
        return None;
    }
    let (year, day) = if year_first {
        (first, last)
    } else {
        (last, first)
    };
    calendar(digits(year, 4)?, digits(month, 2)?, digits(day, 2)?)
}

fn canonical_date(text: &str) -> Option<Date> {
    date_fields(text, '/', true)
}

fn other_date(text: &str) -> Option<Date> {
    let trimmed = text.trim();
    if let Some(date) = date_fields(trimmed, '/', false).or_else(|| canonical_date(trimmed)) {
        return Some(date);
    }
    let day = trimmed
        .split_once(['T', ' '])
        .map_or(trimmed, |(day, _clock)| day);
    date_fields(day, '-', true)
        .or_else(|| canonical_date(day))
        .or_else(|| date_fields(day, '/', false))
}

fn clock_fields(text: &str) -> Option<Time> {
    let mut fields = text.split(':');
    let (hour, minute, second) = (fields.next()?, fields.next()?, fields.next()?);
    if fields.next().is_some() {
        return None;
    }
    let field = |text| digits(text, 2).and_then(|value| u8::try_from(value).ok());
    Time::from_hms(field(hour)?, field(minute)?, field(second)?).ok()
}

fn canonical_instant(text: &str) -> Option<(Date, Time)> {
    let (day, clock) = text.split_once(' ')?;
    Some((canonical_date(day)?, clock_fields(clock)?))
}

/// ISO 8601 with or without zone, and day-first dates; fractions of a second are dropped.
fn other_instant(text: &str) -> Option<InstantText> {
    let (day, rest) = text.trim().split_once(['T', ' '])?;
    let date = date_fields(day, '-', true)
        .or_else(|| canonical_date(day))
        .or_else(|| date_fields(day, '/', false))?;
    let (clock_text, zone) = match rest.find(['Z', '+', '-']) {
        Some(at) => rest.split_at_checked(at)?,
        None => (rest, ""),
    };
    let whole = clock_text
        .split_once('.')
        .map_or(clock_text, |(whole, _fraction)| whole);
    let clock = clock_fields(whole)?;
    if zone.is_empty() {
        return Some(InstantText::from_local(date, clock));
    }
    let local = PrimitiveDateTime::new(date, clock).assume_offset(zone_offset(zone)?);
    InstantText::from_unix_ms(local.unix_timestamp().checked_mul(1000)?)
}

fn zone_offset(zone: &str) -> Option<UtcOffset> {
    if zone == "Z" {
        return Some(UtcOffset::UTC);
    }
    let (sign, clock) = match zone.strip_prefix('+') {
        Some(clock) => (1_i8, clock),
        None => (-1_i8, zone.strip_prefix('-')?),
    };
    let (hours, minutes) = clock.split_once(':')?;
    let field = |text| digits(text, 2).and_then(|value| i8::try_from(value).ok());
    UtcOffset::from_hms(sign * field(hours)?, sign * field(minutes)?, 0).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_repaired_or_kept() {
        let table = [
            ("2026/11/22", "2026/11/22", true),
            ("22/11/2026", "2026/11/22", false),
            ("2026-11-22", "2026/11/22", false),
            ("2026-11-22T08:00:00+07:00", "2026/11/22", false),
            (" 2026/11/22", "2026/11/22", false),
            ("2014/02/30", "2014/02/30", false),
            ("2026/1/2", "2026/1/2", false),
            ("soon", "soon", false),
        ];
        for (text, kept, is_canonical) in table {
            let read = DateText::read(text);
            assert_eq!(read, (DateText::from_text(kept), is_canonical), "{text}");
        }
    }

    #[test]
    fn instants_are_repaired_or_kept() {
        let table = [
            ("2026/11/22 13:15:00", "2026/11/22 13:15:00", true),
            ("22/11/2026 13:15:00", "2026/11/22 13:15:00", false),
            ("2026-11-22T13:15:00", "2026/11/22 13:15:00", false),
            ("2026-11-22T06:15:00Z", "2026/11/22 13:15:00", false),
            (
                "2026-11-22T06:15:00.123+00:00",
                "2026/11/22 13:15:00",
                false,
            ),
            ("2026/11/22", "2026/11/22", false),
            ("2026/11/22 25:00:00", "2026/11/22 25:00:00", false),
        ];
        for (text, kept, is_canonical) in table {
            let read = InstantText::read(text);
            assert_eq!(read, (InstantText::from_text(kept), is_canonical), "{text}");
        }
    }

    #[test]
    fn instants_are_vietnam_time() {
        let instant = InstantText::from_text("1970/01/01 07:00:01");
        assert_eq!(instant.unix_ms(), Some(1000));
        assert_eq!(InstantText::from_unix_ms(1999), Some(instant));
        assert_eq!(InstantText::from_unix_ms(i64::MAX), None);
    }
}
