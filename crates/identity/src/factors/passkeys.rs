//! Passkeys of accounts: asking, registering, proving.
//!
//! Owns: challenges, what browsers are asked, the rows of passkeys.
//! Not here: whether an answer holds (`webauthn/`).
//! Invariant: a challenge is spent before its answer is looked at, and fits one purpose and
//! one account; a counter that goes backwards takes the key out of use.
//! Follows: W3C Web Authentication Level 3; design document "Identity", section 9.

use std::net::IpAddr;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_model::AccountId;
use lgsp_platform::{clock::random_bytes, journal};
use ring::digest;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::{
    Enrolled, label_of,
    webauthn::{self, Expected, PART_BYTES_MAX, cose::ALGORITHMS},
};
use crate::{
    Identity,
    actor::Actor,
    error::{Error, Result},
    rules::{CHALLENGE_LIFE_MS, PASSKEYS_MAX},
    tables::{
        account::Account,
        challenge,
        factor::{self, Factor, FactorKind, FactorState},
        notice::NoticeKind,
    },
};

/// What a challenge is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Making a key.
    Register,
    /// Signing in with nothing else.
    SignIn,
    /// Proving a second factor.
    Second,
}

impl Purpose {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign-in",
            Self::Second => "second",
        }
    }
}

/// A browser's answer to a registration; all parts are base64url.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Registration {
    /// `clientDataJSON`.
    pub(crate) client_data: String,
    /// `attestationObject`.
    pub(crate) attestation: String,
}

/// A browser's answer to a sign-in; all parts are base64url.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Assertion {
    /// Identifier of the key.
    pub(crate) id: String,
    /// `clientDataJSON`.
    pub(crate) client_data: String,
    /// `authenticatorData`.
    pub(crate) authenticator_data: String,
    /// `signature`.
    pub(crate) signature: String,
    /// `userHandle`, when the key kept one.
    #[serde(default)]
    pub(crate) user_handle: String,
}

/// A proof by a passkey.
pub(crate) struct ProvedKey {
    pub(crate) account_id: AccountId,
    pub(crate) is_user_verified: bool,
}

/// The name by which browsers trust the own machine without TLS.
const OWN_MACHINE: &str = "localhost";

/// The host that keys are bound to, and the address of its pages.
pub(crate) struct RelyingParty {
    pub(crate) id: String,
    pub(crate) origin: String,
}

/// The relying party of an address; nothing where browsers offer no passkeys: for hosts that
/// are numbers, and without TLS anywhere but on the own machine. The own machine's number is
/// taken for its name, so that a demo shows passkeys to whoever opens it by the name.
pub(crate) fn relying_party(issuer: &str) -> Option<RelyingParty> {
    let (scheme, rest) = issuer.split_once("://")?;
    let authority = rest.split('/').next()?;
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (host, Some(port)),
        _ => (authority, None),
    };
    let number: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    let is_own_machine = scheme == "http" && number.is_some_and(|number| number.is_loopback());
    let host = match is_own_machine {
        true => OWN_MACHINE,
        false => host,
    };
    let is_number = number.is_some() && !is_own_machine;
    let is_secure = scheme == "https" || host == OWN_MACHINE;
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    (is_secure && !is_number && !host.is_empty()).then(|| RelyingParty {
        id: host.to_ascii_lowercase(),
        origin: format!("{scheme}://{host}{port}").to_ascii_lowercase(),
    })
}

fn bytes_of(part: &str) -> Result<Vec<u8>> {
    let is_small = part.len() <= PART_BYTES_MAX * 4 / 3 + 4;
    let part = is_small
        .then(|| URL_SAFE_NO_PAD.decode(part).ok())
        .flatten();
    part.ok_or(Error::PasskeyRefused)
}

fn hash_of(challenge: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, challenge).as_ref().to_vec()
}

impl Identity {
    /// Whether browsers can use passkeys at this installation's address.
    #[must_use]
    pub fn has_passkeys(&self) -> bool {
        self.passkey_party().is_some()
    }

    /// To whom keys are bound here, where browsers can use them.
    pub(crate) fn passkey_party(&self) -> Option<RelyingParty> {
        relying_party(&self.issuer)
    }

    fn party(&self) -> Result<RelyingParty> {
        self.passkey_party().ok_or(Error::PasskeyUnavailable)
    }

    async fn challenge(&self, purpose: Purpose, account: Option<AccountId>) -> Result<String> {
        let challenge = random_bytes::<32>().map_err(lgsp_platform::Error::from)?;
        let expires_at = self.platform.clock.now().plus_ms(CHALLENGE_LIFE_MS);
        let tx = self.platform.db.begin().await?;
        let for_whom = (purpose.as_str(), account);
        challenge::insert(&*tx, hash_of(&challenge), for_whom, expires_at).await?;
        tx.commit().await?;
        Ok(URL_SAFE_NO_PAD.encode(challenge))
    }

