//! Documents and mailbox entries in lists.
//!
//! Invariant: a page costs a fixed number of statements, whatever its length.

use std::collections::HashMap;

use lgsp_platform::http::{Page, page::limit};
use uuid::Uuid;

use super::views::{DocumentFilter, DocumentItem, MailboxEntry, MailboxFilter, Party, Receiver};
use crate::{
    Result,
    directory::Directory,
    service::Exchange,
    tables::{CopyRow, DocumentRow, alarm, copy, document, search},
};

/// Receivers that a list shows of one document.
const RECEIVERS_SHOWN_MAX: usize = 20;

impl Exchange {
    /// Documents, newest first; of the agencies of `scope` (names of resources) only.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn documents(
        &self,
        filter: &DocumentFilter,
        scope: Option<&[String]>,
    ) -> Result<Page<DocumentItem>> {
        let limit = limit(filter.limit);
        let rows = search::documents(&self.0.platform.db, filter, scope, limit + 1).await?;
        let items = self.document_items(&rows).await?;
        Ok(Page::cut(items, limit, |item| item.id.to_string()))
    }

    pub(crate) async fn document_items(&self, rows: &[DocumentRow]) -> Result<Vec<DocumentItem>> {
        let (db, directory) = (&self.0.platform.db, self.directory());
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id.0).collect();
        let mut copies: HashMap<Uuid, Vec<CopyRow>> = HashMap::new();
        for copy in copy::of_documents(db, &ids).await? {
            copies.entry(copy.document_id.0).or_default().push(copy);
        }
        let mut alarms: HashMap<Uuid, Vec<String>> = HashMap::new();
        for alarm in alarm::of_documents(db, &ids).await? {
            let codes = alarms.entry(alarm.document_id).or_default();
            if !codes.contains(&alarm.code) {
                codes.push(alarm.code);
            }
        }
        let item = |row: &DocumentRow| {
            let copies = copies.get(&row.id.0).map_or(&[][..], Vec::as_slice);
            let alarms = alarms.remove(&row.id.0).unwrap_or_default();
            document_item(&directory, row, copies, alarms)
        };
        Ok(rows.iter().map(item).collect())
    }

    /// Items of officials' mailboxes, newest first.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn mailbox_entries(
        &self,
        filter: &MailboxFilter,
        scope: Option<&[String]>,
    ) -> Result<Page<MailboxEntry>> {
        let (db, directory) = (&self.0.platform.db, self.directory());
        let limit = limit(filter.limit);
        let copies = search::mailbox(db, filter, scope, limit + 1).await?;
        let mut ids: Vec<Uuid> = copies.iter().map(|copy| copy.document_id.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let late: Vec<Option<Uuid>> = alarm::of_documents(db, &ids)
            .await?
            .into_iter()
            .map(|alarm| alarm.copy_id)
            .collect();
        let documents: HashMap<Uuid, DocumentRow> = document::find_many(db, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id.0, row))
            .collect();
        let entry = |copy: &CopyRow| {
            let row = documents.get(&copy.document_id.0)?;
            let is_late = late.contains(&Some(copy.id.0));
            Some(mailbox_entry(&directory, row, copy, is_late))
        };
        let entries = copies.iter().filter_map(entry).collect();
        Ok(Page::cut(entries, limit, |entry: &MailboxEntry| {
            entry.copy_id.to_string()
        }))
    }
}

/// A party with its name.
pub(super) fn party(directory: &Directory, code: &str, agency: &str) -> Party {
    Party {
        code: code.to_owned(),
        agency: agency.to_owned(),
        name: directory.name_of(agency),
    }
}

/// The state that all copies share, or `mixed`.
pub(super) fn summary(copies: &[CopyRow]) -> String {
    let mut shown = copies.iter().map(|copy| copy.standing.shown());
    match shown.next() {
        Some(first) if shown.all(|other| other == first) => first.to_owned(),
        Some(_) => "mixed".to_owned(),
        None => "sent".to_owned(),
    }
}

fn document_item(
    directory: &Directory,
    row: &DocumentRow,
    copies: &[CopyRow],
    alarms: Vec<String>,
) -> DocumentItem {
    let receiver = |copy: &CopyRow| Receiver {
        code: copy.to_code.clone(),
        agency: copy.agency.clone(),
        name: directory.name_of(&copy.agency),
        state: copy.standing.shown().to_owned(),
        transport: copy::word(copy.place).to_owned(),
    };
    DocumentItem {
        id: row.id.0,
        document_id: row.document_id.clone(),
        number: row.number.clone(),
        subject: row.subject.clone(),
        from: party(directory, &row.from_code, &row.from_agency),
        to: copies
            .iter()
            .take(RECEIVERS_SHOWN_MAX)
            .map(receiver)
            .collect(),
        to_count: copies.len(),
        direction: row.direction.clone(),
        business_type: row.business_type,
        priority: row.priority,
        promulgation_date: row.promulgation_date,
        created_at: row.created_at,
        state_summary: summary(copies),
        has_attachments: !row.attachments.is_empty(),
        alarms,
    }
}

fn mailbox_entry(
    directory: &Directory,
    row: &DocumentRow,
    copy: &CopyRow,
    is_late: bool,
) -> MailboxEntry {
    MailboxEntry {
        document_id: row.id.0,
        copy_id: copy.id.0,
        subject: row.subject.clone(),
        number: row.number.clone(),
        from: party(directory, &row.from_code, &row.from_agency),
        to: party(directory, &copy.to_code, &copy.agency),
        received_at: copy.created_at,
        fetched_at: copy.fetched_at,
        confirm_due_at: copy.confirm_due_at,
        due_date: copy.due_date,
        priority: row.priority,
        state: copy.standing.shown().to_owned(),
        transport: copy::word(copy.place).to_owned(),
        business_type: row.business_type,
        is_late,
    }
}
