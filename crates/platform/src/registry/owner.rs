//! Persons who answer for resources, and handing those over.
//!
//! Owns: the field `owner` of kinds that have one, the port `Persons`.
//! Not here: who may answer and when it is handed over (`identity`).
//! Invariant: an owner that a change names may answer when the change is committed; handing
//! over is a revision like any other, in the transaction of the act that asks for it.
//! Follows: docs/specs/registry.md, Owners.

use lgsp_model::Timestamp;
use serde_json::Value;

use super::{Registry, Resource, sql};
use crate::{
    db::WriteTx,
    error::{Error, FieldError, Result},
    http::context::PortFuture,
};

/// The field of a specification that names the person, by sign-in name.
pub const OWNER: &str = "owner";

/// A field that names a person who is to answer for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WishedOwner {
    /// JSON pointer of the field.
    pub pointer: String,
    /// Sign-in name.
    pub name: String,
}

/// Knows who may answer for something.
pub trait Persons: Send + Sync + 'static {
    /// The errors of those fields whose person may not answer for anything.
    fn unfit<'a>(
        &'a self,
        tx: &'a WriteTx,
        wished: &'a [WishedOwner],
        now: Timestamp,
    ) -> PortFuture<'a, Result<Vec<FieldError>>>;
}

impl Resource {
    /// Sign-in name of the person who answers for it.
    #[must_use]
    pub fn owner(&self) -> Option<&str> {
        owner_of(&self.spec)
    }
}

fn owner_of(spec: &Value) -> Option<&str> {
    spec.get(OWNER)?.as_str()
}

impl Registry {
    /// Sets who knows the persons; once, at composition. Without it any name is taken.
    pub fn set_persons(&self, persons: std::sync::Arc<dyn Persons>) {
        if self.0.persons.set(persons).is_err() {
            tracing::error!("the persons of the registry were set twice; the first ones stay");
        }
    }

    /// The resources for which a person answers, by kind and name.
    #[must_use]
    pub fn owned_by(&self, person: &str) -> Vec<std::sync::Arc<Resource>> {
        let snapshot = self.snapshot();
        self.owned_kinds()
            .flat_map(|kind| snapshot.of_kind(kind))
            .filter(|found| found.owner() == Some(person))
            .cloned()
            .collect()
    }

    /// The same within a transaction; until its end nobody else changes an owner.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn owned_in(&self, tx: &WriteTx, person: &str) -> Result<Vec<Resource>> {
        self.lock_in(tx).await?;
        let mut found = sql::naming_owner(&self.0.db, tx, person).await?;
        found.retain(|found| {
            self.owned_kinds().any(|kind| kind == found.kind) && found.owner() == Some(person)
        });
        Ok(found)
    }

    /// Waits until nobody else changes the registry; to the end of the transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn lock_in(&self, tx: &WriteTx) -> Result<()> {
        sql::lock(&self.0.db, tx).await
    }

    /// Gives a resource that [`Registry::owned_in`] found another owner, or none; nothing else
    /// of it is looked at, so that a rule that came after it does not hold up who leaves. Call
    /// `refresh` after the transaction.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn hand_over_in(
        &self,
        tx: &WriteTx,
        mut resource: Resource,
        next: Option<&str>,
        (actor, now): (&str, Timestamp),
    ) -> Result<()> {
        keep_owner(&mut resource.spec, next);
        resource.revision += 1;
        resource.updated_at = now;
        actor.clone_into(&mut resource.updated_by);
        sql::write(&self.0.db, tx, &resource, false).await?;
        sql::announce(&self.0.db, tx, &resource.kind, &resource.name).await
    }

    /// Refuses changes that name a person who may not answer; who answered before may stay.
    pub(super) async fn check_owners(
        &self,
        tx: &WriteTx,
        done: &[(Resource, Option<Value>)],
        now: Timestamp,
    ) -> Result<()> {
        let Some(persons) = self.0.persons.get() else {
            return Ok(());
        };
        let mut wished = Vec::new();
        for (index, (resource, before)) in done.iter().enumerate() {
            let is_owned = self.owned_kinds().any(|kind| kind == resource.kind);
            let former = before.as_ref().and_then(owner_of);
            let named = resource.owner().filter(|_| is_owned);
            let Some(name) = named.filter(|name| former != Some(*name)) else {
                continue;
            };
            let prefix = match done.len() {
                1 => String::new(),
                _ => format!("/{index}"),
            };
            wished.push(WishedOwner {
                pointer: format!("{prefix}/spec/{OWNER}"),
                name: name.to_owned(),
            });
        }
        if wished.is_empty() {
            return Ok(());
        }
        match persons.unfit(tx, &wished, now).await? {
            broken if broken.is_empty() => Ok(()),
            broken => Err(Error::Invalid(broken)),
        }
    }

    fn owned_kinds(&self) -> impl Iterator<Item = &'static str> + '_ {
        let owned = self.0.kinds.values().filter(|kind| kind.has_owner);
        owned.map(|kind| kind.kind)
    }
}

/// Puts an owner into a specification, or takes the one there is away.
pub(super) fn keep_owner(spec: &mut Value, owner: Option<&str>) {
    if let Some(fields) = spec.as_object_mut() {
        match owner {
            Some(owner) => fields.insert(OWNER.to_owned(), owner.into()),
            None => fields.remove(OWNER),
        };
    }
}

/// Part of the text of a specification that names this owner, as a pattern of LIKE; it may find
/// more than is meant, because `_` stands for any letter there.
pub(super) fn pattern(person: &str) -> String {
    let name = Value::from(person);
    format!("%\"{OWNER}\":{name}%")
}
