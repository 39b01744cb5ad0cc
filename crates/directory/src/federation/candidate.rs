//! From an entry of a directory to a wished account.
//!
//! Owns: `Candidate`, the attributes that are asked for.
//! Not here: what then happens to the account (`sync.rs`).
//! Follows: RFC 4530, MS-ADTS (`objectGUID`, `userAccountControl`), 389-ds (`nsAccountLock`).

use lgsp_identity::{Account, AccountChange, NewAccount, Person};
use ring::digest;

use super::{
    client::Found,
    kind::{DirectoryConnection, Product},
};
use crate::ldap::wire::{Dn, dn::fold_value};

/// Bit of `userAccountControl`: the account is disabled.
const ACCOUNT_DISABLED: i64 = 0x2;

/// A person as a directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Candidate {
    /// The identifier that never changes.
    pub(crate) key: String,
    /// Its name there.
    pub(crate) dn: String,
    /// Sign-in name, folded.
    pub(crate) username: String,
    /// Whole name.
    pub(crate) display_name: String,
    /// Mail address.
    pub(crate) email: Option<String>,
    /// The rest.
    pub(crate) person: Person,
    /// Agency by the rules of units.
    pub(crate) agency: Option<String>,
    /// Whether the directory has locked it.
    pub(crate) is_disabled: bool,
    /// When it was last changed, as the directory counts.
    pub(crate) changed: Option<String>,
}

/// The attributes to ask for.
pub(crate) fn attributes(spec: &DirectoryConnection) -> Vec<&str> {
    let map = &spec.attributes;
    let product = spec.product;
    let mut names = vec![product.key(), product.lock(), product.change()];
    let mapped = [
        &map.username,
        &map.display_name,
        &map.given_name,
        &map.family_name,
        &map.email,
        &map.phone,
        &map.position,
        &map.unit,
    ];
    names.extend(mapped.into_iter().map(|name| name.trim()));
    names.retain(|name| !name.is_empty());
    names
}

/// The identifier of an entry.
pub(crate) fn key(product: Product, entry: &Found) -> Option<String> {
    match product {
        Product::Openldap | Product::Ds389 => entry.text(product.key()),
        Product::ActiveDirectory => {
            let bytes: [u8; 16] = entry
                .values(product.key())
                .first()?
                .as_slice()
                .try_into()
                .ok()?;
            Some(uuid::Uuid::from_bytes_le(bytes).to_string())
        }
    }
}

impl Candidate {
    /// Reads an entry.
    ///
    /// # Errors
    /// With a reason when it lacks what an account needs.
    pub(crate) fn read(spec: &DirectoryConnection, entry: &Found) -> Result<Self, &'static str> {
        let map = &spec.attributes;
        let text = |name: &str| entry.text(name.trim());
        let key = key(spec.product, entry).ok_or("no identifier")?;
        let username = text(&map.username).ok_or("no user name")?.to_lowercase();
        let (given, family) = (text(&map.given_name), text(&map.family_name));
        let display_name = text(&map.display_name)
            .or_else(|| Some(format!("{} {}", family.as_deref()?, given.as_deref()?)))
            .unwrap_or_else(|| username.clone());
        Ok(Self {
            key,
            dn: entry.dn.clone(),
            username,
            display_name,
            email: text(&map.email),
            person: Person {
                given_name: given,
                family_name: family,
                phone: text(&map.phone),
                position: text(&map.position),
            },
            agency: agency(spec, entry),
            is_disabled: is_disabled(spec.product, entry),
            changed: text(spec.product.change()),
        })
    }

    /// Changes whenever the account must; nothing of it can be read back.
    pub(crate) fn digest(&self) -> Vec<u8> {
        let text = format!(
            "{:?}",
            (
                &self.username,
                &self.display_name,
                &self.email,
                &self.person,
                &self.agency,
                self.is_disabled,
            )
        );
        digest::digest(&digest::SHA256, text.as_bytes())
            .as_ref()
            .to_vec()
    }

    /// The account to be made; its password stays at the directory.
    pub(crate) fn new_account(&self, source: &str) -> NewAccount {
        NewAccount {
            username: self.username.clone(),
            display_name: self.display_name.clone(),
            email: self.email.clone(),
            agency: self.agency.clone(),
            person: self.person.clone(),
            source: Some(source.to_owned()),
            external_id: Some(self.key.clone()),
            ..NewAccount::default()
        }
    }

    /// What differs between the account and the directory; `None` when nothing does.
    pub(crate) fn change(&self, account: &Account, source: &str) -> Option<AccountChange> {
        let is_same = account.username == self.username
            && account.display_name == self.display_name.trim()
            && account.email == self.email
            && account.person == self.person
            && account.agency == self.agency
            && account.source.as_deref() == Some(source)
            && account.external_id.as_deref() == Some(&self.key);
        (!is_same).then(|| AccountChange {
            username: Some(self.username.clone()),
            display_name: Some(self.display_name.clone()),
            email: Some(self.email.clone()),
            person: Some(self.person.clone()),
            agency: Some(self.agency.clone().unwrap_or_default()),
            source: Some(Some(source.to_owned())),
            external_id: Some(Some(self.key.clone())),
            ..AccountChange::default()
        })
    }
}

