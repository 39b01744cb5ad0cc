//! Attributes and namespace declarations of a start tag.
//!
//! Owns: checking and keeping them, binding the two prefixes that senders forget. Not here: what
//! attributes mean. Invariant: cost is linear in the limits, whatever a tag holds.
//! Follows: Namespaces in XML 1.0; design document "Document exchange", section 4.

use std::io::BufRead;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attributes;

use super::super::defects::DefectCode;
use super::super::limits::LimitName;
use super::namespaces::{Namespaces, Ns, XLINK};
use super::scanner::{Outcome, Scanner};
use super::start;

/// Attribute of the last start tag that is no namespace declaration.
#[derive(Debug)]
pub(super) struct Attr {
    pub(super) ns: Ns,
    pub(super) is_prefixed: bool,
    pub(super) name: String,
    pub(super) value: String,
}

impl<R: BufRead> Scanner<'_, R> {
    pub(super) fn take_attributes(&mut self, tag: &str, name_bytes: usize) -> Outcome<()> {
        self.check_chars(tag)?;
        let mut pending = Vec::new();
        for (index, attribute) in Attributes::new(tag, name_bytes).enumerate() {
            if index >= self.options.limits.attributes {
                return Err(self.limit(LimitName::Attributes));
            }
            let Ok(attribute) = attribute else {
                return Err(self.reject(DefectCode::NotWellFormed, ""));
            };
            let name = attribute.key.as_ref();
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            let (Ok(value), true) = (value, start::is_qualified_name(name)) else {
                return Err(self.reject(DefectCode::NotWellFormed, ""));
            };
            if attribute.value.contains('<') || !start::has_only_xml_chars(&value) {
                return Err(self.reject(DefectCode::NotWellFormed, ""));
            }
            match name.strip_prefix("xmlns") {
                Some("") => self.declare("", &value)?,
                Some(rest) if rest.starts_with(':') => {
                    self.declare(rest.trim_start_matches(':'), &value)?;
                }
                _ => pending.push((name.to_owned(), value.into_owned())),
            }
        }
        for (name, value) in pending {
            self.keep_attribute(&name, value)?;
        }
        Ok(())
    }

    fn declare(&mut self, prefix: &str, uri: &str) -> Outcome<()> {
        self.namespaces.declared += 1;
        if self.namespaces.declared > self.options.limits.namespaces {
            return Err(self.limit(LimitName::Namespaces));
        }
        if !Namespaces::may_declare(prefix, uri) {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        self.namespaces.bind(prefix, uri, self.depth, false);
        Ok(())
    }

    fn keep_attribute(&mut self, qualified: &str, value: String) -> Outcome<()> {
        let attribute = match qualified.split_once(':') {
            None => Attr {
                ns: Ns::None,
                is_prefixed: false,
                name: qualified.to_owned(),
                value,
            },
            Some((prefix, local)) => {
                let ns = self.namespace_of(prefix)?;
                Attr {
                    ns,
                    is_prefixed: true,
                    name: local.to_owned(),
                    value,
                }
            }
        };
        let is_double = self.attributes.iter().any(|other| {
            other.is_prefixed
                && attribute.is_prefixed
                && other.ns == attribute.ns
                && other.ns != Ns::Other
                && other.name == attribute.name
        });
        if is_double {
            return Err(self.reject(DefectCode::NotWellFormed, ""));
        }
        self.attributes.push(attribute);
        Ok(())
    }

    /// The namespace of a prefix; the two prefixes that senders forget to declare are bound here.
    pub(super) fn namespace_of(&mut self, prefix: &str) -> Outcome<Ns> {
        if let Some(binding) = self.namespaces.find(prefix) {
            return Ok(binding.ns);
        }
        let (code, uri, ns) = match prefix {
            "xml" => return Ok(Ns::Other),
            "edXML" => (
                DefectCode::UnboundPrefixEdxml,
                super::super::NAMESPACE,
                Ns::Qcvn,
            ),
            "xlink" => (DefectCode::UnboundPrefixXlink, XLINK, Ns::Xlink),
            _ => return Err(self.reject(DefectCode::NotWellFormed, "")),
        };
        let local = self
            .tag
            .get(..self.tag_name_bytes)
            .unwrap_or_default()
            .to_owned();
        self.note(code, local.rsplit(':').next().unwrap_or_default())?;
        self.repaired = true;
        self.namespaces.bind(prefix, uri, self.depth, true);
        Ok(ns)
    }
}
