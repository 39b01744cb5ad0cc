//! Somebody at the sign-in page has lost the password.
//!
//! Owns: taking the wish, its limits.
//! Not here: the page (`pages/lost.rs`), the mail (`deliver.rs`).
//! Invariant: name known or not, the same statements run and the same answer is given; what
//! differs happens afterwards, where nobody waits for it.
//! Follows: OWASP ASVS 6.3.8, 6.4.3.

use std::net::IpAddr;

use lgsp_model::AccountId;
use lgsp_platform::ledger::Effects;
use uuid::Uuid;

use super::{LOST_PER_ACCOUNT_MAX, LOST_PER_SOURCE_MAX, LOST_WINDOW_MS};
use crate::{
    Identity,
    accounts::check::fold_username,
    actor::Actor,
    error::{Error, Result},
    sign_in::source_of,
    tables::{
        account::{self, Account},
        letter::{self, Letter, LetterKind},
        notice::{self, NoticeKind},
    },
};

impl Identity {
    /// Notes that somebody asks for a link to a new password for a name.
    ///
    /// # Errors
    /// `identity.mail.off`; `identity.link.throttled` when the network asks too often.
    pub(crate) async fn ask_for_reset(
        &self,
        username: &str,
        address: Option<IpAddr>,
    ) -> Result<()> {
        if !self.has_mail() {
            return Err(Error::MailOff);
        }
        let (db, now) = (&self.platform.db, self.platform.clock.now());
        // What an unknown person typed may be a password: only the account's id is kept.
        let found = account::id_of(db, &fold_username(username)).await?;
        let source = source_of(address);
        let tx = db.begin().await?;
        let after = now.plus_ms(-LOST_WINDOW_MS);
        if letter::asked_by(db, &*tx, &source, after).await? >= LOST_PER_SOURCE_MAX {
            return Err(Error::LinkThrottled {
                retry_after_ms: LOST_WINDOW_MS,
            });
        }
        let wish = Letter {
            id: self.platform.ids.next(),
            account_id: found.unwrap_or_else(|| AccountId(Uuid::nil())),
            kind: LetterKind::Lost,
            made_at: now,
            made_by: "unknown".to_owned(),
            source,
            address: address.map(|address| address.to_string()),
            subject: String::new(),
            recipient: None,
        };
        letter::insert(&*tx, &wish).await?;
        Ok(tx.commit().await?)
    }

    /// Whether the wish is followed; if so, the person and the journal are told of it.
    pub(super) async fn note_lost(
        &self,
        wish: &Letter,
        account: &Account,
        effects: &mut Effects,
    ) -> Result<bool> {
        let after = wish.made_at.plus_ms(-LOST_WINDOW_MS);
        let asked = letter::lost_of(&self.platform.db, wish, after).await?;
        let is_kept_here = account.source.is_none();
        if !is_kept_here || asked >= LOST_PER_ACCOUNT_MAX {
            return Ok(false);
        }
        let actor = Actor::named(&wish.made_by, wish.address.clone(), wish.made_at);
        let notice = self.notice_of(NoticeKind::ResetAsked, "", &actor);
        effects.rows.push(notice::row(account.id, &notice));
        let event = actor.audit("password.reset_requested", account);
        let event = event.with_detail(serde_json::json!({ "by": "mail" }));
        effects.events.push(event);
        Ok(true)
    }
}
