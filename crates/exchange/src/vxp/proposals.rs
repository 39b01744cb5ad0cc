//! Wished changes of the catalogue of agencies, until a steward decides.
//!
//! Owns: the kind `agency-proposal`, writing one, carrying one out.
//! Not here: who wishes (`server/agencies.rs`, the client of the national axis), permission
//! (`routes/`).
//! Invariant: nothing that another system says changes an agency by itself; an accepted proposal
//! and the changes that it brings are one transaction; codes are added and ended, never deleted.
//! Follows: design document "Document exchange", sections 1, 7.4 and 7.5.

use lgsp_catalogue::{
    AgencyCode, AgencyLevel, AgencySpec, CodeScheme, DirectorySetting,
    model::{AgencyKind, CodeSpec, setting::SETTING_NAME},
};
use lgsp_model::LocalDate;
use lgsp_platform::{
    Error, Platform, Result,
    error::FieldError,
    http::Caller,
    journal::{Class, Event},
    registry::{Change, Kind, Labels, Manifest, Snapshot, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most changes in one proposal; a larger difference comes in several, one after the other.
pub const CHANGES_MAX: usize = 500;
/// Longest name of a proposal; the registry's own limit.
const NAME_BYTES_MAX: usize = 63;

/// What becomes of a proposal.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum ProposalState {
    /// Nobody has decided.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Chờ duyệt", "en": "Open"}))]
    Open,
    /// Carried out.
    #[schemars(extend("x-label" = {"vi": "Đã duyệt", "en": "Accepted"}))]
    Accepted,
    /// Not carried out.
    #[schemars(extend("x-label" = {"vi": "Từ chối", "en": "Rejected"}))]
    Rejected,
}

/// What is wished for one agency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    /// A body that the catalogue does not know.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Thêm", "en": "Add"}))]
    Add,
    /// Another name, address or further codes.
    #[schemars(extend("x-label" = {"vi": "Sửa", "en": "Change"}))]
    Change,
    /// The body ends; its history stays.
    #[schemars(extend("x-label" = {"vi": "Chấm dứt", "en": "End"}))]
    End,
}

/// One wished change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyChange {
    /// What is wished.
    #[schemars(extend("x-label" = {"vi": "Thay đổi", "en": "Action"}, "x-order" = 1))]
    pub action: ChangeAction,
    /// Code by which the other side names the agency.
    #[schemars(extend("x-label" = {"vi": "Mã định danh", "en": "Code"}, "x-order" = 2))]
    pub code: String,
    /// Its code of the old form.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Mã cũ", "en": "Old code"}, "x-order" = 3))]
    pub old_code: Option<String>,
    /// The agency concerned; empty for a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan", "en": "Agency"}, "x-order" = 4, "x-widget" = "ref:agency"))]
    pub agency: Option<String>,
    /// The agency above a new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan cấp trên", "en": "Parent"}, "x-order" = 5, "x-widget" = "ref:agency"))]
    pub parent: Option<String>,
    /// Name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Name"}, "x-order" = 6))]
    pub name: Option<String>,
    /// Address for mail.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "E-mail"}, "x-order" = 7))]
    pub email: Option<String>,
}

/// Wished changes (đề xuất) of the catalogue of agencies that wait for a steward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AgencyProposal {
    /// Who wishes: `system:<name>` or `upstream:<name>`.
    #[schemars(extend("x-label" = {"vi": "Nguồn", "en": "Source"}, "x-order" = 1))]
    pub source: String,
    /// What became of it.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Trạng thái", "en": "State"}, "x-order" = 2))]
    pub state: ProposalState,
    /// The wished changes; a steward may strike out some before accepting.
    #[schemars(length(max = 500), extend("x-label" = {"vi": "Các thay đổi", "en": "Changes"}, "x-order" = 3))]
    pub changes: Vec<AgencyChange>,
}

impl Kind for AgencyProposal {
    const KIND: &'static str = "agency-proposal";
    const PLURAL: &'static str = "agency-proposals";
    const LABELS: Labels = Labels {
        vi: "Đề xuất thay đổi cơ quan",
        en: "Agency proposal",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Thay đổi danh mục cơ quan do hệ thống khác đề nghị, chờ người quản lý duyệt.",
        en: "Changes of the catalogue of agencies that another system wishes, for a steward.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let is_blank = |(_, change): &(usize, &AgencyChange)| change.code.trim().is_empty();
        let blank = |(index, _)| {
            FieldError::new(
                format!("/changes/{index}/code"),
                "exchange.kind.rule",
                "Cần có mã định danh.",
                "A code is needed.",
            )
        };
        self.changes
            .iter()
            .enumerate()
            .filter(is_blank)
            .map(blank)
            .collect()
    }
}

