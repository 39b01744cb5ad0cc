//! Decisions: roles × subtree, scopes, and that kept decisions never outlive their reasons.

use std::sync::Arc;

use lgsp_identity::{AgencyHierarchy, BASE_POLICIES, DECISIONS_MAX, Decider, roles::ROLES};
use lgsp_model::AccountId;
use lgsp_platform::http::{Principal, context::Authorizer};

use crate::kit::{FOREIGN, grants, tree::Tree};

const OWN: &[&str] = &[
    "self",
    "identity.account.read",
    "identity.account.write",
    "identity.role.grant",
    "identity.token.write",
    "identity.session.read",
];

fn decider(tree: &Arc<Tree>) -> Decider {
    Decider::new(tree.clone(), FOREIGN.iter().chain(OWN).copied()).unwrap()
}

fn principal(roles: &[(&str, &str)]) -> Principal {
    Principal {
        account_id: AccountId(uuid::Uuid::nil()),
        username: "x".into(),
        agency: None,
        roles: grants(roles).into(),
        csrf_token: None,
        credential: String::new(),
        standing: lgsp_platform::http::context::Standing::default(),
    }
}

/// The permissions that a role held at H34.01 gives there, sorted, without those of everyone.
fn permissions_at(decider: &Decider, role: &str, agency: Option<&str>) -> Vec<String> {
    let holder = principal(&[(role, "H34.01")]);
    let nobody = principal(&[]);
    let held = decider.permissions().iter().filter(|permission| {
        decider.is_allowed(&holder, permission, agency)
            && !decider.is_allowed(&nobody, permission, agency)
    });
    held.cloned().collect()
}

#[test]
fn roles_by_subtree() {
    let tree = Tree::province();
    let decider = decider(&tree);
    for role in ROLES {
        let expected: Vec<String> = decider
            .permissions_of(role)
            .filter(|name| *name != "self" && !name.starts_with("catalogue."))
            .map(str::to_owned)
            .collect();
        assert!(!expected.is_empty(), "{}", role.name);
        for (agency, is_within) in [
            (Some("H34.01"), true),
            (Some("H34.01.05"), true),
            (Some("H34"), false),
            (Some("H34.02"), false),
            (Some("H99"), false),
            (None, false),
        ] {
            let found = permissions_at(&decider, role.name, agency);
            let wanted = if is_within {
                expected.clone()
            } else {
                Vec::new()
            };
            assert_eq!(found, wanted, "{} at {agency:?}", role.name);
        }
    }
}

#[test]
fn the_roles_give_what_their_people_need() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let has = |role: &str, permission: &str| {
        decider.is_allowed(&principal(&[(role, "H34.01")]), permission, Some("H34.01"))
    };
    for (role, permission, expected) in [
        ("clerk", "exchange.document.send", true),
        ("clerk", "exchange.document.process", true),
        ("clerk", "identity.account.read", false),
        ("official", "exchange.document.send", true),
        ("official", "exchange.document.resend", false),
        ("leader", "exchange.alarm.acknowledge", true),
        ("leader", "exchange.document.send", false),
        ("operator", "ledger.delivery.redrive", true),
        ("operator", "exchange.body.read", false),
        ("integrator", "registry.resource.write", true),
        ("integrator", "identity.account.write", false),
        ("auditor", "journal.event.export", true),
        ("auditor", "exchange.body.read", false),
        ("agency-admin", "identity.role.grant", true),
        ("agency-admin", "exchange.body.read", false),
        ("platform-admin", "exchange.system.write", true),
        ("gone-role", "exchange.document.read", false),
    ] {
        assert_eq!(has(role, permission), expected, "{role} {permission}");
    }
}

#[test]
fn only_a_grant_for_the_whole_platform_covers_what_has_no_agency() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let top = principal(&[("operator", "H34")]);
    let whole = principal(&[("operator", "")]);
    assert!(!decider.is_allowed(&top, "ledger.delivery.redrive", None));
    assert!(decider.is_allowed(&whole, "ledger.delivery.redrive", None));
    assert!(decider.is_allowed(&whole, "ledger.delivery.redrive", Some("H34.01")));
    assert!(decider.is_allowed(&whole, "ledger.delivery.redrive", Some("unknown")));
}

#[test]
fn everyone_reads_the_catalogue_and_nothing_else() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let nobody = principal(&[]);
    let held = decider
        .permissions()
        .iter()
        .filter(|permission| decider.is_allowed(&nobody, permission, Some("H34.02")));
    let held: Vec<_> = held.collect();
    assert_eq!(
        held,
        ["catalogue.agency.read", "catalogue.code_list.read", "self"]
    );
    assert_eq!(decider.scope(&nobody, "catalogue.agency.read"), None);
}

#[test]
fn an_auditor_changes_nothing_whatever_else_it_is() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let both = principal(&[("auditor", "H34.02"), ("platform-admin", "")]);
    assert!(decider.is_allowed(&both, "exchange.document.read", Some("H34.01")));
    assert!(decider.is_allowed(&both, "journal.chain.verify", None));
    assert!(!decider.is_allowed(&both, "registry.resource.write", Some("H34.01")));
    assert!(!decider.is_allowed(&both, "identity.role.grant", None));
}

