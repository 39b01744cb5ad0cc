//! Who a message is from, and whether the caller may say so.

use lgsp_model::Timestamp;

use super::{KEY_BYTES_MAX, is_strict};
use crate::{
    Error, Result,
    directory::{Directory, Place},
    service::{Source, Submission},
};

/// The sender of a message.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// Code as written.
    pub(crate) code: String,
    /// Agency (name of the resource), or the code when nobody knows it.
    pub(crate) agency: String,
}

/// The sender, if the source speaks for it.
///
/// # Errors
/// `exchange.sender.foreign`, `exchange.sender.differs`.
pub(crate) fn sender(
    directory: &Directory,
    submission: &Submission,
    written: &str,
    now: Timestamp,
) -> Result<Sender> {
    let code = written.trim().to_owned();
    let agency = directory.agency_or_code(&code, now);
    let foreign = |code: &str| Error::SenderForeign {
        code: shortened(code),
    };
    if code.len() > KEY_BYTES_MAX {
        return Err(foreign(&code));
    }
    let speaks_for = |agency: &str| match &submission.source {
        Source::System { name } => directory
            .owner_of(agency)
            .is_some_and(|owner| &owner.name == name),
        Source::Account { agency: own, .. } => own == agency,
        // What comes down from the axis was sent by somebody outside.
        Source::Upstream { .. } => directory.place_of(agency) == Place::Upstream,
    };
    if !speaks_for(&agency) {
        return Err(foreign(&code));
    }
    if let Some(signed) = submission.signed_from.as_deref().map(str::trim)
        && signed != code
    {
        let signed_agency = directory.agency_or_code(signed, now);
        if !speaks_for(&signed_agency) {
            return Err(foreign(signed));
        }
        if signed_agency != agency && is_strict(submission.mode) {
            return Err(Error::SenderDiffers {
                signed: shortened(signed),
                written: code,
            });
        }
    }
    Ok(Sender { code, agency })
}

/// Error texts carry a code, never a whole field.
pub(crate) fn shortened(code: &str) -> String {
    code.chars().take(64).collect()
}
