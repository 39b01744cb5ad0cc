//! The table of section 5.3 as a test, and the machine against a small model.

use proptest::prelude::*;

use super::*;

fn at(state: &str) -> Standing {
    let (state, ask) = match state.split_once('+') {
        Some((state, ask)) => (state, Ask::parse(ask)),
        None => (state, None),
    };
    Standing {
        state: CopyState::parse(state).unwrap(),
        ask,
    }
}

fn shown(verdict: Verdict) -> String {
    let name = |standing: Standing| match standing.ask {
        Some(ask) => format!("{}+{}", standing.state.as_str(), ask.as_str()),
        None => standing.state.as_str().to_owned(),
    };
    match verdict {
        Verdict::Moves(next) => name(next),
        Verdict::Skips(next) => format!("skips {}", name(next)),
        Verdict::Repeat => "repeat".to_owned(),
        Verdict::OutOfOrder => "order".to_owned(),
        Verdict::Noted => "noted".to_owned(),
        Verdict::ForeignRole => "foreign".to_owned(),
    }
}

#[test]
fn recipients_statuses() {
    let codes = ["01", "02", "03", "04", "05", "06", "15", "16", "14"];
    let table = [
        ("sent", "01 02 03 skips04 skips05 skips06 order order noted"),
        (
            "01",
            "repeat 02 03 skips04 skips05 skips06 order order noted",
        ),
        (
            "02",
            "order repeat order order order order order order noted",
        ),
        ("03", "order order repeat 04 05 06 order order noted"),
        ("04", "order order order repeat 05 06 order order noted"),
        ("05", "order order order order repeat 06 order order noted"),
        (
            "06",
            "order order order order order repeat order order noted",
        ),
        (
            "withdrawn",
            "order order order order order order repeat order noted",
        ),
        (
            "replaced",
            "order order order order order order order order noted",
        ),
    ];
    for (state, row) in table {
        for (code, expected) in codes.iter().zip(row.split(' ')) {
            let found = shown(judge(at(state), code, Role::Recipient)).replace(' ', "");
            assert_eq!(found, expected, "{code} after {state}");
        }
    }
}

#[test]
fn questions_and_answers() {
    let table = [
        ("sent", "13", Role::Sender, "sent+withdrawal"),
        ("01", "13", Role::Sender, "01+withdrawal"),
        ("06", "13", Role::Sender, "06+withdrawal"),
        ("02", "13", Role::Sender, "order"),
        ("withdrawn", "13", Role::Sender, "order"),
        ("03+withdrawal", "13", Role::Sender, "repeat"),
        ("03+update", "13", Role::Sender, "03+withdrawal"),
        ("03+withdrawal", "15", Role::Recipient, "withdrawn"),
        ("03+withdrawal", "16", Role::Recipient, "03"),
        ("03+update", "15", Role::Recipient, "03"),
        ("03+update", "16", Role::Recipient, "03"),
        ("03+withdrawal", "04", Role::Recipient, "04+withdrawal"),
        ("03+withdrawal", "15", Role::Sender, "foreign"),
        ("03", "13", Role::Recipient, "foreign"),
        ("03", "04", Role::Sender, "foreign"),
        ("03", "99", Role::Recipient, "noted"),
    ];
    for (state, code, role, expected) in table {
        assert_eq!(
            shown(judge(at(state), code, role)),
            expected,
            "{code} after {state}"
        );
    }
}

#[test]
fn business_types() {
    let name = |next: Option<Standing>| next.map(|next| shown(Verdict::Moves(next)));
    assert_eq!(
        name(revoked(at("sent"), false)).as_deref(),
        Some("withdrawn")
    );
    assert_eq!(
        name(revoked(at("sent"), true)).as_deref(),
        Some("sent+withdrawal")
    );
    assert_eq!(
        name(revoked(at("02"), true)).as_deref(),
        Some("02+withdrawal")
    );
    assert_eq!(
        name(revoked(at("03+update"), true)).as_deref(),
        Some("03+withdrawal")
    );
    assert_eq!(name(revoked(at("replaced"), true)), None);
    assert_eq!(name(updated(at("06"))).as_deref(), Some("06+update"));
    assert_eq!(name(updated(at("03+withdrawal"))), None);
    assert_eq!(name(updated(at("withdrawn"))), None);
    assert_eq!(name(replaced(at("05+update"))).as_deref(), Some("replaced"));
    assert_eq!(name(replaced(at("withdrawn"))), None);
}

#[test]
fn what_is_shown() {
    assert_eq!(at("03+withdrawal").shown(), "withdrawal_asked");
    assert_eq!(at("sent+update").shown(), "update_asked");
    assert_eq!(at("06").shown(), "06");
    for state in CopyState::ALL {
        assert_eq!(CopyState::parse(state.as_str()), Some(state));
    }
}

/// A copy as a clerk would keep it on paper: words and a number, no types of ours.
#[derive(Debug, Clone, PartialEq)]
struct Model {
    word: &'static str,
    open: &'static str,
}

impl Model {
    fn take(&mut self, code: &'static str, is_sender: bool) {
        let order = ["sent", "01", "02", "03", "04", "05", "06"];
        let place = |word| order.iter().position(|known| *known == word);
        match (code, is_sender) {
            ("13", true) if !["02", "withdrawn", "replaced"].contains(&self.word) => {
                self.open = "withdrawal";
            }
            ("15", false) if self.open == "withdrawal" => {
                *self = Self {
                    word: "withdrawn",
                    open: "",
                };
            }
            ("15" | "16", false) => self.open = "",
            (code, false) if place(code) > place(self.word) && place(self.word).is_some() => {
                let is_refusal_too_late = code == "02" && !["sent", "01"].contains(&self.word);
                if self.word != "02" && !is_refusal_too_late {
                    self.word = code;
                }
            }
            _ => {}
        }
    }
}

proptest! {
    #[test]
    fn the_machine_agrees_with_the_model(
        steps in proptest::collection::vec((0_usize..12, any::<bool>(), any::<bool>()), 0..40),
    ) {
        let codes =
            ["01", "02", "03", "04", "05", "06", "13", "15", "16", "07", "update", "revoke"];
        let mut model = Model { word: "sent", open: "" };
        let mut machine = Standing::NEW;
        for (code, is_sender, is_fetched) in steps {
            let before = machine;
            let is_over = ["withdrawn", "replaced"].contains(&model.word);
            match codes[code] {
                "update" => {
                    machine = updated(machine).unwrap_or(machine);
                    if !is_over && model.open.is_empty() {
                        model.open = "update";
                    }
                }
                "revoke" => {
                    machine = revoked(machine, is_fetched).unwrap_or(machine);
                    if !is_over {
                        match is_fetched {
                            true => model.open = "withdrawal",
                            false => model = Model { word: "withdrawn", open: "" },
                        }
                    }
                }
                code => {
                    let role = if is_sender { Role::Sender } else { Role::Recipient };
                    if let Verdict::Moves(next) | Verdict::Skips(next) = judge(machine, code, role)
                    {
                        machine = next;
                    }
                    model.take(code, is_sender);
                }
            }
            prop_assert!(machine.state.rank() >= before.state.rank());
            prop_assert_eq!(machine.state.as_str(), model.word);
            prop_assert_eq!(machine.ask.map_or("", Ask::as_str), model.open);
        }
    }
}
