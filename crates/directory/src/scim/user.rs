//! A user between its account and SCIM.
//!
//! Owns: `render` (account to resource), `Wanted` (resource to account).
//! Not here: reading and writing accounts (`users.rs`).
//! Invariant: fields that the account has always show the account; what only SCIM knows lies in
//! the account's document and comes back as it was sent.
//! Follows: RFC 7643, sections 4.1 and 4.3.

use lgsp_identity::{Account, AgencyOf, InGroup, Password, Person, State};
use serde_json::{Value, json};

use super::{
    error::{ScimError, ScimResult, ScimType},
    json::{Object, is_unassigned, text},
    schema::OFFICIAL,
};

/// Largest document of an account.
pub(crate) const DOCUMENT_BYTES_MAX: usize = 65_536;

/// Fields of the account that the document never repeats.
const OF_ACCOUNT: &[&str] = &["userName", "externalId", "password"];

/// What a resource asks of its account.
#[derive(Debug, Clone)]
pub(crate) struct Wanted {
    pub(crate) username: String,
    pub(crate) display_name: String,
    pub(crate) email: Option<String>,
    pub(crate) person: Person,
    pub(crate) external_id: Option<String>,
    pub(crate) agency: Option<String>,
    pub(crate) is_active: Option<bool>,
    pub(crate) password: Option<Password>,
    pub(crate) document: Object,
}

impl Wanted {
    /// Reads a resource in its normal form.
    ///
    /// # Errors
    /// `invalidValue` when the name is missing or everything together is too large.
    pub(crate) fn read(mut resource: Object) -> ScimResult<Self> {
        let invalid = |detail: &str| ScimError::typed(ScimType::InvalidValue, detail);
        let username = text(&resource, "userName").unwrap_or_default().to_owned();
        if username.trim().is_empty() {
            return Err(invalid("userName is required"));
        }
        let told = Told::of(&resource, &username);
        let owned = |name: &str| text(&resource, name).map(str::to_owned);
        let (external_id, password) = (owned("externalId"), owned("password"));
        let is_active = resource.get("active").and_then(Value::as_bool);
        let agency = part(&resource, OFFICIAL, "agencyCode").map(str::to_owned);
        for name in OF_ACCOUNT {
            resource.remove(*name);
        }
        resource.remove("active");
        set_part(&mut resource, OFFICIAL, "agencyCode", None);
        if Value::Object(resource.clone()).to_string().len() > DOCUMENT_BYTES_MAX {
            return Err(invalid("the resource is too large"));
        }
        Ok(Self {
            username,
            display_name: told.display_name,
            email: told.email,
            person: told.person,
            external_id,
            agency,
            is_active,
            password: password.map(Password::temporary),
            document: resource,
        })
    }
}

/// What the values that a client sent mean for the fields of an account.
struct Told {
    display_name: String,
    email: Option<String>,
    person: Person,
}

impl Told {
    fn of(resource: &Object, username: &str) -> Self {
        let name = |sub: &str| part(resource, "name", sub).map(str::to_owned);
        let (given, family) = (name("givenName"), name("familyName"));
        // Family name first, as Vietnamese names are written.
        let joined = [family.as_deref(), given.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" ");
        let display_name = [
            text(resource, "displayName").map(str::to_owned),
            name("formatted"),
            Some(joined),
        ]
        .into_iter()
        .flatten()
        .find(|text| !text.trim().is_empty())
        .unwrap_or_else(|| username.to_owned());
        let position = part(resource, OFFICIAL, "position").or_else(|| text(resource, "title"));
        Self {
            display_name,
            email: primary(resource, "emails"),
            person: Person {
                given_name: given,
                family_name: family,
                phone: primary(resource, "phoneNumbers"),
                position: position.map(str::to_owned),
            },
        }
    }
}

/// A part of a complex attribute or of an extension.
fn part<'a>(resource: &'a Object, name: &str, sub: &str) -> Option<&'a str> {
    text(resource.get(name)?.as_object()?, sub)
}

fn set_part(resource: &mut Object, name: &str, sub: &str, value: Option<&str>) {
    let mut parts = match resource.remove(name) {
        Some(Value::Object(parts)) => parts,
        _ => Object::new(),
    };
    match value {
        Some(value) => drop(parts.insert(sub.to_owned(), value.into())),
        None => drop(parts.remove(sub)),
    }
    if !parts.is_empty() {
        resource.insert(name.to_owned(), Value::Object(parts));
    }
}

fn set(resource: &mut Object, name: &str, value: Option<&str>) {
    match value {
        Some(value) => drop(resource.insert(name.to_owned(), value.into())),
        None => drop(resource.remove(name)),
    }
}

/// The place of the value marked as primary, else of the first one.
fn primary_place(items: &[Value]) -> Option<usize> {
    let marked = |item: &Value| item.get("primary") == Some(&Value::Bool(true));
    let first = (!items.is_empty()).then_some(0);
    items.iter().position(marked).or(first)
}

