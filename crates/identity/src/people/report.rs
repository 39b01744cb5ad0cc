//! The security report: numbers in force against those of level 3, and what needs a look.
//!
//! Owns: `SecurityReport`, the numbers that the standard asks for, the port `SecurityFacts`.
//! Not here: HTTP (`routes/report.rs`), facts of other rooms (they bring them).
//! Follows: TCVN 14423:2026, level 3 (regulation, section 5).

use std::sync::Arc;

use lgsp_model::Timestamp;
use lgsp_platform::{Sentence, http::context::PortFuture};
use sea_orm::QueryResult;
use serde::Serialize;
use utoipa::ToSchema;

use super::{review::REVIEW_INTERVAL_MS, review_rows};
use crate::{
    Identity,
    error::Result,
    roles::{self},
    rules::{self, DAY_MS, HOUR_MS, MINUTE_MS, Rules},
};

/// Days of events that must be kept on line (5.8.2.1 a).
const JOURNAL_DAYS_MIN: i64 = 90;

/// One fact of another room: a key with its end, a second factor's count.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecurityFact {
    /// Part of the report: `keys`, `factors`.
    pub section: String,
    /// What it is about.
    pub name: String,
    /// What it says.
    pub value: String,
    /// When it ends.
    pub ends_at: Option<Timestamp>,
    /// Whether it is as it should be; absent when nothing is asked.
    pub met: Option<bool>,
}

/// Brings facts into the report.
pub trait SecurityFacts: Send + Sync + 'static {
    /// The facts as they are now.
    fn facts(&self) -> PortFuture<'_, Vec<SecurityFact>>;
}

/// A number of the standard.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecurityNumber {
    /// Key of the configuration.
    pub id: String,
    /// Clause of TCVN 14423:2026.
    pub clause: String,
    /// What it is.
    pub label: Sentence,
    /// What level 3 asks for.
    pub required: String,
    /// What is in force.
    pub actual: String,
    /// Whether it is met.
    pub met: bool,
    /// Why not.
    pub why: Option<Sentence>,
}

/// Accounts of one kind and state.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AccountCount {
    /// Kind.
    pub kind: String,
    /// State.
    pub state: String,
    /// How many.
    pub count: i64,
    /// How many of them were not used for 30 days.
    pub unused_30_days: i64,
    /// How many of them have a password that is too old, set by others, or must be changed.
    pub password_due: i64,
}

/// Something that is allowed though the rule says otherwise.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecurityException {
    /// `idle` or `privileged_without_end`.
    pub kind: String,
    /// Account.
    pub subject: String,
    /// Why.
    pub reason: Option<String>,
    /// Until when.
    pub ends_at: Option<Timestamp>,
}

/// An overdue review.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OverdueReview {
    /// Unit.
    pub agency: String,
    /// When it should have been done; absent when none was ever closed.
    pub due_at: Option<Timestamp>,
}

/// What the journal keeps.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct JournalFacts {
    /// Events.
    pub events: i64,
    /// The oldest one.
    pub oldest_at: Option<Timestamp>,
    /// Whether nothing was removed that must still be there.
    pub met: bool,
}

/// The report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct SecurityReport {
    /// When it was made.
    pub made_at: Timestamp,
    /// The numbers.
    pub numbers: Vec<SecurityNumber>,
    /// Accounts by kind and state.
    pub accounts: Vec<AccountCount>,
    /// Reviews that are overdue.
    pub overdue_reviews: Vec<OverdueReview>,
    /// Exceptions in force.
    pub exceptions: Vec<SecurityException>,
    /// The journal.
    pub journal: JournalFacts,
    /// Facts of other rooms: keys, second factors.
    pub facts: Vec<SecurityFact>,
}

impl Identity {
    /// Lets another room bring facts into the report.
    pub fn add_security_facts(&self, facts: Arc<dyn SecurityFacts>) {
        let mut known = self
            .facts
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        known.push(facts);
    }

