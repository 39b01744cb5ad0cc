//! The order of children, as the axis writes them.
//!
//! Owns: one table from element to the order of its children.
//! Not here: how they are written (`writer.rs`).
//! Invariant: an unknown child goes last, unknown children keep their order.
//! Follows: files stored after they had passed the national axis, 2019 and 2025.

const DOCUMENT: &[&str] = &[
    "From",
    "To",
    "DocumentId",
    "Code",
    "PromulgationInfo",
    "DocumentType",
    "Subject",
    "Content",
    "SignerInfo",
    "DueDate",
    "OtherInfo",
    "ResponseFor",
    "SteeringType",
    "ToPlaces",
];
const STATUS: &[&str] = &[
    "From",
    "ResponseFor",
    "StaffInfo",
    "StatusCode",
    "Description",
    "Timestamp",
];
const PARTY: &[&str] = &[
    "OrganId",
    "OrganizationInCharge",
    "OrganName",
    "OrganAdd",
    "Email",
    "Telephone",
    "Fax",
    "Website",
];
const STATUS_PARTY: &[&str] = &[
    "OrganId",
    "OrganName",
    "OrganizationInCharge",
    "OrganAdd",
    "Email",
    "Telephone",
    "Fax",
    "Website",
];

/// Order of the children of `parent`; empty when any order is right.
pub(super) fn of_children(parent: &str, is_status: bool) -> &'static [&'static str] {
    match parent {
        "edXML" => &["edXMLEnvelope", "AttachmentEncoded"],
        "edXMLEnvelope" => &["edXMLHeader", "edXMLBody"],
        "edXMLHeader" => &["MessageHeader", "TraceHeaderList", "Signature"],
        "MessageHeader" if is_status => STATUS,
        "MessageHeader" => DOCUMENT,
        "From" | "To" if is_status => STATUS_PARTY,
        "From" | "To" => PARTY,
        "Code" => &["CodeNumber", "CodeNotation"],
        "PromulgationInfo" => &["Place", "PromulgationDate"],
        "DocumentType" => &["Type", "TypeDetail", "TypeName"],
        "SignerInfo" => &["Competence", "Position", "FullName"],
        "OtherInfo" => &[
            "Priority",
            "SphereOfPromulgation",
            "TyperNotation",
            "PromulgationAmount",
            "PageAmount",
            "Direction",
            "Appendixes",
        ],
        "ResponseFor" if is_status => &["OrganId", "Code", "PromulgationDate", "DocumentId"],
        "ResponseFor" => &["OrganId", "Code", "DocumentId", "PromulgationDate"],
        "StaffInfo" if is_status => &["Department", "Staff", "Mobile", "Email"],
        "StaffInfo" => &["Department", "Staff", "Email", "Mobile"],
        "TraceHeaderList" => &["TraceHeader", "Bussiness"],
        "TraceHeader" => &["OrganId", "Timestamp"],
        "Bussiness" => &[
            "DocumentId",
            "BussinessDocType",
            "BussinessDocReason",
            "Paper",
            "BussinessDocumentInfo",
            "ReplacementInfoList",
            "StaffInfo",
        ],
        "BussinessDocumentInfo" => &["DocumentInfo", "DocumentReceiver", "ReceiverList"],
        "Receiver" => &["OrganId", "ReceiverType"],
        "ReplacementInfo" => &["DocumentId", "OrganIdList"],
        "Reference" => &["ContentId", "ContentType", "Description", "AttachmentName"],
        "Attachment" => &[
            "ContentId",
            "AttachmentName",
            "Description",
            "ContentType",
            "ContentTransferEncoded",
        ],
        _ => &[],
    }
}