/// The value of the primary item.
fn primary(resource: &Object, name: &str) -> Option<String> {
    let items = resource.get(name)?.as_array()?;
    let item = items.get(primary_place(items)?)?;
    item.get("value")?.as_str().map(str::to_owned)
}

fn set_primary(resource: &mut Object, name: &str, value: Option<&str>) {
    let mut items = match resource.remove(name) {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    };
    match (primary_place(&items), value) {
        (Some(place), None) => drop(items.remove(place)),
        (None, Some(value)) => {
            items.push(json!({"value": value, "type": "work", "primary": true}));
        }
        (Some(place), Some(value)) => {
            if let Some(Value::Object(item)) = items.get_mut(place) {
                item.insert("value".to_owned(), value.into());
            }
        }
        (None, None) => {}
    }
    if !items.is_empty() {
        resource.insert(name.to_owned(), Value::Array(items));
    }
}

/// What a resource shows beside its account.
pub(crate) struct Around<'a> {
    pub(crate) agency: Option<AgencyOf>,
    /// Groups; none when they were not asked for.
    pub(crate) groups: &'a [InGroup],
    /// Base address of the interface.
    pub(crate) base: &'a str,
}

/// The resource of an account, without `schemas` and `meta`.
pub(crate) fn render(account: &Account, around: &Around<'_>) -> Object {
    let stored = account.document.as_ref().and_then(Value::as_object);
    let mut made = stored.cloned().unwrap_or_default();
    // A client that removed `active` does not see it until somebody sets it again.
    let hides_active = made.remove("active") == Some(Value::Null);
    let told = Told::of(&made, &account.username);
    let (is, person) = (account, &account.person);
    if stored.is_none() || told.display_name != is.display_name {
        set(&mut made, "displayName", Some(&is.display_name));
    }
    if told.email != is.email {
        set_primary(&mut made, "emails", is.email.as_deref());
    }
    if told.person.phone != person.phone {
        set_primary(&mut made, "phoneNumbers", person.phone.as_deref());
    }
    if told.person.given_name != person.given_name {
        set_part(&mut made, "name", "givenName", person.given_name.as_deref());
    }
    if told.person.family_name != person.family_name {
        set_part(
            &mut made,
            "name",
            "familyName",
            person.family_name.as_deref(),
        );
    }
    if told.person.position != person.position {
        set(&mut made, "title", person.position.as_deref());
        set_part(&mut made, OFFICIAL, "position", person.position.as_deref());
    }
    made.insert("id".to_owned(), is.id.0.to_string().into());
    set(&mut made, "userName", Some(&is.username));
    set(&mut made, "externalId", is.external_id.as_deref());
    if !hides_active {
        made.insert("active".to_owned(), (is.state == State::Active).into());
    }
    official(&mut made, account, around.agency.as_ref());
    memberships(&mut made, account, around);
    made
}

fn official(made: &mut Object, account: &Account, agency: Option<&AgencyOf>) {
    let mut put = |name: &str, value: Option<&str>| set_part(made, OFFICIAL, name, value);
    put("agencyCode", account.agency.as_deref());
    put("agencyName", agency.map(|agency| agency.name.as_str()));
    put(
        "agencyCodeQd20",
        agency.and_then(|agency| agency.code_qd20.as_deref()),
    );
    put("accountKind", Some(account.kind.as_str()));
}

fn memberships(made: &mut Object, account: &Account, around: &Around<'_>) {
    let groups: Vec<Value> = around
        .groups
        .iter()
        .map(|one| {
            let group = &one.group;
            let kind = if one.is_direct() {
                "direct"
            } else {
                "indirect"
            };
            json!({
                "value": group.id, "display": group.name, "type": kind,
                "$ref": format!("{}/Groups/{}", around.base, group.id),
            })
        })
        .collect();
    let roles: Vec<Value> = account
        .grants
        .iter()
        .map(|grant| {
            let place = grant.agency.as_deref().unwrap_or("*");
            json!({"value": format!("{}@{place}", grant.role), "display": grant.role})
        })
        .collect();
    for (name, values) in [
        ("groups", Value::Array(groups)),
        ("roles", Value::Array(roles)),
    ] {
        if !is_unassigned(&values) {
            made.insert(name.to_owned(), values);
        }
    }
}

/// `title` and the official's `position` are one until both are told apart: a change of one is
/// a change of both.
pub(crate) fn align_position(before: &Object, after: &mut Object) {
    let titles = |resource: &Object| {
        let title = text(resource, "title").map(str::to_owned);
        (
            title,
            part(resource, OFFICIAL, "position").map(str::to_owned),
        )
    };
    let (title_before, position_before) = titles(before);
    let (title, position) = titles(after);
    if title_before != position_before {
        return;
    }
    if title != title_before && position == position_before {
        set_part(after, OFFICIAL, "position", title.as_deref());
    } else if position != position_before && title == title_before {
        set(after, "title", position.as_deref());
    }
}
