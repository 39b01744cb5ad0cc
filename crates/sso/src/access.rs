//! Who may use an application (đối tượng được dùng), the same for all protocols.
//!
//! Owns: `ApplicationAccess`, a part of each kind of application; the decision; its refusal.
//! Not here: what a person may do inside the platform (`identity`, by Cedar), what an LDAP
//! application sees (`directory`).
//! Invariant: the launcher and every protocol ask here; a refusal is in the journal before the
//! person sees it. A right that ends is in force at the next sign-on, refresh or exchange.
//! Follows: design document "Identity", sections 12, 15.

use lgsp_identity::{AgencyHierarchy, Identity, roles};
use lgsp_model::AccountId;
use lgsp_platform::{
    Platform,
    error::FieldError,
    http::{Principal, trace},
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    error::{Error, Result},
    kinds::broken,
};

/// Most entries of one list.
const ENTRIES_MAX: usize = 200;
/// Longest code of an agency and name of a group.
const NAME_BYTES_MAX: usize = 200;

/// Who may use an application (đối tượng được dùng).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApplicationAccess {
    /// Everybody with an account, or only those who are named below.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ai được dùng", "en": "Who may use it"}, "x-order" = 1))]
    pub who: Audience,
    /// Everybody of these agencies and of those below them.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cơ quan (gồm đơn vị trực thuộc)", "en": "Agencies (with all below)"}, "x-order" = 2, "x-widget" = "refs:agency"))]
    pub agencies: Vec<String>,
    /// Everybody in these groups, or in groups within them.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Nhóm", "en": "Groups"}, "x-order" = 3, "x-widget" = "refs:group"))]
    pub groups: Vec<String>,
    /// Everybody with one of these roles, wherever it is held.
    #[serde(default)]
    #[schemars(schema_with = "roles_schema", extend("x-label" = {"vi": "Vai trò", "en": "Roles"}, "x-order" = 4))]
    pub roles: Vec<String>,
    /// Of those named above only accounts of these kinds; alone, everybody of these kinds.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chỉ các loại tài khoản", "en": "Only these kinds of account"}, "x-order" = 5))]
    pub account_kinds: Vec<AccountKind>,
}

/// Everybody or some.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// Everybody with an account that may be used.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Mọi người", "en": "Everybody"}))]
    Everybody,
    /// Who belongs to one of the agencies or groups, or has one of the roles.
    #[schemars(extend("x-label" = {"vi": "Chỉ những đối tượng nêu dưới đây", "en": "Only those named below"}))]
    Named,
}

/// A kind of account with which people sign in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// A public official.
    #[schemars(extend("x-label" = {"vi": "Cán bộ, công chức", "en": "Official"}))]
    Official,
    /// A person who manages the platform or an agency.
    #[schemars(extend("x-label" = {"vi": "Quản trị", "en": "Administrator"}))]
    Administrator,
    /// A person who watches and mends.
    #[schemars(extend("x-label" = {"vi": "Vận hành", "en": "Operator"}))]
    Operator,
    /// A citizen or an enterprise.
    #[schemars(extend("x-label" = {"vi": "Công dân, doanh nghiệp", "en": "Citizen or enterprise"}))]
    Citizen,
}

impl AccountKind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Citizen => "citizen",
        }
    }
}

/// The roles that there are, as choices.
fn roles_schema(_: &mut SchemaGenerator) -> Schema {
    let choice = |role: &roles::Role| {
        json!({
            "const": role.name,
            "x-label": { "vi": role.labels.vi, "en": role.labels.en },
        })
    };
    let choices: Vec<Value> = roles::ROLES.iter().map(choice).collect();
    schemars::json_schema!({ "type": "array", "items": { "oneOf": choices } })
}

impl ApplicationAccess {
    /// Whether nobody is kept out.
    pub(crate) fn is_open(&self) -> bool {
        self.who == Audience::Everybody
    }

    /// Whether a person may use the application.
    pub(crate) fn admits(&self, hierarchy: &dyn AgencyHierarchy, person: &Principal) -> bool {
        if self.is_open() {
            return true;
        }
        let kind = person.standing.kind.as_str();
        let mut kinds = self.account_kinds.iter();
        if !self.account_kinds.is_empty() && !kinds.any(|known| known.as_str() == kind) {
            return false;
        }
        let is_by_kind_alone =
            self.agencies.is_empty() && self.groups.is_empty() && self.roles.is_empty();
        is_by_kind_alone
            || self.has_group(&person.standing.groups)
            || person
                .roles
                .iter()
                .any(|held| self.roles.contains(&held.role))
            || self.has_agency(hierarchy, person.agency.as_deref())
    }

