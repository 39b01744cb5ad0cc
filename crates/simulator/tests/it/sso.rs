//! The simulated national sign-on on the wire.
//!
//! Owns: a client of one request a connection, and what the endpoints answer.
//! Not here: what a relying party makes of it (`crates/sso/tests`).
//! Invariant: each test has its own sign-on on its own port.
//! Follows: OpenID Connect Core 1.0; design document "Identity", section 8.

use lgsp_simulator::sso::{
    ClientSeed, Endpoint, SsoFault, SsoFaultRule, SsoHandle, SsoOptions, SsoSeed, serve,
};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const BACK: &str = "https://lgsp.example/sign-in/from/cong";
const CLIENT: &str = "client_id=lgsp&client_secret=s3cret";
/// From RFC 7636, appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

struct Answer {
    status: u16,
    location: String,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn code(&self) -> String {
        let (_, rest) = self.location.split_once("code=").unwrap();
        rest.split('&').next().unwrap().to_owned()
    }
}

struct Running {
    handle: SsoHandle,
    address: String,
}

impl Running {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let seed = SsoSeed::demo(&ClientSeed {
            client_id: "lgsp".into(),
            client_secret: "s3cret".into(),
            jwks: None,
            redirect_uris: vec![BACK.into()],
        });
        let base = format!("http://{address}");
        let handle = SsoHandle::new(&base, seed, SsoOptions::default()).unwrap();
        let served = handle.clone();
        tokio::spawn(serve(listener, served, std::future::pending()));
        Self { handle, address }
    }

    async fn call(&self, method: &str, path: &str, bearer: &str, form: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.address).await.unwrap();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
             Authorization: Bearer {bearer}\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.address,
            form.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).await.unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let header = |name: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().to_owned()
        };
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            location: header("location: "),
            text: body.to_owned(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, "", "").await
    }

    async fn authorize(&self, extra: &str) -> Answer {
        let path = format!(
            "/portal/oauth2/authorize?response_type=code&client_id=lgsp&redirect_uri={BACK}\
             &scope=openid&state=abc&nonce=n1{extra}"
        );
        self.get(&path).await
    }

    async fn token(&self, code: &str, extra: &str) -> Answer {
        let form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri={BACK}&{CLIENT}{extra}"
        );
        self.call("POST", "/portal/oauth2/token", "", &form).await
    }
}

#[tokio::test]
async fn a_person_is_chosen_and_told() {
    let sso = Running::start().await;
    let page = sso.authorize("").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("đều không có thật") && page.text.contains("type=\"radio\""));
    let back = sso.authorize("&person=12").await;
    assert_eq!(back.status, 302);
    assert!(back.location.starts_with(BACK) && back.location.contains("state=abc"));
    assert!(back.location.contains("iss=http%3A%2F%2F127.0.0.1"));
    let told = sso.token(&back.code(), "").await.json();
    let access = told["access_token"].as_str().unwrap();
    assert_eq!(told["id_token"].as_str().unwrap().split('.').count(), 3);

    let path = "/portal/oauth2/userinfo";
    assert_eq!(sso.call("GET", path, access, "").await.status, 405);
    let claims = sso.call("POST", path, access, "").await.json();
    let person = &sso.handle.people()[12];
    assert_eq!(claims["HoVaTen"], person.name.as_str());
    assert_eq!(claims["SoDinhDanh"], person.citizen_number.as_str());
    assert_eq!(claims["LoaiTaiKhoan"], "1");
    // A token of one provider says nothing at the other.
    let other = sso.call("GET", "/vneid/oauth2/userinfo", access, "").await;
    assert_eq!(other.status, 401);

    let check = format!("token={access}&state=0");
    let path = "/portal/oauth2/checktoken";
    let checked = sso.call("POST", path, "", &check).await.json();
    assert_eq!(checked["client_id"], "lgsp");
    let revoke = format!("token={access}&token_type_hint=access_token&{CLIENT}");
    sso.call("POST", "/portal/oauth2/revoke", "", &revoke).await;
    let checked = sso.call("POST", path, "", &check).await.json();
    assert_eq!(checked["active"], false);
}

#[tokio::test]
async fn codes_are_bound_and_work_once() {
    let sso = Running::start().await;
    let challenge = format!("&person=1&code_challenge={CHALLENGE}&code_challenge_method=S256");
    let code = sso.authorize(&challenge).await.code();
    assert_eq!(sso.token(&code, "").await.status, 400);
    let code = sso.authorize(&challenge).await.code();
    let verifier = format!("&code_verifier={VERIFIER}");
    assert_eq!(sso.token(&code, &verifier).await.status, 200);
    assert_eq!(sso.token(&code, &verifier).await.status, 400);
    let stranger = sso
        .get("/portal/oauth2/authorize?client_id=x&redirect_uri=https://x")
        .await;
    assert_eq!((stranger.status, stranger.location.as_str()), (400, ""));
}

#[tokio::test]
async fn faults_are_ordered_by_api_and_by_control() {
    let sso = Running::start().await;
    let rule = r#"{"kind":"http","status":500,"operation":"jwks","count":1,"rate":1.0,"skip":0}"#;
    sso.call("POST", "/control/faults", "", rule).await;
    assert_eq!(sso.get("/portal/oauth2/jwks").await.status, 500);
    let keys = sso.get("/portal/oauth2/jwks").await.json();
    assert_eq!(keys["keys"][0]["crv"], "P-256");
    sso.call("POST", "/control/keys", "", "").await;
    assert_ne!(sso.get("/portal/oauth2/jwks").await.json(), keys);
    sso.handle
        .add_fault(SsoFaultRule::always(SsoFault::Denied).times(1));
    let refused = sso.authorize("&person=1").await;
    assert!(
        refused.location.contains("error=access_denied"),
        "{}",
        refused.location
    );
    assert_eq!(sso.handle.calls(Endpoint::Jwks), 3);
    assert!(sso.handle.faults().is_empty());
    let listed = sso.get("/control/people").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1_000);
}
