//! The schema of document exchange.
//!
//! Invariant: indexes are few, because the accept path writes thousands of documents a second.
//! A message has the id of its document and a delivery the id of its copy (or of its status), so
//! that neither needs a column or an index of its own.

use lgsp_platform::db::Migration;

/// Tables of document exchange, in order.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "exchange_20261122_01_document",
        statements: &[
            "CREATE TABLE IF NOT EXISTS document (
            id {uuid} NOT NULL PRIMARY KEY, from_code TEXT NOT NULL, from_agency TEXT NOT NULL,
            document_id TEXT NOT NULL, number TEXT, subject TEXT NOT NULL, folded TEXT NOT NULL,
            business_type SMALLINT NOT NULL, priority SMALLINT NOT NULL,
            promulgation_date TEXT, due_date TEXT, direction TEXT NOT NULL,
            source_kind TEXT NOT NULL, source TEXT NOT NULL, upstream_doc_id TEXT,
            size_bytes BIGINT NOT NULL, digest {bytes} NOT NULL, attachments TEXT NOT NULL,
            header TEXT, defects TEXT NOT NULL, splice TEXT, trace_id TEXT,
            created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS document_identity ON document (document_id, from_agency)",
            "CREATE INDEX IF NOT EXISTS document_sender ON document (from_agency, id)",
            "CREATE TABLE IF NOT EXISTS copy (
            id {uuid} NOT NULL PRIMARY KEY, document_id {uuid} NOT NULL, to_code TEXT NOT NULL,
            agency TEXT NOT NULL, kind TEXT NOT NULL, priority SMALLINT NOT NULL,
            state TEXT NOT NULL, state_rank SMALLINT NOT NULL, ask TEXT, revision INTEGER NOT NULL,
            wire_status TEXT NOT NULL, sent_at BIGINT, fetched_at BIGINT, asked_at BIGINT,
            moved_at BIGINT NOT NULL, confirm_due_at BIGINT, due_date TEXT, check_at BIGINT,
            replaced_by {uuid}, upstream_doc_id TEXT, created_at BIGINT NOT NULL) {by_key}",
            "CREATE INDEX IF NOT EXISTS copy_document ON copy (document_id)",
            "CREATE INDEX IF NOT EXISTS copy_holder ON copy (agency, id)",
            "CREATE INDEX IF NOT EXISTS copy_check ON copy (check_at) WHERE check_at IS NOT NULL",
            "CREATE TABLE IF NOT EXISTS copy_history (
            id {uuid} NOT NULL PRIMARY KEY, message_id {uuid} NOT NULL, document_id {uuid} NOT NULL,
            copy_id {uuid} NOT NULL, code TEXT NOT NULL, description TEXT, staff TEXT,
            from_code TEXT NOT NULL, from_agency TEXT NOT NULL, to_code TEXT NOT NULL,
            to_agency TEXT NOT NULL, effect TEXT NOT NULL, wire_status TEXT NOT NULL,
            source_kind TEXT NOT NULL, source TEXT NOT NULL, fetched_at BIGINT,
            created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS copy_history_document ON copy_history (document_id)",
            "CREATE INDEX IF NOT EXISTS copy_history_sender ON copy_history (from_agency, id)",
            "CREATE TABLE IF NOT EXISTS document_link (
            id {uuid} NOT NULL PRIMARY KEY, document_id {uuid} NOT NULL, relation TEXT NOT NULL,
            target_id {uuid} NOT NULL, created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS document_link_from ON document_link (document_id)",
            "CREATE INDEX IF NOT EXISTS document_link_to ON document_link (target_id)",
            "CREATE TABLE IF NOT EXISTS status_orphan (
            id {uuid} NOT NULL PRIMARY KEY, facts TEXT NOT NULL, state TEXT NOT NULL,
            next_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS status_orphan_due ON status_orphan (next_at)
            WHERE state = 'parked'",
            "CREATE TABLE IF NOT EXISTS alarm (
            id {uuid} NOT NULL PRIMARY KEY, subject {uuid} NOT NULL, code TEXT NOT NULL,
            severity TEXT NOT NULL, agency TEXT NOT NULL, document_id {uuid} NOT NULL,
            copy_id {uuid}, raised_at BIGINT NOT NULL, due_at BIGINT, state TEXT NOT NULL,
            acknowledged_by TEXT, acknowledged_at BIGINT, closed_at BIGINT)",
            "CREATE UNIQUE INDEX IF NOT EXISTS alarm_open ON alarm (subject, code)
            WHERE state <> 'closed'",
            "CREATE INDEX IF NOT EXISTS alarm_document ON alarm (document_id)",
            "CREATE TABLE IF NOT EXISTS system_activity (
            name TEXT NOT NULL PRIMARY KEY, seen_at BIGINT NOT NULL)",
        ],
    },
    Migration {
        name: "exchange_20261126_01_unmatched_status",
        statements: &[
            "ALTER TABLE status_orphan ADD COLUMN from_agency TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE status_orphan ADD COLUMN about_agency TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE status_orphan ADD COLUMN code TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE status_orphan ADD COLUMN about TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE status_orphan ADD COLUMN reason TEXT",
            "CREATE INDEX IF NOT EXISTS status_orphan_open ON status_orphan (id)
            WHERE state IN ('parked', 'listed')",
        ],
    },
];
