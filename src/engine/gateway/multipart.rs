//! Reading `multipart/form-data` (RFC 7578) while it arrives, every length bounded before anything is kept.

/// How long the headers of a part may be, in bytes.
const HEAD_MAX_BYTES: usize = 4096;

/// How long a boundary may be, in characters (RFC 2046).
const BOUNDARY_MAX_CHARACTERS: usize = 70;

/// A part of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The fields that are no files, as JSON.
    Input,
    /// The photo.
    Image,
    /// The voice.
    SoundFile,
}

impl Part {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Input, Self::Image, Self::SoundFile];

    /// The name in the form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Image => "image",
            Self::SoundFile => "soundFile",
        }
    }
}

/// Why an upload is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UploadError {
    /// It is not of this form, or cut off.
    Malformed,
    /// A part is longer than allowed.
    TooLarge(Part),
    /// There is a part that is not known, or the same one twice.
    UnexpectedPart,
}

impl UploadError {
    /// A sentence for people.
    pub fn message(self) -> &'static str {
        match self {
            Self::Malformed => "The body is no complete multipart form.",
            Self::TooLarge(Part::Image) => "The photo has more bytes than are allowed.",
            Self::TooLarge(Part::SoundFile) => "The sound file has more bytes than are allowed.",
            Self::TooLarge(Part::Input) => "The fields have more bytes than are allowed.",
            Self::UnexpectedPart => "The form has a part that is not known, or the same one twice.",
        }
    }
}

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// The first delimiter, with which the body has to begin.
    Start,
    /// Right behind a delimiter.
    Delimited,
    /// In the headers of a part.
    Head,
    /// In the contents of a part.
    Data(Part),
    /// Behind the last delimiter.
    End,
}

/// A form on its way in.
#[derive(Debug, Clone)]
pub struct Form {
    /// `\r\n--boundary`
    delimiter: Vec<u8>,
    /// How far the search may jump where its last byte does not fit (Horspool).
    jumps: Vec<u8>,
    pending: Vec<u8>,
    state: State,
    seen: [bool; 3],
    bytes: [usize; 3],
    max_bytes: [usize; 3],
}

impl Form {
    /// Begins a form. `max_bytes` bounds the parts in the order of [`Part::ALL`].
    pub fn new(boundary: &str, max_bytes: [usize; 3]) -> Self {
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut jumps = vec![delimiter.len() as u8; 256];
        for (index, &byte) in delimiter.iter().enumerate().take(delimiter.len() - 1) {
            if let Some(jump) = jumps.get_mut(usize::from(byte)) {
                *jump = (delimiter.len() - 1 - index) as u8;
            }
        }
        let pending = b"\r\n".to_vec();
        Self { delimiter, jumps, pending, state: State::Start, seen: [false; 3], bytes: [0; 3], max_bytes }
    }

    /// Gives the place for the next `len` bytes of the body, to be filled before [`Form::advance`].
    pub fn space(&mut self, len: usize) -> &mut [u8] {
        let at = self.pending.len();
        self.pending.resize(at + len, 0);
        self.pending.get_mut(at..).unwrap_or_default()
    }

    /// Takes in what was filled and hands the contents of the parts to `keep`, in order.
    ///
    /// # Errors
    /// [`UploadError`], at the first byte that cannot be right.
    pub fn advance(&mut self, mut keep: impl FnMut(Part, &[u8])) -> Result<(), UploadError> {
        let pending = core::mem::take(&mut self.pending);
        let mut rest = pending.as_slice();
        while let Some(used) = self.step(rest, &mut keep)? {
            rest = rest.get(used..).unwrap_or_default();
        }
        let used = pending.len() - rest.len();
        self.pending = pending;
        self.pending.drain(..used);
        Ok(())
    }

    /// Whether the last delimiter has come.
    pub fn is_complete(&self) -> bool {
        self.state == State::End
    }

