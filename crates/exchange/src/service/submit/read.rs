//! Reading an offered message: on the spot when small, on a blocking thread when large.
//!
//! Owns: limits and mode of a reading.
//! Not here: the codec (`edxml/`).
//! Invariant: the body is handed back positioned at its start.

use std::{
    io::{BufReader, Seek as _, SeekFrom},
    sync::Arc,
};

use lgsp_platform::blobs::{Body, Received};

use crate::{
    Error, Result,
    directory::Directory,
    edxml::{self, Discard, Limits, Mode, ReadError, ReadOptions, Reading},
};

/// Buffer between file and reader.
const BUFFER_BYTES: usize = 65_536;

/// Reads an offered message.
///
/// # Errors
/// `exchange.message.not_conformant`, `platform.limit.exceeded`, `platform.file.failed`.
pub(crate) async fn read(
    directory: &Arc<Directory>,
    received: &Received,
    mode: Mode,
) -> Result<Reading> {
    let max = directory.settings.message_bytes_max;
    if received.size_bytes > max {
        return Err(lgsp_platform::Error::TooLarge {
            limit: "message_bytes_max",
            max,
        }
        .into());
    }
    match &received.body {
        Body::Inline(bytes) => parse(directory, &bytes[..], mode),
        Body::Spooled(file) => {
            let (directory, file) = (directory.clone(), file.try_clone()?);
            tokio::task::spawn_blocking(move || parse_file(&directory, file, mode))
                .await
                .map_err(|error| Error::Stored(error.to_string()))?
        }
    }
}

/// Reads a stored message again, tolerantly.
///
/// # Errors
/// `exchange.message.unreadable`: it was read when it came, so our fault.
pub(crate) async fn read_again(directory: &Arc<Directory>, body: Body) -> Result<Reading> {
    let received = Received {
        body,
        size_bytes: 0,
        digest: [0; 32],
    };
    read(directory, &received, Mode::Tolerant)
        .await
        .map_err(|error| Error::Stored(error.to_string()))
}

fn parse_file(directory: &Directory, mut file: std::fs::File, mode: Mode) -> Result<Reading> {
    file.seek(SeekFrom::Start(0))?;
    let reading = parse(
        directory,
        BufReader::with_capacity(BUFFER_BYTES, &file),
        mode,
    );
    file.seek(SeekFrom::Start(0))?;
    reading
}

fn parse(directory: &Directory, source: impl std::io::BufRead, mode: Mode) -> Result<Reading> {
    let is_registered = |code: &str| directory.is_registered(code);
    let options = ReadOptions {
        mode,
        is_registered: &is_registered,
        limits: Limits {
            total_bytes: directory.settings.message_bytes_max,
            ..Limits::default()
        },
    };
    edxml::read(source, &options, &mut Discard).map_err(refused)
}

fn refused(error: ReadError) -> Error {
    match error {
        ReadError::Rejected(rejection) => Error::NotConformant(rejection),
        ReadError::Source(source) | ReadError::Sink(source) => source.into(),
    }
}

/// Puts a spooled body back to its start; storing it has moved it.
pub(crate) fn rewind(body: &Body) -> Result<()> {
    if let Body::Spooled(file) = body {
        let mut file = file;
        file.seek(SeekFrom::Start(0))?;
    }
    Ok(())
}

/// The same body once more.
pub(crate) fn again(body: &Body) -> Result<Body> {
    rewind(body)?;
    Ok(match body {
        Body::Inline(bytes) => Body::Inline(bytes.clone()),
        Body::Spooled(file) => Body::Spooled(file.try_clone()?),
    })
}
