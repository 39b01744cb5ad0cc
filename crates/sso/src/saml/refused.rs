//! Why a SAML message is refused with a page, before there is anybody to answer to.
//!
//! Owns: `Refused`, its ids (listed in `error.rs` of the crate).
//! Not here: refusals that the service provider is told (`authn/status.rs`).

use lgsp_model::ErrorCode;

use super::{encryption::EncryptionFault, signature::SignatureFault, xml::XmlFault};

/// Why a SAML message is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It cannot be read.
    #[error("message cannot be read: {0}")]
    Unreadable(#[from] XmlFault),
    /// It lacks something, or says something that it must not.
    #[error("message lacks {0}, or has it twice or in a wrong form")]
    Part(&'static str),
    /// It comes from nobody who is registered.
    #[error("service provider is not registered")]
    Provider,
    /// Its signature is missing or wrong.
    #[error("signature is refused: {0}")]
    Signature(#[from] SignatureFault),
    /// It is meant for another address.
    #[error("destination differs")]
    Destination,
    /// It is too old, or from the future.
    #[error("message is too old, or from the future")]
    Expired,
    /// It was used before.
    #[error("message was used before")]
    Repeated,
    /// It asks for an answer to an address that is not registered.
    #[error("answer address is not registered")]
    Consumer,
    /// Its `RelayState` is too long.
    #[error("relay state is too long")]
    RelayState,
    /// Sign-on that begins here is switched off for this service provider.
    #[error("sign-on that begins here is off")]
    InitiatedHere,
    /// What is said of the person cannot be encrypted, and must not leave otherwise.
    #[error("assertion cannot be encrypted: {0}")]
    Encryption(#[from] EncryptionFault),
    /// Metadata of a service provider cannot be used.
    #[error("metadata lacks {0}")]
    Metadata(&'static str),
}

impl Refused {
    /// The stable id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "sso.saml.unreadable",
            Self::Part(_) => "sso.saml.part",
            Self::Provider => "sso.saml.provider_unknown",
            Self::Signature(_) => "sso.saml.signature",
            Self::Destination => "sso.saml.destination",
            Self::Expired => "sso.saml.expired",
            Self::Repeated => "sso.saml.repeated",
            Self::Consumer => "sso.saml.consumer_unknown",
            Self::RelayState => "sso.saml.relay_state",
            Self::InitiatedHere => "sso.saml.initiated_off",
            Self::Encryption(_) => "sso.saml.encryption",
            Self::Metadata(_) => "sso.saml.metadata",
        }
    }

    /// The kind of failure.
    #[must_use]
    pub const fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable(_)
            | Self::Part(_)
            | Self::Destination
            | Self::Expired
            | Self::Repeated
            | Self::RelayState => ErrorCode::BadRequest,
            Self::Provider | Self::Signature(_) | Self::Consumer | Self::InitiatedHere => {
                ErrorCode::Forbidden
            }
            Self::Encryption(_) => ErrorCode::Internal,
            Self::Metadata(_) => ErrorCode::Invalid,
        }
    }

    /// Values for the places in the sentence.
    #[must_use]
    pub fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unreadable(fault) => vec![("reason", fault.to_string())],
            Self::Signature(fault) => vec![("reason", fault.to_string())],
            Self::Encryption(fault) => vec![("reason", fault.to_string())],
            Self::Part(part) | Self::Metadata(part) => vec![("part", (*part).to_owned())],
            Self::Provider
            | Self::Destination
            | Self::Expired
            | Self::Repeated
            | Self::Consumer
            | Self::RelayState
            | Self::InitiatedHere => Vec::new(),
        }
    }
}
