//! Mail (thư điện tử): what a capability wants to send, and the port through which it leaves.
//!
//! Owns: `Mail`, `Mailer`, `MailFailure`, the section `mail` of the configuration.
//! Not here: SMTP (`server`), what is told to whom and the ledger's promise of it (capabilities).
//! Invariant: nothing that goes into a header can hold a line break or another control letter.

use serde::{Deserialize, Serialize};

use crate::http::context::PortFuture;

/// The mail server through which people are told what concerns their account.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MailConfig {
    /// `smtps://host:465` (TLS from the start), `starttls://host:587` (TLS before anything
    /// else), `smtp://127.0.0.1:25` (clear text, this machine only); empty for no mail.
    pub url: String,
    /// Sender, for example `LGSP <lgsp@tinh.gov.vn>`.
    pub from: String,
    /// User name at the mail server; empty when it asks for none.
    pub username: String,
    /// File that holds the password of that user name.
    pub password_file: String,
    /// Authorities (PEM) that the server's certificate may come from, beside those of the
    /// machine; empty for none.
    pub ca_file: String,
}

/// A mail to one person, plain text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    id: String,
    to: String,
    to_name: String,
    subject: String,
    text: String,
}

impl Mail {
    /// A mail; control letters in its headers become spaces.
    ///
    /// `id` tells repeats of the same mail from new ones.
    #[must_use]
    pub fn new(id: &str, (to, to_name): (&str, &str), subject: &str, text: String) -> Self {
        Self {
            id: line(id),
            to: line(to),
            to_name: line(to_name),
            subject: line(subject),
            text,
        }
    }

    /// What tells it from others.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Address of the receiver.
    #[must_use]
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Name of the receiver.
    #[must_use]
    pub fn to_name(&self) -> &str {
        &self.to_name
    }

    /// Subject, one line.
    #[must_use]
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Body.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

fn line(text: &str) -> String {
    let plain = |letter: char| match letter.is_control() || is_line_end(letter) {
        true => ' ',
        false => letter,
    };
    text.chars()
        .map(plain)
        .collect::<String>()
        .trim()
        .to_owned()
}

/// Line ends that are no control letters.
fn is_line_end(letter: char) -> bool {
    matches!(letter, '\u{2028}' | '\u{2029}')
}

/// Why a mail did not leave; without addresses and names, so that it may be stored and logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailFailure {
    /// It may another time.
    NotYet(String),
    /// It never will.
    Never(String),
}

/// Sends mails.
pub trait Mailer: Send + Sync + 'static {
    /// Hands a mail to the mail server.
    fn send<'a>(&'a self, mail: &'a Mail) -> PortFuture<'a, Result<(), MailFailure>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_stay_on_their_line() {
        let mail = Mail::new(
            "1\r\nBcc: x@y.vn",
            ("a@b.vn\nCc: x@y.vn", "Nguyễn\r\n\tBcc: x@y.vn\u{0}"),
            "Đổi\u{2028}mật khẩu\u{85}X: y",
            "dòng 1\ndòng 2".to_owned(),
        );
        for header in [mail.id(), mail.to(), mail.to_name(), mail.subject()] {
            let is_whole = |letter: char| !letter.is_control() && !is_line_end(letter);
            assert!(header.chars().all(is_whole), "{header:?}");
        }
        assert_eq!(mail.subject(), "Đổi mật khẩu X: y");
        assert_eq!(mail.text(), "dòng 1\ndòng 2");
    }
}
