//! Colours of a theme, and whether people can read with them.
//!
//! Owns: `Colour`, contrast against the surfaces of the pages.
//! Not here: the surfaces themselves (`templates/style.css`).
//! Follows: WCAG 2.2, 1.4.3 (AA) and "relative luminance".

/// Least contrast of text (level AA).
pub(super) const CONTRAST_MIN: f64 = 4.5;

/// A colour, eight bits a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Colour([u8; 3]);

/// What lies behind links, and what stands on buttons, on light pages.
pub(super) const LIGHT: [Colour; 2] = [Colour([0xf3, 0xf5, 0xf7]), Colour([0xff, 0xff, 0xff])];
/// The same on dark pages.
pub(super) const DARK: [Colour; 2] = [Colour([0x1b, 0x21, 0x28]), Colour([0x10, 0x14, 0x18])];

impl Colour {
    /// Reads `#2b66b1`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        let is_hex = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?;
        let [_, red, green, blue] = value.to_be_bytes();
        Some(Self([red, green, blue]))
    }

    /// The least contrast with any of these.
    pub(super) fn contrast(self, others: &[Self]) -> f64 {
        let own = self.luminance();
        let ratio = |other: &Self| {
            let other = other.luminance();
            (own.max(other) + 0.05) / (own.min(other) + 0.05)
        };
        others.iter().map(ratio).fold(f64::INFINITY, f64::min)
    }

    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let share = f64::from(channel) / 255.0;
            match share <= 0.04045 {
                true => share / 12.92,
                false => ((share + 0.055) / 1.055).powf(2.4),
            }
        };
        let [red, green, blue] = self.0.map(linear);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    }

    /// A part in `of` of the way to another colour: what a button does under the pointer.
    pub(super) fn towards(self, other: Self, (part, of): (u16, u16)) -> Self {
        let mut mixed = self.0;
        for (own, other) in mixed.iter_mut().zip(other.0) {
            let sum = u16::from(*own) * (of - part) + u16::from(other) * part;
            *own = u8::try_from(sum / of).unwrap_or(u8::MAX);
        }
        Self(mixed)
    }

    /// As style sheets write it.
    pub(super) fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }
}

/// Black.
pub(super) const BLACK: Colour = Colour([0, 0, 0]);
/// White.
pub(super) const WHITE: Colour = Colour([0xff, 0xff, 0xff]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_the_guidelines() {
        let black = BLACK.contrast(&[WHITE]);
        assert!((black - 21.0).abs() < 1e-9, "{black}");
        let grey = Colour::parse("#767676").unwrap();
        assert!((4.54..4.55).contains(&grey.contrast(&[WHITE])));
        let accent = Colour::parse("#2b66b1").unwrap();
        assert!(accent.contrast(&LIGHT) >= CONTRAST_MIN, "our own");
        let accent = Colour::parse("#6a9ad6").unwrap();
        assert!(accent.contrast(&DARK) >= CONTRAST_MIN, "our own");
    }

    #[test]
    fn colours_are_read_and_written() {
        for bad in [
            "", "#fff", "2b66b1", "#2b66b", "#2b66b1f", "#2b66g1", "#+1234a", "red",
        ] {
            assert!(Colour::parse(bad).is_none(), "{bad}");
        }
        let accent = Colour::parse("#2B66b1").unwrap();
        assert_eq!(accent.css(), "#2b66b1");
        assert_eq!(accent.towards(BLACK, (1, 5)).css(), "#22518d");
    }
}
