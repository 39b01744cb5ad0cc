//! Second factors: one-time codes, passkeys, recovery codes.
//!
//! Owns: listing and removing the factors of an account, who may change them.
//! Not here: codes (`codes.rs`), rows that were changed by others (`binding.rs`), passkeys (`passkeys.rs`), who needs a factor (`policy.rs`).
//! Invariant: an account changes its factors only with a session that was proved within five
//! minutes, and with a second factor if it has one; each change tells the person.
//! Follows: TCVN 14423:2026, 5.6.2.4 (regulation R70); ASVS 5.0, 6.5 and 7.5.

mod binding;
mod codes;
mod passkeys;
pub mod policy;
mod qr;
mod seal;
mod totp;
pub(crate) mod webauthn;

use lgsp_model::AccountId;
use lgsp_platform::{db::WriteTx, http::Principal, journal};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) use binding::BindingKey;
pub(crate) use passkeys::{Assertion, Purpose, Registration, RelyingParty};
pub(crate) use seal::SeedKey;
pub use webauthn::fuzz_webauthn;

use crate::{
    Identity,
    accounts::check::{check_reason, refuse},
    actor::Actor,
    error::{Error, Result, Rule},
    rules::{FRESH_MS, NAME_CHARS_MAX},
    sessions::session_id,
    tables::{
        account::Account,
        factor::{self, Factor, FactorState},
        notice::NoticeKind,
        session::{self, Session},
    },
};

/// What enrolling a factor gave.
#[derive(Debug)]
pub(crate) struct Enrolled {
    pub(crate) factor: Factor,
    /// Recovery codes, with the first factor of an account; shown once.
    pub(crate) recovery_codes: Vec<String>,
}

/// How somebody who lost a factor was recognised by who removes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecognisedBy {
    /// The person came and showed the identity card.
    IdentityCard,
    /// The head of the unit, who knows the person, confirmed it.
    HeadOfUnit,
    /// A video call with somebody who knows the person or sees the identity card.
    VideoCall,
    /// A letter of the agency, signed and registered.
    SignedLetter,
}

/// How somebody was recognised, and what is to be noted of it.
#[derive(Debug, Clone)]
pub struct Recognised {
    /// By what.
    pub by: RecognisedBy,
    /// Who confirmed it, number of the letter, and the like.
    pub note: String,
}

