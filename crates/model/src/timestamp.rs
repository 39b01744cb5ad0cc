//! Instants: milliseconds since 1970 UTC in memory and database, RFC 3339 with `Z` outside.
//!
//! Owns: `Timestamp` and its text forms, those of the national interfaces among them.
//! Not here: reading a clock (`platform::Clock`), calendars (`calendar.rs`).
//! Follows: RFC 3339; Vietnam time is UTC+7 without daylight saving.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use time::{
    OffsetDateTime, PrimitiveDateTime, UtcOffset,
    format_description::{BorrowedFormatItem, well_known::Rfc3339},
    macros::format_description,
};

use crate::LocalDate;

/// Offset of Vietnam time in milliseconds.
pub const VIETNAM_OFFSET_MS: i64 = 7 * 3_600_000;

const SLASHED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]/[month]/[day] [hour]:[minute]:[second]");
const DASHED: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const UTC_MS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");

/// An instant in milliseconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `ms` milliseconds later (earlier when negative).
    #[must_use]
    pub const fn plus_ms(self, ms: i64) -> Self {
        Self(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Reads RFC 3339.
    #[must_use]
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        let parsed = OffsetDateTime::parse(text, &Rfc3339).ok()?;
        Self::from_offset(parsed)
    }

    /// Reads `yyyy/MM/dd HH:mm:ss` as Vietnam time (edXML).
    #[must_use]
    pub fn parse_edxml(text: &str) -> Option<Self> {
        Self::parse_local(text, SLASHED)
    }

    /// Reads `yyyy-MM-dd HH:mm:ss` as Vietnam time (lists of the VXP interface).
    #[must_use]
    pub fn parse_vxp(text: &str) -> Option<Self> {
        Self::parse_local(text, DASHED)
    }

    fn parse_local(text: &str, format: &[BorrowedFormatItem<'_>]) -> Option<Self> {
        let local = PrimitiveDateTime::parse(text, format).ok()?;
        Some(Self::from_offset(local.assume_utc())?.plus_ms(-VIETNAM_OFFSET_MS))
    }

    fn from_offset(at: OffsetDateTime) -> Option<Self> {
        i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000))
            .ok()
            .map(Self)
    }

    fn to_utc(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    fn to_vietnam(self) -> OffsetDateTime {
        self.plus_ms(VIETNAM_OFFSET_MS)
            .to_utc()
            .replace_offset(UtcOffset::UTC)
    }

    /// `yyyy/MM/dd HH:mm:ss` in Vietnam time (edXML).
    #[must_use]
    pub fn format_edxml(self) -> String {
        self.to_vietnam().format(SLASHED).unwrap_or_default()
    }

    /// `yyyy-MM-dd HH:mm:ss` in Vietnam time (lists of the VXP interface).
    #[must_use]
    pub fn format_vxp(self) -> String {
        self.to_vietnam().format(DASHED).unwrap_or_default()
    }

    /// The calendar day in Vietnam.
    #[must_use]
    pub fn vietnam_date(self) -> LocalDate {
        LocalDate::from_days(self.plus_ms(VIETNAM_OFFSET_MS).0.div_euclid(86_400_000))
    }

    /// Minutes since midnight in Vietnam, 0 to 1,439.
    #[must_use]
    pub fn vietnam_minute_of_day(self) -> i64 {
        self.plus_ms(VIETNAM_OFFSET_MS).0.rem_euclid(86_400_000) / 60_000
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().format(UTC_MS).unwrap_or_default())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse_rfc3339(&text).ok_or_else(|| D::Error::custom("not an RFC 3339 instant"))
    }
}

impl utoipa::PartialSchema for Timestamp {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .format(Some(utoipa::openapi::SchemaFormat::KnownFormat(
                utoipa::openapi::KnownFormat::DateTime,
            )))
            .into()
    }
}
impl utoipa::ToSchema for Timestamp {}

impl schemars::JsonSchema for Timestamp {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Timestamp".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "format": "date-time"})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_agree() {
        let at = Timestamp::parse_rfc3339("2026-11-22T06:15:00.042Z").unwrap();
        assert_eq!(at.to_string(), "2026-11-22T06:15:00.042Z");
        assert_eq!(at.format_edxml(), "2026/11/22 13:15:00");
        assert_eq!(at.format_vxp(), "2026-11-22 13:15:00");
        assert_eq!(
            Timestamp::parse_edxml("2026/11/22 13:15:00"),
            Some(at.plus_ms(-42))
        );
        assert_eq!(at.vietnam_date().to_string(), "2026-11-22");
        assert_eq!(at.vietnam_minute_of_day(), 13 * 60 + 15);
        assert_eq!(Timestamp::parse_vxp("2026-02-30 00:00:00"), None);
    }
}
