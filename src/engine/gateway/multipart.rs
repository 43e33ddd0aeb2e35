//! Reading `multipart/form-data` (RFC 7578) while it arrives, every length bounded before more is taken in.

use core::ops::Range;

use memchr::memmem::Finder;

pub use super::form_head::boundary;
use super::form_head::part_name;

/// How long the headers of a part may be, in bytes.
const HEAD_MAX_BYTES: usize = 4096;

const LINE_BREAK: &[u8] = b"\r\n";

/// What follows the last delimiter.
const END: &[u8] = b"--";

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

/// Where each part stands in the memory, in the order of [`Part::ALL`].
pub type Places = [Option<Range<usize>>; 3];

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

/// A form on its way in. Its parts stay where they arrive: nothing of them is moved or copied.
#[derive(Debug, Clone)]
pub struct Form {
    /// `\r\n--boundary`
    delimiter: Finder<'static>,
    /// The body, and room for more of it.
    memory: Vec<u8>,
    /// How much of the memory is taken.
    filled: usize,
    /// How much of it has been read.
    at: usize,
    /// How much will be taken when the body has ended, if that was told.
    whole: Option<usize>,
    state: State,
    parts: Places,
    max_bytes: [usize; 3],
}

impl Form {
    /// Begins a form in memory that may have been used before; what it holds is overwritten, and it grows where it does
    /// not suffice. `max_bytes` bounds the parts in the order of [`Part::ALL`]; `body_bytes` is how long the body is said to
    /// be, which need not be true.
    pub fn new(boundary: &str, max_bytes: [usize; 3], body_bytes: Option<usize>, memory: Vec<u8>) -> Self {
        let delimiter = [b"\r\n--", boundary.as_bytes()].concat();
        let mut form = Self {
            delimiter: Finder::new(&delimiter).into_owned(),
            memory,
            filled: 0,
            at: 0,
            whole: body_bytes.map(|bytes| bytes + LINE_BREAK.len()),
            state: State::Start,
            parts: [const { None }; 3],
            max_bytes,
        };
        // A body begins with a delimiter, but without its line break.
        form.space(LINE_BREAK.len()).copy_from_slice(LINE_BREAK);
        form.filled = LINE_BREAK.len();
        form
    }

    /// Whether there is room for `len` bytes more.
    pub fn has_room(&self, len: usize) -> bool {
        self.filled + len <= self.memory.len()
    }

    /// Goes on in other memory and gives back the former one.
    pub fn move_to(&mut self, mut memory: Vec<u8>) -> Vec<u8> {
        if let (Some(to), Some(from)) = (memory.get_mut(..self.filled), self.memory.get(..self.filled)) {
            to.copy_from_slice(from);
            core::mem::swap(&mut self.memory, &mut memory);
        }
        memory
    }

    /// Gives the place for the next `len` bytes of the body, to be filled before [`Form::advance`].
    pub fn space(&mut self, len: usize) -> &mut [u8] {
        let end = self.filled + len;
        if !self.has_room(len) {
            // Not `resize`, which in a module made for size fills byte by byte.
            self.move_to(vec![0; end.max(self.memory.len() * 2)]);
        }
        self.memory.get_mut(self.filled..end).unwrap_or_default()
    }

    /// Takes in the next `len` bytes, which were filled in.
    ///
    /// # Errors
    /// [`UploadError`], at the first byte that cannot be right.
    pub fn advance(&mut self, len: usize) -> Result<(), UploadError> {
        self.filled = self.memory.len().min(self.filled + len);
        while self.step()? {}
        Ok(())
    }

    /// Gives the memory and where the parts stand in it; the memory alone where the last delimiter has not come.
    pub fn finish(mut self) -> (Vec<u8>, Option<Places>) {
        // A body that was told to be longer is complete all the same.
        self.whole = None;
        let parts = (self.advance(0).is_ok() && self.state == State::End).then_some(self.parts);
        (self.memory, parts)
    }

