//! The demo province: agencies, systems, an administrator, a simulated national axis, traffic.
//!
//! Owns: `--demo`: seeding once, `demo.json`, starting axis and traffic.
//! Not here: the agencies' names (`catalogue`), axis and traffic themselves (`simulator`).
//! Invariant: started again on the same folder it finds what it made and makes nothing twice.
//! Follows: README, "Contract for black-box checks".

mod file;
mod ldap;
mod oidc;
mod people;
mod scim;
mod seed;
mod sign_on;

use std::net::SocketAddr;

use anyhow::Context as _;
use lgsp_platform::registry::{Change, Manifest};
use lgsp_simulator::{
    axis::{AgencySeed, AxisOptions, AxisSeed, Handle, OutsideSeed},
    edxml::Party,
    province::{self, ProvinceConfig},
};

pub(crate) use file::DemoFile;
use file::{DemoCas, DemoSaml, DemoSignOn};
pub(crate) use ldap::open_ldap;

use crate::{cli::print_line, compose::Composition};

/// Documents that outside bodies send to the province in a minute.
const OUTSIDE_PER_MINUTE: f64 = 6.0;
/// Systems whose mailboxes the traffic leaves alone.
const RESERVED_SYSTEMS: usize = 2;

/// Where the national axis of the demo is.
pub(crate) enum Axis {
    /// In this process, listening here.
    Inside(SocketAddr),
    /// At this address.
    Elsewhere(String),
}

/// The demo, seeded, with the axis' listener open but nothing running yet.
pub(crate) struct Seeded {
    file: DemoFile,
    axis: Option<tokio::net::TcpListener>,
    sign_on: sign_on::SignOn,
}

/// Code lists and calendars that every installation starts with; what exists stays.
pub(crate) async fn seed_lists(composition: &Composition) -> anyhow::Result<()> {
    let mut manifests = lgsp_catalogue::seed::manifests()?;
    manifests.extend(lgsp_exchange::kinds::calendar_seed()?);
    put_missing(composition, manifests).await
}

/// Makes what the demo needs and is not there, and writes `demo.json`.
pub(crate) async fn seed(composition: &Composition, axis: Axis) -> anyhow::Result<Seeded> {
    seed_lists(composition).await?;
    put_missing(composition, lgsp_catalogue::seed::demo_manifests()?).await?;
    composition
        .catalogue
        .follow(&composition.platform.registry.snapshot());
    let (axis, axis_url) = match axis {
        Axis::Elsewhere(url) => (None, url),
        Axis::Inside(address) => {
            let listener = tokio::net::TcpListener::bind(address)
                .await
                .context("opening the axis")?;
            let url = format!("http://{}/vxp", listener.local_addr()?);
            (Some(listener), url)
        }
    };
    let path = composition
        .platform
        .config
        .server
        .data_dir
        .join("demo.json");
    let file = match DemoFile::read(&path)? {
        // A file beside another database, or beside none any more, tells of nothing.
        Some(known)
            if composition
                .identity
                .has_account(&known.admin.username)
                .await? =>
        {
            known
        }
        _ => seed::make(composition).await?,
    };
    let file = seed::point_to_axis(composition, file, axis_url).await?;
    let file = ldap::point(composition, file).await?;
    let file = scim::point(composition, file).await?;
    let file = people::seed(composition, file).await?;
    let mut file = oidc::point(composition, file).await?;
    let sign_on = sign_on::seed(composition).await?;
    file.sign_on = DemoSignOn {
        url: sign_on.url.clone(),
    };
    let issuer = composition.identity.issuer();
    file.saml = Some(DemoSaml {
        metadata_url: format!("{issuer}/saml/metadata"),
    });
    file.cas = Some(DemoCas {
        base: format!("{issuer}/cas"),
    });
    file.write(&path)?;
    Ok(Seeded {
        file,
        axis,
        sign_on,
    })
}

