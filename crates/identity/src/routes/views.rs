//! The JSON forms of identity.
//!
//! Owns: views of accounts, roles, tokens, sessions.
//! Invariant: no view holds a hash or a secret, except a token at the moment it is made.

use lgsp_model::Timestamp;
use lgsp_platform::{Sentence, http::context::RoleGrant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::impersonation::ImpersonationView;
use crate::{
    Identity,
    tables::{
        account::{Account, Kind, Person, State},
        preference::Preferences,
        session::Session,
        token::AccessToken,
    },
};

/// An agency with its name.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct AgencyView {
    /// Code.
    pub(crate) code: String,
    /// Name; the code again when the agency is unknown by now.
    pub(crate) name: String,
}

/// A role at a node of the agency tree.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub(crate) struct GrantView {
    /// Role.
    pub(crate) role: String,
    /// Agency at the top of the subtree; absent for the whole platform.
    pub(crate) agency: Option<String>,
    /// Its name.
    pub(crate) agency_name: Option<String>,
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeView {
    /// Account.
    pub(crate) account_id: Uuid,
    /// Sign-in name.
    pub(crate) username: String,
    /// Name of the person or the job.
    pub(crate) display_name: String,
    /// Kind of account.
    pub(crate) kind: Kind,
    /// Agency it belongs to; that of the delegator while the caller acts for somebody.
    pub(crate) agency: Option<AgencyView>,
    /// Roles; the delegated ones while the caller acts for somebody.
    pub(crate) roles: Vec<GrantView>,
    /// Permissions held anywhere, sorted.
    pub(crate) permissions: Vec<String>,
    /// To be sent as `X-CSRF-Token` with each change; absent for bearer tokens.
    pub(crate) csrf_token: Option<String>,
    /// How it likes the console.
    pub(crate) preferences: Preferences,
    /// Whether the password should be changed: set by somebody else, or too old.
    pub(crate) password_due: bool,
    /// Who acts as this account at the moment, in its place; absent when the person does itself.
    pub(crate) impersonation: Option<ImpersonationView>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AccountView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// Sign-in name.
    pub(crate) username: String,
    /// Name of the person or the job.
    pub(crate) display_name: String,
    /// Mail address.
    pub(crate) email: Option<String>,
    /// Kind of account.
    pub(crate) kind: Kind,
    /// Agency it belongs to.
    pub(crate) agency: Option<AgencyView>,
    /// Whether it may be used.
    pub(crate) enabled: bool,
    /// Why it may be used or not.
    pub(crate) state: State,
    /// What an administrator said when it was last turned off or on, or unlocked.
    pub(crate) state_reason: Option<String>,
    /// Whether the password is locked after failures.
    pub(crate) locked: bool,
    /// Until when.
    pub(crate) locked_until: Option<Timestamp>,
    /// Roles.
    pub(crate) roles: Vec<GrantView>,
    /// Last sign-in.
    pub(crate) last_sign_in_at: Option<Timestamp>,
    /// Last use of any kind.
    pub(crate) last_used_at: Timestamp,
    /// Whether the password should be changed.
    pub(crate) password_due: bool,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When something of it was last changed.
    pub(crate) changed_at: Timestamp,
    /// What else is known of the person.
    pub(crate) person: Person,
    /// Directory, provider or client that keeps it; absent when it is kept here.
    pub(crate) source: Option<String>,
    /// Its identifier there.
    pub(crate) external_id: Option<String>,
    /// Not to be used before.
    pub(crate) valid_from: Option<Timestamp>,
    /// Not to be used from then on.
    pub(crate) valid_until: Option<Timestamp>,
    /// Whether the password must be changed before anything else.
    pub(crate) must_change_password: bool,
}

/// A role with its permissions.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RoleView {
    /// Name.
    pub(crate) role: String,
    /// What people call it.
    pub(crate) labels: Sentence,
    /// What it is for.
    pub(crate) description: Sentence,
    /// Permissions, sorted.
    pub(crate) permissions: Vec<String>,
    /// Whether an administrator of an agency may grant it.
    pub(crate) delegable: bool,
    /// Whether its grants end by themselves and need a second person.
    pub(crate) privileged: bool,
    /// Roles that exclude it.
    pub(crate) conflicts: Vec<String>,
}

