//! The SCIM face of the demo: a client that keeps the people of the whole province.
//!
//! Owns: the client `demo`, its part of `demo.json`.
//! Not here: the face itself (`directory`).

use lgsp_directory::scim::clients::tokens;
use lgsp_identity::Actor;
use lgsp_platform::registry::Manifest;
use serde_json::json;

use super::file::{DemoFile, DemoScim};
use crate::compose::Composition;

/// Name of the client.
const CLIENT: &str = "demo";

/// Makes the client and its token once, and writes where the face is now.
pub(super) async fn point(
    composition: &Composition,
    mut file: DemoFile,
) -> anyhow::Result<DemoFile> {
    let manifest = Manifest {
        kind: "scim-client".to_owned(),
        name: CLIENT.to_owned(),
        agency: None,
        spec: json!({"title": "Hệ thống nhân sự minh họa", "may_write": true}),
    };
    super::put_missing(composition, vec![manifest]).await?;
    let platform = &composition.platform;
    let token = match file.scim {
        Some(known) if !tokens::list(platform, CLIENT).await?.is_empty() => known.token,
        _ => {
            let actor = Actor::named(super::seed::ACTOR, None, platform.clock.now());
            tokens::issue(platform, &actor, CLIENT).await?
        }
    };
    file.scim = Some(DemoScim {
        base: composition.directory.scim_base(),
        token,
    });
    Ok(file)
}
