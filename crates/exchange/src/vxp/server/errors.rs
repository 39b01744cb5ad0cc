//! Which error of the exchange a caller of the VXP interface sees as which code.
//!
//! Owns: this one mapping.
//! Invariant: no text of an internal error leaves; it is logged here and answered as `100`.
//! Follows: design document "Document exchange", section 7.3, server error table.

use lgsp_model::ErrorCode;
use lgsp_platform::http::Problem as _;

use super::super::wire::{Code, Refused};
use crate::{
    Error,
    edxml::{DefectCode, LimitName, Rejection},
};

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        match error {
            Error::Platform(error) => of_platform(error),
            Error::NotConformant(rejection) => of_rejection(&rejection),
            Error::MessageType => Self::new(Code::Parameter, "messagetype"),
            Error::SenderForeign { code } => Self::new(Code::Sender, code),
            Error::SenderDiffers { written, .. } => Self::new(Code::Sender, written),
            Error::RecipientUnknown { codes } => Self::new(Code::Recipient, codes.join(", ")),
            Error::RecipientLocked { codes } => Self::new(Code::Locked, codes.join(", ")),
            Error::DocumentIdReused => Self::new(Code::State, "document_id_reused"),
            Error::TraceLoop => Self::new(Code::NotConformant, "trace_loop"),
            Error::NotOwner => Self::new(Code::Sender, "not_owner"),
            Error::StatusOrder { code, .. } => {
                Self::new(Code::State, format!("status_order {code}"))
            }
            Error::StatusForeign { code } => {
                Self::new(Code::State, format!("status_foreign {code}"))
            }
            Error::NotFound { .. } => Self::new(Code::DocId, ""),
            Error::WrongState { state } => Self::new(Code::State, state),
            Error::Withdrawn => Self::new(Code::State, "withdrawn"),
            Error::Invalid(fields) => {
                let first = fields.into_iter().next().map(|field| field.pointer);
                Self::new(Code::Parameter, first.unwrap_or_default())
            }
            error @ (Error::Write(_) | Error::Stored(_)) => internal(&error),
        }
    }
}

/// The first defect's code and path.
fn of_rejection(rejection: &Rejection) -> Refused {
    if rejection.limit == Some(LimitName::TotalBytes) {
        return Refused::new(Code::TooLarge, LimitName::TotalBytes.as_str());
    }
    let defect = &rejection.defect;
    let mut detail = format!("{} {}", defect.code.as_str(), defect.path);
    if let (DefectCode::LimitExceeded, Some(limit)) = (defect.code, rejection.limit) {
        detail.push(' ');
        detail.push_str(limit.as_str());
    }
    Refused::new(Code::NotConformant, detail)
}

fn of_platform(error: lgsp_platform::Error) -> Refused {
    match error.code() {
        ErrorCode::Unavailable
        | ErrorCode::Timeout
        | ErrorCode::TooManyRequests
        | ErrorCode::Upstream => {
            tracing::warn!(%error, "call of the VXP interface not served now");
            Refused::new(Code::Busy, error.id())
        }
        ErrorCode::TooLarge => Refused::new(Code::TooLarge, error.id()),
        ErrorCode::BadRequest | ErrorCode::Invalid => Refused::new(Code::Parameter, error.id()),
        ErrorCode::NotFound => Refused::new(Code::DocId, ""),
        ErrorCode::Conflict | ErrorCode::AlreadyExists => Refused::new(Code::State, error.id()),
        ErrorCode::Unauthenticated | ErrorCode::Forbidden => Refused::new(Code::Sender, error.id()),
        ErrorCode::Internal => internal(&Error::Platform(error)),
    }
}

fn internal(error: &Error) -> Refused {
    tracing::error!(%error, code = error.id(), "call of the VXP interface failed");
    Refused::new(Code::Other, error.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn callers_see_what_they_can_mend_and_nothing_internal() {
        let code = |error: Error| {
            let refused = Refused::from(error);
            (refused.code, refused.detail.into_owned())
        };
        let unknown = Error::RecipientUnknown {
            codes: vec!["A".into(), "B".into()],
        };
        assert_eq!(code(unknown), (Code::Recipient, "A, B".into()));
        let locked = Error::RecipientLocked {
            codes: vec!["A".into()],
        };
        assert_eq!(code(locked), (Code::Locked, "A".into()));
        let stored = Error::Stored("/secret/path".into());
        assert_eq!(
            code(stored),
            (Code::Other, "exchange.message.unreadable".into())
        );
        let busy = Error::Platform(lgsp_platform::Error::StorageFull);
        assert_eq!(code(busy).0, Code::Busy);
        assert_eq!(code(Error::MessageType).0, Code::Parameter);
        assert_eq!(
            code(Error::not_found("copy", "x")),
            (Code::DocId, String::new())
        );
    }
}
