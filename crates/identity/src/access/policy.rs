//! The kind `access-policy`: rules of access beside the roles, written in Cedar.
//!
//! Owns: its specification, following the registry.
//! Not here: the schema (`schema.rs`), deciding (`engine.rs`).
//! Invariant: a policy that does not fit the schema is refused when it is saved; should one fit
//! no longer after an upgrade, the ones in force stay and it is an error in the log.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use lgsp_platform::{
    FieldError, Platform,
    registry::{Kind, Labels, Rule, Snapshot, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Decider, PolicyText};

/// Longest text of a policy, in bytes; more is several policies.
const CEDAR_BYTES_MAX: usize = 16_384;
/// Texts that are remembered as fitting the schema.
const CHECKED_MAX: usize = 10_000;

/// A rule of access beside the roles (chính sách truy cập).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AccessPolicy {
    /// What the rule is for, for the next reader.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Mô tả", "en": "Description"}, "x-order" = 1))]
    pub description: String,
    /// The rule in Cedar: `permit` or `forbid`.
    #[schemars(extend("x-label" = {"vi": "Nội dung (Cedar)", "en": "Rule (Cedar)"}, "x-order" = 2, "x-widget" = "code"))]
    pub cedar: String,
    /// Whether it is in force.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Áp dụng", "en": "In force"}, "x-order" = 3))]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

impl Kind for AccessPolicy {
    const KIND: &'static str = "access-policy";
    const PLURAL: &'static str = "access-policies";
    const LABELS: Labels = Labels {
        vi: "Chính sách truy cập",
        en: "Access policy",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Quy tắc cho phép hoặc cấm, bổ sung cho các vai trò.",
        en: "A rule that permits or forbids, beside the roles.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let is_long = self.cedar.len() > CEDAR_BYTES_MAX;
        let broken = is_long.then(|| {
            FieldError::new(
                "/cedar",
                "identity.policy.long",
                format!("Dài quá {CEDAR_BYTES_MAX} byte; hãy tách thành nhiều chính sách."),
                format!("Longer than {CEDAR_BYTES_MAX} bytes; split it into several policies."),
            )
        });
        broken.into_iter().collect()
    }
}

/// The policies of a snapshot that are in force, sorted by name.
pub(crate) fn texts(snapshot: &Snapshot) -> Vec<PolicyText> {
    let mut found: Vec<PolicyText> = snapshot
        .of_kind(AccessPolicy::KIND)
        .filter_map(|resource| {
            let spec = snapshot.spec::<AccessPolicy>(&resource.name)?;
            spec.enabled.then(|| PolicyText {
                name: resource.name.clone(),
                text: spec.cedar,
            })
        })
        .collect();
    found.sort_by(|one, other| one.name.cmp(&other.name));
    found
}

/// The registry's rule: every policy fits the schema, those not in force too.
pub(crate) fn rule(decider: Arc<Decider>) -> Rule {
    let checked: Mutex<HashSet<String>> = Mutex::default();
    Box::new(move |snapshot| {
        let mut broken = Vec::new();
        for resource in snapshot.of_kind(AccessPolicy::KIND) {
            let Some(spec) = snapshot.spec::<AccessPolicy>(&resource.name) else {
                continue;
            };
            let mut checked = checked.lock().unwrap_or_else(PoisonError::into_inner);
            if checked.contains(&spec.cedar) {
                continue;
            }
            let text = PolicyText {
                name: resource.name.clone(),
                text: spec.cedar.clone(),
            };
            match decider.check_policy(&text) {
                Ok(()) => {
                    if checked.len() >= CHECKED_MAX {
                        checked.clear();
                    }
                    checked.insert(spec.cedar);
                }
                Err(error) => broken.push(FieldError::new(
                    format!("/{}/{}/spec/cedar", AccessPolicy::KIND, resource.name),
                    "identity.policy.broken",
                    format!("Chính sách {} không hợp lệ: {error}.", resource.name),
                    format!("The policy {} is not valid: {error}.", resource.name),
                )),
            }
        }
        broken
    })
}

/// Follows the registry: a change is in force with the next decision.
pub(crate) async fn follow(platform: Platform, decider: Arc<Decider>) {
    let mut changes = platform.registry.watch();
    let mut present: Option<Vec<PolicyText>> = None;
    loop {
        let wanted = texts(&platform.registry.snapshot());
        if present.as_ref() != Some(&wanted) {
            match decider.set_policies(&wanted) {
                Ok(()) => present = Some(wanted),
                Err(error) => {
                    tracing::error!(%error, "access policies could not be taken; the former ones stay");
                }
            }
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}
