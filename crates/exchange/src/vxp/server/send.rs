//! `sendEdoc`: from the signed parameters and the body to a submission.
//!
//! Owns: reading the parameters of this operation.
//! Not here: parsing, addressing and storing (`Exchange::submit`).
//! Invariant: the answer leaves after the message is durable.
//! Follows: design document "Document exchange", sections 7.3 and 7.4.

use axum::{body::Body, http::request::Parts, response::Response};

use super::{
    super::wire::{Code, Refused, SERVICE_TYPE},
    Caller, Failure, Vxp, answer,
    body::{self, Expected},
};
use crate::service::{MessageType, Source, Submission};

/// Most codes in the parameter `to`; as many as a message may have recipients.
const TO_CODES_MAX: usize = 1_000;

pub(super) async fn send_edoc(
    vxp: &Vxp,
    caller: &Caller<'_>,
    parts: &Parts,
    body: Body,
) -> Result<Response, Failure> {
    let parameters = &caller.parameters;
    let message_type = message_type(caller)?;
    let from = parameters.require("from")?.trim().to_owned();
    let expected = Expected {
        hash_file: parameters.require("hash-file")?,
        bytes_max: caller.directory.settings.message_bytes_max,
        quirks: &caller.system.spec.quirks,
    };
    let signed_to = parameters.get("to").map(codes).transpose()?;
    let blobs = &vxp.exchange.platform().blobs;
    let received = body::receive(blobs, &parts.headers, body, &expected).await?;
    let submission = Submission {
        received,
        message_type,
        signed_from: Some(from),
        signed_to: signed_to.unwrap_or_default(),
        source: Source::System {
            name: caller.system.name.clone(),
        },
        mode: caller.system.spec.mode.into(),
        address: caller.address.clone(),
        trace_id: caller.trace_id.clone(),
    };
    match vxp.exchange.submit(submission).await {
        Ok(submitted) => Ok(answer::doc_id(&submitted.doc_id)),
        Err(error) => Err(Failure {
            is_noted: true,
            ..Refused::from(error).into()
        }),
    }
}

/// The parameters `servicetype` and `messagetype`, which most operations have.
pub(super) fn message_type(caller: &Caller<'_>) -> Result<MessageType, Refused> {
    let service = caller.parameters.require("servicetype")?;
    if !service.trim().eq_ignore_ascii_case(SERVICE_TYPE) {
        return Err(Refused::new(Code::Parameter, "servicetype"));
    }
    let word = caller.parameters.require("messagetype")?;
    MessageType::parse(&word.trim().to_ascii_lowercase())
        .ok_or_else(|| Refused::new(Code::Parameter, "messagetype"))
}

/// `to` as a JSON array of codes, a JSON text, or one bare code.
fn codes(text: &str) -> Result<Vec<String>, Refused> {
    let bad = || Refused::new(Code::Parameter, "to");
    let text = text.trim();
    let mut codes = match text.bytes().next() {
        Some(b'[') => serde_json::from_str::<Vec<String>>(text).map_err(|_| bad())?,
        Some(b'"') => vec![serde_json::from_str::<String>(text).map_err(|_| bad())?],
        Some(b'{') => return Err(bad()),
        _ => vec![text.to_owned()],
    };
    for code in &mut codes {
        *code = code.trim().to_owned();
    }
    codes.retain(|code| !code.is_empty() && code != "null");
    if codes.len() > TO_CODES_MAX {
        return Err(bad());
    }
    Ok(codes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recipients_come_as_array_text_or_bare_code() {
        assert_eq!(codes(r#"["a"," b ","","null"]"#).unwrap(), ["a", "b"]);
        assert_eq!(codes(r#""a""#).unwrap(), ["a"]);
        assert_eq!(codes(" H34.01 ").unwrap(), ["H34.01"]);
        assert!(codes("[]").unwrap().is_empty());
        for bad in ["[1]", r#"{"a":"b"}"#, "[", "\""] {
            assert_eq!(codes(bad).unwrap_err().code, Code::Parameter, "{bad}");
        }
        let many = serde_json::to_string(&vec!["a"; TO_CODES_MAX + 1]).unwrap();
        assert!(codes(&many).is_err());
    }
}
