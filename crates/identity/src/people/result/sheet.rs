//! The result of a review on paper: heading, table over pages, summary, places for signatures.
//!
//! Owns: `Sheet`, what stands where.
//! Not here: drawing (`paper.rs`), words (`words.rs`), signing and keeping (`mod.rs`).
//! Invariant: every line of the review is on it once; the head of the table opens each page.
//! Follows: Decree 30/2020/NĐ-CP (the look of an administrative document).

use std::collections::BTreeMap;

use lgsp_model::Timestamp;

use super::{
    paper::{Align, HEIGHT, Paper, Style, WIDTH},
    words,
};
use crate::{
    error::Result,
    people::review_rows::{ReviewCampaign, ReviewDecision, ReviewLine},
};

/// Margins and places, in points.
const LEFT: f32 = 57.0;
const RIGHT: f32 = WIDTH - 42.0;
const TOP: f32 = 50.0;
const BOTTOM: f32 = HEIGHT - 46.0;
const FOOT: f32 = HEIGHT - 26.0;
/// Between text and the lines around a cell.
const PAD: f32 = 3.0;
/// From base line to base line in the table.
const LEADING: f32 = 10.5;
/// From base line to base line elsewhere.
const STEP: f32 = 16.0;
/// Height that the head of the table takes at most.
const TABLE_HEAD: f32 = 40.0;
/// Room that summary and signatures need together.
const CLOSING: f32 = 190.0;
/// Room that the signatures need alone.
const SIGNATURES: f32 = 120.0;

const TITLE: Style = style(true, 14.0);
const HEAD: Style = style(true, 11.0);
const BODY: Style = style(false, 11.0);
const STRONG: Style = style(true, 11.0);
const CELL: Style = style(false, 8.0);
const CELL_HEAD: Style = style(true, 8.0);
const SMALL: Style = style(false, 7.0);

/// Columns: what is written above, and how wide each is; together as wide as the page allows.
const COLUMNS: [(&str, f32); 10] = [
    ("TT", 26.0),
    ("Tài khoản", 84.0),
    ("Họ và tên, chức vụ", 108.0),
    ("Loại, tình trạng", 78.0),
    ("Đơn vị", 100.0),
    ("Vai trò", 112.0),
    ("Hiệu lực", 56.0),
    ("Dùng gần nhất", 52.0),
    ("Kết luận", 64.0),
    ("Người kết luận", 63.0),
];

const fn style(is_bold: bool, size: f32) -> Style {
    Style { is_bold, size }
}

/// Names that the sheet shows and the review does not hold.
pub(super) struct Names<'a> {
    /// The agency of the review.
    pub(super) agency: &'a str,
    /// The agency above it.
    pub(super) above: Option<&'a str>,
    /// Names of agencies by their codes.
    pub(super) agencies: &'a BTreeMap<String, String>,
    /// Who closes the review.
    pub(super) closed_by: &'a str,
    /// Name of the key that signs the file.
    pub(super) key: &'a str,
}

/// A result that is being written.
struct Sheet<'a> {
    paper: Paper,
    names: &'a Names<'a>,
    /// Where the next line stands, from above.
    y: f32,
}

/// Writes the result of a closed review as a PDF.
///
/// # Errors
/// `platform.internal.failed`: a bug.
pub(super) fn write(
    review: &ReviewCampaign,
    lines: &[ReviewLine],
    closed_at: Timestamp,
    names: &Names<'_>,
) -> Result<Vec<u8>> {
    let mut sheet = Sheet {
        paper: Paper::new()?,
        names,
        y: TOP,
    };
    sheet.paper.begin_page();
    sheet.heading(review, closed_at);
    sheet.table(lines);
    sheet.closing(lines, closed_at);
    sheet.feet(review);
    let title = format!("Kết quả rà soát tài khoản – {}", names.agency);
    sheet.paper.finish(&title, names.agency, closed_at)
}

