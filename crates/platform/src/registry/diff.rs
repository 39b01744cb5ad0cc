//! Differences between two specifications, by field and as text.
//!
//! Owns: `Difference`, `changes`, `text`.
//! Not here: reading the two (`mod.rs`).

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One field that differs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Difference {
    /// JSON pointer.
    pub pointer: String,
    /// Value before; absent when the field is new.
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// Value after; absent when the field is gone.
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// The fields that differ, in order of their pointers. Arrays are compared item by item.
#[must_use]
pub fn changes(before: &Value, after: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    walk("", Some(before), Some(after), &mut found);
    found
}

fn walk(pointer: &str, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    match (before, after) {
        (Some(Value::Object(left)), Some(Value::Object(right))) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort_unstable();
            keys.dedup();
            for key in keys {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                walk(
                    &format!("{pointer}/{escaped}"),
                    left.get(key),
                    right.get(key),
                    found,
                );
            }
        }
        (Some(Value::Array(left)), Some(Value::Array(right))) => {
            for index in 0..left.len().max(right.len()) {
                let item = format!("{pointer}/{index}");
                walk(&item, left.get(index), right.get(index), found);
            }
        }
        (before, after) if before != after => found.push(Difference {
            pointer: pointer.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        }),
        _ => {}
    }
}

/// A unified text difference of the two as pretty JSON.
#[must_use]
pub fn text(before: &Value, after: &Value) -> String {
    let pretty = |value: &Value| serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    let (before, after) = (pretty(before), pretty(after));
    similar::TextDiff::from_lines(&before, &after)
        .unified_diff()
        .context_radius(3)
        .to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn differences_name_their_fields() {
        let before = json!({"a": 1, "list": [1, 2], "same": true});
        let after = json!({"a": 2, "list": [1], "same": true, "x/y": null});
        let pointers: Vec<String> = changes(&before, &after)
            .into_iter()
            .map(|change| change.pointer)
            .collect();
        assert_eq!(pointers, ["/a", "/list/1", "/x~1y"]);
        assert!(changes(&before, &before).is_empty());
    }
}
