//! Lists, fetching, acknowledging, counting: the operations on a system's mailboxes.
//!
//! Owns: their parameters and the shape of their items.
//! Not here: which items there are (`service/`).
//! Invariant: filters that the existing kit sends by accident are not applied unless the system's
//! specification says so.
//! Follows: design document "Document exchange", sections 7.2 to 7.4.

use axum::response::Response;
use lgsp_model::{LocalDate, Timestamp};

use super::{
    super::wire::{self, Code, Operation, Parameters, Refused, SERVICE_TYPE},
    Caller, Vxp, answer,
    send::message_type,
};
use crate::service::{MailboxItem, MessageType, Rendered, SentItem, WireStatus};

/// Most items in one answer; clients poll again after `done`.
const LIST_ITEMS_MAX: u32 = 500;

pub(super) async fn received(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    let kind = message_type(caller)?;
    let agencies = &caller.system.agencies;
    let found = vxp
        .exchange
        .mailbox_list(agencies, kind, LIST_ITEMS_MAX)
        .await?;
    let mut items: Vec<wire::ReceivedItem> = found
        .iter()
        .map(|item| received_item(caller, item))
        .collect();
    if caller.system.spec.list_filters_enabled {
        items = filtered(items, &caller.parameters);
    }
    Ok(answer::list(items))
}

fn received_item(caller: &Caller<'_>, item: &MailboxItem) -> wire::ReceivedItem {
    let with = caller.system.spec.address_with;
    let code =
        |agency: &str, written: &str| caller.directory.code_for(with, agency, written, caller.now);
    wire::ReceivedItem {
        doc_id: item.doc_id.clone(),
        service_type: SERVICE_TYPE.to_owned(),
        message_type: item.message_type.as_str().to_owned(),
        created_time: item.created_at.format_vxp(),
        updated_time: item.updated_at.format_vxp(),
        from: code(&item.from_agency, &item.from_code),
        to: code(&item.to_agency, &item.to_code),
        status: item.status.as_str().to_owned(),
        status_desc: describe(item.status.as_str()).to_owned(),
        ..wire::ReceivedItem::default()
    }
}

/// The filters of the kit's list object, for systems whose client means them.
fn filtered(
    items: Vec<wire::ReceivedItem>,
    parameters: &Parameters<'_>,
) -> Vec<wire::ReceivedItem> {
    let number = |name| {
        parameters
            .get(name)
            .and_then(|text| text.trim().parse::<usize>().ok())
    };
    let (from_date, to_date) = (
        parameters.get("fromDate").and_then(|text| instant(text, 0)),
        parameters
            .get("toDate")
            .and_then(|text| instant(text, 24 * 60 * 60_000 - 1)),
    );
    let is_wanted = |item: &wire::ReceivedItem| {
        let created = Timestamp::parse_vxp(&item.created_time).unwrap_or_default();
        parameters
            .get("from")
            .is_none_or(|from| from.trim() == item.from)
            && parameters
                .get("status")
                .is_none_or(|status| status.trim() == item.status)
            && from_date.is_none_or(|from| created >= from)
            && to_date.is_none_or(|to| created <= to)
    };
    let size = number("pageSize").filter(|size| *size > 0);
    // Pages count from 1; a 0 is taken for the first one too.
    let skipped = size.unwrap_or(0) * number("pageIndex").unwrap_or(1).saturating_sub(1);
    items
        .into_iter()
        .filter(is_wanted)
        .skip(skipped)
        .take(size.unwrap_or(usize::MAX))
        .collect()
}

/// A day stands for its first instant, or with `end_ms` for its last one.
fn instant(text: &str, end_ms: i64) -> Option<Timestamp> {
    let text = text.trim();
    let day = || {
        text.parse::<LocalDate>()
            .ok()
            .or_else(|| LocalDate::parse_edxml(text))
    };
    Timestamp::parse_vxp(text)
        .or_else(|| Timestamp::parse_edxml(text))
        .or_else(|| Some(day()?.at_minute(0).plus_ms(end_ms)))
}

pub(super) async fn get(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    Ok(answer::base64(fetch(vxp, caller).await?))
}

pub(super) async fn download(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    Ok(answer::file(fetch(vxp, caller).await?))
}

async fn fetch(vxp: &Vxp, caller: &Caller<'_>) -> Result<Rendered, Refused> {
    let doc_id = caller.parameters.require("docId")?;
    Ok(vxp.exchange.fetch(&caller.reader(), doc_id.trim()).await?)
}

