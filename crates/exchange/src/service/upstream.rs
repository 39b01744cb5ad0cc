//! What the client of the national axis needs: the message to send, and what to write after.
//!
//! Owns: `outbound`, `sent_effects`, `failed_effects`.
//! Not here: calls, retries and polling (`national`); messages that come down go through
//! `Exchange::submit` with `Source::Upstream`.
//! Invariant: a copy counts as sent only with the settlement that says so.

use lgsp_model::MessageId;
use lgsp_platform::{
    journal::{Class, Event, seal::hex},
    ledger::{Effects, Leased},
};
use serde_json::json;
use uuid::Uuid;

use super::{Exchange, MessageType, Outbound, UPSTREAM_QUEUE, partner::Addressing};
use crate::{
    Error, Result,
    kinds::PartnerForm,
    rules::CopyState,
    tables::{CopyRow, DocumentRow, HistoryRow, copy, document, history},
};

/// What a delivery of queue `vxp` carries.
enum Carried {
    Document(Box<DocumentRow>, Box<CopyRow>),
    Status(Box<DocumentRow>, Box<HistoryRow>),
}

impl Exchange {
    /// The message of a leased delivery of queue `vxp`, with our trace, as the axis wants it.
    ///
    /// # Errors
    /// `exchange.thing.not_found` when it carries nothing of ours; `exchange.document.withdrawn`
    /// when its sender took it back meanwhile (the client cancels the delivery then).
    pub async fn outbound(&self, delivery: &Leased) -> Result<Outbound> {
        let directory = self.directory();
        let form = directory
            .upstream()
            .map_or_else(PartnerForm::default, |upstream| upstream.spec.form());
        let addressing = |at| Addressing {
            directory: &directory,
            with: form.address_with,
            at,
        };
        match self.carried(delivery.id.0).await? {
            Carried::Document(row, copy) => {
                let codes = addressing(row.created_at);
                if copy.standing.state == CopyState::Withdrawn {
                    return Err(Error::Withdrawn);
                }
                Ok(Outbound {
                    message_type: MessageType::Edoc,
                    document: row.id,
                    from_code: codes.code(&row.from_code),
                    to_code: codes.code(&copy.to_code),
                    notation: row.number.clone().unwrap_or_default(),
                    title: row.subject.clone(),
                    created_at: row.created_at,
                    rendered: self.render(&row, form).await?,
                })
            }
            Carried::Status(row, status) => {
                let codes = addressing(status.created_at);
                let id = MessageId(status.message_id);
                Ok(Outbound {
                    message_type: MessageType::Status,
                    document: row.id,
                    from_code: codes.code(&status.from_code),
                    to_code: codes.code(&status.to_code),
                    notation: row.number.clone().unwrap_or_default(),
                    title: row.subject.clone(),
                    created_at: status.created_at,
                    rendered: self.render_status(id, status.created_at, form).await?,
                })
            }
        }
    }

    /// What is written with `Outcome::Acknowledged`: the axis has taken the message.
    pub async fn sent_effects(&self, delivery: &Leased, upstream_doc_id: &str) -> Effects {
        let (db, now) = (&self.0.platform.db, self.now());
        let Ok(carried) = self.carried(delivery.id.0).await else {
            return Effects::default();
        };
        let statement = match &carried {
            Carried::Document(_, copy) => copy::sent(db, copy.id, upstream_doc_id, now),
            Carried::Status(_, status) => {
                history::wire_status(db, status.id, super::WireStatus::Done)
            }
        };
        let event = self.hop(
            "document.sent",
            "status.sent",
            &carried,
            json!({
                "upstream_doc_id": upstream_doc_id,
                "attempts": delivery.attempts,
            }),
        );
        Effects {
            statements: vec![statement],
            events: vec![event],
            ..Effects::default()
        }
    }

    /// What is written with `Outcome::Failed` and `Outcome::Dead`.
    pub async fn failed_effects(&self, delivery: &Leased, reason: &str, is_dead: bool) -> Effects {
        let Ok(carried) = self.carried(delivery.id.0).await else {
            return Effects::default();
        };
        let facts = json!({
            "reason": reason,
            "attempts": delivery.attempts,
            "is_dead": is_dead,
        });
        let event = self.hop(
            "document.send_failed",
            "status.send_failed",
            &carried,
            facts,
        );
        Effects {
            events: vec![event.with_result("failed")],
            ..Effects::default()
        }
    }

    async fn carried(&self, id: Uuid) -> Result<Carried> {
        let db = &self.0.platform.db;
        let of = async |document| {
            document::find(db, document)
                .await?
                .map(Box::new)
                .ok_or_else(|| Error::not_found("document", document))
        };
        if let Some(copy) = copy::find_many(db, &[id]).await?.pop() {
            return Ok(Carried::Document(
                of(copy.document_id).await?,
                Box::new(copy),
            ));
        }
        match history::find_many(db, &[id]).await?.pop() {
            Some(status) => Ok(Carried::Status(
                of(status.document_id).await?,
                Box::new(status),
            )),
            None => Err(Error::not_found("item", id)),
        }
    }

    fn hop(
        &self,
        of_document: &str,
        of_status: &str,
        carried: &Carried,
        mut detail: serde_json::Value,
    ) -> Event {
        let (action, row, from, to, copy) = match carried {
            Carried::Document(row, copy) => {
                (of_document, row, &row.from_agency, &copy.agency, copy.id.0)
            }
            Carried::Status(row, status) => (
                of_status,
                row,
                &status.from_agency,
                &status.to_agency,
                status.copy_id,
            ),
        };
        if let Some(fields) = detail.as_object_mut() {
            fields.insert("copy".to_owned(), copy.to_string().into());
            fields.insert("from".to_owned(), from.as_str().into());
            fields.insert("to".to_owned(), to.as_str().into());
            fields.insert("digest".to_owned(), hex(&row.digest).into());
        }
        Event::new(
            Class::Exchange,
            self.now(),
            UPSTREAM_QUEUE,
            action,
            ("document", row.id.to_string()),
        )
        .with_agency(from.as_str())
        .with_trace(row.trace_id.clone())
        .with_detail(detail)
    }
}
