//! The codec under arbitrary input.
//!
//! Owns: what must hold for any bytes: no panic, and what is accepted survives rewriting. Not here:
//! corpora and harnesses. Invariant: deterministic.

use super::error::WriteError;
use super::limits::Limits;
use super::model::Edxml;
use super::read::{AttachmentForm, Discard, LineEnd, ReadOptions, extract, read};
use super::rewrite::rewrite;
use super::write::WriteOptions;

/// Reads `data` in both modes; an accepted message is rewritten, read again and compared.
///
/// # Panics
/// When an accepted message does not come back equal: this is what a fuzzer looks for.
pub fn fuzz_edxml(data: &[u8]) {
    let strict = read(data, &ReadOptions::strict(), &mut Discard);
    let tolerant = read(data, &ReadOptions::tolerant(), &mut Discard);
    assert!(
        strict.is_err() || tolerant.is_ok(),
        "strict accepts what tolerant refuses"
    );
    let Ok(first) = tolerant else { return };
    let limits = Limits::default();
    for facts in &first.attachments {
        let whole = extract(
            data,
            facts.index,
            AttachmentForm::Raw,
            &limits,
            &mut std::io::sink(),
        );
        assert_eq!(
            whole.is_err(),
            facts.is_broken,
            "extraction disagrees with the facts"
        );
        let inner = extract(data, facts.index, facts.form, &limits, &mut std::io::sink());
        assert!(facts.is_broken || inner.is_ok_and(|size| size == facts.inner_size_bytes));
    }
    let options = WriteOptions {
        line_end: LineEnd::Lf,
    };
    let mut out = Vec::new();
    let rewritten = rewrite(&first.message, data, &limits, &options, &mut out);
    assert!(
        !matches!(rewritten, Err(WriteError::Source(_))),
        "the source is refused"
    );
    if rewritten.is_ok() {
        let second = read(out.as_slice(), &ReadOptions::tolerant(), &mut Discard);
        let same = second
            .as_ref()
            .is_ok_and(|second| agree(&first.message, &second.message));
        let why = second.err().map(|error| error.to_string());
        assert!(
            same,
            "rewriting changes the message: {why:?}\n{}",
            String::from_utf8_lossy(&out)
        );
    }
}

/// Equal; where unknown elements were kept, equal in all that is known.
fn agree(first: &Edxml, second: &Edxml) -> bool {
    let bare = |message: &Edxml| {
        let mut message = message.clone();
        match &mut message {
            Edxml::Document(document) => document.extras.clear(),
            Edxml::Status(status) => status.extras.clear(),
        }
        message
    };
    first == second || (!first.extras().is_empty() && bare(first) == bare(second))
}
