//! Tables of the provider.
//!
//! Owns: their migrations; one file a table.
//! Invariant: codes, tokens and references are stored as SHA-256 only.

pub(super) mod consent;
pub(super) mod device;
pub(super) mod family;
pub(super) mod parked;

use lgsp_platform::db::Migration;

use super::client::{secrets, uses};

pub(crate) const MIGRATIONS: &[Migration] = &[
    secrets::MIGRATION,
    uses::MIGRATION,
    Migration {
        name: "sso_20261126_11_oidc",
        statements: &[
            "CREATE TABLE IF NOT EXISTS oidc_parked (
                hash {bytes} NOT NULL PRIMARY KEY, kind TEXT NOT NULL, client TEXT NOT NULL,
                payload TEXT NOT NULL, expires_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS oidc_parked_expires ON oidc_parked (expires_at)",
            "CREATE TABLE IF NOT EXISTS token_family (
                id {uuid} NOT NULL PRIMARY KEY, client TEXT NOT NULL, account_id {uuid} NOT NULL,
                session_id {uuid}, is_offline SMALLINT NOT NULL, payload TEXT NOT NULL,
                created_at BIGINT NOT NULL, expires_at BIGINT NOT NULL, revoked_at BIGINT)",
            "CREATE INDEX IF NOT EXISTS token_family_session ON token_family (session_id)
                WHERE session_id IS NOT NULL",
            "CREATE INDEX IF NOT EXISTS token_family_account ON token_family (account_id, client)",
            "CREATE INDEX IF NOT EXISTS token_family_client ON token_family (client)",
            "CREATE INDEX IF NOT EXISTS token_family_expires ON token_family (expires_at)",
            "CREATE TABLE IF NOT EXISTS refresh_token (
                hash {bytes} NOT NULL PRIMARY KEY, family {uuid} NOT NULL,
                expires_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS refresh_token_expires ON refresh_token (expires_at)",
            "CREATE TABLE IF NOT EXISTS revoked_token (
                token TEXT NOT NULL PRIMARY KEY, at BIGINT NOT NULL, expires_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS revoked_token_at ON revoked_token (at)",
            "CREATE TABLE IF NOT EXISTS consent (
                account_id {uuid} NOT NULL, client TEXT NOT NULL, scopes TEXT NOT NULL,
                given_at BIGINT NOT NULL, PRIMARY KEY (account_id, client))",
            "CREATE TABLE IF NOT EXISTS device_code (
                hash {bytes} NOT NULL PRIMARY KEY, user_code TEXT NOT NULL UNIQUE,
                client TEXT NOT NULL, scopes TEXT NOT NULL, state TEXT NOT NULL,
                payload TEXT NOT NULL, interval_s BIGINT NOT NULL, polled_at BIGINT NOT NULL,
                expires_at BIGINT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS device_code_expires ON device_code (expires_at)",
            "CREATE TABLE IF NOT EXISTS client_registration (
                client TEXT NOT NULL PRIMARY KEY, token_hash {bytes} NOT NULL,
                created_by TEXT NOT NULL, created_at BIGINT NOT NULL)",
        ],
    },
];