    /// Makes the report.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn security_report(&self) -> Result<SecurityReport> {
        let now = self.platform.clock.now();
        let known = {
            let facts = self
                .facts
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            facts.clone()
        };
        let mut facts = Vec::new();
        for source in known {
            facts.extend(source.facts().await);
        }
        facts.push(self.breached_fact().await?);
        Ok(SecurityReport {
            made_at: now,
            numbers: numbers(&self.rules),
            accounts: self.account_counts(now).await?,
            overdue_reviews: self.overdue_reviews(now).await?,
            exceptions: self.exceptions(now).await?,
            journal: self.journal_facts(now).await?,
            facts,
        })
    }

    /// Whether breached passwords are refused, and by a list that can be used.
    async fn breached_fact(&self) -> Result<SecurityFact> {
        let mut fact = SecurityFact {
            section: "passwords".to_owned(),
            name: "breached_passwords".to_owned(),
            value: "–".to_owned(),
            ends_at: None,
            met: None,
        };
        if let Some(list) = self.breached.clone() {
            fact.value = list.path().display().to_string();
            let examined = tokio::task::spawn_blocking(move || list.examine());
            let examined = examined
                .await
                .map_err(|error| lgsp_platform::Error::Internal(error.to_string()))?;
            match examined {
                Ok(()) => fact.met = Some(true),
                Err(error) => {
                    fact.value.push_str(&format!(": {error}"));
                    fact.met = Some(false);
                }
            }
        }
        Ok(fact)
    }

    async fn account_counts(&self, now: Timestamp) -> Result<Vec<AccountCount>> {
        let sql = "SELECT kind, state, COUNT(*) AS n, \
                   SUM(CASE WHEN last_used_at < $1 THEN 1 ELSE 0 END) AS unused, \
                   SUM(CASE WHEN password_hash IS NOT NULL AND (must_change_password = 1 \
                       OR password_by IS NOT NULL \
                       OR (kind = 'administrator' AND password_changed_at < $2)) \
                       THEN 1 ELSE 0 END) AS due \
                   FROM account GROUP BY kind, state ORDER BY kind, state";
        let unused_before = now.plus_ms(-30 * DAY_MS);
        let old_before = now.plus_ms(-self.rules.admin_password_age_max_ms);
        let values = vec![unused_before.0.into(), old_before.0.into()];
        let read = |row: &QueryResult| {
            Ok(AccountCount {
                kind: row.try_get("", "kind")?,
                state: row.try_get("", "state")?,
                count: row.try_get("", "n")?,
                unused_30_days: row.try_get("", "unused")?,
                password_due: row.try_get("", "due")?,
            })
        };
        self.platform
            .db
            .query_all(sql, values)
            .await?
            .iter()
            .map(read)
            .collect()
    }

    async fn overdue_reviews(&self, now: Timestamp) -> Result<Vec<OverdueReview>> {
        let db = &self.platform.db;
        let mut found: Vec<OverdueReview> = review_rows::open(db)
            .await?
            .into_iter()
            .filter(|campaign| campaign.due_at < now)
            .map(|campaign| OverdueReview {
                agency: campaign.agency,
                due_at: Some(campaign.due_at),
            })
            .collect();
        let since = now.plus_ms(-REVIEW_INTERVAL_MS);
        let sql = "SELECT agency FROM review_campaign WHERE opened_at >= $1";
        let rows = db.query_all(sql, vec![since.0.into()]).await?;
        let reviewed = rows
            .iter()
            .map(|row| Ok(row.try_get("", "agency")?))
            .collect::<Result<Vec<String>>>()?;
        for agency in crate::tables::account_query::agencies(db).await? {
            let is_covered = reviewed
                .iter()
                .any(|node| self.decider.is_within(&agency, node));
            if !is_covered {
                found.push(OverdueReview {
                    agency,
                    due_at: None,
                });
            }
        }
        Ok(found)
    }

    async fn exceptions(&self, now: Timestamp) -> Result<Vec<SecurityException>> {
        let db = &self.platform.db;
        let sql = "SELECT a.username, e.reason, e.ends_at FROM idle_exemption e \
                   JOIN account a ON a.id = e.account_id WHERE e.ends_at > $1 ORDER BY a.username";
        let mut found = Vec::new();
        for row in db.query_all(sql, vec![now.0.into()]).await? {
            found.push(SecurityException {
                kind: "idle".to_owned(),
                subject: row.try_get("", "username")?,
                reason: row.try_get("", "reason")?,
                ends_at: crate::tables::instant(&row, "ends_at")?,
            });
        }
        found.extend(self.sign_in_exceptions(now));
        let sql = "SELECT a.username, r.role, r.reason FROM account_role r \
                   JOIN account a ON a.id = r.account_id WHERE r.valid_until IS NULL \
                   ORDER BY a.username";
        for row in db.query_all(sql, vec![]).await? {
            let role: String = row.try_get("", "role")?;
            if roles::find(&role).is_some_and(|role| role.is_privileged) {
                found.push(SecurityException {
                    kind: "privileged_without_end".to_owned(),
                    subject: row.try_get("", "username")?,
                    reason: Some(role),
                    ends_at: None,
                });
            }
        }
        Ok(found)
    }

    async fn journal_facts(&self, now: Timestamp) -> Result<JournalFacts> {
        let sql = "SELECT COUNT(*) AS n, MIN(at) AS oldest FROM journal_event";
        let row = self.platform.db.query_one(sql, vec![]).await?;
        let (events, oldest_at) = match &row {
            Some(row) => (
                row.try_get("", "n")?,
                crate::tables::instant(row, "oldest")?,
            ),
            None => (0, None),
        };
        let sql = "SELECT MIN(created_at) AS first FROM account";
        let row = self.platform.db.query_one(sql, vec![]).await?;
        let first = row
            .as_ref()
            .map(|row| crate::tables::instant(row, "first"))
            .transpose()?;
        // A young platform cannot have old events; one that is older must have them.
        let needed = now.plus_ms(-JOURNAL_DAYS_MIN * DAY_MS);
        let begun = first.flatten().unwrap_or(now).max(needed);
        Ok(JournalFacts {
            events,
            oldest_at,
            met: oldest_at.is_some_and(|oldest| oldest <= begun),
        })
    }
}

