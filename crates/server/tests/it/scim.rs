//! The SCIM face of a running program, asked by software that others wrote.

use lgsp_testkit::{Instance, each_database, instance::Options, interop};
use serde_json::json;

use crate::field::{binary, quiet_demo};

/// scim2-tester makes about this many checks; fewer mean that it found nothing to check.
const CHECKS_MIN: u64 = 100;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scim2_tester_finds_no_error() {
    each_database(|test| async move {
        let Some(mut tester) = interop::python("scim_tester.py") else {
            return;
        };
        let url = test.config.database.url.clone();
        let options = Options {
            database_url: (!url.is_empty()).then_some(url),
            ..quiet_demo()
        };
        let instance = Instance::start(&binary(), &test.data_dir(), &options)
            .await
            .unwrap();
        let scim = &instance.demo["scim"];
        let asked = json!({"base": scim["base"], "token": scim["token"]});
        let told = interop::json(&mut tester, &asked).await.unwrap();
        assert_eq!(told["failed"], json!([]), "{told:#}");
        let passed = told["counts"]["SUCCESS"].as_u64().unwrap_or(0);
        assert!(passed >= CHECKS_MIN, "{told:#}");
    })
    .await;
}
