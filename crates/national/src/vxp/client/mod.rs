//! The client of one axis: the 13 operations as functions.
//!
//! Owns: parameters and replies of each operation.
//! Not here: signing and reading replies (`lgsp_exchange::vxp::wire`), the connection
//! (`transport.rs`), when to call (`../sender.rs`, `../poll.rs`, `../agencies.rs`).
//! Invariant: a call carries its own parameters only, and a fresh timestamp; an empty, broken or
//! HTML reply is a failure, never an empty list; nothing is repeated by itself.
//! Follows: design document "Document exchange", sections 7.1, 7.3 and 7.5.

pub mod failure;
mod file;
mod transport;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_exchange::{
    service::{MessageType, WireStatus},
    vxp::wire::{
        AgencyItem, Answer, NewAgency, Operation, ReceivedItem, SERVICE_TYPE, SentItem, hash_file,
        read_answer, to_ascii_json,
    },
};
use lgsp_platform::blobs::{Body, Received};

pub use failure::{Doubt, Failure};
use transport::{Call, Payload, Reply};
pub use transport::{Client, ClientOptions, Settings};

/// Replies that list or confirm, 16 MiB.
const REPLY_BYTES_MAX: u64 = 16 << 20;
/// Replies of `getEdoc`: base64 of a message of 10 MiB, with what stands around it.
const EDOC_REPLY_BYTES_MAX: u64 = (GET_EDOC_BYTES_MAX / 3 + 1) * 4 + 65_536;
/// Longest message that is fetched with `getEdoc`; longer ones come as a stream, 10 MiB.
pub const GET_EDOC_BYTES_MAX: u64 = 10 << 20;
/// What the existing kit gives as its local folder; the axis has no use for it.
const FILE_PATH: &str = "edoc";

impl Client {
    /// `getAgenciesList`.
    ///
    /// # Errors
    /// As every operation: no connection, no whole or readable reply, a refusal.
    pub async fn agencies(&self) -> Result<Vec<AgencyItem>, Failure> {
        self.ask(
            Call::list(Operation::GetAgenciesList, &[]),
            Answer::agencies,
        )
        .await
    }

