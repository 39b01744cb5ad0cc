//! Signing in with a password that a directory keeps.
//!
//! Owns: the port `PasswordSource` over the connections that pass through.
//! Not here: counters and locks (`identity`), the client (`client/`), what is kept for an outage
//! (`offline.rs`).
//! Invariant: a password goes only to the directory that keeps the account, or, for a name that
//! is unknown here, to the one that has exactly one entry of that name; a person is made here
//! only after its password proved right.
//! Follows: design document "Identity", section 6.

use lgsp_identity::{Account, Actor, Password, PasswordSource, SourceAnswer};
use lgsp_platform::http::context::PortFuture;

use super::{
    Federation,
    candidate::{self, Candidate},
    client::{Client, Failure},
    kind::DirectoryConnection,
    sync::SyncError,
    tables::{self, Link},
};
use crate::{
    Result,
    ldap::wire::{Code, Filter, Scope},
};

impl PasswordSource for Federation {
    fn check<'a>(
        &'a self,
        username: &'a str,
        account: Option<&'a Account>,
        password: &'a Password,
    ) -> PortFuture<'a, SourceAnswer> {
        Box::pin(async move {
            let asked = match account {
                Some(account) => self.check_known(account, password).await,
                None => self.check_unknown(username, password).await,
            };
            asked.unwrap_or_else(|error| {
                tracing::warn!(%error, "a directory could not be asked for a password");
                SourceAnswer::Unavailable
            })
        })
    }
}

/// What asking came to; a failure is for the log.
type Asked = std::result::Result<SourceAnswer, SyncError>;

impl Federation {
    fn passing(&self) -> impl Iterator<Item = (String, DirectoryConnection)> + use<> {
        self.connections()
            .into_iter()
            .filter(|(_, spec)| spec.enabled && spec.mode.passes_through())
    }

    async fn check_known(&self, account: &Account, password: &Password) -> Asked {
        let Some(source) = account.source.as_deref() else {
            return Ok(SourceAnswer::NotMine);
        };
        let Some((name, spec)) = self.passing().find(|(name, _)| name == source) else {
            return Ok(SourceAnswer::NotMine);
        };
        let from = (name.as_str(), &spec);
        let asked = self.ask_known(from, account, password).await;
        if spec.offline_days == 0 {
            return asked;
        }
        match asked {
            Ok(SourceAnswer::Right(id)) => {
                self.remember(from, id, password).await?;
                Ok(SourceAnswer::Right(id))
            }
            Ok(SourceAnswer::Wrong) => {
                self.forget(from.0, account.id, password).await?;
                Ok(SourceAnswer::Wrong)
            }
            Err(SyncError::Directory(Failure::Unavailable(reason))) => {
                tracing::warn!(%reason, connection = name, "directory does not answer");
                Ok(self.prove_offline(from, account, password).await?)
            }
            other => other,
        }
    }

    /// Asks the directory that keeps an account.
    async fn ask_known(
        &self,
        (name, spec): (&str, &DirectoryConnection),
        account: &Account,
        password: &Password,
    ) -> Asked {
        let link = tables::link_of(&self.platform.db, name, account.id).await?;
        let mut client = Client::connect(spec).await?;
        let dn = match link {
            Some(link) => link.dn,
            None => match self
                .find(&mut client, name, spec, &account.username)
                .await?
            {
                Some(person) => person.dn,
                None => return Ok(SourceAnswer::Wrong),
            },
        };
        Ok(match prove(&mut client, &dn, password).await? {
            true => SourceAnswer::Right(account.id),
            false => SourceAnswer::Wrong,
        })
    }

    async fn check_unknown(&self, username: &str, password: &Password) -> Asked {
        let mut is_unavailable = false;
        for (name, spec) in self.passing() {
            match self.ask(&name, &spec, username, password).await {
                Ok(SourceAnswer::NotMine) => {}
                Ok(answer) => return Ok(answer),
                Err(error) => {
                    // Another directory may know the name.
                    tracing::warn!(%error, connection = name, "directory could not be asked");
                    is_unavailable = true;
                }
            }
        }
        Ok(match is_unavailable {
            true => SourceAnswer::Unavailable,
            false => SourceAnswer::NotMine,
        })
    }

