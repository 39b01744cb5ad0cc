//! Passwords: the rules they keep, and where their hashes are computed.
//!
//! Owns: `Password`, the rules of security level 3.
//! Not here: what everybody tries (`common.rs`), what was stolen (`breached.rs`), hashing (`hash.rs`), the pool (`pool.rs`).
//! Invariant: a password is never shown by `Debug`, logged or stored in plain text.
//! Follows: TCVN 14423:2026, 5.6.2.2 b (regulation R71, R72).

pub(crate) mod breached;
mod common;
pub(crate) mod hash;
pub(crate) mod pool;

use std::{collections::BTreeSet, sync::Arc};

use lgsp_platform::FieldError;
use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use common::{look_alikes, without_known};

use crate::{
    error::Rule,
    rules::{PASSWORD_BYTES_MAX, PASSWORD_DISTINCT_MIN, Rules},
};

/// Characters that must remain once known words are taken out.
const UNKNOWN_CHARS_MIN: usize = 8;

/// A password in memory; wiped when dropped.
#[derive(Clone)]
pub struct Password {
    text: Arc<Zeroizing<String>>,
    is_temporary: bool,
}

impl Password {
    /// Takes over a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self {
            text: Arc::new(Zeroizing::new(text)),
            is_temporary: false,
        }
    }

    /// A password that another system makes for a person who changes it at the first sign-on:
    /// it must be long and hard to guess, but its kinds of characters are free.
    #[must_use]
    pub fn temporary(text: String) -> Self {
        Self {
            is_temporary: true,
            ..Self::new(text)
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether its person has to change it at the first sign-on.
    #[must_use]
    pub(crate) const fn is_temporary(&self) -> bool {
        self.is_temporary
    }

    /// Whether it is too long to be hashed.
    #[must_use]
    pub fn is_oversize(&self) -> bool {
        self.text.len() > PASSWORD_BYTES_MAX
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(hidden)")
    }
}

impl<'de> Deserialize<'de> for Password {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::new)
    }
}

/// The rules that `password` breaks for the account `username`; empty when it may be used.
pub(crate) fn check(
    password: &Password,
    username: &str,
    rules: &Rules,
    pointer: &str,
) -> Vec<FieldError> {
    broken(password.text(), username, rules)
        .iter()
        .filter(|rule| !password.is_temporary || **rule != Rule::PasswordClasses)
        .map(|rule| rule.at(pointer))
        .collect()
}

fn broken(text: &str, username: &str, rules: &Rules) -> Vec<Rule> {
    if text.len() > PASSWORD_BYTES_MAX {
        return vec![Rule::PasswordLong];
    }
    let mut broken = Vec::new();
    if text.chars().count() < rules.password_chars_min {
        let min = rules.password_chars_min;
        broken.push(Rule::PasswordShort { min });
    }
    if classes(text) < rules.password_classes_min {
        broken.push(Rule::PasswordClasses);
    }
    if text.chars().collect::<BTreeSet<_>>().len() < PASSWORD_DISTINCT_MIN {
        broken.push(Rule::PasswordMonotone);
    }
    let plain = look_alikes(text);
    let name = look_alikes(username);
    if name.chars().count() >= 3 && plain.contains(&name) {
        broken.push(Rule::PasswordHasName);
    }
    if broken.is_empty() && without_known(plain).chars().count() < UNKNOWN_CHARS_MIN {
        broken.push(Rule::PasswordGuessable);
    }
    broken
}

/// How many of lower case, upper case, digits and the rest occur.
fn classes(text: &str) -> usize {
    let mut found = [false; 4];
    for letter in text.chars() {
        let [lower, upper, digit, other] = &mut found;
        match letter {
            _ if letter.is_lowercase() => *lower = true,
            _ if letter.is_uppercase() => *upper = true,
            _ if letter.is_numeric() => *digit = true,
            _ => *other = true,
        }
    }
    found.iter().filter(|is_found| **is_found).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<&'static str> {
        broken(text, "van.thu", &Rules::default())
            .iter()
            .map(Rule::id)
            .collect()
    }

    #[test]
    fn rules_of_level_3() {
        let short = "identity.password.short";
        let classes = "identity.password.classes";
        for (text, expected) in [
            ("Song-Dak-Bla-7!", &[][..]),
            ("Sông Đăk Bla 7!", &[]),
            ("Xanh-Nui-Rung7", &[]),
            ("Xanh-Nui-Run7", &[short]),
            ("xanh-nui-rung-7", &[classes]),
            ("XanhNuiRungThong7", &[classes]),
            ("Xanh-Nui-Rung-Thong", &[classes]),
            ("Aa1!Aa1!Aa1!Aa1!", &["identity.password.monotone"]),
            ("P@ssw0rd123456789", &["identity.password.guessable"]),
            ("Admin@1234567890Kontum", &["identity.password.guessable"]),
            ("Xin-Van.Thu-2026-Nui", &["identity.password.has_name"]),
        ] {
            assert_eq!(ids(text), expected, "{text}");
        }
    }

    #[test]
    fn length_is_checked_at_the_limit_and_past_it() {
        let filler = "Song-Dak-Bla-7!".repeat(20);
        assert_eq!(ids(&filler[..PASSWORD_BYTES_MAX]), [""; 0]);
        assert_eq!(
            ids(&filler[..=PASSWORD_BYTES_MAX]),
            ["identity.password.long"]
        );
    }

    #[test]
    fn debug_hides_the_text() {
        let shown = format!("{:?}", Password::new("Song-Dak-Bla-7!".into()));
        assert_eq!(shown, "Password(hidden)");
    }
}
