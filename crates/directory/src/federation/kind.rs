//! The kind `directory-connection`: a directory of others that we read.
//!
//! Owns: its specification and the rules that one connection alone can break.
//! Not here: its password (the vault, owner kind `directory-connection`), talking to it
//! (`client/`).
//! Follows: design document "Identity", section 6.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, Labels, ValidationContext},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::client::Target;
use crate::ldap::wire::{Dn, Filter};

/// Addresses of one directory.
const URLS_MAX: usize = 8;
/// Rules from units to agencies.
const UNITS_MAX: usize = 2_000;
/// Shortest pause between two runs, in minutes.
const MINUTES_MIN: u32 = 1;
/// Longest time in which a password counts that its directory did not prove again.
const OFFLINE_DAYS_MAX: u32 = 30;
/// Longest pause between two runs: 31 days.
const MINUTES_MAX: u32 = 44_640;

/// A directory of others (thư mục người dùng bên ngoài): OpenLDAP, 389-ds, Active Directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DirectoryConnection {
    /// What people call it.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Title"}, "x-order" = 1))]
    pub title: String,
    /// Whether it is read and asked for passwords.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Đang hoạt động", "en": "Enabled"}, "x-order" = 2))]
    pub enabled: bool,
    /// Which product it is: this decides keys, changes and locks.
    #[schemars(extend("x-label" = {"vi": "Sản phẩm", "en": "Product"}, "x-order" = 3))]
    pub product: Product,
    /// Addresses, tried in order: `ldaps://host:636` or `ldap://host:389`.
    #[schemars(extend("x-label" = {"vi": "Địa chỉ", "en": "Addresses"}, "x-order" = 4))]
    pub urls: Vec<String>,
    /// Protect `ldap://` by StartTLS.
    #[serde(default = "yes")]
    #[schemars(extend("x-label" = {"vi": "Dùng StartTLS với ldap://", "en": "StartTLS with ldap://"}, "x-order" = 5))]
    pub start_tls: bool,
    /// Certificates (PEM) that are trusted for it; empty for those of the operating system.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Chứng thư tin cậy (PEM)", "en": "Trusted certificates (PEM)"}, "x-widget" = "text", "x-order" = 6))]
    pub trusted_certificates: String,
    /// Allow loopback addresses, and there a connection in the clear; for tests only.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho phép địa chỉ nội bộ", "en": "Local addresses"}, "x-order" = 7))]
    pub allow_local_addresses: bool,
    /// Name with which it is read; its password is set apart.
    #[schemars(extend("x-label" = {"vi": "Tài khoản đọc (DN)", "en": "Reading account (DN)"}, "x-order" = 8))]
    pub bind_dn: String,
    /// Where people lie.
    #[schemars(extend("x-label" = {"vi": "Nhánh người dùng", "en": "Base of people"}, "x-order" = 9))]
    pub people_base: String,
    /// Which entries there are people.
    #[serde(default = "people_filter")]
    #[schemars(extend("x-label" = {"vi": "Bộ lọc người dùng", "en": "Filter of people"}, "x-order" = 10))]
    pub people_filter: String,
    /// Where groups lie; empty for no groups.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Nhánh nhóm", "en": "Base of groups"}, "x-order" = 11))]
    pub groups_base: String,
    /// Which entries there are groups.
    #[serde(default = "groups_filter")]
    #[schemars(extend("x-label" = {"vi": "Bộ lọc nhóm", "en": "Filter of groups"}, "x-order" = 12))]
    pub groups_filter: String,
    /// Put before the name of each group, so that names of several directories do not clash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Tiền tố tên nhóm", "en": "Prefix of groups"}, "x-order" = 13))]
    pub groups_prefix: String,
    /// Attributes that fill the fields of an account.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Ánh xạ thuộc tính", "en": "Attributes"}, "x-order" = 14))]
    pub attributes: AttributeMap,
    /// Agency of people for whom no rule below holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-label" = {"vi": "Cơ quan mặc định", "en": "Default agency"}, "x-widget" = "ref:agency", "x-order" = 15))]
    pub agency: Option<String>,
    /// From units of the directory to agencies; the first that holds counts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(extend("x-label" = {"vi": "Ánh xạ đơn vị", "en": "Units"}, "x-order" = 16))]
    pub units: Vec<UnitRule>,
    /// What the connection is for.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Chế độ", "en": "Mode"}, "x-order" = 17))]
    pub mode: Mode,
    /// Minutes between two whole readings.
    #[serde(default = "full_minutes")]
    #[schemars(extend("x-label" = {"vi": "Đồng bộ toàn bộ mỗi (phút)", "en": "Full reading every (minutes)"}, "x-order" = 18))]
    pub full_minutes: u32,
    /// Minutes between two readings of what has changed; 0 for none.
    #[serde(default = "delta_minutes")]
    #[schemars(extend("x-label" = {"vi": "Đồng bộ thay đổi mỗi (phút)", "en": "Changes every (minutes)"}, "x-order" = 19))]
    pub delta_minutes: u32,
    /// A whole reading in which more than this share of the known people is missing stops before
    /// it locks anybody, in percent.
    #[serde(default = "removal_stop")]
    #[schemars(extend("x-label" = {"vi": "Dừng khi thiếu quá (%)", "en": "Stop when more are missing (%)"}, "x-order" = 20))]
    pub removal_stop_percent: u32,
    /// Days after a password was last proved there in which it still signs in while the directory
    /// does not answer; a hash of it is kept here for that. 0 for never.
    #[serde(default)]
    #[schemars(extend("x-label" = {"vi": "Cho đăng nhập khi mất kết nối (ngày)", "en": "Sign-in during an outage (days)"}, "x-order" = 21))]
    pub offline_days: u32,
}

