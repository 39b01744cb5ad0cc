//! `/ldap-apps/{name}/secrets` and `/app-passwords`.
//!
//! Owns: issuing and ending secrets of applications, and the own application passwords.
//! Not here: the specification of an application; it is a resource (`/resources/ldap-app/…`).
//! Invariant: a secret is shown once, in the answer that made it; an application password is
//! made in a session with a fresh proof only, so that a stolen token or a browser left open gets
//! no further credential.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::Actor;
use lgsp_model::Timestamp;
use lgsp_platform::http::{Caller, Json, Page, ProblemBody, Refusal};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    LdapApp,
    secrets::{self, AppPassword, AppSecret},
};
use crate::{Directory, Error, Result, permissions::LDAP_APP_SECRET};

/// What every account may do with itself.
const SELF: &str = lgsp_identity::roles::SELF;
const SELF_SECURE: &str = lgsp_identity::roles::SELF_SECURE;

pub(crate) fn router() -> OpenApiRouter<Directory> {
    OpenApiRouter::new()
        .routes(routes!(list_ldap_app_secrets, create_ldap_app_secret))
        .routes(routes!(revoke_ldap_app_secret))
        .routes(routes!(list_app_passwords, create_app_password))
        .routes(routes!(revoke_app_password))
}

/// A secret of an application, without its value.
#[derive(Serialize, ToSchema)]
struct LdapSecretItem {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// Who issued it.
    created_by: String,
    /// When.
    created_at: Timestamp,
    /// When it was last used.
    last_used_at: Option<Timestamp>,
}

impl From<AppSecret> for LdapSecretItem {
    fn from(secret: AppSecret) -> Self {
        Self {
            id: secret.id,
            created_by: secret.created_by,
            created_at: secret.created_at,
            last_used_at: secret.last_used_at,
        }
    }
}

/// A new secret of an application; it is shown only here.
#[derive(Serialize, ToSchema)]
struct NewLdapSecret {
    /// Name with which the application binds.
    bind_dn: String,
    /// The secret.
    secret: String,
}

/// The application, if the caller may issue its secrets.
fn require(directory: &Directory, caller: &Caller, name: &str) -> Result<()> {
    let snapshot = directory.platform.registry.snapshot();
    let kind = <LdapApp as lgsp_platform::registry::Kind>::KIND;
    let found = snapshot.get(kind, name);
    let agency = found.and_then(|resource| resource.agency.clone());
    caller.require(LDAP_APP_SECRET, agency.as_deref())?;
    match found {
        Some(_) => Ok(()),
        None => Err(lgsp_platform::Error::NotFound {
            what: kind,
            name: name.to_owned(),
        }
        .into()),
    }
}

