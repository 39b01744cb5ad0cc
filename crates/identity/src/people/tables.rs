//! The tables of people over time.
//!
//! Owns: their schema.
//! Not here: reading and writing (each file beside this one).

use lgsp_platform::db::Migration;

/// Tables of people over time, and what groups and roles gained for them.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        name: "identity_20261126_20_group_tree",
        statements: &[
            "ALTER TABLE user_group ADD COLUMN rule TEXT",
            "CREATE TABLE IF NOT EXISTS user_group_nest (
                parent_id {uuid} NOT NULL REFERENCES user_group (id),
                child_id {uuid} NOT NULL REFERENCES user_group (id),
                added_by TEXT NOT NULL, added_at BIGINT NOT NULL,
                PRIMARY KEY (parent_id, child_id))",
            "CREATE INDEX IF NOT EXISTS user_group_nest_child ON user_group_nest (child_id)",
            "ALTER TABLE account_role ADD COLUMN valid_from BIGINT",
            "ALTER TABLE account_role ADD COLUMN valid_until BIGINT",
            "ALTER TABLE account_role ADD COLUMN reason TEXT",
            "ALTER TABLE account_role ADD COLUMN approved_by TEXT",
            "CREATE TABLE IF NOT EXISTS group_role (
                group_id {uuid} NOT NULL REFERENCES user_group (id),
                role TEXT NOT NULL, agency TEXT NOT NULL,
                granted_by TEXT NOT NULL, granted_at BIGINT NOT NULL,
                valid_from BIGINT, valid_until BIGINT, reason TEXT, approved_by TEXT,
                PRIMARY KEY (group_id, role, agency))",
        ],
    },
    Migration {
        name: "identity_20261126_21_people",
        statements: &[
            "CREATE TABLE IF NOT EXISTS planned_move (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                due_at BIGINT NOT NULL, agency TEXT NOT NULL, job_title TEXT,
                keeps_roles BIGINT NOT NULL, basis TEXT,
                made_by TEXT NOT NULL, made_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS planned_move_due ON planned_move (due_at)",
            "CREATE TABLE IF NOT EXISTS planned_unit_move (
                from_agency TEXT NOT NULL PRIMARY KEY, to_agency TEXT NOT NULL,
                due_at BIGINT NOT NULL, basis TEXT, made_by TEXT NOT NULL,
                made_at BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS grant_request (
                id {uuid} NOT NULL PRIMARY KEY, subject_kind TEXT NOT NULL,
                subject_id {uuid} NOT NULL, subject_name TEXT NOT NULL, subject_agency TEXT,
                role TEXT NOT NULL, agency TEXT NOT NULL,
                valid_from BIGINT, valid_until BIGINT, reason TEXT NOT NULL,
                requested_by {uuid} NOT NULL, requested_name TEXT NOT NULL,
                requested_at BIGINT NOT NULL, state TEXT NOT NULL,
                decided_name TEXT, decided_at BIGINT, note TEXT)",
            "CREATE INDEX IF NOT EXISTS grant_request_state ON grant_request (state, id)",
            "CREATE TABLE IF NOT EXISTS delegation (
                id {uuid} NOT NULL PRIMARY KEY,
                delegator_id {uuid} NOT NULL REFERENCES account (id),
                delegate_id {uuid} NOT NULL REFERENCES account (id),
                roles TEXT NOT NULL, agency TEXT, starts_at BIGINT NOT NULL,
                ends_at BIGINT NOT NULL, decision_no TEXT NOT NULL, decision_date TEXT,
                reason TEXT, state TEXT NOT NULL, made_by TEXT NOT NULL, made_at BIGINT NOT NULL,
                changed_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS delegation_delegate ON delegation (delegate_id, state)",
            "CREATE INDEX IF NOT EXISTS delegation_delegator ON delegation (delegator_id, state)",
            "CREATE TABLE IF NOT EXISTS idle_exemption (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                reason TEXT NOT NULL, ends_at BIGINT NOT NULL,
                made_by TEXT NOT NULL, made_at BIGINT NOT NULL)",
            "ALTER TABLE account ADD COLUMN idle_warned_days BIGINT NOT NULL DEFAULT 0",
            "CREATE TABLE IF NOT EXISTS review_campaign (
                id {uuid} NOT NULL PRIMARY KEY, agency TEXT NOT NULL, opened_by TEXT NOT NULL,
                opened_at BIGINT NOT NULL, due_at BIGINT NOT NULL, closed_at BIGINT,
                escalated_at BIGINT)",
            "CREATE TABLE IF NOT EXISTS review_line (
                campaign_id {uuid} NOT NULL REFERENCES review_campaign (id),
                account_id {uuid} NOT NULL REFERENCES account (id),
                username TEXT NOT NULL, display_name TEXT NOT NULL, kind TEXT NOT NULL,
                state TEXT NOT NULL, agency TEXT, position TEXT, roles TEXT NOT NULL,
                valid_from BIGINT, valid_until BIGINT, last_used_at BIGINT NOT NULL,
                decision TEXT, note TEXT, decided_by TEXT, decided_at BIGINT,
                PRIMARY KEY (campaign_id, account_id))",
        ],
    },
    Migration {
        name: "identity_20261126_41_request_subject",
        statements: &["CREATE INDEX IF NOT EXISTS grant_request_subject
            ON grant_request (subject_id, id)"],
    },
    Migration {
        name: "identity_20261126_42_owner",
        statements: &[
            "CREATE TABLE IF NOT EXISTS account_owner (
                account_id {uuid} NOT NULL PRIMARY KEY REFERENCES account (id),
                owner_id {uuid} NOT NULL REFERENCES account (id),
                set_by TEXT NOT NULL, set_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS account_owner_owner ON account_owner (owner_id)",
        ],
    },
    Migration {
        name: "identity_20261126_70_review_file",
        statements: &["CREATE TABLE IF NOT EXISTS review_file (
            campaign_id {uuid} NOT NULL REFERENCES review_campaign (id),
            name TEXT NOT NULL, bytes BIGINT NOT NULL, sha256 TEXT NOT NULL,
            key_id TEXT NOT NULL, signature TEXT NOT NULL, made_at BIGINT NOT NULL,
            content {bytes} NOT NULL, PRIMARY KEY (campaign_id, name))"],
    },
];