impl AgencyProposal {
    /// One wish of a system.
    #[must_use]
    pub fn of_system(system: &str, change: AgencyChange) -> Self {
        Self {
            source: format!("system:{system}"),
            state: ProposalState::Open,
            changes: vec![change],
        }
    }

    /// Differences that an axis shows.
    #[must_use]
    pub fn of_upstream(upstream: &str, mut changes: Vec<AgencyChange>) -> Self {
        changes.truncate(CHANGES_MAX);
        Self {
            source: format!("upstream:{upstream}"),
            state: ProposalState::Open,
            changes,
        }
    }
}

/// Writes the proposal of a system; a repeat of the same wish changes nothing.
///
/// # Errors
/// `platform.database.failed`, `platform.fields.invalid`.
pub async fn propose(platform: &Platform, proposal: AgencyProposal) -> Result<()> {
    let code = proposal.changes.first().map_or("", |change| &change.code);
    let name = resource_name(&proposal, code);
    write(platform, &name, proposal).await
}

/// Writes the proposal of an axis about one topic; it replaces the one before.
///
/// # Errors
/// As [`propose`].
pub async fn propose_upstream(
    platform: &Platform,
    topic: &str,
    proposal: AgencyProposal,
) -> Result<()> {
    let name = resource_name(&proposal, topic);
    write(platform, &name, proposal).await
}

/// Party and topic, as the registry takes names.
fn resource_name(proposal: &AgencyProposal, topic: &str) -> String {
    let source = proposal.source.as_str();
    let party = source.split_once(':').map_or(source, |(_, party)| party);
    format!("{party}.{topic}")
        .chars()
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '.' | '-' | '_' => character,
            _ => '_',
        })
        .take(NAME_BYTES_MAX)
        .collect()
}

async fn write(platform: &Platform, name: &str, proposal: AgencyProposal) -> Result<()> {
    let known = platform.registry.snapshot().spec::<AgencyProposal>(name);
    // Also one that was decided: what a steward rejected does not come back every hour.
    if known.is_some_and(|known| known.changes == proposal.changes) {
        return Ok(());
    }
    let now = platform.clock.now();
    let subject = (AgencyProposal::KIND, name);
    let event = Event::new(
        Class::Audit,
        now,
        &proposal.source,
        "agency.proposed",
        subject,
    )
    .with_detail(serde_json::json!({"changes": proposal.changes.len()}));
    let change = Change::Put {
        manifest: manifest(name, None, &proposal)?,
        base_revision: None,
    };
    let actor = proposal.source.clone();
    let registry = &platform.registry;
    registry
        .change(vec![change], &actor, now, vec![event])
        .await?;
    Ok(())
}

/// Accepts or rejects an open proposal.
///
/// # Errors
/// `platform.thing.not_found`; `platform.fields.invalid` when a change breaks a rule of the
/// catalogue or the proposal is decided already.
pub async fn decide(
    platform: &Platform,
    caller: &Caller,
    name: &str,
    is_accepted: bool,
) -> Result<AgencyProposal> {
    let registry = &platform.registry;
    let found = registry.find(AgencyProposal::KIND, name)?;
    let mut proposal = AgencyProposal::deserialize(&found.spec)
        .map_err(|error| Error::Internal(error.to_string()))?;
    if proposal.state != ProposalState::Open {
        return Err(Error::Invalid(vec![FieldError::new(
            "/state",
            "exchange.kind.rule",
            "Đề xuất đã được quyết định.",
            "The proposal has been decided.",
        )]));
    }
    let snapshot = registry.snapshot();
    // The day at which the directory is read; a demonstration may stand in another year.
    let setting: DirectorySetting = snapshot.spec(SETTING_NAME).unwrap_or_default();
    let today = setting.date(caller.now);
    let mut changes = Vec::new();
    if is_accepted {
        for change in &proposal.changes {
            changes.push(carry_out(&snapshot, &proposal.source, change, today)?);
        }
    }
    proposal.state = if is_accepted {
        ProposalState::Accepted
    } else {
        ProposalState::Rejected
    };
    changes.push(Change::Put {
        manifest: manifest(name, found.agency.clone(), &proposal)?,
        base_revision: Some(found.revision),
    });
    let action = if is_accepted {
        "agency.proposal_accepted"
    } else {
        "agency.proposal_rejected"
    };
    let event = caller
        .audit(action, AgencyProposal::KIND, name)
        .with_detail(serde_json::json!({"changes": proposal.changes.len()}));
    let actor = caller.principal.actor_name();
    registry
        .change(changes, actor, caller.now, vec![event])
        .await?;
    Ok(proposal)
}

