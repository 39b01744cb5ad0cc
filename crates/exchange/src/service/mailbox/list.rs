//! Lists and counts of mailboxes.

use std::collections::HashMap;

use lgsp_platform::ledger::query::Delivery;
use uuid::Uuid;

use crate::{
    Result,
    service::{Exchange, MailboxItem, MessageType, STATUS_TRAY, WireStatus},
    tables::{CopyRow, DocumentRow, HistoryRow, copy, document, history, search},
};

impl Exchange {
    /// What waits for these agencies (names of resources): urgent first, then oldest; at most
    /// `limit` and 500.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn mailbox_list(
        &self,
        agencies: &[String],
        kind: MessageType,
        limit: u32,
    ) -> Result<Vec<MailboxItem>> {
        let waiting = self
            .0
            .platform
            .ledger
            .mailbox(&addresses(agencies, kind), limit)
            .await?;
        let ids: Vec<Uuid> = waiting.iter().map(|delivery| delivery.id).collect();
        match kind {
            MessageType::Edoc => self.documents_waiting(&waiting, &ids).await,
            MessageType::Status => self.statuses_waiting(&waiting, &ids).await,
        }
    }

    /// How many of them.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn mailbox_count(&self, agencies: &[String], kind: MessageType) -> Result<u64> {
        let db = &self.0.platform.db;
        let counts = search::count_waiting(db, &addresses(agencies, kind)).await?;
        let total: i64 = counts.iter().map(|(_, count)| count).sum();
        Ok(u64::try_from(total).unwrap_or(0))
    }

    async fn documents_waiting(
        &self,
        waiting: &[Delivery],
        ids: &[Uuid],
    ) -> Result<Vec<MailboxItem>> {
        let db = &self.0.platform.db;
        let copies: HashMap<Uuid, CopyRow> = copy::find_many(db, ids)
            .await?
            .into_iter()
            .map(|copy| (copy.id.0, copy))
            .collect();
        let mut documents: Vec<Uuid> = copies.values().map(|copy| copy.document_id.0).collect();
        documents.sort_unstable();
        documents.dedup();
        let documents: HashMap<Uuid, DocumentRow> = document::find_many(db, &documents)
            .await?
            .into_iter()
            .map(|row| (row.id.0, row))
            .collect();
        let item = |delivery: &Delivery| {
            let copy = copies.get(&delivery.id)?;
            let row = documents.get(&copy.document_id.0)?;
            Some(MailboxItem {
                doc_id: copy.id.to_string(),
                message_type: MessageType::Edoc,
                from_code: row.from_code.clone(),
                from_agency: row.from_agency.clone(),
                to_code: copy.to_code.clone(),
                to_agency: copy.agency.clone(),
                status: copy.wire_status,
                created_at: copy.created_at,
                updated_at: delivery.updated_at,
                size_bytes: row.size_bytes,
                digest: row.digest.clone(),
            })
        };
        Ok(waiting.iter().filter_map(item).collect())
    }

    async fn statuses_waiting(
        &self,
        waiting: &[Delivery],
        ids: &[Uuid],
    ) -> Result<Vec<MailboxItem>> {
        let db = &self.0.platform.db;
        let statuses: HashMap<Uuid, HistoryRow> = history::find_many(db, ids)
            .await?
            .into_iter()
            .map(|row| (row.id, row))
            .collect();
        let messages: Vec<Uuid> = statuses.values().map(|row| row.message_id).collect();
        let sizes = search::message_facts(db, &messages).await?;
        let item = |delivery: &Delivery| {
            let row = statuses.get(&delivery.id)?;
            let (size_bytes, digest) = sizes.get(&row.message_id).cloned().unwrap_or_default();
            Some(MailboxItem {
                doc_id: row.id.to_string(),
                message_type: MessageType::Status,
                from_code: row.from_code.clone(),
                from_agency: row.from_agency.clone(),
                to_code: row.to_code.clone(),
                to_agency: row.to_agency.clone(),
                status: row.wire_status,
                created_at: row.created_at,
                updated_at: delivery.updated_at,
                size_bytes,
                digest,
            })
        };
        Ok(waiting.iter().filter_map(item).collect())
    }
}

/// The addresses in the ledger at which items of a type wait for agencies.
fn addresses(agencies: &[String], kind: MessageType) -> Vec<String> {
    match kind {
        MessageType::Edoc => agencies.to_vec(),
        MessageType::Status => agencies
            .iter()
            .map(|agency| format!("{agency}{STATUS_TRAY}"))
            .collect(),
    }
}

/// A status that nobody has touched.
pub(super) const fn is_open(status: WireStatus) -> bool {
    !matches!(status, WireStatus::Done)
}
