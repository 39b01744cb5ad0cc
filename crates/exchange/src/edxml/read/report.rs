//! Noting defects and refusing messages.
//!
//! Owns: what a finding says (code, path, offset) and when it rejects. Not here: finding. Invariant:
//! the first rejecting finding ends the reading.
//! Follows: design document "Document exchange", section 4.

use std::io::BufRead;

use quick_xml::errors::Error as XmlError;

use super::super::defects::{Defect, DefectCode, Severity};
use super::super::error::{ReadError, Rejection};
use super::super::limits::LimitName;
use super::Mode;
use super::guard::Stop;
use super::scanner::{Outcome, Scanner};

impl<R: BufRead> Scanner<'_, R> {
    /// The path of the current element, or of its child `leaf`.
    pub(super) fn path_text(&self, leaf: &str) -> String {
        let mut text = String::with_capacity(96);
        for (name, number) in &self.path {
            text.push('/');
            text.push_str(name);
            if *number > 1 {
                text.push('[');
                text.push_str(&number.to_string());
                text.push(']');
            }
        }
        if text.is_empty() || !leaf.is_empty() {
            text.push('/');
            text.push_str(leaf);
        }
        text
    }

    /// Notes a defect at the current element or its child `leaf`; an error when it rejects.
    pub(super) fn note(&mut self, code: DefectCode, leaf: &str) -> Outcome<()> {
        match code.severity() {
            Severity::AlwaysReject => return Err(self.reject(code, leaf)),
            Severity::StrictReject if self.options.mode == Mode::Strict => {
                return Err(self.reject(code, leaf));
            }
            Severity::StrictReject | Severity::Noted => {}
        }
        if self.defects.len() < self.options.limits.defects {
            let path = self.path_text(leaf);
            self.defects.push(Defect {
                code,
                path,
                offset: self.event_at,
            });
        }
        Ok(())
    }

    /// Like [`Scanner::note`], but only the first of its kind in a message.
    pub(super) fn note_once(&mut self, code: DefectCode, leaf: &str) -> Outcome<()> {
        if self.defects.iter().any(|defect| defect.code == code) {
            return Ok(());
        }
        self.note(code, leaf)
    }

    pub(super) fn reject(&mut self, code: DefectCode, leaf: &str) -> ReadError {
        self.refuse(code, leaf, None)
    }

    pub(super) fn limit(&mut self, limit: LimitName) -> ReadError {
        self.refuse(DefectCode::LimitExceeded, "", Some(limit))
    }

    fn refuse(&mut self, code: DefectCode, leaf: &str, limit: Option<LimitName>) -> ReadError {
        let path = self.path_text(leaf);
        let offset = if limit == Some(LimitName::TotalBytes) {
            self.options.limits.total_bytes
        } else {
            self.event_at
        };
        let defect = Defect { code, path, offset };
        let noted = std::mem::take(&mut self.defects);
        ReadError::Rejected(Box::new(Rejection {
            defect,
            limit,
            noted,
        }))
    }

    pub(super) fn broken(&mut self, error: &XmlError) -> ReadError {
        let code = match error {
            XmlError::Encoding(_) => DefectCode::Encoding,
            _ => DefectCode::NotWellFormed,
        };
        self.stopped(code)
    }

    /// Why the guard stopped; `code` when it did not.
    pub(super) fn stopped(&mut self, code: DefectCode) -> ReadError {
        match self.guard().take_stop() {
            Some(Stop::Total) => self.limit(LimitName::TotalBytes),
            Some(Stop::Piece) => self.limit(LimitName::FieldBytes),
            Some(Stop::Source(error)) => ReadError::Source(error),
            None => self.reject(code, ""),
        }
    }
}
