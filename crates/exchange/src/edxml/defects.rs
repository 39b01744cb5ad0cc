//! What can be wrong with a message, and how heavily it weighs.
//!
//! Owns: the closed list of defect codes with severity and labels. Not here: finding them
//! (`read`). Invariant: a code, once released, keeps its spelling for ever.
//! Follows: design document "Document exchange", section 4.

use serde::{Deserialize, Serialize};

/// How a defect weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Accepted in both modes and noted.
    Noted,
    /// Strict rejects; tolerant repairs and notes.
    StrictReject,
    /// Rejected in both modes.
    AlwaysReject,
}

macro_rules! defect_codes {
    ($($(#[$doc:meta])* $variant:ident, $text:literal, $severity:ident, $vi:literal, $en:literal;)+) => {
        /// Kind of defect. `as_str` is the stable code in answers, events and JSON.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum DefectCode {
            $($(#[$doc])* #[serde(rename = $text)] $variant,)+
        }

        impl DefectCode {
            /// Every code, in the order of the design document's table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// Stable `snake_case` text.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// One sentence in Vietnamese.
            #[must_use]
            pub const fn label_vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// One sentence in English.
            #[must_use]
            pub const fn label_en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

defect_codes! {
    LeadingJunk, "leading_junk", StrictReject,
        "Có byte thừa trước khai báo XML", "There are bytes before the XML declaration";
    UnboundPrefixEdxml, "unbound_prefix_edxml", StrictReject,
        "Tiền tố edXML: được dùng ngoài phạm vi khai báo", "The prefix edXML: is used out of its scope";
    UnboundPrefixXlink, "unbound_prefix_xlink", StrictReject,
        "Tiền tố xlink: chưa được khai báo", "The prefix xlink: is never declared";
    Bom, "bom", Noted,
        "Tệp bắt đầu bằng dấu thứ tự byte UTF-8", "The file begins with a UTF-8 byte order mark";
    PrefixUnexpected, "prefix_unexpected", Noted,
        "Tiền tố khác thường lệ nhưng đúng không gian tên", "The prefix is unusual, the namespace is right";
    AttachmentPrefixed, "attachment_prefixed", Noted,
        "Phần tử tệp đính kèm mang tiền tố edXML:", "Attachment elements carry the prefix edXML:";
    Order, "order", Noted,
        "Thứ tự phần tử khác quy chuẩn", "Elements stand in another order";
    NamespaceMissing, "namespace_missing", StrictReject,
        "Thiếu không gian tên của edXML", "The edXML namespace is missing";
    NamespaceOther, "namespace_other", AlwaysReject,
        "Không gian tên không phải của QCVN 102:2016", "The namespace is not that of QCVN 102:2016";
    RequiredMissing, "required_missing", AlwaysReject,
        "Thiếu trường bắt buộc", "A required field is missing";
    TraceOrganNull, "trace_organ_null", Noted,
        "Mã cơ quan trong vết trung chuyển là null", "The agency code of a trace is null";
    TraceOrganMissing, "trace_organ_missing", Noted,
        "Vết trung chuyển không có mã cơ quan", "A trace has no agency code";
    BusinessMissing, "business_missing", Noted,
        "Không có phần nghiệp vụ, coi là văn bản mới", "There is no business part: taken as a new document";
    ResponseForEmpty, "response_for_empty", Noted,
        "Phần văn bản được phản hồi để trống", "The reference to an answered document is empty";
    BusinessTypeUnknown, "business_type_unknown", AlwaysReject,
        "Loại nghiệp vụ không thuộc 0 đến 3", "The business type is none of 0 to 3";
    DateFormat, "date_format", StrictReject,
        "Ngày tháng không đúng dạng yyyy/MM/dd", "A date is not written yyyy/MM/dd";
    CodeShortForm, "code_short_form", Noted,
        "Mã định danh cơ quan viết rút gọn", "An agency code is in the short old form";
    CodeUnknownForm, "code_unknown_form", StrictReject,
        "Mã định danh cơ quan không đúng dạng và chưa đăng ký", "An agency code has no known form and is not registered";
    StatusUnknown, "status_unknown", StrictReject,
        "Mã trạng thái không có trong danh mục", "The status code is not in the list";
    ContentTypeDisagrees, "content_type_disagrees", Noted,
        "Kiểu nội dung khai báo không khớp với tệp đính kèm", "The declared content type does not fit the attachment";
    AttachmentNotBase64, "attachment_not_base64", Noted,
        "Nội dung tệp đính kèm không phải base64", "The content of an attachment is not base64";
    AttachmentUnmatched, "attachment_unmatched", Noted,
        "Tệp đính kèm và bản kê không khớp nhau", "An attachment and the manifest do not match";
    AttachmentNameUnsafe, "attachment_name_unsafe", Noted,
        "Tên tệp đính kèm chứa đường dẫn hoặc ký tự điều khiển", "An attachment name holds a path or control characters";
    SignatureRewritten, "signature_rewritten", Noted,
        "Chữ ký đã bị hệ thống trung gian ghi lại, không thể xác minh", "An intermediary has rewritten the signature: it cannot be verified";
    NotWellFormed, "not_well_formed", AlwaysReject,
        "Tệp XML không đúng cú pháp", "The XML is not well-formed";
    Encoding, "encoding", AlwaysReject,
        "Tệp không được mã hóa UTF-8", "The file is not encoded in UTF-8";
    DtdPresent, "dtd_present", AlwaysReject,
        "Tệp chứa khai báo DTD, không được phép", "The file holds a DTD, which is forbidden";
    LimitExceeded, "limit_exceeded", AlwaysReject,
        "Thông điệp vượt giới hạn cho phép", "The message exceeds a limit";
}

impl std::fmt::Display for DefectCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Defect {
    pub code: DefectCode,
    /// Element it concerns, `/edXML/…/To[2]/OrganId`; `/` for the file as a whole.
    pub path: String,
    /// Byte offset in the received file, at or just before the place.
    pub offset: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_snake_case_and_labelled() {
        let mut texts: Vec<_> = DefectCode::ALL.iter().map(|code| code.as_str()).collect();
        texts.sort_unstable();
        let count = texts.len();
        texts.dedup();
        assert_eq!(texts.len(), count);
        for code in DefectCode::ALL {
            assert!(
                code.as_str()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
            );
            assert!(
                code.label_vi().len() > 10 && code.label_en().len() > 10,
                "{code}"
            );
            let json = serde_json::to_string(code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
        }
    }
}
