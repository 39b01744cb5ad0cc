//! The LDAP face of the demo: a free port on loopback and an application that sees everybody.
//!
//! Owns: opening the port, the application `demo`, its part of `demo.json`.
//! Not here: the face itself (`directory`).

use lgsp_directory::ldap::apps::secrets;
use lgsp_identity::Actor;
use lgsp_platform::{config::Config, registry::Manifest};
use serde_json::json;

use super::file::{DemoFile, DemoLdap};
use crate::compose::Composition;

/// Name of the application.
const APP: &str = "demo";

/// A free port on loopback, unless the configuration names ports.
pub(crate) fn open_ldap(config: &mut Config) {
    if config.ldap.listen.is_empty() && config.ldap.tls_listen.is_empty() {
        "127.0.0.1:0".clone_into(&mut config.ldap.listen);
    }
}

/// Makes the application and its secret once, and writes where the face listens now.
pub(super) async fn point(
    composition: &Composition,
    mut file: DemoFile,
) -> anyhow::Result<DemoFile> {
    let directory = &composition.directory;
    let addresses = directory.ldap_addresses();
    let url = match (addresses.plain, addresses.tls) {
        (Some(plain), _) => format!("ldap://{plain}"),
        (None, Some(tls)) => format!("ldaps://{tls}"),
        (None, None) => return Ok(file),
    };
    let manifest = Manifest {
        kind: "ldap-app".to_owned(),
        name: APP.to_owned(),
        agency: None,
        spec: json!({"title": "Ứng dụng minh họa"}),
    };
    super::put_missing(composition, vec![manifest]).await?;
    let platform = &composition.platform;
    let password = match file.ldap {
        Some(known) if !secrets::app_secrets(platform, APP).await?.is_empty() => known.password,
        _ => {
            let actor = Actor::named(super::seed::ACTOR, None, platform.clock.now());
            secrets::issue_app_secret(platform, &actor, APP).await?
        }
    };
    file.ldap = Some(DemoLdap {
        url,
        base_dn: platform.config.ldap.base_dn.clone(),
        bind_dn: directory.app_dn(APP),
        password,
    });
    Ok(file)
}
