//! The subjects of the official OpenID conformance suite, rebuilt as tests of our own.
//!
//! Owns: `plan!`, which makes a test of each subject of a list; one file a plan has the list, in
//! the order of the official plan.
//! Not here: what a subject asserts (`subjects/`), the relying party that it plays (`kit.rs`).
//! Invariant: everything goes over HTTP to the mounted router; a subject knows of the provider
//! only what its metadata and answers say.
//! Follows: docs/specs/openid-conformance.md.

mod back_channel;
mod config;
mod core;
mod dynamic;
mod form_post;
mod front_channel;
mod kit;
mod rp_initiated_logout;
mod session_management;
mod subjects;
mod table;
mod third_party;

/// Makes a test of each subject, on both databases, in one variant of the suite.
macro_rules! plan {
    ($variant:expr; $($file:ident::$name:ident,)*) => { $(
        #[tokio::test]
        async fn $name() {
            lgsp_testkit::each_database(|made| async move {
                let variant = $variant;
                let world = $crate::kit::World::start_at(&made, variant.issuer).await;
                let op = $crate::conformance::kit::Op::new(&world, variant);
                $crate::conformance::subjects::$file::$name(&op).await;
                world.stop().await;
            })
            .await;
        }
    )* };
}
use plan;
