//! Why somebody may do something, or may not, in words.
//!
//! Owns: `Explanation`, its sentences.
//! Not here: the decision itself (`engine.rs`), the HTTP face (`routes/decisions.rs`).
//! Invariant: what is explained was decided by the same engine as everything else.

use lgsp_platform::{Sentence, http::context::RoleGrant};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Asking, Decider, Thing};
use crate::roles;

/// Why a decision is what it is.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Explanation {
    /// Whether it may be done now, with the proof at hand.
    pub(crate) allowed: bool,
    /// Whether it may be done after signing in anew with a stronger proof.
    pub(crate) allowed_with_step_up: bool,
    /// What decided.
    pub(crate) reasons: Vec<DecisionReason>,
}

/// One thing that decided.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct DecisionReason {
    /// `grant`, `policy` or `nothing`.
    pub(crate) kind: String,
    /// Id of the deciding policy; absent for `nothing`.
    pub(crate) policy: Option<String>,
    /// Role of the deciding grant.
    pub(crate) role: Option<String>,
    /// Agency at the top of its subtree; absent for the whole platform.
    pub(crate) agency: Option<String>,
    /// Names of the groups through which the grant is held, the account's own one first; empty
    /// for a grant of the account itself.
    pub(crate) groups: Vec<String>,
    /// In words.
    pub(crate) text: Sentence,
}

/// What is asked.
pub(crate) struct Question<'a> {
    pub(crate) permission: &'a str,
    pub(crate) agency: Option<&'a str>,
    pub(crate) thing: Thing<'a>,
    /// Through which groups the account holds grants that are not its own.
    pub(crate) ways: &'a [(RoleGrant, Vec<String>)],
}

