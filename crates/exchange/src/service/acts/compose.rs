//! Writing a document at the console.

use std::sync::Arc;

use lgsp_model::DocumentId;
use lgsp_platform::{blobs::Received, clock::Ids, error::FieldError};

use super::{
    answer::{date_text, reference},
    write,
};
use crate::{
    Error, Result,
    edxml::{
        Document, Edxml, LimitName, Limits, Mode,
        model::{
            Business, BusinessType, Code, DocumentType, DocumentUpdate, OtherInfo, Party,
            Promulgation, Replacement, Signer,
        },
    },
    service::{
        ComposeFile, ComposeRequest, Exchange, MessageType, Official, Submitted, submit::read,
    },
    tables::DocumentRow,
};

/// Name of the catalogue's list of document types.
const TYPES: &str = "document-type";

impl Exchange {
    /// Writes a document, stores it, sends it. The caller has checked the permission for `from`.
    ///
    /// # Errors
    /// `exchange.fields.invalid` with pointers into the request; `exchange.thing.not_found` for
    /// the documents that it names; everything that [`Exchange::submit`] refuses.
    pub async fn compose(
        &self,
        official: &Official,
        request: ComposeRequest,
        files: Vec<ComposeFile>,
    ) -> Result<Submitted> {
        check(&request, &files)?;
        let target = match request.target {
            Some(id) => Some(self.document_row(DocumentId(id)).await?),
            None => None,
        };
        let answered = match request.response_for {
            Some(id) => Some(self.document_row(DocumentId(id)).await?),
            None => None,
        };
        let agency = request.from.clone();
        let document = self.draft(request, target.as_ref(), answered.as_ref());
        self.send_document(official, &agency, document, files).await
    }

    /// Writes the draft with its files and offers it.
    pub(super) async fn send_document(
        &self,
        official: &Official,
        agency: &str,
        draft: Document,
        files: Vec<ComposeFile>,
    ) -> Result<Submitted> {
        let files = Arc::new(files);
        let bytes: u64 = files.iter().map(|file| file.received.size_bytes).sum();
        let mut received = self.written(&draft, &files, true).await?;
        // Blank scans pack better than receivers believe: they would take them for a bomb.
        if bytes > Limits::RATIO_FREE_BYTES && self.looks_like_a_bomb(&received).await {
            received = self.written(&draft, &files, false).await?;
        }
        self.submit(official.submission(agency, MessageType::Edoc, received))
            .await
    }

    async fn written(
        &self,
        draft: &Document,
        files: &Arc<Vec<ComposeFile>>,
        is_zipped: bool,
    ) -> Result<Received> {
        let mut document = draft.clone();
        for file in files.iter() {
            let id = format!("cid:{}", Ids.next());
            document.attach(&id, &file.name, media_type(&file.name), is_zipped);
        }
        let message = Edxml::Document(Box::new(document));
        write::write(&self.0.platform.blobs, message, files.clone(), is_zipped).await
    }

    async fn looks_like_a_bomb(&self, received: &Received) -> bool {
        let reading = read::read(&self.directory(), received, Mode::Strict).await;
        matches!(
            reading,
            Err(Error::NotConformant(rejection)) if rejection.limit == Some(LimitName::InflateRatio)
        )
    }

