//! LDAPv3 on the wire: one codec for our face and for the directories that we read.
//!
//! Owns: messages, filters, names, their reading and writing.
//! Not here: connections (`face/`, `federation/client/`), what an operation does.
//! Invariant: what is written is read equal, and no input panics.
//! Follows: RFC 4511 (protocol), RFC 4514 (names), RFC 4515 (filters), RFC 2696 (pages).

pub mod ber;
pub mod controls;
mod decode;
pub mod dn;
mod encode;
pub mod filter;
mod filter_text;
pub mod message;
pub mod result;

pub use ber::{MESSAGE_BYTES_MAX, frame_length};
pub use dn::Dn;
pub use filter::Filter;
pub use message::{
    Attribute, Auth, Change, ChangeKind, Control, Deref, Message, Operation, Scope, Search,
};
pub use result::{Code, Outcome};

/// Bytes that are no LDAP message, or text that is no filter or name, with the reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Malformed(pub &'static str);

/// Feeds any bytes to the readers; what is read is written and must read equal.
pub fn fuzz_ldap_message(data: &[u8]) {
    if let Ok(Some(length)) = frame_length(data)
        && let Some(frame) = data.get(..length)
        && let Ok(message) = Message::decode(frame)
    {
        let again = Message::decode(&message.encode());
        assert_eq!(again.as_ref(), Ok(&message), "written and read again");
    }
    if let Ok(text) = std::str::from_utf8(data) {
        if let Ok(filter) = Filter::parse(text) {
            assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        if let Ok(name) = Dn::parse(text) {
            let written = name.to_string();
            // Escapes make a name longer.
            if written.len() <= dn::DN_BYTES_MAX {
                assert_eq!(Dn::parse(&written), Ok(name));
            }
        }
    }
}
