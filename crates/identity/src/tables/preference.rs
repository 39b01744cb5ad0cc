//! The table `account_preference`: how a person likes the console.
//!
//! Owns: `Preferences`, reading and writing them.

use lgsp_model::AccountId;
use lgsp_platform::db::{Database, Rows};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use utoipa::ToSchema;

use crate::error::Result;

/// Language of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// Colours of the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the device says.
    #[default]
    Auto,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How much a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Density {
    /// Roomy.
    #[default]
    Comfortable,
    /// Dense.
    Compact,
}

/// How a person likes the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Preferences {
    /// Language.
    pub language: Language,
    /// Colours.
    pub theme: Theme,
    /// How much a page holds.
    pub density: Density,
}

/// The preferences of an account; the defaults when it has set none.
pub(crate) async fn get(db: &Database, id: AccountId) -> Result<Preferences> {
    let sql = "SELECT language, theme, density FROM account_preference WHERE account_id = $1";
    let Some(row) = db.query_one(sql, vec![id.0.into()]).await? else {
        return Ok(Preferences::default());
    };
    Ok(Preferences {
        language: word(row.try_get("", "language")?),
        theme: word(row.try_get("", "theme")?),
        density: word(row.try_get("", "density")?),
    })
}

/// Writes the preferences of an account.
pub(crate) async fn put<C: ConnectionTrait>(
    connection: &C,
    id: AccountId,
    preferences: &Preferences,
) -> Result<()> {
    let columns = &["account_id", "language", "theme", "density"];
    let values = vec![
        id.0.into(),
        text(&preferences.language).into(),
        text(&preferences.theme).into(),
        text(&preferences.density).into(),
    ];
    let mut rows = Rows::one("account_preference", columns, values);
    rows.suffix = "ON CONFLICT (account_id) DO UPDATE SET language = excluded.language, \
                   theme = excluded.theme, density = excluded.density";
    Ok(rows.insert(connection).await?)
}

/// The word of a choice, as JSON writes it.
fn text<T: Serialize>(choice: &T) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The choice of a word; the default for one that a later version may have written.
fn word<T: DeserializeOwned + Default>(word: String) -> T {
    serde_json::from_value(Value::String(word)).unwrap_or_default()
}
