//! What can go wrong when somebody signs in with an outside provider.
//!
//! Owns: `Error`, its ids, those that the sign-in page may show.
//! Not here: sentences (`messages/`).
//! Invariant: what an outside program sent is never part of an error's sentence.

use lgsp_model::ErrorCode;
use lgsp_platform::{error::FieldError, http::Problem, messages};

/// Shorthand of this folder.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with upstream sign-on.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The platform below failed or refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
    /// Identity failed or refused.
    #[error(transparent)]
    Identity(#[from] lgsp_identity::Error),
    /// No such provider, or it is switched off.
    #[error("provider does not exist or is switched off")]
    ProviderUnknown,
    /// The provider has no secret here.
    #[error("provider has no secret")]
    SecretMissing,
    /// A secret is empty or too long.
    #[error("secret is empty or too long")]
    SecretForm,
    /// The sign-in is unknown, over, used already, or of another browser.
    #[error("sign-in is unknown to this browser, over or used")]
    StateUnknown,
    /// The provider could not be reached, or failed.
    #[error("provider is unreachable: {0}")]
    Unreachable(String),
    /// The provider's answer cannot be read.
    #[error("provider's answer is unreadable: {0}")]
    Unreadable(&'static str),
    /// Another provider answered than the one asked.
    #[error("issuer differs from the configured one")]
    IssuerDiffers,
    /// The person refused at the provider.
    #[error("person refused at the provider")]
    Denied,
    /// The provider refused the sign-in.
    #[error("provider refused the sign-in")]
    ProviderRefused,
    /// The provider does not know our client or its secret.
    #[error("provider refused our client")]
    ClientRefused,
    /// The provider refused the code.
    #[error("provider refused the code")]
    CodeRefused,
    /// The id token is not to be believed.
    #[error("id token refused: {0}")]
    TokenRefused(&'static str),
    /// Claims and id token tell of different people.
    #[error("userinfo and id token have different subjects")]
    SubjectDiffers,
    /// Nobody is linked, nobody matches, and the rule makes no account.
    #[error("nobody is linked to this person")]
    PersonUnknown,
    /// The provider may not be used for this kind of account.
    #[error("kind of account is not allowed")]
    KindNotAllowed,
    /// The linked account may not be used now.
    #[error("linked account may not be used")]
    AccountUnusable,
    /// The account that was proved is none that the person may have.
    #[error("another account was proved than the one that matches")]
    NotTheAccount,
    /// The person at the provider is linked already.
    #[error("the person at the provider is linked already")]
    LinkedElsewhere,
    /// Nobody whom the caller may see has signed in lately.
    #[error("no sign-in whose claims may be looked at")]
    NoSignIn,
    /// No such link.
    #[error("link does not exist")]
    LinkNotFound,
    /// Without this link nobody could enter the account.
    #[error("last way into the account")]
    LastWayIn,
    /// The last proof of a factor is too old for this.
    #[error("proof of a factor is too old")]
    ProofStale,
    /// Not a citizen number.
    #[error("not a citizen number")]
    NumberForm,
    /// The page was opened at another address than the one to which providers send people back.
    #[error("asked at another address than {address}")]
    OtherAddress {
        /// The issuer's address.
        address: String,
    },
    /// No such request.
    #[error("request does not exist")]
    RequestNotFound,
    /// The request was decided already.
    #[error("request is decided")]
    RequestDecided,
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Platform(error.into())
    }
}

impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Platform(error) => Self::Platform(error),
            Error::Identity(error) => Self::Identity(error),
            other => Self::Platform(lgsp_platform::Error::Internal(other.to_string())),
        }
    }
}

