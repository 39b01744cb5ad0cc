//! Bulk: many operations in one request.
//!
//! Owns: `Scim::bulk`, references between operations (`bulkId`), making users together.
//! Not here: what a single operation does (`users.rs`, `groups.rs`).
//! Invariant: the answers stand in the order of the operations; an operation that names another
//! one waits for it; once `failOnErrors` refusals are counted nothing more is done.
//! Follows: RFC 7644, section 3.7.

use std::collections::BTreeMap;

use axum::http::{Method, StatusCode};
use lgsp_identity::ACCOUNTS_MADE_MAX;
use serde_json::{Value, json};

use super::{
    Scim,
    error::{ScimError, ScimResult, ScimType},
    json::{Object, member, text},
    normal::normalise,
    resource::{Conditions, Resource},
    schema::ResourceKind,
    scope::Client,
    user::Wanted,
};

/// Operations of one request.
pub(crate) const BULK_OPERATIONS_MAX: usize = 1_000;
/// Bytes of one request, 1 MiB.
pub(crate) const BULK_BYTES_MAX: usize = 1_048_576;

const RESPONSE_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:BulkResponse";
/// How a value names another operation of the request.
const REFERENCE: &str = "bulkId:";

/// One operation as it was sent.
struct Operation {
    method: Method,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Value,
}

/// How an operation ended.
struct Outcome {
    status: StatusCode,
    location: Option<String>,
    version: Option<String>,
    error: Option<ScimError>,
}

impl From<ScimError> for Outcome {
    fn from(error: ScimError) -> Self {
        Self {
            status: error.status,
            location: None,
            version: None,
            error: Some(error),
        }
    }
}

impl Outcome {
    fn done(status: StatusCode, resource: &Resource) -> Self {
        Self {
            status,
            location: Some(resource.location.clone()),
            version: Some(resource.version.clone()),
            error: None,
        }
    }
}

impl Operation {
    fn read(value: &Value) -> ScimResult<Self> {
        let syntax = |detail: &str| ScimError::typed(ScimType::InvalidSyntax, detail);
        let object = value
            .as_object()
            .ok_or_else(|| syntax("an operation is an object"))?;
        let method = text(object, "method")
            .unwrap_or_default()
            .to_ascii_uppercase();
        let method = match method.as_str() {
            "POST" => Method::POST,
            "PUT" => Method::PUT,
            "PATCH" => Method::PATCH,
            "DELETE" => Method::DELETE,
            _ => return Err(syntax("method is POST, PUT, PATCH or DELETE")),
        };
        let bulk_id = text(object, "bulkId").map(str::to_owned);
        if method == Method::POST && bulk_id.is_none() {
            return Err(syntax("a POST needs a bulkId"));
        }
        Ok(Self {
            path: text(object, "path")
                .ok_or_else(|| syntax("path is missing"))?
                .to_owned(),
            version: text(object, "version").map(str::to_owned),
            data: member(object, "data").cloned().unwrap_or(Value::Null),
            method,
            bulk_id,
        })
    }

    /// Whether it makes a user and nothing is special about that.
    fn is_plain_user(&self) -> bool {
        let is_special = self.data.as_object().is_none_or(|data| {
            member(data, "password").is_some()
                || member(data, "active").is_some_and(|active| *active != Value::Bool(true))
        });
        self.method == Method::POST && self.path.trim_matches('/') == "Users" && !is_special
    }

    fn answer(&self, outcome: &Outcome) -> Value {
        let mut answer = Object::new();
        let mut put = |name: &str, value: Option<Value>| {
            value.map(|value| answer.insert(name.to_owned(), value))
        };
        put("method", Some(self.method.as_str().into()));
        put("bulkId", self.bulk_id.clone().map(Value::from));
        put("location", outcome.location.clone().map(Value::from));
        put("version", outcome.version.clone().map(Value::from));
        put("status", Some(outcome.status.as_u16().to_string().into()));
        put("response", outcome.error.as_ref().map(ScimError::body));
        Value::Object(answer)
    }
}

/// Identifiers of the resources that operations of this request made.
type Made = BTreeMap<String, String>;

/// A request in work.
struct Work {
    operations: Vec<Operation>,
    outcomes: Vec<Option<Outcome>>,
    made: Made,
    errors: usize,
    errors_max: usize,
}

