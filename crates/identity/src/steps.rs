//! From the first factor to the session: which step comes next.
//!
//! Owns: `Admission`, the steps of a sign-in, raising a session.
//! Not here: proving single factors (`sign_in.rs`, `factors/`), the pages (`pages/`).
//! Invariant: who is let in has proved what rules, policies, network and application ask for;
//! between the steps nothing but the server knows what was proved.
//! Follows: TCVN 14423:2026, 5.6.2.4; design document "Identity", sections 9 and 10; RFC 9470.

use std::net::IpAddr;

use lgsp_platform::journal;
use serde_json::json;

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    factors::policy::SecondFactor,
    opening::Ending,
    password::Password,
    rules::{DELAYED_FAILURES_MIN, FRESH_MS, STEP_LIFE_MS},
    secret::{new_secret, stored_hash},
    sign_in::{Attempt, Opened, Proof, Proved, RequestInfo, source_of},
    tables::{
        account::Account,
        credential,
        factor::{FactorKind, FactorState},
        link,
        notice::NoticeKind,
        session::{self, Session},
        step::{self, Step},
    },
};

/// How a sign-in goes on after something was proved.
#[derive(Debug)]
pub enum Admission {
    /// Nothing is missing: here is the session.
    Open(Box<Opened>),
    /// A step is missing: the browser keeps this secret and goes to [`STEP_PATH`].
    Step(String),
}

/// Where a browser goes that has to take a step.
pub const STEP_PATH: &str = "/sign-in/step";

/// What is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    /// A second factor, by one of these ways.
    Second(Ways),
    /// A factor must be enrolled first.
    Enrol {
        /// Whether only a passkey is good enough.
        is_passkey_only: bool,
    },
    /// The password must be changed.
    Password,
    /// Nothing.
    Done,
}

/// Ways to prove a second factor; none when all keys of an account are blocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ways {
    pub(crate) has_totp: bool,
    pub(crate) has_passkey: bool,
    pub(crate) has_recovery: bool,
}

impl Identity {
    /// Checks name and password and lets the person in, or on to the next step.
    ///
    /// # Errors
    /// As [`Identity::check_password`].
    pub async fn begin_sign_in(&self, attempt: Attempt, acr_min: u8) -> Result<Admission> {
        let username = attempt.username.clone();
        let result = self.try_begin(attempt, acr_min).await;
        self.settle_attempt(&username, &result).await;
        result
    }

    async fn try_begin(&self, attempt: Attempt, acr_min: u8) -> Result<Admission> {
        let mut proved = self.prove_password(&attempt).await?;
        if !proved.is_foreign {
            let password = attempt.password.clone();
            proved.account.password_hash = self.refresh_hash(&proved.account, password).await;
        }
        let step = self.step_for(&proved.account, &Proof::password(), acr_min);
        let step = Step {
            password_hash: proved.own_hash().map(str::to_owned),
            ..step
        };
        let stage = self
            .stage(&step, &proved.account, attempt.request.address)
            .await?;
        let admission = self
            .admit_proved(&proved, &step, stage, &attempt.request)
            .await?;
        match admission {
            Some(admission) => Ok(admission),
            None => self.refused_at_last(&proved).await,
        }
    }

    /// Notes the right password and opens the session or the step, in one transaction.
    async fn admit_proved(
        &self,
        proved: &Proved,
        step: &Step,
        stage: Stage,
        request: &RequestInfo,
    ) -> Result<Option<Admission>> {
        let Proved { account, actor, .. } = proved;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let failures = credential::failures(db, &*tx, account.id).await?;
        if !proved.note_success(db, &tx).await? {
            return Ok(None);
        }
        if u32::try_from(failures).is_ok_and(|failures| failures >= DELAYED_FAILURES_MIN) {
            self.notify(&tx, account.id, NoticeKind::Failures, "", actor)
                .await?;
        }
        if stage != Stage::Done {
            let secret = new_secret()?;
            let step = Step {
                secret_hash: stored_hash(&secret),
                ..step.clone()
            };
            step::insert(&*tx, &step).await?;
            journal::append(&*tx, [actor.audit("signin.password", account)]).await?;
            tx.commit().await?;
            return Ok(Some(Admission::Step(secret)));
        }
        let ending = Ending {
            account,
            proof: &Proof::password(),
            request,
            actor,
            password_hash: proved.own_hash(),
            is_step_up: false,
        };
        let Some(opened) = self.open_in(&tx, &ending).await? else {
            return Ok(None);
        };
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(Some(Admission::Open(Box::new(opened))))
    }

