//! Mail from the running program to a mail server that others wrote (aiosmtpd).
//!
//! Owns: links and notices over STARTTLS, SMTPS and clear text; what `lgsp doctor` says.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use axum::http::StatusCode;
use lgsp_testkit::{
    Browser, Instance, each_database,
    instance::{Options, free_port},
    interop,
};
use serde_json::{Value, json};

use crate::{
    field::{binary, eventually},
    mtls::{authority, first_token, issue},
};

const PASSWORD: &str = "Thu-Dien-Tu-7!";
const CHOSEN: &str = "Nui-Ngoc-Linh-9?";

/// A mail server; it ends with the test.
struct PostOffice {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl PostOffice {
    /// Nothing when the server is not installed.
    fn open(mut argument: Value) -> Option<Self> {
        let mut command = interop::python("smtp_server.py")?;
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port().unwrap());
        argument["folder"] = json!(folder.path());
        argument["port"] = json!(port);
        let mut child = command
            .arg(argument.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut said).unwrap();
        assert_eq!(said.trim(), "ready");
        Some(Self {
            child,
            folder,
            port,
        })
    }

    fn mails(&self) -> Vec<Value> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        let read = |path: &PathBuf| serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        paths.iter().map(read).collect()
    }

    async fn mail(&self, index: usize) -> Value {
        eventually("a mail arrives", async || self.mails().get(index).cloned()).await
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Configuration of the program.
fn mail_section(url: String, place: &Path) -> Vec<(String, String)> {
    let file = |name: &str| place.join(name).display().to_string();
    std::fs::write(place.join("mail.txt"), format!("{PASSWORD}\n")).unwrap();
    [
        ("LGSP_MAIL__URL", url),
        (
            "LGSP_MAIL__FROM",
            "Nền tảng LGSP <lgsp@h34.gov.vn>".to_owned(),
        ),
        ("LGSP_MAIL__USERNAME", "lgsp".to_owned()),
        ("LGSP_MAIL__PASSWORD_FILE", file("mail.txt")),
        ("LGSP_MAIL__CA_FILE", file("ca.pem")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}

/// What `lgsp doctor` says of the mail server.
fn doctor(data_dir: &Path, environment: &[(String, String)]) -> String {
    let said = Command::new(binary())
        .args(["doctor", "--data-dir"])
        .arg(data_dir)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let line = said.lines().find(|line| line.contains("mail"));
    line.unwrap_or_default().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_person_activates_the_account_by_a_mail_over_starttls() {
    each_database(|test| async move {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        if authority(place, "ca").await.is_none() {
            return;
        }
        issue(place, "ca", "post", "/CN=127.0.0.1").await;
        let argument = json!({
            "certificate": place.join("post.pem"), "key": place.join("post.key"),
            "starttls": true, "username": "lgsp", "password": PASSWORD,
            "refusals": ["451 4.3.2 try again later"],
        });
        let Some(office) = PostOffice::open(argument) else {
            return;
        };
        let url = format!("starttls://127.0.0.1:{}", office.port);
        let mut environment = mail_section(url, place);
        let database = test.config.database.url.clone();
        environment.push(("LGSP_DATABASE__URL".to_owned(), database));
        let data_dir = test.data_dir();
        let token = first_token(&data_dir, &environment).await;
        let options = Options {
            environment: environment.clone(),
            ..Options::default()
        };
        let instance = Instance::start(&binary(), &data_dir, &options)
            .await
            .unwrap();
        let said = doctor(&data_dir, &environment);
        assert!(
            said.starts_with("✓ the mail server at starttls://"),
            "{said}"
        );

        let mut admin = Browser::at(&instance.admin);
        admin.bearer = Some(token);
        let body = json!({"username": "nguoi.moi", "display_name": "Nguyễn Thị Ánh Nguyệt",
            "kind": "official", "email": "nguyet@h34.gov.vn", "invite": true});
        let made = admin.json("POST", "/api/v1/accounts", body).await;
        assert_eq!(made.status, StatusCode::CREATED, "{}", made.text);
        let links = format!(
            "/api/v1/accounts/{}/links",
            made.json()["id"].as_str().unwrap()
        );
        let wish = json!({"purpose": "activation", "delivery": "mailed"});
        let promised = admin.json("POST", &links, wish).await;
        assert_eq!(promised.status, StatusCode::CREATED, "{}", promised.text);

        // The first attempt was told to come again.
        let mail = office.mail(0).await;
        assert_eq!(
            (&mail["tls"], &mail["authenticated"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(
            (&mail["from"], &mail["to"]),
            (&json!("lgsp@h34.gov.vn"), &json!(["nguyet@h34.gov.vn"]))
        );
        let headers = &mail["headers"];
        assert_eq!(headers["to"], "Nguyễn Thị Ánh Nguyệt <nguyet@h34.gov.vn>");
        assert_eq!(headers["from"], "Nền tảng LGSP <lgsp@h34.gov.vn>");
        assert_eq!(headers["subject"], "[LGSP] Kích hoạt tài khoản");
        assert_eq!(headers["auto-submitted"], "auto-generated");
        let text = mail["text"].as_str().unwrap();
        assert!(text.contains("Kính gửi Nguyễn Thị Ánh Nguyệt,"), "{text}");
        let link = text
            .lines()
            .find(|line| line.contains("/activate?token="))
            .unwrap();
        let mut browser = Browser::at(&instance.admin);
        let page = browser.get(link).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        let fields = [("new", CHOSEN), ("repeat", CHOSEN)];
        let done = browser.submit("/activate", &page, &fields).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        // Its deliveries name the attempt, the reason and no address.
        let listed = admin.get("/api/v1/deliveries?queue=identity.mail").await;
        let listed = listed.json();
        let delivery = &listed["items"][0];
        assert_eq!(
            (&delivery["state"], &delivery["attempts"]),
            (&json!("acknowledged"), &json!(2)),
            "{listed}"
        );
        assert!(!listed.to_string().contains("h34.gov.vn"), "{listed}");

        // A sign-in elsewhere is told.
        let first = Browser::at(&instance.admin)
            .sign_in("nguoi.moi", CHOSEN)
            .await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
        Browser::at(&instance.admin)
            .sign_in("nguoi.moi", CHOSEN)
            .await;
        let told = office.mail(1).await;
        assert!(
            told["text"]
                .as_str()
                .unwrap()
                .contains("Đăng nhập từ một thiết bị mới."),
            "{told}"
        );
        let log = std::fs::read_to_string(data_dir.join("instance.log")).unwrap();
        assert!(!log.contains("nguyet@") && !log.contains("token="), "{log}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_doctor_names_what_is_wrong_with_the_mail_server() {
    let place = tempfile::tempdir().unwrap();
    let place = place.path();
    if authority(place, "ca").await.is_none() {
        return;
    }
    issue(place, "ca", "post", "/CN=127.0.0.1").await;
    let argument = json!({
        "certificate": place.join("post.pem"), "key": place.join("post.key"),
        "username": "lgsp", "password": PASSWORD,
    });
    let Some(office) = PostOffice::open(argument) else {
        return;
    };
    let data_dir = tempfile::tempdir().unwrap();
    let smtps = format!("smtps://127.0.0.1:{}", office.port);
    let right = mail_section(smtps.clone(), place);
    let said = doctor(data_dir.path(), &right);
    assert!(said.starts_with("✓ the mail server at smtps://"), "{said}");
    assert!(doctor(data_dir.path(), &[]).contains("no mail server is configured"));

    let with = |name: &str, value: &str| {
        let mut changed = right.clone();
        changed.retain(|(known, _)| known != name);
        changed.push((name.to_owned(), value.to_owned()));
        doctor(data_dir.path(), &changed)
    };
    std::fs::write(place.join("wrong.txt"), "sai").unwrap();
    let wrong = place.join("wrong.txt").display().to_string();
    let said = with("LGSP_MAIL__PASSWORD_FILE", &wrong);
    assert!(
        said.contains("✗ mail server refuses our user name and password (535)"),
        "{said}"
    );
    let said = with("LGSP_MAIL__CA_FILE", "");
    assert!(
        said.contains("certificate or TLS of the mail server is not accepted"),
        "{said}"
    );
    let closed = format!("smtps://127.0.0.1:{}", free_port().unwrap());
    assert!(with("LGSP_MAIL__URL", &closed).contains("mail server cannot be reached"));
    let said = with("LGSP_MAIL__URL", "smtp://mail.h34.gov.vn");
    assert!(
        said.contains("smtp:// is clear text and stays on this machine"),
        "{said}"
    );
    let said = with("LGSP_MAIL__FROM", "không phải địa chỉ");
    assert!(said.contains("mail.from"), "{said}");
}
