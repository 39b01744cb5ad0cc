//! Behaviour of the catalogue, through its public API.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "test helpers"
)]

mod codes;
mod host;
mod messages;
mod registry;
mod routes;
mod rules;
mod scale;
mod search;
mod seed;
mod succession;

use std::sync::Arc;

use lgsp_catalogue::{
    AgencyCode, AgencyLevel, AgencySpec, AgencyTree, CodeScheme,
    model::{AgencyKind, CodeSpec},
    seed as data,
};
use lgsp_model::LocalDate;

/// The day of the text `yyyy-mm-dd`.
fn day(text: &str) -> LocalDate {
    text.parse().unwrap()
}

/// The tree of the demo.
fn demo() -> AgencyTree {
    tree(data::demo_agencies().unwrap())
}

fn tree(specs: Vec<(AgencyCode, AgencySpec)>) -> AgencyTree {
    AgencyTree::build(specs.into_iter().map(|(code, spec)| (code, Arc::new(spec))))
}

/// An agency with one code, its name.
fn agency(code: &str, parent: Option<&str>) -> (AgencyCode, AgencySpec) {
    let spec = AgencySpec {
        name: format!("Cơ quan {code}"),
        short_name: None,
        level: AgencyLevel::Unit,
        kind: AgencyKind::Other,
        parent: parent.map(AgencyCode::from),
        area: None,
        codes: vec![code_of(CodeScheme::Qd20, code)],
        valid_from: None,
        valid_to: None,
        successors: Vec::new(),
        contact_email: None,
    };
    (AgencyCode::from(code), spec)
}

fn code_of(scheme: CodeScheme, value: &str) -> CodeSpec {
    CodeSpec {
        scheme,
        value: value.to_owned(),
        valid_from: None,
        valid_to: None,
        source: None,
        demo: false,
    }
}
