//! Mail by SMTP: the adapter of the platform's port `Mailer`.
//!
//! Owns: reading the section `mail`, one connection per mail, what an answer means.
//! Not here: what is told to whom, repeats (`identity`).
//! Invariant: a mail leaves this machine under TLS or not at all; an error carries the server's
//! code and never its text, which may name the receiver.
//! Follows: RFC 5321, RFC 8314 (TLS), RFC 3834 (automatic mails).

use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox, SinglePart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use lgsp_platform::{
    http::context::PortFuture,
    mail::{Mail, MailConfig, MailFailure, Mailer},
};
use reqwest::Url;

/// How long the server may take to answer one command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one mail may take, from the connection to the last answer.
const SEND_TIMEOUT: Duration = Duration::from_secs(40);
/// Answers by which a server refuses us and not the mail (RFC 4954, section 6).
const OWN_FAULTS: [&str; 4] = ["530", "534", "535", "538"];

/// A mail server.
pub(crate) struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// The mail server of the configuration; `host` is where this installation is known.
pub(crate) fn open(config: &MailConfig, issuer: &str) -> anyhow::Result<Option<Smtp>> {
    if config.url.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&config.url).context("mail.url")?;
    let host = url.host_str().context("mail.url names no host")?.to_owned();
    let has_more = !matches!(url.path(), "" | "/") || url.query().is_some();
    ensure!(
        url.username().is_empty() && url.password().is_none() && !has_more,
        "mail.url is scheme, host and port alone; name and password are mail.username and \
         mail.password_file"
    );
    let (port, tls) = match url.scheme() {
        "smtps" => (465, Tls::Wrapper(trust(config, &host)?)),
        "starttls" => (587, Tls::Required(trust(config, &host)?)),
        "smtp" if is_loopback(&host) => (25, Tls::None),
        "smtp" => bail!(
            "mail.url: smtp:// is clear text and stays on this machine; use \
                         starttls:// or smtps://"
        ),
        other => bail!("mail.url: {other}:// is none of smtps://, starttls://, smtp://"),
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(url.port().unwrap_or(port))
        .tls(tls)
        .timeout(Some(COMMAND_TIMEOUT));
    if let Some(name) = own_name(issuer) {
        builder = builder.hello_name(ClientId::Domain(name));
    }
    if !config.username.is_empty() {
        let path = &config.password_file;
        let password =
            std::fs::read_to_string(path).with_context(|| format!("mail.password_file {path}"))?;
        let password = password.trim_end_matches(['\r', '\n']).to_owned();
        builder = builder.credentials(Credentials::new(config.username.clone(), password));
    }
    Ok(Some(Smtp {
        transport: builder.build(),
        from: config.from.parse().context("mail.from")?,
    }))
}

/// Whom we believe to be the server.
fn trust(config: &MailConfig, host: &str) -> anyhow::Result<TlsParameters> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if !config.ca_file.is_empty() {
        let path = &config.ca_file;
        let pem = std::fs::read(path).with_context(|| format!("mail.ca_file {path}"))?;
        builder =
            builder.add_root_certificate(Certificate::from_pem(&pem).context("mail.ca_file")?);
    }
    builder.build_rustls().context("mail: TLS")
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_start_matches('[').trim_end_matches(']');
    let address: Option<std::net::IpAddr> = address.parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}

/// The name by which we greet a server; addresses say nothing to it.
fn own_name(issuer: &str) -> Option<String> {
    let url = Url::parse(issuer).ok()?;
    url.domain().map(str::to_owned)
}

impl Smtp {
    /// Connects, proves itself, and leaves again.
    pub(crate) async fn check(&self) -> Result<(), MailFailure> {
        match tokio::time::timeout(SEND_TIMEOUT, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailFailure::NotYet(
                "mail server closed the line".to_owned(),
            )),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(too_slow()),
        }
    }

    async fn try_send(&self, mail: &Mail) -> Result<(), MailFailure> {
        let message = self.message(mail)?;
        match tokio::time::timeout(SEND_TIMEOUT, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(failure(&error)),
            Err(_) => Err(too_slow()),
        }
    }

    fn message(&self, mail: &Mail) -> Result<Message, MailFailure> {
        let unusable = |what: &str| MailFailure::Never(format!("{what} cannot be used"));
        let address = mail.to().parse();
        let address = address.map_err(|_| unusable("mail address of the receiver"))?;
        let name = Some(mail.to_name().to_owned()).filter(|name| !name.is_empty());
        let domain = self.from.email.domain();
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(name, address))
            .subject(mail.subject())
            .message_id(Some(format!("<{}@{domain}>", mail.id())))
            .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
            .singlepart(SinglePart::plain(mail.text().to_owned()))
            .map_err(|_| unusable("content of the mail"))
    }
}