    /// Spends the challenge that an answer names, unless it was made for something else.
    async fn spend(
        &self,
        client_data: &[u8],
        purpose: Purpose,
        account: Option<AccountId>,
    ) -> Result<()> {
        let challenge = webauthn::challenge_of(client_data).ok_or(Error::PasskeyRefused)?;
        let (db, now) = (&self.platform.db, self.platform.clock.now());
        let tx = db.begin().await?;
        let spent = challenge::spend(db, &*tx, hash_of(&challenge), purpose.as_str(), now).await?;
        tx.commit().await?;
        match spent {
            Some(made_for) if made_for == account => Ok(()),
            _ => Err(Error::PasskeyRefused),
        }
    }

    /// What the browser is asked when a key is made: the argument of `credentials.create`.
    ///
    /// # Errors
    /// `identity.passkey.unavailable`, `identity.factor.too_many`.
    pub(crate) async fn passkey_creation(&self, account: &Account) -> Result<Value> {
        let party = self.party()?;
        self.check_room_for_passkey(account.id).await?;
        let known = self.passkeys(account.id).await?;
        let challenge = self.challenge(Purpose::Register, Some(account.id)).await?;
        let algorithms: Vec<Value> = ALGORITHMS
            .iter()
            .map(|number| json!({ "type": "public-key", "alg": number }))
            .collect();
        Ok(json!({
            "challenge": challenge,
            "rp": { "id": party.id, "name": "LGSP" },
            "user": {
                "id": URL_SAFE_NO_PAD.encode(account.id.0.as_bytes()),
                "name": account.username,
                "displayName": account.display_name,
            },
            "pubKeyCredParams": algorithms,
            "timeout": CHALLENGE_LIFE_MS,
            "attestation": "none",
            "excludeCredentials": described(&known),
            "authenticatorSelection": {
                "residentKey": "preferred",
                "userVerification": "preferred",
            },
        }))
    }

    /// What the browser is asked when a key signs in: the argument of `credentials.get`.
    ///
    /// # Errors
    /// `identity.passkey.unavailable`.
    pub(crate) async fn passkey_request(
        &self,
        purpose: Purpose,
        account: Option<AccountId>,
    ) -> Result<Value> {
        let party = self.party()?;
        let known = match account {
            Some(id) => self.passkeys(id).await?,
            None => Vec::new(),
        };
        let verification = match purpose {
            Purpose::SignIn => "required",
            Purpose::Register | Purpose::Second => "preferred",
        };
        Ok(json!({
            "challenge": self.challenge(purpose, account).await?,
            "rpId": party.id,
            "timeout": CHALLENGE_LIFE_MS,
            "userVerification": verification,
            "allowCredentials": described(&known),
        }))
    }

    /// Refuses one key more than an account may have.
    ///
    /// # Errors
    /// `identity.factor.too_many`.
    pub(crate) async fn check_room_for_passkey(&self, account: AccountId) -> Result<()> {
        match self.passkeys(account).await?.len() < PASSKEYS_MAX {
            true => Ok(()),
            false => Err(Error::FactorTooMany { max: PASSKEYS_MAX }),
        }
    }

    async fn passkeys(&self, account: AccountId) -> Result<Vec<Factor>> {
        let mut factors = factor::list(&self.platform.db, account).await?;
        factors.retain(|factor| factor.kind == FactorKind::Passkey);
        Ok(factors)
    }

    /// Stores a key that the browser made.
    ///
    /// # Errors
    /// `identity.passkey.refused`, `identity.factor.too_many`.
    pub(crate) async fn register_passkey(
        &self,
        actor: &Actor,
        account: &Account,
        label: &str,
        answer: &Registration,
    ) -> Result<Enrolled> {
        let party = self.party()?;
        let label = label_of(label, "Khóa truy cập")?;
        let client_data = bytes_of(&answer.client_data)?;
        self.spend(&client_data, Purpose::Register, Some(account.id))
            .await?;
        let expected = Expected {
            origin: &party.origin,
            rp_id: &party.id,
            needs_user_verification: false,
        };
        let attestation = bytes_of(&answer.attestation)?;
        let made = webauthn::verify_registration(&expected, &client_data, &attestation)
            .map_err(refused)?;
        let credential = URL_SAFE_NO_PAD.encode(&made.id);
        let is_known = factor::find_passkey(&self.platform.db, &credential).await?;
        if is_known.is_some() {
            return Err(Error::PasskeyRefused);
        }
        self.check_room_for_passkey(account.id).await?;
        let made = Factor {
            id: self.platform.ids.next(),
            account_id: account.id,
            kind: FactorKind::Passkey,
            label,
            state: FactorState::Active,
            created_at: actor.now,
            last_used_at: None,
            seed: None,
            credential: Some(credential),
            public_key: Some(made.public_key),
            counter: made.counter,
            mac: None,
        };
        let made = self.bound(made).await?;
        let tx = self.platform.db.begin().await?;
        factor::insert(&*tx, &made).await?;
        let enrolled = self.complete_enrolment(&tx, actor, account, made).await?;
        tx.commit().await?;
        Ok(enrolled)
    }

