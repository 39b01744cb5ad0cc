//! The axis's catalogue of agencies: every difference from ours becomes a proposal.
//!
//! Owns: what differs, and when it is looked at.
//! Not here: proposals and their approval (`lgsp_exchange::vxp::proposals`), agencies
//! (`lgsp_catalogue`).
//! Invariant: nothing is overwritten, and absence from a list ends nobody: only the mark
//! `deleted` does, and only as a proposal. What a steward has rejected is not proposed again.
//! Follows: design document "Document exchange", sections 1 and 7.5.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

use lgsp_catalogue::{Agency, DirectoryView};
use lgsp_exchange::{
    Exchange,
    vxp::{
        proposals::{self, AgencyChange, AgencyProposal, ChangeAction, ProposalState},
        wire::AgencyItem,
    },
};
use lgsp_model::Timestamp;
use lgsp_platform::{Platform, http::Problem as _, ledger::Acceptance, registry::Kind as _};
use serde::Deserialize as _;

use super::{
    client::Failure,
    link::{Link, Links},
    tables,
};

/// Pause between two calls of `getSynchronizeUnit`.
const UNITS_MS: i64 = 3_600_000;
/// Pause between two calls of `getAgenciesListQD20`.
const PAIRS_MS: i64 = 24 * 3_600_000;
/// Pause after a failure.
const AGAIN_MS: i64 = 300_000;

/// Under which the proposal stands, behind the name of the axis.
const TOPIC: &str = "agencies";

/// Compares the axis's catalogue with ours.
pub(crate) struct Synchroniser {
    exchange: Exchange,
    links: Arc<Links>,
    units_due_at: AtomicI64,
    pairs_due_at: AtomicI64,
    /// Old codes by new code, as the daily list has them.
    pairs: Mutex<HashMap<String, String>>,
}

impl Synchroniser {
    pub(crate) fn new(exchange: Exchange, links: Arc<Links>) -> Self {
        Self {
            exchange,
            links,
            units_due_at: AtomicI64::new(0),
            pairs_due_at: AtomicI64::new(0),
            pairs: Mutex::default(),
        }
    }

    /// Looks at the lists that are due, and forgets what the client need not know any longer.
    ///
    /// # Errors
    /// `platform.database.failed`, `platform.fields.invalid`. A failing axis is no error here.
    pub(crate) async fn tick(&self) -> lgsp_platform::Result<()> {
        let now = self.exchange.now();
        if now.0 < self.units_due_at.load(Ordering::Relaxed) {
            return Ok(());
        }
        let Some(link) = self.links.current() else {
            return Ok(());
        };
        if link.gate(now).await.is_err() {
            return Ok(());
        }
        match self.read(&link, now).await {
            Ok(items) => {
                self.units_due_at
                    .store(now.plus_ms(UNITS_MS).0, Ordering::Relaxed);
                self.propose(&link.name, &items).await?;
                let effects = tables::forgetting(&self.platform().db, now);
                let acceptance = Acceptance {
                    claim: None,
                    effects,
                };
                self.platform().ledger.accept(acceptance).await.map(drop)
            }
            Err(failure) => {
                tracing::debug!(
                    error = failure.id(),
                    "the axis's agencies could not be read"
                );
                self.units_due_at
                    .store(now.plus_ms(AGAIN_MS).0, Ordering::Relaxed);
                Ok(())
            }
        }
    }

    fn platform(&self) -> &Platform {
        self.exchange.platform()
    }

    async fn read(&self, link: &Link, now: Timestamp) -> Result<Vec<AgencyItem>, Failure> {
        let mut items = link.client.units().await?;
        if now.0 >= self.pairs_due_at.load(Ordering::Relaxed) {
            let listed = link.client.agencies_qd20().await?;
            let pairs = listed
                .into_iter()
                .map(|item| (item.code, item.old_code))
                .collect();
            *self.pairs.lock().unwrap_or_else(PoisonError::into_inner) = pairs;
            self.pairs_due_at
                .store(now.plus_ms(PAIRS_MS).0, Ordering::Relaxed);
        }
        let pairs = self.pairs.lock().unwrap_or_else(PoisonError::into_inner);
        for item in &mut items {
            if let Some(old_code) = pairs.get(&item.code).filter(|_| item.old_code.is_empty()) {
                item.old_code.clone_from(old_code);
            }
        }
        Ok(items)
    }