    /// Takes one step and gives the bytes that it used up; nothing where more are needed.
    fn step(&mut self, rest: &[u8], keep: &mut impl FnMut(Part, &[u8])) -> Result<Option<usize>, UploadError> {
        match self.state {
            State::Start => {
                let len = self.delimiter.len().min(rest.len());
                if rest.get(..len) != self.delimiter.get(..len) {
                    return Err(UploadError::Malformed);
                }
                Ok(self.enter(State::Delimited, rest.len() >= self.delimiter.len(), len))
            }
            State::Delimited => match rest.get(..2) {
                None => Ok(None),
                Some(b"\r\n") => Ok(self.enter(State::Head, true, 2)),
                Some(b"--") => Ok(self.enter(State::End, true, 2)),
                Some(_) => Err(UploadError::Malformed),
            },
            State::Head => self.head(rest),
            State::Data(part) => self.data(part, rest, keep),
            State::End => Ok((!rest.is_empty()).then_some(rest.len())),
        }
    }

    fn enter(&mut self, state: State, ready: bool, used: usize) -> Option<usize> {
        if ready {
            self.state = state;
        }
        ready.then_some(used)
    }

    fn head(&mut self, rest: &[u8]) -> Result<Option<usize>, UploadError> {
        let window = rest.get(..HEAD_MAX_BYTES).unwrap_or(rest);
        let Some(end) = window.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return if rest.len() >= HEAD_MAX_BYTES { Err(UploadError::Malformed) } else { Ok(None) };
        };
        let text = core::str::from_utf8(rest.get(..end).unwrap_or_default()).map_err(|_| UploadError::Malformed)?;
        let name = part_name(text).ok_or(UploadError::Malformed)?;
        let index = Part::ALL.iter().position(|part| part.name() == name).ok_or(UploadError::UnexpectedPart)?;
        match self.seen.get_mut(index) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(UploadError::UnexpectedPart),
        }
        self.state = State::Data(Part::ALL[index]);
        // The line break before a delimiter belongs to it, so that of the headers serves an empty part.
        Ok(Some(end + 2))
    }

    fn data(
        &mut self,
        part: Part,
        rest: &[u8],
        keep: &mut impl FnMut(Part, &[u8]),
    ) -> Result<Option<usize>, UploadError> {
        let index = part as usize;
        let first = self.bytes[index] == 0;
        // The contents begin behind the line break that `head` left.
        let skip = if first { 2 } else { 0 };
        let found = self.find(rest);
        let end = found.unwrap_or_else(|| rest.len().saturating_sub(self.delimiter.len() - 1));
        if let Some(contents) = rest.get(skip..end).filter(|contents| !contents.is_empty()) {
            self.bytes[index] += contents.len();
            if self.bytes[index] > self.max_bytes[index] {
                return Err(UploadError::TooLarge(part));
            }
            keep(part, contents);
        } else if found.is_none() {
            return Ok(None);
        }
        match found {
            Some(at) => Ok(self.enter(State::Delimited, true, at + self.delimiter.len())),
            None => Ok(Some(end)),
        }
    }

    fn find(&self, text: &[u8]) -> Option<usize> {
        let len = self.delimiter.len();
        let mut at = 0;
        while let Some(window) = text.get(at..at + len) {
            let last = *window.last()?;
            if Some(&last) == self.delimiter.last() && window == self.delimiter {
                return Some(at);
            }
            at += usize::from(*self.jumps.get(usize::from(last))?);
        }
        None
    }
}

