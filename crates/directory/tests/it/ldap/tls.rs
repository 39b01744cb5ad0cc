//! Protection: LDAPS, StartTLS, what is refused in the clear, and ldapts over both.

use lgsp_directory::ldap::wire::{Code, Message, Operation};
use lgsp_testkit::{TestPlatform, interop};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use super::kit::{BASE, GOOD, WRONG, World, answer, app, person};
use crate::federation::upstream::certificate;

/// A world whose face has a certificate; its file and its text.
async fn protected(test: &TestPlatform, start_tls: bool) -> Option<(World, String, String)> {
    let folder = test.data_dir();
    let text = certificate(&folder).await?;
    let file = folder.join("cert.pem").display().to_string();
    let key = folder.join("key.pem").display().to_string();
    let world = World::start_with(test, |config| {
        config.server.tls_certificate_file.clone_from(&file);
        config.server.tls_key_file = key;
        config.ldap.tls_listen = "127.0.0.1:0".to_owned();
        config.ldap.start_tls = start_tls;
    })
    .await;
    Some((world, file, text))
}

async fn whoami(url: &str, certificate: &str, more: &[&str], secret: &str) -> i32 {
    let mut command = interop::debian("ldapwhoami").unwrap();
    command
        .env("LDAPTLS_CACERT", certificate)
        .args(["-x", "-H", url]);
    command.args(["-D", &app("all"), "-w", secret]).args(more);
    answer(&mut command).await.status
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ldaps_and_start_tls_protect_the_connection() {
    let test = TestPlatform::sqlite().unwrap();
    let Some((world, file, _)) = protected(&test, true).await else {
        return;
    };
    let Some(_) = interop::debian("ldapwhoami") else {
        return;
    };
    let tls = format!("ldaps://{}", world.directory.ldap_addresses().tls.unwrap());
    let secret = &world.secrets[0];
    assert_eq!(whoami(&tls, &file, &[], secret).await, 0, "ldaps");
    assert_eq!(
        whoami(&world.url, &file, &["-ZZ"], secret).await,
        0,
        "StartTLS"
    );
    assert_eq!(
        whoami(&tls, "/dev/null", &[], secret).await,
        255,
        "not trusted by the client"
    );
    assert_eq!(
        whoami(&tls, &file, &["-ZZ"], secret).await,
        1,
        "protected already"
    );
    world.platform.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn start_tls_is_refused_when_it_is_off_or_does_not_come_alone() {
    let start = || {
        let oid = "1.3.6.1.4.1.1466.20037".to_owned();
        Operation::Extended { oid, value: None }
    };
    for (is_on, is_alone, expected) in [
        (false, true, Code::UNWILLING),
        (true, false, Code::OPERATIONS_ERROR),
        (true, true, Code::SUCCESS),
    ] {
        let test = TestPlatform::sqlite().unwrap();
        let Some((world, _, _)) = protected(&test, is_on).await else {
            return;
        };
        let address = world.directory.ldap_addresses().plain.unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let mut bytes = Message::new(1, start()).encode();
        if !is_alone {
            // What follows in the clear must not be taken for protected.
            bytes.extend(Message::new(2, start()).encode());
        }
        stream.write_all(&bytes).await.unwrap();
        let mut answer = vec![0; 512];
        let count = stream.read(&mut answer).await.unwrap();
        let length = lgsp_directory::ldap::wire::frame_length(&answer[..count])
            .unwrap()
            .unwrap();
        match Message::decode(&answer[..length]).unwrap().operation {
            Operation::ExtendedDone { outcome, .. } => assert_eq!(outcome.code, expected),
            other => panic!("{other:?}"),
        }
        world.platform.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn passwords_do_not_leave_the_machine_in_the_clear() {
    let test = TestPlatform::sqlite().unwrap();
    let world = World::start(&test).await;
    let mut config = test.config.clone();
    for (listen, tls_listen, reason) in [
        ("0.0.0.0:0", "", "loopback only"),
        ("", "127.0.0.1:0", "needs server.tls_certificate_file"),
        ("here", "", "no address"),
    ] {
        config.ldap.listen = listen.to_owned();
        config.ldap.tls_listen = tls_listen.to_owned();
        let error = lgsp_directory::ldap::check(&config)
            .unwrap_err()
            .to_string();
        assert!(error.contains(reason), "{error}");
    }
    world.platform.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ldapts_finds_a_directory() {
    let test = TestPlatform::sqlite().unwrap();
    let Some(mut command) = interop::node("ldapts.mjs") else {
        return;
    };
    let Some((world, _, certificate)) = protected(&test, true).await else {
        return;
    };
    let found = interop::json(
        &mut command,
        &json!({
            "url": world.url, "base": BASE, "ca": certificate, "wrong": WRONG,
            "app": [app("all"), world.secrets[0]], "person": [person("van.an"), GOOD],
        }),
    )
    .await
    .unwrap();
    let everybody = json!(["uid=admin", "uid=quan.tri", "uid=thu.binh", "uid=van.an"]);
    for (name, expected) in [
        ("protected", json!(true)),
        ("wrong", json!("InvalidCredentialsError 49")),
        ("all", everybody.clone()),
        ("object", json!(["uid=van.an"])),
        ("pages", everybody),
        (
            "entry",
            json!({"cn": "Nguyễn Văn An", "groups": 2, "uuid": 36}),
        ),
        ("nothing", json!(0)),
        ("missing", json!("NoSuchObjectError 32")),
        ("yes", json!(true)),
        ("no", json!(false)),
        ("who", json!("dn:cn=all,ou=apps,dc=h34,dc=gov,dc=vn")),
        ("add", json!("UnwillingToPerformError 53")),
        ("del", json!("UnwillingToPerformError 53")),
        ("modifyByApp", json!("InsufficientAccessError 50")),
        ("modifyOwn", json!("done")),
        ("own", json!(1)),
    ] {
        assert_eq!(found[name], expected, "{name}: {found}");
    }
    world.platform.stop().await;
}
