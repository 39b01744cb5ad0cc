//! Configuration: one TOML file, environment over it, secrets by file.
//!
//! Owns: `Config` and its reading.
//! Not here: what people configure while the platform runs (the registry).
//! Invariant: an unknown key is an error that names the nearest known one.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use toml::{Table, Value};

use crate::{
    error::{Error, Result},
    mail::MailConfig,
};

/// Environment variables with this prefix override the file: `LGSP_SERVER__ADMIN_ADDR`.
pub const ENVIRONMENT_PREFIX: &str = "LGSP_";

/// Everything that is set before start.
#[derive(Debug, Clone, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Addresses and folders.
    pub server: ServerConfig,
    /// The database.
    pub database: DatabaseConfig,
    /// The vault.
    pub secrets: SecretsConfig,
    /// Logs.
    pub log: LogConfig,
    /// Traces.
    pub telemetry: TelemetryConfig,
    /// The province.
    pub province: ProvinceConfig,
    /// Sign-on and accounts.
    pub identity: IdentityConfig,
    /// The LDAP face.
    pub ldap: LdapConfig,
    /// The mail server.
    pub mail: MailConfig,
}

/// Addresses and folders.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Folder of the embedded database, bodies and keys.
    pub data_dir: PathBuf,
    /// Folder of large bodies; empty for `blobs` in the data folder. Nodes on one database
    /// share it.
    pub blobs_dir: String,
    /// Administration door: console, API, sign-in.
    pub admin_addr: SocketAddr,
    /// Service door: interfaces for other systems.
    pub service_addr: SocketAddr,
    /// Public address of the administration door, when it is behind a proxy.
    pub public_url: String,
    /// Certificate chain (PEM) for TLS on both doors; empty for plain HTTP.
    pub tls_certificate_file: String,
    /// Private key (PEM) of that certificate.
    pub tls_key_file: String,
    /// Connections open at the same time on the service door.
    pub service_connections_max: u32,
    /// Connections open at the same time from one address on the service door.
    pub source_connections_max: u32,
    /// Addresses and networks (`10.0.0.0/8`) of proxies whose word about the client is believed.
    pub trusted_proxies: Vec<String>,
    /// The header in which they say it: `x-forwarded-for` or `forwarded`.
    pub proxy_header: String,
    /// Doors that ask callers for a certificate when they speak TLS: `administration`,
    /// `service`, both or none. Browsers let people choose one when they are asked.
    pub client_certificate_doors: Vec<String>,
    /// Authorities (PEM) whose certificates of programs are trusted; empty for none.
    pub client_ca_file: String,
    /// The header in which trusted proxies hand on the certificate of a program, for example
    /// `client-cert` (RFC 9440); empty for none.
    pub client_certificate_header: String,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            blobs_dir: String::new(),
            admin_addr: SocketAddr::from(([127, 0, 0, 1], 8800)),
            service_addr: SocketAddr::from(([127, 0, 0, 1], 8801)),
            public_url: String::new(),
            tls_certificate_file: String::new(),
            tls_key_file: String::new(),
            service_connections_max: 2_000,
            source_connections_max: 200,
            trusted_proxies: Vec::new(),
            proxy_header: "x-forwarded-for".to_owned(),
            client_certificate_doors: vec!["service".to_owned()],
            client_ca_file: String::new(),
            client_certificate_header: String::new(),
        }
    }
}

/// The database.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `postgres://…`; empty for the embedded database.
    pub url: String,
    /// File that holds the address, instead of `url`.
    pub url_file: String,
}

/// The vault.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SecretsConfig {
    /// File of the 32-byte master key; empty for `master.key` in the data folder.
    pub master_key_file: String,
}

/// Logs.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LogConfig {
    /// What is logged, for example `info` or `lgsp=debug,info`.
    pub filter: String,
    /// `text` or `json`.
    pub format: String,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self {
            filter: "info".to_owned(),
            format: "text".to_owned(),
        }
    }
}

