//! What a bound connection may see.
//!
//! Owns: `Bound`, `Sight`.
//! Not here: how one is bound (`bind.rs`).
//! Invariant: who is bound is looked at anew for each operation, so that an application that is
//! switched off, a secret that is revoked and an account that is locked see nothing at once.
//! Follows: design document "Identity", section 5.

use lgsp_identity::{Account, Group, Kind, Password, Profile};
use lgsp_model::AccountId;
use uuid::Uuid;

use super::{
    Face,
    entry::Entry,
    matching::{Truth, matches},
};
use crate::{
    Result,
    ldap::{
        apps::{LdapApp, secrets},
        wire::Filter,
    },
};

/// Who a connection is bound as.
#[derive(Clone)]
pub(crate) enum Bound {
    /// Nobody.
    Anonymous,
    /// An application, with the secret that it used.
    App {
        /// Its name.
        name: String,
        /// The secret.
        secret: Uuid,
    },
    /// A person.
    Person {
        /// The account.
        id: AccountId,
        /// Its user name.
        username: String,
        /// The main password when that was used; a change of password may rest on it.
        password: Option<Password>,
    },
}

/// What may be seen.
pub(crate) enum Sight {
    /// The server itself and its schema.
    Nothing,
    /// People and groups as an application may see them.
    App(Box<AppSight>),
    /// The own entry and the own groups.
    Person(Box<Profile>),
}

/// What an application may see.
pub(crate) struct AppSight {
    /// Its name.
    pub(crate) name: String,
    /// Its specification.
    pub(crate) spec: LdapApp,
    /// What people must match.
    pub(crate) people: Option<Filter>,
}

impl Face {
    /// What `bound` may see now.
    pub(crate) async fn sight(&self, bound: &Bound) -> Result<Sight> {
        match bound {
            Bound::Anonymous => Ok(Sight::Nothing),
            Bound::App { name, secret } => {
                let Some(spec) = self.app(name) else {
                    return Ok(Sight::Nothing);
                };
                // A filter was checked when it was saved; one that cannot be read shows nobody.
                let Ok(people) = spec.people() else {
                    return Ok(Sight::Nothing);
                };
                if !secrets::is_live(&self.platform, *secret).await? {
                    return Ok(Sight::Nothing);
                }
                Ok(Sight::App(Box::new(AppSight {
                    name: name.clone(),
                    spec,
                    people,
                })))
            }
            Bound::Person { id, .. } => Ok(match self.identity.profile(*id).await? {
                Some(profile) => Sight::Person(Box::new(profile)),
                None => Sight::Nothing,
            }),
        }
    }

    /// The specification of an application that may bind.
    pub(crate) fn app(&self, name: &str) -> Option<LdapApp> {
        let spec = self.platform.registry.snapshot().spec::<LdapApp>(name)?;
        spec.enabled.then_some(spec)
    }

    fn is_within(&self, agency: Option<&str>, top: &str) -> bool {
        let tree = self.catalogue.snapshot().agencies.clone();
        agency.is_some_and(|agency| agency == top || tree.is_within(agency, top))
    }
}

impl Sight {
    /// The specification of the application that looks, for its mapped attributes.
    pub(crate) fn spec(&self) -> Option<&LdapApp> {
        match self {
            Self::App(app) => Some(&app.spec),
            Self::Nothing | Self::Person(_) => None,
        }
    }

    /// Whether people can be seen at all.
    pub(crate) const fn has_people(&self) -> bool {
        !matches!(self, Self::Nothing)
    }

    /// Whether the account may be seen, before its entry is made.
    pub(crate) fn may_see_account(&self, face: &Face, account: &Account) -> bool {
        if !account.kind.is_person() || !account.is_live(face.platform.clock.now()) {
            return false;
        }
        match self {
            Self::Nothing => false,
            Self::Person(own) => own.account.id == account.id,
            // A directory of officials: citizens are nobody's colleagues.
            Self::App(_) if account.kind == Kind::Citizen => false,
            Self::App(app) => {
                let agency = account.agency.as_deref();
                let top = app.spec.agency.as_deref();
                top.is_none_or(|top| face.is_within(agency, top))
            }
        }
    }

    /// Whether the entry of an account that passed [`Sight::may_see_account`] may be seen.
    pub(crate) fn may_see_entry(&self, entry: &Entry) -> bool {
        match self {
            Self::Nothing => false,
            Self::Person(_) => true,
            Self::App(app) => app
                .people
                .as_ref()
                .is_none_or(|filter| matches(filter, entry) == Truth::Yes),
        }
    }

    /// Whether the group may be seen.
    pub(crate) fn may_see_group(&self, face: &Face, group: &Group) -> bool {
        match self {
            Self::Nothing => false,
            Self::Person(own) => own.groups.iter().any(|known| known.id == group.id),
            Self::App(app) => {
                let (agency, top) = (group.agency.as_deref(), app.spec.agency.as_deref());
                // Groups of the platform itself are for all; their members are looked at singly.
                let is_inside =
                    agency.is_none() || top.is_none_or(|top| face.is_within(agency, top));
                app.spec.groups && is_inside
            }
        }
    }
}
