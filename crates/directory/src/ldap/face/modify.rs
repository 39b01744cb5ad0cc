//! Changes: the own password and the attributes of self-service, nothing else.
//!
//! Owns: `modify`, the password operation of RFC 3062.
//! Not here: rules of passwords and what a change ends (`identity`).
//! Invariant: a password changes only for who knows the present one.
//! Follows: RFC 3062; RFC 4511, 4.6; Active Directory's `unicodePwd` (quoted UTF-16).

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_identity::{AccountChange, Actor, Attempt, Error as IdentityError, Password, RequestInfo};
use lgsp_model::ErrorCode;
use lgsp_platform::{clock::random_bytes, http::Problem as _};

use super::{Face, names::Place, sight::Bound};
use crate::{
    Error, Result,
    ldap::wire::{Change, ChangeKind, Code, Dn, Outcome, controls::PasswordModify},
};

const ONLY_OWN: &str = "only the own password and telephoneNumber can be changed by LDAP";

/// What a modification asks for.
#[derive(Default)]
struct Wish {
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    phone: Option<Option<String>>,
}

impl Face {
    /// Changes an entry.
    pub(crate) async fn modify(
        &self,
        bound: &Bound,
        (dn, changes): (&str, &[Change]),
        address: IpAddr,
    ) -> Result<Outcome> {
        let dn = match Dn::parse(dn) {
            Ok(dn) => dn,
            Err(error) => return Ok(Outcome::new(Code::INVALID_DN, error.0)),
        };
        let Bound::Person {
            id,
            username,
            password,
        } = bound
        else {
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, ONLY_OWN));
        };
        if self.names.place(&dn) != Ok(Place::Person(username.clone())) {
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, ONLY_OWN));
        }
        let wish = match wish(changes) {
            Ok(wish) => wish,
            Err(outcome) => return Ok(outcome),
        };
        if wish.new.is_some() && wish.phone.is_some() {
            let text = "change the password and other attributes one after the other";
            return Ok(Outcome::new(Code::UNWILLING, text));
        }
        if let Some(new) = wish.new {
            let old = wish.old.map(password_of);
            let known = old.or_else(|| password.clone());
            return self
                .change_password(username, known, password_of(new), address)
                .await;
        }
        let Some(phone) = wish.phone else {
            return Ok(Outcome::new(Code::UNWILLING, ONLY_OWN));
        };
        let Some(profile) = self.identity.profile(*id).await? else {
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, ONLY_OWN));
        };
        let mut person = profile.account.person.clone();
        person.phone = phone;
        let change = AccountChange {
            person: Some(person),
            ..AccountChange::default()
        };
        let actor = self.actor(username, address);
        let changed = self
            .identity
            .update_account(&actor, &profile.account, change)
            .await;
        ended(changed.map(|_| ()))
    }

    /// The password operation; with a made password in the answer when none was wished.
    pub(crate) async fn password_modify(
        &self,
        bound: &Bound,
        wish: PasswordModify,
        address: IpAddr,
    ) -> Result<(Outcome, Option<Vec<u8>>)> {
        let (own, known) = match bound {
            Bound::Person {
                username, password, ..
            } => (Some(username.clone()), password.clone()),
            Bound::Anonymous | Bound::App { .. } => (None, None),
        };
        let asked = wish.identity.map(|identity| self.username_of(&identity));
        let username = match (asked, own) {
            (Some(Some(asked)), Some(own)) if asked == own => own,
            (None, Some(own)) => own,
            // Without a bind the present password proves who asks.
            (Some(Some(asked)), None) if wish.old.is_some() => asked,
            _ => return Ok((Outcome::new(Code::INSUFFICIENT_ACCESS, ONLY_OWN), None)),
        };
        let made = match &wish.new {
            Some(_) => None,
            None => Some(new_password()?),
        };
        let new = match (wish.new, &made) {
            (Some(new), _) => password_of(new),
            (None, Some(made)) => Password::new(made.clone()),
            (None, None) => return Ok((Outcome::new(Code::OTHER, "no password"), None)),
        };
        let known = wish.old.map(password_of).or(known);
        let outcome = self.change_password(&username, known, new, address).await?;
        let is_done = outcome.code == Code::SUCCESS;
        let answer = made
            .filter(|_| is_done)
            .as_deref()
            .map(PasswordModify::generated);
        Ok((outcome, answer))
    }

    /// `uid=…` as a name, `dn:…` and `u:…` as RFC 4513 writes identities, or a bare user name.
    fn username_of(&self, identity: &[u8]) -> Option<String> {
        let text = std::str::from_utf8(identity).ok()?;
        if let Some(name) = text.strip_prefix("u:") {
            return Some(name.trim().to_lowercase());
        }
        let text = text.strip_prefix("dn:").unwrap_or(text);
        if !text.contains('=') {
            return Some(text.trim().to_lowercase());
        }
        match self.names.place(&Dn::parse(text).ok()?) {
            Ok(Place::Person(name)) => Some(name),
            _ => None,
        }
    }

    async fn change_password(
        &self,
        username: &str,
        known: Option<Password>,
        new: Password,
        address: IpAddr,
    ) -> Result<Outcome> {
        let Some(current) = known else {
            let text = "the present password is needed";
            return Ok(Outcome::new(Code::UNWILLING, text));
        };
        let attempt = Attempt {
            username: username.to_owned(),
            password: current,
            request: RequestInfo {
                address: Some(address),
                user_agent: Some("LDAP".to_owned()),
                ..RequestInfo::default()
            },
        };
        ended(self.identity.change_password(attempt, new).await)
    }

    fn actor(&self, username: &str, address: IpAddr) -> Actor {
        let address = Some(address.to_string());
        Actor::named(username, address, self.platform.clock.now())
    }
}

