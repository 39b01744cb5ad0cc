//! Signatures whose bodies are being written; this file shrinks to nothing.

use lgsp_model::{CopyId, DocumentId};
use lgsp_platform::{
    http::{Caller, Page},
    ledger::{Effects, Leased},
};
use uuid::Uuid;

use super::*;
use crate::{
    Error,
    query::views::{
        AlarmFilter, AlarmItem, AttachmentItem, DocumentDetail, DocumentFilter, DocumentItem,
        MailboxEntry, MailboxFilter, NewSecret, Overview, SecretItem, SystemItem, Window,
    },
};

fn unbuilt<T>() -> Result<T> {
    Err(Error::Stored("not built yet".to_owned()))
}

impl Exchange {
    /// What waits for these agencies (names of resources), urgent first, then oldest.
    pub async fn mailbox_list(
        &self,
        _agencies: &[String],
        _kind: MessageType,
        _limit: u32,
    ) -> Result<Vec<MailboxItem>> {
        unbuilt()
    }
    /// How many of them.
    pub async fn mailbox_count(&self, _agencies: &[String], _kind: MessageType) -> Result<u64> {
        unbuilt()
    }
    /// Hands an item out and marks it fetched.
    pub async fn fetch(&self, _reader: &Reader, _doc_id: &str) -> Result<Rendered> {
        unbuilt()
    }
    /// `updateStatus`: `processing`, `done` (final, repeatable) or `fail` (stays, alarm).
    pub async fn acknowledge(
        &self,
        _reader: &Reader,
        _doc_id: &str,
        _status: WireStatus,
    ) -> Result<()> {
        unbuilt()
    }
    /// What these agencies have sent, newest first; one line a copy. `doc_id`: only that one.
    pub async fn sent_list(
        &self,
        _agencies: &[String],
        _kind: MessageType,
        _doc_id: Option<&str>,
        _limit: u32,
    ) -> Result<Vec<SentItem>> {
        unbuilt()
    }
    /// An official answers for the receiver of a copy: a real status message is written.
    /// The caller has checked the permission for the copy's agency (see `copy_agency`).
    pub async fn act_as_recipient(
        &self,
        _official: &Official,
        _document: DocumentId,
        _copy: CopyId,
        _code: &str,
        _description: Option<String>,
    ) -> Result<Acted> {
        unbuilt()
    }
    /// Agency (name of the resource) that holds a copy, for the permission check.
    pub async fn copy_agency(&self, _document: DocumentId, _copy: CopyId) -> Result<String> {
        unbuilt()
    }
    /// Agency (name of the resource) that sent a document, for the permission check.
    pub async fn sender_agency(&self, _document: DocumentId) -> Result<String> {
        unbuilt()
    }
    /// An official has opened a copy in the console: it counts as fetched.
    pub async fn mark_read(&self, _official: &Official, _copy: CopyId) -> Result<()> {
        unbuilt()
    }
    /// Writes a document, stores it, sends it. The caller has checked the permission for `from`.
    pub async fn compose(
        &self,
        _official: &Official,
        _request: ComposeRequest,
        _files: Vec<ComposeFile>,
    ) -> Result<Submitted> {
        unbuilt()
    }
    /// Writes and sends a revocation (type 1) to all receivers of a document.
    pub async fn revoke(
        &self,
        _official: &Official,
        _document: DocumentId,
        _reason: String,
    ) -> Result<Submitted> {
        unbuilt()
    }
    /// Sends copies again whose delivery is dead, cancelled or failed; gives how many.
    pub async fn resend(
        &self,
        _official: &Official,
        _document: DocumentId,
        _copy: Option<CopyId>,
    ) -> Result<usize> {
        unbuilt()
    }
    /// For the client of the axis: the message of a leased delivery of queue `vxp`.
    pub async fn outbound(&self, _delivery: &Leased) -> Result<Outbound> {
        unbuilt()
    }
    /// For the client of the axis: what is written with `Outcome::Acknowledged`.
    pub async fn sent_effects(&self, _delivery: &Leased, _upstream_doc_id: &str) -> Effects {
        Effects::default()
    }
    /// For the client of the axis: what is written with `Outcome::Failed` and `Dead`.
    pub async fn failed_effects(
        &self,
        _delivery: &Leased,
        _reason: &str,
        _is_dead: bool,
    ) -> Effects {
        Effects::default()
    }
    /// Systems, those of `scope` (agencies, names of resources) only.
    pub async fn system_list(&self, _scope: Option<&[String]>) -> Result<Vec<SystemItem>> {
        unbuilt()
    }
    /// One system.
    pub async fn system_get(&self, _name: &str) -> Result<SystemItem> {
        unbuilt()
    }
    /// Makes a secret; the ones before retire after `overlap_ms`.
    pub async fn secret_create(
        &self,
        _caller: &Caller,
        _name: &str,
        _overlap_ms: i64,
    ) -> Result<NewSecret> {
        unbuilt()
    }
    /// The secrets of a system, newest first.
    pub async fn secret_list(&self, _name: &str) -> Result<Vec<SecretItem>> {
        unbuilt()
    }
    /// Ends a secret at once.
    pub async fn secret_retire(&self, _caller: &Caller, _name: &str, _id: Uuid) -> Result<()> {
        unbuilt()
    }
    /// Documents, newest first; of the agencies of `scope` only.
    pub async fn documents(
        &self,
        _filter: &DocumentFilter,
        _scope: Option<&[String]>,
    ) -> Result<Page<DocumentItem>> {
        unbuilt()
    }
    /// Everything about a document.
    pub async fn document(
        &self,
        _id: DocumentId,
        _scope: Option<&[String]>,
    ) -> Result<DocumentDetail> {
        unbuilt()
    }
    /// The bytes as they were received.
    pub async fn raw(&self, _id: DocumentId, _scope: Option<&[String]>) -> Result<Rendered> {
        unbuilt()
    }
    /// A file of a document, unpacked.
    pub async fn attachment(
        &self,
        _id: DocumentId,
        _index: usize,
        _scope: Option<&[String]>,
    ) -> Result<(AttachmentItem, Rendered)> {
        unbuilt()
    }
    /// Items of officials' mailboxes.
    pub async fn mailbox_entries(
        &self,
        _filter: &MailboxFilter,
        _scope: Option<&[String]>,
    ) -> Result<Page<MailboxEntry>> {
        unbuilt()
    }
    /// Alarms, newest first.
    pub async fn alarms(
        &self,
        _filter: &AlarmFilter,
        _scope: Option<&[String]>,
    ) -> Result<Page<AlarmItem>> {
        unbuilt()
    }
    /// Notes that somebody has seen an alarm.
    pub async fn alarm_acknowledge(
        &self,
        _caller: &Caller,
        _id: Uuid,
        _scope: Option<&[String]>,
    ) -> Result<AlarmItem> {
        unbuilt()
    }
    /// The exchange at one glance; at most 2 s old.
    pub async fn overview(
        &self,
        _window: Window,
        _scope: Option<&[String]>,
    ) -> Result<Arc<Overview>> {
        unbuilt()
    }
}