    async fn ask(
        &self,
        name: &str,
        spec: &DirectoryConnection,
        username: &str,
        password: &Password,
    ) -> Asked {
        let mut client = Client::connect(spec).await?;
        let Some(person) = self.find(&mut client, name, spec, username).await? else {
            return Ok(SourceAnswer::NotMine);
        };
        if person.is_disabled || !prove(&mut client, &person.dn, password).await? {
            return Ok(SourceAnswer::Wrong);
        }
        let answer = self.make(name, &person).await?;
        if let SourceAnswer::Right(id) = answer {
            self.remember((name, spec), id, password).await?;
        }
        Ok(answer)
    }

    /// The one person of a name; nobody when there are several.
    async fn find(
        &self,
        client: &mut Client,
        name: &str,
        spec: &DirectoryConnection,
        username: &str,
    ) -> std::result::Result<Option<Candidate>, SyncError> {
        let secret = self.secret(name).await?;
        client.bind(&spec.bind_dn, &secret).await?;
        let people = Filter::parse(&spec.people_filter).map_err(Failure::from)?;
        let own = Filter::equal(spec.attributes.username.trim(), username);
        let filter = Filter::And(vec![people, own]);
        let attributes = candidate::attributes(spec);
        let base = (spec.people_base.as_str(), Scope::Subtree);
        let (found, _) = client.page(base, &filter, &attributes, Vec::new()).await?;
        match found.as_slice() {
            [single] => Ok(Candidate::read(spec, single).ok()),
            _ => Ok(None),
        }
    }

    /// The account of a person whose password proved right, made at the first sign-in.
    async fn make(&self, name: &str, person: &Candidate) -> Asked {
        let now = self.platform.clock.now();
        let account = match self.clash(name, person).await? {
            Some((account, "")) => account,
            Some((account, kind)) => {
                self.put_conflict(name, (person, &account, kind), now)
                    .await?;
                return Ok(SourceAnswer::Wrong);
            }
            None => {
                let actor = Actor::named(format!("directory:{name}"), None, now);
                let new = person.new_account(name);
                self.identity
                    .create_account(&actor, new, Vec::new())
                    .await?
            }
        };
        let link = Link {
            key: person.key.clone(),
            dn: person.dn.clone(),
            account_id: account.id,
            digest: person.digest(),
            is_locked: false,
        };
        tables::put_link(&self.platform.db, name, &link).await?;
        Ok(SourceAnswer::Right(account.id))
    }
}

/// Whether the password opens the entry.
async fn prove(
    client: &mut Client,
    dn: &str,
    password: &Password,
) -> std::result::Result<bool, Failure> {
    match client.bind(dn, password.text().as_bytes()).await {
        Ok(()) => Ok(true),
        Err(Failure::Refused { code, .. }) if is_wrong(code) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Results that lie in name, password or account.
const fn is_wrong(code: Code) -> bool {
    matches!(
        code,
        Code::INVALID_CREDENTIALS
            | Code::NO_SUCH_OBJECT
            | Code::INAPPROPRIATE_AUTH
            | Code::CONSTRAINT_VIOLATION
            | Code::UNWILLING
            | Code::INVALID_DN
    )
}

impl Federation {
    /// The password of the reading account.
    ///
    /// # Errors
    /// `directory.connection.no_password`.
    pub(crate) async fn secret(&self, name: &str) -> Result<zeroize::Zeroizing<Vec<u8>>> {
        let now = self.platform.clock.now();
        let all = self
            .platform
            .vault
            .open_all(super::SECRET_OWNER, now)
            .await?;
        let own = all.into_iter().rfind(|secret| secret.owner == name);
        own.map(|secret| (*secret.value).clone()).ok_or_else(|| {
            crate::Error::ConnectionWithoutPassword {
                name: name.to_owned(),
            }
        })
    }
}
