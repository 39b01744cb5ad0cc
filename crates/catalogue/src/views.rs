//! Agencies as the REST interface shows them.
//!
//! Owns: the answer types of `/agencies`.
//! Not here: choosing what to show (`routes.rs`).

use lgsp_model::LocalDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    model::{AgencyCode, AgencyKind, AgencyLevel, Area, CodeSpec, Succession},
    tree::{Agency, DirectoryView},
};

/// An agency in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyItem {
    /// Its name in the registry.
    pub code: AgencyCode,
    /// Full official name.
    pub name: String,
    /// Short name for lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub short_name: Option<String>,
    /// Where in the state it stands.
    pub level: AgencyLevel,
    /// What sort of body it is.
    pub kind: AgencyKind,
    /// The administrative unit that it governs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area: Option<Area>,
    /// The agency directly above.
    pub parent: Option<AgencyCode>,
    /// All its codes, past and present.
    pub codes: Vec<CodeSpec>,
    /// First day.
    pub valid_from: Option<LocalDate>,
    /// Last day.
    pub valid_to: Option<LocalDate>,
    /// Whether it exists on the day that was asked for.
    pub is_valid: bool,
    /// Whether agencies lie below it on that day.
    pub has_children: bool,
    /// The bodies that it took over.
    pub predecessors: Vec<Succession>,
    /// The bodies that took over.
    pub successors: Vec<Succession>,
}

/// One step of the path from the root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyStep {
    /// Its name in the registry.
    pub code: AgencyCode,
    /// Full official name.
    pub name: String,
}

/// An agency with its surroundings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AgencyDetail {
    /// What lists show too.
    #[serde(flatten)]
    pub item: AgencyItem,
    /// Where alarms about unread documents are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact_email: Option<String>,
    /// From the root to the agency itself.
    pub path: Vec<AgencyStep>,
    /// Names of the systems that speak for it.
    pub systems: Vec<String>,
}

impl AgencyItem {
    pub(crate) fn of<'a>(view: &DirectoryView<'a>, agency: &'a Agency) -> Self {
        let spec = &agency.spec;
        Self {
            code: agency.code.clone(),
            name: spec.name.clone(),
            short_name: spec.short_name.clone(),
            level: spec.level,
            kind: spec.kind,
            area: spec.area.clone(),
            parent: spec.parent.clone(),
            codes: spec.codes.clone(),
            valid_from: spec.valid_from,
            valid_to: spec.valid_to,
            is_valid: spec.is_valid_on(view.day()),
            has_children: view.has_children(agency),
            predecessors: agency.predecessors.clone(),
            successors: spec.successors.clone(),
        }
    }
}

impl AgencyDetail {
    pub(crate) fn of<'a>(
        view: &DirectoryView<'a>,
        agency: &'a Agency,
        systems: Vec<String>,
    ) -> Self {
        let mut path = view.tree().ancestors(agency);
        path.push(agency);
        let step = |at: &Agency| AgencyStep {
            code: at.code.clone(),
            name: at.spec.name.clone(),
        };
        Self {
            item: AgencyItem::of(view, agency),
            contact_email: agency.spec.contact_email.clone(),
            path: path.into_iter().map(step).collect(),
            systems,
        }
    }
}
