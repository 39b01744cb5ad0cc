//! Which children an element may have, and in which order the axis writes them.
//!
//! Owns: the tables for recognising children and for `order`. Not here: what the children mean.
//! Invariant: children of one rank may stand in either order (documents and status messages
//! differ). Follows: design document "Document exchange", section 2.

/// One possible child.
#[derive(Debug)]
pub(super) struct Child {
    pub(super) name: &'static str,
    pub(super) rank: u8,
    /// May be repeated.
    pub(super) is_many: bool,
    /// Written without the prefix `edXML:`.
    pub(super) is_bare: bool,
}

/// Most children in one table.
pub(super) const CHILDREN_MAX: usize = 24;

const fn one(name: &'static str, rank: u8) -> Child {
    Child {
        name,
        rank,
        is_many: false,
        is_bare: false,
    }
}

const fn many(name: &'static str, rank: u8) -> Child {
    Child {
        name,
        rank,
        is_many: true,
        is_bare: false,
    }
}

const fn bare(child: Child) -> Child {
    Child {
        name: child.name,
        rank: child.rank,
        is_many: child.is_many,
        is_bare: true,
    }
}

pub(super) static FILE: &[Child] = &[bare(one("edXML", 0))];
pub(super) static ROOT: &[Child] = &[one("edXMLEnvelope", 0), bare(one("AttachmentEncoded", 1))];
pub(super) static ENVELOPE: &[Child] = &[one("edXMLHeader", 0), one("edXMLBody", 1)];
pub(super) static HEADER: &[Child] = &[
    one("MessageHeader", 0),
    one("TraceHeaderList", 1),
    bare(one("Signature", 2)),
];
pub(super) static MESSAGE: &[Child] = &[
    one("From", 0),
    many("To", 1),
    one("DocumentId", 2),
    one("Code", 3),
    one("PromulgationInfo", 4),
    one("DocumentType", 5),
    one("Subject", 6),
    one("Content", 7),
    one("SignerInfo", 8),
    one("DueDate", 9),
    one("OtherInfo", 10),
    many("ResponseFor", 11),
    one("SteeringType", 12),
    one("ToPlaces", 13),
    one("ResponseForTask", 14),
    one("ApplicationType", 15),
    one("Agency", 16),
    one("StaffInfo", 17),
    one("StatusCode", 18),
    one("Description", 19),
    one("Timestamp", 20),
];
pub(super) static PARTY: &[Child] = &[
    one("OrganId", 0),
    one("OrganizationInCharge", 1),
    one("OrganName", 1),
    one("OrganAdd", 2),
    one("Email", 3),
    one("Telephone", 4),
    one("Fax", 5),
    one("Website", 6),
];
pub(super) static CODE: &[Child] = &[one("CodeNumber", 0), one("CodeNotation", 1)];
pub(super) static PROMULGATION: &[Child] = &[one("Place", 0), one("PromulgationDate", 1)];
pub(super) static DOCUMENT_TYPE: &[Child] =
    &[one("Type", 0), one("TypeDetail", 1), one("TypeName", 2)];
pub(super) static SIGNER: &[Child] =
    &[one("Competence", 0), one("Position", 1), one("FullName", 2)];
