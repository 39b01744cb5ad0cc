//! Accounts from a file: preview, then apply; and back into a file.
//!
//! Owns: the columns, what a line would do, doing it.
//! Not here: reading files (`platform::csv`, `sheet.rs`), who may (`routes/import.rs`).
//! Invariant: a file with a broken line changes nothing; the preview and the act plan the same.

use std::collections::HashSet;

use lgsp_platform::{FieldError, csv, http::context::RoleGrant};
use serde::Serialize;
use utoipa::ToSchema;

use super::{PeopleError, sheet};
use crate::{
    AccountChange, Identity, Kind, NewAccount, Person,
    accounts::check::{clean, fold_username, words},
    actor::Actor,
    error::{Error, Result, Rule},
    tables::account::Account,
};

/// Lines of one file: more than a province has officials.
pub const IMPORT_LINES_MAX: usize = 5_000;

/// The columns: our name, and what people may call them.
const COLUMNS: [(&str, &[&str]); 10] = [
    ("username", &["tên đăng nhập", "tai khoan", "tài khoản"]),
    ("display_name", &["họ và tên", "ho va ten", "họ tên"]),
    ("email", &["thư điện tử", "thu dien tu"]),
    ("agency", &["đơn vị", "cơ quan", "mã đơn vị"]),
    ("kind", &["loại", "loại tài khoản"]),
    ("given_name", &["tên"]),
    ("family_name", &["họ và tên đệm", "họ"]),
    ("phone", &["điện thoại", "số điện thoại"]),
    ("position", &["chức vụ", "chức danh"]),
    ("roles", &["vai trò"]),
];

/// What a line would do, or did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LineAct {
    /// An account is made, and its person invited.
    Create,
    /// An account is changed.
    Change,
    /// Nothing differs.
    Same,
    /// The line is broken.
    Error,
}

/// One line of a file.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportLine {
    /// Number, as spreadsheets show it: the header is 1.
    pub line: usize,
    /// Sign-in name.
    pub username: String,
    /// What it would do.
    pub act: LineAct,
    /// Fields that differ.
    pub fields: Vec<String>,
    /// What is broken.
    pub errors: Vec<FieldError>,
}

/// What a file would do, or did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportReport {
    /// Whether it was done.
    pub applied: bool,
    /// Accounts made.
    pub created: usize,
    /// Accounts changed.
    pub changed: usize,
    /// Accounts that stay as they are.
    pub same: usize,
    /// Broken lines.
    pub broken: usize,
    /// All lines.
    pub lines: Vec<ImportLine>,
}

/// A line with everything that is needed to do it.
pub(crate) struct Planned {
    pub(crate) line: ImportLine,
    pub(crate) wish: NewAccount,
    pub(crate) grants: Vec<RoleGrant>,
    pub(crate) before: Option<Account>,
}

impl Planned {
    /// Marks the line as broken.
    pub(crate) fn refuse(&mut self, error: FieldError) {
        self.line.act = LineAct::Error;
        self.line.errors.push(error);
    }
}

impl Identity {
    /// What each line of a file would do.
    ///
    /// # Errors
    /// `identity.import.unreadable`, `platform.limit.exceeded`.
    pub(crate) async fn plan_import(&self, bytes: &[u8]) -> Result<Vec<Planned>> {
        let lines = if bytes.starts_with(b"PK") {
            sheet::read(bytes)?
        } else {
            let text = std::str::from_utf8(bytes);
            csv::read(text.map_err(|error| PeopleError::ImportUnreadable(error.to_string()))?)
        };
        if lines.len() > IMPORT_LINES_MAX + 1 {
            let (limit, max) = ("IMPORT_LINES_MAX", IMPORT_LINES_MAX as u64);
            return Err(lgsp_platform::Error::TooLarge { limit, max }.into());
        }
        let mut lines = lines.into_iter();
        let header = columns(&lines.next().unwrap_or_default())?;
        let mut seen = HashSet::new();
        let mut planned = Vec::new();
        for (place, cells) in lines.enumerate() {
            if cells.iter().all(|cell| cell.trim().is_empty()) {
                continue;
            }
            let mut one = self.plan_line(place + 2, &header, &cells).await?;
            if !seen.insert(one.line.username.clone()) {
                one.refuse(Rule::LineTwice.at("/username"));
            }
            planned.push(one);
        }
        Ok(planned)
    }

