//! Which authentication a request asks for, and whether a session has it.
//!
//! Owns: `RequestedContext`.
//! Follows: SAML 2.0 Core, 3.3.2.2.1.

use serde::{Deserialize, Serialize};

use super::super::{
    names::{ASSERTION, CLASSES, PROTOCOL, class_of_level},
    refused::Refused,
    xml::Element,
};

/// Most classes of one request.
const CLASSES_MAX: usize = 20;

/// How a class is to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// One of the classes.
    Exact,
    /// At least as strong as one of them.
    Minimum,
    /// As strong as possible, but no stronger than one of them.
    Maximum,
    /// Stronger than one of them.
    Better,
}

/// The authentication that a request asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedContext {
    /// How to compare.
    pub comparison: Comparison,
    /// The classes, best liked first.
    pub classes: Vec<String>,
}

impl RequestedContext {
    pub(super) fn read(request: &Element) -> Result<Option<Self>, Refused> {
        let Some(wanted) = request.child(PROTOCOL, "RequestedAuthnContext") else {
            return Ok(None);
        };
        let comparison = match wanted.attribute("Comparison") {
            None | Some("exact") => Comparison::Exact,
            Some("minimum") => Comparison::Minimum,
            Some("maximum") => Comparison::Maximum,
            Some("better") => Comparison::Better,
            Some(_) => return Err(Refused::Part("RequestedAuthnContext")),
        };
        let mut classes = Vec::new();
        for class in wanted
            .named(ASSERTION, "AuthnContextClassRef")
            .take(CLASSES_MAX)
        {
            classes.push(class.text()?.to_owned());
        }
        Ok(Some(Self {
            comparison,
            classes,
        }))
    }

    /// The classes that we know, with the least level that meets each.
    fn known(&self) -> impl Iterator<Item = (&str, u8)> {
        self.classes.iter().filter_map(|wanted| {
            let known = CLASSES.iter().find(|(class, _)| class == wanted);
            known.map(|(_, level)| (wanted.as_str(), *level))
        })
    }

    /// The least level that can meet the request; none when nothing of ours can.
    #[must_use]
    pub fn least_level(&self) -> Option<u8> {
        let least = self.known().map(|(_, level)| level).min()?;
        match self.comparison {
            Comparison::Exact | Comparison::Minimum => Some(least),
            Comparison::Maximum => Some(1),
            Comparison::Better => (least < 3).then_some(least + 1),
        }
    }

    /// The class that a session of this level is told to have.
    #[must_use]
    pub fn class_for(&self, level: u8) -> String {
        let met = self.known().filter(|(_, least)| *least <= level);
        let found = match self.comparison {
            Comparison::Exact => met.map(|(class, _)| class).next(),
            Comparison::Maximum => met.max_by_key(|(_, least)| *least).map(|(class, _)| class),
            Comparison::Minimum | Comparison::Better => None,
        };
        found.unwrap_or_else(|| class_of_level(level)).to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::names::CLASS_PASSWORD, *};

    fn wanted(comparison: Comparison, classes: &[&str]) -> RequestedContext {
        RequestedContext {
            comparison,
            classes: classes.iter().map(|class| (*class).to_owned()).collect(),
        }
    }

    #[test]
    fn levels_follow_the_classes() {
        use Comparison::{Better, Exact, Maximum, Minimum};
        for (comparison, classes, level, class_of_2) in [
            (Exact, &[CLASS_PASSWORD][..], Some(1), CLASS_PASSWORD),
            (
                Exact,
                &["urn:lgsp:acr:3", "urn:lgsp:acr:2"],
                Some(2),
                "urn:lgsp:acr:2",
            ),
            (Exact, &["urn:other"], None, "urn:lgsp:acr:2"),
            (Exact, &[], None, "urn:lgsp:acr:2"),
            (Minimum, &[CLASS_PASSWORD], Some(1), "urn:lgsp:acr:2"),
            (Maximum, &[CLASS_PASSWORD], Some(1), CLASS_PASSWORD),
            (Better, &["urn:lgsp:acr:1"], Some(2), "urn:lgsp:acr:2"),
            (Better, &["urn:lgsp:acr:3"], None, "urn:lgsp:acr:2"),
        ] {
            let wanted = wanted(comparison, classes);
            assert_eq!(wanted.least_level(), level, "{comparison:?} {classes:?}");
            assert_eq!(
                wanted.class_for(2),
                class_of_2,
                "{comparison:?} {classes:?}"
            );
        }
    }
}
