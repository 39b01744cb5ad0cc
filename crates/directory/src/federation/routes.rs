//! `/directory-connections/{name}/…`.
//!
//! Owns: password of the reading account, test, runs.
//! Not here: the specification of a connection; it is a resource; conflicts
//! (`conflict_routes.rs`).
//! Invariant: a password is taken and never given back.

use axum::{
    extract::{Path, State},
    http::StatusCode,
};
use lgsp_identity::{Actor, Password};
use lgsp_model::Timestamp;
use lgsp_platform::{
    http::{Caller, Json, Page, ProblemBody, Query, Refusal, page::limit},
    journal,
    registry::{Kind as _, SECRET_CHANGE},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};
use uuid::Uuid;

use super::{
    DirectoryConnection, SECRET_OWNER,
    candidate::{self, Candidate},
    client::{Client, Failure},
    report::Reason,
    sync::Reading,
    tables::{self, Run},
};
use crate::{
    Directory, Error, Result,
    ldap::wire::{Filter, Scope},
    permissions::{CONNECTION_READ, CONNECTION_RUN, CONNECTION_SECRET},
};

/// People that a test shows.
const SAMPLE_MAX: usize = 5;

pub(crate) fn router() -> OpenApiRouter<Directory> {
    OpenApiRouter::new()
        .routes(routes!(put_connection_password))
        .routes(routes!(test_connection))
        .routes(routes!(list_runs, create_run))
        .routes(routes!(get_run))
        .merge(super::conflict_routes::router())
}

/// The connection, if the caller may.
fn require(
    directory: &Directory,
    caller: &Caller,
    name: &str,
    permission: &str,
) -> Result<DirectoryConnection> {
    let snapshot = directory.platform.registry.snapshot();
    let kind = DirectoryConnection::KIND;
    let agency = snapshot
        .get(kind, name)
        .and_then(|resource| resource.agency.clone());
    caller.require(permission, agency.as_deref())?;
    snapshot.spec(name).ok_or_else(|| {
        Error::Platform(lgsp_platform::Error::NotFound {
            what: kind,
            name: name.to_owned(),
        })
    })
}

