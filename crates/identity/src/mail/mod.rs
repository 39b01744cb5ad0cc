//! Mails to people: links to a password, and what they should know of their account.
//!
//! Owns: `Identity::send_mail_through`, wishes for mails, turning them into deliveries.
//! Not here: the attempt (`deliver.rs`), the words (`texts.rs`), SMTP (`server`).
//! Invariant: a wish is written in the transaction of what it tells of; it becomes a delivery
//! once. The delivery carries the wish's id alone: links are made at the attempt, so that no
//! working link is ever stored, in the ledger or elsewhere.
//! Follows: design document "Identity", sections 9 and 10; OWASP ASVS 6.3.5, 6.3.7, 6.4.5.

mod deliver;
mod lost;
mod texts;

use std::sync::Arc;

use lgsp_model::DeliveryId;
use lgsp_platform::{
    db::WriteTx,
    ledger::{
        Acceptance, Claim, Effects, NewDelivery,
        worker::{self, WorkerOptions},
    },
    mail::Mailer,
};

use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    rules::{DAY_MS, HOUR_MS},
    tables::{
        account::{self, Account, State},
        letter::{self, Letter, LetterKind},
        link::LinkPurpose,
        notice::{self, Notice, NoticeKind},
    },
};

/// Queue of mails.
const QUEUE: &str = "identity.mail";
/// Wishes that one look takes.
const WISHES_MAX: u32 = 200;
/// Pause between two looks: a mail may wait a second.
const LOOK_MS: i64 = 1_000;
/// How long a repeated promise is recognised.
const CLAIM_MS: i64 = DAY_MS;
/// Priority of a link, for which somebody sits and waits.
const LINK_PRIORITY: i16 = 7;
/// Priority of all other mails.
const NOTICE_PRIORITY: i16 = 4;
/// Mails in work at the same time: mail servers dislike more.
const CONCURRENCY: u32 = 4;
/// How long one mail may take before another worker may take it.
const LEASE_MS: i64 = 60_000;
/// Links that one account gets in an hour because somebody asked at the sign-in page.
pub const LOST_PER_ACCOUNT_MAX: i64 = 3;
/// Links that one network may ask for in an hour at the sign-in page.
pub const LOST_PER_SOURCE_MAX: i64 = 10;
/// The time that both are counted over.
pub const LOST_WINDOW_MS: i64 = HOUR_MS;

impl Identity {
    /// Sends mails from now on; without this, nothing is mailed and people are told on pages.
    /// The first registration of a process counts.
    pub fn send_mail_through(&self, mailer: Arc<dyn Mailer>) {
        if self.mailer.set(mailer.clone()).is_err() {
            tracing::warn!("mail was set up twice");
            return;
        }
        let platform = &self.platform;
        let options = WorkerOptions {
            queue: QUEUE,
            concurrency: CONCURRENCY,
            lease_ms: LEASE_MS,
        };
        let postman = Arc::new(deliver::Postman::new(self.clone(), mailer));
        worker::start(&platform.ledger, &platform.tasks, options, postman);
        let identity = self.clone();
        platform
            .tasks
            .spawn_until_stopped("mail wishes", async move {
                loop {
                    match identity.promise_letters().await {
                        Ok(found) if found == WISHES_MAX as usize => continue,
                        Ok(_) => {}
                        Err(error) => {
                            tracing::warn!(%error, "mails were not promised, will try again");
                        }
                    }
                    identity.platform.clock.sleep(LOOK_MS).await;
                }
            });
    }

    /// Whether people can be written to.
    #[must_use]
    pub fn has_mail(&self) -> bool {
        self.mailer.get().is_some()
    }

