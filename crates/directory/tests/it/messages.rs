//! Every error of the crate has a sentence in both languages.

use lgsp_directory::Error;
use lgsp_platform::messages;

#[test]
fn every_error_has_a_sentence_in_both_languages() {
    let module = lgsp_directory::module().unwrap();
    messages::install(&module.messages).unwrap();
    for id in Error::IDS {
        let sentence = messages::sentence(id, &[]);
        assert!(!sentence.vi.is_empty() && sentence.vi != **id, "{id}");
        assert!(!sentence.en.is_empty() && sentence.en != **id, "{id}");
    }
}
