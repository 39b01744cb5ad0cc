//! Controls and extended operations that we speak.
//!
//! Owns: their object identifiers and contents.
//! Follows: RFC 2696 (pages), RFC 3062 (password), RFC 4532 (who am I), RFC 4511, 4.14 (`StartTLS`).

use super::{
    Malformed,
    ber::{Reader, Writer, tag},
    message::Control,
};

/// Results in pages.
pub const PAGED: &str = "1.2.840.113556.1.4.319";
/// Treat referrals as entries; we have none, so it changes nothing.
pub const MANAGE_DSA: &str = "2.16.840.1.113730.3.4.2";
/// Change of a password.
pub const PASSWORD_MODIFY: &str = "1.3.6.1.4.1.4203.1.11.1";
/// Who am I?
pub const WHO_AM_I: &str = "1.3.6.1.4.1.4203.1.11.3";
/// Protection from here on.
pub const START_TLS: &str = "1.3.6.1.4.1.1466.20037";
/// The server ends the connection.
pub const NOTICE_OF_DISCONNECTION: &str = "1.3.6.1.4.1.1466.20036";

/// A page asked for, or given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Entries wanted; in answers an estimate of all, 0 for unknown.
    pub size: i32,
    /// Where to go on; empty at the start and at the end.
    pub cookie: Vec<u8>,
}

impl Page {
    /// Reads the content of the control.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(value).nested(tag::SEQUENCE)?;
        let size = reader.number32(tag::INTEGER)?;
        if size < 0 {
            return Err(Malformed("page size below zero"));
        }
        let cookie = reader.octets(tag::OCTETS)?;
        Ok(Self { size, cookie })
    }

    /// The control.
    #[must_use]
    pub fn control(&self, is_critical: bool) -> Control {
        let mut writer = Writer::default();
        writer.nest(tag::SEQUENCE, |writer| {
            writer.number(tag::INTEGER, i64::from(self.size));
            writer.octets(tag::OCTETS, &self.cookie);
        });
        Control {
            oid: PAGED.to_owned(),
            is_critical,
            value: Some(writer.into_bytes()),
        }
    }
}

/// A wish for another password.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct PasswordModify {
    /// Whose; absent for the caller's own.
    pub identity: Option<Vec<u8>>,
    /// The present one.
    pub old: Option<Vec<u8>>,
    /// The wished one; absent for one that the server makes.
    pub new: Option<Vec<u8>>,
}

impl PasswordModify {
    /// Reads the content of the request.
    ///
    /// # Errors
    /// When it is none.
    pub fn decode(value: Option<&[u8]>) -> Result<Self, Malformed> {
        let Some(value) = value else {
            return Ok(Self::default());
        };
        let mut reader = Reader::new(value).nested(tag::SEQUENCE)?;
        Ok(Self {
            identity: reader.optional(0x80)?.map(<[u8]>::to_vec),
            old: reader.optional(0x81)?.map(<[u8]>::to_vec),
            new: reader.optional(0x82)?.map(<[u8]>::to_vec),
        })
    }

    /// The content of the answer: a password that the server made.
    #[must_use]
    pub fn generated(password: &str) -> Vec<u8> {
        let mut writer = Writer::default();
        writer.nest(tag::SEQUENCE, |writer| {
            writer.octets(0x80, password.as_bytes());
        });
        writer.into_bytes()
    }
}
