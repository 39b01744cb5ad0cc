//! Whose account somebody is who comes from a provider.
//!
//! Owns: the linking states: linked, to be proved, to be made; making and ending links.
//! Not here: the pages (`callback.rs`, `proof.rs`), who may ask for it (`routes/`).
//! Invariant: a link is made only with a proof of both sides in one browser, or by an
//! administrator; an equal citizen number offers a proof and never replaces it; mail addresses
//! and names match nothing.
//! Follows: design document "Identity", section 8; OWASP ASVS 6.8.1.

use lgsp_identity::{Account, Actor, Kind, NewAccount, Person};
use lgsp_model::AccountId;
use lgsp_platform::journal;
use serde_json::json;
use uuid::Uuid;

use super::{
    Upstream,
    answer::{Answer, Told},
    kind::Unknown,
    last_claims,
    provider::Provider,
    requests::{self, Request, RequestState},
    tables::{self, ExternalIdentity},
    transaction,
};
use crate::upstream::error::{Error, Result};

/// Accounts of one citizen number that are looked at: an official's, an administrator's, a
/// citizen's.
const MATCHES_MAX: u32 = 8;
/// Use of the keyed hash.
const NUMBER: &str = "citizen number";

/// What follows from an answer.
#[derive(Debug)]
pub(crate) enum Linking {
    /// The account is linked: sign it in.
    Linked(Box<Account>),
    /// An account with the same citizen number exists: its person proves it once.
    Prove,
    /// Nobody matched, and the rule has made a citizen's account.
    Made(Box<Account>),
    /// Nobody matched, and the administrator of a unit was asked.
    Asked,
}

impl Upstream {
    /// Finds or makes the account of an answer, as the provider's rule says.
    ///
    /// # Errors
    /// `sso.upstream.unknown`, `sso.upstream.kind`, `sso.upstream.account_unusable`.
    pub(crate) async fn resolve(
        &self,
        provider: &Provider,
        told: &Told,
        actor: &Actor,
    ) -> Result<Linking> {
        let answer = &told.answer;
        let db = &self.platform.db;
        if let Some(link) = tables::find_link(db, &answer.provider, &answer.subject).await? {
            let account = self.usable(provider, link.account_id).await?;
            let kept = last_claims::seal(&self.sealing, link.id, &told.claims)?;
            let tx = db.begin().await?;
            last_claims::note(db, &*tx, link.id, (kept, actor.now)).await?;
            tx.commit().await?;
            return Ok(Linking::Linked(Box::new(account)));
        }
        if !self.matches(provider, answer).await?.is_empty() {
            return Ok(Linking::Prove);
        }
        match provider.spec.unknown {
            Unknown::Refuse => Err(Error::PersonUnknown),
            Unknown::CreateCitizen => {
                let account = self.make_citizen(answer, actor).await?;
                Ok(Linking::Made(Box::new(account)))
            }
            Unknown::AskAdministrator => {
                self.ask(provider, answer, actor).await?;
                Ok(Linking::Asked)
            }
        }
    }