    /// Promises a mail with a link by which the person of an account chooses a password. Earlier
    /// links are void once it leaves.
    ///
    /// # Errors
    /// Those of [`Identity::make_link`]; `identity.mail.off`, `identity.account.no_mail`.
    pub async fn mail_link(
        &self,
        actor: &Actor,
        account: &Account,
        purpose: LinkPurpose,
    ) -> Result<()> {
        let action = self.check_link(account, purpose)?;
        if !self.has_mail() {
            return Err(Error::MailOff);
        }
        if account.email.is_none() {
            return Err(Error::AccountWithoutMail);
        }
        let tx = self.platform.db.begin().await?;
        let wish = Letter {
            id: self.platform.ids.next(),
            account_id: account.id,
            kind: LetterKind::Link(purpose),
            made_at: actor.now,
            made_by: actor.name.clone(),
            source: String::new(),
            address: actor.address.clone(),
            subject: String::new(),
            recipient: None,
        };
        letter::insert(&*tx, &wish).await?;
        if purpose == LinkPurpose::Reset {
            // The mail with the link tells it: no second one.
            let notice = self.notice_of(NoticeKind::PasswordReset, "", actor);
            notice::insert(&*tx, account.id, &notice).await?;
        }
        let event = actor.audit(action, account);
        let event = event.with_detail(serde_json::json!({ "by": "mail" }));
        lgsp_platform::journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }

    /// Wishes the mail of a notice, in the notice's transaction; to another address than the
    /// account's own when `recipient` says so.
    pub(crate) async fn write_notice(
        &self,
        tx: &WriteTx,
        account: lgsp_model::AccountId,
        (notice, made_by): (&Notice, &str),
        recipient: Option<String>,
    ) -> Result<()> {
        if !self.has_mail() {
            return Ok(());
        }
        let wish = Letter {
            recipient,
            ..Letter::of(notice, account, self.platform.ids.next(), made_by)
        };
        letter::insert(&**tx, &wish).await
    }

    /// Turns wishes into deliveries; gives how many there were.
    async fn promise_letters(&self) -> Result<usize> {
        let wishes = letter::open(&self.platform.db, WISHES_MAX).await?;
        let found = wishes.len();
        for wish in wishes {
            self.promise(&wish).await?;
        }
        Ok(found)
    }

    async fn promise(&self, wish: &Letter) -> Result<()> {
        let (db, now) = (&self.platform.db, self.platform.clock.now());
        let account = account::find(db, wish.account_id).await?;
        let receiver = account.filter(|account| is_reachable(account, wish));
        let mut effects = Effects::default();
        let receiver = match receiver {
            Some(account) if wish.kind == LetterKind::Lost => {
                let is_asked = self.note_lost(wish, &account, &mut effects).await?;
                is_asked.then_some(account)
            }
            other => other,
        };
        match receiver {
            None => effects.statements.push(letter::closed(db, wish.id)),
            Some(account) => {
                effects.statements.push(letter::promised(db, wish.id));
                effects.deliveries.push(NewDelivery {
                    id: DeliveryId(self.platform.ids.next()),
                    message: None,
                    queue: QUEUE.to_owned(),
                    address: account.username,
                    lane: None,
                    priority: match wish.kind.link() {
                        Some(_) => LINK_PRIORITY,
                        None => NOTICE_PRIORITY,
                    },
                    is_pull: false,
                    due_at: now,
                    payload: Some(wish.id.to_string()),
                });
            }
        }
        // Two nodes may see the same wish; one of them promises.
        let claim = Claim {
            key: format!("letter:{}", wish.id),
            result: String::new(),
            expires_at: now.plus_ms(CLAIM_MS),
        };
        let acceptance = Acceptance {
            claim: Some(claim),
            effects,
        };
        self.platform.ledger.accept(acceptance).await?;
        Ok(())
    }
}

/// Whether a mail to this account makes sense: its person can be written to, and its state
/// allows the link.
fn is_reachable(account: &Account, letter: &Letter) -> bool {
    let has_address = letter.recipient.is_some() || account.email.is_some();
    let fits = match letter.kind.link() {
        None => matches!(account.state, State::Active | State::Invited),
        Some(LinkPurpose::Activation) => account.state == State::Invited,
        Some(LinkPurpose::Reset) => account.state == State::Active,
    };
    account.kind.is_person() && has_address && fits
}