    async fn propose(&self, upstream: &str, items: &[AgencyItem]) -> lgsp_platform::Result<()> {
        let directory = self.exchange.directory();
        let view = directory.catalogue.directory(self.exchange.now());
        let mut changes = differences(&view, items);
        if changes.is_empty() {
            return Ok(());
        }
        let name = format!("{upstream}.{TOPIC}");
        let registry = &self.platform().registry;
        for revision in registry.revisions(AgencyProposal::KIND, &name).await? {
            let Some(spec) = revision.spec else { continue };
            let Ok(known) = AgencyProposal::deserialize(&spec) else {
                continue;
            };
            if known.state == ProposalState::Rejected {
                changes.retain(|change| !known.changes.contains(change));
            }
        }
        if changes.is_empty() {
            return Ok(());
        }
        let proposal = AgencyProposal::of_upstream(upstream, changes);
        proposals::propose_upstream(self.platform(), TOPIC, proposal).await
    }
}

/// What the axis's list says otherwise than our catalogue, sorted by code.
fn differences(view: &DirectoryView<'_>, items: &[AgencyItem]) -> Vec<AgencyChange> {
    let codes: HashMap<&str, &str> = items
        .iter()
        .filter(|item| !item.id.is_empty())
        .map(|item| (item.id.as_str(), item.code.trim()))
        .collect();
    let mut changes = BTreeMap::new();
    for item in items.iter().filter(|item| !item.code.trim().is_empty()) {
        let known = view.resolve(&item.code).agency();
        let change = match known {
            Some(agency) if item.is_deleted => Some(ended(agency, item)),
            Some(agency) => changed(view, agency, item),
            // It has ended here too, or never was.
            None if item.is_deleted || !view.tree().holders(&item.code).is_empty() => None,
            None => {
                let parent = codes
                    .get(item.pid.as_str())
                    .and_then(|code| Some(view.resolve(code).agency()?.code.as_str().to_owned()));
                Some(added(item, parent))
            }
        };
        if let Some(change) = change {
            changes.insert(change.code.clone(), change);
        }
    }
    changes.into_values().collect()
}

