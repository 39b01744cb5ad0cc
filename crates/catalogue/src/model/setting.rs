//! The setting of the directory: resource kind `directory`, one resource named `directory`.
//!
//! Owns: which province this platform serves, and the date at which its directory is read.
//! Not here: reading the directory (`../service.rs`).

use lgsp_model::{LocalDate, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AgencyCode;

/// Name of the one resource of kind `directory`.
pub const SETTING_NAME: &str = "directory";

/// How the platform reads its directory of agencies.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectorySetting {
    /// The province (or other root agency) that this platform serves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tỉnh phục vụ", "en": "Province served"}, "x-ref" = "agency"))]
    pub province: Option<AgencyCode>,
    /// The day at which agencies and codes are read; empty: today. A demonstration of an earlier
    /// state sets it, so that exchange runs between the bodies of that time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Ngày áp dụng", "en": "Effective date"}))]
    pub effective_date: Option<LocalDate>,
}

impl DirectorySetting {
    /// The day at which the directory is read when it is `now`.
    pub fn date(&self, now: Timestamp) -> LocalDate {
        self.effective_date.unwrap_or_else(|| now.vietnam_date())
    }
}