fn wish(changes: &[Change]) -> Result<Wish, Outcome> {
    let mut wish = Wish::default();
    for change in changes {
        let values = &change.attribute.values;
        match (
            change.attribute.name.to_ascii_lowercase().as_str(),
            change.kind,
        ) {
            ("userpassword", kind) => {
                password_change(&mut wish, kind, values, |raw| Some(raw.to_vec()))?
            }
            ("unicodepwd", kind) => password_change(&mut wish, kind, values, unicode_password)?,
            ("telephonenumber", ChangeKind::Replace) => wish.phone = Some(single_text(values)?),
            ("telephonenumber", ChangeKind::Delete) => wish.phone = Some(None),
            ("telephonenumber", ChangeKind::Add) => wish.phone = Some(single_text(values)?),
            _ => return Err(Outcome::new(Code::UNWILLING, ONLY_OWN)),
        }
    }
    Ok(wish)
}

fn password_change(
    wish: &mut Wish,
    kind: ChangeKind,
    values: &[Vec<u8>],
    read: impl Fn(&[u8]) -> Option<Vec<u8>>,
) -> Result<(), Outcome> {
    let wrong = || Outcome::new(Code::CONSTRAINT_VIOLATION, "exactly one password is needed");
    let single = match values {
        [value] => Some(read(value).ok_or_else(wrong)?),
        [] => None,
        _ => return Err(wrong()),
    };
    match (kind, single) {
        (ChangeKind::Replace | ChangeKind::Add, Some(new)) if wish.new.is_none() => {
            wish.new = Some(new);
        }
        (ChangeKind::Delete, Some(old)) if wish.old.is_none() => wish.old = Some(old),
        _ => return Err(wrong()),
    }
    Ok(())
}

fn single_text(values: &[Vec<u8>]) -> Result<Option<String>, Outcome> {
    let wrong = || Outcome::new(Code::CONSTRAINT_VIOLATION, "one text is needed");
    match values {
        [] => Ok(None),
        [value] => String::from_utf8(value.clone())
            .map(Some)
            .map_err(|_| wrong()),
        _ => Err(wrong()),
    }
}

/// `"…"` in UTF-16, little end first.
fn unicode_password(raw: &[u8]) -> Option<Vec<u8>> {
    let (pairs, rest) = raw.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    let units = pairs.iter().map(|pair| u16::from_le_bytes(*pair));
    let text: String = char::decode_utf16(units).collect::<Result<_, _>>().ok()?;
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    Some(inner.as_bytes().to_vec())
}

fn password_of(bytes: Vec<u8>) -> Password {
    // Bytes that are no text match nothing, as any other wrong password.
    Password::new(String::from_utf8(bytes).unwrap_or_default())
}

/// A password that keeps the rules: four kinds of characters, 144 random bits.
fn new_password() -> Result<String> {
    let bytes = random_bytes::<18>().map_err(lgsp_platform::Error::from)?;
    Ok(format!("Aa7!{}", URL_SAFE_NO_PAD.encode(bytes)))
}

fn ended(result: Result<(), IdentityError>) -> Result<Outcome> {
    let Err(error) = result else {
        return Ok(Outcome::success());
    };
    match error.code() {
        ErrorCode::Invalid => {
            let sentences: Vec<String> = error
                .fields()
                .into_iter()
                .map(|field| field.messages.en)
                .collect();
            Ok(Outcome::new(
                Code::CONSTRAINT_VIOLATION,
                sentences.join(" "),
            ))
        }
        ErrorCode::Conflict | ErrorCode::Forbidden => Ok(Outcome::new(
            Code::UNWILLING,
            "this account's password is kept elsewhere or cannot be changed now",
        )),
        ErrorCode::Unauthenticated | ErrorCode::TooManyRequests | ErrorCode::Unavailable => {
            super::bind::refusal(error)
        }
        _ => Err(Error::Identity(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_active_directory() {
        let utf16 =
            |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        assert_eq!(
            unicode_password(&utf16("\"Sông-7!\"")).as_deref(),
            Some("Sông-7!".as_bytes())
        );
        assert_eq!(unicode_password(&utf16("no quotes")), None);
        assert_eq!(unicode_password(b"odd"), None);
        assert_eq!(unicode_password(&utf16("\"")), None);
    }

    #[test]
    fn identities_of_made_passwords_differ() {
        assert_ne!(new_password().unwrap(), new_password().unwrap());
    }
}
