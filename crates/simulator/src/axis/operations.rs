//! The operations on mailboxes: lists, fetching, acknowledging, counting.
//!
//! Owns: the table of the 13 operations and those that are not about agencies or sending.
//! Not here: agencies (`agencies.rs`), `sendEdoc` (`send.rs`), faults.
//! Invariant: a system sees and changes only its own copies.
//! Follows: the VXP interface, the 13 operations and their parameters.

use bytes::Bytes;
use serde_json::{Value, json};

use super::check::{Caller, Refusal};
use super::state::{Copy, CopyStatus, Sent, State};
use super::{Axis, agencies, send};
use crate::clock::reply_instant;
use crate::edxml::Kind;

/// Most items in one list.
const LIST_ITEMS_MAX: usize = 500;

macro_rules! operations {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// One of the 13 operations.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Operation {
            $(#[doc = $name] $variant),+
        }

        impl Operation {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Last part of its path.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

operations! {
    GetAgenciesList = "getAgenciesList",
    GetAgenciesListQd20 = "getAgenciesListQD20",
    GetSynchronizeUnit = "getSynchronizeUnit",
    RegisterAgency = "registerAgency",
    DeleteAgency = "deleteAgency",
    GetReceivedEdocList = "getReceivedEdocList",
    GetEdoc = "getEdoc",
    DownloadEdoc = "downloadEdoc",
    SendEdoc = "sendEdoc",
    GetSentEdocList = "getSentEdocList",
    UpdateStatus = "updateStatus",
    CountReceiveEdoc = "countReceiveEdoc",
    CountReceiveStatus = "countReceiveStatus",
}

impl Operation {
    /// The operation of this name, exactly spelled.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|operation| operation.name() == name)
    }

    /// Answers with a list.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::GetAgenciesList
                | Self::GetAgenciesListQd20
                | Self::GetSynchronizeUnit
                | Self::GetReceivedEdocList
                | Self::GetSentEdocList
        )
    }

    /// Answers with a message's content.
    pub fn is_fetch(self) -> bool {
        matches!(self, Self::GetEdoc | Self::DownloadEdoc)
    }
}

/// What an operation gives.
#[derive(Clone, Debug)]
pub(super) enum Success {
    Plain,
    DocId(String),
    Count(usize),
    List(Vec<Value>),
    Content(Bytes),
}

/// Does what a checked caller asks.
pub(super) fn perform(
    axis: &Axis,
    operation: Operation,
    caller: &Caller,
    body: &[u8],
) -> Result<Success, Refusal> {
    match operation {
        Operation::GetAgenciesList => Ok(Success::List(agencies::list(&axis.lock()))),
        Operation::GetAgenciesListQd20 => Ok(Success::List(agencies::list_qd20(&axis.lock()))),
        Operation::GetSynchronizeUnit => Ok(Success::List(agencies::list_units(
            &axis.lock(),
            axis.now_ms(),
        ))),
        Operation::RegisterAgency => agencies::register(&mut axis.lock(), caller, body),
        Operation::DeleteAgency => agencies::delete(&mut axis.lock(), caller),
        Operation::SendEdoc => send::send(axis, caller, body),
        Operation::GetReceivedEdocList => received(&mut axis.lock(), caller),
        Operation::GetSentEdocList => sent(&axis.lock(), caller),
        Operation::GetEdoc | Operation::DownloadEdoc => {
            fetch(&mut axis.lock(), caller, axis.now_ms())
        }
        Operation::UpdateStatus => update_status(&mut axis.lock(), caller, axis.now_ms()),
        Operation::CountReceiveEdoc => Ok(count(&axis.lock(), caller, Kind::Document)),
        Operation::CountReceiveStatus => Ok(count(&axis.lock(), caller, Kind::Status)),
    }
}

/// The parameter `messagetype`.
pub(super) fn kind_of(caller: &Caller) -> Result<Kind, Refusal> {
    let text = caller.params.require("messagetype")?;
    Kind::of(text).ok_or_else(|| Refusal::new("105", "messagetype is neither edoc nor status"))
}

fn received(state: &mut State, caller: &Caller) -> Result<Success, Refusal> {
    caller.params.require("servicetype")?;
    let kind = kind_of(caller)?;
    let waiting: Vec<(u64, bool)> = state
        .mailbox(&caller.systemid, kind)
        .map(|(number, copy)| (number, copy.hidden_polls > 0))
        .collect();
    let mut items = Vec::new();
    for (number, is_hidden) in waiting {
        let Some(copy) = state.copies.get_mut(&number) else {
            continue;
        };
        if is_hidden {
            copy.hidden_polls -= 1;
        } else if items.len() < LIST_ITEMS_MAX {
            items.push(list_item(copy));
        }
    }
    Ok(Success::List(items))
}

