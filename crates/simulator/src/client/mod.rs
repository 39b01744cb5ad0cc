//! A VXP client that behaves as the existing Java client kit does.
//!
//! Owns: all 13 operations, the kit's memory of earlier parameters.
//! Not here: signing (`signing.rs`), the wire (`transport.rs`).
//! Invariant: no call is repeated by itself.
//! Follows: the VXP interface, the 13 operations; quirks of kit versions 2.0.0 and 2.0.1.

mod error;
mod signing;
mod transport;
mod types;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::{Method, Uri};
use ring::hmac;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::clock;
use crate::edxml::Kind;
use crate::mac;
use crate::rng::Rng;
pub(crate) use transport::Transport;

pub use error::{Error, Result};
pub use signing::{Habits, sign_header};
pub use types::{AgencyItem, NewAgency, Progress, ReceivedItem, SentItem};

/// Where and as whom a client calls.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Base address, such as `http://127.0.0.1:8801/vxp`; only plain HTTP.
    pub base_url: String,
    /// Identity of the system.
    pub systemid: String,
    /// Its secret.
    pub secret: String,
    /// How it behaves.
    pub habits: Habits,
    /// Longest wait for a whole reply.
    pub timeout: Duration,
    /// Milliseconds added to the machine's clock in timestamps.
    pub clock_shift_ms: i64,
}

impl ClientConfig {
    /// A client with the kit's habits.
    pub fn kit(base_url: &str, systemid: &str, secret: &str) -> Self {
        Self {
            base_url: base_url.into(),
            systemid: systemid.into(),
            secret: secret.into(),
            habits: Habits::KIT,
            timeout: Duration::from_secs(60),
            clock_shift_ms: 0,
        }
    }

    /// The same without quirks.
    #[must_use]
    pub fn clean(mut self) -> Self {
        self.habits = Habits::CLEAN;
        self
    }
}

struct Memory {
    parameters: Vec<(String, String)>,
    rng: Rng,
}

/// A client of one system. Share it; it keeps its connections.
pub struct VxpClient {
    config: ClientConfig,
    base: String,
    key: hmac::Key,
    made_ms: i64,
    memory: Mutex<Memory>,
    transport: Transport,
}

impl VxpClient {
    /// A client that has not called yet.
    pub fn new(config: ClientConfig) -> Self {
        let made_ms = clock::wall_ms();
        let seed = u64::try_from(made_ms).unwrap_or(1);
        Self {
            base: config.base_url.trim_end_matches('/').to_owned(),
            key: mac::key(&config.secret),
            made_ms,
            memory: Mutex::new(Memory {
                parameters: Vec::new(),
                rng: Rng::new(seed),
            }),
            transport: Transport::new(config.timeout),
            config,
        }
    }

    /// Who calls.
    pub fn systemid(&self) -> &str {
        &self.config.systemid
    }

    /// `getAgenciesList`.
    ///
    /// # Errors
    /// As every operation: no whole reply, an unreadable one, or a refusal.
    pub async fn agencies(&self) -> Result<Vec<AgencyItem>> {
        self.list("getAgenciesList", &[]).await
    }

