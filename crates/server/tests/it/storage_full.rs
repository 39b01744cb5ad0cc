//! A full disk: refused with a clear error, nothing lost, and work goes on afterwards.

use std::{path::Path, process::Command};

use lgsp_simulator::edxml::Kind;

use crate::field::{document, quiet_demo, start, system};

/// A small disk of its own, gone when dropped.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn new() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let done = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64m", "none"])
            .arg(folder.path())
            .status();
        done.is_ok_and(|status| status.success())
            .then_some(Self(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        Command::new("umount")
            .arg("-l")
            .arg(self.0.path())
            .status()
            .ok();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_loses_nothing() {
    let Some(disk) = SmallDisk::new() else {
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must be able to mount a tmpfs"
        );
        eprintln!("skipped: a tmpfs cannot be mounted without root");
        return;
    };
    let instance = start(disk.path(), &quiet_demo()).await;
    let (sender, receiver) = (system(&instance, 0), system(&instance, 1));
    let mut accepted = Vec::new();
    let mut refused = None;
    for number in 0..200 {
        let body = document(
            &format!("full-{number}"),
            &sender.code,
            &[&receiver.code],
            700_000,
        );
        match sender
            .client
            .send(&sender.code, Kind::Document, &body)
            .await
        {
            Ok(_) => accepted.push(number),
            Err(error) => {
                refused = Some(error);
                break;
            }
        }
    }
    let refused = refused.expect("the disk is never full");
    assert_eq!(refused.refused_code(), Some("113"), "{refused:?}");
    let inbox = receiver.client.received(Kind::Document).await.unwrap();
    assert_eq!(
        inbox.len(),
        accepted.len(),
        "what was accepted is in the mailbox, no more"
    );
    // Room is made: the same process goes on.
    remove_ballast(disk.path());
    let body = document("after", &sender.code, &[&receiver.code], 100);
    sender
        .client
        .send(&sender.code, Kind::Document, &body)
        .await
        .unwrap();
}

/// Makes the disk larger, as an operator would.
fn remove_ballast(path: &Path) {
    let done = Command::new("mount")
        .args(["-o", "remount,size=128m"])
        .arg(path)
        .status()
        .unwrap();
    assert!(done.success());
}
