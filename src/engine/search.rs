//! Finding text in text.
//!
//! The searchers behind `str::contains`, `split_once` and the like prepare for megabytes of text. These look at
//! sentences and addresses, and take a tenth of the code.

/// Where `needle` first stands in `haystack`. Nothing stands nowhere.
pub fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).position(|part| part.first() == needle.first() && part == needle)
}

/// Where `needle` last stands in `haystack`. Nothing stands nowhere.
pub fn find_last(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len().max(1)).rposition(|part| part.first() == needle.first() && part == needle)
}

/// Whether `words` stand in `text`.
pub fn holds(text: &str, words: &str) -> bool {
    find(text.as_bytes(), words.as_bytes()).is_some()
}

/// What stands before and behind the first `separator`.
pub fn split_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    around(text, find(text.as_bytes(), separator.as_bytes())?, separator)
}

/// What stands before and behind the last `separator`.
pub fn rsplit_once<'a>(text: &'a str, separator: &str) -> Option<(&'a str, &'a str)> {
    around(text, find_last(text.as_bytes(), separator.as_bytes())?, separator)
}

fn around<'a>(text: &'a str, at: usize, separator: &str) -> Option<(&'a str, &'a str)> {
    Some((text.get(..at)?, text.get(at + separator.len()..)?))
}

/// What stands before the first of some ASCII characters, or the whole text.
pub fn until<'a>(text: &'a str, ends: &[u8]) -> &'a str {
    let end = text.bytes().position(|byte| ends.contains(&byte));
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_finds_what_the_searchers_of_str_find() {
        for text in ["", "a", "ab", "abab", "é://é@h:1", "a://b@c@d", "::", "aé?b#c"] {
            for words in ["a", "ab", "ba", "://", "@", ":", "é"] {
                assert_eq!(holds(text, words), text.contains(words), "{text} {words}");
                assert_eq!(split_once(text, words), text.split_once(words), "{text} {words}");
                assert_eq!(rsplit_once(text, words), text.rsplit_once(words), "{text} {words}");
            }
            assert_eq!(split_once(text, ""), None);
            assert_eq!(Some(until(text, b"?#")), text.split(['?', '#']).next());
        }
    }
}
