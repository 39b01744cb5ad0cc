//! The resource kinds of the catalogue: `agency`, `code-list`, `directory`.
//!
//! Owns: how our specifications stand in the registry, and the rule over all agencies together.
//! Not here: the specifications (`model/`), the registry itself.
//! Invariant: a change that adds a breach to the set is refused; one that only leaves older
//! breaches in place is not, so that a damaged set can be mended step by step.

use lgsp_platform::{
    error::FieldError,
    registry::{Kind, KindDescriptor, Labels, Rule, ValidationContext},
};

use crate::{
    model::{AgencySpec, CodeListSpec, DirectorySetting, Issue, setting::SETTING_NAME},
    service::Catalogue,
};

impl Kind for AgencySpec {
    const KIND: &'static str = "agency";
    const PLURAL: &'static str = "agencies";
    const LABELS: Labels = Labels {
        vi: "Cơ quan",
        en: "Agency",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Cơ quan, đơn vị trong cây tổ chức, cùng các mã định danh theo thời gian.",
        en: "A body in the tree of agencies, with its identity codes over time.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        self.issues().iter().map(FieldError::from).collect()
    }
}

impl Kind for CodeListSpec {
    const KIND: &'static str = "code-list";
    const PLURAL: &'static str = "code-lists";
    const LABELS: Labels = Labels {
        vi: "Danh mục mã",
        en: "Code list",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Danh mục mã dùng chung giữa các hệ thống, ví dụ loại văn bản.",
        en: "Codes that several systems share, such as types of documents.",
    };

    fn validate(&self, _: &ValidationContext<'_>) -> Vec<FieldError> {
        self.issues().iter().map(FieldError::from).collect()
    }
}

impl Kind for DirectorySetting {
    const KIND: &'static str = "directory";
    const PLURAL: &'static str = "directories";
    const LABELS: Labels = Labels {
        vi: "Thiết lập cây cơ quan",
        en: "Directory setting",
    };
    const DESCRIPTION: Labels = Labels {
        vi: "Ngày áp dụng của cây cơ quan.",
        en: "The day at which the directory of agencies is read.",
    };

    fn validate(&self, context: &ValidationContext<'_>) -> Vec<FieldError> {
        if context.name == SETTING_NAME {
            return Vec::new();
        }
        let rule = crate::model::Rule::OtherName { name: SETTING_NAME };
        vec![FieldError::from(&Issue::new("", rule))]
    }
}

/// The descriptors of our kinds.
///
/// # Errors
/// `platform.configuration.invalid` when a derived schema is not usable: a bug.
pub(crate) fn descriptors() -> lgsp_platform::Result<Vec<KindDescriptor>> {
    Ok(vec![
        KindDescriptor::of::<AgencySpec>()?,
        KindDescriptor::of::<CodeListSpec>()?,
        KindDescriptor::of::<DirectorySetting>()?,
    ])
}

/// The rule over all agencies together, for `Registry::set_rules`.
pub fn rule(catalogue: Catalogue) -> Rule {
    Box::new(move |wished| {
        let current = catalogue.snapshot();
        if current.has_same_agencies(wished) {
            return Vec::new();
        }
        let next = current.follow(wished);
        let is_new = |issue: &&Issue| !current.agencies.issues().contains(issue);
        next.agencies
            .issues()
            .iter()
            .filter(is_new)
            .map(|issue| {
                let field = FieldError::from(issue);
                FieldError {
                    pointer: format!("/spec{}", field.pointer),
                    ..field
                }
            })
            .collect()
    })
}