impl Sheet<'_> {
    fn centred(&mut self, x: f32, style: Style, text: &str) {
        self.paper.text((x, self.y), Align::Centre, style, text);
    }

    /// A short line below a centred text, as the decree asks for.
    fn underline(&mut self, x: f32, length: f32) {
        let y = self.y + 5.0;
        self.paper
            .line((x - length / 2.0, y), (x + length / 2.0, y));
    }

    fn heading(&mut self, review: &ReviewCampaign, closed_at: Timestamp) {
        let (left, right) = (LEFT + 160.0, RIGHT - 190.0);
        if let Some(above) = self.names.above {
            self.centred(left, BODY, &above.to_uppercase());
        }
        self.centred(right, HEAD, "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM");
        self.y += STEP;
        let agency = self.names.agency.to_uppercase();
        let names = self.paper.broken(HEAD, 320.0, &agency);
        let begin = self.y;
        for name in &names {
            self.centred(left, HEAD, name);
            self.y += STEP;
        }
        self.y -= STEP;
        self.underline(left, 90.0);
        let end = std::mem::replace(&mut self.y, begin);
        self.centred(right, HEAD, "Độc lập - Tự do - Hạnh phúc");
        self.underline(right, 150.0);
        self.y = end.max(begin + STEP) + 1.5 * STEP;
        self.centred(
            f32::midpoint(LEFT, RIGHT),
            TITLE,
            "KẾT QUẢ RÀ SOÁT TÀI KHOẢN",
        );
        self.y += STEP;
        let period = format!(
            "Đợt rà soát từ {} đến {}",
            words::day_in_words(review.opened_at),
            words::day_in_words(closed_at)
        );
        self.centred(f32::midpoint(LEFT, RIGHT), BODY, &period);
        self.y += 1.5 * STEP;
        let facts = [
            format!(
                "Phạm vi: {} ({}) và các đơn vị bên dưới.",
                self.names.agency, review.agency
            ),
            format!(
                "Người mở: {}. Hạn hoàn thành: {}. Người đóng: {}.",
                review.opened_by,
                words::day(review.due_at),
                self.names.closed_by
            ),
        ];
        for fact in facts {
            self.paragraph(BODY, &fact);
        }
        self.y += 2.0;
    }

    fn paragraph(&mut self, style: Style, text: &str) {
        for line in self.paper.broken(style, RIGHT - LEFT, text) {
            if self.y > BOTTOM {
                self.turn();
            }
            self.paper.text((LEFT, self.y), Align::Left, style, &line);
            self.y += STEP;
        }
    }

    fn turn(&mut self) {
        self.paper.begin_page();
        self.y = TOP;
    }

    fn table(&mut self, lines: &[ReviewLine]) {
        self.table_head();
        for (place, line) in lines.iter().enumerate() {
            self.row(&cells(place + 1, line, self.names));
        }
    }

    fn table_head(&mut self) {
        self.paper.line((LEFT, self.y), (RIGHT, self.y));
        let cells: Vec<Vec<String>> = COLUMNS
            .iter()
            .map(|(name, width)| self.paper.broken(CELL_HEAD, width - 2.0 * PAD, name))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1);
        self.slice(&cells, CELL_HEAD, 0, height);
    }

    /// Draws a row; on the next page when it does not fit here but there, and over pages when it
    /// is longer than one.
    fn row(&mut self, texts: &[String]) {
        let cells: Vec<Vec<String>> = texts
            .iter()
            .zip(&COLUMNS)
            .map(|(text, (_, width))| self.paper.broken(CELL, width - 2.0 * PAD, text))
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let mut begin = 0;
        while begin < height {
            let left = height - begin;
            let room = lines_in(BOTTOM - self.y);
            if room < left && room < lines_in(BOTTOM - TOP - TABLE_HEAD) {
                self.turn();
                self.table_head();
            }
            let end = height.min(begin + lines_in(BOTTOM - self.y).max(1));
            self.slice(&cells, CELL, begin, end);
            begin = end;
        }
    }

    /// Draws some lines of a row, with the lines around them.
    fn slice(&mut self, cells: &[Vec<String>], style: Style, begin: usize, end: usize) {
        let count = u16::try_from(end - begin).unwrap_or(u16::MAX);
        let bottom = self.y + f32::from(count) * LEADING + 2.0 * PAD;
        let mut x = LEFT;
        self.paper.line((x, self.y), (x, bottom));
        for (lines, (_, width)) in cells.iter().zip(&COLUMNS) {
            let mut y = self.y + PAD + LEADING - 2.5;
            for line in lines.iter().skip(begin).take(end - begin) {
                self.paper.text((x + PAD, y), Align::Left, style, line);
                y += LEADING;
            }
            x += width;
            self.paper.line((x, self.y), (x, bottom));
        }
        self.paper.line((LEFT, bottom), (RIGHT, bottom));
        self.y = bottom;
    }

    fn closing(&mut self, lines: &[ReviewLine], closed_at: Timestamp) {
        self.y += 1.5 * STEP;
        if self.y > BOTTOM - CLOSING {
            self.turn();
        }
        let count = |wanted: ReviewDecision| {
            let is_it = |line: &&ReviewLine| line.decision == Some(wanted);
            lines.iter().filter(is_it).count()
        };
        let summary = format!(
            "Tổng hợp: {} tài khoản; giữ {}, cần sửa {}, khóa {}.",
            lines.len(),
            count(ReviewDecision::Keep),
            count(ReviewDecision::Change),
            count(ReviewDecision::Lock)
        );
        self.paragraph(STRONG, &summary);
        let mut deciders = BTreeMap::<&str, usize>::new();
        for line in lines {
            *deciders
                .entry(line.decided_by.as_deref().unwrap_or("–"))
                .or_default() += 1;
        }
        let deciders: Vec<String> = deciders
            .iter()
            .map(|(name, lines)| format!("{name} ({lines} tài khoản)"))
            .collect();
        if !deciders.is_empty() {
            self.paragraph(BODY, &format!("Người kết luận: {}.", deciders.join(", ")));
        }
        if self.y > BOTTOM - SIGNATURES {
            self.turn();
        }
        self.y += STEP / 2.0;
        let (left, right) = (LEFT + 160.0, RIGHT - 190.0);
        let day = words::day_in_words(closed_at);
        let capital = day.replacen("ngày", "Ngày", 1);
        self.centred(right, BODY, &capital);
        self.y += STEP;
        self.centred(left, STRONG, "NGƯỜI LẬP BIỂU");
        self.centred(right, STRONG, "THỦ TRƯỞNG CƠ QUAN");
        self.y += STEP;
        self.centred(left, BODY, "(Ký, ghi rõ họ tên)");
        self.centred(right, BODY, "(Ký, ghi rõ họ tên, đóng dấu)");
    }

    fn feet(&mut self, review: &ReviewCampaign) {
        let pages = self.paper.count();
        let about = format!(
            "Đợt {}. Kèm tệp chữ ký .jws của nền tảng (khóa {}); đó không phải chữ ký số do tổ chức chứng thực cấp.",
            review.id, self.names.key
        );
        for page in 0..pages {
            self.paper
                .text_on(page, (LEFT, FOOT), Align::Left, SMALL, &about);
            let number = format!("Trang {}/{pages}", page + 1);
            self.paper
                .text_on(page, (RIGHT, FOOT), Align::Right, SMALL, &number);
        }
    }
}