impl Mailer for Smtp {
    fn send<'a>(&'a self, mail: &'a Mail) -> PortFuture<'a, Result<(), MailFailure>> {
        Box::pin(self.try_send(mail))
    }
}

fn too_slow() -> MailFailure {
    MailFailure::NotYet("mail server did not answer in time".to_owned())
}

/// What an error means for the mail.
fn failure(error: &Error) -> MailFailure {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        return MailFailure::NotYet(trouble(error).to_owned());
    };
    if OWN_FAULTS.contains(&code.as_str()) {
        let text = format!("mail server refuses our user name and password ({code})");
        return MailFailure::NotYet(text);
    }
    match error.is_permanent() {
        true => MailFailure::Never(format!("mail server refused the mail ({code})")),
        false => MailFailure::NotYet(format!("mail server cannot take the mail now ({code})")),
    }
}

/// A failure before the server had a say.
fn trouble(error: &Error) -> &'static str {
    if error.is_timeout() {
        "mail server did not answer in time"
    } else if error.is_tls() || is_tls(error) {
        "certificate or TLS of the mail server is not accepted"
    } else if error.is_client() {
        "mail server does not offer what the configuration asks for (TLS, sign-in)"
    } else if error.is_response() {
        "mail server does not speak SMTP"
    } else {
        "mail server cannot be reached"
    }
}

/// A handshake that failed is an error of the line for the library.
fn is_tls(error: &Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let of_line = cause.downcast_ref::<std::io::Error>();
        let inner = of_line.and_then(std::io::Error::get_ref);
        if inner.is_some_and(|inner| inner.is::<rustls::Error>()) {
            return true;
        }
        source = cause.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(url: &str) -> MailConfig {
        MailConfig {
            url: url.to_owned(),
            from: "LGSP tỉnh <lgsp@h34.gov.vn>".to_owned(),
            ..MailConfig::default()
        }
    }

    #[test]
    fn clear_text_stays_on_this_machine() {
        for good in [
            "smtp://127.0.0.1:2525",
            "smtp://[::1]",
            "smtp://localhost:25",
            "smtps://mail.h34.gov.vn",
            "starttls://mail.h34.gov.vn:587",
        ] {
            assert!(
                open(&config(good), "https://lgsp.h34.gov.vn")
                    .unwrap()
                    .is_some(),
                "{good}"
            );
        }
        for bad in [
            "smtp://mail.h34.gov.vn",
            "smtp://10.0.0.1:25",
            "http://127.0.0.1",
            "smtps://name:password@mail.h34.gov.vn",
            "smtps://mail.h34.gov.vn/x?tls=none",
            "mail.h34.gov.vn:25",
        ] {
            assert!(open(&config(bad), "").is_err(), "{bad}");
        }
        assert!(open(&config(""), "").unwrap().is_none());
    }

    #[test]
    fn headers_are_encoded_and_nobody_else_is_written_to() {
        let smtp = open(&config("smtp://127.0.0.1:1"), "").unwrap().unwrap();
        let to = ("an@h34.gov.vn", "Nguyễn An\r\nBcc: x@y.vn");
        let mail = Mail::new("1", to, "Đổi\r\nBcc: x@y.vn", "Chào bạn".to_owned());
        let message = smtp.message(&mail).unwrap();
        assert_eq!(message.envelope().to().len(), 1);
        let text = String::from_utf8(message.formatted()).unwrap();
        let (head, _) = text.split_once("\r\n\r\n").unwrap();
        assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{head}");
        assert!(
            head.is_ascii() && head.contains("Subject: =?utf-8?b?"),
            "{head}"
        );
        assert!(head.contains("Auto-Submitted: auto-generated"), "{head}");
        let wrong = Mail::new("1", ("an@h34.gov.vn, x@y.vn", ""), "x", String::new());
        assert!(matches!(smtp.message(&wrong), Err(MailFailure::Never(_))));
    }
}
