//! The pages between the first factor and the session.
//!
//! Owns: `Walk`: somebody in a step; showing what is missing, going on.
//! Not here: which step comes next (`steps.rs` of the crate), the page (`view.rs`), proving a
//! factor (`factor.rs`), enrolling one (`enrol.rs`), the forced change (`password.rs`).
//! Invariant: every form needs the page's cookie and the step's cookie; a page shows only what
//! the step that the server knows asks for.

pub(super) mod enrol;
pub(super) mod factor;
pub(super) mod password;
pub(super) mod view;

use axum::{body::Bytes, extract::State, http::StatusCode, response::Response};

use super::{
    form::{Form, encode, safe_next},
    see_other,
    texts::Texts,
    visit::{Visit, sentence, set_session_cookies, set_step_cookie, status},
};
use crate::{
    Error, Identity,
    error::Result,
    steps::Stage,
    tables::{account::Account, step::Step},
};
use view::{Content, way};

/// Somebody in a step.
struct Walk<'a> {
    identity: &'a Identity,
    visit: &'a Visit,
    texts: &'static Texts,
    next: String,
    with: String,
}

impl<'a> Walk<'a> {
    fn new(identity: &'a Identity, visit: &'a Visit, form: &Form) -> Self {
        let pick = |name| match form.get(name) {
            "" => visit.query.get(name),
            value => value,
        };
        Self {
            identity,
            visit,
            texts: visit.texts(form),
            next: safe_next(pick("next")).to_owned(),
            with: pick("with").to_owned(),
        }
    }

    async fn step(&self) -> Result<(Step, Account)> {
        self.identity.step(self.visit.step_secret()).await
    }

    /// The page of what is missing; begins at the sign-in page when the step has ended.
    async fn show(&self, error: Option<&Error>) -> Response {
        match self.try_show(error).await {
            Ok(response) => response,
            Err(Error::StepExpired) => self.expired(),
            Err(error) => super::visit::error_page(self.identity, self.visit, self.texts, &error),
        }
    }

    fn expired(&self) -> Response {
        let next = encode(&self.next);
        let lang = self.texts.language;
        let mut response = see_other(&format!("/sign-in?notice=expired&lang={lang}&next={next}"));
        set_step_cookie(&mut response, None, self.identity.has_tls);
        response
    }

    async fn try_show(&self, error: Option<&Error>) -> Result<Response> {
        let (step, account) = self.step().await?;
        let stage = self
            .identity
            .stage(&step, &account, self.visit.address)
            .await?;
        let (content, others) = match stage {
            Stage::Second(ways) => self.second(ways),
            Stage::Enrol { is_passkey_only } => self.enrol(&account, is_passkey_only).await?,
            Stage::Password => (Content::Password, Vec::new()),
            Stage::Done => (Content::Done, Vec::new()),
        };
        let status = error.map_or(StatusCode::OK, status);
        let message = error.map(|error| sentence(self.texts, error));
        Ok(self.render(status, &account, (content, others), message.as_deref()))
    }

    /// Lets the person in when nothing is missing, else shows what is.
    async fn advance(&self, step: &Step, account: &Account) -> Result<Response> {
        let stage = self
            .identity
            .stage(step, account, self.visit.address)
            .await?;
        if stage != Stage::Done {
            return Ok(see_other(&way(self.texts, &self.next, "")));
        }
        let request = self.visit.request(self.identity);
        let opened = self.identity.finish_step(step, account, &request).await?;
        let mut response = see_other(&self.next);
        set_session_cookies(self.identity, &mut response, &opened);
        Ok(response)
    }
}

pub(in crate::pages) async fn show(State(identity): State<Identity>, visit: Visit) -> Response {
    Walk::new(&identity, &visit, &Form::default())
        .show(None)
        .await
}

pub(in crate::pages) async fn go_on(
    State(identity): State<Identity>,
    visit: Visit,
    body: Bytes,
) -> Response {
    let form = Form::parse(&String::from_utf8_lossy(&body));
    let walk = Walk::new(&identity, &visit, &form);
    let done: Result<Response> = async {
        visit.check_form(&form)?;
        let (step, account) = walk.step().await?;
        walk.advance(&step, &account).await
    }
    .await;
    match done {
        Ok(response) => response,
        Err(error) => walk.show(Some(&error)).await,
    }
}