/// Traces.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// OTLP over HTTP, for example `http://127.0.0.1:4318`; empty for none.
    pub otlp_endpoint: String,
}

/// The province.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProvinceConfig {
    /// Identity code of the province body, new form.
    pub code: String,
}

impl Default for ProvinceConfig {
    fn default() -> Self {
        Self {
            code: "H34".to_owned(),
        }
    }
}

/// Sign-on and accounts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// Public address by which applications know the sign-on service, without a slash at the
    /// end; empty for `server.public_url`, else the administration door.
    pub issuer: String,
    /// Doors that carry the sign-on protocols: `administration`, `service` or both.
    pub doors: Vec<String>,
    /// Public address at which programs prove themselves by certificate, without a slash at the
    /// end: the service door, as a rule; empty for the issuer when its door asks for them.
    pub mtls_url: String,
    /// File or folder of SHA-1 hashes of breached passwords, sorted, as the downloader of Have I Been
    /// Pwned writes them; empty for none.
    pub breached_passwords: String,
    /// Numbers of sign-in, passwords and sessions that differ from their defaults; which there
    /// are, and their names, is known to identity.
    pub rules: Table,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            issuer: String::new(),
            doors: vec!["administration".to_owned()],
            mtls_url: String::new(),
            breached_passwords: String::new(),
            rules: Table::new(),
        }
    }
}

/// The LDAP face.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LdapConfig {
    /// Address for plain LDAP, for example `127.0.0.1:8389`; loopback only; empty for none.
    pub listen: String,
    /// Address for LDAP over TLS, with the certificate of the doors; empty for none.
    pub tls_listen: String,
    /// Whether connections to `listen` may become protected by `StartTLS`.
    pub start_tls: bool,
    /// Top of the directory tree.
    pub base_dn: String,
}

impl Default for LdapConfig {
    fn default() -> Self {
        Self {
            listen: String::new(),
            tls_listen: String::new(),
            start_tls: false,
            base_dn: "dc=h34,dc=gov,dc=vn".to_owned(),
        }
    }
}

impl Config {
    /// Reads the file, if one is given, and the environment over it.
    ///
    /// # Errors
    /// `platform.configuration.invalid` with the key, the file and the nearest known key.
    pub fn read(
        file: Option<&Path>,
        environment: impl Iterator<Item = (String, String)>,
    ) -> Result<Self> {
        let mut table = match file {
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    Error::Configuration(format!("{}: {error}", path.display()))
                })?;
                text.parse::<Table>()
                    .map_err(|error| Error::Configuration(format!("{}: {error}", path.display())))?
            }
            None => Table::new(),
        };
        let known = Table::try_from(Self::default())
            .map_err(|error| Error::Configuration(error.to_string()))?;
        check_keys("", &table, &known)?;
        for (name, value) in environment {
            overlay(&mut table, &known, &name, value)?;
        }
        let mut config: Self = Value::Table(table)
            .try_into()
            .map_err(|error: toml::de::Error| Error::Configuration(error.message().to_owned()))?;
        if !config.database.url_file.is_empty() {
            config.database.url = std::fs::read_to_string(&config.database.url_file)?
                .trim()
                .to_owned();
        }
        Ok(config)
    }

    /// Where large bodies lie.
    #[must_use]
    pub fn blobs_dir(&self) -> PathBuf {
        match self.server.blobs_dir.as_str() {
            "" => self.server.data_dir.join("blobs"),
            path => PathBuf::from(path),
        }
    }

    /// Where the master key lies.
    #[must_use]
    pub fn master_key_path(&self) -> PathBuf {
        match self.secrets.master_key_file.as_str() {
            "" => self.server.data_dir.join("master.key"),
            path => PathBuf::from(path),
        }
    }
}

/// A section whose keys the platform does not know.
const OPEN_SECTION: &str = "identity.rules";

