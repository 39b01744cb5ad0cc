//! From a code in a message to the body that receives it, and back.
//!
//! Owns: receivers inside and outside the province, codes as a partner wants them.
//! Not here: what a code means on a day (`lgsp_catalogue`).
//! Invariant: no form of a code is ever computed from another.
//! Follows: design document "Document exchange", section 1.

use lgsp_catalogue::{CodeScheme, Resolution};
use lgsp_model::Timestamp;

use super::Directory;
use crate::kinds::AddressWith;

/// Where a receiver is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Inside the province: a mailbox.
    Mailbox,
    /// Outside: over the national axis.
    Upstream,
}

/// A receiver that a code leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// The code as written.
    pub code: String,
    /// Agency (name of the resource).
    pub agency: String,
    /// Where it is reached.
    pub place: Place,
    /// The code has ended; the agency is the successor.
    pub is_superseded: bool,
}

/// Why a code leads to no receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// Nobody ever had it, has it now, or took over.
    Unknown,
    /// Several bodies took over; a clerk decides.
    Ambiguous {
        /// Names of resources.
        candidates: Vec<String>,
    },
}

impl Directory {
    /// The body that a code leads to at `now`.
    ///
    /// # Errors
    /// Why it leads to none.
    pub fn receiver(&self, code: &str, now: Timestamp) -> Result<Receiver, Unreachable> {
        let view = self.catalogue.directory(now);
        let resolution = view.resolve(code);
        let is_superseded = matches!(resolution, Resolution::Superseded { .. });
        match resolution {
            Resolution::Found(agency) | Resolution::Superseded { by: agency, .. } => {
                let name = agency.code.as_str();
                Ok(Receiver {
                    code: code.trim().to_owned(),
                    agency: name.to_owned(),
                    place: self.place_of(name),
                    is_superseded,
                })
            }
            Resolution::Ambiguous { candidates } => {
                let candidates = candidates
                    .iter()
                    .map(|agency| agency.code.as_str().to_owned())
                    .collect();
                Err(Unreachable::Ambiguous { candidates })
            }
            Resolution::Ended { .. } | Resolution::Future { .. } | Resolution::Unknown => {
                Err(Unreachable::Unknown)
            }
        }
    }

    /// Where an agency (name of the resource) is reached.
    #[must_use]
    pub fn place_of(&self, agency: &str) -> Place {
        if self.catalogue.agencies.is_within(agency, &self.province) {
            Place::Mailbox
        } else {
            Place::Upstream
        }
    }

    /// The agency behind a code, whether or not it still exists; else the code itself.
    #[must_use]
    pub fn agency_or_code(&self, code: &str, now: Timestamp) -> String {
        let code = code.trim();
        let view = self.catalogue.directory(now);
        if let Some(agency) = view.resolve(code).agency() {
            return agency.code.as_str().to_owned();
        }
        match self.catalogue.agencies.holders(code).as_slice() {
            [one] => one.code.as_str().to_owned(),
            _ => code.to_owned(),
        }
    }

    /// The name of an agency (name of the resource, or a code that nobody knows).
    #[must_use]
    pub fn name_of(&self, agency: &str) -> String {
        self.catalogue
            .agencies
            .find(agency)
            .map_or_else(|| agency.to_owned(), |known| known.spec.name.clone())
    }

    /// The code of an agency in the form that a partner wants; `written` when there is none.
    #[must_use]
    pub fn code_for(
        &self,
        with: AddressWith,
        agency: &str,
        written: &str,
        now: Timestamp,
    ) -> String {
        let scheme = match with {
            AddressWith::New => CodeScheme::Qd20,
            AddressWith::Old => CodeScheme::Qcvn102,
            AddressWith::AsReceived => return written.to_owned(),
        };
        let day = self.catalogue.setting.date(now);
        self.catalogue
            .agencies
            .find(agency)
            .and_then(|known| known.spec.code_at(scheme, day))
            .map_or_else(|| written.to_owned(), ToOwned::to_owned)
    }

    /// Whether a code of no known form is registered.
    #[must_use]
    pub fn is_registered(&self, code: &str) -> bool {
        !self.catalogue.agencies.holders(code).is_empty()
    }

    /// The code by which an agency writes itself: new form, else the first of any form.
    #[must_use]
    pub fn own_code(&self, agency: &str, now: Timestamp) -> String {
        let day = self.catalogue.setting.date(now);
        let Some(known) = self.catalogue.agencies.find(agency) else {
            return agency.to_owned();
        };
        let schemes = [
            CodeScheme::Qd20,
            CodeScheme::Qcvn102,
            CodeScheme::Own,
            CodeScheme::Local,
        ];
        schemes
            .into_iter()
            .find_map(|scheme| known.spec.code_at(scheme, day))
            .map_or_else(|| agency.to_owned(), ToOwned::to_owned)
    }
}
