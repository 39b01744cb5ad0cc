//! Programs that prove themselves by certificate, over real TLS.
//!
//! Owns: a small authority made by `openssl`, calls with and without a certificate.

use std::path::Path;

use lgsp_testkit::{Instance, each_database, instance::Options, interop};
use serde_json::{Value, json};

use crate::field::binary;

const SYSTEM: &str = "/C=VN/O=So Noi vu/CN=kho";

async fn openssl(place: &Path, arguments: &[&str]) -> Option<String> {
    let mut command = interop::debian("openssl")?;
    command.current_dir(place).args(arguments);
    Some(interop::run(&mut command).await.unwrap())
}

/// An authority `name.pem` with its key `name.key`.
pub(crate) async fn authority(place: &Path, name: &str) -> Option<()> {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let subject = format!("/CN=CA {name}");
    let arguments = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        &subject,
        "-keyout",
        &key,
        "-out",
        &certificate,
    ];
    openssl(place, &arguments).await.map(|_| ())
}

/// A certificate `name.pem` of an authority, with its key `name.key`.
pub(crate) async fn issue(place: &Path, by: &str, name: &str, subject: &str) {
    let (key, certificate) = (format!("{name}.key"), format!("{name}.pem"));
    let (ca, ca_key) = (format!("{by}.pem"), format!("{by}.key"));
    let arguments = [
        "req",
        "-x509",
        "-CA",
        &ca,
        "-CAkey",
        &ca_key,
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
        "-subj",
        subject,
        "-keyout",
        &key,
        "-out",
        &certificate,
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=critical,CA:FALSE",
    ];
    openssl(place, &arguments).await.unwrap();
}

/// A program that trusts the authority of the door and has a certificate, or none.
fn program(place: &Path, name: Option<&str>) -> reqwest::Client {
    let read = |file: String| std::fs::read(place.join(file)).unwrap();
    let root = reqwest::Certificate::from_pem(&read("ca.pem".to_owned())).unwrap();
    let mut builder = reqwest::Client::builder().tls_certs_only([root]);
    if let Some(name) = name {
        let pair = [read(format!("{name}.pem")), read(format!("{name}.key"))].concat();
        builder = builder.identity(reqwest::Identity::from_pem(&pair).unwrap());
    }
    builder.build().unwrap()
}

/// Makes the first administrator and gives its token.
pub(crate) async fn first_token(folder: &Path, environment: &[(String, String)]) -> String {
    let password = folder.join("password.txt");
    std::fs::write(&password, "Song-Dak-Bla-7!\n").unwrap();
    let mut command = tokio::process::Command::new(binary());
    command
        .args(["init", "--admin", "quan.tri", "--data-dir"])
        .arg(folder)
        .arg("--password-file")
        .arg(&password)
        .envs(environment.iter().map(|(name, value)| (name, value)));
    let said = command.output().await.unwrap();
    assert!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    let said = String::from_utf8(said.stdout).unwrap();
    said.lines().last().unwrap().trim().to_owned()
}