    /// Lets a person in, or on to the next step, who was proved without a password here: by a
    /// passkey, or by an upstream provider.
    ///
    /// # Errors
    /// `identity.sign_in.refused` when the account may not be used.
    pub async fn admit(
        &self,
        account: &Account,
        proof: &Proof,
        request: &RequestInfo,
        acr_min: u8,
    ) -> Result<Admission> {
        let now = self.platform.clock.now();
        if !account.is_live(now) || !account.kind.is_person() {
            let actor = request.actor(account, now);
            let source = source_of(request.address);
            return self.refused(Some(account), None, &source, &actor).await;
        }
        let step = self.step_for(account, proof, acr_min);
        match self.stage(&step, account, request.address).await? {
            Stage::Done => {
                let opened = self.open_session(account, proof, request).await?;
                Ok(Admission::Open(Box::new(opened)))
            }
            _ => Ok(Admission::Step(self.keep_step(step).await?)),
        }
    }

    /// Begins to raise an open session; nothing when it is too old for that, so that the
    /// person must sign in anew.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn begin_step_up(
        &self,
        session: &Session,
        acr_min: u8,
    ) -> Result<Option<String>> {
        let account = self.account(session.account_id).await?;
        let has_factors = !self.factors(account.id).await?.is_empty();
        let age_ms = self.platform.clock.now().since(session.auth_at);
        // A first factor may only be enrolled by who proved the password just now.
        if !has_factors && age_ms > FRESH_MS {
            return Ok(None);
        }
        let proof = Proof {
            acr: session.acr,
            amr: session.amr.clone(),
            auth_at: None,
        };
        let step = Step {
            is_step_up: true,
            ..self.step_for(&account, &proof, acr_min)
        };
        Ok(Some(self.keep_step(step).await?))
    }

    fn step_for(&self, account: &Account, proof: &Proof, acr_min: u8) -> Step {
        Step {
            secret_hash: Vec::new(),
            account_id: account.id,
            acr: proof.acr,
            amr: proof.amr.clone(),
            acr_min,
            password_hash: None,
            is_step_up: false,
            expires_at: self.platform.clock.now().plus_ms(STEP_LIFE_MS),
        }
    }

    async fn keep_step(&self, step: Step) -> Result<String> {
        let secret = new_secret()?;
        let step = Step {
            secret_hash: stored_hash(&secret),
            ..step
        };
        let tx = self.platform.db.begin().await?;
        step::insert(&*tx, &step).await?;
        tx.commit().await?;
        Ok(secret)
    }

    /// The step behind a browser's secret, and its account.
    ///
    /// # Errors
    /// `identity.step.expired`.
    pub(crate) async fn step(&self, secret: Option<&str>) -> Result<(Step, Account)> {
        let secret = secret.ok_or(Error::StepExpired)?;
        let now = self.platform.clock.now();
        let found = step::find(&self.platform.db, stored_hash(secret), now).await?;
        let found = found.ok_or(Error::StepExpired)?;
        let account = self.account(found.account_id).await?;
        let is_same = found.password_hash.is_none() || found.password_hash == account.password_hash;
        if !account.is_live(now) || !is_same {
            return Err(Error::StepExpired);
        }
        Ok((found, account))
    }

    /// What is missing.
    pub(crate) async fn stage(
        &self,
        step: &Step,
        account: &Account,
        address: Option<IpAddr>,
    ) -> Result<Stage> {
        let wanted = self.wanted(account, address);
        let factors = self.factors(account.id).await?;
        let by_rule = match wanted.second_factor {
            SecondFactor::Off => 1,
            SecondFactor::Enrolled if factors.is_empty() => 1,
            SecondFactor::Enrolled | SecondFactor::Required => 2,
        };
        let level = by_rule.max(step.acr_min);
        let is_active = |kind| {
            factors
                .iter()
                .any(|factor| factor.kind == kind && factor.state == FactorState::Active)
        };
        let has_passkey = is_active(FactorKind::Passkey) && self.has_passkeys();
        if step.acr < level {
            let must_prove = match level {
                0..=2 => !factors.is_empty(),
                _ => has_passkey || (step.acr < 2 && !factors.is_empty()),
            };
            if !must_prove {
                return Ok(Stage::Enrol {
                    is_passkey_only: level > 2,
                });
            }
            let is_enough = level <= 2 || !has_passkey;
            return Ok(Stage::Second(Ways {
                has_passkey,
                has_totp: is_enough && is_active(FactorKind::Totp),
                has_recovery: is_enough && self.recovery_codes_left(account.id).await? > 0,
            }));
        }
        let is_due = self.is_first_password(account, &wanted) || self.is_password_old(account);
        if step.password_hash.is_some() && is_due {
            return Ok(Stage::Password);
        }
        Ok(Stage::Done)
    }

    /// Notes what was proved on the way.
    pub(crate) async fn prove_step(&self, step: &mut Step, acr: u8, amr: &[&str]) -> Result<()> {
        step.acr = step.acr.max(acr);
        for word in amr {
            if !step.amr.iter().any(|known| known == word) {
                step.amr.push((*word).to_owned());
            }
        }
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !step::update(db, &*tx, step).await? {
            return Err(Error::StepExpired);
        }
        Ok(tx.commit().await?)
    }

    /// Counts a failure of a step; too many end it.
    pub(crate) async fn fail_step(&self, step: &Step) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let failures = step::note_failure(db, &*tx, step.secret_hash.clone()).await?;
        if failures >= i64::from(self.rules.failures_max) {
            step::delete(db, &*tx, step.secret_hash.clone()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Changes the password on the way; sessions that were open with the old one end.
    ///
    /// # Errors
    /// `identity.fields.invalid`, `platform.queue.full`.
    pub(crate) async fn change_password_in_step(
        &self,
        step: &mut Step,
        account: &Account,
        new: Password,
        actor: &Actor,
    ) -> Result<()> {
        self.check_changed_password(account, &new).await?;
        let hash = self.hashes.hash(new).await?;
        step.password_hash = Some(hash.clone());
        let db = &self.platform.db;
        let tx = db.begin().await?;
        let by = (None, actor.now);
        credential::set_password(db, &*tx, account, &hash, by, self.rules.password_history).await?;
        session::delete_of(db, &*tx, account.id, None).await?;
        link::delete_of(db, &*tx, account.id).await?;
        step::update(db, &*tx, step).await?;
        self.notify(&tx, account.id, NoticeKind::PasswordChanged, "", actor)
            .await?;
        let detail = json!({ "forced": true });
        let event = actor.audit("password.changed", account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(())
    }

    /// Opens the session of a step that lacks nothing.
    ///
    /// # Errors
    /// `identity.step.expired` when something is still missing, or it was used before.
    pub(crate) async fn finish_step(
        &self,
        step: &Step,
        account: &Account,
        request: &RequestInfo,
    ) -> Result<Opened> {
        if self.stage(step, account, request.address).await? != Stage::Done {
            return Err(Error::StepExpired);
        }
        let actor = request.actor(account, self.platform.clock.now());
        let proof = Proof {
            acr: step.acr,
            amr: step.amr.clone(),
            // The last step was just taken.
            auth_at: None,
        };
        let ending = Ending {
            account,
            proof: &proof,
            request,
            actor: &actor,
            password_hash: step.password_hash.as_deref(),
            is_step_up: step.is_step_up,
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !step::delete(db, &*tx, step.secret_hash.clone()).await? {
            return Err(Error::StepExpired);
        }
        let opened = self.open_in(&tx, &ending).await?;
        let opened = opened.ok_or(Error::StepExpired)?;
        tx.commit().await?;
        self.sessions_changed.notify_waiters();
        Ok(opened)
    }
}
