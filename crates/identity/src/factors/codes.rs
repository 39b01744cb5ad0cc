//! Codes that people type: of an authenticator application, and recovery codes.
//!
//! Owns: enrolling an application, proving a code, making and spending recovery codes.
//! Not here: the computation (`totp.rs`), sealing (`seal.rs`).
//! Invariant: a step and a recovery code work once; failures are counted for the account and
//! lock its codes, whatever was typed; a locked account answers as to a wrong code.
//! Follows: RFC 6238; design document "Identity", section 9; ASVS 5.0, 6.5.

use lgsp_model::AccountId;
use lgsp_platform::{clock::random_bytes, db::WriteTx, http::context::constant_time_eq, journal};
use serde_json::json;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{Enrolled, label_of, qr, totp};
use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    rules::{HOUR_MS, RECOVERY_CODES, TOTPS_MAX},
    secret::stored_hash,
    tables::{
        account::Account,
        factor::{self, Factor, FactorKind, FactorState},
        notice::NoticeKind,
    },
};

/// Random bytes of a recovery code: 120 bits.
const RECOVERY_BYTES: usize = 15;
/// How long an application may be enrolled without being confirmed.
pub(crate) const PENDING_LIFE_MS: i64 = HOUR_MS;
/// Name under which applications show the account, when the province has none.
const PRODUCT: &str = "LGSP";

/// An application that is being enrolled.
pub(crate) struct TotpEnrolment {
    pub(crate) factor: Uuid,
    /// The seed as a person types it.
    pub(crate) secret: Zeroizing<String>,
    /// The address that the picture shows.
    pub(crate) address: Zeroizing<String>,
    /// The picture, as SVG; absent when the address is too long for one.
    pub(crate) picture: Option<Zeroizing<String>>,
}

impl Identity {
    /// What an application must know to be enrolled; the same as before while it is not
    /// confirmed.
    ///
    /// # Errors
    /// `identity.factor.too_many`.
    pub(crate) async fn begin_totp(
        &self,
        actor: &Actor,
        account: &Account,
    ) -> Result<TotpEnrolment> {
        let factors = factor::list(&self.platform.db, account.id).await?;
        let of_kind = |factor: &&Factor| factor.kind == FactorKind::Totp;
        let oldest = actor.now.plus_ms(-PENDING_LIFE_MS);
        let is_open =
            |factor: &&Factor| factor.state == FactorState::Pending && factor.created_at > oldest;
        let open = factors.iter().filter(of_kind).find(is_open);
        if let Some((open, sealed)) = open.and_then(|open| Some((open, open.seed.as_ref()?))) {
            let seed = self.open_seed(open.id, sealed).await?;
            return Ok(self.enrolment(open.id, account, &seed));
        }
        let is_active = |factor: &&Factor| factor.state == FactorState::Active;
        if factors.iter().filter(of_kind).filter(is_active).count() >= TOTPS_MAX {
            return Err(Error::FactorTooMany { max: TOTPS_MAX });
        }
        let seed = random_bytes::<{ totp::SEED_BYTES }>();
        let seed = Zeroizing::new(seed.map_err(lgsp_platform::Error::from)?);
        let id = self.platform.ids.next();
        let made = Factor {
            id,
            account_id: account.id,
            kind: FactorKind::Totp,
            label: String::new(),
            state: FactorState::Pending,
            created_at: actor.now,
            last_used_at: None,
            seed: Some(self.seal_seed(id, &seed[..]).await?),
            credential: None,
            public_key: None,
            counter: 0,
            mac: None,
        };
        let made = self.bound(made).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        factor::delete_pending(db, &*tx, account.id).await?;
        factor::insert(&*tx, &made).await?;
        tx.commit().await?;
        Ok(self.enrolment(id, account, &seed[..]))
    }