fn manifest<K: Kind>(name: &str, agency: Option<String>, spec: &K) -> Result<Manifest> {
    Ok(Manifest {
        kind: K::KIND.to_owned(),
        name: name.to_owned(),
        agency,
        spec: serde_json::to_value(spec).map_err(|error| Error::Internal(error.to_string()))?,
    })
}

/// The change of the agency's resource that a wish asks for.
fn carry_out(
    snapshot: &Snapshot,
    source: &str,
    wish: &AgencyChange,
    today: LocalDate,
) -> Result<Change> {
    if wish.action == ChangeAction::Add {
        let spec = new_agency(source, wish, today);
        return Ok(Change::Put {
            manifest: manifest(wish.code.trim(), wish.parent.clone(), &spec)?,
            base_revision: Some(0),
        });
    }
    let name = wish.agency.as_deref().unwrap_or(&wish.code);
    let missing = || Error::NotFound {
        what: "agency",
        name: name.to_owned(),
    };
    let known = snapshot.get(AgencySpec::KIND, name).ok_or_else(missing)?;
    let mut spec: AgencySpec = snapshot.spec(name).ok_or_else(missing)?;
    if wish.action == ChangeAction::End {
        spec.valid_to = Some(spec.valid_to.unwrap_or(today));
    } else {
        if let Some(renamed) = &wish.name {
            spec.name.clone_from(renamed);
        }
        if wish.email.is_some() {
            spec.contact_email.clone_from(&wish.email);
        }
        for code in codes(source, wish, Some(today)) {
            if spec.codes.iter().all(|known| known.value != code.value) {
                spec.codes.push(code);
            }
        }
    }
    Ok(Change::Put {
        manifest: manifest(name, known.agency.clone(), &spec)?,
        base_revision: Some(known.revision),
    })
}

fn new_agency(source: &str, wish: &AgencyChange, today: LocalDate) -> AgencySpec {
    let is_below = wish.parent.is_some();
    AgencySpec {
        name: wish.name.clone().unwrap_or_else(|| wish.code.clone()),
        short_name: None,
        // What sort of body it is nobody told us; the steward says so afterwards.
        level: if is_below {
            AgencyLevel::Unit
        } else {
            AgencyLevel::Other
        },
        kind: AgencyKind::Other,
        parent: wish.parent.as_deref().map(AgencyCode::from),
        area: None,
        codes: codes(source, wish, None),
        valid_from: is_below.then_some(today),
        valid_to: None,
        successors: Vec::new(),
        contact_email: wish.email.clone(),
    }
}

fn codes(source: &str, wish: &AgencyChange, from: Option<LocalDate>) -> Vec<CodeSpec> {
    [Some(&wish.code), wish.old_code.as_ref()]
        .into_iter()
        .flatten()
        .map(|code| code.trim())
        .filter(|code| !code.is_empty())
        .map(|code| CodeSpec {
            scheme: CodeScheme::recognise(code).unwrap_or(CodeScheme::Local),
            value: code.to_owned(),
            valid_from: from,
            valid_to: None,
            source: Some(source.to_owned()),
            demo: false,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proposal_has_one_name_for_each_wish() {
        let change = |code: &str| AgencyChange {
            code: code.into(),
            ..AgencyChange::default()
        };
        let named =
            |code: &str| resource_name(&AgencyProposal::of_system("so-a", change(code)), code);
        assert_eq!(named("H34.01.05"), "so-a.H34.01.05");
        assert_eq!(named("mã lạ"), "so-a.m__l_");
        assert_eq!(named(&"x".repeat(100)).len(), NAME_BYTES_MAX);
        let many = vec![change("a"); CHANGES_MAX + 1];
        let upstream = AgencyProposal::of_upstream("vxp", many);
        assert_eq!(resource_name(&upstream, "units"), "vxp.units");
        assert_eq!(upstream.changes.len(), CHANGES_MAX);
    }
}
