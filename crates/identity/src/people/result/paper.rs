//! Pages of paper: text and lines at places, written as a PDF.
//!
//! Owns: `Paper`, breaking text into lines, the document's frame.
//! Not here: what the pages say (`sheet.rs`), letters (`face.rs`).
//! Invariant: the same calls give the same bytes; nothing is drawn but text and straight lines.
//! Follows: ISO 32000-2 (PDF), by `pdf-writer`.

use lgsp_model::Timestamp;
use pdf_writer::{Content, Date, Filter, Finish as _, Name, Pdf, Rect, Ref, Str, TextStr};

use super::face::{Face, FaceRefs, packed};
use crate::error::Result;

/// A4, lying, in points.
pub(super) const WIDTH: f32 = 842.0;
/// See [`WIDTH`].
pub(super) const HEIGHT: f32 = 595.0;

/// Thickness of lines, in points.
const LINE: f32 = 0.5;
/// Vietnam's clock, in hours before UTC.
const ZONE_HOURS: i8 = 7;

/// Names of the two faces within a page.
const NAMES: [&[u8]; 2] = [b"R", b"B"];

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Style {
    pub(super) is_bold: bool,
    /// Size of the font, in points.
    pub(super) size: f32,
}

/// Where a text stands beside its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Centre,
    Right,
}

/// Pages that are being filled; places count from the upper left corner.
pub(super) struct Paper {
    regular: Face,
    bold: Face,
    pages: Vec<Content>,
}

impl Paper {
    /// # Errors
    /// `platform.internal.failed`: a bug.
    pub(super) fn new() -> Result<Self> {
        let regular = include_bytes!("../../../data/fonts/NotoSerif-Regular.subset.ttf");
        let bold = include_bytes!("../../../data/fonts/NotoSerif-Bold.subset.ttf");
        Ok(Self {
            regular: Face::new("NotoSerif-Regular", regular)?,
            bold: Face::new("NotoSerif-Bold", bold)?,
            pages: Vec::new(),
        })
    }

    /// Begins a page.
    pub(super) fn begin_page(&mut self) {
        self.pages.push(Content::new());
    }

    /// How many pages there are.
    pub(super) fn count(&self) -> usize {
        self.pages.len()
    }

    fn face(&self, style: Style) -> &Face {
        if style.is_bold {
            &self.bold
        } else {
            &self.regular
        }
    }

    /// Width of a text, in points.
    pub(super) fn width(&self, style: Style, text: &str) -> f32 {
        self.face(style).width(style.size, text)
    }

    /// Writes a text on the last page; `at` is where its base line begins, is centred or ends.
    pub(super) fn text(&mut self, at: (f32, f32), align: Align, style: Style, text: &str) {
        let last = self.pages.len().saturating_sub(1);
        self.text_on(last, at, align, style, text);
    }

    /// As [`Paper::text`], on any page.
    pub(super) fn text_on(
        &mut self,
        page: usize,
        (x, y): (f32, f32),
        align: Align,
        style: Style,
        text: &str,
    ) {
        let width = self.width(style, text);
        let left = match align {
            Align::Left => x,
            Align::Centre => x - width / 2.0,
            Align::Right => x - width,
        };
        let face = if style.is_bold {
            &mut self.bold
        } else {
            &mut self.regular
        };
        let bytes = face.encode(text);
        let Some(content) = self.pages.get_mut(page) else {
            return;
        };
        let [regular, bold] = NAMES;
        let name = if style.is_bold { bold } else { regular };
        content
            .begin_text()
            .set_font(Name(name), style.size)
            .next_line(left, HEIGHT - y)
            .show(Str(&bytes))
            .end_text();
    }

    /// Draws a straight line on the last page.
    pub(super) fn line(&mut self, from: (f32, f32), to: (f32, f32)) {
        if let Some(content) = self.pages.last_mut() {
            content
                .set_line_width(LINE)
                .move_to(from.0, HEIGHT - from.1)
                .line_to(to.0, HEIGHT - to.1)
                .stroke();
        }
    }

    /// Breaks a text into lines that are not wider than `width`; at spaces, and within a word
    /// that is too long by itself.
    pub(super) fn broken(&self, style: Style, width: f32, text: &str) -> Vec<String> {
        let mut lines = Vec::new();
        for paragraph in text.lines() {
            let mut line = String::new();
            for word in paragraph.split_whitespace() {
                let longer = if line.is_empty() {
                    word.to_owned()
                } else {
                    format!("{line} {word}")
                };
                if self.width(style, &longer) <= width {
                    line = longer;
                    continue;
                }
                if !line.is_empty() {
                    lines.push(std::mem::take(&mut line));
                }
                line = self.cut_word(style, width, word, &mut lines);
            }
            lines.push(line);
        }
        lines
    }

    /// Cuts a word into pieces that fit; the last one is given back, to be gone on with.
    fn cut_word(&self, style: Style, width: f32, word: &str, lines: &mut Vec<String>) -> String {
        let mut piece = String::new();
        for letter in word.chars() {
            let mut longer = piece.clone();
            longer.push(letter);
            if self.width(style, &longer) > width && !piece.is_empty() {
                lines.push(std::mem::take(&mut piece));
            }
            piece.push(letter);
        }
        piece
    }

