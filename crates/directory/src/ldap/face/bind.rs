//! Binds: proving who one is with a name and a password.
//!
//! Owns: which password opens what.
//! Not here: checking a main password, its counters and locks (`identity`), what is then seen
//! (`sight.rs`).
//! Invariant: a wrong name and a wrong password have one answer; a name without a password is
//! refused, never taken for anonymous; an empty name with an empty password is anonymous.
//! Follows: RFC 4511, 4.2; RFC 4513, 5.1; design document "Identity", sections 5 and 9.

use std::net::IpAddr;

use lgsp_identity::{
    Account, Attempt, Error as IdentityError, Password, PasswordAlone, RequestInfo,
};
use lgsp_model::ErrorCode;
use lgsp_platform::{
    http::Problem as _,
    journal::{self, Class, Event},
};
use serde_json::json;

use super::{Face, names::Place, sight::Bound};
use crate::{
    Error, Result,
    ldap::{
        apps::secrets::{self, APP_PASSWORD_PREFIX},
        wire::{Auth, Code, Dn, Outcome},
    },
};

/// How a bind ended, and who is bound now.
pub(crate) type BindResult = Result<Bound, Outcome>;

/// Level of the proof with which an application password must have been made to count outside.
const OUTSIDE_ACR_MIN: u8 = 2;
/// Sentence for every reason that lies in name, password or account.
const REFUSED: &str = "name or password is wrong, or the account is locked";

fn refused() -> Outcome {
    Outcome::new(Code::INVALID_CREDENTIALS, REFUSED)
}

impl Face {
    /// Binds; `before` is who the connection was bound as.
    pub(crate) async fn bind(
        &self,
        (version, name, auth): (i32, &str, &Auth),
        before: &Bound,
        address: IpAddr,
    ) -> Result<BindResult> {
        if version != 3 {
            let text = "only version 3 of the protocol is spoken";
            return Ok(Err(Outcome::new(Code::PROTOCOL_ERROR, text)));
        }
        let Auth::Simple(password) = auth else {
            let text = "only simple binds are possible, no SASL mechanism";
            return Ok(Err(Outcome::new(Code::AUTH_METHOD, text)));
        };
        if name.is_empty() && password.is_empty() {
            return Ok(Ok(Bound::Anonymous));
        }
        if password.is_empty() || name.is_empty() {
            let text = "a name needs a password, and a password a name";
            return Ok(Err(Outcome::new(Code::UNWILLING, text)));
        }
        let dn = match Dn::parse(name) {
            Ok(dn) => dn,
            Err(error) => return Ok(Err(Outcome::new(Code::INVALID_DN, error.0))),
        };
        let now = self.platform.clock.now();
        if !self.rate.take(&format!("{:?}", dn.key()), now) {
            let text = "too many binds with this name; wait a minute";
            return Ok(Err(Outcome::new(Code::BUSY, text)));
        }
        match self.names.place(&dn) {
            Ok(Place::Person(username)) => {
                self.bind_person(&username, password, before, address).await
            }
            Ok(Place::App(app)) => self.bind_app(&app, password, address).await,
            _ => {
                self.note_failure("unknown", address).await?;
                Ok(Err(refused()))
            }
        }
    }

    async fn bind_app(&self, name: &str, password: &[u8], address: IpAddr) -> Result<BindResult> {
        let secret = match self.app(name) {
            Some(_) => secrets::find_app_secret(&self.platform, name, password).await?,
            None => None,
        };
        match secret {
            Some(secret) => Ok(Ok(Bound::App {
                name: name.to_owned(),
                secret,
            })),
            None => {
                let is_known = self.app(name).is_some();
                self.note_failure(if is_known { name } else { "unknown" }, address)
                    .await?;
                Ok(Err(refused()))
            }
        }
    }

