//! The types of the catalogue: agencies, their codes, shared code lists, the directory setting.
//!
//! Owns: the specifications as they stand in the registry, and the rules of one of them alone.
//! Not here: rules over the whole set (`../tree/check.rs`), the snapshot (`../tree/`).

pub mod agency;
pub mod code;
pub mod code_list;
pub mod issue;
pub mod setting;

pub use agency::{AgencyKind, AgencyLevel, AgencySpec, Area, AreaKind, Succession};
pub use code::{AgencyCode, CodeScheme, CodeSpec};
pub use code_list::{CodeItem, CodeListSpec};
pub use issue::{Issue, Rule};
pub use setting::DirectorySetting;

use lgsp_model::LocalDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text in both languages of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Labels {
    /// Vietnamese.
    #[schemars(extend("x-label" = {"vi": "Tiếng Việt", "en": "Vietnamese"}, "x-order" = 1))]
    pub vi: String,
    /// English.
    #[schemars(extend("x-label" = {"vi": "Tiếng Anh", "en": "English"}, "x-order" = 2))]
    pub en: String,
}

/// Whether `day` lies between both ends; both ends count, and an absent end is open.
pub(crate) fn is_valid_on(day: LocalDate, from: Option<LocalDate>, to: Option<LocalDate>) -> bool {
    from.is_none_or(|first| first <= day) && to.is_none_or(|last| day <= last)
}

/// Whether two periods share a day.
pub(crate) fn overlap(
    first: (Option<LocalDate>, Option<LocalDate>),
    second: (Option<LocalDate>, Option<LocalDate>),
) -> bool {
    let starts_in_time = |from: Option<LocalDate>, to: Option<LocalDate>| match (from, to) {
        (Some(from), Some(to)) => from <= to,
        _ => true,
    };
    starts_in_time(first.0, second.1) && starts_in_time(second.0, first.1)
}
