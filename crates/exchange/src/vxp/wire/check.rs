//! The server's check of a call's headers.
//!
//! Owns: the six steps from "who is it" to "is it fresh".
//! Not here: which systems there are (the directory), what may be asked (`../server/`).
//! Invariant: parameters come from the text under the MAC, never from a header beside it; the
//! same MAC twice is normal, so nothing is remembered of it.
//! Follows: design document "Document exchange", section 7.1, server check.

use axum::http::{HeaderMap, header::CONTENT_TYPE};
use lgsp_model::Timestamp;

use super::{
    Code, HASH_HEADER, MacKey, PREFIX, Parameters, Refused, SIGN_HEADER, SIGN_HEADER_KEY,
    SYSTEM_ID, Window, is_mac_of, parse_timestamp,
};

/// What a call claims to be, before anything is checked.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Who says to call.
    pub systemid: &'a str,
    signed: &'a [u8],
    names: &'a str,
    mac: &'a [u8],
    headers: &'a HeaderMap,
}

/// A call that passed.
#[derive(Debug, Clone)]
pub struct Call<'a> {
    /// Signed parameters.
    pub parameters: Parameters<'a>,
    /// When the client signed it, by its own clock.
    pub signed_at: Timestamp,
    /// Which of the system's secrets fitted, by position.
    pub secret: usize,
}

impl<'a> Claim<'a> {
    /// Reads the four headers that every call has.
    ///
    /// # Errors
    /// [`Code::Parameter`] with the name of a header that is missing or not text.
    pub fn read(headers: &'a HeaderMap) -> Result<Self, Refused> {
        Ok(Self {
            systemid: text(headers, SYSTEM_ID)?.trim(),
            signed: bytes(headers, SIGN_HEADER)?,
            names: text(headers, SIGN_HEADER_KEY)?,
            mac: bytes(headers, HASH_HEADER)?,
            headers,
        })
    }

    /// Checks MAC, headers and timestamp against the system's secrets, newest first.
    ///
    /// # Errors
    /// [`Code::Mac`], [`Code::HeaderDiffers`], [`Code::Timestamp`], in this order of steps.
    pub fn check<'k>(
        &self,
        secrets: impl IntoIterator<Item = &'k MacKey>,
        window: &Window,
        now: Timestamp,
    ) -> Result<Call<'a>, Refused> {
        let secret = secrets
            .into_iter()
            .position(|secret| is_mac_of(secret, self.signed, self.mac))
            .ok_or_else(|| Refused::new(Code::Mac, ""))?;
        let parameters = Parameters::read(self.signed)?;
        self.compare_names(&parameters)?;
        self.compare_values(&parameters)?;
        let given = parameters
            .get("timestamp")
            .ok_or_else(|| Refused::new(Code::Timestamp, "timestamp"))?;
        let signed_at = parse_timestamp(given.trim(), window.offset_minutes)
            .filter(|at| window.holds(*at, now))
            .ok_or_else(|| Refused::new(Code::Timestamp, ""))?;
        Ok(Call {
            parameters,
            signed_at,
            secret,
        })
    }

    /// `sign-header-key` and `sign-header` name the same things.
    fn compare_names(&self, parameters: &Parameters<'_>) -> Result<(), Refused> {
        let mut listed = 0;
        for name in self.names.split(';').filter(|name| !name.is_empty()) {
            listed += 1;
            if !parameters.is_signed(name.trim()) {
                return Err(differs(name.trim()));
            }
        }
        if listed == parameters.len() {
            return Ok(());
        }
        Err(differs("sign-header-key"))
    }

    /// Each signed value stands in its HTTP header too, and the two that HTTP itself or the
    /// choice of the secret rest on are the signed ones.
    fn compare_values(&self, parameters: &Parameters<'_>) -> Result<(), Refused> {
        for (name, value) in parameters.iter() {
            let mut given = self.headers.get_all(name).iter();
            // HTTP itself takes white space off both ends of a value.
            let is_same = |header: &axum::http::HeaderValue| {
                header.as_bytes().trim_ascii() == value.trim_ascii().as_bytes()
            };
            if !given.any(is_same) {
                return Err(differs(name.get(PREFIX.len()..).unwrap_or_default()));
            }
        }
        if parameters.get("systemid").map(str::trim) != Some(self.systemid) {
            return Err(differs("systemid"));
        }
        let media_type = self.headers.get(CONTENT_TYPE).map(|value| value.as_bytes());
        let signed = parameters.get("Content-Type").map(str::as_bytes);
        match (media_type, signed) {
            (Some(sent), Some(signed)) if sent.eq_ignore_ascii_case(signed.trim_ascii()) => Ok(()),
            _ => Err(differs("Content-Type")),
        }
    }
}