impl Decider {
    /// Decides and tells why; nothing for a permission that does not exist.
    pub(crate) fn explain(
        &self,
        asking: &Asking<'_>,
        question: &Question<'_>,
    ) -> Option<Explanation> {
        let decide = |asking: &Asking<'_>| {
            self.verdict(
                asking,
                question.permission,
                question.agency,
                &question.thing,
            )
        };
        let (allowed, reasons) = decide(asking)?;
        let (stronger, _) = decide(&asking.with_proof(super::ACR_MAX))?;
        Some(self.explained(asking, question, (allowed, stronger), &reasons))
    }

    /// The words to a decision.
    pub(crate) fn explained(
        &self,
        asking: &Asking<'_>,
        question: &Question<'_>,
        (allowed, stronger): (bool, bool),
        ids: &[String],
    ) -> Explanation {
        let mut reasons: Vec<DecisionReason> = ids
            .iter()
            .map(|id| self.reason((asking.roles, question.ways), id, allowed))
            .collect();
        if reasons.is_empty() {
            reasons.push(self.nothing(asking, question));
        }
        Explanation {
            allowed,
            allowed_with_step_up: !allowed && stronger,
            reasons,
        }
    }

    fn reason(
        &self,
        (held, ways): (&[RoleGrant], &[(RoleGrant, Vec<String>)]),
        id: &str,
        allowed: bool,
    ) -> DecisionReason {
        let place = id
            .strip_prefix("grant:")
            .and_then(|place| place.parse::<usize>().ok());
        if let Some(grant) = place.and_then(|place| held.get(place)) {
            let way = ways.iter().find(|(known, _)| known == grant);
            let groups = way.map(|(_, groups)| groups.clone()).unwrap_or_default();
            return self.of_grant(grant, id, groups);
        }
        let text = match (id, allowed) {
            ("base:everyone", _) => Sentence::new(
                "Mọi tài khoản đã đăng nhập đều được làm việc này.",
                "Everybody who is signed in may do this.",
            ),
            ("base:auditor-changes-nothing", _) => Sentence::new(
                "Người có vai trò kiểm toán không được thay đổi gì, kể cả khi có vai trò khác.",
                "Who audits changes nothing, whatever other roles are held.",
            ),
            ("base:privileged-needs-proof", _) => Sentence::new(
                "Việc đặc quyền cần vừa xác thực lại bằng đủ yếu tố.",
                "A privileged act needs a fresh and strong proof of the person.",
            ),
            ("base:only-in-person", _) => Sentence::new(
                "Việc này chỉ chính chủ tài khoản được làm, không ai làm được dưới tên người khác.",
                "Only the person itself may do this, and nobody who acts as its account.",
            ),
            ("base:undelegated", _) => Sentence::new(
                "Quyền này không được ủy quyền cho người khác.",
                "This permission is not delegated.",
            ),
            (_, true) => Sentence::new(
                format!("Chính sách {id} cho phép."),
                format!("The policy {id} permits it."),
            ),
            (_, false) => Sentence::new(
                format!("Chính sách {id} cấm."),
                format!("The policy {id} forbids it."),
            ),
        };
        DecisionReason {
            kind: "policy".to_owned(),
            policy: Some(id.to_owned()),
            role: None,
            agency: None,
            groups: Vec::new(),
            text,
        }
    }

    fn of_grant(&self, grant: &RoleGrant, id: &str, groups: Vec<String>) -> DecisionReason {
        let name = grant
            .agency
            .as_deref()
            .and_then(|code| self.hierarchy.name(code));
        let (vi_role, en_role) = match roles::find(&grant.role) {
            Some(role) => (role.labels.vi, role.labels.en),
            None => (grant.role.as_str(), grant.role.as_str()),
        };
        let (vi_way, en_way) = way_in_words(&groups);
        let text = match (&grant.agency, name) {
            (None, _) => Sentence::new(
                format!("Vai trò {vi_role} trên toàn nền tảng{vi_way} cho phép."),
                format!("The role {en_role} for the whole platform{en_way} permits it."),
            ),
            (Some(code), name) => {
                let name = name.unwrap_or_else(|| code.clone());
                Sentence::new(
                    format!("Vai trò {vi_role} tại {name} ({code}){vi_way} cho phép."),
                    format!("The role {en_role} at {name} ({code}){en_way} permits it."),
                )
            }
        };
        DecisionReason {
            kind: "grant".to_owned(),
            policy: Some(id.to_owned()),
            role: Some(grant.role.clone()),
            agency: grant.agency.clone(),
            groups,
            text,
        }
    }

    /// Nothing permits it: which roles would, and whether one is held elsewhere.
    fn nothing(&self, asking: &Asking<'_>, question: &Question<'_>) -> DecisionReason {
        let giving: Vec<&roles::Role> = roles::ROLES
            .iter()
            .filter(|role| {
                let mut patterns = role.permissions.iter();
                patterns.any(|pattern| roles::covers(pattern, question.permission))
            })
            .collect();
        let elsewhere: Vec<&RoleGrant> = asking
            .roles
            .iter()
            .filter(|grant| giving.iter().any(|role| role.name == grant.role))
            .collect();
        let place = question.agency.unwrap_or("*");
        let text = if elsewhere.is_empty() {
            let vi: Vec<&str> = giving.iter().map(|role| role.labels.vi).collect();
            let en: Vec<&str> = giving.iter().map(|role| role.labels.en).collect();
            Sentence::new(
                format!(
                    "Không có vai trò nào cho phép. Vai trò có quyền này: {}.",
                    vi.join(", ")
                ),
                format!("No role permits it. Roles that would: {}.", en.join(", ")),
            )
        } else {
            let nodes: Vec<&str> = elsewhere
                .iter()
                .map(|grant| grant.agency.as_deref().unwrap_or("*"))
                .collect();
            let nodes = nodes.join(", ");
            Sentence::new(
                format!("Có quyền này tại {nodes}, nhưng {place} không thuộc phạm vi đó."),
                format!("The permission is held at {nodes}, but {place} does not lie below."),
            )
        };
        DecisionReason {
            kind: "nothing".to_owned(),
            policy: None,
            role: None,
            agency: None,
            groups: Vec::new(),
            text,
        }
    }
}

/// Through which groups a role is held, in both languages; nothing for the account itself.
fn way_in_words(groups: &[String]) -> (String, String) {
    match groups {
        [] => (String::new(), String::new()),
        [own] => (
            format!(", có được qua nhóm {own},"),
            format!(", held through the group {own},"),
        ),
        [own, above @ ..] => {
            let above_vi = above.join(", nằm trong nhóm ");
            let above_en = above.join(", in the group ");
            (
                format!(", có được qua nhóm {own} nằm trong nhóm {above_vi},"),
                format!(", held through the group {own} in the group {above_en},"),
            )
        }
    }
}
