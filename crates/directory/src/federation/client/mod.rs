//! A client of directories: connect, bind, search.
//!
//! Owns: `Client`, the reasons why it fails.
//! Not here: where it connects to and how it is protected (`connect.rs`), what entries mean.
//! Invariant: every wait ends; an answer that is not due ends the connection; referrals are
//! counted and never followed, so that a password goes only where it was meant to.

mod connect;

use std::time::Duration;

use bytes::BytesMut;
use lgsp_model::ErrorCode;
use lgsp_platform::http::Problem;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    time::timeout,
};

use connect::Io;
pub(crate) use connect::Target;

use super::kind::DirectoryConnection;
use crate::ldap::wire::{
    Attribute, Auth, Code, Deref, Filter, Malformed, Message, Operation, Outcome, Scope, Search,
    controls::{self, Page},
    frame_length,
};

/// Time for one answer.
const ANSWER_MS: u64 = 30_000;
/// Entries of one page.
const PAGE_ENTRIES: i32 = 500;
/// Answers of one range of values of Active Directory are 1,500; this many ranges at most.
const RANGES_MAX: usize = 200;

/// Why a directory could not be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// It does not answer, or not in time.
    #[error("directory does not answer: {0}")]
    Unavailable(String),
    /// It answered with a failure.
    #[error("{doing}: result {} {text}", .code.0)]
    Refused {
        /// What was asked.
        doing: &'static str,
        /// Result code.
        code: Code,
        /// Its sentence.
        text: String,
    },
    /// What it said is no answer.
    #[error("directory answers wrongly: {0}")]
    Broken(&'static str),
    /// Its certificate is not trusted, has ended or is for another host.
    #[error("certificate of the directory: {0}")]
    Untrusted(String),
    /// TLS could not be agreed on; the certificate has nothing to do with it.
    #[error("TLS with the directory: {0}")]
    Handshake(String),
    /// The configuration cannot be used.
    #[error("{0}")]
    Configuration(String),
}

impl Problem for Failure {
    fn id(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "directory.source.unavailable",
            Self::Refused { code, .. } => match *code {
                Code::INVALID_CREDENTIALS | Code::INAPPROPRIATE_AUTH => {
                    "directory.source.credentials"
                }
                Code::NO_SUCH_OBJECT | Code::INVALID_DN => "directory.source.base",
                Code::INSUFFICIENT_ACCESS => "directory.source.rights",
                Code::CONFIDENTIALITY_REQUIRED | Code::STRONGER_AUTH => {
                    "directory.source.confidential"
                }
                _ => "directory.source.refused",
            },
            Self::Broken(_) => "directory.source.broken",
            Self::Untrusted(_) => "directory.source.certificate",
            Self::Handshake(_) => "directory.source.handshake",
            Self::Configuration(_) => "directory.source.configuration",
        }
    }

    fn code(&self) -> ErrorCode {
        match self {
            Self::Unavailable(_) => ErrorCode::Unavailable,
            Self::Refused { .. }
            | Self::Broken(_)
            | Self::Untrusted(_)
            | Self::Handshake(_)
            | Self::Configuration(_) => ErrorCode::Conflict,
        }
    }

    fn arguments(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Refused { code, .. } => vec![("code", code.0.to_string())],
            Self::Unavailable(_)
            | Self::Broken(_)
            | Self::Untrusted(_)
            | Self::Handshake(_)
            | Self::Configuration(_) => Vec::new(),
        }
    }
}

impl From<Malformed> for Failure {
    fn from(error: Malformed) -> Self {
        Self::Broken(error.0)
    }
}

impl From<std::io::Error> for Failure {
    /// A certificate that is not trusted, or TLS that the other side does not speak, is no outage:
    /// waiting mends nothing. A connection that was cut is one.
    fn from(error: std::io::Error) -> Self {
        let inner = error.get_ref();
        match inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
                Self::Untrusted(error.to_string())
            }
            Some(_) => Self::Handshake(error.to_string()),
            None => Self::Unavailable(error.to_string()),
        }
    }
}

/// An entry that a directory gave.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its name.
    pub(crate) dn: String,
    /// Its attributes.
    pub(crate) attributes: Vec<Attribute>,
}

impl Found {
    /// The values of a type, options ignored.
    pub(crate) fn values(&self, name: &str) -> &[Vec<u8>] {
        let is_it = |attribute: &&Attribute| {
            let own = attribute.name.split(';').next().unwrap_or_default();
            own.eq_ignore_ascii_case(name)
        };
        self.attributes
            .iter()
            .find(is_it)
            .map_or(&[], |attribute| attribute.values.as_slice())
    }

