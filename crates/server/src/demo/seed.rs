//! What the demo makes once: administrator, systems with secrets, the axis as upstream.
//!
//! Owns: the choice of systems and their agencies.
//! Invariant: secrets are random for each folder; nothing in the program is a known password.

use anyhow::Context as _;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use lgsp_catalogue::{AgencyLevel, CodeScheme};
use lgsp_identity::Password;
use lgsp_platform::{
    clock::random_bytes,
    journal::{self, Class, Event},
    registry::{Change, Manifest, SECRET_CHANGE},
};
use serde_json::json;

use super::file::{DemoAdmin, DemoAgency, DemoAxis, DemoFile, DemoSystem};
use crate::compose::Composition;

/// Who the journal names for what the demo makes.
pub(super) const ACTOR: &str = "demo";
const ADMIN: &str = "quantri";
const AXIS: &str = "truc-quoc-gia";
const AXIS_SYSTEM: &str = "demo.lgsp.h34";
/// Communes whose officials work in the console, because they have no system of their own.
const COMMUNES_WITHOUT_SYSTEM: usize = 12;

pub(super) fn event(composition: &Composition, action: &str, kind: &str, name: &str) -> Event {
    let now = composition.platform.clock.now();
    Event::new(Class::Audit, now, ACTOR, action, (kind, name))
}

/// Everything of the first start.
pub(super) async fn make(composition: &Composition) -> anyhow::Result<DemoFile> {
    let agencies = agencies(composition);
    let password = format!("Lgsp-{}-9a", random_text(12)?);
    let made = composition
        .identity
        .ensure_admin(ADMIN, Password::new(password.clone()))
        .await
        .context("making the administrator")?;
    let mut systems = Vec::new();
    for plan in plan(&agencies) {
        systems.push(make_system(composition, plan).await?);
    }
    Ok(DemoFile {
        admin: DemoAdmin {
            username: ADMIN.to_owned(),
            password,
            token: made.token,
        },
        province: composition.platform.config.province.code.clone(),
        agencies,
        systems,
        axis: DemoAxis {
            url: String::new(),
            systemid: AXIS_SYSTEM.to_owned(),
        },
        sign_on: super::file::DemoSignOn::default(),
        axis_secret: random_text(32)?,
        saml: None,
        cas: None,
        users: Vec::new(),
        ldap: None,
        scim: None,
        oidc: None,
    })
}

/// The agencies of the province on the day of the demo's directory, the province body first.
fn agencies(composition: &Composition) -> Vec<DemoAgency> {
    let province = &composition.platform.config.province.code;
    let snapshot = composition.catalogue.snapshot();
    let directory = snapshot.directory(composition.platform.clock.now());
    let Some(top) = directory.find(province) else {
        return Vec::new();
    };
    let day = directory.day();
    let found = std::iter::once(top).chain(directory.subtree(top));
    let mut agencies: Vec<DemoAgency> = found
        .map(|agency| DemoAgency {
            code: agency
                .spec
                .code_at(CodeScheme::Qd20, day)
                .map_or_else(|| agency.code.to_string(), |code| code.to_owned()),
            code102: agency
                .spec
                .code_at(CodeScheme::Qcvn102, day)
                .map(|code| code.to_owned()),
            name: agency.spec.name.clone(),
            level: level_word(agency.spec.level),
        })
        .collect();
    agencies.sort_by(|left, right| left.code.cmp(&right.code));
    agencies.dedup_by(|left, right| left.code == right.code);
    agencies
}

fn level_word(level: AgencyLevel) -> String {
    let word = serde_json::to_value(level).ok();
    word.as_ref()
        .and_then(|word| word.as_str())
        .unwrap_or("other")
        .to_owned()
}

/// One system to be made.
struct SystemPlan {
    name: &'static str,
    title: &'static str,
    agencies: Vec<String>,
}

