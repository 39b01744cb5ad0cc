//! Text folding, so that a search finds Vietnamese words typed without marks.
//!
//! Owns: `fold`.
//! Not here: sorting; the console sorts with the browser's Vietnamese collation.

/// Lower case, without tone and vowel marks, `đ` as `d`, white space collapsed.
///
/// ```
/// assert_eq!(lgsp_model::text::fold("  Sở Nội vụ, ĐỒNG  Tháp"), "so noi vu, dong thap");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    let ascii = deunicode::deunicode(text);
    let mut folded = String::with_capacity(ascii.len());
    for word in ascii.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
    }
    folded
}
