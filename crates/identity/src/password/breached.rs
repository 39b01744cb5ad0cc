//! Passwords known from breaches: looked up in a list that the operator keeps on this machine.
//!
//! Owns: `BreachedList`, its two forms, what is told of its health.
//! Not here: the commonest passwords, which are always refused (`common.rs`); threads (`pool.rs`).
//! Invariant: nothing of a password leaves the machine; the list is never read as a whole; a list
//! that is missing or broken refuses nobody.
//! Follows: design document "Identity", section 9; ASVS 5.0, 6.2.12; the files of the downloader of
//! Have I Been Pwned.

use std::{
    fs::File,
    io,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

use super::Password;

/// Digits of a SHA-1 in hexadecimal.
const HASH_DIGITS: usize = 40;
/// Digits that name a file of a folder; the lines of such a file leave them out.
const PREFIX_DIGITS: usize = 5;
/// The last prefix.
const PREFIX_MAX: u64 = 0xF_FFFF;
/// Longest line: digits, a colon, a count, the end of a line, and room to spare.
const LINE_BYTES_MAX: usize = 96;
/// Places at which the order of a list is tried.
const SAMPLES: u64 = 64;

/// A list of SHA-1 hashes of passwords, sorted: one file of lines `HASH:COUNT`, or a folder of files
/// named by the first five digits, with lines of the other thirty-five.
#[derive(Debug, Clone)]
pub struct BreachedList {
    path: PathBuf,
}

impl BreachedList {
    /// The list at this path; nothing for an empty path. It is not opened before it is needed.
    #[must_use]
    pub fn at(path: &str) -> Option<Self> {
        (!path.is_empty()).then(|| Self {
            path: PathBuf::from(path),
        })
    }

    /// Whether the password is in the list. Reads the disk: not for the runtime's own threads.
    ///
    /// # Errors
    /// When the list cannot be read, or is none.
    pub(crate) fn contains(&self, password: &Password) -> io::Result<bool> {
        let hash = hash_of(password.text());
        let (prefix, rest) = hash.split_at(PREFIX_DIGITS);
        if !self.path.is_dir() {
            return found(&File::open(&self.path)?, &hash);
        }
        match self.file_of(prefix) {
            Some(file) => found(&File::open(file)?, rest),
            None => Err(broken(&format!("no file for {prefix}"))),
        }
    }

    /// The file of a folder for a prefix, with or without `.txt`, in either case of letters.
    fn file_of(&self, prefix: &str) -> Option<PathBuf> {
        let lower = prefix.to_ascii_lowercase();
        [
            format!("{prefix}.txt"),
            prefix.to_owned(),
            format!("{lower}.txt"),
            lower,
        ]
        .into_iter()
        .map(|name| self.path.join(name))
        .find(|path| path.is_file())
    }

    /// Looks whether the list can be used: that it is there, readable and sorted, at some places.
    ///
    /// # Errors
    /// What is wrong, for the operator.
    pub fn examine(&self) -> io::Result<()> {
        if !self.path.is_dir() {
            return examine_file(&File::open(&self.path)?, HASH_DIGITS);
        }
        for sample in 0..SAMPLES {
            let prefix = format!("{:05X}", PREFIX_MAX * sample / (SAMPLES - 1));
            let file = self
                .file_of(&prefix)
                .ok_or_else(|| broken(&format!("no file for {prefix}")))?;
            examine_file(&File::open(file)?, HASH_DIGITS - PREFIX_DIGITS)?;
        }
        Ok(())
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

/// SHA-1 in upper-case hexadecimal: what the lists are made of, not how passwords are kept.
fn hash_of(text: &str) -> String {
    let hash = digest(&SHA1_FOR_LEGACY_USE_ONLY, text.as_bytes());
    hash.as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect()
}

/// A line of a list, and where the next one begins.
struct Line {
    digits: String,
    /// How often the password was seen; zero lines only pad an answer.
    count: u64,
    next: u64,
}

/// The first line that begins at `from` or after it; nothing behind the last one. `from` may lie
/// within a line, but 0 is always the beginning of one.
fn line_after(file: &File, from: u64, digits: usize) -> io::Result<Option<Line>> {
    let start = from.saturating_sub(1);
    let mut buffer = [0_u8; 2 * LINE_BYTES_MAX];
    let length = fill(file, &mut buffer, start)?;
    let read = buffer.get(..length).unwrap_or_default();
    let skipped = match from {
        0 => 0,
        _ => match read.iter().position(|byte| *byte == b'\n') {
            Some(place) => place + 1,
            None if length < LINE_BYTES_MAX => return Ok(None),
            None => return Err(broken("a line is too long")),
        },
    };
    let rest = read.get(skipped..).unwrap_or_default();
    if rest.is_empty() {
        return Ok(None);
    }
    let end = rest.iter().position(|byte| *byte == b'\n');
    if end.is_none() && rest.len() > LINE_BYTES_MAX {
        return Err(broken("a line is too long"));
    }
    let text = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
    let begin = start + skipped as u64;
    let line = parsed(text, digits).ok_or_else(|| broken("a line is no hash and count"))?;
    Ok(Some(Line {
        next: begin + text.len() as u64 + 1,
        ..line
    }))
}

fn fill(file: &File, buffer: &mut [u8], from: u64) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, from + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn parsed(text: &[u8], digits: usize) -> Option<Line> {
    let text = std::str::from_utf8(text).ok()?.trim_end_matches('\r');
    let (hash, count) = text.split_once(':').unwrap_or((text, "1"));
    let is_hash = hash.len() == digits && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some(Line {
        digits: is_hash.then(|| hash.to_ascii_uppercase())?,
        count: count.trim().parse().ok()?,
        next: 0,
    })
}

/// Looks for a line by halving: about thirty small reads in a list of a thousand million.
fn found(file: &File, digits: &str) -> io::Result<bool> {
    let (mut low, mut high) = (0, file.metadata()?.len());
    if high == 0 {
        return Err(broken("the list is empty"));
    }
    while low < high {
        let middle = low + (high - low) / 2;
        match line_after(file, middle, digits.len())? {
            Some(line) if line.digits == digits => return Ok(line.count > 0),
            Some(line) if line.digits.as_str() < digits => low = line.next,
            _ => high = middle,
        }
    }
    Ok(false)
}

fn examine_file(file: &File, digits: usize) -> io::Result<()> {
    let length = file.metadata()?.len();
    let mut before: Option<Line> = None;
    for sample in 0..SAMPLES {
        let Some(line) = line_after(file, length / SAMPLES * sample, digits)? else {
            break;
        };
        if before.is_some_and(|before| before.digits > line.digits) {
            return Err(broken("the list is not sorted by hash"));
        }
        before = Some(line);
    }
    match before {
        Some(_) => Ok(()),
        None => Err(broken("the list is empty")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hashes of `word-0` … and their counts, sorted, as the downloader writes them.
    fn lines(count: usize) -> Vec<String> {
        let mut lines: Vec<String> = (0..count)
            .map(|number| format!("{}:{}", hash_of(&format!("word-{number}")), number + 1))
            .collect();
        lines.sort();
        lines
    }

    fn has(list: &BreachedList, text: &str) -> io::Result<bool> {
        list.contains(&Password::new(text.to_owned()))
    }

    fn file(text: &str) -> (tempfile::TempDir, BreachedList) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        std::fs::write(&path, text).unwrap();
        let list = BreachedList::at(path.to_str().unwrap()).unwrap();
        (folder, list)
    }

    #[test]
    fn every_password_of_a_file_is_found_and_no_other() {
        for end in ["\n", "\r\n"] {
            for count in [1, 2, 3, 700] {
                for tail in ["", end] {
                    let (_folder, list) = file(&(lines(count).join(end) + tail));
                    list.examine().unwrap();
                    for number in 0..count {
                        assert!(has(&list, &format!("word-{number}")).unwrap(), "{number}");
                        assert!(!has(&list, &format!("other-{number}")).unwrap());
                    }
                }
            }
        }
    }

    #[test]
    fn a_folder_of_files_by_prefix_is_read_as_well() {
        let folder = tempfile::tempdir().unwrap();
        let list = BreachedList::at(folder.path().to_str().unwrap()).unwrap();
        for (place, line) in lines(40).iter().enumerate() {
            let (prefix, rest) = line.split_at(PREFIX_DIGITS);
            let name = if place % 2 == 0 {
                format!("{prefix}.txt")
            } else {
                prefix.to_owned()
            };
            std::fs::write(folder.path().join(name), format!("{rest}\r\n")).unwrap();
        }
        assert!((0..40).all(|number| has(&list, &format!("word-{number}")).unwrap()));
        let missing = has(&list, "other").unwrap_err();
        assert!(missing.to_string().contains("no file for"), "{missing}");
        assert!(list.examine().is_err(), "most files are missing");
    }

    #[test]
    fn lines_that_only_pad_count_for_nothing() {
        let (_folder, list) = file(&format!("{}:0\n", hash_of("padding")));
        assert!(!has(&list, "padding").unwrap());
    }

    #[test]
    fn what_is_no_list_is_said_and_not_believed() {
        assert!(BreachedList::at("").is_none());
        let mut unsorted = lines(200);
        unsorted.reverse();
        for (text, reason) in [
            (String::new(), "empty"),
            ("hello\n".repeat(50), "no hash"),
            ("A".repeat(4_000), "too long"),
            (unsorted.join("\n"), "not sorted"),
        ] {
            let (_folder, list) = file(&text);
            let said = list.examine().unwrap_err().to_string();
            assert!(said.contains(reason), "{said}");
        }
        let gone = BreachedList::at("/nowhere/list.txt").unwrap();
        assert!(gone.examine().is_err() && has(&gone, "x").is_err());
    }
}