    fn enrolment(&self, factor: Uuid, account: &Account, seed: &[u8]) -> TotpEnrolment {
        let province = self.hierarchy.name(&self.platform.config.province.code);
        let issuer =
            province.map_or_else(|| PRODUCT.to_owned(), |name| format!("{PRODUCT} {name}"));
        let issuer = issuer.replace(':', " ");
        let address = Zeroizing::new(totp::address(&issuer, &account.username, seed));
        TotpEnrolment {
            factor,
            secret: Zeroizing::new(totp::base32(seed)),
            picture: qr::svg(&address, "QR").map(Zeroizing::new),
            address,
        }
    }

    /// Confirms an application by a code that it shows.
    ///
    /// # Errors
    /// `identity.factor.refused`, `identity.factor.not_found`.
    pub(crate) async fn confirm_totp(
        &self,
        actor: &Actor,
        account: &Account,
        (id, label): (Uuid, &str),
        typed: &str,
    ) -> Result<Enrolled> {
        let factors = factor::list(&self.platform.db, account.id).await?;
        let is_meant = |factor: &Factor| factor.id == id && factor.state == FactorState::Pending;
        let pending = factors.into_iter().find(is_meant);
        let mut pending = pending.ok_or(Error::FactorNotFound)?;
        pending.label = label_of(label, "Ứng dụng xác thực")?;
        let step = self.step_of_code(&pending, typed, actor).await?;
        let step = step.ok_or(Error::FactorRefused)?;
        if !self.is_genuine(actor, account, &pending).await? {
            return Err(Error::FactorRefused);
        }
        pending.state = FactorState::Active;
        let mac = self.code_of(&pending).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !factor::spend_step(db, &*tx, (id, mac), step, actor.now).await? {
            return Err(Error::FactorRefused);
        }
        factor::rename(db, &*tx, id, &pending.label).await?;
        let enrolled = self
            .complete_enrolment(&tx, actor, account, pending)
            .await?;
        tx.commit().await?;
        Ok(enrolled)
    }

    /// The step whose code was typed: the present one or the one before.
    async fn step_of_code(
        &self,
        factor: &Factor,
        typed: &str,
        actor: &Actor,
    ) -> Result<Option<i64>> {
        let (Some(code), Some(sealed)) = (totp::typed(typed), factor.seed.as_ref()) else {
            return Ok(None);
        };
        let seed = self.open_seed(factor.id, sealed).await?;
        let now = totp::step_at(actor.now.0);
        let fits =
            |step: &i64| constant_time_eq(totp::code(&seed, *step).as_bytes(), code.as_bytes());
        Ok([now, now - 1].into_iter().find(fits))
    }

    /// Proves a code of an application.
    ///
    /// # Errors
    /// `identity.factor.refused` for every reason.
    pub(crate) async fn prove_totp(
        &self,
        actor: &Actor,
        account: &Account,
        typed: &str,
    ) -> Result<()> {
        self.check_codes_lock(actor, account).await?;
        let factors = factor::list(&self.platform.db, account.id).await?;
        let is_usable = |factor: &&Factor| {
            factor.kind == FactorKind::Totp && factor.state == FactorState::Active
        };
        for found in factors.iter().filter(is_usable) {
            let Some(step) = self.step_of_code(found, typed, actor).await? else {
                continue;
            };
            if !self.is_genuine(actor, account, found).await? {
                continue;
            }
            let mac = self.code_of(found).await?;
            let db = &self.platform.db;
            let tx = db.begin().await?;
            if factor::spend_step(db, &*tx, (found.id, mac), step, actor.now).await? {
                factor::set_lock(db, &*tx, account.id, None).await?;
                return Ok(tx.commit().await?);
            }
        }
        self.refuse_code(actor, account, "totp").await
    }

