//! Documents for the comparison with others: names, namespaces, values, comments at random.

/// A generator that gives the same documents in each run.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound.max(1)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const NAMESPACES: &[&str] = &["u:mot", "urn:hai", "http://ba.example/x?y=z", "u:bon#x"];
const PREFIXES: &[&str] = &["a", "b", "c", "dđ"];
const NAMES: &[&str] = &["x", "Yếu-tố", "z.1", "_w"];
const VALUES: &[&str] = &[
    "",
    "văn bản",
    " hai  chỗ trống ",
    "&lt;&amp;&gt;&quot;&apos;",
    "&#13;&#10;&#9;",
    "dòng\nmới\ttab",
    "dòng\r\nwindows",
    "\u{1F600}\u{301}",
    "]]&gt;",
];

/// Names beyond ASCII, and how they are spelled without: signxml breaks those when it writes a
/// document anew.
const SPELLED: &[(&str, &str)] = &[
    ("Yếu-tố", "Yeu-to"),
    ("dđ", "dd"),
    ("thuộc-tính", "thuoc-tinh"),
    ("có-tên", "co-ten"),
];

/// As [`document`], with names in ASCII.
pub(crate) fn plain_document(random: &mut Random) -> (String, usize) {
    let (text, signature_at) = document(random);
    let (head, tail) = text.split_at(signature_at);
    let spelled = |text: &str| {
        let replace = |text: String, (from, to): &(&str, &str)| text.replace(from, to);
        SPELLED.iter().fold(text.to_owned(), replace)
    };
    let (head, tail) = (spelled(head), spelled(tail));
    let signature_at = head.len();
    (head + &tail, signature_at)
}

/// A document with `ID` on its root; a signature may be put at the place given.
pub(crate) fn document(random: &mut Random) -> (String, usize) {
    let mut text = String::new();
    if random.below(2) == 0 {
        text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    }
    if random.below(3) == 0 {
        text.push_str("<!-- trước -->");
    }
    text.push_str("<r:goc xmlns:r=\"u:goc\"");
    for prefix in PREFIXES {
        let namespace = random.pick(NAMESPACES);
        text.push_str(&format!(" xmlns:{prefix}=\"{namespace}\""));
    }
    text.push_str(" ID=\"_g\">");
    let signature_at = text.len();
    for _ in 0..=random.below(4) {
        element(random, &mut text, 4);
    }
    text.push_str("</r:goc>");
    if random.below(3) == 0 {
        text.push_str("\n<!-- sau -->\n");
    }
    (text, signature_at)
}

fn element(random: &mut Random, text: &mut String, depth: usize) {
    let prefix = if random.below(3) == 0 {
        String::new()
    } else {
        format!("{}:", random.pick(PREFIXES))
    };
    let name = format!("{prefix}{}", random.pick(NAMES));
    text.push_str(&format!("<{name}"));
    if random.below(3) == 0 {
        let namespace = if random.below(4) == 0 {
            ""
        } else {
            random.pick(NAMESPACES)
        };
        text.push_str(&format!(" xmlns=\"{namespace}\""));
    }
    if random.below(3) == 0 {
        let (prefix, namespace) = (random.pick(PREFIXES), random.pick(NAMESPACES));
        text.push_str(&format!("\n xmlns:{prefix}='{namespace}'"));
    }
    if random.below(2) == 0 {
        text.push_str(&format!(" thuộc-tính=\"{}\"", random.pick(VALUES)));
    }
    if random.below(2) == 0 {
        let prefix = random.pick(PREFIXES);
        text.push_str(&format!(" {prefix}:có-tên='{}'", random.pick(VALUES)));
    }
    if random.below(5) == 0 {
        text.push_str(" xml:lang=\"vi\"");
    }
    if random.below(4) == 0 {
        text.push_str("/>");
        return;
    }
    text.push('>');
    for _ in 0..random.below(4) {
        match random.below(6) {
            0 | 1 if depth > 0 => element(random, text, depth - 1),
            2 => text.push_str("<!-- ghi chú & <b> -->"),
            3 => text.push_str("<![CDATA[<x>&amp;]]>"),
            _ => text.push_str(random.pick(VALUES)),
        }
    }
    text.push_str(&format!("</{name}>"));
}