/// The password of the reading account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PutConnectionPassword {
    /// The password.
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// Sets the password with which a directory is read.
#[utoipa::path(put, path = "/directory-connections/{name}/password", tag = "directory",
    operation_id = "put_directory_password",
    summary = "Set the reading password · Đặt mật khẩu đọc thư mục",
    params(("name" = String, Path, description = "Connection")),
    request_body = PutConnectionPassword,
    responses((status = 204), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.secret"))))]
async fn put_connection_password(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
    Json(body): Json<PutConnectionPassword>,
) -> Result<StatusCode, Refusal> {
    require(&directory, &caller, &name, CONNECTION_SECRET)?;
    directory
        .federation
        .put_password(
            &Actor::from(&caller),
            &name,
            body.password.text().as_bytes(),
        )
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

impl super::Federation {
    /// Stores the password of a reading account; the one before ends at once.
    ///
    /// # Errors
    /// `platform.database.failed`.
    pub async fn put_password(&self, actor: &Actor, name: &str, value: &[u8]) -> Result<()> {
        let platform = &self.platform;
        let owner = (SECRET_OWNER, name);
        let mut event = journal::Event::new(
            journal::Class::Audit,
            actor.now,
            actor.name.clone(),
            "secret.rotated",
            owner,
        );
        event.address.clone_from(&actor.address);
        let tx = platform.db.begin().await?;
        platform.vault.retire(&*tx, owner, None, actor.now).await?;
        platform
            .vault
            .insert(&*tx, SECRET_OWNER, name, value, actor.now)
            .await?;
        platform.registry.announce(&tx, SECRET_CHANGE, name).await?;
        journal::append(&*tx, [event]).await?;
        tx.commit().await?;
        Ok(platform.registry.refresh().await?)
    }
}

/// What a test of a connection found.
#[derive(Serialize, ToSchema)]
struct ConnectionTest {
    /// Whether it could be read.
    ok: bool,
    /// Why not, in the words of the directory.
    failure: Option<String>,
    /// Why not, with an id, in both languages.
    failure_reason: Option<Reason>,
    /// The first people found, as they would be taken over.
    sample: Vec<SamplePerson>,
}

/// A person as it would be taken over.
#[derive(Serialize, ToSchema)]
struct SamplePerson {
    /// Name in the directory.
    dn: String,
    /// Sign-in name.
    username: Option<String>,
    /// Whole name.
    display_name: Option<String>,
    /// Agency by the rules of units.
    agency: Option<String>,
    /// Why it cannot be taken over.
    problem: Option<String>,
}

/// Connects, binds and reads the first people; changes nothing.
#[utoipa::path(post, path = "/directory-connections/{name}/test", tag = "directory",
    operation_id = "test_directory_connection",
    summary = "Test a directory · Kiểm tra kết nối thư mục",
    params(("name" = String, Path, description = "Connection")),
    responses((status = 200, body = ConnectionTest), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody), (status = 409, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.run"))))]
async fn test_connection(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
) -> Result<Json<ConnectionTest>, Refusal> {
    let spec = require(&directory, &caller, &name, CONNECTION_RUN)?;
    let secret = directory.federation.secret(&name).await?;
    Ok(Json(match sample(&spec, &secret).await {
        Ok(sample) => ConnectionTest {
            ok: true,
            failure: None,
            failure_reason: None,
            sample,
        },
        Err(failure) => ConnectionTest {
            ok: false,
            failure: Some(failure.to_string()),
            failure_reason: Some(Reason::of(&failure)),
            sample: Vec::new(),
        },
    }))
}

async fn sample(spec: &DirectoryConnection, secret: &[u8]) -> Result<Vec<SamplePerson>, Failure> {
    let mut client = Client::connect(spec).await?;
    client.bind(&spec.bind_dn, secret).await?;
    let filter = Filter::parse(&spec.people_filter)?;
    let base = (spec.people_base.as_str(), Scope::Subtree);
    let attributes = candidate::attributes(spec);
    let (found, _) = client.page(base, &filter, &attributes, Vec::new()).await?;
    Ok(found
        .iter()
        .take(SAMPLE_MAX)
        .map(|entry| match Candidate::read(spec, entry) {
            Ok(person) => SamplePerson {
                dn: person.dn,
                username: Some(person.username),
                display_name: Some(person.display_name),
                agency: person.agency,
                problem: None,
            },
            Err(problem) => SamplePerson {
                dn: entry.dn.clone(),
                username: None,
                display_name: None,
                agency: None,
                problem: Some(problem.to_owned()),
            },
        })
        .collect())
}

/// A run of a connection.
#[derive(Serialize, ToSchema)]
struct RunView {
    /// Identifier.
    #[schema(value_type = String)]
    id: Uuid,
    /// Connection.
    connection: String,
    /// `full`, `delta` or `dry_run`.
    mode: String,
    /// `queued`, `done`, `stopped` or `failed`.
    state: String,
    /// Who wished it; `schedule` for the schedule.
    requested_by: String,
    /// When it was wished.
    created_at: Timestamp,
    /// When it ended.
    ended_at: Option<Timestamp>,
    /// What it did: numbers, and lines that name single people.
    #[schema(value_type = Object)]
    report: Value,
}

impl From<Run> for RunView {
    fn from(run: Run) -> Self {
        Self {
            id: run.id,
            connection: run.connection,
            mode: run.mode,
            state: run.state,
            requested_by: run.requested_by,
            created_at: run.created_at,
            ended_at: run.ended_at,
            report: run.report,
        }
    }
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct RunFilter {
    /// Runs wanted, 1 to 200.
    limit: Option<u32>,
}

/// Lists the newest runs of a connection.
#[utoipa::path(get, path = "/directory-connections/{name}/runs", tag = "directory",
    operation_id = "list_directory_runs", summary = "List runs · Nhật ký đồng bộ",
    params(("name" = String, Path, description = "Connection"), RunFilter),
    responses((status = 200, body = Page<RunView>), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.read"))))]
async fn list_runs(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    Query(filter): Query<RunFilter>,
    caller: Caller,
) -> Result<Json<Page<RunView>>, Refusal> {
    require(&directory, &caller, &name, CONNECTION_READ)?;
    let found = tables::runs(&directory.platform.db, &name, limit(filter.limit)).await?;
    Ok(Json(Page::whole(
        found.into_iter().map(Into::into).collect(),
    )))
}

/// A wished run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CreateRun {
    /// How the directory is read.
    mode: RunMode,
}

/// How a directory is read.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum RunMode {
    /// Everything.
    Full,
    /// What has changed.
    Delta,
    /// Everything, and nothing is done.
    DryRun,
}

/// Starts a run; ask for it until it has ended.
#[utoipa::path(post, path = "/directory-connections/{name}/runs", tag = "directory",
    operation_id = "create_directory_run", summary = "Start a run · Chạy đồng bộ",
    params(("name" = String, Path, description = "Connection")), request_body = CreateRun,
    responses((status = 202, body = RunView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.run"))))]
async fn create_run(
    State(directory): State<Directory>,
    Path(name): Path<String>,
    caller: Caller,
    Json(body): Json<CreateRun>,
) -> Result<(StatusCode, Json<RunView>), Refusal> {
    require(&directory, &caller, &name, CONNECTION_RUN)?;
    let reading = match body.mode {
        RunMode::Full => Reading::Full,
        RunMode::Delta => Reading::Delta,
        RunMode::DryRun => Reading::Dry,
    };
    let actor = Actor::from(&caller);
    let run = directory
        .federation
        .queue(&name, reading, (&actor, None))
        .await?;
    Ok((StatusCode::ACCEPTED, Json(run.into())))
}

/// Gives one run.
#[utoipa::path(get, path = "/directory-connections/{name}/runs/{id}", tag = "directory",
    operation_id = "get_directory_run", summary = "Get a run · Xem một lần đồng bộ",
    params(("name" = String, Path, description = "Connection"),
        ("id" = String, Path, description = "Run")),
    responses((status = 200, body = RunView), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("directory.connection.read"))))]
async fn get_run(
    State(directory): State<Directory>,
    Path((name, id)): Path<(String, String)>,
    caller: Caller,
) -> Result<Json<RunView>, Refusal> {
    require(&directory, &caller, &name, CONNECTION_READ)?;
    let known = match id.parse() {
        Ok(id) => tables::find_run(&directory.platform.db, id).await?,
        Err(_) => None,
    };
    let run = known
        .filter(|run| run.connection == name)
        .ok_or_else(|| not_found("run", id))?;
    Ok(Json(run.into()))
}

pub(super) fn not_found(what: &'static str, name: String) -> Error {
    Error::Platform(lgsp_platform::Error::NotFound { what, name })
}