    async fn plan_line(
        &self,
        number: usize,
        header: &[Option<&'static str>],
        cells: &[String],
    ) -> Result<Planned> {
        let cell = |name: &str| {
            let place = header.iter().position(|column| *column == Some(name));
            let found = place.and_then(|place| cells.get(place));
            found
                .map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let username = fold_username(&cell("username").unwrap_or_default());
        let before = match self.account_by_username(&username).await {
            Ok(found) => Some(found),
            Err(Error::AccountNotFound) => None,
            Err(error) => return Err(error),
        };
        let mut errors = Vec::new();
        let kind = match cell("kind") {
            None => before.as_ref().map_or(Kind::Official, |before| before.kind),
            Some(word) => kind_of(&word).unwrap_or_else(|| {
                errors.push(Rule::KindUnknown { kind: word }.at("/kind"));
                Kind::Official
            }),
        };
        let old = before.as_ref();
        let old_person = old.map(|before| before.person.clone()).unwrap_or_default();
        let wish = NewAccount {
            username: username.clone(),
            display_name: cell("display_name")
                .or_else(|| old.map(|before| before.display_name.clone()))
                .unwrap_or_default(),
            email: cell("email").or_else(|| old.and_then(|before| before.email.clone())),
            agency: cell("agency").or_else(|| old.and_then(|before| before.agency.clone())),
            kind,
            person: Person {
                given_name: cell("given_name").or(old_person.given_name),
                family_name: cell("family_name").or(old_person.family_name),
                phone: cell("phone").or(old_person.phone),
                position: cell("position").or(old_person.position),
            },
            is_invited: kind.is_person(),
            ..NewAccount::default()
        };
        let grants = grants_of(&cell("roles").unwrap_or_default());
        errors.extend(self.check_new(&wish, &username));
        errors.extend(self.check_grants(&grants));
        let fields: Vec<String> = differences(old, &wish, &grants);
        let act = match (errors.is_empty(), old, fields.is_empty()) {
            (false, ..) => LineAct::Error,
            (true, None, _) => LineAct::Create,
            (true, Some(_), false) => LineAct::Change,
            (true, Some(_), true) => LineAct::Same,
        };
        let line = ImportLine {
            line: number,
            username,
            act,
            fields,
            errors,
        };
        Ok(Planned {
            line,
            wish,
            grants,
            before,
        })
    }

    /// Does what was planned, line by line, each a transaction with its events.
    ///
    /// # Errors
    /// `identity.import.broken` when a line is broken; nothing was changed then.
    pub(crate) async fn apply_import(&self, actor: &Actor, planned: &[Planned]) -> Result<()> {
        let is_broken = |one: &&Planned| one.line.act == LineAct::Error;
        let broken = planned.iter().filter(is_broken).count();
        if broken > 0 {
            return Err(PeopleError::ImportBroken(broken).into());
        }
        for one in planned {
            match (&one.before, one.line.act) {
                (None, _) => {
                    let wish = one.wish.clone();
                    self.create_account(actor, wish, one.grants.clone()).await?;
                }
                (Some(before), LineAct::Change) => {
                    let change = AccountChange {
                        display_name: Some(one.wish.display_name.clone()),
                        email: Some(one.wish.email.clone()),
                        agency: one.wish.agency.clone(),
                        person: Some(one.wish.person.clone()),
                        ..AccountChange::default()
                    };
                    let after = self.update_account(actor, before, change).await?;
                    let mut grants = after.grants.clone();
                    grants.extend(one.grants.iter().cloned());
                    if one.line.fields.iter().any(|field| field == "roles") {
                        self.set_roles(actor, &after, grants).await?;
                    }
                }
                (Some(_), LineAct::Create | LineAct::Same | LineAct::Error) => {}
            }
        }
        Ok(())
    }
}

/// The report on planned lines.
pub(crate) fn report(planned: Vec<Planned>, applied: bool) -> ImportReport {
    let count = |act: LineAct| planned.iter().filter(|one| one.line.act == act).count();
    ImportReport {
        applied,
        created: count(LineAct::Create),
        changed: count(LineAct::Change),
        same: count(LineAct::Same),
        broken: count(LineAct::Error),
        lines: planned.into_iter().map(|one| one.line).collect(),
    }
}

/// Accounts as a file that can be imported again.
pub(crate) struct Export(csv::Writer);

impl Export {
    pub(crate) fn new() -> Self {
        let names = COLUMNS.map(|(name, _)| name);
        let more = ["state", "last_used_at", "created_at"];
        Self(csv::Writer::new(
            &[names.as_slice(), more.as_slice()].concat(),
        ))
    }

    pub(crate) fn add(&mut self, account: Account) {
        let text = |text: Option<String>| text.unwrap_or_default();
        self.0.row(&[
            account.username,
            account.display_name,
            text(account.email),
            text(account.agency),
            account.kind.as_str().to_owned(),
            text(account.person.given_name),
            text(account.person.family_name),
            text(account.person.phone),
            text(account.person.position),
            words(&account.grants).join("; "),
            account.state.as_str().to_owned(),
            account.last_used_at.to_string(),
            account.created_at.to_string(),
        ]);
    }

    pub(crate) fn finish(self) -> String {
        self.0.finish()
    }
}

fn columns(header: &[String]) -> Result<Vec<Option<&'static str>>, PeopleError> {
    let found: Vec<Option<&'static str>> = header
        .iter()
        .map(|cell| {
            let cell = cell.trim().to_lowercase();
            let mut known = COLUMNS.iter();
            known
                .find(|(name, others)| *name == cell || others.contains(&cell.as_str()))
                .map(|(name, _)| *name)
        })
        .collect();
    if found.contains(&Some("username")) {
        return Ok(found);
    }
    Err(PeopleError::ImportUnreadable("username".to_owned()))
}

fn kind_of(word: &str) -> Option<Kind> {
    match word.to_lowercase().as_str() {
        "official" | "cán bộ" | "công chức" => Some(Kind::Official),
        "administrator" | "quản trị" => Some(Kind::Administrator),
        "operator" | "vận hành" => Some(Kind::Operator),
        "technical" | "kỹ thuật" => Some(Kind::Technical),
        "service" | "dịch vụ" => Some(Kind::Service),
        _ => None,
    }
}

/// Roles as `clerk@H34.01; official`: without a node they hold for the whole platform.
fn grants_of(text: &str) -> Vec<RoleGrant> {
    let parts = text.split([';', ',']).map(str::trim);
    parts
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (role, agency) = part.split_once('@').unwrap_or((part, "*"));
            RoleGrant {
                role: role.trim().to_owned(),
                agency: clean(Some(agency.to_owned())).filter(|agency| agency != "*"),
            }
        })
        .collect()
}

fn differences(old: Option<&Account>, wish: &NewAccount, grants: &[RoleGrant]) -> Vec<String> {
    let Some(old) = old else { return Vec::new() };
    let has_new_roles = grants.iter().any(|grant| !old.grants.contains(grant));
    [
        ("display_name", old.display_name != wish.display_name),
        ("email", old.email != wish.email),
        ("agency", old.agency != wish.agency),
        ("person", old.person != wish.person),
        ("roles", has_new_roles),
    ]
    .into_iter()
    .filter(|(_, differs)| *differs)
    .map(|(name, _)| name.to_owned())
    .collect()
}
