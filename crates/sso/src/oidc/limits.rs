//! The numbers of the provider, each with its unit and reason.
//!
//! Owns: lives of codes and tokens, sizes, rates.
//! Follows: design document "Identity", section 2.4.

/// Largest form or JSON body of a protocol endpoint: a request object and a few fields.
pub(super) const BODY_BYTES_MAX: usize = 128 * 1_024;
/// Fields of one form.
pub(super) const FIELDS_MAX: usize = 64;
/// Longest `state` and `nonce`.
pub(super) const STATE_BYTES_MAX: usize = 2_048;
/// Longest request object.
pub(super) const REQUEST_OBJECT_BYTES_MAX: usize = 65_536;
/// Clocks of others may differ by this much.
pub(super) const SKEW_S: i64 = 60;
/// Life of an authorisation code.
pub(super) const CODE_LIFE_MS: i64 = 60_000;
/// Life of a pushed request.
pub(super) const PAR_LIFE_MS: i64 = 60_000;
/// How long a person may take to sign on and to consent.
pub(super) const TRANSACTION_LIFE_MS: i64 = 600_000;
/// Life of a person's access token, unless the client says otherwise.
pub(super) const ACCESS_PERSON_S: i64 = 300;
/// Life of a system's access token, unless the client says otherwise.
pub(super) const ACCESS_SYSTEM_S: i64 = 3_600;
/// Life of an identity token.
pub(super) const ID_TOKEN_S: i64 = 300;
/// Life of a logout token.
pub(super) const LOGOUT_TOKEN_S: i64 = 120;
/// A refresh token that is not used for so long ends.
pub(super) const REFRESH_IDLE_MS: i64 = 12 * 3_600_000;
/// A family of refresh tokens ends after 30 days.
pub(super) const REFRESH_LIFE_MS: i64 = 30 * 86_400_000;
/// A client whose answer was lost may repeat its refresh within this time.
pub(super) const REFRESH_GRACE_MS: i64 = 10_000;
/// A client assertion may be dated this far ahead.
pub(super) const ASSERTION_AHEAD_S: i64 = 300;
/// Life of a delegation assertion: it is exchanged at once.
pub(super) const ASSERTION_LIFE_S: i64 = 300;
/// Life of a device code.
pub(super) const DEVICE_LIFE_MS: i64 = 600_000;
/// Least wait between two questions of a device.
pub(super) const DEVICE_INTERVAL_S: i64 = 5;
/// Wrong user codes of one address in ten minutes.
pub(super) const USER_CODE_FAILURES_MAX: u32 = 5;
/// Window of [`USER_CODE_FAILURES_MAX`].
pub(super) const USER_CODE_WINDOW_MS: i64 = 600_000;
/// Actors that act for one another in one token.
pub(super) const ACTORS_MAX: usize = 4;
/// How often changes of other nodes in revocations are looked for.
pub(super) const REVOCATION_POLL_MS: i64 = 500;
/// How long the state of an account may be believed without asking again.
pub(super) const ALIVE_MS: i64 = 1_000;
/// Accounts whose state is remembered; past it all are asked again.
pub(super) const ALIVE_MAX: usize = 20_000;
/// How often issued tokens are told to the journal, as counts.
pub(super) const ISSUED_FLUSH_MS: i64 = 60_000;
/// Largest answer that is read from a client's address.
pub(super) const FETCH_BYTES_MAX: u64 = 256 * 1_024;
/// A client's key set is fetched again for an unknown key at most this often.
pub(super) const JWKS_REFETCH_MS: i64 = 30_000;
/// A client's key set is believed for this long.
pub(super) const JWKS_KEPT_MS: i64 = 600_000;
/// How often expired rows are removed.
pub(super) const SWEEP_MS: i64 = 60_000;
