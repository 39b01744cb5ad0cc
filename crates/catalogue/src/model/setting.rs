//! The setting of the directory: resource kind `directory`, one resource named `directory`.
//!
//! Owns: the date at which the directory of agencies is read.
//! Not here: reading it (`../service.rs`); which province is served (configuration).

use lgsp_model::{LocalDate, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Name of the one resource of kind `directory`.
pub const SETTING_NAME: &str = "directory";

/// How the platform reads its directory of agencies.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema,
)]
#[serde(deny_unknown_fields)]
pub struct DirectorySetting {
    /// The day at which agencies and codes are read; empty: today. A demonstration of an earlier
    /// state sets it, so that exchange runs between the bodies of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Ngày áp dụng", "en": "Effective date"}, "x-order" = 1))]
    pub effective_date: Option<LocalDate>,
}

impl DirectorySetting {
    /// The day at which the directory is read when it is `now`.
    pub fn date(&self, now: Timestamp) -> LocalDate {
        self.effective_date.unwrap_or_else(|| now.vietnam_date())
    }
}
