//! Changing a resource of which others may change the same at the same moment.
//!
//! Owns: `Scim::replace`, `Scim::patch`, `Scim::delete`; trying again after somebody was faster.
//! Not here: what a change does (`users.rs`, `groups.rs`), versions (`resource.rs`).
//! Invariant: what `If-Match` was compared with is what is changed, also by several nodes: the
//! transaction that writes demands the revision that was read. A change without `If-Match` is
//! made anew on what the other one left.
//! Follows: RFC 7644, section 3.14; RFC 9110, section 13.1.1.

use axum::http::StatusCode;
use serde_json::Value;
use uuid::Uuid;

use super::{
    Scim,
    error::{ScimError, ScimResult},
    resource::{Conditions, Resource},
    schema::ResourceKind,
    scope::Client,
};

/// Tries of one change. On one node writers wait for each other, so that each node takes part with
/// one try at a time: more than a few lost races in a row mean more nodes than there are.
const TRIES_MAX: usize = 16;

/// What is done to a resource.
#[derive(Clone, Copy)]
enum Act<'a> {
    Replace(&'a Value),
    Patch(&'a Value),
    Delete,
}

impl Scim {
    /// Replaces a resource.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn replace(
        &self,
        client: &Client,
        of: (ResourceKind, &str),
        sent: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let made = self.change(client, of, Act::Replace(sent), conditions);
        made.await?.ok_or_else(|| ScimError::not_found(of.1))
    }

    /// Changes a resource by operations.
    ///
    /// # Errors
    /// 400, 403, 404, 409, 412.
    pub(crate) async fn patch(
        &self,
        client: &Client,
        of: (ResourceKind, &str),
        sent: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Resource> {
        let made = self.change(client, of, Act::Patch(sent), conditions);
        made.await?.ok_or_else(|| ScimError::not_found(of.1))
    }

    /// Ends a resource.
    ///
    /// # Errors
    /// 403, 404, 412.
    pub(crate) async fn delete(
        &self,
        client: &Client,
        of: (ResourceKind, &str),
        conditions: &Conditions,
    ) -> ScimResult<()> {
        let done = self.change(client, of, Act::Delete, conditions);
        done.await.map(|_| ())
    }

    async fn change(
        &self,
        client: &Client,
        (kind, id): (ResourceKind, &str),
        act: Act<'_>,
        conditions: &Conditions,
    ) -> ScimResult<Option<Resource>> {
        let parsed: Uuid = id.parse().map_err(|_| ScimError::not_found(id))?;
        let _guard = self.lock(parsed).await;
        for _ in 0..TRIES_MAX {
            let done = self.try_once(client, (kind, id), act, conditions).await;
            match done {
                Err(error) if error == ScimError::stale() => {}
                other => return other,
            }
        }
        let detail = "others change the resource at the same time; try again";
        Err(ScimError::new(StatusCode::CONFLICT, detail))
    }

    async fn try_once(
        &self,
        client: &Client,
        (kind, id): (ResourceKind, &str),
        act: Act<'_>,
        conditions: &Conditions,
    ) -> ScimResult<Option<Resource>> {
        match (kind, act) {
            (ResourceKind::User, Act::Replace(sent)) => {
                let made = self.replace_user(client, id, sent, conditions).await?;
                Ok(Some(made))
            }
            (ResourceKind::User, Act::Patch(sent)) => {
                let made = self.patch_user(client, id, sent, conditions).await?;
                Ok(Some(made))
            }
            (ResourceKind::User, Act::Delete) => {
                self.delete_user(client, id, conditions).await?;
                Ok(None)
            }
            (ResourceKind::Group, Act::Replace(sent)) => {
                let made = self.replace_group(client, id, sent, conditions).await?;
                Ok(Some(made))
            }
            (ResourceKind::Group, Act::Patch(sent)) => {
                let made = self.patch_group(client, id, sent, conditions).await?;
                Ok(Some(made))
            }
            (ResourceKind::Group, Act::Delete) => {
                self.delete_group(client, id, conditions).await?;
                Ok(None)
            }
        }
    }
}
