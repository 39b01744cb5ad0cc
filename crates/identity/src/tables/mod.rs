//! The tables of identity.
//!
//! Owns: the schema, small helpers for statements.
//! Not here: what the rows mean (`accounts/`, `sessions.rs`, `tokens.rs`, `sign_in.rs`).
//! Invariant: passwords, session ids and tokens are stored as hashes only.

pub(crate) mod account;
pub(crate) mod account_query;
pub(crate) mod base;
pub(crate) mod challenge;
pub(crate) mod credential;
pub(crate) mod device;
pub(crate) mod effective;
pub(crate) mod factor;
pub(crate) mod grant;
pub(crate) mod group;
pub(crate) mod group_tree;
pub(crate) mod group_ways;
pub(crate) mod impersonation;
pub(crate) mod letter;
pub(crate) mod link;
pub(crate) mod notice;
pub(crate) mod owner;
pub(crate) mod participant;
pub(crate) mod preference;
pub(crate) mod role;
pub(crate) mod session;
pub(crate) mod session_query;
pub(crate) mod source;
pub(crate) mod step;
pub(crate) mod token;

use lgsp_model::Timestamp;
use lgsp_platform::db::{Database, Migration, places};
use sea_orm::{ConnectionTrait, QueryResult, Value};

pub(crate) use base::Base;

use crate::error::Result;

