//! Writing JSON.

use crate::engine::text::decimal;

/// Gives a text as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut json = String::with_capacity(text.len() + 2);
    push_quoted(&mut json, text);
    json
}

fn push_quoted(json: &mut String, text: &str) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                json.push('\\');
                json.push(c);
            }
            '\n' => json.push_str("\\n"),
            c if c < ' ' => {
                json.push_str("\\u00");
                json.push(hex_digit(c as u32 >> 4));
                json.push(hex_digit(c as u32 & 15));
            }
            c => json.push(c),
        }
    }
    json.push('"');
}

fn hex_digit(value: u32) -> char {
    char::from_digit(value, 16).unwrap_or('0')
}

/// Writes an object, one member after the other.
#[derive(Debug)]
pub struct ObjectWriter(String);

impl Default for ObjectWriter {
    fn default() -> Self {
        Self(String::from("{"))
    }
}

impl ObjectWriter {
    /// Adds a member whose value is JSON already.
    pub fn json(&mut self, name: &str, value: &str) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        push_quoted(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(value);
        self
    }

    /// Adds a text.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        self.json(name, &quoted(value))
    }

    /// Adds a text where there is one.
    pub fn text_if(&mut self, name: &str, value: Option<&String>) -> &mut Self {
        match value {
            Some(value) => self.text(name, value),
            None => self,
        }
    }

    /// Adds a number, to a millionth.
    pub fn number(&mut self, name: &str, value: f64) -> &mut Self {
        self.json(name, &number(value))
    }

    /// Adds a number where there is one.
    pub fn number_if(&mut self, name: &str, value: Option<f64>) -> &mut Self {
        match value {
            Some(value) => self.number(name, value),
            None => self,
        }
    }

    /// Gives the object.
    pub fn finish(&mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }
}

/// Gives a number to a millionth, or to a whole where it is beyond a million millions. JSON has no infinity, but numbers
/// that are read as one.
pub fn number(value: f64) -> String {
    match value.abs() {
        size if size < 1e12 => decimal(value, 6),
        size if size < 1e19 => decimal(value, 0),
        _ => String::from(if value < 0.0 { "-1e999" } else { "1e999" }),
    }
}

/// Writes an array of values that are JSON already.
pub fn array(values: &mut dyn Iterator<Item = String>) -> String {
    let mut json = String::from("[");
    for value in values {
        if json.len() > 1 {
            json.push(',');
        }
        json.push_str(&value);
    }
    json.push(']');
    json
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::json::Json;

    #[test]
    fn a_quoted_text_reads_back() {
        for text in ["", "a\"b\\c\n\t\u{1}\u{7f}é😀\u{2028}"] {
            assert_eq!(serde_json::from_str::<String>(&quoted(text)).unwrap(), text);
            assert_eq!(Json::parse(quoted(text).as_bytes()), Some(Json::Text(text.to_owned())));
        }
    }
}
