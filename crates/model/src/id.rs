//! Typed identifiers: a `UUIDv7` each, so that the compiler refuses swapped arguments.
//!
//! Owns: the newtypes.
//! Not here: making new ones (`platform::Ids`), because that needs a clock.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Defines one identifier type.
#[macro_export]
macro_rules! define_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(value: Uuid) -> Self {
                Self(value)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

define_id!(
    /// A stored message (bản tin): the bytes that were received or written once.
    MessageId
);
define_id!(
    /// A delivery (lượt gửi) of the ledger.
    DeliveryId
);
define_id!(
    /// A document (văn bản) of the exchange. Not the edXML `DocumentId`, which is text.
    DocumentId
);
define_id!(
    /// The copy of a document that one receiver holds.
    CopyId
);
define_id!(
    /// An account (tài khoản).
    AccountId
);
