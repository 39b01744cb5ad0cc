//! The words of mails, in both languages.
//!
//! Owns: subject and text of each kind.
//! Not here: what a notice says (`pages/account/words.rs`: a page and a mail say the same).
//! Invariant: no password is in a mail, and a link only in the mail of its person; a subject
//! names neither person nor thing, because others see it on a locked screen.

use crate::{
    links::NewLink,
    pages::{account::moment, account::words, texts::Texts},
    rules::{ACTIVATION_LINK_MS, HOUR_MS, RESET_LINK_MS},
    tables::{
        account::Account,
        letter::{Letter, LetterKind},
        link::LinkPurpose,
        notice::NoticeKind,
    },
};

/// What a mail is made of.
pub(super) struct Page<'a> {
    pub(super) texts: &'static Texts,
    pub(super) account: &'a Account,
    pub(super) letter: &'a Letter,
    pub(super) link: Option<&'a NewLink>,
    pub(super) issuer: &'a str,
    pub(super) organisation: &'a str,
}

impl Page<'_> {
    pub(super) fn subject(&self) -> String {
        let texts = self.texts;
        let subject = match self.letter.kind {
            LetterKind::Link(LinkPurpose::Activation) => {
                texts.say("Kích hoạt tài khoản", "Activate your account")
            }
            LetterKind::Link(LinkPurpose::Reset) | LetterKind::Lost => {
                texts.say("Đặt lại mật khẩu", "Choose a new password")
            }
            LetterKind::Notice(NoticeKind::IdleWarned | NoticeKind::PasswordEnding) => {
                texts.say("Nhắc việc về tài khoản", "A reminder about your account")
            }
            LetterKind::Notice(_) => {
                texts.say("Thông báo bảo mật tài khoản", "Security of your account")
            }
        };
        format!("[LGSP] {subject}")
    }

    pub(super) fn text(&self) -> String {
        let texts = self.texts;
        let greeting = texts.say("Kính gửi", "Dear");
        let mut parts = vec![format!("{greeting} {},", self.account.display_name)];
        parts.push(self.what());
        parts.extend(self.link.map(|link| self.way(link)));
        parts.push(self.facts());
        parts.push(self.advice());
        let sender = match self.organisation {
            "" => texts.product.to_owned(),
            name => format!("{name} · {}", texts.product),
        };
        parts.push(format!(
            "-- \n{sender}\n{}",
            texts.say(
                "Thư gửi tự động, vui lòng không trả lời.",
                "Sent automatically, please do not answer.",
            )
        ));
        let mut text = parts.join("\n\n");
        text.push('\n');
        text
    }

    /// What happened, or what is asked of the person.
    fn what(&self) -> String {
        let texts = self.texts;
        match self.letter.kind {
            LetterKind::Notice(kind) => {
                let said = words::of_notice(texts, kind);
                format!("{said} {}", self.letter.subject)
                    .trim_end()
                    .to_owned()
            }
            LetterKind::Link(LinkPurpose::Activation) => texts
                .say(
                    "Một tài khoản đã được tạo cho bạn. Mở liên kết dưới đây để chọn mật khẩu và \
                     bắt đầu sử dụng.",
                    "An account was made for you. Open the link to choose a password and begin.",
                )
                .to_owned(),
            LetterKind::Link(LinkPurpose::Reset) => texts
                .say(
                    "Quản trị viên gửi bạn liên kết để đặt lại mật khẩu.",
                    "An administrator sends you a link to choose a new password.",
                )
                .to_owned(),
            LetterKind::Lost => texts
                .say(
                    "Có người, có thể là bạn, báo quên mật khẩu của tài khoản này ở trang đăng \
                     nhập. Mở liên kết dưới đây để đặt mật khẩu mới.",
                    "Somebody, maybe you, said at the sign-in page that the password of this \
                     account is lost. Open the link to choose a new one.",
                )
                .to_owned(),
        }
    }

    fn way(&self, link: &NewLink) -> String {
        let life_ms = match self.letter.kind.link() {
            Some(LinkPurpose::Activation) => ACTIVATION_LINK_MS,
            _ => RESET_LINK_MS,
        };
        let hours = life_ms / HOUR_MS;
        let until = moment(link.expires_at);
        let said = match self.texts.language() {
            "en" => format!(
                "It works once, for {hours} hours (until {until}, Vietnam time). Of several \
                 mails only the link of the latest one works."
            ),
            _ => format!(
                "Liên kết dùng được một lần, trong {hours} giờ (đến {until}). Nếu nhận nhiều \
                 thư, chỉ liên kết trong thư mới nhất dùng được."
            ),
        };
        format!("{}\n\n{said}", link.url)
    }

    /// Account, time, address.
    fn facts(&self) -> String {
        let texts = self.texts;
        let mut lines = vec![
            format!(
                "{}: {}",
                texts.say("Tài khoản", "Account"),
                self.account.username
            ),
            format!(
                "{}: {}",
                texts.say("Thời gian", "Time (Vietnam)"),
                moment(self.letter.made_at)
            ),
        ];
        if let Some(address) = &self.letter.address {
            let label = texts.say("Địa chỉ mạng", "Network address");
            lines.push(format!("{label}: {address}"));
        }
        lines.join("\n")
    }

    /// What to do next, or if it was not the person.
    fn advice(&self) -> String {
        let texts = self.texts;
        let page = format!("{}/account", self.issuer);
        let said = match self.letter.kind {
            LetterKind::Link(LinkPurpose::Activation) => texts.say(
                "Nếu bạn không chờ thư này, hãy bỏ qua và báo quản trị viên của cơ quan.",
                "If you do not expect this mail, ignore it and tell the administrator of your \
                 agency.",
            ),
            LetterKind::Link(LinkPurpose::Reset) | LetterKind::Lost => texts.say(
                "Nếu không phải bạn yêu cầu, hãy bỏ qua thư này: mật khẩu hiện tại vẫn giữ \
                 nguyên. Không chuyển tiếp thư này cho bất kỳ ai.",
                "If you did not ask for it, ignore this mail: your password stays as it is. Do \
                 not forward this mail to anybody.",
            ),
            LetterKind::Notice(NoticeKind::IdleWarned) => {
                let said = texts.say(
                    "Để giữ tài khoản, hãy đăng nhập trước ngày đó:",
                    "To keep the account, sign in before that day:",
                );
                return format!("{said} {page}");
            }
            LetterKind::Notice(NoticeKind::PasswordEnding) => {
                let said = texts.say("Hãy đổi mật khẩu tại:", "Change the password at:");
                return format!("{said} {page}/password");
            }
            LetterKind::Notice(NoticeKind::Impersonated) => {
                // The password was not used: a new one would change nothing.
                let said = texts.say(
                    "Việc này là để hỗ trợ theo số phiếu nêu trên; mật khẩu của bạn không bị dùng đến \
                     và không cần đổi. Nếu bạn không nhờ hỗ trợ, hãy hỏi một quản trị viên khác của cơ \
                     quan, không phải người có tên ở trên, nêu số phiếu và thời gian: nhật ký ghi lại \
                     mọi việc đã làm dưới tên bạn. Trang tài khoản:",
                    "It is done to help, under the ticket named above; your password was not used and \
                     need not be changed. If you did not ask for help, ask another administrator of \
                     your agency, not the one who is named, and tell ticket and time: the journal keeps \
                     all that was done in your name. Your account:",
                );
                return format!("{said} {page}");
            }
            LetterKind::Notice(_) => {
                let said = texts.say(
                    "Nếu không phải bạn thực hiện, hãy đổi mật khẩu ngay và báo quản trị viên \
                     của cơ quan. Trang tài khoản:",
                    "If this was not you, change the password now and tell the administrator of \
                     your agency. Your account:",
                );
                return format!("{said} {page}");
            }
        };
        said.to_owned()
    }
}
