//! What a simulated sign-on remembers: codes and tokens.
//!
//! Owns: `State`, its limits.
//! Invariant: a code works once and for a minute; nothing grows without end.

use std::collections::{BTreeMap, VecDeque};

use super::faults::{Endpoint, Faults};
use super::keys::Keys;
use super::people::{self, Person};
use super::seed::{ClientSeed, ProfileSeed, SsoSeed};

/// Codes and tokens that are remembered; the oldest are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// An authorisation that waits for its client.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) profile: String,
    pub(super) client_id: String,
    pub(super) redirect_uri: String,
    pub(super) nonce: String,
    pub(super) challenge: String,
    pub(super) person: usize,
    pub(super) expires_s: i64,
    /// When the person proved itself.
    pub(super) auth_s: i64,
}

/// An access token.
#[derive(Clone, Debug)]
pub(super) struct Access {
    pub(super) profile: String,
    pub(super) client_id: String,
    pub(super) person: usize,
    pub(super) expires_s: i64,
}

/// A map that forgets its oldest entries.
#[derive(Debug)]
pub(super) struct Recent<T> {
    entries: BTreeMap<String, T>,
    order: VecDeque<String>,
}

impl<T> Default for Recent<T> {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T> Recent<T> {
    pub(super) fn put(&mut self, key: String, value: T) {
        if self.order.len() >= REMEMBERED_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
        self.order.push_back(key.clone());
        self.entries.insert(key, value);
    }

    pub(super) fn take(&mut self, key: &str) -> Option<T> {
        self.entries.remove(key)
    }

    pub(super) fn get(&self, key: &str) -> Option<&T> {
        self.entries.get(key)
    }
}

/// Everything of one simulated sign-on.
pub(super) struct State {
    pub(super) people: Vec<Person>,
    pub(super) profiles: Vec<ProfileSeed>,
    pub(super) keys: Keys,
    pub(super) faults: Faults,
    pub(super) grants: Recent<Grant>,
    pub(super) tokens: Recent<Access>,
    /// Assertions of clients that were taken.
    pub(super) assertions: Recent<()>,
    pub(super) calls: BTreeMap<Endpoint, u64>,
}

impl State {
    pub(super) fn new(seed: SsoSeed) -> anyhow::Result<Self> {
        Ok(Self {
            people: people::invent(seed.people_seed),
            profiles: seed.profiles,
            keys: Keys::new()?,
            faults: Faults::default(),
            grants: Recent::default(),
            tokens: Recent::default(),
            assertions: Recent::default(),
            calls: BTreeMap::new(),
        })
    }

    pub(super) fn profile(&self, name: &str) -> Option<&ProfileSeed> {
        self.profiles.iter().find(|profile| profile.name == name)
    }

    pub(super) fn client(&self, profile: &str, id: &str) -> Option<&ClientSeed> {
        let mut clients = self.profile(profile)?.clients.iter();
        clients.find(|client| client.client_id == id)
    }

    /// A person by number, technical id, `sub` or citizen number.
    pub(super) fn person(&self, wanted: &str) -> Option<&Person> {
        let number = wanted.parse::<usize>().ok();
        let by_number = number.filter(|_| wanted.len() <= 4);
        match by_number.and_then(|number| self.people.get(number)) {
            Some(person) => Some(person),
            None => self.people.iter().find(|person| {
                [&person.tech_id, &person.sub, &person.citizen_number].contains(&&wanted.to_owned())
            }),
        }
    }
}
