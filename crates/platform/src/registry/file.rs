//! Manifest files: `[[resource]]` tables in TOML, or JSON.
//!
//! Owns: reading and writing them.
//! Not here: applying (`apply.rs`), folders of files (the command line).
//! Follows: docs/specs/registry.md, Files.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Manifest, SPEC_BYTES_MAX};
use crate::error::{Error, Result};

/// Largest manifest file, 16 MiB.
pub const FILE_BYTES_MAX: usize = 16 * SPEC_BYTES_MAX;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    resource: Vec<Manifest>,
}

/// The form of an export.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documents {
    documents: Vec<Manifest>,
}

/// Reads a file: `[[resource]]` tables, or JSON with one manifest, a list, or an export.
///
/// # Errors
/// `platform.request.unreadable` with line and column; `platform.limit.exceeded`.
pub fn read(text: &str) -> Result<Vec<Manifest>> {
    if text.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge {
            limit: "FILE_BYTES_MAX",
            max: FILE_BYTES_MAX as u64,
        });
    }
    let trimmed = text.trim_start();
    let is_json = trimmed.starts_with('{') || (trimmed.starts_with('[') && is_list(trimmed));
    if !is_json {
        let file: File =
            toml::from_str(text).map_err(|error| Error::BadRequest(error.to_string()))?;
        return Ok(file.resource);
    }
    let json = |error: serde_json::Error| Error::BadRequest(error.to_string());
    if trimmed.starts_with('[') {
        return serde_json::from_str(text).map_err(json);
    }
    let value: Value = serde_json::from_str(text).map_err(json)?;
    if value.get("documents").is_some() {
        return Ok(serde_json::from_value::<Documents>(value)
            .map_err(json)?
            .documents);
    }
    Ok(vec![serde_json::from_value(value).map_err(json)?])
}

/// A JSON list starts with a value, a TOML table head with a name.
fn is_list(text: &str) -> bool {
    let inside = text.get(1..).unwrap_or_default().trim_start();
    inside.starts_with('{') || inside.starts_with(']')
}

/// Writes manifests as TOML; `read` gives them back.
///
/// # Errors
/// `platform.internal.failed` when a specification cannot be written as TOML.
pub fn write(manifests: Vec<Manifest>) -> Result<String> {
    let resource = manifests.into_iter().map(|mut manifest| {
        drop_nulls(&mut manifest.spec);
        manifest
    });
    toml::to_string_pretty(&File {
        resource: resource.collect(),
    })
    .map_err(|error| Error::Internal(error.to_string()))
}

/// TOML has no null; an absent field means the same to every kind.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(object) => {
            object.retain(|_, field| !field.is_null());
            object.values_mut().for_each(drop_nulls);
        }
        Value::Array(list) => list.iter_mut().for_each(drop_nulls),
        _ => {}
    }
}

/// Any bytes: reading never panics, and what is read can be written and read again.
pub fn fuzz_manifest(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(manifests) = read(text) else { return };
    if let Ok(written) = write(manifests) {
        assert!(read(&written).is_ok(), "a written file cannot be read");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TOML: &str = "[[resource]]\nkind = 'lamp'\nname = 'a'\n[resource.spec]\nn = 1\n";

    #[test]
    fn all_forms_are_read() {
        let one = json!({"kind": "lamp", "name": "a", "spec": {"n": 1}});
        let forms = [
            TOML.to_owned(),
            one.to_string(),
            json!([one]).to_string(),
            json!({"documents": [one]}).to_string(),
        ];
        for form in forms {
            let found = read(&form).unwrap();
            assert_eq!(
                (found.len(), &found[0].spec),
                (1, &json!({"n": 1})),
                "{form}"
            );
        }
        assert!(read("[[resource]]\nkind = 'a'\nnaem = 'x'\nspec = {}\n").is_err());
    }

    /// Mutations of good files by a fixed seed; `LGSP_FUZZ_ROUNDS` sets how many.
    #[test]
    #[expect(clippy::disallowed_methods, reason = "how long a test runs")]
    fn fuzz_manifest_files() {
        let rounds = std::env::var("LGSP_FUZZ_ROUNDS")
            .ok()
            .and_then(|text| text.parse().ok());
        let seeds = [
            TOML,
            r#"{"documents":[{"kind":"k","name":"n","spec":{"a":[1,null]}}]}"#,
        ];
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        let mut random = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state >> 33).unwrap()
        };
        for round in 0..rounds.unwrap_or(2_000_usize) {
            let mut data = seeds[round % seeds.len()].as_bytes().to_vec();
            for _ in 0..=random() % 4 {
                let at = random() % data.len();
                match random() % 3 {
                    0 => data[at] = b"\"[]{}=,.\n'#1"[random() % 12],
                    1 => drop(data.remove(at)),
                    _ => data.insert(at, b"[{\"\\\n0"[random() % 6]),
                }
            }
            fuzz_manifest(&data);
        }
    }
}