    /// The first value, when it is a text that is not empty.
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        let value = self.values(name).first()?;
        let text = std::str::from_utf8(value).ok()?.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}

/// A connection to a directory.
pub(crate) struct Client {
    io: Box<dyn Io>,
    buffer: BytesMut,
    id: i32,
}

impl Client {
    /// Connects to the first address that answers.
    pub(crate) async fn connect(spec: &DirectoryConnection) -> Result<Self, Failure> {
        let mut last = Failure::Configuration("no address".to_owned());
        for url in &spec.urls {
            let Some(target) = Target::parse(url) else {
                continue;
            };
            match Self::connect_to(spec, &target).await {
                Ok(client) => return Ok(client),
                Err(failure) => last = failure,
            }
        }
        Err(last)
    }

    async fn connect_to(spec: &DirectoryConnection, target: &Target) -> Result<Self, Failure> {
        let stream = connect::open(spec, target).await?;
        if target.is_tls {
            let io = connect::protect(spec, target, stream).await?;
            return Ok(Self::over(Box::new(io)));
        }
        let is_local = stream.peer_addr()?.ip().is_loopback() && spec.allow_local_addresses;
        if !spec.start_tls {
            if is_local {
                return Ok(Self::over(Box::new(stream)));
            }
            let text = "passwords do not travel in the clear: use ldaps:// or StartTLS";
            return Err(Failure::Configuration(text.to_owned()));
        }
        let mut plain = Self::over(Box::new(stream));
        plain
            .send(Operation::Extended {
                oid: controls::START_TLS.to_owned(),
                value: None,
            })
            .await?;
        match plain.receive().await?.operation {
            Operation::ExtendedDone { outcome, .. } => check("StartTLS", outcome)?,
            _ => return Err(Failure::Broken("no answer to StartTLS")),
        }
        if !plain.buffer.is_empty() {
            return Err(Failure::Broken("bytes before the protection"));
        }
        let io = connect::protect(spec, target, plain.io).await?;
        Ok(Self::over(Box::new(io)))
    }

    fn over(io: Box<dyn Io>) -> Self {
        Self {
            io,
            buffer: BytesMut::new(),
            id: 0,
        }
    }

    async fn send(&mut self, operation: Operation) -> Result<(), Failure> {
        self.send_with(operation, Vec::new()).await
    }

    async fn send_with(
        &mut self,
        operation: Operation,
        controls: Vec<Page>,
    ) -> Result<(), Failure> {
        self.id = self.id.checked_add(1).unwrap_or(1);
        let mut message = Message::new(self.id, operation);
        message.controls = controls.iter().map(|page| page.control(false)).collect();
        let bytes = message.encode();
        let writing = async {
            self.io.write_all(&bytes).await?;
            self.io.flush().await
        };
        in_time(writing).await
    }

    /// The next message that belongs to the last request.
    async fn receive(&mut self) -> Result<Message, Failure> {
        loop {
            if let Some(length) = frame_length(&self.buffer)?
                && self.buffer.len() >= length
            {
                let frame = self.buffer.split_to(length);
                let message = Message::decode(&frame)?;
                if message.id == self.id {
                    return Ok(message);
                }
                if message.id == 0 {
                    return Err(Failure::Unavailable("it ended the connection".to_owned()));
                }
                continue;
            }
            if in_time(self.io.read_buf(&mut self.buffer)).await? == 0 {
                return Err(Failure::Unavailable("it closed the connection".to_owned()));
            }
        }
    }

    /// Binds; a wrong name or password is [`Failure::Refused`] with `INVALID_CREDENTIALS`.
    pub(crate) async fn bind(&mut self, dn: &str, password: &[u8]) -> Result<(), Failure> {
        if dn.is_empty() || password.is_empty() {
            // Either would be an anonymous bind, which succeeds and proves nothing.
            return Err(Failure::Refused {
                doing: "bind",
                code: Code::INVALID_CREDENTIALS,
                text: "name or password is empty".to_owned(),
            });
        }
        self.send(Operation::Bind {
            version: 3,
            name: dn.to_owned(),
            auth: Auth::Simple(password.to_vec()),
        })
        .await?;
        match self.receive().await?.operation {
            Operation::BindDone { outcome, .. } => check("bind", outcome),
            _ => Err(Failure::Broken("no answer to a bind")),
        }
    }

