//! The numbers of sign-in, passwords, sessions and tokens.
//!
//! Owns: `Rules` and the default of each number, with the clause that asks for it.
//! Not here: what happens at a limit (`sign_in.rs`, `sessions.rs`, `password/`).
//! Follows: TCVN 14423:2026, level 3 (regulation R70 to R75).

use serde::{Deserialize, Serialize};

use crate::factors::policy::{Network, SecondFactor};

/// Milliseconds of a minute.
pub const MINUTE_MS: i64 = 60_000;
/// Milliseconds of an hour.
pub const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * HOUR_MS;

/// Shortest password while there is no second factor (5.6.2.2 b).
pub const PASSWORD_CHARS_MIN: usize = 14;
/// Character classes of such a password: lower, upper, digit, other (5.6.2.2 b).
pub const PASSWORD_CLASSES_MIN: usize = 4;
/// Different characters of a password; stops `Aa1!Aa1!Aa1!Aa1!`.
pub const PASSWORD_DISTINCT_MIN: usize = 8;
/// Longest password that is accepted; longer ones are refused, never cut.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Former passwords that an administrator may not take again (5.6.2.2 b).
pub const PASSWORD_HISTORY: usize = 10;
/// Age at which an administrator's password is due for a change: two months (5.6.2.2 b).
pub const ADMIN_PASSWORD_AGE_MAX_MS: i64 = 60 * DAY_MS;
/// Failures in a row after which the password stops working (5.5.2.2).
pub const FAILURES_MAX: i32 = 5;
/// How long it stops working: 12 hours to 30 days are allowed (5.5.2.2).
pub const LOCK_MS: i64 = 12 * HOUR_MS;
/// Failures that one source may spend at once, so that nobody locks a whole province.
pub const SOURCE_FAILURES_MAX: i64 = 30;
/// Time after which a source gets back one of its failures.
pub const SOURCE_REFILL_MS: i64 = 30_000;
/// Idle time after which a session ends (5.5.2.2 a).
pub const SESSION_IDLE_MS: i64 = 15 * MINUTE_MS;
/// Idle time after which a session of an administrator ends (5.5.2.2 a).
pub const ADMIN_SESSION_IDLE_MS: i64 = 5 * MINUTE_MS;
/// Longest life of a session of an administrator.
pub const ADMIN_SESSION_LIFE_MS: i64 = 8 * HOUR_MS;
/// How long ago a person may have proved itself when it changes its factors.
pub const FRESH_MS: i64 = 5 * MINUTE_MS;
/// Failures in a row of one name from which on each further answer takes longer.
pub const DELAYED_FAILURES_MIN: u32 = 3;
/// How much longer the first such answer takes; each further one twice as long.
pub const FAILURE_DELAY_MS: i64 = 1_000;
/// How long a person may take from the first factor to the last step of signing in.
pub const STEP_LIFE_MS: i64 = 10 * MINUTE_MS;
/// How long a challenge to a passkey may be answered.
pub const CHALLENGE_LIFE_MS: i64 = 5 * MINUTE_MS;
/// Passkeys of one account.
pub const PASSKEYS_MAX: usize = 10;
/// Authenticator applications of one account.
pub const TOTPS_MAX: usize = 3;
/// Recovery codes of a set.
pub const RECOVERY_CODES: usize = 10;
/// How long a link to a new password works (R88).
pub const RESET_LINK_MS: i64 = 8 * HOUR_MS;
/// How long a link that activates an account works.
pub const ACTIVATION_LINK_MS: i64 = 72 * HOUR_MS;
/// How long a browser that signed in before is known without signing in again.
pub const DEVICE_LIFE_MS: i64 = 180 * DAY_MS;
/// Browsers of one account that are known.
pub const DEVICES_MAX: u64 = 20;
/// How long a notice to a person is kept.
pub const NOTICE_LIFE_MS: i64 = 90 * DAY_MS;
/// How long a password that somebody else set may wait to be changed by its person: as long as an
/// activation link.
pub const FIRST_PASSWORD_LIFE_MS: i64 = ACTIVATION_LINK_MS;
/// Longest life of a session, however busy.
pub const SESSION_LIFE_MS: i64 = 12 * HOUR_MS;
/// Sessions of one account; the oldest ends when one more begins.
pub const SESSIONS_MAX: u64 = 10;
/// Life of an access token when none is asked for.
pub const TOKEN_LIFE_DEFAULT_MS: i64 = 90 * DAY_MS;
/// Longest life of an access token.
pub const TOKEN_LIFE_MAX_MS: i64 = 366 * DAY_MS;
/// Access tokens of one account.
pub const TOKENS_MAX: i64 = 50;
/// Time without use after which an account is disabled (5.6.2.3).
pub const ACCOUNT_IDLE_MS: i64 = 45 * DAY_MS;
/// How often "last used" is written; more often would be a write a request.
pub const TOUCH_MS: i64 = MINUTE_MS;
/// Password checks that may wait; beyond it sign-in answers 503.
pub const HASHES_WAITING_MAX: usize = 64;
/// Roles of one account.
pub const GRANTS_MAX: usize = 64;
/// Longest user name, in characters.
pub const USERNAME_CHARS_MAX: usize = 64;
/// Longest display name, token name or mail address, in characters.
pub const NAME_CHARS_MAX: usize = 200;

