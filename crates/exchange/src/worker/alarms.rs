//! Raising and closing alarms.
//!
//! Invariant: an alarm of a rule is open exactly while its instant has passed and its condition
//! holds; raising twice leaves one.

use lgsp_model::Timestamp;
use lgsp_platform::{
    clock::Ids,
    journal::{Class, Event},
    ledger::{Acceptance, Effects},
};
use serde_json::json;
use uuid::Uuid;

use crate::{
    Exchange, Result,
    alarms::{AlarmCode, Facts, Watch},
    directory::{Directory, Place},
    service::WireStatus,
    tables::{
        CopyRow,
        alarm::{self, AlarmRow},
        copy, document,
    },
};

/// Copies that one round looks at.
const ROUND_COPIES_MAX: u32 = 200;
/// Rounds of one pass; what is left waits for the next pass.
const ROUNDS_MAX: u32 = 100;

impl Exchange {
    /// Looks at every copy whose time has come: raises, closes, sets the next look.
    ///
    /// # Errors
    /// `platform.database.failed`; what was done before stays done.
    pub async fn check_alarms(&self) -> Result<()> {
        let db = &self.0.platform.db;
        for _ in 0..ROUNDS_MAX {
            let now = self.now();
            let copies = copy::to_check(db, now, ROUND_COPIES_MAX).await?;
            if copies.is_empty() {
                return Ok(());
            }
            self.check_copies(&copies, now).await?;
        }
        Ok(())
    }

    async fn check_copies(&self, copies: &[CopyRow], now: Timestamp) -> Result<()> {
        let (db, directory) = (&self.0.platform.db, self.directory());
        let mut documents: Vec<Uuid> = copies.iter().map(|copy| copy.document_id.0).collect();
        documents.sort_unstable();
        documents.dedup();
        let open = alarm::of_documents(db, &documents).await?;
        let senders = document::find_many(db, &documents).await?;
        let mut effects = Effects::default();
        for copy in copies {
            let sender = senders.iter().find(|row| row.id == copy.document_id);
            let sender = sender.map_or(copy.agency.as_str(), |row| row.from_agency.as_str());
            let pass = Pass {
                directory: &directory,
                sender,
                open: &open,
                now,
            };
            self.check_copy(&pass, copy, &mut effects);
        }
        self.0
            .platform
            .ledger
            .accept(Acceptance {
                claim: None,
                effects,
            })
            .await?;
        Ok(())
    }

    fn check_copy(&self, pass: &Pass<'_>, copy: &CopyRow, effects: &mut Effects) {
        let Pass {
            directory,
            sender,
            open,
            now,
        } = *pass;
        let db = &self.0.platform.db;
        let watch = Watch {
            calendar: &directory.calendar,
            rules: &directory.settings.alarms,
        };
        let instants = watch.instants(&facts(copy));
        let open: Vec<&AlarmRow> = open
            .iter()
            .filter(|alarm| alarm.copy_id == Some(copy.id.0))
            .collect();
        let mut next_at = None;
        for (code, due_at) in &instants {
            if *due_at > now {
                next_at = Some(next_at.map_or(*due_at, |known: Timestamp| known.min(*due_at)));
            } else if !open.iter().any(|alarm| alarm.code == code.as_str()) {
                // Who has not sent is the sender's side; all else waits for the receiver.
                let agency = if *code == AlarmCode::NotSent {
                    sender
                } else {
                    &copy.agency
                };
                effects.rows.push(alarm::raised(
                    Ids.next(),
                    *code,
                    agency,
                    copy.document_id,
                    Some(copy.id),
                    (*due_at, now),
                ));
                effects
                    .events
                    .push(told(copy, "alarm.raised", code.as_str(), agency, now));
            }
        }
        for alarm in open {
            let holds = instants
                .iter()
                .any(|(code, due_at)| code.as_str() == alarm.code && *due_at <= now);
            if !holds {
                effects.statements.push(alarm::closed(db, alarm.id, now));
                let event = told(copy, "alarm.closed", &alarm.code, &alarm.agency, now);
                effects.events.push(event);
            }
        }
        effects.statements.push(copy::checked(db, copy, next_at));
    }
}

/// What a look at one copy needs to know.
struct Pass<'a> {
    directory: &'a Directory,
    /// Agency that sent the document.
    sender: &'a str,
    /// Alarms of the documents in work that are not closed.
    open: &'a [AlarmRow],
    now: Timestamp,
}

fn facts(copy: &CopyRow) -> Facts {
    Facts {
        is_mailbox: copy.place == Place::Mailbox,
        standing: copy.standing,
        priority: copy.priority,
        created_at: copy.created_at,
        sent_at: copy.sent_at,
        fetched_at: copy.fetched_at,
        asked_at: copy.asked_at,
        moved_at: copy.moved_at,
        confirm_due_at: copy.confirm_due_at,
        due_date: copy.due_date,
        is_failed: copy.wire_status == WireStatus::Fail,
    }
}

fn told(copy: &CopyRow, action: &str, code: &str, agency: &str, now: Timestamp) -> Event {
    Event::new(
        Class::Exchange,
        now,
        "platform",
        action,
        ("document", copy.document_id.to_string()),
    )
    .with_agency(agency)
    .with_detail(json!({ "code": code, "copy": copy.id.to_string() }))
}
