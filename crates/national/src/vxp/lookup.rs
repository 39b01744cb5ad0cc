//! Whether the axis has a message of ours already, told by its list of sent ones.
//!
//! Owns: which line of the list is the message.
//! Not here: when it is asked (`sender.rs`).
//! Invariant: a line that belongs to another delivery of ours is never taken for this one; when
//! in doubt the line is not taken, because a duplicate can be seen and a loss cannot.
//! Follows: design document "Document exchange", section 7.5.

use lgsp_exchange::{
    directory::Directory,
    service::{MessageType, Outbound},
    vxp::wire::SentItem,
};
use lgsp_model::{DeliveryId, DocumentId, Timestamp};
use lgsp_platform::{Platform, Result};

use super::tables;

/// How far the axis's clock may be behind ours for a line to be of a message.
pub(super) const CLOCK_DIFFERENCE_MS: i64 = 10 * 60_000;

/// What identifies the message in the list.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    /// Document or status.
    pub kind: MessageType,
    /// The document concerned.
    pub document: DocumentId,
    /// Sender's code.
    pub from_code: String,
    /// Receiver's code.
    pub to_code: String,
    /// Number and notation.
    pub notation: String,
    /// Subject.
    pub title: String,
    /// Not sent before this instant.
    pub created_at: Timestamp,
}

impl From<&Outbound> for Wanted {
    fn from(outbound: &Outbound) -> Self {
        Self {
            kind: outbound.message_type,
            document: outbound.document,
            from_code: outbound.from_code.clone(),
            to_code: outbound.to_code.clone(),
            notation: outbound.notation.clone(),
            title: outbound.title.clone(),
            created_at: outbound.created_at,
        }
    }
}

impl Wanted {
    /// Whether a line may be this message; `is_same_body` compares two codes of any form.
    #[must_use]
    pub(super) fn is_line(
        &self,
        line: &SentItem,
        is_same_body: impl Fn(&str, &str) -> bool,
    ) -> bool {
        let is_same_kind = line.message_type.is_empty()
            || line.message_type.eq_ignore_ascii_case(self.kind.as_str());
        let is_late_enough = Timestamp::parse_vxp(line.sent_time.trim()).is_none_or(|sent_at| {
            // The list has whole seconds.
            sent_at.plus_ms(CLOCK_DIFFERENCE_MS + 999) >= self.created_at
        });
        is_same_kind
            && is_late_enough
            && is_same_body(&line.to_code, &self.to_code)
            && (line.from_code.is_empty() || is_same_body(&line.from_code, &self.from_code))
            && self.is_same_text(line)
    }

    fn is_same_text(&self, line: &SentItem) -> bool {
        let (notation, title) = (words(&line.notation), words(&line.title));
        let is_same_notation = notation == words(&self.notation);
        match self.kind {
            // The title of a status is what the axis likes: its text, or the document's subject.
            MessageType::Status => is_same_notation && !notation.is_empty(),
            // A list may lack one of the two, but not both.
            MessageType::Edoc if title.is_empty() => is_same_notation && !notation.is_empty(),
            MessageType::Edoc => is_same_notation && title == words(&self.title),
        }
    }
}

/// Text without the differences that a re-serialised message may have.
fn words(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").trim_matches('/').to_owned()
}

/// The axis's id of the message, if its list shows one that no other delivery of ours has.
///
/// # Errors
/// `platform.database.failed`.
pub(super) async fn find(
    platform: &Platform,
    directory: &Directory,
    (upstream, delivery): (&str, DeliveryId),
    wanted: &Wanted,
    lines: &[SentItem],
) -> Result<Option<String>> {
    let now = platform.clock.now();
    let is_same_body = |one: &str, other: &str| {
        one.trim() == other.trim()
            || directory.agency_or_code(one, now) == directory.agency_or_code(other, now)
    };
    let found: Vec<&str> = lines
        .iter()
        .filter(|line| wanted.is_line(line, is_same_body))
        .map(id_of)
        .filter(|doc_id| !doc_id.is_empty())
        .collect();
    let taken = tables::of_others(&platform.db, upstream, &found, delivery).await?;
    let free = found.into_iter().find(|doc_id| !taken.contains(*doc_id));
    Ok(free.map(ToOwned::to_owned))
}

fn id_of(line: &SentItem) -> &str {
    match line.sender_doc_id.as_str() {
        "" => &line.receiver_doc_id,
        id => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(kind: MessageType) -> Wanted {
        Wanted {
            kind,
            document: DocumentId(uuid::Uuid::nil()),
            from_code: "H34.01".into(),
            to_code: "H49".into(),
            notation: "19/MAU".into(),
            title: "Văn bản  mẫu".into(),
            created_at: Timestamp::parse_vxp("2026-11-23 09:00:00")
                .unwrap()
                .plus_ms(500),
        }
    }

    fn line() -> SentItem {
        SentItem {
            message_type: "edoc".into(),
            sender_doc_id: "a".into(),
            from_code: "H34.01".into(),
            to_code: "H49".into(),
            title: "Văn bản mẫu".into(),
            notation: "19/MAU".into(),
            sent_time: "2026-11-23 09:00:00".into(),
            ..SentItem::default()
        }
    }

    fn is_it(kind: MessageType, change: impl Fn(&mut SentItem)) -> bool {
        let mut line = line();
        change(&mut line);
        wanted(kind).is_line(&line, |one, other| one == other)
    }

    #[test]
    fn a_line_is_the_message_when_all_agrees() {
        assert!(is_it(MessageType::Edoc, |_| {}));
        assert!(is_it(MessageType::Edoc, |line| line.sent_time =
            "2026-11-23 08:50:00".into()));
        assert!(is_it(MessageType::Edoc, |line| line.sent_time = "unknown".into()));
        assert!(is_it(MessageType::Edoc, |line| line.title = String::new()));
    }

    #[test]
    fn a_line_that_differs_is_another_message() {
        let changes: [fn(&mut SentItem); 7] = [
            |line| line.sent_time = "2026-11-23 08:49:59".into(),
            |line| line.to_code = "H50".into(),
            |line| line.from_code = "H34.02".into(),
            |line| line.notation = "20/MAU".into(),
            |line| line.title = "Khác".into(),
            |line| line.message_type = "status".into(),
            |line| {
                line.title = String::new();
                line.notation = "/".into();
            },
        ];
        for (place, change) in changes.into_iter().enumerate() {
            assert!(!is_it(MessageType::Edoc, change), "{place}");
        }
    }

    #[test]
    fn a_status_is_told_by_the_number_of_its_document() {
        let status = |title: &str| {
            is_it(MessageType::Status, |line| {
                line.message_type = "status".into();
                line.title = title.to_owned();
            })
        };
        assert!(status("Đã đến") && status(""));
        assert!(!is_it(MessageType::Status, |line| line.notation = "/".into()));
    }
}
