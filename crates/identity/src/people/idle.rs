//! Accounts that nobody uses: warnings before the lock, exemptions for machines.
//!
//! Owns: the table `idle_exemption`, warnings at 30 and 40 days; warnings before a password of an
//! administrator gets too old.
//! Not here: the lock itself (`worker.rs`, `tables/account_query.rs`).
//! Follows: TCVN 14423:2026, 5.6.2.3 (regulation R73).

use lgsp_model::{AccountId, Timestamp};
use lgsp_platform::{db::Rows, journal};
use serde_json::json;

use crate::{
    Identity,
    accounts::check::{clean, refuse},
    actor::Actor,
    error::{Result, Rule},
    pages::account::day_of,
    rules::{DAY_MS, NAME_CHARS_MAX},
    tables::{
        account::{Account, Kind},
        execute,
        notice::NoticeKind,
    },
};

/// Days without use at which a warning is written.
const WARNED_AT_DAYS: [i64; 2] = [30, 40];
/// How long before an administrator's password is due its person is told.
const PASSWORD_WARNED_MS: i64 = 7 * DAY_MS;
/// Longest exemption: it is looked at anew each year.
const EXEMPTION_MAX_MS: i64 = 366 * DAY_MS;

impl Identity {
    /// Exempts an account of a machine from the idle rule until a day, or ends the exemption.
    ///
    /// # Errors
    /// `identity.fields.invalid`.
    pub async fn exempt(
        &self,
        actor: &Actor,
        account: &Account,
        until: Option<(String, Timestamp)>,
    ) -> Result<()> {
        let db = &self.platform.db;
        if let Some((reason, until)) = &until {
            let mut broken = Vec::new();
            let reason = clean(Some(reason.clone())).unwrap_or_default();
            if reason.is_empty() || account.kind.is_person() {
                broken.push(Rule::Required.at("/reason"));
            }
            if reason.chars().count() > NAME_CHARS_MAX {
                broken.push(
                    Rule::TooLong {
                        max: NAME_CHARS_MAX,
                    }
                    .at("/reason"),
                );
            }
            if *until <= actor.now || until.since(actor.now) > EXEMPTION_MAX_MS {
                let days = EXEMPTION_MAX_MS / DAY_MS;
                broken.push(Rule::ExpiryRange { days }.at("/until"));
            }
            refuse(broken)?;
        }
        let tx = db.begin().await?;
        let sql = "DELETE FROM idle_exemption WHERE account_id = $1";
        let had_one = execute(db, &*tx, sql, vec![account.id.0.into()]).await? > 0;
        let event = match until {
            Some((reason, until)) => {
                let columns = &["account_id", "reason", "ends_at", "made_by", "made_at"];
                let values = vec![
                    account.id.0.into(),
                    reason.trim().into(),
                    until.0.into(),
                    actor.name.as_str().into(),
                    actor.now.0.into(),
                ];
                Rows::one("idle_exemption", columns, values)
                    .insert(&*tx)
                    .await?;
                let mut event = actor.audit("account.idle_exempted", account);
                event.ground = clean(Some(reason));
                Some(event.with_detail(json!({ "until": until })))
            }
            None => had_one.then(|| actor.audit("account.idle_exemption_ended", account)),
        };
        journal::append(&*tx, event).await?;
        Ok(tx.commit().await?)
    }

    /// Writes the warnings that are due: one at each step for each stretch without use.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn warn_idle(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let db = &self.platform.db;
        let actor = Actor::platform(self.platform.clock.now());
        let tx = db.begin().await?;
        let latest = actor.now.plus_ms(-WARNED_AT_DAYS[0] * DAY_MS);
        let reset = "UPDATE account SET idle_warned_days = 0 \
                     WHERE idle_warned_days > 0 AND last_used_at >= $1";
        execute(db, &*tx, reset, vec![latest.0.into()]).await?;
        let mut warned = Vec::new();
        for days in WARNED_AT_DAYS {
            let sql = "UPDATE account SET idle_warned_days = $1 WHERE state = 'active' \
                       AND idle_warned_days < $1 AND last_used_at < $2 \
                       RETURNING id, username, agency, kind, last_used_at";
            let before = actor.now.plus_ms(-days * DAY_MS);
            let statement = db.statement(sql, vec![days.into(), before.0.into()]);
            for row in sea_orm::ConnectionTrait::query_all_raw(&*tx, statement).await? {
                warned.push((days, row));
            }
        }
        let mut events = Vec::new();
        for (days, row) in warned {
            let username: String = row.try_get("", "username")?;
            let agency: Option<String> = row.try_get("", "agency")?;
            let event = actor.audit_name("account.idle_warned", &username, agency.as_deref());
            events.push(event.with_detail(json!({ "days": days })));
            let kind: String = row.try_get("", "kind")?;
            if Kind::parse(&kind).is_person() {
                let used = Timestamp(row.try_get("", "last_used_at")?);
                let day = day_of(used.plus_ms(self.rules.account_idle_ms));
                let id = AccountId(row.try_get("", "id")?);
                self.notify(&tx, id, NoticeKind::IdleWarned, &day, &actor)
                    .await?;
            }
        }
        journal::append(&*tx, events).await?;
        Ok(tx.commit().await?)
    }

    /// Warns administrators whose password gets too old soon, once for each password.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn warn_old_passwords(&self) -> Result<()> {
        let _turn = self.sweeping.lock().await;
        let db = &self.platform.db;
        let actor = Actor::platform(self.platform.clock.now());
        let age_ms = self.rules.admin_password_age_max_ms;
        let before = actor.now.plus_ms(PASSWORD_WARNED_MS - age_ms);
        let sql = "SELECT id, password_changed_at FROM account WHERE kind = $1 \
                   AND state = 'active' AND password_hash IS NOT NULL \
                   AND password_changed_at < $2 AND NOT EXISTS (SELECT 1 FROM account_notice n \
                   WHERE n.account_id = account.id AND n.kind = $3 \
                   AND n.at >= account.password_changed_at)";
        let values = vec![
            Kind::Administrator.as_str().into(),
            before.0.into(),
            NoticeKind::PasswordEnding.as_str().into(),
        ];
        let tx = db.begin().await?;
        let statement = db.statement(sql, values);
        for row in sea_orm::ConnectionTrait::query_all_raw(&*tx, statement).await? {
            let id = AccountId(row.try_get("", "id")?);
            let changed_at = Timestamp(row.try_get("", "password_changed_at")?);
            let day = day_of(changed_at.plus_ms(age_ms));
            self.notify(&tx, id, NoticeKind::PasswordEnding, &day, &actor)
                .await?;
        }
        Ok(tx.commit().await?)
    }
}
