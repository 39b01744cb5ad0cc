//! The report: one line a figure, as a table for people and as JSON for machines.
//!
//! Owns: `Report`, its table, its file, its place in the README.
//! Not here: measuring.
//! Invariant: what was not measured is not in the report; a target not met is said as plainly as
//! one that is.

use std::{fmt::Write as _, path::Path};

use anyhow::{Context as _, Result};
use serde::Serialize;

use crate::{machine::Machine, stats::Series};

const BEGIN: &str = "<!-- results: written by bench/run --readme -->";
const END: &str = "<!-- end of results -->";

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Line {
    name: String,
    unit: &'static str,
    median: f64,
    min: f64,
    max: f64,
    runs: Vec<f64>,
    /// In words; empty for what is only shown beside.
    target: String,
    /// Absent where no target applies.
    is_met: Option<bool>,
}

/// The limit of a figure.
pub(crate) enum Target {
    /// Only shown.
    None,
    AtLeast(f64),
    AtMost(f64),
    /// Holds on other machines than this one.
    NotHere(String),
}

/// All figures of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    date: String,
    /// Known when the run has ended.
    machine: Option<Machine>,
    seconds: f64,
    lines: Vec<Line>,
    /// Stages that could not run, with the reason.
    skipped: Vec<String>,
}

impl Report {
    pub(crate) fn new(date: String) -> Self {
        Self {
            date,
            machine: None,
            seconds: 0.0,
            lines: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// Adds a figure; it is printed at once, so that a long run shows its progress.
    pub(crate) fn add(&mut self, name: &str, unit: &'static str, series: &Series, target: Target) {
        if series.runs.is_empty() {
            return;
        }
        let median = series.median();
        let (words, is_met) = match target {
            Target::None => (String::new(), None),
            Target::AtLeast(limit) => (format!("≥ {}", figure(limit, unit)), Some(median >= limit)),
            Target::AtMost(limit) => (format!("≤ {}", figure(limit, unit)), Some(median <= limit)),
            Target::NotHere(words) => (words, None),
        };
        let line = Line {
            name: name.to_owned(),
            unit,
            median,
            min: series.min(),
            max: series.max(),
            runs: series.runs.clone(),
            target: words,
            is_met,
        };
        eprintln!("  {}", row(&line));
        self.lines.push(line);
    }

    /// Adds a single figure.
    pub(crate) fn add_one(&mut self, name: &str, unit: &'static str, value: f64, target: Target) {
        self.add(name, unit, &Series { runs: vec![value] }, target);
    }

    pub(crate) fn skip(&mut self, stage: &str, reason: &anyhow::Error) {
        eprintln!("  {stage}: not measured: {reason:#}");
        self.skipped.push(format!("{stage}: {reason:#}"));
    }

    pub(crate) fn finish(&mut self, machine: Machine, seconds: f64) {
        self.machine = Some(machine);
        self.seconds = seconds;
    }

    pub(crate) fn has_skipped(&self) -> bool {
        !self.skipped.is_empty()
    }

    /// The table in Markdown, with date and machine above it.
    pub(crate) fn table(&self) -> String {
        let machine = self
            .machine
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let mut text = format!(
            "{}, {machine}. The whole run took {:.0} s.\n\n\
             | figure | median | min – max | target | met |\n|---|---|---|---|---|\n",
            self.date, self.seconds
        );
        for line in &self.lines {
            text.push_str(&row(line));
            text.push('\n');
        }
        for skipped in &self.skipped {
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "\nNot measured: {}\n",
                skipped.lines().next().unwrap_or_default()
            );
        }
        text
    }

    pub(crate) fn save(&self, folder: &Path) -> Result<()> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(format!("{}.json", self.date));
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        std::fs::write(&path, text)?;
        eprintln!("wrote {}", path.display());
        Ok(())
    }

    /// Puts the table between the two marks of the README.
    pub(crate) fn write_readme(&self, path: &Path) -> Result<()> {
        let text = std::fs::read_to_string(path)?;
        let (before, rest) = text.split_once(BEGIN).context("README has no begin mark")?;
        let (_, after) = rest.split_once(END).context("README has no end mark")?;
        let table = self.table();
        std::fs::write(path, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?;
        Ok(())
    }
}

fn row(line: &Line) -> String {
    let met = match line.is_met {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "",
    };
    let range = if line.runs.len() > 1 {
        format!(
            "{} – {}",
            number(line.min, line.unit),
            number(line.max, line.unit)
        )
    } else {
        String::new()
    };
    format!(
        "| {} | {} | {range} | {} | {met} |",
        line.name,
        figure(line.median, line.unit),
        line.target
    )
}

fn figure(value: f64, unit: &str) -> String {
    if unit.is_empty() {
        number(value, unit)
    } else {
        format!("{} {unit}", number(value, unit))
    }
}

/// Ratios and small figures with two places, others with thousands apart.
fn number(value: f64, unit: &str) -> String {
    if value.abs() < 10.0 && unit != "packages" {
        return format!("{value:.2}");
    }
    if value.abs() < 100.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        assert_eq!(number(0.5, ""), "0.50");
        assert_eq!(number(47.04, "ms"), "47.0");
        assert_eq!(number(7123.4, "/s"), "7,123");
        assert_eq!(number(1_000_000.0, "/s"), "1,000,000");
        assert_eq!(figure(12_345.0, "/s"), "12,345 /s");
    }
}
