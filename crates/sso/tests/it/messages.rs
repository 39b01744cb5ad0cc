//! Words of the crate: a sentence for every error, a label for every field of a kind.

use lgsp_platform::messages;
use lgsp_sso::Error;
use serde_json::Value;

#[test]
fn every_error_has_a_sentence_in_both_languages() {
    let module = lgsp_sso::module().unwrap();
    messages::install(&module.messages).unwrap();
    for id in Error::IDS {
        let sentence = messages::sentence(id, &[]);
        assert!(!sentence.vi.is_empty() && sentence.vi != **id, "{id}");
        assert!(!sentence.en.is_empty() && sentence.en != **id, "{id}");
    }
}

fn is_labelled(node: &Value) -> bool {
    let mut languages = ["vi", "en"].iter();
    languages.all(|language| node["x-label"][language].is_string())
}

fn walk(at: &Value, path: &str, missing: &mut Vec<String>) {
    for (name, field) in at["properties"].as_object().into_iter().flatten() {
        if !is_labelled(field) || !field["x-order"].is_number() {
            missing.push(format!("{path}/{name}"));
        }
    }
    for choice in at["oneOf"].as_array().into_iter().flatten() {
        if choice["const"].is_string() && !is_labelled(choice) {
            missing.push(format!("{path}={}", choice["const"]));
        }
    }
    match at {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, below)| walk(below, &format!("{path}/{key}"), missing)),
        Value::Array(list) => list.iter().for_each(|below| walk(below, path, missing)),
        _ => {}
    }
}

#[test]
fn every_field_and_choice_has_a_label_in_both_languages() {
    let mut missing = Vec::new();
    for kind in &lgsp_sso::module().unwrap().kinds {
        walk(&kind.schema, kind.kind, &mut missing);
    }
    assert!(missing.is_empty(), "{missing:#?}");
}
