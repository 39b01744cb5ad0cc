//! Building the directory from registry, vault and catalogue.
//!
//! Owns: the one place where secrets of systems are opened.
//! Not here: when it is built (`mod.rs`).
//! Invariant: two systems never share an agency or a `systemid`; the first by name wins, and the
//! clash is logged.

use std::{collections::HashMap, sync::Arc};

use lgsp_catalogue::Catalogue;
use lgsp_model::{Timestamp, calendar::Calendar};
use lgsp_platform::{
    Platform,
    registry::{Kind, Resource, Snapshot},
    secrets::Secret,
};

use super::{Activity, Directory, SystemEntry, SystemSecret, UpstreamEntry};
use crate::{
    Result,
    kinds::{CalendarYear, ExchangeSettings, SETTINGS_NAME, System, Upstream},
    tables,
};

/// Owner kind of systems' secrets in the vault.
pub(crate) const SYSTEM_SECRET: &str = "system";
/// Owner kind of the axis's secret in the vault.
pub(crate) const UPSTREAM_SECRET: &str = "upstream";

pub(super) async fn build(
    platform: &Platform,
    catalogue: &Catalogue,
    old: Option<&Directory>,
) -> Result<Directory> {
    let now = platform.clock.now();
    let registry = platform.registry.snapshot();
    catalogue.follow(&registry);
    let catalogue = catalogue.snapshot();
    let known = match old {
        Some(_) => HashMap::new(),
        None => tables::activity::all(&platform.db).await?,
    };
    let mut secrets = by_owner(platform.vault.open_all(SYSTEM_SECRET, now).await?);
    let mut upstream_secrets = by_owner(platform.vault.open_all(UPSTREAM_SECRET, now).await?);
    let mut directory = Directory {
        settings: registry
            .spec::<ExchangeSettings>(SETTINGS_NAME)
            .unwrap_or_default(),
        calendar: calendar(&registry),
        province: platform.config.province.code.clone(),
        upstreams: typed::<Upstream>(&registry)
            .map(|(resource, spec)| {
                let secret = upstream_secrets
                    .remove(&resource.name)
                    .and_then(|mut secrets| secrets.pop())
                    .map(|secret| secret.value);
                Arc::new(UpstreamEntry {
                    name: resource.name.clone(),
                    spec,
                    secret,
                })
            })
            .collect(),
        catalogue,
        systems: Vec::new(),
        by_systemid: HashMap::new(),
        by_agency: HashMap::new(),
    };
    for (resource, spec) in typed::<System>(&registry) {
        let activity = old
            .and_then(|old| old.system_named(&resource.name))
            .map(|system| system.activity.clone())
            .unwrap_or_else(|| {
                let seen_at = known.get(&resource.name).copied().unwrap_or_default();
                Arc::new(Activity::known(seen_at))
            });
        let secrets = secrets.remove(&resource.name).unwrap_or_default();
        add_system(&mut directory, resource, spec, secrets, activity, now);
    }
    Ok(directory)
}

fn add_system(
    directory: &mut Directory,
    resource: &Resource,
    spec: System,
    secrets: Vec<Secret>,
    activity: Arc<Activity>,
    now: Timestamp,
) {
    let mut agencies: Vec<String> = spec
        .agencies
        .iter()
        .map(|code| directory.agency_or_code(code, now))
        .collect();
    agencies.sort_unstable();
    agencies.dedup();
    agencies.retain(|agency| {
        let is_free = !directory.by_agency.contains_key(agency);
        if !is_free {
            tracing::warn!(system.name = resource.name, agency.code = %agency,
                "another system speaks for this agency already");
        }
        is_free
    });
    let system = Arc::new(SystemEntry {
        name: resource.name.clone(),
        agencies: agencies.into(),
        secrets: secrets.into_iter().map(SystemSecret::from).collect(),
        activity,
        spec,
    });
    for agency in system.agencies.iter() {
        directory.by_agency.insert(agency.clone(), system.clone());
    }
    if directory.by_systemid.contains_key(&system.spec.systemid) {
        tracing::warn!(
            system.name = system.name,
            "another system has this systemid already"
        );
    } else {
        directory
            .by_systemid
            .insert(system.spec.systemid.clone(), system.clone());
    }
    directory.systems.push(system);
}

impl From<Secret> for SystemSecret {
    fn from(secret: Secret) -> Self {
        Self {
            id: secret.info.id,
            retires_at: secret.info.retires_at,
            key: ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &secret.value),
            value: secret.value,
        }
    }
}

fn by_owner(secrets: Vec<Secret>) -> HashMap<String, Vec<Secret>> {
    let mut owners: HashMap<String, Vec<Secret>> = HashMap::new();
    for secret in secrets {
        owners.entry(secret.owner.clone()).or_default().push(secret);
    }
    owners
}

/// The readable resources of a kind, sorted by name.
fn typed<K: Kind>(registry: &Snapshot) -> impl Iterator<Item = (&Resource, K)> {
    registry
        .of_kind(K::KIND)
        .filter_map(|resource| match K::deserialize(&resource.spec) {
            Ok(spec) => Some((resource.as_ref(), spec)),
            Err(error) => {
                tracing::error!(resource.kind = K::KIND, resource.name = resource.name, %error,
                "stored specification cannot be read and is left out");
                None
            }
        })
}

fn calendar(registry: &Snapshot) -> Calendar {
    let mut calendar = Calendar::default();
    for (_, year) in typed::<CalendarYear>(registry) {
        calendar
            .holidays
            .extend(year.holidays.iter().map(|day| day.date));
        calendar.worked.extend(year.worked);
    }
    calendar
}