#[test]
fn an_unknown_permission_is_denied() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let admin = principal(&[("platform-admin", "")]);
    assert!(!decider.is_allowed(&admin, "exchange.document.shred", None));
}

#[test]
fn a_scope_is_the_highest_nodes() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let scope =
        |roles: &[(&str, &str)], permission: &str| decider.scope(&principal(roles), permission);
    let read = "exchange.document.read";
    assert_eq!(scope(&[], read), Some(vec![]));
    assert_eq!(scope(&[("clerk", "")], read), None);
    let nested = [
        ("clerk", "H34.01"),
        ("official", "H34.01.05"),
        ("leader", "H34.02"),
    ];
    assert_eq!(
        scope(&nested, read),
        Some(vec!["H34.01".into(), "H34.02".into()])
    );
    assert_eq!(
        scope(&nested, "exchange.alarm.read"),
        Some(vec!["H34.01".into(), "H34.02".into()])
    );
    assert_eq!(
        scope(&nested, "exchange.document.resend"),
        Some(vec!["H34.01".into()])
    );
}

#[test]
fn a_moved_agency_changes_decisions_at_once() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let clerk = principal(&[("clerk", "H34.01")]);
    let read = "exchange.document.read";
    assert!(decider.is_allowed(&clerk, read, Some("H34.01.05")));
    assert!(!decider.is_allowed(&clerk, read, Some("H34.02")));
    tree.put("H34.01.05", Some("H34.02"));
    assert!(!decider.is_allowed(&clerk, read, Some("H34.01.05")));
    tree.put("H34.02", Some("H34.01"));
    assert!(decider.is_allowed(&clerk, read, Some("H34.01.05")));
}

#[test]
fn other_policies_change_decisions_at_once() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let clerk = principal(&[("clerk", "H34.01")]);
    let send = "exchange.document.send";
    assert!(decider.is_allowed(&clerk, send, Some("H34.01")));
    let frozen = format!(
        "{BASE_POLICIES} forbid (principal, action == Lgsp::Action::\"{send}\", \
         resource in Lgsp::Agency::\"H34.01\");"
    );
    decider.replace_policies(&frozen).unwrap();
    assert!(!decider.is_allowed(&clerk, send, Some("H34.01")));
    assert!(decider.is_allowed(&clerk, "exchange.document.read", Some("H34.01")));
    decider.replace_policies("permit (nonsense").unwrap_err();
    assert!(
        !decider.is_allowed(&clerk, send, Some("H34.01")),
        "the last good ones stay"
    );
    decider.replace_policies(BASE_POLICIES).unwrap();
    assert!(decider.is_allowed(&clerk, send, Some("H34.01")));
}

#[test]
fn decisions_agree_with_a_naive_model() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let nodes = ["", "H34", "H34.01", "H34.01.05", "H34.02"];
    let mut compared = 0;
    for (place, role) in ROLES.iter().enumerate() {
        let second = &ROLES[(place + 3) % ROLES.len()];
        for first_node in nodes {
            for second_node in nodes {
                let held = [(role.name, first_node), (second.name, second_node)];
                let holder = principal(&held);
                for permission in FOREIGN.iter().chain(OWN) {
                    for agency in nodes {
                        let wanted = naive(&tree, &held, permission, agency);
                        let agency = (!agency.is_empty()).then_some(agency);
                        let found = decider.is_allowed(&holder, permission, agency);
                        assert_eq!(found, wanted, "{held:?} {permission} {agency:?}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert_eq!(compared, ROLES.len() * 25 * 26 * 5);
}

fn naive(tree: &Tree, held: &[(&str, &str)], permission: &str, agency: &str) -> bool {
    if ["self", "catalogue.agency.read", "catalogue.code_list.read"].contains(&permission) {
        return true;
    }
    let changes = !["read", "verify", "export"]
        .iter()
        .any(|verb| permission.ends_with(&format!(".{verb}")));
    if changes && held.iter().any(|(role, _)| *role == "auditor") {
        return false;
    }
    held.iter().any(|(name, node)| {
        let role = ROLES.iter().find(|role| role.name == *name).unwrap();
        let gives = role.permissions.iter().any(|pattern| {
            pattern
                .strip_suffix('*')
                .map_or(*pattern == permission, |prefix| {
                    permission.starts_with(prefix)
                })
        });
        let covers = node.is_empty()
            || agency == *node
            || tree.ancestors(agency).iter().any(|above| above == node);
        gives && covers
    })
}

#[test]
fn kept_decisions_stay_within_their_limit_and_right() {
    let tree = Tree::province();
    let decider = decider(&tree);
    let clerk = principal(&[("clerk", "H34.01")]);
    let operator = principal(&[("operator", "")]);
    // A stranger's codes fill the memory; afterwards the answers are the same as before.
    for number in 0..=(DECISIONS_MAX / 100) {
        let code = format!("X{number}");
        assert!(!decider.is_allowed(&clerk, "exchange.document.read", Some(&code)));
        assert!(decider.is_allowed(&operator, "exchange.document.read", Some(&code)));
    }
    assert!(decider.is_allowed(&clerk, "exchange.document.read", Some("H34.01.05")));
}
