//! Devices without a keyboard: the beginning, and guessing codes.
//!
//! Owns: `/oauth2/device_authorization`, the codes, the limit on wrong ones.
//! Not here: the page (`page.rs`), the grant (`token/device.rs`).
//! Follows: RFC 8628.

pub(super) mod page;

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use axum::{
    body::Bytes,
    extract::State,
    response::{IntoResponse as _, Response},
};
use lgsp_model::Timestamp;
use lgsp_platform::{
    clock::random_bytes,
    error::Error as PlatformError,
    ledger::{Acceptance, Effects},
};
use serde_json::json;

use super::{
    Provider,
    client::{auth, certificate::Peer, kind::GrantType, secrets},
    fail::{Fail, Outcome},
    limits::{DEVICE_INTERVAL_S, DEVICE_LIFE_MS, USER_CODE_FAILURES_MAX, USER_CODE_WINDOW_MS},
    params::Params,
    tables::device::{self, Device, DeviceState},
    token::{no_store, require_form},
};
use crate::error::Result;

/// Path of the endpoint.
pub(super) const PATH: &str = "/oauth2/device_authorization";
/// Letters of user codes: no vowels, so that no word appears; none that look alike.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
/// Letters of a user code, in two groups.
const USER_CODE_LETTERS: usize = 8;
/// Addresses whose failures are remembered; past it all are forgotten.
const ADDRESSES_MAX: usize = 10_000;

pub(super) async fn begin(State(provider): State<Provider>, peer: Peer, body: Bytes) -> Response {
    match act(&provider, &peer, &body).await {
        Ok(mut response) => {
            no_store(&mut response);
            response
        }
        Err(fail) => fail.into_response(),
    }
}

async fn act(provider: &Provider, peer: &Peer, body: &[u8]) -> Outcome<Response> {
    require_form(&peer.headers)?;
    let params = Params::parse(body)?;
    let client = auth::authenticate(provider, peer, &params, PATH).await?;
    if !client.spec.may(GrantType::Device) {
        return Err(Fail::new(
            "unauthorized_client",
            "the client may not use devices",
        ));
    }
    let asked = params.get("scope").unwrap_or_default();
    let scopes: Vec<String> = asked.split_whitespace().map(str::to_owned).collect();
    if !scopes
        .iter()
        .all(|scope| client.spec.scopes.contains(scope))
    {
        return Err(Fail::new(
            "invalid_scope",
            "a scope is not registered for this client",
        ));
    }
    let now = provider.platform.clock.now();
    let device_code = secrets::new_secret()?;
    let user_code = new_user_code()?;
    let device = Device {
        hash: secrets::hash(&device_code),
        user_code: user_code.clone(),
        client: client.id.clone(),
        scopes,
        state: DeviceState::Pending,
        payload: String::new(),
        interval_s: DEVICE_INTERVAL_S,
        polled_at: Timestamp(0),
        expires_at: now.plus_ms(DEVICE_LIFE_MS),
    };
    let acceptance = Acceptance {
        claim: None,
        effects: Effects {
            rows: vec![device::row(&device)],
            ..Effects::default()
        },
    };
    provider.platform.ledger.accept(acceptance).await?;
    let shown = shown(&user_code);
    let page = format!("{}/device", provider.issuer);
    Ok(axum::Json(json!({
        "device_code": device_code, "user_code": shown, "verification_uri": page,
        "verification_uri_complete": format!("{page}?user_code={shown}"),
        "expires_in": DEVICE_LIFE_MS / 1_000, "interval": DEVICE_INTERVAL_S,
    }))
    .into_response())
}

fn new_user_code() -> Result<String> {
    let mut code = String::new();
    while code.len() < USER_CODE_LETTERS {
        let bytes = random_bytes::<16>().map_err(PlatformError::from)?;
        // 240 is the largest multiple of 20 below 256: each letter is as likely.
        for byte in bytes.into_iter().filter(|byte| *byte < 240) {
            let letter = LETTERS.get(usize::from(byte) % LETTERS.len());
            if let Some(letter) = letter.filter(|_| code.len() < USER_CODE_LETTERS) {
                code.push(char::from(*letter));
            }
        }
    }
    Ok(code)
}

/// As the device shows it: two groups.
pub(super) fn shown(user_code: &str) -> String {
    match user_code.split_at_checked(USER_CODE_LETTERS / 2) {
        Some((one, two)) => format!("{one}-{two}"),
        None => user_code.to_owned(),
    }
}

/// As it is stored: capitals, without what people put in between.
pub(super) fn folded(typed: &str) -> String {
    let letters = typed.chars().filter(char::is_ascii_alphanumeric);
    letters.take(16).collect::<String>().to_ascii_uppercase()
}

/// Wrong user codes by address.
#[derive(Default)]
pub(super) struct Guesses(Mutex<HashMap<Option<IpAddr>, (u32, Timestamp)>>);

impl Guesses {
    /// Whether an address may still guess.
    pub(super) fn may(&self, address: Option<IpAddr>, now: Timestamp) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&address).is_none_or(|(count, since)| {
            *count < USER_CODE_FAILURES_MAX || now.since(*since) >= USER_CODE_WINDOW_MS
        })
    }

    /// Counts a wrong code.
    pub(super) fn note(&self, address: Option<IpAddr>, now: Timestamp) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= ADDRESSES_MAX {
            known.clear();
        }
        let entry = known.entry(address).or_insert((0, now));
        if now.since(entry.1) >= USER_CODE_WINDOW_MS {
            *entry = (0, now);
        }
        entry.0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_codes_are_typed_in_any_way() {
        let code = new_user_code().unwrap();
        assert_eq!(code.len(), USER_CODE_LETTERS);
        assert!(code.bytes().all(|letter| LETTERS.contains(&letter)));
        assert_eq!(folded(&shown(&code).to_lowercase()), code);
        assert_eq!(folded(" bcdf ghjk "), "BCDFGHJK");
    }

    #[test]
    fn an_address_guesses_five_times_in_ten_minutes() {
        let guesses = Guesses::default();
        let now = Timestamp(1_000_000);
        for _ in 0..USER_CODE_FAILURES_MAX {
            assert!(guesses.may(None, now));
            guesses.note(None, now);
        }
        assert!(!guesses.may(None, now));
        assert!(guesses.may(None, now.plus_ms(USER_CODE_WINDOW_MS)));
    }
}
