//! The files that a caller gives, in whatever form, and reading them piece by piece.

use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::prelude::*;

use super::base64_text::Base64Text;
#[cfg(feature = "npm-server")]
use super::gateway::Held;
use super::js::{call, construct, function, get, global, is_nothing};
use super::promise::Settled;
use crate::engine::input::{is_http_url, url_problem};
use crate::engine::media::{ReadError, Source};
use crate::engine::problem::{Field, Problem, ProblemCode};
use crate::engine::search::split_once;
use crate::engine::validate::unreadable_problem;

/// An image or a sound.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Media {
    /// A `Blob` or `File`.
    Blob {
        /// The object; anything with `slice` and `arrayBuffer` does.
        blob: JsValue,
        /// Its size in bytes.
        bytes: u64,
    },
    /// Bytes in memory.
    Bytes(Uint8Array),
    /// Base64 text, which is bytes once it is [`ready`](Self::ready).
    Text(Base64Text),
    /// An `http(s)` URL that the service fetches by itself.
    Url(String),
    /// A part of an upload in the module's memory.
    #[cfg(feature = "npm-server")]
    #[doc(hidden)]
    Held(Held),
}

impl Media {
    /// Recognises what a caller gave; `undefined` and `null` are nothing.
    ///
    /// # Errors
    /// A problem of `field`: `unsupported_type`, `invalid_url`, `invalid_base64`, `corrupt`.
    pub fn from_js(field: Field, value: &JsValue) -> Result<Option<Self>, Problem> {
        if is_nothing(value) {
            return Ok(None);
        }
        if let Some(text) = value.dyn_ref::<JsString>() {
            return from_text(field, text).map(Some);
        }
        if let Some(bytes) = bytes_of(value) {
            return Ok(Some(Self::Bytes(bytes.ok_or_else(|| unreadable_problem(field))?)));
        }
        if function(value, "slice").is_some() && function(value, "arrayBuffer").is_some() {
            let size = get(value, "size").as_f64().filter(|size| *size >= 0.0 && size.fract() == 0.0);
            let bytes = size.ok_or_else(|| unreadable_problem(field))? as u64;
            return Ok(Some(Self::Blob { blob: value.clone(), bytes }));
        }
        if let Some(url) = url_of(value) {
            return from_text(field, &url).map(Some);
        }
        let message = "This value is no file: give a File, a Blob, its bytes, a URL or Base64 text.";
        Err(Problem::new(field, ProblemCode::UnsupportedType, message))
    }

    /// The size in bytes; nothing for a URL. Of Base64 text it is known once that is [`ready`](Self::ready).
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::Blob { bytes, .. } => Some(*bytes),
            Self::Bytes(bytes) => Some(u64::from(bytes.length())),
            Self::Text(text) => Some(u64::from(text.bytes())),
            Self::Url(_) => None,
            #[cfg(feature = "npm-server")]
            Self::Held(held) => Some(held.bytes().len() as u64),
        }
    }

    /// Decodes Base64 text, a piece at a time. Gives nothing where it is none.
    pub async fn ready(&self) -> Option<Self> {
        if let Self::Text(text) = self
            && !text.decode().await
        {
            return None;
        }
        Some(self.clone().decoded())
    }

    /// Text that was decoded is bytes.
    pub(super) fn decoded(self) -> Self {
        match self {
            Self::Text(text) => Self::Bytes(text.into_bytes()),
            media => media,
        }
    }

    /// The bytes from `offset` on, where the module's own memory holds them.
    #[cfg(feature = "npm-server")]
    pub(super) fn held(&self, offset: u64, len: usize) -> Option<&[u8]> {
        let Self::Held(held) = self else { return None };
        held.bytes().get(offset as usize..)?.get(..len)
    }

    /// A page's memory holds no files.
    #[cfg(not(feature = "npm-server"))]
    pub(super) fn held(&self, _: u64, _: usize) -> Option<&[u8]> {
        None
    }
}

impl Source for Media {
    fn len(&self) -> u64 {
        self.bytes().unwrap_or_default()
    }

    async fn read(&self, offset: u64, len: usize, into: &mut Vec<u8>) -> Result<(), ReadError> {
        if let Some(bytes) = self.held(offset, len) {
            into.clear();
            into.extend_from_slice(bytes);
            return Ok(());
        }
        let end = offset + len as u64;
        let piece = match self {
            Self::Blob { blob, .. } => read_blob(blob, offset as f64, end as f64).await,
            // A buffer that was detached meanwhile has no length.
            Self::Bytes(bytes) if u64::from(bytes.length()) >= end => Some(bytes.subarray(offset as u32, end as u32)),
            _ => None,
        };
        let Some(piece) = piece.filter(|piece| piece.length() as usize == len) else {
            return Err(ReadError { message: String::from("the platform did not give the bytes") });
        };
        *into = piece.to_vec();
        Ok(())
    }
}

