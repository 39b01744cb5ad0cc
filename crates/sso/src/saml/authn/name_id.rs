//! The name by which a service provider knows a person.
//!
//! Owns: `NameId`, choosing and computing it.
//! Invariant: a persistent name is the same for one person and service provider for ever, and
//! two service providers cannot find out that theirs belong to one person.
//! Follows: SAML 2.0 Core, 2.2.3 and 8.3.

use std::sync::Arc;

use lgsp_identity::Profile;
use lgsp_platform::{clock::random_bytes, error::Error as PlatformError};
use ring::hmac;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::{
    kind::{NameIdFormat, SamlSp},
    names::ASSERTION,
    refused::Refused,
    xml::{Builder, Element, Part},
};
use crate::error::Result;

/// A name as documents carry it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameId {
    /// Form.
    pub format: String,
    /// Value.
    pub value: String,
    /// Whose name it is; only for names that are no name elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_qualifier: Option<String>,
    /// For whom it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sp_name_qualifier: Option<String>,
}

impl NameId {
    /// Reads a name.
    pub(crate) fn read(element: &Element) -> Result<Self, Refused> {
        let attribute = |name| element.attribute(name).map(str::to_owned);
        Ok(Self {
            format: attribute("Format")
                .unwrap_or_else(|| NameIdFormat::Unspecified.uri().to_owned()),
            value: element.text()?.to_owned(),
            name_qualifier: attribute("NameQualifier"),
            sp_name_qualifier: attribute("SPNameQualifier"),
        })
    }

    /// Writes the name.
    pub(crate) fn write(&self, xml: &mut Builder) {
        let attributes = [
            ("xmlns:saml", Some(ASSERTION)),
            ("Format", Some(self.format.as_str())),
            ("NameQualifier", self.name_qualifier.as_deref()),
            ("SPNameQualifier", self.sp_name_qualifier.as_deref()),
        ];
        xml.leaf("saml:NameID", &attributes, &self.value);
    }

    /// The name as a document of its own.
    #[must_use]
    pub fn part(&self) -> Part {
        let mut xml = Builder::default();
        self.write(&mut xml);
        Part::from_well_formed(xml.finish())
    }

    /// Whether a service provider means this name; it may leave the qualifiers out.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let fits = |own: &Option<String>, given: &Option<String>| given.is_none() || own == given;
        self.value == other.value
            && fits(&self.name_qualifier, &other.name_qualifier)
            && fits(&self.sp_name_qualifier, &other.sp_name_qualifier)
    }
}

/// Computes names.
#[derive(Clone)]
pub(crate) struct NameIds(Arc<hmac::Key>);

impl NameIds {
    /// Names from a secret of this platform.
    pub(crate) fn new(secret: &[u8]) -> Self {
        Self(Arc::new(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// The form to use: the one asked for, else the usual one; none when it cannot be had.
    pub(crate) fn choose(sp: &SamlSp, asked: Option<&str>) -> Option<NameIdFormat> {
        let usual = sp.name_id_formats.first().copied();
        match asked {
            None => usual,
            Some(uri) => match NameIdFormat::from_uri(uri) {
                // "Whatever you like", unless the application really means it.
                Some(NameIdFormat::Unspecified) => usual,
                asked => asked.filter(|format| sp.name_id_formats.contains(format)),
            },
        }
    }

    /// The name of a person within a session; none when the person has no such name.
    pub(crate) fn name(
        &self,
        sp: &SamlSp,
        issuer: &str,
        profile: &Profile,
        (session, format): (Uuid, NameIdFormat),
    ) -> Option<NameId> {
        let account = &profile.account;
        let tag = |text: &str| {
            let text = format!("{text}\n{}\n{}", sp.entity_id, account.id);
            format!("_{}", hex(hmac::sign(&self.0, text.as_bytes()).as_ref()))
        };
        let (value, is_ours) = match format {
            NameIdFormat::Persistent => (Some(tag("persistent")), true),
            // The same within a session, so that each of its sign-ons can be signed out.
            NameIdFormat::Transient => (Some(tag(&session.to_string())), true),
            NameIdFormat::EmailAddress => (account.email.clone(), false),
            NameIdFormat::Unspecified => (Some(account.username.clone()), false),
        };
        value.map(|value| NameId {
            format: format.uri().to_owned(),
            value,
            name_qualifier: is_ours.then(|| issuer.to_owned()),
            sp_name_qualifier: is_ours.then(|| sp.entity_id.clone()),
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A new identifier: 160 random bits, and a name in XML.
pub(crate) fn new_id() -> Result<String> {
    let bytes = random_bytes::<20>().map_err(PlatformError::from)?;
    Ok(format!("_{}", hex(&bytes)))
}