fn part_name(head: &str) -> Option<&str> {
    let disposition = head.split("\r\n").find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    })?;
    let (kind, parameters) = disposition.split_once(';')?;
    let start = parameters.trim_start().strip_prefix("name=\"")?;
    kind.trim().eq_ignore_ascii_case("form-data").then(|| start.split('"').next())?
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parts = Vec<(Part, Vec<u8>)>;

    fn read(body: &[u8], size: usize, max: [usize; 3]) -> Result<(Parts, bool), UploadError> {
        let mut form = Form::new("XbX", max);
        let mut parts: Parts = Vec::new();
        for chunk in body.chunks(size) {
            form.space(chunk.len()).copy_from_slice(chunk);
            form.advance(|part, bytes| match parts.iter_mut().find(|(each, _)| *each == part) {
                Some((_, kept)) => kept.extend_from_slice(bytes),
                None => parts.push((part, bytes.to_vec())),
            })?;
        }
        Ok((parts, form.is_complete()))
    }

    fn part(name: &str, contents: &[u8]) -> Vec<u8> {
        let head = format!(
            "--XbX\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"a\"\r\nContent-Type: image/png\r\n\r\n"
        );
        [head.as_bytes(), contents, b"\r\n"].concat()
    }

    const MAX: [usize; 3] = [100, 1000, 1000];

    #[test]
    fn parts_come_out_whole_for_every_chunk_size() {
        let tricky = b"\r\n--Xb\r\n--XbY\r\n-\r\n\r\n--X".repeat(9);
        let body = [part("input", b"{}"), part("image", &tricky), part("soundFile", b"\r\n"), b"--XbX--\r\n".to_vec()]
            .concat();
        for size in (1..40).chain([body.len()]) {
            let (parts, complete) = read(&body, size, MAX).unwrap();
            assert!(complete);
            let expected =
                [(Part::Input, b"{}".to_vec()), (Part::Image, tricky.clone()), (Part::SoundFile, b"\r\n".to_vec())];
            assert_eq!(parts, expected, "{size}");
        }
    }

    #[test]
    fn an_empty_part_is_empty() {
        let body = [part("image", b""), part("input", b"{}"), b"--XbX--".to_vec()].concat();
        for size in 1..body.len() {
            assert_eq!(read(&body, size, MAX).unwrap(), (vec![(Part::Input, b"{}".to_vec())], true), "{size}");
        }
    }

    #[test]
    fn what_is_cut_off_is_not_complete() {
        let body = [part("image", b"abc"), b"--XbX--".to_vec()].concat();
        for end in 0..body.len() {
            assert!(!read(&body[..end], 7, MAX).unwrap().1, "{end}");
        }
    }

    #[test]
    fn a_part_is_refused_at_its_first_byte_too_many() {
        for (length, fits) in [(1000, true), (1001, false), (50_000, false)] {
            for size in [1, 64, 100_000] {
                let body = [part("image", &vec![b'\r'; length]), b"--XbX--".to_vec()].concat();
                let expected = if fits { Ok(true) } else { Err(UploadError::TooLarge(Part::Image)) };
                assert_eq!(read(&body, size, MAX).map(|(_, complete)| complete), expected, "{length} {size}");
            }
        }
    }

    #[test]
    fn unknown_double_and_misshapen_parts_are_refused() {
        let twice = [part("image", b"a"), part("image", b"b")].concat();
        assert_eq!(read(&twice, 9, MAX), Err(UploadError::UnexpectedPart));
        assert_eq!(read(&part("apiKey", b"a"), 9, MAX), Err(UploadError::UnexpectedPart));
        for body in [
            "preamble\r\n--XbX\r\n",
            "--XbX \r\n",
            "--XbXXX",
            "--XbX\r\nContent-Type: a\r\n\r\n",
            "--XbX\r\nContent-Disposition: attachment; name=\"image\"\r\n\r\n",
            "--XbX\r\nContent-Disposition: form-data\r\n\r\n",
        ] {
            assert_eq!(read(body.as_bytes(), 3, MAX), Err(UploadError::Malformed), "{body}");
        }
        let endless = [b"--XbX\r\nA: ".to_vec(), vec![b'a'; 5000]].concat();
        assert_eq!(read(&endless, 100, MAX), Err(UploadError::Malformed));
    }

    #[test]
    fn boundaries_are_read_from_the_type() {
        assert_eq!(boundary("multipart/form-data; boundary=abc"), Some(String::from("abc")));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; BOUNDARY=\"a b\""), Some(String::from("a b")));
        for text in [
            "multipart/form-data",
            "multipart/form-data; boundary=",
            "text/plain; boundary=a",
            "multipart/form-data; boundary=a\u{e9}",
        ] {
            assert_eq!(boundary(text), None, "{text}");
        }
        assert_eq!(boundary(&(String::from("multipart/form-data; boundary=") + &"a".repeat(71))), None);
    }
}
