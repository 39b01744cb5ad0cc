//! What the security report says of the signing keys.
//!
//! Owns: the port `SecurityFacts` of identity, for keys.
//! Not here: when keys turn (`cycle.rs`).
//! Follows: TCVN 14423:2026, 5.4.2.4 c (life of keys); design document "Identity", section 2.9.

use lgsp_identity::people::report::{SecurityFact, SecurityFacts};
use lgsp_model::Timestamp;
use lgsp_platform::http::context::PortFuture;

use super::{KeyInfo, KeyState, Keys, Purpose, cycle};

/// A key that turns by hand is looked at after a year.
const BY_HAND_AGE_MAX_MS: i64 = 365 * 86_400_000;
/// Turning by date may be late by a day: the task looks each hour, and the platform may be off.
const LATE_MS: i64 = 86_400_000;
const DAY_MS: i64 = 86_400_000;

impl SecurityFacts for Keys {
    fn facts(&self) -> PortFuture<'_, Vec<SecurityFact>> {
        Box::pin(async {
            let now = self.0.platform.clock.now();
            match self.list().await {
                Ok(keys) => keys.iter().filter_map(|key| fact(key, now)).collect(),
                Err(error) => {
                    tracing::warn!(%error, "signing keys are missing in the security report");
                    vec![unreadable()]
                }
            }
        })
    }
}

fn unreadable() -> SecurityFact {
    SecurityFact {
        section: "keys".to_owned(),
        name: "signing keys".to_owned(),
        value: "unreadable".to_owned(),
        ends_at: None,
        met: Some(false),
    }
}

/// One key that is published, with its age and its end.
fn fact(key: &KeyInfo, now: Timestamp) -> Option<SecurityFact> {
    let (since, life_ms) = match key.state {
        KeyState::Next => (key.created_at, None),
        KeyState::Active if key.purpose.turns_by_date() => {
            (key.activated_at?, Some(cycle::ROTATE_AFTER_MS))
        }
        KeyState::Active => (key.activated_at?, Some(BY_HAND_AGE_MAX_MS)),
        KeyState::Retired => (key.retired_at?, Some(cycle::RETIRED_KEPT_MS)),
        KeyState::Destroyed => return None,
    };
    let ends_at = life_ms.map(|life| since.plus_ms(life));
    let kid = key.kid.get(..8).unwrap_or(&key.kid);
    let purpose = match key.purpose {
        Purpose::Token => "OpenID Connect",
        Purpose::Saml => "SAML",
        Purpose::Client => "private_key_jwt",
    };
    Some(SecurityFact {
        section: "keys".to_owned(),
        name: format!("{purpose} {} {kid}", key.alg.as_str()),
        value: format!("{}, {} d", key.state.as_str(), now.since(since) / DAY_MS),
        ends_at,
        met: ends_at.map(|end| now <= end.plus_ms(LATE_MS)),
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Alg, *};

    #[test]
    fn a_key_that_signs_too_long_needs_a_look() {
        let key = |purpose, state| KeyInfo {
            kid: "abcdefghijkl".to_owned(),
            purpose,
            alg: Alg::Es256,
            state,
            created_at: Timestamp(0),
            activated_at: Some(Timestamp(0)),
            retired_at: Some(Timestamp(0)),
            destroyed_at: None,
        };
        let met = |purpose, state, days: i64| {
            fact(&key(purpose, state), Timestamp(days * DAY_MS))
                .unwrap()
                .met
        };
        assert_eq!(met(Purpose::Token, KeyState::Active, 91), Some(true));
        assert_eq!(met(Purpose::Token, KeyState::Active, 92), Some(false));
        assert_eq!(met(Purpose::Saml, KeyState::Active, 366), Some(true));
        assert_eq!(met(Purpose::Saml, KeyState::Active, 367), Some(false));
        assert_eq!(met(Purpose::Token, KeyState::Next, 1_000), None);
        assert_eq!(met(Purpose::Token, KeyState::Retired, 3), Some(false));
        assert!(fact(&key(Purpose::Token, KeyState::Destroyed), Timestamp(0)).is_none());
        let shown = fact(&key(Purpose::Token, KeyState::Active), Timestamp(DAY_MS)).unwrap();
        assert_eq!(
            (shown.name.as_str(), shown.value.as_str()),
            ("OpenID Connect ES256 abcdefgh", "active, 1 d")
        );
    }
}