/// Puts the resources that do not exist; a person's changes are never overwritten.
async fn put_missing(composition: &Composition, manifests: Vec<Manifest>) -> anyhow::Result<()> {
    let registry = &composition.platform.registry;
    let snapshot = registry.snapshot();
    let changes: Vec<Change> = manifests
        .into_iter()
        .filter(|manifest| snapshot.get(&manifest.kind, &manifest.name).is_none())
        .map(|manifest| Change::Put {
            manifest,
            base_revision: Some(0),
        })
        .collect();
    if changes.is_empty() {
        return Ok(());
    }
    let now = composition.platform.clock.now();
    let event = seed::event(composition, "resource.seeded", "registry", "seed")
        .with_detail(serde_json::json!({"resources": changes.len()}));
    registry
        .change(changes, seed::ACTOR, now, vec![event])
        .await?;
    Ok(())
}

/// Prints where to go and how to sign in.
pub(crate) fn greet(seeded: &Seeded, scheme: &str, admin: SocketAddr) {
    print_line(&format!("console   {scheme}://{admin}/"));
    print_line(&format!("username  {}", seeded.file.admin.username));
    print_line(&format!("password  {}", seeded.file.admin.password));
    print_line(&format!("axis      {}", seeded.file.axis.url));
    print_line(&format!(
        "sign-on   {} (simulated)",
        seeded.file.sign_on.url
    ));
}

/// Starts the simulated axis and the traffic.
pub(crate) fn start(
    composition: &Composition,
    seeded: Seeded,
    service: SocketAddr,
    is_quiet: bool,
) -> anyhow::Result<()> {
    let tasks = &composition.platform.tasks;
    let Seeded {
        file,
        axis,
        sign_on,
    } = seeded;
    sign_on::start(composition, sign_on)?;
    if let Some(listener) = axis {
        let handle = Handle::new(axis_seed(&file, is_quiet), AxisOptions::demo())?;
        let stopping = tasks.stopping().cancelled_owned();
        tasks.spawn("demo axis", async move {
            let served = lgsp_simulator::axis::serve_handle(listener, handle, stopping).await;
            if let Err(error) = served {
                tracing::error!(%error, "the simulated axis ended");
            }
        });
    }
    if is_quiet {
        return Ok(());
    }
    let data_dir = &composition.platform.config.server.data_dir;
    let url = format!("http://{service}/vxp");
    let mut config = ProvinceConfig::from_demo_file(&data_dir.join("demo.json"), &url)?;
    config.reserved_systems = RESERVED_SYSTEMS;
    config.state_path = Some(data_dir.join("demo-traffic.json"));
    config.outside = outside(composition);
    let stopping = tasks.stopping();
    tasks.spawn("demo traffic", async move {
        if let Err(error) = province::run(config, stopping.cancelled_owned()).await {
            tracing::error!(%error, "the demo traffic ended");
        }
    });
    Ok(())
}

/// The bodies behind the axis that the catalogue knows too.
fn outside(composition: &Composition) -> Vec<Party> {
    let snapshot = composition.catalogue.snapshot();
    let directory = snapshot.directory(composition.platform.clock.now());
    AxisSeed::demo_outside()
        .filter(|(code, _)| directory.resolve(code).agency().is_some())
        .map(|(code, name)| Party {
            code: code.into(),
            name: name.into(),
        })
        .collect()
}

fn axis_seed(file: &DemoFile, is_quiet: bool) -> AxisSeed {
    let agencies = file.agencies.iter().map(|agency| AgencySeed {
        code: agency.code.clone(),
        code102: agency.code102.clone().unwrap_or_default(),
        name: agency.name.clone(),
        ..AgencySeed::default()
    });
    let mut seed = AxisSeed::demo(&file.axis.systemid, &file.axis_secret, agencies.collect());
    let targets = file.systems.iter().skip(RESERVED_SYSTEMS);
    seed.outside = OutsideSeed {
        per_minute: if is_quiet { 0.0 } else { OUTSIDE_PER_MINUTE },
        targets: targets
            .flat_map(|system| system.agencies.iter().cloned())
            .collect(),
    };
    seed
}
