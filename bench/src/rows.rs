//! The rows that every store in the benchmark gets: one message and its delivery.
//!
//! Owns: making of bodies that no store can shrink, and of the values beside them.
//! Not here: writing them.
//! Invariant: no two bodies are equal.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use anyhow::{Result, anyhow};
use ring::{
    digest,
    rand::{SecureRandom as _, SystemRandom},
};

/// Body of a document in the stages through the VXP interface and its peers.
pub(crate) const DOCUMENT_BYTES: usize = 8_192;
/// Body of a message in the stage of the ledger alone.
pub(crate) const MESSAGE_BYTES: usize = 1_024;

/// Makes bodies; cheap to clone, clones share the count.
#[derive(Clone)]
pub(crate) struct Bodies {
    filling: Arc<Vec<u8>>,
    next: Arc<AtomicU64>,
}

impl Bodies {
    pub(crate) fn new(size_bytes: usize) -> Result<Self> {
        let mut filling = vec![0_u8; size_bytes];
        SystemRandom::new()
            .fill(&mut filling)
            .map_err(|_| anyhow!("no random bytes"))?;
        Ok(Self {
            filling: Arc::new(filling),
            next: Arc::new(AtomicU64::new(0)),
        })
    }

    /// The next body.
    pub(crate) fn make(&self) -> Vec<u8> {
        let mut body = self.filling.as_ref().clone();
        let number = self.next.fetch_add(1, Ordering::Relaxed).to_le_bytes();
        for (place, byte) in body.iter_mut().zip(number) {
            *place = byte;
        }
        body
    }
}

/// SHA-256 of a body.
pub(crate) fn digest(body: &[u8]) -> [u8; 32] {
    let mut found = [0_u8; 32];
    found.copy_from_slice(digest::digest(&digest::SHA256, body).as_ref());
    found
}
