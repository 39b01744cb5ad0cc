//! Every id has its sentence, every sentence its id.

use lgsp_national::Error;

#[test]
fn every_id_has_both_languages() {
    let table = lgsp_national::module().unwrap().messages.parse().unwrap();
    let known: Vec<&str> = table.keys().map(String::as_str).collect();
    let mut wanted = Error::IDS.to_vec();
    wanted.sort_unstable();
    assert_eq!(known, wanted);
    for sentence in table.values() {
        assert!(!sentence.vi.is_empty() && !sentence.en.is_empty());
    }
}
