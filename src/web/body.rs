//! Writing the request body: from the files through Base64 straight into the bytes that are sent.

use js_sys::Uint8Array;

use super::media::view_of;
use super::prepare::Prepared;
use super::progress::{Phase, Progress};
use super::promise::{Outcome, Settled};
use super::reading::{Read, Reading};
use super::thrown::Thrown;
use crate::engine::base64::{Encoder, Text};
use crate::engine::body::Piece;
use crate::engine::error::Error;
use crate::engine::problem::Field;
use crate::engine::validate::unreadable_problem;

/// The pieces of a body, one after the other.
pub(super) struct Pieces {
    sound_file: Option<Reading>,
    /// Comes after the sound, and is begun with as soon as there is nothing more to ask for of that.
    image: Reading,
    pieces: std::vec::IntoIter<Piece>,
    /// The file that is being encoded.
    open: Option<Field>,
    encoder: Encoder,
    chunk: Vec<u8>,
    /// The last piece.
    pub(super) text: Text,
    /// Of the whole body.
    pub(super) total_bytes: u64,
}

/// What comes next.
pub(super) enum Next {
    /// A piece of the body, as `text`.
    Piece,
    /// Something to wait for, whose outcome is wanted.
    Wait(Settled),
    /// The end.
    End,
}

impl Pieces {
    pub(super) fn of(prepared: &Prepared) -> Self {
        let layout = prepared.fields.layout();
        Self {
            sound_file: prepared.sound_file.clone().map(Reading::of),
            image: Reading::of(prepared.image.clone()),
            pieces: layout.pieces.into_iter(),
            open: None,
            encoder: Encoder::default(),
            chunk: Vec::new(),
            text: Text::default(),
            total_bytes: layout.total_bytes,
        }
    }

    /// Makes the next piece, or tells what has to be waited for.
    ///
    /// # Errors
    /// `invalid_input` where a file cannot be read any more.
    pub(super) fn next(&mut self) -> Result<Next, Thrown> {
        self.text.clear();
        while self.text.is_empty() {
            if self.sound_file.as_ref().is_none_or(Reading::is_asked_for) {
                self.image.begin();
            }
            let reading = match self.open {
                Some(Field::Image) => Some(&mut self.image),
                Some(_) => self.sound_file.as_mut(),
                None => None,
            };
            if let (Some(field), Some(reading)) = (self.open, reading) {
                match reading.next(&mut self.chunk) {
                    Read::Bytes(bytes) => self.encoder.push(bytes, &mut self.text),
                    Read::Wait(settled) => return Ok(Next::Wait(settled)),
                    Read::End => {
                        self.encoder.finish(&mut self.text);
                        self.open = None;
                    }
                    Read::Lost => return Err(Error::InvalidInput { problems: vec![unreadable_problem(field)] }.into()),
                }
                continue;
            }
            match self.pieces.next() {
                Some(Piece::Text(piece)) => self.text.push(piece.as_bytes()),
                Some(Piece::Image) => self.open = Some(Field::Image),
                Some(Piece::SoundFile) => self.open = Some(Field::SoundFile),
                None => return Ok(Next::End),
            }
        }
        Ok(Next::Piece)
    }

    /// Takes what was waited for.
    pub(super) fn take(&mut self, given: Outcome) {
        match (&mut self.sound_file, self.open) {
            (Some(sound_file), Some(Field::SoundFile)) => sound_file.take(given),
            _ => self.image.take(given),
        }
    }

    /// Gives all of the pieces, one after the other.
    ///
    /// # Errors
    /// `invalid_input` where a file cannot be read any more.
    pub(super) async fn each(mut self, sink: &mut dyn FnMut(&[u8])) -> Result<(), Thrown> {
        loop {
            match self.next()? {
                Next::Piece => sink(&self.text),
                Next::Wait(settled) => {
                    let given = settled.await;
                    self.take(given);
                }
                Next::End => return Ok(()),
            }
        }
    }
}

/// Writes the body of a create.
///
/// # Errors
/// `invalid_input` where a file cannot be read any more; `configuration` where the platform has no memory for the body.
pub(super) async fn write(prepared: &Prepared, progress: &Progress) -> Result<Uint8Array, Thrown> {
    let pieces = Pieces::of(prepared);
    let total = u32::try_from(pieces.total_bytes).map_err(|_| too_large())?;
    let body = view_of(&total.into(), None).ok_or_else(too_large)?;
    let mut at = 0;
    let mut sink = |piece: &[u8]| {
        let end = at + piece.len() as u32;
        body.subarray(at, end).copy_from(piece);
        at = end;
        progress.advance(Phase::Reading, f64::from(at), Some(f64::from(total)));
    };
    pieces.each(&mut sink).await?;
    Ok(body)
}

fn too_large() -> Thrown {
    let message = String::from("The limits allow a request that is larger than this platform can hold.");
    Error::Configuration { message }.into()
}
