//! The kind `calendar`: holidays and make-up days of one year.
//!
//! Owns: its specification and the years that an installation starts with.
//! Not here: arithmetic of working days (`lgsp_model::calendar`).
//! Follows: Labour Code 2019, article 112; the yearly decisions on days off in lieu.

use lgsp_model::LocalDate;
use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, Manifest, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::broken;

/// Most days of one list; a year has far fewer.
const DAYS_MAX: usize = 60;

const SEED: &str = include_str!("../data/calendar.json");

/// Working days of one year (lịch làm việc); the resource is named after it, `vn-2026`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarYear {
    /// The year.
    #[schemars(extend("x-label" = {"vi": "Năm", "en": "Year"}, "x-order" = 1))]
    pub year: u16,
    /// Public holidays and days off in lieu.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ngày nghỉ", "en": "Days off"}, "x-order" = 2))]
    pub holidays: Vec<DayOff>,
    /// Weekend days that are worked instead.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ngày làm bù", "en": "Make-up days"}, "x-order" = 3))]
    pub worked: Vec<LocalDate>,
    /// The document that the year follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Nguồn", "en": "Source"}, "x-order" = 4))]
    pub source: Option<String>,
}

/// One day off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DayOff {
    /// The day.
    #[schemars(extend("x-label" = {"vi": "Ngày", "en": "Day"}, "x-order" = 1))]
    pub date: LocalDate,
    /// What it is for.
    #[schemars(extend("x-label" = {"vi": "Dịp", "en": "Occasion"}, "x-order" = 2))]
    pub name: String,
}

impl Kind for CalendarYear {
    const KIND: &'static str = "calendar";
    const PLURAL: &'static str = "calendars";
    const LABELS: Labels = Labels {
        vi: "Lịch làm việc",
        en: "Calendar",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ngày nghỉ lễ và ngày làm bù của một năm.",
        en: "Holidays and make-up days of one year.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        let too_many = "Quá nhiều ngày.";
        if self.holidays.len() > DAYS_MAX {
            errors.push(broken("/holidays", too_many, "There are too many days."));
        }
        if self.worked.len() > DAYS_MAX {
            errors.push(broken("/worked", too_many, "There are too many days."));
        }
        for (index, day) in self.worked.iter().enumerate() {
            if !day.is_weekend() {
                errors.push(broken(
                    &format!("/worked/{index}"),
                    "Ngày làm bù phải là thứ Bảy hoặc Chủ nhật.",
                    "A make-up day is a Saturday or a Sunday.",
                ));
            }
        }
        errors
    }
}

/// The years that an installation starts with: Vietnam, 2025 to 2027.
///
/// # Errors
/// When the embedded file is damaged: a bug.
pub fn seed() -> Result<Vec<Manifest>, serde_json::Error> {
    let years: Vec<CalendarYear> = serde_json::from_str(SEED)?;
    years
        .iter()
        .map(|year| {
            Ok(Manifest {
                kind: CalendarYear::KIND.to_owned(),
                name: format!("vn-{}", year.year),
                agency: None,
                spec: serde_json::to_value(year)?,
            })
        })
        .collect()
}