    async fn bind_person(
        &self,
        username: &str,
        password: &[u8],
        before: &Bound,
        address: IpAddr,
    ) -> Result<BindResult> {
        let Ok(text) = std::str::from_utf8(password) else {
            return Ok(Err(refused()));
        };
        if text.starts_with(APP_PASSWORD_PREFIX) {
            return self
                .bind_app_password(username, text, before, address)
                .await;
        }
        let password = Password::new(text.to_owned());
        let attempt = Attempt {
            username: username.to_owned(),
            password: password.clone(),
            request: RequestInfo {
                address: Some(address),
                user_agent: Some("LDAP".to_owned()),
                ..RequestInfo::default()
            },
        };
        let account = match self.identity.check_password(attempt).await {
            Ok(account) => account,
            Err(error) => return refusal(error).map(Err),
        };
        if account.must_change_password {
            let text = "the password must be changed on the sign-in page first";
            return Ok(Err(Outcome::new(Code::INVALID_CREDENTIALS, text)));
        }
        if let Some(text) = self.needs_app_password(&account, before, address).await? {
            return Ok(Err(Outcome::new(Code::INAPPROPRIATE_AUTH, text)));
        }
        Ok(Ok(Bound::Person {
            id: account.id,
            username: account.username,
            password: Some(password),
        }))
    }

    /// Why the main password is not enough, if it is not: where the sign-in page would ask for a second
    /// factor, one password alone would get around it. An application may be allowed to take it all the
    /// same, but not from outside.
    async fn needs_app_password(
        &self,
        account: &Account,
        before: &Bound,
        address: IpAddr,
    ) -> Result<Option<&'static str>> {
        let is_allowed = match before {
            Bound::App { name, .. } => self
                .app(name)
                .is_some_and(|spec| spec.password_with_second_factor),
            _ => false,
        };
        let alone = self.identity.password_alone(account, Some(address)).await?;
        Ok(match alone {
            PasswordAlone::FactorMissing if !is_allowed => {
                Some("a second factor is asked of this account: use an application password")
            }
            PasswordAlone::Outside => {
                Some("from this network a second factor is asked for: use an application password")
            }
            PasswordAlone::FactorMissing | PasswordAlone::Enough => None,
        })
    }

    async fn bind_app_password(
        &self,
        username: &str,
        secret: &str,
        before: &Bound,
        address: IpAddr,
    ) -> Result<BindResult> {
        let profile = self.identity.profile_by_username(username).await?;
        let account = profile
            .map(|profile| profile.account)
            .filter(|account| account.kind.is_person());
        if let Some(account) = account {
            let found =
                secrets::find_app_password(&self.platform, account.id, secret.as_bytes()).await?;
            let is_usable = found
                .as_ref()
                .is_some_and(|found| match (&found.app, before) {
                    (None, _) => true,
                    (Some(app), Bound::App { name, .. }) => app == name,
                    (Some(_), Bound::Anonymous | Bound::Person { .. }) => false,
                });
            let is_strong = found.is_some_and(|found| found.acr >= OUTSIDE_ACR_MIN);
            if is_usable && !is_strong && self.identity.is_outside(Some(address)) {
                let text = "from this network only an application password counts that was made with \
                            a second factor";
                return Ok(Err(Outcome::new(Code::INAPPROPRIATE_AUTH, text)));
            }
            if is_usable && self.identity.note_use(account.id).await? {
                return Ok(Ok(Bound::Person {
                    id: account.id,
                    username: account.username,
                    password: None,
                }));
            }
        }
        self.note_failure("unknown", address).await?;
        Ok(Err(refused()))
    }

    /// Tells the journal of a failed bind that identity did not see.
    async fn note_failure(&self, name: &str, address: IpAddr) -> Result<()> {
        let now = self.platform.clock.now();
        let mut event = Event::new(
            Class::Audit,
            now,
            "ldap",
            "ldap.bind.failed",
            ("ldap-app", name),
        )
        .with_result("refused")
        .with_detail(json!({ "protocol": "ldap" }));
        event.address = Some(address.to_string());
        let tx = self.platform.db.begin().await?;
        journal::append(&*tx, [event]).await?;
        Ok(tx.commit().await?)
    }
}

/// The result of an error that a caller may see; others are failures of ours.
pub(crate) fn refusal(error: IdentityError) -> Result<Outcome> {
    match error.code() {
        ErrorCode::Unauthenticated => Ok(refused()),
        ErrorCode::TooManyRequests => Ok(Outcome::new(
            Code::BUSY,
            "too many failures from this address; wait",
        )),
        ErrorCode::Unavailable => Ok(Outcome::new(
            Code::BUSY,
            "too many are signing in; try again",
        )),
        _ => Err(Error::Identity(error)),
    }
}
