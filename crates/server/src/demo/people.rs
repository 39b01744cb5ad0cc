//! The people of the demo: officials of several agencies, and the exception that lets them in
//! with a password alone.
//!
//! Owns: names, agencies and roles of the demo's accounts, its sign-in policy.
//! Not here: the administrator (`seed.rs`).
//! Invariant: names are invented; passwords are random for each folder; what exists stays.
//! Follows: README, "Contract for black-box checks".

use anyhow::Context as _;
use lgsp_identity::{Actor, Kind, NewAccount, Password, Person};
use lgsp_platform::http::context::RoleGrant;
use serde_json::json;

use super::{
    file::{DemoAgency, DemoFile, DemoUser},
    seed::{ACTOR, put_with_secret, random_text},
};
use crate::compose::Composition;

/// Name of the exception in the registry.
const EXCEPTION: &str = "ngoai-le-demo";

/// Somebody of the demo.
struct Somebody {
    username: &'static str,
    family_name: &'static str,
    given_name: &'static str,
    position: &'static str,
    kind: Kind,
    /// Which agency: the province's body, the first and second department, the first commune.
    place: Place,
    roles: &'static [&'static str],
}

#[derive(Clone, Copy)]
enum Place {
    Province,
    FirstDepartment,
    SecondDepartment,
    Commune,
}

const fn somebody(
    username: &'static str,
    (family_name, given_name): (&'static str, &'static str),
    position: &'static str,
    kind: Kind,
    place: Place,
    roles: &'static [&'static str],
) -> Somebody {
    Somebody {
        username,
        family_name,
        given_name,
        position,
        kind,
        place,
        roles,
    }
}

const PEOPLE: &[Somebody] = &[
    somebody(
        "hoa.lanhdao",
        ("Y Demo Kim", "Hoa"),
        "Phó Chủ tịch",
        Kind::Official,
        Place::Province,
        &["leader"],
    ),
    somebody(
        "nam.vanthu",
        ("A Demo Bình", "Nam"),
        "Văn thư",
        Kind::Official,
        Place::Province,
        &["clerk"],
    ),
    somebody(
        "thu.chuyenvien",
        ("Y Demo Minh", "Thu"),
        "Chuyên viên",
        Kind::Official,
        Place::Province,
        &["official"],
    ),
    somebody(
        "long.vanhanh",
        ("A Demo Gia", "Long"),
        "Vận hành",
        Kind::Operator,
        Place::Province,
        &["operator"],
    ),
    somebody(
        "an.tichhop",
        ("Y Demo Bảo", "An"),
        "Kỹ sư tích hợp",
        Kind::Operator,
        Place::Province,
        &["integrator"],
    ),
    somebody(
        "phuc.kiemtoan",
        ("A Demo Đức", "Phúc"),
        "Kiểm toán",
        Kind::Official,
        Place::Province,
        &["auditor"],
    ),
    somebody(
        "mai.quantri",
        ("Y Demo Ngọc", "Mai"),
        "Quản trị cơ quan",
        Kind::Administrator,
        Place::FirstDepartment,
        &["agency-admin"],
    ),
    somebody(
        "son.giamdoc",
        ("A Demo Hải", "Sơn"),
        "Giám đốc",
        Kind::Official,
        Place::FirstDepartment,
        &["leader"],
    ),
    somebody(
        "lan.vanthu",
        ("Y Demo Thị", "Lan"),
        "Văn thư",
        Kind::Official,
        Place::FirstDepartment,
        &["clerk"],
    ),
    somebody(
        "duy.chuyenvien",
        ("A Demo Quang", "Duy"),
        "Chuyên viên",
        Kind::Official,
        Place::FirstDepartment,
        &["official"],
    ),
    somebody(
        "tam.vanthu",
        ("Y Demo Thanh", "Tâm"),
        "Văn thư",
        Kind::Official,
        Place::SecondDepartment,
        &["clerk"],
    ),
    somebody(
        "khoa.chuyenvien",
        ("A Demo Anh", "Khoa"),
        "Chuyên viên",
        Kind::Official,
        Place::SecondDepartment,
        &["official"],
    ),
    somebody(
        "yen.xa",
        ("Y Demo Hồng", "Yến"),
        "Công chức xã",
        Kind::Official,
        Place::Commune,
        &["clerk", "official"],
    ),
    somebody(
        "vinh.xa",
        ("A Demo Quốc", "Vinh"),
        "Chủ tịch xã",
        Kind::Official,
        Place::Commune,
        &["leader"],
    ),
];