/// Products that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// OpenLDAP, and others with `entryUUID` and `modifyTimestamp`.
    #[schemars(extend("x-label" = {"vi": "OpenLDAP", "en": "OpenLDAP"}))]
    Openldap,
    /// 389 Directory Server.
    #[schemars(extend("x-label" = {"vi": "389-ds", "en": "389-ds"}))]
    Ds389,
    /// Active Directory.
    #[schemars(extend("x-label" = {"vi": "Active Directory", "en": "Active Directory"}))]
    ActiveDirectory,
}

impl Product {
    /// The attribute that never changes.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Openldap => "entryUUID",
            Self::Ds389 => "nsUniqueId",
            Self::ActiveDirectory => "objectGUID",
        }
    }

    /// The attribute that tells of a lock.
    pub(crate) const fn lock(self) -> &'static str {
        match self {
            Self::Openldap => "pwdAccountLockedTime",
            Self::Ds389 => "nsAccountLock",
            Self::ActiveDirectory => "userAccountControl",
        }
    }

    /// The attribute that tells of a change.
    pub(crate) const fn change(self) -> &'static str {
        match self {
            Self::Openldap | Self::Ds389 => "modifyTimestamp",
            Self::ActiveDirectory => "uSNChanged",
        }
    }
}

/// What a connection is for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// People are read regularly; passwords are ours.
    #[schemars(extend("x-label" = {"vi": "Chỉ nhập", "en": "Import"}))]
    Import,
    /// Passwords are asked there; people are made at their first sign-in.
    #[schemars(extend("x-label" = {"vi": "Chỉ xác thực", "en": "Pass-through"}))]
    PassThrough,
    /// Both.
    #[default]
    #[schemars(extend("x-label" = {"vi": "Nhập và xác thực", "en": "Import and pass-through"}))]
    ImportAndPassThrough,
}

impl Mode {
    /// Whether people are read regularly.
    pub(crate) const fn imports(self) -> bool {
        matches!(self, Self::Import | Self::ImportAndPassThrough)
    }

    /// Whether passwords are asked there.
    pub(crate) const fn passes_through(self) -> bool {
        matches!(self, Self::PassThrough | Self::ImportAndPassThrough)
    }
}

