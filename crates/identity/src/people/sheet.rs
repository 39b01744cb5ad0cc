//! The first sheet of an XLSX workbook as lines of text.
//!
//! Owns: reading ZIP and XML of a workbook within limits.
//! Not here: what columns mean (`import.rs`).
//! Invariant: no part is unpacked beyond [`PART_BYTES_MAX`]; DTDs are refused; no input panics.
//! Follows: ECMA-376, SpreadsheetML.

use std::io::{Cursor, Read as _};

use quick_xml::{Reader, events::Event};

use super::PeopleError;

/// Largest unpacked part of a workbook: 5,000 lines of long text need far less.
const PART_BYTES_MAX: u64 = 32 * 1_048_576;
/// Columns of a line.
const COLUMNS_MAX: usize = 64;

fn unreadable(error: impl std::fmt::Display) -> PeopleError {
    PeopleError::ImportUnreadable(error.to_string())
}

/// The lines of the first sheet.
pub(super) fn read(bytes: &[u8]) -> Result<Vec<Vec<String>>, PeopleError> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(unreadable)?;
    let names: Vec<String> = archive
        .file_names()
        .filter_map(|name| Some(name.ok()?.into_owned()))
        .collect();
    let mut sheets: Vec<&String> = names
        .iter()
        .filter(|name| name.starts_with("xl/worksheets/") && name.ends_with(".xml"))
        .collect();
    sheets.sort_by_key(|name| (name.len(), (*name).clone()));
    let sheet = sheets.first().ok_or_else(|| unreadable("no sheet"))?;
    let strings = match names.iter().any(|name| name == "xl/sharedStrings.xml") {
        true => shared(&part(&mut archive, "xl/sharedStrings.xml")?)?,
        false => Vec::new(),
    };
    lines(&part(&mut archive, sheet)?, &strings)
}

fn part(archive: &mut zip::ZipArchive<Cursor<&[u8]>>, name: &str) -> Result<String, PeopleError> {
    let file = archive.by_name(name).map_err(unreadable)?;
    let mut text = String::new();
    let mut limited = file.take(PART_BYTES_MAX + 1);
    limited.read_to_string(&mut text).map_err(unreadable)?;
    if text.len() as u64 > PART_BYTES_MAX {
        return Err(unreadable("too large"));
    }
    Ok(text)
}

/// The shared strings: one for each `si`, its runs of text joined.
fn shared(text: &str) -> Result<Vec<String>, PeopleError> {
    let mut reader = Reader::from_str(text);
    let (mut found, mut is_text, mut is_phonetic) = (Vec::new(), false, false);
    loop {
        match reader.read_event().map_err(unreadable)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "si" => found.push(String::new()),
                "rPh" => is_phonetic = true,
                "t" => is_text = !is_phonetic,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == "si" => found.push(String::new()),
            Event::End(tag) => match tag.local_name().as_ref() {
                "rPh" => is_phonetic = false,
                "t" => is_text = false,
                _ => {}
            },
            event @ (Event::Text(_) | Event::GeneralRef(_) | Event::CData(_)) if is_text => {
                if let Some(last) = found.last_mut() {
                    last.push_str(&written(&event)?);
                }
            }
            Event::DocType(_) => return Err(unreadable("document type")),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The text of an event.
fn written(event: &Event<'_>) -> Result<String, PeopleError> {
    Ok(match event {
        Event::Text(text) => text.xml10_content().into_owned(),
        Event::CData(text) => text.xml10_content().into_owned(),
        Event::GeneralRef(name) => match name.resolve_char_ref().map_err(unreadable)? {
            Some(letter) => letter.to_string(),
            None => {
                let known = quick_xml::escape::resolve_xml_entity(name);
                known.ok_or_else(|| unreadable("entity"))?.to_owned()
            }
        },
        _ => String::new(),
    })
}

/// The cells of a sheet; columns that a line leaves out are empty.
fn lines(text: &str, strings: &[String]) -> Result<Vec<Vec<String>>, PeopleError> {
    let mut reader = Reader::from_str(text);
    let mut found: Vec<Vec<String>> = Vec::new();
    let (mut column, mut kind, mut value, mut is_value) = (0, String::new(), String::new(), false);
    loop {
        match reader.read_event().map_err(unreadable)? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "row" => found.push(Vec::new()),
                "c" => {
                    let attribute = |name: &str| -> Result<Option<String>, PeopleError> {
                        let found = tag.try_get_attribute(name).map_err(unreadable)?;
                        Ok(found.map(|found| found.value.into_owned()))
                    };
                    let place = attribute("r")?;
                    let next = found.last().map_or(0, Vec::len);
                    column = place.as_deref().and_then(column_of).unwrap_or(next);
                    kind = attribute("t")?.unwrap_or_default();
                    value.clear();
                }
                "v" | "t" => is_value = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "v" | "t" => is_value = false,
                "c" => {
                    let shown = match kind.as_str() {
                        "s" => value
                            .trim()
                            .parse()
                            .ok()
                            .and_then(|place: usize| strings.get(place).cloned())
                            .unwrap_or_default(),
                        _ => std::mem::take(&mut value),
                    };
                    if let Some(line) = found.last_mut().filter(|_| column < COLUMNS_MAX) {
                        if line.len() <= column {
                            line.resize(column + 1, String::new());
                        }
                        if let Some(cell) = line.get_mut(column) {
                            *cell = shown;
                        }
                    }
                }
                _ => {}
            },
            event @ (Event::Text(_) | Event::GeneralRef(_) | Event::CData(_)) if is_value => {
                value.push_str(&written(&event)?);
            }
            Event::DocType(_) => return Err(unreadable("document type")),
            Event::Eof => return Ok(found),
            _ => {}
        }
    }
}

/// The column of a place like `C12`, from 0.
fn column_of(place: &str) -> Option<usize> {
    let mut column = 0_usize;
    for letter in place.bytes().take_while(u8::is_ascii_uppercase) {
        column = column
            .checked_mul(26)?
            .checked_add(usize::from(letter - b'A') + 1)?;
    }
    column.checked_sub(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_counted_as_spreadsheets_do() {
        for (place, expected) in [
            ("A1", Some(0)),
            ("Z9", Some(25)),
            ("AA1", Some(26)),
            ("1", None),
        ] {
            assert_eq!(column_of(place), expected, "{place}");
        }
    }

    #[test]
    fn cells_are_read_by_place_kind_and_entity() {
        let strings = shared(
            "<sst><si><t>An &amp; Bình</t></si><si><r><t>a</t></r><r><t>b</t></r></si></sst>",
        )
        .unwrap();
        let sheet = "<worksheet><sheetData><row><c r=\"A1\" t=\"s\"><v>0</v></c>\
                     <c r=\"C1\" t=\"s\"><v>1</v></c></row><row><c r=\"B2\"><v>7</v></c>\
                     <c r=\"C2\" t=\"inlineStr\"><is><t>x</t></is></c></row></sheetData></worksheet>";
        let found = lines(sheet, &strings).unwrap();
        assert_eq!(found, [vec!["An & Bình", "", "ab"], vec!["", "7", "x"]]);
        for odd in [&b""[..], b"PK\x03\x04", b"not a zip"] {
            assert!(read(odd).is_err());
        }
        assert!(lines("<!DOCTYPE x><worksheet/>", &[]).is_err());
    }
}
