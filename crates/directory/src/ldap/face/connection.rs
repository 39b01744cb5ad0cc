//! One connection: messages in, answers out.
//!
//! Owns: `serve`, framing, waiting requests, abandon, the limits of a connection.
//! Not here: accepting and TLS (`listener.rs`), what an operation does (`operations.rs`).
//! Invariant: requests are answered in their order, one after another; an abandoned one stops
//! where it is and its answers up to then are whole; after broken bytes nothing is read.
//! Follows: RFC 4511, 3.1, 4.1.1, 4.11 and 4.4.1.

use std::{collections::VecDeque, net::IpAddr, pin::pin, time::Duration};

use bytes::{Buf as _, BytesMut};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    time::timeout,
};

use super::{Face, sight::Bound};
use crate::ldap::wire::{Code, Malformed, Message, Operation, Outcome, controls, frame_length};

/// Requests that wait behind the one in work; past it the connection is not read.
pub const REQUESTS_WAITING_MAX: usize = 32;
/// Time without a request after which a connection that is not bound is closed.
const IDLE_ANONYMOUS_MS: u64 = 60_000;
/// The same for a bound one; pools of applications keep connections open for minutes.
const IDLE_BOUND_MS: u64 = 15 * 60_000;
/// Time in which the other side must take what was written.
const WRITE_MS: u64 = 30_000;
/// Bytes of answers that are gathered before they leave.
const GATHERED_BYTES: usize = 32_768;
/// Longest message of somebody who is not bound: a bind or a question for the root entry.
const ANONYMOUS_BYTES_MAX: usize = 65_536;

