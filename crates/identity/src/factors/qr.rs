//! The picture that an authenticator application reads.
//!
//! Owns: a text as a QR code in SVG.
//! Invariant: dark on light in both themes, with the quiet zone that readers need; no style
//! and no script, so that the strict content security policy holds.
//! Follows: ISO/IEC 18004.

use qrcode::{Color, EcLevel, QrCode};

/// Light modules around the code (section 5.3.8).
const QUIET_MODULES: usize = 4;

/// The text as an SVG picture named by `title`; nothing when the text is too long.
pub(crate) fn svg(text: &str, title: &str) -> Option<String> {
    let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).ok()?;
    let width = code.width();
    let side = width + 2 * QUIET_MODULES;
    let mut path = String::new();
    for (index, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (index % width + QUIET_MODULES, index / width + QUIET_MODULES);
            path.push_str(&format!("M{x} {y}h1v1h-1z"));
        }
    }
    let title: String = title.chars().filter(|c| !"<>&\"".contains(*c)).collect();
    Some(format!(
        "<svg class=\"qr\" role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {side} {side}\" \
         xmlns=\"http://www.w3.org/2000/svg\" shape-rendering=\"crispEdges\">\
         <rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/>\
         <path d=\"{path}\" fill=\"#000\"/></svg>"
    ))
}

#[cfg(test)]
mod tests {
    use super::svg;

    #[test]
    fn a_picture_has_its_quiet_zone_and_no_markup_from_outside() {
        let picture = svg("otpauth://totp/a:b?secret=MY", "Mã <b>").unwrap();
        assert!(picture.contains("aria-label=\"Mã b\""), "{picture}");
        assert!(picture.contains("M4 4h1v1h-1z"), "{picture}");
        assert!(!picture.contains("style") && !picture.contains("script"));
        assert!(svg(&"x".repeat(4_000), "x").is_none());
    }
}
