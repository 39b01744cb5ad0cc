//! Short runs of the fuzz functions over a corpus, on the stable toolchain.

use lgsp_sso::{
    cas::fuzz::fuzz_cas,
    saml::fuzz::{fuzz_c14n, fuzz_saml},
};

use super::{
    generate::{Random, document},
    kit::{TestSigner, response, signed_assertion},
};

fn loop_over(corpus: &[Vec<u8>], rounds: usize, target: impl Fn(&[u8])) {
    let mut random = Random::new(77);
    for bytes in corpus {
        target(bytes);
    }
    for _ in 0..rounds {
        let mut bytes = corpus[random.below(corpus.len())].clone();
        for _ in 0..=random.below(4) {
            let at = random.below(bytes.len());
            let other = &corpus[random.below(corpus.len())];
            match random.below(4) {
                0 if !bytes.is_empty() => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                1 => bytes.truncate(at),
                2 => bytes.insert(at, b"<>\"'&/=%?#:\0"[random.below(12)]),
                _ => {
                    let from = random.below(other.len());
                    let to = (from + random.below(100)).min(other.len());
                    bytes.splice(at..at, other[from..to].iter().copied());
                }
            }
        }
        target(&bytes);
    }
}

fn rounds() -> usize {
    let asked = std::env::var("LGSP_FUZZ_ROUNDS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(1_500)
}

fn documents() -> Vec<Vec<u8>> {
    let signer = TestSigner::rsa();
    let mut corpus: Vec<Vec<u8>> = (0..20)
        .map(|seed| document(&mut Random::new(seed)).0.into_bytes())
        .collect();
    corpus.push(response("_r", &signed_assertion(&signer, "_a", "ai đó")).into_bytes());
    corpus.push(super::metadata::SAMPLE.as_bytes().to_vec());
    corpus
}

#[test]
fn fuzz_saml_messages() {
    let mut corpus = documents();
    corpus.push(b"SAMLRequest=fZFB&RelayState=x&SigAlg=y&Signature=AAAA".to_vec());
    loop_over(&corpus, rounds(), fuzz_saml);
}

#[test]
fn fuzz_canonical_form() {
    loop_over(&documents(), rounds(), fuzz_c14n);
}

#[test]
fn fuzz_cas_parameters() {
    let corpus = [
        &b"service=https%3A%2F%2Fapp.example%2Fx&renew=true&gateway=true"[..],
        b"https://app.example/qlvb?next=/a#b",
        b"ticket=ST-abc&service=http://127.0.0.1:1/%2e%2e/&format=JSON",
        b"https://user@app.example\\@evil.example/",
    ]
    .map(<[u8]>::to_vec);
    loop_over(&corpus, rounds(), fuzz_cas);
}
