//! What an axis knows at its start: systems, secrets, agencies, scripts.
//!
//! Owns: the JSON shape of a seed and the national surroundings of a demo province.
//! Not here: the running state (`state.rs`).
//! Invariant: a code, of either form, belongs to at most one agency.
//! Follows: Decision 20/2020/QĐ-TTg (codes in pairs); demo codes are marked in the name's source.

use serde::{Deserialize, Serialize};

/// Everything the axis starts with.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AxisSeed {
    /// Systems that may call.
    pub systems: Vec<SystemSeed>,
    /// Agencies in the catalogue.
    pub agencies: Vec<AgencySeed>,
    /// Senders outside the province.
    pub outside: OutsideSeed,
}

/// One system: a province or a national body with one secret.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SystemSeed {
    /// Identity in each call.
    pub systemid: String,
    /// Shared secret.
    pub secret: String,
    /// False: every call is refused.
    #[serde(default = "yes")]
    pub is_enabled: bool,
    /// How long before now a timestamp may lie.
    #[serde(default = "window_back_s")]
    pub window_back_s: i64,
    /// How long after now a timestamp may lie.
    #[serde(default = "window_ahead_s")]
    pub window_ahead_s: i64,
    /// Present: nobody calls in its name, the axis answers by itself.
    #[serde(default)]
    pub automatic: Option<Script>,
}

/// One agency.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AgencySeed {
    /// Code in the form of Decision 20/2020.
    pub code: String,
    /// Code in the old form, empty when there is none.
    pub code102: String,
    /// Name.
    pub name: String,
    /// Address for mail.
    pub mail: String,
    /// Code of the body above, empty at the top.
    pub parent: String,
    /// The system that speaks for it, empty when none does.
    pub systemid: String,
    /// Nothing can be sent to it.
    pub is_locked: bool,
    /// Gone from the catalogue.
    pub is_deleted: bool,
    /// Counts changes.
    pub version: u32,
}

/// How automatic recipients behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Script {
    /// Arrival to fetching.
    pub fetch_after_ms: u64,
    /// Statuses of an accepted document, each so long after the one before.
    pub accept: Vec<Step>,
    /// Statuses of a refused document.
    pub refuse: Vec<Step>,
    /// Share of documents that are refused, 0 to 1.
    pub refuse_rate: f64,
    /// Answer to a wish to revoke or update, so long after arrival: 15 or 16.
    pub answer_after_ms: u64,
    /// Share of such wishes that are refused with 16.
    pub deny_rate: f64,
}

/// One status of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Two digits.
    pub code: String,
    /// Time since the step before.
    pub after_ms: u64,
}

/// Documents from outside the province.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OutsideSeed {
    /// Mean number of documents a minute; 0 switches it off.
    pub per_minute: f64,
    /// Codes that receive; empty: every agency of a system that is not automatic.
    pub targets: Vec<String>,
}

impl Default for Script {
    fn default() -> Self {
        let step = |code: &str, after_s: u64| Step {
            code: code.into(),
            after_ms: after_s * 1000,
        };
        Self {
            fetch_after_ms: 5_000,
            accept: vec![
                step("01", 5),
                step("03", 30),
                step("04", 60),
                step("05", 120),
                step("06", 300),
            ],
            refuse: vec![step("01", 5), step("02", 60)],
            refuse_rate: 0.05,
            answer_after_ms: 60_000,
            deny_rate: 0.2,
        }
    }
}

fn yes() -> bool {
    true
}

fn window_back_s() -> i64 {
    86_400
}

fn window_ahead_s() -> i64 {
    300
}

/// National bodies and other provinces of a demo: new code, old code, name. The pairs other than
/// the level-1 parts are demo data.
const OUTSIDE: &[(&str, &str, &str)] = &[
    ("G22", "000.00.00.G22", "Văn phòng Chính phủ"),
    (
        "G22.99",
        "001.00.00.G22",
        "Cục Kiểm soát thủ tục hành chính (mẫu)",
    ),
    ("H14", "000.00.00.H14", "UBND tỉnh Cao Bằng"),
    ("H22", "000.00.00.H22", "UBND tỉnh Hà Giang"),
    ("H29", "000.00.00.H29", "UBND Thành phố Hồ Chí Minh"),
    ("H37", "000.00.00.H37", "UBND tỉnh Lạng Sơn"),
    ("H41", "000.00.00.H41", "UBND tỉnh Nghệ An"),
    ("H49", "000.00.00.H49", "UBND tỉnh Quảng Ninh"),
];

impl SystemSeed {
    /// A system that calls by itself.
    pub fn new(systemid: &str, secret: &str) -> Self {
        Self {
            systemid: systemid.into(),
            secret: secret.into(),
            is_enabled: true,
            window_back_s: window_back_s(),
            window_ahead_s: window_ahead_s(),
            automatic: None,
        }
    }

    /// A system in whose name the axis answers.
    pub fn automatic(systemid: &str, script: Script) -> Self {
        Self {
            automatic: Some(script),
            ..Self::new(systemid, &format!("demo-secret-{systemid}"))
        }
    }
}

impl AxisSeed {
    /// A province with its agencies among automatic national bodies and other provinces.
    ///
    /// `agencies` need no `systemid`; they are all given to the province's system.
    pub fn demo(systemid: &str, secret: &str, agencies: Vec<AgencySeed>) -> Self {
        let mut seed = Self {
            systems: vec![SystemSeed::new(systemid, secret)],
            ..Self::default()
        };
        seed.agencies = agencies
            .into_iter()
            .map(|agency| AgencySeed {
                systemid: systemid.into(),
                ..agency
            })
            .collect();
        for (code, code102, name) in OUTSIDE {
            if seed.agencies.iter().any(|agency| agency.code == *code) {
                continue;
            }
            let top = code.split('.').next().unwrap_or(code);
            let owner = format!("vxp.{}", top.to_ascii_lowercase());
            if !seed.systems.iter().any(|system| system.systemid == owner) {
                seed.systems
                    .push(SystemSeed::automatic(&owner, Script::default()));
            }
            seed.agencies.push(AgencySeed {
                code: (*code).into(),
                code102: (*code102).into(),
                name: (*name).into(),
                mail: format!("vanthu@{}.example.vn", top.to_ascii_lowercase()),
                parent: if *code == top {
                    String::new()
                } else {
                    top.into()
                },
                systemid: owner,
                version: 1,
                ..AgencySeed::default()
            });
        }
        seed.outside = OutsideSeed {
            per_minute: 4.0,
            targets: Vec::new(),
        };
        seed
    }

    /// Code and name of the bodies that [`AxisSeed::demo`] adds.
    pub fn demo_outside() -> impl Iterator<Item = (&'static str, &'static str)> {
        OUTSIDE.iter().map(|(code, _, name)| (*code, *name))
    }
}
