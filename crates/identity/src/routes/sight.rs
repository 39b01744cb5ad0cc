//! Which fields of an account a caller sees.
//!
//! Owns: the rule, and the only way from an account to what leaves through the API.
//! Not here: which accounts a caller sees at all (`reach.rs`); LDAP (`directory`, `sight.rs`), SCIM and
//! claims of applications, each of which names its attributes.
//! Invariant: mail address, telephone and foreign identifier of somebody else are whole only for who
//! holds `identity.account.contact` or may change the account; all others see enough to tell two people
//! apart, in lists, single views and exports alike.
//! Follows: docs/specs/access.md, Fields of an account; ASVS 5.0, 8.1.2 and 8.2.3.

use lgsp_platform::http::Caller;

use super::views::AccountView;
use crate::{
    Identity,
    roles::{ACCOUNT_CONTACT, ACCOUNT_WRITE},
    tables::account::Account,
};

/// What stands for what is not shown.
const HIDDEN: &str = "•••";
/// Last digits of a telephone number that are shown.
const PHONE_DIGITS_SHOWN: usize = 3;

/// The account as the caller may see it.
pub(super) fn seen(caller: &Caller, mut account: Account) -> Account {
    if sees_contact(caller, &account) {
        return account;
    }
    account.email = account.email.as_deref().map(masked_mail);
    account.person.phone = account.person.phone.as_deref().map(masked_phone);
    account.external_id = account.external_id.map(|_| HIDDEN.to_owned());
    account
}

fn sees_contact(caller: &Caller, account: &Account) -> bool {
    let agency = account.agency.as_deref();
    // Nobody who acts as somebody, or for somebody, is that person.
    let standing = &caller.principal.standing;
    let is_own = account.id == caller.principal.account_id
        && standing.impersonated_by.is_none()
        && standing.on_behalf_of.is_none();
    is_own || caller.may(ACCOUNT_CONTACT, agency) || caller.may(ACCOUNT_WRITE, agency)
}

impl Identity {
    /// An account as the API gives it.
    pub(super) fn account_view(&self, caller: &Caller, account: Account) -> AccountView {
        self.whole_view(seen(caller, account), caller.now)
    }
}

/// `n•••@example.vn`: the first letter and the domain.
fn masked_mail(mail: &str) -> String {
    let (name, domain) = mail.rsplit_once('@').unwrap_or((mail, ""));
    let first: String = name.chars().take(1).collect();
    match domain {
        "" => format!("{first}{HIDDEN}"),
        domain => format!("{first}{HIDDEN}@{domain}"),
    }
}

/// `•••789`: the last digits.
fn masked_phone(phone: &str) -> String {
    let digits: Vec<char> = phone.chars().filter(char::is_ascii_digit).collect();
    let hidden = digits.len().saturating_sub(PHONE_DIGITS_SHOWN);
    // A number as short as that would be told by its last digits.
    let shown = if hidden < PHONE_DIGITS_SHOWN {
        String::new()
    } else {
        digits.into_iter().skip(hidden).collect()
    };
    format!("{HIDDEN}{shown}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_masked_tells_two_people_apart_and_no_more() {
        assert_eq!(masked_mail("nguyen.an@kontum.gov.vn"), "n•••@kontum.gov.vn");
        assert_eq!(masked_mail("đạt@x.vn"), "đ•••@x.vn");
        assert_eq!(masked_mail("@x.vn"), "•••@x.vn");
        assert_eq!(masked_mail("broken"), "b•••");
        assert_eq!(masked_phone("+84 905 123 789"), "•••789");
        assert_eq!(masked_phone("113"), "•••");
        assert_eq!(masked_phone("12345"), "•••");
        assert_eq!(masked_phone(""), "•••");
    }
}
