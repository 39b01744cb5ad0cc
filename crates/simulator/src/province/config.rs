//! Who takes part in the demo traffic.
//!
//! Owns: the configuration and its reading from the demo's description file.
//! Not here: secrets of real systems; the demo's are made by the demo.
//! Invariant: systems keep the order of the description, the first ones are reserved.
//! Follows: the shape of `demo.json`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::Deserialize;

use crate::axis::AxisSeed;
use crate::edxml::Party;

/// Everything about the demo traffic.
#[derive(Clone, Debug)]
pub struct ProvinceConfig {
    /// Base address of the service door, such as `http://127.0.0.1:8801/vxp`.
    pub service_url: String,
    /// Systems of the province.
    pub systems: Vec<ProvinceSystem>,
    /// So many of the first systems are left alone.
    pub reserved_systems: usize,
    /// Bodies beyond the axis that also receive.
    pub outside: Vec<Party>,
    /// Share of documents that also go outside, 0 to 1.
    pub outside_share: f64,
    /// Shortest and longest time between two documents, milliseconds.
    pub send_every_ms: (i64, i64),
    /// Time between two polls of a system, milliseconds.
    pub poll_every_ms: i64,
    /// Answers come so many times faster than in believable traffic; 1 in the demo.
    pub hurry: i64,
    /// Seed of the draws; `None`: another one each run.
    pub random_seed: Option<u64>,
    /// Where planned answers are kept over a restart.
    pub state_path: Option<PathBuf>,
}

/// One system of the province.
#[derive(Clone, Debug, Default)]
pub struct ProvinceSystem {
    /// Identity in calls.
    pub systemid: String,
    /// Its secret.
    pub secret: String,
    /// Agencies it speaks for.
    pub agencies: Vec<ProvinceAgency>,
}

/// One agency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvinceAgency {
    /// Code that stands in messages.
    pub code: String,
    /// Name.
    pub name: String,
    /// `department`, `district`, `commune` or other; decides how often it sends.
    pub level: String,
}

#[derive(Deserialize)]
struct DemoFile {
    agencies: Vec<DemoAgency>,
    systems: Vec<DemoSystem>,
}

#[derive(Deserialize)]
struct DemoAgency {
    code: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    level: String,
}

#[derive(Deserialize)]
struct DemoSystem {
    systemid: String,
    secret: String,
    agencies: Vec<String>,
}

impl ProvinceConfig {
    /// Believable pace; outside are the bodies of [`AxisSeed::demo`].
    pub fn new(service_url: &str, systems: Vec<ProvinceSystem>) -> Self {
        let outside = AxisSeed::demo_outside()
            .map(|(code, name)| Party {
                code: code.into(),
                name: name.into(),
            })
            .collect();
        Self {
            service_url: service_url.into(),
            systems,
            reserved_systems: 2,
            outside,
            outside_share: 0.2,
            send_every_ms: (1_500, 5_000),
            poll_every_ms: 3_000,
            hurry: 1,
            random_seed: None,
            state_path: None,
        }
    }

    /// Reads the systems and agencies of a demo.
    ///
    /// # Errors
    /// When the file is missing or of another shape.
    pub fn from_demo_file(path: &Path, service_url: &str) -> anyhow::Result<Self> {
        let text = std::fs::read(path).context("demo description cannot be read")?;
        let demo: DemoFile =
            serde_json::from_slice(&text).context("demo description is of another shape")?;
        let known: HashMap<&str, &DemoAgency> = demo
            .agencies
            .iter()
            .map(|agency| (agency.code.as_str(), agency))
            .collect();
        let agency = |code: &String| {
            let found = known.get(code.as_str());
            ProvinceAgency {
                code: code.clone(),
                name: found.map(|agency| agency.name.clone()).unwrap_or_default(),
                level: found.map(|agency| agency.level.clone()).unwrap_or_default(),
            }
        };
        let systems = demo
            .systems
            .iter()
            .map(|system| ProvinceSystem {
                systemid: system.systemid.clone(),
                secret: system.secret.clone(),
                agencies: system.agencies.iter().map(agency).collect(),
            })
            .collect();
        Ok(Self::new(service_url, systems))
    }
}
