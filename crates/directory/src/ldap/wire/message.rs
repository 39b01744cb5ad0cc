//! Messages: an operation, its number and its controls.
//!
//! Owns: the values of the protocol.
//! Not here: reading (`decode.rs`) and writing them (`encode.rs`).
//! Invariant: `Debug` shows no password.
//! Follows: RFC 4511, 4.

use super::{Filter, Malformed, Outcome, decode, encode};

/// One message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Number that an answer repeats.
    pub id: i32,
    /// What is asked or answered.
    pub operation: Operation,
    /// Extensions.
    pub controls: Vec<Control>,
}

impl Message {
    /// A message without controls.
    #[must_use]
    pub const fn new(id: i32, operation: Operation) -> Self {
        Self {
            id,
            operation,
            controls: Vec::new(),
        }
    }

    /// Reads one whole message.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        decode::message(bytes)
    }

    /// The bytes of the message.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        encode::message(self)
    }
}

/// An extension of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Which.
    pub oid: String,
    /// Whether the operation must not be done without it.
    pub is_critical: bool,
    /// Its content.
    pub value: Option<Vec<u8>>,
}

/// How somebody proves who he is.
#[derive(Clone, PartialEq, Eq)]
pub enum Auth {
    /// A password.
    Simple(Vec<u8>),
    /// A mechanism of SASL.
    Sasl {
        /// Its name.
        mechanism: String,
        /// Its bytes.
        credentials: Option<Vec<u8>>,
    },
}

impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Simple(_) => f.write_str("Simple(hidden)"),
            Self::Sasl { mechanism, .. } => write!(f, "Sasl({mechanism})"),
        }
    }
}

/// How far below the base a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The base itself.
    Base,
    /// Its children.
    One,
    /// The base and everything below.
    Subtree,
}

/// What is done with aliases; we have none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deref {
    /// Nothing.
    Never,
    /// Below the base.
    Searching,
    /// At the base.
    Finding,
    /// Everywhere.
    Always,
}

/// A search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Where.
    pub base: String,
    /// How far.
    pub scope: Scope,
    /// What is done with aliases.
    pub deref: Deref,
    /// Entries wanted at most; 0 for as many as allowed.
    pub size_max: i32,
    /// Seconds allowed; 0 for as long as allowed.
    pub time_s_max: i32,
    /// Names of attributes without their values.
    pub is_types_only: bool,
    /// Which entries.
    pub filter: Filter,
    /// Which attributes; empty for all user attributes.
    pub attributes: Vec<String>,
}

/// A type with its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// Name of the type, with options.
    pub name: String,
    /// Values.
    pub values: Vec<Vec<u8>>,
}

/// How values change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangeKind {
    /// Values come.
    Add,
    /// Values, or all of them, go.
    Delete,
    /// These are all.
    Replace,
    /// A number grows (RFC 4525).
    Increment,
}

/// One change of an entry.
#[derive(Clone, PartialEq, Eq)]
pub struct Change {
    /// How.
    pub kind: ChangeKind,
    /// What.
    pub attribute: Attribute,
}

impl std::fmt::Debug for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Change({:?} {})", self.kind, self.attribute.name)
    }
}

/// What is asked or answered.
#[derive(Clone, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "the fields bear the names of RFC 4511, which explains them"
)]
pub enum Operation {
    /// Who I am.
    Bind {
        version: i32,
        name: String,
        auth: Auth,
    },
    /// Answer to it.
    BindDone {
        outcome: Outcome,
        credentials: Option<Vec<u8>>,
    },
    /// Good-bye.
    Unbind,
    /// A search.
    Search(Search),
    /// An entry found.
    Entry {
        dn: String,
        attributes: Vec<Attribute>,
    },
    /// A place where the search goes on.
    Reference(Vec<String>),
    /// The end of a search.
    SearchDone(Outcome),
    /// Change an entry.
    Modify { dn: String, changes: Vec<Change> },
    /// Answer to it.
    ModifyDone(Outcome),
    /// Add an entry.
    Add {
        dn: String,
        attributes: Vec<Attribute>,
    },
    /// Answer to it.
    AddDone(Outcome),
    /// Delete an entry.
    Delete(String),
    /// Answer to it.
    DeleteDone(Outcome),
    /// Rename or move an entry.
    Rename {
        dn: String,
        new_rdn: String,
        is_old_deleted: bool,
        new_superior: Option<String>,
    },
    /// Answer to it.
    RenameDone(Outcome),
    /// Is this a value?
    Compare {
        dn: String,
        attribute: String,
        value: Vec<u8>,
    },
    /// Answer to it.
    CompareDone(Outcome),
    /// Forget an operation.
    Abandon(i32),
    /// Something that the protocol does not know.
    Extended { oid: String, value: Option<Vec<u8>> },
    /// Answer to it.
    ExtendedDone {
        outcome: Outcome,
        oid: Option<String>,
        value: Option<Vec<u8>>,
    },
    /// A part of an answer.
    Intermediate {
        oid: Option<String>,
        value: Option<Vec<u8>>,
    },
}

impl Operation {
    /// What the operation is called, for logs.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Bind { .. } => "bind",
            Self::BindDone { .. } => "bind done",
            Self::Unbind => "unbind",
            Self::Search(_) => "search",
            Self::Entry { .. } => "entry",
            Self::Reference(_) => "reference",
            Self::SearchDone(_) => "search done",
            Self::Modify { .. } => "modify",
            Self::ModifyDone(_) => "modify done",
            Self::Add { .. } => "add",
            Self::AddDone(_) => "add done",
            Self::Delete(_) => "delete",
            Self::DeleteDone(_) => "delete done",
            Self::Rename { .. } => "rename",
            Self::RenameDone(_) => "rename done",
            Self::Compare { .. } => "compare",
            Self::CompareDone(_) => "compare done",
            Self::Abandon(_) => "abandon",
            Self::Extended { .. } => "extended",
            Self::ExtendedDone { .. } => "extended done",
            Self::Intermediate { .. } => "intermediate",
        }
    }
}

/// Only the name: values may be passwords and personal data.
impl std::fmt::Debug for Operation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
