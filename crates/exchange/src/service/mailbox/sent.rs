//! What agencies have sent, one line for each copy.

use std::collections::HashMap;

use lgsp_platform::ledger::{State, query::Delivery};
use uuid::Uuid;

use crate::{
    Result,
    service::{Exchange, MessageType, SentItem},
    tables::{CopyRow, DocumentRow, HistoryRow, copy, document, history},
};

/// Lines that one answer holds.
const SENT_ITEMS_MAX: u32 = 500;

impl Exchange {
    /// What these agencies (names of resources) have sent, newest first; one line a copy.
    ///
    /// `doc_id` restricts to the message that the sender knows by it.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn sent_list(
        &self,
        agencies: &[String],
        kind: MessageType,
        doc_id: Option<&str>,
        limit: u32,
    ) -> Result<Vec<SentItem>> {
        let limit = limit.min(SENT_ITEMS_MAX);
        let wanted = doc_id.map(str::trim).filter(|id| !id.is_empty());
        let only = wanted.map(Uuid::parse_str).transpose();
        let Ok(only) = only else {
            return Ok(Vec::new());
        };
        let mut items = match kind {
            MessageType::Edoc => self.documents_sent(agencies, only, limit).await?,
            MessageType::Status => self.statuses_sent(agencies, only, limit).await?,
        };
        items.truncate(limit as usize);
        Ok(items)
    }

    async fn documents_sent(
        &self,
        agencies: &[String],
        only: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<SentItem>> {
        let db = &self.0.platform.db;
        let documents = document::sent_by(db, agencies, only, limit).await?;
        let ids: Vec<Uuid> = documents.iter().map(|row| row.id.0).collect();
        let mut copies: HashMap<Uuid, Vec<CopyRow>> = HashMap::new();
        for copy in copy::of_documents(db, &ids).await? {
            copies.entry(copy.document_id.0).or_default().push(copy);
        }
        // Cut before the deliveries are asked for: a document may have a thousand receivers.
        let lines: Vec<(&DocumentRow, &CopyRow)> = documents
            .iter()
            .flat_map(|row| {
                copies
                    .get(&row.id.0)
                    .into_iter()
                    .flatten()
                    .map(move |copy| (row, copy))
            })
            .take(limit as usize)
            .collect();
        let ids: Vec<Uuid> = lines.iter().map(|(_, copy)| copy.id.0).collect();
        let states = self.delivery_states(&ids).await?;
        Ok(lines
            .into_iter()
            .map(|(row, copy)| document_line(row, copy, &states))
            .collect())
    }

    async fn statuses_sent(
        &self,
        agencies: &[String],
        only: Option<Uuid>,
        limit: u32,
    ) -> Result<Vec<SentItem>> {
        let db = &self.0.platform.db;
        let rows = history::sent_by(db, agencies, only, limit).await?;
        let mut documents: Vec<Uuid> = rows.iter().map(|row| row.document_id.0).collect();
        documents.sort_unstable();
        documents.dedup();
        let documents: HashMap<Uuid, DocumentRow> = document::find_many(db, &documents)
            .await?
            .into_iter()
            .map(|row| (row.id.0, row))
            .collect();
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let states = self.delivery_states(&ids).await?;
        let line = |row: HistoryRow| {
            let about = documents.get(&row.document_id.0);
            SentItem {
                message_type: MessageType::Status,
                sender_doc_id: row.message_id.to_string(),
                receiver_doc_id: row.id.to_string(),
                from_code: row.from_code,
                to_code: row.to_code,
                title: about.map(|row| row.subject.clone()).unwrap_or_default(),
                notation: about.and_then(|row| row.number.clone()).unwrap_or_default(),
                sent_at: row.created_at,
                received_at: row.fetched_at,
                send_status: send_status(states.get(&row.id)).to_owned(),
                receive_status: row.code,
            }
        };
        Ok(rows.into_iter().map(line).collect())
    }

    pub(crate) async fn delivery_states(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Delivery>> {
        let found = self.0.platform.ledger.deliveries_by_id(ids).await?;
        Ok(found
            .into_iter()
            .map(|delivery| (delivery.id, delivery))
            .collect())
    }
}

fn document_line(row: &DocumentRow, copy: &CopyRow, states: &HashMap<Uuid, Delivery>) -> SentItem {
    SentItem {
        message_type: MessageType::Edoc,
        sender_doc_id: row.id.to_string(),
        receiver_doc_id: copy.id.to_string(),
        from_code: row.from_code.clone(),
        to_code: copy.to_code.clone(),
        title: row.subject.clone(),
        notation: row.number.clone().unwrap_or_default(),
        sent_at: row.created_at,
        received_at: copy.fetched_at,
        send_status: send_status(states.get(&copy.id.0)).to_owned(),
        receive_status: copy.standing.shown().to_owned(),
    }
}

/// The word for where a delivery stands; a status without delivery is read at the console.
fn send_status(delivery: Option<&Delivery>) -> &'static str {
    match delivery.map(|delivery| (delivery.state, delivery.is_pull)) {
        None | Some((State::Queued | State::Waiting | State::Leased, true)) => "sent",
        Some((State::Queued | State::Waiting | State::Leased, false)) => "queued",
        Some((State::Delivered, true)) => "fetched",
        Some((State::Delivered, false)) => "sent",
        Some((State::Acknowledged, _)) => "done",
        Some((State::Failed, _)) => "failed",
        Some((State::Dead, _)) => "dead",
        Some((State::Cancelled, _)) => "cancelled",
    }
}