    /// Proves a key; `account` when it must be one of this account.
    ///
    /// # Errors
    /// `identity.passkey.refused` for every reason.
    pub(crate) async fn prove_passkey(
        &self,
        purpose: Purpose,
        account: Option<AccountId>,
        answer: &Assertion,
        address: Option<String>,
    ) -> Result<ProvedKey> {
        let party = self.party()?;
        let client_data = bytes_of(&answer.client_data)?;
        self.spend(&client_data, purpose, account).await?;
        let key = factor::find_passkey(&self.platform.db, &answer.id).await?;
        let is_meant = |key: &Factor| {
            let handle = URL_SAFE_NO_PAD.encode(key.account_id.0.as_bytes());
            let is_named = answer.user_handle.is_empty() || answer.user_handle == handle;
            let is_own = account.is_none_or(|id| id == key.account_id);
            key.state == FactorState::Active && is_named && is_own
        };
        let key = key.filter(is_meant).ok_or(Error::PasskeyRefused)?;
        let account = self.account(key.account_id).await?;
        let actor = Actor::named(account.username.clone(), address, self.platform.clock.now());
        if !self.is_genuine(&actor, &account, &key).await? {
            return Err(Error::PasskeyRefused);
        }
        let expected = Expected {
            origin: &party.origin,
            rp_id: &party.id,
            needs_user_verification: purpose == Purpose::SignIn,
        };
        let data = bytes_of(&answer.authenticator_data)?;
        let signature = bytes_of(&answer.signature)?;
        let public_key = key.public_key.as_deref().unwrap_or_default();
        let signed = (public_key, signature.as_slice());
        let asserted =
            webauthn::verify_assertion(&expected, &client_data, &data, signed).map_err(refused)?;
        if webauthn::is_regressed(key.counter, asserted.counter) {
            return self.block_passkey(&actor, &account, &key).await;
        }
        let mut used = key.clone();
        used.counter = asserted.counter;
        let used = self.bound(used).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        if !factor::note_use(db, &*tx, &used, key.counter, actor.now).await? {
            return Err(Error::PasskeyRefused);
        }
        tx.commit().await?;
        Ok(ProvedKey {
            account_id: account.id,
            is_user_verified: asserted.is_user_verified,
        })
    }

    async fn block_passkey<T>(&self, actor: &Actor, account: &Account, key: &Factor) -> Result<T> {
        tracing::warn!(factor.id = %key.id, "the counter of a passkey went backwards");
        self.platform
            .metrics
            .count("identity.passkey", "counter_regressed");
        let mut blocked = key.clone();
        blocked.state = FactorState::Blocked;
        let mac = self.code_of(&blocked).await?;
        let db = &self.platform.db;
        let tx = db.begin().await?;
        factor::block(db, &*tx, key.id, Some(mac)).await?;
        self.notify(
            &tx,
            account.id,
            NoticeKind::FactorBlocked,
            &key.label,
            actor,
        )
        .await?;
        let event = actor
            .audit("factor.counter_regressed", account)
            .with_detail(json!({ "factor": key.id }))
            .with_result("refused");
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Err(Error::PasskeyRefused)
    }
}

fn refused(reason: webauthn::Refused) -> Error {
    tracing::info!(%reason, "passkey refused");
    Error::PasskeyRefused
}

fn described(keys: &[Factor]) -> Vec<Value> {
    let is_active = |key: &&Factor| key.state == FactorState::Active;
    keys.iter()
        .filter(is_active)
        .map(|key| json!({ "type": "public-key", "id": key.credential }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::relying_party;

    #[test]
    fn passkeys_belong_to_the_host_of_the_issuer() {
        for (issuer, expected) in [
            (
                "https://Dang-Nhap.example.vn",
                Some(("dang-nhap.example.vn", "https://dang-nhap.example.vn")),
            ),
            ("https://a.vn:8443/sso", Some(("a.vn", "https://a.vn:8443"))),
            (
                "http://localhost:8800",
                Some(("localhost", "http://localhost:8800")),
            ),
            ("http://a.vn", None),
            (
                "http://127.0.0.1:8800",
                Some(("localhost", "http://localhost:8800")),
            ),
            (
                "http://[::1]:8800",
                Some(("localhost", "http://localhost:8800")),
            ),
            ("http://192.0.2.7:8800", None),
            ("https://127.0.0.1", None),
            ("https://[::1]:8800", None),
            ("a.vn", None),
        ] {
            let found = relying_party(issuer);
            let found = found
                .as_ref()
                .map(|party| (party.id.as_str(), party.origin.as_str()));
            assert_eq!(found, expected, "{issuer}");
        }
    }
}
