//! What the fields of an account must be.
//!
//! Owns: the form of names, mail addresses and grants; whether a unit has room for more.
//! Not here: the rules of passwords (`password/`).

use lgsp_platform::{FieldError, http::context::RoleGrant};

use super::NewAccount;
use crate::{
    Identity,
    error::{Error, Result, Rule},
    password, roles,
    rules::{GRANTS_MAX, NAME_CHARS_MAX, REASON_CHARS_MAX, USERNAME_CHARS_MAX},
    tables::{account::Person, account_query},
};

impl Identity {
    pub(crate) fn check_new(&self, new: &NewAccount, username: &str) -> Vec<FieldError> {
        let mut broken = Vec::new();
        if !is_username(username) {
            broken.push(Rule::UsernameForm.at("/username"));
        }
        broken.extend(check_name(&new.display_name));
        broken.extend(check_person(&new.person));
        broken.extend(new.email.as_deref().and_then(check_email));
        broken.extend(
            new.agency
                .as_deref()
                .and_then(|code| self.check_agency(code)),
        );
        match &new.password {
            None if new.kind.is_person() && new.source.is_none() && !new.is_invited => {
                broken.push(Rule::Required.at("/password"))
            }
            Some(password) if new.kind.is_person() => {
                broken.extend(password::check(
                    password,
                    username,
                    &self.rules,
                    "/password",
                ));
            }
            _ => {}
        }
        broken
    }

    pub(crate) fn check_agency(&self, code: &str) -> Option<FieldError> {
        let is_known = code.trim().is_empty() || self.hierarchy.name(code.trim()).is_some();
        let code = code.to_owned();
        (!is_known).then(|| Rule::AgencyUnknown { code }.at("/agency"))
    }

    pub(crate) fn check_grants(&self, grants: &[RoleGrant]) -> Vec<FieldError> {
        let mut broken = Vec::new();
        if grants.len() > GRANTS_MAX {
            broken.push(Rule::RolesTooMany.at("/roles"));
        }
        for (place, grant) in grants.iter().enumerate() {
            if roles::find(&grant.role).is_none() {
                let role = grant.role.clone();
                broken.push(Rule::RoleUnknown { role }.at(format!("/roles/{place}/role")));
            }
            let unknown = grant
                .agency
                .as_deref()
                .filter(|code| self.hierarchy.name(code).is_none());
            if let Some(code) = unknown {
                let code = code.to_owned();
                broken.push(Rule::AgencyUnknown { code }.at(format!("/roles/{place}/agency")));
            }
        }
        broken
    }

    /// Refuses when a unit would have more accounts than allowed.
    ///
    /// # Errors
    /// `identity.account.agency_full`.
    pub(crate) async fn check_room(&self, agency: Option<&str>, more: u64) -> Result<()> {
        let max = self.rules.accounts_of_agency_max;
        let Some(agency) = agency.filter(|_| max > 0) else {
            return Ok(());
        };
        let held = account_query::count_of_agency(&self.platform.db, agency).await?;
        match held.saturating_add(more) > max {
            true => Err(crate::PeopleError::AccountsOfAgency { max }.into()),
            false => Ok(()),
        }
    }
}

/// The form in which user names are compared and stored.
pub(crate) fn fold_username(typed: &str) -> String {
    typed.trim().to_lowercase()
}

pub(crate) fn refuse(broken: Vec<FieldError>) -> Result<()> {
    if broken.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(broken))
    }
}

/// Sorted, each once: the role set is a key of kept decisions.
pub(crate) fn normal(mut grants: Vec<RoleGrant>) -> Vec<RoleGrant> {
    grants.sort_by(|one, two| (&one.role, &one.agency).cmp(&(&two.role, &two.agency)));
    grants.dedup();
    grants
}

pub(crate) fn clean(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty())
}

/// Grants as the journal shows them: `clerk@H34.01`, `auditor@*`.
pub(crate) fn words(grants: &[RoleGrant]) -> Vec<String> {
    grants
        .iter()
        .map(|grant| format!("{}@{}", grant.role, grant.agency.as_deref().unwrap_or("*")))
        .collect()
}

pub(super) fn is_username(name: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut bytes = name.bytes();
    bytes.next().is_some_and(is_letter)
        && (2..=USERNAME_CHARS_MAX).contains(&name.len())
        && bytes.all(|byte| is_letter(byte) || matches!(byte, b'.' | b'_' | b'-' | b'@'))
}

pub(super) fn check_name(name: &str) -> Option<FieldError> {
    let pointer = "/display_name";
    if name.trim().is_empty() {
        return Some(Rule::Required.at(pointer));
    }
    let max = NAME_CHARS_MAX;
    (name.chars().count() > max).then(|| Rule::TooLong { max }.at(pointer))
}

/// The reason of an act on an account, which may be absent.
pub(crate) fn check_reason(reason: &str) -> Option<FieldError> {
    let max = REASON_CHARS_MAX;
    (reason.trim().chars().count() > max).then(|| Rule::TooLong { max }.at("/reason"))
}

pub(super) fn check_person(person: &Person) -> Vec<FieldError> {
    [
        ("/person/given_name", &person.given_name),
        ("/person/family_name", &person.family_name),
        ("/person/phone", &person.phone),
        ("/person/position", &person.position),
    ]
    .into_iter()
    .filter(|(_, text)| {
        text.as_deref()
            .is_some_and(|text| text.chars().count() > NAME_CHARS_MAX)
    })
    .map(|(pointer, _)| {
        Rule::TooLong {
            max: NAME_CHARS_MAX,
        }
        .at(pointer)
    })
    .collect()
}

impl Person {
    /// Without white space around and without empty texts.
    pub(super) fn cleaned(self) -> Self {
        Self {
            given_name: clean(self.given_name),
            family_name: clean(self.family_name),
            phone: clean(self.phone),
            position: clean(self.position),
        }
    }
}

pub(super) fn check_email(email: &str) -> Option<FieldError> {
    let email = email.trim();
    let has_form = email.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
    });
    let is_plain = !email.contains(|letter: char| letter.is_whitespace() || letter.is_control());
    let is_mail = has_form && is_plain && email.chars().count() <= NAME_CHARS_MAX;
    (!email.is_empty() && !is_mail).then(|| Rule::EmailForm.at("/email"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for good in ["an", "nguyen.van-a_1", "van.thu@h34", &"a".repeat(64)] {
            assert!(is_username(good), "{good}");
        }
        for bad in ["", "a", ".an", "An", "ấn", "an an", "an/1", &"a".repeat(65)] {
            assert!(!is_username(bad), "{bad}");
        }
        assert_eq!(fold_username("  Van.Thu "), "van.thu");
    }

    #[test]
    fn mail_addresses() {
        for good in ["", "a@b.vn", "van.thu+1@kontum.gov.vn"] {
            assert_eq!(check_email(good), None, "{good}");
        }
        for bad in [
            "a",
            "a@",
            "@b.vn",
            "a@b",
            "a b@c.vn",
            "a@b.vn\r\nBcc: x@y.z",
            "a@.vn",
        ] {
            assert!(check_email(bad).is_some(), "{bad}");
        }
    }
}
