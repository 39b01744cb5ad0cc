//! What claims of a provider become, with the map that is saved or with one that is tried.
//!
//! Owns: `/identity-providers/{name}/preview`.
//! Not here: applying a map (`claims.rs`), what follows (`linking.rs`).
//! Invariant: nothing is stored but the note that somebody's claims were looked at; of claims of
//! a real person only the form is shown, in the fields too unless the account has the same value,
//! and only for an account that the caller may see.

use axum::extract::{Path, State};
use lgsp_identity::{Account, Actor, Kind};
use lgsp_model::Timestamp;
use lgsp_platform::{
    FieldError,
    http::{Caller, Json, ProblemBody, Refusal},
    journal,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{LINK_READ, PROVIDER_TRY, links::accounts_of};
use crate::upstream::{
    Upstream,
    answer::{Answer, told},
    claims::{ClaimMap, Mapped, masked},
    error::{Error, Result},
    kind::{check_claims, finding},
    last_claims,
    linking::{looks_like_mail, new_account},
};

/// Newest sign-ins among which one of an account is looked for that the caller may see.
const SIGN_INS_LOOKED_AT: u32 = 50;

/// What is tried.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PreviewClaims {
    /// Claims as the provider would tell them; absent for those of the last sign-in of somebody
    /// whom the caller may see.
    #[schema(value_type = Option<Object>)]
    claims: Option<Map<String, Value>>,
    /// A map that is not saved yet; absent for the saved one.
    map: Option<ClaimMap>,
}

/// Whose claims were looked at.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PreviewedSignIn {
    /// The linked account.
    account_id: Uuid,
    /// Its sign-in name.
    username: String,
    /// When it signed in.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The claims with their values masked.
    #[schema(value_type = Object)]
    claims: Value,
}

/// What claims become.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimPreview {
    /// Name.
    name: String,
    /// Mail address.
    email: String,
    /// Telephone number.
    phone: String,
    /// Last digits of the citizen number.
    citizen_number: Option<String>,
    /// Whether it is a firm's account.
    is_firm: bool,
    /// Level here.
    level: u8,
    /// `linked`, `prove`, `refuse`, `create_citizen` or `ask_administrator`.
    follows: &'static str,
    /// What is wrong with the map, and which fields an account would not get; each with the place
    /// in the map.
    errors: Vec<FieldError>,
    /// Whose claims these are; absent for an example.
    sign_in: Option<PreviewedSignIn>,
}

/// Shows what claims would become and what would follow; stores nothing of it.
#[utoipa::path(post, path = "/identity-providers/{name}/preview", tag = "upstream",
    operation_id = "preview_identity_provider_claims",
    summary = "Preview claims · Xem trước ánh xạ", request_body = PreviewClaims,
    params(("name" = String, Path)),
    responses((status = 200, body = ClaimPreview), (status = 403, body = ProblemBody),
        (status = 404, body = ProblemBody)),
    extensions(("x-permission" = json!("sso.provider.try"))))]
pub(super) async fn preview_claims(
    State(upstream): State<Upstream>,
    caller: Caller,
    Path(name): Path<String>,
    Json(body): Json<PreviewClaims>,
) -> Result<Json<ClaimPreview>, Refusal> {
    caller.require(PROVIDER_TRY, None)?;
    let mut provider = upstream.providers.find(&name)?;
    if let Some(map) = body.map {
        provider.spec.claims = map;
    }
    let (claims, of) = match body.claims {
        Some(claims) => (claims, None),
        None => {
            let (account, at, claims) = last(&upstream, &caller, &name).await?;
            note_look(&upstream, &caller, &name, &account).await?;
            (claims, Some((account, at)))
        }
    };
    let told = told(&provider, claims);
    let whole = Value::Object(told.claims);
    let answer = told.answer;
    let follows = upstream.foresee(&provider, &answer).await?;
    let map = provider.spec.claims.completed(provider.spec.profile);
    let mut errors = check_claims(&provider.spec.claims);
    errors.extend(unfilled(&provider.spec.claims, &whole));
    errors.extend(unusable(&upstream, &map, &whole, &answer));
    let mut mapped = answer.mapped;
    let sign_in = of.map(|(account, at)| {
        hide(&mut mapped, &account);
        PreviewedSignIn {
            account_id: account.id.0,
            username: account.username,
            at,
            claims: last_claims::hidden(whole),
        }
    });
    Ok(Json(ClaimPreview {
        citizen_number: mapped.citizen_number.as_deref().map(masked),
        name: mapped.name,
        email: mapped.email,
        phone: mapped.phone,
        is_firm: mapped.is_firm,
        level: answer.level,
        follows,
        errors,
        sign_in,
    }))
}