fn text(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn ended(agency: &Agency, item: &AgencyItem) -> AgencyChange {
    AgencyChange {
        action: ChangeAction::End,
        code: item.code.trim().to_owned(),
        agency: Some(agency.code.as_str().to_owned()),
        ..AgencyChange::default()
    }
}

fn added(item: &AgencyItem, parent: Option<String>) -> AgencyChange {
    AgencyChange {
        action: ChangeAction::Add,
        code: item.code.trim().to_owned(),
        old_code: text(&item.old_code),
        parent,
        name: text(&item.name),
        email: text(&item.mail),
        ..AgencyChange::default()
    }
}

/// Another name, a further code, or another address where we have one.
///
/// An address that we lack is no reason for a proposal: it would be one for every agency.
fn changed(view: &DirectoryView<'_>, agency: &Agency, item: &AgencyItem) -> Option<AgencyChange> {
    let name = text(&item.name).filter(|name| *name != agency.spec.name.trim());
    let old_code = text(&item.old_code).filter(|code| {
        let holders = view.tree().holders(code);
        !holders.iter().any(|holder| holder.code == agency.code)
    });
    let known = agency
        .spec
        .contact_email
        .as_deref()
        .map(str::trim)
        .unwrap_or_default();
    let email = text(&item.mail).filter(|mail| !known.is_empty() && mail != known);
    if name.is_none() && old_code.is_none() && email.is_none() {
        return None;
    }
    Some(AgencyChange {
        action: ChangeAction::Change,
        code: item.code.trim().to_owned(),
        old_code,
        agency: Some(agency.code.as_str().to_owned()),
        parent: None,
        name,
        email,
    })
}

#[cfg(test)]
mod tests {
    use lgsp_catalogue::{AgencyCode, AgencySpec, DirectorySetting, Snapshot};

    use super::*;

    fn catalogue() -> Snapshot {
        let agency = |code: &str, old: &str, extra: serde_json::Value| {
            let mut spec = serde_json::json!({
                "name": format!("Cơ quan {code}"), "level": "other", "kind": "other",
                "codes": [
                    {"scheme": "qd20", "value": code}, {"scheme": "qcvn102", "value": old}
                ],
            });
            for (key, value) in extra.as_object().unwrap() {
                spec[key] = value.clone();
            }
            let spec: AgencySpec = serde_json::from_value(spec).unwrap();
            (AgencyCode::from(code), spec)
        };
        let none = || serde_json::json!({});
        Snapshot::build(
            [
                agency("H49", "000.00.00.H49", none()),
                agency(
                    "H50",
                    "000.00.00.H50",
                    serde_json::json!({"contact_email": "a@h50.vn"}),
                ),
                agency(
                    "H51",
                    "000.00.00.H51",
                    serde_json::json!({"valid_to": "2020-01-01"}),
                ),
            ],
            [],
            DirectorySetting::default(),
        )
    }

    fn item(id: &str, pid: &str, code: &str) -> AgencyItem {
        AgencyItem {
            id: id.into(),
            pid: pid.into(),
            code: code.into(),
            name: format!("Cơ quan {code}"),
            mail: "x@example.vn".into(),
            ..AgencyItem::default()
        }
    }

    fn found(items: &[AgencyItem]) -> Vec<AgencyChange> {
        let catalogue = catalogue();
        let now = Timestamp::parse_rfc3339("2026-11-23T02:00:00Z").unwrap();
        differences(&catalogue.directory(now), items)
    }

    #[test]
    fn agreement_and_absence_propose_nothing() {
        assert_eq!(found(&[item("1", "0", "H49")]), []);
        assert_eq!(found(&[]), []);
        let gone = AgencyItem {
            is_deleted: true,
            ..item("1", "0", "H51")
        };
        assert_eq!(
            found(&[gone, item("2", "0", "H51"), item("3", "0", " ")]),
            []
        );
    }

    #[test]
    fn a_new_body_is_added_below_its_parent() {
        let new = AgencyItem {
            old_code: "001.00.00.H49".into(),
            ..item("2", "1", "H49.99")
        };
        let changes = found(&[item("1", "0", "H49"), new]);
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].action, ChangeAction::Add);
        assert_eq!(changes[0].parent.as_deref(), Some("H49"));
        assert_eq!(changes[0].old_code.as_deref(), Some("001.00.00.H49"));
    }

    #[test]
    fn names_codes_addresses_and_ends_are_proposed() {
        let renamed = AgencyItem {
            name: "Tên mới".into(),
            ..item("1", "0", "H49")
        };
        let moved = AgencyItem {
            old_code: "000.00.00.H59".into(),
            ..item("2", "0", "H50")
        };
        let gone = AgencyItem {
            is_deleted: true,
            ..item("1", "0", "000.00.00.H49")
        };
        let changes = found(&[renamed, moved]);
        assert_eq!(changes[0].name.as_deref(), Some("Tên mới"));
        assert_eq!(
            (changes[0].email.as_ref(), changes[0].old_code.as_ref()),
            (None, None)
        );
        assert_eq!(changes[1].old_code.as_deref(), Some("000.00.00.H59"));
        assert_eq!(changes[1].email.as_deref(), Some("x@example.vn"));
        assert_eq!(changes[1].name, None);
        let ended = found(&[gone]);
        assert_eq!(ended[0].action, ChangeAction::End);
        assert_eq!(ended[0].agency.as_deref(), Some("H49"));
    }
}
