//! Days and working days (ngày làm việc) in Vietnam.
//!
//! Owns: `LocalDate` and `Calendar`, the arithmetic of deadlines.
//! Not here: which days are holidays in a year; that is data (resource kind `calendar`).
//! Follows: Labour Code 2019, art. 111 (weekly rest); Decree 30/2020/ND-CP, art. 21.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{Date, Month, Weekday};

use crate::timestamp::{Timestamp, VIETNAM_OFFSET_MS};

/// A calendar day without a zone, `yyyy-mm-dd` in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LocalDate(Date);

impl LocalDate {
    /// The day of the given numbers, if there is one.
    #[must_use]
    pub fn new(year: i32, month: u8, day: u8) -> Option<Self> {
        let month = Month::try_from(month).ok()?;
        Date::from_calendar_date(year, month, day).ok().map(Self)
    }

    /// The day `days` after 1970-01-01; days beyond the calendar's range are clamped.
    #[must_use]
    pub fn from_days(days: i64) -> Self {
        let epoch = Timestamp(0).0 + days * 86_400;
        Self(time::OffsetDateTime::from_unix_timestamp(epoch).map_or(Date::MAX, |at| at.date()))
    }

    /// The next day.
    #[must_use]
    pub fn next(self) -> Self {
        Self(self.0.next_day().unwrap_or(Date::MAX))
    }

    /// Saturday or Sunday.
    #[must_use]
    pub fn is_weekend(self) -> bool {
        matches!(self.0.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    /// The instant of `minute` minutes after midnight of this day in Vietnam.
    #[must_use]
    pub fn at_minute(self, minute: i64) -> Timestamp {
        let midnight = self.0.midnight().assume_utc().unix_timestamp() * 1_000;
        Timestamp(midnight - VIETNAM_OFFSET_MS + minute * 60_000)
    }

    /// Reads `yyyy/MM/dd` (edXML).
    #[must_use]
    pub fn parse_edxml(text: &str) -> Option<Self> {
        Self::parse_with(text, '/')
    }

    /// `yyyy/MM/dd` (edXML).
    #[must_use]
    pub fn format_edxml(self) -> String {
        format!(
            "{:04}/{:02}/{:02}",
            self.0.year(),
            u8::from(self.0.month()),
            self.0.day()
        )
    }

    fn parse_with(text: &str, separator: char) -> Option<Self> {
        let mut parts = text.split(separator);
        let year = parts.next().filter(|part| part.len() == 4)?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        let day = parts.next()?.parse().ok()?;
        if parts.next().is_some() {
            return None;
        }
        Self::new(year, month, day)
    }
}

impl FromStr for LocalDate {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse_with(text, '-').ok_or_else(|| format!("not a day yyyy-mm-dd: {text}"))
    }
}

impl fmt::Display for LocalDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02}",
            self.0.year(),
            u8::from(self.0.month()),
            self.0.day()
        )
    }
}

impl Serialize for LocalDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for LocalDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl utoipa::PartialSchema for LocalDate {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::Date,
            )))
            .into()
    }
}
impl utoipa::ToSchema for LocalDate {}

impl schemars::JsonSchema for LocalDate {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "LocalDate".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date"})
    }
}

/// Which days are worked: Monday to Friday, less holidays, plus make-up days.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    /// Public holidays and days off in lieu.
    pub holidays: BTreeSet<LocalDate>,
    /// Weekend days that are worked instead.
    pub worked: BTreeSet<LocalDate>,
}

impl Calendar {
    /// Whether `day` is a working day.
    #[must_use]
    pub fn is_working(&self, day: LocalDate) -> bool {
        self.worked.contains(&day) || (!day.is_weekend() && !self.holidays.contains(&day))
    }

    /// The first working day after `day`.
    #[must_use]
    pub fn next_working(&self, day: LocalDate) -> LocalDate {
        self.add_working(day, 1)
    }

    /// The `count`-th working day after `day`; `day` itself when `count` is 0.
    #[must_use]
    pub fn add_working(&self, day: LocalDate, count: u32) -> LocalDate {
        let mut found = day;
        for _ in 0..count {
            found = found.next();
            // Ends: a week has five working days, and holidays are a finite set.
            while !self.is_working(found) && found != found.next() {
                found = found.next();
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> LocalDate {
        text.parse().unwrap()
    }

    #[test]
    fn weekends_holidays_and_make_up_days_count() {
        let mut calendar = Calendar::default();
        calendar.holidays.insert(day("2026-09-02"));
        calendar.worked.insert(day("2026-09-05"));
        assert_eq!(calendar.next_working(day("2026-09-01")), day("2026-09-03"));
        assert_eq!(calendar.next_working(day("2026-09-04")), day("2026-09-05"));
        assert_eq!(calendar.next_working(day("2026-11-20")), day("2026-11-23"));
        assert_eq!(
            calendar.add_working(day("2026-11-20"), 5),
            day("2026-11-27")
        );
    }

    #[test]
    fn days_and_instants_agree() {
        let noon = day("2026-11-22").at_minute(12 * 60);
        assert_eq!(noon.to_string(), "2026-11-22T05:00:00.000Z");
        assert_eq!(noon.vietnam_date(), day("2026-11-22"));
        assert_eq!(LocalDate::parse_edxml("2014/02/30"), None);
        assert_eq!(day("2026-01-05").format_edxml(), "2026/01/05");
    }
}
