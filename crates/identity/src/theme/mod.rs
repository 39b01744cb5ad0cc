//! Themes of the sign-in pages: which one a page gets.
//!
//! Owns: the themes in force, the choice by application, agency and host name, their style sheet.
//! Not here: the kind (`kind.rs`), the pages (`pages/`).
//! Invariant: a page shows only what is in the registry; an address can choose among themes, but
//! bring none of its own.
//! Follows: design document "Identity", section 12.

mod colour;
pub mod kind;
mod picture;

use std::{collections::BTreeMap, sync::Arc};

use arc_swap::ArcSwap;
use lgsp_platform::registry::{Kind as _, Rule, Snapshot};

use self::{
    colour::{BLACK, Colour, WHITE},
    kind::Theme,
    picture::Picture,
};
use crate::Identity;

/// A theme, ready to be shown.
#[derive(Debug)]
pub(crate) struct Look {
    name: String,
    agency: Option<String>,
    revision: i64,
    spec: Theme,
    logo: Option<Picture>,
    css: String,
}

impl Look {
    /// Name of the resource.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What stands at the top of the page.
    pub(crate) fn title(&self, language: &str) -> &str {
        match language {
            "en" if !self.spec.title_en.is_empty() => &self.spec.title_en,
            _ => &self.spec.title,
        }
    }

    /// What the sign-in page says before the form; empty for nothing.
    pub(crate) fn welcome(&self, language: &str) -> &str {
        match language {
            "en" => &self.spec.welcome_en,
            _ => &self.spec.welcome_vi,
        }
    }

    /// Whom people ask; empty for nobody.
    pub(crate) fn help_desk(&self) -> &str {
        &self.spec.help_desk
    }

    /// Address of the style sheet; it changes with the theme.
    pub(crate) fn css_href(&self) -> String {
        self.href("style.css")
    }

    /// Address of the logo.
    pub(crate) fn logo_href(&self) -> Option<String> {
        self.logo.as_ref().map(|_| self.href("logo"))
    }

    fn href(&self, what: &str) -> String {
        format!("/sign-in/themes/{}/{what}?v={}", self.name, self.revision)
    }

    /// The style sheet.
    pub(crate) fn css(&self) -> &str {
        &self.css
    }

    /// Type and bytes of the logo.
    pub(crate) fn logo(&self) -> Option<(&'static str, &[u8])> {
        let logo = self.logo.as_ref()?;
        Some((logo.media_type, logo.bytes.as_slice()))
    }
}

/// The themes of one state of the registry.
#[derive(Debug, Default)]
pub(crate) struct Themes {
    change: i64,
    looks: BTreeMap<String, Arc<Look>>,
}

/// What is swapped when the registry changes.
pub(crate) type Shelf = ArcSwap<Themes>;

impl Themes {
    fn read(snapshot: &Snapshot) -> Self {
        let look = |name: &String, agency: &Option<String>, revision: i64| {
            let spec = snapshot.spec::<Theme>(name)?;
            Some(Arc::new(Look {
                name: name.clone(),
                agency: agency.clone(),
                revision,
                logo: spec.picture().ok().flatten(),
                css: css(&spec),
                spec,
            }))
        };
        let all = snapshot.of_kind(Theme::KIND);
        let looks = all.filter_map(|resource| {
            let found = look(&resource.name, &resource.agency, resource.revision)?;
            Some((resource.name.clone(), found))
        });
        Self {
            change: snapshot.change,
            looks: looks.collect(),
        }
    }

    /// The theme of a place: agencies from the application's own upwards, then the platform.
    fn of_place(&self, line: &[String]) -> Option<&Arc<Look>> {
        let at = |agency: Option<&String>| {
            let mut all = self.looks.values();
            all.find(|look| {
                let is_general = look.spec.applications.is_empty() && look.spec.hosts.is_empty();
                is_general && look.agency.as_ref() == agency
            })
        };
        line.iter()
            .find_map(|agency| at(Some(agency)))
            .or_else(|| at(None))
    }

    /// The theme that names an application and may.
    fn of_application(&self, application: &str, line: &[String]) -> Option<&Arc<Look>> {
        self.looks.values().find(|look| {
            let is_named = look.spec.applications.iter().any(|one| one == application);
            is_named && look.agency.as_ref().is_none_or(|own| line.contains(own))
        })
    }

    fn of_host(&self, host: &str) -> Option<&Arc<Look>> {
        let mut all = self.looks.values();
        all.find(|look| look.agency.is_none() && look.spec.hosts.iter().any(|one| one == host))
    }
}

/// Our style sheet's colours, replaced where the theme has others.
fn css(theme: &Theme) -> String {
    let mut css = String::new();
    if let Some(accent) = Colour::parse(&theme.accent) {
        let under = accent.towards(BLACK, (1, 5));
        css.push_str(&format!(
            ":root {{ --accent: {}; --accent-ink: {}; --on-accent: #ffffff; }}\n",
            accent.css(),
            under.css()
        ));
    }
    // Ours again where there is no dark one: a colour for light pages may vanish on dark ones.
    let dark =
        Colour::parse(&theme.accent_dark).map(|accent| (accent, accent.towards(WHITE, (1, 5))));
    let dark = match (dark, css.is_empty()) {
        (Some((accent, over)), _) => Some((accent.css(), over.css())),
        (None, false) => Some(("#6a9ad6".to_owned(), "#8fb6e3".to_owned())),
        (None, true) => None,
    };
    if let Some((accent, over)) = dark {
        css.push_str(&format!(
            "@media (prefers-color-scheme: dark) {{ :root {{ --accent: {accent}; \
             --accent-ink: {over}; --on-accent: #101418; }} }}\n"
        ));
    }
    css
}

impl Identity {
    /// The registry's rule of themes.
    #[must_use]
    pub fn theme_rule(&self) -> Rule {
        kind::rule()
    }

    fn themes(&self) -> Arc<Themes> {
        let snapshot = self.platform.registry.snapshot();
        let known = self.themes.load_full();
        if known.change == snapshot.change {
            return known;
        }
        let read = Arc::new(Themes::read(&snapshot));
        self.themes.store(read.clone());
        read
    }

    /// The theme of this name.
    pub(crate) fn look(&self, name: &str) -> Option<Arc<Look>> {
        self.themes().looks.get(name).cloned()
    }

    /// The theme of a sign-in for an application (`oidc-client/kho`), or of a host name.
    pub(crate) fn look_for(&self, application: &str, host: Option<&str>) -> Option<Arc<Look>> {
        let themes = self.themes();
        if themes.looks.is_empty() {
            return None;
        }
        let line = self.line_of(application);
        let named = themes.of_application(application, &line);
        let placed = themes.of_place(&line);
        let hosted = host.and_then(|host| themes.of_host(host));
        // A host name says more than the platform's own theme, and less than a unit's.
        let is_of_unit = placed.is_some_and(|look| look.agency.is_some());
        let found = match is_of_unit {
            true => named.or(placed),
            false => named.or(hosted).or(placed),
        };
        found.cloned()
    }

    /// The agencies of an application, its own first.
    fn line_of(&self, application: &str) -> Vec<String> {
        let snapshot = self.platform.registry.snapshot();
        let found = application.split_once('/').and_then(|(kind, name)| {
            let is_application = kind::APPLICATION_KINDS.contains(&kind);
            snapshot.get(kind, name).filter(|_| is_application)
        });
        let Some(own) = found.and_then(|resource| resource.agency.clone()) else {
            return Vec::new();
        };
        let mut line = self.hierarchy.ancestors(&own);
        line.insert(0, own);
        line
    }
}