impl Identity {
    /// The factors of an account, oldest first; what was not confirmed is left out.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn factors(&self, account: AccountId) -> Result<Vec<Factor>> {
        let mut factors = factor::list(&self.platform.db, account).await?;
        factors.retain(|factor| factor.state != FactorState::Pending);
        Ok(factors)
    }

    /// How many recovery codes of an account are unused.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn recovery_codes_left(&self, account: AccountId) -> Result<i64> {
        factor::count_recovery(&self.platform.db, account).await
    }

    /// Removes an own factor; with the last one the recovery codes go too.
    ///
    /// # Errors
    /// `identity.factor.not_found`.
    pub async fn remove_factor(&self, actor: &Actor, account: &Account, id: Uuid) -> Result<()> {
        self.take_factor(actor, account, id, None).await
    }

    /// Removes a factor that somebody else lost; the event keeps how that person was recognised.
    ///
    /// # Errors
    /// `identity.factor.not_found`; `identity.fields.invalid` without a note.
    pub async fn remove_lost_factor(
        &self,
        actor: &Actor,
        account: &Account,
        id: Uuid,
        recognised: &Recognised,
    ) -> Result<()> {
        let mut broken: Vec<_> = check_reason(&recognised.note).into_iter().collect();
        if recognised.note.trim().is_empty() {
            broken.push(Rule::Required.at("/note"));
        }
        for error in &mut broken {
            "/note".clone_into(&mut error.pointer);
        }
        refuse(broken)?;
        self.take_factor(actor, account, id, Some(recognised)).await
    }

    async fn take_factor(
        &self,
        actor: &Actor,
        account: &Account,
        id: Uuid,
        recognised: Option<&Recognised>,
    ) -> Result<()> {
        let factors = factor::list(&self.platform.db, account.id).await?;
        let removed = factors.iter().find(|factor| factor.id == id);
        let removed = removed.ok_or(Error::FactorNotFound)?;
        let is_last = factors.len() == 1;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !factor::delete(db, &*tx, (account.id, id)).await? {
            return Err(Error::FactorNotFound);
        }
        if is_last {
            factor::delete_recovery(db, &*tx, account.id).await?;
        }
        let subject = removed.label.as_str();
        self.notify(&tx, account.id, NoticeKind::FactorRemoved, subject, actor)
            .await?;
        let detail = match recognised {
            Some(how) => {
                json!({ "kind": removed.kind, "factor": removed.id, "recognised": how.by })
            }
            None => json!({ "kind": removed.kind, "factor": removed.id }),
        };
        let mut event = actor.audit("factor.removed", account).with_detail(detail);
        event.ground = recognised.map(|how| how.note.trim().to_owned());
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// Gives a factor another name, which proves nothing and so needs no proof.
    ///
    /// # Errors
    /// `identity.factor.not_found`, `identity.fields.invalid`.
    pub(crate) async fn rename_factor(
        &self,
        actor: &Actor,
        account: &Account,
        (id, label): (Uuid, &str),
    ) -> Result<()> {
        let factors = self.factors(account.id).await?;
        let named = factors.iter().find(|factor| factor.id == id);
        let named = named.ok_or(Error::FactorNotFound)?;
        let label = label_of(label, &named.label)?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        factor::rename(db, &*tx, id, &label).await?;
        let detail = json!({ "kind": named.kind, "factor": id });
        let event = actor.audit("factor.renamed", account).with_detail(detail);
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// The session of a caller, if it may change the account's factors.
    ///
    /// # Errors
    /// `identity.session.required`, `identity.session.insufficient_user_authentication`.
    pub(crate) async fn fresh_session(&self, principal: &Principal) -> Result<Session> {
        let id = session_id(principal).ok_or(Error::SessionRequired)?;
        let session = session::find(&self.platform.db, id).await?;
        let session = session.ok_or(Error::SessionRequired)?;
        let has_factors = !self.factors(principal.account_id).await?.is_empty();
        let level = if has_factors { 2 } else { 1 };
        let age_ms = self.platform.clock.now().since(session.auth_at);
        if age_ms > FRESH_MS || session.acr < level {
            return Err(Error::SessionInsufficient { acr: level });
        }
        Ok(session)
    }

    /// Writes a new factor with its event and notice, and recovery codes if there are none.
    async fn complete_enrolment(
        &self,
        tx: &WriteTx,
        actor: &Actor,
        account: &Account,
        made: Factor,
    ) -> Result<Enrolled> {
        let has_codes = self.recovery_codes_left(account.id).await? > 0;
        let recovery_codes = match has_codes {
            true => Vec::new(),
            false => self.write_recovery_codes(tx, account.id, actor).await?,
        };
        self.notify(tx, account.id, NoticeKind::FactorAdded, &made.label, actor)
            .await?;
        let detail = json!({ "kind": made.kind, "factor": made.id });
        let event = actor.audit("factor.added", account).with_detail(detail);
        journal::append(&**tx, [event]).await?;
        Ok(Enrolled {
            factor: made,
            recovery_codes,
        })
    }
}

/// A name that a person gives a factor, or what it is called otherwise.
fn label_of(typed: &str, otherwise: &str) -> Result<String> {
    let label = typed.trim();
    if label.chars().count() > NAME_CHARS_MAX {
        let max = NAME_CHARS_MAX;
        return Err(Error::Invalid(vec![Rule::TooLong { max }.at("/label")]));
    }
    let label = if label.is_empty() { otherwise } else { label };
    Ok(label.chars().filter(|c| !c.is_control()).collect())
}
