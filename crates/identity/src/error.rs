//! What can go wrong in identity.
//!
//! Owns: `Error`, the rules that fields may break.
//! Not here: sentences (`messages/`).
//! Invariant: an unknown account, a wrong password and a locked account are one error.

use lgsp_model::ErrorCode;
use lgsp_platform::{
    FieldError,
    http::{context::StepUp, problem::Problem},
    messages,
};

use crate::rules::HOUR_MS;

/// Shorthand of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong in identity.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// User name and password do not open a session; which of the two is never told.
    #[error("sign-in refused")]
    SignInRefused {
        /// Failures in a row that lock a password.
        failures_max: i32,
        /// How long the lock holds.
        lock_ms: i64,
    },
    /// Too many failures from this source.
    #[error("sign-in throttled for {retry_after_ms} ms")]
    SignInThrottled {
        /// When the source may try again.
        retry_after_ms: i64,
    },
    /// The directory that keeps the password does not answer.
    #[error("source of the password does not answer")]
    SourceUnavailable,
    /// The form does not belong to a page that this browser opened.
    #[error("form without its page")]
    PageExpired,
    /// The present password is wrong.
    #[error("present password is wrong")]
    PasswordWrong,
    /// The password is locked after failures.
    #[error("password is locked")]
    PasswordLocked,
    /// A password that somebody else set was not changed in time.
    #[error("first password has ended")]
    FirstPasswordEnded,
    /// This act needs a person's session, not a token.
    #[error("session required")]
    SessionRequired,
    /// The session does not prove enough, or not recently enough, for this act.
    #[error("session must be proved anew at level {acr}")]
    SessionInsufficient {
        /// Level needed.
        acr: u8,
    },
    /// A step of signing in without what came before it.
    #[error("step of a sign-in has ended")]
    StepExpired,
    /// A code is wrong, was used or is locked; which of them is never told.
    #[error("code refused")]
    FactorRefused,
    /// A passkey does not prove what it says.
    #[error("passkey refused")]
    PasskeyRefused,
    /// The address of this installation is none that passkeys can be bound to.
    #[error("no passkeys at this address")]
    PasskeyUnavailable,
    /// The account has no such factor.
    #[error("factor does not exist")]
    FactorNotFound,
    /// As many factors of this kind as allowed.
    #[error("account has {max} such factors")]
    FactorTooMany {
        /// How many are allowed.
        max: usize,
    },
    /// The account has no such device.
    #[error("device does not exist")]
    DeviceNotFound,
    /// The account has no such session.
    #[error("session does not exist")]
    SessionNotFound,
    /// A link that was used, has ended or never was.
    #[error("link does not work")]
    LinkInvalid,
    /// Too many links were asked for from this network.
    #[error("links throttled for {retry_after_ms} ms")]
    LinkThrottled {
        /// When the network may ask again.
        retry_after_ms: i64,
    },
    /// No mail server is configured.
    #[error("no mail server is configured")]
    MailOff,
    /// The account has no mail address.
    #[error("account has no mail address")]
    AccountWithoutMail,
    /// The account's state does not fit the link asked for.
    #[error("no such link for this account")]
    LinkUnsuitable,
    /// Unknown, or invisible to the caller.
    #[error("account does not exist")]
    AccountNotFound,
    /// The user name is taken.
    #[error("user name exists")]
    AccountExists,
    /// Somebody else changed the account or group since it was read.
    #[error("changed since it was read")]
    ChangedMeanwhile,
    /// No such group, or invisible to the caller.
    #[error("group does not exist")]
    GroupNotFound,
    /// The group's name is taken.
    #[error("group name exists")]
    GroupExists,
    /// Nobody changes the rights or the state of its own account.
    #[error("own account")]
    AccountOwn,
    /// The account holds rights where the caller manages nothing.
    #[error("account has rights beyond the caller's reach")]
    AccountOutOfReach,
    /// Nobody acts as an account that is no person's or may not be used.
    #[error("account cannot be acted as")]
    ImpersonationNotLive,
    /// Nobody acts as an account that holds power over rights or over everybody.
    #[error("account holds power")]
    ImpersonationPowerful,
    /// The browser acts as somebody already.
    #[error("somebody is acted as already")]
    ImpersonationRunning,
    /// The browser acts as nobody.
    #[error("nobody is acted as")]
    ImpersonationNone,
    /// The account's kind has no password.
    #[error("kind of account has no password")]
    AccountWithoutPassword,
    /// Only service and technical accounts get tokens from others.
    #[error("token of a person")]
    TokenOfPerson,
    /// No such token.
    #[error("token does not exist")]
    TokenNotFound,
    /// The caller may not give this role at this place.
    #[error("role {role} may not be granted")]
    RoleNotGrantable {
        /// The role.
        role: String,
    },
    /// Fields break rules.
    #[error("{} fields are invalid", .0.len())]
    Invalid(Vec<FieldError>),
    /// A policy does not fit the schema.
    #[error("policy: {0}")]
    Policy(String),
    /// Groups, grants, moves, delegations, reviews, imports.
    #[error(transparent)]
    People(#[from] crate::people::PeopleError),
    /// The platform refused.
    #[error(transparent)]
    Platform(#[from] lgsp_platform::Error),
}

impl Error {
    /// As ports of the platform carry it.
    pub(crate) fn into_platform(self) -> lgsp_platform::Error {
        match self {
            Self::Platform(error) => error,
            other => lgsp_platform::Error::Internal(other.to_string()),
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Platform(error.into())
    }
}

impl Problem for Error {
    fn id(&self) -> &'static str {
        match self {
            Self::SignInRefused { .. } => "identity.sign_in.refused",
            Self::SignInThrottled { .. } => "identity.sign_in.throttled",
            Self::SourceUnavailable => "identity.source.unavailable",
            Self::PageExpired => "identity.page.expired",
            Self::PasswordWrong => "identity.password.wrong",
            Self::PasswordLocked => "identity.password.locked",
            Self::FirstPasswordEnded => "identity.password.first_ended",
            Self::SessionRequired => "identity.session.required",
            Self::SessionInsufficient { .. } => "identity.session.insufficient_user_authentication",
            Self::StepExpired => "identity.step.expired",
            Self::FactorRefused => "identity.factor.refused",
            Self::PasskeyRefused => "identity.passkey.refused",
            Self::PasskeyUnavailable => "identity.passkey.unavailable",
            Self::FactorNotFound => "identity.factor.not_found",
            Self::FactorTooMany { .. } => "identity.factor.too_many",
            Self::DeviceNotFound => "identity.device.not_found",
            Self::SessionNotFound => "identity.session.not_found",
            Self::LinkInvalid => "identity.link.invalid",
            Self::LinkThrottled { .. } => "identity.link.throttled",
            Self::MailOff => "identity.mail.off",
            Self::AccountWithoutMail => "identity.account.no_mail",
            Self::LinkUnsuitable => "identity.link.unsuitable",
            Self::AccountNotFound => "identity.account.not_found",
            Self::AccountExists => "identity.account.exists",
            Self::ChangedMeanwhile => "identity.changed_meanwhile",
            Self::GroupNotFound => "identity.group.not_found",
            Self::GroupExists => "identity.group.exists",
            Self::AccountOwn => "identity.account.own",
            Self::AccountOutOfReach => "identity.account.out_of_reach",
            Self::ImpersonationNotLive => "identity.impersonation.not_live",
            Self::ImpersonationPowerful => "identity.impersonation.powerful",
            Self::ImpersonationRunning => "identity.impersonation.running",
            Self::ImpersonationNone => "identity.impersonation.none",
            Self::AccountWithoutPassword => "identity.account.no_password",
            Self::TokenOfPerson => "identity.token.of_person",
            Self::TokenNotFound => "identity.token.not_found",
            Self::RoleNotGrantable { .. } => "identity.role.not_grantable",
            Self::Invalid(_) => "identity.fields.invalid",
            Self::Policy(_) => "identity.policy.invalid",
            Self::People(error) => error.id(),
            Self::Platform(error) => error.id(),
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::SignInRefused { .. } | Self::FirstPasswordEnded => ErrorCode::Unauthenticated,
            Self::SignInThrottled { .. } | Self::LinkThrottled { .. } => ErrorCode::TooManyRequests,
            Self::SourceUnavailable => ErrorCode::Unavailable,
            Self::PasswordWrong | Self::FactorRefused | Self::PasskeyRefused => ErrorCode::Invalid,
            Self::Invalid(_) => ErrorCode::Invalid,
            Self::PageExpired
            | Self::StepExpired
            | Self::SessionInsufficient { .. }
            | Self::PasswordLocked
            | Self::SessionRequired
            | Self::AccountOwn
            | Self::AccountOutOfReach
            | Self::ImpersonationPowerful
            | Self::TokenOfPerson
            | Self::RoleNotGrantable { .. } => ErrorCode::Forbidden,
            Self::AccountNotFound
            | Self::TokenNotFound
            | Self::GroupNotFound
            | Self::FactorNotFound
            | Self::DeviceNotFound
            | Self::SessionNotFound
            | Self::ImpersonationNone
            | Self::LinkInvalid => ErrorCode::NotFound,
            Self::AccountExists | Self::GroupExists => ErrorCode::AlreadyExists,
            Self::ChangedMeanwhile
            | Self::AccountWithoutPassword
            | Self::ImpersonationNotLive
            | Self::ImpersonationRunning
            | Self::FactorTooMany { .. }
            | Self::PasskeyUnavailable
            | Self::MailOff
            | Self::AccountWithoutMail
            | Self::LinkUnsuitable => ErrorCode::Conflict,
            Self::Policy(_) => ErrorCode::Internal,
            Self::People(error) => error.code(),
            Self::Platform(error) => error.code(),
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::SignInRefused {
                failures_max,
                lock_ms,
            } => vec![
                ("failures", failures_max.to_string()),
                ("hours", (lock_ms / HOUR_MS).to_string()),
            ],
            Self::SignInThrottled { retry_after_ms } => {
                vec![("seconds", seconds(*retry_after_ms).to_string())]
            }
            Self::LinkThrottled { retry_after_ms } => {
                vec![(
                    "minutes",
                    (seconds(*retry_after_ms) / 60).max(1).to_string(),
                )]
            }
            Self::RoleNotGrantable { role } => vec![("role", role.clone())],
            Self::People(error) => error.arguments(),
            Self::FactorTooMany { max } => vec![("max", max.to_string())],
            Self::Platform(error) => error.arguments(),
            _ => Vec::new(),
        }
    }

    fn step_up(&self) -> Option<StepUp> {
        match self {
            Self::Platform(error) => error.step_up(),
            _ => None,
        }
    }

    fn fields(&self) -> Vec<FieldError> {
        match self {
            Self::PasswordWrong => vec![Rule::PasswordNotCurrent.at("/current")],
            Self::Invalid(fields) => fields.clone(),
            Self::Platform(error) => error.fields(),
            _ => Vec::new(),
        }
    }
}

/// Whole seconds, at least one.
pub(crate) const fn seconds(duration_ms: i64) -> i64 {
    let whole = (duration_ms + 999) / 1_000;
    if whole < 1 { 1 } else { whole }
}

/// A rule that a field may break.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rule {
    /// Needed, but empty.
    Required,
    /// An act on everything that was not confirmed.
    Unconfirmed,
    /// Longer than allowed.
    TooLong {
        /// Characters allowed.
        max: usize,
    },
    /// Not a user name.
    UsernameForm,
    /// Not a mail address.
    EmailForm,
    /// No such agency.
    AgencyUnknown {
        /// What was given.
        code: String,
    },
    /// No such role.
    RoleUnknown {
        /// What was given.
        role: String,
    },
    /// More roles than allowed.
    RolesTooMany,
    /// An end that has passed or lies too far ahead.
    ExpiryRange {
        /// Days ahead that are allowed.
        days: i64,
    },
    /// Not a day.
    DayForm,
    /// Nobody who may answer for an account.
    OwnerUnfit,
    /// No such permission.
    PermissionUnknown {
        /// What was given.
        permission: String,
    },
    /// A policy that does not fit the schema.
    PolicyBroken {
        /// What Cedar says.
        detail: String,
    },
    /// No such kind of account.
    KindUnknown {
        /// What was given.
        kind: String,
    },
    /// The same account twice in one file.
    LineTwice,
    /// An account or unit that the caller does not manage.
    OutOfReach,
    /// A role that the caller may not give there.
    RoleOutOfReach {
        /// The role.
        role: String,
    },
    /// In the list of passwords known from breaches.
    PasswordBreached,
    /// Not the present password.
    PasswordNotCurrent,
    /// Too short.
    PasswordShort {
        /// Characters needed.
        min: usize,
    },
    /// Longer than accepted.
    PasswordLong,
    /// Too few kinds of characters.
    PasswordClasses,
    /// Too few different characters.
    PasswordMonotone,
    /// Little remains once known words are taken out.
    PasswordGuessable,
    /// Typed differently the second time.
    PasswordDiffers,
    /// Contains the user name.
    PasswordHasName,
    /// Used before.
    PasswordReused {
        /// Passwords that are remembered.
        count: usize,
    },
}