/// How a number is compared.
enum Asked {
    AtLeast(i64),
    AtMost(i64),
    Between(i64, i64),
}

fn number(
    (id, clause): (&str, &str),
    (vi, en): (&str, &str),
    (asked, unit): (Asked, &str),
    actual: i64,
) -> SecurityNumber {
    let (required, met) = match asked {
        Asked::AtLeast(min) => (format!("≥ {min} {unit}"), actual >= min),
        Asked::AtMost(max) => (format!("≤ {max} {unit}"), actual <= max),
        Asked::Between(min, max) => (format!("{min}–{max} {unit}"), (min..=max).contains(&actual)),
    };
    let why = Sentence::new(
        format!("Cấu hình identity.rules.{id} đang là {actual}, tiêu chuẩn yêu cầu {required}."),
        format!("The key identity.rules.{id} is {actual}; the standard asks for {required}."),
    );
    SecurityNumber {
        id: id.to_owned(),
        clause: clause.to_owned(),
        label: Sentence::new(vi, en),
        required: required.trim().to_owned(),
        actual: format!("{actual} {unit}").trim().to_owned(),
        met,
        why: (!met).then_some(why),
    }
}

fn numbers(rules: &Rules) -> Vec<SecurityNumber> {
    let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    vec![
        number(
            ("password_chars_min", "5.6.2.2 b"),
            ("Độ dài mật khẩu tối thiểu", "Shortest password"),
            (Asked::AtLeast(count(rules::PASSWORD_CHARS_MIN)), ""),
            count(rules.password_chars_min),
        ),
        number(
            ("password_classes_min", "5.6.2.2 b"),
            (
                "Số loại ký tự của mật khẩu",
                "Character classes of a password",
            ),
            (Asked::AtLeast(count(rules::PASSWORD_CLASSES_MIN)), ""),
            count(rules.password_classes_min),
        ),
        number(
            ("password_history", "5.6.2.2 b"),
            (
                "Số mật khẩu cũ không được dùng lại",
                "Former passwords that are refused",
            ),
            (Asked::AtLeast(count(rules::PASSWORD_HISTORY)), ""),
            count(rules.password_history),
        ),
        number(
            ("admin_password_age_max_ms", "5.6.2.2 b"),
            (
                "Tuổi mật khẩu quản trị (ngày)",
                "Age of administrators' passwords (days)",
            ),
            (
                Asked::AtMost(rules::ADMIN_PASSWORD_AGE_MAX_MS / DAY_MS),
                "d",
            ),
            rules.admin_password_age_max_ms / DAY_MS,
        ),
        number(
            ("failures_max", "5.5.2.2"),
            ("Số lần nhập sai trước khi khóa", "Failures before a lock"),
            (Asked::Between(1, i64::from(rules::FAILURES_MAX)), ""),
            i64::from(rules.failures_max),
        ),
        number(
            ("lock_ms", "5.5.2.2"),
            ("Thời gian khóa (giờ)", "Length of a lock (hours)"),
            (Asked::Between(rules::LOCK_MS / HOUR_MS, 30 * 24), "h"),
            rules.lock_ms / HOUR_MS,
        ),
        number(
            ("session_idle_ms", "5.5.2.2 a"),
            (
                "Phiên tự khóa khi không dùng (phút)",
                "Idle time of a session (minutes)",
            ),
            (Asked::Between(1, rules::SESSION_IDLE_MS / MINUTE_MS), "min"),
            rules.session_idle_ms / MINUTE_MS,
        ),
        number(
            ("account_idle_ms", "5.6.2.3"),
            (
                "Khóa tài khoản không dùng (ngày)",
                "Unused accounts are locked after (days)",
            ),
            (Asked::Between(1, rules::ACCOUNT_IDLE_MS / DAY_MS), "d"),
            rules.account_idle_ms / DAY_MS,
        ),
        number(
            ("privileged_acr_min", "5.6.2.4"),
            (
                "Số yếu tố cho việc đặc quyền",
                "Factors of a privileged act",
            ),
            (Asked::AtLeast(i64::from(rules::PRIVILEGED_ACR_MIN)), ""),
            i64::from(rules.privileged_acr_min),
        ),
        number(
            ("privileged_grant_max_ms", "5.6.2"),
            (
                "Thời hạn quyền đặc quyền (ngày)",
                "Life of a privileged grant (days)",
            ),
            (
                Asked::Between(1, rules::PRIVILEGED_GRANT_MAX_MS / DAY_MS),
                "d",
            ),
            rules.privileged_grant_max_ms / DAY_MS,
        ),
        number(
            ("grant_second_person", "5.6.2"),
            (
                "Hai người cấp quyền đặc quyền",
                "Two persons for privileged grants",
            ),
            (Asked::AtLeast(1), ""),
            i64::from(rules.grant_second_person),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_meet_level_three_and_weaker_numbers_say_why() {
        assert!(numbers(&Rules::default()).iter().all(|number| number.met));
        let weak = Rules {
            password_chars_min: 8,
            lock_ms: HOUR_MS,
            grant_second_person: false,
            ..Rules::default()
        };
        let found = numbers(&weak);
        let unmet: Vec<&str> = found
            .iter()
            .filter(|number| !number.met)
            .map(|number| number.id.as_str())
            .collect();
        assert_eq!(
            unmet,
            ["password_chars_min", "lock_ms", "grant_second_person"]
        );
        assert!(
            found
                .iter()
                .all(|number| number.met == number.why.is_none())
        );
    }
}
