//! What everybody tries first: words of this place, and the commonest passwords.
//!
//! Owns: taking them out of a password.
//! Not here: how much must remain (`mod.rs`).
//! Follows: OWASP ASVS 5.0.0, 6.1.2, 6.2.4 and 6.2.11; `data/README.md` for the list.

use std::sync::LazyLock;

/// Passwords that were common in published breaches, of at least 8 characters.
const COMMON: &str = include_str!("../../data/common-passwords.txt");

/// Words and sequences of this place and of keyboards; compared without case and look-alikes.
const KNOWN_WORDS: &[&str] = &[
    "password",
    "passw0rd",
    "matkhau",
    "qwertyuiop",
    "qwerty",
    "asdfgh",
    "zxcvbn",
    "1234567890",
    "123456789",
    "12345678",
    "1234567",
    "123456",
    "12345",
    "1234",
    "0987654321",
    "87654321",
    "654321",
    "4321",
    "abcdef",
    "abcd",
    "iloveyou",
    "welcome",
    "letmein",
    "administrator",
    "admin",
    "quantri",
    "vietnam",
    "kontum",
    "quangngai",
    "hanoi",
    "lgsp",
    "changeme",
    "p@ssw0rd",
];

/// The commonest passwords, the longest first, then the words, all without look-alikes.
static TRIED: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut common: Vec<String> = COMMON.lines().map(look_alikes).collect();
    common.sort_by(|one, two| two.len().cmp(&one.len()).then_with(|| one.cmp(two)));
    common.dedup();
    common.extend(KNOWN_WORDS.iter().map(|word| look_alikes(word)));
    common
});

/// What remains of a text, already without look-alikes, once everything known is taken out.
pub(super) fn without_known(mut plain: String) -> String {
    for tried in TRIED.iter() {
        if plain.contains(tried.as_str()) {
            plain = plain.replace(tried.as_str(), "");
        }
    }
    plain
}

/// Lower case, with the usual substitutions undone: `P@ssw0rd` reads `password`.
pub(super) fn look_alikes(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            '@' => 'a',
            '$' => 's',
            '!' => 'i',
            '0' => 'o',
            '3' => 'e',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        password::{Password, check},
        rules::Rules,
    };

    fn is_guessable(text: &str, rules: &Rules) -> bool {
        let password = Password::new(text.to_owned());
        let broken = check(&password, "van.thu", rules, "/x");
        let refusals = ["identity.password.guessable", "identity.password.monotone"];
        broken
            .iter()
            .any(|error| refusals.contains(&error.code.as_str()))
    }

    #[test]
    fn none_of_the_3000_commonest_passwords_is_taken() {
        // As short and as plain as the standard allows, so that nothing else refuses them.
        let rules = Rules {
            password_chars_min: 8,
            password_classes_min: 1,
            ..Rules::default()
        };
        assert!(COMMON.lines().count() >= 3_000);
        for common in COMMON.lines() {
            assert!(common.chars().count() >= 8, "{common}");
            assert!(is_guessable(common, &rules), "{common}");
        }
        assert!(!is_guessable("thac-pa-sy", &rules));
    }

    #[test]
    fn what_is_put_around_them_to_fit_the_rules_does_not_help() {
        for common in COMMON.lines() {
            let mut letters = common.chars();
            let first = letters.next().unwrap_or_default().to_uppercase();
            let dressed = format!("{first}{}-B26?xz", letters.as_str());
            assert!(is_guessable(&dressed, &Rules::default()), "{dressed}");
        }
    }
}