pub(super) static OTHER_INFO: &[Child] = &[
    one("Priority", 0),
    one("SphereOfPromulgation", 1),
    one("TyperNotation", 2),
    one("PromulgationAmount", 3),
    one("PageAmount", 4),
    one("Direction", 5),
    one("Appendixes", 6),
];
pub(super) static APPENDIXES: &[Child] = &[many("Appendix", 0)];
pub(super) static RESPONSE_FOR: &[Child] = &[
    one("OrganId", 0),
    one("Code", 1),
    one("DocumentId", 2),
    one("PromulgationDate", 2),
];
pub(super) static TO_PLACES: &[Child] = &[many("Place", 0)];
pub(super) static TASKS: &[Child] = &[many("TaskCode", 0)];
pub(super) static AGENCY: &[Child] = &[
    one("OrganId", 0),
    one("OrganName", 1),
    one("DepartmentId", 2),
    one("DepartmentName", 3),
    one("ExecuteRole", 4),
];
pub(super) static STAFF: &[Child] = &[
    one("Department", 0),
    one("Staff", 1),
    one("Email", 2),
    one("Mobile", 2),
];
pub(super) static TRACE_LIST: &[Child] = &[many("TraceHeader", 0), one("Bussiness", 1)];
pub(super) static TRACE: &[Child] = &[one("OrganId", 0), one("Timestamp", 1)];
pub(super) static BUSINESS: &[Child] = &[
    one("DocumentId", 0),
    one("BussinessDocType", 1),
    one("BussinessDocReason", 2),
    one("Paper", 3),
    one("BussinessDocumentInfo", 4),
    one("ReplacementInfoList", 5),
    one("StaffInfo", 6),
];
pub(super) static UPDATE: &[Child] = &[
    one("DocumentInfo", 0),
    one("DocumentReceiver", 1),
    one("ReceiverList", 2),
];
pub(super) static RECEIVERS: &[Child] = &[many("Receiver", 0)];
pub(super) static RECEIVER: &[Child] = &[one("OrganId", 0), one("ReceiverType", 1)];
pub(super) static REPLACEMENTS: &[Child] = &[many("ReplacementInfo", 0)];
pub(super) static REPLACEMENT: &[Child] = &[one("DocumentId", 0), one("OrganIdList", 1)];
pub(super) static ORGAN_IDS: &[Child] = &[many("OrganId", 0)];
pub(super) static BODY: &[Child] = &[one("edXMLManifest", 0)];
pub(super) static MANIFEST: &[Child] = &[many("Reference", 0)];
pub(super) static REFERENCE: &[Child] = &[
    one("ContentId", 0),
    one("ContentType", 1),
    one("Description", 2),
    one("AttachmentName", 3),
];
pub(super) static ATTACHMENTS: &[Child] = &[bare(many("Attachment", 0))];
pub(super) static ATTACHMENT: &[Child] = &[
    bare(one("ContentId", 0)),
    bare(one("AttachmentName", 1)),
    bare(one("Description", 2)),
    bare(one("ContentType", 3)),
    one("ContentTransferEncoded", 4),
];

/// Progress through the children of one element.
#[derive(Debug)]
pub(super) struct Frame {
    children: &'static [Child],
    kept: [u16; CHILDREN_MAX],
    current: usize,
    last_rank: u8,
    /// Known sibling last kept, with its number.
    after: Option<(&'static str, u16)>,
}

impl Frame {
    pub(super) fn new(children: &'static [Child]) -> Self {
        Self {
            children,
            kept: [0; CHILDREN_MAX],
            current: 0,
            last_rank: 0,
            after: None,
        }
    }

    /// The child called `local`, looked for from the current one on: messages are mostly in order.
    pub(super) fn find(&self, local: &str) -> Option<(usize, &'static Child)> {
        let children = self.children;
        let (before, from_current) = children.split_at_checked(self.current)?;
        let later = from_current.iter().position(|child| child.name == local);
        let at = match later {
            Some(at) => at + self.current,
            None => before.iter().position(|child| child.name == local)?,
        };
        children.get(at).map(|child| (at, child))
    }

    /// Whether another child of this kind would be one too many.
    pub(super) fn is_repeat(&self, at: usize, child: &Child) -> bool {
        !child.is_many && self.kept.get(at).is_some_and(|count| *count > 0)
    }

    /// Moves to a child; its number among those kept, and whether it stands in order.
    pub(super) fn begin(&mut self, at: usize, child: &Child) -> (u16, bool) {
        let is_ordered = child.rank >= self.last_rank;
        self.last_rank = child.rank;
        self.current = at;
        let number = self.kept.get(at).map_or(1, |count| count.saturating_add(1));
        (number, is_ordered)
    }

    /// The current child is part of the model.
    pub(super) fn keep(&mut self) {
        if let (Some(count), Some(child)) = (
            self.kept.get_mut(self.current),
            self.children.get(self.current),
        ) {
            *count = count.saturating_add(1);
            self.after = Some((child.name, *count));
        }
    }

    pub(super) fn after(&self) -> String {
        match self.after {
            None => String::new(),
            Some((name, 1)) => name.to_owned(),
            Some((name, number)) => format!("{name}[{number}]"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_fit_the_frame() {
        for table in [MESSAGE, PARTY, OTHER_INFO, BUSINESS] {
            assert!(table.len() <= CHILDREN_MAX);
        }
    }
}