pub(super) async fn update_status(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    let word = caller.parameters.require("status")?;
    let status = WireStatus::parse(&word.trim().to_ascii_lowercase())
        .filter(|status| *status != WireStatus::Initial)
        .ok_or_else(|| Refused::new(Code::Parameter, "status"))?;
    let doc_id = caller.parameters.require("docId")?;
    vxp.exchange
        .acknowledge(&caller.reader(), doc_id.trim(), status)
        .await?;
    Ok(answer::plain())
}

pub(super) async fn count(
    vxp: &Vxp,
    caller: &Caller<'_>,
    operation: Operation,
) -> Result<Response, Refused> {
    // The operation's name says what is counted; a stale `messagetype` rides along.
    let kind = match operation {
        Operation::CountReceiveStatus => MessageType::Status,
        _ => MessageType::Edoc,
    };
    let agencies = &caller.system.agencies;
    let count = vxp.exchange.mailbox_count(agencies, kind).await?;
    Ok(answer::count(count))
}

pub(super) async fn sent(vxp: &Vxp, caller: &Caller<'_>) -> Result<Response, Refused> {
    let kind = message_type(caller)?;
    let agencies = &caller.system.agencies;
    let doc_id = caller.parameters.get("docId").map(str::trim);
    let list = |doc_id| {
        vxp.exchange
            .sent_list(agencies, kind, doc_id, LIST_ITEMS_MAX)
    };
    let mut found = list(doc_id).await?;
    if found.is_empty() && doc_id.is_some() {
        // The kit lets the docId of an earlier call ride along; one that names nothing sent
        // selects nothing and is passed over.
        found = list(None).await?;
    }
    Ok(answer::list(found.iter().map(sent_item).collect()))
}

fn sent_item(item: &SentItem) -> wire::SentItem {
    wire::SentItem {
        service_type: SERVICE_TYPE.to_owned(),
        message_type: item.message_type.as_str().to_owned(),
        sender_doc_id: item.sender_doc_id.clone(),
        receiver_doc_id: item.receiver_doc_id.clone(),
        from_code: item.from_code.clone(),
        to_code: item.to_code.clone(),
        title: item.title.clone(),
        notation: item.notation.clone(),
        sent_time: item.sent_at.format_vxp(),
        received_time: item
            .received_at
            .map(Timestamp::format_vxp)
            .unwrap_or_default(),
        send_status: item.send_status.clone(),
        send_status_desc: describe(&item.send_status).to_owned(),
        receive_status: item.receive_status.clone(),
        receive_status_desc: describe(&item.receive_status).to_owned(),
    }
}

/// Texts of the words of transport; codes of documents have theirs in the catalogue.
fn describe(word: &str) -> &'static str {
    match word {
        "initial" => "Khởi tạo",
        "processing" => "Đang xử lý",
        "done" => "Hoàn thành",
        "fail" | "failed" => "Lỗi",
        "sent" => "Đã gửi",
        "fetched" => "Đã lấy về",
        "dead" => "Không gửi được",
        "cancelled" => "Đã hủy",
        "withdrawn" => "Đã thu hồi",
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(doc_id: &str, from: &str, created: &str) -> wire::ReceivedItem {
        wire::ReceivedItem {
            doc_id: doc_id.into(),
            from: from.into(),
            created_time: created.into(),
            status: "initial".into(),
            ..wire::ReceivedItem::default()
        }
    }

    fn ids(signed: &str) -> Vec<String> {
        let items = vec![
            item("1", "A", "2026-11-21 23:59:59"),
            item("2", "B", "2026-11-22 00:00:00"),
            item("3", "A", "2026-11-22 23:59:59"),
            item("4", "A", "2026-11-23 00:00:00"),
        ];
        let parameters = Parameters::read(signed.as_bytes()).unwrap();
        let found = filtered(items, &parameters);
        found.into_iter().map(|item| item.doc_id).collect()
    }

    #[test]
    fn filters_that_are_meant_are_applied() {
        assert_eq!(ids("{}"), ["1", "2", "3", "4"]);
        assert_eq!(ids(r#"{"XroadVnpt-from":"A"}"#), ["1", "3", "4"]);
        assert_eq!(ids(r#"{"XroadVnpt-status":"done"}"#), [""; 0]);
        let day = r#"{"XroadVnpt-fromDate":"2026/11/22","XroadVnpt-toDate":"2026-11-22"}"#;
        assert_eq!(ids(day), ["2", "3"]);
        let page = r#"{"XroadVnpt-pageSize":"3","XroadVnpt-pageIndex":"2"}"#;
        assert_eq!(ids(page), ["4"]);
        assert_eq!(
            ids(r#"{"XroadVnpt-pageSize":"0","XroadVnpt-pageIndex":"9"}"#).len(),
            4
        );
    }
}
