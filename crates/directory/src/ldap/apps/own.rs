//! Application passwords for the person's own pages: the port `AppPasswords` of identity.
//!
//! Owns: the rules of a wish, for the API and the pages alike; a notice of each new one.
//! Not here: the rows (`secrets.rs`), the fresh proof (who asks).

use lgsp_identity::{Account, Actor, AppPasswordLine, AppPasswords};
use lgsp_model::AccountId;
use lgsp_platform::{
    http::{Refusal, context::PortFuture},
    registry::Kind as _,
};
use uuid::Uuid;

use super::{
    LdapApp,
    secrets::{self, AppPassword},
};
use crate::{Directory, Error, Result};

/// Longest label of an application password, in characters.
const LABEL_CHARS_MAX: usize = 100;

impl Directory {
    /// Makes an application password as its person wishes it; gives its value too.
    pub(crate) async fn make_own(
        &self,
        actor: &Actor,
        account: &Account,
        (label, app): (&str, Option<&str>),
    ) -> Result<(AppPassword, String)> {
        let label = label.trim();
        if label.is_empty() || label.chars().count() > LABEL_CHARS_MAX {
            return Err(Error::LabelInvalid {
                max: LABEL_CHARS_MAX,
            });
        }
        if let Some(app) = app
            && self.app(app).is_none()
        {
            return Err(Error::Platform(lgsp_platform::Error::NotFound {
                what: "ldap-app",
                name: app.to_owned(),
            }));
        }
        secrets::make_app_password(&self.platform, &self.identity, actor, account, (label, app))
            .await
    }

    fn app(&self, name: &str) -> Option<LdapApp> {
        self.platform.registry.snapshot().spec::<LdapApp>(name)
    }

    fn line(&self, password: AppPassword) -> AppPasswordLine {
        let title = |name: String| match self.app(&name) {
            Some(app) => app.title,
            None => name,
        };
        AppPasswordLine {
            id: password.id,
            label: password.label,
            application: password.app.map(title),
            created_at: password.created_at,
            last_used_at: password.last_used_at,
        }
    }
}

impl AppPasswords for Directory {
    fn applications(&self) -> Vec<(String, String)> {
        let snapshot = self.platform.registry.snapshot();
        let names = snapshot
            .of_kind(LdapApp::KIND)
            .map(|resource| &resource.name);
        let mut all: Vec<(String, String)> = names
            .filter_map(|name| Some((name.clone(), snapshot.spec::<LdapApp>(name)?)))
            .filter(|(_, app)| app.enabled)
            .map(|(name, app)| (name, app.title))
            .collect();
        all.sort_by(|one, two| one.1.cmp(&two.1));
        all
    }

    fn list(&self, account: AccountId) -> PortFuture<'_, Result<Vec<AppPasswordLine>, Refusal>> {
        Box::pin(async move {
            let found = secrets::app_passwords(&self.platform, account).await?;
            Ok(found.into_iter().map(|one| self.line(one)).collect())
        })
    }

    fn make<'a>(
        &'a self,
        actor: &'a Actor,
        account: &'a Account,
        wish: (&'a str, Option<&'a str>),
    ) -> PortFuture<'a, Result<String, Refusal>> {
        Box::pin(async move { Ok(self.make_own(actor, account, wish).await?.1) })
    }

    fn revoke<'a>(
        &'a self,
        actor: &'a Actor,
        account: &'a Account,
        id: Uuid,
    ) -> PortFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let (platform, identity) = (&self.platform, &self.identity);
            Ok(secrets::revoke_app_password(platform, identity, actor, account, id).await?)
        })
    }
}
