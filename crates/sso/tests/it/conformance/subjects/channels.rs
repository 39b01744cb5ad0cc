//! How clients learn that a session has ended: from server to server, in frames, by watching.
//!
//! Owns: subjects of back-channel logout, front-channel logout and session management.

use std::{
    process::Command,
    time::{Duration, Instant},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use lgsp_testkit::interop;
use ring::digest;
use serde_json::{Value, json};

use crate::conformance::kit::{BYE, OUT_STATE, Op, SignedOn, Site, header, verified};

/// Steps of the clock in which the provider makes its call.
const STEPS_MAX: usize = 20_000;
/// How long that call may be under way on a busy machine.
const WAIT_MAX: Duration = Duration::from_secs(20);

/// Signs out with everything that the client knows.
async fn leave(on: &mut SignedOn<'_>) -> crate::kit::Answer {
    let hint = on.tokens.id_token().to_owned();
    let asked = [
        ("id_token_hint", hint.as_str()),
        ("post_logout_redirect_uri", BYE),
        ("state", OUT_STATE),
    ];
    on.leave(&asked).await
}

pub(in crate::conformance) async fn oidcc_backchannel_rp_initiated_logout(op: &Op<'_>) {
    let site = Site::start().await;
    let told = json!({ "backchannel_logout_uri": site.at("/back") });
    let mut on = SignedOn::at(op, told).await;
    let answer = leave(&mut on).await;
    assert_eq!(answer.location(), format!("{BYE}?state={OUT_STATE}"));
    let started = Instant::now();
    let mut steps = 0..STEPS_MAX;
    while site.heard("/back").is_empty() && started.elapsed() < WAIT_MAX {
        if steps.next().is_some() {
            op.world.clock.advance_ms(10);
        }
        tokio::task::yield_now().await;
    }
    let heard = site.heard("/back");
    let token = heard
        .first()
        .unwrap()
        .strip_prefix("logout_token=")
        .unwrap();
    assert!(!token.contains('&'), "nothing else is sent");
    assert_eq!(header(token)["typ"], "logout+jwt");
    let claims = verified(token, &op.jwks().await);
    assert_eq!(claims["iss"], op.variant.issuer);
    assert_eq!(claims["aud"], on.rp.id.as_str());
    for same in ["sub", "sid"] {
        assert_eq!(claims[same], on.tokens.claims[same], "{same}");
    }
    let (issued, ends) = (
        claims["iat"].as_i64().unwrap(),
        claims["exp"].as_i64().unwrap(),
    );
    assert!((1..=120).contains(&(ends - issued)), "{claims}");
    assert!(
        claims["jti"].is_string() && claims.get("nonce").is_none(),
        "{claims}"
    );
    let event = "http://schemas.openid.net/event/backchannel-logout";
    assert_eq!(claims["events"], json!({ event: {} }));
    on.assert_signed_out().await;
}

pub(in crate::conformance) async fn oidcc_frontchannel_rp_initiated_logout(op: &Op<'_>) {
    let told = json!({ "frontchannel_logout_uri": "https://rp.test/front?x=1" });
    let mut on = SignedOn::at(op, told).await;
    let page = leave(&mut on).await;
    assert_eq!(
        (page.status.as_u16(), page.location()),
        (200, ""),
        "{}",
        page.text
    );
    let text = page.text.replace("&#38;", "&");
    let (_, frame) = text.split_once(r#"<iframe src=""#).unwrap();
    let frame = frame.split('"').next().unwrap();
    let (path, query) = frame.split_once('?').unwrap();
    assert_eq!(path, "https://rp.test/front");
    let issuer = op.variant.issuer.replace(':', "%3A").replace('/', "%2F");
    let sid = on.tokens.claims["sid"].as_str().unwrap();
    assert_eq!(query, format!("x=1&iss={issuer}&sid={sid}"));
    let policy = page.header("content-security-policy");
    assert!(policy.contains("frame-src https://rp.test;"), "{policy}");
    // The frames have three seconds; then the person goes on.
    let onward = format!(r#"content="3;url={BYE}?state={OUT_STATE}""#);
    assert!(text.contains(&onward), "{text}");
    on.assert_signed_out().await;
}

/// What the frame of the provider answers to a message, run as a browser runs it.
const BROWSER: &str = r#"
    const { script, cookie, message, origin } = JSON.parse(process.argv[1]);
    const listeners = [];
    globalThis.addEventListener = (kind, hear) => kind === "message" && listeners.push(hear);
    globalThis.document = { cookie };
    (0, eval)(script);
    const source = {
      postMessage: (answer, to) => console.log(JSON.stringify({ answer, to })),
    };
    for (const hear of listeners) hear({ data: message, origin, source });
"#;

/// Posts a message into the frame and gives its answer.
async fn watch(on: &mut SignedOn<'_>, message: &str, origin: &str) -> String {
    let endpoint = on.rp.op.endpoint("check_session_iframe").await;
    let frame = on.browser.get(&endpoint).await;
    assert_eq!(frame.status.as_u16(), 200, "{}", frame.text);
    let (_, script) = frame.text.split_once("<script>").unwrap();
    let (script, _) = script.split_once("</script>").unwrap();
    let hash = STANDARD.encode(digest::digest(&digest::SHA256, script.as_bytes()));
    let policy = frame.header("content-security-policy");
    assert!(
        policy.contains(&format!("script-src 'sha256-{hash}'")),
        "{policy}"
    );
    assert!(
        policy.contains("frame-ancestors *"),
        "any client may frame it: {policy}"
    );
    let cookies: Vec<_> = on
        .browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let argument = json!({
        "script": script, "cookie": cookies.join("; "), "message": message, "origin": origin,
    });
    // Node is a part of the set-up; it needs no packages here.
    let mut node = Command::new("node");
    node.args(["--eval", BROWSER]);
    let seen: Value = interop::json(&mut node, &argument).await.unwrap();
    assert_eq!(seen["to"], origin, "nobody else hears the answer");
    seen["answer"].as_str().unwrap().to_owned()
}

pub(in crate::conformance) async fn oidcc_session_management_rp_initiated_logout(op: &Op<'_>) {
    let mut on = SignedOn::at(op, json!({})).await;
    let callback = on.rp.at_once(&mut on.browser, &[]).await;
    let state = callback.get("session_state").unwrap().to_owned();
    assert!(!state.contains(' '));
    let message = format!("{} {state}", on.rp.id);
    let origin = "https://rp.test";
    assert_eq!(watch(&mut on, &message, origin).await, "unchanged");
    for (other, answer) in [
        (format!("another {state}"), "changed"),
        (
            format!("{} {}", on.rp.id, state.replace('.', ".x")),
            "changed",
        ),
        (state.clone(), "error"),
        (format!("{} nothing", on.rp.id), "error"),
        (format!("{message} more"), "error"),
    ] {
        assert_eq!(watch(&mut on, &other, origin).await, answer, "{other}");
    }
    assert_eq!(
        watch(&mut on, &message, "https://evil.test").await,
        "changed"
    );
    // Signing on anew as the same person is the same session.
    op.world.pass_s(1);
    on.rp.sign_on(&mut on.browser, &[("prompt", "login")]).await;
    assert_eq!(watch(&mut on, &message, origin).await, "unchanged");
    let answer = leave(&mut on).await;
    assert_eq!(answer.location(), format!("{BYE}?state={OUT_STATE}"));
    assert_eq!(watch(&mut on, &message, origin).await, "changed");
    on.assert_signed_out().await;
    on.rp.sign_on(&mut on.browser, &[]).await;
    assert_eq!(
        watch(&mut on, &message, origin).await,
        "changed",
        "another session"
    );
}
