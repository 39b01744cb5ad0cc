//! Comma-separated values, read and written.
//!
//! Owns: RFC 4180 with the separators that spreadsheets use here, safe cells.
//! Not here: what columns mean (who reads and writes).
//! Invariant: what is written cannot be taken for a formula by a spreadsheet; no input panics.

/// Lines that begin with a byte order mark, so that spreadsheets see Vietnamese letters.
pub struct Writer(String);

impl Writer {
    /// Further lines of a text that was begun before: no mark, no header.
    #[must_use]
    pub const fn further() -> Self {
        Self(String::new())
    }

    /// A text with a header.
    #[must_use]
    pub fn new(header: &[&str]) -> Self {
        let mut writer = Self("\u{feff}".to_owned());
        writer.row(
            &header
                .iter()
                .map(|cell| (*cell).to_owned())
                .collect::<Vec<_>>(),
        );
        writer
    }

    /// Adds a line.
    pub fn row(&mut self, cells: &[String]) {
        for (place, cell) in cells.iter().enumerate() {
            if place > 0 {
                self.0.push(',');
            }
            self.0.push_str(&written(cell));
        }
        self.0.push_str("\r\n");
    }

    /// The whole text.
    #[must_use]
    pub fn finish(self) -> String {
        self.0
    }
}

fn written(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guarded = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if guarded.contains([',', '"', '\r', '\n', ';']) {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// The lines of a text; the separator is the one that its first line has most of.
#[must_use]
pub fn read(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', ';', '\t']
        .into_iter()
        .max_by_key(|candidate| first.matches(*candidate).count())
        .filter(|candidate| first.contains(*candidate))
        .unwrap_or(',');
    let (mut lines, mut line, mut cell) = (Vec::new(), Vec::new(), String::new());
    let mut is_quoted = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' if is_quoted => is_quoted = false,
            '"' if cell.is_empty() => is_quoted = true,
            '\r' if !is_quoted && letters.peek() == Some(&'\n') => {}
            '\n' | '\r' if !is_quoted => {
                line.push(std::mem::take(&mut cell));
                lines.push(std::mem::take(&mut line));
            }
            other if other == separator && !is_quoted => line.push(std::mem::take(&mut cell)),
            other => cell.push(other),
        }
    }
    if !cell.is_empty() || !line.is_empty() {
        line.push(cell);
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_come_back_as_they_were_written() {
        let cells = ["a", "b,c", "x\"y", "dòng\nhai", "", "d;e"].map(str::to_owned);
        let mut writer = Writer::new(&["1", "2", "3", "4", "5", "6"]);
        writer.row(&cells);
        let lines = read(&writer.finish());
        assert_eq!(lines[1], cells);
    }

    #[test]
    fn formulas_are_disarmed() {
        for cell in ["=1+1", "+1", "-1", "@x"] {
            assert!(
                written(cell).trim_start_matches('"').starts_with('\''),
                "{cell}"
            );
        }
    }

    #[test]
    fn separators_of_spreadsheets_are_recognised() {
        for text in ["a;b\n1;2\n", "a\tb\r\n1\t2", "\u{feff}a,b\r1,2\r"] {
            assert_eq!(read(text), [["a", "b"], ["1", "2"]], "{text:?}");
        }
        for odd in ["", "\"", "\"\"\"", "a,\"b\n", "\n\n"] {
            let _ = read(odd);
        }
    }
}
