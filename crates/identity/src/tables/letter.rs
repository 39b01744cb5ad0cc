//! The table `account_letter`: mails to people, from the wish until they have left.
//!
//! Owns: `Letter`, its kinds, reading and writing it.
//! Not here: the words, the promise, the attempt (`mail/`).
//! Invariant: no link and no password is stored; what is personal is wiped once the mail has left.

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::db::{Database, Rows};
use sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use uuid::Uuid;

use super::{
    execute,
    link::LinkPurpose,
    notice::{Notice, NoticeKind},
    one,
};
use crate::error::Result;

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LetterKind {
    /// What a notice tells.
    Notice(NoticeKind),
    /// A link, made by an administrator.
    Link(LinkPurpose),
    /// A link to a new password, asked for at the sign-in page.
    Lost,
}

impl LetterKind {
    const ACTIVATION: &'static str = "link_activation";
    const RESET: &'static str = "link_reset";
    const LOST: &'static str = "link_lost";

    /// Stable word.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Notice(kind) => kind.as_str(),
            Self::Link(LinkPurpose::Activation) => Self::ACTIVATION,
            Self::Link(LinkPurpose::Reset) => Self::RESET,
            Self::Lost => Self::LOST,
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            Self::ACTIVATION => Some(Self::Link(LinkPurpose::Activation)),
            Self::RESET => Some(Self::Link(LinkPurpose::Reset)),
            Self::LOST => Some(Self::Lost),
            other => NoticeKind::parse(other).map(Self::Notice),
        }
    }

    /// Which link it carries.
    pub(crate) const fn link(self) -> Option<LinkPurpose> {
        match self {
            Self::Notice(_) => None,
            Self::Link(purpose) => Some(purpose),
            Self::Lost => Some(LinkPurpose::Reset),
        }
    }
}

/// A mail to a person.
#[derive(Debug, Clone)]
pub(crate) struct Letter {
    pub(crate) id: Uuid,
    pub(crate) account_id: AccountId,
    pub(crate) kind: LetterKind,
    pub(crate) made_at: Timestamp,
    pub(crate) made_by: String,
    /// Network that asked for it at the sign-in page; empty for all others.
    pub(crate) source: String,
    /// From which address the act came.
    pub(crate) address: Option<String>,
    /// The thing concerned; empty when there is none.
    pub(crate) subject: String,
    /// Where it goes when that is not the present address of the account.
    pub(crate) recipient: Option<String>,
}

impl Letter {
    /// The mail of a notice.
    pub(crate) fn of(notice: &Notice, account: AccountId, id: Uuid, made_by: &str) -> Self {
        Self {
            id,
            account_id: account,
            kind: LetterKind::Notice(notice.kind),
            made_at: notice.at,
            made_by: made_by.to_owned(),
            source: String::new(),
            address: notice.address.clone(),
            subject: notice.subject.clone(),
            recipient: None,
        }
    }
}

const COLUMNS: &[&str] = &[
    "id",
    "account_id",
    "kind",
    "made_at",
    "made_by",
    "source",
    "address",
    "subject",
    "recipient",
    "state",
];

/// Writes the wish, in the transaction of what the mail tells of.
pub(crate) async fn insert<C: ConnectionTrait>(connection: &C, letter: &Letter) -> Result<()> {
    let values = vec![
        letter.id.into(),
        letter.account_id.0.into(),
        letter.kind.as_str().into(),
        letter.made_at.0.into(),
        letter.made_by.as_str().into(),
        letter.source.as_str().into(),
        letter.address.clone().into(),
        letter.subject.as_str().into(),
        letter.recipient.clone().into(),
        "open".into(),
    ];
    let rows = Rows::one("account_letter", COLUMNS, values);
    Ok(rows.insert(connection).await?)
}

fn from_row(row: &QueryResult) -> Result<Option<Letter>> {
    let word: String = row.try_get("", "kind")?;
    let Some(kind) = LetterKind::parse(&word) else {
        return Ok(None);
    };
    Ok(Some(Letter {
        kind,
        id: row.try_get("", "id")?,
        account_id: AccountId(row.try_get("", "account_id")?),
        made_at: Timestamp(row.try_get("", "made_at")?),
        made_by: row.try_get("", "made_by")?,
        source: row.try_get("", "source")?,
        address: row.try_get("", "address")?,
        subject: row.try_get("", "subject")?,
        recipient: row.try_get("", "recipient")?,
    }))
}

const READ: &str = "SELECT id, account_id, kind, made_at, made_by, source, address, subject, \
                    recipient FROM account_letter";

/// Mails that nobody has promised yet, oldest first; a kind that a newer version wrote waits
/// for it.
pub(crate) async fn open(db: &Database, count: u32) -> Result<Vec<Letter>> {
    let sql = format!("{READ} WHERE state = 'open' ORDER BY id LIMIT {count}");
    let rows = db.query_all(sql, vec![]).await?;
    rows.iter()
        .filter_map(|row| from_row(row).transpose())
        .collect()
}

/// A mail that has not left yet.
pub(crate) async fn find(db: &Database, id: Uuid) -> Result<Option<Letter>> {
    let sql = format!("{READ} WHERE id = $1 AND state <> 'closed'");
    let row = db.query_one(sql, vec![id.into()]).await?;
    Ok(row.as_ref().map(from_row).transpose()?.flatten())
}

/// The promise is made.
pub(crate) fn promised(db: &Database, id: Uuid) -> Statement {
    let sql = "UPDATE account_letter SET state = 'promised' WHERE id = $1";
    db.statement(sql, vec![id.into()])
}

/// The mail has left, or never will: only what limits count by remains.
pub(crate) fn closed(db: &Database, id: Uuid) -> Statement {
    let sql = "UPDATE account_letter SET state = 'closed', subject = '', address = NULL, \
               recipient = NULL WHERE id = $1";
    db.statement(sql, vec![id.into()])
}

async fn count<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    condition: &str,
    values: Vec<Value>,
) -> Result<i64> {
    let sql = format!("SELECT COUNT(*) AS n FROM account_letter WHERE {condition}");
    let row = one(db, connection, &sql, values).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

/// Links that a network asked for at the sign-in page since `after`.
pub(crate) async fn asked_by<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    source: &str,
    after: Timestamp,
) -> Result<i64> {
    let values = vec![source.into(), after.0.into()];
    count(db, connection, "source = $1 AND made_at > $2", values).await
}

/// Links that were promised to an account since `after` because the sign-in page was asked.
pub(crate) async fn lost_of(db: &Database, letter: &Letter, after: Timestamp) -> Result<i64> {
    let sql = format!(
        "SELECT COUNT(*) AS n FROM account_letter WHERE account_id = $1 AND kind = '{}' \
         AND made_at > $2 AND id < $3",
        LetterKind::LOST
    );
    let values = vec![letter.account_id.0.into(), after.0.into(), letter.id.into()];
    let row = db.query_one(sql, values).await?;
    Ok(row.map_or(Ok(0), |row| row.try_get("", "n"))?)
}

/// Removes mails that left before the first instant, and all that were made before the second.
pub(crate) async fn sweep<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    (closed_before, made_before): (Timestamp, Timestamp),
) -> Result<u64> {
    let sql = "DELETE FROM account_letter WHERE made_at < $1 \
               OR (made_at < $2 AND state = 'closed')";
    let values = vec![made_before.0.into(), closed_before.0.into()];
    execute(db, connection, sql, values).await
}