/// Hides what the account does not have already: a map that is tried could put any claim of a
/// person into a field that is shown.
fn hide(mapped: &mut Mapped, account: &Account) {
    let fields = [
        (&mut mapped.name, Some(account.display_name.as_str())),
        (&mut mapped.email, account.email.as_deref()),
        (&mut mapped.phone, account.person.phone.as_deref()),
    ];
    for (value, known) in fields {
        if known != Some(value.as_str()) {
            *value = last_claims::masked_text(value);
        }
    }
}

/// The claims of the newest sign-in of an account that the caller may see.
async fn last(
    upstream: &Upstream,
    caller: &Caller,
    provider: &str,
) -> Result<(Account, Timestamp, Map<String, Value>), Refusal> {
    caller.scope(LINK_READ)?;
    let looked_at = (SIGN_INS_LOOKED_AT, caller.now);
    let newest = last_claims::newest(&upstream.platform.db, provider, looked_at).await?;
    let mut accounts = accounts_of(upstream, newest.iter().map(|(link, _)| link)).await?;
    for (link, sealed) in newest {
        let Some(account) = accounts.remove(&link.account_id) else {
            continue;
        };
        if caller.may(LINK_READ, account.agency.as_deref()) {
            let claims = last_claims::open(&upstream.sealing, link.id, &sealed)?;
            return Ok((account, link.last_used_at.unwrap_or(caller.now), claims));
        }
    }
    Err(Error::NoSignIn.into())
}

/// Tells the journal that somebody looked at what a provider told of a person.
async fn note_look(
    upstream: &Upstream,
    caller: &Caller,
    provider: &str,
    account: &Account,
) -> Result<()> {
    let actor = Actor::from(caller);
    let event = upstream.account_event(&actor, "provider.claims_viewed", account);
    let event = event.with_detail(json!({ "provider": provider }));
    let tx = upstream.platform.db.begin().await?;
    journal::append(&*tx, [event]).await?;
    Ok(tx.commit().await?)
}

/// Fields with sources of their own of which none gives a value: most often a name is misspelt.
fn unfilled(map: &ClaimMap, claims: &Value) -> Vec<FieldError> {
    let is_empty = |field: &&'static str| map.names_sources(field) && !map.fills(field, claims);
    let fields = ClaimMap::FIELDS.into_iter().filter(is_empty);
    let broken = |field: &str| {
        finding(
            field,
            "Không nguồn nào ở đây có giá trị; hãy xem lại tên thông tin.",
            "No source here has a value; look at the names of the claims.",
        )
    };
    fields.map(broken).collect()
}

/// Values that an account would not get, or by which it would not be found.
fn unusable(
    upstream: &Upstream,
    map: &ClaimMap,
    claims: &Value,
    answer: &Answer,
) -> Vec<FieldError> {
    let mapped = &answer.mapped;
    let mut found = Vec::new();
    if mapped.name.is_empty() {
        found.push(finding(
            "name",
            "Không có họ tên; tài khoản tạo mới sẽ mang tên đăng nhập.",
            "There is no name; a new account would be called by its user name.",
        ));
    }
    if !mapped.email.is_empty() && !looks_like_mail(&mapped.email) {
        found.push(finding(
            "email",
            "Giá trị không phải địa chỉ thư nên bị bỏ qua.",
            "The value is no mail address and is left out.",
        ));
    }
    if !mapped.is_firm && mapped.citizen_number.is_none() && map.fills("citizen_number", claims) {
        found.push(finding(
            "citizen_number",
            "Giá trị không phải số định danh 12 chữ số nên bị bỏ qua.",
            "The value is no citizen number of 12 digits and is left out.",
        ));
    }
    // What making the account would refuse; the user name is the platform's own.
    let username = upstream.sealing.username(&answer.provider, &answer.subject);
    let wish = new_account(answer, &username, Kind::Citizen, None);
    for broken in upstream.identity.check_new_account(&wish) {
        let field = match broken.pointer.rsplit('/').next() {
            Some("display_name") => "name",
            Some("phone") => "phone",
            Some("email") => "email",
            _ => continue,
        };
        let pointer = format!("/claims/{field}");
        found.push(FieldError { pointer, ..broken });
    }
    found
}
