//! The search for secrets in a text, in every form in which they travel.
//!
//! Owns: `Secrets`. Not here: which secrets there are (`mod.rs`).

use std::collections::BTreeMap;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};
use lgsp_testkit::{Browser, browser::encode};

/// Shortest secret that is searched for as it is; shorter ones occur by chance.
const PLAIN_CHARS_MIN: usize = 12;
/// Characters before a short code in which its name would stand.
const NAME_CHARS: usize = 24;

/// What was shown to the program, by what it is.
#[derive(Default)]
pub(super) struct Secrets(BTreeMap<String, String>);

impl Secrets {
    pub(super) fn add(&mut self, name: impl Into<String>, value: &str) {
        let name = name.into();
        assert!(!value.is_empty(), "{name} is empty");
        self.0.insert(name, value.to_owned());
    }

    pub(super) fn add_cookies(&mut self, who: &str, browser: &Browser) {
        for (name, value) in &browser.cookies {
            self.add(format!("cookie {name} of {who}"), value);
        }
    }

    /// What each of them is.
    pub(super) fn names(&self) -> impl ExactSizeIterator<Item = &String> {
        self.0.keys()
    }

    /// The secrets that a text holds, in any form in which they travel.
    pub(super) fn found_in(&self, text: &str) -> Vec<&str> {
        let is_there = |value: &String| match value.len() < PLAIN_CHARS_MIN {
            true => holds_code(text, value),
            false => forms(value).iter().any(|form| text.contains(form.as_str())),
        };
        let found = self.0.iter().filter(|(_, value)| is_there(value));
        found.map(|(name, _)| name.as_str()).collect()
    }
}

/// A secret as it is, in an address, in a form, and as base64 at each place in a longer text, as
/// `Basic` and tokens carry it.
fn forms(value: &str) -> Vec<String> {
    let escaped = |is_kept: fn(char) -> bool| -> String {
        value
            .chars()
            .map(|letter| match is_kept(letter) {
                true => letter.to_string(),
                false => encode(&letter.to_string()),
            })
            .collect()
    };
    let address = escaped(|letter| letter.is_ascii_alphanumeric() || "-._~".contains(letter));
    let form = escaped(|letter| letter.is_ascii_alphanumeric() || "*-._".contains(letter));
    let mut forms = vec![
        value.to_owned(),
        encode(value),
        encode(value).to_lowercase(),
        address,
        form,
        value.replace('*', "\\u002a"),
    ];
    for (shift, engine) in [STANDARD_NO_PAD, URL_SAFE_NO_PAD]
        .iter()
        .flat_map(|engine| (0..3).map(move |shift| (shift, engine)))
    {
        let bytes = [&b"::"[..shift.min(2)], value.as_bytes()].concat();
        let text = engine.encode(&bytes);
        // Characters at both ends hold bits of what stands beside the secret.
        let first = [0, 2, 3][shift];
        let last = text.len() - usize::from(bytes.len() % 3 != 0);
        forms.push(text[first..last].to_owned());
    }
    forms
}

/// Whether a short code stands near a word that says what it is.
fn holds_code(text: &str, code: &str) -> bool {
    text.match_indices(code).any(|(place, _)| {
        let from = place.saturating_sub(NAME_CHARS);
        let before = text.as_bytes().get(from..place).unwrap_or_default();
        let before = String::from_utf8_lossy(before).to_lowercase();
        ["code", "otp", "typed"]
            .iter()
            .any(|word| before.contains(word))
    })
}

#[test]
fn the_search_finds_a_secret_in_every_form() {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use lgsp_testkit::browser::decode;

    let secret = "Ab?c/d+e*f-4711 xyz";
    let mut secrets = Secrets::default();
    secrets.add("long", secret);
    secrets.add("code", "123456");
    let header = |user: &str| {
        format!(
            "authorization: Basic {}",
            STANDARD.encode(format!("{user}:{secret}:end"))
        )
    };
    for line in [
        format!("password=\"{secret}\""),
        format!("body=password={}", encode(secret)),
        "uri=/x?p=Ab%3Fc%2Fd%2Be*f-4711%20xyz&q".to_owned(),
        "uri=/x?p=Ab%3Fc%2Fd%2Be%2Af-4711%20xyz&q".to_owned(),
        header("a"),
        header("ab"),
        header("abc"),
        format!("token {}", URL_SAFE.encode(format!("ab:{secret}"))),
    ] {
        assert_eq!(secrets.found_in(&line), ["long"], "{line}");
    }
    for line in [
        "code=123456",
        "{\"otp\":\"123456\"}",
        "typed: Some(\"123456\")",
    ] {
        assert_eq!(secrets.found_in(line), ["code"], "{line}");
    }
    for line in [
        "time 12:00:00.123456Z",
        "",
        "password=hidden",
        "Ab?c/d+e*f-4711 xy",
    ] {
        assert_eq!(secrets.found_in(line), [""; 0], "{line}");
    }
    assert_eq!(decode("Ab%3Fc"), "Ab?c");
}