impl Rule {
    /// Every rule once, so that a test can hold them against the sentences.
    #[must_use]
    pub fn all() -> Vec<Self> {
        vec![
            Self::Required,
            Self::Unconfirmed,
            Self::TooLong { max: 1 },
            Self::UsernameForm,
            Self::EmailForm,
            Self::AgencyUnknown { code: "x".into() },
            Self::RoleUnknown { role: "x".into() },
            Self::RolesTooMany,
            Self::ExpiryRange { days: 1 },
            Self::DayForm,
            Self::OwnerUnfit,
            Self::PermissionUnknown {
                permission: "x".into(),
            },
            Self::PolicyBroken { detail: "x".into() },
            Self::KindUnknown { kind: "x".into() },
            Self::LineTwice,
            Self::OutOfReach,
            Self::RoleOutOfReach { role: "x".into() },
            Self::PasswordBreached,
            Self::PasswordNotCurrent,
            Self::PasswordShort { min: 1 },
            Self::PasswordLong,
            Self::PasswordClasses,
            Self::PasswordMonotone,
            Self::PasswordGuessable,
            Self::PasswordDiffers,
            Self::PasswordHasName,
            Self::PasswordReused { count: 1 },
        ]
    }

    /// Stable id.
    #[must_use]
    pub const fn id(&self) -> &'static str {
        match self {
            Self::Required => "identity.field.required",
            Self::Unconfirmed => "identity.field.unconfirmed",
            Self::TooLong { .. } => "identity.field.too_long",
            Self::UsernameForm => "identity.username.form",
            Self::EmailForm => "identity.email.form",
            Self::AgencyUnknown { .. } => "identity.agency.unknown",
            Self::RoleUnknown { .. } => "identity.role.unknown",
            Self::RolesTooMany => "identity.role.too_many",
            Self::ExpiryRange { .. } => "identity.token.expiry",
            Self::DayForm => "identity.day.form",
            Self::OwnerUnfit => "identity.owner.unfit",
            Self::PermissionUnknown { .. } => "identity.permission.unknown",
            Self::PolicyBroken { .. } => "identity.policy.broken",
            Self::KindUnknown { .. } => "identity.kind.unknown",
            Self::LineTwice => "identity.import.twice",
            Self::OutOfReach => "identity.import.out_of_reach",
            Self::RoleOutOfReach { .. } => "identity.import.role",
            Self::PasswordBreached => "identity.password.breached",
            Self::PasswordNotCurrent => "identity.password.not_current",
            Self::PasswordShort { .. } => "identity.password.short",
            Self::PasswordLong => "identity.password.long",
            Self::PasswordClasses => "identity.password.classes",
            Self::PasswordMonotone => "identity.password.monotone",
            Self::PasswordGuessable => "identity.password.guessable",
            Self::PasswordDiffers => "identity.password.differs",
            Self::PasswordHasName => "identity.password.has_name",
            Self::PasswordReused { .. } => "identity.password.reused",
        }
    }

    /// The rule as an error of the field at `pointer`.
    #[must_use]
    pub fn at(&self, pointer: impl Into<String>) -> FieldError {
        let arguments = match self {
            Self::TooLong { max } => vec![("max", max.to_string())],
            Self::AgencyUnknown { code } => vec![("code", code.clone())],
            Self::RoleUnknown { role } | Self::RoleOutOfReach { role } => {
                vec![("role", role.clone())]
            }
            Self::PermissionUnknown { permission } => vec![("permission", permission.clone())],
            Self::PolicyBroken { detail } => vec![("detail", detail.clone())],
            Self::KindUnknown { kind } => vec![("kind", kind.clone())],
            Self::RolesTooMany => vec![("max", crate::rules::GRANTS_MAX.to_string())],
            Self::ExpiryRange { days } => vec![("days", days.to_string())],
            Self::PasswordShort { min } => vec![("min", min.to_string())],
            Self::PasswordLong => vec![("max", crate::rules::PASSWORD_BYTES_MAX.to_string())],
            Self::PasswordReused { count } => vec![("count", count.to_string())],
            _ => Vec::new(),
        };
        FieldError {
            pointer: pointer.into(),
            code: self.id().to_owned(),
            messages: messages::sentence(self.id(), &arguments),
        }
    }
}