async fn read_blob(blob: &JsValue, from: f64, to: f64) -> Option<Uint8Array> {
    let buffer = slice(blob, from, to)?;
    view_of(&Settled::of(&buffer).await.ok()?, None)
}

/// Begins to read a part of a blob.
pub(super) fn slice(blob: &JsValue, from: f64, to: f64) -> Option<JsValue> {
    let slice = call(blob, "slice", &[&from.into(), &to.into()]).ok()?;
    call(&slice, "arrayBuffer", &[]).ok()
}

/// Tells bytes in memory from anything else. The inner `None` is a buffer that was detached.
pub(super) fn bytes_of(value: &JsValue) -> Option<Option<Uint8Array>> {
    // What only says that it is an array of bytes throws as soon as it is used as one.
    if ArrayBuffer::is_view(value) {
        let range = (get(value, "byteOffset"), get(value, "byteLength"));
        return Some(view_of(&get(value, "buffer"), Some(range)));
    }
    // The name is asked for, not the constructor: a buffer of another realm is one, too.
    let name = object_tag(value)?;
    (name == "[object ArrayBuffer]" || name == "[object SharedArrayBuffer]").then(|| view_of(value, None))
}

fn object_tag(value: &JsValue) -> Option<String> {
    let to_string = function(&get(&get(&global(), "Object"), "prototype"), "toString")?;
    to_string.call0(value).ok()?.as_string()
}

/// Makes a view of a buffer, or an array of a length. Gives nothing where the buffer is detached, or where there is no memory.
pub(super) fn view_of(buffer: &JsValue, range: Option<(JsValue, JsValue)>) -> Option<Uint8Array> {
    let view = match range {
        Some((offset, length)) => construct("Uint8Array", &[buffer, &offset, &length]),
        None => construct("Uint8Array", &[buffer]),
    };
    view.ok().map(JsCast::unchecked_into)
}

/// Gives the address of a `URL` object.
fn url_of(value: &JsValue) -> Option<JsString> {
    let href = get(value, "href").dyn_into().ok()?;
    (object_tag(value)? == "[object URL]").then_some(href)
}

fn from_text(field: Field, text: &JsString) -> Result<Media, Problem> {
    let start = String::from(text.slice(0, 40));
    let start = start.trim_ascii_start();
    if text.length() == 0 {
        return Ok(Media::Bytes(Uint8Array::new_with_length(0)));
    }
    match split_once(start, ":") {
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("data") => from_data_url(field, text),
        Some((scheme, _)) if is_scheme(scheme) => from_url(field, String::from(text.trim())),
        _ => base64_text(field, text.clone()),
    }
}

fn is_scheme(text: &str) -> bool {
    text.as_bytes().first().is_some_and(u8::is_ascii_alphabetic)
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn from_url(field: Field, url: String) -> Result<Media, Problem> {
    if is_http_url(&url) { Ok(Media::Url(url)) } else { Err(url_problem(field)) }
}

/// `data:[type][;parameter=…][;base64],contents` (RFC 2397).
fn from_data_url(field: Field, text: &JsString) -> Result<Media, Problem> {
    let comma = text.index_of(",", 0);
    let Ok(comma) = u32::try_from(comma) else { return Err(url_problem(field)) };
    let head = String::from(text.slice(0, comma)).to_ascii_lowercase();
    let contents = text.slice(comma + 1, text.length());
    if !head.trim_ascii_end().ends_with(";base64") {
        let decoded = percent_decoded(&String::from(contents));
        let bytes = Uint8Array::new_with_length(decoded.len() as u32);
        bytes.copy_from(&decoded);
        return Ok(Media::Bytes(bytes));
    }
    // Base64 holds a percent sign only where it was escaped for the URL.
    let is_escaped = contents.index_of("%", 0) >= 0;
    let unescaped = is_escaped.then(|| call(&global(), "decodeURIComponent", &[&contents]).ok()).flatten();
    base64_text(field, unescaped.map_or(contents, JsCast::unchecked_into))
}

fn base64_text(field: Field, text: JsString) -> Result<Media, Problem> {
    Base64Text::of(text).map(Media::Text).ok_or_else(|| unreadable_problem(field))
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        let digit = |index: usize| char::from(*after.get(index)?).to_digit(16);
        match (first, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push((high * 16 + low) as u8);
                rest = after.get(2..).unwrap_or_default();
            }
            _ => {
                bytes.push(first);
                rest = after;
            }
        }
    }
    bytes
}

pub(super) fn not_base64(field: Field) -> Problem {
    Problem::new(field, ProblemCode::InvalidBase64, "This text is neither a URL nor Base64.")
}
