//! Access decisions with 1,000 policies beside the roles.
//!
//! Owns: the policies, the people who ask, the time of each decision.
//! Not here: how the program decides (`lgsp-identity`, `access`).
//! Invariant: every measured decision is computed; none of the actions asked for is one whose
//! decisions the program keeps.

use std::{sync::Arc, time::Instant};

use anyhow::{Context as _, Result, ensure};
use lgsp_identity::{AgencyHierarchy, Decider, PolicyText};
use lgsp_model::AccountId;
use lgsp_platform::http::{
    Principal,
    context::{Authorizer as _, RoleGrant, Standing},
};

use crate::stats::{Latencies, Series};

/// Policies beside the roles.
const POLICIES: usize = 1_000;
/// Decisions of one run.
const DECISIONS: usize = 50_000;
const DEPARTMENTS: usize = 30;
const PEOPLE: usize = 200;
const GROUPS: usize = 400;
const PERMISSIONS: &[&str] = &[
    "exchange.document.read",
    "exchange.document.send",
    "exchange.document.process",
    "exchange.document.resend",
    "exchange.body.read",
];

/// Percentiles of a decision, in microseconds.
#[derive(Default)]
pub(crate) struct Decisions {
    pub(crate) p50: Series,
    pub(crate) p99: Series,
}

/// The province above, thirty departments, offices below them.
struct Province;

impl AgencyHierarchy for Province {
    fn ancestors(&self, agency: &str) -> Vec<String> {
        let ends = agency.match_indices('.').map(|(place, _)| place);
        let above = ends.filter_map(|end| agency.get(..end));
        above.rev().map(str::to_owned).collect()
    }

    fn name(&self, agency: &str) -> Option<String> {
        Some(agency.to_owned())
    }

    fn version(&self) -> u64 {
        1
    }
}

pub(crate) fn run(runs: usize) -> Result<Decisions> {
    let decider = Decider::new(Arc::new(Province), PERMISSIONS.iter().copied())?;
    let texts: Vec<PolicyText> = (0..POLICIES).map(policy).collect();
    decider.set_policies(&texts)?;
    let people: Vec<Principal> = (0..PEOPLE).map(person).collect();
    let mut seen = Decisions::default();
    for _ in 0..runs {
        let mut latencies = Latencies::default();
        let mut allowed = 0;
        for index in 0..DECISIONS {
            let person = people.get(index % PEOPLE).context("a person")?;
            let permission = PERMISSIONS.get(index % PERMISSIONS.len());
            let permission = permission.context("a permission")?;
            let agency = format!("H34.{:02}.{:02}", index * 7 % DEPARTMENTS, index % 40);
            let started = Instant::now();
            let is_allowed = decider.is_allowed(person, permission, Some(&agency));
            latencies.push(started.elapsed());
            allowed += usize::from(is_allowed);
        }
        ensure!(
            (1..DECISIONS).contains(&allowed),
            "{allowed} of {DECISIONS} were allowed: the policies decide nothing"
        );
        seen.p50.push(latencies.percentile_ms(50) * 1_000.0);
        seen.p99.push(latencies.percentile_ms(99) * 1_000.0);
    }
    Ok(seen)
}

/// What a province writes: for groups at a department, against one person, for a role at night,
/// and some that concern everybody.
fn policy(index: usize) -> PolicyText {
    let action = PERMISSIONS
        .get(index % PERMISSIONS.len())
        .copied()
        .unwrap_or_default();
    let action = format!("action == Lgsp::Action::\"{action}\"");
    let node = format!(
        "resource in Lgsp::Agency::\"H34.{:02}\"",
        index % DEPARTMENTS
    );
    let text = match index % 10 {
        0..=3 => format!(
            "permit (principal in Lgsp::Group::\"nhom.{:03}\", {action}, {node}) \
             when {{ resource.classification <= 1 }};",
            index % GROUPS
        ),
        4..=6 => format!(
            "forbid (principal == Lgsp::Account::\"nguoi.{:03}\", {action}, {node}) \
             when {{ context.hour >= 5 }};",
            index % PEOPLE
        ),
        7 | 8 => format!(
            "forbid (principal in Lgsp::Role::\"official\", {action}, {node}) \
             when {{ context.hour >= 22 || context.hour < 5 }};"
        ),
        _ => format!(
            "forbid (principal, {action}, resource) \
             when {{ resource.classification > 2 && principal.kind != \"admin\" }};"
        ),
    };
    PolicyText {
        name: format!("chinh-sach-{index:04}"),
        text,
    }
}

/// An official of a department with two roles and five groups.
fn person(index: usize) -> Principal {
    let agency = format!("H34.{:02}", index % DEPARTMENTS);
    let grant = |role: &str, agency: &str| RoleGrant {
        role: role.to_owned(),
        agency: Some(agency.to_owned()),
    };
    let groups = (0..5).map(|step| format!("nhom.{:03}", (index + step * 80) % GROUPS));
    Principal {
        account_id: AccountId(uuid::Uuid::from_u128(index as u128 + 1)),
        username: format!("nguoi.{index:03}"),
        roles: vec![grant("official", &agency), grant("clerk", &agency)].into(),
        agency: Some(agency),
        csrf_token: None,
        credential: String::new(),
        standing: Standing {
            kind: "official".to_owned(),
            groups: groups.collect(),
            ..Standing::default()
        },
    }
}
