//! Alarms in lists, and noting that somebody has seen one.

use lgsp_platform::{
    error::Sentence,
    http::{Caller, Page, page::limit},
    ledger::{Acceptance, Effects},
};
use uuid::Uuid;

use super::views::{AlarmFilter, AlarmItem};
use crate::{
    Error, Result,
    alarms::AlarmCode,
    directory::Directory,
    service::Exchange,
    tables::{
        alarm::{self, AlarmRow},
        search::cursor,
    },
};

impl Exchange {
    /// Alarms, newest first; of the agencies of `scope` (names of resources) only.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn alarms(
        &self,
        filter: &AlarmFilter,
        scope: Option<&[String]>,
    ) -> Result<Page<AlarmItem>> {
        let limit = limit(filter.limit);
        let before = cursor(filter.cursor.as_deref());
        let state = filter.state.as_deref();
        let rows = alarm::list(&self.0.platform.db, state, scope, before, limit + 1).await?;
        let directory = self.directory();
        let items = rows
            .into_iter()
            .map(|row| alarm_item(&directory, row))
            .collect();
        Ok(Page::cut(items, limit, |item: &AlarmItem| {
            item.id.to_string()
        }))
    }

    /// Notes that somebody has seen an alarm; seen already, nothing changes.
    ///
    /// # Errors
    /// `exchange.thing.not_found`, also for what lies outside `scope`.
    pub async fn alarm_acknowledge(
        &self,
        caller: &Caller,
        id: Uuid,
        scope: Option<&[String]>,
    ) -> Result<AlarmItem> {
        let (db, now) = (&self.0.platform.db, self.now());
        let found = async || {
            alarm::find(db, id)
                .await?
                .filter(|row| scope.is_none_or(|scope| scope.contains(&row.agency)))
                .ok_or_else(|| Error::not_found("alarm", id))
        };
        let row = found().await?;
        if row.state == "open" {
            let statement = alarm::acknowledged(db, id, caller.principal.actor_name(), now);
            let audit = caller
                .audit("alarm.acknowledged", "alarm", id.to_string())
                .with_agency(row.agency);
            let effects = Effects {
                statements: vec![statement],
                events: vec![audit],
                ..Effects::default()
            };
            self.0
                .platform
                .ledger
                .accept(Acceptance {
                    claim: None,
                    effects,
                })
                .await?;
        }
        Ok(alarm_item(&self.directory(), found().await?))
    }
}

pub(super) fn alarm_item(directory: &Directory, row: AlarmRow) -> AlarmItem {
    let code = AlarmCode::parse(&row.code);
    let (vi, en) = code.map_or(("", ""), AlarmCode::sentences);
    AlarmItem {
        id: row.id,
        code: row.code,
        severity: row.severity,
        agency_name: directory.name_of(&row.agency),
        agency: row.agency,
        document_id: row.document_id,
        copy_id: row.copy_id,
        raised_at: row.raised_at,
        due_at: row.due_at,
        state: row.state,
        acknowledged_by: row.acknowledged_by,
        message: Sentence::new(vi, en),
    }
}