fn agency(spec: &DirectoryConnection, entry: &Found) -> Option<String> {
    let own = Dn::parse(&entry.dn).ok();
    let unit = entry
        .text(&spec.attributes.unit)
        .map(|unit| fold_value(&unit));
    let rule = spec.units.iter().find(|rule| {
        let by_value = unit.as_deref() == Some(fold_value(&rule.unit).as_str());
        let by_name = || {
            let above = Dn::parse(&rule.unit)
                .ok()
                .filter(|above| !above.0.is_empty())?;
            own.as_ref()?.below(&above).map(|_| ())
        };
        by_value || by_name().is_some()
    });
    rule.map(|rule| rule.agency.clone())
        .or_else(|| spec.agency.clone())
        .filter(|code| !code.trim().is_empty())
}

fn is_disabled(product: Product, entry: &Found) -> bool {
    let Some(value) = entry.text(product.lock()) else {
        return false;
    };
    match product {
        // Locked by an administrator; a lock after failures ends by itself and is the
        // directory's own affair.
        Product::Openldap => value.starts_with("0000"),
        Product::Ds389 => value.eq_ignore_ascii_case("true"),
        Product::ActiveDirectory => value
            .parse::<i64>()
            .is_ok_and(|bits| bits & ACCOUNT_DISABLED != 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ldap::wire::Attribute;

    fn spec(product: &str) -> DirectoryConnection {
        serde_json::from_value(serde_json::json!({
            "title": "x", "product": product, "urls": ["ldaps://x"], "bind_dn": "cn=r",
            "people_base": "dc=x", "agency": "H34",
            "units": [
                {"unit": "Phòng  Tổ chức", "agency": "H34.02"},
                {"unit": "ou=vp,dc=x", "agency": "H34.01"},
            ],
        }))
        .unwrap()
    }

    fn entry(dn: &str, attributes: &[(&str, &[u8])]) -> Found {
        Found {
            dn: dn.into(),
            attributes: attributes
                .iter()
                .map(|(name, value)| Attribute {
                    name: (*name).into(),
                    values: vec![value.to_vec()],
                })
                .collect(),
        }
    }

    #[test]
    fn entries_become_candidates() {
        let whole = entry(
            "uid=An,OU=VP,dc=x",
            &[
                ("entryuuid", b"k1"),
                ("UID", b"An"),
                ("cn", "Nguyễn An".as_bytes()),
                ("mail", b" a@b.vn "),
            ],
        );
        let read = Candidate::read(&spec("openldap"), &whole).unwrap();
        assert_eq!((read.key.as_str(), read.username.as_str()), ("k1", "an"));
        assert_eq!(
            (read.email.as_deref(), read.agency.as_deref()),
            (Some("a@b.vn"), Some("H34.01"))
        );
        let by_value = entry(
            "uid=b,ou=vp,dc=x",
            &[
                ("entryUUID", b"k2"),
                ("uid", b"b"),
                ("ou", "phòng tổ chức".as_bytes()),
            ],
        );
        let read = Candidate::read(&spec("openldap"), &by_value).unwrap();
        assert_eq!(read.agency.as_deref(), Some("H34.02"));
        assert_eq!(read.display_name, "b", "nothing better is known");
        let bare = entry("uid=c,dc=x", &[("uid", b"c")]);
        assert_eq!(
            Candidate::read(&spec("openldap"), &bare),
            Err("no identifier")
        );
    }

    #[test]
    fn active_directory_is_read_as_it_is() {
        let guid: Vec<u8> = (0..16).collect();
        let with = |bits: &'static [u8]| {
            let entry = entry(
                "CN=An,OU=other,DC=x",
                &[
                    ("objectGUID", &guid),
                    ("uid", b"an"),
                    ("userAccountControl", bits),
                ],
            );
            Candidate::read(&spec("active_directory"), &entry).unwrap()
        };
        assert_eq!(with(b"512").key, "03020100-0504-0706-0809-0a0b0c0d0e0f");
        assert!(!with(b"512").is_disabled);
        assert!(with(b"514").is_disabled);
        assert_eq!(with(b"512").agency.as_deref(), Some("H34"));
        assert_ne!(with(b"512").digest(), with(b"514").digest());
    }
}
