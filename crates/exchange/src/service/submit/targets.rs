//! Finding the document that a message names.
//!
//! Owns: the order of matching.
//! Not here: what is done to it.
//! Follows: design document "Document exchange", section 2.2: `DocumentId` first, else sender's
//! code, number and day of signing.

use lgsp_model::{LocalDate, Timestamp};

use crate::{
    Result,
    directory::Directory,
    edxml::model::ResponseFor,
    service::Exchange,
    tables::{DocumentRow, document},
};

/// The documents that a reference may mean, newest first; new ones and replacements only, unless
/// nothing else has the id.
pub(crate) async fn named(
    exchange: &Exchange,
    directory: &Directory,
    reference: &ResponseFor,
    now: Timestamp,
) -> Result<Vec<DocumentRow>> {
    let db = &exchange.platform().db;
    let organ = reference
        .organ_id
        .as_deref()
        .map(str::trim)
        .filter(|code| !code.is_empty() && *code != "null");
    let agency = organ.map(|code| directory.agency_or_code(code, now));
    if let Some(id) = reference.document_id.as_deref().filter(|id| !id.is_empty()) {
        return Ok(originals(document::by_document_id(db, id).await?));
    }
    let day = reference.promulgation_date.as_ref();
    let day = day.and_then(|day| LocalDate::parse_edxml(day.as_str()));
    match (agency, reference.code.as_deref(), day) {
        (Some(agency), Some(number), Some(day)) => Ok(originals(
            document::by_number(db, &agency, number, day).await?,
        )),
        _ => Ok(Vec::new()),
    }
}

/// Revocations and updates may carry the id of the document that they are about.
fn originals(mut rows: Vec<DocumentRow>) -> Vec<DocumentRow> {
    if rows.iter().any(is_original) {
        rows.retain(is_original);
    }
    rows
}

fn is_original(row: &DocumentRow) -> bool {
    matches!(row.business_type, 0 | 3)
}
