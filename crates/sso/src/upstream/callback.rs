//! The way back from a provider: `/sign-in/from/{provider}`.
//!
//! Owns: taking the answer once, holding it to what was asked, what follows from it.
//! Not here: whether the tokens are believed (`answer.rs`), whose account it is (`linking.rs`).
//! Invariant: without the cookie of the browser that asked nothing of the answer is looked at;
//! an answer of another provider than the one asked is refused before its code is redeemed; a
//! session is no fresher than the proof at the provider.
//! Follows: RFC 9207; RFC 9700, section 4.4 (mix-up); OWASP ASVS 10.2, 10.5.

use axum::{
    extract::{Path, State},
    http::{HeaderMap, StatusCode, Uri},
    response::Response,
};
use lgsp_identity::{Account, Actor, Proof, RequestInfo};
use lgsp_model::Timestamp;
use lgsp_platform::{http::problem::Problem as _, journal};
use serde_json::json;

use super::{
    Upstream,
    answer::{Answer, Code, Told, personal},
    claims::masked,
    linking::Linking,
    provider::Provider,
    transaction::{self, BrowserSecret, Purpose, Transaction},
    web::{self, Connection, Page, Query, page, see_other},
};
use crate::upstream::error::{Error, Result};

/// A sign-in at a provider that does not say when it was counts as older than what a fresh proof
/// may be (five minutes), so that it is asked for anew where freshness is needed.
const UNTOLD_AGE_MS: i64 = super::proof::FRESH_MS + 1;
/// Claims that a preview shows.
const PREVIEW_ROWS_MAX: usize = 60;
/// Longest value of a claim in a preview, in characters.
const PREVIEW_CHARS_MAX: usize = 200;

pub(super) async fn callback(
    State(upstream): State<Upstream>,
    Path(name): Path<String>,
    connection: Connection,
    headers: HeaderMap,
    uri: Uri,
) -> Response {
    let query = Query::parse(uri.query().unwrap_or_default());
    let request = web::request_info(&headers, &connection);
    let taken = upstream.take(&name, &headers, &query).await;
    let (transaction, secret) = match taken {
        Ok(taken) => taken,
        Err(error) => return upstream.refuse(&error, "/"),
    };
    let back = Back {
        transaction: &transaction,
        secret: &secret,
        headers: &headers,
        query: &query,
        request: &request,
    };
    let result = upstream.answered(&name, &back).await;
    upstream.count(&result);
    if let Err(error) = &result {
        upstream.note_refusal(&name, &request, error).await;
    }
    web::answer(&upstream, result, &transaction.next)
}

/// A browser that has come back.
struct Back<'a> {
    transaction: &'a Transaction,
    secret: &'a BrowserSecret,
    headers: &'a HeaderMap,
    query: &'a Query,
    request: &'a RequestInfo,
}

impl Upstream {
    async fn take(
        &self,
        name: &str,
        headers: &HeaderMap,
        query: &Query,
    ) -> Result<(Transaction, BrowserSecret)> {
        let secret = self.browser_secret(headers).ok_or(Error::StateUnknown)?;
        let now = self.platform.clock.now();
        let state = query.get("state");
        let taken = transaction::take(&self.platform.db, name, state, &secret, now).await?;
        Ok((taken.ok_or(Error::StateUnknown)?, secret))
    }

    async fn answered(&self, name: &str, back: &Back<'_>) -> Result<Response> {
        let provider = self.providers.find(name)?;
        let told = self.redeemed(&provider, back).await?;
        match back.transaction.purpose {
            Purpose::Try => self.preview(&provider, &told, back).await,
            Purpose::Link => self.wait_for_proof(&told.answer, back).await,
            Purpose::SignIn => self.signed_in(&provider, &told, back).await,
        }
    }

    async fn redeemed(&self, provider: &Provider, back: &Back<'_>) -> Result<Told> {
        let query = back.query;
        let endpoints = self.providers.endpoints(provider).await?;
        let issuer = query.get("iss");
        let is_named = issuer == provider.spec.issuer;
        if !is_named && (endpoints.tells_issuer || !issuer.is_empty()) {
            return Err(Error::IssuerDiffers);
        }
        match query.get("error") {
            "" => {}
            "access_denied" => return Err(Error::Denied),
            _ => return Err(Error::ProviderRefused),
        }
        let id = back.transaction.id;
        let redirect_uri = self.redirect_uri(&provider.name);
        let code = Code {
            code: query.get("code"),
            redirect_uri: &redirect_uri,
            verifier: &back.secret.verifier(id),
            nonce: &back.secret.nonce(id),
        };
        self.redeem(provider, &code).await
    }

    async fn signed_in(
        &self,
        provider: &Provider,
        told: &Told,
        back: &Back<'_>,
    ) -> Result<Response> {
        let answer = &told.answer;
        let actor = self.provider_actor(&provider.name, back.request);
        match self.resolve(provider, told, &actor).await? {
            Linking::Linked(account) | Linking::Made(account) => {
                self.open(&account, answer, back).await
            }
            Linking::Prove => self.wait_for_proof(answer, back).await,
            Linking::Asked => Ok(self.asked_page(provider, answer, back)),
        }
    }

    async fn open(&self, account: &Account, answer: &Answer, back: &Back<'_>) -> Result<Response> {
        let mut amr = vec!["fed".to_owned()];
        if answer.level >= 2 {
            amr.push("mfa".to_owned());
        }
        let proof = Proof {
            acr: answer.level,
            amr,
            auth_at: Some(self.proved_at(answer, back.transaction)),
        };
        // What the sign-in policy asks beside the provider's proof is asked here too.
        let admission = self
            .identity
            .admit(account, &proof, back.request, 0)
            .await?;
        let next = &back.transaction.next;
        Ok(self.identity.let_in(back.headers, next, &admission))
    }