    /// Groups of a person are in lower case.
    fn has_group(&self, held: &[String]) -> bool {
        let mut named = self.groups.iter().map(|name| name.trim().to_lowercase());
        named.any(|name| held.contains(&name))
    }

    fn has_agency(&self, hierarchy: &dyn AgencyHierarchy, own: Option<&str>) -> bool {
        let Some(own) = own.filter(|_| !self.agencies.is_empty()) else {
            return false;
        };
        let above = hierarchy.ancestors(own);
        let is_over = |code: &str| code == own || above.iter().any(|known| known == code);
        self.agencies.iter().any(|code| {
            // An agency may be named by another of its codes.
            let known = hierarchy.agency(code);
            is_over(known.as_ref().map_or(code, |known| &known.code))
        })
    }

    /// What is wrong with it; pointers begin with that of the part.
    pub(crate) fn check(&self, errors: &mut Vec<FieldError>) {
        let lists = [
            ("agencies", &self.agencies),
            ("groups", &self.groups),
            ("roles", &self.roles),
        ];
        let is_empty = lists.iter().all(|(_, list)| list.is_empty());
        if !self.is_open() && is_empty && self.account_kinds.is_empty() {
            errors.push(broken(
                "/access",
                "Cần nêu ít nhất một cơ quan, nhóm, vai trò hoặc loại tài khoản; nếu không thì \
                 không ai dùng được ứng dụng.",
                "Name at least one agency, group, role or kind of account; else nobody could use \
                 the application.",
            ));
        }
        for (name, list) in lists {
            if list.len() > ENTRIES_MAX {
                errors.push(broken(
                    &format!("/access/{name}"),
                    "Quá nhiều mục.",
                    "There are too many entries.",
                ));
            }
            for (index, entry) in list.iter().enumerate() {
                if entry.trim().is_empty() || entry.len() > NAME_BYTES_MAX {
                    errors.push(broken(
                        &format!("/access/{name}/{index}"),
                        "Không được để trống hoặc dài quá 200 byte.",
                        "It must not be empty or longer than 200 bytes.",
                    ));
                }
            }
        }
    }
}

/// Why a person may not use an application (listed in `error.rs` of the crate).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the person may not use the application")]
pub struct NotForPerson {
    /// The application as people call it.
    pub application: String,
    /// Whom to ask: the agency that manages it.
    pub owner: Option<String>,
}

impl NotForPerson {
    /// The stable id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self.owner {
            Some(_) => "sso.application.not_for_person",
            None => "sso.application.not_for_person_of_province",
        }
    }

    /// Values for the places in the sentence.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        let owner = self.owner.clone().map(|owner| ("owner", owner));
        let application = ("application", self.application.clone());
        std::iter::once(application).chain(owner).collect()
    }
}

/// An application at whose door a person stands.
pub(crate) struct Door<'a> {
    pub(crate) platform: &'a Platform,
    pub(crate) identity: &'a Identity,
    /// Kind and name of its resource.
    pub(crate) resource: (&'static str, &'a str),
    /// What people call it.
    pub(crate) title: &'a str,
    /// The agency that manages it.
    pub(crate) agency: Option<&'a str>,
    pub(crate) access: &'a ApplicationAccess,
}

