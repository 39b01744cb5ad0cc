//! The result of a review as files: a table for programs and a document for people, both signed.
//!
//! Owns: making them when a review is closed, keeping them, giving them.
//! Not here: the document (`sheet.rs`), rows (`rows.rs`), the signature itself (`platform`).
//! Invariant: the files of a closed review never change: they are made once, in the transaction that
//! closes it, from the lines as they are then; their digests stand in its event.
//! Follows: design document "Identity", section 11; docs/specs/signed-files.md.

mod face;
mod paper;
pub mod rows;
mod sheet;
mod words;

use std::{collections::BTreeMap, sync::Arc};

use lgsp_model::Timestamp;
use lgsp_platform::{
    csv,
    detached::{self, FileKeys, FileSigner},
};
use serde_json::{Value, json};
use uuid::Uuid;

use self::{rows::ReviewFile, sheet::Names};
use super::{
    PeopleError,
    review_rows::{ReviewCampaign, ReviewDecision, ReviewLine},
};
use crate::{Identity, error::Result};

/// Name of the table.
pub const TABLE: &str = "result.csv";
/// Name of the document.
pub const DOCUMENT: &str = "result.pdf";

/// A file and its bytes.
pub(super) struct Made {
    pub(super) file: ReviewFile,
    pub(super) content: Vec<u8>,
}

/// The digests of files, as an event keeps them.
pub(super) fn digests(files: &[Made]) -> Value {
    let one = |made: &Made| json!({ "name": made.file.name, "sha256": made.file.sha256 });
    files.iter().map(one).collect()
}

impl Identity {
    async fn file_signer(&self) -> Result<&Arc<FileSigner>> {
        let open = async || -> Result<Arc<FileSigner>> {
            let now = self.platform.clock.now();
            let signer = FileSigner::open(&self.platform.vault, now).await?;
            Ok(Arc::new(signer))
        };
        self.file_signer.get_or_try_init(open).await
    }

    /// The public keys by which signed files are checked.
    ///
    /// # Errors
    /// `platform.secret.unreadable`, `platform.database.failed`.
    pub async fn file_keys(&self) -> Result<FileKeys> {
        Ok(self.file_signer().await?.keys())
    }

    /// Makes the files of a review that is being closed.
    ///
    /// # Errors
    /// `platform.internal.failed`: a bug.
    pub(super) async fn make_result(
        &self,
        review: &ReviewCampaign,
        lines: Vec<ReviewLine>,
        (closed_by, closed_at): (&str, Timestamp),
    ) -> Result<(Vec<ReviewLine>, Vec<Made>)> {
        let signer = self.file_signer().await?.clone();
        let name = |code: &str| {
            let name = self.hierarchy.name(code);
            name.unwrap_or_else(|| code.to_owned())
        };
        let agency = name(&review.agency);
        let above = self.hierarchy.ancestors(&review.agency);
        let above = above.first().map(|code| name(code));
        let codes = lines.iter().filter_map(|line| line.agency.as_deref());
        let agencies: BTreeMap<String, String> =
            codes.map(|code| (code.to_owned(), name(code))).collect();
        let (review, closed_by) = (review.clone(), closed_by.to_owned());
        // Thousands of lines are drawn: not on the threads that answer requests.
        let made = tokio::task::spawn_blocking(move || {
            let names = Names {
                agency: &agency,
                above: above.as_deref(),
                agencies: &agencies,
                closed_by: &closed_by,
                key: signer.kid(),
            };
            let document = sheet::write(&review, &lines, closed_at, &names)?;
            let files = [(TABLE, table(&lines).into_bytes()), (DOCUMENT, document)];
            let signed = files.into_iter().map(|(name, content)| {
                let file = ReviewFile {
                    name: name.to_owned(),
                    bytes: i64::try_from(content.len()).unwrap_or(i64::MAX),
                    sha256: detached::sha256(&content),
                    key_id: signer.kid().to_owned(),
                    signature: signer.sign(&content)?,
                    made_at: closed_at,
                };
                Ok(Made { file, content })
            });
            let made = signed.collect::<Result<Vec<Made>>>()?;
            Ok::<_, crate::Error>((lines, made))
        });
        made.await
            .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?
    }

    /// The files of a review, without their content; none while it is open.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn review_files(&self, review: Uuid) -> Result<Vec<ReviewFile>> {
        rows::list(&self.platform.db, review).await
    }

    /// A file of a review, and its content.
    ///
    /// # Errors
    /// `identity.review.no_file` while the review is open, for one that was closed before results
    /// were signed, and for another name.
    pub async fn review_file(&self, review: Uuid, name: &str) -> Result<(ReviewFile, Vec<u8>)> {
        let found = rows::find(&self.platform.db, review, name).await?;
        found.ok_or_else(|| PeopleError::ReviewNoFile.into())
    }
}

/// The lines of a review as CSV.
pub(crate) fn table(lines: &[ReviewLine]) -> String {
    let mut text = csv::Writer::new(&[
        "username",
        "display_name",
        "kind",
        "state",
        "agency",
        "position",
        "roles",
        "valid_from",
        "valid_until",
        "last_used_at",
        "decision",
        "note",
        "decided_by",
        "decided_at",
    ]);
    for line in lines {
        let at = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
        let decision = line.decision.map(ReviewDecision::as_str);
        text.row(&[
            line.username.clone(),
            line.display_name.clone(),
            line.kind.clone(),
            line.state.clone(),
            line.agency.clone().unwrap_or_default(),
            line.position.clone().unwrap_or_default(),
            line.roles.clone(),
            at(line.valid_from),
            at(line.valid_until),
            line.last_used_at.to_string(),
            decision.unwrap_or_default().to_owned(),
            line.note.clone().unwrap_or_default(),
            line.decided_by.clone().unwrap_or_default(),
            at(line.decided_at),
        ]);
    }
    text.finish()
}
