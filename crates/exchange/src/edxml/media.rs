//! Media types of attachments, by first bytes, then by name.
//!
//! Owns: the short list of kinds that offices send. Not here: trusting `ContentType`, which never
//! decides. Invariant: always answers; unknown is `application/octet-stream`.
//! Follows: design document "Document exchange", section 4 "Attachment form".

/// Type of a ZIP archive, and of a wrapped attachment as the axis writes it.
pub(crate) const ZIP: &str = "application/zip";
/// Type of anything unknown.
pub(crate) const UNKNOWN: &str = "application/octet-stream";

/// Types by extension; those marked `zip` or `ole` are containers seen by magic as such.
const BY_EXTENSION: &[(&str, &str)] = &[
    ("pdf", "application/pdf"),
    ("doc", "application/msword"),
    (
        "docx",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("xls", "application/vnd.ms-excel"),
    (
        "xlsx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ),
    ("ppt", "application/vnd.ms-powerpoint"),
    (
        "pptx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("odp", "application/vnd.oasis.opendocument.presentation"),
    ("rtf", "application/rtf"),
    ("txt", "text/plain"),
    ("csv", "text/csv"),
    ("xml", "application/xml"),
    ("json", "application/json"),
    ("htm", "text/html"),
    ("html", "text/html"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("bmp", "image/bmp"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("zip", ZIP),
    ("rar", "application/vnd.rar"),
    ("7z", "application/x-7z-compressed"),
    ("gz", "application/gzip"),
    ("mp4", "video/mp4"),
    ("mp3", "audio/mpeg"),
    ("edxml", "application/xml"),
];

const BY_MAGIC: &[(&[u8], &str)] = &[
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"{\\rtf", "application/rtf"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"<?xml", "application/xml"),
];

const ZIP_MAGIC: &[u8] = b"PK\x03\x04";
const OLE_MAGIC: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Bytes of content that [`media_type`] looks at.
pub(crate) const HEAD_BYTES: usize = 128;

/// Extension of a file name in lower case, without the dot; at most 16 ASCII letters and digits.
pub(crate) fn extension(name: &str) -> Option<String> {
    let (_stem, extension) = name.trim().rsplit_once('.')?;
    let fits = (1..=16).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric());
    fits.then(|| extension.to_ascii_lowercase())
}

fn by_name(name: &str) -> Option<&'static str> {
    let wanted = extension(name)?;
    BY_EXTENSION
        .iter()
        .find(|(known, _)| *known == wanted)
        .map(|(_, media_type)| *media_type)
}

/// Media type of content that begins with `head` and is called `name`.
pub(crate) fn media_type(head: &[u8], name: &str) -> &'static str {
    if let Some((_, media_type)) = BY_MAGIC.iter().find(|(magic, _)| head.starts_with(magic)) {
        return media_type;
    }
    let named = by_name(name);
    if head.starts_with(ZIP_MAGIC) {
        return zip_based(head, named);
    }
    if head.starts_with(OLE_MAGIC) {
        let is_office = |media_type: &&str| {
            matches!(
                *media_type,
                "application/msword" | "application/vnd.ms-excel"
            ) || *media_type == "application/vnd.ms-powerpoint"
        };
        return named
            .filter(is_office)
            .unwrap_or("application/x-ole-storage");
    }
    named.unwrap_or(UNKNOWN)
}

/// Office files are ZIP archives: the name tells which, an `OpenDocument` file says it itself.
fn zip_based(head: &[u8], named: Option<&'static str>) -> &'static str {
    const MIMETYPE_AT: usize = 30;
    let content = head.get(MIMETYPE_AT..).unwrap_or_default();
    if let Some(stored) = content.strip_prefix(b"mimetype".as_slice()) {
        let declared = BY_EXTENSION
            .iter()
            .filter(|(_, media_type)| media_type.contains("opendocument"))
            .find(|(_, media_type)| stored.starts_with(media_type.as_bytes()));
        if let Some((_, media_type)) = declared {
            return media_type;
        }
    }
    let is_container = |media_type: &&str| {
        media_type.contains("openxmlformats") || media_type.contains("opendocument")
    };
    named.filter(is_container).unwrap_or(ZIP)
}

/// Whether a declared type says something else than `actual`; neutral types never disagree.
pub(crate) fn disagrees(declared: &str, actual: &str, is_wrapped: bool) -> bool {
    let bare = declared
        .split_once(';')
        .map_or(declared, |(bare, _)| bare)
        .trim();
    let plain = match bare.to_ascii_lowercase().as_str() {
        "" | UNKNOWN => return false,
        "application/x-zip-compressed" | "application/x-zip" => ZIP.to_owned(),
        "application/x-pdf" => "application/pdf".to_owned(),
        "text/xml" => "application/xml".to_owned(),
        "image/jpg" => "image/jpeg".to_owned(),
        "text/rtf" => "application/rtf".to_owned(),
        other => other.to_owned(),
    };
    let is_carrier = is_wrapped && plain == ZIP;
    actual != UNKNOWN && plain != actual && !is_carrier
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn magic_wins_over_the_name() {
        assert_eq!(media_type(b"%PDF-1.7", "a.doc"), "application/pdf");
        assert_eq!(media_type(b"plain", "a.DOC"), "application/msword");
        assert_eq!(media_type(b"plain", "noname"), UNKNOWN);
        assert_eq!(media_type(b"PK\x03\x04", "a.zip"), ZIP);
        assert!(media_type(b"PK\x03\x04", "a.docx").contains("wordprocessingml"));
        assert_eq!(media_type(OLE_MAGIC, "a.xls"), "application/vnd.ms-excel");
    }

    #[test]
    fn declared_types_are_compared_loosely() {
        assert!(!disagrees("application/zip", "application/pdf", true));
        assert!(disagrees("application/zip", "application/pdf", false));
        assert!(!disagrees("Application/PDF; x=y", "application/pdf", false));
        assert!(!disagrees(
            "application/octet-stream",
            "application/pdf",
            false
        ));
        assert!(disagrees("image/png", "application/pdf", true));
    }
}
