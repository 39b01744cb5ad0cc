//! What is wrong with an agency, a code list or the whole set, in both languages.
//!
//! Owns: the rules, their stable ids and the values that their sentences name.
//! Not here: the sentences (`../../messages/`); finding a breach (`agency.rs`, `code_list.rs`,
//! `../tree/check.rs`).

use lgsp_model::LocalDate;
use lgsp_platform::{error::FieldError, messages::sentence};

use super::{AgencyCode, CodeScheme};

/// One breach of one rule at one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// The agency at fault; none while only one specification is looked at.
    pub agency: Option<AgencyCode>,
    /// JSON pointer into the specification.
    pub pointer: String,
    /// What is wrong.
    pub rule: Rule,
}

/// The rules that can be broken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// A text is missing.
    Empty,
    /// A text has more characters than allowed.
    TooLong {
        /// Characters allowed.
        limit: usize,
    },
    /// A list has more entries than allowed.
    TooMany {
        /// Entries allowed.
        limit: usize,
    },
    /// The last day lies before the first.
    PeriodReversed,
    /// A code does not have the form of its scheme.
    CodeForm {
        /// The scheme that was named.
        scheme: CodeScheme,
        /// The code.
        value: String,
    },
    /// Not an e-mail address.
    NotAnEmail,
    /// There is one resource of this kind, and it has a fixed name.
    OtherName {
        /// The name that it must have.
        name: &'static str,
    },
    /// A code stands twice in a list at the same time.
    ItemTwice {
        /// The code.
        code: String,
    },
    /// The parent is not in the catalogue.
    ParentUnknown {
        /// The parent that was named.
        parent: AgencyCode,
    },
    /// The chain of parents leads back to the agency.
    ParentCycle,
    /// The tree is deeper than allowed.
    TooDeep {
        /// Levels allowed.
        limit: usize,
    },
    /// The agency exists on days on which its parent does not.
    OutsideParent {
        /// The parent.
        parent: AgencyCode,
    },
    /// Two agencies have the same code at the same time.
    CodeClash {
        /// The code.
        value: String,
        /// The other agency.
        other: AgencyCode,
    },
    /// A code that has ended was given to another agency.
    CodeReused {
        /// The code.
        value: String,
        /// The agency that had it.
        other: AgencyCode,
    },
    /// A successor is not in the catalogue.
    SuccessorUnknown {
        /// The successor that was named.
        successor: AgencyCode,
    },
    /// A successor does not exist on the day on which it takes over.
    SuccessorAbsent {
        /// The successor.
        successor: AgencyCode,
        /// The day.
        date: LocalDate,
    },
    /// An agency succeeds itself, directly or through others.
    SuccessionCycle,
}

impl Issue {
    /// A breach inside one specification.
    pub fn new(pointer: impl Into<String>, rule: Rule) -> Self {
        Self {
            agency: None,
            pointer: pointer.into(),
            rule,
        }
    }

    /// The same breach, named as one of `agency`.
    #[must_use]
    pub fn of(self, agency: &AgencyCode) -> Self {
        Self {
            agency: Some(agency.clone()),
            ..self
        }
    }
}

impl Rule {
    /// Stable id.
    pub fn id(&self) -> &'static str {
        match self {
            Self::Empty => "catalogue.text.empty",
            Self::TooLong { .. } => "catalogue.text.too_long",
            Self::TooMany { .. } => "catalogue.list.too_many",
            Self::PeriodReversed => "catalogue.period.reversed",
            Self::CodeForm { .. } => "catalogue.code.form",
            Self::NotAnEmail => "catalogue.email.form",
            Self::OtherName { .. } => "catalogue.directory.name",
            Self::ItemTwice { .. } => "catalogue.code_list.item_twice",
            Self::ParentUnknown { .. } => "catalogue.parent.unknown",
            Self::ParentCycle => "catalogue.parent.cycle",
            Self::TooDeep { .. } => "catalogue.parent.too_deep",
            Self::OutsideParent { .. } => "catalogue.period.outside_parent",
            Self::CodeClash { .. } => "catalogue.code.clash",
            Self::CodeReused { .. } => "catalogue.code.reused",
            Self::SuccessorUnknown { .. } => "catalogue.successor.unknown",
            Self::SuccessorAbsent { .. } => "catalogue.successor.absent",
            Self::SuccessionCycle => "catalogue.successor.cycle",
        }
    }

    /// The values that the sentence names.
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Empty
            | Self::PeriodReversed
            | Self::NotAnEmail
            | Self::ParentCycle
            | Self::SuccessionCycle => Vec::new(),
            Self::TooLong { limit } | Self::TooMany { limit } | Self::TooDeep { limit } => {
                vec![("limit", limit.to_string())]
            }
            Self::CodeForm { scheme, value } => {
                vec![
                    ("scheme", scheme.title().to_owned()),
                    ("value", value.clone()),
                ]
            }
            Self::OtherName { name } => vec![("name", (*name).to_owned())],
            Self::ItemTwice { code } => vec![("code", code.clone())],
            Self::ParentUnknown { parent } | Self::OutsideParent { parent } => {
                vec![("parent", parent.to_string())]
            }
            Self::CodeClash { value, other } | Self::CodeReused { value, other } => {
                vec![("value", value.clone()), ("other", other.to_string())]
            }
            Self::SuccessorUnknown { successor } => vec![("successor", successor.to_string())],
            Self::SuccessorAbsent { successor, date } => {
                vec![
                    ("successor", successor.to_string()),
                    ("date", date.to_string()),
                ]
            }
        }
    }
}

impl From<&Issue> for FieldError {
    fn from(issue: &Issue) -> Self {
        let id = issue.rule.id();
        let mut messages = sentence(id, &issue.rule.arguments());
        if let Some(agency) = &issue.agency {
            messages.vi = format!("{agency}: {}", messages.vi);
            messages.en = format!("{agency}: {}", messages.en);
        }
        Self {
            pointer: issue.pointer.clone(),
            code: id.to_owned(),
            messages,
        }
    }
}