/// An access token without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TokenView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// What its owner calls it.
    pub(crate) name: String,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When it ends.
    pub(crate) expires_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub(crate) last_used_at: Option<Timestamp>,
}

/// An access token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NewTokenView {
    /// What is kept of it.
    #[serde(flatten)]
    pub(crate) view: TokenView,
    /// The secret; shown once.
    pub(crate) token: String,
}

/// A session of a browser.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SessionView {
    /// Identifier.
    pub(crate) id: Uuid,
    /// When it began.
    pub(crate) created_at: Timestamp,
    /// When it was last used, exact to a minute.
    pub(crate) last_seen_at: Timestamp,
    /// When it ends at the latest.
    pub(crate) expires_at: Timestamp,
    /// From which address it was opened.
    pub(crate) address: Option<String>,
    /// What the browser called itself.
    pub(crate) user_agent: Option<String>,
    /// When the person last proved a factor.
    pub(crate) auth_at: Timestamp,
    /// Level of that proof: 1 one factor, 2 two factors, 3 resistant to phishing.
    pub(crate) acr: u8,
    /// What was proved, as RFC 8176 names it: `pwd`, `otp`, `hwk`, `user`, `mfa`, `fed`.
    pub(crate) amr: Vec<String>,
    /// Whether an administrator acts as this account by it.
    pub(crate) impersonation: bool,
    /// Sign-in name of that administrator, where lists over many accounts tell it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) impersonated_by: Option<String>,
}

impl From<AccessToken> for TokenView {
    fn from(token: AccessToken) -> Self {
        Self {
            id: token.id,
            name: token.name,
            created_at: token.created_at,
            expires_at: token.expires_at,
            last_used_at: token.last_used_at,
        }
    }
}

impl From<crate::tokens::NewToken> for NewTokenView {
    fn from(made: crate::tokens::NewToken) -> Self {
        Self {
            view: made.token.into(),
            token: made.secret,
        }
    }
}

impl From<Session> for SessionView {
    fn from(session: Session) -> Self {
        Self {
            id: session.id,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            address: session.address,
            user_agent: session.user_agent,
            auth_at: session.auth_at,
            acr: session.acr,
            amr: session.amr,
            impersonation: session.parent_id.is_some(),
            impersonated_by: None,
        }
    }
}

impl Identity {
    pub(crate) fn agency_view(&self, code: &str) -> AgencyView {
        let name = self.hierarchy.name(code);
        AgencyView {
            code: code.to_owned(),
            name: name.unwrap_or_else(|| code.to_owned()),
        }
    }

    pub(crate) fn grant_views(&self, grants: &[RoleGrant]) -> Vec<GrantView> {
        let view = |grant: &RoleGrant| GrantView {
            role: grant.role.clone(),
            agency: grant.agency.clone(),
            agency_name: grant
                .agency
                .as_deref()
                .and_then(|code| self.hierarchy.name(code)),
        };
        grants.iter().map(view).collect()
    }

    /// All of an account; what of it a caller sees is decided in `sight.rs`.
    pub(super) fn whole_view(&self, account: Account, now: Timestamp) -> AccountView {
        let locked_until = account.locked_until.filter(|until| *until > now);
        AccountView {
            password_due: self.is_password_due(&account),
            agency: account.agency.as_deref().map(|code| self.agency_view(code)),
            roles: self.grant_views(&account.grants),
            id: account.id.0,
            username: account.username,
            display_name: account.display_name,
            email: account.email,
            kind: account.kind,
            enabled: account.state == State::Active,
            state: account.state,
            state_reason: account.state_reason,
            locked: locked_until.is_some(),
            locked_until,
            last_sign_in_at: account.last_sign_in_at,
            last_used_at: account.last_used_at,
            created_at: account.created_at,
            changed_at: account.changed_at,
            person: account.person,
            source: account.source,
            external_id: account.external_id,
            valid_from: account.valid_from,
            valid_until: account.valid_until,
            must_change_password: account.must_change_password,
        }
    }
}
