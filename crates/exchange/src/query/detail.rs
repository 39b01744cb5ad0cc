//! Everything about one document.
//!
//! Owns: copies with their history, hops, relations, the fields of the message.
//! Not here: content (`content.rs`).
//! Invariant: a document outside the caller's scope does not exist for the caller.

use std::collections::HashMap;

use lgsp_model::DocumentId;
use lgsp_platform::{
    error::Sentence,
    journal::{query as journal, seal::hex},
    ledger::query::Delivery,
};
use uuid::Uuid;

use super::{
    documents::party,
    views::{
        AttachmentItem, CopyItem, DefectItem, DocumentDetail, HistoryItem, Hop, RelatedItem,
        SignerItem,
    },
};
use crate::{
    Error, Result,
    directory::Directory,
    edxml::{AttachmentFacts, AttachmentForm, Document},
    rules::CopyState,
    service::Exchange,
    tables::{CopyRow, DocumentRow, HistoryRow, copy, document, history, search},
};

/// Name of the catalogue's list of status codes.
const STATUSES: &str = "document-status";
/// Hops that a detail shows.
const HOPS_MAX: u32 = 500;

impl Exchange {
    /// Everything about a document.
    ///
    /// # Errors
    /// `exchange.thing.not_found`, also for what lies outside `scope`.
    pub async fn document(
        &self,
        id: DocumentId,
        scope: Option<&[String]>,
    ) -> Result<DocumentDetail> {
        let (db, directory) = (&self.0.platform.db, self.directory());
        let row = self.visible(id, scope).await?;
        let copies = copy::of_documents(db, &[id.0]).await?;
        let statuses = history::of_document(db, id).await?;
        let ids: Vec<Uuid> = copies.iter().map(|copy| copy.id.0).collect();
        let deliveries = self.delivery_states(&ids).await?;
        let mut items = self.document_items(std::slice::from_ref(&row)).await?;
        let item = items
            .pop()
            .ok_or_else(|| Error::not_found("document", id))?;
        let header = self.header(&directory, &row).await.ok();
        let labels = Labels {
            exchange: self,
            directory: &directory,
        };
        let copy_item = |copy: &CopyRow| labels.copy(copy, &statuses, &deliveries);
        let is_withdrawn = !copies.is_empty()
            && copies
                .iter()
                .all(|copy| copy.standing.state == CopyState::Withdrawn);
        Ok(DocumentDetail {
            item,
            content: header.as_ref().and_then(|header| header.content.clone()),
            document_type: header.as_ref().and_then(type_name),
            signer: header.as_ref().and_then(signer),
            due_date: row.due_date,
            other_info: header
                .as_ref()
                .and_then(|header| serde_json::to_value(&header.other_info).ok())
                .unwrap_or_default(),
            reason: header
                .and_then(|header| header.business)
                .and_then(|business| business.reason),
            attachments: row.attachment_facts().iter().map(attachment_item).collect(),
            defects: defects(&row),
            copies: copies.iter().map(copy_item).collect(),
            hops: self.hops(id).await?,
            related: self.related(id).await?,
            digest: hex(&row.digest),
            size_bytes: row.size_bytes,
            trace_id: row.trace_id,
            is_withdrawn,
        })
    }

    /// A document that the scope may see.
    pub(crate) async fn visible(
        &self,
        id: DocumentId,
        scope: Option<&[String]>,
    ) -> Result<DocumentRow> {
        let row = self.document_row(id).await?;
        if let Some(scope) = scope
            && !search::is_party(&self.0.platform.db, id.0, scope).await?
        {
            return Err(Error::not_found("document", id));
        }
        Ok(row)
    }

    async fn hops(&self, id: DocumentId) -> Result<Vec<Hop>> {
        let filter = journal::Filter {
            subject: Some(id.to_string()),
            ..Default::default()
        };
        let mut entries = journal::list(&self.0.platform.db, &filter, HOPS_MAX).await?;
        entries.reverse();
        let hop = |entry: journal::Entry| {
            let text = |name: &str| match entry.detail.get(name) {
                Some(serde_json::Value::String(text)) => Some(text.clone()),
                Some(serde_json::Value::Array(list)) => {
                    let names: Vec<&str> =
                        list.iter().filter_map(serde_json::Value::as_str).collect();
                    Some(names.join(", "))
                }
                _ => None,
            };
            Hop {
                at: entry.at,
                from: text("from"),
                to: text("to"),
                digest: text("digest"),
                actor: entry.actor,
                event: entry.action,
                detail: entry.detail,
            }
        };
        Ok(entries.into_iter().map(hop).collect())
    }

