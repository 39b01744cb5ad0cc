//! The specification of an agency (cơ quan, đơn vị): resource kind `agency`.
//!
//! Owns: its fields, the rules that one agency alone can break.
//! Not here: parents, cycles and code clashes between agencies (`../tree/check.rs`).
//! Invariant: a period includes both its first and its last day; history is added, not rewritten.
//! Follows: Decision 20/2020/QĐ-TTg; Resolution 1677/NQ-UBTVQH15 for what a merger needs.

use lgsp_model::LocalDate;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{AgencyCode, CodeScheme, CodeSpec, Issue, Rule, is_valid_on};

/// Longest name in characters; the longest official names have about 120.
pub const NAME_CHARS_MAX: usize = 250;
/// Most codes of one agency: a handful of schemes and a few changes in time.
pub const CODES_MAX: usize = 32;
/// Most successors: the largest district became a dozen communes and several departments.
pub const SUCCESSORS_MAX: usize = 64;

/// Where in the state an agency stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum AgencyLevel {
    /// Ministry or another national body (bộ, ngành trung ương).
    Ministry,
    /// Province (cấp tỉnh).
    Province,
    /// Specialised body of a province (sở, ban, ngành).
    Department,
    /// District (cấp huyện), until 30 June 2025.
    District,
    /// Commune, ward, township, special zone (cấp xã).
    Commune,
    /// Unit inside an agency (đơn vị trực thuộc).
    Unit,
    /// Anything else that takes part in exchange.
    Other,
}

/// What sort of body an agency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgencyKind {
    /// People's committee (ủy ban nhân dân).
    PeoplesCommittee,
    /// People's council (hội đồng nhân dân).
    PeoplesCouncil,
    /// Office of a committee, a council or the Government (văn phòng).
    Office,
    /// Department (sở, phòng).
    Department,
    /// Board (ban).
    Board,
    /// Inspectorate (thanh tra).
    Inspectorate,
    /// Ministry (bộ).
    Ministry,
    /// Public service unit (đơn vị sự nghiệp).
    ServiceUnit,
    /// Enterprise or another party outside the state.
    Enterprise,
    /// Anything else.
    Other,
}

/// What an administrative unit is called by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// Tỉnh.
    Province,
    /// Thành phố.
    City,
    /// Huyện, quận, thị xã.
    District,
    /// Phường.
    Ward,
    /// Xã.
    Commune,
    /// Thị trấn.
    Township,
    /// Đặc khu.
    SpecialZone,
}

/// The administrative unit (đơn vị hành chính) that a territorial agency governs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// What the unit is called by law.
    #[schemars(extend("x-label" = {"vi": "Loại đơn vị hành chính", "en": "Type of unit"}))]
    pub kind: AreaKind,
    /// Name of the unit with its type: "Xã Đăk Cấm".
    #[schemars(extend("x-label" = {"vi": "Tên đơn vị hành chính", "en": "Name of unit"}))]
    pub name: String,
}

/// One step from an agency to a body that took over, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The agency that took over (in a list of predecessors: the one that was taken over).
    #[schemars(extend("x-label" = {"vi": "Cơ quan kế thừa", "en": "Successor"}))]
    pub agency: AgencyCode,
    /// First day on which the successor acts.
    #[schemars(extend("x-label" = {"vi": "Từ ngày", "en": "From"}))]
    pub date: LocalDate,
    /// Number of the decision or resolution, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Căn cứ", "en": "Decision"}))]
    pub decision: Option<String>,
    /// Assumed for a demonstration, without a decision.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Giả định minh họa", "en": "Demo assumption"}))]
    pub demo: bool,
}

