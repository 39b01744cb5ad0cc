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
    #[schemars(extend("x-label" = {"vi": "Bộ, ngành trung ương", "en": "Ministry"}))]
    Ministry,
    /// Province (cấp tỉnh).
    #[schemars(extend("x-label" = {"vi": "Cấp tỉnh", "en": "Province"}))]
    Province,
    /// Specialised body of a province (sở, ban, ngành).
    #[schemars(extend("x-label" = {"vi": "Sở, ban, ngành", "en": "Department"}))]
    Department,
    /// District (cấp huyện), until 30 June 2025.
    #[schemars(extend("x-label" = {"vi": "Cấp huyện", "en": "District"}))]
    District,
    /// Commune, ward, township, special zone (cấp xã).
    #[schemars(extend("x-label" = {"vi": "Cấp xã", "en": "Commune"}))]
    Commune,
    /// Unit inside an agency (đơn vị trực thuộc).
    #[schemars(extend("x-label" = {"vi": "Đơn vị trực thuộc", "en": "Unit"}))]
    Unit,
    /// Anything else that takes part in exchange.
    #[schemars(extend("x-label" = {"vi": "Khác", "en": "Other"}))]
    Other,
}

/// What sort of body an agency is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgencyKind {
    /// People's committee (ủy ban nhân dân).
    #[schemars(extend("x-label" = {"vi": "Ủy ban nhân dân", "en": "People's committee"}))]
    PeoplesCommittee,
    /// People's council (hội đồng nhân dân).
    #[schemars(extend("x-label" = {"vi": "Hội đồng nhân dân", "en": "People's council"}))]
    PeoplesCouncil,
    /// Office of a committee, a council or the Government (văn phòng).
    #[schemars(extend("x-label" = {"vi": "Văn phòng", "en": "Office"}))]
    Office,
    /// Department (sở, phòng).
    #[schemars(extend("x-label" = {"vi": "Sở, phòng", "en": "Department"}))]
    Department,
    /// Board (ban).
    #[schemars(extend("x-label" = {"vi": "Ban", "en": "Board"}))]
    Board,
    /// Inspectorate (thanh tra).
    #[schemars(extend("x-label" = {"vi": "Thanh tra", "en": "Inspectorate"}))]
    Inspectorate,
    /// Ministry (bộ).
    #[schemars(extend("x-label" = {"vi": "Bộ", "en": "Ministry"}))]
    Ministry,
    /// Public service unit (đơn vị sự nghiệp).
    #[schemars(extend("x-label" = {"vi": "Đơn vị sự nghiệp", "en": "Public service unit"}))]
    ServiceUnit,
    /// Enterprise or another party outside the state.
    #[schemars(extend("x-label" = {"vi": "Doanh nghiệp, tổ chức khác", "en": "Enterprise"}))]
    Enterprise,
    /// Anything else.
    #[schemars(extend("x-label" = {"vi": "Khác", "en": "Other"}))]
    Other,
}

/// What an administrative unit is called by law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// Tỉnh.
    #[schemars(extend("x-label" = {"vi": "Tỉnh", "en": "Province"}))]
    Province,
    /// Thành phố.
    #[schemars(extend("x-label" = {"vi": "Thành phố", "en": "City"}))]
    City,
    /// Huyện, quận, thị xã.
    #[schemars(extend("x-label" = {"vi": "Huyện, quận, thị xã", "en": "District"}))]
    District,
    /// Phường.
    #[schemars(extend("x-label" = {"vi": "Phường", "en": "Ward"}))]
    Ward,
    /// Xã.
    #[schemars(extend("x-label" = {"vi": "Xã", "en": "Commune"}))]
    Commune,
    /// Thị trấn.
    #[schemars(extend("x-label" = {"vi": "Thị trấn", "en": "Township"}))]
    Township,
    /// Đặc khu.
    #[schemars(extend("x-label" = {"vi": "Đặc khu", "en": "Special zone"}))]
    SpecialZone,
}

/// The administrative unit (đơn vị hành chính) that a territorial agency governs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// What the unit is called by law.
    #[schemars(extend("x-label" = {"vi": "Loại đơn vị hành chính", "en": "Type of unit"}, "x-order" = 1))]
    pub kind: AreaKind,
    /// Name of the unit with its type: "Xã Đăk Cấm".
    #[schemars(extend("x-label" = {"vi": "Tên đơn vị hành chính", "en": "Name of unit"}, "x-order" = 2))]
    pub name: String,
}

/// One step from an agency to a body that took over, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Succession {
    /// The agency that took over (in a list of predecessors: the one that was taken over).
    #[schemars(extend("x-label" = {"vi": "Cơ quan kế thừa", "en": "Successor"}, "x-widget" = "ref:agency", "x-order" = 1))]
    pub agency: AgencyCode,
    /// First day on which the successor acts.
    #[schemars(extend("x-label" = {"vi": "Từ ngày", "en": "From"}, "x-order" = 2))]
    pub date: LocalDate,
    /// Number of the decision or resolution, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Căn cứ", "en": "Decision"}, "x-order" = 3))]
    pub decision: Option<String>,
    /// Assumed for a demonstration, without a decision.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Giả định minh họa", "en": "Demo assumption"}, "x-order" = 4))]
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
    #[schemars(extend("x-label" = {"vi": "Tên cơ quan", "en": "Name"}, "x-order" = 1))]
    pub name: String,
    /// Short name for lists and diagrams.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tên ngắn", "en": "Short name"}, "x-order" = 2))]
    pub short_name: Option<String>,
    /// Where in the state the agency stands.
    #[schemars(extend("x-label" = {"vi": "Cấp", "en": "Level"}, "x-order" = 3))]
    pub level: AgencyLevel,
    /// What sort of body it is.
    #[schemars(extend("x-label" = {"vi": "Loại hình", "en": "Kind"}, "x-order" = 4))]
    pub kind: AgencyKind,
    /// The agency directly above; empty for a root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan cấp trên", "en": "Parent"}, "x-order" = 5, "x-widget" = "ref:agency"))]
    pub parent: Option<AgencyCode>,
    /// The administrative unit that it governs, if it governs one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Đơn vị hành chính", "en": "Administrative unit"}, "x-order" = 6))]
    pub area: Option<Area>,
    /// All its codes, past and present. Codes are added and ended, never rewritten.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Mã định danh", "en": "Codes"}, "x-order" = 7))]
    pub codes: Vec<CodeSpec>,
    /// First day of the agency; empty: before records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hoạt động từ", "en": "Valid from"}, "x-order" = 8))]
    pub valid_from: Option<LocalDate>,
    /// Last day of the agency; empty: it exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Hoạt động đến", "en": "Valid to"}, "x-order" = 9))]
    pub valid_to: Option<LocalDate>,
    /// The bodies that took over; one of them: messages follow it, several: a clerk decides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan kế thừa", "en": "Successors"}, "x-order" = 10))]
    pub successors: Vec<Succession>,
    /// Where alarms about unread documents are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Thư điện tử liên hệ", "en": "Contact e-mail"}, "x-order" = 11))]
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
