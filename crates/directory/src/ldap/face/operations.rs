//! Requests and their answers.
//!
//! Owns: `Face::answer`: controls, which operation does what, what an own failure becomes.
//! Not here: binds, searches and changes themselves (`bind.rs`, `search.rs`, `modify.rs`).
//! Invariant: each request that has an answer gets exactly one last answer.
//! Follows: RFC 4511, 4; RFC 4532.

use std::net::IpAddr;

use tokio::io::AsyncWrite;

use super::{
    Face,
    connection::{Broken, Outgoing},
    matching::is_equal,
    schema,
    search::no_such,
    sight::{Bound, Sight},
};
use crate::{
    Result,
    ldap::wire::{
        Code, Control, Dn, Message, Operation, Outcome, Search,
        controls::{self, Page, PasswordModify},
    },
};

const READ_ONLY: &str = "the directory is read-only by LDAP: people, groups and agencies are kept \
     in the console, by SCIM or by import";

impl Face {
    /// Does what a request asks and answers it.
    pub(crate) async fn answer<W: AsyncWrite + Unpin + Send>(
        &self,
        bound: &mut Bound,
        message: &Message,
        peer: IpAddr,
        out: &mut Outgoing<W>,
    ) -> Result<(), Broken> {
        if let Some(unknown) = unknown_control(&message.controls) {
            let text = format!("critical control {unknown} is not known");
            let outcome = Outcome::new(Code::UNAVAILABLE_CRITICAL, text);
            return finish(out, message, outcome).await;
        }
        let done = match &message.operation {
            Operation::Bind {
                version,
                name,
                auth,
            } => {
                // A bind that fails leaves nobody bound (RFC 4511, 4.2.1).
                let before = std::mem::replace(bound, Bound::Anonymous);
                match self.bind((*version, name, auth), &before, peer).await {
                    Ok(Ok(now)) => {
                        *bound = now;
                        Ok(Outcome::success())
                    }
                    Ok(Err(outcome)) => Ok(outcome),
                    Err(error) => Err(error),
                }
            }
            Operation::Search(search) => {
                return self.answer_search(bound, (message, search), out).await;
            }
            Operation::Compare {
                dn,
                attribute,
                value,
            } => self.compare(bound, dn, attribute, value).await,
            Operation::Modify { dn, changes } => self.modify(bound, (dn, changes), peer).await,
            Operation::Extended { oid, value } => {
                let extended = self.extended(bound, oid, value.as_deref(), peer).await;
                match extended {
                    Ok((outcome, value)) => {
                        let answer = Operation::ExtendedDone {
                            outcome,
                            oid: None,
                            value,
                        };
                        return Ok(out.send(message.id, answer).await?);
                    }
                    Err(error) => Err(error),
                }
            }
            Operation::Add { .. } | Operation::Delete(_) | Operation::Rename { .. } => {
                Ok(Outcome::new(Code::UNWILLING, READ_ONLY))
            }
            _ => {
                return Err(
                    crate::ldap::wire::Malformed("an answer where a request is due").into(),
                );
            }
        };
        finish(out, message, done.unwrap_or_else(|error| failed(&error))).await
    }

    async fn answer_search<W: AsyncWrite + Unpin + Send>(
        &self,
        bound: &Bound,
        (message, search): (&Message, &Search),
        out: &mut Outgoing<W>,
    ) -> Result<(), Broken> {
        let page = match page_of(&message.controls) {
            Ok(page) => page,
            Err(outcome) => return finish(out, message, outcome).await,
        };
        let searched = self
            .search(bound, (message.id, search), page, out)
            .await
            .unwrap_or_else(|error| failed(&error).into());
        let mut done = Message::new(message.id, Operation::SearchDone(searched.outcome));
        done.controls
            .extend(searched.page.map(|page| page.control(false)));
        Ok(out.send_message(&done).await?)
    }

