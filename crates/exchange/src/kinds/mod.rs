//! The kinds of resources of document exchange.
//!
//! Owns: the list of descriptors and the small types that several kinds share.
//! Not here: reading them at run time (`directory/`).

mod calendar;
mod settings;
mod system;
mod upstream;

use lgsp_platform::{error::FieldError, registry::KindDescriptor};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use calendar::{CalendarYear, seed as calendar_seed};
pub use settings::{AlarmRules, ExchangeSettings, SETTINGS_NAME};
pub use system::{System, SystemQuirks, SystemTransport};
pub use upstream::Upstream;

use crate::edxml;

/// Whether defects are repaired or refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReadMode {
    /// What is not conformant is refused.
    #[schemars(extend("x-label" = {"vi": "Chặt chẽ", "en": "Strict"}))]
    Strict,
    /// What can be repaired is repaired and noted.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Linh hoạt", "en": "Tolerant"}))]
    Tolerant,
}

impl From<ReadMode> for edxml::Mode {
    fn from(mode: ReadMode) -> Self {
        match mode {
            ReadMode::Strict => Self::Strict,
            ReadMode::Tolerant => Self::Tolerant,
        }
    }
}

/// Which form of an agency's code a partner is given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressWith {
    /// Decision 20/2020.
    #[schemars(extend("x-label" = {"vi": "Mã mới", "en": "New code"}))]
    New,
    /// QCVN 102:2016.
    #[schemars(extend("x-label" = {"vi": "Mã cũ", "en": "Old code"}))]
    Old,
    /// As the sender wrote it.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Như bên gửi", "en": "As received"}))]
    AsReceived,
}

/// How attachments are handed to a partner.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentEncoding {
    /// As the sender packed them.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Như bên gửi", "en": "As received"}))]
    AsReceived,
    /// A ZIP of one entry, as on the national axis.
    #[schemars(extend("x-label" = {"vi": "Nén ZIP", "en": "ZIP"}))]
    Zip,
    /// The file itself.
    #[schemars(extend("x-label" = {"vi": "Tệp gốc", "en": "Raw"}))]
    Raw,
}

/// The form in which a partner is handed messages; by default the bytes that came, with our trace.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PartnerForm {
    /// Which form the codes of agencies have.
    pub address_with: AddressWith,
    /// How attachments are carried.
    pub attachment_encoding: AttachmentEncoding,
}

/// The descriptors of our kinds.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub fn descriptors() -> lgsp_platform::Result<Vec<KindDescriptor>> {
    Ok(vec![
        KindDescriptor::of::<System>()?,
        KindDescriptor::of::<Upstream>()?,
        KindDescriptor::of::<ExchangeSettings>()?,
        KindDescriptor::of::<CalendarYear>()?,
    ])
}

fn broken(pointer: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, "exchange.kind.rule", vi, en)
}

const fn yes() -> bool {
    true
}
