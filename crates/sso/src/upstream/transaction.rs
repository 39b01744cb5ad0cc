//! A sign-in under way: from our page to the provider and back, and up to the linking.
//!
//! Owns: `Transaction`, its row, the secrets that bind it to one browser.
//! Not here: what follows from an answer (`callback.rs`, `linking.rs`).
//! Invariant: an answer is taken once, by the browser that asked, for the provider that was
//! asked; nonce and PKCE verifier follow from the browser's cookie and are stored nowhere.
//! Follows: RFC 6749, section 10.12; RFC 7636; RFC 9700, sections 2.1 and 4.7.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{
    clock::random_bytes,
    db::{Database, Rows},
};
use ring::{digest, hmac};
use sea_orm::{ConnectionTrait, QueryResult};
use uuid::Uuid;

use super::tables::execute;
use crate::upstream::error::{Error, Result};

/// How long a sign-in may take from our page to its end.
pub(crate) const LIFE_MS: i64 = 600_000;
/// Sign-ins under way at the same time; beyond it new ones wait.
const OPEN_MAX: i64 = 20_000;

/// What a sign-in is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To sign in.
    SignIn,
    /// To link the account that is signed in.
    Link,
    /// To see what a provider tells; nothing is stored.
    Try,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::SignIn, Self::Link, Self::Try];

    const fn as_str(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
            Self::Try => "try",
        }
    }
}

/// A row without its answer.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) id: Uuid,
    pub(crate) provider: String,
    pub(crate) purpose: Purpose,
    /// Path of this site to go on to.
    pub(crate) next: String,
    /// Account that asked, when it was signed in.
    pub(crate) account_id: Option<AccountId>,
    pub(crate) created_at: Timestamp,
    /// Whether the provider was asked to prove the person anew.
    pub(crate) is_anew: bool,
}

/// The secret of a browser, from which its transactions' secrets follow.
pub(crate) struct BrowserSecret(String);

impl BrowserSecret {
    /// A new one.
    ///
    /// # Errors
    /// When the machine gives no random bytes.
    pub(crate) fn new() -> Result<Self> {
        let bytes = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// The one that a cookie carries, if it has the form of one.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let is_whole = text.len() == 43 && text.bytes().all(is_plain);
        is_whole.then(|| Self(text.to_owned()))
    }

    pub(crate) fn value(&self) -> &str {
        &self.0
    }

    fn derive(&self, usage: &str, id: Uuid) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.0.as_bytes());
        let tag = hmac::sign(&key, format!("{usage}:{id}").as_bytes());
        URL_SAFE_NO_PAD.encode(tag.as_ref())
    }

    /// The nonce of a transaction.
    pub(crate) fn nonce(&self, id: Uuid) -> String {
        self.derive("nonce", id)
    }

    /// The PKCE verifier of a transaction.
    pub(crate) fn verifier(&self, id: Uuid) -> String {
        self.derive("verifier", id)
    }

    /// The PKCE challenge of a transaction (S256).
    pub(crate) fn challenge(&self, id: Uuid) -> String {
        URL_SAFE_NO_PAD.encode(sha256(&self.verifier(id)))
    }

    fn hash(&self) -> Vec<u8> {
        sha256(&self.0)
    }
}

fn sha256(text: &str) -> Vec<u8> {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    hash.as_ref().to_vec()
}

/// A new `state`.
///
/// # Errors
/// When the machine gives no random bytes.
pub(crate) fn new_state() -> Result<String> {
    Ok(BrowserSecret::new()?.0)
}

/// Stores a sign-in that begins.
///
/// # Errors
/// `platform.queue.full` when too many are under way.
pub(crate) async fn insert(
    db: &Database,
    transaction: &Transaction,
    browser: &BrowserSecret,
    state: &str,
) -> Result<()> {
    let tx = db.begin().await?;
    let now = transaction.created_at;
    let sql = "SELECT COUNT(*) AS n FROM upstream_sign_in WHERE expires_at > $1";
    let counted = tx
        .query_one_raw(db.statement(sql, vec![now.0.into()]))
        .await?;
    let open: i64 = counted.map_or(Ok(0), |row| row.try_get("", "n"))?;
    if open >= OPEN_MAX {
        return Err(lgsp_platform::Error::Busy.into());
    }
    let columns = &[
        "id",
        "state_hash",
        "browser_hash",
        "provider",
        "purpose",
        "stage",
        "next",
        "account_id",
        "created_at",
        "expires_at",
        "is_anew",
    ];
    let values = vec![
        transaction.id.into(),
        sha256(state).into(),
        browser.hash().into(),
        transaction.provider.as_str().into(),
        transaction.purpose.as_str().into(),
        "asked".into(),
        transaction.next.as_str().into(),
        transaction.account_id.map(|id| id.0).into(),
        now.0.into(),
        now.plus_ms(LIFE_MS).0.into(),
        i16::from(transaction.is_anew).into(),
    ];
    let rows = Rows::one("upstream_sign_in", columns, values);
    rows.insert(&*tx).await?;
    Ok(tx.commit().await?)
}