    /// `getAgenciesListQD20`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn agencies_qd20(&self) -> Result<Vec<AgencyItem>> {
        self.list("getAgenciesListQD20", &[]).await
    }

    /// `getSynchronizeUnit`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn synchronize_units(&self) -> Result<Vec<AgencyItem>> {
        self.list("getSynchronizeUnit", &[]).await
    }

    /// `registerAgency`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn register_agency(&self, agency: &NewAgency) -> Result<()> {
        let body = serde_json::to_vec(agency).map_err(|_| Error::BadParameter)?;
        self.post_json("registerAgency", &[], Bytes::from(body))
            .await
            .map(drop)
    }

    /// `deleteAgency`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn delete_agency(&self, code: &str) -> Result<()> {
        self.post_json("deleteAgency", &[("AgencyCode", code)], empty())
            .await
            .map(drop)
    }

    /// `getReceivedEdocList`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn received(&self, kind: Kind) -> Result<Vec<ReceivedItem>> {
        self.list("getReceivedEdocList", &list_parameters(kind))
            .await
    }

    /// `getEdoc`: the message's bytes, decoded.
    ///
    /// # Errors
    /// As every operation.
    pub async fn fetch(&self, doc_id: &str) -> Result<Bytes> {
        let parameters = [("docId", doc_id), ("filePath", "/tmp/vxp")];
        let reply = self.post_json("getEdoc", &parameters, empty()).await?;
        let data = reply.get("data").and_then(Value::as_str);
        let data = data.ok_or(Error::Unreadable("no data"))?;
        let bytes = STANDARD
            .decode(data)
            .map_err(|_| Error::Unreadable("data is no base64"))?;
        Ok(Bytes::from(bytes))
    }

    /// `downloadEdoc`: the message's bytes as a stream.
    ///
    /// # Errors
    /// As every operation.
    pub async fn download(&self, doc_id: &str) -> Result<Bytes> {
        let parameters = [("docId", doc_id), ("filePath", "/tmp/vxp")];
        let reply = self
            .call(
                Method::GET,
                "downloadEdoc",
                &parameters,
                Bytes::new(),
                false,
            )
            .await?;
        if reply.is_json {
            read_object(&reply.body)?;
            return Err(Error::Unreadable("JSON instead of a file"));
        }
        Ok(reply.body)
    }

    /// `sendEdoc`: returns the `DocId`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn send(&self, from: &str, kind: Kind, file: &[u8]) -> Result<String> {
        self.send_to(from, kind, &[], file).await
    }

    /// `sendEdoc` with the optional parameter `to`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn send_to(
        &self,
        from: &str,
        kind: Kind,
        to: &[String],
        file: &[u8],
    ) -> Result<String> {
        let digest = mac::sha256(file);
        let hash = if self.config.habits.unpadded_digest {
            mac::hex_unpadded(&digest)
        } else {
            mac::hex_padded(&digest)
        };
        let to = Value::from(to).to_string();
        let mut parameters = vec![
            ("hash-file", hash.as_str()),
            ("messagetype", kind.as_str()),
            ("servicetype", "eDoc"),
            ("from", from),
        ];
        if to != "[]" {
            parameters.push(("to", to.as_str()));
        }
        let mut body = Vec::with_capacity(file.len() + 2);
        body.extend_from_slice(file);
        if self.config.habits.appends_crlf {
            body.extend_from_slice(b"\r\n");
        }
        let reply = self
            .call(
                Method::POST,
                "sendEdoc",
                &parameters,
                Bytes::from(body),
                false,
            )
            .await?;
        let object = read_object(&reply.body)?;
        let doc_id = object.get("DocId").and_then(Value::as_str);
        doc_id
            .map(str::to_owned)
            .ok_or(Error::Unreadable("no DocId"))
    }

    /// `getSentEdocList`; `doc_id` empty: all.
    ///
    /// # Errors
    /// As every operation.
    pub async fn sent(&self, kind: Kind, doc_id: &str) -> Result<Vec<SentItem>> {
        let mut parameters = list_parameters(kind).to_vec();
        if !doc_id.is_empty() {
            parameters.push(("docId", doc_id));
        }
        self.list("getSentEdocList", &parameters).await
    }

    /// `updateStatus`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn update_status(&self, doc_id: &str, progress: Progress) -> Result<()> {
        let parameters = [("status", progress.as_str()), ("docId", doc_id)];
        self.post_json("updateStatus", &parameters, empty())
            .await
            .map(drop)
    }

    /// `countReceiveEdoc` or `countReceiveStatus`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn count(&self, kind: Kind) -> Result<u64> {
        let operation = match kind {
            Kind::Document => "countReceiveEdoc",
            Kind::Status => "countReceiveStatus",
        };
        let parameters = list_parameters(kind);
        let object = if self.config.habits.posts_counts {
            self.post_json(operation, &parameters, empty()).await?
        } else {
            let reply = self
                .call(Method::GET, operation, &parameters, Bytes::new(), false)
                .await?;
            read_object(&reply.body)?
        };
        let count = object.get("count").ok_or(Error::Unreadable("no count"))?;
        // The JSON type is not fixed: a number or its text.
        let as_text = || count.as_str().and_then(|text| text.parse().ok());
        count
            .as_u64()
            .or_else(as_text)
            .ok_or(Error::Unreadable("count is no number"))
    }

    async fn list<T: DeserializeOwned>(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
    ) -> Result<Vec<T>> {
        let reply = self
            .call(Method::POST, operation, parameters, Bytes::new(), false)
            .await?;
        let mut object = read_object(&reply.body)?;
        let data = object.get_mut("data").map(Value::take).unwrap_or_default();
        serde_json::from_value(data).map_err(|_| Error::Unreadable("data is no list"))
    }

    async fn post_json(
        &self,
        operation: &str,
        parameters: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Value> {
        let expects = self.config.habits.expects_continue;
        let reply = self
            .call(Method::POST, operation, parameters, body, expects)
            .await?;
        read_object(&reply.body)
    }

    async fn call(
        &self,
        method: Method,
        operation: &str,
        parameters: &[(&str, &str)],
        body: Bytes,
        expects_continue: bool,
    ) -> Result<transport::RawReply> {
        let uri: Uri = format!("{}/{operation}", self.base)
            .parse()
            .map_err(|_| Error::BadAddress)?;
        let media_type = if operation == "sendEdoc" {
            "application/octet-stream"
        } else {
            "application/json"
        };
        let logical = self.logical(parameters, media_type);
        let headers = signing::headers(&self.key, &logical)?;
        let reply = self
            .transport
            .call(method, uri, headers, body, expects_continue)
            .await?;
        if reply.status != 200 {
            return Err(Error::Http(reply.status));
        }
        Ok(reply)
    }

    /// Names and values to sign, in the order of this call.
    fn logical(&self, parameters: &[(&str, &str)], media_type: &str) -> Vec<(String, String)> {
        let habits = self.config.habits;
        let base_ms = if habits.fixed_timestamp {
            self.made_ms
        } else {
            clock::wall_ms()
        };
        let timestamp = clock::kit_timestamp(base_ms + self.config.clock_shift_ms);
        let mut logical: Vec<(String, String)> = vec![
            ("timestamp".into(), timestamp),
            ("systemid".into(), self.config.systemid.clone()),
            ("Content-Type".into(), media_type.into()),
        ];
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if !habits.carries_parameters {
            memory.parameters.clear();
        }
        for (name, value) in parameters {
            memory.parameters.retain(|(known, _)| known != name);
            memory
                .parameters
                .push(((*name).to_owned(), (*value).to_owned()));
        }
        logical.extend(memory.parameters.iter().cloned());
        if habits.shuffles_keys {
            memory.rng.shuffle(&mut logical);
        }
        logical
    }
}

fn empty() -> Bytes {
    Bytes::from_static(b"{}")
}

fn list_parameters(kind: Kind) -> [(&'static str, &'static str); 2] {
    [("servicetype", "eDoc"), ("messagetype", kind.as_str())]
}

fn read_object(body: &[u8]) -> Result<Value> {
    let value: Value = serde_json::from_slice(body).map_err(|_| Error::Unreadable("not JSON"))?;
    let text = |name: &str| match value.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    if !value.is_object() {
        return Err(Error::Unreadable("not an object"));
    }
    match text("status").as_str() {
        "OK" | "SUCCESS" => Ok(value),
        "" => Err(Error::Unreadable("no status")),
        _ => Err(Error::Refused {
            code: text("ErrorCode"),
            description: text("ErrorDesc"),
        }),
    }
}
