//! Shared code lists (danh mục dùng chung): resource kind `code-list`.
//!
//! Owns: the specification of a list and the texts of its codes at a date.
//! Not here: which lists the product brings (`../seed.rs`, `../../data/code-lists.toml`).
//! Invariant: a code that has ended stays in the list, so that old documents keep their words.

use std::collections::HashMap;

use lgsp_model::LocalDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Issue, Labels, Rule, is_valid_on, overlap};

/// Most items of one list; larger sets are data sets, not code lists.
pub const ITEMS_MAX: usize = 5_000;

/// One code of a list with its texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeItem {
    /// The code as it stands in messages.
    #[schemars(extend("x-label" = {"vi": "Mã", "en": "Code"}, "x-order" = 1))]
    pub code: String,
    /// What the code means.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Name"}, "x-order" = 2))]
    pub name: Labels,
    /// Customary abbreviation, "QĐ" for a decision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Viết tắt", "en": "Abbreviation"}, "x-order" = 3))]
    pub abbreviation: Option<String>,
    /// First day on which the code is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hiệu lực từ", "en": "Valid from"}, "x-order" = 4))]
    pub valid_from: Option<LocalDate>,
    /// Last day on which the code is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hiệu lực đến", "en": "Valid to"}, "x-order" = 5))]
    pub valid_to: Option<LocalDate>,
}

/// A list of codes that several systems share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CodeListSpec {
    /// Name of the list.
    #[schemars(extend("x-label" = {"vi": "Tên danh mục", "en": "Title"}, "x-order" = 1))]
    pub title: Labels,
    /// The document that the list follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Nguồn", "en": "Source"}, "x-order" = 2))]
    pub source: Option<String>,
    /// The codes, in the order in which they are shown.
    #[schemars(extend("x-label" = {"vi": "Các mã", "en": "Items"}, "x-order" = 3))]
    pub items: Vec<CodeItem>,
}

impl CodeListSpec {
    /// What this list breaks; empty when it is in order.
    pub fn issues(&self) -> Vec<Issue> {
        let mut found = Vec::new();
        if self.items.len() > ITEMS_MAX {
            found.push(Issue::new("/items", Rule::TooMany { limit: ITEMS_MAX }));
        }
        let mut seen: HashMap<&str, Vec<&CodeItem>> = HashMap::new();
        for (index, item) in self.items.iter().enumerate() {
            if item.code.trim().is_empty() {
                found.push(Issue::new(format!("/items/{index}/code"), Rule::Empty));
            }
            let period = (item.valid_from, item.valid_to);
            let earlier = seen.entry(&item.code).or_default();
            if earlier
                .iter()
                .any(|other| overlap(period, (other.valid_from, other.valid_to)))
            {
                let rule = Rule::ItemTwice {
                    code: item.code.clone(),
                };
                found.push(Issue::new(format!("/items/{index}/code"), rule));
            }
            earlier.push(item);
        }
        found
    }

    /// The item of `code` on `day`; if it has ended, its last meaning.
    pub fn item(&self, code: &str, day: LocalDate) -> Option<&CodeItem> {
        let of_code = || self.items.iter().filter(|item| item.code == code);
        of_code()
            .find(|item| is_valid_on(day, item.valid_from, item.valid_to))
            .or_else(|| of_code().next_back())
    }
}
