//! An official answers for the receiver of a copy, or asks it back for the sender.

use std::sync::Arc;

use lgsp_model::{CopyId, DeliveryId, DocumentId, LocalDate};
use lgsp_platform::ledger::{Effects, Outcome, Settlement, State};

use super::write;
use crate::{
    Error, Result,
    directory::Place,
    edxml::{
        DateText, Edxml, InstantText, StatusMessage,
        model::{Party, ResponseFor, StaffInfo},
    },
    kinds::PartnerForm,
    service::{Acted, Exchange, MessageType, Official, Reader, WireStatus},
    tables::{CopyRow, DocumentRow, copy},
};

/// Codes that an official may send.
const CODES: [&str; 9] = ["01", "02", "03", "04", "05", "06", "13", "15", "16"];

impl Exchange {
    /// An official answers for the receiver of a copy: a real status message is written.
    ///
    /// Code 13 speaks for the sender of the document: check the permission for
    /// [`Exchange::sender_agency`] then, else for [`Exchange::copy_agency`].
    ///
    /// # Errors
    /// `exchange.thing.not_found`; `exchange.status.order` for a move that the state does not
    /// allow; `exchange.status.foreign` for a code that officials do not send.
    pub async fn act_as_recipient(
        &self,
        official: &Official,
        document: DocumentId,
        copy: CopyId,
        code: &str,
        description: Option<String>,
    ) -> Result<Acted> {
        let held = self.copy_of(document, copy).await?;
        let row = self.document_row(document).await?;
        if !CODES.contains(&code) {
            return Err(Error::StatusForeign {
                code: super::super::submit::short(code),
            });
        }
        let is_sender = code == "13";
        if !is_sender {
            self.read_copy(official, &held).await?;
        }
        let agency = if is_sender {
            &row.from_agency
        } else {
            &held.agency
        };
        let message = self.status_message(official, &row, agency, code, description);
        let received = write::write(
            &self.0.platform.blobs,
            Edxml::Status(message),
            Arc::default(),
            true,
        )
        .await?;
        let mut submission = official.submission(agency, MessageType::Status, received);
        if is_sender {
            submission.signed_to = vec![held.to_code.clone()];
        }
        let submitted = self.submit(submission).await?;
        if !is_sender && code != "01" {
            self.confirm_copy(&held).await?;
        }
        let now = copy::find(&self.0.platform.db, copy).await?.unwrap_or(held);
        Ok(Acted {
            copy,
            doc_id: submitted.doc_id,
            state: now.standing.shown().to_owned(),
        })
    }

    /// An official has opened a copy in the console: it counts as fetched.
    ///
    /// # Errors
    /// `exchange.thing.not_found`, `exchange.document.withdrawn`.
    pub async fn mark_read(&self, official: &Official, copy: CopyId) -> Result<()> {
        let held = copy::find(&self.0.platform.db, copy)
            .await?
            .ok_or_else(|| Error::not_found("copy", copy))?;
        self.read_copy(official, &held).await
    }

    async fn read_copy(&self, official: &Official, copy: &CopyRow) -> Result<()> {
        if copy.place != Place::Mailbox {
            return Err(Error::not_found("copy", copy.id));
        }
        let reader = Reader {
            actor: official.username.clone(),
            on_behalf_of: official.on_behalf_of.clone(),
            agencies: vec![copy.agency.clone()],
            address: official.address.clone(),
            trace_id: official.trace_id.clone(),
            form: PartnerForm::default(),
        };
        self.fetch_copy(&reader, copy).await?;
        Ok(())
    }

    /// Who has answered has the document: its item leaves the list of an agency without a system.
    async fn confirm_copy(&self, copy: &CopyRow) -> Result<()> {
        if self.directory().owner_of(&copy.agency).is_some() {
            return Ok(());
        }
        let ledger = &self.0.platform.ledger;
        let delivery = ledger.delivery(DeliveryId(copy.id.0)).await?;
        if !matches!(delivery.state, State::Queued | State::Delivered) {
            return Ok(());
        }
        let statement =
            copy::wire_status(&self.0.platform.db, copy.id, WireStatus::Done, self.now());
        ledger
            .settle(Settlement {
                id: DeliveryId(copy.id.0),
                fence: None,
                outcome: Outcome::Acknowledged,
                effects: Effects {
                    statements: vec![statement],
                    ..Effects::default()
                },
            })
            .await?;
        Ok(())
    }

    fn status_message(
        &self,
        official: &Official,
        row: &DocumentRow,
        agency: &str,
        code: &str,
        description: Option<String>,
    ) -> StatusMessage {
        let (directory, now) = (self.directory(), self.now());
        StatusMessage {
            from: Party::new(&directory.own_code(agency, now), &directory.name_of(agency)),
            response_for: reference(row),
            staff: official.display_name.clone().map(|name| StaffInfo {
                staff: Some(name),
                ..StaffInfo::default()
            }),
            status_code: code.to_owned(),
            description,
            timestamp: InstantText::from_unix_ms(now.0),
            ..StatusMessage::default()
        }
    }
}

/// How messages name a document.
pub(super) fn reference(row: &DocumentRow) -> ResponseFor {
    ResponseFor {
        organ_id: Some(row.from_code.clone()),
        code: row.number.clone(),
        document_id: Some(row.document_id.clone()),
        promulgation_date: row.promulgation_date.map(date_text),
    }
}

pub(super) fn date_text(day: LocalDate) -> DateText {
    DateText::from_text(&day.format_edxml())
}
