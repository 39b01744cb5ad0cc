//! Limits of a message.
//!
//! Owns: every ceiling of the reader, as data with defaults, and their names. Not here: checking
//! them (`read`). Invariant: nothing in the reader grows with its input past these.
//! Follows: design document "Document exchange", section 4, last table.

use serde::{Deserialize, Serialize};

/// Ceilings; each value is still accepted, one more is `limit_exceeded`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Whole file. One gateway in public code refuses more than 50 MB.
    pub total_bytes: u64,
    /// Attachments and manifest entries, each.
    pub attachments: usize,
    /// Decoded bytes of one attachment.
    pub attachment_bytes: u64,
    /// Bytes inflated from all wrapped attachments together: decompression bombs.
    pub inflated_bytes: u64,
    /// Inflated bytes per compressed byte, judged past [`Limits::RATIO_FREE_BYTES`].
    pub inflate_ratio: u64,
    /// Nested elements.
    pub depth: usize,
    /// Elements in all.
    pub elements: usize,
    /// Attributes of one element.
    pub attributes: usize,
    /// Namespace declarations in all.
    pub namespaces: usize,
    /// Text of one field, in bytes of UTF-8, and one piece of markup.
    pub field_bytes: usize,
    /// Text and unknown elements that one message may keep in memory, in all.
    pub model_bytes: usize,
    /// Unknown elements kept.
    pub extras: usize,
    /// Findings kept; past this noted ones are dropped.
    pub defects: usize,
    pub recipients: usize,
    pub traces: usize,
    pub response_fors: usize,
    /// Replaced documents, and recipients that an update names.
    pub replacements: usize,
}

impl Limits {
    /// Below this many inflated bytes no ratio is judged: blank scans compress better than any
    /// bomb of this size could harm.
    pub const RATIO_FREE_BYTES: u64 = 1024 * 1024;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            total_bytes: 50 * 1024 * 1024,
            attachments: 100,
            attachment_bytes: 50 * 1024 * 1024,
            inflated_bytes: 200 * 1024 * 1024,
            inflate_ratio: 200,
            depth: 32,
            elements: 100_000,
            attributes: 32,
            namespaces: 64,
            field_bytes: 64 * 1024,
            model_bytes: 2 * 1024 * 1024,
            extras: 256,
            defects: 1_000,
            recipients: 1_000,
            traces: 64,
            response_fors: 100,
            replacements: 100,
        }
    }
}

/// Which limit a message exceeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitName {
    TotalBytes,
    Attachments,
    AttachmentBytes,
    InflatedBytes,
    InflateRatio,
    Depth,
    Elements,
    Attributes,
    Namespaces,
    FieldBytes,
    ModelBytes,
    Extras,
    Recipients,
    Traces,
    ResponseFors,
    Replacements,
}

impl LimitName {
    /// Stable text, the field of [`Limits`] it names.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TotalBytes => "total_bytes",
            Self::Attachments => "attachments",
            Self::AttachmentBytes => "attachment_bytes",
            Self::InflatedBytes => "inflated_bytes",
            Self::InflateRatio => "inflate_ratio",
            Self::Depth => "depth",
            Self::Elements => "elements",
            Self::Attributes => "attributes",
            Self::Namespaces => "namespaces",
            Self::FieldBytes => "field_bytes",
            Self::ModelBytes => "model_bytes",
            Self::Extras => "extras",
            Self::Recipients => "recipients",
            Self::Traces => "traces",
            Self::ResponseFors => "response_fors",
            Self::Replacements => "replacements",
        }
    }
}
