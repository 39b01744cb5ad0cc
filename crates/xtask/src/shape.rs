//! The sizes that ARCHITECTURE.md watches: files, comments, crates.
//!
//! Owns: `print`. A long file is a question to its author, not an error.

use std::path::PathBuf;

use crate::{
    run::{command, quiet},
    say,
};

/// Prints the figures over all Rust files of the tree.
pub(crate) fn print() -> anyhow::Result<()> {
    let listed = quiet(&mut command(&["git", "ls-files", "*.rs"]))?;
    let mut files: Vec<(usize, PathBuf)> = Vec::new();
    let (mut lines, mut docs, mut heads) = (0, 0, 0);
    for path in listed.lines().map(PathBuf::from) {
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let count = text.lines().filter(|line| !line.trim().is_empty()).count();
        docs += text.lines().filter(|line| is_doc(line)).count();
        heads += usize::from(text.starts_with("//!"));
        lines += count;
        files.push((count, path));
    }
    files.sort();
    let at = |share: usize| {
        files
            .get(files.len() * share / 100)
            .map_or(0, |(count, _)| *count)
    };
    say!("files                     {}", files.len());
    say!("lines without blank ones  {lines}");
    say!("median, 90th percentile   {} / {}", at(50), at(90));
    say!("doc comments              {:.1} %", percent(docs, lines));
    say!(
        "files with a head         {:.1} %",
        percent(heads, files.len())
    );
    for (count, path) in files.iter().rev().take(5) {
        say!("longest                   {count} {}", path.display());
    }
    Ok(())
}

fn is_doc(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("///") || line.starts_with("//!")
}

#[expect(clippy::cast_precision_loss, reason = "counts of lines are small")]
fn percent(part: usize, whole: usize) -> f64 {
    part as f64 * 100.0 / whole.max(1) as f64
}
