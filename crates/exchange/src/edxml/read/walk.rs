//! Walking through children and fields; unknown elements are kept.
//!
//! Owns: which child comes next, leaf texts, raw fragments with their position. Not here: the
//! elements of a message. Invariant: an element is either read by its reader or kept as received.
//! Follows: design document "Document exchange", sections 2 and 4.

use std::io::BufRead;

use quick_xml::events::attributes::Attributes;

use super::super::codes::{CodeForm, code_form};
use super::super::dates::{DateText, InstantText};
use super::super::defects::DefectCode;
use super::super::limits::LimitName;
use super::super::model::Extra;
use super::namespaces::Ns;
use super::scanner::{Outcome, Pulled, Scanner};
use super::schema::{Child, Frame};
use super::start;

impl<R: BufRead> Scanner<'_, R> {
    /// The next known child of the element that `frame` stands for, `None` at its end. The path
    /// then leads to the child; whoever reads the child leads it back.
    pub(super) fn next_child(&mut self, frame: &mut Frame) -> Outcome<Option<&'static str>> {
        loop {
            match self.pull()? {
                Pulled::Open => match self.recognise(frame)? {
                    Known::Child(name) => return Ok(Some(name)),
                    // Behind the first of its kind, so that it stays the second.
                    Known::Repeat(name) => self.keep_unknown(name.to_owned())?,
                    Known::No => self.keep_unknown(frame.after())?,
                },
                Pulled::Close => {
                    self.path.pop();
                    return Ok(None);
                }
                Pulled::Done => return Ok(None),
                Pulled::Skipped => {}
            }
        }
    }

    /// Whether the root element is ours.
    pub(super) fn recognise_root(&mut self, frame: &mut Frame) -> Outcome<bool> {
        Ok(matches!(self.recognise(frame)?, Known::Child(_)))
    }

    /// Whether the last start tag is a known child; checks namespace, prefix and order.
    fn recognise(&mut self, frame: &mut Frame) -> Outcome<Known> {
        let tag = std::mem::take(&mut self.tag);
        let name = tag.get(..self.tag_name_bytes).unwrap_or_default();
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let known = frame.find(local);
        self.tag.push_str(name);
        let ns = if prefix.is_empty() {
            self.namespaces
                .find("")
                .map_or(Ns::None, |binding| binding.ns)
        } else {
            self.namespace_of(prefix)?
        };
        let Some((at, child)) = known else {
            return self.refuse_bad_name(tag);
        };
        let is_signature = child.name == "Signature";
        match ns {
            Ns::Qcvn => {}
            Ns::Xmldsig if is_signature => {}
            Ns::None => self.namespace_is_missing(child.name)?,
            Ns::Other if is_signature => return self.refuse_bad_name(tag),
            Ns::Xmldsig | Ns::Xlink | Ns::Other => {
                return Err(self.reject(DefectCode::NamespaceOther, child.name));
            }
        }
        if frame.is_repeat(at, child) {
            self.note_once(DefectCode::Order, child.name)?;
            self.tag = tag;
            return Ok(Known::Repeat(child.name));
        }
        self.check_prefix(prefix, child)?;
        let (number, is_ordered) = frame.begin(at, child);
        if !is_ordered {
            self.note_once(DefectCode::Order, child.name)?;
        }
        self.tag = tag;
        self.path.push((child.name, number));
        Ok(Known::Child(child.name))
    }

    /// An unknown element is written back as received, so its name must be one.
    fn refuse_bad_name(&mut self, tag: String) -> Outcome<Known> {
        let is_name = start::is_qualified_name(tag.get(..self.tag_name_bytes).unwrap_or_default());
        self.tag = tag;
        if is_name {
            Ok(Known::No)
        } else {
            Err(self.reject(DefectCode::NotWellFormed, ""))
        }
    }

    fn namespace_is_missing(&mut self, name: &str) -> Outcome<()> {
        if !self.is_namespace_missing {
            self.note(DefectCode::NamespaceMissing, name)?;
            self.is_namespace_missing = true;
            self.repaired = true;
        }
        Ok(())
    }

    fn check_prefix(&mut self, prefix: &str, child: &Child) -> Outcome<()> {
        match (child.is_bare, prefix) {
            (true, "") | (false, "edXML") => Ok(()),
            (true, "edXML") if child.name != "edXML" && child.name != "Signature" => {
                // An unbound prefix has been noted as such.
                let is_repair = self
                    .namespaces
                    .find(prefix)
                    .is_some_and(|found| found.is_repair);
                if is_repair {
                    return Ok(());
                }
                self.note_once(DefectCode::AttachmentPrefixed, child.name)
            }
            _ if child.name == "Signature" => Ok(()),
            _ => self.note_once(DefectCode::PrefixUnexpected, child.name),
        }
    }

    fn keep_unknown(&mut self, after: String) -> Outcome<()> {
        if self.extras.len() >= self.options.limits.extras {
            return Err(self.limit(LimitName::Extras));
        }
        let parent = self.path_text("");
        let xml = self.capture()?;
        self.charge(parent.len() + after.len())?;
        self.extras.push(Extra { parent, after, xml });
        Ok(())
    }

    /// The element of the last start tag as received, made to stand alone.
    pub(super) fn capture(&mut self) -> Outcome<String> {
        let was_collecting = std::mem::replace(&mut self.is_collecting, false);
        let depth = self.depth;
        let name_bytes = self.tag_name_bytes;
        let is_in_envelope = self
            .path
            .get(1)
            .is_some_and(|(name, _)| *name == "edXMLEnvelope");
        let mut needs = Vec::new();
        self.gather_needs(&mut needs, depth, is_in_envelope);
        let ending = if self.tag_is_empty { "/>" } else { ">" };
        let mut xml = ["<", &self.tag, ending].concat();
        self.guard().capture();
        while self.depth >= depth {
            match self.pull()? {
                Pulled::Open => {
                    let name = self
                        .tag
                        .get(..self.tag_name_bytes)
                        .unwrap_or_default()
                        .to_owned();
                    if let Some((prefix, _local)) = name.split_once(':') {
                        self.namespace_of(prefix)?;
                    }
                    if !start::is_qualified_name(&name) {
                        return Err(self.reject(DefectCode::NotWellFormed, ""));
                    }
                    self.gather_needs(&mut needs, depth, is_in_envelope);
                }
                Pulled::Close | Pulled::Skipped => {}
                Pulled::Done => return Err(self.reject(DefectCode::NotWellFormed, "")),
            }
            let so_far = self.model_bytes + self.guard().captured_bytes();
            if so_far > self.options.limits.model_bytes {
                return Err(self.limit(LimitName::ModelBytes));
            }
        }
        let captured = self.guard().take_captured();
        match std::str::from_utf8(&captured) {
            Ok(rest) => xml.push_str(rest),
            Err(_) => return Err(self.reject(DefectCode::Encoding, "")),
        }
        let declarations: String = needs.iter().map(|need| need.declaration()).collect();
        xml.insert_str(1 + name_bytes, &declarations);
        self.charge(xml.len())?;
        self.is_collecting = was_collecting;
        Ok(xml)
    }

    /// Prefixes of the last start tag that are bound outside of the fragment at `depth`, and that
    /// the writer does not bind at that place.
    fn gather_needs(&self, needs: &mut Vec<Need>, depth: usize, is_in_envelope: bool) {
        let name = self.tag.get(..self.tag_name_bytes).unwrap_or_default();
        let own = name.split_once(':').map_or("", |(prefix, _)| prefix);
        let mut attributes = Attributes::new(&self.tag, self.tag_name_bytes);
        let prefixes = attributes
            .with_checks(false)
            .flatten()
            .filter_map(|attribute| {
                attribute
                    .key
                    .as_ref()
                    .split_once(':')
                    .map(|(p, _)| p.to_owned())
            })
            .filter(|prefix| prefix != "xmlns" && prefix != "xml");
        for prefix in std::iter::once(own.to_owned()).chain(prefixes) {
            let Some(binding) = self.namespaces.find(&prefix) else {
                continue;
            };
            let is_outside = binding.is_repair || binding.depth < depth;
            let is_written = binding.ns == Ns::Qcvn
                && (prefix.is_empty() || (prefix == "edXML" && is_in_envelope));
            let is_known = needs.iter().any(|need| need.prefix == prefix);
            if is_outside && !is_written && !is_known {
                needs.push(Need {
                    prefix,
                    uri: binding.uri.clone(),
                });
            }
        }
    }

    /// Counts what the model keeps.
    pub(super) fn charge(&mut self, bytes: usize) -> Outcome<()> {
        self.model_bytes += bytes;
        if self.model_bytes > self.options.limits.model_bytes {
            return Err(self.limit(LimitName::ModelBytes));
        }
        Ok(())
    }

    /// Reads the text of the current element into [`Scanner::text`]; the path still leads to it.
    fn read_text(&mut self) -> Outcome<()> {
        self.text.clear();
        self.is_collecting = true;
        loop {
            match self.pull()? {
                Pulled::Open => {
                    self.refuse_unbound()?;
                    self.keep_unknown(String::new())?;
                }
                Pulled::Close | Pulled::Done => break,
                Pulled::Skipped => {}
            }
        }
        self.is_collecting = false;
        Ok(())
    }

    /// An element inside a field: nobody looks it up, but its name and prefix must be right.
    fn refuse_unbound(&mut self) -> Outcome<()> {
        let name = self
            .tag
            .get(..self.tag_name_bytes)
            .unwrap_or_default()
            .to_owned();
        if !start::is_qualified_name(&name) {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        if let Some((prefix, _local)) = name.split_once(':') {
            self.namespace_of(prefix)?;
        }
        Ok(())
    }

    /// Text of the current element as written; `None` when blank.
    pub(super) fn field(&mut self, frame: &mut Frame) -> Outcome<Option<String>> {
        self.read_text()?;
        self.path.pop();
        if self.text.bytes().all(start::is_space) {
            return Ok(None);
        }
        frame.keep();
        self.charge(self.text.len())?;
        Ok(Some(self.text.clone()))
    }

    /// Text of the current element without white space around; `None` when blank.
    pub(super) fn token(&mut self, frame: &mut Frame) -> Outcome<Option<String>> {
        self.read_text()?;
        self.path.pop();
        self.take_token(frame)
    }

    fn take_token(&mut self, frame: &mut Frame) -> Outcome<Option<String>> {
        let token = self.text.trim();
        if token.is_empty() {
            return Ok(None);
        }
        let owned = token.to_owned();
        frame.keep();
        self.charge(owned.len())?;
        Ok(Some(owned))
    }

    /// An agency code; `null` and empty are no code.
    pub(super) fn organ(&mut self, frame: &mut Frame) -> Outcome<Option<String>> {
        self.read_text()?;
        let code = self.text.trim();
        let is_known_form = match code_form(code) {
            CodeForm::None => {
                self.path.pop();
                return Ok(None);
            }
            CodeForm::Qd20 | CodeForm::Qcvn102 => true,
            CodeForm::Qcvn102Short => {
                self.note(DefectCode::CodeShortForm, "")?;
                true
            }
            CodeForm::Other => (self.options.is_registered)(code),
        };
        if !is_known_form {
            self.note(DefectCode::CodeUnknownForm, "")?;
        }
        self.path.pop();
        self.take_token(frame)
    }

    pub(super) fn date(&mut self, frame: &mut Frame) -> Outcome<Option<DateText>> {
        self.read_text()?;
        let (date, is_canonical) = DateText::read(self.text.trim());
        self.check_date(is_canonical, date.date().is_some())?;
        Ok(self.take_token(frame)?.map(|_| date))
    }

    pub(super) fn instant(&mut self, frame: &mut Frame) -> Outcome<Option<InstantText>> {
        self.read_text()?;
        let (instant, is_canonical) = InstantText::read(self.text.trim());
        self.check_date(is_canonical, instant.unix_ms().is_some())?;
        Ok(self.take_token(frame)?.map(|_| instant))
    }

    fn check_date(&mut self, is_canonical: bool, is_repaired: bool) -> Outcome<()> {
        if !is_canonical && !self.text.trim().is_empty() {
            self.note(DefectCode::DateFormat, "")?;
            self.repaired |= is_repaired;
        }
        self.path.pop();
        Ok(())
    }
}

/// What the last start tag is.
enum Known {
    Child(&'static str),
    /// One too many of its kind.
    Repeat(&'static str),
    No,
}

/// A namespace declaration that a fragment takes along.
struct Need {
    prefix: String,
    uri: String,
}

impl Need {
    fn declaration(&self) -> String {
        let uri = self
            .uri
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('"', "&quot;");
        match self.prefix.as_str() {
            "" => format!(" xmlns=\"{uri}\""),
            prefix => format!(" xmlns:{prefix}=\"{uri}\""),
        }
    }
}