impl Work {
    fn read(request: &Value) -> ScimResult<Self> {
        let syntax = |detail: &str| ScimError::typed(ScimType::InvalidSyntax, detail);
        let object = request
            .as_object()
            .ok_or_else(|| syntax("an object is wanted"))?;
        let operations = member(object, "Operations").and_then(Value::as_array);
        let operations = operations.ok_or_else(|| syntax("Operations are missing"))?;
        if operations.len() > BULK_OPERATIONS_MAX {
            let detail = format!("at most {BULK_OPERATIONS_MAX} operations");
            return Err(ScimError::new(StatusCode::PAYLOAD_TOO_LARGE, detail));
        }
        let operations = operations
            .iter()
            .map(Operation::read)
            .collect::<ScimResult<Vec<_>>>()?;
        let errors_max = match member(object, "failOnErrors") {
            None | Some(Value::Null) => usize::MAX,
            Some(number) => number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| *number > 0)
                .ok_or_else(|| syntax("failOnErrors is a number from 1"))?,
        };
        Ok(Self {
            outcomes: operations.iter().map(|_| None).collect(),
            operations,
            made: Made::new(),
            errors: 0,
            errors_max,
        })
    }

    fn note(&mut self, place: usize, outcome: Outcome) {
        self.errors += usize::from(outcome.error.is_some());
        let bulk_id = self
            .operations
            .get(place)
            .and_then(|known| known.bulk_id.clone());
        let id = outcome
            .location
            .as_deref()
            .and_then(|location| location.rsplit('/').next());
        if let (Some(bulk_id), Some(id)) = (bulk_id, id) {
            self.made.insert(bulk_id, id.to_owned());
        }
        if let Some(open) = self.outcomes.get_mut(place) {
            *open = Some(outcome);
        }
    }

    fn is_over(&self) -> bool {
        self.errors >= self.errors_max
    }

    fn is_open(&self, place: usize) -> bool {
        self.outcomes.get(place).is_some_and(Option::is_none)
    }

    /// The operation with its references resolved; nothing while one of them is open.
    fn ready(&self, place: usize) -> Option<(String, Value)> {
        let operation = self.operations.get(place)?;
        let path = match operation.path.split_once(REFERENCE) {
            None => operation.path.clone(),
            Some((head, name)) => format!("{head}{}", self.made.get(name)?),
        };
        let mut data = operation.data.clone();
        resolve(&mut data, &self.made).then_some((path, data))
    }

    /// The places from `place` on that make plain users, one after another.
    fn run_of_users(&self, place: usize) -> usize {
        let rest = self.operations.iter().enumerate().skip(place);
        rest.take_while(|(place, operation)| {
            operation.is_plain_user() && self.is_open(*place) && self.ready(*place).is_some()
        })
        .take(ACCOUNTS_MADE_MAX)
        .count()
    }

    fn answer(&self) -> Value {
        let answers: Vec<Value> = self
            .operations
            .iter()
            .zip(&self.outcomes)
            .filter_map(|(operation, outcome)| Some(operation.answer(outcome.as_ref()?)))
            .collect();
        json!({"schemas": [RESPONSE_SCHEMA], "Operations": answers})
    }
}

/// Puts identifiers in the place of references; false when one of them is not known yet.
fn resolve(value: &mut Value, made: &Made) -> bool {
    match value {
        Value::String(text) => match text.split_once(REFERENCE) {
            Some((head, name)) if head.is_empty() || head.ends_with('/') => {
                let Some(id) = made.get(name) else {
                    return false;
                };
                *text = format!("{head}{id}");
                true
            }
            _ => true,
        },
        Value::Array(items) => items.iter_mut().all(|item| resolve(item, made)),
        Value::Object(members) => members.values_mut().all(|item| resolve(item, made)),
        _ => true,
    }
}

impl Scim {
    /// Does the operations of a request.
    ///
    /// # Errors
    /// `invalidSyntax`, 403, 413; refusals of single operations are part of the answer.
    pub(crate) async fn bulk(&self, client: &Client, request: &Value) -> ScimResult<Value> {
        self.require_write(client)?;
        let mut work = Work::read(request)?;
        loop {
            let open_before = work.outcomes.iter().filter(|known| known.is_none()).count();
            self.pass(client, &mut work).await?;
            let open = work.outcomes.iter().filter(|known| known.is_none()).count();
            if work.is_over() || open == 0 {
                break;
            }
            if open == open_before {
                refuse_open(&mut work);
                break;
            }
        }
        Ok(work.answer())
    }

