//! The time rules: when which alarm is due. Pure, by working calendar.
//!
//! Owns: instants of each rule for one copy.
//! Not here: raising and closing (`worker/alarms.rs`), the calendar's days (kind `calendar`).
//! Invariant: an alarm is due from an instant on; the same facts always give the same instants.
//! Follows: design document "Document exchange", section 5.4; Decision 28/2018/QĐ-TTg; Decree
//! 30/2020/NĐ-CP, article 21.2.

use lgsp_model::{LocalDate, Timestamp, calendar::Calendar};

use crate::{
    kinds::AlarmRules,
    rules::{CopyState, Standing},
};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;

/// What is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlarmCode {
    /// Sent later than the morning after signing.
    SentLate,
    /// Accepted, but not handed to the axis.
    NotSent,
    /// Unread in a mailbox.
    NotFetched,
    /// Neither accepted nor refused in time.
    NotConfirmed,
    /// A take-back, revocation or update without answer.
    AnswerDue,
    /// No progress.
    Stalled,
    /// The due date is near.
    DueSoon,
    /// The due date has passed.
    Overdue,
    /// The receiver's system reported that it could not take the document.
    ReceiverFailed,
}

impl AlarmCode {
    /// All codes.
    pub const ALL: [Self; 9] = [
        Self::SentLate,
        Self::NotSent,
        Self::NotFetched,
        Self::NotConfirmed,
        Self::AnswerDue,
        Self::Stalled,
        Self::DueSoon,
        Self::Overdue,
        Self::ReceiverFailed,
    ];

    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SentLate => "sent_late",
            Self::NotSent => "not_sent",
            Self::NotFetched => "not_fetched",
            Self::NotConfirmed => "not_confirmed",
            Self::AnswerDue => "answer_due",
            Self::Stalled => "stalled",
            Self::DueSoon => "due_soon",
            Self::Overdue => "overdue",
            Self::ReceiverFailed => "receiver_failed",
        }
    }

    /// `warning` or `critical`.
    #[must_use]
    pub const fn severity(self) -> &'static str {
        match self {
            Self::SentLate | Self::NotFetched | Self::Stalled | Self::DueSoon => "warning",
            Self::NotSent
            | Self::NotConfirmed
            | Self::AnswerDue
            | Self::Overdue
            | Self::ReceiverFailed => "critical",
        }
    }

    /// What it says, Vietnamese and English.
    #[must_use]
    pub const fn sentences(self) -> (&'static str, &'static str) {
        match self {
            Self::SentLate => (
                "Văn bản gửi chậm so với ngày ký.",
                "The document was sent late after its signing.",
            ),
            Self::NotSent => (
                "Văn bản chưa được gửi lên trục liên thông.",
                "The document has not left for the national axis.",
            ),
            Self::NotFetched => (
                "Bên nhận chưa lấy văn bản về.",
                "The receiver has not fetched the document.",
            ),
            Self::NotConfirmed => (
                "Bên nhận chưa xác nhận tiếp nhận trong thời hạn.",
                "The receiver has not confirmed the document in time.",
            ),
            Self::AnswerDue => (
                "Chưa trả lời đề nghị thu hồi hoặc cập nhật.",
                "A take-back or update waits for its answer.",
            ),
            Self::Stalled => (
                "Văn bản không có tiến triển xử lý.",
                "The document makes no progress.",
            ),
            Self::DueSoon => ("Văn bản sắp đến hạn xử lý.", "The due date is near."),
            Self::Overdue => ("Văn bản đã quá hạn xử lý.", "The due date has passed."),
            Self::ReceiverFailed => (
                "Hệ thống bên nhận báo không nhận được văn bản.",
                "The receiver's system reports that it could not take the document.",
            ),
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str() == text)
    }
}

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// In a mailbox of the province (else outside, over the axis).
    pub is_mailbox: bool,
    /// Where it stands.
    pub standing: Standing,
    /// 0 to 4.
    pub priority: i16,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When the axis took it.
    pub sent_at: Option<Timestamp>,
    /// When the receiver fetched it.
    pub fetched_at: Option<Timestamp>,
    /// When the open question was asked.
    pub asked_at: Option<Timestamp>,
    /// When the state last changed.
    pub moved_at: Timestamp,
    /// By when the receiver confirms; absent where no confirmation is expected.
    pub confirm_due_at: Option<Timestamp>,
    /// Day by which an answer is expected.
    pub due_date: Option<LocalDate>,
    /// The receiver's system reported a failure.
    pub is_failed: bool,
}

/// The rules with the calendar that they count by.
pub struct Watch<'a> {
    /// Working days.
    pub calendar: &'a Calendar,
    /// Times.
    pub rules: &'a AlarmRules,
}