/// Lists the secrets of an application, oldest first, without their values.
#[utoipa::path(get, path = "/ldap-apps/{name}/secrets", tag = "directory",
    operation_id = "list_ldap_app_secrets", summary = "List LDAP secrets · Liệt kê khóa LDAP",
    params(("name" = String, Path, description = "Application")),
    responses((status = 200, body = Page<LdapSecretItem>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.ldap_app.secret"))))]
async fn list_ldap_app_secrets(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<Page<LdapSecretItem>>, Refusal> {
    require(&directory, &caller, &name)?;
    let found = secrets::app_secrets(&directory.platform, &name).await?;
    Ok(Json(Page::whole(
        found.into_iter().map(Into::into).collect(),
    )))
}

/// Issues a secret with which the application binds; it is shown once.
#[utoipa::path(post, path = "/ldap-apps/{name}/secrets", tag = "directory",
    operation_id = "create_ldap_app_secret", summary = "Issue an LDAP secret · Cấp khóa LDAP",
    params(("name" = String, Path, description = "Application")),
    responses((status = 201, body = NewLdapSecret), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.ldap_app.secret"))))]
async fn create_ldap_app_secret(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<(StatusCode, Json<NewLdapSecret>), Refusal> {
    require(&directory, &caller, &name)?;
    let actor = Actor::from(&caller);
    let secret = secrets::issue_app_secret(&directory.platform, &actor, &name).await?;
    let bind_dn = directory.app_dn(&name);
    Ok((StatusCode::CREATED, Json(NewLdapSecret { bind_dn, secret })))
}

/// Ends a secret of an application; connections bound with it see nothing from then on.
#[utoipa::path(delete, path = "/ldap-apps/{name}/secrets/{id}", tag = "directory",
    operation_id = "revoke_ldap_app_secret", summary = "Revoke an LDAP secret · Thu hồi khóa LDAP",
    params(("name" = String, Path, description = "Application"),
        ("id" = String, Path, description = "Secret")),
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.ldap_app.secret"))))]
async fn revoke_ldap_app_secret(
    State(directory): State<Directory>,
    Path((name, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    require(&directory, &caller, &name)?;
    let id = parse(&id)?;
    secrets::revoke_app_secret(&directory.platform, &Actor::from(&caller), &name, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn parse(id: &str) -> Result<Uuid> {
    id.parse().map_err(|_| {
        Error::Platform(lgsp_platform::Error::NotFound {
            what: "secret",
            name: id.to_owned(),
        })
    })
}

/// An application password, without its value.
#[derive(Serialize, ToSchema)]
struct AppPasswordItem {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// What its person calls it.
    label: String,
    /// The only application through which it works; any when absent.
    app: Option<String>,
    /// When it was made.
    created_at: Timestamp,
    /// When it was last used.
    last_used_at: Option<Timestamp>,
}

impl From<AppPassword> for AppPasswordItem {
    fn from(password: AppPassword) -> Self {
        Self {
            id: password.id,
            label: password.label,
            app: password.app,
            created_at: password.created_at,
            last_used_at: password.last_used_at,
        }
    }
}

/// A new application password; it is shown only here.
#[derive(Serialize, ToSchema)]
struct NewAppPassword {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// The password.
    password: String,
}

/// A wished application password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateAppPassword {
    /// What its person calls it: a device, a program.
    label: String,
    /// Application (a resource `ldap-app`) through which alone it shall work.
    app: Option<String>,
}

/// Lists the own application passwords, oldest first.
#[utoipa::path(get, path = "/app-passwords", tag = "directory",
    operation_id = "list_app_passwords",
    summary = "List my application passwords · Mật khẩu ứng dụng của tôi",
    responses((status = 200, body = Page<AppPasswordItem>), (status = 401, body = ProblemBody)),
    extensions(("x-permission" = json!("self"))))]
async fn list_app_passwords(
    State(directory): State<Directory>,
    caller: Caller,
) -> Result<Json<Page<AppPasswordItem>>, Refusal> {
    caller.require(SELF, None)?;
    let id = caller.principal.account_id;
    let found = secrets::app_passwords(&directory.platform, id).await?;
    Ok(Json(Page::whole(
        found.into_iter().map(Into::into).collect(),
    )))
}

/// Makes an application password for the caller; it is shown once.
#[utoipa::path(post, path = "/app-passwords", tag = "directory",
    operation_id = "create_app_password",
    summary = "Make an application password · Tạo mật khẩu ứng dụng",
    request_body = CreateAppPassword,
    responses((status = 201, body = NewAppPassword), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody),
        (status = 422, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
async fn create_app_password(
    State(directory): State<Directory>,
    caller: Caller,
    Json(body): Json<CreateAppPassword>,
) -> Result<(StatusCode, Json<NewAppPassword>), Refusal> {
    caller.require(SELF_SECURE, None)?;
    directory.identity.check_fresh(&caller.principal).await?;
    let account = directory
        .identity
        .account(caller.principal.account_id)
        .await?;
    let wish = (body.label.as_str(), body.app.as_deref());
    let (made, password) = directory
        .make_own(&Actor::from(&caller), &account, wish)
        .await?;
    let id = made.id;
    Ok((StatusCode::CREATED, Json(NewAppPassword { id, password })))
}

/// Ends an own application password.
#[utoipa::path(delete, path = "/app-passwords/{id}", tag = "directory",
    operation_id = "revoke_app_password",
    summary = "Revoke an application password · Thu hồi mật khẩu ứng dụng",
    params(("id" = String, Path, description = "Application password")),
    responses((status = 204), (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("self.secure"))))]
async fn revoke_app_password(
    State(directory): State<Directory>,
    Path(id): Path<String>,
    caller: Caller,
) -> Result<StatusCode, Refusal> {
    caller.require(SELF_SECURE, None)?;
    let account = directory
        .identity
        .account(caller.principal.account_id)
        .await?;
    let id = parse(&id)?;
    let (platform, identity) = (&directory.platform, &directory.identity);
    let actor = Actor::from(&caller);
    secrets::revoke_app_password(platform, identity, &actor, &account, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
