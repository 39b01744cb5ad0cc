//! Rules of a provider beyond its schema.
//!
//! Owns: `IdentityProvider::check`, the limits of its lists and texts.
//! Not here: the specification (`mod.rs`).

use lgsp_platform::error::FieldError;

use super::{ClientAuth, IdentityProvider, PersonKind, Unknown, UserinfoMethod};
use crate::upstream::claims::{ClaimMap, template_is_sound};

/// Scopes of one provider.
const SCOPES_MAX: usize = 20;
/// Rows of the table of levels.
const LEVELS_MAX: usize = 20;
/// Sources of one field.
const SOURCES_MAX: usize = 8;
/// Longest text of a field of the specification, in characters.
const TEXT_CHARS_MAX: usize = 500;
/// Longest wait for one answer, in seconds: people wait in front of it.
const TIMEOUT_SECONDS_MAX: u32 = 30;
/// Highest level that a table may give.
const LEVEL_MAX: u8 = 3;

impl IdentityProvider {
    /// Every broken rule with its place.
    pub(super) fn check(&self) -> Vec<FieldError> {
        let mut errors = Vec::new();
        self.check_addresses(&mut errors);
        self.check_lists(&mut errors);
        for (pointer, text, is_needed) in [
            ("/title", &self.title, true),
            ("/client_id", &self.client_id, true),
            ("/acr_values", &self.acr_values, false),
            ("/button_vi", &self.button_vi, false),
            ("/button_en", &self.button_en, false),
        ] {
            let is_missing = is_needed && text.trim().is_empty();
            if is_missing || text.chars().count() > TEXT_CHARS_MAX {
                errors.push(broken(
                    pointer,
                    "Cần có, tối đa 500 ký tự.",
                    "Needed, at most 500 characters.",
                ));
            }
        }
        if !(1..=TIMEOUT_SECONDS_MAX).contains(&self.timeout_seconds) {
            errors.push(broken(
                "/timeout_seconds",
                "Từ 1 đến 30 giây.",
                "From 1 to 30 seconds.",
            ));
        }
        if self.client_auth == ClientAuth::None && !self.pkce {
            errors.push(broken(
                "/pkce",
                "Không có khóa thì phải dùng PKCE.",
                "Without a secret PKCE is needed.",
            ));
        }
        errors
    }

    /// Addresses that may be written down, by field.
    fn endpoints(&self) -> [(&'static str, &str); 4] {
        [
            ("/authorization_endpoint", &self.authorization_endpoint),
            ("/token_endpoint", &self.token_endpoint),
            ("/userinfo_endpoint", &self.userinfo_endpoint),
            ("/jwks_uri", &self.jwks_uri),
        ]
    }

    fn check_addresses(&self, errors: &mut Vec<FieldError>) {
        let is_address = |address: &str| {
            let has_scheme = address.starts_with("https://")
                || (self.allow_local_addresses && address.starts_with("http://"));
            has_scheme && !address.contains('#') && !address.contains(char::is_whitespace)
        };
        let addresses = std::iter::once(("/issuer", self.issuer.as_str())).chain(
            self.endpoints()
                .into_iter()
                .filter(|(_, address)| !address.is_empty()),
        );
        for (pointer, _) in addresses.filter(|(_, address)| !is_address(address)) {
            errors.push(broken(
                pointer,
                "Địa chỉ bắt đầu bằng https:// (http:// chỉ khi cho phép địa chỉ nội bộ).",
                "The address starts with https:// (http:// only with local addresses allowed).",
            ));
        }
        let is_asked = self.userinfo_method != UserinfoMethod::None;
        for (pointer, address) in self.endpoints() {
            let is_needed = pointer != "/userinfo_endpoint" || is_asked;
            if self.is_explicit() && is_needed && address.is_empty() {
                errors.push(broken(
                    pointer,
                    "Khi tự khai địa chỉ thì phải khai đủ các địa chỉ.",
                    "Endpoints are written down all or none.",
                ));
            }
        }
    }

    fn check_lists(&self, errors: &mut Vec<FieldError>) {
        let is_level = |level: u8| (1..=LEVEL_MAX).contains(&level);
        let levels = self.levels.iter().map(|row| row.level);
        if !is_level(self.level_otherwise) || !levels.clone().all(is_level) {
            errors.push(broken("/levels", "Mức từ 1 đến 3.", "Levels are 1 to 3."));
        }
        if self.levels.len() > LEVELS_MAX {
            errors.push(broken("/levels", "Tối đa 20 dòng.", "At most 20 rows."));
        }
        let is_scope = |scope: &String| {
            let mut bytes = scope.bytes();
            !scope.is_empty() && bytes.all(|byte| byte > b' ' && byte < 0x7f && byte != b'"')
        };
        if self.scopes.len() > SCOPES_MAX || !self.scopes.iter().all(is_scope) {
            errors.push(broken(
                "/scopes",
                "Tối đa 20 phạm vi, không có dấu cách.",
                "At most 20 scopes without blanks.",
            ));
        }
        if self.algorithms.is_empty() {
            errors.push(broken(
                "/algorithms",
                "Cần ít nhất một thuật toán.",
                "At least one algorithm is needed.",
            ));
        }
        if self.account_kinds.is_empty() {
            errors.push(broken(
                "/account_kinds",
                "Cần ít nhất một loại tài khoản.",
                "At least one kind of account is needed.",
            ));
        }
        let makes_citizens = self.unknown == Unknown::CreateCitizen;
        if makes_citizens && !self.account_kinds.contains(&PersonKind::Citizen) {
            errors.push(broken(
                "/unknown",
                "Muốn tạo tài khoản công dân thì loại công dân phải được dùng.",
                "To make citizens' accounts the kind citizen must be allowed.",
            ));
        }
        errors.extend(check_claims(&self.claims));
    }
}

/// Every broken rule of a map.
pub(crate) fn check_claims(map: &ClaimMap) -> Vec<FieldError> {
    let is_sound = |sources: &[String]| {
        sources.len() <= SOURCES_MAX && sources.iter().all(|source| template_is_sound(source))
    };
    let fields = map.fields().into_iter();
    fields
        .filter(|(_, sources)| !is_sound(sources))
        .map(|(field, _)| {
            finding(
                field,
                "Mỗi nguồn là tên một thông tin, hoặc mẫu có {tên}; tối đa 8 nguồn.",
                "A source is the name of a claim, or a template with {name}; at most 8.",
            )
        })
        .collect()
}

/// Something to be said of a field of the map.
pub(crate) fn finding(field: &str, vi: &str, en: &str) -> FieldError {
    broken(&format!("/claims/{field}"), vi, en)
}

fn broken(pointer: &str, vi: &str, en: &str) -> FieldError {
    FieldError::new(pointer, "sso.kind.rule", vi, en)
}

#[cfg(test)]
mod tests {
    use lgsp_platform::registry::{Kind as _, ValidationContext};
    use serde_json::{Value, json};