    /// Does what waits for nothing.
    async fn pass(&self, client: &Client, work: &mut Work) -> ScimResult<()> {
        let mut place = 0;
        while place < work.operations.len() && !work.is_over() {
            let users = work.run_of_users(place);
            if users > 1 {
                self.users_together(client, work, place, users).await?;
                place += users;
                continue;
            }
            if work.is_open(place)
                && let Some((path, data)) = work.ready(place)
            {
                let outcome = self.operation(client, work, place, (&path, &data)).await;
                work.note(place, outcome);
            }
            place += 1;
        }
        Ok(())
    }

    async fn operation(
        &self,
        client: &Client,
        work: &Work,
        place: usize,
        (path, data): (&str, &Value),
    ) -> Outcome {
        let Some(operation) = work.operations.get(place) else {
            return ScimError::not_found(path).into();
        };
        let conditions = Conditions::of_version(operation.version.as_deref());
        let done = self
            .single(client, (&operation.method, path), data, &conditions)
            .await;
        done.unwrap_or_else(Outcome::from)
    }

    async fn single(
        &self,
        client: &Client,
        (method, path): (&Method, &str),
        data: &Value,
        conditions: &Conditions,
    ) -> ScimResult<Outcome> {
        let mut parts = path.split('/').filter(|part| !part.is_empty());
        let kind = match parts.next() {
            Some("Users") => ResourceKind::User,
            Some("Groups") => ResourceKind::Group,
            _ => return Err(ScimError::not_found(path)),
        };
        let id = parts.next();
        if parts.next().is_some() {
            return Err(ScimError::not_found(path));
        }
        match (method, id) {
            (&Method::POST, None) => {
                let made = self.create(client, kind, data).await?;
                Ok(Outcome::done(StatusCode::CREATED, &made))
            }
            (&Method::PUT, Some(id)) => {
                let made = self.replace(client, (kind, id), data, conditions).await?;
                Ok(Outcome::done(StatusCode::OK, &made))
            }
            (&Method::PATCH, Some(id)) => {
                let made = self.patch(client, (kind, id), data, conditions).await?;
                Ok(Outcome::done(StatusCode::OK, &made))
            }
            (&Method::DELETE, Some(id)) => {
                self.delete(client, (kind, id), conditions).await?;
                Ok(Outcome {
                    status: StatusCode::NO_CONTENT,
                    location: Some(format!("{}{}/{id}", self.base, kind.endpoint())),
                    version: None,
                    error: None,
                })
            }
            _ => Err(ScimError::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "not for this path",
            )),
        }
    }

    /// Makes users in one transaction: a commit each would make the disk the limit.
    async fn users_together(
        &self,
        client: &Client,
        work: &mut Work,
        start: usize,
        count: usize,
    ) -> ScimResult<()> {
        let mut wishes = Vec::new();
        let mut places = Vec::new();
        for place in start..start + count {
            let Some((_, data)) = work.ready(place) else {
                continue;
            };
            let wish = normalise(&data, &self.schemas.user)
                .and_then(Wanted::read)
                .and_then(|wanted| self.new_account(client, wanted));
            match wish {
                Ok(wish) => {
                    self.make_room(client, &wish.username).await?;
                    wishes.push(wish);
                    places.push(place);
                }
                Err(error) => work.note(place, error.into()),
            }
            if work.is_over() {
                break;
            }
        }
        let errors_left = work.errors_max.saturating_sub(work.errors);
        let answers = self
            .identity
            .create_accounts(&client.actor, wishes, errors_left)
            .await?;
        for (place, answer) in places.into_iter().zip(answers) {
            let outcome = match answer {
                Ok(account) => {
                    let made = self.user_of(&account).await?;
                    Outcome::done(StatusCode::CREATED, &made)
                }
                Err(error) => ScimError::from(error).into(),
            };
            work.note(place, outcome);
        }
        Ok(())
    }
}

/// Operations that wait for each other, or for one that failed.
fn refuse_open(work: &mut Work) {
    for place in 0..work.operations.len() {
        if work.is_open(place) && !work.is_over() {
            let detail = "a bulkId of this operation leads to no resource";
            let mut error = ScimError::typed(ScimType::InvalidValue, detail);
            error.status = StatusCode::CONFLICT;
            work.note(place, error.into());
        }
    }
}
