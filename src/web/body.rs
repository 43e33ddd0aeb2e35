//! Writing the request body: from the files through Base64 straight into the bytes that are sent.

use js_sys::Uint8Array;

use super::prepare::Prepared;
use super::reading::Reading;
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
    /// Of the whole body.
    pub(super) total_bytes: u64,
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
            total_bytes: layout.total_bytes,
        }
    }

    /// Puts the next piece into `text`. Gives `false` at the end.
    ///
    /// # Errors
    /// `invalid_input` where a file cannot be read any more.
    pub(super) async fn next(&mut self, text: &mut Text) -> Result<bool, Thrown> {
        text.clear();
        while text.is_empty() {
            if self.sound_file.as_ref().is_none_or(Reading::is_asked_for) {
                self.image.begin();
            }
            let reading = match self.open {
                Some(Field::Image) => Some(&mut self.image),
                Some(_) => self.sound_file.as_mut(),
                None => None,
            };
            if let (Some(field), Some(reading)) = (self.open, reading) {
                match reading.next(&mut self.chunk).await.map_err(|_| unreadable(field))? {
                    Some(bytes) => self.encoder.push(bytes, text),
                    None => {
                        self.encoder.finish(text);
                        self.open = None;
                    }
                }
                continue;
            }
            match self.pieces.next() {
                Some(Piece::Text(piece)) => text.push(piece.as_bytes()),
                Some(Piece::Image) => self.open = Some(Field::Image),
                Some(Piece::SoundFile) => self.open = Some(Field::SoundFile),
                None => return Ok(false),
            }
        }
        Ok(true)
    }
}

/// Writes the body of a create. `on_progress` is told the bytes written and their total.
///
/// # Errors
/// `invalid_input` where a file cannot be read any more; `configuration` where the platform has no memory for the body.
pub(super) async fn write(prepared: &Prepared, on_progress: impl Fn(f64, f64)) -> Result<Uint8Array, Thrown> {
    let mut pieces = Pieces::of(prepared);
    let total = u32::try_from(pieces.total_bytes).map_err(|_| too_large())?;
    let body = Uint8Array::new_with_length(total);
    let (mut at, mut text) = (0, Text::default());
    while pieces.next(&mut text).await? {
        let end = at + text.len() as u32;
        body.subarray(at, end).copy_from(&text);
        at = end;
        on_progress(f64::from(at), f64::from(total));
    }
    Ok(body)
}

fn unreadable(field: Field) -> Thrown {
    Error::InvalidInput { problems: vec![unreadable_problem(field)] }.into()
}

fn too_large() -> Thrown {
    let message = String::from("The limits allow a request that is larger than this platform can hold.");
    Error::Configuration { message }.into()
}
