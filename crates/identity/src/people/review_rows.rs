//! The tables `review_campaign` and `review_line`.
//!
//! Owns: `ReviewCampaign`, `ReviewLine`, reading and writing rows.
//! Not here: the rules (`review.rs`).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    error::Result,
    tables::{execute, instant, narrowed},
};

/// A review of the accounts of a unit (đợt rà soát).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReviewCampaign {
    /// Identifier.
    pub id: Uuid,
    /// The unit; those below it are reviewed too.
    pub agency: String,
    /// Who opened it.
    pub opened_by: String,
    /// When.
    pub opened_at: Timestamp,
    /// When it should be done.
    pub due_at: Timestamp,
    /// When it was closed.
    pub closed_at: Option<Timestamp>,
    /// When the unit above was told that it is overdue.
    pub escalated_at: Option<Timestamp>,
    /// Accounts in it.
    pub lines: i64,
    /// Accounts that are not decided.
    pub open_lines: i64,
}

/// What is decided on an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReviewDecision {
    /// It stays as it is.
    Keep,
    /// It stays, with changes that the note names.
    Change,
    /// It is locked at once.
    Lock,
}

impl ReviewDecision {
    /// Stable word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Change => "change",
            Self::Lock => "lock",
        }
    }

    fn parse(text: &str) -> Self {
        match text {
            "change" => Self::Change,
            "lock" => Self::Lock,
            _ => Self::Keep,
        }
    }
}

/// An account in a review, as it was when the review was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReviewLine {
    /// Account.
    pub account_id: Uuid,
    /// Sign-in name.
    pub username: String,
    /// Name of the person or the job.
    pub display_name: String,
    /// Kind of account.
    pub kind: String,
    /// State.
    pub state: String,
    /// Unit.
    pub agency: Option<String>,
    /// Position.
    pub position: Option<String>,
    /// Roles, as the journal shows them; one held through a group with the group's name in
    /// brackets.
    pub roles: String,
    /// Not to be used before.
    pub valid_from: Option<Timestamp>,
    /// Not to be used from then on.
    pub valid_until: Option<Timestamp>,
    /// Last use of any kind.
    pub last_used_at: Timestamp,
    /// What was decided.
    pub decision: Option<ReviewDecision>,
    /// What was said to it.
    pub note: Option<String>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When.
    pub decided_at: Option<Timestamp>,
}

const READ: &str = "SELECT c.*, \
     (SELECT COUNT(*) FROM review_line l WHERE l.campaign_id = c.id) AS line_count, \
     (SELECT COUNT(*) FROM review_line l WHERE l.campaign_id = c.id AND l.decision IS NULL) \
     AS open_count FROM review_campaign c";

fn from_row(row: &QueryResult) -> Result<ReviewCampaign> {
    Ok(ReviewCampaign {
        id: row.try_get("", "id")?,
        agency: row.try_get("", "agency")?,
        opened_by: row.try_get("", "opened_by")?,
        opened_at: Timestamp(row.try_get("", "opened_at")?),
        due_at: Timestamp(row.try_get("", "due_at")?),
        closed_at: instant(row, "closed_at")?,
        escalated_at: instant(row, "escalated_at")?,
        lines: row.try_get("", "line_count")?,
        open_lines: row.try_get("", "open_count")?,
    })
}

pub(super) async fn find(db: &Database, id: Uuid) -> Result<Option<ReviewCampaign>> {
    let row = db
        .query_one(format!("{READ} WHERE c.id = $1"), vec![id.into()])
        .await?;
    row.as_ref().map(from_row).transpose()
}

/// Up to `count` reviews, newest first; `None` for those of all agencies.
pub(super) async fn list(
    db: &Database,
    agencies: Option<&[String]>,
    before: Option<Uuid>,
    count: u32,
) -> Result<Vec<ReviewCampaign>> {
    let mut values = vec![before.unwrap_or(Uuid::max()).into()];
    let within = narrowed("c.agency", agencies, &mut values);
    let sql = format!("{READ} WHERE c.id < $1{within} ORDER BY c.id DESC LIMIT {count}");
    let rows = db.query_all(sql, values).await?;
    rows.iter().map(from_row).collect()
}

/// The agencies that were reviewed.
pub(crate) async fn agencies(db: &Database) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT agency FROM review_campaign";
    let rows = db.query_all(sql, vec![]).await?;
    let read = |row: &QueryResult| Ok(row.try_get("", "agency")?);
    rows.iter().map(read).collect()
}

/// The reviews that are not closed.
pub(crate) async fn open(db: &Database) -> Result<Vec<ReviewCampaign>> {
    let sql = format!("{READ} WHERE c.closed_at IS NULL ORDER BY c.id");
    db.query_all(sql, vec![])
        .await?
        .iter()
        .map(from_row)
        .collect()
}

