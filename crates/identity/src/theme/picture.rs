//! Logos: small pictures of two kinds, known by their first bytes.
//!
//! Owns: what a picture is and how large, without decoding it.
//! Invariant: what is served as a picture begins as one, is small, and unfolds to few pixels.
//! Follows: PNG (ISO/IEC 15948), sections 5.2 and 11.2.2; WebP container (RFC 9649).

/// Largest logo, 32 KiB: it is read on every sign-in page.
pub(super) const LOGO_BYTES_MAX: usize = 32_768;
/// Longest side of a logo in pixels, far above what is shown.
pub(super) const LOGO_SIDE_MAX: u32 = 1_024;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// A picture that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) media_type: &'static str,
    pub(super) bytes: Vec<u8>,
}

/// Why something is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unfit {
    Unknown,
    TooLarge,
    TooManyPixels,
}

/// Looks at the first bytes of a picture.
pub(super) fn read(bytes: Vec<u8>) -> Result<Picture, Unfit> {
    if bytes.len() > LOGO_BYTES_MAX {
        return Err(Unfit::TooLarge);
    }
    let (media_type, sides) = match bytes.starts_with(PNG) {
        true => ("image/png", png(&bytes)),
        false => ("image/webp", webp(&bytes)),
    };
    let (width, height) = sides.ok_or(Unfit::Unknown)?;
    let fits = |side: u32| (1..=LOGO_SIDE_MAX).contains(&side);
    match fits(width) && fits(height) {
        true => Ok(Picture { media_type, bytes }),
        false => Err(Unfit::TooManyPixels),
    }
}

/// The first chunk is `IHDR`: width and height, big end first.
fn png(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(12..16)? != b"IHDR" {
        return None;
    }
    let number = |at: usize| -> Option<u32> {
        let four = bytes.get(at..at + 4)?;
        Some(u32::from_be_bytes(four.try_into().ok()?))
    };
    Some((number(16)?, number(20)?))
}

/// Three forms of the first chunk: lossy, lossless, extended.
fn webp(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.get(..4)? != b"RIFF" || bytes.get(8..12)? != b"WEBP" {
        return None;
    }
    let byte = |at: usize| bytes.get(at).copied().map(u32::from);
    match bytes.get(12..16)? {
        b"VP8 " if bytes.get(23..26)? == b"\x9d\x01\x2a" => {
            let side = |at: usize| Some((byte(at)? | (byte(at + 1)? << 8)) & 0x3fff);
            Some((side(26)?, side(28)?))
        }
        b"VP8L" if byte(20)? == 0x2f => {
            let bits = byte(21)? | (byte(22)? << 8) | (byte(23)? << 16) | (byte(24)? << 24);
            Some(((bits & 0x3fff) + 1, ((bits >> 14) & 0x3fff) + 1))
        }
        b"VP8X" => {
            let side =
                |at: usize| Some((byte(at)? | (byte(at + 1)? << 8) | (byte(at + 2)? << 16)) + 1);
            Some((side(24)?, side(27)?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png_of(width: u32, height: u32, length: usize) -> Vec<u8> {
        let mut bytes = [PNG, &[0, 0, 0, 13], b"IHDR"].concat();
        bytes.extend(width.to_be_bytes());
        bytes.extend(height.to_be_bytes());
        bytes.resize(length, 0);
        bytes
    }

    fn webp_of(chunk: &[u8; 4], rest: &[u8]) -> Vec<u8> {
        [b"RIFF\0\0\0\0WEBP", chunk.as_slice(), &[0; 4], rest].concat()
    }

    #[test]
    fn pictures_are_known_by_their_first_bytes_and_stay_small() {
        let side = LOGO_SIDE_MAX;
        assert_eq!(
            read(png_of(side, 1, LOGO_BYTES_MAX)).unwrap().media_type,
            "image/png"
        );
        assert_eq!(read(png_of(1, 1, LOGO_BYTES_MAX + 1)), Err(Unfit::TooLarge));
        assert_eq!(read(png_of(side + 1, 1, 64)), Err(Unfit::TooManyPixels));
        assert_eq!(read(png_of(0, 1, 64)), Err(Unfit::TooManyPixels));
        for bad in [
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            b"GIF89a".to_vec(),
            Vec::new(),
            png_of(1, 1, 20),
            webp_of(b"VP8 ", &[0; 10]),
            webp_of(b"ALPH", &[0; 30]),
        ] {
            assert_eq!(read(bad.clone()), Err(Unfit::Unknown), "{bad:?}");
        }
    }

    #[test]
    fn the_three_forms_of_webp_tell_their_sides() {
        let lossy = webp_of(b"VP8 ", &[0, 0, 0, 0x9d, 1, 0x2a, 64, 0, 32, 0]);
        assert_eq!(webp(&lossy), Some((64, 32)));
        let lossless = webp_of(b"VP8L", &[0x2f, 63, 0xc0, 7, 0]);
        assert_eq!(webp(&lossless), Some((64, 32)));
        let extended = webp_of(b"VP8X", &[0, 0, 0, 0, 63, 0, 0, 31, 0, 0]);
        assert_eq!(webp(&extended), Some((64, 32)));
        assert_eq!(read(extended).unwrap().media_type, "image/webp");
    }
}
