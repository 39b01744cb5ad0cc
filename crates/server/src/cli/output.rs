//! What commands print: the only place that writes to the terminal.
//!
//! Owns: lines, tables, errors.

use std::io::Write as _;

/// One line on standard output. A closed pipe ends the output, not the command.
pub(crate) fn line(text: &str) {
    let mut out = std::io::stdout();
    if writeln!(out, "{text}").and_then(|()| out.flush()).is_err() {
        tracing::debug!("standard output is closed");
    }
}

/// One line on standard error.
pub(crate) fn error(text: &str) {
    if writeln!(std::io::stderr(), "lgsp: {text}").is_err() {
        tracing::debug!("standard error is closed");
    }
}

/// Columns of equal width.
pub(super) fn table(heads: &[&str], rows: &[Vec<String>]) {
    let width = |column: usize| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count());
        let head = heads.get(column).map_or(0, |head| head.chars().count());
        cells.chain([head]).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..heads.len()).map(width).collect();
    let show = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        line(padded.join("  ").trim_end());
    };
    show(&mut heads.iter().copied());
    for row in rows {
        show(&mut row.iter().map(String::as_str));
    }
}
