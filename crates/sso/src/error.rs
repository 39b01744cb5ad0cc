//! What can go wrong with sign-on for other systems.
//!
//! Owns: `Error`, `Result`, the stable ids.
//! Not here: sentences (`messages/`), the error shapes that each protocol fixes (its folder).

use lgsp_model::{ErrorCode, Timestamp};
use lgsp_platform::{error::FieldError, http::Problem};

use crate::{access::NotForPerson, cas, saml};

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with sign-on for other systems.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The platform below failed or refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
    /// Identity failed or refused.
    #[error(transparent)]
    Identity(#[from] lgsp_identity::Error),
    /// A SAML message was refused.
    #[error(transparent)]
    Saml(saml::Refused),
    /// A CAS request was refused.
    #[error(transparent)]
    Cas(cas::Refused),
    /// The application is not for this person.
    #[error(transparent)]
    NotForPerson(NotForPerson),
    /// An administrator acts as somebody, which this protocol cannot tell the application.
    #[error("protocol cannot carry who acts for the person")]
    Impersonated,
    /// A browser came back too late, or twice.
    #[error("sign-on took too long, or was finished before")]
    TransactionExpired,
    /// A key of this algorithm was not made yet.
    #[error("no key of {alg} is ready")]
    KeyMissing {
        /// The algorithm.
        alg: &'static str,
    },
    /// A key cannot be made or opened.
    #[error("a key of {alg} cannot be made or opened")]
    KeyUnusable {
        /// The algorithm.
        alg: &'static str,
    },
    /// The successor of a key was not published long enough.
    #[error("the next key may sign from {usage} on", usage = .usable_at.0)]
    KeyTooYoung {
        /// From when on it may sign.
        usable_at: Timestamp,
    },
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Platform(error.into())
    }
}

impl Error {
    /// The error in the form of ports that know only the platform's; its sentence is kept where
    /// the platform has one.
    pub(crate) fn into_platform(self) -> lgsp_platform::Error {
        match self {
            Self::Platform(error) => error,
            other => lgsp_platform::Error::Internal(other.to_string()),
        }
    }

    /// Every id of this crate, for the test of sentences.
    pub const IDS: &'static [&'static str] = &[
        "sso.key.missing",
        "sso.key.unusable",
        "sso.key.too_young",
        "sso.sign_on.impersonated",
        "sso.transaction.expired",
        "sso.application.not_for_person",
        "sso.application.not_for_person_of_province",
        "sso.saml.unreadable",
        "sso.saml.part",
        "sso.saml.provider_unknown",
        "sso.saml.signature",
        "sso.saml.destination",
        "sso.saml.expired",
        "sso.saml.repeated",
        "sso.saml.consumer_unknown",
        "sso.saml.relay_state",
        "sso.saml.initiated_off",
        "sso.saml.encryption",
        "sso.saml.metadata",
        "sso.cas.service_unknown",
        "sso.cas.account_unusable",
    ];
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Platform(error) => error.id(),
            Self::Identity(error) => error.id(),
            Self::Saml(refused) => refused.id(),
            Self::Cas(refused) => refused.id(),
            Self::NotForPerson(refused) => refused.id(),
            Self::Impersonated => "sso.sign_on.impersonated",
            Self::TransactionExpired => "sso.transaction.expired",
            Self::KeyMissing { .. } => "sso.key.missing",
            Self::KeyUnusable { .. } => "sso.key.unusable",
            Self::KeyTooYoung { .. } => "sso.key.too_young",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Platform(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::Saml(refused) => refused.code(),
            Self::Cas(refused) => refused.code(),
            Self::NotForPerson(_) => ErrorCode::Forbidden,
            Self::Impersonated => ErrorCode::Forbidden,
            Self::TransactionExpired => ErrorCode::BadRequest,
            Self::KeyMissing { .. } => ErrorCode::Unavailable,
            Self::KeyUnusable { .. } => ErrorCode::Internal,
            Self::KeyTooYoung { .. } => ErrorCode::Conflict,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Platform(error) => error.arguments(),
            Self::Identity(error) => error.arguments(),
            Self::Saml(refused) => refused.arguments(),
            Self::NotForPerson(refused) => refused.arguments(),
            Self::Cas(_) | Self::Impersonated | Self::TransactionExpired => Vec::new(),
            Self::KeyMissing { alg } | Self::KeyUnusable { alg } => {
                vec![("alg", (*alg).to_owned())]
            }
            Self::KeyTooYoung { usable_at } => vec![("usable_at", usable_at.to_string())],
        }
    }

    fn step_up(&self) -> Option<lgsp_platform::http::context::StepUp> {
        match self {
            Self::Platform(error) => error.step_up(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::Platform(error) => error.fields(),
            Self::Identity(error) => error.fields(),
            Self::Saml(_)
            | Self::Cas(_)
            | Self::NotForPerson(_)
            | Self::Impersonated
            | Self::TransactionExpired
            | Self::KeyMissing { .. }
            | Self::KeyUnusable { .. }
            | Self::KeyTooYoung { .. } => Vec::new(),
        }
    }
}
