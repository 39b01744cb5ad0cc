//! One attempt to write to a person.
//!
//! Owns: `Postman`, the worker of the queue of mails.
//! Not here: SMTP (`server`), the words (`texts.rs`).
//! Invariant: a link is made in the moment in which its mail leaves, for the account whose
//! address it goes to; one that is tried again carries a new link and voids the one before.
//! Follows: docs/specs/mail.md.

use std::sync::Arc;

use lgsp_platform::{
    ledger::{
        Effects, Leased, Outcome,
        worker::{BackOff, Handled, Handler, Handling},
    },
    mail::{Mail, MailFailure, Mailer},
};

use super::{is_reachable, texts};
use crate::{
    Identity,
    actor::Actor,
    error::Result,
    rules::{DAY_MS, RESET_LINK_MS},
    tables::{
        account::{self, Account},
        letter::{self, Letter, LetterKind},
        preference,
    },
};

/// Waits between attempts; the last one repeats.
const STEPS_MS: [i64; 6] = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000];
/// After this time a mail is given up and waits for a person.
const GIVE_UP_MS: i64 = DAY_MS;
/// As long as a link works, somebody who asked for it may wait for it.
const GIVE_UP_LINK_MS: i64 = RESET_LINK_MS;

/// Writes to people.
pub(super) struct Postman {
    identity: Identity,
    mailer: Arc<dyn Mailer>,
}

/// How an attempt ended, and for whom.
enum Ended {
    Sent(Box<(Letter, Account)>),
    /// There is nobody to write to any more.
    Pointless(&'static str),
    Failed(LetterKind, MailFailure),
}

impl Postman {
    pub(super) fn new(identity: Identity, mailer: Arc<dyn Mailer>) -> Self {
        Self { identity, mailer }
    }

    async fn attempt(&self, delivery: &Leased) -> Result<Ended> {
        let db = &self.identity.platform.db;
        let id = delivery.payload.as_deref().unwrap_or_default().parse();
        let letter = match id {
            Ok(id) => letter::find(db, id).await?,
            Err(_) => None,
        };
        let Some(letter) = letter else {
            return Ok(Ended::Pointless("mail has left or was swept away"));
        };
        let account = account::find(db, letter.account_id).await?;
        let Some(account) = account.filter(|account| is_reachable(account, &letter)) else {
            return Ok(Ended::Pointless(
                "account has no mail address or is not in use",
            ));
        };
        let mail = self.compose(&letter, &account, delivery.attempts).await?;
        Ok(match self.mailer.send(&mail).await {
            Ok(()) => Ended::Sent(Box::new((letter, account))),
            Err(failure) => Ended::Failed(letter.kind, failure),
        })
    }

    async fn compose(&self, letter: &Letter, account: &Account, attempt: i32) -> Result<Mail> {
        let identity = &self.identity;
        let link = match letter.kind.link() {
            Some(purpose) => Some(
                identity
                    .mint_link(&letter.made_by, account, purpose)
                    .await?,
            ),
            None => None,
        };
        let language = preference::get(&identity.platform.db, account.id)
            .await?
            .language;
        let organisation = identity.organisation().unwrap_or_default();
        let page = texts::Page {
            texts: crate::pages::texts::of(language),
            account,
            letter,
            link: link.as_ref(),
            issuer: &identity.issuer,
            organisation: &organisation,
        };
        // A mail with a new link is another mail, or the receiver's software would drop it.
        let id = match link {
            Some(_) => format!("{}.{attempt}", letter.id),
            None => letter.id.to_string(),
        };
        let to = letter.recipient.as_deref().or(account.email.as_deref());
        let to = (to.unwrap_or_default(), account.display_name.as_str());
        Ok(Mail::new(&id, to, &page.subject(), page.text()))
    }

    /// What becomes of the delivery, and what is written with it.
    fn settle(&self, delivery: &Leased, ended: Result<Ended>) -> Handled {
        let (db, now) = (
            &self.identity.platform.db,
            self.identity.platform.clock.now(),
        );
        let mut effects = Effects::default();
        let outcome = match ended {
            Ok(Ended::Sent(sent)) => {
                let (letter, account) = *sent;
                effects.statements.push(letter::closed(db, letter.id));
                if letter.kind.link().is_some() {
                    let actor = Actor::platform(now);
                    effects.events.push(actor.audit("link.mailed", &account));
                }
                Outcome::Acknowledged
            }
            Ok(Ended::Pointless(reason)) => {
                let id = delivery.payload.as_deref().unwrap_or_default().parse();
                effects
                    .statements
                    .extend(id.ok().map(|id| letter::closed(db, id)));
                Outcome::Cancelled {
                    reason: reason.to_owned(),
                }
            }
            Ok(Ended::Failed(_, MailFailure::Never(reason))) => Outcome::Dead { reason },
            Ok(Ended::Failed(kind, MailFailure::NotYet(reason))) => {
                back_off(kind).outcome(delivery, now, reason)
            }
            Err(error) => back_off(LetterKind::Lost).outcome(delivery, now, error.to_string()),
        };
        Handled { outcome, effects }
    }
}

fn back_off(kind: LetterKind) -> BackOff {
    BackOff {
        steps_ms: STEPS_MS.to_vec(),
        give_up_ms: match kind.link() {
            Some(_) => GIVE_UP_LINK_MS,
            None => GIVE_UP_MS,
        },
    }
}

impl Handler for Postman {
    fn handle<'a>(&'a self, delivery: &'a Leased) -> Handling<'a> {
        Box::pin(async move {
            let ended = self.attempt(delivery).await;
            self.settle(delivery, ended)
        })
    }
}
