//! The faces of document exchange over HTTP: the VXP server as the existing kit calls it, and
//! the administration API.
//!
//! Owns: the list of test files of this subject.

mod agencies;
mod console;
mod door;
mod habits;
mod refusals;