    async fn related(&self, id: DocumentId) -> Result<Vec<RelatedItem>> {
        let db = &self.0.platform.db;
        let links = history::links(db, id).await?;
        let ids: Vec<Uuid> = links.iter().map(|(_, other, _)| *other).collect();
        let others: HashMap<Uuid, DocumentRow> = document::find_many(db, &ids)
            .await?
            .into_iter()
            .map(|row| (row.id.0, row))
            .collect();
        let item = |(relation, other, is_target): (String, Uuid, bool)| {
            let row = others.get(&other)?;
            Some(RelatedItem {
                relation: if is_target {
                    format!("{relation}_by")
                } else {
                    relation
                },
                id: other,
                document_id: row.document_id.clone(),
                subject: row.subject.clone(),
            })
        };
        Ok(links.into_iter().filter_map(item).collect())
    }
}

/// Words for codes, with what they are looked up in.
struct Labels<'a> {
    exchange: &'a Exchange,
    directory: &'a Directory,
}

impl Labels<'_> {
    fn copy(
        &self,
        copy: &CopyRow,
        statuses: &[HistoryRow],
        deliveries: &HashMap<Uuid, Delivery>,
    ) -> CopyItem {
        let delivery = deliveries.get(&copy.id.0);
        let of_copy = statuses.iter().filter(|status| status.copy_id == copy.id.0);
        CopyItem {
            id: copy.id.0,
            to: party(self.directory, &copy.to_code, &copy.agency),
            transport: copy::word(copy.place).to_owned(),
            state: copy.standing.shown().to_owned(),
            delivery_id: copy.id.0,
            delivery_state: delivery
                .map_or("unknown", |delivery| delivery.state.as_str())
                .to_owned(),
            last_error: delivery.and_then(|delivery| delivery.last_error.clone()),
            wire_status: copy.wire_status.as_str().to_owned(),
            fetched_at: copy.fetched_at,
            confirm_due_at: copy.confirm_due_at,
            revision: copy.revision,
            replaced_by: copy.replaced_by,
            history: of_copy.map(|status| self.status(status)).collect(),
        }
    }

    fn status(&self, status: &HistoryRow) -> HistoryItem {
        let day = self.exchange.now().vietnam_date();
        let label = self
            .directory
            .catalogue
            .lists
            .label(STATUSES, &status.code, day);
        HistoryItem {
            at: status.created_at,
            code: status.code.clone(),
            label: label.map_or_else(
                || Sentence::new(status.code.as_str(), status.code.as_str()),
                |label| Sentence::new(label.vi.as_str(), label.en.as_str()),
            ),
            description: status.description.clone(),
            staff: status.staff.clone(),
            from: party(self.directory, &status.from_code, &status.from_agency),
            effect: status.effect.clone(),
        }
    }
}

fn type_name(header: &Document) -> Option<String> {
    let kind = header.document_type.as_ref()?;
    kind.name.clone().or_else(|| kind.number.clone())
}

fn signer(header: &Document) -> Option<SignerItem> {
    header.signer.as_ref().map(|signer| SignerItem {
        competence: signer.competence.clone(),
        position: signer.position.clone(),
        full_name: signer.full_name.clone(),
    })
}

/// Facts about a file as the interface shows them.
pub(super) fn attachment_item(facts: &AttachmentFacts) -> AttachmentItem {
    AttachmentItem {
        index: facts.index,
        name: facts.name.clone(),
        media_type: facts.media_type.clone(),
        size_bytes: facts.inner_size_bytes,
        sha256: facts.inner_sha256.clone(),
        form: match facts.form {
            AttachmentForm::Raw => "raw",
            AttachmentForm::Zip => "zip",
        }
        .to_owned(),
        broken: facts.is_broken,
    }
}

fn defects(row: &DocumentRow) -> Vec<DefectItem> {
    row.defect_list()
        .into_iter()
        .map(|defect| DefectItem {
            code: defect.code.as_str().to_owned(),
            labels: Sentence::new(defect.code.label_vi(), defect.code.label_en()),
            path: defect.path,
            offset: defect.offset,
        })
        .collect()
}