fn list_item(copy: &Copy) -> Value {
    json!({
        "docId": copy.doc_id,
        "serviceType": "eDoc",
        "messageType": copy.kind.as_str(),
        "created_time": reply_instant(copy.created_ms),
        "updated_time": reply_instant(copy.updated_ms),
        "from": copy.from,
        "to": copy.to,
        "status": copy.status.as_str(),
        "status_desc": describe(copy.status),
    })
}

fn describe(status: CopyStatus) -> &'static str {
    match status {
        CopyStatus::Initial => "Khởi tạo",
        CopyStatus::Processing => "Đang xử lý",
        CopyStatus::Done => "Hoàn thành",
        CopyStatus::Fail => "Lỗi",
    }
}

fn sent(state: &State, caller: &Caller) -> Result<Success, Refusal> {
    caller.params.require("servicetype")?;
    let kind = kind_of(caller)?;
    // The kit lets a stale docId ride along: only one that names a sent message selects.
    let wanted = caller.params.get("docId").filter(|doc_id| {
        state
            .sent_by(&caller.systemid, kind)
            .any(|sent| sent.doc_id == *doc_id)
    });
    let mut items = Vec::new();
    for sent in state.sent_by(&caller.systemid, kind).rev() {
        if wanted.is_some_and(|doc_id| doc_id != sent.doc_id) {
            continue;
        }
        items.extend(
            sent.copies
                .iter()
                .filter_map(|number| state.copies.get(number).map(|copy| sent_item(sent, copy))),
        );
        if items.len() >= LIST_ITEMS_MAX {
            break;
        }
    }
    items.truncate(LIST_ITEMS_MAX);
    Ok(Success::List(items))
}

fn sent_item(sent: &Sent, copy: &Copy) -> Value {
    let received_at = match copy.status {
        CopyStatus::Done => reply_instant(copy.updated_ms),
        CopyStatus::Initial | CopyStatus::Processing | CopyStatus::Fail => String::new(),
    };
    json!({
        "serviceType": "eDoc",
        "messageType": copy.kind.as_str(),
        "senderDocId": sent.doc_id,
        "receiverDocId": copy.doc_id,
        "fromCode": copy.from,
        "toCode": copy.to,
        "title": sent.summary.subject,
        "notation": sent.summary.code,
        "sentTime": reply_instant(sent.at_ms),
        "receivedTime": received_at,
        "sendStatus": CopyStatus::Done.as_str(),
        "sendStatusDesc": describe(CopyStatus::Done),
        "receiveStatus": copy.status.as_str(),
        "receiveStatusDesc": describe(copy.status),
    })
}

fn own_copy<'a>(state: &'a mut State, caller: &Caller) -> Result<&'a mut Copy, Refusal> {
    let doc_id = caller.params.require("docId")?;
    state
        .copy_mut(doc_id)
        .filter(|copy| copy.systemid == caller.systemid)
        .ok_or_else(|| Refusal::new("111", "no such docId for this system"))
}

fn fetch(state: &mut State, caller: &Caller, now_ms: i64) -> Result<Success, Refusal> {
    let copy = own_copy(state, caller)?;
    if copy.content.is_empty() {
        return Err(Refusal::new("111", "content is no longer kept"));
    }
    copy.fetches += 1;
    copy.updated_ms = now_ms;
    Ok(Success::Content(copy.content.clone()))
}

fn update_status(state: &mut State, caller: &Caller, now_ms: i64) -> Result<Success, Refusal> {
    let status = match caller.params.require("status")? {
        "processing" => CopyStatus::Processing,
        "done" => CopyStatus::Done,
        "fail" => CopyStatus::Fail,
        _ => {
            return Err(Refusal::new(
                "105",
                "status is not processing, done or fail",
            ));
        }
    };
    let copy = own_copy(state, caller)?;
    if copy.status == CopyStatus::Done && status != CopyStatus::Done {
        return Err(Refusal::new("112", "already done"));
    }
    let doc_id = copy.doc_id.clone();
    state.set_status(&doc_id, status, now_ms);
    Ok(Success::Plain)
}

fn count(state: &State, caller: &Caller, kind: Kind) -> Success {
    Success::Count(state.mailbox(&caller.systemid, kind).count())
}
