//! What can go wrong with people over time.
//!
//! Owns: `PeopleError`, a part of the crate's `Error`.
//! Not here: sentences (`messages/`).

use lgsp_model::ErrorCode;

/// What can go wrong with groups, grants, moves, delegations, reviews and imports.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// A group would contain itself.
    #[error("groups would form a ring")]
    GroupRing,
    /// Groups would be nested too deep.
    #[error("groups nested deeper than {max}")]
    GroupTooDeep {
        /// Levels allowed.
        max: usize,
    },
    /// A rule keeps the members of the group.
    #[error("members are kept by a rule")]
    GroupByRule,
    /// Two roles exclude each other.
    #[error("roles {role} and {other} exclude each other")]
    RoleConflict {
        /// The wished role.
        role: String,
        /// The role held.
        other: String,
    },
    /// A second administrator must approve the grant.
    #[error("granting {role} needs a second person")]
    GrantNeedsApproval {
        /// The role.
        role: String,
    },
    /// The grant would last too long, or end before it begins.
    #[error("grant ends too late or too early")]
    GrantDates {
        /// Days allowed.
        days: i64,
    },
    /// No such request.
    #[error("grant request does not exist")]
    RequestNotFound,
    /// The request was decided before.
    #[error("grant request is decided")]
    RequestDecided,
    /// Nobody approves the own request, or one for the own account.
    #[error("own grant request")]
    RequestOwn,
    /// No such delegation.
    #[error("delegation does not exist")]
    DelegationNotFound,
    /// The delegation is not in a state that allows this.
    #[error("delegation is in another state")]
    DelegationState,
    /// The role cannot be delegated by this person.
    #[error("role {role} is not delegable")]
    DelegationRole {
        /// The role.
        role: String,
    },
    /// Dates of a delegation are out of range.
    #[error("delegation dates")]
    DelegationDates {
        /// Days allowed.
        days: i64,
    },
    /// The unit has as many accounts as allowed.
    #[error("unit has {max} accounts")]
    AccountsOfAgency {
        /// Accounts allowed.
        max: u64,
    },
    /// The person answers for accounts or applications, and nobody is named to take them over.
    #[error("person answers for {count} accounts and applications")]
    LeaveOwns {
        /// Their names, the first ones.
        names: String,
        /// How many there are.
        count: usize,
    },
    /// The file of an import cannot be read.
    #[error("import is unreadable: {0}")]
    ImportUnreadable(String),
    /// Lines of the import are broken; nothing was changed.
    #[error("{0} lines of the import are broken")]
    ImportBroken(usize),
    /// No move of this unit is planned.
    #[error("unit move does not exist")]
    UnitMoveNotFound,
    /// No such review.
    #[error("review does not exist")]
    ReviewNotFound,
    /// The review is closed, or has lines that are not decided.
    #[error("review is in another state")]
    ReviewState,
    /// The review has no such file: it is open, or was closed before results were signed.
    #[error("review has no such file")]
    ReviewNoFile,
}

impl PeopleError {
    /// Every error once, so that a test can hold them against the sentences.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let text = || "x".to_owned();
        vec![
            Self::GroupRing,
            Self::GroupTooDeep { max: 1 },
            Self::GroupByRule,
            Self::RoleConflict {
                role: text(),
                other: text(),
            },
            Self::GrantNeedsApproval { role: text() },
            Self::GrantDates { days: 1 },
            Self::RequestNotFound,
            Self::RequestDecided,
            Self::RequestOwn,
            Self::DelegationNotFound,
            Self::DelegationState,
            Self::DelegationRole { role: text() },
            Self::DelegationDates { days: 1 },
            Self::AccountsOfAgency { max: 1 },
            Self::LeaveOwns {
                names: text(),
                count: 1,
            },
            Self::ImportUnreadable(text()),
            Self::ImportBroken(1),
            Self::UnitMoveNotFound,
            Self::ReviewNotFound,
            Self::ReviewState,
            Self::ReviewNoFile,
        ]
    }

    pub(crate) const fn id(&self) -> &'static str {
        match self {
            Self::GroupRing => "identity.group.ring",
            Self::GroupTooDeep { .. } => "identity.group.too_deep",
            Self::GroupByRule => "identity.group.by_rule",
            Self::RoleConflict { .. } => "identity.role.conflict",
            Self::GrantNeedsApproval { .. } => "identity.grant.needs_approval",
            Self::GrantDates { .. } => "identity.grant.dates",
            Self::RequestNotFound => "identity.grant_request.not_found",
            Self::RequestDecided => "identity.grant_request.decided",
            Self::RequestOwn => "identity.grant_request.own",
            Self::DelegationNotFound => "identity.delegation.not_found",
            Self::UnitMoveNotFound => "identity.unit_move.not_found",
            Self::DelegationState => "identity.delegation.state",
            Self::DelegationRole { .. } => "identity.delegation.role",
            Self::DelegationDates { .. } => "identity.delegation.dates",
            Self::AccountsOfAgency { .. } => "identity.account.agency_full",
            Self::LeaveOwns { .. } => "identity.account.owns",
            Self::ImportUnreadable(_) => "identity.import.unreadable",
            Self::ImportBroken(_) => "identity.import.broken",
            Self::ReviewNotFound => "identity.review.not_found",
            Self::ReviewState => "identity.review.state",
            Self::ReviewNoFile => "identity.review.no_file",
        }
    }

    pub(crate) const fn code(&self) -> ErrorCode {
        match self {
            Self::GroupRing
            | Self::GroupTooDeep { .. }
            | Self::GrantDates { .. }
            | Self::DelegationRole { .. }
            | Self::DelegationDates { .. }
            | Self::ImportUnreadable(_)
            | Self::ImportBroken(_) => ErrorCode::Invalid,
            Self::GroupByRule
            | Self::RoleConflict { .. }
            | Self::GrantNeedsApproval { .. }
            | Self::RequestDecided
            | Self::DelegationState
            | Self::AccountsOfAgency { .. }
            | Self::LeaveOwns { .. }
            | Self::ReviewState => ErrorCode::Conflict,
            Self::RequestOwn => ErrorCode::Forbidden,
            Self::RequestNotFound
            | Self::DelegationNotFound
            | Self::UnitMoveNotFound
            | Self::ReviewNotFound
            | Self::ReviewNoFile => ErrorCode::NotFound,
        }
    }

    pub(crate) fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::GroupTooDeep { max } => vec![("max", max.to_string())],
            Self::RoleConflict { role, other } => {
                vec![("role", role.clone()), ("other", other.clone())]
            }
            Self::GrantNeedsApproval { role } | Self::DelegationRole { role } => {
                vec![("role", role.clone())]
            }
            Self::GrantDates { days } | Self::DelegationDates { days } => {
                vec![("days", days.to_string())]
            }
            Self::AccountsOfAgency { max } => vec![("max", max.to_string())],
            Self::LeaveOwns { names, count } => {
                vec![("names", names.clone()), ("count", count.to_string())]
            }
            Self::ImportUnreadable(detail) => vec![("detail", detail.clone())],
            Self::ImportBroken(lines) => vec![("lines", lines.to_string())],
            _ => Vec::new(),
        }
    }
}
