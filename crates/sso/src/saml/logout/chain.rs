//! A sign-out on its way through the browser, from one application to the next.
//!
//! Owns: what has to be remembered between two steps.
//! Not here: the steps (`routes/slo.rs`), applications without a page for it (`soap.rs`).
//! Invariant: our session has ended before the first step: a browser that is lost on the way
//! is signed out here all the same.

use serde::{Deserialize, Serialize};

use super::super::authn::NameId;

/// A sign-out on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Chain {
    /// The application that began it; none when it began here.
    pub(crate) requester: Option<Requester>,
    /// Where the browser goes at the end when it began here: a path of this site.
    pub(crate) then: String,
    /// Who is still to be told.
    pub(crate) remaining: Vec<Told>,
    /// Whose answer is awaited.
    pub(crate) waiting: Option<Waiting>,
    /// Whether somebody could not be told.
    pub(crate) is_partial: bool,
}

/// The application that began a sign-out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Requester {
    /// Name of its resource.
    pub(crate) sp: String,
    /// Its request.
    pub(crate) request_id: String,
    /// To be given back unchanged.
    pub(crate) relay_state: Option<String>,
}

/// An application that is to be told; also what a participant keeps.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Told {
    /// Name of its resource.
    pub(crate) sp: String,
    /// The name of the person there.
    pub(crate) name_id: NameId,
    /// Our session, as it knows it.
    pub(crate) session_index: String,
}

/// An answer that is awaited.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// Name of the resource of the application.
    pub(crate) sp: String,
    /// Our request.
    pub(crate) request_id: String,
}