    use super::*;

    fn spec(extra: Value) -> Value {
        let mut spec = json!({
            "title": "Cổng", "issuer": "https://idp.example", "client_id": "lgsp",
        });
        if let (Some(spec), Some(extra)) = (spec.as_object_mut(), extra.as_object()) {
            spec.extend(extra.clone());
        }
        spec
    }

    fn pointers(extra: Value) -> Vec<String> {
        let provider: IdentityProvider = serde_json::from_value(spec(extra)).unwrap();
        let context = ValidationContext { name: "cong" };
        let errors = provider.validate(&context);
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn a_small_specification_is_enough() {
        assert_eq!(pointers(json!({})), Vec::<String>::new());
        assert!(serde_json::from_value::<IdentityProvider>(spec(json!({"x": 1}))).is_err());
    }

    #[test]
    fn broken_rules_name_their_fields() {
        for (extra, pointer) in [
            (json!({"issuer": "http://idp.example"}), "/issuer"),
            (json!({"issuer": "https://idp.example#x"}), "/issuer"),
            (
                json!({"authorization_endpoint": "https://idp.example/a", "jwks_uri": "https://idp.example/k",
                "userinfo_endpoint": "https://idp.example/u"}),
                "/token_endpoint",
            ),
            (json!({"levels": [{"acr": "x", "level": 4}]}), "/levels"),
            (json!({"level_otherwise": 0}), "/levels"),
            (json!({"scopes": ["open id"]}), "/scopes"),
            (json!({"algorithms": []}), "/algorithms"),
            (json!({"account_kinds": []}), "/account_kinds"),
            (
                json!({"unknown": "create_citizen", "account_kinds": ["official"]}),
                "/unknown",
            ),
            (json!({"claims": {"name": ["{open"]}}), "/claims/name"),
            (json!({"client_auth": "none", "pkce": false}), "/pkce"),
            (json!({"timeout_seconds": 0}), "/timeout_seconds"),
            (json!({"timeout_seconds": 31}), "/timeout_seconds"),
            (json!({"title": " "}), "/title"),
            (json!({"title": "x".repeat(TEXT_CHARS_MAX + 1)}), "/title"),
        ] {
            assert_eq!(pointers(extra.clone()), [pointer], "{extra}");
        }
        let local = json!({"issuer": "http://127.0.0.1:1", "allow_local_addresses": true});
        assert_eq!(pointers(local), Vec::<String>::new());
        assert_eq!(
            pointers(json!({"title": "x".repeat(TEXT_CHARS_MAX)})),
            Vec::<String>::new()
        );
    }

    #[test]
    fn levels_come_from_the_table_only() {
        let levels = json!({"levels": [{"acr": "LoA2", "level": 2}]});
        let provider: IdentityProvider = serde_json::from_value(spec(levels)).unwrap();
        assert_eq!(provider.level_of(Some("LoA2")), 2);
        assert_eq!(provider.level_of(Some("3")), 1);
        assert_eq!(provider.level_of(None), 1);
    }
}