/// Names of attributes, the usual ones by default.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AttributeMap {
    /// Sign-in name: `uid`, or `sAMAccountName` of Active Directory.
    #[schemars(extend("x-label" = {"vi": "Tên đăng nhập", "en": "User name"}, "x-order" = 1))]
    pub username: String,
    /// Whole name.
    #[schemars(extend("x-label" = {"vi": "Họ và tên", "en": "Whole name"}, "x-order" = 2))]
    pub display_name: String,
    /// Given name.
    #[schemars(extend("x-label" = {"vi": "Tên", "en": "Given name"}, "x-order" = 3))]
    pub given_name: String,
    /// Family name.
    #[schemars(extend("x-label" = {"vi": "Họ", "en": "Family name"}, "x-order" = 4))]
    pub family_name: String,
    /// Mail address.
    #[schemars(extend("x-label" = {"vi": "Thư điện tử", "en": "Mail address"}, "x-order" = 5))]
    pub email: String,
    /// Telephone.
    #[schemars(extend("x-label" = {"vi": "Điện thoại", "en": "Telephone"}, "x-order" = 6))]
    pub phone: String,
    /// Position.
    #[schemars(extend("x-label" = {"vi": "Chức vụ", "en": "Position"}, "x-order" = 7))]
    pub position: String,
    /// Unit, to be found in the rules of units.
    #[schemars(extend("x-label" = {"vi": "Đơn vị", "en": "Unit"}, "x-order" = 8))]
    pub unit: String,
}

impl Default for AttributeMap {
    fn default() -> Self {
        let name = |text: &str| text.to_owned();
        Self {
            username: name("uid"),
            display_name: name("cn"),
            given_name: name("givenName"),
            family_name: name("sn"),
            email: name("mail"),
            phone: name("telephoneNumber"),
            position: name("title"),
            unit: name("ou"),
        }
    }
}

/// From a unit of the directory to an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitRule {
    /// A value of the unit attribute, or a name above the person: `ou=snv,dc=…`.
    #[schemars(extend("x-label" = {"vi": "Đơn vị trong thư mục", "en": "Unit of the directory"}, "x-order" = 1))]
    pub unit: String,
    /// The agency.
    #[schemars(extend("x-label" = {"vi": "Cơ quan", "en": "Agency"}, "x-widget" = "ref:agency", "x-order" = 2))]
    pub agency: String,
}

const fn yes() -> bool {
    true
}
fn people_filter() -> String {
    "(objectClass=inetOrgPerson)".to_owned()
}
fn groups_filter() -> String {
    "(|(objectClass=groupOfNames)(objectClass=group))".to_owned()
}
const fn full_minutes() -> u32 {
    1_440
}
const fn delta_minutes() -> u32 {
    15
}
const fn removal_stop() -> u32 {
    10
}