/// Makes the people that are not there, and the exception on the first start.
pub(super) async fn seed(
    composition: &Composition,
    mut file: DemoFile,
) -> anyhow::Result<DemoFile> {
    make_exception(composition).await?;
    let mut users = Vec::new();
    for person in PEOPLE {
        let known = file
            .users
            .iter()
            .find(|user| user.username == person.username);
        let exists = composition.identity.has_account(person.username).await?;
        match known.filter(|_| exists) {
            Some(known) => users.push(known.clone()),
            None => users.push(make(composition, &file, person, exists).await?),
        }
    }
    file.users = users;
    Ok(file)
}

/// Level 3 asks administrators for a second factor and everybody for a new password at the
/// first sign-in; a demo could then not be tried. The exception stands in the registry.
async fn make_exception(composition: &Composition) -> anyhow::Result<()> {
    let snapshot = composition.platform.registry.snapshot();
    if snapshot.get("sign-in-policy", EXCEPTION).is_some() {
        return Ok(());
    }
    let spec = json!({
        "title": "Ngoại lệ của bản trình diễn",
        "second_factor": "enrolled",
        "is_exception": true,
        "keeps_first_password": true,
        "reason": "Bản trình diễn với dữ liệu giả định: đăng nhập thử bằng mật khẩu do hệ thống tạo.",
    });
    put_with_secret(composition, ("sign-in-policy", EXCEPTION), spec, None).await
}

async fn make(
    composition: &Composition,
    file: &DemoFile,
    person: &Somebody,
    exists: bool,
) -> anyhow::Result<DemoUser> {
    let agency = agency_of(&file.agencies, person.place)
        .map_or_else(|| file.province.clone(), |agency| agency.code.clone());
    let password = format!("Lgsp-{}-7b", random_text(12)?);
    let identity = &composition.identity;
    if exists {
        // A start was cut short before the file told the password.
        let password = Password::new(password.clone());
        identity.set_password(person.username, password).await?;
    } else {
        let grant = |role: &&str| RoleGrant {
            role: (*role).to_owned(),
            agency: Some(agency.clone()),
        };
        let new = NewAccount {
            username: person.username.to_owned(),
            display_name: format!("{} {}", person.family_name, person.given_name),
            email: Some(format!("{}@demo.example", person.username)),
            agency: Some(agency.clone()),
            kind: person.kind,
            password: Some(Password::new(password.clone())),
            person: Person {
                given_name: Some(person.given_name.to_owned()),
                family_name: Some(person.family_name.to_owned()),
                position: Some(person.position.to_owned()),
                phone: None,
            },
            ..NewAccount::default()
        };
        let now = composition.platform.clock.now();
        let actor = Actor::named(ACTOR, None, now);
        let grants = person.roles.iter().map(grant).collect();
        identity
            .create_account(&actor, new, grants)
            .await
            .with_context(|| format!("making {}", person.username))?;
    }
    Ok(DemoUser {
        username: person.username.to_owned(),
        password,
        agency,
        roles: person.roles.iter().map(|role| (*role).to_owned()).collect(),
    })
}

fn agency_of(agencies: &[DemoAgency], place: Place) -> Option<&DemoAgency> {
    let of_level = |level: &'static str| agencies.iter().filter(move |found| found.level == level);
    match place {
        Place::Province => None,
        Place::FirstDepartment => of_level("department").next(),
        Place::SecondDepartment => of_level("department").nth(1),
        Place::Commune => of_level("commune").next(),
    }
}