/// Tables of this crate.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "identity_20261122_01_account",
        statements: &[
            "CREATE TABLE IF NOT EXISTS account (
                id {uuid} NOT NULL PRIMARY KEY, username TEXT NOT NULL UNIQUE,
                display_name TEXT NOT NULL, email TEXT, agency TEXT, kind TEXT NOT NULL,
                state TEXT NOT NULL, search TEXT NOT NULL,
                password_hash TEXT, password_changed_at BIGINT, password_by TEXT,
                failures INTEGER NOT NULL, locked_until BIGINT,
                last_sign_in_at BIGINT, last_used_at BIGINT NOT NULL, created_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS account_agency ON account (agency, username)",
            "CREATE TABLE IF NOT EXISTS account_role (
                account_id {uuid} NOT NULL REFERENCES account (id),
                role TEXT NOT NULL, agency TEXT NOT NULL,
                granted_by TEXT NOT NULL, granted_at BIGINT NOT NULL,
                PRIMARY KEY (account_id, role, agency))",
            "CREATE TABLE IF NOT EXISTS password_history (
                account_id {uuid} NOT NULL REFERENCES account (id),
                replaced_at BIGINT NOT NULL, password_hash TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS password_history_account
                ON password_history (account_id, replaced_at)",
            "CREATE TABLE IF NOT EXISTS account_preference (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                language TEXT NOT NULL, theme TEXT NOT NULL, density TEXT NOT NULL)",
        ],
    },
    Migration {
        name: "identity_20261122_02_session",
        statements: &[
            "CREATE TABLE IF NOT EXISTS session (
                id {uuid} NOT NULL PRIMARY KEY, secret_hash {bytes} NOT NULL UNIQUE,
                account_id {uuid} NOT NULL REFERENCES account (id), csrf_token TEXT NOT NULL,
                created_at BIGINT NOT NULL, last_seen_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL, address TEXT, user_agent TEXT)",
            "CREATE INDEX IF NOT EXISTS session_account ON session (account_id, created_at)",
            "CREATE INDEX IF NOT EXISTS session_expiry ON session (expires_at)",
            "CREATE TABLE IF NOT EXISTS access_token (
                id {uuid} NOT NULL PRIMARY KEY, secret_hash {bytes} NOT NULL UNIQUE,
                account_id {uuid} NOT NULL REFERENCES account (id), name TEXT NOT NULL,
                created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, last_used_at BIGINT)",
            "CREATE INDEX IF NOT EXISTS access_token_account ON access_token (account_id)",
            "CREATE TABLE IF NOT EXISTS sign_in_source (
                source TEXT NOT NULL PRIMARY KEY, refilled_at BIGINT NOT NULL)",
        ],
    },
    Migration {
        name: "identity_20261126_01_person",
        statements: &[
            "ALTER TABLE account ADD COLUMN given_name TEXT",
            "ALTER TABLE account ADD COLUMN family_name TEXT",
            "ALTER TABLE account ADD COLUMN phone TEXT",
            "ALTER TABLE account ADD COLUMN job_title TEXT",
            "ALTER TABLE account ADD COLUMN source TEXT",
            "ALTER TABLE account ADD COLUMN external_id TEXT",
            "ALTER TABLE account ADD COLUMN valid_from BIGINT",
            "ALTER TABLE account ADD COLUMN valid_until BIGINT",
            "ALTER TABLE account ADD COLUMN must_change_password BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE account ADD COLUMN changed_at BIGINT NOT NULL DEFAULT 0",
            "UPDATE account SET changed_at = created_at",
            "CREATE INDEX IF NOT EXISTS account_source ON account (source, external_id)",
            "CREATE INDEX IF NOT EXISTS account_external ON account (external_id)",
            "CREATE INDEX IF NOT EXISTS account_email ON account (email)",
            "CREATE INDEX IF NOT EXISTS account_changed ON account (changed_at)",
        ],
    },
    Migration {
        name: "identity_20261126_02_sign_on",
        statements: &[
            "ALTER TABLE session ADD COLUMN auth_at BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE session ADD COLUMN acr BIGINT NOT NULL DEFAULT 1",
            "ALTER TABLE session ADD COLUMN amr TEXT NOT NULL DEFAULT 'pwd'",
            "UPDATE session SET auth_at = created_at",
            "CREATE TABLE IF NOT EXISTS session_participant (
                id {uuid} NOT NULL PRIMARY KEY, session_id {uuid} NOT NULL,
                account_id {uuid} NOT NULL, protocol TEXT NOT NULL, client TEXT NOT NULL,
                client_index TEXT NOT NULL, data TEXT NOT NULL, joined_at BIGINT NOT NULL,
                UNIQUE (session_id, protocol, client, client_index))",
            "CREATE INDEX IF NOT EXISTS session_participant_protocol
                ON session_participant (protocol, id)",
        ],
    },
    Migration {
        name: "identity_20261126_03_group",
        statements: &[
            "CREATE TABLE IF NOT EXISTS user_group (
                id {uuid} NOT NULL PRIMARY KEY, name TEXT NOT NULL,
                name_key TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL, agency TEXT,
                source TEXT, external_id TEXT, search TEXT NOT NULL,
                created_at BIGINT NOT NULL, changed_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS user_group_agency ON user_group (agency, name_key)",
            "CREATE INDEX IF NOT EXISTS user_group_external ON user_group (external_id)",
            "CREATE TABLE IF NOT EXISTS user_group_member (
                group_id {uuid} NOT NULL REFERENCES user_group (id),
                account_id {uuid} NOT NULL REFERENCES account (id),
                until BIGINT, added_by TEXT NOT NULL, added_at BIGINT NOT NULL,
                PRIMARY KEY (group_id, account_id))",
            "CREATE INDEX IF NOT EXISTS user_group_member_account
                ON user_group_member (account_id)",
        ],
    },
    Migration {
        name: "identity_20261126_11_email_fold",
        statements: &["CREATE INDEX IF NOT EXISTS account_email_fold ON account (LOWER(email))"],
    },
    Migration {
        name: "identity_20261126_04_document",
        statements: &["ALTER TABLE account ADD COLUMN document TEXT"],
    },
    Migration {
        name: "identity_20261126_05_factor",
        statements: &[
            "CREATE TABLE IF NOT EXISTS factor (
                id {uuid} NOT NULL PRIMARY KEY, account_id {uuid} NOT NULL REFERENCES account (id),
                kind TEXT NOT NULL, label TEXT NOT NULL, state TEXT NOT NULL,
                created_at BIGINT NOT NULL, last_used_at BIGINT,
                seed {bytes}, last_step BIGINT NOT NULL DEFAULT 0,
                credential TEXT UNIQUE, public_key {bytes}, counter BIGINT NOT NULL DEFAULT 0)",
            "CREATE INDEX IF NOT EXISTS factor_account ON factor (account_id, id)",
            "CREATE TABLE IF NOT EXISTS recovery_code (
                account_id {uuid} NOT NULL REFERENCES account (id), code_hash {bytes} NOT NULL,
                created_at BIGINT NOT NULL, used_at BIGINT, PRIMARY KEY (account_id, code_hash))",
            "CREATE TABLE IF NOT EXISTS factor_lock (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                failures BIGINT NOT NULL, locked_until BIGINT)",
            "CREATE TABLE IF NOT EXISTS passkey_challenge (
                hash {bytes} NOT NULL PRIMARY KEY, purpose TEXT NOT NULL, account_id {uuid},
                expires_at BIGINT NOT NULL)",
        ],
    },
    Migration {
        name: "identity_20261126_06_step",
        statements: &[
            "CREATE TABLE IF NOT EXISTS sign_in_step (
                secret_hash {bytes} NOT NULL PRIMARY KEY,
                account_id {uuid} NOT NULL REFERENCES account (id), acr BIGINT NOT NULL,
                amr TEXT NOT NULL, acr_min BIGINT NOT NULL, password_hash TEXT,
                failures BIGINT NOT NULL, is_step_up BIGINT NOT NULL,
                expires_at BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS device (
                id {uuid} NOT NULL PRIMARY KEY, account_id {uuid} NOT NULL REFERENCES account (id),
                secret_hash {bytes} NOT NULL, created_at BIGINT NOT NULL,
                last_seen_at BIGINT NOT NULL, failures BIGINT NOT NULL, address TEXT,
                user_agent TEXT, UNIQUE (account_id, secret_hash))",
            "CREATE INDEX IF NOT EXISTS device_secret ON device (secret_hash)",
            "CREATE TABLE IF NOT EXISTS account_link (
                secret_hash {bytes} NOT NULL PRIMARY KEY,
                account_id {uuid} NOT NULL REFERENCES account (id), purpose TEXT NOT NULL,
                created_by TEXT NOT NULL, expires_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS account_link_account ON account_link (account_id)",
            "CREATE TABLE IF NOT EXISTS account_notice (
                id {uuid} NOT NULL PRIMARY KEY, account_id {uuid} NOT NULL REFERENCES account (id),
                kind TEXT NOT NULL, at BIGINT NOT NULL, address TEXT, subject TEXT NOT NULL,
                seen_at BIGINT)",
            "CREATE INDEX IF NOT EXISTS account_notice_account ON account_notice (account_id, at)",
            "ALTER TABLE session ADD COLUMN idle_ms BIGINT NOT NULL DEFAULT 900000",
        ],
    },
    Migration {
        name: "identity_20261126_30_impersonation",
        statements: &[
            // A session by which an administrator acts as somebody hangs on the administrator's.
            "ALTER TABLE session ADD COLUMN parent_id {uuid}
                REFERENCES session (id) ON DELETE CASCADE",
            "CREATE UNIQUE INDEX IF NOT EXISTS session_parent ON session (parent_id)",
            "CREATE TABLE IF NOT EXISTS impersonation (
                session_id {uuid} NOT NULL PRIMARY KEY,
                admin_id {uuid} NOT NULL REFERENCES account (id),
                account_id {uuid} NOT NULL REFERENCES account (id),
                reason TEXT NOT NULL, ticket TEXT NOT NULL, address TEXT,
                started_at BIGINT NOT NULL, until BIGINT NOT NULL, ended_at BIGINT)",
            "CREATE INDEX IF NOT EXISTS impersonation_open ON impersonation (ended_at)",
            "ALTER TABLE account ADD COLUMN state_reason TEXT",
        ],
    },
    Migration {
        name: "identity_20261126_40_letter",
        statements: &[
            "CREATE TABLE IF NOT EXISTS account_letter (
                id {uuid} NOT NULL PRIMARY KEY, account_id {uuid} NOT NULL, kind TEXT NOT NULL,
                made_at BIGINT NOT NULL, made_by TEXT NOT NULL, source TEXT NOT NULL,
                address TEXT, subject TEXT NOT NULL, recipient TEXT, state TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS account_letter_state ON account_letter (state, id)",
            "CREATE INDEX IF NOT EXISTS account_letter_account
                ON account_letter (account_id, kind, made_at)",
            "CREATE INDEX IF NOT EXISTS account_letter_source
                ON account_letter (source, made_at)",
        ],
    },
    Migration {
        name: "identity_20261126_50_revision",
        statements: &[
            "ALTER TABLE account ADD COLUMN revision BIGINT NOT NULL DEFAULT 0",
            "ALTER TABLE user_group ADD COLUMN revision BIGINT NOT NULL DEFAULT 0",
        ],
    },
    Migration {
        name: "identity_20261126_71_factor_mac",
        statements: &["ALTER TABLE factor ADD COLUMN mac {bytes}"],
    },
    Migration {
        name: "identity_20261126_72_token_acr",
        statements: &["ALTER TABLE access_token ADD COLUMN acr BIGINT"],
    },
];