fn check_keys(prefix: &str, table: &Table, known: &Table) -> Result<()> {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.clone()
        } else {
            format!("{prefix}.{key}")
        };
        match (known.get(key), value) {
            // Checked by the room that owns it.
            (Some(Value::Table(_)), Value::Table(_)) if path == OPEN_SECTION => {}
            (None, _) => return Err(unknown(&path, key, known)),
            (Some(Value::Table(known)), Value::Table(table)) => check_keys(&path, table, known)?,
            (Some(_), _) => {}
        }
    }
    Ok(())
}

fn unknown(path: &str, key: &str, known: &Table) -> Error {
    let nearest = known
        .keys()
        .max_by(|left, right| similarity(left, key).total_cmp(&similarity(right, key)));
    Error::Configuration(match nearest {
        Some(nearest) => format!("unknown key {path}; did you mean {nearest}?"),
        None => format!("unknown key {path}"),
    })
}

fn similarity(left: &str, right: &str) -> f32 {
    similar::TextDiff::from_chars(left, right).ratio()
}

/// `LGSP_SERVER__DATA_DIR=x` sets `server.data_dir`; the type follows the default's, a list is
/// written with commas.
fn overlay(table: &mut Table, known: &Table, name: &str, value: String) -> Result<()> {
    let Some(path) = name.strip_prefix(ENVIRONMENT_PREFIX) else {
        return Ok(());
    };
    let path = path.to_lowercase();
    let Some((section, key)) = path.split_once("__") else {
        return Ok(());
    };
    let Some(Value::Table(section_known)) = known.get(section) else {
        return Err(unknown(name, section, known));
    };
    let typed = match section_known.get(key) {
        None => return Err(unknown(name, key, section_known)),
        Some(Value::Boolean(_)) => value.parse().map(Value::Boolean).map_err(|_| {
            Error::Configuration(format!("{name} must be true or false, not {value}"))
        })?,
        Some(Value::Integer(_)) => value.parse().map(Value::Integer).map_err(|_| {
            Error::Configuration(format!("{name} must be a whole number, not {value}"))
        })?,
        Some(Value::Array(_)) => Value::Array(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        ),
        Some(_) => Value::String(value),
    };
    let entry = table
        .entry(section.to_owned())
        .or_insert_with(|| Value::Table(Table::new()));
    if let Value::Table(entry) = entry {
        entry.insert(key.to_owned(), typed);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, environment: &[(&str, &str)]) -> Result<Config> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let pairs = environment
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        Config::read(Some(file.path()), pairs)
    }

    #[test]
    fn an_unknown_key_names_its_neighbour() {
        let error = read("[server]\nadmin_adr = '127.0.0.1:1'", &[])
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("server.admin_adr; did you mean admin_addr?"),
            "{error}"
        );
        let error = read("", &[("LGSP_SERVER__DATADIR", "x")])
            .unwrap_err()
            .to_string();
        assert!(error.contains("did you mean data_dir?"), "{error}");
    }

    #[test]
    fn the_environment_overrides_the_file() {
        let text = "[server]\ndata_dir = '/a'\nservice_connections_max = 5";
        let environment = [
            ("LGSP_SERVER__DATA_DIR", "/b"),
            ("LGSP_SERVER__TRUSTED_PROXIES", "10.0.0.1, fd00::/8"),
            ("LGSP_TEST_POSTGRES", "x"),
            ("PATH", "y"),
        ];
        let config = read(text, &environment).unwrap();
        assert_eq!(config.server.data_dir, PathBuf::from("/b"));
        assert_eq!(config.server.service_connections_max, 5);
        assert_eq!(config.server.trusted_proxies, ["10.0.0.1", "fd00::/8"]);
        assert!(read("", &[("LGSP_SERVER__SERVICE_CONNECTIONS_MAX", "many")]).is_err());
    }
}