/// A body that sends, receives or owns something on the platform.
///
/// The tree of agencies has any number of levels; each has its time. A body that was merged or
/// split ends, and names the bodies that took over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencySpec {
    /// Full official name.
    #[schemars(extend("x-label" = {"vi": "Tên cơ quan", "en": "Name"}))]
    pub name: String,
    /// Short name for lists and diagrams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tên ngắn", "en": "Short name"}))]
    pub short_name: Option<String>,
    /// Where in the state the agency stands.
    #[schemars(extend("x-label" = {"vi": "Cấp", "en": "Level"}))]
    pub level: AgencyLevel,
    /// What sort of body it is.
    #[schemars(extend("x-label" = {"vi": "Loại hình", "en": "Kind"}))]
    pub kind: AgencyKind,
    /// The agency directly above; empty for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan cấp trên", "en": "Parent"}, "x-ref" = "agency"))]
    pub parent: Option<AgencyCode>,
    /// The administrative unit that it governs, if it governs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Đơn vị hành chính", "en": "Administrative unit"}))]
    pub area: Option<Area>,
    /// All its codes, past and present. Codes are added and ended, never rewritten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Mã định danh", "en": "Codes"}))]
    pub codes: Vec<CodeSpec>,
    /// First day of the agency; empty: before records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hoạt động từ", "en": "Valid from"}))]
    pub valid_from: Option<LocalDate>,
    /// Last day of the agency; empty: it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hoạt động đến", "en": "Valid to"}))]
    pub valid_to: Option<LocalDate>,
    /// The bodies that took over; one of them: messages follow it, several: a clerk decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan kế thừa", "en": "Successors"}))]
    pub successors: Vec<Succession>,
    /// Where alarms about unread documents are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Thư điện tử liên hệ", "en": "Contact e-mail"}))]
    pub contact_email: Option<String>,
}

impl AgencySpec {
    /// Whether the agency exists on `day`.
    pub fn is_valid_on(&self, day: LocalDate) -> bool {
        is_valid_on(day, self.valid_from, self.valid_to)
    }

    /// The code of `scheme` that is in use on `day`; if none is, the one that came last.
    ///
    /// The last one serves bodies that have ended: history is shown under the code of its time.
    pub fn code_at(&self, scheme: CodeScheme, day: LocalDate) -> Option<&str> {
        let of_scheme = || self.codes.iter().filter(|code| code.scheme == scheme);
        of_scheme()
            .find(|code| code.is_valid_on(day))
            .or_else(|| of_scheme().rfind(|code| code.valid_from.is_none_or(|d| d <= day)))
            .map(|code| code.value.as_str())
    }

    /// What this agency alone breaks; empty when it is in order.
    pub fn issues(&self) -> Vec<Issue> {
        let mut found = Vec::new();
        let mut add = |pointer: String, rule: Rule| found.push(Issue::new(pointer, rule));
        check_text(&self.name, "/name", &mut add);
        if let Some(short) = &self.short_name {
            check_text(short, "/short_name", &mut add);
        }
        if let Some(area) = &self.area {
            check_text(&area.name, "/area/name", &mut add);
        }
        if is_reversed(self.valid_from, self.valid_to) {
            add("/valid_to".to_owned(), Rule::PeriodReversed);
        }
        if self.codes.len() > CODES_MAX {
            add("/codes".to_owned(), Rule::TooMany { limit: CODES_MAX });
        }
        if self.successors.len() > SUCCESSORS_MAX {
            add(
                "/successors".to_owned(),
                Rule::TooMany {
                    limit: SUCCESSORS_MAX,
                },
            );
        }
        for (index, code) in self.codes.iter().enumerate() {
            if !code.scheme.accepts(&code.value) {
                let rule = Rule::CodeForm {
                    scheme: code.scheme,
                    value: code.value.clone(),
                };
                add(format!("/codes/{index}/value"), rule);
            }
            if is_reversed(code.valid_from, code.valid_to) {
                add(format!("/codes/{index}/valid_to"), Rule::PeriodReversed);
            }
        }
        if self
            .contact_email
            .as_deref()
            .is_some_and(|text| !looks_like_email(text))
        {
            add("/contact_email".to_owned(), Rule::NotAnEmail);
        }
        found
    }
}

fn check_text(text: &str, pointer: &str, add: &mut impl FnMut(String, Rule)) {
    if text.trim().is_empty() {
        add(pointer.to_owned(), Rule::Empty);
    }
    if text.chars().count() > NAME_CHARS_MAX {
        add(
            pointer.to_owned(),
            Rule::TooLong {
                limit: NAME_CHARS_MAX,
            },
        );
    }
}

fn is_reversed(from: Option<LocalDate>, to: Option<LocalDate>) -> bool {
    from.zip(to).is_some_and(|(first, last)| last < first)
}

fn looks_like_email(text: &str) -> bool {
    text.len() <= NAME_CHARS_MAX
        && !text.contains(char::is_whitespace)
        && text.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.contains('@') && host.contains('.') && !host.starts_with('.')
        })
}
