//! Who does something, as the journal notes it.
//!
//! Owns: `Actor`.
//! Not here: whether it may (`access/`).

use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Principal, trace},
    journal::{Class, Event},
    registry::Resource,
};

use crate::tables::{account::Account, group::Group};

/// Who does something, from where and when.
#[derive(Debug, Clone)]
pub struct Actor {
    /// User name, or the name of a program.
    pub name: String,
    /// Network address.
    pub address: Option<String>,
    /// When.
    pub now: Timestamp,
    /// For whom, by a delegation.
    pub on_behalf_of: Option<String>,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        Self::of(&caller.principal, caller.address.clone(), caller.now)
    }
}

impl Actor {
    /// Who is behind a credential: while an administrator acts as an account, both.
    #[must_use]
    pub fn of(principal: &Principal, address: Option<String>, now: Timestamp) -> Self {
        Self {
            name: principal.actor_name().to_owned(),
            address,
            now,
            on_behalf_of: principal.acts_for().map(str::to_owned),
        }
    }

    /// A person at the command line of the machine.
    #[must_use]
    pub fn command_line(now: Timestamp) -> Self {
        Self {
            name: "command-line".to_owned(),
            address: None,
            now,
            on_behalf_of: None,
        }
    }

    /// A protocol or program that acts by itself: `scim:<client>`, `ldap`.
    #[must_use]
    pub fn named(name: impl Into<String>, address: Option<String>, now: Timestamp) -> Self {
        Self {
            name: name.into(),
            address,
            now,
            on_behalf_of: None,
        }
    }

    /// An event about a group; goes into the transaction of the act.
    pub(crate) fn audit_group(&self, action: &str, group: &Group) -> Event {
        let subject = ("group", group.name.clone());
        let mut event = Event::new(Class::Audit, self.now, self.name.clone(), action, subject);
        event.address.clone_from(&self.address);
        event.on_behalf_of.clone_from(&self.on_behalf_of);
        event.agency.clone_from(&group.agency);
        event.trace_id = trace::current();
        event
    }

    /// The platform itself.
    #[must_use]
    pub(crate) fn platform(now: Timestamp) -> Self {
        Self {
            name: "platform".to_owned(),
            address: None,
            now,
            on_behalf_of: None,
        }
    }

    /// An event about an account; goes into the transaction of the act.
    pub(crate) fn audit(&self, action: &str, account: &Account) -> Event {
        self.audit_name(action, &account.username, account.agency.as_deref())
    }

    /// An event about a resource of the registry.
    pub(crate) fn audit_resource(&self, action: &str, resource: &Resource) -> Event {
        let subject = (resource.kind.as_str(), resource.name.as_str());
        let mut event = Event::new(Class::Audit, self.now, self.name.clone(), action, subject);
        event.address.clone_from(&self.address);
        event.on_behalf_of.clone_from(&self.on_behalf_of);
        event.agency.clone_from(&resource.agency);
        event.trace_id = trace::current();
        event
    }

    /// An event about an account of which only the name is known.
    pub(crate) fn audit_name(&self, action: &str, username: &str, agency: Option<&str>) -> Event {
        let mut event = Event::new(
            Class::Audit,
            self.now,
            self.name.clone(),
            action,
            ("account", username),
        );
        event.address.clone_from(&self.address);
        event.on_behalf_of.clone_from(&self.on_behalf_of);
        event.agency = agency.map(str::to_owned);
        event.trace_id = trace::current();
        event
    }
}