impl Door<'_> {
    /// Lets a person in, or notes in the journal that it did not.
    ///
    /// # Errors
    /// `sso.application.not_for_person`, `sso.application.not_for_person_of_province`.
    pub(crate) async fn admit(&self, person: &Principal, address: Option<&str>) -> Result<()> {
        let hierarchy = self.identity.hierarchy();
        if self.access.admits(hierarchy.as_ref(), person) {
            return Ok(());
        }
        let effects = Effects {
            events: vec![self.denied(person, address)],
            ..Effects::default()
        };
        let acceptance = Acceptance {
            claim: None,
            effects,
        };
        self.platform.ledger.accept(acceptance).await?;
        let named = |code: &str| hierarchy.name(code).unwrap_or_else(|| code.to_owned());
        Err(Error::NotForPerson(NotForPerson {
            application: self.title.to_owned(),
            owner: self.agency.map(named),
        }))
    }

    /// Whether an account may still use it, for calls without a browser; with the event of the
    /// denial, for the caller to keep with what it ends.
    pub(crate) async fn check(&self, account: AccountId) -> Result<Option<Event>> {
        if self.access.is_open() {
            return Ok(None);
        }
        // An account that is not there any more is refused elsewhere.
        let Some(person) = self.identity.principal(account).await? else {
            return Ok(None);
        };
        let is_admitted = self
            .access
            .admits(self.identity.hierarchy().as_ref(), &person);
        Ok((!is_admitted).then(|| self.denied(&person, None)))
    }

    fn denied(&self, person: &Principal, address: Option<&str>) -> Event {
        let now = self.platform.clock.now();
        let actor = person.actor_name();
        let mut event = Event::new(Class::Audit, now, actor, "decision.denied", self.resource)
            .with_result("refused")
            .with_detail(json!({ "application": self.title }))
            .with_trace(trace::current());
        event.agency.clone_from(&person.agency);
        event.address = address.map(str::to_owned);
        event.on_behalf_of = person.acts_for().map(str::to_owned);
        event
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lgsp_platform::http::context::{RoleGrant, Standing};

    use super::*;

    struct Tree;

    impl AgencyHierarchy for Tree {
        fn ancestors(&self, agency: &str) -> Vec<String> {
            match agency {
                "H34.01.02" => vec!["H34.01".to_owned(), "H34".to_owned()],
                "H34.01" | "H34.02" => vec!["H34".to_owned()],
                _ => Vec::new(),
            }
        }
        fn name(&self, _: &str) -> Option<String> {
            None
        }
        fn version(&self) -> u64 {
            1
        }
    }

    fn person(kind: &str, agency: Option<&str>, groups: &[&str], roles: &[&str]) -> Principal {
        let role = |role: &&str| RoleGrant {
            role: (*role).to_owned(),
            agency: Some("H34.02".to_owned()),
        };
        Principal {
            account_id: AccountId(uuid::Uuid::nil()),
            username: "x".to_owned(),
            agency: agency.map(str::to_owned),
            roles: roles.iter().map(role).collect(),
            csrf_token: None,
            credential: String::new(),
            standing: Standing {
                kind: kind.to_owned(),
                groups: groups
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Arc<[_]>>(),
                ..Standing::default()
            },
        }
    }

    #[test]
    fn one_of_agencies_groups_and_roles_is_enough_and_kinds_narrow() {
        let named = |more: Value| -> ApplicationAccess {
            let mut spec = json!({ "who": "named" });
            let members = spec.as_object_mut().unwrap();
            members.extend(more.as_object().unwrap().clone());
            serde_json::from_value(spec).unwrap()
        };
        let below = person("official", Some("H34.01.02"), &[], &[]);
        let beside = person("official", Some("H34.02"), &["văn thư"], &["auditor"]);
        let citizen = person("citizen", None, &["văn thư"], &[]);
        let agency = json!({ "agencies": ["H34.01"] });
        let group = json!({ "groups": ["Văn thư "] });
        let role = json!({ "roles": ["auditor"] });
        let kind = json!({ "account_kinds": ["citizen", "operator"] });
        let narrowed = json!({ "groups": ["văn thư"], "account_kinds": ["official"] });
        let several = json!({ "agencies": ["H34.09", "H34.01.02"], "roles": ["auditor"] });
        for (access, expected) in [
            (ApplicationAccess::default(), [true, true, true]),
            (named(agency), [true, false, false]),
            (named(group), [false, true, true]),
            (named(role), [false, true, false]),
            (named(kind), [false, false, true]),
            (named(narrowed), [false, true, false]),
            (named(several), [true, true, false]),
        ] {
            let found = [&below, &beside, &citizen].map(|person| access.admits(&Tree, person));
            assert_eq!(found, expected, "{access:?}");
        }
        // Lists without the wish count for nothing, and the wish without lists is refused.
        let mut unused = named(json!({ "agencies": ["H34.01"] }));
        unused.who = Audience::Everybody;
        assert!(unused.admits(&Tree, &citizen));
        let mut errors = Vec::new();
        named(json!({})).check(&mut errors);
        assert_eq!(errors.len(), 1, "{errors:?}");
    }
}