/// Longest life of a grant of a privileged role.
pub const PRIVILEGED_GRANT_MAX_MS: i64 = 90 * DAY_MS;
/// Level of proof that a privileged act asks for: two factors (5.6.2.4).
pub const PRIVILEGED_ACR_MIN: u8 = 2;
/// Age of that proof at most.
pub const PRIVILEGED_AGE_MAX_MS: i64 = 5 * MINUTE_MS;
/// Level of proof that a bearer token counts for. It was made by somebody who had signed in, and
/// programs cannot prove a factor anew.
pub const TOKEN_ACR: u8 = 2;
/// Accounts of one agency when nothing else is configured: none has more officials.
pub const ACCOUNTS_OF_AGENCY_MAX: u64 = 5_000;
/// Longest time for which an administrator acts as somebody else.
pub const IMPERSONATION_MAX_MS: i64 = 30 * MINUTE_MS;
/// Longest reason of an act on somebody's account, in characters.
pub const REASON_CHARS_MAX: usize = 500;
/// Longest number of a ticket, in characters.
pub const TICKET_CHARS_MAX: usize = 64;
/// Longest delegation.
pub const DELEGATION_MAX_MS: i64 = 180 * DAY_MS;

/// The numbers that an operator may set; the defaults are those of security level 3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rules {
    /// Shortest password.
    pub password_chars_min: usize,
    /// Character classes that a password must mix.
    pub password_classes_min: usize,
    /// Former passwords that an administrator may not take again.
    pub password_history: usize,
    /// Age at which an administrator's password is due for a change.
    pub admin_password_age_max_ms: i64,
    /// Failures in a row that lock the password.
    pub failures_max: i32,
    /// How long the lock holds.
    pub lock_ms: i64,
    /// Failures that one source may spend at once.
    pub source_failures_max: i64,
    /// Time after which a source gets back one of its failures.
    pub source_refill_ms: i64,
    /// Idle time that ends a session.
    pub session_idle_ms: i64,
    /// Longest life of a session.
    pub session_life_ms: i64,
    /// Idle time that ends a session of an administrator.
    pub admin_session_idle_ms: i64,
    /// Longest life of a session of an administrator.
    pub admin_session_life_ms: i64,
    /// Second factor of people who are no administrators.
    pub second_factor: SecondFactor,
    /// Second factor of administrators.
    pub second_factor_administrators: SecondFactor,
    /// Networks, as `10.34.0.0/16`, outside of which everybody needs a second factor; none
    /// when all are inside.
    pub inside_networks: Vec<Network>,
    /// Whether a password that somebody else set must be changed at the first sign-in.
    pub change_first_password: bool,
    /// How long such a password may wait for that; then it opens nothing.
    pub first_password_life_ms: i64,
    /// How much longer the answer to the third failure in a row takes; then twice as long each.
    pub failure_delay_ms: i64,
    /// Longest life of an access token.
    pub token_life_max_ms: i64,
    /// Time without use that disables an account.
    pub account_idle_ms: i64,
    /// Whether a privileged grant needs the approval of a second person.
    pub grant_second_person: bool,
    /// Longest life of a privileged grant.
    pub privileged_grant_max_ms: i64,
    /// Level of the proof that a privileged act asks of a session: 1, 2 or 3.
    pub privileged_acr_min: u8,
    /// Age of that proof at most.
    pub privileged_age_max_ms: i64,
    /// Level of proof that a bearer token counts for; its age counts as none.
    pub token_acr: u8,
    /// Accounts of one agency; 0 for no limit.
    pub accounts_of_agency_max: u64,
}

impl Rules {
    /// The defaults with the differences that the configuration names.
    ///
    /// # Errors
    /// `platform.configuration.invalid` names the key and those that there are.
    pub fn read(differences: &toml::Table) -> lgsp_platform::Result<Self> {
        let value = toml::Value::Table(differences.clone());
        value.try_into().map_err(|error: toml::de::Error| {
            lgsp_platform::Error::Configuration(format!("identity.rules: {}", error.message()))
        })
    }
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            password_chars_min: PASSWORD_CHARS_MIN,
            password_classes_min: PASSWORD_CLASSES_MIN,
            password_history: PASSWORD_HISTORY,
            admin_password_age_max_ms: ADMIN_PASSWORD_AGE_MAX_MS,
            failures_max: FAILURES_MAX,
            lock_ms: LOCK_MS,
            source_failures_max: SOURCE_FAILURES_MAX,
            source_refill_ms: SOURCE_REFILL_MS,
            session_idle_ms: SESSION_IDLE_MS,
            session_life_ms: SESSION_LIFE_MS,
            admin_session_idle_ms: ADMIN_SESSION_IDLE_MS,
            admin_session_life_ms: ADMIN_SESSION_LIFE_MS,
            second_factor: SecondFactor::Enrolled,
            second_factor_administrators: SecondFactor::Required,
            inside_networks: Vec::new(),
            change_first_password: true,
            first_password_life_ms: FIRST_PASSWORD_LIFE_MS,
            failure_delay_ms: FAILURE_DELAY_MS,
            token_life_max_ms: TOKEN_LIFE_MAX_MS,
            account_idle_ms: ACCOUNT_IDLE_MS,
            grant_second_person: true,
            privileged_grant_max_ms: PRIVILEGED_GRANT_MAX_MS,
            privileged_acr_min: PRIVILEGED_ACR_MIN,
            privileged_age_max_ms: PRIVILEGED_AGE_MAX_MS,
            token_acr: TOKEN_ACR,
            accounts_of_agency_max: ACCOUNTS_OF_AGENCY_MAX,
        }
    }
}