pub(super) async fn insert<C: ConnectionTrait>(
    connection: &C,
    made: &ReviewCampaign,
) -> Result<()> {
    let columns = &["id", "agency", "opened_by", "opened_at", "due_at"];
    let values = vec![
        made.id.into(),
        made.agency.as_str().into(),
        made.opened_by.as_str().into(),
        made.opened_at.0.into(),
        made.due_at.0.into(),
    ];
    let rows = Rows::one("review_campaign", columns, values);
    Ok(rows.insert(connection).await?)
}

pub(super) async fn insert_lines<C: ConnectionTrait>(
    connection: &C,
    campaign: Uuid,
    lines: &[ReviewLine],
) -> Result<()> {
    let columns = &[
        "campaign_id",
        "account_id",
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
    ];
    let mut rows = Rows::new("review_line", columns);
    rows.values = lines
        .iter()
        .map(|line| {
            vec![
                campaign.into(),
                line.account_id.into(),
                line.username.as_str().into(),
                line.display_name.as_str().into(),
                line.kind.as_str().into(),
                line.state.as_str().into(),
                line.agency.clone().into(),
                line.position.clone().into(),
                line.roles.as_str().into(),
                line.valid_from.map(|at| at.0).into(),
                line.valid_until.map(|at| at.0).into(),
                line.last_used_at.0.into(),
            ]
        })
        .collect();
    Ok(rows.insert(connection).await?)
}

fn read_line(row: &QueryResult) -> Result<ReviewLine> {
    let decision: Option<String> = row.try_get("", "decision")?;
    Ok(ReviewLine {
        account_id: row.try_get("", "account_id")?,
        username: row.try_get("", "username")?,
        display_name: row.try_get("", "display_name")?,
        kind: row.try_get("", "kind")?,
        state: row.try_get("", "state")?,
        agency: row.try_get("", "agency")?,
        position: row.try_get("", "position")?,
        roles: row.try_get("", "roles")?,
        valid_from: instant(row, "valid_from")?,
        valid_until: instant(row, "valid_until")?,
        last_used_at: Timestamp(row.try_get("", "last_used_at")?),
        decision: decision.as_deref().map(ReviewDecision::parse),
        note: row.try_get("", "note")?,
        decided_by: row.try_get("", "decided_by")?,
        decided_at: instant(row, "decided_at")?,
    })
}

/// Up to `count` lines by user name, after `after`.
pub(super) async fn lines(
    db: &Database,
    id: Uuid,
    after: &str,
    count: u32,
) -> Result<Vec<ReviewLine>> {
    let sql = format!(
        "SELECT * FROM review_line WHERE campaign_id = $1 AND username > $2 \
         ORDER BY username LIMIT {count}"
    );
    let rows = db.query_all(sql, vec![id.into(), after.into()]).await?;
    rows.iter().map(read_line).collect()
}

/// All lines by user name, as the transaction sees them.
pub(super) async fn all_lines<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
) -> Result<Vec<ReviewLine>> {
    let sql = "SELECT * FROM review_line WHERE campaign_id = $1 ORDER BY username";
    let asked = db.statement(sql, vec![id.into()]);
    let rows = connection.query_all_raw(asked).await?;
    rows.iter().map(read_line).collect()
}

/// Keeps a review from being closed, or from being closed twice, until the transaction ends;
/// tells whether it is open.
pub(super) async fn hold_open<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
) -> Result<bool> {
    let sql = "UPDATE review_campaign SET agency = agency WHERE id = $1 AND closed_at IS NULL";
    Ok(execute(db, connection, sql, vec![id.into()]).await? == 1)
}

/// Writes a decision; tells whether there is such a line.
pub(super) async fn decide<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (campaign, account): (Uuid, AccountId),
    (decision, note, by, now): &(ReviewDecision, Option<String>, &str, Timestamp),
) -> Result<bool> {
    let sql = "UPDATE review_line SET decision = $1, note = $2, decided_by = $3, \
               decided_at = $4 WHERE campaign_id = $5 AND account_id = $6";
    let values = vec![
        decision.as_str().into(),
        note.clone().into(),
        (*by).into(),
        now.0.into(),
        campaign.into(),
        account.0.into(),
    ];
    Ok(execute(db, connection, sql, values).await? > 0)
}

pub(super) async fn close<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE review_campaign SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL";
    execute(db, connection, sql, vec![now.0.into(), id.into()])
        .await
        .map(|_| ())
}

pub(super) async fn escalate<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
    now: Timestamp,
) -> Result<()> {
    let sql = "UPDATE review_campaign SET escalated_at = $1 WHERE id = $2";
    execute(db, connection, sql, vec![now.0.into(), id.into()])
        .await
        .map(|_| ())
}
