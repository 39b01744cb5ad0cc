//! The whole API of a running program, called with what its own document allows and forbids.

use lgsp_testkit::{Instance, each_database, instance::Options, interop};
use serde_json::json;

use crate::field::{binary, quiet_demo};

/// Random cases of each operation beside those that follow from the document itself.
const EXAMPLES: u32 = 2;

/// schemathesis makes about 4,700 cases; far fewer mean that it could not read the document.
const CASES_MIN: u64 = 3_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn schemathesis_meets_no_server_error() {
    each_database(|test| async move {
        let Some(mut script) = interop::python("schemathesis_api.py") else {
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
        let asked = json!({
            "document": format!("{}/api/v1/openapi.json", instance.admin),
            "token": instance.demo["admin"]["token"],
            "examples": EXAMPLES,
        });
        let told = interop::json(&mut script, &asked).await.unwrap();
        assert_eq!(told["failures"], json!([]), "{told:#}");
        assert_eq!(told["errors"], json!([]), "{told:#}");
        assert_eq!(told["is_complete"], true, "{told:#}");
        let operations = &told["operations"];
        assert_eq!(operations["tested"], operations["total"], "{told:#}");
        assert!(told["cases"].as_u64() >= Some(CASES_MIN), "{told:#}");
    })
    .await;
}
