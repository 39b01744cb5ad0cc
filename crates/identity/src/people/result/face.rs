//! A typeface within a document: what letters look like, how wide they are, which are used.
//!
//! Owns: `Face`, its objects in a PDF.
//! Not here: where text stands (`paper.rs`), the font files (`data/fonts/`).
//! Invariant: only used glyphs are embedded, and each maps back to its letter, so that text can be
//! searched and copied.
//! Follows: ISO 32000-2, 9.7 (composite fonts) and 9.10 (ToUnicode).

use std::{collections::BTreeMap, io::Write as _};

use flate2::{Compression, write::ZlibEncoder};
use lgsp_platform::Error as PlatformError;
use pdf_writer::{
    Filter, Finish as _, Name, Pdf, Ref, Str,
    types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap},
};
use subsetter::GlyphRemapper;
use ttf_parser::{Face as Outlines, GlyphId};

use crate::error::{Error, Result};

/// What stands for a letter that the typeface lacks.
const UNKNOWN: char = '?';
/// A PDF counts the width of letters in thousandths of the font size.
const THOUSANDTHS: f32 = 1_000.0;
/// Thickness of stems; viewers use it only when they replace the font, which is embedded.
const STEM: f32 = 80.0;

const SYSTEM: SystemInfo<'static> = SystemInfo {
    registry: Str(b"Adobe"),
    ordering: Str(b"Identity"),
    supplement: 0,
};

/// A typeface, and the glyphs of it that were used.
pub(super) struct Face {
    name: &'static str,
    file: &'static [u8],
    outlines: Outlines<'static>,
    glyphs: GlyphRemapper,
    /// Letter and width of each used glyph, by its number in the document.
    used: BTreeMap<u16, (char, f32)>,
}

/// The objects that a face becomes.
pub(super) struct FaceRefs {
    pub(super) font: Ref,
    pub(super) cid: Ref,
    pub(super) descriptor: Ref,
    pub(super) unicode: Ref,
    pub(super) file: Ref,
}

fn broken(what: impl std::fmt::Display) -> Error {
    Error::Platform(PlatformError::Internal(format!("typeface: {what}")))
}

impl Face {
    /// # Errors
    /// `platform.internal.failed` when the file is no typeface: a bug.
    pub(super) fn new(name: &'static str, file: &'static [u8]) -> Result<Self> {
        let outlines = Outlines::parse(file, 0).map_err(broken)?;
        Ok(Self {
            name,
            file,
            outlines,
            glyphs: GlyphRemapper::new(),
            used: BTreeMap::new(),
        })
    }

    fn glyph(&self, letter: char) -> (char, GlyphId) {
        let find = |letter| self.outlines.glyph_index(letter);
        match find(letter) {
            Some(glyph) => (letter, glyph),
            None => (UNKNOWN, find(UNKNOWN).unwrap_or_default()),
        }
    }

    #[cfg(test)]
    pub(super) fn has(&self, letter: char) -> bool {
        self.outlines.glyph_index(letter).is_some()
    }

    fn scaled(&self, units: f32) -> f32 {
        units * THOUSANDTHS / f32::from(self.outlines.units_per_em())
    }

    fn advance(&self, glyph: GlyphId) -> f32 {
        self.scaled(f32::from(
            self.outlines.glyph_hor_advance(glyph).unwrap_or_default(),
        ))
    }

    /// Width of a text, in points.
    pub(super) fn width(&self, size: f32, text: &str) -> f32 {
        let thousandths: f32 = text
            .chars()
            .map(|letter| self.advance(self.glyph(letter).1))
            .sum();
        thousandths * size / THOUSANDTHS
    }

    /// The text as the document writes it: the number of each glyph, two bytes.
    pub(super) fn encode(&mut self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() * 2);
        for letter in text.chars() {
            let (letter, glyph) = self.glyph(letter);
            let number = self.glyphs.remap(glyph.0);
            let width = self.advance(glyph);
            self.used.entry(number).or_insert((letter, width));
            bytes.extend(number.to_be_bytes());
        }
        bytes
    }

    /// Writes the typeface into the document.
    ///
    /// # Errors
    /// `platform.internal.failed`: a bug.
    pub(super) fn write(&self, pdf: &mut Pdf, refs: &FaceRefs) -> Result<()> {
        // Viewers take the six letters for the mark of a subset.
        let name = format!("LGSPRS+{}", self.name);
        let name = Name(name.as_bytes());
        pdf.type0_font(refs.font)
            .base_font(name)
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(refs.cid)
            .to_unicode(refs.unicode);
        let mut cid = pdf.cid_font(refs.cid);
        cid.subtype(CidFontType::Type2)
            .base_font(name)
            .system_info(SYSTEM)
            .font_descriptor(refs.descriptor)
            .default_width(0.0)
            .cid_to_gid_map_predefined(Name(b"Identity"));
        let mut widths = cid.widths();
        for (number, (_, width)) in &self.used {
            widths.consecutive(*number, [*width]);
        }
        widths.finish();
        cid.finish();
        self.describe(pdf, refs, name);
        let mut unicode = UnicodeCmap::new(Name(b"Letters"), SYSTEM);
        for (number, (letter, _)) in &self.used {
            unicode.pair(*number, *letter);
        }
        pdf.cmap(refs.unicode, &unicode.finish());
        let subset = subsetter::subset(self.file, 0, &self.glyphs).map_err(broken)?;
        let packed = packed(&subset)?;
        let mut file = pdf.stream(refs.file, &packed);
        file.filter(Filter::FlateDecode);
        file.pair(
            Name(b"Length1"),
            i32::try_from(subset.len()).map_err(broken)?,
        );
        file.finish();
        Ok(())
    }

    fn describe(&self, pdf: &mut Pdf, refs: &FaceRefs, name: Name<'_>) {
        let outlines = &self.outlines;
        let scaled = |units: i16| self.scaled(f32::from(units));
        let frame = outlines.global_bounding_box();
        let height = outlines
            .capital_height()
            .unwrap_or_else(|| outlines.ascender());
        pdf.font_descriptor(refs.descriptor)
            .name(name)
            .flags(FontFlags::SYMBOLIC | FontFlags::SERIF)
            .bbox(pdf_writer::Rect::new(
                scaled(frame.x_min),
                scaled(frame.y_min),
                scaled(frame.x_max),
                scaled(frame.y_max),
            ))
            .italic_angle(0.0)
            .ascent(scaled(outlines.ascender()))
            .descent(scaled(outlines.descender()))
            .cap_height(scaled(height))
            .stem_v(STEM)
            .font_file2(refs.file);
    }
}

/// Bytes as `FlateDecode` reads them.
///
/// # Errors
/// `platform.file.failed`: memory does not fail, so a bug.
pub(super) fn packed(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).map_err(PlatformError::from)?;
    Ok(encoder.finish().map_err(PlatformError::from)?)
}