    /// What [`Upstream::resolve`] would do, without doing it.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn foresee(
        &self,
        provider: &Provider,
        answer: &Answer,
    ) -> Result<&'static str> {
        let db = &self.platform.db;
        let link = tables::find_link(db, &answer.provider, &answer.subject).await?;
        if link.is_some() {
            return Ok("linked");
        }
        if !self.matches(provider, answer).await?.is_empty() {
            return Ok("prove");
        }
        Ok(match provider.spec.unknown {
            Unknown::Refuse => "refuse",
            Unknown::CreateCitizen => "create_citizen",
            Unknown::AskAdministrator => "ask_administrator",
        })
    }

    async fn usable(&self, provider: &Provider, id: AccountId) -> Result<Account> {
        let account = self.identity.account(id).await?;
        let mut kinds = provider.spec.account_kinds.iter();
        if !kinds.any(|kind| kind.is(account.kind)) {
            return Err(Error::KindNotAllowed);
        }
        match account.is_live(self.platform.clock.now()) {
            true => Ok(account),
            false => Err(Error::AccountUnusable),
        }
    }

    /// Accounts that the answer's person may prove to be the own.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub(crate) async fn matches(
        &self,
        provider: &Provider,
        answer: &Answer,
    ) -> Result<Vec<AccountId>> {
        let number = answer.mapped.citizen_number.as_deref();
        let Some(number) = number.filter(|_| provider.spec.link_by_citizen_number) else {
            return Ok(Vec::new());
        };
        let hash = self.sealing.hash(NUMBER, number);
        let mut usable = Vec::new();
        for id in tables::with_number(&self.platform.db, hash, MATCHES_MAX).await? {
            match self.usable(provider, id).await {
                Ok(_) => usable.push(id),
                Err(Error::KindNotAllowed | Error::AccountUnusable) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(usable)
    }

    /// Makes a citizen's account and its link. A half-made one of an earlier try is completed.
    async fn make_citizen(&self, answer: &Answer, actor: &Actor) -> Result<Account> {
        let username = self.sealing.username(&answer.provider, &answer.subject);
        let new = new_account(answer, &username, Kind::Citizen, None);
        let made = self.identity.create_account(actor, new, Vec::new()).await;
        let account = match made {
            Err(lgsp_identity::Error::AccountExists) => {
                let account = self.identity.account_by_username(&username).await?;
                let is_ours = account.source.as_deref() == Some(answer.provider.as_str())
                    && account.external_id.as_deref() == Some(answer.subject.as_str());
                match is_ours && account.is_live(actor.now) {
                    true => account,
                    false => return Err(Error::AccountUnusable),
                }
            }
            other => other?,
        };
        self.link(&account, answer, actor, None).await?;
        Ok(account)
    }

    async fn ask(&self, provider: &Provider, answer: &Answer, actor: &Actor) -> Result<()> {
        let agency = match provider.spec.request_agency.trim() {
            "" => self.platform.config.province.code.clone(),
            agency => agency.to_owned(),
        };
        let id = self.platform.ids.next();
        let request = Request {
            id,
            provider: answer.provider.clone(),
            subject: answer.subject.clone(),
            display_name: answer.mapped.name.clone(),
            details: self.seal(id, answer)?,
            state: RequestState::Open,
            reason: String::new(),
            decided_by: None,
            decided_at: None,
            account_id: None,
            created_at: actor.now,
            agency: Some(agency),
        };
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if requests::insert(db, &*tx, &request).await? {
            let mut event = self.event(actor, "account.requested", ("account_request", id));
            event.agency.clone_from(&request.agency);
            journal::append(
                &*tx,
                [event.with_detail(json!({"provider": answer.provider}))],
            )
            .await?;
        }
        Ok(tx.commit().await?)
    }

    /// Links an account to an answer's person, and notes the citizen number if it has none.
    /// `proof` ends the sign-in that proved it in the same transaction.
    ///
    /// # Errors
    /// `sso.upstream.linked_elsewhere`; `sso.upstream.expired` when the proof was used.
    pub(crate) async fn link(
        &self,
        account: &Account,
        answer: &Answer,
        actor: &Actor,
        proof: Option<Uuid>,
    ) -> Result<ExternalIdentity> {
        let db = &self.platform.db;
        let has_number = tables::sealed_number(db, account.id).await?.is_some();
        let tx = db.begin().await?;
        let link = self
            .link_in(&tx, account, answer, actor, has_number)
            .await?;
        if let Some(id) = proof
            && !transaction::finish(db, &*tx, id).await?
        {
            return Err(Error::StateUnknown);
        }
        tx.commit().await?;
        Ok(link)
    }

    /// As [`Upstream::link`], in the caller's transaction.
    ///
    /// # Errors
    /// `sso.upstream.linked_elsewhere`.
    pub(crate) async fn link_in(
        &self,
        tx: &lgsp_platform::db::WriteTx,
        account: &Account,
        answer: &Answer,
        actor: &Actor,
        has_number: bool,
    ) -> Result<ExternalIdentity> {
        let db = &self.platform.db;
        let link = ExternalIdentity {
            id: self.platform.ids.next(),
            provider: answer.provider.clone(),
            subject: answer.subject.clone(),
            account_id: account.id,
            display_name: answer.mapped.name.clone(),
            linked_at: actor.now,
            linked_by: actor.name.clone(),
            last_used_at: None,
        };
        tables::insert_link(&**tx, &link).await?;
        let number = answer.mapped.citizen_number.as_deref();
        if let Some(number) = number.filter(|_| !has_number) {
            let sealed = self.seal_number(account.id, number)?;
            tables::put_number(db, &**tx, account.id, sealed, actor.now).await?;
        }
        let detail = json!({"provider": link.provider, "link": link.id});
        let event = self.account_event(actor, "external_identity.linked", account);
        journal::append(&**tx, [event.with_detail(detail)]).await?;
        Ok(link)
    }

    /// Ends a link of an account.
    ///
    /// # Errors
    /// `sso.external_identity.not_found`.
    pub(crate) async fn unlink(&self, account: &Account, id: Uuid, actor: &Actor) -> Result<()> {
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !tables::delete_link(db, &*tx, account.id, id).await? {
            return Err(Error::LinkNotFound);
        }
        let event = self.account_event(actor, "external_identity.unlinked", account);
        journal::append(&*tx, [event.with_detail(json!({ "link": id }))]).await?;
        Ok(tx.commit().await?)
    }

    /// Hash and sealed form of the citizen number of an account.
    ///
    /// # Errors
    /// `platform.secret.unreadable`.
    pub(crate) fn seal_number(
        &self,
        account: AccountId,
        number: &str,
    ) -> Result<(Vec<u8>, Vec<u8>)> {
        let sealed = self.sealing.seal(account.0, number.as_bytes())?;
        Ok((self.sealing.hash(NUMBER, number), sealed))
    }

    /// An answer sealed for the row of this id.
    ///
    /// # Errors
    /// `platform.secret.unreadable`.
    pub(crate) fn seal(&self, row: Uuid, answer: &Answer) -> Result<Vec<u8>> {
        let text = serde_json::to_vec(answer)
            .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
        self.sealing.seal(row, &text)
    }

    /// The answer that was sealed for the row of this id.
    ///
    /// # Errors
    /// `platform.secret.unreadable`.
    pub(crate) fn unseal(&self, row: Uuid, sealed: &[u8]) -> Result<Answer> {
        let text = self.sealing.unseal(row, sealed)?;
        serde_json::from_slice(&text).map_err(|_| lgsp_platform::Error::Secret.into())
    }
}

/// An account that a provider keeps: no password of its own.
pub(crate) fn new_account(
    answer: &Answer,
    username: &str,
    kind: Kind,
    agency: Option<String>,
) -> NewAccount {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let name = match answer.mapped.name.as_str() {
        "" => username,
        name => name,
    };
    NewAccount {
        username: username.to_owned(),
        display_name: name.to_owned(),
        // A mail address of another form than ours would refuse the whole account.
        email: some(&answer.mapped.email).filter(|email| looks_like_mail(email)),
        agency,
        kind,
        person: Person {
            phone: some(&answer.mapped.phone),
            ..Person::default()
        },
        source: Some(answer.provider.clone()),
        external_id: Some(answer.subject.clone()),
        ..NewAccount::default()
    }
}

/// Whether a text has the form of a mail address.
pub(super) fn looks_like_mail(email: &str) -> bool {
    let has_form = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    has_form && !email.contains(char::is_whitespace)
}