    /// `getAgenciesListQD20`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn agencies_qd20(&self) -> Result<Vec<AgencyItem>, Failure> {
        self.ask(
            Call::list(Operation::GetAgenciesListQd20, &[]),
            Answer::agencies,
        )
        .await
    }

    /// `getSynchronizeUnit`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn units(&self) -> Result<Vec<AgencyItem>, Failure> {
        self.ask(
            Call::list(Operation::GetSynchronizeUnit, &[]),
            Answer::agencies,
        )
        .await
    }

    /// `registerAgency`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn register_agency(&self, agency: &NewAgency) -> Result<(), Failure> {
        let body = Payload::Json(to_ascii_json(agency));
        let call = Call {
            body,
            ..Call::act(Operation::RegisterAgency, &[])
        };
        self.ask(call, |_| Ok(())).await
    }

    /// `deleteAgency`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn delete_agency(&self, code: &str) -> Result<(), Failure> {
        let parameters = [("AgencyCode", code)];
        self.ask(Call::act(Operation::DeleteAgency, &parameters), |_| Ok(()))
            .await
    }

    /// `getReceivedEdocList`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn received(&self, kind: MessageType) -> Result<Vec<ReceivedItem>, Failure> {
        let parameters = listed(kind);
        self.ask(
            Call::list(Operation::GetReceivedEdocList, &parameters),
            Answer::received,
        )
        .await
    }

    /// `getSentEdocList`, newest first.
    ///
    /// # Errors
    /// As every operation.
    pub async fn sent(&self, kind: MessageType) -> Result<Vec<SentItem>, Failure> {
        let parameters = listed(kind);
        self.ask(
            Call::list(Operation::GetSentEdocList, &parameters),
            Answer::sent,
        )
        .await
    }

    /// `countReceiveEdoc` or `countReceiveStatus`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn count(&self, kind: MessageType) -> Result<u64, Failure> {
        let operation = match kind {
            MessageType::Edoc => Operation::CountReceiveEdoc,
            MessageType::Status => Operation::CountReceiveStatus,
        };
        let parameters = listed(kind);
        self.ask(Call::get(operation, &parameters), |answer| answer.count())
            .await
    }

    /// `updateStatus`.
    ///
    /// # Errors
    /// As every operation.
    pub async fn update_status(&self, doc_id: &str, status: WireStatus) -> Result<(), Failure> {
        let parameters = [("status", status.as_str()), ("docId", doc_id)];
        self.ask(Call::act(Operation::UpdateStatus, &parameters), |_| Ok(()))
            .await
    }

    /// `sendEdoc` to one receiver; gives the `DocId`.
    ///
    /// # Errors
    /// As every operation; [`Failure::doubt`] says whether it may have been carried out.
    pub async fn send(
        &self,
        kind: MessageType,
        from: &str,
        to: &str,
        body: Body,
    ) -> Result<String, Failure> {
        let file = file::measure(body).await?;
        let hash = hash_file(&file.digest, self.settings.digest_form);
        // One receiver a call: the document has a delivery for each.
        let to = serde_json::Value::from(vec![to]).to_string();
        let parameters = [
            ("from", from),
            ("servicetype", SERVICE_TYPE),
            ("messagetype", kind.as_str()),
            ("hash-file", hash.as_str()),
            ("to", to.as_str()),
        ];
        let body = Payload::File(file, self.settings.has_body_crlf);
        let call = Call {
            body,
            ..Call::act(Operation::SendEdoc, &parameters)
        };
        self.ask(call, |answer| answer.require("DocId")).await
    }

    /// `getEdoc`: a message up to [`GET_EDOC_BYTES_MAX`].
    ///
    /// # Errors
    /// As every operation; [`Failure::TooLarge`] for a longer one.
    pub async fn get(&self, doc_id: &str) -> Result<Received, Failure> {
        let parameters = [("docId", doc_id), ("filePath", FILE_PATH)];
        let call = Call {
            bytes_max: EDOC_REPLY_BYTES_MAX,
            ..Call::act(Operation::GetEdoc, &parameters)
        };
        let bytes = self
            .ask(call, |answer| decoded(answer.into_data()?))
            .await?;
        file::taken_in(&self.blobs, bytes, self.message_bytes_max()).await
    }

    /// `downloadEdoc`: a message as a stream.
    ///
    /// # Errors
    /// As every operation; [`Failure::TooLarge`] past the largest message.
    pub async fn download(&self, doc_id: &str) -> Result<Received, Failure> {
        let parameters = [("docId", doc_id), ("filePath", FILE_PATH)];
        let mut call = Call::get(Operation::DownloadEdoc, &parameters);
        let began = self.clock.now();
        let result = async {
            let reply = self.send_call(&mut call).await?;
            if reply.is_json() || reply.status != 200 {
                let (status, body) = reply.read(REPLY_BYTES_MAX).await?;
                read_answer(status, &body)?;
                return Err(Failure::Unreadable("json instead of a file"));
            }
            let received = self.stream(reply).await?;
            file::refuse_page(&received)?;
            Ok(received)
        };
        let result = Box::pin(result).await;
        self.note(Operation::DownloadEdoc, began, &result);
        result
    }

    async fn stream(&self, reply: Reply) -> Result<Received, Failure> {
        let max = self.message_bytes_max();
        let (stream, _place) = reply.into_stream();
        let limit = "message_bytes_max";
        match self.blobs.receive(stream, limit, max).await {
            Ok(received) => Ok(received),
            Err(lgsp_platform::Error::TooLarge { max, .. }) => Err(Failure::TooLarge { max }),
            Err(lgsp_platform::Error::BadRequest(text)) => Err(Failure::Broken(text)),
            Err(other) => Err(other.into()),
        }
    }

    /// Calls and reads a JSON reply.
    async fn ask<T>(
        &self,
        mut call: Call<'_>,
        read: impl FnOnce(Answer) -> Result<T, lgsp_exchange::vxp::wire::ReplyError>,
    ) -> Result<T, Failure> {
        let (operation, bytes_max) = (call.operation, call.bytes_max);
        let began = self.clock.now();
        let result = async {
            let (status, body) = self.send_call(&mut call).await?.read(bytes_max).await?;
            Ok(read(read_answer(status, &body)?)?)
        };
        let result = Box::pin(result).await;
        self.note(operation, began, &result);
        result
    }
}

fn listed(kind: MessageType) -> [(&'static str, &'static str); 2] {
    [
        ("servicetype", SERVICE_TYPE),
        ("messagetype", kind.as_str()),
    ]
}

/// Base64 as any server may break it into lines.
fn decoded(mut text: String) -> Result<Vec<u8>, lgsp_exchange::vxp::wire::ReplyError> {
    text.retain(|character| !character.is_ascii_whitespace());
    let unreadable = || lgsp_exchange::vxp::wire::ReplyError::Unreadable("data is no base64");
    let bytes = STANDARD.decode(text).map_err(|_| unreadable())?;
    if bytes.is_empty() {
        Err(unreadable())
    } else {
        Ok(bytes)
    }
}