    /// The document.
    ///
    /// # Errors
    /// `platform.internal.failed`: a bug.
    pub(super) fn finish(self, title: &str, author: &str, made_at: Timestamp) -> Result<Vec<u8>> {
        let mut pdf = Pdf::new();
        let mut next = Ref::new(1);
        let (catalog, tree, info) = (next.bump(), next.bump(), next.bump());
        let faces = [&self.regular, &self.bold].map(|face| {
            let refs = FaceRefs {
                font: next.bump(),
                cid: next.bump(),
                descriptor: next.bump(),
                unicode: next.bump(),
                file: next.bump(),
            };
            (face, refs)
        });
        let places: Vec<(Ref, Ref)> = self
            .pages
            .iter()
            .map(|_| (next.bump(), next.bump()))
            .collect();
        let mut root = pdf.catalog(catalog);
        root.pages(tree).lang(TextStr("vi-VN"));
        root.viewer_preferences().display_doc_title(true);
        root.finish();
        pdf.pages(tree)
            .kids(places.iter().map(|(page, _)| *page))
            .count(i32::try_from(places.len()).unwrap_or(i32::MAX));
        let mut about = pdf.document_info(info);
        about
            .title(TextStr(title))
            .author(TextStr(author))
            .producer(TextStr("LGSP"))
            .creation_date(date(made_at));
        about.finish();
        for (content, (page, text)) in self.pages.into_iter().zip(&places) {
            let mut written = pdf.page(*page);
            written
                .parent(tree)
                .media_box(Rect::new(0.0, 0.0, WIDTH, HEIGHT))
                .contents(*text);
            let mut resources = written.resources();
            let mut fonts = resources.fonts();
            for (name, (_, refs)) in NAMES.iter().zip(&faces) {
                fonts.pair(Name(name), refs.font);
            }
            fonts.finish();
            resources.finish();
            written.finish();
            let packed = packed(&content.finish())?;
            pdf.stream(*text, &packed).filter(Filter::FlateDecode);
        }
        for (face, refs) in &faces {
            face.write(&mut pdf, refs)?;
        }
        Ok(pdf.finish())
    }
}

/// An instant on Vietnam's clock, as documents write it.
fn date(at: Timestamp) -> Date {
    let text = at.format_vxp();
    let number = |from: usize, to: usize| -> Option<u8> { text.get(from..to)?.parse().ok() };
    let year: u16 = text
        .get(..4)
        .and_then(|year| year.parse().ok())
        .unwrap_or_default();
    Date::new(year)
        .month(number(5, 7).unwrap_or(1))
        .day(number(8, 10).unwrap_or(1))
        .hour(number(11, 13).unwrap_or_default())
        .minute(number(14, 16).unwrap_or_default())
        .second(number(17, 19).unwrap_or_default())
        .utc_offset_hour(ZONE_HOURS)
        .utc_offset_minute(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE: Style = Style {
        is_bold: false,
        size: 10.0,
    };

    #[test]
    fn lines_break_at_spaces_and_within_words_that_are_too_long() {
        let paper = Paper::new().unwrap();
        let width = paper.width(STYLE, "Văn phòng Uỷ ban");
        let lines = paper.broken(STYLE, width, "Văn phòng Uỷ ban nhân dân\nxã");
        assert_eq!(lines, ["Văn phòng Uỷ ban", "nhân dân", "xã"]);
        let narrow = paper.width(STYLE, "nguyen.v");
        let lines = paper.broken(STYLE, narrow, "a nguyen.van.an");
        assert_eq!(lines.concat(), "anguyen.van.an");
        assert!(lines.len() > 2, "{lines:?}");
        assert!(
            lines.iter().all(|line| paper.width(STYLE, line) <= narrow),
            "{lines:?}"
        );
        assert_eq!(paper.broken(STYLE, 0.0, "ab"), ["a", "b"], "it ends");
    }

    #[test]
    fn every_vietnamese_letter_has_its_glyph_in_both_weights() {
        let mut paper = Paper::new().unwrap();
        paper.begin_page();
        let letters: String = ('\u{1ea0}'..='\u{1ef9}')
            .chain("ăâđêôơưĂÂĐÊÔƠƯàáảãạèéẻẽẹìíỉĩịòóỏõọùúủũụỳýỷỹỵ“”‘’–—…".chars())
            .collect();
        let unknown = |paper: &Paper, is_bold| {
            let style = Style {
                is_bold,
                size: 10.0,
            };
            let face = paper.face(style);
            letters
                .chars()
                .filter(|letter| !face.has(*letter))
                .collect::<String>()
        };
        assert_eq!(unknown(&paper, false), "");
        assert_eq!(unknown(&paper, true), "");
    }

    #[test]
    fn the_same_pages_are_the_same_bytes() {
        let made = || {
            let mut paper = Paper::new().unwrap();
            paper.begin_page();
            paper.text((50.0, 50.0), Align::Left, STYLE, "Rà soát tài khoản ☃");
            paper.line((50.0, 60.0), (90.0, 60.0));
            paper
                .finish("Rà soát", "LGSP", Timestamp(1_795_000_000_000))
                .unwrap()
        };
        let first = made();
        assert_eq!(first, made());
        assert!(
            first.starts_with(b"%PDF-") && first.len() < 40_000,
            "{}",
            first.len()
        );
    }
}
