//! What a new installation, and the demo, start with.
//!
//! Owns: reading the embedded data files into resources of our kinds.
//! Not here: writing them into the registry (`lgsp init`, `lgsp serve --demo`); the facts and
//! assumptions behind the data (`../data/README.md`).
//! Invariant: the data pass every rule of the catalogue; a test holds it.

use lgsp_model::LocalDate;
use lgsp_platform::registry::{Kind, Manifest};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    error::{Error, Result},
    model::{
        AgencyCode, AgencyKind, AgencyLevel, AgencySpec, Area, AreaKind, CodeItem, CodeListSpec,
        CodeScheme, CodeSpec, DirectorySetting, Labels, Succession, setting::SETTING_NAME,
    },
};

/// Code of the demo province.
pub const DEMO_PROVINCE: &str = "H34";

const DEMO_AGENCIES: &str = include_str!("../data/demo-province.toml");
const CODE_LISTS: &str = include_str!("../data/code-lists.toml");
const GSO_SOURCE: &str = "General Statistics Office";

/// Agencies that share most of their fields.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    level: AgencyLevel,
    kind: Option<AgencyKind>,
    parent: Option<AgencyCode>,
    valid_from: Option<LocalDate>,
    valid_to: Option<LocalDate>,
    code_source: String,
    #[serde(default)]
    code_demo: bool,
    /// Scheme of `code`; the new form where absent.
    scheme: Option<CodeScheme>,
    succession: Option<Takeover>,
    members: Vec<Member>,
}

/// When and on what ground the successors of a group took over.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Takeover {
    date: LocalDate,
    decision: Option<String>,
    #[serde(default)]
    demo: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Member {
    code: String,
    code102: Option<String>,
    gso: Option<String>,
    name: String,
    short: Option<String>,
    kind: Option<AgencyKind>,
    area: Option<String>,
    area_kind: Option<AreaKind>,
    email: Option<String>,
    valid_to: Option<LocalDate>,
    #[serde(default)]
    demo: bool,
    #[serde(default)]
    successors: Vec<AgencyCode>,
}

#[derive(Debug, Deserialize)]
struct AgencyFile {
    group: Vec<Group>,
}

#[derive(Debug, Deserialize)]
struct ListFile {
    list: Vec<NamedList>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NamedList {
    name: String,
    title: Labels,
    source: Option<String>,
    items: Vec<CodeItem>,
}

/// The agencies of the demo: Kon Tum, its surroundings, and the merger of July 2025.
///
/// Sorted as in the data file, parents before children.
///
/// # Errors
/// `catalogue.seed.unreadable` when the embedded file is damaged.
pub fn demo_agencies() -> Result<Vec<(AgencyCode, AgencySpec)>> {
    let file: AgencyFile = read(DEMO_AGENCIES)?;
    let mut agencies = Vec::new();
    for group in &file.group {
        for member in &group.members {
            agencies.push((AgencyCode::from(member.code.as_str()), spec(group, member)));
        }
    }
    Ok(agencies)
}

/// The setting of the demo: the bodies of the plan of 2020 exchange documents.
pub fn demo_setting() -> DirectorySetting {
    DirectorySetting {
        effective_date: LocalDate::new(2025, 6, 30),
    }
}

/// The resources that every installation starts with: the code lists.
///
/// # Errors
/// `catalogue.seed.unreadable` when the embedded file is damaged.
pub fn manifests() -> Result<Vec<Manifest>> {
    code_lists()?
        .iter()
        .map(|(name, list)| manifest(name, None, list))
        .collect()
}

/// The resources that the demo adds: its agencies and the date of its directory.
///
/// The entry of an agency belongs to the agency above it, which names and ends its bodies.
///
/// # Errors
/// `catalogue.seed.unreadable` when the embedded file is damaged.
pub fn demo_manifests() -> Result<Vec<Manifest>> {
    let agencies = demo_agencies()?;
    let mut manifests = Vec::with_capacity(agencies.len() + 1);
    for (code, spec) in &agencies {
        let owner = spec.parent.as_ref().map(AgencyCode::to_string);
        manifests.push(manifest(code.as_str(), owner, spec)?);
    }
    manifests.push(manifest(SETTING_NAME, None, &demo_setting())?);
    Ok(manifests)
}

/// The code lists that every installation starts with, by name.
///
/// # Errors
/// `catalogue.seed.unreadable` when the embedded file is damaged.
pub fn code_lists() -> Result<Vec<(String, CodeListSpec)>> {
    let file: ListFile = read(CODE_LISTS)?;
    let lists = file.list.into_iter().map(|list| {
        let NamedList {
            name,
            title,
            source,
            items,
        } = list;
        (
            name,
            CodeListSpec {
                title,
                source,
                items,
            },
        )
    });
    Ok(lists.collect())
}

fn spec(group: &Group, member: &Member) -> AgencySpec {
    let successors = group.succession.iter().flat_map(|takeover| {
        member.successors.iter().map(|heir| Succession {
            agency: heir.clone(),
            date: takeover.date,
            decision: takeover.decision.clone(),
            demo: takeover.demo,
        })
    });
    let area = member.area.clone().zip(member.area_kind);
    AgencySpec {
        name: member.name.clone(),
        short_name: member.short.clone(),
        level: group.level,
        kind: member.kind.or(group.kind).unwrap_or(AgencyKind::Other),
        parent: group.parent.clone(),
        area: area.map(|(name, kind)| Area { kind, name }),
        codes: codes(group, member),
        valid_from: group.valid_from,
        valid_to: member.valid_to.or(group.valid_to),
        successors: successors.collect(),
        contact_email: member.email.clone(),
    }
}

fn codes(group: &Group, member: &Member) -> Vec<CodeSpec> {
    let scheme = group.scheme.unwrap_or(CodeScheme::Qd20);
    let is_demo = group.code_demo || member.demo;
    let code = |scheme, value: &String, source: &str, demo| CodeSpec {
        scheme,
        value: value.clone(),
        valid_from: None,
        valid_to: None,
        source: Some(source.to_owned()),
        demo,
    };
    let mut codes = vec![code(scheme, &member.code, &group.code_source, is_demo)];
    let old = member.code102.iter();
    codes.extend(old.map(|old| code(CodeScheme::Qcvn102, old, &group.code_source, is_demo)));
    codes.extend(
        member
            .gso
            .iter()
            .map(|gso| code(CodeScheme::Gso, gso, GSO_SOURCE, false)),
    );
    codes
}

fn manifest<K: Kind>(name: &str, agency: Option<String>, spec: &K) -> Result<Manifest> {
    let spec = serde_json::to_value(spec).map_err(|error| Error::SeedUnreadable {
        detail: error.to_string(),
    })?;
    Ok(Manifest {
        kind: K::KIND.to_owned(),
        name: name.to_owned(),
        agency,
        spec,
    })
}

fn read<T: DeserializeOwned>(text: &str) -> Result<T> {
    toml::from_str(text).map_err(|error| Error::SeedUnreadable {
        detail: error.to_string(),
    })
}
