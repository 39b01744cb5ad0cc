//! How far a directory was read.
//!
//! Owns: `Mark`: where a reading of changes begins and ends.
//! Not here: reading itself (`sync.rs`).
//! Follows: RFC 4512, 3.4 (`modifyTimestamp`); MS-ADTS (`uSNChanged` counts for each controller).

use super::{
    client::{Client, Failure},
    kind::{DirectoryConnection, Product},
};
use crate::ldap::wire::Filter;

/// How a directory counts its changes.
pub(super) enum Mark {
    /// By the time of each entry.
    Time,
    /// By numbers of one domain controller.
    Number {
        /// The controller.
        server: String,
        /// The highest number when the reading began.
        highest: String,
    },
}

impl Mark {
    pub(super) async fn read(client: &mut Client, product: Product) -> Result<Self, Failure> {
        if product != Product::ActiveDirectory {
            return Ok(Self::Time);
        }
        let names = ["dsServiceName", "highestCommittedUSN"];
        let root = client.entry("", &names).await?;
        let root = root.ok_or(Failure::Broken("no root entry"))?;
        let text = |name| root.text(name).ok_or(Failure::Broken("no update numbers"));
        Ok(Self::Number {
            server: text("dsServiceName")?,
            highest: text("highestCommittedUSN")?,
        })
    }

    /// Whether a reading of changes can begin there: numbers of another controller mean nothing.
    pub(super) fn goes_on_from(&self, since: &str) -> bool {
        match self {
            Self::Time => !since.is_empty(),
            Self::Number { server, .. } => {
                since.rsplit_once('#').is_some_and(|(own, _)| own == server)
            }
        }
    }

    pub(super) fn filter(
        &self,
        spec: &DirectoryConnection,
        since: &str,
    ) -> Result<Filter, Failure> {
        let people = Filter::parse(&spec.people_filter)?;
        let from = match self {
            _ if since.is_empty() => return Ok(people),
            Self::Time => since.to_owned(),
            Self::Number { .. } => {
                let number = since.rsplit_once('#').map_or("0", |(_, number)| number);
                (number.parse::<u64>().unwrap_or(0) + 1).to_string()
            }
        };
        let changed = Filter::AtLeast {
            attribute: spec.product.change().to_owned(),
            value: from.into_bytes(),
        };
        Ok(Filter::And(vec![people, changed]))
    }

    pub(super) fn next(self, until: String) -> String {
        match self {
            Self::Time => until,
            Self::Number { server, highest } => format!("{server}#{highest}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_one_controller_mean_nothing_at_another() {
        let mark = Mark::Number {
            server: "CN=NTDS,CN=DC1".into(),
            highest: "900".into(),
        };
        assert!(mark.goes_on_from("CN=NTDS,CN=DC1#800"));
        assert!(!mark.goes_on_from("CN=NTDS,CN=DC2#800"));
        assert!(!mark.goes_on_from(""));
        assert_eq!(mark.next(String::new()), "CN=NTDS,CN=DC1#900");
        assert!(!Mark::Time.goes_on_from(""));
        assert!(Mark::Time.goes_on_from("20261126000000Z"));
    }
}
