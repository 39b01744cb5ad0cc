//! Result codes and results.
//!
//! Owns: `Code`, `Outcome`.
//! Follows: RFC 4511, 4.1.9 and appendix A.

/// What an operation came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Code(pub i32);

impl Code {
    /// Done.
    pub const SUCCESS: Self = Self(0);
    /// Not in this order, or with a failing server behind.
    pub const OPERATIONS_ERROR: Self = Self(1);
    /// Not understood.
    pub const PROTOCOL_ERROR: Self = Self(2);
    /// The time allowed is over.
    pub const TIME_LIMIT: Self = Self(3);
    /// More entries than allowed.
    pub const SIZE_LIMIT: Self = Self(4);
    /// The assertion is false.
    pub const COMPARE_FALSE: Self = Self(5);
    /// The assertion is true.
    pub const COMPARE_TRUE: Self = Self(6);
    /// Another way of proving who one is.
    pub const AUTH_METHOD: Self = Self(7);
    /// Asks for a channel that is protected better.
    pub const STRONGER_AUTH: Self = Self(8);
    /// Asks for protection.
    pub const CONFIDENTIALITY_REQUIRED: Self = Self(13);
    /// A reference to elsewhere.
    pub const REFERRAL: Self = Self(10);
    /// More than the server allows.
    pub const ADMIN_LIMIT: Self = Self(11);
    /// A control that must not be ignored, and is not known.
    pub const UNAVAILABLE_CRITICAL: Self = Self(12);
    /// The entry lacks the attribute.
    pub const NO_SUCH_ATTRIBUTE: Self = Self(16);
    /// No such attribute type.
    pub const UNDEFINED_ATTRIBUTE: Self = Self(17);
    /// A rule of values is broken.
    pub const CONSTRAINT_VIOLATION: Self = Self(19);
    /// No such entry.
    pub const NO_SUCH_OBJECT: Self = Self(32);
    /// A name that cannot be read.
    pub const INVALID_DN: Self = Self(34);
    /// Sign-in is not possible so.
    pub const INAPPROPRIATE_AUTH: Self = Self(48);
    /// Name or password is wrong.
    pub const INVALID_CREDENTIALS: Self = Self(49);
    /// Not allowed.
    pub const INSUFFICIENT_ACCESS: Self = Self(50);
    /// Too much to do.
    pub const BUSY: Self = Self(51);
    /// Something behind does not answer.
    pub const UNAVAILABLE: Self = Self(52);
    /// The server does not do this.
    pub const UNWILLING: Self = Self(53);
    /// Everything else.
    pub const OTHER: Self = Self(80);
}

/// How an operation ended, as its answer tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// What it came to.
    pub code: Code,
    /// The nearest name that exists.
    pub matched: String,
    /// A sentence for people.
    pub text: String,
    /// Where else to ask.
    pub referrals: Vec<String>,
}

impl Outcome {
    /// Done.
    #[must_use]
    pub fn success() -> Self {
        Self::new(Code::SUCCESS, "")
    }

    /// Ended with `code` for the reason `text`.
    #[must_use]
    pub fn new(code: Code, text: impl Into<String>) -> Self {
        Self {
            code,
            matched: String::new(),
            text: text.into(),
            referrals: Vec::new(),
        }
    }

    /// Names the nearest entry that exists.
    #[must_use]
    pub fn below(mut self, matched: impl Into<String>) -> Self {
        self.matched = matched.into();
        self
    }
}
