//! What a simulated sign-on starts with: profiles, their claims, their clients.
//!
//! Owns: `SsoSeed` and the two profiles that are known.
//! Invariant: a profile's claims are a map from claim to field, so that another profile is data.
//! Follows: design document "Identity", section 8 (claims of the national portal).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A client of a profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClientSeed {
    /// Its id.
    pub client_id: String,
    /// Its secret; not taken from a client with keys.
    pub client_secret: String,
    /// Its public keys (JWK Set, ES256); with them it must prove itself by `private_key_jwt`.
    #[serde(default)]
    pub jwks: Option<Value>,
    /// Addresses that it may be sent back to; empty for any on this machine.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
}

/// One provider: its claims and how it behaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileSeed {
    /// First part of its paths: `portal`, `vneid`.
    pub name: String,
    /// What its page is headed.
    pub title: String,
    /// Claim → field of a person.
    pub claims: BTreeMap<String, String>,
    /// `userinfo` answers only to POST.
    #[serde(default)]
    pub is_userinfo_post_only: bool,
    /// `userinfo` answers with a signed token.
    #[serde(default)]
    pub is_userinfo_signed: bool,
    /// How long ago its people proved themselves, in seconds, unless they are asked anew
    /// (`prompt=login`, `max_age=0`).
    #[serde(default)]
    pub auth_age_s: i64,
    /// Level that its tokens tell (`acr`).
    pub acr: String,
    /// Its clients.
    pub clients: Vec<ClientSeed>,
}

/// What a simulated sign-on starts with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SsoSeed {
    /// Seed of the people.
    #[serde(default = "people_seed")]
    pub people_seed: u64,
    /// The providers.
    pub profiles: Vec<ProfileSeed>,
}

fn people_seed() -> u64 {
    8
}

const PORTAL_CLAIMS: &[(&str, &str)] = &[
    ("sub", "sub"),
    ("TechID", "tech_id"),
    ("LoaiTaiKhoan", "kind"),
    ("HoVaTen", "name"),
    ("SoCMND", "identity_card"),
    ("SoDinhDanh", "citizen_number"),
    ("HoChieu", "passport"),
    ("GioiTinh", "sex"),
    ("DiaChi", "address"),
    ("SoDienThoai", "phone"),
    ("ThuDienTu", "email"),
    ("TenDoanhNghiep", "firm"),
    ("MaSoThue", "tax_number"),
    ("MaSoDoanhNghiep", "firm_number"),
];

/// Names of our own choice: VNeID's are not known.
const VNEID_CLAIMS: &[(&str, &str)] = &[
    ("sub", "sub"),
    ("name", "name"),
    ("citizen_id", "citizen_number"),
    ("birthdate", "birth_date"),
    ("gender", "sex"),
    ("phone_number", "phone"),
    ("email", "email"),
];

fn claims(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    let owned = |(claim, field): &(&str, &str)| ((*claim).to_owned(), (*field).to_owned());
    pairs.iter().map(owned).collect()
}

impl SsoSeed {
    /// The portal and the place-holder of VNeID, with one client each of the same name.
    pub fn demo(client: &ClientSeed) -> Self {
        Self {
            people_seed: people_seed(),
            profiles: vec![
                ProfileSeed {
                    name: "portal".into(),
                    title: "Cổng dịch vụ công quốc gia (mô phỏng)".into(),
                    claims: claims(PORTAL_CLAIMS),
                    is_userinfo_post_only: true,
                    is_userinfo_signed: false,
                    auth_age_s: 0,
                    acr: "LoA2".into(),
                    clients: vec![client.clone()],
                },
                ProfileSeed {
                    name: "vneid".into(),
                    title: "VNeID (mô phỏng, chưa kiểm chứng)".into(),
                    claims: claims(VNEID_CLAIMS),
                    is_userinfo_post_only: false,
                    is_userinfo_signed: false,
                    auth_age_s: 0,
                    acr: "muc-do-2".into(),
                    clients: vec![client.clone()],
                },
            ],
        }
    }
}
