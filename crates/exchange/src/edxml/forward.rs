//! Forwarding: our trace goes into the received bytes, nothing else changes.
//!
//! Owns: inserting one `TraceHeader`, and noticing loops. Not here: where it may be inserted
//! (`read`), writing repaired messages again (`rewrite`). Invariant: all received bytes come out
//! in order, unchanged.
//! Follows: QCVN 102:2016 amendment 1:2022 (intermediary systems); design document "Document
//! exchange", sections 2.3 and 3 rule 6.

use std::io::{self, Read, Write};

use super::dates::InstantText;
use super::model::Document;
use super::read::{LineEnd, SplicePoint};
use super::write::escape_text;

/// Most traces a message may carry when it leaves us (ours).
pub const TRACES_MAX: usize = 64;
/// Our own code already there this often: the message goes round.
const OWN_TRACES_MAX: usize = 2;

/// Whether forwarding would go round: our code is there twice, or there is no room for our trace.
#[must_use]
pub fn trace_loops(document: &Document, own_code: &str) -> bool {
    let own = own_code.trim();
    let is_own = |code: &&str| code.trim() == own;
    let own_count = document
        .traces
        .iter()
        .filter_map(|trace| trace.organ_id.as_deref());
    document.traces.len() >= TRACES_MAX || own_count.filter(is_own).count() >= OWN_TRACES_MAX
}

/// Copies `source` to `out` and inserts a trace of `organ_id` at `point`; answers the bytes
/// written.
///
/// # Errors
/// When `source` ends before the point (it is not the file that was read), or either side fails.
pub fn splice_trace(
    source: &mut dyn Read,
    point: SplicePoint,
    organ_id: &str,
    timestamp: &InstantText,
    out: &mut dyn Write,
) -> io::Result<u64> {
    let copied = io::copy(&mut source.take(point.at), out)?;
    if copied != point.at {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let inserted = trace_bytes(point, organ_id, timestamp)?;
    out.write_all(&inserted)?;
    let rest = io::copy(source, out)?;
    Ok(copied + inserted.len() as u64 + rest)
}

/// The inserted bytes: each line begins with the line end that precedes it.
fn trace_bytes(point: SplicePoint, organ_id: &str, timestamp: &InstantText) -> io::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(256);
    let mut line = |indent: usize, before: &str, text: &str, after: &str| -> io::Result<()> {
        out.extend_from_slice(point.line_end.as_str().as_bytes());
        if point.line_end != LineEnd::None {
            out.extend(std::iter::repeat_n(b' ', indent));
        }
        out.extend_from_slice(before.as_bytes());
        escape_text(&mut out, text)?;
        out.extend_from_slice(after.as_bytes());
        Ok(())
    };
    if point.makes_list {
        line(6, "<edXML:TraceHeaderList>", "", "")?;
    }
    line(8, "<edXML:TraceHeader>", "", "")?;
    line(10, "<edXML:OrganId>", organ_id, "</edXML:OrganId>")?;
    line(
        10,
        "<edXML:Timestamp>",
        timestamp.as_str(),
        "</edXML:Timestamp>",
    )?;
    line(8, "</edXML:TraceHeader>", "", "")?;
    if point.makes_list {
        line(6, "</edXML:TraceHeaderList>", "", "")?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::model::TraceHeader;
    use super::*;

    fn document(codes: &[&str]) -> Document {
        let trace = |code: &&str| TraceHeader {
            organ_id: Some((*code).to_owned()),
            ..TraceHeader::default()
        };
        Document {
            traces: codes.iter().map(trace).collect(),
            ..Document::default()
        }
    }

    #[test]
    fn a_message_that_has_passed_twice_goes_round() {
        assert!(!trace_loops(&document(&["H34", "G22"]), "H34"));
        assert!(trace_loops(&document(&["H34", "G22", " H34"]), "H34"));
        assert!(!trace_loops(&document(&["G22"; 63]), "H34"));
        assert!(trace_loops(&document(&["G22"; 64]), "H34"));
    }

    #[test]
    fn a_source_that_is_too_short_is_refused() {
        let point = SplicePoint {
            at: 4,
            makes_list: false,
            line_end: LineEnd::Lf,
        };
        let at = InstantText::from_text("2026/11/22 08:00:00");
        assert!(splice_trace(&mut &b"abc"[..], point, "H34", &at, &mut Vec::new()).is_err());
        let mut out = Vec::new();
        splice_trace(&mut &b"abcdef"[..], point, "H&4", &at, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.starts_with("abcd\n        <edXML:TraceHeader>\n"));
        assert!(text.contains("<edXML:OrganId>H&amp;4</edXML:OrganId>"));
        assert!(text.ends_with("</edXML:TraceHeader>ef"));
    }
}
