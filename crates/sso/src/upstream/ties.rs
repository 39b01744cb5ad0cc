//! Links to outside providers on the page of a person.
//!
//! Owns: the port `Ties` of identity, for upstream sign-on; ending an own link.
//! Not here: the page (`identity`), the same for the console (`routes/me.rs`).
//! Invariant: a link never ends when it is the last way in.

use lgsp_identity::{Account, Actor, Application, Tie, Ties};
use lgsp_model::AccountId;
use lgsp_platform::{
    Sentence,
    http::{Principal, Refusal, context::PortFuture},
};
use uuid::Uuid;

use super::{
    Upstream,
    error::{Error, Result},
    tables::{self, ExternalIdentity},
};

/// Mark of our ties among those of other protocols.
const PREFIX: &str = "upstream:";

impl Upstream {
    /// Ends a link of the own account, unless it is the last way in.
    ///
    /// # Errors
    /// `sso.external_identity.last_way_in`, `sso.external_identity.not_found`.
    pub(crate) async fn unlink_own(
        &self,
        account: &Account,
        id: Uuid,
        actor: &Actor,
    ) -> Result<()> {
        if !self.has_other_way(account, id).await? {
            return Err(Error::LastWayIn);
        }
        self.unlink(account, id, actor).await
    }

    /// Whether an account can be entered without this link: with a password, or with another
    /// link whose provider may be used.
    async fn has_other_way(&self, account: &Account, id: Uuid) -> Result<bool> {
        if account.password_changed_at.is_some() {
            return Ok(true);
        }
        let links = tables::links_of(&self.platform.db, account.id).await?;
        let is_usable = |link: &ExternalIdentity| {
            let provider = self.providers.find(&link.provider);
            link.id != id && provider.is_ok_and(|provider| provider.spec.enabled)
        };
        Ok(links.iter().any(is_usable))
    }
}

impl Ties for Upstream {
    fn applications<'a>(
        &'a self,
        _: &'a Principal,
    ) -> PortFuture<'a, lgsp_platform::Result<Vec<Application>>> {
        Box::pin(async { Ok(Vec::new()) })
    }

    fn ties(&self, account: AccountId) -> PortFuture<'_, lgsp_platform::Result<Vec<Tie>>> {
        Box::pin(async move {
            let links = tables::links_of(&self.platform.db, account).await;
            let links = links.map_err(|error| crate::Error::from(error).into_platform())?;
            let tie = |link: ExternalIdentity| {
                let provider = self.providers.find(&link.provider);
                Tie {
                    id: format!("{PREFIX}{}", link.id),
                    title: provider.map_or(link.provider, |found| found.spec.title),
                    description: Sentence::new(
                        format!("Đăng nhập được bằng tài khoản {}", link.display_name),
                        format!("Signs in with the account of {}", link.display_name),
                    ),
                    since: link.linked_at,
                    needs_proof: true,
                }
            };
            Ok(links.into_iter().map(tie).collect())
        })
    }

    fn untie<'a>(
        &'a self,
        actor: &'a Actor,
        account: AccountId,
        id: &'a str,
    ) -> PortFuture<'a, std::result::Result<bool, Refusal>> {
        Box::pin(async move {
            let link = id.strip_prefix(PREFIX).and_then(|id| id.parse().ok());
            let Some(link) = link else {
                return Ok(false);
            };
            let account = self.identity.account(account).await?;
            self.unlink_own(&account, link, actor).await?;
            Ok(true)
        })
    }
}
