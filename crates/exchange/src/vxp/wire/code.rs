//! The error table of our server and the refusal that carries a code of it.
//!
//! Owns: codes 100 to 114 with their sentences, `Refused`.
//! Not here: which error of the exchange has which code (`../server/errors.rs`).
//! Invariant: a code never changes its meaning.
//! Follows: design document "Document exchange", section 7.3 (the axis's own list is not known).

use std::borrow::Cow;

/// Longest detail in an `ErrorDesc`, bytes; it names a field, a code or a path, not content.
pub const DETAIL_BYTES_MAX: usize = 500;

macro_rules! codes {
    ($($variant:ident = $code:literal, $vi:literal, $en:literal;)+) => {
        /// What a call is refused with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $en] $variant,)+
        }

        impl Code {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// `ErrorCode` on the wire.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Value of a metric's label.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => concat!("vxp.", $code),)+ }
            }

            /// The sentence in Vietnamese.
            #[must_use]
            pub const fn vi(self) -> &'static str {
                match self { $(Self::$variant => $vi,)+ }
            }

            /// The sentence in English.
            #[must_use]
            pub const fn en(self) -> &'static str {
                match self { $(Self::$variant => $en,)+ }
            }
        }
    };
}

codes! {
    Other = "100", "Lỗi khác", "other error";
    System = "101", "Hệ thống không tồn tại hoặc đang bị khóa", "unknown or disabled system";
    Mac = "102", "Mã xác thực hash-header không đúng", "wrong MAC in hash-header";
    HeaderDiffers = "103", "Tiêu đề HTTP khác giá trị đã ký", "header differs from its signed value";
    Timestamp = "104", "Thời điểm gọi nằm ngoài khoảng cho phép", "timestamp outside the window";
    Parameter = "105", "Thiếu tham số hoặc tham số sai", "parameter missing or bad";
    HashFile = "106", "hash-file không khớp với tệp", "hash-file does not fit the file";
    TooLarge = "107", "Tệp quá lớn", "file too large";
    NotConformant = "108", "Gói tin edXML không đúng quy chuẩn", "edXML not conformant";
    Recipient = "109", "Không có đơn vị nhận này", "unknown recipient";
    Sender = "110", "Đơn vị gửi không thuộc hệ thống này", "sender not of this system";
    DocId = "111", "Hệ thống này không có docId đó", "no such docId for this system";
    State = "112", "Trạng thái hiện tại không cho phép", "not allowed in this state";
    Busy = "113", "Hệ thống đang bận, hãy thử lại", "busy, try again";
    Locked = "114", "Đơn vị nhận đang bị khóa", "recipient locked";
}

impl Code {
    /// The code of an `ErrorCode` text.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == text)
    }

    /// The HTTP status when real codes are switched on.
    #[must_use]
    pub const fn http_status(self) -> u16 {
        match self {
            Self::Other => 500,
            Self::System | Self::Mac | Self::HeaderDiffers | Self::Timestamp => 401,
            Self::Parameter | Self::HashFile => 400,
            Self::TooLarge => 413,
            Self::NotConformant | Self::Recipient => 422,
            Self::Sender => 403,
            Self::DocId => 404,
            Self::State | Self::Locked => 409,
            Self::Busy => 503,
        }
    }
}

/// Why a call was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {}: {detail}", code.as_str(), code.en())]
pub struct Refused {
    /// What kind of refusal.
    pub code: Code,
    /// Which field, defect or code it is about; no personal data, no content.
    pub detail: Cow<'static, str>,
}

impl Refused {
    /// A refusal about `detail`.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut detail = detail.into();
        if detail.len() > DETAIL_BYTES_MAX {
            let end = detail.floor_char_boundary(DETAIL_BYTES_MAX);
            detail = Cow::Owned(detail.get(..end).unwrap_or_default().to_owned());
        }
        Self { code, detail }
    }

    /// `ErrorDesc`: both languages, then what it is about.
    #[must_use]
    pub fn description(&self) -> String {
        let (vi, en) = (self.code.vi(), self.code.en());
        if self.detail.is_empty() {
            return format!("{vi} / {en}");
        }
        format!("{vi} / {en}: {}", self.detail)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_100_to_114() {
        let found: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let wanted: Vec<String> = (100..=114).map(|code: u32| code.to_string()).collect();
        assert_eq!(found, wanted);
        assert_eq!(Code::of("113"), Some(Code::Busy));
        assert_eq!(Code::of("0"), None);
    }

    #[test]
    fn a_long_detail_is_cut_at_a_character() {
        let long = "ễ".repeat(DETAIL_BYTES_MAX);
        let refused = Refused::new(Code::Other, long);
        assert!(refused.detail.len() <= DETAIL_BYTES_MAX);
        assert_eq!(refused.detail.chars().count(), DETAIL_BYTES_MAX / 3);
    }
}
