//! The sentences for error ids, in both languages.
//!
//! Owns: the table of all modules' `messages/{vi,en}.toml`, filled once at start.
//! Not here: the console's own words (`web/`).
//! Invariant: an id has both languages or a test of its crate fails.

use std::{collections::BTreeMap, sync::RwLock};

use crate::error::{Error, Result, Sentence};

static SENTENCES: RwLock<BTreeMap<String, Sentence>> = RwLock::new(BTreeMap::new());

/// The two message files of a crate, embedded.
#[derive(Debug, Clone, Copy)]
pub struct MessageFiles {
    /// Content of `messages/vi.toml`.
    pub vi: &'static str,
    /// Content of `messages/en.toml`.
    pub en: &'static str,
}

/// The platform's own files.
pub const PLATFORM: MessageFiles = MessageFiles {
    vi: include_str!("../messages/vi.toml"),
    en: include_str!("../messages/en.toml"),
};

impl MessageFiles {
    /// Reads both files into one table.
    ///
    /// # Errors
    /// `platform.configuration.invalid` when a file is not TOML or an id lacks a language.
    pub fn parse(&self) -> Result<BTreeMap<String, Sentence>> {
        let read = |text: &str| {
            toml::from_str::<BTreeMap<String, String>>(text)
                .map_err(|error| Error::Configuration(error.to_string()))
        };
        let mut english = read(self.en)?;
        let mut table = BTreeMap::new();
        for (id, vi) in read(self.vi)? {
            let en = english
                .remove(&id)
                .ok_or_else(|| Error::Configuration(format!("{id} has no English sentence")))?;
            table.insert(id, Sentence { vi, en });
        }
        if let Some(id) = english.keys().next() {
            return Err(Error::Configuration(format!(
                "{id} has no Vietnamese sentence"
            )));
        }
        Ok(table)
    }
}

/// Adds a crate's sentences.
///
/// # Errors
/// As [`MessageFiles::parse`].
pub fn install(files: &MessageFiles) -> Result<()> {
    let parsed = files.parse()?;
    let mut sentences = SENTENCES
        .write()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    sentences.extend(parsed);
    Ok(())
}

/// The sentence of `id` with `{name}` replaced by its argument; the id itself when unknown.
#[must_use]
pub fn sentence(id: &str, arguments: &[(&'static str, String)]) -> Sentence {
    let sentences = SENTENCES
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(found) = sentences.get(id) else {
        return Sentence::new(id, id);
    };
    let fill = |text: &str| {
        arguments
            .iter()
            .fold(text.to_owned(), |filled, (name, value)| {
                filled.replace(&format!("{{{name}}}"), value)
            })
    };
    Sentence {
        vi: fill(&found.vi),
        en: fill(&found.en),
    }
}
