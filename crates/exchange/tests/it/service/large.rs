//! A message of 50 MB goes through files, not through memory.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
};

use bytes::Bytes;
use futures_util::stream;
use lgsp_exchange::{
    edxml::{
        self, AttachmentSource, Edxml, Mode, Outgoing, Packing, WriteOptions, model::BusinessType,
    },
    service::{ComposeFile, ComposeRequest, MessageType, Source, Submission},
};
use lgsp_platform::blobs::Body;

use super::kit::*;

/// What memory may grow by while a message is in work, twice the 4 MiB of the codec and a reserve
/// for the allocator of a debug build.
const GROWTH_BYTES_MAX: u64 = 32 * 1_048_576;

struct Zeros(u64);

impl AttachmentSource for Zeros {
    fn open(&mut self, _: usize) -> std::io::Result<Outgoing<'_>> {
        let content = Box::new(std::io::repeat(b'x').take(self.0));
        Ok(Outgoing {
            content,
            packing: Packing::Raw,
        })
    }
}

/// Peak of the resident memory of this process so far.
fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1_024)
}

async fn receive(world: &World, mut file: File) -> lgsp_platform::blobs::Received {
    file.seek(SeekFrom::Start(0)).unwrap();
    let parts = stream::iter(std::iter::from_fn(move || {
        let mut part = vec![0; 65_536];
        let count = file.read(&mut part).unwrap();
        part.truncate(count);
        (count > 0).then(|| Ok::<_, std::io::Error>(Bytes::from(part)))
    }));
    world
        .platform
        .blobs
        .receive(parts, "test", 60_000_000)
        .await
        .unwrap()
}

worlds! {
    async fn fifty_megabytes_cost_little_memory(world: &World) {
        let mut document = document("H34.01", &["H34.02"], "1");
        document.references.clear();
        document.attachments.clear();
        document.attach("cid:1", "lon.txt", "text/plain", false);
        let mut file = world.platform.blobs.scratch().unwrap();
        let message = Edxml::Document(Box::new(document.clone()));
        let mut content = Zeros(37 * 1_048_576);
        edxml::write(&message, &mut content, &WriteOptions::default(), &mut file).unwrap();
        assert!(file.metadata().unwrap().len() > 51_000_000);
        let before = peak_bytes();
        let received = receive(world, file).await;
        assert!(matches!(received.body, Body::Spooled(_)));
        let source = Source::System { name: "office".to_owned() };
        let submission = Submission {
            received,
            message_type: MessageType::Edoc,
            signed_from: None,
            signed_to: Vec::new(),
            source,
            mode: Mode::Strict,
            address: None,
            trace_id: None,
        };
        let id = world.exchange.submit(submission).await.unwrap().document.unwrap();
        let doc_id = world.list("H34.02").await[0].doc_id.clone();
        let rendered = world.fetch("H34.02", &doc_id).await.unwrap();
        let (item, body) = world.exchange.attachment(id, 0, None).await.unwrap();
        assert_eq!(item.size_bytes, 37 * 1_048_576);
        assert_eq!(body.size_bytes, item.size_bytes);
        if let (Some(before), Some(after)) = (before, peak_bytes()) {
            let growth = after.saturating_sub(before);
            assert!(growth < GROWTH_BYTES_MAX, "memory grew by {growth} bytes");
        }
        let Body::Spooled(mut file) = rendered.body else {
            panic!("a large message is handed out as a file");
        };
        let mut head = vec![0; 4_096];
        file.read_exact(&mut head).unwrap();
        let head = String::from_utf8_lossy(&head);
        assert!(head.contains("<edXML:OrganId>H34</edXML:OrganId>"), "our trace is in it");
        assert_eq!(world.detail(id).await.item.subject, document.subject);
    }

    async fn large_files_are_composed_through_files(world: &World) {
        let mut file = world.platform.blobs.scratch().unwrap();
        std::io::copy(&mut std::io::repeat(b'y').take(3_000_000), &mut file).unwrap();
        let received = receive(world, file).await;
        let request = ComposeRequest {
            from: "H34.04".to_owned(),
            to: vec!["H34.02".to_owned()],
            subject: "Tài liệu lớn".to_owned(),
            ..ComposeRequest::default()
        };
        let files = vec![ComposeFile { name: "lon.txt".to_owned(), received }];
        let sent = world.exchange.compose(&official(), request, files).await.unwrap();
        let id = sent.document.unwrap();
        let (item, body) = world.exchange.attachment(id, 0, None).await.unwrap();
        assert_eq!((item.size_bytes, body.size_bytes), (3_000_000, 3_000_000));
        assert_eq!(item.form, "raw", "packed it would look like a bomb");
        assert_eq!(world.detail(id).await.item.business_type, i16::from(BusinessType::New.code()));
    }
}
