//! The page on which one chooses whom to be.
//!
//! Owns: its HTML.
//! Not here: what follows from the choice (`authorize.rs`).
//! Invariant: says that everything on it is invented; works without a script.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::http::encode;
use super::people::{Person, PersonKind};

/// People on one page.
const SHOWN_MAX: usize = 25;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:2rem auto;\
    padding:0 1rem;color:#1b2430;background:#f3f5f7}main{background:#fff;border:1px solid #dfe4e9;\
    border-radius:10px;padding:1.5rem}h1{font-size:1.4rem;margin:0}p.mark{background:#fdf0d5;\
    border-left:4px solid #a15c00;padding:.5rem .8rem}label{display:block;padding:.4rem .2rem;\
    border-bottom:1px solid #eef1f4}small{color:#55606c}button{min-height:44px;padding:0 1.2rem;\
    border:0;border-radius:6px;background:#2b66b1;color:#fff;font:inherit;font-weight:600;\
    cursor:pointer}button.no{background:#55606c}.row{display:flex;gap:.6rem;margin-top:1rem}\
    input[type=search]{flex:1;height:44px;padding:0 .8rem;font:inherit;border:1px solid #8a949f;\
    border-radius:6px}";

pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

/// The page for an authorisation request.
pub(super) fn choose(
    title: &str,
    people: &[Person],
    parameters: &BTreeMap<String, String>,
) -> String {
    let search = parameters.get("q").map_or("", String::as_str);
    let folded = search.to_lowercase();
    let is_found = |person: &&Person| {
        [
            &person.name,
            &person.tech_id,
            &person.firm,
            &person.citizen_number,
        ]
        .iter()
        .any(|field| field.to_lowercase().contains(&folded))
    };
    let mut rows = String::new();
    for (place, person) in people.iter().filter(is_found).take(SHOWN_MAX).enumerate() {
        row(&mut rows, person, place == 0);
    }
    if rows.is_empty() {
        rows.push_str("<p>Không có ai. <small>Nobody found.</small></p>");
    }
    let kept = |name: &&String| !matches!(name.as_str(), "q" | "person" | "deny");
    let mut hidden = String::new();
    for name in parameters.keys().filter(kept) {
        let value = parameters.get(name).map_or("", String::as_str);
        // Writing to a string cannot fail.
        let _ = write!(
            hidden,
            "<input type=\"hidden\" name=\"{}\" value=\"{}\">",
            escape(name),
            escape(value)
        );
    }
    let title = escape(title);
    format!(
        "<!doctype html><html lang=\"vi\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\"><title>{title}</title><style>{STYLE}\
         </style></head><body><main><h1>{title}</h1><p class=\"mark\">Chương trình mô phỏng: mọi \
         người và doanh nghiệp ở đây đều không có thật. <small>A simulation; everybody here is \
         invented.</small></p><form method=\"get\"><div class=\"row\">{hidden}<input \
         type=\"search\" name=\"q\" value=\"{}\" aria-label=\"Tìm / Search\"><button>Tìm</button>\
         </div></form><form method=\"post\">{hidden}{rows}<div class=\"row\"><button>Đăng nhập \
         với người đã chọn</button><button class=\"no\" name=\"deny\" value=\"1\">Từ chối</button>\
         </div></form></main></body></html>",
        escape(search)
    )
}

fn row(rows: &mut String, person: &Person, is_first: bool) {
    let kind = match person.kind {
        PersonKind::Citizen => "công dân".to_owned(),
        PersonKind::Firm => format!("doanh nghiệp: {}", escape(&person.firm)),
    };
    // Writing to a string cannot fail.
    let _ = write!(
        rows,
        "<label><input type=\"radio\" name=\"person\" value=\"{}\"{}> {} <small>{} · {} · {kind}\
         </small></label>",
        person.number,
        if is_first { " checked" } else { "" },
        escape(&person.name),
        escape(&person.tech_id),
        escape(&person.citizen_number),
    );
}

/// A page that tells what is wrong with a request that must not be sent back.
pub(super) fn refusal(text: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Refused</title>\
         <style>{STYLE}</style></head><body><main><h1>Refused</h1><p>{}</p></main></body></html>",
        escape(text)
    )
}

/// Adds parameters to an address.
pub(super) fn with_parameters(address: &str, parameters: &[(&str, &str)]) -> String {
    let mut target = address.to_owned();
    for (name, value) in parameters {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&format!("{name}={}", encode(value)));
    }
    target
}
