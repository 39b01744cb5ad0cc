//! What the subjects assert, in whatever variant a plan plays them.
//!
//! Owns: one function a subject, by the name of the module of the official suite with `-` as `_`.
//! Invariant: a subject asserts at least what the official module does; where the official one
//! waits for somebody to look at a page, the page is read.

pub(super) mod channels;
pub(super) mod discovery;
pub(super) mod flow;
pub(super) mod logout;
pub(super) mod redirects;
pub(super) mod registration;
pub(super) mod requests;
pub(super) mod rotation;
pub(super) mod sign_on;
pub(super) mod tokens;
pub(super) mod userinfo;

use crate::kit::Answer;

/// An answer that is a page for the person and nothing for the client.
fn assert_page(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    assert_eq!(answer.location(), "");
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(!answer.text.contains("<form"), "{}", answer.text);
}