    async fn compare(
        &self,
        bound: &Bound,
        dn: &str,
        attribute: &str,
        value: &[u8],
    ) -> Result<Outcome> {
        let dn = match Dn::parse(dn) {
            Ok(dn) => dn,
            Err(error) => return Ok(Outcome::new(Code::INVALID_DN, error.0)),
        };
        let sight = self.sight(bound).await?;
        if matches!(sight, Sight::Nothing) {
            let text = "bind before comparing";
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, text));
        }
        let Some(known) = schema::find(attribute) else {
            return Ok(Outcome::new(
                Code::UNDEFINED_ATTRIBUTE,
                "no such attribute type",
            ));
        };
        if known.name() == "userPassword" {
            let text = "passwords are proved by a bind";
            return Ok(Outcome::new(Code::INSUFFICIENT_ACCESS, text));
        }
        let entry = match self.names.place(&dn) {
            Ok(place) => self.lookup(&sight, &place, &dn).await?,
            Err(matched) => return Ok(no_such(&matched)),
        };
        let Some(entry) = entry else {
            return Ok(no_such(&dn.parent().unwrap_or_default()));
        };
        let values = entry.values(known);
        if values.is_empty() {
            let text = "the entry has no such attribute";
            return Ok(Outcome::new(Code::NO_SUCH_ATTRIBUTE, text));
        }
        let asserted = String::from_utf8_lossy(value);
        let is_true = values.iter().any(|own| is_equal(known, own, &asserted));
        let code = if is_true {
            Code::COMPARE_TRUE
        } else {
            Code::COMPARE_FALSE
        };
        Ok(Outcome::new(code, ""))
    }

    async fn extended(
        &self,
        bound: &Bound,
        oid: &str,
        value: Option<&[u8]>,
        peer: IpAddr,
    ) -> Result<(Outcome, Option<Vec<u8>>)> {
        match oid {
            controls::WHO_AM_I => Ok((Outcome::success(), Some(self.who(bound).into_bytes()))),
            controls::PASSWORD_MODIFY => match PasswordModify::decode(value) {
                Ok(wish) => self.password_modify(bound, wish, peer).await,
                Err(error) => Ok((Outcome::new(Code::PROTOCOL_ERROR, error.0), None)),
            },
            _ => {
                let text = format!("extended operation {oid} is not known");
                Ok((Outcome::new(Code::PROTOCOL_ERROR, text), None))
            }
        }
    }

    fn who(&self, bound: &Bound) -> String {
        match bound {
            Bound::Anonymous => String::new(),
            Bound::App { name, .. } => format!("dn:{}", self.names.app(name)),
            Bound::Person { username, .. } => format!("dn:{}", self.names.person(username)),
        }
    }
}

/// The identifier of a critical control that nobody here knows.
fn unknown_control(controls: &[Control]) -> Option<&str> {
    let known = [controls::PAGED, controls::MANAGE_DSA];
    controls
        .iter()
        .find(|control| control.is_critical && !known.contains(&control.oid.as_str()))
        .map(|control| control.oid.as_str())
}

fn page_of(controls: &[Control]) -> Result<Option<Page>, Outcome> {
    let Some(control) = controls
        .iter()
        .find(|control| control.oid == controls::PAGED)
    else {
        return Ok(None);
    };
    let value = control.value.as_deref().unwrap_or_default();
    Page::decode(value)
        .map(Some)
        .map_err(|error| Outcome::new(Code::PROTOCOL_ERROR, error.0))
}

/// What the caller learns of a failure of ours; the cause is for the log.
fn failed(error: &crate::Error) -> Outcome {
    tracing::error!(%error, "ldap operation failed");
    Outcome::new(
        Code::UNAVAILABLE,
        "the directory cannot answer now; try again",
    )
}

/// The last answer of a request.
async fn finish<W: AsyncWrite + Unpin>(
    out: &mut Outgoing<W>,
    message: &Message,
    outcome: Outcome,
) -> Result<(), Broken> {
    let answer = match &message.operation {
        Operation::Bind { .. } => Operation::BindDone {
            outcome,
            credentials: None,
        },
        Operation::Search(_) => Operation::SearchDone(outcome),
        Operation::Compare { .. } => Operation::CompareDone(outcome),
        Operation::Modify { .. } => Operation::ModifyDone(outcome),
        Operation::Add { .. } => Operation::AddDone(outcome),
        Operation::Delete(_) => Operation::DeleteDone(outcome),
        Operation::Rename { .. } => Operation::RenameDone(outcome),
        _ => Operation::ExtendedDone {
            outcome,
            oid: None,
            value: None,
        },
    };
    Ok(out.send(message.id, answer).await?)
}
