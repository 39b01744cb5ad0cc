//! The states of a copy and the moves between them: pure, no database, no clock.
//!
//! Owns: what a status code and a business type do to the copy of one receiver.
//! Not here: storing it (`tables/`), finding the copy (`service/submit/`), alarms (`alarms.rs`).
//! Invariant: the rank of a state never falls; an open question (`Ask`) is kept beside the state,
//! so that a refusal (16) leaves the copy exactly where it was.
//! Follows: design document "Document exchange", sections 5.1 to 5.3.

/// Where the copy of one receiver stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyState {
    /// In the mailbox or on its way; nobody has answered.
    Sent,
    /// 01: arrived.
    Arrived,
    /// 02: refused. Final but for types 1 to 3.
    Refused,
    /// 03: accepted and registered.
    Accepted,
    /// 04: assigned.
    Assigned,
    /// 05: in process.
    InProcess,
    /// 06: finished. Final but for 13 and types 1 to 3.
    Finished,
    /// Taken back. Final.
    Withdrawn,
    /// Replaced by another document. Final.
    Replaced,
}

impl CopyState {
    /// All states.
    pub const ALL: [Self; 9] = [
        Self::Sent,
        Self::Arrived,
        Self::Refused,
        Self::Accepted,
        Self::Assigned,
        Self::InProcess,
        Self::Finished,
        Self::Withdrawn,
        Self::Replaced,
    ];

    /// The stored word: a status code where there is one.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Arrived => "01",
            Self::Refused => "02",
            Self::Accepted => "03",
            Self::Assigned => "04",
            Self::InProcess => "05",
            Self::Finished => "06",
            Self::Withdrawn => "withdrawn",
            Self::Replaced => "replaced",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// How far it is; never falls.
    #[must_use]
    pub const fn rank(self) -> i16 {
        match self {
            Self::Sent => 0,
            Self::Arrived => 1,
            Self::Accepted => 3,
            Self::Assigned => 4,
            Self::InProcess => 5,
            Self::Refused | Self::Finished => 6,
            Self::Withdrawn | Self::Replaced => 9,
        }
    }

    /// Whether nothing but an audit follows.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Withdrawn | Self::Replaced)
    }

    /// Whether the receiver has nothing more to do.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(self, Self::Refused | Self::Finished) || self.is_over()
    }

    fn of_progress(code: &str) -> Option<Self> {
        match code {
            "01" => Some(Self::Arrived),
            "02" => Some(Self::Refused),
            "03" => Some(Self::Accepted),
            "04" => Some(Self::Assigned),
            "05" => Some(Self::InProcess),
            "06" => Some(Self::Finished),
            _ => None,
        }
    }

    /// The states from which the code that leads here is allowed (section 5.3).
    const fn allowed_after(self) -> &'static [Self] {
        match self {
            Self::Arrived => &[Self::Sent],
            Self::Refused | Self::Accepted => &[Self::Sent, Self::Arrived],
            Self::Assigned => &[Self::Accepted],
            Self::InProcess => &[Self::Accepted, Self::Assigned],
            Self::Finished => &[Self::Accepted, Self::Assigned, Self::InProcess],
            Self::Sent | Self::Withdrawn | Self::Replaced => &[],
        }
    }
}

/// What the sender has asked and the receiver has not yet answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ask {
    /// To give the document back (13 or type 1).
    Withdrawal,
    /// To take a new revision (type 2).
    Update,
}

impl Ask {
    /// The stored word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Update => "update",
        }
    }

    /// Reads the stored word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Withdrawal, Self::Update]
            .into_iter()
            .find(|ask| ask.as_str() == text)
    }
}

/// A copy's state with its open question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Standing {
    /// Where it stands.
    pub state: CopyState,
    /// What is open.
    pub ask: Option<Ask>,
}

impl Standing {
    /// A new copy.
    pub const NEW: Self = Self {
        state: CopyState::Sent,
        ask: None,
    };

    /// The word that people and interfaces are shown.
    #[must_use]
    pub const fn shown(self) -> &'static str {
        match self.ask {
            Some(Ask::Withdrawal) => "withdrawal_asked",
            Some(Ask::Update) => "update_asked",
            None => self.state.as_str(),
        }
    }
}

/// Who sends a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Who sent the document.
    Sender,
    /// Who holds the copy.
    Recipient,
}

/// What a status does to a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The copy goes there.
    Moves(Standing),
    /// Forward, but a step is missing: strict refuses, tolerant goes there.
    Skips(Standing),
    /// The copy stands there already.
    Repeat,
    /// Backwards or without ground: strict refuses, tolerant keeps it in the history.
    OutOfOrder,
    /// A reserved or unknown code: kept and shown, no change.
    Noted,
    /// This party never sends this code.
    ForeignRole,
}

/// What status `code`, sent by `role`, does to a copy that stands at `now`.
#[must_use]
pub fn judge(now: Standing, code: &str, role: Role) -> Verdict {
    if let Some(wished) = CopyState::of_progress(code) {
        return match role {
            Role::Sender => Verdict::ForeignRole,
            Role::Recipient => progress(now, wished),
        };
    }
    match (code, role) {
        ("13", Role::Sender) => ask_back(now),
        ("15" | "16", Role::Recipient) => answer(now, code == "15"),
        ("13" | "15" | "16", _) => Verdict::ForeignRole,
        _ => Verdict::Noted,
    }
}

fn progress(now: Standing, wished: CopyState) -> Verdict {
    let next = Standing {
        state: wished,
        ..now
    };
    if now.state == wished {
        Verdict::Repeat
    } else if wished.allowed_after().contains(&now.state) {
        Verdict::Moves(next)
    } else if wished != CopyState::Refused && wished.rank() > now.state.rank() {
        Verdict::Skips(next)
    } else {
        Verdict::OutOfOrder
    }
}

fn ask_back(now: Standing) -> Verdict {
    if now.state.is_over() || now.state == CopyState::Refused {
        Verdict::OutOfOrder
    } else if now.ask == Some(Ask::Withdrawal) {
        Verdict::Repeat
    } else {
        Verdict::Moves(Standing {
            ask: Some(Ask::Withdrawal),
            ..now
        })
    }
}

fn answer(now: Standing, is_agreed: bool) -> Verdict {
    let state = match (now.ask, is_agreed) {
        (Some(Ask::Withdrawal), true) => CopyState::Withdrawn,
        (Some(_), _) => now.state,
        (None, true) if now.state == CopyState::Withdrawn => return Verdict::Repeat,
        (None, _) => return Verdict::OutOfOrder,
    };
    Verdict::Moves(Standing { state, ask: None })
}

/// What a revocation (type 1) does; `None` when nothing is left to do.
#[must_use]
pub fn revoked(now: Standing, is_fetched: bool) -> Option<Standing> {
    if now.state.is_over() {
        None
    } else if is_fetched {
        Some(Standing {
            ask: Some(Ask::Withdrawal),
            ..now
        })
    } else {
        Some(Standing {
            state: CopyState::Withdrawn,
            ask: None,
        })
    }
}

/// What an update of the document (type 2) does; a question for withdrawal stays open.
#[must_use]
pub fn updated(now: Standing) -> Option<Standing> {
    let is_askable = !now.state.is_over() && now.ask.is_none();
    is_askable.then_some(Standing {
        ask: Some(Ask::Update),
        ..now
    })
}

/// What a replacement (type 3) does.
#[must_use]
pub fn replaced(now: Standing) -> Option<Standing> {
    (!now.state.is_over()).then_some(Standing {
        state: CopyState::Replaced,
        ask: None,
    })
}

#[cfg(test)]
mod tests;
