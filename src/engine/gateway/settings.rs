//! Whether a gateway may run at all: it fails closed on a missing, empty or placeholder setting.

use super::admission::normal_origin;

/// The shortest secret, in characters: 256 bits as 43 characters of Base64 or 64 of hexadecimal are usual.
const SECRET_MIN_CHARACTERS: usize = 32;

/// How many different characters a secret needs at least; `aaaa…` is none.
const SECRET_MIN_DIFFERENT: usize = 8;

/// The shortest key, in characters.
const KEY_MIN_CHARACTERS: usize = 8;

/// Words of a value that somebody still has to fill in.
const PLACEHOLDERS: &[&str] = &[
    "your",
    "placeholder",
    "changeme",
    "change-me",
    "change_me",
    "replace",
    "example",
    "xxxx",
    "todo",
    "undefined",
    "null",
    "[object",
    "<",
    ">",
    "...",
    "…",
];

/// What a gateway runs with.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The CometAPI key.
    pub api_key: String,
    /// The secrets that sign tokens; the first one signs, all of them are taken.
    pub token_secrets: Vec<String>,
    /// The origins of the pages that are served.
    pub allowed_origins: Vec<String>,
    /// Where the gateway's paths begin, such as `/avatar`.
    pub base_path: String,
}

impl Settings {
    /// Normalises origins and the base path, and names everything that is wrong, without quoting a value.
    ///
    /// # Errors
    /// Sentences for the log.
    pub fn checked(mut self) -> Result<Self, String> {
        let mut wrong = Vec::new();
        if !is_key(&self.api_key) {
            wrong.push("apiKey is missing or a placeholder.");
        }
        if self.token_secrets.is_empty() || !self.token_secrets.iter().all(|secret| is_secret(secret)) {
            wrong.push("tokenSecret is missing, a placeholder or shorter than 32 random characters.");
        }
        let origins: Option<Vec<String>> = self.allowed_origins.iter().map(|origin| normal_origin(origin)).collect();
        match origins.filter(|origins| !origins.is_empty()) {
            Some(origins) => self.allowed_origins = origins,
            None => {
                wrong.push("allowedOrigins must list full origins such as https://www.example.org, without * and null.")
            }
        }
        let path = self.base_path.trim_end_matches('/');
        if !is_path(path) {
            wrong.push("basePath must be a path such as /avatar.");
        }
        self.base_path.truncate(path.len());
        if wrong.is_empty() { Ok(self) } else { Err(wrong.join(" ")) }
    }
}

/// Whether requests can have this path as it is written: URLs escape or resolve anything else.
fn is_path(path: &str) -> bool {
    let is_segment = |segment: &str| {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
        !matches!(segment, "" | "." | "..") && segment.bytes().all(plain)
    };
    path.is_empty() || path.strip_prefix('/').is_some_and(|rest| rest.split('/').all(is_segment))
}

fn is_key(key: &str) -> bool {
    key.len() >= KEY_MIN_CHARACTERS && key.bytes().all(|byte| byte.is_ascii_graphic()) && !is_placeholder(key)
}

fn is_secret(secret: &str) -> bool {
    let mut different: Vec<char> = secret.chars().collect();
    different.sort_unstable();
    different.dedup();
    secret.chars().count() >= SECRET_MIN_CHARACTERS
        && different.len() >= SECRET_MIN_DIFFERENT
        && !is_placeholder(secret)
}

fn is_placeholder(value: &str) -> bool {
    let value = value.to_ascii_lowercase();
    PLACEHOLDERS.iter().any(|word| value.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Settings {
        Settings {
            api_key: String::from("sk-sandbox-gateway"),
            token_secrets: vec![String::from("k3J8vQ2mZr7LxW0pT5nYc9BdFhGsAaEe")],
            allowed_origins: vec![String::from("https://Shop.example.org:443")],
            base_path: String::from("/avatar/"),
        }
    }

    #[test]
    fn complete_settings_are_normalised() {
        let settings = good().checked().unwrap();
        assert_eq!(settings.allowed_origins, ["https://shop.example.org"]);
        assert_eq!(settings.base_path, "/avatar");
    }

    #[test]
    fn anything_missing_or_left_as_a_placeholder_is_refused_and_never_quoted() {
        let spoilt: [fn(&mut Settings); 20] = [
            |s| s.api_key = String::new(),
            |s| s.api_key = String::from("sk-your-key-here"),
            |s| s.api_key = String::from("sk-xxxxxxxxxx"),
            |s| s.api_key = String::from("undefined"),
            |s| s.api_key = String::from("sk-1234\r\nX: 1"),
            |s| s.token_secrets.clear(),
            |s| s.token_secrets.push(String::from("short")),
            |s| s.token_secrets = vec!["a".repeat(64)],
            |s| s.token_secrets = vec![String::from("replace-me-with-32-random-characters")],
            |s| s.allowed_origins.clear(),
            |s| s.allowed_origins.push(String::from("*")),
            |s| s.allowed_origins.push(String::from("null")),
            |s| s.allowed_origins.push(String::from("https://example.org/path")),
            |s| s.base_path = String::from("avatar"),
            |s| s.base_path = String::from("/my avatar"),
            |s| s.base_path = String::from("/ä"),
            |s| s.base_path = String::from("/a/../b"),
            |s| s.base_path = String::from("//a"),
            |s| s.base_path = String::from("/a?b"),
            |s| s.base_path = String::from("/%61"),
        ];
        for (index, spoil) in spoilt.iter().enumerate() {
            let mut settings = good();
            spoil(&mut settings);
            let values = [settings.api_key.clone(), settings.token_secrets.concat()];
            let message = settings.checked().expect_err(&index.to_string());
            assert!(values.iter().all(|value| value.is_empty() || !message.contains(value)), "{index}: {message}");
        }
    }
}
