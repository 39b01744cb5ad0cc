//! Self-service (tài khoản của tôi): the pages by which a person looks after the own account.
//!
//! Owns: `/account…`, what its pages share: the session, the frame, proof anew.
//! Not here: the same acts for the console (`routes/self_service/`).
//! Invariant: a change needs the session's token; a change of factors needs a proof that is
//! not older than five minutes.

mod access;
mod app_passwords;
mod delegations;
mod factors;
mod overview;
mod password;
mod sessions;
pub(crate) mod words;

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};
use lgsp_model::Timestamp;
use lgsp_platform::http::context::constant_time_eq;

use super::{
    form::Form,
    see_other,
    texts::Texts,
    visit::{Frame, Visit, error_page},
};
use crate::{Actor, Browser, Demand, Error, Identity, error::Result, tables::account::Account};

pub(super) fn router() -> Router<Identity> {
    Router::new()
        .route("/account", get(overview::show))
        .route("/account/notices", post(overview::see))
        .route("/account/activity", get(overview::activity))
        .route("/account/links", get(overview::links).post(overview::untie))
        .route(
            "/account/password",
            get(password::show).post(password::submit),
        )
        .route("/account/factors", get(factors::show))
        .route(
            "/account/factors/totp",
            get(factors::totp).post(factors::confirm),
        )
        .route(
            "/account/factors/passkey",
            get(factors::passkey).post(factors::register),
        )
        .route("/account/factors/passkey/options", post(factors::options))
        .route("/account/factors/recovery", post(factors::recovery))
        .route("/account/factors/rename", post(factors::rename))
        .route("/account/factors/remove", post(factors::remove))
        .route("/account/sessions", get(sessions::show).post(sessions::end))
        .route("/account/devices", post(sessions::forget))
        .route(
            "/account/app-passwords",
            get(app_passwords::show).post(app_passwords::make),
        )
        .route("/account/app-passwords/revoke", post(app_passwords::revoke))
        .route("/account/access", get(access::show))
        .route(
            "/account/delegations",
            get(delegations::show).post(delegations::propose),
        )
        .route("/account/delegations/accept", post(delegations::accept))
        .route("/account/delegations/revoke", post(delegations::revoke))
}

/// A person at the own account.
struct Visitor<'a> {
    identity: &'a Identity,
    visit: &'a Visit,
    texts: &'static Texts,
    browser: Browser,
    account: Account,
}

/// What all of these pages show around their content.
struct Part {
    frame: Frame,
    section: &'static str,
    username: String,
    csrf: String,
    /// Whether somebody keeps application passwords.
    has_app_passwords: bool,
}

impl Part {
    /// The attribute of the menu's entry for the page that is open.
    fn current(&self, section: &str) -> &'static str {
        match self.section == section {
            true => " aria-current=\"page\"",
            false => "",
        }
    }
}

impl<'a> Visitor<'a> {
    /// The person behind a request, or the way to the sign-in page.
    async fn find(
        identity: &'a Identity,
        visit: &'a Visit,
        form: &Form,
    ) -> std::result::Result<Self, Response> {
        let texts = visit.texts(form);
        let found: Result<Option<(Browser, Account)>> = async {
            let Some(browser) = identity.browser_from(&visit.headers, visit.address).await? else {
                return Ok(None);
            };
            if !identity.may_secure(&browser.principal) {
                return Err(lgsp_platform::Error::OnlyInPerson.into());
            }
            let account = identity.account(browser.principal.account_id).await?;
            Ok(Some((browser, account)))
        }
        .await;
        match found {
            Ok(Some((browser, account))) => Ok(Self {
                identity,
                visit,
                texts,
                browser,
                account,
            }),
            Ok(None) => {
                let demand = Demand {
                    language: Some(texts.language.to_owned()),
                    ..Demand::default()
                };
                Err(see_other(&identity.sign_in_path(visit.path(), &demand)))
            }
            Err(error) => Err(error_page(identity, visit, texts, &error)),
        }
    }

    /// Refuses a form that does not come from the own pages.
    fn check(&self, form: &Form) -> Result<()> {
        let expected = self.browser.principal.csrf_token.as_deref();
        let expected = expected.unwrap_or_default();
        let sent = form.get("csrf_token");
        match !expected.is_empty() && constant_time_eq(expected.as_bytes(), sent.as_bytes()) {
            true => Ok(()),
            false => Err(Error::PageExpired),
        }
    }

    fn actor(&self) -> Actor {
        let request = self.visit.request(self.identity);
        request.actor(&self.account, self.identity.platform.clock.now())
    }

    fn part(&self, section: &'static str) -> Part {
        let csrf = self.browser.principal.csrf_token.clone();
        Part {
            frame: self.visit.frame(self.identity, self.texts).wide(),
            section,
            username: self.account.username.clone(),
            csrf: csrf.unwrap_or_default(),
            has_app_passwords: self.identity.app_passwords.get().is_some(),
        }
    }

    /// The answer to an error: the way to a proof anew, or the error's page.
    fn refuse(&self, back: &str, error: &Error) -> Response {
        match error {
            Error::SessionInsufficient { acr } => {
                let demand = Demand {
                    again: true,
                    acr_min: *acr,
                    login_hint: Some(self.account.username.clone()),
                    language: Some(self.texts.language.to_owned()),
                    ..Demand::default()
                };
                see_other(&self.identity.sign_in_path(back, &demand))
            }
            error => error_page(self.identity, self.visit, self.texts, error),
        }
    }
}

/// A path with the language that the person reads.
fn path(texts: &Texts, path: &str) -> String {
    format!("{path}?lang={}", texts.language)
}

/// An instant as people in Vietnam read it: `26/11/2026 19:05`.
pub(crate) fn moment(at: Timestamp) -> String {
    let text = at.format_vxp();
    let (date, time) = text.split_once(' ').unwrap_or_default();
    let time = time.get(..5).unwrap_or(time);
    let parts: Vec<&str> = date.rsplit('-').collect();
    format!("{} {time}", parts.join("/"))
}

/// A day as people in Vietnam read it: `26/11/2026`.
pub(crate) fn day_of(at: Timestamp) -> String {
    moment(at).split(' ').next().unwrap_or_default().to_owned()
}

/// Address and browser in one line.
fn place(address: Option<&str>, user_agent: Option<&str>) -> String {
    let browser = user_agent.map(browser_name);
    let known = [browser, address.map(str::to_owned)];
    let known: Vec<String> = known.into_iter().flatten().collect();
    known.join(" · ")
}

/// The name of a browser and its system, from what it calls itself.
fn browser_name(user_agent: &str) -> String {
    let find = |names: &[(&str, &'static str)]| {
        let found = names.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, name)| *name)
    };
    let browser = find(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("coc_coc_browser", "Cốc Cốc"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = find(&[
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => user_agent.chars().take(40).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::browser_name;

    #[test]
    fn browsers_have_names() {
        for (agent, expected) in [
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/150.0 Safari/537.36",
                "Chrome, Windows",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) Chrome/150.0 Safari/537.36 Edg/150.0",
                "Edge, Windows",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
                "Firefox, Linux",
            ),
            ("curl/8.14", "curl/8.14"),
        ] {
            assert_eq!(browser_name(agent), expected);
        }
    }
}