/// How many lines of the table stand in a height.
fn lines_in(height: f32) -> usize {
    let mut lines = 0_usize;
    let mut left = height - 2.0 * PAD - LEADING;
    while left >= 0.0 {
        lines += 1;
        left -= LEADING;
    }
    lines
}

fn cells(place: usize, line: &ReviewLine, names: &Names<'_>) -> [String; 10] {
    let with = |first: &str, second: Option<&str>| match second {
        Some(second) if !second.is_empty() => format!("{first}\n{second}"),
        _ => first.to_owned(),
    };
    let by = line.decided_by.as_deref().unwrap_or_default();
    let when = line.decided_at.map(words::day);
    [
        place.to_string(),
        line.username.clone(),
        with(&line.display_name, line.position.as_deref()),
        with(words::kind(&line.kind), Some(words::state(&line.state))),
        line.agency
            .as_ref()
            .map(|code| names.agencies.get(code).unwrap_or(code).clone())
            .unwrap_or_default(),
        words::granted(&line.roles),
        words::validity(line.valid_from, line.valid_until),
        words::day(line.last_used_at),
        with(words::decision(line.decision), line.note.as_deref()),
        with(by, when.as_deref()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_columns_fill_the_page() {
        let width: f32 = COLUMNS.iter().map(|(_, width)| width).sum();
        assert!((width - (RIGHT - LEFT)).abs() < 0.1, "{width}");
    }

    #[test]
    fn a_height_holds_so_many_lines() {
        assert_eq!(lines_in(0.0), 0);
        assert_eq!(lines_in(LEADING + 2.0 * PAD), 1);
        assert_eq!(lines_in(2.0 * LEADING + 2.0 * PAD), 2);
    }
}