impl Watch<'_> {
    /// Each alarm that this copy will raise if nothing changes, with the instant.
    #[must_use]
    pub fn instants(&self, facts: &Facts) -> Vec<(AlarmCode, Timestamp)> {
        let state = facts.standing.state;
        let mut found = Vec::new();
        if state.is_over() {
            return found;
        }
        if !facts.is_mailbox {
            if facts.sent_at.is_none() {
                found.push((AlarmCode::NotSent, self.not_sent_at(facts)));
            }
            return found;
        }
        if facts.fetched_at.is_none() && state == CopyState::Sent {
            let at = self.not_fetched_at(facts.created_at, facts.priority);
            found.push((AlarmCode::NotFetched, at));
        }
        if let (Some(due_at), CopyState::Sent | CopyState::Arrived) = (facts.confirm_due_at, state)
        {
            found.push((AlarmCode::NotConfirmed, due_at));
        }
        if let (Some(asked_at), true) = (facts.asked_at, facts.standing.ask.is_some()) {
            found.push((
                AlarmCode::AnswerDue,
                self.working_days_after(asked_at, self.rules.answer_days),
            ));
        }
        if matches!(
            state,
            CopyState::Accepted | CopyState::Assigned | CopyState::InProcess
        ) {
            let at = self.working_days_after(facts.moved_at, self.rules.stalled_days);
            found.push((AlarmCode::Stalled, at));
        }
        if let (Some(day), false) = (facts.due_date, state.is_settled()) {
            found.push((AlarmCode::DueSoon, self.due_soon_at(day)));
            found.push((AlarmCode::Overdue, day.at_minute(24 * 60)));
        }
        if facts.is_failed {
            found.push((AlarmCode::ReceiverFailed, facts.created_at));
        }
        found
    }

    /// By when a receiver confirms what arrives at `arrival`.
    #[must_use]
    pub fn confirm_due_at(&self, arrival: Timestamp) -> Timestamp {
        let day = arrival.vietnam_date();
        let minute = arrival.vietnam_minute_of_day();
        if !self.calendar.is_working(day) {
            return self
                .calendar
                .next_working(day)
                .at_minute(self.rules.day_end_minute.into());
        }
        if minute < i64::from(self.rules.late_arrival_minute) {
            return day.at_minute(self.rules.day_end_minute.into());
        }
        self.calendar
            .next_working(day)
            .at_minute(self.rules.next_day_minute.into())
    }

    /// The last instant at which a document signed on `day` leaves in time.
    #[must_use]
    pub fn send_due_at(&self, day: LocalDate) -> Timestamp {
        self.calendar
            .next_working(day)
            .at_minute(self.rules.next_day_minute.into())
    }

    fn not_sent_at(&self, facts: &Facts) -> Timestamp {
        let minutes = if facts.priority > 0 {
            self.rules.not_sent_urgent_minutes
        } else {
            self.rules.not_sent_minutes
        };
        facts.created_at.plus_ms(i64::from(minutes) * MINUTE_MS)
    }

    fn not_fetched_at(&self, arrival: Timestamp, priority: i16) -> Timestamp {
        if priority > 0 {
            let minutes = self.rules.not_fetched_urgent_minutes;
            return arrival.plus_ms(i64::from(minutes) * MINUTE_MS);
        }
        self.working_minutes_after(arrival, self.rules.not_fetched_minutes.into())
    }

    /// The instant at which `minutes` of working time have passed since `from`.
    fn working_minutes_after(&self, from: Timestamp, minutes: i64) -> Timestamp {
        let (start, end) = (
            i64::from(self.rules.day_start_minute),
            i64::from(self.rules.day_end_minute),
        );
        let mut day = from.vietnam_date();
        let mut minute = from.vietnam_minute_of_day().max(start);
        if !self.calendar.is_working(day) {
            (day, minute) = (self.calendar.next_working(day), start);
        }
        let mut left = minutes;
        // Ends: each round takes a whole working day off `left`.
        while minute + left > end && end > start {
            left -= (end - minute).max(0);
            (day, minute) = (self.calendar.next_working(day), start);
        }
        day.at_minute(minute + left)
    }

    fn working_days_after(&self, from: Timestamp, days: u32) -> Timestamp {
        let day = self.calendar.add_working(from.vietnam_date(), days);
        day.at_minute(from.vietnam_minute_of_day())
    }

    fn due_soon_at(&self, due: LocalDate) -> Timestamp {
        let mut day = due;
        for _ in 0..self.rules.due_soon_days {
            day = day_before(day);
            // Ends: holidays are a finite set and a week has working days.
            while !self.calendar.is_working(day) {
                day = day_before(day);
            }
        }
        day.at_minute(self.rules.day_start_minute.into())
    }
}

