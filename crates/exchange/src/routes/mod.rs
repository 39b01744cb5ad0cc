//! The administration API of document exchange.
//!
//! Owns: paths, permissions and their labels; one file a resource.
//! Not here: what is done (`service/`), what is read (`query/`), the interfaces of other systems
//! (`vxp/`).
//! Invariant: every operation names its permission, and a caller sees and touches only what
//! belongs to agencies for which it holds it.
//! Follows: the working contract of the administration API; regulation R61 (access to content).

mod alarms;
mod compose;
mod deliveries;
mod documents;
mod download;
mod mailbox;
mod overview;
mod proposals;
mod systems;
mod unmatched;

use lgsp_platform::{
    http::{Caller, trace},
    module::Permission,
    registry::Labels,
};
use utoipa_axum::router::OpenApiRouter;

use crate::{Exchange, service::Official};

/// Seeing documents, their states and mailboxes, without content.
pub const DOCUMENT_READ: &str = "exchange.document.read";
/// Writing, sending and revoking documents of an agency.
pub const DOCUMENT_SEND: &str = "exchange.document.send";
/// Answering for a receiver.
pub const DOCUMENT_PROCESS: &str = "exchange.document.process";
/// Sending copies again.
pub const DOCUMENT_RESEND: &str = "exchange.document.resend";
/// Opening content: files and raw messages. Each opening is an audit event.
pub const BODY_READ: &str = "exchange.body.read";
/// Seeing systems and their secrets' dates.
pub const SYSTEM_READ: &str = "exchange.system.read";
/// Making and ending secrets of systems.
pub const SYSTEM_SECRET: &str = "exchange.system.secret";
/// Seeing the exchange at a glance.
pub const OVERVIEW_READ: &str = "exchange.overview.read";
/// Seeing alarms.
pub const ALARM_READ: &str = "exchange.alarm.read";
/// Noting that an alarm was seen.
pub const ALARM_ACKNOWLEDGE: &str = "exchange.alarm.acknowledge";
/// Deciding what other systems wish of the catalogue of agencies.
pub const PROPOSAL_DECIDE: &str = "exchange.proposal.decide";
/// Seeing deliveries.
pub const DELIVERY_READ: &str = "ledger.delivery.read";
/// Sending deliveries again.
pub const DELIVERY_REDRIVE: &str = "ledger.delivery.redrive";
/// Taking deliveries out of their queue.
pub const DELIVERY_CANCEL: &str = "ledger.delivery.cancel";

const fn permission(name: &'static str, vi: &'static str, en: &'static str) -> Permission {
    Permission {
        name,
        labels: Labels { vi, en },
    }
}

/// Permissions of document exchange.
pub const PERMISSIONS: &[Permission] = &[
    permission(DOCUMENT_READ, "Xem văn bản", "Read documents"),
    permission(DOCUMENT_SEND, "Soạn và gửi văn bản", "Send documents"),
    permission(DOCUMENT_PROCESS, "Xử lý văn bản đến", "Process documents"),
    permission(DOCUMENT_RESEND, "Gửi lại văn bản", "Send documents again"),
    permission(
        BODY_READ,
        "Mở nội dung văn bản",
        "Open contents of documents",
    ),
    permission(SYSTEM_READ, "Xem hệ thống", "Read systems"),
    permission(
        SYSTEM_SECRET,
        "Quản lý khóa của hệ thống",
        "Manage secrets of systems",
    ),
    permission(
        OVERVIEW_READ,
        "Xem tổng quan trao đổi văn bản",
        "See the exchange at a glance",
    ),
    permission(ALARM_READ, "Xem cảnh báo", "Read alarms"),
    permission(ALARM_ACKNOWLEDGE, "Ghi nhận cảnh báo", "Acknowledge alarms"),
    permission(
        PROPOSAL_DECIDE,
        "Duyệt đề xuất thay đổi cơ quan",
        "Decide proposals about agencies",
    ),
    permission(DELIVERY_READ, "Xem lượt gửi", "Read deliveries"),
    permission(DELIVERY_REDRIVE, "Gửi lại lượt gửi", "Redrive deliveries"),
    permission(DELIVERY_CANCEL, "Hủy lượt gửi", "Cancel deliveries"),
];

/// The operations below `/api/v1`.
#[must_use]
pub fn router(exchange: Exchange) -> OpenApiRouter {
    OpenApiRouter::new()
        .merge(documents::router())
        .merge(compose::router())
        .merge(mailbox::router())
        .merge(deliveries::router())
        .merge(overview::router())
        .merge(alarms::router())
        .merge(systems::router())
        .merge(proposals::router())
        .merge(unmatched::router())
        .with_state(exchange)
}

/// The caller as the one who acts.
fn official(caller: &Caller) -> Official {
    Official {
        username: caller.principal.actor_name().to_owned(),
        on_behalf_of: caller.principal.acts_for().map(str::to_owned),
        display_name: None,
        address: caller.address.clone(),
        trace_id: trace::current(),
    }
}