    /// Spends a recovery code.
    ///
    /// # Errors
    /// `identity.factor.refused` for every reason.
    pub(crate) async fn prove_recovery(
        &self,
        actor: &Actor,
        account: &Account,
        typed: &str,
    ) -> Result<()> {
        self.check_codes_lock(actor, account).await?;
        let hash = stored_hash(&plain(typed));
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if factor::spend_recovery(db, &*tx, account.id, hash, actor.now).await? {
            factor::set_lock(db, &*tx, account.id, None).await?;
            self.notify(&tx, account.id, NoticeKind::RecoveryUsed, "", actor)
                .await?;
            journal::append(&*tx, [actor.audit("factor.used_recovery", account)]).await?;
            return Ok(tx.commit().await?);
        }
        drop(tx);
        self.refuse_code(actor, account, "recovery").await
    }

    async fn check_codes_lock(&self, actor: &Actor, account: &Account) -> Result<()> {
        let locked_until = factor::locked_until(&self.platform.db, account.id).await?;
        match locked_until.is_some_and(|until| until > actor.now) {
            true => Err(Error::FactorRefused),
            false => Ok(()),
        }
    }

    /// Counts a wrong code; too many lock the codes of the account, not its passkeys.
    async fn refuse_code(&self, actor: &Actor, account: &Account, kind: &str) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let failures = factor::note_failure(db, &*tx, account.id).await?;
        let detail = json!({ "factor": kind, "failures": failures });
        let mut events = vec![actor.audit("signin.failed", account).with_detail(detail)];
        if failures >= i64::from(self.rules.failures_max) {
            let until = actor.now.plus_ms(self.rules.lock_ms);
            factor::set_lock(db, &*tx, account.id, Some(until)).await?;
            let detail = json!({ "until": until });
            events.push(actor.audit("factor.locked", account).with_detail(detail));
        }
        let refused = events.into_iter().map(|event| event.with_result("refused"));
        journal::append(&*tx, refused).await?;
        tx.commit().await?;
        Err(Error::FactorRefused)
    }

    /// Makes a new set of recovery codes; the old set is void.
    ///
    /// # Errors
    /// `identity.factor.not_found` when the account has no factor to recover from.
    pub(crate) async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        account: &Account,
    ) -> Result<Vec<String>> {
        if self.factors(account.id).await?.is_empty() {
            return Err(Error::FactorNotFound);
        }
        let tx = self.platform.db.begin().await?;
        let codes = self.write_recovery_codes(&tx, account.id, actor).await?;
        self.notify(&tx, account.id, NoticeKind::RecoveryMade, "", actor)
            .await?;
        let detail = json!({ "kind": "recovery" });
        let event = actor.audit("factor.added", account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(codes)
    }

    pub(super) async fn write_recovery_codes(
        &self,
        tx: &WriteTx,
        account: AccountId,
        actor: &Actor,
    ) -> Result<Vec<String>> {
        let mut codes = Vec::with_capacity(RECOVERY_CODES);
        for _ in 0..RECOVERY_CODES {
            let bytes = random_bytes::<RECOVERY_BYTES>().map_err(lgsp_platform::Error::from)?;
            codes.push(totp::base32(&bytes));
        }
        let hashes = codes.iter().map(|code| stored_hash(code)).collect();
        let db = &self.platform.db;
        factor::put_recovery(db, &**tx, account, hashes, actor.now).await?;
        Ok(codes.iter().map(|code| grouped(code)).collect())
    }
}

/// A code in groups of four, as people copy it.
fn grouped(code: &str) -> String {
    let mut text = String::with_capacity(code.len() + code.len() / 4);
    for (place, letter) in code.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            text.push('-');
        }
        text.push(letter);
    }
    text
}

/// What was typed, without groups and in capitals.
fn plain(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric).take(64);
    letters.map(|letter| letter.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recovery_codes_are_typed_as_they_are_shown_or_without_groups() {
        let shown = grouped("ABCDEFGHIJKLMNOPQRSTUVWX");
        assert_eq!(shown, "ABCD-EFGH-IJKL-MNOP-QRST-UVWX");
        assert_eq!(plain(&shown), "ABCDEFGHIJKLMNOPQRSTUVWX");
        assert_eq!(plain(" abcd efgh "), "ABCDEFGH");
    }
}
