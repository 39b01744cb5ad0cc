//! A running axis and clients of it.
//!
//! Owns: seeds, drafts and waiting used by all subjects.
//! Not here: assertions.
//! Invariant: each test has its own axis on its own port.
//! Follows: nothing outside.

use std::time::Duration;

use lgsp_simulator::axis::{
    self, AgencySeed, AxisOptions, AxisSeed, Handle, OutsideSeed, Script, SystemSeed,
};
use lgsp_simulator::client::{ClientConfig, VxpClient};
use lgsp_simulator::clock;
use lgsp_simulator::edxml::{AttachmentDraft, AttachmentForm, DocumentDraft, Party, StatusDraft};
use lgsp_simulator::rng::Rng;

pub(crate) const SECRET: &str = "demo-secret-not-real";
pub(crate) const SYSTEM_A: &str = "demo.lgsp.h34";
pub(crate) const SYSTEM_B: &str = "demo.lgsp.h49";

pub(crate) struct Running {
    pub(crate) handle: Handle,
    pub(crate) url: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
    }
}

impl Running {
    pub(crate) fn config(&self, systemid: &str) -> ClientConfig {
        let mut config = ClientConfig::kit(&self.url, systemid, SECRET);
        config.timeout = Duration::from_secs(20);
        config
    }

    pub(crate) fn kit(&self, systemid: &str) -> VxpClient {
        VxpClient::new(self.config(systemid))
    }

    pub(crate) fn clean(&self, systemid: &str) -> VxpClient {
        VxpClient::new(self.config(systemid).clean())
    }
}

pub(crate) fn agency(code: &str, code102: &str, systemid: &str) -> AgencySeed {
    AgencySeed {
        code: code.into(),
        code102: code102.into(),
        name: format!("Cơ quan {code}"),
        mail: "mau@example.vn".into(),
        systemid: systemid.into(),
        version: 1,
        ..AgencySeed::default()
    }
}

/// Two calling systems, one that answers by itself, one locked and one systemless agency.
pub(crate) fn seed() -> AxisSeed {
    let script = Script {
        refuse_rate: 0.0,
        deny_rate: 0.0,
        ..Script::default()
    };
    let mut locked = agency("H49.99", "", SYSTEM_B);
    locked.is_locked = true;
    let mut disabled = SystemSeed::new("demo.off", SECRET);
    disabled.is_enabled = false;
    AxisSeed {
        systems: vec![
            SystemSeed::new(SYSTEM_A, SECRET),
            SystemSeed::new(SYSTEM_B, SECRET),
            SystemSeed::automatic("vxp.g22", script),
            disabled,
        ],
        agencies: vec![
            agency("H34", "000.00.00.H34", SYSTEM_A),
            agency("H34.01", "000.00.01.H34", SYSTEM_A),
            agency("H49", "000.00.00.H49", SYSTEM_B),
            agency("G22", "000.00.00.G22", "vxp.g22"),
            agency("H50", "", ""),
            locked,
        ],
        outside: OutsideSeed::default(),
    }
}

pub(crate) async fn start() -> Running {
    start_with(seed(), AxisOptions::default()).await
}

pub(crate) async fn start_with(seed: AxisSeed, options: AxisOptions) -> Running {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let handle = Handle::new(seed, options).unwrap();
    let (stop, stopped) = tokio::sync::oneshot::channel();
    let served = handle.clone();
    tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        axis::serve_handle(listener, served, shutdown)
            .await
            .unwrap();
    });
    Running {
        handle,
        url,
        stop: Some(stop),
    }
}

pub(crate) fn party(code: &str) -> Party {
    Party {
        code: code.into(),
        name: format!("Cơ quan {code}"),
    }
}

pub(crate) fn draft(from: &str, to: &[&str]) -> DocumentDraft {
    DocumentDraft {
        from: party(from),
        to: to.iter().map(|code| party(code)).collect(),
        document_id: format!("{from},2026/11/22,19/MAU"),
        number: "19".into(),
        notation: "MAU".into(),
        place: "Kon Tum".into(),
        at_ms: clock::parse_kit_timestamp("22112026T131500+0042").unwrap(),
        document_type: ("18".into(), "Công văn".into()),
        subject: "Văn bản mẫu & kiểm tra".into(),
        attachments: vec![AttachmentDraft {
            name: "mau.txt".into(),
            media_type: "text/plain".into(),
            bytes: "Nội dung mẫu\n".as_bytes().to_vec(),
            form: AttachmentForm::Zip,
        }],
        ..DocumentDraft::default()
    }
}

pub(crate) fn document(from: &str, to: &[&str]) -> Vec<u8> {
    draft(from, to).write(&mut Rng::new(1)).unwrap()
}

/// A status of `from` about the document that [`draft`] makes for `sender`.
pub(crate) fn status(from: &str, sender: &str, code: &str) -> Vec<u8> {
    let about = draft(sender, &[from]);
    StatusDraft {
        from: party(from),
        response_for: about.as_response_for(),
        code: code.into(),
        description: "Trạng thái mẫu".into(),
        at_ms: about.at_ms,
        ..StatusDraft::default()
    }
    .write()
}

/// Waits for something that happens soon; fails with `what` when it does not.
pub(crate) async fn eventually<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..400 {
        if let Some(found) = look().await {
            return found;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{what} did not happen");
}