    /// One page of a search; the cookie of the next one is empty at the end.
    pub(crate) async fn page(
        &mut self,
        (base, scope): (&str, Scope),
        filter: &Filter,
        attributes: &[&str],
        cookie: Vec<u8>,
    ) -> Result<(Vec<Found>, Vec<u8>), Failure> {
        let search = Operation::Search(Search {
            base: base.to_owned(),
            scope,
            deref: Deref::Never,
            size_max: 0,
            time_s_max: 0,
            is_types_only: false,
            filter: filter.clone(),
            attributes: attributes.iter().map(|name| (*name).to_owned()).collect(),
        });
        let page = Page {
            size: PAGE_ENTRIES,
            cookie,
        };
        let pages = if scope == Scope::Base {
            Vec::new()
        } else {
            vec![page]
        };
        self.send_with(search, pages).await?;
        let mut found = Vec::new();
        loop {
            let message = self.receive().await?;
            match message.operation {
                Operation::Entry { dn, attributes } => found.push(Found { dn, attributes }),
                Operation::Reference(_) | Operation::Intermediate { .. } => {}
                Operation::SearchDone(outcome) => {
                    check("search", outcome)?;
                    let next = message
                        .controls
                        .iter()
                        .find(|control| control.oid == controls::PAGED)
                        .and_then(|control| Page::decode(control.value.as_deref()?).ok());
                    return Ok((found, next.map(|page| page.cookie).unwrap_or_default()));
                }
                _ => return Err(Failure::Broken("another answer inside a search")),
            }
        }
    }

    /// The entry at a name.
    pub(crate) async fn entry(
        &mut self,
        dn: &str,
        attributes: &[&str],
    ) -> Result<Option<Found>, Failure> {
        let filter = Filter::Present("objectClass".to_owned());
        match self
            .page((dn, Scope::Base), &filter, attributes, Vec::new())
            .await
        {
            Ok((found, _)) => Ok(found.into_iter().next()),
            Err(Failure::Refused { code, .. }) if code == Code::NO_SUCH_OBJECT => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// All values of a type of an entry, read in ranges where the directory gives ranges.
    pub(crate) async fn all_values(
        &mut self,
        entry: &Found,
        name: &str,
    ) -> Result<Vec<Vec<u8>>, Failure> {
        let Some(mut end) = range_end(entry, name) else {
            return Ok(entry.values(name).to_vec());
        };
        let mut values = ranged(entry, name);
        for _ in 0..RANGES_MAX {
            let Some(last) = end else { return Ok(values) };
            let wanted = format!("{name};range={}-*", last + 1);
            let Some(more) = self.entry(&entry.dn, &[&wanted]).await? else {
                return Ok(values);
            };
            values.extend(ranged(&more, name));
            end = range_end(&more, name).flatten();
        }
        Err(Failure::Broken("values without end"))
    }
}

fn ranged(entry: &Found, name: &str) -> Vec<Vec<u8>> {
    let begin = format!("{name};range=").to_ascii_lowercase();
    entry
        .attributes
        .iter()
        .filter(|attribute| attribute.name.to_ascii_lowercase().starts_with(&begin))
        .flat_map(|attribute| attribute.values.clone())
        .collect()
}

/// `None` when the values come without a range; else where it ends, `None` at the last one.
fn range_end(entry: &Found, name: &str) -> Option<Option<u64>> {
    let begin = format!("{name};range=").to_ascii_lowercase();
    entry.attributes.iter().find_map(|attribute| {
        let own = attribute.name.to_ascii_lowercase();
        let (_, end) = own.strip_prefix(&begin)?.split_once('-')?;
        Some(end.parse().ok())
    })
}

fn check(doing: &'static str, outcome: Outcome) -> Result<(), Failure> {
    if outcome.code == Code::SUCCESS {
        return Ok(());
    }
    let text = outcome.text.chars().take(200).collect();
    let code = outcome.code;
    Err(match code {
        Code::BUSY | Code::UNAVAILABLE => Failure::Unavailable(text),
        _ => Failure::Refused { doing, code, text },
    })
}

async fn in_time<T>(work: impl Future<Output = std::io::Result<T>>) -> Result<T, Failure> {
    match timeout(Duration::from_millis(ANSWER_MS), work).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(Failure::Unavailable("no answer in time".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_values_are_read() {
        let entry = |name: &str| Found {
            dn: "cn=g".into(),
            attributes: vec![Attribute {
                name: name.into(),
                values: vec![b"uid=a".to_vec()],
            }],
        };
        assert_eq!(range_end(&entry("member"), "member"), None);
        assert_eq!(
            range_end(&entry("member;range=0-1499"), "member"),
            Some(Some(1_499))
        );
        assert_eq!(
            range_end(&entry("Member;Range=1500-*"), "member"),
            Some(None)
        );
        assert_eq!(ranged(&entry("member;range=0-1499"), "member").len(), 1);
    }
}