    fn draft(
        &self,
        request: ComposeRequest,
        target: Option<&DocumentRow>,
        answered: Option<&DocumentRow>,
    ) -> Document {
        let (directory, now) = (self.directory(), self.now());
        let day = request
            .promulgation_date
            .unwrap_or_else(|| now.vietnam_date());
        let from = Party::new(
            &directory.own_code(&request.from, now),
            &directory.name_of(&request.from),
        );
        let party = |code: &String| {
            let agency = directory.agency_or_code(code, now);
            Party::new(code.trim(), &directory.name_of(&agency))
        };
        let code = Code {
            number: filled(request.number),
            notation: filled(request.notation),
        };
        let flat = code.flat();
        let document_id = if flat.is_empty() || request.business_type == 1 {
            Ids.next().to_string()
        } else {
            format!("{},{},{flat}", from.organ_id, day.format_edxml())
        };
        let type_name = request.document_type.as_deref().and_then(|code| {
            let lists = &directory.catalogue.lists;
            lists
                .label(TYPES, code, now.vietnam_date())
                .map(|labels| labels.vi.clone())
        });
        let mut document = Document {
            from,
            to: request.to.iter().map(party).collect(),
            document_id,
            code: (!flat.is_empty()).then_some(code),
            promulgation: Some(Promulgation {
                place: filled(request.place),
                date: Some(date_text(day)),
            }),
            document_type: filled(request.document_type).map(|number| DocumentType {
                number: Some(number),
                detail: None,
                name: type_name,
            }),
            subject: request.subject.trim().to_owned(),
            content: filled(request.content),
            signer: request.signer.map(|signer| Signer {
                competence: filled(signer.competence),
                position: filled(signer.position),
                full_name: filled(signer.full_name),
            }),
            due_date: request.due_date.map(date_text),
            other_info: Some(OtherInfo {
                priority: Some(request.priority.to_string()),
                ..OtherInfo::default()
            }),
            response_for: answered.map(reference).into_iter().collect(),
            ..Document::default()
        };
        let kind = BusinessType::try_from(request.business_type).unwrap_or_default();
        document.business = Some(business(kind, filled(request.reason), target));
        if let (BusinessType::Revoke, Some(target)) = (kind, target) {
            document.response_for = vec![reference(target)];
        }
        document
    }
}

/// The business part of a document about `target`.
pub(super) fn business(
    kind: BusinessType,
    reason: Option<String>,
    target: Option<&DocumentRow>,
) -> Business {
    let id = target.map(|row| row.document_id.clone());
    let mut business = Business {
        kind,
        reason,
        ..Business::default()
    };
    match kind {
        BusinessType::New => {}
        BusinessType::Revoke => business.document_id = id,
        BusinessType::Update => {
            business.document_id = id;
            business.update = Some(DocumentUpdate {
                document_info: Some("1".to_owned()),
                document_receiver: Some("0".to_owned()),
                receivers: Vec::new(),
            });
        }
        BusinessType::Replace => {
            let replacement = |document_id| Replacement {
                document_id,
                organ_ids: Vec::new(),
            };
            business.replacements = id.map(replacement).into_iter().collect();
        }
    }
    business
}

/// Rules that a form can show at its fields.
fn check(request: &ComposeRequest, files: &[ComposeFile]) -> Result<()> {
    let mut errors = Vec::new();
    let mut wrong = |pointer: &str, vi: &str, en: &str| {
        errors.push(FieldError::new(pointer, "exchange.compose.field", vi, en));
    };
    if request.subject.trim().is_empty() {
        wrong("/subject", "Cần có trích yếu.", "A subject is needed.");
    }
    if request.to.iter().all(|code| code.trim().is_empty()) {
        wrong("/to", "Cần có nơi nhận.", "A receiver is needed.");
    }
    if request.priority > 4 {
        wrong(
            "/priority",
            "Độ khẩn từ 0 đến 4.",
            "The priority is 0 to 4.",
        );
    }
    if request.business_type > 3 {
        wrong(
            "/business_type",
            "Nghiệp vụ từ 0 đến 3.",
            "The business type is 0 to 3.",
        );
    }
    if request.business_type > 0 && request.target.is_none() {
        wrong(
            "/target",
            "Cần chọn văn bản liên quan.",
            "Name the document that it is about.",
        );
    }
    let limits = Limits::default();
    if request.to.len() > limits.recipients {
        wrong(
            "/to",
            "Quá 1000 nơi nhận.",
            "There are more than 1000 receivers.",
        );
    }
    if files.len() > limits.attachments {
        wrong(
            "/files",
            "Quá 100 tệp đính kèm.",
            "There are more than 100 files.",
        );
    }
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(errors))
    }
}

fn filled(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// What offices attach; the reader looks at the content again.
fn media_type(name: &str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map(|(_, end)| end.to_ascii_lowercase());
    match extension.as_deref() {
        Some("pdf") => "application/pdf",
        Some("doc") => "application/msword",
        Some("docx") => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Some("xls") => "application/vnd.ms-excel",
        Some("xlsx") => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        Some("png") => "image/png",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("txt") => "text/plain",
        Some("xml") => "application/xml",
        Some("zip") => "application/zip",
        _ => "application/octet-stream",
    }
}