impl Error {
    /// Ids that the sign-in page may show.
    pub const SIGN_IN_IDS: &'static [&'static str] = &[
        "sso.upstream.provider_unknown",
        "sso.upstream.secret_missing",
        "sso.upstream.expired",
        "sso.upstream.unreachable",
        "sso.upstream.unreadable",
        "sso.upstream.issuer",
        "sso.upstream.denied",
        "sso.upstream.refused",
        "sso.upstream.client_refused",
        "sso.upstream.code_refused",
        "sso.upstream.token_refused",
        "sso.upstream.subject",
        "sso.upstream.unknown",
        "sso.upstream.kind",
        "sso.upstream.account_unusable",
        "sso.upstream.not_the_account",
        "sso.upstream.linked_elsewhere",
        "sso.upstream.failed",
    ];

    /// Ids of the API alone, for the test of sentences.
    pub const API_IDS: &'static [&'static str] = &[
        "sso.upstream.secret_form",
        "sso.upstream.proof_stale",
        "sso.upstream.last_way_in",
        "sso.upstream.other_address",
        "sso.upstream.no_sign_in",
        "sso.external_identity.not_found",
        "sso.citizen_number.form",
        "sso.request.not_found",
        "sso.request.decided",
    ];
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::Platform(error) => error.id(),
            Self::Identity(error) => error.id(),
            Self::ProviderUnknown => "sso.upstream.provider_unknown",
            Self::SecretMissing => "sso.upstream.secret_missing",
            Self::SecretForm => "sso.upstream.secret_form",
            Self::StateUnknown => "sso.upstream.expired",
            Self::Unreachable(_) => "sso.upstream.unreachable",
            Self::Unreadable(_) => "sso.upstream.unreadable",
            Self::IssuerDiffers => "sso.upstream.issuer",
            Self::Denied => "sso.upstream.denied",
            Self::ProviderRefused => "sso.upstream.refused",
            Self::ClientRefused => "sso.upstream.client_refused",
            Self::CodeRefused => "sso.upstream.code_refused",
            Self::TokenRefused(_) => "sso.upstream.token_refused",
            Self::SubjectDiffers => "sso.upstream.subject",
            Self::PersonUnknown => "sso.upstream.unknown",
            Self::KindNotAllowed => "sso.upstream.kind",
            Self::AccountUnusable => "sso.upstream.account_unusable",
            Self::NotTheAccount => "sso.upstream.not_the_account",
            Self::LinkedElsewhere => "sso.upstream.linked_elsewhere",
            Self::NoSignIn => "sso.upstream.no_sign_in",
            Self::LinkNotFound => "sso.external_identity.not_found",
            Self::LastWayIn => "sso.upstream.last_way_in",
            Self::ProofStale => "sso.upstream.proof_stale",
            Self::OtherAddress { .. } => "sso.upstream.other_address",
            Self::NumberForm => "sso.citizen_number.form",
            Self::RequestNotFound => "sso.request.not_found",
            Self::RequestDecided => "sso.request.decided",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Platform(error) => error.code(),
            Self::Identity(error) => error.code(),
            Self::ProviderUnknown | Self::NoSignIn | Self::LinkNotFound | Self::RequestNotFound => {
                ErrorCode::NotFound
            }
            Self::Unreachable(_) => ErrorCode::Unavailable,
            Self::SecretForm | Self::NumberForm => ErrorCode::Invalid,
            Self::SecretMissing
            | Self::LastWayIn
            | Self::LinkedElsewhere
            | Self::OtherAddress { .. }
            | Self::RequestDecided => ErrorCode::Conflict,
            Self::StateUnknown
            | Self::Unreadable(_)
            | Self::IssuerDiffers
            | Self::Denied
            | Self::ProviderRefused
            | Self::ClientRefused
            | Self::CodeRefused
            | Self::TokenRefused(_)
            | Self::SubjectDiffers
            | Self::PersonUnknown
            | Self::KindNotAllowed
            | Self::AccountUnusable
            | Self::NotTheAccount
            | Self::ProofStale => ErrorCode::Forbidden,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Platform(error) => error.arguments(),
            Self::Identity(error) => error.arguments(),
            Self::OtherAddress { address } => vec![("address", address.clone())],
            _ => Vec::new(),
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        let at = |pointer: &str| FieldError {
            pointer: pointer.to_owned(),
            code: self.id().to_owned(),
            messages: messages::sentence(self.id(), &[]),
        };
        match self {
            Self::Platform(error) => error.fields(),
            Self::Identity(error) => error.fields(),
            Self::SecretForm => vec![at("/secret")],
            Self::NumberForm => vec![at("/citizen_number")],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_has_both_sentences() {
        let files = messages::MessageFiles {
            vi: include_str!("../../messages/vi.toml"),
            en: include_str!("../../messages/en.toml"),
        };
        let table = files.parse().unwrap();
        for id in Error::SIGN_IN_IDS.iter().chain(Error::API_IDS) {
            let sentence = table.get(*id).unwrap_or_else(|| panic!("{id}"));
            // Pages show sentences without values; the API fills them in.
            let is_filled = Error::API_IDS.contains(id);
            assert!(is_filled || !sentence.vi.contains('{'), "{id}");
            assert!(is_filled || !sentence.en.contains('{'), "{id}");
        }
    }
}
