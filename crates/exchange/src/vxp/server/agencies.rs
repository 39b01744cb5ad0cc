//! The operations on the catalogue of agencies: three lists, and two wishes for a change.
//!
//! Owns: the shapes of the lists; turning a wish into a proposal for a steward.
//! Not here: agencies (`lgsp_catalogue`), deciding a proposal (`../proposals.rs`).
//! Invariant: a system can wish for changes below its own agencies only, and changes nothing by
//! itself.
//! Follows: design document "Document exchange", sections 7.3 and 7.4.

use std::collections::HashMap;

use axum::response::Response;
use lgsp_catalogue::{Agency, AgencySpec, CodeScheme};
use lgsp_model::LocalDate;
use lgsp_platform::registry::Kind as _;

use super::{
    super::wire::{AgencyItem, Code, NewAgency, Operation, Refused},
    Caller, Vxp, answer,
};
use crate::vxp::proposals::{AgencyChange, AgencyProposal, ChangeAction, propose};

pub(super) fn list(vxp: &Vxp, caller: &Caller<'_>, operation: Operation) -> Response {
    let view = caller.directory.catalogue.directory(caller.now);
    let day = view.day();
    if operation == Operation::GetSynchronizeUnit {
        let all = view.tree().iter();
        let units = numbered(view.tree().iter());
        let items = all
            .map(|agency| unit(vxp, caller, &units, agency, day).as_unit())
            .collect();
        return answer::list(items);
    }
    let units = numbered(view.iter());
    let items = view.iter().map(|agency| item(&units, agency, day));
    if operation == Operation::GetAgenciesListQd20 {
        return answer::list(items.map(|item| item.with_code102()).collect());
    }
    answer::list(items.map(|item| item.with_old_code()).collect())
}

/// Numbers in the list, from 1, as existing clients know them.
fn numbered<'a>(agencies: impl Iterator<Item = &'a Agency>) -> HashMap<&'a str, usize> {
    agencies
        .enumerate()
        .map(|(place, agency)| (agency.code.as_str(), place + 1))
        .collect()
}

fn item(units: &HashMap<&str, usize>, agency: &Agency, day: LocalDate) -> AgencyItem {
    let number = |name: &str| units.get(name).copied().unwrap_or(0).to_string();
    let code = |scheme| agency.spec.code_at(scheme, day);
    let new = code(CodeScheme::Qd20);
    let any = || {
        [CodeScheme::Qcvn102, CodeScheme::Own, CodeScheme::Local]
            .into_iter()
            .find_map(code)
    };
    AgencyItem {
        id: number(agency.code.as_str()),
        pid: agency
            .spec
            .parent
            .as_ref()
            .map_or_else(|| "0".to_owned(), |parent| number(parent.as_str())),
        code: new.or_else(any).unwrap_or(agency.code.as_str()).to_owned(),
        name: agency.spec.name.clone(),
        mail: agency.spec.contact_email.clone().unwrap_or_default(),
        old_code: code(CodeScheme::Qcvn102).unwrap_or_default().to_owned(),
        is_agency: true,
        ..AgencyItem::default()
    }
}

/// With what a synchronising client needs: version, owner, whether it has ended.
fn unit(
    vxp: &Vxp,
    caller: &Caller<'_>,
    units: &HashMap<&str, usize>,
    agency: &Agency,
    day: LocalDate,
) -> AgencyItem {
    let registry = vxp.exchange.platform().registry.snapshot();
    let resource = registry.get(AgencySpec::KIND, agency.code.as_str());
    let owner = caller.directory.owner_of(agency.code.as_str());
    AgencyItem {
        version: resource.map_or(1, |found| found.revision).to_string(),
        center_code: owner.map_or_else(String::new, |system| system.spec.systemid.clone()),
        is_deleted: agency.spec.valid_to.is_some_and(|last| last < day),
        modify_date: resource.map_or_else(String::new, |found| {
            found.updated_at.vietnam_date().to_string()
        }),
        ..item(units, agency, day)
    }
}

/// `registerAgency`: a new body below one of the system's own.
pub(super) async fn register(
    vxp: &Vxp,
    caller: &Caller<'_>,
    content: &[u8],
) -> Result<Response, Refused> {
    let wanted = NewAgency::read(content).ok_or_else(|| Refused::new(Code::Parameter, "body"))?;
    for (name, value) in [("code", &wanted.code), ("name", &wanted.name)] {
        if value.is_empty() {
            return Err(Refused::new(Code::Parameter, name));
        }
    }
    let parent =
        own_agency(caller, &wanted.pcode).ok_or_else(|| Refused::new(Code::Sender, "pcode"))?;
    if caller.directory.is_registered(&wanted.code) {
        return Err(Refused::new(Code::State, "code"));
    }
    let change = AgencyChange {
        action: ChangeAction::Add,
        code: wanted.code,
        parent: Some(parent),
        name: Some(wanted.name),
        email: Some(wanted.mail).filter(|mail| !mail.is_empty()),
        ..AgencyChange::default()
    };
    propose_one(vxp, caller, change).await
}

/// `deleteAgency`: the body ends; its codes stay in the history.
pub(super) async fn delete(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    let code = caller.parameters.require("AgencyCode")?.trim().to_owned();
    let agency =
        own_agency(caller, &code).ok_or_else(|| Refused::new(Code::Sender, "AgencyCode"))?;
    let change = AgencyChange {
        action: ChangeAction::End,
        code,
        agency: Some(agency),
        ..AgencyChange::default()
    };
    propose_one(vxp, caller, change).await
}

async fn propose_one(
    vxp: &Vxp,
    caller: &Caller<'_>,
    change: AgencyChange,
) -> Result<Response, Refused> {
    let proposal = AgencyProposal::of_system(&caller.system.name, change);
    propose(vxp.exchange.platform(), proposal)
        .await
        .map_err(|error| Refused::from(crate::Error::from(error)))?;
    Ok(answer::plain())
}

/// The agency (name of the resource) behind a code, if it is one of the system's own or below.
fn own_agency(caller: &Caller<'_>, code: &str) -> Option<String> {
    let view = caller.directory.catalogue.directory(caller.now);
    let agency = view.resolve(code).agency()?;
    let is_own = |own: &String| view.tree().is_within(agency.code.as_str(), own);
    caller
        .system
        .agencies
        .iter()
        .any(is_own)
        .then(|| agency.code.as_str().to_owned())
}