/// Runs a statement; gives the number of rows changed.
pub(crate) async fn execute<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<u64> {
    let done = connection.execute_raw(db.statement(sql, values)).await?;
    Ok(done.rows_affected())
}

/// The first row of a statement.
pub(crate) async fn one<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    sql: &str,
    values: Vec<Value>,
) -> Result<Option<QueryResult>> {
    Ok(connection.query_one_raw(db.statement(sql, values)).await?)
}

/// The condition, with a word before it, that a column is one of these agencies; nothing for all.
pub(crate) fn narrowed(
    column: &str,
    agencies: Option<&[String]>,
    values: &mut Vec<Value>,
) -> String {
    let Some(agencies) = agencies else {
        return String::new();
    };
    let list = match agencies.len() {
        // Both databases compare with nothing, none accepts an empty list.
        0 => "NULL".to_owned(),
        count => places(values.len() + 1, count),
    };
    values.extend(agencies.iter().map(|agency| Value::from(agency.as_str())));
    format!(" AND {column} IN ({list})")
}

/// A column that may be empty, as an instant.
pub(crate) fn instant(row: &QueryResult, column: &str) -> Result<Option<Timestamp>> {
    Ok(row.try_get::<Option<i64>>("", column)?.map(Timestamp))
}

/// No agency is stored as empty text where it is part of a key.
pub(crate) fn agency_of(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}
