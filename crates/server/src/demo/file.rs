//! `demo.json`: what a newcomer and a black-box check need to know of the demo.
//!
//! Owns: its shape, reading and writing (for the owner only: it holds secrets).
//! Follows: README, "Contract for black-box checks"; fields are added, never renamed.

use std::{io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path};

use anyhow::Context as _;
use serde::{Deserialize, Serialize};

/// The demo as the file tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoFile {
    pub(crate) admin: DemoAdmin,
    pub(crate) province: String,
    pub(crate) agencies: Vec<DemoAgency>,
    pub(crate) systems: Vec<DemoSystem>,
    pub(crate) axis: DemoAxis,
    /// The simulated national sign-on.
    #[serde(default)]
    pub(crate) sign_on: DemoSignOn,
    /// Secret that the province uses towards the axis.
    pub(crate) axis_secret: String,
    /// The SAML identity provider.
    #[serde(default)]
    pub(crate) saml: Option<DemoSaml>,
    /// The CAS server.
    #[serde(default)]
    pub(crate) cas: Option<DemoCas>,
    /// People of several agencies and roles.
    #[serde(default)]
    pub(crate) users: Vec<DemoUser>,
    /// The LDAP face and an application that may see the whole province.
    #[serde(default)]
    pub(crate) ldap: Option<DemoLdap>,
    /// The SCIM face and a client that may write in the whole province.
    #[serde(default)]
    pub(crate) scim: Option<DemoScim>,
    /// The sign-on service and two clients of it.
    #[serde(default)]
    pub(crate) oidc: Option<DemoOidc>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoScim {
    pub(crate) base: String,
    pub(crate) token: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoSaml {
    pub(crate) metadata_url: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoCas {
    pub(crate) base: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoLdap {
    pub(crate) url: String,
    pub(crate) base_dn: String,
    pub(crate) bind_dn: String,
    pub(crate) password: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoOidc {
    pub(crate) issuer: String,
    #[serde(default)]
    pub(crate) clients: Vec<DemoOidcClient>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoOidcClient {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoAdmin {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) token: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoUser {
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) agency: String,
    pub(crate) roles: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoAgency {
    pub(crate) code: String,
    pub(crate) code102: Option<String>,
    pub(crate) name: String,
    pub(crate) level: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoSystem {
    pub(crate) systemid: String,
    pub(crate) secret: String,
    pub(crate) agencies: Vec<String>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct DemoAxis {
    pub(crate) url: String,
    pub(crate) systemid: String,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct DemoSignOn {
    pub(crate) url: String,
}

impl DemoFile {
    /// The file of an earlier start, if there is one.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Option<Self>> {
        match std::fs::read(path) {
            Ok(bytes) => {
                let context = || format!("{} is damaged; remove the folder", path.display());
                serde_json::from_slice(&bytes)
                    .map(Some)
                    .with_context(context)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Replaces the file in one step.
    pub(crate) fn write(&self, path: &Path) -> anyhow::Result<()> {
        let next = path.with_extension("json.next");
        let mut file = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&next)?;
        file.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        file.sync_all()?;
        Ok(std::fs::rename(next, path)?)
    }
}