impl Kind for DirectoryConnection {
    const KIND: &'static str = "directory-connection";
    const PLURAL: &'static str = "directory-connections";
    const LABELS: Labels = Labels {
        vi: "Thư mục người dùng bên ngoài",
        en: "Directory of others",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "OpenLDAP, 389-ds hoặc Active Directory mà người dùng và mật khẩu được lấy từ đó.",
        en: "OpenLDAP, 389-ds or Active Directory from which people and passwords come.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        let mut errors = Vec::new();
        if self.title.trim().is_empty() {
            errors.push(broken("/title", "Cần có tên.", "A title is needed."));
        }
        if self.urls.is_empty() || self.urls.len() > URLS_MAX {
            errors.push(broken(
                "/urls",
                "Từ 1 đến 8 địa chỉ.",
                "From 1 to 8 addresses.",
            ));
        }
        for (place, url) in self.urls.iter().enumerate() {
            if Target::parse(url).is_none() {
                errors.push(broken(
                    format!("/urls/{place}"),
                    "Địa chỉ có dạng ldaps://máy:636 hoặc ldap://máy:389.",
                    "An address reads ldaps://host:636 or ldap://host:389.",
                ));
            }
        }
        for (pointer, text, may_be_empty) in [
            ("/bind_dn", &self.bind_dn, false),
            ("/people_base", &self.people_base, false),
            ("/groups_base", &self.groups_base, true),
        ] {
            let is_good = Dn::parse(text).is_ok_and(|dn| may_be_empty || !dn.0.is_empty());
            // Active Directory binds with `name@domain` too.
            let is_upn = pointer == "/bind_dn" && text.contains('@') && !text.contains('=');
            if !is_good && !is_upn {
                errors.push(broken(
                    pointer,
                    "Không phải tên phân biệt (DN).",
                    "This is no name (DN).",
                ));
            }
        }
        for (pointer, text) in [
            ("/people_filter", &self.people_filter),
            ("/groups_filter", &self.groups_filter),
        ] {
            if Filter::parse(text).is_err() {
                errors.push(broken(
                    pointer,
                    "Không phải bộ lọc LDAP.",
                    "This is no LDAP filter.",
                ));
            }
        }
        if self.attributes.username.trim().is_empty() {
            let text = (
                "Cần có thuộc tính tên đăng nhập.",
                "The user name needs an attribute.",
            );
            errors.push(broken("/attributes/username", text.0, text.1));
        }
        if self.units.len() > UNITS_MAX {
            errors.push(broken(
                "/units",
                "Tối đa 2000 quy tắc.",
                "At most 2,000 rules.",
            ));
        }
        let minutes = MINUTES_MIN..=MINUTES_MAX;
        for (pointer, value) in [
            ("/full_minutes", self.full_minutes),
            ("/delta_minutes", self.delta_minutes.max(MINUTES_MIN)),
        ] {
            if !minutes.contains(&value) {
                errors.push(broken(
                    pointer,
                    "Từ 1 đến 44640 phút.",
                    "From 1 to 44,640 minutes.",
                ));
            }
        }
        if self.offline_days > OFFLINE_DAYS_MAX {
            errors.push(broken(
                "/offline_days",
                "Từ 0 đến 30 ngày.",
                "From 0 to 30 days.",
            ));
        }
        if self.removal_stop_percent > 100 {
            errors.push(broken(
                "/removal_stop_percent",
                "Từ 0 đến 100.",
                "From 0 to 100.",
            ));
        }
        errors
    }
}

fn broken(pointer: impl Into<String>, vi: impl Into<String>, en: impl Into<String>) -> FieldError {
    FieldError::new(pointer, "directory.kind.rule", vi, en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_of_a_connection() {
        let spec = serde_json::json!({
            "title": "Sở Nội vụ", "product": "openldap", "urls": ["ldaps://ldap.snv.example"],
            "bind_dn": "cn=reader,dc=snv", "people_base": "ou=people,dc=snv",
        });
        let good: DirectoryConnection = serde_json::from_value(spec).unwrap();
        let errors = |change: &dyn Fn(&mut DirectoryConnection)| {
            let mut changed = good.clone();
            change(&mut changed);
            let found = changed.validate(&ValidationContext { name: "snv" });
            found
                .into_iter()
                .map(|error| error.pointer)
                .collect::<Vec<_>>()
        };
        assert!(errors(&|_| {}).is_empty());
        assert!(errors(&|spec| spec.bind_dn = "reader@snv.local".into()).is_empty());
        assert_eq!(
            errors(&|spec| spec.urls = vec!["http://x".into()]),
            ["/urls/0"]
        );
        assert_eq!(errors(&|spec| spec.urls.clear()), ["/urls"]);
        assert_eq!(errors(&|spec| spec.bind_dn = "reader".into()), ["/bind_dn"]);
        assert_eq!(
            errors(&|spec| spec.people_base = String::new()),
            ["/people_base"]
        );
        assert_eq!(
            errors(&|spec| spec.people_filter = "(".into()),
            ["/people_filter"]
        );
        assert_eq!(errors(&|spec| spec.full_minutes = 0), ["/full_minutes"]);
        assert!(errors(&|spec| spec.delta_minutes = 0).is_empty());
        assert!(errors(&|spec| spec.offline_days = OFFLINE_DAYS_MAX).is_empty());
        assert_eq!(
            errors(&|spec| spec.offline_days = OFFLINE_DAYS_MAX + 1),
            ["/offline_days"]
        );
        assert_eq!(
            errors(&|spec| spec.removal_stop_percent = 101),
            ["/removal_stop_percent"]
        );
    }
}