/// Two single offices whose mailboxes stay untouched, then the rest by level.
fn plan(agencies: &[DemoAgency]) -> Vec<SystemPlan> {
    let of_level = |level: &str| -> Vec<String> {
        let found = agencies.iter().filter(|agency| agency.level == level);
        found.map(|agency| agency.code.clone()).collect()
    };
    let mut departments = of_level("department").into_iter();
    let first: Vec<String> = departments.by_ref().take(1).collect();
    let second: Vec<String> = departments.by_ref().take(1).collect();
    let communes = of_level("commune");
    let with_system = communes.len().saturating_sub(COMMUNES_WITHOUT_SYSTEM);
    vec![
        SystemPlan {
            name: "qlvb-vpub",
            title: "Văn bản điều hành Văn phòng UBND tỉnh",
            agencies: first,
        },
        SystemPlan {
            name: "qlvb-sonv",
            title: "Văn bản điều hành Sở Nội vụ",
            agencies: second,
        },
        SystemPlan {
            name: "qlvb-so",
            title: "Văn bản điều hành các sở, ban, ngành",
            agencies: departments.collect(),
        },
        SystemPlan {
            name: "qlvb-huyen",
            title: "Văn bản điều hành cấp huyện",
            agencies: of_level("district"),
        },
        SystemPlan {
            name: "qlvb-xa",
            title: "Văn bản điều hành cấp xã",
            agencies: communes.into_iter().take(with_system).collect(),
        },
    ]
}

async fn make_system(composition: &Composition, plan: SystemPlan) -> anyhow::Result<DemoSystem> {
    let systemid = format!("demo.{}.h34", plan.name);
    let secret = random_text(32)?;
    let spec = json!({"title": plan.title, "systemid": systemid, "agencies": plan.agencies});
    put_with_secret(composition, ("system", plan.name), spec, Some(&secret)).await?;
    Ok(DemoSystem {
        systemid,
        secret,
        agencies: plan.agencies,
    })
}

/// Puts a resource and, when given, its secret, in one transaction.
pub(super) async fn put_with_secret(
    composition: &Composition,
    (kind, name): (&str, &str),
    spec: serde_json::Value,
    secret: Option<&str>,
) -> anyhow::Result<()> {
    let platform = &composition.platform;
    let now = platform.clock.now();
    let manifest = Manifest {
        kind: kind.to_owned(),
        name: name.to_owned(),
        agency: None,
        spec,
    };
    let change = Change::Put {
        manifest,
        base_revision: None,
    };
    let tx = platform.db.begin().await?;
    platform
        .registry
        .change_in(&tx, vec![change], ACTOR, now)
        .await?;
    if let Some(secret) = secret {
        platform
            .vault
            .insert(&*tx, kind, name, secret.as_bytes(), now)
            .await?;
        platform.registry.announce(&tx, SECRET_CHANGE, name).await?;
    }
    journal::append(&*tx, [event(composition, "resource.saved", kind, name)]).await?;
    tx.commit().await?;
    Ok(platform.registry.refresh().await?)
}

/// The axis listens elsewhere after each start.
pub(super) async fn point_to_axis(
    composition: &Composition,
    mut file: DemoFile,
    url: String,
) -> anyhow::Result<DemoFile> {
    let is_first = composition
        .platform
        .vault
        .list("upstream", AXIS)
        .await?
        .is_empty();
    let known = composition
        .platform
        .registry
        .snapshot()
        .get("upstream", AXIS)
        .cloned();
    let mut spec = known.map_or_else(
        || {
            json!({
                "title": "Trục liên thông văn bản quốc gia (mô phỏng)",
                "systemid": file.axis.systemid,
                "poll_seconds": 5,
                "allow_local_addresses": true,
            })
        },
        |known| known.spec.clone(),
    );
    if spec.get("url").and_then(|known| known.as_str()) != Some(&url)
        && let Some(spec) = spec.as_object_mut()
    {
        spec.insert("url".to_owned(), json!(url));
    }
    let secret = is_first.then_some(file.axis_secret.as_str());
    put_with_secret(composition, ("upstream", AXIS), spec, secret).await?;
    file.axis.url = url;
    Ok(file)
}

pub(super) fn random_text(bytes: usize) -> anyhow::Result<String> {
    let text = URL_SAFE_NO_PAD.encode(random_bytes::<48>()?);
    Ok(text
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(bytes)
        .collect())
}