/// Why messages end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Broken {
    /// The other side is gone or does not take what is written.
    #[error("connection: {0}")]
    Io(#[from] std::io::Error),
    /// What came is no message.
    #[error("{0}")]
    Malformed(#[from] Malformed),
}

/// Answers on their way out. Cancelling a call leaves whole messages only.
pub(crate) struct Outgoing<W> {
    writer: W,
    gathered: BytesMut,
}

impl<W: AsyncWrite + Unpin> Outgoing<W> {
    pub(crate) fn new(writer: W) -> Self {
        Self {
            writer,
            gathered: BytesMut::new(),
        }
    }

    /// Adds an answer; it leaves when enough is gathered.
    pub(crate) async fn send(&mut self, id: i32, operation: Operation) -> std::io::Result<()> {
        self.send_message(&Message::new(id, operation)).await
    }

    /// Adds a message.
    pub(crate) async fn send_message(&mut self, message: &Message) -> std::io::Result<()> {
        self.gathered.extend_from_slice(&message.encode());
        if self.gathered.len() >= GATHERED_BYTES {
            return self.flush().await;
        }
        Ok(())
    }

    /// Lets everything leave.
    pub(crate) async fn flush(&mut self) -> std::io::Result<()> {
        let late = || std::io::Error::from(std::io::ErrorKind::TimedOut);
        while !self.gathered.is_empty() {
            let wait = Duration::from_millis(WRITE_MS);
            let written = timeout(wait, self.writer.write(&self.gathered)).await;
            match written.map_err(|_| late())?? {
                0 => return Err(std::io::ErrorKind::WriteZero.into()),
                count => self.gathered.advance(count),
            }
        }
        let wait = Duration::from_millis(WRITE_MS);
        timeout(wait, self.writer.flush())
            .await
            .map_err(|_| late())?
    }
}

/// Messages on their way in. Cancelling a call loses nothing.
pub(crate) struct Incoming<R> {
    reader: R,
    buffer: BytesMut,
    bytes_max: usize,
}

impl<R: AsyncRead + Unpin> Incoming<R> {
    pub(crate) fn new(reader: R, bytes_max: usize) -> Self {
        Self {
            reader,
            buffer: BytesMut::new(),
            bytes_max,
        }
    }

    /// The next message; `None` when the other side has closed between two.
    pub(crate) async fn next(&mut self) -> Result<Option<Message>, Broken> {
        loop {
            if let Some(length) = frame_length(&self.buffer)? {
                if length > self.bytes_max {
                    return Err(Malformed("message is too long before a bind").into());
                }
                if self.buffer.len() >= length {
                    let frame = self.buffer.split_to(length);
                    return Ok(Some(Message::decode(&frame)?));
                }
            }
            if self.reader.read_buf(&mut self.buffer).await? == 0 {
                return match self.buffer.is_empty() {
                    true => Ok(None),
                    false => Err(Malformed("message cut off").into()),
                };
            }
        }
    }
}

/// How a connection ends.
pub(crate) enum Ended<S> {
    /// For good.
    Closed,
    /// It goes on protected.
    StartTls(S),
}

/// What happened while a request was in work.
enum Worked {
    Done(Result<(), Broken>),
    Abandoned,
    Closed,
}

/// Answers the requests of a connection until it ends.
pub(crate) async fn serve<S>(face: &Face, stream: S, peer: IpAddr, is_protected: bool) -> Ended<S>
where
    S: AsyncRead + AsyncWrite + Unpin + Send,
{
    let (reader, writer) = tokio::io::split(stream);
    let mut incoming = Incoming::new(reader, ANONYMOUS_BYTES_MAX);
    let mut outgoing = Outgoing::new(writer);
    let mut bound = Bound::Anonymous;
    let mut waiting = VecDeque::new();
    let broken = loop {
        let is_anonymous = matches!(bound, Bound::Anonymous);
        incoming.bytes_max = match is_anonymous {
            true => ANONYMOUS_BYTES_MAX,
            false => usize::MAX,
        };
        let idle_ms = if is_anonymous {
            IDLE_ANONYMOUS_MS
        } else {
            IDLE_BOUND_MS
        };
        let message = match waiting.pop_front() {
            Some(message) => message,
            None => match timeout(Duration::from_millis(idle_ms), incoming.next()).await {
                Err(_) => break None,
                Ok(Ok(None)) => return Ended::Closed,
                Ok(Ok(Some(message))) => message,
                Ok(Err(broken)) => break Some(broken),
            },
        };
        match &message.operation {
            Operation::Unbind => return Ended::Closed,
            Operation::Abandon(_) => continue,
            Operation::Extended { oid, .. } if oid == controls::START_TLS => {
                let is_alone = waiting.is_empty() && incoming.buffer.is_empty();
                let outcome = face.start_tls(is_protected, is_alone);
                let is_ready = outcome.code == Code::SUCCESS;
                let answer = Operation::ExtendedDone {
                    outcome,
                    oid: Some(controls::START_TLS.to_owned()),
                    value: None,
                };
                let sent = outgoing.send(message.id, answer).await;
                if sent.is_err() || outgoing.flush().await.is_err() {
                    return Ended::Closed;
                }
                if is_ready {
                    return Ended::StartTls(incoming.reader.unsplit(outgoing.writer));
                }
                continue;
            }
            _ => {}
        }
        let worked = {
            let mut work = pin!(face.answer(&mut bound, &message, peer, &mut outgoing));
            loop {
                tokio::select! {
                    biased;
                    done = &mut work => break Worked::Done(done),
                    next = incoming.next(), if waiting.len() < REQUESTS_WAITING_MAX => match next {
                        Ok(Some(Message { operation: Operation::Abandon(id), .. })) => {
                            if id == message.id {
                                break Worked::Abandoned;
                            }
                            waiting.retain(|other: &Message| other.id != id);
                        }
                        Ok(Some(Message { operation: Operation::Unbind, .. }) | None) => {
                            break Worked::Closed;
                        }
                        Ok(Some(other)) => waiting.push_back(other),
                        Err(broken) => break Worked::Done(Err(broken)),
                    },
                }
            }
        };
        match worked {
            Worked::Closed => return Ended::Closed,
            Worked::Done(Err(broken)) => break Some(broken),
            Worked::Done(Ok(())) | Worked::Abandoned => {}
        }
        if waiting.is_empty()
            && let Err(error) = outgoing.flush().await
        {
            break Some(error.into());
        }
    };
    disconnect(&mut outgoing, broken).await;
    Ended::Closed
}

/// Tells the other side why the connection ends, if it still listens.
async fn disconnect<W: AsyncWrite + Unpin>(outgoing: &mut Outgoing<W>, broken: Option<Broken>) {
    let outcome = match &broken {
        None => Outcome::new(Code::UNAVAILABLE, "no request for too long"),
        Some(Broken::Malformed(error)) => Outcome::new(Code::PROTOCOL_ERROR, error.0),
        Some(Broken::Io(error)) => {
            tracing::debug!(%error, "ldap connection broke");
            return;
        }
    };
    let notice = Operation::ExtendedDone {
        outcome,
        oid: Some(controls::NOTICE_OF_DISCONNECTION.to_owned()),
        value: None,
    };
    // It is gone either way.
    if outgoing.send(0, notice).await.is_ok() {
        outgoing.flush().await.ok();
    }
}
