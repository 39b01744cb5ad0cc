//! What the black-box tests share: an instance, clients of its systems, documents.

use std::path::{Path, PathBuf};

use lgsp_simulator::{
    client::{ClientConfig, VxpClient},
    edxml::{AttachmentDraft, AttachmentForm, DocumentDraft, Party},
    rng::Rng,
};
use lgsp_testkit::{Instance, instance::Options};
use serde_json::Value;

/// The program under test.
pub(crate) fn binary() -> PathBuf {
    std::env::var_os("LGSP_TEST_BINARY")
        .map_or_else(|| PathBuf::from(env!("CARGO_BIN_EXE_lgsp")), PathBuf::from)
}

/// A demo without traffic of its own.
pub(crate) fn quiet_demo() -> Options {
    Options {
        is_demo: true,
        arguments: vec!["--demo-quiet".to_owned()],
        ..Options::default()
    }
}

pub(crate) async fn start(folder: &Path, options: &Options) -> Instance {
    Instance::start(&binary(), folder, options).await.unwrap()
}

/// A system of the demo, by its place in `demo.json`.
pub(crate) struct System {
    pub(crate) client: VxpClient,
    pub(crate) code: String,
}

pub(crate) fn system(instance: &Instance, index: usize) -> System {
    let told = &instance.demo["systems"][index];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let url = format!("{}/vxp", instance.service);
    let config = ClientConfig::kit(&url, &text(&told["systemid"]), &text(&told["secret"]));
    System {
        client: VxpClient::new(config),
        code: text(&told["agencies"][0]),
    }
}

/// A document from one agency to others, with an attachment of `attachment_bytes`.
pub(crate) fn document(id: &str, from: &str, to: &[&str], attachment_bytes: usize) -> Vec<u8> {
    let party = |code: &str| Party {
        code: code.to_owned(),
        name: format!("Cơ quan {code}"),
    };
    let draft = DocumentDraft {
        from: party(from),
        to: to.iter().map(|code| party(code)).collect(),
        document_id: id.to_owned(),
        number: id.to_owned(),
        notation: "TEST".to_owned(),
        subject: format!("Văn bản thử nghiệm {id}"),
        attachments: vec![AttachmentDraft {
            name: "noi-dung.txt".to_owned(),
            media_type: "text/plain".to_owned(),
            form: AttachmentForm::Raw,
            bytes: vec![b'a'; attachment_bytes],
        }],
        ..DocumentDraft::default()
    };
    draft.write(&mut Rng::new(7)).unwrap()
}

/// Bound of a wait, in tenths of a second: leases of a killed node return after 30 s.
const WAIT_TENTHS: u32 = 1_200;

/// Waits, within bounds, until `found` gives something.
pub(crate) async fn eventually<T, Fut>(what: &str, found: impl Fn() -> Fut) -> T
where
    Fut: Future<Output = Option<T>>,
{
    for _ in 0..WAIT_TENTHS {
        if let Some(value) = found().await {
            return value;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("did not happen in time: {what}");
}
