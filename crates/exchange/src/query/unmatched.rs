//! Statuses whose document is not here, in lists.

use lgsp_platform::http::{Page, page::limit};

use super::{
    documents::party,
    views::{UnmatchedFilter, UnmatchedItem},
};
use crate::{
    Result,
    directory::Directory,
    service::Exchange,
    tables::{OrphanRow, orphan, search::cursor},
};

impl Exchange {
    /// Statuses that no document has taken, newest first; of the agencies of `scope` (names of
    /// resources) only.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn unmatched(
        &self,
        filter: &UnmatchedFilter,
        scope: Option<&[String]>,
    ) -> Result<Page<UnmatchedItem>> {
        let limit = limit(filter.limit);
        let before = cursor(filter.cursor.as_deref());
        let state = filter.state.as_deref();
        let rows = orphan::list(&self.0.platform.db, state, scope, before, limit + 1).await?;
        let directory = self.directory();
        let items = rows.into_iter().map(|row| item(&directory, row)).collect();
        Ok(Page::cut(items, limit, |item: &UnmatchedItem| {
            item.id.to_string()
        }))
    }
}

fn item(directory: &Directory, row: OrphanRow) -> UnmatchedItem {
    let of = |agency: &str| party(directory, agency, agency);
    UnmatchedItem {
        id: row.id,
        code: row.code,
        from: of(&row.from_agency),
        about_agency: (!row.about_agency.is_empty()).then(|| of(&row.about_agency)),
        about: row.about,
        next_at: (row.state == "parked").then_some(row.next_at),
        state: row.state,
        created_at: row.created_at,
        expires_at: row.expires_at,
        reason: row
            .reason
            .and_then(|reason| serde_json::from_str(&reason).ok()),
    }
}