const COLUMNS: &str = "id, provider, purpose, next, account_id, created_at, is_anew";

fn from_row(row: &QueryResult) -> Result<Transaction> {
    let purpose: String = row.try_get("", "purpose")?;
    let known = Purpose::ALL.into_iter();
    Ok(Transaction {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        purpose: known
            .into_iter()
            .find(|known| known.as_str() == purpose)
            .unwrap_or(Purpose::SignIn),
        next: row.try_get("", "next")?,
        account_id: row
            .try_get::<Option<Uuid>>("", "account_id")?
            .map(AccountId),
        created_at: Timestamp(row.try_get("", "created_at")?),
        is_anew: row.try_get::<i16>("", "is_anew")? != 0,
    })
}

/// Takes the sign-in of this `state`, browser and provider; the second call finds nothing.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn take(
    db: &Database,
    provider: &str,
    state: &str,
    browser: &BrowserSecret,
    now: Timestamp,
) -> Result<Option<Transaction>> {
    let sql = format!(
        "UPDATE upstream_sign_in SET stage = 'answered' WHERE state_hash = $1 \
         AND browser_hash = $2 AND provider = $3 AND stage = 'asked' AND expires_at > $4 \
         RETURNING {COLUMNS}"
    );
    let values = vec![
        sha256(state).into(),
        browser.hash().into(),
        provider.into(),
        now.0.into(),
    ];
    let tx = db.begin().await?;
    let row = tx.query_one_raw(db.statement(sql, values)).await?;
    let found = row.as_ref().map(from_row).transpose()?;
    tx.commit().await?;
    Ok(found)
}

/// Keeps the sealed answer of a sign-in until its person has proved an account.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn keep_answer(db: &Database, id: Uuid, sealed: Vec<u8>) -> Result<()> {
    let sql = "UPDATE upstream_sign_in SET stage = 'proving', answer = $1 \
               WHERE id = $2 AND stage = 'answered'";
    let tx = db.begin().await?;
    execute(db, &*tx, sql, vec![sealed.into(), id.into()]).await?;
    Ok(tx.commit().await?)
}

/// The sign-in that waits for a proof, with its sealed answer.
///
/// # Errors
/// `sso.upstream.expired`.
pub(crate) async fn waiting(
    db: &Database,
    id: Uuid,
    browser: &BrowserSecret,
    now: Timestamp,
) -> Result<(Transaction, Vec<u8>)> {
    let sql = format!(
        "SELECT {COLUMNS}, answer FROM upstream_sign_in WHERE id = $1 AND browser_hash = $2 \
         AND stage = 'proving' AND expires_at > $3"
    );
    let values = vec![id.into(), browser.hash().into(), now.0.into()];
    let row = db.query_one(sql, values).await?;
    let row = row.ok_or(Error::StateUnknown)?;
    Ok((from_row(&row)?, row.try_get("", "answer")?))
}

/// Ends a sign-in in the caller's transaction; tells whether it still waited.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn finish<C: ConnectionTrait>(
    db: &Database,
    connection: &C,
    id: Uuid,
) -> Result<bool> {
    let sql = "DELETE FROM upstream_sign_in WHERE id = $1 AND stage = 'proving'";
    Ok(execute(db, connection, sql, vec![id.into()]).await? > 0)
}

/// Removes what has ended.
///
/// # Errors
/// `platform.database.failed`.
pub(crate) async fn sweep(db: &Database, now: Timestamp) -> Result<u64> {
    let tx = db.begin().await?;
    let sql = "DELETE FROM upstream_sign_in WHERE expires_at <= $1";
    let swept = execute(db, &*tx, sql, vec![now.0.into()]).await?;
    tx.commit().await?;
    Ok(swept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_follow_from_browser_and_transaction() {
        let (one, two) = (BrowserSecret::new().unwrap(), BrowserSecret::new().unwrap());
        let (first, second) = (
            lgsp_platform::clock::Ids.next(),
            lgsp_platform::clock::Ids.next(),
        );
        assert_eq!(one.nonce(first), one.nonce(first));
        assert_ne!(one.nonce(first), one.nonce(second));
        assert_ne!(one.nonce(first), two.nonce(first));
        assert_ne!(one.nonce(first), one.verifier(first));
        // RFC 7636: 43 to 128 characters.
        assert_eq!(one.verifier(first).len(), 43);
        assert!(BrowserSecret::read(one.value()).is_some());
        for bad in [
            "",
            "short",
            &"x".repeat(44),
            &format!("{}=", "x".repeat(42)),
        ] {
            assert!(BrowserSecret::read(bad).is_none(), "{bad}");
        }
    }
}