async fn token(program: &reqwest::Client, door: &str, client: &str) -> (u16, Value) {
    let body = format!("grant_type=client_credentials&client_id={client}");
    let answer = program
        .post(format!("{door}/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body)
        .send()
        .await
        .unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

fn claims(token: &Value) -> Value {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let payload = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_system_proves_itself_by_certificate_and_its_token_is_bound_to_it() {
    each_database(|test| async move {
        let place = tempfile::tempdir().unwrap();
        let place = place.path();
        if authority(place, "ca").await.is_none() {
            return;
        }
        authority(place, "stranger").await.unwrap();
        issue(place, "ca", "door", "/CN=127.0.0.1").await;
        issue(place, "ca", "system", SYSTEM).await;
        issue(place, "ca", "other", "/C=VN/O=So Noi vu/CN=khac").await;
        issue(place, "stranger", "forged", SYSTEM).await;
        let file = |name: &str| place.join(name).display().to_string();
        let url = test.config.database.url.clone();
        let environment = [
            ("LGSP_SERVER__TLS_CERTIFICATE_FILE", file("door.pem")),
            ("LGSP_SERVER__TLS_KEY_FILE", file("door.key")),
            ("LGSP_SERVER__CLIENT_CA_FILE", file("ca.pem")),
            ("LGSP_IDENTITY__ISSUER", "https://sso.test".to_owned()),
            ("LGSP_IDENTITY__DOORS", "administration,service".to_owned()),
            ("LGSP_IDENTITY__MTLS_URL", "https://mtls.test".to_owned()),
            ("LGSP_DATABASE__URL", url),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec();
        let admin_token = first_token(&test.data_dir(), &environment).await;
        let options = Options {
            environment,
            ..Options::default()
        };
        let instance = Instance::start(&binary(), &test.data_dir(), &options)
            .await
            .unwrap();
        let secure = |address: &str| address.replace("http://", "https://");
        let (admin, service) = (secure(&instance.admin), secure(&instance.service));
        // Another test of this process may have been faster.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let nobody = program(place, None);
        let known = program(place, Some("system"));

        let told: Value = nobody
            .get(format!("{admin}/.well-known/openid-configuration"))
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(
            told["mtls_endpoint_aliases"]["token_endpoint"],
            "https://mtls.test/oauth2/token"
        );
        assert_eq!(told["tls_client_certificate_bound_access_tokens"], true);
        let body = json!({
            "client_name": "Kho", "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "tls_client_auth",
            "tls_client_auth_subject_dn": "CN=kho, O=So Noi vu, C=VN",
            "tls_client_certificate_bound_access_tokens": true,
        });
        let made: Value = nobody
            .post(format!("{admin}/oauth2/register"))
            .bearer_auth(&admin_token)
            .json(&body)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        let client = made["client_id"]
            .as_str()
            .unwrap_or_else(|| panic!("{made}"));

        let (status, answer) = token(&known, &service, client).await;
        assert_eq!(status, 200, "{answer}");
        let der = std::fs::read_to_string(place.join("system.pem")).unwrap();
        assert_eq!(
            claims(&answer["access_token"])["cnf"],
            json!({ "x5t#S256": thumbprint(place, "system.pem").await })
        );
        // A connection that is resumed still knows whose it is.
        let again = program(place, Some("system"));
        assert_eq!(token(&again, &service, client).await.0, 200);
        assert_eq!(token(&again, &service, client).await.0, 200);
        for (who, door) in [
            (Some("forged"), &service), // the name is right, the authority is not
            (Some("other"), &service),
            (None, &service),
            (Some("system"), &admin), // this door asks nobody for a certificate
        ] {
            let (status, answer) = token(&program(place, who), door, client).await;
            assert_eq!(
                (status, &answer["error"]),
                (401, &json!("invalid_client")),
                "{who:?} {door}"
            );
        }
        // A header of the caller's own counts for nothing.
        let digits: String = der.lines().filter(|line| !line.starts_with('-')).collect();
        let forged = nobody
            .post(format!("{service}/oauth2/token"))
            .header("content-type", "application/x-www-form-urlencoded")
            .header("client-cert", format!(":{digits}:"))
            .body(format!("grant_type=client_credentials&client_id={client}"))
            .send()
            .await
            .unwrap();
        assert_eq!(forged.status().as_u16(), 401);
    })
    .await;
}

/// SHA-256 of the certificate in a PEM file, as tokens carry it.
async fn thumbprint(place: &Path, name: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let arguments = ["x509", "-in", name, "-noout", "-fingerprint", "-sha256"];
    let said = openssl(place, &arguments).await.unwrap();
    let (_, digits) = said.trim().split_once('=').unwrap();
    let bytes: Vec<u8> = digits
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).unwrap())
        .collect();
    URL_SAFE_NO_PAD.encode(bytes)
}
