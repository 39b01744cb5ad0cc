//! Federation from directories that others wrote.

mod active_directory;
mod outage;
mod scenario;
pub(crate) mod upstream;