/// The name comes from the caller: it is cut and reaches only the caller.
fn differs(name: &str) -> Refused {
    Refused::new(Code::HeaderDiffers, name.to_owned())
}

fn bytes<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a [u8], Refused> {
    headers
        .get(name)
        .map(|value| value.as_bytes().trim_ascii())
        .ok_or_else(|| Refused::new(Code::Parameter, name))
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> Result<&'a str, Refused> {
    std::str::from_utf8(bytes(headers, name)?).map_err(|_| Refused::new(Code::Parameter, name))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use proptest::prelude::*;

    use super::*;
    use crate::vxp::wire::{JSON, OCTET_STREAM, mac_key, sign};

    const SECRET: &[u8] = b"demo-secret-not-real";
    const NOW: &str = "2026-11-22T06:15:00.042Z";
    const STAMP: &str = "22112026T131500+0042";

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339(NOW).unwrap()
    }

    fn base() -> Vec<(&'static str, &'static str)> {
        vec![
            ("timestamp", STAMP),
            ("systemid", "demo.lgsp.h34"),
            ("Content-Type", JSON),
            ("docId", "1"),
        ]
    }

    fn check(headers: &HeaderMap) -> Result<String, Code> {
        let claim = Claim::read(headers).map_err(|refused| refused.code)?;
        claim
            .check([&mac_key(SECRET)], &Window::default(), now())
            .map(|call| call.parameters.get("docId").unwrap_or_default().to_owned())
            .map_err(|refused| refused.code)
    }

    fn signed(logical: &[(&str, &str)]) -> HeaderMap {
        sign(&mac_key(SECRET), logical).unwrap()
    }

    /// Section 7.6 of the design document, put in by hand.
    fn known_answer() -> HeaderMap {
        let hash_file = "465c98a94a11676aaf3262a80684eb2277a16715db46037ddf561452dc4d";
        let sign_header = format!(
            "{{\"XroadVnpt-Content-Type\":\"application/octet-stream\",\
             \"XroadVnpt-hash-file\":\"{hash_file}\",\"XroadVnpt-messagetype\":\"edoc\",\
             \"XroadVnpt-servicetype\":\"eDoc\",\"XroadVnpt-from\":\"H34.01\",\
             \"XroadVnpt-systemid\":\"demo.lgsp.h34\",\"XroadVnpt-timestamp\":\"{STAMP}\"}}"
        );
        assert_eq!(sign_header.len(), 308);
        let mut headers = HeaderMap::new();
        let mac = "1e1c84e572d8ece9d86a6fe65bf3b1b83f06fe1ff006ec4e3ac69d66747682dc";
        let names = "Content-Type;hash-file;messagetype;servicetype;from;systemid;timestamp";
        for (name, value) in [
            ("content-type", OCTET_STREAM),
            ("xroadvnpt-content-type", OCTET_STREAM),
            ("xroadvnpt-hash-file", hash_file),
            ("xroadvnpt-messagetype", "edoc"),
            ("xroadvnpt-servicetype", "eDoc"),
            ("xroadvnpt-from", "H34.01"),
            (SYSTEM_ID, "demo.lgsp.h34"),
            ("xroadvnpt-timestamp", STAMP),
            (SIGN_HEADER_KEY, names),
            (SIGN_HEADER, &sign_header),
            (HASH_HEADER, mac),
        ] {
            headers.insert(
                axum::http::HeaderName::from_static(name),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        headers
    }

    #[test]
    fn the_known_answer_passes_and_we_sign_the_same() {
        let headers = known_answer();
        let claim = Claim::read(&headers).unwrap();
        assert_eq!(claim.systemid, "demo.lgsp.h34");
        let call = claim
            .check([&mac_key(SECRET)], &Window::default(), now())
            .unwrap();
        assert_eq!(call.parameters.get("from"), Some("H34.01"));
        assert_eq!(call.signed_at, now());
        let logical: Vec<(&str, &str)> = call
            .parameters
            .iter()
            .map(|(name, value)| (name.strip_prefix(PREFIX).unwrap(), value))
            .collect();
        let ours = signed(&logical);
        for name in [SIGN_HEADER, SIGN_HEADER_KEY, HASH_HEADER, "content-type"] {
            assert_eq!(ours.get(name), headers.get(name), "{name}");
        }
    }

    #[test]
    fn the_sample_vector_passes() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../shared/samples/vectors/vxp_sendEdoc_vector.json"
        );
        let Ok(text) = std::fs::read(path) else {
            eprintln!("skipped: no samples");
            return;
        };
        let vector: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let mut headers = HeaderMap::new();
        for (name, value) in vector["request"]["headers"].as_object().unwrap() {
            headers.insert(
                axum::http::HeaderName::try_from(name.as_str()).unwrap(),
                HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
            );
        }
        let key = mac_key(vector["secret"].as_str().unwrap().as_bytes());
        let claim = Claim::read(&headers).unwrap();
        assert!(claim.check([&key], &Window::default(), now()).is_ok());
    }

    #[test]
    fn each_step_refuses_with_its_own_code() {
        assert_eq!(check(&signed(&base())).as_deref(), Ok("1"));
        let change = |name: &'static str, value: &'static str| {
            let mut headers = signed(&base());
            headers.insert(name, HeaderValue::from_static(value));
            check(&headers)
        };
        assert_eq!(change(HASH_HEADER, "00"), Err(Code::Mac));
        assert_eq!(change(SIGN_HEADER, "{}"), Err(Code::Mac));
        assert_eq!(change("xroadvnpt-docid", "2"), Err(Code::HeaderDiffers));
        assert_eq!(change(SYSTEM_ID, "other"), Err(Code::HeaderDiffers));
        assert_eq!(
            change("content-type", "text/html"),
            Err(Code::HeaderDiffers)
        );
        assert_eq!(change(SIGN_HEADER_KEY, "docId"), Err(Code::HeaderDiffers));
        assert_eq!(change(SIGN_HEADER_KEY, "a;b;c;d"), Err(Code::HeaderDiffers));
        let mut headers = signed(&base());
        headers.remove("xroadvnpt-timestamp");
        assert_eq!(check(&headers), Err(Code::HeaderDiffers));
        headers.remove(HASH_HEADER);
        assert_eq!(check(&headers), Err(Code::Parameter));
        let mut late = base();
        late[0].1 = "21112026T131459+0042";
        assert_eq!(check(&signed(&late)), Err(Code::Timestamp));
        late[0].1 = "22112026T132000+0043";
        assert_eq!(check(&signed(&late)), Err(Code::Timestamp));
        late[0].1 = "yesterday";
        assert_eq!(check(&signed(&late)), Err(Code::Timestamp));
    }

    #[test]
    fn the_kit_may_send_one_name_in_two_spellings() {
        let mut logical = base();
        logical.insert(0, ("docid", "stale"));
        assert_eq!(check(&signed(&logical)).as_deref(), Ok("1"));
    }

    #[test]
    fn an_older_secret_still_fits() {
        let headers = signed(&base());
        let secrets = [mac_key(b"new"), mac_key(SECRET)];
        let claim = Claim::read(&headers).unwrap();
        let call = claim.check(&secrets, &Window::default(), now()).unwrap();
        assert_eq!(call.secret, 1);
    }

    proptest! {
        #[test]
        fn what_is_signed_passes(
            values in proptest::collection::vec("[ -~]{1,40}|[à-ỹ]{1,9}", 0..8),
            order in any::<u64>(),
        ) {
            let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
            let mut logical: Vec<(&str, &str)> = base();
            logical.extend(names.iter().copied().zip(values.iter().map(String::as_str)));
            let turn = usize::try_from(order % logical.len() as u64).unwrap();
            logical.rotate_left(turn);
            prop_assert_eq!(check(&signed(&logical)), Ok("1".to_owned()));
        }

        #[test]
        fn one_changed_bit_of_the_text_never_passes(place in 0_usize..100, bit in 0_u32..7) {
            let mut headers = signed(&base());
            let mut text = headers.get(SIGN_HEADER).unwrap().as_bytes().to_vec();
            let place = place % text.len();
            text[place] ^= 1 << bit;
            prop_assume!(HeaderValue::from_bytes(&text).is_ok());
            let value = HeaderValue::from_bytes(&text).unwrap();
            // A changed end may be white space, which HTTP takes away.
            prop_assume!(value.as_bytes().trim_ascii().len() == text.len());
            headers.insert(SIGN_HEADER, value);
            prop_assert_eq!(check(&headers), Err(Code::Mac));
        }
    }
}
