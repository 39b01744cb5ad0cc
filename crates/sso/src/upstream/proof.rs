//! Proving the local account once, and linking it: `/link-account/{id}`.
//!
//! Owns: the page that asks, its form.
//! Not here: proving a factor (identity's sign-in page).
//! Invariant: the link is made in the browser that came from the provider, for a session whose
//! factors were proved after that, of an account that the answer may have; and only by a POST
//! with the session's token.
//! Follows: design document "Identity", section 8 (linking state `mapping`).

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use lgsp_identity::{Actor, Browser, Demand};
use lgsp_platform::http::context::constant_time_eq;
use uuid::Uuid;

use super::{
    Upstream,
    answer::Answer,
    provider::Provider,
    transaction::{self, Purpose, Transaction},
    web::{self, Connection, Page, Query, page, see_other},
};
use crate::upstream::error::{Error, Result};

/// How old a proof may be when a person links the account that is signed in.
pub(crate) const FRESH_MS: i64 = 300_000;

/// A sign-in that waits for the proof of an account.
struct Waiting {
    transaction: Transaction,
    answer: Answer,
    provider: Provider,
}

pub(super) async fn show(
    State(upstream): State<Upstream>,
    Path(id): Path<Uuid>,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    let shown = upstream.ask_for_proof(id, &headers, &query).await;
    web::answer(&upstream, shown, "/")
}

pub(super) async fn submit(
    State(upstream): State<Upstream>,
    Path(id): Path<Uuid>,
    connection: Connection,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let form = Query::parse(&String::from_utf8_lossy(&body));
    let linked = upstream.link_proved(id, &headers, &form, &connection).await;
    web::answer(&upstream, linked, "/")
}

impl Upstream {
    async fn waiting(&self, id: Uuid, headers: &HeaderMap) -> Result<Waiting> {
        let secret = self.browser_secret(headers).ok_or(Error::StateUnknown)?;
        let now = self.platform.clock.now();
        let (transaction, sealed) =
            transaction::waiting(&self.platform.db, id, &secret, now).await?;
        let answer = self.unseal(id, &sealed)?;
        let provider = self.providers.find(&transaction.provider)?;
        if !provider.spec.enabled {
            return Err(Error::ProviderUnknown);
        }
        Ok(Waiting {
            transaction,
            answer,
            provider,
        })
    }

    /// Whether a session proves an account that the answer may have.
    async fn proves(&self, waiting: &Waiting, browser: &Browser) -> Result<bool> {
        let since = match waiting.transaction.purpose {
            Purpose::Link => waiting.transaction.created_at.plus_ms(-FRESH_MS),
            Purpose::SignIn | Purpose::Try => waiting.transaction.created_at,
        };
        let demand = Demand {
            fresh_since: Some(since),
            ..Demand::default()
        };
        let is_in_person = self.identity.may_secure(&browser.principal);
        if !is_in_person || !self.identity.satisfies(&browser.session, &demand) {
            return Ok(false);
        }
        let account = browser.principal.account_id;
        match waiting.transaction.purpose {
            Purpose::Link => match waiting.transaction.account_id == Some(account) {
                true => Ok(true),
                false => Err(Error::NotTheAccount),
            },
            Purpose::SignIn | Purpose::Try => {
                let matches = self.matches(&waiting.provider, &waiting.answer).await?;
                match matches.contains(&account) {
                    true => Ok(true),
                    false => Err(Error::NotTheAccount),
                }
            }
        }
    }

    async fn ask_for_proof(
        &self,
        id: Uuid,
        headers: &HeaderMap,
        query: &Query,
    ) -> Result<Response> {
        let waiting = self.waiting(id, headers).await?;
        let is_english = web::is_english(query, headers);
        let browser = self.identity.browser(headers).await?;
        let proved = match &browser {
            Some(browser) => self.proves(&waiting, browser).await,
            None => Ok(false),
        };
        let path = format!("/link-account/{id}");
        let demand = Demand {
            again: true,
            ..Demand::default()
        };
        let sign_in = self.identity.sign_in_path(&path, &demand);
        let error = match &proved {
            Err(error @ Error::NotTheAccount) => Some(web::sentence(error, is_english)),
            _ => None,
        };
        let mut template = self.proof_page(&waiting, is_english);
        template.error = error.as_deref();
        match (proved, browser) {
            (Ok(true), Some(browser)) => {
                let csrf = browser.principal.csrf_token.unwrap_or_default();
                let words = if is_english {
                    "Link"
                } else {
                    "Nối tài khoản"
                };
                let username = browser.principal.username;
                let label = if is_english {
                    "Account here"
                } else {
                    "Tài khoản tại đây"
                };
                template.rows.push((label.to_owned(), username));
                template.form = Some((path, csrf, words));
            }
            (Ok(_) | Err(Error::NotTheAccount), _) => {
                let words = if is_english {
                    "Sign in to the account here"
                } else {
                    "Đăng nhập tài khoản tại đây"
                };
                template.link = Some((sign_in, words));
            }
            (Err(error), _) => return Err(error),
        }
        Ok(page(StatusCode::OK, &template))
    }

    fn proof_page<'a>(&self, waiting: &'a Waiting, is_english: bool) -> Page<'a> {
        let title = &waiting.provider.spec.title;
        let (heading, text) = match (is_english, waiting.transaction.purpose) {
            (true, Purpose::Link) => (
                "Link your account",
                "From then on you can also sign in with this provider.",
            ),
            (false, Purpose::Link) => (
                "Nối tài khoản của bạn",
                "Sau khi nối, bạn có thể đăng nhập bằng nhà cung cấp này.",
            ),
            (true, _) => (
                "Link your account",
                "There already is an account with your citizen number. Sign in to it once to \
                 prove that it is yours; afterwards both are linked.",
            ),
            (false, _) => (
                "Nối tài khoản của bạn",
                "Đã có tài khoản mang số định danh của bạn. Hãy đăng nhập tài khoản đó một lần để \
                 xác nhận là của bạn; sau đó hai tài khoản được nối với nhau.",
            ),
        };
        let label = |vi: &str, en: &str| if is_english { en } else { vi }.to_owned();
        Page {
            language: if is_english { "en" } else { "vi" },
            title: heading,
            error: None,
            paragraphs: vec![text.to_owned()],
            rows: vec![
                (label("Nhà cung cấp", "Provider"), title.clone()),
                (
                    label("Người đăng nhập", "Signed in there as"),
                    waiting.answer.mapped.name.clone(),
                ),
            ],
            link: None,
            form: None,
            back: "/",
        }
    }

    async fn link_proved(
        &self,
        id: Uuid,
        headers: &HeaderMap,
        form: &Query,
        connection: &Connection,
    ) -> Result<Response> {
        let waiting = self.waiting(id, headers).await?;
        let browser = self.identity.browser(headers).await?;
        let browser = browser.ok_or(Error::StateUnknown)?;
        let expected = browser.principal.csrf_token.as_deref().unwrap_or_default();
        let sent = form.get("csrf_token");
        if expected.is_empty() || !constant_time_eq(expected.as_bytes(), sent.as_bytes()) {
            return Err(Error::StateUnknown);
        }
        if !self.proves(&waiting, &browser).await? {
            return Err(Error::StateUnknown);
        }
        let account = self.identity.account(browser.principal.account_id).await?;
        let request = web::request_info(headers, connection);
        let address = request.address.map(|address| address.to_string());
        let actor = Actor::named(account.username.clone(), address, self.platform.clock.now());
        self.link(&account, &waiting.answer, &actor, Some(id))
            .await?;
        Ok(see_other(&waiting.transaction.next))
    }
}
