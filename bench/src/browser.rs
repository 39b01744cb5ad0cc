//! A browser as far as sign-on needs one: cookies, forms, redirects.
//!
//! Owns: `Browser`, signing in, the authorisation code flow.
//! Not here: what is measured (`identity.rs`).

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};

use crate::http::{Answer, Connection, FORM, form};

/// Pages and redirects of one flow before it is given up.
const STEPS_MAX: usize = 12;

/// One browser on one connection.
pub(crate) struct Browser {
    pub(crate) connection: Connection,
    cookies: BTreeMap<String, String>,
}

impl Browser {
    pub(crate) async fn open(host: &str) -> Result<Self> {
        Ok(Self {
            connection: Connection::open(host).await?,
            cookies: BTreeMap::new(),
        })
    }

    fn cookie(&self) -> String {
        let pair = |(name, value): (&String, &String)| format!("{name}={value}");
        self.cookies.iter().map(pair).collect::<Vec<_>>().join("; ")
    }

    async fn send(&mut self, method: &str, path: &str, body: &str) -> Result<Answer> {
        let cookie = self.cookie();
        let headers = [("Cookie", cookie.as_str()), FORM, ("Accept", "text/html")];
        let request = self.connection.request(method, path, &headers, body);
        let answer = self.connection.send(&request).await?;
        for (name, value) in answer.cookies() {
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        Ok(answer)
    }

    /// Gives the form of the sign-in page what it asks for; the answer.
    pub(crate) async fn sign_in(&mut self, username: &str, password: &str) -> Result<Answer> {
        let page = self.send("GET", "/sign-in", "").await?.text();
        let mut fields = hidden_fields(&page);
        fields.push(("username".to_owned(), username.to_owned()));
        fields.push(("password".to_owned(), password.to_owned()));
        let body = body_of(&fields);
        let answer = self.send("POST", "/sign-in", &body).await?;
        ensure!(
            answer.status == 303 || answer.status == 302,
            "sign-in of {username}: {}",
            answer.status
        );
        Ok(answer)
    }

    /// Forgets session and form, as a new browser would.
    pub(crate) fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Follows an authorisation request to its code, agreeing to what is asked on the way.
    pub(crate) async fn authorise(&mut self, path: &str, redirect_uri: &str) -> Result<String> {
        let mut answer = self.send("GET", path, "").await?;
        for _ in 0..STEPS_MAX {
            if let Some(target) = answer.header("location").map(str::to_owned) {
                if target.starts_with(redirect_uri) {
                    let code = parameter(&target, "code");
                    return code.with_context(|| format!("no code in {target}"));
                }
                let path = target.split("://").last().unwrap_or(&target).to_owned();
                let path = path
                    .find('/')
                    .map_or("/", |at| path.get(at..).unwrap_or("/"));
                let path = path.to_owned();
                answer = self.send("GET", &path, "").await?;
                continue;
            }
            ensure!(answer.status == 200, "{}: {}", answer.status, answer.text());
            let page = answer.text();
            let action = attribute(&page, "<form", "action").context("a page without form")?;
            let mut fields = hidden_fields(&page);
            if let Some(button) = page.find("<button").and_then(|at| page.get(at..)) {
                let name = attribute(button, "<button", "name");
                let value = attribute(button, "<button", "value");
                fields.extend(name.map(|name| (name, value.unwrap_or_default())));
            }
            answer = self.send("POST", &action, &body_of(&fields)).await?;
        }
        bail!("the flow did not end")
    }
}

fn body_of(fields: &[(String, String)]) -> String {
    let pairs: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    form(&pairs)
}

/// The hidden fields of a page's form.
fn hidden_fields(page: &str) -> Vec<(String, String)> {
    page.split("<input")
        .skip(1)
        .filter_map(|part| part.split('>').next())
        .filter(|tag| tag.contains("type=\"hidden\""))
        .filter_map(|tag| Some((value_of(tag, "name")?, value_of(tag, "value")?)))
        .collect()
}

fn attribute(page: &str, tag: &str, name: &str) -> Option<String> {
    let from = page.get(page.find(tag)?..)?;
    value_of(from.split('>').next()?, name)
}

fn value_of(tag: &str, name: &str) -> Option<String> {
    let marked = format!(" {name}=\"");
    let from = tag.get(tag.find(&marked)? + marked.len()..)?;
    let value = from.split('"').next()?;
    Some(value.replace("&amp;", "&").replace("&#38;", "&"))
}

fn parameter(address: &str, name: &str) -> Option<String> {
    let query = address.split_once('?')?.1;
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .into_iter()
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_read() {
        let page = "<form method=\"post\" action=\"/a?b&amp;c\"><input type=\"hidden\" \
                    name=\"csrf\" value=\"x\"><button name=\"decision\" value=\"allow\">";
        assert_eq!(hidden_fields(page), [("csrf".into(), "x".into())]);
        assert_eq!(attribute(page, "<form", "action").unwrap(), "/a?b&c");
        assert_eq!(
            parameter("http://x/cb?code=1&state=2", "code").unwrap(),
            "1"
        );
    }
}
