//! Who holds which role in effect: own grants and those of groups, groups in groups included.
//!
//! Owns: the one query behind each authenticated request.
//! Not here: what a credential is (`session.rs`, `token.rs`), recognising it (`authenticate.rs`).
//! Invariant: every step goes by an index from one account, so the cost does not depend on how
//! many accounts, groups and grants there are.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::Database;
use sea_orm::{QueryResult, Value};

use crate::{error::Result, group_rules::GROUP_LEVELS_MAX};

/// The rows of a credential. `credential` selects one row with `account_id`, by the value `$1`;
/// `$2` is the present. Each row repeats the credential and has a role, a group, or neither.
pub(crate) async fn rows(
    db: &Database,
    credential: &str,
    value: Value,
    now: Timestamp,
) -> Result<Vec<QueryResult>> {
    let sql = format!(
        "WITH RECURSIVE cred AS ({credential}), \
         mine (group_id, depth) AS ( \
             SELECT m.group_id, 1 FROM cred JOIN user_group_member m \
             ON m.account_id = cred.account_id WHERE m.until IS NULL OR m.until > $2 \
             UNION SELECT n.parent_id, mine.depth + 1 FROM mine JOIN user_group_nest n \
             ON n.child_id = mine.group_id WHERE mine.depth < {GROUP_LEVELS_MAX}) \
         SELECT cred.*, NULL AS role, NULL AS role_agency, NULL AS group_name, \
             NULL AS group_label FROM cred \
         UNION ALL SELECT cred.*, r.role, r.agency, NULL, NULL FROM cred JOIN account_role r \
             ON r.account_id = cred.account_id WHERE {in_force} \
         UNION ALL SELECT cred.*, r.role, r.agency, NULL, g.display_name FROM cred JOIN mine ON 1 = 1 \
             JOIN group_role r ON r.group_id = mine.group_id \
             JOIN user_group g ON g.id = mine.group_id WHERE {in_force} \
         UNION ALL SELECT cred.*, NULL, NULL, g.name_key, g.display_name FROM cred JOIN mine ON 1 = 1 \
             JOIN user_group g ON g.id = mine.group_id",
        in_force = "(r.valid_from IS NULL OR r.valid_from <= $2) \
                    AND (r.valid_until IS NULL OR r.valid_until > $2)"
    );
    Ok(db.query_all(sql, vec![value, now.0.into()]).await?)
}

/// The rows of an account, as those of a credential without an end.
pub(crate) async fn of_account(
    db: &Database,
    id: AccountId,
    now: Timestamp,
) -> Result<Vec<QueryResult>> {
    let account = "SELECT a.id AS account_id, a.username, a.agency, a.kind, a.state, \
                   a.valid_from, a.valid_until FROM account a WHERE a.id = $1";
    rows(db, account, id.0.into(), now).await
}
