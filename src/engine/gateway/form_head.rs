//! The headers of a form and of its parts: RFC 7578, RFC 2046.

/// How long a boundary may be, in characters (RFC 2046).
const BOUNDARY_MAX_CHARACTERS: usize = 70;

/// The boundary that a `Content-Type` names, where it is that of a form.
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "'()+_,-./:=? ".contains(c);
    let right = !value.is_empty() && value.len() <= BOUNDARY_MAX_CHARACTERS && value.chars().all(allowed);
    right.then(|| value.to_owned())
}

/// The name that a part's headers give it.
pub(super) fn part_name(head: &str) -> Option<&str> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, mut parameters) = disposition.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    // Programs write them in any order, and without quotes where none are needed.
    loop {
        let (key, rest) = parameters.split_once('=')?;
        let (value, others) = match rest.trim_start().strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => rest.split_once(';').unwrap_or((rest, "")),
        };
        if key.trim_matches([' ', '\t', ';']).eq_ignore_ascii_case("name") {
            return Some(value.trim());
        }
        parameters = others;
    }
}
