//! Argon2id and its text form.
//!
//! Owns: hashing, checking, telling whether a hash is older than the present parameters; the
//! memory that this takes.
//! Not here: on which thread it happens (`pool.rs`).
//! Invariant: checking an unknown account costs the same as checking a known one.
//! Follows: RFC 9106; the PHC string format.

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use lgsp_platform::{clock::random_bytes, http::context::constant_time_eq};

use super::Password;
use crate::error::{Error, Result};

/// Memory of one computation, 19 MiB.
pub(crate) const MEMORY_KIB: u32 = 19_456;
/// Passes over the memory.
pub(crate) const PASSES: u32 = 2;
/// Lanes.
pub(crate) const LANES: u32 = 1;
const SALT_BYTES: usize = 16;
const HASH_BYTES: usize = 32;
/// Most memory that a stored hash may ask for; guards against a damaged row.
const STORED_MEMORY_KIB_MAX: u32 = 262_144;

/// Room of a [`Memory`], of which only what a computation needs is ever touched. The C library
/// maps what exceeds 32 MiB on its own and gives it back when it is freed; smaller pieces stay
/// with each thread that ever computed a hash, and there are many of those.
const ROOM_KIB: usize = 33 * 1_024;

/// The memory of one computation after another.
#[derive(Default)]
pub(crate) struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, count: usize) -> &mut [Block] {
        if self.0.capacity() < count.max(ROOM_KIB) {
            self.0 = Vec::with_capacity(count.max(ROOM_KIB));
        }
        self.0.resize(count, Block::default());
        &mut self.0
    }
}

/// Stands in for an account that does not exist or may not sign in; nothing matches it.
pub(crate) const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1\
    $bGdzcC1ub2JvZHktc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

struct Stored {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Vec<u8>,
    hash: Vec<u8>,
}

/// The hash of a new password with a new salt.
///
/// # Errors
/// `platform.internal.failed` when memory or randomness is missing.
pub(crate) fn hash(password: &Password, memory: &mut Memory) -> Result<String> {
    let salt = random_bytes::<SALT_BYTES>().map_err(lgsp_platform::Error::from)?;
    let cost = (MEMORY_KIB, PASSES, LANES);
    let digest = digest(password, &salt, cost, HASH_BYTES, memory)?;
    Ok(format!(
        "$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}${}${}",
        STANDARD_NO_PAD.encode(salt),
        STANDARD_NO_PAD.encode(digest)
    ))
}

/// Whether `password` is the one behind `stored`.
///
/// # Errors
/// `platform.internal.failed` when the stored text is no hash of ours.
pub(crate) fn verify(password: &Password, stored: &str, memory: &mut Memory) -> Result<bool> {
    let parsed = parse(stored).ok_or_else(damaged)?;
    let cost = (parsed.memory_kib, parsed.passes, parsed.lanes);
    let digest = digest(password, &parsed.salt, cost, parsed.hash.len(), memory)?;
    Ok(constant_time_eq(&digest, &parsed.hash) && stored != NOBODY)
}

/// Whether the hash was made with other parameters than today's.
pub(crate) fn is_outdated(stored: &str) -> bool {
    parse(stored).is_none_or(|parsed| {
        (parsed.memory_kib, parsed.passes, parsed.lanes) != (MEMORY_KIB, PASSES, LANES)
    })
}

fn damaged() -> Error {
    lgsp_platform::Error::Internal("password hash cannot be read".to_owned()).into()
}

fn digest(
    password: &Password,
    salt: &[u8],
    (memory_kib, passes, lanes): (u32, u32, u32),
    bytes: usize,
    memory: &mut Memory,
) -> Result<Vec<u8>> {
    let failed = |error: argon2::Error| lgsp_platform::Error::Internal(error.to_string());
    let params = Params::new(memory_kib, passes, lanes, Some(bytes)).map_err(failed)?;
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let mut digest = vec![0; bytes];
    let blocks = memory.blocks(argon.params().block_count());
    argon
        .hash_password_into_with_memory(password.text().as_bytes(), salt, &mut digest, blocks)
        .map_err(failed)?;
    Ok(digest)
}

fn parse(stored: &str) -> Option<Stored> {
    let mut parts = stored.strip_prefix("$argon2id$v=19$")?.split('$');
    let (parameters, salt, hash) = (parts.next()?, parts.next()?, parts.next()?);
    let mut numbers = parameters.split(',');
    let mut number = |name: &str| -> Option<u32> {
        let text = numbers.next()?.strip_prefix(name)?;
        text.strip_prefix('=')?.parse().ok()
    };
    let stored = Stored {
        memory_kib: number("m")?,
        passes: number("t")?,
        lanes: number("p")?,
        salt: STANDARD_NO_PAD.decode(salt).ok()?,
        hash: STANDARD_NO_PAD.decode(hash).ok()?,
    };
    let is_sane =
        stored.memory_kib <= STORED_MEMORY_KIB_MAX && stored.passes <= 16 && parts.next().is_none();
    is_sane.then_some(stored)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::new(text.to_owned())
    }

    fn hash(password: &Password) -> Result<String> {
        super::hash(password, &mut Memory::default())
    }

    fn verify(password: &Password, stored: &str) -> Result<bool> {
        super::verify(password, stored, &mut Memory::default())
    }

    #[test]
    fn a_hash_matches_its_password_only() {
        let stored = hash(&password("Song-Dak-Bla-7!")).unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(verify(&password("Song-Dak-Bla-7!"), &stored).unwrap());
        assert!(!verify(&password("Song-Dak-Bla-7?"), &stored).unwrap());
        assert!(!is_outdated(&stored));
        assert_ne!(stored, hash(&password("Song-Dak-Bla-7!")).unwrap());
    }

    #[test]
    fn the_hash_of_others_is_read() {
        // Argon2id of "password" with salt "somesalt", m=65536, t=2, p=1: the vector of the
        // reference implementation.
        let stored = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
            $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        assert!(verify(&password("password"), stored).unwrap());
        assert!(is_outdated(stored));
    }

    #[test]
    fn memory_that_was_used_before_changes_no_hash() {
        let mut memory = Memory::default();
        let large = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ\
            $CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc";
        let stored = super::hash(&password("một"), &mut memory).unwrap();
        for (text, stored, is_right) in [
            ("password", large, true),
            ("một", &stored, true),
            ("hai", &stored, false),
            ("password", large, true),
        ] {
            let seen = super::verify(&password(text), stored, &mut memory).unwrap();
            assert_eq!(seen, is_right, "{text}");
        }
    }

    #[test]
    fn nobody_has_todays_cost_and_no_password() {
        assert!(!is_outdated(NOBODY));
        assert!(!verify(&password(""), NOBODY).unwrap());
    }

    #[test]
    fn damaged_texts_are_errors() {
        for stored in [
            "",
            "$argon2i$v=19$m=1,t=1,p=1$YQ$YQ",
            "$argon2id$v=19$m=19456,t=2$c29tZXNhbHQ$YQ",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c29tZXNhbHQ$YWFhYQ",
            "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$YWFhYQ$YQ",
        ] {
            assert!(verify(&password("x"), stored).is_err(), "{stored}");
            assert!(is_outdated(stored), "{stored}");
        }
    }
}