    /// Whether this part, behind which no other one may follow, is to be taken in to its end before a delimiter is looked for:
    /// the body said how long it is, and that fits.
    fn awaits_its_end(&self, part: Part) -> bool {
        let ([Some(_), Some(_), Some(_)], Some(whole)) = (&self.parts, self.whole) else { return false };
        let place = self.parts.get(part as usize).and_then(Option::as_ref);
        let end = whole.saturating_sub(self.delimiter.needle().len() + END.len() + LINE_BREAK.len());
        self.filled < whole
            && place.zip(self.max_bytes.get(part as usize)).is_some_and(|(place, max)| end <= place.start + max)
    }

    /// Where the last delimiter stands in the rest, where the last part has come to the end that was told. Any before that one
    /// belongs to the part, as there cannot be another part.
    fn delimiter_at_end(&self) -> Option<usize> {
        let [Some(_), Some(_), Some(_)] = self.parts else { return None };
        let rest = (self.whole == Some(self.filled)).then(|| self.rest())?;
        let end = rest.strip_suffix(LINE_BREAK).unwrap_or(rest).strip_suffix(END)?;
        Some(end.strip_suffix(self.delimiter.needle())?.len())
    }

    fn rest(&self) -> &[u8] {
        self.memory.get(self.at..self.filled).unwrap_or_default()
    }

    /// Takes one step. Gives `false` where more bytes are needed.
    fn step(&mut self) -> Result<bool, UploadError> {
        let rest = self.rest();
        match self.state {
            State::Start => {
                let delimiter = self.delimiter.needle();
                let len = delimiter.len().min(rest.len());
                if rest.get(..len) != delimiter.get(..len) {
                    return Err(UploadError::Malformed);
                }
                Ok(len == delimiter.len() && self.enter(State::Delimited, len))
            }
            State::Delimited => match rest.get(..2) {
                None => Ok(false),
                Some(LINE_BREAK) => Ok(self.enter(State::Head, 2)),
                Some(END) => Ok(self.enter(State::End, 2)),
                Some(_) => Err(UploadError::Malformed),
            },
            State::Head => self.head(),
            State::Data(part) => self.data(part),
            State::End => {
                // What follows the last delimiter means nothing, and so need not be kept.
                self.filled = self.at;
                Ok(false)
            }
        }
    }

    fn enter(&mut self, state: State, used: usize) -> bool {
        self.state = state;
        self.at += used;
        true
    }

    fn head(&mut self) -> Result<bool, UploadError> {
        let rest = self.rest();
        let window = rest.get(..HEAD_MAX_BYTES).unwrap_or(rest);
        let Some(end) = window.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
            return if rest.len() >= HEAD_MAX_BYTES { Err(UploadError::Malformed) } else { Ok(false) };
        };
        let text = core::str::from_utf8(rest.get(..end).unwrap_or_default()).map_err(|_| UploadError::Malformed)?;
        let name = part_name(text).ok_or(UploadError::Malformed)?;
        let part = *Part::ALL.iter().find(|part| part.name() == name).ok_or(UploadError::UnexpectedPart)?;
        let begins = self.at + end + 4;
        match self.parts.get_mut(part as usize) {
            Some(place) if place.is_none() => *place = Some(begins..begins),
            _ => return Err(UploadError::UnexpectedPart),
        }
        // The line break before a delimiter belongs to it, so that of the headers serves an empty part.
        Ok(self.enter(State::Data(part), end + 2))
    }

    fn data(&mut self, part: Part) -> Result<bool, UploadError> {
        if self.awaits_its_end(part) {
            return Ok(false);
        }
        let (rest, len) = (self.rest(), self.delimiter.needle().len());
        let found = self.delimiter_at_end().or_else(|| self.delimiter.find(rest));
        // Of what has come, the last bytes may be the beginning of a delimiter.
        let known = rest.len().saturating_sub(len - 1);
        let end = self.at + found.unwrap_or(known);
        if let (Some(Some(place)), Some(max)) = (self.parts.get_mut(part as usize), self.max_bytes.get(part as usize)) {
            place.end = end.max(place.start);
            if place.len() > *max {
                return Err(UploadError::TooLarge(part));
            }
        }
        match found {
            Some(at) => Ok(self.enter(State::Delimited, at + len)),
            None => {
                self.at = end;
                Ok(false)
            }
        }
    }
}