fn day_before(day: LocalDate) -> LocalDate {
    day.at_minute(0).plus_ms(-DAY_MS).vietnam_date()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Ask;

    fn instant(text: &str) -> Timestamp {
        Timestamp::parse_edxml(text).unwrap()
    }

    fn facts(created_at: &str) -> Facts {
        Facts {
            is_mailbox: true,
            standing: Standing::NEW,
            priority: 0,
            created_at: instant(created_at),
            sent_at: None,
            fetched_at: None,
            asked_at: None,
            moved_at: instant(created_at),
            confirm_due_at: None,
            due_date: None,
            is_failed: false,
        }
    }

    fn watch<T>(ask: impl FnOnce(&Watch<'_>) -> T) -> T {
        let mut calendar = Calendar::default();
        calendar.holidays.insert("2026-09-02".parse().unwrap());
        ask(&Watch {
            calendar: &calendar,
            rules: &AlarmRules::default(),
        })
    }

    #[test]
    fn confirmation_is_due_the_same_day() {
        let table = [
            ("2026/11/20 08:00:00", "2026/11/20 17:00:00"),
            ("2026/11/20 15:59:59", "2026/11/20 17:00:00"),
            ("2026/11/20 16:00:00", "2026/11/23 12:00:00"),
            ("2026/11/22 09:00:00", "2026/11/23 17:00:00"),
            ("2026/09/01 16:30:00", "2026/09/03 12:00:00"),
        ];
        for (arrival, due) in table {
            let found = watch(|watch| watch.confirm_due_at(instant(arrival)));
            assert_eq!(found, instant(due), "{arrival}");
        }
    }

    #[test]
    fn reading_time_counts_in_working_hours() {
        let table = [
            ("2026/11/20 09:00:00", 0, "2026/11/20 10:00:00"),
            ("2026/11/20 16:30:00", 0, "2026/11/23 08:30:00"),
            ("2026/11/20 20:00:00", 0, "2026/11/23 09:00:00"),
            ("2026/11/21 03:00:00", 0, "2026/11/23 09:00:00"),
            ("2026/11/20 06:00:00", 0, "2026/11/20 09:00:00"),
            ("2026/11/21 03:00:00", 2, "2026/11/21 03:15:00"),
        ];
        for (arrival, priority, due) in table {
            let facts = Facts {
                priority,
                ..facts(arrival)
            };
            let found = watch(|watch| watch.instants(&facts));
            assert_eq!(found, [(AlarmCode::NotFetched, instant(due))], "{arrival}");
        }
    }

    #[test]
    fn each_state_is_watched_for_its_own_rules() {
        let codes = |facts: &Facts| -> Vec<&str> {
            watch(|watch| {
                watch
                    .instants(facts)
                    .iter()
                    .map(|(code, _)| code.as_str())
                    .collect()
            })
        };
        let base = Facts {
            confirm_due_at: Some(instant("2026/11/20 17:00:00")),
            due_date: "2026-11-30".parse().ok(),
            ..facts("2026/11/20 09:00:00")
        };
        let standing = |state, ask| Facts {
            standing: Standing { state, ask },
            ..base.clone()
        };
        assert_eq!(
            codes(&base),
            ["not_fetched", "not_confirmed", "due_soon", "overdue"]
        );
        let arrived = standing(CopyState::Arrived, None);
        assert_eq!(codes(&arrived), ["not_confirmed", "due_soon", "overdue"]);
        let accepted = standing(CopyState::Accepted, None);
        assert_eq!(codes(&accepted), ["stalled", "due_soon", "overdue"]);
        let asked = Facts {
            asked_at: Some(instant("2026/11/20 10:00:00")),
            ..standing(CopyState::Finished, Some(Ask::Withdrawal))
        };
        assert_eq!(codes(&asked), ["answer_due"]);
        assert!(codes(&standing(CopyState::Withdrawn, None)).is_empty());
        let outside = Facts {
            is_mailbox: false,
            ..base.clone()
        };
        assert_eq!(codes(&outside), ["not_sent"]);
        let taken = Facts {
            sent_at: Some(base.created_at),
            ..outside
        };
        assert!(codes(&taken).is_empty());
    }

    #[test]
    fn working_days_are_counted_both_ways() {
        let facts = Facts {
            standing: Standing {
                state: CopyState::InProcess,
                ask: None,
            },
            due_date: "2026-11-23".parse().ok(),
            ..facts("2026/11/20 09:00:00")
        };
        let found = watch(|watch| watch.instants(&facts));
        let expected = [
            (AlarmCode::Stalled, instant("2026/11/27 09:00:00")),
            (AlarmCode::DueSoon, instant("2026/11/20 08:00:00")),
            (AlarmCode::Overdue, instant("2026/11/24 00:00:00")),
        ];
        assert_eq!(found, expected);
        let signed = "2026-11-20".parse().unwrap();
        let due = watch(|watch| watch.send_due_at(signed));
        assert_eq!(due, instant("2026/11/23 12:00:00"));
    }
}
