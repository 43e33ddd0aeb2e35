//! Reading and writing JSON.
//!
//! `serde_json` does both, and made the module larger by a quarter (128 KB against 101 KB, brotli): its number
//! formatting and parsing tables, its error sentences and its maps, none of which an answer of the service needs. This
//! reader takes RFC 8259 text, keeps numbers as they are written, and refuses anything else.

mod decimal;
mod read;
mod write;

pub use decimal::decimal;
pub use write::{ObjectWriter, array, number, quoted};

/// A JSON value.
#[derive(Debug, Clone, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A text.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in its order. Of two members of one name the last one counts.
    Object(Vec<(String, Json)>),
}

impl Json {
    /// Gives a member of an object that is not `null`.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let found = members.iter().rev().find(|(key, _)| key == name);
        found.map(|(_, value)| value).filter(|value| !matches!(value, Self::Null))
    }

    /// Gives the values of an array.
    pub fn list(&self) -> Option<&[Self]> {
        if let Self::List(values) = self { Some(values) } else { None }
    }

    /// Gives a text that is not empty, or a number as it was written.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) if !text.is_empty() => Some(text),
            _ => None,
        }
    }

    /// Gives a number that is not negative, also one written as text.
    pub fn number(&self) -> Option<f64> {
        decimal(self.text()?.trim_ascii())
    }

    /// Gives the text or number of a member; an empty one where there is none.
    pub fn text_of(&self, name: &str) -> &str {
        self.get(name).and_then(Self::text).unwrap_or_default()
    }

    /// Gives the text or number of a member that has one, to be kept.
    pub fn owned_text(&self, name: &str) -> Option<String> {
        self.get(name)?.text().map(str::to_owned)
    }

    /// Gives the number of a member; 0 where there is none.
    pub fn number_of(&self, name: &str) -> f64 {
        self.get(name).and_then(Self::number).unwrap_or_default()
    }
}