    /// When the person proved itself at the provider. One that does not tell is believed to
    /// have asked when we demanded it; else its own session may be old.
    fn proved_at(&self, answer: &Answer, transaction: &Transaction) -> Timestamp {
        let now = self.platform.clock.now();
        match answer.auth_at {
            Some(told) => told.min(now),
            None if transaction.is_anew => now,
            None => now.plus_ms(-UNTOLD_AGE_MS),
        }
    }

    /// Keeps the answer, and sends the browser to prove the account that it is to be linked to.
    async fn wait_for_proof(&self, answer: &Answer, back: &Back<'_>) -> Result<Response> {
        let id = back.transaction.id;
        let sealed = self.seal(id, answer)?;
        transaction::keep_answer(&self.platform.db, id, sealed).await?;
        Ok(see_other(&format!("/link-account/{id}")))
    }

    fn asked_page(&self, provider: &Provider, answer: &Answer, back: &Back<'_>) -> Response {
        let is_english = web::is_english(back.query, back.headers);
        let name = &answer.mapped.name;
        let title = &provider.spec.title;
        let words = match is_english {
            true => (
                "Your request was sent",
                format!("{name} came from {title}, but no account here is linked to it."),
                "The administrator of the unit was asked to give you an account. \
                 Sign in again when you hear that it is done.",
            ),
            false => (
                "Đã gửi yêu cầu cấp tài khoản",
                format!("{name} đã đăng nhập từ {title}, nhưng chưa có tài khoản nào được nối."),
                "Quản trị viên của đơn vị đã nhận yêu cầu cấp tài khoản. \
                 Khi được báo đã duyệt, hãy đăng nhập lại.",
            ),
        };
        let template = Page {
            language: if is_english { "en" } else { "vi" },
            title: words.0,
            error: None,
            paragraphs: vec![words.1, words.2.to_owned()],
            rows: Vec::new(),
            link: None,
            form: None,
            back: "/sign-in",
        };
        page(StatusCode::OK, &template)
    }

    /// Shows an administrator what a provider tells and what would follow; stores nothing.
    async fn preview(&self, provider: &Provider, told: &Told, back: &Back<'_>) -> Result<Response> {
        let browser = self.identity.browser(back.headers).await?;
        let is_asker = browser.is_some_and(|browser| {
            Some(browser.principal.account_id) == back.transaction.account_id
        });
        if !is_asker {
            return Err(Error::StateUnknown);
        }
        let answer = &told.answer;
        let follows = self.foresee(provider, answer).await?;
        let is_english = web::is_english(back.query, back.headers);
        let row = |vi: &str, en: &str, value: &str| {
            (
                if is_english { en } else { vi }.to_owned(),
                value.to_owned(),
            )
        };
        let number = answer.mapped.citizen_number.as_deref();
        let mut rows = vec![
            row("→ Họ và tên", "→ Name", &answer.mapped.name),
            row("→ Thư điện tử", "→ Mail address", &answer.mapped.email),
            row("→ Điện thoại", "→ Telephone", &answer.mapped.phone),
            row(
                "→ Số định danh",
                "→ Citizen number",
                &number.map(masked).unwrap_or_default(),
            ),
            row("→ Mức bảo đảm", "→ Level", &answer.level.to_string()),
            row("→ Việc sẽ làm", "→ What would follow", follows),
        ];
        let shown = |(name, value): (&String, &serde_json::Value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            let is_number = number.is_some_and(|number| text == number);
            let text = if is_number { masked(&text) } else { text };
            (name.clone(), text.chars().take(PREVIEW_CHARS_MAX).collect())
        };
        rows.extend(personal(&told.claims).take(PREVIEW_ROWS_MAX).map(shown));
        let template = Page {
            language: if is_english { "en" } else { "vi" },
            title: if is_english {
                "What the provider tells (nothing was stored)"
            } else {
                "Thông tin nhà cung cấp gửi (chưa lưu gì)"
            },
            error: None,
            paragraphs: vec![provider.spec.title.clone()],
            rows,
            link: None,
            form: None,
            back: &back.transaction.next,
        };
        Ok(page(StatusCode::OK, &template))
    }

    /// The actor of what happens because a provider vouches for somebody.
    pub(super) fn provider_actor(&self, provider: &str, request: &RequestInfo) -> Actor {
        let address = request.address.map(|address| address.to_string());
        let name = format!("provider:{provider}");
        Actor::named(name, address, self.platform.clock.now())
    }

    async fn note_refusal(&self, name: &str, request: &RequestInfo, error: &Error) {
        let actor = self.provider_actor(name, request);
        let event = self
            .event(&actor, "signin.failed", ("identity-provider", name))
            .with_detail(json!({"code": error.id()}))
            .with_result("refused");
        let written: Result<()> = async {
            let tx = self.platform.db.begin().await?;
            journal::append(&*tx, [event]).await?;
            Ok(tx.commit().await?)
        }
        .await;
        if let Err(error) = written {
            tracing::error!(%error, "a refused sign-in could not be noted");
        }
    }

    fn count(&self, result: &Result<Response>) {
        let counted = result.as_ref().map_or_else(|error| error.id(), |_| "ok");
        self.platform.metrics.count("sso.upstream.sign_in", counted);
    }
}
